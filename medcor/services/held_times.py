"""List the times that are being confirmed by patients right now, for staff to see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.models import Doctor, Hold, Patient, Treatment, User, doctor_title, full_name

_DOCTOR_USER, _PATIENT_USER = sa.orm.aliased(User), sa.orm.aliased(User)


@dataclass(frozen=True, slots=True)
class HeldTime:
    """A time that is kept for a patient; the day and the times are the clinic's.

    ``offered`` says that the clinic offered it, and not that the patient has it on the screen.
    """

    id: int
    day: date
    start: time
    end: time
    doctor_id: int
    doctor: str
    patient: str
    treatment: str
    expires_at: datetime
    offered: bool


def list_held(
    session: Session, doctor_ids: Iterable[int] | None, first: date, last: date, now: datetime
) -> list[HeldTime]:
    """What is held between two local days, both included, in order of time; None: any doctor's."""
    wanted = (
        sa.select(
            Hold.id,
            Hold.day,
            Hold.start_time,
            Hold.end_time,
            Hold.doctor_id,
            _DOCTOR_USER.first_name,
            _DOCTOR_USER.last_name,
            _PATIENT_USER.first_name,
            _PATIENT_USER.last_name,
            Treatment.name,
            Hold.expires_at,
            Hold.offer_id,
        )
        .join(Doctor, Doctor.id == Hold.doctor_id)
        .join(_DOCTOR_USER, _DOCTOR_USER.id == Doctor.user_id)
        .join(Patient, Patient.id == Hold.patient_id)
        .join(_PATIENT_USER, _PATIENT_USER.id == Patient.user_id)
        .join(Treatment, Treatment.id == Hold.treatment_id)
        .where(Hold.expires_at > now, Hold.day.between(first, last))
        .order_by(Hold.starts_at, Hold.id)
    )
    if doctor_ids is not None:
        wanted = wanted.where(Hold.doctor_id.in_(list(doctor_ids)))
    return [
        HeldTime(*row[:5], doctor_title(*row[5:7]), full_name(*row[7:9]), *row[9:11], bool(row[11]))
        for row in session.execute(wanted)
    ]
