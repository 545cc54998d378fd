"""A doctor's weekly slots and exclusion dates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.domain.permissions import Actor
from medcor.models import ExclusionDate, Slot, SlotStep, SlotTreatment
from medcor.services import audit

STEPS_A_DAY = 288


def week_steps(weekday: int, start: time, end: time) -> range:
    """The 5-minute steps of a weekly slot, counted from Monday 00:00."""
    base = weekday * STEPS_A_DAY
    return range(base + _step(start), base + _step(end))


def _step(clock: time) -> int:
    minutes = clock.hour * 60 + clock.minute
    if minutes % 5 or clock.second or clock.microsecond:
        raise errors.InvalidInput(errors.N_("Times must be on 5-minute steps."), field="start_time")
    return minutes // 5


def add_slot(
    session: Session,
    actor: Actor,
    doctor_id: int,
    weekday: int,
    start: time,
    end: time,
    treatment_ids: Iterable[int] = (),
) -> Slot:
    """Open a weekly slot; SlotOverlap if the doctor has one at that time already."""
    if not 0 <= weekday <= 6 or start >= end:
        raise errors.InvalidInput(errors.N_("The slot must end after it starts."), field="end_time")
    steps = week_steps(weekday, start, end)
    slot = Slot(
        clinic_id=actor.clinic_id,
        doctor_id=doctor_id,
        weekday=weekday,
        start_time=start,
        end_time=end,
    )
    session.add(slot)
    session.flush()
    owner = {"clinic_id": actor.clinic_id, "slot_id": slot.id, "doctor_id": doctor_id}
    session.execute(sa.insert(SlotStep), [{**owner, "step": step} for step in steps])
    for treatment_id in treatment_ids:
        session.add(
            SlotTreatment(clinic_id=actor.clinic_id, slot_id=slot.id, treatment_id=treatment_id)
        )
    audit.record(session, actor, "slot.added", "slot", slot.id)
    session.flush()
    return slot


def exclude_days(
    session: Session, actor: Actor, doctor_id: int, first: date, last: date, reason: str = ""
) -> ExclusionDate:
    """Take a doctor off for a range of days, both ends included."""
    if last < first:
        raise errors.InvalidInput(
            errors.N_("The last day must not be before the first."), field="end_date"
        )
    row = ExclusionDate(
        clinic_id=actor.clinic_id,
        doctor_id=doctor_id,
        start_date=first,
        end_date=last,
        reason=reason,
    )
    session.add(row)
    session.flush()
    audit.record(session, actor, "exclusion.added", "exclusion", row.id)
    return row
