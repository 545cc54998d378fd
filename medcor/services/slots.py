"""A doctor's weekly slots one by one: add, edit, pause, delete, bring back; days off as rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain import errors, week
from medcor.domain.appointments import LIVE
from medcor.domain.permissions import Actor, Role
from medcor.domain.week import WeekTime
from medcor.models import (
    Appointment,
    ExclusionDate,
    Offer,
    Slot,
    SlotStep,
    SlotTreatment,
    Treatment,
    TreatmentDoctor,
)
from medcor.services import audit, lookup, scheduling, waiting
from medcor.services.edits import begin_edit

STEPS_A_DAY = 288


def week_steps(weekday: int, start: time, end: time) -> range:
    """The 5-minute steps of a weekly slot, counted from Monday 00:00."""
    base = weekday * STEPS_A_DAY
    return range(base + _step(start, "start_time"), base + _step(end, "end_time"))


def _step(clock: time, field: str) -> int:
    if not week.on_step(clock):
        raise errors.InvalidInput(errors.N_("Times must be on 5-minute steps."), field=field)
    return week.minute_of(clock) // week.STEP_MINUTES


def check_times(wanted: WeekTime) -> range:
    """The steps of a span of the week; InvalidInput if there is no such span."""
    if wanted.weekday not in week.DAYS:
        raise errors.InvalidInput(errors.N_("Choose a day of the week."), field="weekday")
    if wanted.start_time >= wanted.end_time:
        raise errors.InvalidInput(errors.N_("The slot must end after it starts."), field="end_time")
    return week_steps(wanted.weekday, wanted.start_time, wanted.end_time)


def own_doctor_id(actor: Actor, wanted: object) -> object:
    """Whose week is meant: a doctor's own, whatever they name; DoctorNotFound for another's."""
    if actor.role is Role.DOCTOR:
        if wanted is not None and wanted != actor.profile_id:
            raise errors.DoctorNotFound()
        return actor.profile_id
    if wanted is None:
        raise errors.MissingParameter(errors.N_("Choose a doctor."), field="doctor_id")
    return wanted


def get_slot(session: Session, actor: Actor, slot_id: object, *, deleted_too: bool = False) -> Slot:
    """A slot of a doctor whom the actor may manage, or SlotNotFound."""
    slot = lookup.find(session, Slot, slot_id)
    if slot is None or not (slot.is_active or deleted_too):
        raise errors.SlotNotFound()
    if actor.role is Role.DOCTOR and slot.doctor_id != actor.profile_id:
        raise errors.SlotNotFound()
    return slot


def _hold_slot(session: Session, actor: Actor, slot_id: object, *, deleted_too: bool) -> Slot:
    """As :func:`get_slot`, as of now, and no booking of the doctor under way."""
    slot = get_slot(session, actor, slot_id, deleted_too=True)
    scheduling.hold_schedules(session, [slot.doctor_id], to_change=True)
    session.expire(slot)
    return get_slot(session, actor, slot_id, deleted_too=deleted_too)


def active_slots(
    session: Session, doctor_id: int, weekdays: Iterable[int] = week.DAYS
) -> list[Slot]:
    """A doctor's openings in order of the week, paused ones too."""
    wanted = sa.select(Slot).where(
        Slot.doctor_id == doctor_id, Slot.is_active, Slot.weekday.in_(sorted(weekdays))
    )
    return list(session.scalars(wanted.order_by(Slot.weekday, Slot.start_time)))


def limits_of(session: Session, slot_ids: Sequence[int]) -> dict[int, list[Treatment]]:
    """The treatments that each slot is limited to, by name; no entry where it takes any."""
    found: dict[int, list[Treatment]] = {}
    rows = (
        sa.select(SlotTreatment.slot_id, Treatment)
        .join(Treatment, Treatment.id == SlotTreatment.treatment_id)
        .where(SlotTreatment.slot_id.in_(slot_ids))
        .order_by(Treatment.name)
    )
    for slot_id, treatment in session.execute(rows):
        found.setdefault(slot_id, []).append(treatment)
    return found


def given_treatments(session: Session, doctor_id: int) -> list[Treatment]:
    """Active treatments that a doctor gives, by name."""
    wanted = (
        sa.select(Treatment)
        .join(TreatmentDoctor, TreatmentDoctor.treatment_id == Treatment.id)
        .where(TreatmentDoctor.doctor_id == doctor_id, Treatment.is_active)
    )
    return list(session.scalars(wanted.order_by(Treatment.name)))


def refuse_overlap(
    session: Session, doctor_id: int, wanted: Sequence[WeekTime], besides: int | None = None
) -> None:
    """SlotOverlap, its ``clashes`` the doctor's openings (WeekTime) that are in the way.

    The unique steps would refuse as well, but could not say which ones.
    """
    clashes = [
        WeekTime(slot.weekday, slot.start_time, slot.end_time)
        for slot in active_slots(session, doctor_id, {each.weekday for each in wanted})
        if slot.id != besides
        and any(slot.weekday == each.weekday and week.overlap(slot, each) for each in wanted)
    ]
    if clashes:
        raise errors.SlotOverlap(clashes=clashes)


def add_slot(
    session: Session,
    actor: Actor,
    doctor_id: int,
    weekday: int,
    start: time,
    end: time,
    treatment_ids: Iterable[int] = (),
    now: datetime | None = None,
) -> Slot:
    """Open a weekly slot; SlotOverlap if the doctor has one at that time already.

    From ``now`` on its times are offered to the waiting list.
    """
    wanted = WeekTime(weekday, start, end)
    check_times(wanted)
    refuse_overlap(session, doctor_id, [wanted])
    slot = add_slots(session, actor, doctor_id, [wanted], treatment_ids)[0]
    audit.record(session, actor, "slot.added", "slot", slot.id)
    session.flush()
    if now is not None:
        waiting.offer_opened(session, [slot], now)
    return slot


def add_slots(
    session: Session,
    actor: Actor,
    doctor_id: int,
    wanted: Sequence[WeekTime],
    treatment_ids: Iterable[int] = (),
) -> list[Slot]:
    """Write several slots of one doctor, all or none; SlotOverlap where steps are taken."""
    limits = check_limits(session, doctor_id, treatment_ids)
    made = [
        Slot(
            clinic_id=actor.clinic_id,
            doctor_id=doctor_id,
            weekday=each.weekday,
            start_time=each.start_time,
            end_time=each.end_time,
        )
        for each in wanted
    ]
    session.add_all(made)
    session.flush()
    for slot in made:
        _take_steps(session, slot)
        _limit(session, slot, limits)
    session.flush()
    return made


def check_limits(
    session: Session, doctor_id: int, treatment_ids: Iterable[int], had: Iterable[int] = ()
) -> set[int]:
    """Ids of treatments that the doctor gives, or that the slot ``had``; else TreatmentNotFound."""
    wanted = set(treatment_ids)
    if wanted - set(had):
        given = {treatment.id for treatment in given_treatments(session, doctor_id)}
        if wanted - given - set(had):
            raise errors.TreatmentNotFound()
    return wanted


def _limit(session: Session, slot: Slot, treatment_ids: Iterable[int]) -> None:
    session.add_all(
        SlotTreatment(clinic_id=slot.clinic_id, slot_id=slot.id, treatment_id=treatment_id)
        for treatment_id in sorted(treatment_ids)
    )


def set_limits(session: Session, slot: Slot, treatment_ids: Iterable[int]) -> None:
    """Limit a slot to these treatments instead of the ones before; none means any."""
    _forget(session, sa.delete(SlotTreatment).where(SlotTreatment.slot_id == slot.id))
    _limit(session, slot, treatment_ids)


def _take_steps(session: Session, slot: Slot) -> None:
    owner = {"clinic_id": slot.clinic_id, "slot_id": slot.id, "doctor_id": slot.doctor_id}
    steps = week_steps(slot.weekday, slot.start_time, slot.end_time)
    session.execute(sa.insert(SlotStep), [{**owner, "step": step} for step in steps])


def _release_steps(session: Session, slot: Slot) -> None:
    _forget(session, sa.delete(SlotStep).where(SlotStep.slot_id == slot.id))


def _forget(session: Session, rows: sa.Delete) -> None:
    session.execute(rows, execution_options={"synchronize_session": False})


def edit_slot(
    session: Session,
    actor: Actor,
    slot_id: object,
    wanted: WeekTime,
    treatment_ids: Iterable[int],
    seen: int | None,
    now: datetime,
) -> Slot:
    """Give a slot other times or treatments; appointments booked in it keep their own times.

    Errors: SlotNotFound, StaleEdit, InvalidInput, TreatmentNotFound, SlotOverlap.
    """
    slot = _hold_slot(session, actor, slot_id, deleted_too=False)
    begin_edit(slot, seen, now)
    check_times(wanted)
    had = {each.id for each in limits_of(session, [slot.id]).get(slot.id, [])}
    limits = check_limits(session, slot.doctor_id, treatment_ids, had)
    refuse_overlap(session, slot.doctor_id, [wanted], besides=slot.id)
    _release_steps(session, slot)
    slot.weekday, slot.start_time, slot.end_time = (
        wanted.weekday,
        wanted.start_time,
        wanted.end_time,
    )
    set_limits(session, slot, limits)
    _take_steps(session, slot)
    audit.record(session, actor, "slot.edited", "slot", slot.id)
    session.flush()
    waiting.offer_opened(session, [slot], now)
    return slot


@dataclass(frozen=True, slots=True)
class Use:
    """What was booked in a slot: whether ever, and how many appointments still lie ahead."""

    ever: bool
    ahead: int


def use_of(session: Session, slot: Slot, now: datetime) -> Use:
    """Count what deleting a slot leaves behind."""
    ahead = (Appointment.starts_at > now) & Appointment.status.in_(sorted(LIVE))
    total, live = session.execute(
        sa.select(sa.func.count(), sa.func.count().filter(ahead)).where(
            Appointment.doctor_id == slot.doctor_id, Appointment.slot_id == slot.id
        )
    ).one()
    # What was ever offered tells of the slot too.
    ever = total or session.scalar(sa.select(Offer.id).where(Offer.slot_id == slot.id).limit(1))
    return Use(bool(ever), live)


def delete_slot(
    session: Session, actor: Actor, slot_id: object, seen: int | None, now: datetime
) -> Slot | None:
    """Close a slot: the row is erased, or kept inactive and given back if it was ever booked.

    Appointments that are booked in it stay as they are. One that is closed already stays so.
    Conflict if it was edited since the page ``seen``.
    """
    slot = _hold_slot(session, actor, slot_id, deleted_too=True)
    if not slot.is_active:
        return slot
    _refuse_stale(slot, seen, now)
    return remove_slot(session, actor, slot, now)


def _refuse_stale(slot: Slot, seen: int | None, now: datetime) -> None:
    try:
        begin_edit(slot, seen, now)
    except errors.StaleEdit as error:
        # There is no form here whose input could be kept.
        raise errors.Conflict() from error


def remove_slot(session: Session, actor: Actor, slot: Slot, now: datetime) -> Slot | None:
    """Erase a slot, or keep it inactive if it was ever booked, with the schedule held."""
    use = use_of(session, slot, now)
    audit.record(session, actor, "slot.deleted", "slot", slot.id, kept=use.ever)
    _release_steps(session, slot)
    if not use.ever:
        session.delete(slot)
        session.flush()
        return None
    slot.is_active, slot.is_paused, slot.updated_at = False, False, now
    session.flush()
    return slot


def restore_slot(session: Session, actor: Actor, slot_id: object, now: datetime) -> Slot:
    """Open a slot again that was closed; SlotOverlap if its time was given away meanwhile."""
    slot = _hold_slot(session, actor, slot_id, deleted_too=True)
    if slot.is_active:
        return slot
    wanted = WeekTime(slot.weekday, slot.start_time, slot.end_time)
    refuse_overlap(session, slot.doctor_id, [wanted])
    slot.is_active, slot.updated_at = True, now
    _take_steps(session, slot)
    audit.record(session, actor, "slot.restored", "slot", slot.id)
    session.flush()
    waiting.offer_opened(session, [slot], now)
    return slot


def pause_slot(
    session: Session, actor: Actor, slot_id: object, paused: bool | None, now: datetime
) -> Slot:
    """Offer a slot no longer, or again; None turns it round. Appointments stay."""
    slot = _hold_slot(session, actor, slot_id, deleted_too=False)
    paused = not slot.is_paused if paused is None else paused
    if slot.is_paused != paused:
        slot.is_paused, slot.updated_at = paused, now
        action = "slot.paused" if paused else "slot.resumed"
        audit.record(session, actor, action, "slot", slot.id)
        session.flush()
        waiting.offer_opened(session, [slot], now)
    return slot


def pause_day(
    session: Session, actor: Actor, doctor_id: int, weekday: int, paused: bool, now: datetime
) -> int:
    """Pause or resume every opening of a weekday; how many were changed."""
    if weekday not in week.DAYS:
        raise errors.InvalidInput(errors.N_("Choose a day of the week."), field="weekday")
    doctor = lookup.get_doctor(session, doctor_id)
    scheduling.hold_schedules(session, [doctor.id], to_change=True)
    found = [
        slot for slot in active_slots(session, doctor.id, [weekday]) if slot.is_paused != paused
    ]
    for slot in found:
        slot.is_paused, slot.updated_at = paused, now
    if found:
        action = "slots.paused" if paused else "slots.resumed"
        audit.record(session, actor, action, "doctor", doctor.id, weekday=weekday)
    session.flush()
    waiting.offer_opened(session, found, now)
    return len(found)


def exclude_days(
    session: Session, actor: Actor, doctor_id: int, first: date, last: date, reason: str = ""
) -> ExclusionDate:
    """Take a doctor off for a range of days, both ends included, whoever is booked on them."""
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
