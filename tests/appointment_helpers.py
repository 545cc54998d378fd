"""Appointments in tests: made as the product makes them, looked at by people who are signed in."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from medcor.domain.permissions import Actor, system_actor
from medcor.extensions import db
from medcor.models import Appointment, AuditEvent, Claim, OutboxMail, User
from medcor.services import booking
from medcor.services.booking import BookingRequest
from medcor.services.sessions import open_session
from medcor.services.slots import add_slot
from medcor.web.transaction import reading, transaction
from tests.conftest import NOW
from tests.factories import ClinicWorld

TODAY = date(2026, 3, 4)
MONDAY, WEDNESDAY = date(2026, 3, 9), date(2026, 3, 11)
JSON = {"Accept": "application/json"}


def browser(app: Flask, actor: Actor) -> FlaskClient:
    """A client whose page session is the actor's; the test has switched the forms' tokens off."""
    now = app.extensions["medcor"].clock
    with transaction(actor.clinic_id) as session:
        row = open_session(session, session.get(User, actor.user_id), "test", now())
        public_id = row.public_id
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = f"{actor.clinic_id}:{public_id}"
        cookie["_fresh"] = True
    return client


def at(app: Flask, moment: datetime) -> None:
    """Set the application's clock."""
    app.extensions["medcor"].clock = lambda: moment


def book(
    clinic: ClinicWorld,
    slot: int = 0,
    day: date = MONDAY,
    patient: Actor | None = None,
    **more: Any,
) -> int:
    """Book a slot (by its place in the world's list) as the patient does."""
    patient = patient or clinic.patient
    values = {
        "doctor_id": clinic.doctor.profile_id,
        "treatment_id": clinic.treatment_id,
        "slot_id": clinic.slot_ids[slot],
        "day": day,
        **more,
    }
    with transaction(clinic.id, patient) as session:
        return booking.book_appointment(session, patient, BookingRequest(**values), NOW).id


def confirm(clinic: ClinicWorld, appointment_id: int) -> None:
    with transaction(clinic.id, clinic.admin) as session:
        booking.confirm_appointment(session, clinic.admin, appointment_id, NOW)


def colleague_slot(clinic: ClinicWorld, weekday: int = 0, hour: int = 9) -> int:
    """Half an hour of the other doctor's week."""
    with transaction(clinic.id) as session:
        doctor = clinic.other_doctor.profile_id
        actor = system_actor(clinic.id)
        return add_slot(session, actor, doctor, weekday, time(hour), time(hour, 30)).id


def row_of(clinic: ClinicWorld, appointment_id: int) -> dict[str, Any]:
    """The appointment's columns as they are in the database now."""
    session = reading(clinic.id)
    session.rollback()
    row = session.get(Appointment, appointment_id)
    session.refresh(row)
    return {each.key: getattr(row, each.key) for each in sa.inspect(Appointment).column_attrs}


def steps_of(clinic: ClinicWorld, appointment_id: int) -> set[tuple[int, int | None, int]]:
    """Doctor, patient and step of each claim that the appointment holds."""
    session = reading(clinic.id)
    session.rollback()
    found = session.scalars(sa.select(Claim).where(Claim.appointment_id == appointment_id))
    return {(each.doctor_id, each.patient_id, each.step) for each in found}


def mails(clinic: ClinicWorld, kind: str) -> list[dict[str, Any]]:
    """What the queued mails of a kind tell of, oldest first."""
    session = reading(clinic.id)
    session.rollback()
    wanted = sa.select(OutboxMail).where(OutboxMail.kind == kind).order_by(OutboxMail.id)
    return [each.details for each in session.scalars(wanted)]


def acts(clinic: ClinicWorld, action: str) -> list[AuditEvent]:
    session = reading(clinic.id)
    session.rollback()
    wanted = sa.select(AuditEvent).where(AuditEvent.action == action).order_by(AuditEvent.id)
    return list(session.scalars(wanted))


@contextmanager
def counted_queries():
    """Collect the statements that reach the database."""
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        seen.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)


def utc(day: date, hour: int, minute: int = 0) -> datetime:
    """A local time of the test clinics (UTC+3) as an instant."""
    return datetime.combine(day, time(hour, minute), UTC) - timedelta(hours=3)
