"""A patient asks a clinic to erase what it holds of them; an admin does so, or says why not.

What the law makes the clinic keep stays locked until its time is over: medical records, without
the account of the person they are about.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager

from medcor.domain import errors, retention
from medcor.domain.appointments import LIVE, AppointmentStatus
from medcor.domain.identity import is_known_id
from medcor.domain.permissions import Actor, system_actor
from medcor.domain.scheduling import local_today
from medcor.models import (
    Appointment,
    Clinic,
    ErasureRequest,
    ErasureState,
    MedicalRecord,
    OutboxMail,
    Patient,
    User,
)
from medcor.services import (
    agenda,
    audit,
    booking,
    forgetting,
    lookup,
    notices,
    patient_words,
    record_drafts,
    record_writing,
)
from medcor.services.catalogue import contains_pattern

SUBJECT = "patient"


@dataclass(frozen=True, slots=True)
class Plan:
    """What carrying a request out will do: cancel ``ahead``, keep or delete ``records``.

    ``kept_until`` is the last day on which the records are kept, None if they go at once.
    """

    ahead: tuple[Appointment, ...]
    records: int
    kept_until: date | None


def ask_erasure(session: Session, actor: Actor, note: str, now: datetime) -> ErasureRequest:
    """Ask for the erasure of the actor's own data; asking twice leaves one open request."""
    held = open_request(session, actor.profile_id)
    if held is not None:
        return held
    made = ErasureRequest(patient_id=actor.profile_id, note=note, created_at=now)
    session.add(made)
    session.flush()
    audit.record(session, actor, "erasure.asked", SUBJECT, actor.profile_id)
    return made


def open_request(session: Session, patient_id: int | None) -> ErasureRequest | None:
    return session.scalar(
        sa.select(ErasureRequest).where(
            ErasureRequest.patient_id == patient_id, ErasureRequest.state == ErasureState.ASKED
        )
    )


def latest_request(session: Session, patient_id: int | None) -> ErasureRequest | None:
    """The patient's last request, whatever became of it."""
    return session.scalar(
        sa.select(ErasureRequest)
        .where(ErasureRequest.patient_id == patient_id)
        .order_by(ErasureRequest.id.desc())
        .limit(1)
    )


def withdraw_erasure(session: Session, actor: Actor, now: datetime) -> bool:
    """Take an open request back; False if there was none any more."""
    held = open_request(session, actor.profile_id)
    if held is None:
        return False
    _decide(held, ErasureState.WITHDRAWN, actor, now)
    audit.record(session, actor, "erasure.withdrawn", SUBJECT, actor.profile_id)
    session.flush()
    return True


def _decide(request: ErasureRequest, state: ErasureState, actor: Actor, now: datetime) -> None:
    request.state, request.decided_at, request.decided_by_id = state, now, actor.user_id


def count_open(session: Session) -> int:
    """How many requests of the clinic wait for an answer."""
    waiting = sa.select(sa.func.count(ErasureRequest.id)).where(
        ErasureRequest.state == ErasureState.ASKED
    )
    return session.scalar(waiting) or 0


def list_requests(state: str = "", search: str = "") -> sa.Select[tuple[ErasureRequest]]:
    """The clinic's requests with their patients, in one query."""
    wanted = (
        sa.select(ErasureRequest)
        .join(ErasureRequest.patient)
        .join(Patient.user)
        .options(contains_eager(ErasureRequest.patient).contains_eager(Patient.user))
    )
    if state:
        wanted = wanted.where(ErasureRequest.state == state)
    if search.strip():
        name = User.first_name + " " + User.last_name
        wanted = wanted.where(name.ilike(contains_pattern(search), escape="\\"))
    return wanted


def record_export(session: Session, actor: Actor, rows: int) -> None:
    """Note that the list of requests was taken as a file."""
    audit.record(session, actor, "erasure.exported", SUBJECT, None, rows=rows)


def get_request(session: Session, request_id: object) -> ErasureRequest:
    """A request of the clinic in scope, locked until the transaction ends, or NotFound."""
    found = None
    if is_known_id(request_id):
        found = session.scalar(
            list_requests()
            .where(ErasureRequest.id == request_id)
            .with_for_update(of=ErasureRequest)
        )
    if found is None:
        raise errors.NotFound()
    return found


def get_open_request(session: Session, request_id: object) -> ErasureRequest:
    """A request that waits for an answer; Conflict once it has one."""
    request = get_request(session, request_id)
    if request.state is not ErasureState.ASKED:
        raise errors.Conflict(errors.N_("This request was answered or withdrawn already."))
    return request


def make_plan(session: Session, clinic: Clinic, patient_id: int, now: datetime) -> Plan:
    """What erasing a patient now would do."""
    ahead = session.scalars(
        agenda.appointments()
        .where(
            Appointment.patient_id == patient_id,
            Appointment.status.in_(tuple(LIVE)),
            Appointment.starts_at > now,
        )
        .order_by(Appointment.starts_at)
    ).all()
    held = session.scalar(
        sa.select(sa.func.count(MedicalRecord.id)).where(MedicalRecord.patient_id == patient_id)
    )
    until = None
    if held:
        last = session.scalar(
            sa.select(sa.func.max(Appointment.day)).where(
                Appointment.patient_id == patient_id,
                Appointment.status != AppointmentStatus.CANCELLED,
                Appointment.starts_at <= now,
            )
        )
        until = retention.keep_until(last, clinic.records_keep_years)
    kept = retention.must_keep(until, local_today(clinic.zone_info, now))
    return Plan(tuple(ahead), held or 0, until if kept else None)


@dataclass(frozen=True, slots=True)
class Wording:
    """Texts that the erasure leaves behind, in the language of the clinic's people."""

    name: str
    cancel_reason: str


def carry_out_erasure(
    session: Session, actor: Actor, request_id: object, wording: Wording, now: datetime
) -> int:
    """Erase a patient in one transaction; returns the id of the account that was.

    The last mail goes to the old address. Conflict if the request was decided otherwise before;
    carrying it out twice is harmless.
    """
    request = get_request(session, request_id)
    patient = request.patient
    if request.state is ErasureState.DONE:
        return patient.user_id
    if request.state is not ErasureState.ASKED:
        raise errors.Conflict(errors.N_("This request was answered or withdrawn already."))
    clinic = lookup.get_clinic(session, actor.clinic_id)
    forgetting.wipe_reasons(session, patient)
    plan = make_plan(session, clinic, patient.id, now)
    for appointment in plan.ahead:
        booking.cancel_appointment(session, actor, appointment.id, wording.cancel_reason, now)
    record_drafts.delete_of_patient(session, patient.id)
    patient_words.wipe_about(session, patient.id, now)
    if plan.records and plan.kept_until is None:
        record_writing.delete_records(session, patient.id)
    forgetting.wipe_traces(session, actor, patient, now)
    until = plan.kept_until.isoformat() if plan.kept_until else ""
    notices.erased(session, patient.user, until)
    forgetting.wipe_person(session, patient, wording.name, now)
    _decide(request, ErasureState.DONE, actor, now)
    request.kept_until, request.note = plan.kept_until, ""
    audit.record(session, actor, "erasure.done", SUBJECT, patient.id, kept_until=until)
    session.flush()
    return patient.user_id


def refuse_erasure(
    session: Session, actor: Actor, request_id: object, answer: str, now: datetime
) -> None:
    """Say no, with a reason that the patient is told by mail and on their page."""
    request = get_open_request(session, request_id)
    _decide(request, ErasureState.REFUSED, actor, now)
    request.answer = answer
    notices.erasure_refused(session, request.patient.user, answer)
    audit.record(session, actor, "erasure.refused", SUBJECT, request.patient_id)
    session.flush()


def purge_expired(session: Session, clinic: Clinic, now: datetime) -> int:
    """Delete the kept records of erased patients whose time is over; returns how many.

    Forgets as well to whom the last mails went, once they are settled.
    """
    today = local_today(clinic.zone_info, now)
    due = session.scalars(
        sa.select(ErasureRequest.patient_id)
        .join(MedicalRecord, MedicalRecord.patient_id == ErasureRequest.patient_id)
        .where(ErasureRequest.state == ErasureState.DONE, ErasureRequest.kept_until < today)
        .distinct()
    ).all()
    deleted = 0
    for patient_id in due:
        number = record_writing.delete_records(session, patient_id)
        actor = system_actor(clinic.id)
        audit.record(session, actor, "erasure.purged", SUBJECT, patient_id, records=number)
        deleted += number
    session.execute(
        sa.update(OutboxMail)
        .where(
            OutboxMail.kind == notices.MailKind.ERASED,
            OutboxMail.next_try_at.is_(None),
            OutboxMail.recipient != "",
        )
        .values(recipient="", details={}, last_error=""),
        execution_options={"synchronize_session": False},
    )
    session.flush()
    return deleted
