"""Small true worlds for tests: every row is made the way the product makes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time

from sqlalchemy.orm import Session

from medcor.domain.identity import email_key
from medcor.domain.permissions import Actor, Role, system_actor
from medcor.models import (
    Clinic,
    Doctor,
    DoctorSpecialisation,
    Patient,
    Specialisation,
    Treatment,
    TreatmentDoctor,
    User,
)
from medcor.services.passwords import hash_password
from medcor.services.slots import add_slot

PASSWORD = "a long enough password"
_HASH = hash_password(PASSWORD)


@dataclass
class ClinicWorld:
    """Ids of one clinic's rows."""

    id: int = 0
    admin: Actor | None = None
    doctor: Actor | None = None
    other_doctor: Actor | None = None
    patient: Actor | None = None
    other_patient: Actor | None = None
    treatment_id: int = 0
    other_treatment_id: int = 0
    slot_ids: list[int] = field(default_factory=list)


@dataclass
class World:
    one: ClinicWorld
    two: ClinicWorld


def make_clinic(session: Session, **values: object) -> Clinic:
    defaults = {
        "name": "Test Clinic",
        "zone": "Europe/Istanbul",
        "booking_needs_key": False,
        "credits": 5,
        "email": "front@clinic.test",
        "phone": "+90 212 000 00 00",
        "street": "Test Street 1",
        "city": "Istanbul",
    }
    clinic = Clinic(**{**defaults, **values})
    session.add(clinic)
    session.flush()
    return clinic


def make_user(session: Session, clinic_id: int, role: Role, email: str, **values: object) -> User:
    defaults = {
        "first_name": email.split("@")[0].title(),
        "last_name": "Test",
        "password_hash": _HASH,
        "verified_at": datetime(2026, 1, 1, tzinfo=UTC),
    }
    user = User(
        clinic_id=clinic_id,
        role=role,
        email=email,
        email_key=email_key(email),
        **{**defaults, **values},
    )
    session.add(user)
    session.flush()
    return user


def make_doctor(session: Session, clinic_id: int, email: str, **values: object) -> Actor:
    user = make_user(session, clinic_id, Role.DOCTOR, email, **values)
    doctor = Doctor(
        clinic_id=clinic_id,
        user_id=user.id,
        gender="Female",
        contact_number="+90 212 000 00 01",
        years_of_experience=8,
    )
    session.add(doctor)
    session.flush()
    return Actor(clinic_id, user.id, Role.DOCTOR, doctor.id, user.name, user.email)


def make_patient(session: Session, clinic_id: int, email: str, **values: object) -> Actor:
    user = make_user(session, clinic_id, Role.PATIENT, email, **values)
    patient = Patient(clinic_id=clinic_id, user_id=user.id)
    session.add(patient)
    session.flush()
    return Actor(clinic_id, user.id, Role.PATIENT, patient.id, user.name, user.email)


def make_treatment(
    session: Session, clinic_id: int, name: str, doctors: list[int], **values: object
) -> Treatment:
    defaults = {"price_minor": 10000, "minutes": 30, "description": f"What {name} is."}
    treatment = Treatment(clinic_id=clinic_id, name=name, **{**defaults, **values})
    session.add(treatment)
    session.flush()
    for doctor_id in doctors:
        session.add(
            TreatmentDoctor(clinic_id=clinic_id, treatment_id=treatment.id, doctor_id=doctor_id)
        )
    session.flush()
    return treatment


def build_clinic(session: Session, domain: str) -> ClinicWorld:
    """A clinic with two doctors, two patients, two treatments and slots on Monday and Wednesday."""
    clinic = make_clinic(session, name=f"Clinic {domain}")
    made = ClinicWorld(id=clinic.id)
    admin = make_user(session, clinic.id, Role.ADMIN, f"admin@{domain}")
    made.admin = Actor(clinic.id, admin.id, Role.ADMIN, None, admin.name, admin.email)
    made.doctor = make_doctor(session, clinic.id, f"doctor@{domain}")
    made.other_doctor = make_doctor(session, clinic.id, f"second-doctor@{domain}")
    made.patient = make_patient(session, clinic.id, f"patient@{domain}")
    made.other_patient = make_patient(session, clinic.id, f"second-patient@{domain}")
    doctors = [made.doctor.profile_id, made.other_doctor.profile_id]
    made.treatment_id = make_treatment(session, clinic.id, "Dental Cleaning", doctors).id
    made.other_treatment_id = make_treatment(session, clinic.id, "Root Canal", doctors[1:]).id
    field_of_work = Specialisation(clinic_id=clinic.id, name="General Dentistry")
    session.add(field_of_work)
    session.flush()
    session.add(
        DoctorSpecialisation(
            clinic_id=clinic.id, doctor_id=doctors[0], specialisation_id=field_of_work.id
        )
    )
    for weekday in (0, 2):
        for hour in (9, 10, 11):
            slot = add_slot(
                session, system_actor(clinic.id), doctors[0], weekday, time(hour), time(hour, 30)
            )
            made.slot_ids.append(slot.id)
    return made


def build_world(session: Session) -> World:
    return World(build_clinic(session, "one.test"), build_clinic(session, "two.test"))
