"""What stands in the staff's calendar between two days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.domain.appointments import AppointmentStatus
from medcor.domain.permissions import Actor, Role
from medcor.models import Appointment, ClinicHours, Doctor, ExclusionDate, Slot
from medcor.services import agenda

# Two months in a view; more would be a download, for which there is the list's file.
MOST_DAYS = 62
FIRST_YEAR, LAST_YEAR = 1900, 9000
EARLIEST, LATEST = time(8), time(18)


@dataclass(frozen=True, slots=True)
class DaysOff:
    """Days on which a doctor is off, both ends included."""

    doctor_id: int
    doctor: str
    first: date
    last: date
    reason: str


def whose(actor: Actor, doctor_id: int | None) -> int | None:
    """Whose calendar it is: a doctor's own, for an admin the one asked for or all."""
    return actor.profile_id if actor.role is Role.DOCTOR else doctor_id


def check_span(first: date, end: date) -> None:
    """InvalidInput unless ``end``, the day after the last, comes soon enough after ``first``.

    InvalidDate for days at the far ends of the calendar, which have no days around them.
    """
    if first.year < FIRST_YEAR or end.year > LAST_YEAR:
        raise errors.InvalidDate()
    if not first < end or (end - first).days > MOST_DAYS:
        raise errors.InvalidInput(
            errors.N_("Ask for at most 62 days, the end after the start."), field="end"
        )


def list_entries(
    session: Session,
    actor: Actor,
    first: date,
    end: date,
    doctor_id: int | None = None,
    *,
    cancelled: bool = False,
) -> Sequence[sa.Row[Any]]:
    """Appointments of the days from ``first`` to before ``end``, in order of time.

    As plain columns: a clinic's week may hold hundreds.
    """
    wanted = agenda.entries(actor).where(Appointment.day >= first, Appointment.day < end)
    # Says nothing more, but the index is by the instant; a local day is a UTC day but for a zone.
    day_before = datetime.combine(first, time(), UTC) - timedelta(days=1)
    wanted = wanted.where(
        Appointment.starts_at >= day_before,
        Appointment.starts_at < day_before + timedelta(days=(end - first).days + 2),
    )
    if doctor_id is not None:
        wanted = wanted.where(Appointment.doctor_id == doctor_id)
    if not cancelled:
        wanted = wanted.where(Appointment.status != AppointmentStatus.CANCELLED)
    return session.execute(wanted.order_by(Appointment.starts_at, Appointment.id)).all()


def list_days_off(
    session: Session, actor: Actor, first: date, end: date, doctor_id: int | None = None
) -> list[DaysOff]:
    """Who is off within the same days."""
    wanted = (
        sa.select(ExclusionDate, Doctor)
        .join(Doctor, Doctor.id == ExclusionDate.doctor_id)
        .where(ExclusionDate.start_date < end, ExclusionDate.end_date >= first, Doctor.is_active)
        .order_by(ExclusionDate.start_date, ExclusionDate.id)
    )
    only = whose(actor, doctor_id)
    if only is not None:
        wanted = wanted.where(ExclusionDate.doctor_id == only)
    return [
        DaysOff(row.doctor_id, doctor.name, row.start_date, row.end_date, row.reason)
        for row, doctor in session.execute(wanted)
    ]


def working_hours(session: Session) -> tuple[time, time]:
    """The earliest and the latest local time that the clinic's door or a doctor's slot is open."""
    spans = [
        session.execute(
            sa.select(sa.func.min(ClinicHours.opens), sa.func.max(ClinicHours.closes))
        ).one(),
        session.execute(
            sa.select(sa.func.min(Slot.start_time), sa.func.max(Slot.end_time)).where(
                Slot.is_active
            )
        ).one(),
    ]
    opens = [first for first, _last in spans if first is not None]
    closes = [last for _first, last in spans if last is not None]
    return min(opens, default=EARLIEST), max(closes, default=LATEST)
