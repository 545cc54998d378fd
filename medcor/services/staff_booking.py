"""Booking by the front desk or a doctor on a patient's behalf, and answering many at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager

from medcor.domain import errors
from medcor.domain.appointments import AppointmentStatus
from medcor.domain.identity import is_known_id
from medcor.domain.permissions import Actor, Role
from medcor.domain.webhooks import Event
from medcor.models import Appointment, Doctor, Patient, Treatment, TreatmentDoctor, User
from medcor.services import agenda, audit, booking, catalogue, lookup, scheduling, webhooks
from medcor.services.booking import BookingRequest

DOOR = "desk"
MOST_AT_ONCE = 100


def book_for_patient(
    session: Session,
    actor: Actor,
    request: BookingRequest,
    now: datetime,
    *,
    confirmed: bool,
    mail: bool = True,
) -> Appointment:
    """Book for a patient of the clinic, at once Confirmed if the desk says so.

    A doctor books any patient, into their own times only. The same ``request_key`` books once.
    ``mail`` and errors as :func:`booking.book_appointment` has them, PatientNotFound first.
    """
    if not actor.is_staff:
        raise errors.NotAllowed()
    lookup.get_patient(session, request.patient_id)
    if actor.role is Role.DOCTOR and request.doctor_id != actor.profile_id:
        raise errors.DoctorNotFound()
    made = booking.find_repeat(session, actor, request)
    if made is not None:
        return made
    made = booking.book_appointment(session, actor, request, now, mail=mail)
    if confirmed:
        made.status = AppointmentStatus.CONFIRMED
        audit.record(
            session,
            actor,
            "appointment.confirmed",
            "appointment",
            made.id,
            was=AppointmentStatus.PENDING.value,
        )
        session.flush()
        webhooks.tell(session, made, Event.CONFIRMED, now)
    return made


def find_patients(search: str) -> sa.Select[tuple[Patient]]:
    """Active patients by name whose name, phone or email contains the words."""
    wanted = patients_matching(search).options(contains_eager(Patient.user))
    return wanted.order_by(User.last_name, User.first_name, Patient.id)


def count_patients(search: str) -> sa.Select[tuple[int]]:
    """The ids of the same patients, for counting."""
    return patients_matching(search).with_only_columns(Patient.id)


def patients_matching(search: str) -> sa.Select[tuple[Patient]]:
    """Active patients, in no order."""
    wanted = sa.select(Patient).join(Patient.user).where(Patient.is_active, User.is_active)
    if not search.strip():
        return wanted
    pattern = catalogue.contains_pattern(search)
    name = User.first_name + " " + User.last_name
    return wanted.where(
        sa.or_(
            name.ilike(pattern, escape="\\"),
            User.email.ilike(pattern, escape="\\"),
            _digits(Patient.phone).like(_digit_pattern(search)),
        )
    )


def _digits(column: sa.orm.InstrumentedAttribute[str]) -> sa.ColumnElement[str]:
    """A phone number without what people put between its digits."""
    plain: sa.ColumnElement[str] = sa.type_coerce(column, sa.String)
    for mark in " ()/.-":
        plain = sa.func.replace(plain, mark, "")
    return plain


def _digit_pattern(search: str) -> str:
    digits = "".join(each for each in search if each.isascii() and each.isdigit())
    # A word without digits is no number; a number is never one letter.
    return f"%{digits}%" if len(digits) > 2 else "-"


def treatments_of(actor: Actor, search: str) -> sa.Select[tuple[Treatment]]:
    """What the actor may book: a doctor what they give, an admin whatever is given."""
    wanted = catalogue.bookable_treatments(search)
    if actor.role is not Role.DOCTOR:
        return wanted
    own = sa.select(TreatmentDoctor.treatment_id).where(
        TreatmentDoctor.doctor_id == actor.profile_id
    )
    return wanted.where(Treatment.id.in_(own))


def doctors_of(session: Session, actor: Actor, treatment_id: int) -> list[Doctor]:
    """In whose times the actor may book the treatment."""
    found = catalogue.doctors_for(session, treatment_id)
    if actor.role is not Role.DOCTOR:
        return found
    return [each for each in found if each.id == actor.profile_id]


def list_waiting(session: Session, actor: Actor, now: datetime) -> Sequence[sa.Row]:
    """What waits for an answer, next first, as many as can be answered at once."""
    return session.execute(agenda.waiting(actor, now).limit(MOST_AT_ONCE)).all()


def confirm_all(
    session: Session, actor: Actor, appointment_ids: Iterable[object], now: datetime
) -> list[Appointment]:
    """Confirm those of the named appointments that still wait; the others are left as they are."""
    ids = sorted({each for each in appointment_ids if is_known_id(each)})[:MOST_AT_ONCE]
    wanted = sa.select(Appointment.doctor_id).where(Appointment.id.in_(ids)).distinct()
    scheduling.hold_schedules(session, session.scalars(wanted).all(), to_change=False)
    held = list(session.scalars(agenda.still_waiting(actor, ids, now)))
    return [booking.confirm_appointment(session, actor, each.id, now) for each in held]
