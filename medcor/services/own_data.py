"""Everything that a clinic holds of one of its patients, for that patient."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, undefer

from medcor.domain.offers import days_of
from medcor.domain.permissions import Actor
from medcor.models import (
    Appointment,
    AuditEvent,
    AuthSession,
    CalendarFeed,
    ConversationMessage,
    ErasureRequest,
    Handover,
    MedicalRecord,
    Offer,
    OutboxMail,
    Patient,
    StoredFile,
    User,
    WaitingEntry,
)
from medcor.services import agenda, audit, lookup, own_records, records
from medcor.services.records import Earlier, OpenRecord

Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Held:
    """How much there is of each kind, for the page that offers the download."""

    appointments: int
    records: int
    messages: int
    sign_ins: int
    mails: int


@dataclass(frozen=True, slots=True)
class OwnData:
    """A person's data: ``facts`` as JSON values, and the records, whose files are named by id."""

    facts: Facts
    records: tuple[OpenRecord, ...]
    picture: str


def count_held(session: Session, actor: Actor) -> Held:
    """Count what the clinic holds of the actor."""
    return Held(
        appointments=_count(session, Appointment.patient_id == actor.profile_id),
        records=_count(session, MedicalRecord.patient_id == actor.profile_id),
        messages=_count(session, ConversationMessage.user_id == actor.user_id),
        sign_ins=_count(session, AuthSession.user_id == actor.user_id),
        mails=_count(session, OutboxMail.recipient == actor.email),
    )


def _count(session: Session, matching: sa.ColumnElement[bool]) -> int:
    return session.scalar(sa.select(sa.func.count()).where(matching)) or 0


def collect_own_data(session: Session, actor: Actor) -> OwnData:
    """Read all of a patient's data and note that it was handed out."""
    patient = lookup.get_patient(session, actor.profile_id)
    held = tuple(_own_records(session, actor))
    facts = {
        "clinic": lookup.get_clinic(session, actor.clinic_id).name,
        "profile": _profile(patient),
        "appointments": _appointments(session, patient.id),
        "waiting_list": _waiting(session, patient.id),
        "offered_times": _offered(session, patient.id),
        "records": [_record_facts(session, each) for each in held],
        "talks_with_the_assistant": _messages(session, patient.user_id),
        "asked_for_a_person": _handovers(session, patient.user_id),
        "sign_ins": _sign_ins(session, patient.user_id),
        "mails": _mails(session, patient.user.email),
        "calendar_address_since": _calendar(session, patient.user_id),
        "acts": _acts(session, patient.user_id),
        "erasure_requests": _requests(session, patient.id),
    }
    audit.record(session, actor, "data.exported", "patient", patient.id)
    return OwnData(facts, held, patient.user.picture)


def _profile(patient: Patient) -> Facts:
    user = patient.user
    return {
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
        "phone": patient.phone,
        "gender": patient.gender,
        "birth_date": patient.birth_date,
        "language": user.language,
        "registered_at": user.created_at,
        "email_confirmed_at": user.verified_at,
    }


def _appointments(session: Session, patient_id: int) -> list[Facts]:
    rows = session.scalars(
        agenda.appointments()
        .where(Appointment.patient_id == patient_id)
        .order_by(Appointment.starts_at, Appointment.id)
    )
    return [
        {
            "id": row.id,
            "date": row.day,
            "start": row.start_time,
            "end": row.end_time,
            "treatment": row.treatment.name,
            "doctor": row.doctor.name,
            "state": row.status.value,
            "price_minor": row.price_minor,
            "cancel_reason": row.cancel_reason,
            "booked_through": row.door,
            "booked_at": row.created_at,
        }
        for row in rows
    ]


def _waiting(session: Session, patient_id: int) -> list[Facts]:
    rows = session.scalars(
        sa.select(WaitingEntry)
        .where(WaitingEntry.patient_id == patient_id)
        .order_by(WaitingEntry.id)
    )
    return [
        {
            "treatment": row.treatment.name,
            "doctor": row.doctor.name if row.doctor else None,
            "from": row.first_day,
            "until": row.last_day,
            "weekdays": days_of(row.weekdays),
            "earliest": row.earliest,
            "latest": row.latest,
            "state": row.state.value,
            "joined_at": row.created_at,
        }
        for row in rows
    ]


def _offered(session: Session, patient_id: int) -> list[Facts]:
    rows = session.scalars(
        sa.select(Offer).where(Offer.patient_id == patient_id).order_by(Offer.id)
    )
    return [
        {
            "instead_of_appointment": row.appointment_id,
            "date": row.day,
            "start": row.start_time,
            "doctor": row.doctor.name if row.doctor else None,
            "message": row.message,
            "state": row.state.value,
            "offered_at": row.created_at,
            "answered_at": row.answered_at,
        }
        for row in rows
    ]


def _own_records(session: Session, actor: Actor) -> Iterable[OpenRecord]:
    """Every record of the patient as they would open it, oldest visit first."""
    visits = session.scalars(own_records.own_records(actor)).all()
    for row in reversed(visits):
        record = records.record_of(session, row.id)
        versions = tuple(records.load_versions(session, record.id))
        yield OpenRecord(
            id=record.id,
            visit=records.as_visit(row),
            versions=versions,
            shown=versions[0],
            attachments=tuple(records.load_attachments(session, record.id)),
            may_write=False,
            earlier=Earlier(),
        )


def _record_facts(session: Session, view: OpenRecord) -> Facts:
    return {
        "appointment_id": view.visit.appointment_id,
        "date": view.visit.day,
        "treatment": view.visit.treatment,
        "doctor": view.visit.doctor,
        "versions": [
            {
                "number": each.number,
                "author": each.author,
                "saved_at": each.written_at,
                **asdict(each.text),
            }
            for each in reversed(view.versions)
        ],
        "files": [
            {"id": each.id, "title": each.title, "added_at": each.added_at}
            for each in view.attachments
        ],
        "opened_by": [
            {"name": each.name, "role": each.role, "act": each.act, "at": each.at}
            for each in records.list_openings(session, view.id, limit=10_000)
        ],
    }


def _messages(session: Session, user_id: int) -> list[Facts]:
    rows = session.scalars(
        sa.select(ConversationMessage)
        .where(ConversationMessage.user_id == user_id)
        .order_by(ConversationMessage.created_at, ConversationMessage.id)
    )
    return [
        {
            "at": row.created_at,
            "from": row.message_type.value,
            "text": row.content,
            "source": row.source,
            "talk": row.session_id,
        }
        for row in rows
    ]


def _handovers(session: Session, user_id: int) -> list[Facts]:
    rows = session.scalars(
        sa.select(Handover).where(Handover.user_id == user_id).order_by(Handover.id)
    )
    return [
        {
            "at": row.created_at,
            "reason": row.reason,
            "alarm": row.flag or None,
            "taken_at": row.taken_at,
            "told_that_nobody_had_taken_it_at": row.told_at,
            "closed_at": row.closed_at,
            "outcome": row.outcome,
        }
        for row in rows
    ]


def _sign_ins(session: Session, user_id: int) -> list[Facts]:
    rows = session.scalars(
        sa.select(AuthSession).where(AuthSession.user_id == user_id).order_by(AuthSession.id)
    )
    return [
        {
            "at": row.created_at,
            "browser": row.user_agent,
            "expires_at": row.expires_at,
            "ended_at": row.revoked_at,
        }
        for row in rows
    ]


def _mails(session: Session, email: str) -> list[Facts]:
    rows = session.scalars(
        sa.select(OutboxMail).where(OutboxMail.recipient == email).order_by(OutboxMail.id)
    )
    return [
        {"kind": row.kind, "queued_at": row.created_at, "sent_at": row.sent_at, "to": row.recipient}
        for row in rows
    ]


def _calendar(session: Session, user_id: int) -> Any:
    return session.scalar(sa.select(CalendarFeed.created_at).where(CalendarFeed.user_id == user_id))


def _acts(session: Session, user_id: int) -> list[Facts]:
    """What the person did, as the audit log tells."""
    rows = session.scalars(
        sa.select(AuditEvent).where(AuditEvent.actor_id == user_id).order_by(AuditEvent.id)
    )
    return [{"at": row.created_at, "act": row.action, "subject": row.subject} for row in rows]


def _requests(session: Session, patient_id: int) -> list[Facts]:
    rows = session.scalars(
        sa.select(ErasureRequest)
        .where(ErasureRequest.patient_id == patient_id)
        .order_by(ErasureRequest.id)
    )
    return [
        {
            "asked_at": row.created_at,
            "note": row.note,
            "state": row.state.value,
            "answer": row.answer,
            "decided_at": row.decided_at,
        }
        for row in rows
    ]


def read_file(session: Session, file_id: int) -> bytes:
    """The bytes of one file of the clinic in scope; held no longer than the caller holds them."""
    row = session.get_one(StoredFile, file_id, options=[undefer(StoredFile.data)])
    data = row.data
    session.expunge(row)
    return data


def account_of(session: Session, actor: Actor) -> User:
    """The actor's account, for the check of the password."""
    return session.get_one(User, actor.user_id)
