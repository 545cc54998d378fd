"""What happened at the clinic, in figures: counted by the database, by the clinic's own days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain.appointments import AppointmentStatus
from medcor.domain.periods import Period, months_until
from medcor.domain.permissions import Actor, Role
from medcor.models import Appointment, Clinic, User
from medcor.services import audit

MONTHS_SHOWN = 12
# A day on the clinic's clock reaches this far into its neighbours on any other.
MARGIN = timedelta(days=2)


@dataclass(slots=True)
class Figures:
    """Appointments by how they ended."""

    counts: dict[AppointmentStatus, int] = field(default_factory=dict)

    def add(self, status: AppointmentStatus, count: int) -> None:
        self.counts[status] = self.counts.get(status, 0) + count

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def cancelled(self) -> int:
        return self.counts.get(AppointmentStatus.CANCELLED, 0)

    @property
    def kept(self) -> int:
        """All that were not cancelled."""
        return self.total - self.cancelled

    @property
    def completed(self) -> int:
        return self.counts.get(AppointmentStatus.COMPLETED, 0)

    @property
    def no_shows(self) -> int:
        return self.counts.get(AppointmentStatus.NO_SHOW, 0)

    @property
    def no_show_rate(self) -> float | None:
        """No-shows among those whose outcome is known; None where none is."""
        known = self.completed + self.no_shows
        return self.no_shows / known if known else None

    @property
    def cancel_rate(self) -> float | None:
        """Cancelled ones among all; None where there was none."""
        return self.cancelled / self.total if self.total else None


@dataclass(frozen=True, slots=True)
class Question:
    """What a report is about: days, and optionally one doctor or one treatment."""

    period: Period
    before: Period
    doctor_id: int | None = None
    treatment_id: int | None = None


@dataclass(slots=True)
class Report:
    """The answer to a question."""

    question: Question
    now: Figures
    before: Figures
    pieces: list[tuple[Period, Figures]]
    by_treatment: list[tuple[str, Figures]]
    by_doctor: list[tuple[str, Figures]]
    by_weekday: list[int]
    by_hour: dict[int, int]
    new_patients: int
    new_patients_before: int
    new_by_month: list[tuple[Period, int]]


def make_report(
    session: Session,
    clinic: Clinic,
    question: Question,
    doctors: dict[int, str],
    treatments: dict[int, str],
) -> Report:
    """Count everything that the page shows, in five queries however many appointments there are.

    ``doctors`` and ``treatments`` name all that ever were, by id.
    """
    pieces, by_weekday = _by_day(session, question)
    now = Figures()
    for _period, figures in pieces:
        for status, count in figures.counts.items():
            now.add(status, count)
    by_doctor, by_treatment = _by_kind(session, question, doctors, treatments)
    months = months_until(question.period.last, MONTHS_SHOWN)
    new, new_before, *new_months = _new_patients(
        session, clinic.zone_info, [question.period, question.before, *months]
    )
    return Report(
        question,
        now,
        _before(session, question),
        pieces,
        by_treatment,
        by_doctor,
        by_weekday,
        _by_hour(session, question),
        new,
        new_before,
        list(zip(months, new_months, strict=True)),
    )


def _of(question: Question, period: Period) -> list[sa.ColumnElement[bool]]:
    # The instants are indexed by clinic, the days decide.
    low = datetime.combine(period.first, time(), UTC) - MARGIN
    high = datetime.combine(period.last, time(), UTC) + MARGIN
    wanted = [
        Appointment.starts_at.between(low, high),
        Appointment.day.between(period.first, period.last),
    ]
    if question.doctor_id is not None:
        wanted.append(Appointment.doctor_id == question.doctor_id)
    if question.treatment_id is not None:
        wanted.append(Appointment.treatment_id == question.treatment_id)
    return wanted


def _by_day(session: Session, question: Question) -> tuple[list[tuple[Period, Figures]], list[int]]:
    rows = (
        sa.select(Appointment.day, Appointment.status, sa.func.count())
        .where(*_of(question, question.period))
        .group_by(Appointment.day, Appointment.status)
        .order_by(Appointment.day)
    )
    pieces = [(piece, Figures()) for piece in question.period.pieces()]
    weekdays, index = [0] * 7, 0
    for day, status, count in session.execute(rows):
        while day > pieces[index][0].last:
            index += 1
        pieces[index][1].add(status, count)
        if status is not AppointmentStatus.CANCELLED:
            weekdays[day.weekday()] += count
    return pieces, weekdays


def _by_kind(
    session: Session, question: Question, doctors: dict[int, str], treatments: dict[int, str]
) -> tuple[list[tuple[str, Figures]], list[tuple[str, Figures]]]:
    columns = (Appointment.doctor_id, Appointment.treatment_id, Appointment.status)
    rows = (
        sa.select(*columns, sa.func.count())
        .where(*_of(question, question.period))
        .group_by(*columns)
    )
    of_doctor: dict[str, Figures] = {}
    of_treatment: dict[str, Figures] = {}
    for doctor_id, treatment_id, status, count in session.execute(rows):
        of_doctor.setdefault(doctors[doctor_id], Figures()).add(status, count)
        of_treatment.setdefault(treatments[treatment_id], Figures()).add(status, count)
    return _largest_first(of_doctor), _largest_first(of_treatment)


def _largest_first(found: dict[str, Figures]) -> list[tuple[str, Figures]]:
    return sorted(found.items(), key=lambda each: (-each[1].kept, each[0]))


def _by_hour(session: Session, question: Question) -> dict[int, int]:
    rows = (
        sa.select(Appointment.start_time, sa.func.count())
        .where(*_of(question, question.period), Appointment.status != AppointmentStatus.CANCELLED)
        .group_by(Appointment.start_time)
    )
    hours: dict[int, int] = {}
    for start, count in session.execute(rows):
        hours[start.hour] = hours.get(start.hour, 0) + count
    return dict(sorted(hours.items()))


def _before(session: Session, question: Question) -> Figures:
    rows = (
        sa.select(Appointment.status, sa.func.count())
        .where(*_of(question, question.before))
        .group_by(Appointment.status)
    )
    figures = Figures()
    for status, count in session.execute(rows):
        figures.add(status, count)
    return figures


def _new_patients(session: Session, zone: ZoneInfo, periods: Iterable[Period]) -> list[int]:
    """How many patients came to be in each period, in one query."""
    counted = [
        sa.func.count().filter(
            User.created_at >= datetime.combine(period.first, time(), zone),
            User.created_at < datetime.combine(period.last + timedelta(days=1), time(), zone),
        )
        for period in periods
    ]
    return list(session.execute(sa.select(*counted).where(User.role == Role.PATIENT)).one())


def note_export(session: Session, actor: Actor, table: str, period: Period) -> None:
    """Write down that figures left the house."""
    audit.record(
        session,
        actor,
        "report.exported",
        "report",
        None,
        table=table,
        first=period.first.isoformat(),
        last=period.last.isoformat(),
    )
    session.flush()
