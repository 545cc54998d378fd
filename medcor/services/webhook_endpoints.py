"""Where a clinic's other systems listen: add, change, delete, test, and give a new secret."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.domain import webhooks as rules
from medcor.domain.permissions import Actor
from medcor.domain.webhooks import DeliveryState, Event
from medcor.integrations.webhooks import new_secret
from medcor.models import WebhookDelivery, WebhookEndpoint, WebhookEvent
from medcor.services import audit, lookup, webhooks
from medcor.services.edits import begin_edit

MOST_ENDPOINTS = 10


@dataclass(frozen=True, slots=True)
class EndpointFacts:
    """What an admin sets of an endpoint; ``url`` as :func:`rules.normal_url` gives it."""

    url: str
    description: str
    events: tuple[Event, ...]
    with_contact: bool
    is_active: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """How many deliveries of an endpoint stand where."""

    waiting: int = 0
    delivered: int = 0
    failed: int = 0


def get_endpoint(session: Session, endpoint_id: object) -> WebhookEndpoint:
    """An endpoint of the clinic in scope, or NotFound."""
    endpoint = lookup.find(session, WebhookEndpoint, endpoint_id)
    if endpoint is None:
        raise errors.NotFound()
    return endpoint


def list_endpoints(session: Session) -> list[WebhookEndpoint]:
    """The clinic's endpoints, oldest first; there are never more than MOST_ENDPOINTS."""
    return list(session.scalars(sa.select(WebhookEndpoint).order_by(WebhookEndpoint.id)))


def standing_of(session: Session) -> dict[int, Standing]:
    """For each endpoint how its deliveries of the last weeks stand, in one query."""
    counts: dict[int, dict[str, int]] = {}
    rows = session.execute(
        sa.select(
            WebhookDelivery.endpoint_id, WebhookDelivery.state, sa.func.count(WebhookDelivery.id)
        ).group_by(WebhookDelivery.endpoint_id, WebhookDelivery.state)
    )
    for endpoint_id, state, number in rows:
        counts.setdefault(endpoint_id, {})[state.value] = number
    return {endpoint_id: Standing(**each) for endpoint_id, each in counts.items()}


def add_endpoint(
    session: Session, actor: Actor, facts: EndpointFacts, now: datetime
) -> WebhookEndpoint:
    """Add an endpoint with a secret of its own; WebhookTaken, or InvalidInput past the limit."""
    _refuse_taken(session, facts.url, None)
    count = session.scalar(sa.select(sa.func.count(WebhookEndpoint.id))) or 0
    if count >= MOST_ENDPOINTS:
        raise errors.InvalidInput(
            errors.N_("A clinic has ten webhooks at most. Delete one that is not needed any more.")
        )
    made = WebhookEndpoint(secret=new_secret(), created_at=now, updated_at=now)
    _set(made, facts)
    session.add(made)
    session.flush()
    audit.record(session, actor, "webhook.added", "webhook", made.id, **_noted(made))
    return made


def edit_endpoint(
    session: Session,
    actor: Actor,
    endpoint_id: object,
    facts: EndpointFacts,
    seen_version: int | None,
    now: datetime,
) -> WebhookEndpoint:
    """Change an endpoint; switching it on again begins its failures anew.

    Errors: NotFound, StaleEdit, WebhookTaken.
    """
    endpoint = get_endpoint(session, endpoint_id)
    begin_edit(endpoint, seen_version, now)
    _refuse_taken(session, facts.url, endpoint.id)
    if facts.is_active and (not endpoint.is_active or facts.url != endpoint.url):
        endpoint.failing_since = None
    if facts.is_active:
        endpoint.stopped_because = None
    _set(endpoint, facts)
    session.flush()
    audit.record(session, actor, "webhook.edited", "webhook", endpoint.id, **_noted(endpoint))
    return endpoint


def delete_endpoint(session: Session, actor: Actor, endpoint_id: object) -> None:
    """Delete an endpoint with its log; what still waits for it is never sent."""
    endpoint = get_endpoint(session, endpoint_id)
    audit.record(session, actor, "webhook.deleted", "webhook", endpoint.id, **_noted(endpoint))
    session.delete(endpoint)
    session.flush()


def renew_secret(
    session: Session,
    actor: Actor,
    endpoint_id: object,
    seen_version: int | None,
    now: datetime,
) -> WebhookEndpoint:
    """Give a new secret; the one before it signs beside it for OLD_SECRET_SIGNS_FOR.

    StaleEdit where ``seen_version`` is no longer today's: a form that is sent twice must not push
    out the secret that the receiver still knows.
    """
    endpoint = get_endpoint(session, endpoint_id)
    begin_edit(endpoint, seen_version, now)
    endpoint.previous_secret = endpoint.secret
    endpoint.previous_until = now + rules.OLD_SECRET_SIGNS_FOR
    endpoint.secret = new_secret()
    session.flush()
    audit.record(session, actor, "webhook.secret_renewed", "webhook", endpoint.id)
    return endpoint


def send_test(
    session: Session, actor: Actor, endpoint_id: object, now: datetime
) -> WebhookDelivery:
    """Queue a test event; one that still waits is not joined by another. Conflict while it is off.

    The test is of one endpoint alone and tells of no appointment.
    """
    endpoint = get_endpoint(session, endpoint_id)
    if not endpoint.is_active:
        raise errors.Conflict(errors.N_("This webhook is off. Switch it on first."))
    waiting = session.scalars(
        sa.select(WebhookDelivery)
        .join(WebhookEvent, WebhookEvent.id == WebhookDelivery.event_id)
        .where(
            WebhookDelivery.endpoint_id == endpoint.id,
            WebhookDelivery.state == DeliveryState.WAITING,
            WebhookEvent.kind == rules.TEST,
        )
        .order_by(WebhookDelivery.id.desc())
        .limit(1)
    ).first()
    if waiting is not None:
        return waiting
    facts = {"clinic_id": actor.clinic_id, "test": True}
    (made,) = webhooks.queue(session, rules.TEST, facts, [endpoint.id], now)
    audit.record(session, actor, "webhook.tested", "webhook", endpoint.id)
    return made


def _refuse_taken(session: Session, url: str, own_id: int | None) -> None:
    found = session.scalar(sa.select(WebhookEndpoint.id).where(WebhookEndpoint.url == url))
    if found is not None and found != own_id:
        raise errors.WebhookTaken(field="url")


def _set(endpoint: WebhookEndpoint, facts: EndpointFacts) -> None:
    endpoint.url, endpoint.description = facts.url, facts.description
    endpoint.events = [event.value for event in facts.events]
    endpoint.with_contact, endpoint.is_active = facts.with_contact, facts.is_active


def _noted(endpoint: WebhookEndpoint) -> dict[str, object]:
    """What the audit log keeps: where to and of what, without a query that may hold a key."""
    return {
        "address": endpoint.url.partition("?")[0],
        "events": endpoint.events,
        "contact": endpoint.with_contact,
        "on": endpoint.is_active,
    }
