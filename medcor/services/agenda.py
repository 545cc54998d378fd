"""What a day holds, for staff, and what a patient has ahead and behind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager

from medcor.domain import errors
from medcor.domain.appointments import LIVE, AppointmentStatus
from medcor.domain.permissions import Actor, Role
from medcor.models import Appointment, Doctor, Handover, Patient, Treatment, User
from medcor.services import audit, lookup
from medcor.services.catalogue import contains_pattern

_LIVE = tuple(LIVE)


def appointments() -> sa.Select[tuple[Appointment]]:
    """Appointments with doctor, patient and treatment in one query."""
    doctor_user, patient_user = sa.orm.aliased(User), sa.orm.aliased(User)
    return (
        sa.select(Appointment)
        .join(Appointment.doctor)
        .join(doctor_user, Doctor.user_id == doctor_user.id)
        .join(Appointment.patient)
        .join(patient_user, Patient.user_id == patient_user.id)
        .join(Treatment, Appointment.treatment_id == Treatment.id)
        .options(
            contains_eager(Appointment.doctor).contains_eager(Doctor.user.of_type(doctor_user)),
            contains_eager(Appointment.patient).contains_eager(Patient.user.of_type(patient_user)),
            contains_eager(Appointment.treatment),
        )
    )


def visible_to(actor: Actor) -> sa.Select[tuple[Appointment]]:
    """The appointments that concern the actor: a clinic's for an admin, else their own."""
    wanted = appointments()
    if actor.role is Role.DOCTOR:
        return wanted.where(Appointment.doctor_id == actor.profile_id)
    if actor.role is Role.PATIENT:
        return wanted.where(Appointment.patient_id == actor.profile_id)
    return wanted


@dataclass(frozen=True, slots=True)
class Day:
    """One day for staff: its appointments, what waits for an answer, and who asked for a person."""

    appointments: list[Appointment]
    waiting: list[Appointment]
    waiting_total: int
    unclosed: list[Appointment]
    handovers: list[tuple[Handover, User]]


WAITING_SHOWN = 8


def load_day(session: Session, actor: Actor, day: date, now: datetime) -> Day:
    """Everything that Today shows, in a fixed number of queries."""
    base = visible_to(actor)
    of_day = base.where(Appointment.day == day).order_by(Appointment.starts_at, Appointment.id)
    pending = base.where(
        Appointment.status == AppointmentStatus.PENDING, Appointment.starts_at >= now
    ).order_by(Appointment.starts_at)
    unclosed = base.where(
        Appointment.status.in_(_LIVE),
        Appointment.ends_at < now,
        Appointment.ends_at >= now - timedelta(days=30),
    ).order_by(Appointment.starts_at.desc())
    return Day(
        appointments=list(session.scalars(of_day)),
        waiting=list(session.scalars(pending.limit(WAITING_SHOWN))),
        waiting_total=_count(session, pending),
        unclosed=list(session.scalars(unclosed.limit(WAITING_SHOWN))),
        handovers=open_handovers(session) if actor.role is Role.ADMIN else [],
    )


def _count(session: Session, wanted: sa.Select[tuple[Appointment]]) -> int:
    ids = wanted.with_only_columns(Appointment.id).options().order_by(None)
    return session.scalar(sa.select(sa.func.count()).select_from(ids.subquery())) or 0


def open_handovers(session: Session) -> list[tuple[Handover, User]]:
    """Talks in which somebody asked for a person and nobody has answered, oldest first."""
    rows = session.execute(
        sa.select(Handover, User)
        .join(User, User.id == Handover.user_id)
        .outerjoin(User.patient)
        .options(contains_eager(User.patient))
        .where(Handover.taken_at.is_(None))
        .order_by(Handover.created_at)
    )
    return [(handover, user) for handover, user in rows]


def take_handover(session: Session, actor: Actor, handover_id: object, now: datetime) -> None:
    """Say that somebody looks after it; the first one counts."""
    handover = lookup.find(session, Handover, handover_id)
    if handover is None:
        raise errors.NotFound()
    session.execute(
        sa.update(Handover)
        .where(Handover.id == handover.id, Handover.taken_at.is_(None))
        .values(taken_at=now, taken_by_id=actor.user_id)
    )
    audit.record(session, actor, "handover.taken", "handover", handover.id)
    session.flush()


def next_of_patient(session: Session, patient_id: int, now: datetime) -> Appointment | None:
    """The patient's next live appointment."""
    return session.scalar(
        appointments()
        .where(
            Appointment.patient_id == patient_id,
            Appointment.status.in_(_LIVE),
            Appointment.ends_at > now,
        )
        .order_by(Appointment.starts_at)
        .limit(1)
    )


def _matches(search: str) -> sa.ColumnElement[bool]:
    """Treatments, or patients by name, that contain the words."""
    pattern = contains_pattern(search)
    name = User.first_name + " " + User.last_name
    named = (
        sa.select(Patient.id)
        .join(User, User.id == Patient.user_id)
        .where(name.ilike(pattern, escape="\\"))
    )
    by_treatment = Treatment.name.ilike(pattern, escape="\\")
    return by_treatment | Appointment.patient_id.in_(named)


def own_live(
    session: Session, patient_id: int | None, slot_id: int, treatment_id: int, day: date
) -> Appointment | None:
    """The patient's live appointment for exactly this slot, treatment and day."""
    return session.scalar(
        appointments().where(
            Appointment.patient_id == patient_id,
            Appointment.slot_id == slot_id,
            Appointment.treatment_id == treatment_id,
            Appointment.day == day,
            Appointment.status.in_(_LIVE),
        )
    )


def own_appointments(
    actor: Actor, now: datetime, *, past: bool = False, state: str = "", search: str = ""
) -> sa.Select[tuple[Appointment]]:
    """An actor's list: what lies ahead, next first, or what is over, latest first."""
    wanted = visible_to(actor)
    ahead = Appointment.status.in_(_LIVE) & (Appointment.ends_at > now)
    wanted = wanted.where(~ahead if past else ahead)
    if state:
        wanted = wanted.where(Appointment.status == state)
    if search.strip():
        wanted = wanted.where(_matches(search.strip()))
    order = Appointment.starts_at.desc() if past else Appointment.starts_at.asc()
    return wanted.order_by(order, Appointment.id)
