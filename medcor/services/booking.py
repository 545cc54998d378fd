"""Book, confirm, close and cancel: the one way in for pages, chatbot API and assistant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.domain import scheduling as rules
from medcor.domain.appointments import AppointmentStatus, can_move, may_cancel, may_close
from medcor.domain.identity import is_known_id
from medcor.domain.permissions import Actor, Role
from medcor.domain.webhooks import EVENT_OF, Event
from medcor.models import Appointment, Clinic, Doctor, Offer, OfferState, Patient, Slot, Treatment
from medcor.services import audit, claims, lookup, notices, scheduling, waiting, webhooks


@dataclass(frozen=True, slots=True)
class BookingRequest:
    """What somebody wants: ids as they came in (they may be unknown) and a local day.

    ``request_key`` (64 characters at most) names the request among the patient's own; see
    :func:`find_repeat`.
    """

    doctor_id: object
    treatment_id: object
    slot_id: object
    day: date
    patient_id: object = None
    patient_email: str | None = None
    door: str = "page"
    request_key: str | None = None


@dataclass(frozen=True, slots=True)
class Parts:
    """The rows behind a request."""

    patient: Patient
    doctor: Doctor
    treatment: Treatment
    slot: Slot


def book_appointment(
    session: Session, actor: Actor, request: BookingRequest, now: datetime, *, mail: bool = True
) -> Appointment:
    """Book a slot on a day as Pending and claim its steps.

    Without ``mail`` the caller tells the patient, as of a whole series at once.

    Errors, in this order: PastDate, PatientNotFound, DoctorNotFound, TreatmentNotFound,
    SlotNotFound, SlotUnavailable, then SlotTaken or PatientBusy. The last two are decided by the
    claims' unique constraints, so that the loser of a race gets the same answer.
    """
    clinic = lookup.get_clinic(session, actor.clinic_id)
    if request.day < rules.local_today(clinic.zone_info, now):
        raise errors.PastDate()
    parts = find_parts(session, actor, request)
    span = offered_span(
        session, clinic, parts.slot, parts.treatment, request.day, now, staff=actor.is_staff
    )
    appointment = _add_appointment(session, clinic, parts, request, span, now)
    take_time(session, appointment, parts.treatment, now)
    audit.record(
        session, actor, "appointment.booked", "appointment", appointment.id, door=request.door
    )
    if mail:
        notices.appointment_booked(session, clinic, appointment, parts.patient)
    webhooks.tell(session, appointment, Event.BOOKED, now)
    return appointment


def find_repeat(session: Session, actor: Actor, request: BookingRequest) -> Appointment | None:
    """What the same request, told by its ``request_key``, has booked before.

    RequestKeyReused if that patient sent the key with another doctor, treatment, slot or day.
    """
    if request.request_key is None:
        return None
    try:
        patient = _find_patient(session, actor, request)
    except errors.PatientNotFound:
        # Booking says so itself, in its own order.
        return None
    made = session.scalar(
        sa.select(Appointment).where(
            Appointment.patient_id == patient.id, Appointment.request_key == request.request_key
        )
    )
    if made is None:
        return None
    booked = (made.doctor_id, made.treatment_id, made.slot_id, made.day)
    if booked != (request.doctor_id, request.treatment_id, request.slot_id, request.day):
        raise errors.RequestKeyReused()
    return made


def _find_patient(session: Session, actor: Actor, request: BookingRequest) -> Patient:
    if actor.is_patient:
        return lookup.get_patient(session, actor.profile_id)
    if request.patient_email is not None:
        return lookup.get_patient_by_email(session, request.patient_email)
    return lookup.get_patient(session, request.patient_id)


def find_parts(session: Session, actor: Actor, request: BookingRequest) -> Parts:
    """The rows that a request names, or the error of the first that is not found."""
    patient = _find_patient(session, actor, request)
    doctor = lookup.get_doctor(session, request.doctor_id)
    treatment = lookup.get_treatment(session, request.treatment_id, doctor.id)
    slot = lookup.find(session, Slot, request.slot_id)
    if slot is None or slot.doctor_id != doctor.id or not slot.is_active:
        raise errors.SlotNotFound()
    return Parts(patient, doctor, treatment, slot)


def offered_span(
    session: Session,
    clinic: Clinic,
    slot: Slot,
    treatment: Treatment,
    day: date,
    now: datetime,
    *,
    staff: bool,
) -> rules.Span:
    """The slot's span on the day, or SlotUnavailable; claims are left to the constraints.

    Holds the doctor's schedule: days off that are saved meanwhile see this booking, or refuse it.
    """
    scheduling.hold_schedules(session, [slot.doctor_id], to_change=False)
    offered = scheduling.load_slots(session, [slot.doctor_id], {slot.weekday})[slot.doctor_id]
    rule = next((each for each in offered if each.id == slot.id), None)
    # Edited or deleted since ``slot`` was read: the time that was asked for is no more.
    if rule is None or (rule.start, rule.end) != (slot.start_time, slot.end_time):
        raise errors.SlotNotFound()
    excluded = scheduling.load_excluded(session, [slot.doctor_id], day, day)[slot.doctor_id]
    facts = scheduling.clinic_rule(session, clinic, staff=staff)
    asked = scheduling.treatment_rule(treatment)
    if any(rules.refusals(facts, rule, asked, day, rules.Busy(excluded=excluded), now)):
        raise errors.SlotUnavailable()
    span = rules.slot_span(clinic.zone_info, day, rule, treatment.minutes)
    if span is None:
        raise errors.SlotUnavailable()
    return span


def _add_appointment(
    session: Session,
    clinic: Clinic,
    parts: Parts,
    request: BookingRequest,
    span: rules.Span,
    now: datetime,
) -> Appointment:
    appointment = Appointment(
        clinic_id=clinic.id,
        doctor_id=parts.doctor.id,
        patient_id=parts.patient.id,
        treatment_id=parts.treatment.id,
        slot_id=parts.slot.id,
        day=request.day,
        start_time=parts.slot.start_time,
        end_time=parts.slot.end_time,
        starts_at=span.start,
        ends_at=span.end,
        time_chosen_at=now,
        status=AppointmentStatus.PENDING,
        price_minor=parts.treatment.price_minor,
        door=request.door,
        request_key=request.request_key,
    )
    session.add(appointment)
    session.flush()
    return appointment


def take_time(
    session: Session, appointment: Appointment, treatment: Treatment, now: datetime
) -> None:
    """Claim the appointment's time; the patient's own hold of it gives way, nobody else's does."""
    rule = scheduling.treatment_rule(treatment)
    span = rules.Span(appointment.starts_at, appointment.ends_at)
    needed = rules.steps(rules.with_buffers(span, rule))
    claims.clear_way(
        session, appointment.doctor_id, appointment.patient_id, needed, now, offers_too=True
    )
    claims.add_claims(session, appointment, rule)


def get_appointment(session: Session, actor: Actor, appointment_id: object) -> Appointment:
    """An appointment that the actor may see; anyone else's is not found."""
    appointment = lookup.find(session, Appointment, appointment_id)
    if appointment is None or not _concerns(appointment, actor):
        raise errors.AppointmentNotFound()
    return appointment


def lock_appointment(
    session: Session, actor: Actor, appointment_id: object, *doctor_ids: int
) -> Appointment:
    """As :func:`get_appointment`, as of now, and nobody else changes it before this is over.

    The schedules of its doctor, of whoever's time is offered instead and of ``doctor_ids`` are held
    first, as everybody does who changes days off or a week, so that the two never wait for each
    other in a circle.
    """
    if is_known_id(appointment_id):
        wanted = sa.select(Appointment).where(Appointment.id == appointment_id)
        doctor_id = session.scalar(wanted.with_only_columns(Appointment.doctor_id))
        instead = sa.select(Offer.doctor_id).where(
            Offer.appointment_id == appointment_id, Offer.state == OfferState.OPEN
        )
        held = {*doctor_ids, *session.scalars(instead), *([doctor_id] if doctor_id else [])}
        scheduling.hold_schedules(session, held, to_change=False)
        locked = wanted.with_for_update().execution_options(populate_existing=True)
        row = session.scalar(locked)
        if row is not None and row.doctor_id != doctor_id:
            raise errors.TryAgain()
    return get_appointment(session, actor, appointment_id)


def _concerns(appointment: Appointment, actor: Actor) -> bool:
    if actor.role is Role.PATIENT:
        return appointment.patient_id == actor.profile_id
    if actor.role is Role.DOCTOR:
        return appointment.doctor_id == actor.profile_id
    return actor.role is Role.ADMIN


def cancel_appointment(
    session: Session,
    actor: Actor,
    appointment_id: object,
    reason: str,
    now: datetime,
    *,
    mail: bool = True,
) -> Appointment:
    """Cancel and free the time. Patients keep the clinic's notice; staff give a reason.

    Without ``mail`` the caller tells the patient, as of several at once.
    """
    appointment = lock_appointment(session, actor, appointment_id)
    clinic = lookup.get_clinic(session, actor.clinic_id)
    if not appointment.is_live:
        raise errors.TransitionRefused()
    check_reason(actor, reason)
    notice = timedelta(minutes=clinic.cancel_notice_minutes)
    role = actor.role or Role.PATIENT
    if not may_cancel(appointment.status, appointment.starts_at, role, notice, now):
        raise errors.CancellationTooLate()
    _move(session, actor, appointment, AppointmentStatus.CANCELLED)
    appointment.cancel_reason = reason.strip()[:300]
    claims.release_claims(session, appointment)
    session.flush()
    freed = waiting.Freed.by_leaving(session, appointment)
    waiting.give_up_time(session, actor, clinic, appointment, freed, now)
    if mail:
        notices.appointment_cancelled(session, clinic, appointment, appointment.patient)
    webhooks.tell(session, appointment, Event.CANCELLED, now)
    return appointment


def check_reason(actor: Actor, reason: str) -> None:
    """MissingParameter where staff change a patient's plans without a word."""
    if actor.is_staff and not reason.strip():
        raise errors.MissingParameter(
            errors.N_("Say why, so that the patient knows."), field="reason"
        )


def confirm_appointment(
    session: Session, actor: Actor, appointment_id: object, now: datetime
) -> Appointment:
    """Pending becomes Confirmed, and the patient is told."""
    made = _close(session, actor, appointment_id, AppointmentStatus.CONFIRMED, now)
    notices.appointment_confirmed(session, made, made.patient)
    return made


def complete_appointment(
    session: Session, actor: Actor, appointment_id: object, now: datetime
) -> Appointment:
    """Confirmed becomes Completed, once it has begun. Its claims are released."""
    return _close(session, actor, appointment_id, AppointmentStatus.COMPLETED, now)


def mark_no_show(
    session: Session, actor: Actor, appointment_id: object, now: datetime
) -> Appointment:
    """Confirmed becomes No-show, once it has begun. Its claims are released."""
    return _close(session, actor, appointment_id, AppointmentStatus.NO_SHOW, now)


def _close(
    session: Session, actor: Actor, appointment_id: object, target: AppointmentStatus, now: datetime
) -> Appointment:
    appointment = lock_appointment(session, actor, appointment_id)
    if not actor.is_staff:
        raise errors.NotAllowed()
    if not may_close(target, appointment.starts_at, now):
        raise errors.TransitionRefused(errors.N_("This appointment has not begun yet."))
    _move(session, actor, appointment, target)
    if not appointment.is_live:
        claims.release_claims(session, appointment)
    session.flush()
    webhooks.tell(session, appointment, EVENT_OF[target], now)
    return appointment


def _move(
    session: Session, actor: Actor, appointment: Appointment, target: AppointmentStatus
) -> None:
    if not can_move(appointment.status, target):
        raise errors.TransitionRefused()
    action = f"appointment.{target.value.lower()}"
    audit.record(
        session, actor, action, "appointment", appointment.id, was=appointment.status.value
    )
    appointment.status = target


def list_own(
    session: Session, patient_id: int, *, live_after: datetime | None = None
) -> list[Appointment]:
    """A patient's appointments, next first; with ``live_after`` only live ones from then on."""
    wanted = sa.select(Appointment).where(Appointment.patient_id == patient_id)
    if live_after is not None:
        live = (AppointmentStatus.PENDING, AppointmentStatus.CONFIRMED)
        wanted = wanted.where(Appointment.status.in_(live), Appointment.starts_at >= live_after)
    return list(session.scalars(wanted.order_by(Appointment.starts_at, Appointment.id)))
