"""Files beside medical records: added, taken out of sight, brought back, opened; never shared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, undefer

from medcor.domain import errors
from medcor.domain import records as rules
from medcor.domain.identity import is_known_id
from medcor.domain.permissions import Actor, Role
from medcor.models import MedicalRecord, RecordAttachment, StoredFile
from medcor.services import audit, files, records


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file as it was uploaded: its bytes and the name that it had."""

    data: bytes
    title: str


def add_files(
    session: Session, actor: Actor, appointment_id: object, chosen: Iterable[NewFile], now: datetime
) -> int:
    """Put files beside a record that is written already; returns how many are new."""
    visit = records.get_writable(session, actor, appointment_id, now)
    record = records.record_of(session, visit.appointment_id)
    if record is None:
        raise errors.RecordNotFound()
    return attach(session, actor, record, chosen, now)


def attach(
    session: Session,
    actor: Actor,
    record: MedicalRecord | None,
    chosen: Iterable[NewFile],
    now: datetime,
) -> int:
    """Store files beside ``record``; the same file again is left out, so a repeat is harmless.

    InvalidInput for one that is too large or of another kind, or for too many.
    """
    added = 0
    for each in chosen:
        if _is_there(session, record.id, each):
            continue
        stored = files.add_attachment(session, actor, each.data, each.title)
        session.add(
            RecordAttachment(
                record_id=record.id,
                file_id=stored.id,
                added_by_id=actor.user_id,
                created_at=now,
            )
        )
        session.flush()
        audit.record(
            session, actor, "record.file_added", records.SUBJECT, record.id, file=stored.id
        )
        added += 1
    if added and _count(session, record.id) > rules.MAX_FILES:
        raise errors.InvalidInput(errors.N_("A record holds 40 files at most."), field="attachment")
    return added


def _shown(record_id: int) -> sa.Select[tuple[int]]:
    return (
        sa.select(StoredFile.id)
        .join(RecordAttachment, RecordAttachment.file_id == StoredFile.id)
        .where(RecordAttachment.record_id == record_id, RecordAttachment.removed_at.is_(None))
    )


def _is_there(session: Session, record_id: int, file: NewFile) -> bool:
    same = _shown(record_id).where(StoredFile.size == len(file.data), StoredFile.data == file.data)
    return session.scalar(same.limit(1)) is not None


def _count(session: Session, record_id: int) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(_shown(record_id).subquery())) or 0


def open_file(
    session: Session, actor: Actor, appointment_id: object, file_id: object
) -> StoredFile:
    """A record's file with its bytes, readable after the commit; the opening is noted.

    NotFound for a file of another record, and for a removed one except to the record's doctor.
    """
    visit = records.get_visit(session, appointment_id)
    record = records.find_record(session, visit, actor)
    wrote = actor.role is Role.DOCTOR and visit.doctor_id == actor.profile_id
    link = _link(session, record, file_id)
    if link.removed_at is not None and not wrote:
        raise errors.NotFound()
    row = session.get_one(
        StoredFile, link.file_id, options=[undefer(StoredFile.data)], populate_existing=True
    )
    audit.record(session, actor, records.FILE_OPENED, records.SUBJECT, record.id, file=row.id)
    session.flush()
    session.expunge(row)
    return row


def _link(session: Session, record: MedicalRecord | None, file_id: object) -> RecordAttachment:
    link = None
    if record is not None and is_known_id(file_id):
        link = session.scalar(
            sa.select(RecordAttachment).where(
                RecordAttachment.record_id == record.id, RecordAttachment.file_id == file_id
            )
        )
    if link is None:
        raise errors.NotFound()
    return link


def get_title(
    session: Session, actor: Actor, appointment_id: object, file_id: object, now: datetime
) -> str:
    """The name of a file that the actor may remove."""
    link = _own_link(session, actor, appointment_id, file_id, now)
    return session.get_one(StoredFile, link.file_id).title


def _own_link(
    session: Session, actor: Actor, appointment_id: object, file_id: object, now: datetime
) -> RecordAttachment:
    visit = records.get_own_visit(session, actor, appointment_id)
    link = _link(session, records.record_of(session, visit.appointment_id), file_id)
    records.check_writable(visit, now)
    return link


def remove_file(
    session: Session, actor: Actor, appointment_id: object, file_id: object, now: datetime
) -> None:
    """Take a file out of sight; it stays in the record, and its doctor can bring it back."""
    link = _own_link(session, actor, appointment_id, file_id, now)
    if link.removed_at is None:
        link.removed_at, link.removed_by_id = now, actor.user_id
        _note(session, actor, "record.file_removed", link)


def restore_file(
    session: Session, actor: Actor, appointment_id: object, file_id: object, now: datetime
) -> None:
    """Bring back a file that was taken out of sight."""
    link = _own_link(session, actor, appointment_id, file_id, now)
    if link.removed_at is not None:
        link.removed_at, link.removed_by_id = None, None
        _note(session, actor, "record.file_restored", link)


def _note(session: Session, actor: Actor, act: str, link: RecordAttachment) -> None:
    audit.record(session, actor, act, records.SUBJECT, link.record_id, file=link.file_id)
    session.flush()


def delete_files(session: Session, record_ids: Sequence[int]) -> None:
    """Delete the files of records for good."""
    ids = list(
        session.scalars(
            sa.select(RecordAttachment.file_id).where(RecordAttachment.record_id.in_(record_ids))
        )
    )
    for gone in (
        sa.delete(RecordAttachment).where(RecordAttachment.record_id.in_(record_ids)),
        sa.delete(StoredFile).where(StoredFile.id.in_(ids)),
    ):
        session.execute(gone, execution_options={"synchronize_session": False})
