"""Load the facts of a doctor's schedule and let the domain judge them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain import scheduling as rules
from medcor.domain.free_times import Schedule, free_times, list_openings
from medcor.models import (
    Claim,
    Clinic,
    ClinicHours,
    Doctor,
    ExclusionDate,
    Hold,
    Slot,
    SlotTreatment,
    Treatment,
    TreatmentDoctor,
    User,
)

# A slot's local day may begin on another UTC day; a span plus its buffers stays within this margin.
MARGIN_DAYS = 2
STEPS_A_DAY = 86400 // rules.STEP_SECONDS
# Of a window this much is read first, and this much before the rest.
NEAR_DAYS, FAR_DAYS = 3, 24


def clinic_rule(session: Session, clinic: Clinic, *, staff: bool = False) -> rules.ClinicRule:
    """The clinic's rules; its shortest notice binds patients, not ``staff``, who see the day."""
    wanted = sa.select(ClinicHours.weekday, ClinicHours.opens, ClinicHours.closes)
    hours = frozenset(tuple(row) for row in session.execute(wanted))
    return rules.ClinicRule(
        zone=clinic.zone_info,
        min_notice=timedelta(minutes=0 if staff else clinic.min_notice_minutes),
        horizon_days=clinic.horizon_days,
        hours=hours or None,
    )


def treatment_rule(treatment: Treatment) -> rules.TreatmentRule:
    return rules.TreatmentRule(
        treatment.id, treatment.minutes, treatment.buffer_before, treatment.buffer_after
    )


def hold_schedules(session: Session, doctor_ids: Iterable[int], *, to_change: bool) -> None:
    """Keep bookings and changes of these doctors' schedules apart until the transaction ends.

    Bookings share the hold with each other; a change waits for them and has it alone, so that what
    is read after it stays true. In ascending order, so that two changes never wait in a circle.
    SQLite lets one writer in at a time anyway.
    """
    held = sa.select(Doctor.id).where(Doctor.id.in_(list(doctor_ids))).order_by(Doctor.id)
    session.execute(held.with_for_update(read=not to_change, key_share=not to_change)).all()


def load_slots(
    session: Session, doctor_ids: Iterable[int], weekdays: Iterable[int] = range(7)
) -> dict[int, list[rules.SlotRule]]:
    """Active slots by doctor, each with the treatments it is limited to; of some weekdays only."""
    ids = list(doctor_ids)
    found: dict[int, dict[int, rules.SlotRule]] = {doctor_id: {} for doctor_id in ids}
    wanted = (
        sa.select(
            Slot.id,
            Slot.doctor_id,
            Slot.weekday,
            Slot.start_time,
            Slot.end_time,
            SlotTreatment.treatment_id,
        )
        .outerjoin(SlotTreatment, SlotTreatment.slot_id == Slot.id)
        .where(
            Slot.doctor_id.in_(ids),
            Slot.weekday.in_(sorted(weekdays)),
            Slot.is_active,
            ~Slot.is_paused,
        )
    )
    for *facts, treatment_id in session.execute(wanted):
        rule = rules.SlotRule(*facts)
        if treatment_id is not None:
            # A row for each treatment that it is limited to.
            known = found[rule.doctor_id].get(rule.id, rule).treatment_ids
            rule = rule._replace(treatment_ids=known | {treatment_id})
        found[rule.doctor_id][rule.id] = rule
    return {doctor_id: list(by_id.values()) for doctor_id, by_id in found.items()}


@dataclass(frozen=True, slots=True)
class Search:
    """Whose free times are sought, and when.

    ``patient_id``'s own appointments are in the way and their own holds are not. ``staff`` look
    past the clinic's notice. ``moving`` names an appointment that gives its time up, so that it is
    in nobody's way.
    """

    now: datetime
    patient_id: int | None = None
    staff: bool = False
    moving: int | None = None


def load_busy(
    session: Session, doctor_ids: Iterable[int], first: date, last: date, search: Search
) -> dict[int, rules.Busy]:
    """What is claimed, held or excluded for each doctor between two local days, and the patient."""
    ids = list(doctor_ids)
    low, high = _step_window(first, last)
    taken: dict[int, list[range]] = defaultdict(list)
    held: dict[int, list[range]] = defaultdict(list)
    runs = (
        sa.select(Claim.doctor_id, Claim.step, Claim.last_step, Claim.hold_id)
        .outerjoin(Hold, sa.and_(Hold.clinic_id == Claim.clinic_id, Hold.id == Claim.hold_id))
        .where(
            Claim.doctor_id.in_(ids),
            Claim.last_step.is_not(None),
            Claim.step.between(low, high),
            Claim.appointment_id.is_distinct_from(search.moving or 0),
            Hold.id.is_(None) | _stands(search),
        )
    )
    for doctor_id, step, last_step, hold_id in session.execute(runs):
        (taken if hold_id is None else held)[doctor_id].append(range(step, last_step + 1))
    own = load_patient_steps(session, search, first, last)
    excluded = load_excluded(session, ids, first, last)
    return {each: rules.Busy(taken[each], own, excluded[each], held[each]) for each in ids}


def _stands(search: Search) -> sa.ColumnElement[bool]:
    """A hold that is in the way: it has not run out, and it is not the patient's own."""
    return (Hold.expires_at > search.now) & (Hold.patient_id != (search.patient_id or 0))


def load_excluded(
    session: Session, doctor_ids: Iterable[int], first: date, last: date
) -> dict[int, list[tuple[date, date]]]:
    """Ranges of days between two local days that each doctor is off."""
    excluded: dict[int, list[tuple[date, date]]] = defaultdict(list)
    for doctor_id, start, end in session.execute(
        sa.select(ExclusionDate.doctor_id, ExclusionDate.start_date, ExclusionDate.end_date).where(
            ExclusionDate.doctor_id.in_(list(doctor_ids)),
            ExclusionDate.end_date >= first,
            ExclusionDate.start_date <= last,
        )
    ):
        excluded[doctor_id].append((start, end))
    return excluded


def load_patient_steps(session: Session, search: Search, first: date, last: date) -> list[range]:
    """Steps that the patient's own appointments take between two local days."""
    if search.patient_id is None:
        return []
    low, high = _step_window(first, last)
    # One row per appointment instead of one per step; an appointment's steps are contiguous.
    own = sa.select(sa.func.min(Claim.step), sa.func.max(Claim.step)).where(
        Claim.patient_id == search.patient_id,
        Claim.step.between(low, high),
        Claim.appointment_id != (search.moving or 0),
    )
    grouped = session.execute(own.group_by(Claim.appointment_id))
    return [range(first, last + 1) for first, last in grouped]


def _step_window(first: date, last: date) -> tuple[int, int]:
    # In whole numbers: the calendar's last day has no day after it to name.
    epoch = date(1970, 1, 1)
    low, high = (first - epoch).days - MARGIN_DAYS, (last - epoch).days + MARGIN_DAYS
    return low * STEPS_A_DAY, high * STEPS_A_DAY


def load_schedules(
    session: Session, doctor_ids: Iterable[int], days: Sequence[date], search: Search
) -> dict[int, Schedule]:
    """Each doctor's openings on the days (ascending), and what is in their way."""
    ids = list(doctor_ids)
    slots = load_slots(session, ids, {day.weekday() for day in days})
    busy = load_busy(session, ids, days[0], days[-1], search)
    return {each: Schedule(slots[each], busy[each]) for each in ids}


def is_patient_busy(session: Session, span: rules.Span, day: date, search: Search) -> bool:
    """Say whether the patient has another appointment during ``span``, which lies on ``day``."""
    return rules.meets(rules.steps(span), load_patient_steps(session, search, day, day))


def find_openings(
    session: Session,
    clinic: Clinic,
    treatment: Treatment,
    doctor_ids: Sequence[int],
    days: Sequence[date],
    search: Search,
) -> list[rules.Opening]:
    """Every slot of these doctors on these (few) days that fits the treatment, with its refusals.

    Sorted by start, then doctor. As many queries, however many doctors and days.
    """
    if not doctor_ids or not days:
        return []
    facts, asked = clinic_rule(session, clinic, staff=search.staff), treatment_rule(treatment)
    schedules = load_schedules(session, doctor_ids, days, search)
    found = list_openings(facts, asked, schedules, days, search.now)
    return sorted(found, key=lambda each: (each.span.start, each.slot.doctor_id))


def find_free(
    session: Session,
    clinic: Clinic,
    treatment: Treatment,
    doctor_ids: Sequence[int],
    days: Sequence[date],
    search: Search,
    limit: int | None = None,
) -> list[rules.Opening]:
    """What can be booked on these days, the first ``limit`` of it, sorted as above.

    What is near, where mostly enough is free, is read first: three rounds of queries at most.
    """
    if not doctor_ids or not days:
        return []
    parts = _parts(days) if limit else [days]
    return list(islice(_free(session, clinic, treatment, doctor_ids, parts, search), limit))


def _free(
    session: Session,
    clinic: Clinic,
    treatment: Treatment,
    doctor_ids: Sequence[int],
    parts: Iterable[Sequence[date]],
    search: Search,
) -> Iterator[rules.Opening]:
    """Yield free times in order; a part of the days is read once all before it are used up."""
    facts, asked = clinic_rule(session, clinic, staff=search.staff), treatment_rule(treatment)
    for part in parts:
        schedules = load_schedules(session, doctor_ids, part, search)
        yield from free_times(facts, asked, schedules, part, search.now)


def _parts(days: Sequence[date]) -> list[Sequence[date]]:
    parts = (days[:NEAR_DAYS], days[NEAR_DAYS:FAR_DAYS], days[FAR_DAYS:])
    return [part for part in parts if part]


def last_day(clinic: Clinic, now: datetime) -> date:
    """The last day that the clinic lets anybody book."""
    return rules.last_day(clinic.zone_info, clinic.horizon_days, now)


def bookable_days(clinic: Clinic, now: datetime, first: date | None, count: int) -> list[date]:
    """``count`` days from ``first`` or today on, as far as the clinic lets one book."""
    today = rules.local_today(clinic.zone_info, now)
    last = last_day(clinic, now)
    return [day for day in rules.days_from(max(first or today, today), count) if day <= last]


def find_first_free(
    session: Session,
    clinic: Clinic,
    treatment: Treatment,
    search: Search,
    *,
    doctor_id: int | None = None,
    first_day: date | None = None,
    days: int = 60,
    limit: int = 5,
) -> list[rules.Opening]:
    """The first free times of a treatment, over one doctor or all who give it."""
    doctors = [doctor_id] if doctor_id else doctor_ids_for(session, treatment.id)
    window = bookable_days(clinic, search.now, first_day, days)
    return find_free(session, clinic, treatment, doctors, window, search, limit)


def find_first_by_doctor(
    session: Session,
    clinic: Clinic,
    treatment: Treatment,
    doctor_ids: Sequence[int],
    days: int,
    search: Search,
    soonest: int = 4,
) -> list[rules.Opening]:
    """The ``soonest`` free times of all, and of each doctor the first within ``days``."""
    window = bookable_days(clinic, search.now, None, days)
    found: list[rules.Opening] = []
    missing = set(doctor_ids)
    if not missing:
        return []
    for opening in _free(session, clinic, treatment, doctor_ids, _parts(window), search):
        if len(found) < soonest or opening.slot.doctor_id in missing:
            found.append(opening)
            missing.discard(opening.slot.doctor_id)
        if not missing and len(found) >= soonest:
            break
    return found


def find_nearest(
    session: Session,
    clinic: Clinic,
    treatment: Treatment,
    search: Search,
    *,
    doctor_id: int,
    day: date,
    clock: time,
    limit: int = 6,
) -> list[rules.Opening]:
    """The doctor's free times closest to a wished one, in order of time."""
    wished = datetime.combine(day, clock)
    around = max(day, rules.local_today(clinic.zone_info, search.now)) - timedelta(days=7)
    window = bookable_days(clinic, search.now, around, 22)
    free = find_free(session, clinic, treatment, [doctor_id], window, search)
    closest = sorted(
        free, key=lambda each: abs(datetime.combine(each.day, each.slot.start) - wished)
    )
    return sorted(closest[:limit], key=lambda each: each.span.start)


def doctor_ids_for(session: Session, treatment_id: int) -> list[int]:
    """Ids of the active doctors who give a treatment, in a stable order."""
    return list(
        session.scalars(
            sa.select(Doctor.id)
            .join(TreatmentDoctor, TreatmentDoctor.doctor_id == Doctor.id)
            .join(User, User.id == Doctor.user_id)
            .where(TreatmentDoctor.treatment_id == treatment_id, Doctor.is_active, User.is_active)
            .order_by(Doctor.id)
        )
    )


@dataclass(frozen=True, slots=True)
class DayOfSlots:
    """A doctor's slots on one day, free and taken, as the chatbot API lists them."""

    free: list[rules.Opening]
    booked: list[rules.Opening]


def list_day(
    session: Session, clinic: Clinic, treatment: Treatment, doctor_id: int, day: date, now: datetime
) -> DayOfSlots:
    """Sort one day's slots into free and booked; what can't be offered at all is in neither."""
    found = find_openings(session, clinic, treatment, [doctor_id], [day], Search(now))
    return DayOfSlots(
        free=[each for each in found if each.free],
        booked=[each for each in found if each.refusals and rules.TAKEN.issuperset(each.refusals)],
    )


def list_available_days(session: Session, doctor_id: int) -> list[str]:
    """Weekdays of the doctor's active slots, Monday first, as English names."""
    return rules.available_days(load_slots(session, [doctor_id])[doctor_id])
