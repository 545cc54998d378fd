"""The tools of doctors. Whose day, patients, records and drafts they see is the actor's alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.domain.appointments import AppointmentStatus
from medcor.domain.permissions import Actor
from medcor.domain.scheduling import local_today
from medcor.models import Appointment, MedicalRecord, Patient, User, full_name
from medcor.services import agenda, days_off, lookup, patient_words, record_drafts, records
from medcor.services.assistant import doctor_acts
from medcor.services.assistant.doctor_facts import (
    DaysOffCheck,
    DaysOffDone,
    DaysOffPlan,
    DraftFact,
    NoPastVisit,
    PastVisit,
    PatientFact,
)
from medcor.services.assistant.facts import AppointmentFact
from medcor.services.days_off import Absence

if TYPE_CHECKING:
    from medcor.services.assistant.toolbox import Toolbox

LATE = timedelta(minutes=5)
# Up to so many patients are named one by one in a query.
FEW = 200
_MISSED = (AppointmentStatus.CANCELLED, AppointmentStatus.NO_SHOW)


def _today(session: Session, box: Toolbox) -> date:
    zone = lookup.get_clinic(session, box.actor.clinic_id).zone_info
    return local_today(zone, box.clock())


def _facts(
    session: Session, wanted: sa.Select[tuple[Appointment]], limit: int | None = None
) -> tuple[AppointmentFact, ...]:
    in_order = wanted.order_by(Appointment.starts_at, Appointment.id).limit(limit)
    return tuple(map(AppointmentFact.of, session.scalars(in_order)))


def my_day(box: Toolbox, day: date | None = None) -> tuple[AppointmentFact, ...]:
    """The doctor's own appointments of a local day, today by default, in order of time."""

    def read(session: Session) -> tuple[AppointmentFact, ...]:
        wanted = agenda.visible_to(box.actor).where(
            Appointment.day == (day or _today(session, box)),
            Appointment.status != AppointmentStatus.CANCELLED,
        )
        return _facts(session, wanted)

    return box.look(read)


def next_patient(box: Toolbox) -> AppointmentFact | None:
    """The doctor's next live appointment that has not begun more than a moment ago."""
    live = Appointment.status.in_((AppointmentStatus.PENDING, AppointmentStatus.CONFIRMED))
    wanted = agenda.visible_to(box.actor).where(live, Appointment.starts_at >= box.clock() - LATE)
    found = box.look(lambda session: _facts(session, wanted, 1))
    return found[0] if found else None


def present_visit(box: Toolbox) -> AppointmentFact | None:
    """The doctor's visit that is going on now."""
    now = box.clock()
    wanted = agenda.visible_to(box.actor).where(
        Appointment.status.not_in(_MISSED),
        Appointment.starts_at <= now,
        Appointment.starts_at > now - agenda.LONGEST,
        Appointment.ends_at > now,
    )
    found = box.look(lambda session: _facts(session, wanted))
    return found[-1] if found else None


def list_patients(box: Toolbox, names: Sequence[str] = ()) -> tuple[PatientFact, ...]:
    """Everybody whom the doctor treats or treated, in two queries; erased people are nobody.

    With ``names`` (LIKE patterns) only who has a name that begins so: of thousands a few.
    """
    return box.look(lambda session: _list_patients(session, box.actor, names))


def _list_patients(session: Session, actor: Actor, names: Sequence[str]) -> tuple[PatientFact, ...]:
    # Names first, then what these few had: of every appointment there was it takes far longer.
    called = _called(session, names)
    treated = sa.select(Appointment.patient_id, sa.func.max(Appointment.day)).where(*_mine(actor))
    if len(called) <= FEW:
        treated = treated.where(Appointment.patient_id.in_(list(called)))
    last = dict(session.execute(treated.group_by(Appointment.patient_id)).all())
    return tuple(
        PatientFact(number, full_name(first, last_name), born, last[number])
        for number, (first, last_name, born) in called.items()
        if number in last
    )


def _called(session: Session, names: Sequence[str]) -> dict[int, tuple[str, str, date | None]]:
    """By id the names and birth dates of the clinic's patients with a name that begins so."""
    wanted = (
        sa.select(Patient.id, User.first_name, User.last_name, Patient.birth_date)
        .join(User, User.id == Patient.user_id)
        .where(Patient.erased_at.is_(None))
    )
    begins = [
        column.ilike(f"{before}{each}%")
        for column in (User.first_name, User.last_name)
        for each in names
        for before in ("", "% ")
    ]
    if begins:
        wanted = wanted.where(sa.or_(*begins))
    return {row[0]: tuple(row[1:]) for row in session.execute(wanted.order_by(Patient.id))}


def _mine(actor: Actor) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Appointment.doctor_id == (actor.profile_id or 0),
        Appointment.status != AppointmentStatus.CANCELLED,
    )


def last_visit(
    box: Toolbox, patient_id: int | None = None, appointment_id: int | None = None
) -> PastVisit | NoPastVisit:
    """Open the record of a patient's last visit, noted in the audit log as on its page.

    With ``appointment_id`` the visit before that appointment of the doctor's. PatientNotFound and
    AppointmentNotFound for whom this doctor does not treat, whether there is such a row or not.
    """
    return box.run(lambda session: _last_visit(session, box, patient_id, appointment_id))


def _last_visit(
    session: Session, box: Toolbox, patient_id: int | None, appointment_id: int | None
) -> PastVisit | NoPastVisit:
    actor, now, until = box.actor, box.clock(), box.clock()
    if appointment_id is not None:
        visit = records.get_own_visit(session, actor, appointment_id)
        patient_id, until = visit.patient_id, min(now, visit.starts_at)
    patient = _own_patient(session, actor, patient_id)
    before = (Appointment.patient_id == patient.id, Appointment.starts_at <= until)
    if appointment_id is not None:
        before = (*before, Appointment.id != appointment_id)
    newest = sa.select(Appointment).where(*before).order_by(Appointment.starts_at.desc()).limit(1)
    recorded = newest.join(MedicalRecord, MedicalRecord.appointment_id == Appointment.id)
    row = session.scalar(recorded)
    came = (Appointment.status.not_in(_MISSED), Appointment.ends_at <= now)
    own = session.scalar(newest.where(*_mine(actor), *came))
    if row is None:
        return NoPastVisit(patient.name, own.day if own else None)
    found = records.open_record(session, actor, row.id, earlier=False, door="assistant")
    patient_words.mark_about(session, actor, box.session_id, box.turn_ids, patient.id)
    unwritten = own.day if own and own.starts_at > row.starts_at else None
    return PastVisit.of(found, row.doctor_id == actor.profile_id, unwritten)


def _own_patient(session: Session, actor: Actor, patient_id: int | None) -> Patient:
    treated = sa.select(Appointment.id).where(
        *_mine(actor), Appointment.patient_id == (patient_id or 0)
    )
    patient = lookup.find(session, Patient, patient_id)
    if patient is None or patient.erased_at is not None or not session.scalar(treated.limit(1)):
        raise errors.PatientNotFound()
    return patient


def check_days_off(box: Toolbox, first: date, last: date) -> DaysOffCheck:
    """Whom days off would hit; InvalidInput and DaysOffOverlap as on their page."""

    def read(session: Session) -> DaysOffCheck:
        found = days_off.propose_days_off(
            session, box.actor, box.actor.profile_id, Absence(first, last), box.clock()
        )
        return DaysOffCheck.of(found)

    return box.look(read)


def free_days(box: Toolbox, plan: DaysOffPlan) -> DaysOffDone:
    """Enter days off as they were put to the doctor; the same turn again enters nothing more."""
    try:
        return box.run(
            lambda session: doctor_acts.free_days(
                session, box.actor, plan, box.turn_ids, box.clock()
            )
        )
    except errors.Conflict:
        known = box.look(lambda session: doctor_acts.known_days(session, box.actor, box.turn_ids))
        if known is None:
            raise
        return known


def start_dictation(
    box: Toolbox,
    patient_ids: Sequence[int] = (),
    at: time | None = None,
    appointment_id: int | None = None,
) -> tuple[AppointmentFact, ...]:
    """The visits that a dictation may be about; several where it is unclear which one is meant.

    Of patients their visits of today, else the last one; without any the visit going on now, else
    the last one of today without a record. TransitionRefused where the only one has not begun.
    """

    def read(session: Session) -> tuple[AppointmentFact, ...]:
        if appointment_id is not None:
            visit = records.get_writable(session, box.actor, appointment_id, box.clock())
            named = agenda.visible_to(box.actor).where(Appointment.id == visit.appointment_id)
            return _facts(session, named)
        today = _today(session, box)
        if at is not None:
            there = (Appointment.day == today, Appointment.start_time == at)
            return _begun_or_refused(session, box, *there)
        if patient_ids:
            found = [_of_patient(session, box, each, today) for each in patient_ids]
            return tuple(fact for facts in found for fact in facts)
        return _of_now(session, box, today)

    return box.look(read)


def _writable(box: Toolbox) -> sa.Select[tuple[Appointment]]:
    """The doctor's visits that have begun, of people who are not erased."""
    return agenda.appointments().where(
        *_mine(box.actor), Appointment.starts_at <= box.clock(), Patient.erased_at.is_(None)
    )


def _begun_or_refused(
    session: Session, box: Toolbox, *criteria: sa.ColumnElement[bool]
) -> tuple[AppointmentFact, ...]:
    found = _facts(session, _writable(box).where(*criteria))
    ahead = sa.select(Appointment.id).where(*_mine(box.actor), *criteria).limit(1)
    if not found and session.scalar(ahead):
        raise errors.TransitionRefused()
    return found


def _of_patient(
    session: Session, box: Toolbox, patient_id: int, today: date
) -> tuple[AppointmentFact, ...]:
    found = _begun_or_refused(session, box, Appointment.patient_id == patient_id)
    return tuple(each for each in found if each.day == today) or found[-1:]


def _of_now(session: Session, box: Toolbox, today: date) -> tuple[AppointmentFact, ...]:
    came = _writable(box).where(Appointment.status != AppointmentStatus.NO_SHOW)
    running = _facts(
        session,
        came.where(
            Appointment.ends_at > box.clock(),
            Appointment.starts_at > box.clock() - agenda.LONGEST,
        ),
    )
    if running:
        return running[-1:]
    written = sa.select(MedicalRecord.id).where(MedicalRecord.appointment_id == Appointment.id)
    return _facts(session, came.where(Appointment.day == today, ~written.exists()))[-1:]


def list_drafts(box: Toolbox) -> tuple[DraftFact, ...]:
    """The doctor's dictated notes that wait for a signature, the oldest first."""

    def read(session: Session) -> tuple[DraftFact, ...]:
        return tuple(
            DraftFact(
                each.visit.appointment_id,
                each.visit.patient,
                each.visit.day,
                each.visit.start_time,
                each.dictated_at,
            )
            for each in record_drafts.list_unsigned(session, box.actor)
        )

    return box.look(read)


def minutes_until(fact: AppointmentFact, now: datetime) -> int:
    """Whole minutes until an appointment begins; negative once it is due."""
    return round((fact.starts_at - now).total_seconds() / 60)
