"""Recurring appointments in tests: wished, planned, booked, and looked at."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from medcor.domain.permissions import Actor
from medcor.models import Appointment, OutboxMail, SeriesAppointment
from medcor.services import series
from medcor.services.series import Choice, Plan, SeriesWish
from medcor.web.transaction import in_transaction, reading
from tests.appointment_helpers import MONDAY
from tests.conftest import NOW
from tests.factories import ClinicWorld


def wish_of(
    clinic: ClinicWorld,
    slot: int = 0,
    first: date = MONDAY,
    weeks: int = 1,
    times: int = 4,
    **more: Any,
) -> SeriesWish:
    """A slot of the world's list, repeated."""
    return SeriesWish(clinic.treatment_id, clinic.slot_ids[slot], first, weeks, times, **more)


def planned(plan_made: Plan) -> dict[int, Choice]:
    """Every time as planned."""
    return {each.number: Choice(plan_made.slot.id, each.day) for each in plan_made.occurrences}


def book_series(
    clinic: ClinicWorld,
    wish: SeriesWish,
    choices: dict[int, Choice],
    actor: Actor | None = None,
    key: str = "key",
    now: datetime = NOW,
    **more: Any,
) -> int:
    """Book as the pages do; gives the id of the series."""
    who = actor or clinic.patient
    return in_transaction(
        clinic.id,
        who,
        lambda session: (
            series.book_series(session, who, wish, choices, now, request_key=key, **more).id
        ),
    )


def booked(clinic: ClinicWorld, series_id: int | None = None) -> list[Appointment]:
    """The clinic's appointments (of a series) in order of time, as of now."""
    session = reading(clinic.id)
    session.rollback()
    wanted = sa.select(Appointment).order_by(Appointment.starts_at)
    if series_id is not None:
        wanted = wanted.join(SeriesAppointment).where(SeriesAppointment.series_id == series_id)
    return list(session.scalars(wanted))


def mail_kinds(clinic: ClinicWorld) -> list[str]:
    """What the outbox holds."""
    session = reading(clinic.id)
    session.rollback()
    return list(session.scalars(sa.select(OutboxMail.kind).order_by(OutboxMail.id)))
