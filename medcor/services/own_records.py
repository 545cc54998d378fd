"""A patient's own medical records as a list."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain.permissions import Actor
from medcor.models import Appointment, Doctor, MedicalRecord, RecordVersion, Treatment, User
from medcor.services import agenda
from medcor.services.catalogue import contains_pattern


def own_records(actor: Actor, search: str = "") -> sa.Select[tuple[Appointment]]:
    """The patient's visits that have a record, latest first, or those that hold the words."""
    wanted = (
        agenda.appointments()
        .join(MedicalRecord, MedicalRecord.appointment_id == Appointment.id)
        .where(Appointment.patient_id == actor.profile_id)
        .order_by(Appointment.starts_at.desc(), Appointment.id.desc())
    )
    return wanted.where(_matches(search)) if search.strip() else wanted


def _matches(search: str) -> sa.ColumnElement[bool]:
    """Visits whose treatment, doctor or newest diagnosis contains the words."""
    pattern = contains_pattern(search)
    named = (
        sa.select(Doctor.id)
        .join(User, User.id == Doctor.user_id)
        .where((User.first_name + " " + User.last_name).ilike(pattern, escape="\\"))
    )
    found = (
        sa.select(MedicalRecord.appointment_id)
        .join(RecordVersion, RecordVersion.record_id == MedicalRecord.id)
        .where(
            is_newest(),
            RecordVersion.diagnosis.ilike(pattern, escape="\\")
            | RecordVersion.diagnosis_code.ilike(pattern, escape="\\"),
        )
    )
    return (
        Treatment.name.ilike(pattern, escape="\\")
        | Appointment.doctor_id.in_(named)
        | Appointment.id.in_(found)
    )


def is_newest() -> sa.ColumnElement[bool]:
    """Say of a version whether its record has no later one."""
    later = sa.orm.aliased(RecordVersion)
    return ~(
        sa.select(later.id)
        .where(later.record_id == RecordVersion.record_id, later.number > RecordVersion.number)
        .exists()
    )


def newest_diagnoses(
    session: Session, appointment_ids: Iterable[int]
) -> dict[int, tuple[str, str]]:
    """Code and words of the newest diagnosis of each of these appointments, in one query."""
    rows = session.execute(
        sa.select(
            MedicalRecord.appointment_id, RecordVersion.diagnosis_code, RecordVersion.diagnosis
        )
        .join(RecordVersion, RecordVersion.record_id == MedicalRecord.id)
        .where(MedicalRecord.appointment_id.in_(list(appointment_ids)), is_newest())
    )
    return {appointment_id: (code, words) for appointment_id, code, words in rows}
