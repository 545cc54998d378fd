"""Look up what the clinic offers and who gives it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.models import (
    Clinic,
    ClinicHours,
    Doctor,
    DoctorSpecialisation,
    Specialisation,
    Treatment,
    TreatmentDoctor,
    User,
)


def active_treatments(search: str = "") -> sa.Select[tuple[Treatment]]:
    """The clinic's active treatments by name; with ``search`` those whose texts contain it."""
    wanted = sa.select(Treatment).where(Treatment.is_active)
    if search.strip():
        pattern = contains_pattern(search)
        wanted = wanted.where(
            Treatment.name.ilike(pattern, escape="\\")
            | Treatment.description.ilike(pattern, escape="\\")
        )
    return wanted.order_by(Treatment.name, Treatment.id)


def contains_pattern(text: str) -> str:
    """A LIKE pattern (escape character: backslash) for rows that contain ``text`` literally."""
    # PostgreSQL's texts hold no zero byte.
    plain = text.replace("\x00", "").strip()
    escaped = plain.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def bookable_treatments(search: str = "") -> sa.Select[tuple[Treatment]]:
    """Active treatments that at least one active doctor gives."""
    given = (
        sa.select(TreatmentDoctor.treatment_id)
        .join(Doctor, Doctor.id == TreatmentDoctor.doctor_id)
        .join(User, User.id == Doctor.user_id)
        .where(Doctor.is_active, User.is_active)
    )
    return active_treatments(search).where(Treatment.id.in_(given))


def doctors_for(session: Session, treatment_id: int) -> list[Doctor]:
    """Active doctors who give a treatment, in a stable order."""
    return list(
        session.scalars(
            sa.select(Doctor)
            .join(TreatmentDoctor, TreatmentDoctor.doctor_id == Doctor.id)
            .join(User, User.id == Doctor.user_id)
            .where(TreatmentDoctor.treatment_id == treatment_id, Doctor.is_active, User.is_active)
            .order_by(Doctor.id)
        )
    )


def specialisations_of(session: Session, doctor_ids: Iterable[int]) -> dict[int, list[str]]:
    """Names of each doctor's specialisations, in one query."""
    found: dict[int, list[str]] = {doctor_id: [] for doctor_id in doctor_ids}
    rows = sa.select(DoctorSpecialisation.doctor_id, Specialisation.name).join(
        Specialisation, Specialisation.id == DoctorSpecialisation.specialisation_id
    )
    wanted = rows.where(DoctorSpecialisation.doctor_id.in_(found)).order_by(Specialisation.name)
    for doctor_id, name in session.execute(wanted):
        found[doctor_id].append(name)
    return found


@dataclass(frozen=True, slots=True)
class ClinicLine:
    """A clinic as a visitor chooses it."""

    id: int
    name: str
    city: str
    is_demo: bool


def list_clinics(session: Session, search: str = "", limit: int = 50) -> list[ClinicLine]:
    """Clinics by name; a clinic's own row belongs to no tenant and is public."""
    wanted = (
        sa.select(Clinic.id, Clinic.name, Clinic.city, Clinic.is_demo)
        .where(Clinic.is_verified)
        .order_by(Clinic.name, Clinic.id)
    )
    if search.strip():
        pattern = contains_pattern(search)
        wanted = wanted.where(
            Clinic.name.ilike(pattern, escape="\\") | Clinic.city.ilike(pattern, escape="\\")
        )
    return [ClinicLine(*row) for row in session.execute(wanted.limit(limit))]


def opening_hours(session: Session) -> list[ClinicHours]:
    """The clinic's hours, Monday first."""
    return list(
        session.scalars(sa.select(ClinicHours).order_by(ClinicHours.weekday, ClinicHours.opens))
    )
