"""Find one row or raise the error that says which thing was not found."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.domain.identity import email_key, is_known_id
from medcor.models import (
    Clinic,
    Doctor,
    Patient,
    Treatment,
    TreatmentDoctor,
    User,
    doctor_title,
)

Row = TypeVar("Row")


def find(session: Session, model: type[Row], row_id: object) -> Row | None:
    """Get a row of the clinic in scope by id; an id out of the column's range is unknown."""
    return session.get(model, row_id) if is_known_id(row_id) else None


def get_clinic(session: Session, clinic_id: object) -> Clinic:
    """A clinic, or ClinicNotFound; one whose sign-up nobody has confirmed exists for nobody."""
    clinic = find(session, Clinic, clinic_id)
    if clinic is None or not clinic.is_verified:
        raise errors.ClinicNotFound()
    return clinic


def get_doctor(session: Session, doctor_id: object) -> Doctor:
    """An active doctor, or DoctorNotFound."""
    doctor = find(session, Doctor, doctor_id)
    if doctor is None or not doctor.is_active or not doctor.user.is_active:
        raise errors.DoctorNotFound()
    return doctor


def doctor_names(session: Session, doctor_ids: Iterable[int]) -> dict[int, str]:
    """Titles and names of doctors, active or not, as plain text by id, in the order of the ids."""
    ids = set(doctor_ids)
    if not ids:
        return {}
    wanted = sa.select(Doctor.id, User.first_name, User.last_name).join(Doctor.user)
    rows = session.execute(wanted.where(Doctor.id.in_(ids)).order_by(Doctor.id))
    return {doctor_id: doctor_title(first, last) for doctor_id, first, last in rows}


def get_treatment(
    session: Session, treatment_id: object, doctor_id: int | None = None
) -> Treatment:
    """An active treatment (that ``doctor_id`` gives, if named), or TreatmentNotFound."""
    treatment = find(session, Treatment, treatment_id)
    if treatment is None or not treatment.is_active:
        raise errors.TreatmentNotFound()
    if doctor_id is not None and not gives_treatment(session, doctor_id, treatment.id):
        raise errors.TreatmentNotFound()
    return treatment


def gives_treatment(session: Session, doctor_id: int, treatment_id: int) -> bool:
    """Say whether the doctor gives the treatment."""
    link = sa.select(TreatmentDoctor.id).where(
        TreatmentDoctor.doctor_id == doctor_id, TreatmentDoctor.treatment_id == treatment_id
    )
    return session.scalar(link) is not None


def get_patient(session: Session, patient_id: object) -> Patient:
    patient = find(session, Patient, patient_id)
    if patient is None or not patient.is_active or not patient.user.is_active:
        raise errors.PatientNotFound()
    return patient


def get_patient_by_email(session: Session, email: str) -> Patient:
    """The active patient with this address, whatever its case, or PatientNotFound."""
    patient = session.scalar(
        sa.select(Patient)
        .join(User, User.id == Patient.user_id)
        .where(User.email_key == email_key(email), Patient.is_active, User.is_active)
    )
    if patient is None:
        raise errors.PatientNotFound()
    return patient
