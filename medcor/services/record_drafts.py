"""Dictated drafts of records: their doctor's alone, and no record before they are signed.

Every piece is stored as it is dictated, so that a lost connection loses nothing. A draft is never
read by anybody else, never exported, and goes after 30 days, or with its patient's data. With it
go its words in the log of the talk.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain import dictation, errors
from medcor.domain.dictation import Note, Step
from medcor.domain.identity import is_known_id
from medcor.domain.permissions import Actor, Role, system_actor
from medcor.domain.texts import storable
from medcor.models import Appointment, RecordDraft
from medcor.services import agenda, audit, patient_words, records
from medcor.services.records import Visit

SUBJECT = "draft"
KEEP = timedelta(days=30)
WARN = timedelta(days=7)
# How long a discarded draft can be brought back.
UNDO = timedelta(days=1)
_QUIET = {"synchronize_session": False}


class DraftChanged(errors.Conflict):
    """More was dictated, or taken back, since the page took the draft into its form."""

    code = "draft_changed"
    text = errors.N_(
        "The dictated note has changed since you took it into the form. Nothing is saved: look at "
        "it below, then sign again."
    )


@dataclass(frozen=True, slots=True)
class HeldDraft:
    """A draft as its doctor reads it; ``stamp`` tells one state of it from another."""

    id: int
    note: Note
    transcript: str
    dictated_at: datetime
    discarded_at: datetime | None

    @classmethod
    def of(cls, row: RecordDraft) -> HeldDraft:
        note = Note(**{name: getattr(row, name) for name in dictation.PARTS})
        return cls(row.id, note, row.transcript, row.updated_at, row.discarded_at)

    @property
    def stamp(self) -> str:
        return hashlib.sha256(f"{self.id}:{self.transcript}".encode()).hexdigest()[:16]

    @property
    def goes_at(self) -> datetime:
        """When it is deleted unless it is signed or added to."""
        return self.dictated_at + KEEP


def _own(actor: Actor) -> sa.Select[tuple[RecordDraft]]:
    return sa.select(RecordDraft).where(RecordDraft.doctor_id == (actor.profile_id or 0))


def _find(
    session: Session, actor: Actor, appointment_id: object, *, lock: bool = False
) -> RecordDraft | None:
    if actor.role is not Role.DOCTOR or not is_known_id(appointment_id):
        return None
    wanted = _own(actor).where(RecordDraft.appointment_id == appointment_id)
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    return session.scalar(wanted)


def find_draft(session: Session, actor: Actor, appointment_id: object) -> HeldDraft | None:
    """The actor's own draft of a visit, a discarded one too; None for everybody else."""
    row = _find(session, actor, appointment_id)
    return HeldDraft.of(row) if row else None


@dataclass(frozen=True, slots=True)
class Taken:
    """What a turn did: the draft as it stands now, what it took back, and whether it is full.

    ``draft`` is None where nothing is dictated yet.
    """

    draft: HeldDraft | None
    scratched: str = ""
    full: bool = False


def take_down(
    session: Session,
    actor: Actor,
    appointment_id: object,
    steps: Sequence[tuple[Step, str]],
    session_id: str,
    now: datetime,
) -> Taken:
    """Add what was dictated to the visit's draft, and take back what was scratched.

    Errors: those of ``records.get_writable``. A piece for which there is no room is not added.
    """
    visit = records.get_writable(session, actor, appointment_id, now)
    row = _find(session, actor, visit.appointment_id, lock=True)
    if row is not None and row.discarded_at is not None:
        patient_words.wipe_dictated(session, [row.id], now)
        session.delete(row)
        session.flush()
        row = None
    earlier = row.transcript.split("\n") if row and row.transcript else []
    lines, scratched, full = list(earlier), "", False
    for step, piece in steps:
        if step is Step.SCRATCH and lines:
            scratched = lines.pop()
        elif step is Step.ADD:
            added = storable(piece)
            full = full or len("\n".join((*lines, added))) > dictation.MAX_TRANSCRIPT
            lines += [] if full else [added]
    if lines == earlier:
        return Taken(HeldDraft.of(row) if row else None, scratched, full)
    row = row or _begin(session, visit, now)
    if row.session_id != session_id:
        row.session_id = session_id
        audit.record(session, actor, "record.dictated", SUBJECT, row.id)
    _write(row, "\n".join(lines), dictation.structure("\n".join(lines)), now)
    session.flush()
    return Taken(HeldDraft.of(row), scratched, full)


def _begin(session: Session, visit: Visit, now: datetime) -> RecordDraft:
    row = RecordDraft(
        appointment_id=visit.appointment_id, doctor_id=visit.doctor_id, created_at=now
    )
    session.add(row)
    session.flush()
    return row


def _write(row: RecordDraft, transcript: str, note: Note, now: datetime) -> None:
    row.transcript, row.updated_at = transcript, now
    for name in dictation.PARTS:
        setattr(row, name, getattr(note, name))


def put_note(session: Session, actor: Actor, appointment_id: object, seen: str, note: Note) -> bool:
    """Sort a draft's words as ``note`` does; False where it is no longer the ``seen`` one."""
    row = _find(session, actor, appointment_id, lock=True)
    if row is None or row.discarded_at is not None or HeldDraft.of(row).stamp != seen:
        return False
    _write(row, row.transcript, note, row.updated_at)
    session.flush()
    return True


def discard(session: Session, actor: Actor, appointment_id: object, now: datetime) -> None:
    """Put a draft away; it can be brought back for a day. NotFound where there is none.

    The talk in which it was dictated forgets the words at once.
    """
    row = _held(session, actor, appointment_id)
    if row.discarded_at is None:
        row.discarded_at = now
        patient_words.wipe_dictated(session, [row.id], now)
        audit.record(session, actor, "record.draft_discarded", SUBJECT, row.id)
        session.flush()


def bring_back(session: Session, actor: Actor, appointment_id: object) -> None:
    """Take back that a draft was discarded. NotFound where it is gone."""
    row = _held(session, actor, appointment_id)
    if row.discarded_at is not None:
        row.discarded_at = None
        audit.record(session, actor, "record.draft_restored", SUBJECT, row.id)
        session.flush()


def _held(session: Session, actor: Actor, appointment_id: object) -> RecordDraft:
    """The locked draft of a visit to the actor themself, or NotFound."""
    records.get_own_visit(session, actor, appointment_id)
    row = _find(session, actor, appointment_id, lock=True)
    if row is None:
        raise errors.NotFound()
    return row


def check_taken(session: Session, actor: Actor, appointment_id: int, stamp: str) -> None:
    """DraftChanged if more, or less, is dictated by now than the form has taken in.

    A draft that is gone was signed by the same form a moment ago.
    """
    row = _find(session, actor, appointment_id, lock=True)
    if row is not None and HeldDraft.of(row).stamp != stamp:
        raise DraftChanged(stamp=HeldDraft.of(row).stamp)


def settle(session: Session, actor: Actor, appointment_id: int, now: datetime) -> None:
    """Delete a draft whose words are a signed record from now on, and there alone."""
    row = _find(session, actor, appointment_id, lock=True)
    if row is not None:
        patient_words.wipe_dictated(session, [row.id], now)
        session.delete(row)
        audit.record(session, actor, "record.draft_signed", SUBJECT, row.id)
        session.flush()


@dataclass(frozen=True, slots=True)
class Unsigned:
    """A draft that waits for its doctor's signature, without its words."""

    visit: Visit
    dictated_at: datetime

    @property
    def goes_at(self) -> datetime:
        return self.dictated_at + KEEP


def list_unsigned(session: Session, actor: Actor) -> list[Unsigned]:
    """The doctor's own drafts that are not signed, the oldest first, in one query."""
    if actor.role is not Role.DOCTOR:
        return []
    rows = session.execute(
        agenda.appointments()
        .join(RecordDraft, RecordDraft.appointment_id == Appointment.id)
        .add_columns(RecordDraft.updated_at)
        .where(RecordDraft.doctor_id == actor.profile_id, RecordDraft.discarded_at.is_(None))
        .order_by(RecordDraft.updated_at, RecordDraft.id)
    )
    return [Unsigned(records.as_visit(row), dictated_at) for row, dictated_at in rows]


def ties_to_doctor(appointment_ids: Sequence[int]) -> sa.Select[tuple[int]]:
    """Ids of those appointments of which something is dictated."""
    return sa.select(RecordDraft.appointment_id).where(
        RecordDraft.appointment_id.in_(appointment_ids)
    )


def delete_of_patient(session: Session, patient_id: int) -> int:
    """Delete whatever is dictated and not signed about a patient; returns how many drafts."""
    visits = sa.select(Appointment.id).where(Appointment.patient_id == patient_id)
    gone = sa.delete(RecordDraft).where(RecordDraft.appointment_id.in_(visits))
    return session.execute(gone, execution_options=_QUIET).rowcount


def purge_old(session: Session, clinic_id: int, now: datetime) -> int:
    """Delete drafts that nobody signed in 30 days, and discarded ones after a day; how many."""
    due = sa.or_(RecordDraft.updated_at <= now - KEEP, RecordDraft.discarded_at <= now - UNDO)
    rows = session.scalars(sa.select(RecordDraft).where(due)).all()
    patient_words.wipe_dictated(session, [row.id for row in rows], now)
    for row in rows:
        audit.record(session, system_actor(clinic_id), "record.draft_purged", SUBJECT, row.id)
        session.delete(row)
    session.flush()
    return len(rows)
