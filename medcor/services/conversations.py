"""The log of talks: one row per turn and per reply, shipped to MongoDB where there is one.

The journal in the database is written in the transaction of what it records. A message leaves it
for MongoDB under its own id, so that shipping twice, or from two processes, doubles nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
import structlog
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from medcor.domain.permissions import Actor
from medcor.domain.texts import storable
from medcor.integrations.conversation_log import LogStore, LogUnavailable
from medcor.models import (
    ConversationMessage,
    ErasureRequest,
    ErasureState,
    MessageType,
    Patient,
    User,
)
from medcor.models.tenancy import across_clinics
from medcor.services import patient_words
from medcor.services.log_copies import FORGET_FOR

T = TypeVar("T")
Work = Callable[[Session], T]
BATCH = 200
PAGE = 50
log = structlog.get_logger("medcor.conversations")


def log_message(
    session: Session,
    actor: Actor,
    *,
    session_id: str,
    turn_id: str,
    message_id: str,
    message_type: MessageType,
    content: str,
    source: str,
    interrupted: bool,
    now: datetime,
    segments: list[list[str]] | None = None,
    cards: list[dict[str, Any]] | None = None,
) -> bool:
    """Write one message; False when it was written before: ``message_id`` makes a repeat harmless.

    ``segments`` and ``cards`` are what a page was shown of it, for one that comes back elsewhere.
    Two writers of one id at the same time leave one row and no error, on either database. Where the
    turn is about a patient's record, so is what is written; its words not, once those have gone.
    """
    about = patient_words.about_of(session, actor, session_id, turn_id, message_type)
    gone = about.wiped_at is not None
    values = {
        "clinic_id": actor.clinic_id,
        "user_id": actor.user_id,
        "user_email": actor.email,
        "session_id": session_id,
        "turn_id": turn_id,
        "message_id": message_id,
        "message_type": message_type,
        "content": "" if gone else storable(content),
        "source": source,
        "interrupted": interrupted,
        "segments": None if gone else segments or None,
        "cards": None if gone else cards or None,
        "created_at": now,
        "about_patient_id": about.patient_id,
        "draft_id": about.draft_id,
        "wiped_at": about.wiped_at,
    }
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    once = insert(ConversationMessage).on_conflict_do_nothing(index_elements=["message_id"])
    return session.execute(once.returning(ConversationMessage.id), [values]).first() is not None


@dataclass(frozen=True, slots=True)
class LoggedMessage:
    """One message of a talk as a reader sees it; ``created_at`` is an aware UTC instant."""

    message_id: str
    message_type: MessageType
    content: str
    created_at: datetime
    session_id: str
    turn_id: str
    source: str
    interrupted: bool
    order: int = 0


@dataclass(frozen=True, slots=True)
class HistoryWish:
    """Whose messages to read: always one user of one clinic, perhaps one talk, newest first."""

    user_id: int
    session_id: str = ""
    before: datetime | None = None
    search: str = ""
    limit: int = PAGE


def list_messages(
    session: Session, wish: HistoryWish, *, unshipped: bool = False
) -> list[LoggedMessage]:
    """Read the journal of the clinic in scope, newest first; ``unshipped`` only what waits."""
    wanted = sa.select(ConversationMessage).where(ConversationMessage.user_id == wish.user_id)
    if wish.session_id:
        wanted = wanted.where(ConversationMessage.session_id == wish.session_id)
    if wish.before is not None:
        wanted = wanted.where(ConversationMessage.created_at < wish.before)
    if wish.search:
        wanted = wanted.where(ConversationMessage.content.icontains(wish.search, autoescape=True))
    if unshipped:
        wanted = wanted.where(ConversationMessage.shipped_at.is_(None))
    newest = wanted.order_by(ConversationMessage.created_at.desc(), ConversationMessage.id.desc())
    return [_from_row(row) for row in session.scalars(newest.limit(wish.limit))]


def _from_row(row: ConversationMessage) -> LoggedMessage:
    return LoggedMessage(
        message_id=row.message_id,
        message_type=row.message_type,
        content=row.content,
        created_at=row.created_at,
        session_id=row.session_id,
        turn_id=row.turn_id,
        source=row.source,
        interrupted=row.interrupted,
        order=row.id,
    )


class LogReader:
    """Reads one person's history from MongoDB where it is shipped to, else from the journal.

    What is not shipped yet is added from the journal; when MongoDB does not answer, the journal,
    which keeps everything, answers alone.
    """

    def __init__(self, look: Callable[[Work[Any]], Any], store: LogStore | None = None) -> None:
        self._look, self._store = look, store

    def read(self, actor: Actor, wish: HistoryWish) -> list[LoggedMessage]:
        """The latest messages, newest first, at most ``wish.limit``."""
        if self._store is None:
            return self._look(lambda session: list_messages(session, wish))
        try:
            shipped = self._read_store(self._store, actor, wish)
        except LogUnavailable as error:
            log.warning("conversation_log_unreadable", reason=str(error))
            return self._look(lambda session: list_messages(session, wish))
        waiting = self._look(lambda session: list_messages(session, wish, unshipped=True))
        merged = {each.message_id: each for each in (*shipped, *waiting)}
        newest = sorted(
            merged.values(), key=lambda each: (each.created_at, each.order), reverse=True
        )
        return newest[: wish.limit]

    @staticmethod
    def _read_store(store: LogStore, actor: Actor, wish: HistoryWish) -> list[LoggedMessage]:
        where: dict[str, Any] = {"tenant": f"clinic_{actor.clinic_id}", "user_id": wish.user_id}
        if wish.session_id:
            where["session_id"] = wish.session_id
        found = store.read(where, limit=wish.limit, before=wish.before, search=wish.search)
        return [_from_document(each) for each in found]


def _from_document(document: dict[str, Any]) -> LoggedMessage:
    return LoggedMessage(
        message_id=document["_id"],
        message_type=MessageType(document["message_type"]),
        content=document["content"],
        created_at=document["timestamp"],
        session_id=document["session_id"],
        turn_id=document["turn_id"],
        source=document["source"],
        interrupted=bool(document["interrupted"]),
        order=document["journal_id"],
    )


@contextmanager
def _journal_of_all_clinics(session: Session) -> Iterator[None]:
    """The one place of the log that looks across clinics: one shipper serves them all."""
    with across_clinics(session, "one shipper serves the journals of all clinics"):
        yield


def read_pending(session: Session, limit: int) -> list[dict[str, Any]]:
    """The oldest messages that MongoDB has not acknowledged, as documents, in journal order."""
    wanted = (
        sa.select(ConversationMessage, User.role)
        .join(User, User.id == ConversationMessage.user_id)
        .where(ConversationMessage.shipped_at.is_(None))
        .order_by(ConversationMessage.id)
        .limit(limit)
    )
    with _journal_of_all_clinics(session):
        return [_document(row, role) for row, role in session.execute(wanted)]


def _document(row: ConversationMessage, role: str) -> dict[str, Any]:
    """A flat document; BSON keeps milliseconds, so the journal's id keeps the order within one."""
    return {
        "_id": row.message_id,
        "message_type": row.message_type.value,
        "timestamp": row.created_at,
        "content": row.content,
        "user_id": row.user_id,
        "user_email": row.user_email,
        "role": str(role),
        "tenant": f"clinic_{row.clinic_id}",
        "session_id": row.session_id,
        "turn_id": row.turn_id,
        "source": row.source,
        "interrupted": row.interrupted,
        "journal_id": row.id,
    }


def mark_shipped(session: Session, journal_ids: Sequence[int], now: datetime) -> None:
    """Record that MongoDB has acknowledged these messages."""
    with _journal_of_all_clinics(session):
        session.execute(
            sa.update(ConversationMessage)
            .where(
                ConversationMessage.id.in_(journal_ids), ConversationMessage.shipped_at.is_(None)
            )
            .values(shipped_at=now),
            execution_options={"synchronize_session": False},
        )


def ship_pending(
    look: Callable[[Work[Any]], Any],
    run: Callable[[Work[Any]], Any],
    store: LogStore,
    now: datetime,
    batch: int = BATCH,
) -> int:
    """Ship one batch in order and mark it once it is acknowledged; returns how many.

    ``look`` and ``run`` work on sessions with no clinic in scope; no transaction is open while
    MongoDB is spoken to. LogUnavailable leaves everything as it was.
    """
    documents = look(lambda session: read_pending(session, batch))
    if not documents:
        return 0
    store.write(documents)
    shipped = [each["journal_id"] for each in documents]
    run(lambda session: mark_shipped(session, shipped, now))
    return len(documents)


@dataclass(frozen=True, slots=True)
class Erased:
    """A person whose talks are to be gone from MongoDB too."""

    request_id: int
    clinic_id: int
    user_id: int
    erased_at: datetime


def read_erased(session: Session) -> list[Erased]:
    """Everybody who was erased here and whose copy in MongoDB is not certain to be gone."""
    wanted = (
        sa.select(
            ErasureRequest.id,
            ErasureRequest.clinic_id,
            Patient.user_id,
            ErasureRequest.decided_at,
        )
        .join(Patient, Patient.id == ErasureRequest.patient_id)
        .where(ErasureRequest.state == ErasureState.DONE, ErasureRequest.log_erased_at.is_(None))
        .order_by(ErasureRequest.id)
        .limit(BATCH)
    )
    with _journal_of_all_clinics(session):
        return [Erased(*row) for row in session.execute(wanted)]


def forget_erased(
    look: Callable[[Work[Any]], Any],
    run: Callable[[Work[Any]], Any],
    store: LogStore,
    now: datetime,
) -> int:
    """Delete the talks of erased people from MongoDB; returns for how many people that is over.

    It is done at once, and again until a batch that was under way then has certainly arrived. What
    a talk that was just ending still wrote to the journal goes as well. LogUnavailable leaves what
    is not done yet for the next round.
    """
    over = 0
    for person in look(read_erased):
        is_over = now - person.erased_at >= FORGET_FOR
        run(lambda session, person=person: _delete_talks(session, person))
        store.forget(f"clinic_{person.clinic_id}", person.user_id)
        if is_over:
            run(lambda session, person=person: _mark_forgotten(session, person, now))
            over += 1
    return over


def _delete_talks(session: Session, person: Erased) -> None:
    with _journal_of_all_clinics(session):
        session.execute(
            sa.delete(ConversationMessage).where(
                ConversationMessage.clinic_id == person.clinic_id,
                ConversationMessage.user_id == person.user_id,
            ),
            execution_options={"synchronize_session": False},
        )


def _mark_forgotten(session: Session, person: Erased, now: datetime) -> None:
    with _journal_of_all_clinics(session):
        session.execute(
            sa.update(ErasureRequest)
            .where(ErasureRequest.id == person.request_id)
            .values(log_erased_at=now),
            execution_options={"synchronize_session": False},
        )
