"""The delivery log: what was sent where, how it went, and sending it again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager

from medcor.domain import errors
from medcor.domain.permissions import Actor
from medcor.domain.webhooks import DeliveryState
from medcor.models import WebhookDelivery, WebhookEvent
from medcor.services import audit, lookup
from medcor.services.webhook_endpoints import get_endpoint


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What the log is narrowed to; ``event`` is an event's id as receivers know it."""

    state: DeliveryState | None = None
    kind: str = ""
    event: str = ""


def listed(endpoint_id: int, narrowed: Narrowed) -> sa.Select[tuple[WebhookDelivery]]:
    """The deliveries of an endpoint with their events, latest first."""
    wanted = (
        sa.select(WebhookDelivery)
        .join(WebhookDelivery.event)
        .options(contains_eager(WebhookDelivery.event))
        .where(*_conditions(endpoint_id, narrowed))
    )
    return wanted.order_by(WebhookDelivery.id.desc())


def counted(endpoint_id: int, narrowed: Narrowed) -> sa.Select[tuple[int]]:
    """The ids of the same deliveries; joined with their events only where those narrow them."""
    wanted = sa.select(WebhookDelivery.id)
    if narrowed.kind or narrowed.event:
        wanted = wanted.join(WebhookEvent, WebhookEvent.id == WebhookDelivery.event_id)
    return wanted.where(*_conditions(endpoint_id, narrowed))


def _conditions(endpoint_id: int, narrowed: Narrowed) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = [WebhookDelivery.endpoint_id == endpoint_id]
    if narrowed.state is not None:
        found.append(WebhookDelivery.state == narrowed.state)
    if narrowed.kind:
        found.append(WebhookEvent.kind == narrowed.kind)
    if narrowed.event:
        found.append(WebhookEvent.public_id == narrowed.event)
    return found


def get_delivery(session: Session, endpoint_id: object, delivery_id: object) -> WebhookDelivery:
    """A delivery of this very endpoint, or NotFound."""
    delivery = lookup.find(session, WebhookDelivery, delivery_id)
    if delivery is None or delivery.endpoint_id != endpoint_id:
        raise errors.NotFound()
    return delivery


def tellings_of(session: Session, delivery: WebhookDelivery) -> list[WebhookDelivery]:
    """Every delivery of the same event to the same endpoint, the first telling at the head."""
    wanted = sa.select(WebhookDelivery).where(
        WebhookDelivery.event_id == delivery.event_id,
        WebhookDelivery.endpoint_id == delivery.endpoint_id,
    )
    return list(session.scalars(wanted.order_by(WebhookDelivery.id)))


def send_again(
    session: Session, actor: Actor, endpoint_id: object, delivery_id: object, now: datetime
) -> WebhookDelivery:
    """Queue the same event once more under the same event id; Conflict while its endpoint is off.

    One that still waits is tried at once instead, so that pressing twice sends once.
    """
    endpoint = get_endpoint(session, endpoint_id)
    delivery = get_delivery(session, endpoint.id, delivery_id)
    if not endpoint.is_active:
        raise errors.Conflict(errors.N_("This webhook is off. Switch it on first."))
    waiting = next(
        (each for each in tellings_of(session, delivery) if each.state is DeliveryState.WAITING),
        None,
    )
    if waiting is not None:
        waiting.next_try_at = now
        made = waiting
    else:
        made = WebhookDelivery(
            event_id=delivery.event_id,
            endpoint_id=endpoint.id,
            next_try_at=now,
            asked_by_id=actor.user_id,
            created_at=now,
        )
        session.add(made)
    session.flush()
    audit.record(session, actor, "webhook.resent", "webhook", endpoint.id, delivery=made.id)
    return made
