"""Webhooks on their way: claimed by one sender under a lease, tried, settled once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from medcor.domain import webhooks as rules
from medcor.domain.permissions import Role, system_actor
from medcor.domain.webhooks import DeliveryState, StoppedBecause
from medcor.integrations.webhooks import Answer
from medcor.models import (
    Appointment,
    Patient,
    User,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
)
from medcor.models.tenancy import across_clinics
from medcor.services import audit, lookup, notices

# So many deliveries of one clinic are under way at a time, over all senders.
MOST_AT_ONCE = 2
# A sender that died in a call holds its delivery this long; several times what a call may take.
LEASE = timedelta(minutes=1)
PURGE_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class DueDelivery:
    """A claimed delivery. ``attempts`` counts this try, and tells this claim from later ones."""

    id: int
    clinic_id: int
    endpoint_id: int
    event_id: int
    attempts: int


@dataclass(frozen=True, slots=True)
class Parcel:
    """What goes over the wire: the body as text, and the secrets that sign it, newest first."""

    url: str
    event_id: str
    body: str
    secrets: tuple[str, ...]


def has_due(session: Session, now: datetime) -> bool:
    """Say whether any clinic has a delivery to send, without taking a write lock."""
    with across_clinics(session, "one sender serves every clinic"):
        return session.scalar(_due(now).with_only_columns(WebhookDelivery.id)) is not None


def claim_next(session: Session, now: datetime) -> DueDelivery | None:
    """Take the next due delivery of any clinic, so that no other sender takes it too.

    One at a time for each endpoint, few for each clinic, and those that have been failing after
    the others, so that receivers that hang hold up nobody but their own clinic.
    """
    with across_clinics(session, "one sender serves every clinic"):
        claim = _due(now).with_for_update(skip_locked=True, of=(WebhookDelivery, WebhookEndpoint))
        row = session.execute(claim).first()
        if row is None:
            return None
        claimed = DueDelivery(*row[:4], attempts=row.attempts + 1)
        session.execute(
            sa.update(WebhookDelivery)
            .where(WebhookDelivery.id == claimed.id)
            .values(attempts=claimed.attempts, leased_until=now + LEASE, tried_at=now),
            execution_options={"synchronize_session": False},
        )
    return claimed


def _due(now: datetime) -> sa.Select[Any]:
    other = aliased(WebhookDelivery)
    in_hand = sa.select(other.id).where(
        other.leased_until > now, other.endpoint_id == WebhookDelivery.endpoint_id
    )
    of_clinic = aliased(WebhookDelivery)
    busy = (
        sa.select(sa.func.count())
        .select_from(of_clinic)
        .where(of_clinic.leased_until > now, of_clinic.clinic_id == WebhookDelivery.clinic_id)
        .scalar_subquery()
    )
    return (
        sa.select(
            WebhookDelivery.id,
            WebhookDelivery.clinic_id,
            WebhookDelivery.endpoint_id,
            WebhookDelivery.event_id,
            WebhookDelivery.attempts,
        )
        .join(WebhookEndpoint, WebhookEndpoint.id == WebhookDelivery.endpoint_id)
        .where(
            WebhookDelivery.next_try_at <= now,
            WebhookEndpoint.is_active,
            ~in_hand.exists(),
            busy < MOST_AT_ONCE,
        )
        .order_by(
            WebhookEndpoint.failing_since.is_not(None),
            WebhookDelivery.next_try_at,
            WebhookDelivery.id,
        )
        .limit(1)
    )


def pack(session: Session, due: DueDelivery, now: datetime) -> Parcel | None:
    """What to send, in its clinic's scope; None if the endpoint was switched off meanwhile."""
    endpoint = lookup.find(session, WebhookEndpoint, due.endpoint_id)
    event = lookup.find(session, WebhookEvent, due.event_id)
    if endpoint is None or event is None or not endpoint.is_active:
        return None
    body = dict(event.payload)
    if endpoint.with_contact and event.appointment_id is not None:
        body["appointment"] = _with_contact(session, event, body["appointment"])
    return Parcel(endpoint.url, event.public_id, body_text(body), signing_secrets(endpoint, now))


def body_text(body: dict[str, Any]) -> str:
    """The body as it is sent and signed."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def signing_secrets(endpoint: WebhookEndpoint, now: datetime) -> tuple[str, ...]:
    """The secrets in force; for a day after a change the one before it as well."""
    if endpoint.previous_secret and endpoint.previous_until and now < endpoint.previous_until:
        return endpoint.secret, endpoint.previous_secret
    return (endpoint.secret,)


def _with_contact(session: Session, event: WebhookEvent, facts: dict[str, Any]) -> dict[str, Any]:
    """The facts with who the patient is today; of somebody who was erased there is nothing."""
    appointment = lookup.find(session, Appointment, event.appointment_id)
    patient = lookup.find(session, Patient, appointment.patient_id) if appointment else None
    if patient is None or patient.erased_at is not None:
        return facts
    contact = {"name": patient.name, "email": patient.user.email, "phone": patient.phone}
    return {**facts, "patient": {**facts["patient"], **contact}}


def settle(
    session: Session,
    due: DueDelivery,
    answer: Answer,
    signature: str,
    chance: float,
    now: datetime,
) -> str:
    """Write down how a try ended: ``delivered``, ``postponed``, ``failed``, or ``lost``.

    Lost is a try whose lease ran out, so that another sender has the delivery by now.
    """
    values: dict[str, Any] = {
        "status_code": answer.status,
        "error": _error_text(answer),
        "duration_ms": answer.duration_ms,
        "signature": signature,
        "leased_until": None,
    }
    if answer.fault is None:
        done = {"state": DeliveryState.DELIVERED, "next_try_at": None, "settled_at": now}
        if not _write(session, due, **values, **done):
            return "lost"
        _change_endpoint(session, due, WebhookEndpoint.failing_since.is_not(None), None)
        return "delivered"
    wait = None if answer.status == rules.GONE else rules.wait_after(due.attempts, chance)
    if wait is None:
        values |= {"state": DeliveryState.FAILED, "next_try_at": None, "settled_at": now}
    else:
        values["next_try_at"] = now + wait
    if not _write(session, due, **values):
        return "lost"
    _change_endpoint(session, due, WebhookEndpoint.failing_since.is_(None), now)
    _stop_if_hopeless(session, due, answer.status, now)
    return "failed" if wait is None else "postponed"


def put_back(session: Session, due: DueDelivery) -> None:
    """Give a delivery back untried: its endpoint was switched off while it was claimed."""
    _write(session, due, attempts=due.attempts - 1, leased_until=None)


def _error_text(answer: Answer) -> str:
    if answer.fault is None:
        return ""
    return f"{answer.fault.value}: {answer.detail}"[:200] if answer.detail else answer.fault.value


def _write(session: Session, due: DueDelivery, **values: Any) -> bool:
    """Change the delivery if it is still in the hand of this claim; says whether it was."""
    changed = session.execute(
        sa.update(WebhookDelivery)
        .where(
            WebhookDelivery.id == due.id,
            # SQLite gives a deleted row's id away again.
            WebhookDelivery.endpoint_id == due.endpoint_id,
            WebhookDelivery.event_id == due.event_id,
            WebhookDelivery.attempts == due.attempts,
            WebhookDelivery.state == DeliveryState.WAITING,
        )
        .values(**values),
        execution_options={"synchronize_session": False},
    )
    return changed.rowcount == 1


def _change_endpoint(
    session: Session, due: DueDelivery, unless_so: Any, failing_since: datetime | None
) -> None:
    # Not a change that an admin's form competes with: the version stays.
    session.execute(
        sa.update(WebhookEndpoint)
        .where(WebhookEndpoint.id == due.endpoint_id, unless_so)
        .values(failing_since=failing_since),
        execution_options={"synchronize_session": False},
    )


def _stop_if_hopeless(
    session: Session, due: DueDelivery, status: int | None, now: datetime
) -> None:
    since = session.scalar(
        sa.select(WebhookEndpoint.failing_since).where(WebhookEndpoint.id == due.endpoint_id)
    )
    because = rules.reason_to_stop(status, since, now)
    if because is not None:
        _stop(session, due, because, now)


def _stop(session: Session, due: DueDelivery, because: StoppedBecause, now: datetime) -> None:
    """Switch the endpoint off and tell the admins, once however many deliveries fail together."""
    stopped = session.execute(
        sa.update(WebhookEndpoint)
        .where(WebhookEndpoint.id == due.endpoint_id, WebhookEndpoint.is_active)
        .values(
            is_active=False,
            stopped_because=because,
            updated_at=now,
            version=WebhookEndpoint.version + 1,
        ),
        execution_options={"synchronize_session": False},
    )
    if stopped.rowcount != 1:
        return
    actor = system_actor(due.clinic_id)
    audit.record(
        session, actor, "webhook.stopped", "webhook", due.endpoint_id, because=because.value
    )
    for user in session.scalars(sa.select(User).where(User.role == Role.ADMIN, User.is_active)):
        notices.webhook_stopped(session, user, due.endpoint_id)


def purge(session: Session, now: datetime) -> int:
    """Delete some events of any clinic that are older than KEEP, with their deliveries."""
    with across_clinics(session, "one broom serves every clinic"):
        old = list(
            session.scalars(
                sa.select(WebhookEvent.id)
                .where(WebhookEvent.created_at < now - rules.KEEP)
                .order_by(WebhookEvent.created_at)
                .limit(PURGE_AT_ONCE)
            )
        )
        if old:
            session.execute(
                sa.delete(WebhookEvent).where(WebhookEvent.id.in_(old)),
                execution_options={"synchronize_session": False},
            )
    return len(old)
