"""Talks with the assistant and their log."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, TenantOwned, UtcDateTime, enum_type, link, tenant_table, utcnow


class MessageType(StrEnum):
    USER = "user"
    LLM = "llm"


WIPED = sa.and_(sa.column("wiped_at").is_not(None), sa.column("log_wiped_at").is_(None))


class ConversationMessage(TenantOwned, Base):
    """One final transcript, typed turn or reply: the journal from which MongoDB is fed.

    ``message_id`` makes a repeated write harmless; ``shipped_at`` is null until MongoDB has it.
    ``segments`` are the pieces in which a turn was shown, ``[utterance id, text]``, and ``cards``
    what stood beside a reply: a page that comes back to another process is shown both again.

    ``about_patient_id`` is whose record a doctor dictated or opened, ``draft_id`` the draft that
    took the words down. ``wiped_at`` is when the words were taken out of a message that stays,
    ``log_wiped_at`` when they were certain to be gone from MongoDB too.
    """

    __tablename__ = "conversation_messages"
    __table_args__ = tenant_table(
        link("user_id", "users"),
        sa.UniqueConstraint("message_id"),
        sa.Index("ix_conversation_messages_user", "clinic_id", "user_id", "created_at"),
        sa.Index("ix_conversation_messages_session", "clinic_id", "session_id"),
        sa.Index("ix_conversation_messages_shipped_at", "shipped_at", "id"),
        link("about_patient_id", "patients"),
        sa.Index("ix_conversation_messages_about", "clinic_id", "about_patient_id"),
        sa.Index("ix_conversation_messages_draft", "clinic_id", "draft_id"),
        sa.Index(
            "ix_conversation_messages_wiped",
            "id",
            sqlite_where=WIPED,
            postgresql_where=WIPED,
        ),
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
    segments: Mapped[list[Any] | None] = mapped_column(sa.JSON)
    cards: Mapped[list[Any] | None] = mapped_column(sa.JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    shipped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    about_patient_id: Mapped[int | None]
    draft_id: Mapped[int | None]
    wiped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    log_wiped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TalkSession(TenantOwned, Base):
    """One talk with the assistant, from its start to its end, whatever sockets it went over.

    ``owner`` is the process that serves it, empty when none does, and ``lease`` the right of its
    session there: one that does not hold it any more may write nothing for the talk. ``page_at`` is
    when a page was last seen to be there, null once it is known to have gone. ``wanted_by`` is a
    process that a page came back to. ``prompt`` and ``memory`` are what the talk began with and
    what it remembers, for that process; both go at its end. ``audio_epoch`` and ``audio_ms`` say up
    to where the page's audio has become turns, so that it sends none of it to another process
    again. ``lost_ms`` is audio spoken and not heard.
    """

    __tablename__ = "talk_sessions"
    __table_args__ = tenant_table(
        link("user_id", "users"),
        sa.UniqueConstraint("session_id"),
        sa.Index("ix_talk_sessions_user", "clinic_id", "user_id", "began_at"),
        sa.Index("ix_talk_sessions_began_at", "clinic_id", "began_at"),
        sa.Index("ix_talk_sessions_owner", "owner", "ended_at"),
        sa.CheckConstraint("heard_ms >= 0 AND lost_ms >= 0", name="audio_not_negative"),
    )

    session_id: Mapped[str] = mapped_column(sa.String(36))
    user_id: Mapped[int]
    language: Mapped[str] = mapped_column(sa.String(5), default="en")
    owner: Mapped[str] = mapped_column(sa.String(40), default="")
    lease: Mapped[str] = mapped_column(sa.String(40), default="")
    wanted_by: Mapped[str] = mapped_column(sa.String(40), default="")
    began_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    alive_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    page_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    end_reason: Mapped[str] = mapped_column(sa.String(20), default="")
    heard_ms: Mapped[int] = mapped_column(default=0)
    lost_ms: Mapped[int] = mapped_column(default=0)
    reconnections: Mapped[int] = mapped_column(default=0)
    audio_epoch: Mapped[str] = mapped_column(sa.String(8), default="")
    audio_ms: Mapped[int] = mapped_column(default=0)
    prompt: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)
    memory: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)


class TurnOutcome(StrEnum):
    ANSWERED = "answered"
    INTERRUPTED = "interrupted"
    FAILED = "failed"
    NO_CREDIT = "no_credit"


class TurnMeasure(TenantOwned, Base):
    """How long each stage of one turn took, in milliseconds, and how it ended; no words.

    ``recogniser_ms`` runs from the end of the last word to the final that holds it, ``floor_ms``
    from there to the turn, ``wait_ms`` until its reply began, ``first_ms`` to the first words of
    it, ``reply_ms`` to its last, ``log_ms`` is what writing the turn and the reply cost.
    """

    __tablename__ = "turn_measures"
    __table_args__ = tenant_table(
        sa.UniqueConstraint("clinic_id", "turn_id"),
        sa.Index("ix_turn_measures_at", "clinic_id", "at"),
        sa.Index("ix_turn_measures_session", "clinic_id", "session_id"),
    )

    session_id: Mapped[str] = mapped_column(sa.String(36))
    turn_id: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    source: Mapped[str] = mapped_column(sa.String(16), default="")
    answered_by: Mapped[str] = mapped_column(sa.String(16), default="")
    outcome: Mapped[TurnOutcome] = mapped_column(enum_type(TurnOutcome, "turn_outcome"))
    recogniser_ms: Mapped[int | None]
    floor_ms: Mapped[int | None]
    wait_ms: Mapped[int | None]
    first_ms: Mapped[int | None]
    reply_ms: Mapped[int | None]
    log_ms: Mapped[int | None]


class AssistantDay(TenantOwned, Base):
    """One day of the assistant in figures, on the clinic's clock: written once, when it is over.

    Holds no words and nobody's name, and so outlives the talks and turns that it was counted from.
    ``figures`` is :meth:`medcor.domain.assistant_figures.DayFigures.as_json`; ``so_far`` the
    stages (``stages_json``) of this day and all days before it.
    """

    __tablename__ = "assistant_days"
    __table_args__ = tenant_table(
        sa.UniqueConstraint("clinic_id", "day", name="uq_assistant_days_day")
    )

    day: Mapped[date]
    figures: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    so_far: Mapped[list[Any]] = mapped_column(sa.JSON)


class ForgottenTalk(TenantOwned, Base):
    """A talk that was deleted: its copy in MongoDB has to go too, and must not come back.

    ``shipped`` says that a part of it had reached MongoDB by then. ``log_erased_at`` is when the
    copy was certain to be gone; some time after that the row goes as well.
    """

    __tablename__ = "forgotten_talks"
    __table_args__ = tenant_table(
        sa.UniqueConstraint("session_id"),
        sa.Index("ix_forgotten_talks_log_erased_at", "log_erased_at", "id"),
    )

    session_id: Mapped[str] = mapped_column(sa.String(36))
    user_id: Mapped[int]
    shipped: Mapped[bool]
    forgotten_at: Mapped[datetime] = mapped_column(UtcDateTime)
    log_erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ReservationState(StrEnum):
    RESERVED = "reserved"
    COMMITTED = "committed"
    RELEASED = "released"


class CreditReservation(TenantOwned, Base):
    """One turn's credit: taken from the balance when reserved, given back when released.

    One row per turn, so that a turn which arrives twice is paid once.
    """

    __tablename__ = "credit_reservations"
    __table_args__ = tenant_table(
        link("user_id", "users"),
        sa.UniqueConstraint("clinic_id", "turn_id"),
        sa.Index("ix_credit_reservations_open", "state", "reserved_at"),
    )

    user_id: Mapped[int]
    turn_id: Mapped[str] = mapped_column(sa.String(64))
    state: Mapped[ReservationState] = mapped_column(
        enum_type(ReservationState, "reservation_state"), default=ReservationState.RESERVED
    )
    reserved_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


UNTAKEN = sa.and_(sa.column("taken_at").is_(None), sa.column("closed_at").is_(None))


class Handover(TenantOwned, Base):
    """A patient asked for a person, or said what is an alarm: staff see it until somebody takes it.

    A person has one that nobody has taken; ``session_id`` is the talk in which they asked last.
    ``flag`` names the alarm and is empty where the patient asked; ``alarm_at`` is since when it is
    one. ``turn_id`` is the last turn that staff may read of the talk. ``escalated_at`` is when the
    clinic was last mailed about it, ``escalations`` how often. ``told_at`` is when the patient was
    told that nobody has taken it yet, ``taken_told_at`` that somebody has. ``outcome`` is a note of
    whoever closed it.
    """

    __tablename__ = "handovers"
    __table_args__ = tenant_table(
        link("user_id", "users"),
        link("taken_by_id", "users"),
        sa.Index("ix_handovers_open", "clinic_id", "taken_at", "created_at"),
        sa.Index("ix_handovers_created_at", "clinic_id", "created_at"),
        sa.Index("ix_handovers_session", "session_id"),
        sa.Index(
            "uq_handovers_untaken",
            "clinic_id",
            "user_id",
            unique=True,
            sqlite_where=UNTAKEN,
            postgresql_where=UNTAKEN,
        ),
    )

    user_id: Mapped[int]
    session_id: Mapped[str] = mapped_column(sa.String(36), default="")
    reason: Mapped[str] = mapped_column(sa.String(500), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    taken_by_id: Mapped[int | None]
    flag: Mapped[str] = mapped_column(sa.String(20), default="")
    turn_id: Mapped[str] = mapped_column(sa.String(64), default="")
    alarm_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    escalated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    escalations: Mapped[int] = mapped_column(default=0)
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    taken_told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str] = mapped_column(sa.String(500), default="")


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
