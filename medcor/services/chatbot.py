"""What only the chatbot API does: book once per request, tell of an appointment and of times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain.appointments import LIVE, AppointmentStatus
from medcor.domain.permissions import Actor
from medcor.domain.scheduling import Opening, Refusal
from medcor.models import Appointment, Clinic, Doctor, Treatment, User
from medcor.models.people import doctor_title
from medcor.services import booking, lookup, scheduling, why_not
from medcor.services.booking import BookingRequest
from medcor.services.why_not import Wish

NEAREST = 5
_NEVER_WITH_DOCTOR = {
    Refusal.DOCTOR_INACTIVE,
    Refusal.TREATMENT_INACTIVE,
    Refusal.TREATMENT_NOT_GIVEN,
}


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
class FreeTime:
    """A time that can be booked, with the doctor's title."""

    opening: Opening
    doctor: str


def list_first_free(
    session: Session, clinic: Clinic, wish: TimeWish, now: datetime, patient_id: int | None
) -> list[FreeTime]:
    """The first free times of a treatment over all its doctors, or over one.

    ``patient_id``'s appointments are in the way, their own holds are not. TreatmentNotFound or
    DoctorNotFound for what does not exist, TreatmentNotFound too if the doctor does not give it.
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
        now,
        doctor_id=doctor_id,
        patient_id=patient_id,
        first_day=wish.first_day,
        days=wish.days,
        limit=wish.limit,
    )
    return _with_titles(session, found)


def _with_titles(session: Session, openings: Sequence[Opening]) -> list[FreeTime]:
    ids = {each.slot.doctor_id for each in openings}
    wanted = sa.select(Doctor.id, User.first_name, User.last_name).join(
        User, User.id == Doctor.user_id
    )
    rows = session.execute(wanted.where(Doctor.id.in_(ids))) if ids else ()
    titles = {doctor_id: doctor_title(first, last) for doctor_id, first, last in rows}
    return [FreeTime(each, titles[each.slot.doctor_id]) for each in openings]


@dataclass(frozen=True, slots=True)
class TimeVerdict:
    """Why a time can't be booked (no reason: it can), and the free times nearest to it."""

    refusals: tuple[Refusal, ...]
    nearest: list[FreeTime]


def judge_time(
    session: Session, clinic: Clinic, wish: Wish, now: datetime, patient_id: int | None
) -> TimeVerdict:
    """Say whether a time can be booked, if not why, and what is free near it.

    Near it is with the same doctor, else with any who gives the treatment. Errors: those of
    :func:`why_not.explain`.
    """
    told = why_not.explain(session, clinic, wish, now, patient_id=patient_id)
    near: list[Opening] = []
    if not _NEVER_WITH_DOCTOR.intersection(told.refusals):
        near = scheduling.find_nearest(
            session,
            clinic,
            told.treatment,
            now,
            doctor_id=told.doctor.id,
            day=wish.day,
            clock=wish.start,
            patient_id=patient_id,
            limit=NEAREST,
        )
    if not near and told.treatment.is_active:
        near = scheduling.find_first_free(
            session,
            clinic,
            told.treatment,
            now,
            patient_id=patient_id,
            first_day=wish.day,
            limit=NEAREST,
        )
    return TimeVerdict(told.refusals, _with_titles(session, near))
