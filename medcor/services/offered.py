"""Offer a time to one patient, held while the offer stands, and settle it once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from medcor.domain import scheduling as rules
from medcor.domain.permissions import Actor
from medcor.models import Clinic, Hold, Offer, OfferState, Patient, Treatment
from medcor.services import audit, claims, links, notices, scheduling

Condition = sa.ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a time is offered, and until when; one of the two ids is set.

    ``message`` is what the clinic says to the patient whose appointment falls away.
    """

    answer_by: datetime
    appointment_id: int | None = None
    waiting_id: int | None = None
    message: str = ""


def make_offer(
    session: Session,
    actor: Actor,
    patient: Patient,
    treatment: Treatment,
    opening: rules.Opening,
    cause: Cause,
    now: datetime,
) -> Offer | None:
    """Offer a free time and mail it; None if somebody took it in this very moment."""
    token = links.new_token(actor.clinic_id)
    try:
        with session.begin_nested():
            offer = _add(session, patient, treatment, opening, cause, links.digest_of(token), now)
    except IntegrityError:
        return None
    audit.record(session, actor, "offer.made", "offer", offer.id)
    told = notices.time_offered if cause.appointment_id else notices.freed_time_offered
    told(session, patient.user, offer.id, token)
    session.flush()
    return offer


def _add(
    session: Session,
    patient: Patient,
    treatment: Treatment,
    opening: rules.Opening,
    cause: Cause,
    token_hash: str,
    now: datetime,
) -> Offer:
    slot, span = opening.slot, opening.span
    place = {
        "clinic_id": patient.clinic_id,
        "patient_id": patient.id,
        "doctor_id": slot.doctor_id,
        "slot_id": slot.id,
        "day": opening.day,
        "start_time": slot.start,
        "end_time": slot.end,
        "starts_at": span.start,
    }
    offer = Offer(
        appointment_id=cause.appointment_id,
        waiting_id=cause.waiting_id,
        token_hash=token_hash,
        message=cause.message,
        answer_by=cause.answer_by,
        created_at=now,
        **place,
    )
    session.add(offer)
    session.flush()
    kept = Hold(
        treatment_id=treatment.id,
        offer_id=offer.id,
        ends_at=span.end,
        expires_at=cause.answer_by,
        **place,
    )
    claims.keep(session, kept, scheduling.treatment_rule(treatment), now)
    return offer


def note_none_found(
    session: Session, actor: Actor, patient_id: int, cause: Cause, now: datetime
) -> Offer:
    """Put an appointment on the staff's list for which there is nothing to offer in time."""
    offer = Offer(
        clinic_id=actor.clinic_id,
        patient_id=patient_id,
        appointment_id=cause.appointment_id,
        message=cause.message,
        state=OfferState.NONE_FOUND,
        answer_by=now,
        answered_at=now,
        created_at=now,
    )
    session.add(offer)
    session.flush()
    audit.record(session, actor, "offer.none_found", "offer", offer.id)
    return offer


def close(session: Session, actor: Actor, offer: Offer, state: OfferState, now: datetime) -> None:
    """Settle an open offer and give its time back, in one go with whatever comes of it."""
    offer.state, offer.answered_at = state, now
    session.execute(
        sa.delete(Hold).where(Hold.offer_id == offer.id),
        execution_options={"synchronize_session": "fetch"},
    )
    audit.record(session, actor, f"offer.{state.value}", "offer", offer.id)
    session.flush()


def asked() -> sa.Select[tuple[int | None]]:
    """Appointments whose patients were offered another time and have not answered yet."""
    return sa.select(Offer.appointment_id).where(
        Offer.state == OfferState.OPEN, Offer.appointment_id.is_not(None)
    )


def lock_open(session: Session, *conditions: Condition) -> list[Offer]:
    """The open offers that match, as of now; nobody else settles them before this is over.

    The schedules of their doctors are held first, as everybody does.
    """
    wanted = sa.select(Offer).where(Offer.state == OfferState.OPEN, *conditions)
    doctors = set(session.scalars(wanted.with_only_columns(Offer.doctor_id)))
    if not doctors:
        return []
    scheduling.hold_schedules(session, doctors, to_change=False)
    locked = wanted.order_by(Offer.id).with_for_update()
    return list(session.scalars(locked.execution_options(populate_existing=True)))


def span_of(clinic: Clinic, offer: Offer) -> rules.Span:
    """The offered time; its hold, which knows it too, may be gone already."""
    end = rules.to_instant(clinic.zone_info, offer.day, offer.end_time)
    return rules.Span(offer.starts_at, max(end or offer.starts_at, offer.starts_at + rules.STEP))


def close_mailed_links(session: Session, user_id: int) -> None:
    """End the links to offers that a person was mailed; signed in, they can still answer."""
    theirs = sa.select(Patient.id).where(Patient.user_id == user_id)
    session.execute(
        sa.update(Offer).where(Offer.patient_id.in_(theirs)).values(token_hash=None),
        execution_options={"synchronize_session": False},
    )
