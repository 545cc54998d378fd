"""Sign-in sessions with their revocation, and one-time links sent by mail."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, TenantOwned, UtcDateTime, enum_type, link, tenant_table, utcnow


class AuthSession(TenantOwned, Base):
    """One sign-in. Page, access key and refresh token carry its ``public_id`` and die with it.

    ``refresh_id`` is the token in force, ``previous_refresh_id`` the one before it, accepted for
    a short while after ``rotated_at`` because two tabs may refresh at once.
    """

    __tablename__ = "auth_sessions"
    __table_args__ = tenant_table(
        link("user_id", "users", ondelete="CASCADE"),
        sa.UniqueConstraint("public_id"),
        sa.Index("ix_auth_sessions_user", "clinic_id", "user_id"),
    )

    public_id: Mapped[str] = mapped_column(sa.String(36))
    user_id: Mapped[int]
    refresh_id: Mapped[str] = mapped_column(sa.String(36), default="")
    previous_refresh_id: Mapped[str] = mapped_column(sa.String(36), default="")
    rotated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    user_agent: Mapped[str] = mapped_column(sa.String(200), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LinkPurpose(StrEnum):
    VERIFY_EMAIL = "verify_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105  (a purpose, not a password)
    INVITATION = "invitation"
    OPEN_CLINIC = "open_clinic"


class MailedLink(TenantOwned, Base):
    """A one-time link; only the SHA-256 of its token is stored.

    A verification link carries the password of the registration that asked for it: whoever
    registered the address before its owner did must not end up with an account of theirs.
    """

    __tablename__ = "mailed_links"
    __table_args__ = tenant_table(
        link("user_id", "users", ondelete="CASCADE"),
        sa.UniqueConstraint("token_hash"),
        sa.Index("ix_mailed_links_user", "clinic_id", "user_id"),
    )

    user_id: Mapped[int]
    purpose: Mapped[LinkPurpose] = mapped_column(enum_type(LinkPurpose, "purpose"))
    token_hash: Mapped[str] = mapped_column(sa.String(64))
    password_hash: Mapped[str] = mapped_column(sa.String(200), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CalendarFeed(TenantOwned, Base):
    """A private calendar address of a person; only the SHA-256 of its token is stored.

    One is in force at a time: making a new one revokes the one before it.
    """

    __tablename__ = "calendar_feeds"
    __table_args__ = tenant_table(
        link("user_id", "users", ondelete="CASCADE"),
        sa.UniqueConstraint("token_hash"),
        sa.UniqueConstraint("clinic_id", "user_id", name="uq_calendar_feeds_user"),
    )

    user_id: Mapped[int]
    token_hash: Mapped[str] = mapped_column(sa.String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
