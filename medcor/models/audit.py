"""What was done by whom, and mail that waits to be sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, TenantOwned, UtcDateTime, link, tenant_table, utcnow


class AuditEvent(TenantOwned, Base):
    """An act worth proving later; written in the transaction of the act, never changed."""

    __tablename__ = "audit_events"
    __table_args__ = tenant_table(
        link("actor_id", "users"),
        sa.Index("ix_audit_events_subject", "clinic_id", "subject", "subject_id"),
        sa.Index("ix_audit_events_created", "clinic_id", "created_at"),
        sa.Index("ix_audit_events_actor", "clinic_id", "actor_id"),
    )

    actor_id: Mapped[int | None]
    action: Mapped[str] = mapped_column(sa.String(64))
    subject: Mapped[str] = mapped_column(sa.String(40))
    subject_id: Mapped[int | None]
    details: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)


class OutboxMail(TenantOwned, Base):
    """A mail written in the transaction of what it tells of, and sent after the commit.

    It is kept as a kind and its facts and worded when it is sent, so that it never tells what is
    no longer so. ``next_try_at`` is null once nothing is left to do: it was sent, or given up.
    """

    __tablename__ = "outbox_mails"
    __table_args__ = tenant_table(sa.Index("ix_outbox_mails_due", "next_try_at"))

    kind: Mapped[str] = mapped_column(sa.String(40))
    recipient: Mapped[str] = mapped_column(sa.String(254))
    language: Mapped[str] = mapped_column(sa.String(5), default="en")
    details: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(sa.String(300), default="")
    next_try_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=utcnow)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
