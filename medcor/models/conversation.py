"""Talks with the assistant and their log."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, TenantOwned, UtcDateTime, enum_type, link, tenant_table, utcnow


class MessageType(StrEnum):
    USER = "user"
    LLM = "llm"


class ConversationMessage(TenantOwned, Base):
    """One final transcript, typed turn or reply: the journal from which MongoDB is fed.

    ``message_id`` makes a repeated write harmless; ``shipped_at`` is null until MongoDB has it.
    """

    __tablename__ = "conversation_messages"
    __table_args__ = tenant_table(
        link("user_id", "users"),
        sa.UniqueConstraint("message_id"),
        sa.Index("ix_conversation_messages_user", "clinic_id", "user_id", "created_at"),
        sa.Index("ix_conversation_messages_session", "clinic_id", "session_id"),
        sa.Index("ix_conversation_messages_shipped_at", "shipped_at", "id"),
    )

    message_id: Mapped[str] = mapped_column(sa.String(64))
    session_id: Mapped[str] = mapped_column(sa.String(36))
    turn_id: Mapped[str] = mapped_column(sa.String(64), default="")
    user_id: Mapped[int]
    user_email: Mapped[str] = mapped_column(sa.String(254))
    message_type: Mapped[MessageType] = mapped_column(enum_type(MessageType, "message_type"))
    content: Mapped[str] = mapped_column(sa.Text)
    source: Mapped[str] = mapped_column(sa.String(16), default="")
    interrupted: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    shipped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Handover(TenantOwned, Base):
    """A patient asked for a person: staff see it on Today until somebody takes it."""

    __tablename__ = "handovers"
    __table_args__ = tenant_table(
        link("user_id", "users"),
        link("taken_by_id", "users"),
        sa.Index("ix_handovers_open", "clinic_id", "taken_at", "created_at"),
    )

    user_id: Mapped[int]
    session_id: Mapped[str] = mapped_column(sa.String(36), default="")
    reason: Mapped[str] = mapped_column(sa.String(500), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    taken_by_id: Mapped[int | None]


class AssistantAct(TenantOwned, Base):
    """A change that a turn of a talk caused; its unique key makes a repeated turn change nothing.

    ``key`` is the turn's id and the tool's name; ``subject_id`` is the row that it made or changed.
    """

    __tablename__ = "assistant_acts"
    __table_args__ = tenant_table(
        link("user_id", "users"),
        sa.UniqueConstraint("clinic_id", "user_id", "key", name="uq_assistant_acts_key"),
    )

    user_id: Mapped[int]
    key: Mapped[str] = mapped_column(sa.String(100))
    tool: Mapped[str] = mapped_column(sa.String(40))
    subject_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
