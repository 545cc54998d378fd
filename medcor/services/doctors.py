"""A clinic's doctors: made by invitation, edited, and ended without losing what they did."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager

from medcor.domain import errors
from medcor.domain.people import PersonState
from medcor.domain.permissions import Actor, Role
from medcor.models import (
    Appointment,
    Doctor,
    DoctorSpecialisation,
    Specialisation,
    Treatment,
    TreatmentDoctor,
    User,
)
from medcor.services import audit, invitations, lookup, people
from medcor.services.catalogue import contains_pattern, specialisations_of
from medcor.services.edits import begin_edit

_TITLE = re.compile(r"^\s*dr\.?\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DoctorDetails:
    """What an admin says of a doctor; ``treatment_ids`` None leaves the treatments as they are."""

    person: people.PersonDetails
    gender: str = ""
    phone: str = ""
    years: int = 0
    bio: str = ""
    specialisations: tuple[str, ...] = ()
    treatment_ids: Collection[int] | None = None


@dataclass(frozen=True, slots=True)
class DoctorFigures:
    """What a list shows beside each doctor, by doctor id: names, and two counts."""

    specialisations: dict[int, list[str]]
    treatments: dict[int, int]
    ahead: dict[int, int]


def list_doctors(search: str = "", state: PersonState | None = None) -> sa.Select[tuple[Doctor]]:
    """Doctors, former ones too, whose name, address or specialisation contains the words."""
    wanted = sa.select(Doctor).join(Doctor.user).options(contains_eager(Doctor.user))
    wanted = wanted.where(*people.in_state(Doctor, state))
    plain = _TITLE.sub("", search).strip()
    if plain:
        wanted = wanted.where(people.named_like(plain) | Doctor.id.in_(_in_field(plain)))
    return wanted


def _in_field(search: str) -> sa.Select[tuple[int]]:
    return (
        sa.select(DoctorSpecialisation.doctor_id)
        .join(Specialisation, Specialisation.id == DoctorSpecialisation.specialisation_id)
        .where(Specialisation.name.ilike(contains_pattern(search), escape="\\"))
    )


def find_doctor(session: Session, doctor_id: object) -> Doctor:
    """A doctor of the clinic in scope, former ones too, or DoctorNotFound."""
    doctor = lookup.find(session, Doctor, doctor_id)
    if doctor is None:
        raise errors.DoctorNotFound()
    return doctor


def count_for(session: Session, doctor_ids: Collection[int], now: datetime) -> DoctorFigures:
    """The figures of some doctors, in three queries however many they are."""
    given = (
        sa.select(TreatmentDoctor.doctor_id, sa.func.count())
        .join(Treatment, Treatment.id == TreatmentDoctor.treatment_id)
        .where(TreatmentDoctor.doctor_id.in_(doctor_ids), Treatment.is_active)
        .group_by(TreatmentDoctor.doctor_id)
    )
    ahead = (
        sa.select(Appointment.doctor_id, sa.func.count())
        .where(Appointment.doctor_id.in_(doctor_ids), *people.live_ahead(now))
        .group_by(Appointment.doctor_id)
    )
    return DoctorFigures(
        specialisations=specialisations_of(session, doctor_ids),
        treatments={doctor_id: number for doctor_id, number in session.execute(given)},
        ahead={doctor_id: number for doctor_id, number in session.execute(ahead)},
    )


def specialisation_names(session: Session, limit: int = 30) -> list[str]:
    """The specialisations that the clinic has named so far."""
    wanted = sa.select(Specialisation.name).order_by(Specialisation.name).limit(limit)
    return list(session.scalars(wanted))


def treatments_given(session: Session, doctor_id: int) -> list[Treatment]:
    """The active treatments that a doctor gives, by name."""
    return list(
        session.scalars(
            sa.select(Treatment)
            .join(TreatmentDoctor, TreatmentDoctor.treatment_id == Treatment.id)
            .where(TreatmentDoctor.doctor_id == doctor_id, Treatment.is_active)
            .order_by(Treatment.name, Treatment.id)
        )
    )


def ids_left(doctor_id: int, now: datetime) -> sa.Select[tuple[int]]:
    """Ids of a doctor's appointments that will still take place, next first."""
    return (
        sa.select(Appointment.id)
        .where(Appointment.doctor_id == doctor_id, *people.live_ahead(now))
        .order_by(Appointment.starts_at, Appointment.id)
    )


def create_doctor(session: Session, actor: Actor, details: DoctorDetails, now: datetime) -> Doctor:
    """Make a doctor's account and invite them to choose its password; EmailTaken."""
    user = people.add_person(session, actor, Role.DOCTOR, details.person)
    doctor = Doctor(clinic_id=actor.clinic_id, user_id=user.id)
    _write(doctor, details)
    session.add(doctor)
    session.flush()
    _set_specialisations(session, doctor, details.specialisations)
    _set_treatments(session, doctor, details.treatment_ids, now)
    audit.record(session, actor, "doctor.created", "doctor", doctor.id)
    invitations.invite(session, actor, user, now)
    session.flush()
    return doctor


def edit_doctor(
    session: Session,
    actor: Actor,
    doctor_id: object,
    details: DoctorDetails,
    seen: int | None,
    now: datetime,
) -> Doctor:
    """Change a doctor. DoctorNotFound, StaleEdit if newer than ``seen``, EmailTaken."""
    doctor = find_doctor(session, doctor_id)
    people.edit_person(session, actor, doctor.user, details.person, seen, now)
    _write(doctor, details)
    _set_specialisations(session, doctor, details.specialisations)
    _set_treatments(session, doctor, details.treatment_ids, now)
    audit.record(session, actor, "doctor.edited", "doctor", doctor.id)
    session.flush()
    return doctor


def _write(doctor: Doctor, details: DoctorDetails) -> None:
    doctor.gender, doctor.contact_number = details.gender, details.phone
    doctor.years_of_experience, doctor.bio = details.years, details.bio


def _set_specialisations(session: Session, doctor: Doctor, names: Iterable[str]) -> None:
    """Link the named specialisations and no others; a name new to the clinic is added to it."""
    known = {each.name.casefold(): each for each in session.scalars(sa.select(Specialisation))}
    wanted = []
    for name in names:
        row = known.get(name.casefold())
        if row is None:
            row = Specialisation(clinic_id=doctor.clinic_id, name=name)
            session.add(row)
            session.flush()
        wanted.append(row.id)
    of_doctor = DoctorSpecialisation.doctor_id == doctor.id
    have = set(session.scalars(sa.select(DoctorSpecialisation.specialisation_id).where(of_doctor)))
    session.execute(
        sa.delete(DoctorSpecialisation).where(
            of_doctor, DoctorSpecialisation.specialisation_id.in_(have - set(wanted))
        ),
        execution_options={"synchronize_session": False},
    )
    for row_id in wanted:
        if row_id not in have:
            session.add(
                DoctorSpecialisation(
                    clinic_id=doctor.clinic_id, doctor_id=doctor.id, specialisation_id=row_id
                )
            )


def _set_treatments(
    session: Session, doctor: Doctor, wanted_ids: Collection[int] | None, now: datetime
) -> None:
    """Link exactly these of the active treatments; TreatmentNotFound for any other id.

    Each treatment that wins or loses the doctor counts as changed, for whoever edits it now.
    """
    if wanted_ids is None:
        return
    active = {
        each.id: each for each in session.scalars(sa.select(Treatment).where(Treatment.is_active))
    }
    if not active.keys() >= set(wanted_ids):
        raise errors.TreatmentNotFound()
    of_doctor = TreatmentDoctor.doctor_id == doctor.id
    have = set(session.scalars(sa.select(TreatmentDoctor.treatment_id).where(of_doctor)))
    have &= active.keys()
    lost = have - set(wanted_ids)
    session.execute(
        sa.delete(TreatmentDoctor).where(of_doctor, TreatmentDoctor.treatment_id.in_(lost)),
        execution_options={"synchronize_session": False},
    )
    won = set(wanted_ids) - have
    for row_id in sorted(won):
        session.add(
            TreatmentDoctor(clinic_id=doctor.clinic_id, doctor_id=doctor.id, treatment_id=row_id)
        )
    for row_id in sorted(won | lost):
        begin_edit(active[row_id], None, now)


def delete_doctor(
    session: Session, actor: Actor, doctor_id: object, now: datetime
) -> people.Removal:
    """Erase a doctor who left no trace, else deactivate; DoctorNotFound.

    Appointments that are still ahead stay where they are, for the admin to move or cancel.
    """
    doctor = find_doctor(session, doctor_id)
    people.lock(session, doctor)
    removal = people.removal_of(session, doctor)
    if removal is people.Removal.ERASED:
        people.erase(session, doctor)
    elif doctor.is_active or doctor.user.is_active:
        people.deactivate(session, doctor, now)
    else:
        return removal
    audit.record(session, actor, f"doctor.{removal.value}", "doctor", doctor.id)
    session.flush()
    return removal


def activate_doctor(session: Session, actor: Actor, doctor_id: object, now: datetime) -> Doctor:
    """Take a deactivated doctor back; one who is active stays so. DoctorNotFound."""
    doctor = find_doctor(session, doctor_id)
    if not (doctor.is_active and doctor.user.is_active):
        people.activate(session, actor, doctor, now)
        audit.record(session, actor, "doctor.activated", "doctor", doctor.id)
        session.flush()
    return doctor


def invite_doctor(session: Session, actor: Actor, doctor_id: object, now: datetime) -> User:
    """Send a doctor's invitation again; DoctorNotFound, Conflict if it is not called for."""
    user = find_doctor(session, doctor_id).user
    invitations.invite_again(session, actor, user, now)
    return user
