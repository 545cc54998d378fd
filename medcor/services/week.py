"""A doctor's week as a whole: what it holds, several slots at once, one day like another."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain import errors, week
from medcor.domain.appointments import LIVE
from medcor.domain.permissions import Actor
from medcor.domain.week import CopyPlan, WeekTime
from medcor.models import Appointment, Doctor, Slot, Treatment, User
from medcor.services import audit, lookup, scheduling, slots, waiting


@dataclass(frozen=True, slots=True)
class OpenSlot:
    """A slot with the treatments it is limited to, what is booked ahead, and whether any fits."""

    slot: Slot
    limits: list[Treatment]
    booked: int
    fits: bool

    @property
    def start_time(self) -> time:
        return self.slot.start_time

    @property
    def end_time(self) -> time:
        return self.slot.end_time

    @property
    def minutes(self) -> int:
        return week.minute_of(self.end_time) - week.minute_of(self.start_time)


@dataclass(frozen=True, slots=True)
class Week:
    """A doctor's openings, Monday first, and the treatments that they give."""

    doctor: Doctor
    openings: list[OpenSlot]
    given: list[Treatment]

    @property
    def offered(self) -> list[OpenSlot]:
        """The openings that are not paused."""
        return [each for each in self.openings if not each.slot.is_paused]

    @property
    def minutes(self) -> int:
        """Minutes a week that can be booked."""
        return sum(each.minutes for each in self.offered)

    @property
    def mark(self) -> str:
        """Changes with every change of a slot: what a preview was made over."""
        facts = [(each.slot.id, each.slot.version) for each in self.openings]
        return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]

    def of_day(self, weekday: int) -> list[OpenSlot]:
        return [each for each in self.openings if each.slot.weekday == weekday]


def load_week(session: Session, doctor: Doctor, now: datetime) -> Week:
    """A doctor's openings with all that the page shows of them, in four queries."""
    found = slots.active_slots(session, doctor.id)
    limits = slots.limits_of(session, [slot.id for slot in found])
    given = slots.given_treatments(session, doctor.id)
    booked = _booked_ahead(session, doctor.id, now)
    openings = [
        OpenSlot(
            slot,
            limits.get(slot.id, []),
            booked.get(slot.id, 0),
            _fits_any(slot, limits.get(slot.id) or given),
        )
        for slot in found
    ]
    return Week(doctor, openings, given)


def _fits_any(slot: Slot, treatments: Iterable[Treatment]) -> bool:
    minutes = week.minute_of(slot.end_time) - week.minute_of(slot.start_time)
    return any(each.is_active and each.minutes <= minutes for each in treatments)


def _booked_ahead(session: Session, doctor_id: int, now: datetime) -> dict[int, int]:
    rows = (
        sa.select(Appointment.slot_id, sa.func.count())
        .where(
            Appointment.doctor_id == doctor_id,
            Appointment.starts_at > now,
            Appointment.status.in_(sorted(LIVE)),
        )
        .group_by(Appointment.slot_id)
    )
    return {slot_id: count for slot_id, count in session.execute(rows)}


def shortest_misfit(session: Session, slot: Slot) -> Treatment | None:
    """The shortest treatment that the slot could be for, if not even that one fits into it."""
    limits = slots.limits_of(session, [slot.id]).get(slot.id)
    choice = limits or slots.given_treatments(session, slot.doctor_id)
    if not choice or _fits_any(slot, choice):
        return None
    return min(choice, key=lambda treatment: treatment.minutes)


@dataclass(frozen=True, slots=True)
class DoctorLine:
    """How much of a week a doctor is open."""

    doctor: Doctor
    openings: int
    minutes: int


def active_doctors(session: Session) -> list[Doctor]:
    """The clinic's active doctors by name."""
    wanted = (
        sa.select(Doctor).join(User, User.id == Doctor.user_id).where(Doctor.is_active)
    ).where(User.is_active)
    return list(session.scalars(wanted.order_by(User.last_name, User.first_name, Doctor.id)))


def list_weeks(session: Session) -> list[DoctorLine]:
    """Every active doctor with the size of their week, in two queries."""
    spans: dict[int, list[int]] = {}
    rows = sa.select(Slot.doctor_id, Slot.start_time, Slot.end_time).where(
        Slot.is_active, ~Slot.is_paused
    )
    for doctor_id, start, end in session.execute(rows):
        minutes = week.minute_of(end) - week.minute_of(start)
        spans.setdefault(doctor_id, []).append(minutes)
    return [
        DoctorLine(doctor, len(spans.get(doctor.id, [])), sum(spans.get(doctor.id, [])))
        for doctor in active_doctors(session)
    ]


@dataclass(frozen=True, slots=True)
class Series:
    """Openings of one length, one after the other, on some weekdays; lengths in minutes."""

    weekdays: tuple[int, ...]
    start: time
    end: time
    minutes: int
    pause: int
    treatment_ids: tuple[int, ...] = ()

    def spans(self) -> list[WeekTime]:
        """The openings; InvalidInput names the field that leaves none."""
        if not self.weekdays or not set(self.weekdays) <= set(week.DAYS):
            raise errors.InvalidInput(errors.N_("Choose at least one day."), field="weekdays")
        if self.start >= self.end:
            raise errors.InvalidInput(
                errors.N_("The end must be after the start."), field="end_time"
            )
        for name, minutes in (("minutes", self.minutes), ("pause", self.pause)):
            if minutes % week.STEP_MINUTES or minutes < (name == "minutes"):
                raise errors.InvalidInput(errors.N_("Use whole steps of 5 minutes."), field=name)
        made = week.series(self.weekdays, self.start, self.end, self.minutes, self.pause)
        if not made:
            raise errors.InvalidInput(
                errors.N_("Not one opening of this length fits between these times."),
                field="minutes",
            )
        for each in made:
            slots.check_times(each)
        return made


def add_series(
    session: Session, actor: Actor, doctor_id: object, wanted: Series, now: datetime
) -> list[Slot]:
    """Open every slot of a series or none; SlotOverlap names those that are in the way."""
    spans = wanted.spans()
    doctor = lookup.get_doctor(session, doctor_id)
    slots.refuse_overlap(session, doctor.id, spans)
    made = slots.add_slots(session, actor, doctor.id, spans, wanted.treatment_ids)
    audit.record(session, actor, "slots.added", "doctor", doctor.id, count=len(made))
    session.flush()
    waiting.offer_opened(session, made, now)
    return made


@dataclass(frozen=True, slots=True)
class CopyWish:
    """One day of a doctor to be copied to others."""

    source: int
    targets: tuple[int, ...]
    replace: bool

    def check(self) -> None:
        """InvalidInput if a day is missing or copied onto itself."""
        if self.source not in week.DAYS:
            raise errors.InvalidInput(errors.N_("Choose a day of the week."), field="weekday")
        if not self.targets or not set(self.targets) <= set(week.DAYS):
            raise errors.InvalidInput(errors.N_("Choose at least one day."), field="weekdays")
        if self.source in self.targets:
            raise errors.InvalidInput(
                errors.N_("A day can't be copied onto itself."), field="weekdays"
            )


def plan_copies(held: Week, wish: CopyWish) -> dict[int, CopyPlan[OpenSlot]]:
    """For each target day what copying does there; InvalidInput if there is nothing to copy."""
    wish.check()
    source = held.of_day(wish.source)
    if not source:
        raise errors.InvalidInput(
            errors.N_("There is no opening on this day yet."), field="weekday"
        )
    return {
        day: week.plan_copy(source, held.of_day(day), replace=wish.replace)
        for day in sorted(set(wish.targets))
    }


def copy_day(
    session: Session,
    actor: Actor,
    doctor_id: object,
    wish: CopyWish,
    seen_mark: str,
    now: datetime,
) -> int:
    """Copy a day to others in one go; how many openings were added.

    Conflict if the week is no longer the one of ``seen_mark`` (empty: none was seen).
    """
    doctor = lookup.get_doctor(session, doctor_id)
    scheduling.hold_schedules(session, [doctor.id], to_change=True)
    held = load_week(session, doctor, now)
    plans = plan_copies(held, wish)
    if seen_mark and seen_mark != held.mark:
        raise errors.Conflict()
    made = [
        slot
        for day, plan in plans.items()
        for slot in _apply(session, actor, doctor.id, day, plan, wish, now)
    ]
    added = sum(len(plan.added) for plan in plans.values())
    audit.record(
        session,
        actor,
        "slots.copied",
        "doctor",
        doctor.id,
        count=added,
        source=wish.source,
        targets=sorted(set(wish.targets)),
        replace=wish.replace,
    )
    session.flush()
    waiting.offer_opened(session, made, now)
    return added


def _apply(
    session: Session,
    actor: Actor,
    doctor_id: int,
    day: int,
    plan: CopyPlan[OpenSlot],
    wish: CopyWish,
    now: datetime,
) -> list[Slot]:
    """Make one day like the other; give the openings that were added or changed."""
    for each in plan.removed:
        slots.remove_slot(session, actor, each.slot, now)
    changed = []
    if wish.replace:
        changed = [own.slot for each, own in plan.kept if _make_alike(session, each, own, now)]
    spans = [WeekTime(day, each.start_time, each.end_time) for each in plan.added]
    made = slots.add_slots(session, actor, doctor_id, spans)
    for slot, each in zip(made, plan.added, strict=True):
        slot.is_paused = each.slot.is_paused
        # Copied as they are: the doctor may no longer give one of these.
        slots.set_limits(session, slot, [treatment.id for treatment in each.limits])
    return [*made, *changed]


def _make_alike(session: Session, source: OpenSlot, own: OpenSlot, now: datetime) -> bool:
    """Give an opening the other one's limits and pause; say whether that changed anything."""
    limits = [each.id for each in source.limits]
    others = limits != [each.id for each in own.limits]
    resumed = own.slot.is_paused != source.slot.is_paused
    if others:
        slots.set_limits(session, own.slot, limits)
    own.slot.is_paused = source.slot.is_paused
    if others or resumed:
        own.slot.updated_at = now
    return others or resumed
