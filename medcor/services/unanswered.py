"""The staff's list: patients on excluded days who were offered a time and have none yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.domain.appointments import LIVE
from medcor.domain.permissions import Actor, Role
from medcor.models import (
    Appointment,
    ExclusionDate,
    Offer,
    OfferState,
    Patient,
)
from medcor.services import audit, booking, cascade, lookup, scheduling
from medcor.services.agenda import PATIENT_USER, PEOPLE, matches, with_people
from medcor.services.week import active_doctors

TO_SETTLE = (OfferState.UNANSWERED, OfferState.DECLINED, OfferState.NONE_FOUND)
Condition = sa.ColumnElement[bool]
# What the list can be sorted by.
SORTS: dict[str, tuple[Any, ...]] = {
    "when": (),
    "patient": (PATIENT_USER.last_name, PATIENT_USER.first_name),
    "state": (Offer.state,),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is narrowed to; without a state it shows those that somebody has to call."""

    state: str = ""
    search: str = ""
    doctor_id: int | None = None


def matching(actor: Actor, wanted: Wanted, now: datetime) -> sa.Select[tuple[int]]:
    """Ids of the offers whose appointment still stands on a day off: those to be settled."""
    on_day_off = sa.exists().where(
        ExclusionDate.clinic_id == Appointment.clinic_id,
        ExclusionDate.doctor_id == Appointment.doctor_id,
        Appointment.day.between(ExclusionDate.start_date, ExclusionDate.end_date),
    )
    # Days off that were deleted and came back: what was offered last is what counts.
    later = sa.orm.aliased(Offer)
    offered_since = sa.exists().where(
        later.appointment_id == Offer.appointment_id, later.id > Offer.id
    )
    found: list[Condition] = [
        Offer.state.in_([wanted.state] if wanted.state else TO_SETTLE),
        Offer.handled_at.is_(None),
        Appointment.status.in_(sorted(LIVE)),
        Appointment.starts_at > now,
        on_day_off,
        ~offered_since,
    ]
    if actor.role is Role.DOCTOR:
        found.append(Appointment.doctor_id == actor.profile_id)
    if wanted.doctor_id is not None:
        found.append(Appointment.doctor_id == wanted.doctor_id)
    if wanted.search.strip():
        found.append(matches(wanted.search.strip()))
    return (
        sa.select(Offer.id).join(Appointment, Appointment.id == Offer.appointment_id).where(*found)
    )


def sorted_ids(actor: Actor, wanted: Wanted, now: datetime, key: str) -> sa.Select[tuple[int]]:
    """The same ids, with what sorting by ``key`` takes, and no other join."""
    found = matching(actor, wanted, now)
    if key != "patient":
        return found
    return found.join(Patient, Patient.id == Appointment.patient_id).join(
        PATIENT_USER, Patient.user_id == PATIENT_USER.id
    )


def listed(actor: Actor, wanted: Wanted, now: datetime) -> sa.Select:
    """The whole list as plain columns, for a file."""
    return _rows().where(Offer.id.in_(matching(actor, wanted, now)))


def rows_of(ids: Sequence[int]) -> sa.Select:
    """These offers as plain columns, in no order."""
    return _rows().where(Offer.id.in_(ids))


def _rows() -> sa.Select:
    columns = sa.select(
        Offer.id,
        Offer.state,
        Offer.starts_at.label("offered_at"),
        Offer.day.label("offered_day"),
        Offer.start_time.label("offered_start"),
        Offer.answered_at,
        Appointment.id.label("appointment_id"),
        Appointment.day,
        Appointment.start_time,
        Appointment.end_time,
        PATIENT_USER.email,
        *PEOPLE,
    ).select_from(Offer)
    return with_people(columns.join(Appointment, Appointment.id == Offer.appointment_id))


def count(session: Session, actor: Actor, now: datetime) -> int:
    """How many patients somebody has to call."""
    rows = matching(actor, Wanted(), now).subquery()
    return session.scalar(sa.select(sa.func.count()).select_from(rows)) or 0


def _lock(session: Session, actor: Actor, offer_id: object) -> tuple[Offer, Appointment]:
    """An offer whose appointment is the actor's to settle, and that appointment; or NotFound."""
    offer = lookup.find(session, Offer, offer_id)
    row = lookup.find(session, Appointment, offer.appointment_id) if offer else None
    if row is None or offer.state not in TO_SETTLE:
        raise errors.NotFound()
    if actor.role is Role.DOCTOR and row.doctor_id != actor.profile_id:
        raise errors.NotFound()
    wanted = sa.select(Offer).where(Offer.id == offer.id).with_for_update()
    session.scalar(wanted.execution_options(populate_existing=True))
    return offer, row


def mark_handled(session: Session, actor: Actor, offer_id: object, now: datetime) -> Offer:
    """Say that somebody has settled it with the patient; the first one counts."""
    offer, _row = _lock(session, actor, offer_id)
    _handle(session, actor, offer, now)
    return offer


def _handle(session: Session, actor: Actor, offer: Offer, now: datetime) -> None:
    if offer.handled_at is None:
        offer.handled_at, offer.handled_by_id = now, actor.user_id
        audit.record(session, actor, "offer.handled", "offer", offer.id)
        session.flush()


def offer_again(session: Session, actor: Actor, offer_id: object, now: datetime) -> bool:
    """Offer the patient another time anew; False where nothing is free in time.

    Errors: NotFound, OfferOver where the appointment is settled already.
    """
    # Before all else, as everybody does: whoever gives the treatment may be the one who is offered.
    everybody = [each.id for each in active_doctors(session)]
    scheduling.hold_schedules(session, everybody, to_change=False)
    offer, row = _lock(session, actor, offer_id)
    row = booking.lock_appointment(session, actor, row.id)
    if offer.handled_at is not None or not row.is_live or row.starts_at <= now:
        raise errors.OfferOver()
    clinic = lookup.get_clinic(session, actor.clinic_id)
    found = cascade.plan(session, clinic, [row.id], {}, now)[row.id]
    if found is None:
        return False
    _handle(session, actor, offer, now)
    if cascade.with_open_offer(session, [row.id]):
        return True
    return cascade.offer_one(session, actor, clinic, row, found, {}, offer.message, now)


def record_export(session: Session, actor: Actor, rows: int) -> None:
    """Note that the list was taken as a file."""
    audit.record(session, actor, "offers.exported", "offer", None, rows=rows)
    session.flush()
