"""Medical records for whoever may read them; every opening is written in the audit log.

What is read leaves as plain values, so that the transaction that noted the reading is over before
a page or a document is made of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from medcor.domain import errors
from medcor.domain import records as rules
from medcor.domain.appointments import AppointmentStatus
from medcor.domain.identity import is_known_id
from medcor.domain.permissions import Actor, Role
from medcor.domain.records import Prescribed, RecordText
from medcor.models import (
    Appointment,
    AuditEvent,
    MedicalRecord,
    RecordAttachment,
    RecordVersion,
    StoredFile,
    User,
    doctor_title,
    full_name,
)
from medcor.services import agenda, audit, lookup

SUBJECT = "record"
READ, PRINTED, FILE_OPENED = "record.read", "record.printed", "record.file_opened"
OPENINGS = (READ, PRINTED, FILE_OPENED)
EARLIER_SHOWN, OPENINGS_SHOWN = 10, 50
_REFUSALS = {
    rules.WriteRefusal.NOT_BEGUN: errors.N_("This appointment has not begun yet."),
    rules.WriteRefusal.CANCELLED: errors.N_("A cancelled appointment gets no record."),
    rules.WriteRefusal.LOCKED: errors.N_(
        "This patient's data was erased at their request. The record is locked."
    ),
}


@dataclass(frozen=True, slots=True)
class Visit:
    """The appointment that a record is about; ``locked`` once its patient was erased."""

    appointment_id: int
    day: date
    start_time: time
    end_time: time
    starts_at: datetime
    status: AppointmentStatus
    treatment: str
    doctor: str
    doctor_id: int
    patient: str
    patient_id: int
    birth_date: date | None
    locked: bool


@dataclass(frozen=True, slots=True)
class Version:
    """One saved state of a record; ``written_at`` is a UTC instant."""

    number: int
    author: str
    written_at: datetime
    text: RecordText


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file beside a record, without its bytes; ``id`` is the file's."""

    id: int
    title: str
    content_type: str
    size: int
    added_at: datetime
    removed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a doctor sees of a patient's earlier visits; ``text`` of the last one only."""

    visits: tuple[Visit, ...] = ()
    text: RecordText | None = None


@dataclass(frozen=True, slots=True)
class OpenRecord:
    """A record as somebody reads it: ``versions`` newest first, ``shown`` the one asked for."""

    id: int
    visit: Visit
    versions: tuple[Version, ...]
    shown: Version
    attachments: tuple[Attachment, ...]
    may_write: bool
    earlier: Earlier

    @property
    def before(self) -> Version | None:
        """The version before the shown one."""
        older = [each for each in self.versions if each.number < self.shown.number]
        return older[0] if older else None

    @property
    def is_newest(self) -> bool:
        return self.shown.number == self.versions[0].number


@dataclass(frozen=True, slots=True)
class Draft:
    """What the form of a record starts from; ``current`` is None before the first save."""

    visit: Visit
    current: Version | None
    attachments: tuple[Attachment, ...]
    earlier: Earlier


def open_record(
    session: Session,
    actor: Actor,
    appointment_id: object,
    *,
    number: int | None = None,
    act: str = READ,
    earlier: bool = True,
    **details: Any,
) -> OpenRecord:
    """Open a record, or version ``number`` of it, and note who did: ``act`` says how.

    With ``earlier`` a doctor who reads it reads the patient's last record before it as well.

    AppointmentNotFound for whom it does not concern, RecordNotFound where nothing is written,
    NotAllowed for an admin whose clinic has not turned reading on.
    """
    visit = get_visit(session, appointment_id)
    record = find_record(session, visit, actor)
    versions = load_versions(session, record.id)
    chosen = [each for each in versions if number in (None, each.number)]
    if not chosen:
        raise errors.RecordNotFound()
    audit.record(session, actor, act, SUBJECT, record.id, version=chosen[0].number, **details)
    wrote = actor.role is Role.DOCTOR and visit.doctor_id == actor.profile_id
    return OpenRecord(
        id=record.id,
        visit=visit,
        versions=tuple(versions),
        shown=chosen[0],
        attachments=tuple(load_attachments(session, record.id, removed=wrote)),
        may_write=wrote and not visit.locked,
        earlier=load_earlier(session, actor, visit) if act == READ and earlier else Earlier(),
    )


def open_draft(session: Session, actor: Actor, appointment_id: object, now: datetime) -> Draft:
    """What the doctor of an appointment starts writing from; reading it is noted like any other."""
    visit = get_writable(session, actor, appointment_id, now)
    record = record_of(session, visit.appointment_id)
    earlier = load_earlier(session, actor, visit)
    if record is None:
        return Draft(visit, None, (), earlier)
    current = load_versions(session, record.id, limit=1)[0]
    audit.record(session, actor, READ, SUBJECT, record.id, version=current.number)
    return Draft(visit, current, tuple(load_attachments(session, record.id)), earlier)


def get_writable(session: Session, actor: Actor, appointment_id: object, now: datetime) -> Visit:
    """The visit of which the actor may write: only its own doctor may.

    AppointmentNotFound for anybody else's, TransitionRefused where there is nothing to write yet
    or any more.
    """
    visit = get_own_visit(session, actor, appointment_id)
    check_writable(visit, now)
    return visit


def get_own_visit(session: Session, actor: Actor, appointment_id: object) -> Visit:
    """A visit to the actor themself, or AppointmentNotFound."""
    visit = get_visit(session, appointment_id)
    if actor.role is not Role.DOCTOR or visit.doctor_id != actor.profile_id:
        raise errors.AppointmentNotFound()
    return visit


def check_writable(visit: Visit, now: datetime) -> None:
    refusal = rules.why_not_write(visit.status, visit.starts_at, visit.locked, now)
    if refusal:
        raise errors.TransitionRefused(_REFUSALS[refusal])


def get_visit(session: Session, appointment_id: object) -> Visit:
    row = None
    if is_known_id(appointment_id):
        row = session.scalar(agenda.appointments().where(Appointment.id == appointment_id))
    if row is None:
        raise errors.AppointmentNotFound()
    return as_visit(row)


def as_visit(row: Appointment) -> Visit:
    return Visit(
        appointment_id=row.id,
        day=row.day,
        start_time=row.start_time,
        end_time=row.end_time,
        starts_at=row.starts_at,
        status=row.status,
        treatment=row.treatment.name,
        doctor=row.doctor.name,
        doctor_id=row.doctor_id,
        patient=row.patient.name,
        patient_id=row.patient_id,
        birth_date=row.patient.birth_date,
        locked=row.patient.erased_at is not None,
    )


def record_of(session: Session, appointment_id: int) -> MedicalRecord | None:
    return session.scalar(
        sa.select(MedicalRecord).where(MedicalRecord.appointment_id == appointment_id)
    )


def find_record(session: Session, visit: Visit, actor: Actor) -> MedicalRecord:
    """The record of a visit if the actor may read it; see :func:`open_record` for the errors."""
    wrote = actor.role is Role.DOCTOR and visit.doctor_id == actor.profile_id
    reader = rules.Reader(
        role=actor.role,
        wrote=wrote,
        treats=wrote or _treats(session, actor, visit.patient_id),
        is_own=actor.role is Role.PATIENT and visit.patient_id == actor.profile_id,
    )
    clinic = lookup.get_clinic(session, actor.clinic_id)
    verdict = rules.may_read(reader, admins_read=clinic.admins_read_records, locked=visit.locked)
    if verdict is rules.Reading.UNKNOWN:
        raise errors.AppointmentNotFound()
    record = record_of(session, visit.appointment_id)
    if record is None:
        raise errors.RecordNotFound()
    if verdict is rules.Reading.NOT_TURNED_ON:
        raise errors.NotAllowed(
            errors.N_(
                "The clinic has not turned on that admins read medical records. It can be turned "
                "on in the clinic's settings."
            )
        )
    return record


def _treats(session: Session, actor: Actor, patient_id: int) -> bool:
    if actor.role is not Role.DOCTOR:
        return False
    shared = sa.select(Appointment.id).where(
        Appointment.doctor_id == actor.profile_id,
        Appointment.patient_id == patient_id,
        Appointment.status != AppointmentStatus.CANCELLED,
    )
    return session.scalar(shared.limit(1)) is not None


def load_versions(session: Session, record_id: int, limit: int | None = None) -> list[Version]:
    """The versions of a record, newest first."""
    rows = session.execute(
        sa.select(RecordVersion, User)
        .join(User, User.id == RecordVersion.author_id)
        .where(RecordVersion.record_id == record_id)
        .options(selectinload(RecordVersion.prescriptions))
        .order_by(RecordVersion.number.desc())
        .limit(limit)
    )
    return [
        Version(row.number, _signature(author), row.created_at, text_of(row))
        for row, author in rows
    ]


def _signature(author: User) -> str:
    named = doctor_title if author.role is Role.DOCTOR else full_name
    return named(author.first_name, author.last_name)


def text_of(row: RecordVersion) -> RecordText:
    return RecordText(
        complaint=row.complaint,
        findings=row.findings,
        diagnosis_code=row.diagnosis_code,
        diagnosis=row.diagnosis,
        prescriptions=tuple(
            Prescribed(line.medicine, line.dose, line.frequency, line.duration, line.note)
            for line in row.prescriptions
        ),
        advice=row.advice,
        follow_up=row.follow_up,
    )


def load_attachments(
    session: Session, record_id: int, *, removed: bool = False
) -> list[Attachment]:
    """The files beside a record, oldest first; with ``removed`` those taken out of sight too."""
    wanted = (
        sa.select(
            StoredFile.id,
            StoredFile.title,
            StoredFile.content_type,
            StoredFile.size,
            RecordAttachment.created_at,
            RecordAttachment.removed_at,
        )
        .join(StoredFile, StoredFile.id == RecordAttachment.file_id)
        .where(RecordAttachment.record_id == record_id)
        .order_by(RecordAttachment.id)
    )
    if not removed:
        wanted = wanted.where(RecordAttachment.removed_at.is_(None))
    return [Attachment(*row) for row in session.execute(wanted)]


def load_earlier(session: Session, actor: Actor, visit: Visit) -> Earlier:
    """The patient's earlier visits with a record, and what the last one says, for a doctor.

    That doctor reads the last one's record by it, which is noted as such.
    """
    if actor.role is not Role.DOCTOR or visit.locked:
        return Earlier()
    rows = session.scalars(
        agenda.appointments()
        .join(MedicalRecord, MedicalRecord.appointment_id == Appointment.id)
        .where(Appointment.patient_id == visit.patient_id, Appointment.starts_at < visit.starts_at)
        .order_by(Appointment.starts_at.desc(), Appointment.id.desc())
        .limit(EARLIER_SHOWN)
    ).all()
    if not rows:
        return Earlier()
    last = record_of(session, rows[0].id)
    newest = load_versions(session, last.id, limit=1)[0]
    audit.record(session, actor, READ, SUBJECT, last.id, version=newest.number)
    return Earlier(tuple(map(as_visit, rows)), newest.text)


@dataclass(frozen=True, slots=True)
class Opening:
    """One time that somebody opened a record."""

    user_id: int | None
    name: str
    role: Role | None
    act: str
    at: datetime


def list_openings(session: Session, record_id: int, limit: int = OPENINGS_SHOWN) -> list[Opening]:
    """Who opened a record, latest first, as the audit log tells."""
    rows = session.execute(
        sa.select(AuditEvent, User)
        .outerjoin(User, User.id == AuditEvent.actor_id)
        .where(
            AuditEvent.subject == SUBJECT,
            AuditEvent.subject_id == record_id,
            AuditEvent.action.in_(OPENINGS),
        )
        .order_by(AuditEvent.created_at.desc(), AuditEvent.id.desc())
        .limit(limit)
    )
    return [
        Opening(
            event.actor_id,
            _signature(user) if user else "",
            user.role if user else None,
            event.action,
            event.created_at,
        )
        for event, user in rows
    ]
