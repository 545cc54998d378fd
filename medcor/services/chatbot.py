"""What only the chatbot API does: book once per request, tell of an appointment and of times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain.appointments import LIVE, AppointmentStatus
from medcor.domain.permissions import Actor
from medcor.domain.scheduling import Opening
from medcor.models import Appointment, Clinic, Doctor, Treatment, User
from medcor.services import booking, lookup, nearest, scheduling
from medcor.services.booking import BookingRequest
from medcor.services.scheduling import Search


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


@dataclass(frozen=True, slots=True)
class TimeWish:
    """Which free times somebody asks for: ids as they came in, the first local day, and how many.

    ``doctor_id`` None means any doctor.
    """

    treatment_id: object
    doctor_id: object = None
    first_day: date | None = None
    days: int = 60
    limit: int = 10


@dataclass(frozen=True, slots=True)
class FoundTimes:
    """Times that can be booked, in order, with the names of their doctors by id."""

    openings: list[Opening]
    names: dict[int, str]


def list_first_free(session: Session, clinic: Clinic, wish: TimeWish, search: Search) -> FoundTimes:
    """The first free times of a treatment over all its doctors, or over one.

    TreatmentNotFound or DoctorNotFound for what does not exist, TreatmentNotFound too if the doctor
    does not give it.
    """
    treatment = lookup.get_treatment(session, wish.treatment_id)
    doctor_id = None
    if wish.doctor_id is not None:
        doctor_id = lookup.get_doctor(session, wish.doctor_id).id
        lookup.get_treatment(session, wish.treatment_id, doctor_id)
    found = scheduling.find_first_free(
        session,
        clinic,
        treatment,
        search,
        doctor_id=doctor_id,
        first_day=wish.first_day,
        days=wish.days,
        limit=wish.limit,
    )
    return FoundTimes(found, nearest.names_of(session, found))
