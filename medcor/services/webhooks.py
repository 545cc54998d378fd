"""Tell a clinic's other systems what happened, in the transaction in which it happened."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain.webhooks import Event
from medcor.models import Appointment, Clinic, WebhookDelivery, WebhookEndpoint, WebhookEvent
from medcor.services import lookup


def tell(
    session: Session,
    appointment: Appointment,
    event: Event,
    now: datetime,
    previous: dict[str, Any] | None = None,
) -> None:
    """Queue an event for every endpoint that listens to it; without one nothing is written.

    ``previous`` is what :func:`place_of` said before a move.
    """
    wanted = sa.select(WebhookEndpoint.id, WebhookEndpoint.events).where(WebhookEndpoint.is_active)
    listening = [number for number, events in session.execute(wanted) if event in events]
    if not listening:
        return
    facts = appointment_facts(session, appointment)
    more = {"clinic_id": appointment.clinic_id, "appointment": facts}
    if previous is not None:
        more["previous"] = previous
    queue(session, event.value, more, listening, now, appointment_id=appointment.id)


def queue(
    session: Session,
    kind: str,
    facts: dict[str, Any],
    endpoint_ids: Sequence[int],
    now: datetime,
    *,
    appointment_id: int | None = None,
) -> list[WebhookDelivery]:
    """Write one event of the clinic in scope and its way to each endpoint."""
    public_id = f"evt_{secrets.token_urlsafe(24)}"
    event = WebhookEvent(
        public_id=public_id,
        kind=kind,
        appointment_id=appointment_id,
        payload={"id": public_id, "type": kind, "created": instant_text(now), **facts},
        created_at=now,
    )
    session.add(event)
    session.flush()
    made = [
        WebhookDelivery(event_id=event.id, endpoint_id=number, next_try_at=now, created_at=now)
        for number in endpoint_ids
    ]
    session.add_all(made)
    session.flush()
    return made


def appointment_facts(session: Session, appointment: Appointment) -> dict[str, Any]:
    """What receivers read of an appointment: nothing medical, and the patient by number only."""
    treatment = appointment.treatment
    return {
        "id": appointment.id,
        "status": appointment.status.value,
        **place_of(session, appointment),
        "treatment": {"id": treatment.id, "name": treatment.name},
        "patient": {"id": appointment.patient_id},
    }


def place_of(session: Session, appointment: Appointment) -> dict[str, Any]:
    """When and with whom: local day and times with their zone, the same as UTC, and the doctor."""
    clinic = lookup.find(session, Clinic, appointment.clinic_id)
    doctor = appointment.doctor
    return {
        "date": appointment.day.isoformat(),
        "start_time": f"{appointment.start_time:%H:%M}",
        "end_time": f"{appointment.end_time:%H:%M}",
        "zone": clinic.zone if clinic else "UTC",
        "starts_at": instant_text(appointment.starts_at),
        "ends_at": instant_text(appointment.ends_at),
        "doctor": {"id": doctor.id, "name": doctor.name},
    }


def instant_text(at: datetime) -> str:
    """An instant as ``2026-03-09T06:00:00Z`` (RFC 3339, whole seconds)."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
