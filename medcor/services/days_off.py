"""Days on which doctors are off: whom they hit is shown before they are saved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain import errors, week
from medcor.domain import scheduling as rules
from medcor.domain.appointments import LIVE
from medcor.domain.permissions import Actor, Role
from medcor.models import Appointment, Clinic, ExclusionDate
from medcor.services import (
    agenda,
    audit,
    booking,
    cascade,
    lookup,
    scheduling,
    slots,
    waiting,
)
from medcor.services.cascade import Alternative, Outcome
from medcor.services.edits import begin_edit
from medcor.services.waiting import Freed
from medcor.services.week import active_doctors

KEEP, CANCEL, OFFER = "keep", "cancel", "offer"
DECISIONS = frozenset({KEEP, CANCEL, OFFER})
Days = list[tuple[date, date]]


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
    """What happens to the booked patients whom somebody was shown.

    ``kind`` is keep, cancel or offer (another time). ``message`` is what they read when their
    appointments are cancelled, or why they are offered another time.
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


@dataclass(frozen=True, slots=True)
class Saved:
    """Days off that were saved, of how many doctors, and what the patients were offered."""

    row: ExclusionDate | None
    doctors: int
    outcome: Outcome


def preview(
    session: Session,
    actor: Actor,
    affected: Sequence[Affected],
    off: Mapping[int, Days],
    now: datetime,
) -> dict[int, Alternative | None]:
    """What each affected patient would be offered if doctors were ``off`` on these days."""
    clinic = lookup.get_clinic(session, actor.clinic_id)
    return cascade.plan(session, clinic, [each.id for each in affected], off, now)


def _clinic(session: Session, actor: Actor) -> Clinic:
    return lookup.get_clinic(session, actor.clinic_id)


def _today(session: Session, actor: Actor, now: datetime) -> date:
    return rules.local_today(_clinic(session, actor).zone_info, now)


def _hold_to_change(session: Session, doctor_ids: Iterable[int]) -> None:
    """Hold the schedules that change alone, and all others shared.

    Whatever was decided: a time of another doctor may be offered, or an offer of one end.
    """
    own = set(doctor_ids)
    everybody = sorted(own | {each.id for each in active_doctors(session)})
    for to_change, group in groupby(everybody, key=own.__contains__):
        scheduling.hold_schedules(session, list(group), to_change=to_change)


def _check_decided(
    affected: Sequence[Affected], decision: Decision, off: Mapping[int, Days]
) -> None:
    """AppointmentsAffected if nothing was decided, or somebody was not shown."""
    unseen = [each for each in affected if each.id not in decision.seen]
    if affected and (decision.kind not in DECISIONS or unseen):
        raise errors.AppointmentsAffected(affected=list(affected), unseen=len(unseen), off=off)
    if decision.kind == CANCEL and affected and not decision.message.strip():
        raise errors.MissingParameter(
            errors.N_("Say why, so that the patients know."),
            field="cancel_reason",
            affected=list(affected),
            off=off,
        )


def _settle(
    session: Session,
    actor: Actor,
    affected: Sequence[Affected],
    decision: Decision,
    off: Mapping[int, Days],
    now: datetime,
) -> Outcome:
    """Do what was decided, once the days are off, so that no time on them is given to others."""
    clinic = _clinic(session, actor)
    cascade.withdraw_offered(session, actor, clinic, off, now)
    if decision.kind == CANCEL:
        for each in affected:
            booking.cancel_appointment(session, actor, each.id, decision.message, now)
    if decision.kind != OFFER or not affected:
        return Outcome()
    ids = [each.id for each in affected]
    return cascade.offer_times(session, actor, clinic, ids, off, decision.message, now)


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


@dataclass(frozen=True, slots=True)
class Proposal:
    """Whom days off would hit, and by appointment the other time that each would be offered."""

    affected: tuple[Affected, ...]
    alternatives: Mapping[int, Alternative | None]


def propose_days_off(
    session: Session, actor: Actor, doctor_id: object, absence: Absence, now: datetime
) -> Proposal:
    """What ``add_days_off`` would do; DoctorNotFound, InvalidInput and DaysOffOverlap like it."""
    absence.check(_today(session, actor, now))
    doctor = lookup.get_doctor(session, doctor_id)
    _refuse_overlap(session, doctor.id, absence)
    affected = tuple(find_affected(session, [doctor.id], absence, now))
    off = {doctor.id: [(absence.first, absence.last)]}
    return Proposal(affected, preview(session, actor, affected, off, now))


def add_days_off(
    session: Session,
    actor: Actor,
    doctor_id: object,
    absence: Absence,
    decision: Decision,
    now: datetime,
) -> Saved:
    """Take a doctor off, once it is decided what happens to those who are booked.

    Errors: DoctorNotFound, InvalidInput, DaysOffOverlap, AppointmentsAffected.
    """
    absence.check(_today(session, actor, now))
    doctor = lookup.get_doctor(session, doctor_id)
    _hold_to_change(session, [doctor.id])
    _refuse_overlap(session, doctor.id, absence)
    affected = find_affected(session, [doctor.id], absence, now)
    off = {doctor.id: [(absence.first, absence.last)]}
    _check_decided(affected, decision, off)
    row = slots.exclude_days(session, actor, doctor.id, absence.first, absence.last, absence.reason)
    return Saved(row, 1, _settle(session, actor, affected, decision, off, now))


def close_clinic(
    session: Session, actor: Actor, absence: Absence, decision: Decision, now: datetime
) -> Saved:
    """Take every active doctor off at once, each for the days on which they are not off yet.

    Errors: InvalidInput (also where nobody is left to take off),
    AppointmentsAffected.
    """
    absence.check(_today(session, actor, now))
    doctor_ids = [doctor.id for doctor in active_doctors(session)]
    _hold_to_change(session, doctor_ids)
    taken = scheduling.load_excluded(session, doctor_ids, absence.first, absence.last)
    missing = {
        doctor_id: week.uncovered(absence.first, absence.last, taken[doctor_id])
        for doctor_id in doctor_ids
    }
    if not any(missing.values()):
        raise errors.InvalidInput(
            errors.N_("Every doctor is already off on these days."), field="date"
        )
    affected = _newly_hit(session, absence, missing, now)
    _check_decided(affected, decision, missing)
    for doctor_id, parts in missing.items():
        for first, last in parts:
            slots.exclude_days(session, actor, doctor_id, first, last, absence.reason)
    outcome = _settle(session, actor, affected, decision, missing, now)
    return Saved(None, sum(1 for parts in missing.values() if parts), outcome)


def _newly_hit(
    session: Session,
    absence: Absence,
    missing: dict[int, Days],
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
    _hold_to_change(session, [row.doctor_id])
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
) -> Saved:
    """Change days off; only patients on days that were not off before are asked about.

    Errors: NotFound, StaleEdit, InvalidInput, DaysOffOverlap, AppointmentsAffected.
    """
    row = _hold(session, actor, exclusion_id)
    begin_edit(row, seen, now)
    absence.check(_today(session, actor, now))
    _refuse_overlap(session, row.doctor_id, absence, besides=row.id)
    was, will = (row.start_date, row.end_date), (absence.first, absence.last)
    affected = [
        each
        for each in find_affected(session, [row.doctor_id], absence, now)
        if not rules.is_excluded(each.day, [was])
    ]
    off = {row.doctor_id: [will]}
    _check_decided(affected, decision, off)
    row.start_date, row.end_date, row.reason = absence.first, absence.last, absence.reason
    audit.record(session, actor, "exclusion.edited", "exclusion", row.id)
    session.flush()
    _open_again(session, actor, row.doctor_id, week.uncovered(*was, [will]), now)
    return Saved(row, 1, _settle(session, actor, affected, decision, off, now))


def delete_days_off(
    session: Session, actor: Actor, exclusion_id: object, seen: int | None, now: datetime
) -> int:
    """Offer the days again and give the doctor's id; what was cancelled for them stays cancelled.

    Offers of other times that nobody has answered are over: the old times stand. Conflict if they
    were edited since the page ``seen``.
    """
    row = _hold(session, actor, exclusion_id)
    if seen is not None and seen != row.version:
        raise errors.Conflict()
    doctor_id, days = row.doctor_id, (row.start_date, row.end_date)
    audit.record(session, actor, "exclusion.deleted", "exclusion", row.id)
    session.delete(row)
    session.flush()
    _open_again(session, actor, doctor_id, [days], now)
    return doctor_id


def _open_again(session: Session, actor: Actor, doctor_id: int, days: Days, now: datetime) -> None:
    """End what was offered because of days that are no longer off, and offer their free times."""
    clinic = _clinic(session, actor)
    cascade.withdraw_needless(session, actor, clinic, doctor_id, days, now)
    for first, last in days:
        waiting.offer_freed(session, clinic, Freed(doctor_id, first, last), now)
