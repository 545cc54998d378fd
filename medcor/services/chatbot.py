"""What only the chatbot API does: book once per request, and tell of an appointment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain.appointments import LIVE, AppointmentStatus
from medcor.domain.permissions import Actor
from medcor.models import Appointment, Doctor, Treatment, User
from medcor.services import booking
from medcor.services.booking import BookingRequest


@dataclass(frozen=True, slots=True)
class RecentAppointment:
    """An appointment as the login answer tells of it; ``day`` and times are the clinic's local."""

    id: int
    treatment: str
    doctor_first_name: str
    doctor_last_name: str
    day: date
    start: time
    end: time
    ends_at: datetime
    status: AppointmentStatus

    def is_ahead(self, now: datetime) -> bool:
        """Say whether the patient still has it before them."""
        return self.status in LIVE and self.ends_at > now


def find_recent(session: Session, patient_id: int, now: datetime) -> RecentAppointment | None:
    """The patient's next live appointment, else their latest one, else None."""
    wanted = (
        sa.select(
            Appointment.id,
            Treatment.name,
            User.first_name,
            User.last_name,
            Appointment.day,
            Appointment.start_time,
            Appointment.end_time,
            Appointment.ends_at,
            Appointment.status,
        )
        .join(Treatment, Treatment.id == Appointment.treatment_id)
        .join(Doctor, Doctor.id == Appointment.doctor_id)
        .join(User, User.id == Doctor.user_id)
        .where(Appointment.patient_id == patient_id)
        .limit(1)
    )
    ahead = wanted.where(Appointment.status.in_(LIVE), Appointment.ends_at > now)
    found = session.execute(ahead.order_by(Appointment.starts_at, Appointment.id)).first()
    if found is None:
        latest = wanted.order_by(Appointment.starts_at.desc(), Appointment.id.desc())
        found = session.execute(latest).first()
    return RecentAppointment(*found) if found else None


def book_once(
    session: Session, actor: Actor, request: BookingRequest, now: datetime
) -> Appointment:
    """Book, or find what the same request has booked before; errors as `book_appointment`'s."""
    made = booking.find_repeat(session, actor, request)
    return made or booking.book_appointment(session, actor, request, now)
