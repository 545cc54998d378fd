"""Days on which doctors are off: whom they hit is shown before they are saved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain import errors, week
from medcor.domain import scheduling as rules
from medcor.domain.appointments import LIVE
from medcor.domain.permissions import Actor, Role
from medcor.models import Appointment, Clinic, Doctor, ExclusionDate
from medcor.services import agenda, audit, booking, lookup, scheduling, slots
from medcor.services.edits import begin_edit
from medcor.services.week import active_doctors

KEEP, CANCEL = "keep", "cancel"
PAST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Absence:
    """The days that somebody asks for, both ends included."""

    first: date
    last: date
    reason: str = ""

    def check(self, today: date) -> None:
        """InvalidInput unless the range is one, not too long, and not all of it is over."""
        if self.last < self.first:
            raise errors.InvalidInput(
                errors.N_("The last day must not be before the first."), field="end_date"
            )
        if week.days_between(self.first, self.last) > week.LONGEST_ABSENCE:
            raise errors.InvalidInput(
                errors.N_("That is more than two years. Check the dates."), field="end_date"
            )
        if self.last < today:
            raise errors.InvalidInput(
                errors.N_("These days are over. Choose days from today on."), field="date"
            )


@dataclass(frozen=True, slots=True)
class Decision:
    """What happens to the booked patients whom somebody was shown; ``kind`` is keep or cancel.

    ``message`` is what they read when their appointments are cancelled.
    """

    kind: str = ""
    seen: frozenset[int] = frozenset()
    message: str = ""


@dataclass(frozen=True, slots=True)
class Affected:
    """A live appointment on a day off, as the page and the JSON answer list it."""

    id: int
    day: date
    start_time: time
    end_time: time
    patient: str
    phone: str
    treatment: str
    doctor: str
    status: str


def find_affected(
    session: Session, doctor_ids: Iterable[int], absence: Absence, now: datetime
) -> list[Affected]:
    """Appointments still to come on these days, in order of time."""
    wanted = agenda.appointments().where(
        Appointment.doctor_id.in_(list(doctor_ids)),
        Appointment.day.between(absence.first, absence.last),
        Appointment.status.in_(sorted(LIVE)),
        Appointment.starts_at > now,
    )
    return [
        Affected(
            row.id,
            row.day,
            row.start_time,
            row.end_time,
            row.patient.name,
            row.patient.phone,
            row.treatment.name,
            row.doctor.name,
            row.status.value,
        )
        for row in session.scalars(wanted.order_by(Appointment.starts_at, Appointment.id))
    ]


def _today(session: Session, actor: Actor, now: datetime) -> date:
    clinic: Clinic = lookup.get_clinic(session, actor.clinic_id)
    return rules.local_today(clinic.zone_info, now)


def _settle(
    session: Session,
    actor: Actor,
    affected: Sequence[Affected],
    decision: Decision,
    now: datetime,
) -> None:
    """Do what was decided; AppointmentsAffected if nothing was, or somebody was not shown."""
    unseen = [each for each in affected if each.id not in decision.seen]
    if affected and (decision.kind not in (KEEP, CANCEL) or unseen):
        raise errors.AppointmentsAffected(affected=list(affected), unseen=len(unseen))
    if decision.kind != CANCEL:
        return
    if affected and not decision.message.strip():
        raise errors.MissingParameter(
            errors.N_("Say why, so that the patients know."),
            field="cancel_reason",
            affected=list(affected),
        )
    for each in affected:
        booking.cancel_appointment(session, actor, each.id, decision.message, now)


def _refuse_overlap(
    session: Session, doctor_id: int, absence: Absence, besides: int | None = None
) -> None:
    """DaysOffOverlap, its ``clash`` (Absence) the first one in the way."""
    clash = session.scalar(
        sa.select(ExclusionDate)
        .where(
            ExclusionDate.doctor_id == doctor_id,
            ExclusionDate.start_date <= absence.last,
            ExclusionDate.end_date >= absence.first,
            ExclusionDate.id != (besides or 0),
        )
        .order_by(ExclusionDate.start_date)
        .limit(1)
    )
    if clash is not None:
        raise errors.DaysOffOverlap(clash=Absence(clash.start_date, clash.end_date, clash.reason))


def add_days_off(
    session: Session,
    actor: Actor,
    doctor_id: object,
    absence: Absence,
    decision: Decision,
    now: datetime,
) -> ExclusionDate:
    """Take a doctor off, once it is decided what happens to those who are booked.

    Errors: DoctorNotFound, InvalidInput, DaysOffOverlap, AppointmentsAffected.
    """
    absence.check(_today(session, actor, now))
    doctor = lookup.get_doctor(session, doctor_id)
    scheduling.hold_schedules(session, [doctor.id], to_change=True)
    _refuse_overlap(session, doctor.id, absence)
    _settle(session, actor, find_affected(session, [doctor.id], absence, now), decision, now)
    return slots.exclude_days(
        session, actor, doctor.id, absence.first, absence.last, absence.reason
    )


def close_clinic(
    session: Session, actor: Actor, absence: Absence, decision: Decision, now: datetime
) -> int:
    """Take every active doctor off at once, each for the days on which they are not off yet.

    How many doctors it concerns. Errors: InvalidInput (also where nobody is left to take off),
    AppointmentsAffected.
    """
    absence.check(_today(session, actor, now))
    doctor_ids = [doctor.id for doctor in active_doctors(session)]
    scheduling.hold_schedules(session, doctor_ids, to_change=True)
    taken = scheduling.load_excluded(session, doctor_ids, absence.first, absence.last)
    missing = {
        doctor_id: week.uncovered(absence.first, absence.last, taken[doctor_id])
        for doctor_id in doctor_ids
    }
    if not any(missing.values()):
        raise errors.InvalidInput(
            errors.N_("Every doctor is already off on these days."), field="date"
        )
    _settle(session, actor, _newly_hit(session, absence, missing, now), decision, now)
    for doctor_id, parts in missing.items():
        for first, last in parts:
            slots.exclude_days(session, actor, doctor_id, first, last, absence.reason)
    return sum(1 for parts in missing.values() if parts)


def _newly_hit(
    session: Session,
    absence: Absence,
    missing: dict[int, list[tuple[date, date]]],
    now: datetime,
) -> list[Affected]:
    """Whom the parts hit that are not off yet; the others were decided about before."""
    hit = [
        each
        for doctor_id, parts in missing.items()
        if parts
        for each in find_affected(session, [doctor_id], absence, now)
        if rules.is_excluded(each.day, parts)
    ]
    return sorted(hit, key=lambda each: (each.day, each.start_time, each.id))


def get_days_off(session: Session, actor: Actor, exclusion_id: object) -> ExclusionDate:
    """Days off of a doctor whom the actor may manage, or NotFound."""
    row = lookup.find(session, ExclusionDate, exclusion_id)
    if row is None or (actor.role is Role.DOCTOR and row.doctor_id != actor.profile_id):
        raise errors.NotFound()
    return row


def _hold(session: Session, actor: Actor, exclusion_id: object) -> ExclusionDate:
    row = get_days_off(session, actor, exclusion_id)
    scheduling.hold_schedules(session, [row.doctor_id], to_change=True)
    session.expire(row)
    return get_days_off(session, actor, exclusion_id)


def edit_days_off(
    session: Session,
    actor: Actor,
    exclusion_id: object,
    absence: Absence,
    decision: Decision,
    seen: int | None,
    now: datetime,
) -> ExclusionDate:
    """Change days off; only patients on days that were not off before are asked about.

    Errors: NotFound, StaleEdit, InvalidInput, DaysOffOverlap, AppointmentsAffected.
    """
    row = _hold(session, actor, exclusion_id)
    begin_edit(row, seen, now)
    absence.check(_today(session, actor, now))
    _refuse_overlap(session, row.doctor_id, absence, besides=row.id)
    affected = [
        each
        for each in find_affected(session, [row.doctor_id], absence, now)
        if not row.start_date <= each.day <= row.end_date
    ]
    _settle(session, actor, affected, decision, now)
    row.start_date, row.end_date, row.reason = absence.first, absence.last, absence.reason
    audit.record(session, actor, "exclusion.edited", "exclusion", row.id)
    session.flush()
    return row


def delete_days_off(
    session: Session, actor: Actor, exclusion_id: object, seen: int | None, now: datetime
) -> int:
    """Offer the days again and give the doctor's id; what was cancelled for them stays cancelled.

    Conflict if they were edited since the page ``seen``.
    """
    row = _hold(session, actor, exclusion_id)
    if seen is not None and seen != row.version:
        raise errors.Conflict()
    audit.record(session, actor, "exclusion.deleted", "exclusion", row.id)
    session.delete(row)
    session.flush()
    return row.doctor_id


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
