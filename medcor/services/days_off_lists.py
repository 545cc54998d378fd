"""A doctor's days off as the week page lists them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain.appointments import LIVE
from medcor.models import Appointment, Doctor, ExclusionDate

PAST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class DaysOff:
    """A doctor's days off ahead, next first, with how many are booked on them; and past ones."""

    ahead: list[tuple[ExclusionDate, int]]
    past: list[ExclusionDate]


def load_days_off(session: Session, doctor: Doctor, today: date, now: datetime) -> DaysOff:
    """Everything that the week page lists of a doctor's days off, in two queries."""
    booked = (
        sa.select(sa.func.count())
        .select_from(Appointment)
        .where(
            Appointment.doctor_id == ExclusionDate.doctor_id,
            Appointment.day.between(ExclusionDate.start_date, ExclusionDate.end_date),
            Appointment.status.in_(sorted(LIVE)),
            Appointment.starts_at > now,
        )
        .correlate(ExclusionDate)
        .scalar_subquery()
    )
    own = sa.select(ExclusionDate).where(ExclusionDate.doctor_id == doctor.id)
    ahead = (
        own.add_columns(booked)
        .where(ExclusionDate.end_date >= today)
        .order_by(ExclusionDate.start_date)
    )
    past = (
        own.where(ExclusionDate.end_date < today)
        .order_by(ExclusionDate.start_date.desc())
        .limit(PAST_SHOWN)
    )
    return DaysOff(
        [(row, count) for row, count in session.execute(ahead)], list(session.scalars(past))
    )


def next_days_off(session: Session, today: date) -> dict[int, ExclusionDate]:
    """Each doctor's present or next days off, in one query."""
    wanted = sa.select(ExclusionDate).where(ExclusionDate.end_date >= today)
    found: dict[int, ExclusionDate] = {}
    for row in session.scalars(wanted.order_by(ExclusionDate.start_date)):
        found.setdefault(row.doctor_id, row)
    return found
