"""A clinic's patients, as its admin keeps them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager

from medcor.domain import errors
from medcor.domain.appointments import AppointmentStatus
from medcor.domain.people import PersonState, phone_digits, written_day
from medcor.domain.permissions import Actor, Role
from medcor.models import Appointment, Patient, User
from medcor.services import audit, invitations, lookup, people
from medcor.services.agenda import appointments


@dataclass(frozen=True, slots=True)
class PatientDetails:
    """What an admin says of a patient."""

    person: people.PersonDetails
    phone: str = ""
    gender: str = ""
    birth_date: date | None = None


def list_patients(search: str = "", state: PersonState | None = None) -> sa.Select[tuple[Patient]]:
    """Patients by words of name or address, part of the phone number, or day of birth.

    Erased ones, of whom nothing is left to find, are left out.
    """
    wanted = (
        sa.select(Patient)
        .join(Patient.user)
        .options(contains_eager(Patient.user))
        # The index on names begins with the role.
        .where(User.role == Role.PATIENT, Patient.erased_at.is_(None))
        .where(*people.in_state(Patient, state))
    )
    return wanted.where(_found_by(search)) if search.strip() else wanted


def _found_by(search: str) -> sa.ColumnElement[bool]:
    born = written_day(search)
    if born is not None:
        return Patient.birth_date == born
    digits = phone_digits(search)
    if digits:
        return _plain_phone().contains(digits)
    return people.named_like(search)


def _plain_phone() -> sa.ColumnElement[str]:
    """The phone number's digits, however it was written."""
    plain: sa.ColumnElement[str] = Patient.phone
    for sign in " ()/.-":
        plain = sa.func.replace(plain, sign, "")
    return plain


def find_patient(session: Session, patient_id: object, *, editable: bool = False) -> Patient:
    """A patient of the clinic in scope, former ones too, or PatientNotFound.

    ``editable`` leaves out those whose data was erased.
    """
    patient = lookup.find(session, Patient, patient_id)
    if patient is None or (editable and patient.erased_at is not None):
        raise errors.PatientNotFound()
    return patient


def next_starts(
    session: Session, patient_ids: Collection[int], now: datetime
) -> dict[int, datetime]:
    """When each of some patients comes next, an UTC instant, in one query."""
    rows = (
        sa.select(Appointment.patient_id, sa.func.min(Appointment.starts_at))
        .where(Appointment.patient_id.in_(patient_ids), *people.live_ahead(now))
        .group_by(Appointment.patient_id)
    )
    return {patient_id: starts for patient_id, starts in session.execute(rows)}


def count_states(session: Session, patient_id: int) -> dict[AppointmentStatus, int]:
    """How many appointments a patient has in each state."""
    rows = (
        sa.select(Appointment.status, sa.func.count())
        .where(Appointment.patient_id == patient_id)
        .group_by(Appointment.status)
    )
    return {state: number for state, number in session.execute(rows)}


def appointments_of(
    patient_id: int, now: datetime, *, past: bool = False
) -> sa.Select[tuple[Appointment]]:
    """A patient's appointments: those ahead, next first, or all others, latest first."""
    ahead = sa.and_(*people.live_ahead(now))
    wanted = appointments().where(Appointment.patient_id == patient_id, ~ahead if past else ahead)
    order = Appointment.starts_at.desc() if past else Appointment.starts_at.asc()
    return wanted.order_by(order, Appointment.id)


def create_patient(
    session: Session, actor: Actor, details: PatientDetails, now: datetime
) -> Patient:
    """Make a patient's account and invite them to choose its password; EmailTaken."""
    user = people.add_person(session, actor, Role.PATIENT, details.person)
    patient = Patient(clinic_id=actor.clinic_id, user_id=user.id)
    _write(patient, details)
    session.add(patient)
    session.flush()
    audit.record(session, actor, "patient.created", "patient", patient.id)
    invitations.invite(session, actor, user, now)
    session.flush()
    return patient


def edit_patient(
    session: Session,
    actor: Actor,
    patient_id: object,
    details: PatientDetails,
    seen: int | None,
    now: datetime,
) -> Patient:
    """Change a patient. PatientNotFound, StaleEdit if newer than ``seen``, EmailTaken."""
    patient = find_patient(session, patient_id, editable=True)
    people.edit_person(session, actor, patient.user, details.person, seen, now)
    _write(patient, details)
    audit.record(session, actor, "patient.edited", "patient", patient.id)
    session.flush()
    return patient


def _write(patient: Patient, details: PatientDetails) -> None:
    patient.phone, patient.gender = details.phone, details.gender
    patient.birth_date = details.birth_date


def delete_patient(
    session: Session, actor: Actor, patient_id: object, now: datetime
) -> people.Removal:
    """Erase a patient who left no trace, else deactivate; PatientNotFound.

    Appointments that are still ahead stay, for the admin to cancel.
    """
    patient = find_patient(session, patient_id, editable=True)
    people.lock(session, patient)
    removal = people.removal_of(session, patient)
    if removal is people.Removal.ERASED:
        people.erase(session, patient)
    elif patient.is_active or patient.user.is_active:
        people.deactivate(session, patient, now)
    else:
        return removal
    audit.record(session, actor, f"patient.{removal.value}", "patient", patient.id)
    session.flush()
    return removal


def activate_patient(session: Session, actor: Actor, patient_id: object, now: datetime) -> Patient:
    """Open a deactivated patient's account again; an open one stays so. PatientNotFound."""
    patient = find_patient(session, patient_id, editable=True)
    if not (patient.is_active and patient.user.is_active):
        people.activate(session, actor, patient, now)
        audit.record(session, actor, "patient.activated", "patient", patient.id)
        session.flush()
    return patient


def invite_patient(session: Session, actor: Actor, patient_id: object, now: datetime) -> User:
    """Send a patient an invitation; PatientNotFound, Conflict if it is not called for."""
    user = find_patient(session, patient_id, editable=True).user
    invitations.invite_again(session, actor, user, now)
    return user


def record_export(session: Session, actor: Actor, rows: int) -> None:
    """Write down that somebody took the list of patients with them."""
    audit.record(session, actor, "patients.exported", "patient", None, rows=rows)
