"""Webhooks: where a clinic's other systems listen, what they are told, and each telling of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from medcor.domain.webhooks import DeliveryState, StoppedBecause

from .base import Base, TenantOwned, UtcDateTime, enum_type, link, tenant_table, utcnow


class WebhookEndpoint(TenantOwned, Base):
    """An address of a clinic's other system, and which events it is told.

    ``previous_secret`` signs too until ``previous_until``, so that a receiver can change over.
    ``failing_since`` is the first failure after the last success. ``stopped_because`` says why it
    is off where nobody switched it off by hand.
    """

    __tablename__ = "webhook_endpoints"
    __table_args__ = tenant_table(
        sa.UniqueConstraint("clinic_id", "url", name="uq_webhook_endpoints_url")
    )

    url: Mapped[str] = mapped_column(sa.String(500))
    description: Mapped[str] = mapped_column(sa.String(120), default="")
    events: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    with_contact: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)
    secret: Mapped[str] = mapped_column(sa.String(80))
    previous_secret: Mapped[str] = mapped_column(sa.String(80), default="")
    previous_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stopped_because: Mapped[StoppedBecause | None] = mapped_column(
        enum_type(StoppedBecause, "stopped_because")
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class WebhookEvent(TenantOwned, Base):
    """Something that happened, written in its transaction; ``payload`` names no person.

    ``public_id`` is what receivers tell repeats by. Name, email and phone of a patient are looked
    up when a delivery is sent, so that none of them is kept here.
    """

    __tablename__ = "webhook_events"
    __table_args__ = tenant_table(
        link("appointment_id", "appointments", ondelete="CASCADE"),
        sa.UniqueConstraint("public_id"),
        sa.Index("ix_webhook_events_created", "created_at"),
        sa.Index("ix_webhook_events_appointment", "clinic_id", "appointment_id"),
    )

    public_id: Mapped[str] = mapped_column(sa.String(40))
    kind: Mapped[str] = mapped_column(sa.String(40))
    appointment_id: Mapped[int | None]
    payload: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class WebhookDelivery(TenantOwned, Base):
    """One event on its way to one endpoint, with how its last try went.

    ``next_try_at`` is null once it is settled; until ``leased_until`` a sender has it in hand.
    ``asked_by_id`` is who sent it again; null for the first telling.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = tenant_table(
        link("event_id", "webhook_events", ondelete="CASCADE"),
        link("endpoint_id", "webhook_endpoints", ondelete="CASCADE"),
        link("asked_by_id", "users"),
        sa.Index("ix_webhook_deliveries_due", "next_try_at"),
        sa.Index("ix_webhook_deliveries_leased", "leased_until"),
        sa.Index("ix_webhook_deliveries_endpoint", "clinic_id", "endpoint_id", "id"),
        # Counted by state without their rows.
        sa.Index("ix_webhook_deliveries_state", "clinic_id", "endpoint_id", "state", "id"),
        sa.Index("ix_webhook_deliveries_event", "clinic_id", "event_id"),
    )

    event_id: Mapped[int]
    endpoint_id: Mapped[int]
    state: Mapped[DeliveryState] = mapped_column(
        enum_type(DeliveryState, "state"), default=DeliveryState.WAITING
    )
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    status_code: Mapped[int | None]
    error: Mapped[str] = mapped_column(sa.String(200), default="")
    duration_ms: Mapped[int | None]
    signature: Mapped[str] = mapped_column(sa.String(200), default="")
    asked_by_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    event: Mapped[WebhookEvent] = relationship(
        foreign_keys="[WebhookDelivery.clinic_id, WebhookDelivery.event_id]", viewonly=True
    )
    endpoint: Mapped[WebhookEndpoint] = relationship(
        foreign_keys="[WebhookDelivery.clinic_id, WebhookDelivery.endpoint_id]", viewonly=True
    )
