"""Keep a time for the patient who is confirming it: five minutes, alone, two at most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.domain import scheduling as rules
from medcor.domain.permissions import Actor
from medcor.models import Clinic, Hold, Slot, Treatment
from medcor.services import booking, claims, lookup, scheduling
from medcor.services.booking import BookingRequest

HOLD_LIFE = timedelta(minutes=5)
SEATS = (1, 2)


@dataclass(frozen=True, slots=True)
class HoldWish:
    """The time that a patient is about to confirm: ids as they came in, and a local day."""

    doctor_id: object
    treatment_id: object
    slot_id: object
    day: date


def hold_time(
    session: Session, actor: Actor, wish: HoldWish, now: datetime, *, replace: bool = False
) -> Hold:
    """Keep a time for the acting patient; the same time again gives the hold that stands.

    A third one replaces the patient's oldest with ``replace``. Errors: those of a booking in the
    same order, then TooManyHolds. SlotTaken is decided by the claims, so that of two who hold one
    time at once the second is told.
    """
    if not actor.is_patient:
        raise errors.NotAllowed()
    clinic = lookup.get_clinic(session, actor.clinic_id)
    if wish.day < rules.local_today(clinic.zone_info, now):
        raise errors.PastDate()
    request = BookingRequest(wish.doctor_id, wish.treatment_id, wish.slot_id, wish.day)
    parts = booking.find_parts(session, actor, request)
    span = booking.offered_span(
        session, clinic, parts.slot, parts.treatment, wish.day, now, staff=False
    )
    kept = _standing(session, parts, wish.day, now)
    if kept is not None:
        return kept
    search = scheduling.Search(now, parts.patient.id)
    if scheduling.is_patient_busy(session, span, wish.day, search):
        raise errors.PatientBusy()
    seat = _free_seat(session, own_holds(session, parts.patient.id, now), replace)
    _drop_run_out(session, parts.patient.id, now)
    kept = Hold(
        patient_id=parts.patient.id,
        seat=seat,
        expires_at=now + HOLD_LIFE,
        **time_of(clinic, parts.slot, parts.treatment, wish.day, span),
    )
    return claims.keep(session, kept, scheduling.treatment_rule(parts.treatment), now)


def _standing(session: Session, parts: booking.Parts, day: date, now: datetime) -> Hold | None:
    """The patient's hold of this very time: their own, or an offer's, which lasts longer."""
    return session.scalar(
        sa.select(Hold).where(
            Hold.patient_id == parts.patient.id,
            Hold.slot_id == parts.slot.id,
            Hold.day == day,
            (Hold.treatment_id == parts.treatment.id) | Hold.offer_id.is_not(None),
            Hold.expires_at > now,
        )
    )


def time_of(
    clinic: Clinic, slot: Slot, treatment: Treatment, day: date, span: rules.Span
) -> dict[str, object]:
    """The columns of a hold that say which time it keeps."""
    return {
        "clinic_id": clinic.id,
        "doctor_id": slot.doctor_id,
        "treatment_id": treatment.id,
        "slot_id": slot.id,
        "day": day,
        "start_time": slot.start_time,
        "end_time": slot.end_time,
        "starts_at": span.start,
        "ends_at": span.end,
    }


def own_holds(session: Session, patient_id: int, now: datetime) -> list[Hold]:
    """What the patient is confirming right now, the oldest first."""
    wanted = sa.select(Hold).where(
        Hold.patient_id == patient_id, Hold.seat.is_not(None), Hold.expires_at > now
    )
    return list(session.scalars(wanted.order_by(Hold.created_at, Hold.id)))


def _free_seat(session: Session, standing: Sequence[Hold], replace: bool) -> int:
    free = sorted(set(SEATS) - {each.seat for each in standing})
    if free:
        return free[0]
    if not replace:
        raise errors.TooManyHolds()
    oldest = standing[0]
    _delete(session, Hold.id == oldest.id)
    return oldest.seat


def _drop_run_out(session: Session, patient_id: int, now: datetime) -> None:
    """Free the seats of the patient's holds that have run out, whichever doctor's they are."""
    _delete(session, Hold.patient_id == patient_id, Hold.expires_at <= now, Hold.seat.is_not(None))


def release_hold(session: Session, actor: Actor, hold_id: object, now: datetime) -> None:
    """Give a held time back before it runs out; NotFound for one that is nobody's or another's."""
    hold = lookup.find(session, Hold, hold_id)
    mine = hold is not None and hold.patient_id == actor.profile_id and hold.seat is not None
    if not actor.is_patient or not mine or hold.expires_at <= now:
        raise errors.NotFound()
    _delete(session, Hold.id == hold.id)


def _delete(session: Session, *conditions: sa.ColumnElement[bool]) -> None:
    session.execute(
        sa.delete(Hold).where(*conditions), execution_options={"synchronize_session": "fetch"}
    )


def any_run_out(session: Session, now: datetime) -> bool:
    """Say whether the clinic has a hold to clear away, without taking a write lock."""
    return session.scalar(sa.select(Hold.id).where(Hold.expires_at <= now).limit(1)) is not None


def purge_run_out(session: Session, now: datetime) -> int:
    """Delete the clinic's holds that have run out; they counted for nothing already."""
    done = session.execute(
        sa.delete(Hold).where(Hold.expires_at <= now),
        execution_options={"synchronize_session": False},
    )
    return done.rowcount
