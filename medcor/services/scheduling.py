"""Load the facts of a doctor's schedule and let the domain judge them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain import scheduling as rules
from medcor.models import (
    Claim,
    Clinic,
    Doctor,
    ExclusionDate,
    Slot,
    SlotTreatment,
    Treatment,
    TreatmentDoctor,
    User,
)

# A slot's local day may begin on another UTC day; a span plus its buffers stays within this margin.
MARGIN_DAYS = 2
STEPS_A_DAY = 86400 // rules.STEP_SECONDS


def clinic_rule(clinic: Clinic, *, staff: bool = False) -> rules.ClinicRule:
    """The clinic's rules; its shortest notice binds patients, not ``staff``, who see the day."""
    return rules.ClinicRule(
        zone=clinic.zone_info,
        min_notice=timedelta(minutes=0 if staff else clinic.min_notice_minutes),
        horizon_days=clinic.horizon_days,
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
    limits: dict[int, set[int]] = defaultdict(set)
    ids = list(doctor_ids)
    these = (
        Slot.doctor_id.in_(ids),
        Slot.weekday.in_(sorted(weekdays)),
        Slot.is_active,
        ~Slot.is_paused,
    )
    limited = sa.select(SlotTreatment.slot_id, SlotTreatment.treatment_id).join(
        Slot, Slot.id == SlotTreatment.slot_id
    )
    for slot_id, treatment_id in session.execute(limited.where(*these)):
        limits[slot_id].add(treatment_id)
    found: dict[int, list[rules.SlotRule]] = {doctor_id: [] for doctor_id in ids}
    wanted = sa.select(Slot.id, Slot.doctor_id, Slot.weekday, Slot.start_time, Slot.end_time).where(
        *these
    )
    for slot_id, doctor_id, weekday, start, end in session.execute(wanted):
        rule = rules.SlotRule(slot_id, doctor_id, weekday, start, end, frozenset(limits[slot_id]))
        found[doctor_id].append(rule)
    return found


def load_busy(
    session: Session,
    doctor_ids: Iterable[int],
    patient_id: int | None,
    first: date,
    last: date,
    moving: int | None = None,
) -> dict[int, rules.Busy]:
    """What is claimed or excluded for each doctor between two local days, and for the patient.

    ``moving`` names an appointment that gives its time up, so that it is in nobody's way.
    """
    ids = list(doctor_ids)
    within = (Claim.step.between(*_step_window(first, last)), Claim.appointment_id != (moving or 0))
    taken: dict[int, list[rules.Span]] = defaultdict(list)
    for doctor_id, low, high in session.execute(
        _claimed(Claim.doctor_id).where(Claim.doctor_id.in_(ids), *within)
    ):
        taken[doctor_id].append(rules.span_of_steps(low, high))
    own = _patient_spans(session, patient_id, within)
    excluded = load_excluded(session, ids, first, last)
    return {each: rules.Busy(taken[each], own, excluded[each]) for each in ids}


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


def _claimed(owner: sa.orm.InstrumentedAttribute[int]) -> sa.Select[tuple[int, int, int]]:
    # One row per appointment instead of one per step; an appointment's steps are contiguous.
    return sa.select(owner, sa.func.min(Claim.step), sa.func.max(Claim.step)).group_by(
        owner, Claim.appointment_id
    )


def _patient_spans(
    session: Session, patient_id: int | None, within: tuple[sa.ColumnElement[bool], ...]
) -> list[rules.Span]:
    if patient_id is None:
        return []
    own = _claimed(Claim.patient_id).where(Claim.patient_id == patient_id, *within)
    return [rules.span_of_steps(low, high) for _owner, low, high in session.execute(own)]


def _step_window(first: date, last: date) -> tuple[int, int]:
    # In whole numbers: the calendar's last day has no day after it to name.
    epoch = date(1970, 1, 1)
    low, high = (first - epoch).days - MARGIN_DAYS, (last - epoch).days + MARGIN_DAYS
    return low * STEPS_A_DAY, high * STEPS_A_DAY


def find_openings(
    session: Session,
    clinic: Clinic,
    treatment: Treatment,
    doctor_ids: Sequence[int],
    days: Sequence[date],
    now: datetime,
    patient_id: int | None = None,
    *,
    staff: bool = False,
    moving: int | None = None,
) -> list[rules.Opening]:
    """Every slot of these doctors on these days that fits the treatment, with its refusals.

    Sorted by start, then doctor. As many queries, however many doctors and days. ``staff`` look
    past the clinic's notice, and ``moving`` is the appointment that a time is sought for.
    """
    if not doctor_ids or not days:
        return []
    slots = load_slots(session, doctor_ids, {day.weekday() for day in days})
    busy = load_busy(session, doctor_ids, patient_id, days[0], days[-1], moving)
    clinic_facts, treatment_facts = clinic_rule(clinic, staff=staff), treatment_rule(treatment)
    found = [
        opening
        for doctor_id in doctor_ids
        for opening in rules.openings(
            clinic_facts, slots[doctor_id], treatment_facts, days, busy[doctor_id], now
        )
    ]
    return sorted(found, key=lambda each: (each.span.start, each.slot.doctor_id))


def find_first_free(
    session: Session,
    clinic: Clinic,
    treatment: Treatment,
    now: datetime,
    *,
    doctor_id: int | None = None,
    patient_id: int | None = None,
    first_day: date | None = None,
    days: int = 60,
    limit: int = 5,
    staff: bool = False,
    moving: int | None = None,
) -> list[rules.Opening]:
    """The first free times of a treatment, over one doctor or all who give it."""
    start = max(first_day or date.min, rules.local_today(clinic.zone_info, now))
    doctors = [doctor_id] if doctor_id else doctor_ids_for(session, treatment.id)
    found: list[rules.Opening] = []
    for part in _parts(rules.days_from(start, min(days, clinic.horizon_days + 1))):
        openings = find_openings(
            session, clinic, treatment, doctors, part, now, patient_id, staff=staff, moving=moving
        )
        found += [opening for opening in openings if opening.free]
        if len(found) >= limit:
            break
    return found[:limit]


def _parts(days: list[date]) -> list[list[date]]:
    """Cut a window so that what is near, where mostly enough is free, is looked at first."""
    cuts = (0, 7, 28, len(days))
    return [days[a:b] for a, b in pairwise(cuts) if days[a:b]]


def find_first_by_doctor(
    session: Session,
    clinic: Clinic,
    treatment: Treatment,
    now: datetime,
    doctor_ids: Sequence[int],
    patient_id: int | None,
    days: int,
) -> list[rules.Opening]:
    """Free times of the next days, and of each doctor at least the first within ``days``."""
    start = rules.local_today(clinic.zone_info, now)
    found: list[rules.Opening] = []
    missing = list(doctor_ids)
    for part in _parts(rules.days_from(start, min(days, clinic.horizon_days + 1))):
        openings = find_openings(session, clinic, treatment, missing, part, now, patient_id)
        found += [opening for opening in openings if opening.free]
        have = {opening.slot.doctor_id for opening in found}
        missing = [each for each in doctor_ids if each not in have]
    return sorted(found, key=lambda each: (each.span.start, each.slot.doctor_id))


def find_nearest(
    session: Session,
    clinic: Clinic,
    treatment: Treatment,
    now: datetime,
    *,
    doctor_id: int,
    day: date,
    clock: time,
    patient_id: int | None = None,
    limit: int = 6,
    staff: bool = False,
    moving: int | None = None,
) -> list[rules.Opening]:
    """The doctor's free times closest to a wished one, in order of time."""
    wished = datetime.combine(day, clock)
    free = find_first_free(
        session,
        clinic,
        treatment,
        now,
        doctor_id=doctor_id,
        patient_id=patient_id,
        first_day=max(day, rules.local_today(clinic.zone_info, now)) - timedelta(days=7),
        days=22,
        limit=1000,
        staff=staff,
        moving=moving,
    )
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
    found = find_openings(session, clinic, treatment, [doctor_id], [day], now)
    taken = (rules.Refusal.DOCTOR_BUSY,)
    return DayOfSlots(
        free=[opening for opening in found if opening.free],
        booked=[opening for opening in found if opening.refusals == taken],
    )


def list_available_days(session: Session, doctor_id: int) -> list[str]:
    """Weekdays of the doctor's active slots, Monday first, as English names."""
    return rules.available_days(load_slots(session, [doctor_id])[doctor_id])
