"""A person's own talks with the assistant: listed, searched, read and taken along."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.domain.permissions import Actor
from medcor.domain.texts import storable
from medcor.integrations.conversation_log import LogStore
from medcor.models import ConversationMessage, Handover, MessageType, TalkSession
from medcor.services import audit, patient_words
from medcor.services.conversations import HistoryWish, LogReader

SUBJECT = "talk"
# So many lines that match are looked at; a search that finds more says so.
MOST_FOUND = 300
LONGEST_SEARCH = 200
TALKS_AT_ONCE = 25


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: for each talk the latest line that matches."""

    lines: dict[str, str]
    cut: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of the actor's talks: of some days of the clinic's, or only named ones."""

    first: date | None = None
    last: date | None = None
    names: Collection[str] | None = None


@dataclass(frozen=True, slots=True)
class TalkLine:
    """One talk in a list. ``ended_at`` is None while it is going on.

    ``removed`` says that its first words went with the data of the patient they were about.
    """

    session_id: str
    began_at: datetime
    ended_at: datetime | None
    end_reason: str
    first_words: str
    turns: int
    handed_over: bool
    removed: bool = False


@dataclass(frozen=True, slots=True)
class SaidLine:
    """One line of a talk; ``cards`` are what stood beside a reply, each as one short text.

    ``removed`` says that its words went with the data of the patient whom they were about.
    """

    by_person: bool
    at: datetime
    text: str
    source: str
    interrupted: bool
    cards: tuple[str, ...]
    removed: bool = False


@dataclass(frozen=True, slots=True)
class WholeTalk:
    """One talk with all of its lines, in their order."""

    row_id: int
    session_id: str
    began_at: datetime
    ended_at: datetime | None
    end_reason: str
    lines: tuple[SaidLine, ...]


def search(
    look: Callable[[Callable[[Session], Any]], Any],
    store: LogStore | None,
    actor: Actor,
    words: str,
) -> Found:
    """Find the actor's lines and their replies in MongoDB where there is one, else in the journal.

    ``look`` runs work on a session of the actor's clinic.
    """
    plain = storable(words.strip())[:LONGEST_SEARCH]
    wish = HistoryWish(actor.user_id, search=plain, limit=MOST_FOUND)
    found = LogReader(look, store).read(actor, wish)
    wiped = look(
        lambda session: patient_words.wiped_among(session, [each.message_id for each in found])
    )
    lines: dict[str, str] = {}
    for each in found:
        if each.message_id in wiped:
            continue
        lines.setdefault(each.session_id, each.content)
    return Found(lines, len(found) == MOST_FOUND)


def has_words(actor: Actor) -> sa.ColumnElement[bool]:
    """Say of a talk of the actor's whether anything was said in it.

    A page that opened the panel and said nothing left a talk without a word: none to read.
    """
    names = sa.select(ConversationMessage.session_id).where(
        ConversationMessage.user_id == actor.user_id
    )
    return TalkSession.session_id.in_(names)


def _own(actor: Actor, wanted: Wanted, zone: ZoneInfo) -> list[sa.ColumnElement[bool]]:
    found = [TalkSession.user_id == actor.user_id, has_words(actor)]
    if wanted.first is not None:
        found.append(TalkSession.began_at >= datetime.combine(wanted.first, time(), zone))
    if wanted.last is not None:
        after = datetime.combine(wanted.last + timedelta(days=1), time(), zone)
        found.append(TalkSession.began_at < after)
    if wanted.names is not None:
        found.append(TalkSession.session_id.in_(wanted.names))
    return found


def matching(actor: Actor, wanted: Wanted, zone: ZoneInfo) -> sa.Select[tuple[int]]:
    """Ids of the actor's talks, for counting."""
    return sa.select(TalkSession.id).where(*_own(actor, wanted, zone))


def listed(actor: Actor, wanted: Wanted, zone: ZoneInfo) -> sa.Select[tuple[TalkSession]]:
    """The actor's talks, newest first."""
    found = sa.select(TalkSession).where(*_own(actor, wanted, zone))
    return found.order_by(TalkSession.began_at.desc(), TalkSession.id.desc())


def describe(session: Session, talks: Sequence[TalkSession]) -> list[TalkLine]:
    """What a list tells of some talks, in three queries however many they are."""
    names = [each.session_id for each in talks]
    if not names:
        return []
    said = ConversationMessage.message_type == MessageType.USER
    counted = (
        sa.select(
            ConversationMessage.session_id,
            sa.func.count().filter(said),
            sa.func.min(ConversationMessage.id).filter(said),
        )
        .where(ConversationMessage.session_id.in_(names))
        .group_by(ConversationMessage.session_id)
    )
    numbers = {name: (turns, first) for name, turns, first in session.execute(counted)}
    first_ids = [first for _turns, first in numbers.values() if first]
    begun = sa.select(ConversationMessage.id, ConversationMessage.content).where(
        ConversationMessage.id.in_(first_ids)
    )
    words = {row_id: content for row_id, content in session.execute(begun)}
    asked = sa.select(Handover.session_id).where(Handover.session_id.in_(names))
    handed_over = set(session.scalars(asked))
    return [
        _line(each, *numbers.get(each.session_id, (0, None)), words, handed_over) for each in talks
    ]


def _line(
    talk: TalkSession, turns: int, first: int | None, words: dict[int, str], handed: set[str]
) -> TalkLine:
    return TalkLine(
        talk.session_id,
        talk.began_at,
        talk.ended_at,
        talk.end_reason,
        words.get(first or 0, ""),
        turns,
        talk.session_id in handed,
        removed=words.get(first or 0) == "",
    )


def get_talk(session: Session, actor: Actor, session_id: str) -> TalkSession:
    """One of the actor's own talks, or NotFound."""
    found = None
    if storable(session_id) == session_id:
        found = session.scalar(
            sa.select(TalkSession).where(
                TalkSession.session_id == session_id, TalkSession.user_id == actor.user_id
            )
        )
    if found is None:
        raise errors.NotFound()
    return found


def read_talk(session: Session, actor: Actor, session_id: str) -> WholeTalk:
    """One of the actor's own talks with all that was said, or NotFound."""
    return next(_whole(session, actor, [get_talk(session, actor, session_id)]))


def all_talks(session: Session, actor: Actor, zone: ZoneInfo) -> Iterator[WholeTalk]:
    """All of the actor's talks, oldest first, held some at a time."""
    wanted = matching(actor, Wanted(), zone).order_by(TalkSession.began_at, TalkSession.id)
    ids = session.scalars(wanted).all()
    for begin in range(0, len(ids), TALKS_AT_ONCE):
        part = ids[begin : begin + TALKS_AT_ONCE]
        rows = session.scalars(sa.select(TalkSession).where(TalkSession.id.in_(part))).all()
        yield from _whole(session, actor, sorted(rows, key=lambda each: (each.began_at, each.id)))


def _whole(session: Session, actor: Actor, talks: Sequence[TalkSession]) -> Iterator[WholeTalk]:
    rows = session.scalars(
        sa.select(ConversationMessage)
        .where(
            ConversationMessage.session_id.in_([each.session_id for each in talks]),
            ConversationMessage.user_id == actor.user_id,
        )
        .order_by(ConversationMessage.id)
    )
    lines: dict[str, list[SaidLine]] = {}
    for row in rows:
        lines.setdefault(row.session_id, []).append(_said(row))
    for talk in talks:
        yield WholeTalk(
            talk.id,
            talk.session_id,
            talk.began_at,
            talk.ended_at,
            talk.end_reason,
            tuple(lines.get(talk.session_id, ())),
        )


def _said(row: ConversationMessage) -> SaidLine:
    return SaidLine(
        by_person=row.message_type is MessageType.USER,
        at=row.created_at,
        text=row.content,
        source=row.source,
        interrupted=row.interrupted,
        cards=tuple(filter(None, (_card_text(each) for each in row.cards or ()))),
        removed=row.wiped_at is not None,
    )


def _card_text(card: Any) -> str:
    """A card as one line: its title, what it says, and what there was to choose from."""
    if not isinstance(card, dict):
        return ""
    labels = [each.get("label", "") for each in card.get("choices") or () if isinstance(each, dict)]
    parts = [*(card.get("lines") or ()), *labels]
    told = " · ".join(str(each) for each in parts if each)
    return ": ".join(filter(None, (str(card.get("title") or ""), told)))


def note_export(session: Session, actor: Actor, row_id: int | None, form: str) -> None:
    """Write down that a talk, or all talks (``row_id`` None), were taken as a file."""
    action = "talks.exported" if row_id is None else "talk.exported"
    audit.record(session, actor, action, SUBJECT, row_id, format=form)
    session.flush()
