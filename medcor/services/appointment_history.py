"""What was done with an appointment, by whom, and taking the last step back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.domain.appointments import AppointmentStatus, may_take_back
from medcor.domain.permissions import Actor, Role
from medcor.domain.webhooks import Event
from medcor.models import Appointment, AuditEvent, Treatment, User
from medcor.services import audit, booking, lookup, notices, webhooks

BOOKED = "appointment.booked"
TAKEN_BACK = "appointment.taken_back"


@dataclass(frozen=True, slots=True)
class Step:
    """One act: what, when, by whom. ``by`` is None for the clinic's widget and for commands."""

    action: str
    at: datetime
    details: dict[str, Any]
    user_id: int | None = None
    by: str = ""
    role: Role | None = None


def list_steps(session: Session, appointment: Appointment) -> list[Step]:
    """Everything that changed the appointment, oldest first; its making stands at the head."""
    steps = [_step(*row) for row in session.execute(_changes(appointment).order_by(AuditEvent.id))]
    if not any(step.action == BOOKED for step in steps):
        steps.insert(0, Step(BOOKED, appointment.created_at, {"door": appointment.door}))
    return steps


def _changes(
    appointment: Appointment,
) -> sa.Select[tuple[str, datetime, dict[str, Any], int | None, str, str, Role]]:
    return (
        sa.select(
            AuditEvent.action,
            AuditEvent.created_at,
            AuditEvent.details,
            AuditEvent.actor_id,
            User.first_name,
            User.last_name,
            User.role,
        )
        .outerjoin(User, User.id == AuditEvent.actor_id)
        .where(
            AuditEvent.subject == "appointment",
            AuditEvent.subject_id == appointment.id,
            AuditEvent.action.startswith("appointment."),
        )
    )


def _step(
    action: str,
    at: datetime,
    details: dict[str, Any],
    user_id: int | None,
    first: str | None,
    last: str | None,
    role: Role | None,
) -> Step:
    return Step(action, at, details, user_id, f"{first or ''} {last or ''}".strip(), role)


def doctors_of(steps: list[Step]) -> set[int]:
    """The doctors that the moves among ``steps`` went from and to."""
    keys = ("doctor_from", "doctor_to")
    return {step.details[key] for step in steps for key in keys if key in step.details}


def returns_to(
    actor: Actor, appointment: Appointment, steps: list[Step], now: datetime
) -> AppointmentStatus | None:
    """The state that staff may take the appointment back to now; None where they may not."""
    last = steps[-1]
    was = last.details.get("was")
    if not actor.is_staff or last.action != f"appointment.{appointment.status.value.lower()}":
        return None
    if was not in set(AppointmentStatus):
        return None
    before = AppointmentStatus(was)
    possible = may_take_back(
        appointment.status, before, last.role, last.at, appointment.starts_at, now
    )
    return before if possible else None


def take_back(session: Session, actor: Actor, appointment_id: object, now: datetime) -> Appointment:
    """Undo the end that staff have just set, and claim the time again.

    TransitionRefused where it is too late; SlotTaken or PatientBusy if somebody has the time by
    now. A patient who was told of a cancellation is told that the appointment holds.
    """
    appointment = booking.lock_appointment(session, actor, appointment_id)
    steps = list_steps(session, appointment)
    before = returns_to(actor, appointment, steps, now)
    if before is None:
        raise errors.TransitionRefused(
            errors.N_("This can't be taken back any more. Book a new appointment instead.")
        )
    was_cancelled = appointment.status is AppointmentStatus.CANCELLED
    audit.record(
        session, actor, TAKEN_BACK, "appointment", appointment.id, was=appointment.status.value
    )
    appointment.status = before
    appointment.cancel_reason = ""
    treatment = lookup.find(session, Treatment, appointment.treatment_id)
    booking.take_time(session, appointment, treatment, now)
    session.flush()
    if was_cancelled:
        clinic = lookup.get_clinic(session, actor.clinic_id)
        notices.appointment_booked(session, clinic, appointment, appointment.patient)
    webhooks.tell(session, appointment, Event.RESTORED, now)
    return appointment
