"""Talks that outlive a process: who serves one, and how another process goes on with it.

A talk has one owner, a process, and one lease, of the session there that serves it. Each of its
writes asks for the lease first, in its own transaction, so that a session which lost the talk,
without knowing it, can't write for it any more.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.domain.permissions import Actor
from medcor.domain.talk import Turn
from medcor.models import ConversationMessage, MessageType, TalkSession, TurnMeasure
from medcor.models.tenancy import across_clinics

# A page may come back within this; its process tells that it is alive more often than the second.
RESUME_WITHIN = timedelta(seconds=120)
ALIVE_FOR = timedelta(seconds=25)
ABANDONED_AFTER = timedelta(minutes=10)
MOST_SHOWN_AGAIN = 60
_QUIET = {"synchronize_session": False}
_CLOSED = {"owner": "", "lease": "", "wanted_by": "", "prompt": None, "memory": None}


class Claim(StrEnum):
    """What came of asking for a talk."""

    OURS = "ours"
    WAIT = "wait"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Served:
    """By whom a talk is served: the process, and the lease of its session there."""

    owner: str
    lease: str


@dataclass(frozen=True, slots=True)
class Summary:
    """How a talk went, for its row and the log; times in milliseconds of audio."""

    reason: str
    heard_ms: int = 0
    lost_ms: int = 0
    reconnections: int = 0


def begin_talk(
    session: Session,
    actor: Actor,
    session_id: str,
    language: str,
    served: Served,
    prompt: dict[str, Any],
    now: datetime,
) -> None:
    """Record that a talk began and who serves it."""
    session.add(
        TalkSession(
            clinic_id=actor.clinic_id,
            user_id=actor.user_id,
            session_id=session_id,
            language=language,
            owner=served.owner,
            lease=served.lease,
            prompt=prompt,
            began_at=now,
            alive_at=now,
            page_at=now,
        )
    )
    session.flush()


def hold_talk(session: Session, session_id: str, lease: str, now: datetime, **kept: object) -> None:
    """Make sure that the talk still has this lease, until the commit. Raises TalkMoved.

    ``kept`` are columns of :class:`TalkSession` to be written with it.
    """
    change = _leased(session_id, lease).values(alive_at=now, **kept)
    if not _change(session, change):
        raise errors.TalkMoved()


def _leased(session_id: str, lease: str) -> sa.Update:
    return sa.update(TalkSession).where(
        TalkSession.session_id == session_id,
        TalkSession.lease == lease,
        TalkSession.ended_at.is_(None),
    )


def _change(session: Session, change: sa.Update) -> bool:
    return session.execute(change, execution_options=_QUIET).rowcount == 1


def claim_talk(
    session: Session, actor: Actor, session_id: str, served: Served, now: datetime, *, force: bool
) -> Claim:
    """Ask to serve a talk that another session served, or serves, mostly in another process.

    WAIT: it was told and may finish what it is doing; GONE: there is no such talk of this person,
    or not any more. ``force`` takes it whatever the other one does.
    """
    row = session.execute(
        sa.select(TalkSession.owner, TalkSession.lease, TalkSession.alive_at).where(
            TalkSession.session_id == session_id,
            TalkSession.user_id == actor.user_id,
            TalkSession.ended_at.is_(None),
        )
    ).first()
    if row is None or row.alive_at < now - RESUME_WITHIN:
        return Claim.GONE
    if force or not row.owner or row.alive_at < now - ALIVE_FOR:
        ours = _leased(session_id, row.lease).values(
            owner=served.owner, lease=served.lease, wanted_by="", alive_at=now, page_at=now
        )
        if not _change(session, ours):
            raise errors.TryAgain()
        return Claim.OURS
    _change(session, _leased(session_id, row.lease).values(wanted_by=served.owner))
    return Claim.WAIT


def release_talk(session: Session, session_id: str, lease: str, now: datetime) -> None:
    """Give a talk up so that another process may go on with it."""
    free = _leased(session_id, lease).values(owner="", lease="", wanted_by="", alive_at=now)
    _change(session, free)


def end_talk(
    session: Session, session_id: str, lease: str, summary: Summary, now: datetime
) -> None:
    """Close a talk's row for good; what it remembered is forgotten."""
    change = _leased(session_id, lease).values(
        **_CLOSED,
        ended_at=now,
        end_reason=summary.reason,
        heard_ms=TalkSession.heard_ms + summary.heard_ms,
        lost_ms=TalkSession.lost_ms + summary.lost_ms,
        reconnections=TalkSession.reconnections + summary.reconnections,
    )
    _change(session, change)


def keep_alive(
    session: Session,
    names: Collection[str],
    attended: Collection[str],
    owner: str,
    now: datetime,
) -> None:
    """Say of a clinic's talks, in one statement, that their process is there.

    ``attended`` are those whose page is there as well; of the others it is noted to have gone.
    """
    page_at = sa.case((TalkSession.session_id.in_(attended), now), else_=sa.null())
    session.execute(
        sa.update(TalkSession)
        .where(TalkSession.session_id.in_(names), TalkSession.owner == owner)
        .values(alive_at=now, page_at=page_at),
        execution_options=_QUIET,
    )


def wanted_talks(session: Session, owner: str) -> list[str]:
    """The talks of this process that a page has come back to at another one."""
    wanted = sa.select(TalkSession.session_id).where(
        TalkSession.owner == owner, TalkSession.ended_at.is_(None), TalkSession.wanted_by != ""
    )
    with across_clinics(session, "a process serves talks of every clinic"):
        return list(session.scalars(wanted))


def open_elsewhere(session: Session, actor: Actor, owner: str, now: datetime) -> int:
    """How many talks of a person other processes serve now, with a page in front of each."""
    found = session.scalar(
        sa.select(sa.func.count(TalkSession.id)).where(
            TalkSession.user_id == actor.user_id,
            TalkSession.ended_at.is_(None),
            TalkSession.owner.not_in(("", owner)),
            TalkSession.page_at > now - ALIVE_FOR,
        )
    )
    return found or 0


def close_abandoned(session: Session, now: datetime) -> int:
    """End the talks whose process is gone and whose page never came back; returns how many."""
    change = (
        sa.update(TalkSession)
        .where(TalkSession.ended_at.is_(None), TalkSession.alive_at < now - ABANDONED_AFTER)
        .values(**_CLOSED, ended_at=now, end_reason="lost")
    )
    with across_clinics(session, "a process that is gone served talks of every clinic"):
        return session.execute(change, execution_options=_QUIET).rowcount


@dataclass(frozen=True, slots=True)
class Recovered:
    """What another process needs to go on: events to show again, and turns without an answer.

    Turns have the instant at which they were logged; ``last`` is the one before them. ``lines`` are
    the names of typed turns, which their page may send again.
    """

    language: str
    prompt: dict[str, Any]
    memory: dict[str, Any] | None
    began_at: datetime
    settled: tuple[str, int] = ("", 0)
    turn_count: int = 0
    events: tuple[tuple[str, dict[str, Any]], ...] = ()
    waiting: tuple[tuple[Turn, datetime], ...] = ()
    last: tuple[str, datetime] | None = None
    lines: tuple[str, ...] = ()


def recover_talk(session: Session, session_id: str) -> Recovered:
    """Read a talk back from its row and its log."""
    row = session.scalars(sa.select(TalkSession).where(TalkSession.session_id == session_id)).one()
    messages = session.scalars(
        sa.select(ConversationMessage)
        .where(ConversationMessage.session_id == session_id)
        .order_by(ConversationMessage.id.desc())
        .limit(MOST_SHOWN_AGAIN)
    ).all()[::-1]
    settled = session.scalars(
        sa.select(TurnMeasure.turn_id)
        .where(TurnMeasure.session_id == session_id)
        .order_by(TurnMeasure.id.desc())
        .limit(MOST_SHOWN_AGAIN)
    ).all()
    return Recovered(
        language=row.language,
        prompt=row.prompt or {},
        memory=row.memory,
        began_at=row.began_at,
        settled=(row.audio_epoch, row.audio_ms),
        turn_count=max((turn_number(each.turn_id) for each in messages), default=0),
        events=tuple(event for each in messages for event in _shown(each)),
        waiting=tuple(_unanswered(messages, settled)),
        last=_last_answered(messages, settled),
        lines=tuple(each.segments[0][0] for each in messages if _is_line(each)),
    )


def _is_line(message: ConversationMessage) -> bool:
    return message.source == "text" and bool(message.segments)


def turn_number(turn_id: str) -> int:
    """A turn's place in its talk, from 1: the last part of its id."""
    number = turn_id.rpartition(".")[2]
    return int(number) if number.isdecimal() else 0


def _shown(message: ConversationMessage) -> list[tuple[str, dict[str, Any]]]:
    if message.wiped_at is not None:
        return []
    if message.message_type is MessageType.USER:
        pieces = message.segments or [[f"t{turn_number(message.turn_id)}", message.content]]
        return [
            ("transcript", {"utterance_id": name, "text": text, "is_final": True, "again": True})
            for name, text in pieces
        ]
    body = {
        "turn_id": message.turn_id,
        "text": message.content,
        "interrupted": message.interrupted,
        "cards": message.cards or [],
        "again": True,
    }
    return [("reply", body)]


def _unanswered(
    messages: Sequence[ConversationMessage], settled: Sequence[str]
) -> list[tuple[Turn, datetime]]:
    """Turns after the last one that was answered, or given up: those are joined in one answer."""
    last = _last_number(messages, settled)
    return [
        (Turn(each.turn_id, each.content, each.source, recovered=True), each.created_at)
        for each in messages
        if each.message_type is MessageType.USER
        and turn_number(each.turn_id) > last
        and each.wiped_at is None
    ]


def _last_answered(
    messages: Sequence[ConversationMessage], settled: Sequence[str]
) -> tuple[str, datetime] | None:
    last = _last_number(messages, settled)
    said = [
        (each.content, each.created_at)
        for each in messages
        if each.message_type is MessageType.USER and turn_number(each.turn_id) <= last
    ]
    return said[-1] if said else None


def _last_number(messages: Sequence[ConversationMessage], settled: Sequence[str]) -> int:
    done = [turn_number(turn_id) for turn_id in settled]
    done += [turn_number(each.turn_id) for each in messages if each.message_type is MessageType.LLM]
    return max(done, default=0)
