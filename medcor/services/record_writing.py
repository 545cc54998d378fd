"""Write medical records: a save adds a version, nothing is ever overwritten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.domain import records as rules
from medcor.domain.appointments import AppointmentStatus, can_move
from medcor.domain.permissions import Actor
from medcor.domain.records import RecordText
from medcor.models import MedicalRecord, PrescriptionLine, RecordVersion
from medcor.services import audit, booking, record_drafts, record_files, records
from medcor.services.record_files import NewFile
from medcor.services.records import Visit


@dataclass(frozen=True, slots=True)
class RecordWish:
    """What a doctor wants saved; ``seen_version`` is what their page showed, 0 for none yet.

    With ``complete`` a confirmed appointment is marked as completed as well. ``draft`` is the stamp
    of the dictated draft that was taken into the text, which signs it; empty where none was.
    """

    text: RecordText
    seen_version: int | None = None
    files: tuple[NewFile, ...] = ()
    complete: bool = False
    draft: str = ""


@dataclass(frozen=True, slots=True)
class SavedRecord:
    """What now stands; ``is_new`` is False where the same was saved before."""

    version: int
    is_new: bool
    completed: bool


def save_record(
    session: Session, actor: Actor, appointment_id: object, wish: RecordWish, now: datetime
) -> SavedRecord:
    """Add what a doctor wrote as the next version; the same words again make none.

    Errors: those of ``records.get_writable``, InvalidInput, DraftChanged, and StaleEdit with the
    newest number as ``current`` if another save came between. Two saves at once are told apart by
    the number's unique constraint, so that neither is lost.
    """
    visit = records.get_writable(session, actor, appointment_id, now)
    _check(wish.text, visit)
    if wish.draft:
        record_drafts.check_taken(session, actor, visit.appointment_id, wish.draft)
    record = records.record_of(session, visit.appointment_id)
    number, standing = _newest(session, record)
    is_new = wish.text != standing
    if is_new:
        if wish.seen_version not in (None, number):
            raise errors.StaleEdit(current=number)
        record = record or _begin(session, visit, now)
        number += 1
        _add_version(session, actor, record, number, wish.text, now)
        audit.record(session, actor, "record.written", records.SUBJECT, record.id, version=number)
    record_files.attach(session, actor, record, wish.files, now)
    if wish.draft:
        record_drafts.settle(session, actor, visit.appointment_id, now)
    completed = wish.complete and _complete(session, actor, visit, now)
    session.flush()
    return SavedRecord(number, is_new, completed)


def _check(text: RecordText, visit: Visit) -> None:
    if text.is_empty:
        raise errors.InvalidInput(errors.N_("Write something before you save."), field="complaint")
    if len(text.prescriptions) > rules.MAX_LINES:
        raise errors.InvalidInput(
            errors.N_("A record holds 30 medicines at most."), field="prescriptions"
        )
    if not rules.follow_up_fits(text.follow_up, visit.day):
        raise errors.InvalidInput(
            errors.N_("Choose a day after this visit, within five years."), field="follow_up"
        )


def _newest(session: Session, record: MedicalRecord | None) -> tuple[int, RecordText]:
    if record is None:
        return 0, RecordText()
    newest = records.load_versions(session, record.id, limit=1)[0]
    return newest.number, newest.text


def _begin(session: Session, visit: Visit, now: datetime) -> MedicalRecord:
    record = MedicalRecord(
        appointment_id=visit.appointment_id,
        doctor_id=visit.doctor_id,
        patient_id=visit.patient_id,
        created_at=now,
    )
    session.add(record)
    session.flush()
    return record


def _add_version(
    session: Session,
    actor: Actor,
    record: MedicalRecord,
    number: int,
    text: RecordText,
    now: datetime,
) -> None:
    version = RecordVersion(
        record_id=record.id,
        number=number,
        author_id=actor.user_id,
        complaint=text.complaint,
        findings=text.findings,
        diagnosis_code=text.diagnosis_code,
        diagnosis=text.diagnosis,
        advice=text.advice,
        follow_up=text.follow_up,
        created_at=now,
    )
    session.add(version)
    session.flush()
    session.add_all(
        PrescriptionLine(
            version_id=version.id,
            position=position,
            medicine=line.medicine,
            dose=line.dose,
            frequency=line.frequency,
            duration=line.duration,
            note=line.note,
        )
        for position, line in enumerate(text.prescriptions)
    )
    session.flush()


def _complete(session: Session, actor: Actor, visit: Visit, now: datetime) -> bool:
    """Mark a confirmed appointment as completed; one that was closed meanwhile stays as it is."""
    if not can_move(visit.status, AppointmentStatus.COMPLETED):
        return False
    booking.complete_appointment(session, actor, visit.appointment_id, now)
    return True


def delete_records(session: Session, patient_id: int) -> int:
    """Delete all records of a patient, files included; returns how many records there were.

    For what the clinic need not keep any longer, and for nothing else.
    """
    ids = list(
        session.scalars(sa.select(MedicalRecord.id).where(MedicalRecord.patient_id == patient_id))
    )
    if not ids:
        return 0
    versions = sa.select(RecordVersion.id).where(RecordVersion.record_id.in_(ids))
    quiet = {"synchronize_session": False}
    record_files.delete_files(session, ids)
    for gone in (
        sa.delete(PrescriptionLine).where(PrescriptionLine.version_id.in_(versions)),
        sa.delete(RecordVersion).where(RecordVersion.record_id.in_(ids)),
        sa.delete(MedicalRecord).where(MedicalRecord.id.in_(ids)),
    ):
        session.execute(gone, execution_options=quiet)
    return len(ids)
