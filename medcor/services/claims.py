"""Take and give back the 5-minute steps that keep two appointments apart."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain import scheduling as rules
from medcor.models import Appointment, Claim, Hold


def add_claims(session: Session, appointment: Appointment, treatment: rules.TreatmentRule) -> None:
    """Claim the appointment's steps for doctor and patient, and its buffers for the doctor."""
    _insert(session, appointment, treatment, appointment.patient_id, appointment_id=appointment.id)


def add_hold_claims(session: Session, hold: Hold, treatment: rules.TreatmentRule) -> None:
    """Claim the steps of a hold for the doctor, as a booking in it would."""
    _insert(session, hold, treatment, None, hold_id=hold.id)


def keep(session: Session, hold: Hold, treatment: rules.TreatmentRule, now: datetime) -> Hold:
    """Add a hold and its claims; SlotTaken from the claims where somebody has the time."""
    needed = rules.steps(rules.with_buffers(rules.Span(hold.starts_at, hold.ends_at), treatment))
    clear_way(session, hold.doctor_id, hold.patient_id, needed, now, offers_too=False)
    hold.created_at = now
    session.add(hold)
    session.flush()
    add_hold_claims(session, hold, treatment)
    return hold


def _insert(
    session: Session,
    kept: Appointment | Hold,
    treatment: rules.TreatmentRule,
    patient_id: int | None,
    **owner: int,
) -> None:
    # In ascending order, so that two bookings can wait for each other but never in a circle.
    span = rules.Span(kept.starts_at, kept.ends_at)
    own = rules.steps(span)
    needed = rules.steps(rules.with_buffers(span, treatment))
    rows = [
        {
            "clinic_id": kept.clinic_id,
            "appointment_id": None,
            "hold_id": None,
            "doctor_id": kept.doctor_id,
            "patient_id": patient_id if step in own else None,
            "step": step,
            "last_step": needed[-1] if step == needed[0] else None,
            **owner,
        }
        for step in needed
    ]
    session.execute(sa.insert(Claim), rows)


def release_claims(session: Session, appointment: Appointment) -> None:
    """Give the time back; the appointment's row stays."""
    session.execute(
        sa.delete(Claim).where(Claim.appointment_id == appointment.id),
        execution_options={"synchronize_session": False},
    )


def clear_way(
    session: Session,
    doctor_id: int,
    patient_id: int,
    needed: range,
    now: datetime,
    *,
    offers_too: bool,
) -> None:
    """Drop the doctor's holds that have run out, and the patient's own ones within ``needed``.

    Booking the time ends what an offer holds of it (``offers_too``); merely holding it does not.
    """
    within = sa.select(Claim.hold_id).where(
        Claim.doctor_id == doctor_id,
        Claim.step.between(needed.start, needed.stop - 1),
        Claim.hold_id.is_not(None),
    )
    own = (Hold.patient_id == patient_id) & Hold.id.in_(within)
    if not offers_too:
        own &= Hold.offer_id.is_(None)
    session.execute(
        sa.delete(Hold).where(Hold.doctor_id == doctor_id, (Hold.expires_at <= now) | own),
        execution_options={"synchronize_session": False},
    )
