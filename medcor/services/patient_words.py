"""What doctors' talks hold of patients' records, and how it goes: the message stays, emptied.

A dictated turn and a reply that reads a record are health data of somebody who is not the one
that talks. Its words go with the draft that took them down, and with the patient's data.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain.permissions import Actor, Role
from medcor.models import (
    WIPED,
    Appointment,
    ConversationMessage,
    MessageType,
    Patient,
    RecordDraft,
)
from medcor.services import lookup
from medcor.services.log_copies import Copies

_QUIET = {"synchronize_session": False}


@dataclass(frozen=True, slots=True)
class About:
    """Whose record a message is about, which draft took it down, and when its words went."""

    patient_id: int | None = None
    draft_id: int | None = None
    wiped_at: datetime | None = None


def mark_about(
    session: Session,
    actor: Actor,
    session_id: str,
    turn_ids: Collection[str],
    patient_id: int,
    draft_id: int | None = None,
) -> None:
    """Note that turns of the actor's talk, answered as one, are about a patient's record."""
    values = {"about_patient_id": patient_id}
    if draft_id is not None:
        values["draft_id"] = draft_id
    session.execute(
        sa.update(ConversationMessage)
        .where(
            ConversationMessage.user_id == actor.user_id,
            ConversationMessage.session_id == session_id,
            ConversationMessage.turn_id.in_(turn_ids),
        )
        .values(values),
        execution_options=_QUIET,
    )


def mark_dictated(
    session: Session, actor: Actor, session_id: str, turn_id: str, appointment_id: int
) -> None:
    """Note that a turn was dictated of a visit, though it could not be taken down."""
    visit = lookup.find(session, Appointment, appointment_id)
    if visit is not None:
        mark_about(session, actor, session_id, (turn_id,), visit.patient_id)


def about_of(
    session: Session, actor: Actor, session_id: str, turn_id: str, kind: MessageType
) -> About:
    """What a message that is about to be written is about; nothing in the talks of patients.

    A reply is about what its turn is about. Once a record was opened in a talk, whatever follows
    may repeat it, and counts as about that patient until it is another one's turn.
    """
    if actor.role is not Role.DOCTOR:
        return About()
    same = ConversationMessage.turn_id == turn_id
    row = session.execute(
        sa.select(
            ConversationMessage.turn_id,
            ConversationMessage.about_patient_id,
            ConversationMessage.draft_id,
            ConversationMessage.wiped_at,
        )
        .where(
            ConversationMessage.session_id == session_id,
            ConversationMessage.about_patient_id.is_not(None),
        )
        .order_by(sa.case((same, 0), else_=1), ConversationMessage.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return About()
    if kind is MessageType.LLM and row.turn_id == turn_id:
        return About(row.about_patient_id, row.draft_id, row.wiped_at)
    return About(row.about_patient_id)


def wipe_about(session: Session, patient_id: int, now: datetime) -> None:
    """Empty every message about a patient whose data is erased."""
    _wipe(session, [ConversationMessage.about_patient_id == patient_id], now)


def wipe_dictated(session: Session, draft_ids: Collection[int], now: datetime) -> None:
    """Empty what was dictated into drafts that are gone: signed, put away, or too old."""
    if draft_ids:
        _wipe(session, [ConversationMessage.draft_id.in_(draft_ids)], now)


def wipe_left_over(session: Session, now: datetime) -> int:
    """Empty what was written in the very moment in which its draft or its patient went."""
    erased = sa.select(Patient.id).where(Patient.erased_at.is_not(None))
    held = sa.select(RecordDraft.id).where(
        RecordDraft.id == ConversationMessage.draft_id, RecordDraft.discarded_at.is_(None)
    )
    gone = sa.and_(ConversationMessage.draft_id.is_not(None), ~held.exists())
    return _wipe(session, [ConversationMessage.about_patient_id.in_(erased) | gone], now)


def _wipe(session: Session, which: Iterable[sa.ColumnElement[bool]], now: datetime) -> int:
    done = session.execute(
        sa.update(ConversationMessage)
        .where(*which, ConversationMessage.wiped_at.is_(None))
        .values(content="", segments=sa.null(), cards=sa.null(), wiped_at=now),
        execution_options=_QUIET,
    )
    return done.rowcount


def wiped_among(session: Session, message_ids: Collection[str]) -> set[str]:
    """Which of these messages have no words any more, whatever a late copy of them says."""
    if not message_ids:
        return set()
    wanted = sa.select(ConversationMessage.message_id).where(
        ConversationMessage.message_id.in_(message_ids), ConversationMessage.wiped_at.is_not(None)
    )
    return set(session.scalars(wanted))


# The copies of emptied messages.
COPIES = Copies(
    sa.select(
        ConversationMessage.id,
        ConversationMessage.clinic_id,
        ConversationMessage.message_id,
        ConversationMessage.wiped_at,
    ).where(WIPED),
    ConversationMessage.log_wiped_at,
    lambda store, tenant, names: store.empty(tenant, names),
)
