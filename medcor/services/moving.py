"""Move an appointment to another time, or to another doctor: all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.domain import scheduling as rules
from medcor.domain.appointments import AppointmentStatus, may_move
from medcor.domain.permissions import Actor, Role
from medcor.domain.webhooks import Event
from medcor.models import (
    Appointment,
    AuditEvent,
    Clinic,
    Doctor,
    MedicalRecord,
    Slot,
    Treatment,
)
from medcor.services import (
    audit,
    booking,
    claims,
    lookup,
    notices,
    record_drafts,
    scheduling,
    waiting,
    webhooks,
)
from medcor.services.scheduling import Search
from medcor.services.waiting import Freed

MOVED = "appointment.moved"


@dataclass(frozen=True, slots=True)
class Target:
    """Where to: a slot, whose doctor may be another one, on a local day."""

    slot_id: object
    day: date


@dataclass(frozen=True, slots=True)
class Movable:
    """An appointment that may be moved, and who could see the patient instead."""

    appointment: Appointment
    clinic: Clinic
    treatment: Treatment
    doctors: list[Doctor]

    def search(self, actor: Actor, now: datetime) -> Search:
        """What is free for its patient, the time that it gives up included."""
        row = self.appointment
        return Search(now, row.patient_id, actor.is_staff, moving=row.id)

    def others(self, openings: Iterable[rules.Opening]) -> list[rules.Opening]:
        """Without the time that it has."""
        here = (self.appointment.slot_id, self.appointment.day)
        return [each for each in openings if (each.slot.id, each.day) != here]


def move_appointment(
    session: Session,
    actor: Actor,
    appointment_id: object,
    target: Target,
    now: datetime,
    *,
    reason: str = "",
    seen_version: int | None = None,
) -> Appointment:
    """Give the old time up and take the new one; the row stays, and so does all that hangs on it.

    Staff give a reason, which the patient reads; a patient's move waits for the clinic's answer
    again. The same move a second time is done already. Errors, in this order: AppointmentNotFound,
    TransitionRefused, MissingParameter, StaleEdit, SlotNotFound, DoctorNotFound,
    TreatmentNotFound, PastDate, SlotUnavailable, then SlotTaken or PatientBusy from the claims.
    """
    try:
        wished = lookup.find(session, Slot, target.slot_id)
        held = [wished.doctor_id] if wished else []
        appointment = booking.lock_appointment(session, actor, appointment_id, *held)
    except errors.AppointmentNotFound:
        return _handed_over(session, actor, appointment_id, target)
    if _is_there(appointment, target):
        return appointment
    clinic = lookup.get_clinic(session, actor.clinic_id)
    check_movable(actor, appointment, clinic, now)
    booking.check_reason(actor, reason)
    if seen_version is not None and seen_version != appointment.version:
        raise errors.StaleEdit(current=appointment.version)
    return relocate(session, actor, clinic, appointment, target, now, reason=reason)


def relocate(
    session: Session,
    actor: Actor,
    clinic: Clinic,
    appointment: Appointment,
    target: Target,
    now: datetime,
    *,
    reason: str = "",
    keeps_status: bool = False,
) -> Appointment:
    """Release the old time and claim the new one of a locked appointment, and tell of it.

    What a move and an accepted offer have in common. A patient's move waits for the clinic's
    answer again, unless it ``keeps_status``. Errors as :func:`move_appointment` has them, from
    SlotNotFound on.
    """
    slot = _find_slot(session, appointment, target)
    if target.day < rules.local_today(clinic.zone_info, now):
        raise errors.PastDate()
    treatment = lookup.find(session, Treatment, appointment.treatment_id)
    span = booking.offered_span(
        session, clinic, slot, treatment, target.day, now, staff=actor.is_staff
    )
    old, freed = webhooks.place_of(session, appointment), Freed.by_leaving(session, appointment)
    claims.release_claims(session, appointment)
    appointment.time_chosen_at = now
    _write(session, actor, appointment, slot, target.day, span, keeps_status)
    booking.take_time(session, appointment, treatment, now)
    _tell(session, appointment, old, reason, now)
    waiting.give_up_time(session, actor, clinic, appointment, freed, now)
    return appointment


def _tell(
    session: Session, appointment: Appointment, old: dict[str, Any], reason: str, now: datetime
) -> None:
    """Tell the patient and the clinic's other systems where the appointment is now."""
    notices.appointment_moved(
        session,
        appointment,
        appointment.patient,
        old_day=old["date"],
        old_time=old["start_time"],
        reason=reason.strip()[:300],
    )
    webhooks.tell(session, appointment, Event.MOVED, now, old)


def check_movable(actor: Actor, appointment: Appointment, clinic: Clinic, now: datetime) -> None:
    """TransitionRefused once it is over, MovingTooLate within the notice that patients keep."""
    if not appointment.is_live:
        raise errors.TransitionRefused()
    notice = timedelta(minutes=clinic.cancel_notice_minutes)
    role = actor.role or Role.PATIENT
    if not may_move(appointment.status, appointment.starts_at, role, notice, now):
        raise errors.MovingTooLate()


def _is_there(appointment: Appointment, target: Target) -> bool:
    now_at = (appointment.slot_id, appointment.day)
    return appointment.is_live and now_at == (target.slot_id, target.day)


def _handed_over(
    session: Session, actor: Actor, appointment_id: object, target: Target
) -> Appointment:
    """The appointment that this very doctor has just given to a colleague by the same move."""
    appointment = lookup.find(session, Appointment, appointment_id)
    if appointment is None or actor.role is not Role.DOCTOR or not _is_there(appointment, target):
        raise errors.AppointmentNotFound()
    mover = session.scalar(
        sa.select(AuditEvent.actor_id)
        .where(
            AuditEvent.subject == "appointment",
            AuditEvent.subject_id == appointment.id,
            AuditEvent.action == MOVED,
        )
        .order_by(AuditEvent.id.desc())
        .limit(1)
    )
    if mover != actor.user_id:
        raise errors.AppointmentNotFound()
    return appointment


def _find_slot(session: Session, appointment: Appointment, target: Target) -> Slot:
    slot = lookup.find(session, Slot, target.slot_id)
    if slot is None or not slot.is_active:
        raise errors.SlotNotFound()
    doctor = lookup.get_doctor(session, slot.doctor_id)
    if not lookup.gives_treatment(session, doctor.id, appointment.treatment_id):
        raise errors.TreatmentNotFound()
    if doctor.id != appointment.doctor_id and has_record(session, appointment):
        raise errors.TransitionRefused(
            errors.N_(
                "The doctor has written a record of this appointment, so it can't go to another "
                "doctor."
            )
        )
    return slot


def has_record(session: Session, appointment: Appointment) -> bool:
    """Say whether a medical record, or a draft of one, ties the appointment to its doctor."""
    record = sa.select(MedicalRecord.id).where(MedicalRecord.appointment_id == appointment.id)
    drafted = record_drafts.ties_to_doctor([appointment.id])
    return session.scalar(record) is not None or session.scalar(drafted) is not None


def _write(
    session: Session,
    actor: Actor,
    appointment: Appointment,
    slot: Slot,
    day: date,
    span: rules.Span,
    keeps_status: bool,
) -> None:
    before = _place(appointment)
    appointment.doctor_id, appointment.slot_id, appointment.day = slot.doctor_id, slot.id, day
    appointment.start_time, appointment.end_time = slot.start_time, slot.end_time
    appointment.starts_at, appointment.ends_at = span.start, span.end
    was = appointment.status
    if not actor.is_staff and not keeps_status:
        appointment.status = AppointmentStatus.PENDING
    after = _place(appointment)
    audit.record(
        session,
        actor,
        MOVED,
        "appointment",
        appointment.id,
        was=was.value,
        **{f"{name}_from": value for name, value in before.items()},
        **{f"{name}_to": value for name, value in after.items()},
    )
    session.flush()
    session.expire(appointment, ["doctor"])


def _place(appointment: Appointment) -> dict[str, Any]:
    return {
        "day": appointment.day.isoformat(),
        "time": f"{appointment.start_time:%H:%M}",
        "doctor": appointment.doctor_id,
    }


def find_movable(session: Session, actor: Actor, appointment_id: object) -> Movable:
    """What the page of a move is about; doctors are those who may take over, today's one first."""
    appointment = booking.get_appointment(session, actor, appointment_id)
    clinic = lookup.get_clinic(session, actor.clinic_id)
    treatment = lookup.find(session, Treatment, appointment.treatment_id)
    ids = scheduling.doctor_ids_for(session, appointment.treatment_id)
    if has_record(session, appointment):
        ids = [each for each in ids if each == appointment.doctor_id]
    found = list(session.scalars(sa.select(Doctor).where(Doctor.id.in_(ids)).order_by(Doctor.id)))
    found.sort(key=lambda each: each.id != appointment.doctor_id)
    return Movable(appointment, clinic, treatment, found)


def find_free(
    session: Session,
    actor: Actor,
    movable: Movable,
    doctor_ids: list[int],
    first: date,
    count: int,
    now: datetime,
) -> list[rules.Opening]:
    """Free times on ``count`` days from ``first`` on, without the appointment's own."""
    days = scheduling.bookable_days(movable.clinic, now, first, count)
    found = scheduling.find_free(
        session, movable.clinic, movable.treatment, doctor_ids, days, movable.search(actor, now)
    )
    return movable.others(found)


def find_nearest(
    session: Session, actor: Actor, movable: Movable, slot: Slot, day: date, now: datetime
) -> list[rules.Opening]:
    """What is free of the wished doctor's times around one that is gone."""
    found = scheduling.find_nearest(
        session,
        movable.clinic,
        movable.treatment,
        movable.search(actor, now),
        doctor_id=slot.doctor_id,
        day=day,
        clock=slot.start_time,
    )
    return movable.others(found)
