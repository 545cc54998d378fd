"""Appointments of a series: their place among the others, and cancelling all that follow."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.domain.appointments import LIVE, may_cancel
from medcor.domain.permissions import Actor, Role
from medcor.models import Appointment, AppointmentSeries, Clinic, SeriesAppointment
from medcor.services import agenda, audit, booking, lookup, notices

CANCELLED = "series.cancelled"


@dataclass(frozen=True, slots=True)
class Place:
    """An appointment's place: ``number`` of ``total``, and its neighbours' ids, 0 for none.

    ``follow`` counts the live ones from this one on, as far as the actor may see them.
    """

    series_id: int
    number: int
    total: int
    before: int = 0
    after: int = 0
    follow: int = 0


def find_place(session: Session, actor: Actor, appointment: Appointment) -> Place | None:
    """The appointment's place in its series; None for one that stands alone."""
    own = sa.select(SeriesAppointment.series_id).where(
        SeriesAppointment.appointment_id == appointment.id
    )
    wanted = (
        sa.select(
            SeriesAppointment.series_id,
            SeriesAppointment.number,
            Appointment.id,
            Appointment.doctor_id,
            Appointment.status,
        )
        .join(Appointment, Appointment.id == SeriesAppointment.appointment_id)
        .where(SeriesAppointment.series_id == own.scalar_subquery())
        .order_by(SeriesAppointment.number)
    )
    rows = session.execute(wanted).all()
    if not rows:
        return None
    seen = [row for row in rows if _may_see(actor, row.doctor_id)]
    place = next(index for index, row in enumerate(seen) if row.id == appointment.id)
    live = [row for row in seen[place:] if row.status in LIVE]
    return Place(
        seen[place].series_id,
        seen[place].number,
        len(rows),
        before=seen[place - 1].id if place else 0,
        after=seen[place + 1].id if place + 1 < len(seen) else 0,
        follow=len(live),
    )


def _may_see(actor: Actor, doctor_id: int) -> bool:
    """A doctor sees their own; whoever else may see one of a series may see them all."""
    return actor.role is not Role.DOCTOR or doctor_id == actor.profile_id


@dataclass(frozen=True, slots=True)
class Members:
    """A series with what the actor may see of it, in order; ``total`` counts the others too."""

    series: AppointmentSeries
    appointments: list[Appointment]
    numbers: dict[int, int]
    total: int


def list_members(session: Session, actor: Actor, series_id: object) -> Members:
    """The appointments of a series; NotFound where the actor may see none of them."""
    series = lookup.find(session, AppointmentSeries, series_id)
    if series is None:
        raise errors.NotFound()
    wanted = sa.select(SeriesAppointment.appointment_id, SeriesAppointment.number).where(
        SeriesAppointment.series_id == series.id
    )
    numbers = {member_id: number for member_id, number in session.execute(wanted)}
    seen = agenda.visible_to(actor).where(Appointment.id.in_(numbers))
    found = sorted(session.scalars(seen), key=lambda each: numbers[each.id])
    if not found:
        raise errors.NotFound()
    return Members(series, found, numbers, len(numbers))


def appointment_ids(session: Session, series_id: object) -> list[int]:
    """Ids of a series' appointments in order, none for a series of nobody."""
    wanted = sa.select(SeriesAppointment.appointment_id).where(
        SeriesAppointment.series_id == series_id
    )
    return list(session.scalars(wanted.order_by(SeriesAppointment.number)))


@dataclass(frozen=True, slots=True)
class Following:
    """What cancelling from one appointment on would cancel, and what it would have to leave."""

    series_id: int
    can: list[Appointment] = field(default_factory=list)
    cannot: list[Appointment] = field(default_factory=list)


def find_following(
    session: Session, actor: Actor, appointment_id: object, now: datetime
) -> Following:
    """The live appointments of the series from this one on.

    Errors: AppointmentNotFound, NotFound for one that is in no series.
    """
    appointment = booking.get_appointment(session, actor, appointment_id)
    place = find_place(session, actor, appointment)
    if place is None:
        raise errors.NotFound()
    clinic = lookup.get_clinic(session, actor.clinic_id)
    members = list_members(session, actor, place.series_id)
    live = [
        each
        for each in members.appointments
        if each.is_live and members.numbers[each.id] >= place.number
    ]
    can = [each for each in live if _may_cancel(actor, clinic, each, now)]
    return Following(place.series_id, can, [each for each in live if each not in can])


def _may_cancel(actor: Actor, clinic: Clinic, appointment: Appointment, now: datetime) -> bool:
    notice = timedelta(minutes=clinic.cancel_notice_minutes)
    role = actor.role or Role.PATIENT
    return may_cancel(appointment.status, appointment.starts_at, role, notice, now)


def cancel_following(
    session: Session, actor: Actor, appointment_id: object, reason: str, now: datetime
) -> Following:
    """Cancel this appointment of a series and all later ones that may be cancelled.

    One mail tells of all. Errors: those of :func:`find_following`, MissingParameter for staff
    without a reason, TransitionRefused where none is left, CancellationTooLate where none may be.
    """
    found = find_following(session, actor, appointment_id, now)
    booking.check_reason(actor, reason)
    if not found.can:
        raise errors.CancellationTooLate() if found.cannot else errors.TransitionRefused()
    done = [
        booking.cancel_appointment(session, actor, each.id, reason, now, mail=False)
        for each in found.can
    ]
    ids = [each.id for each in done]
    audit.record(session, actor, CANCELLED, "series", found.series_id, appointments=len(ids))
    notices.series_cancelled(session, done[0].patient.user, found.series_id, ids)
    return Following(found.series_id, done, found.cannot)
