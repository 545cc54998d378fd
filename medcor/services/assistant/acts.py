"""Changes that a turn makes: booked, cancelled, handed over, each at most once per turn."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.domain.permissions import Actor
from medcor.models import AssistantAct
from medcor.services import booking, handovers
from medcor.services.assistant.facts import AppointmentFact, HandoverFact, Offer
from medcor.services.handovers import Asked

DOOR = "assistant"


class OfferChanged(errors.BookingRefused):
    """The slot or the price is not what the person agreed to; nothing was booked."""

    code = "offer_changed"
    text = errors.N_("The clinic has just changed that time or its price.")


def act_key(turn_id: str, tool: str) -> str:
    """The idempotency key of a tool in a turn; the database holds it unique per person."""
    return f"{turn_id[:64]}:{tool}"[:100]


def find_act(session: Session, actor: Actor, key: str) -> AssistantAct | None:
    return session.scalar(
        sa.select(AssistantAct).where(
            AssistantAct.user_id == actor.user_id, AssistantAct.key == key
        )
    )


def acts_of_turn(session: Session, actor: Actor, turn_id: str) -> list[AssistantAct]:
    """What a turn has changed already, for a turn that arrives a second time."""
    keys = [act_key(turn_id, tool) for tool in ("book_appointment", "cancel_appointment")]
    return list(
        session.scalars(
            sa.select(AssistantAct).where(
                AssistantAct.user_id == actor.user_id, AssistantAct.key.in_(keys)
            )
        )
    )


def begin_act(session: Session, actor: Actor, key: str, tool: str, now: datetime) -> AssistantAct:
    """Take the key first: the second of two runs of one turn waits here and finds it taken."""
    act = AssistantAct(
        clinic_id=actor.clinic_id, user_id=actor.user_id, key=key, tool=tool, created_at=now
    )
    session.add(act)
    session.flush()
    return act


def book_offer(
    session: Session, actor: Actor, offer: Offer, turn_id: str, now: datetime
) -> AppointmentFact:
    """Book what was offered and agreed to; again for the same turn gives the same appointment.

    Errors: those of ``book_appointment``, and OfferChanged when price or time differ by now.
    """
    key = act_key(turn_id, "book_appointment")
    known = find_act(session, actor, key)
    if known is not None:
        return AppointmentFact.of(booking.get_appointment(session, actor, known.subject_id))
    act = begin_act(session, actor, key, "book_appointment", now)
    request = booking.BookingRequest(
        doctor_id=offer.doctor_id,
        treatment_id=offer.treatment.id,
        slot_id=offer.slot_id,
        day=offer.day,
        door=DOOR,
    )
    made = booking.book_appointment(session, actor, request, now)
    if made.price_minor != offer.treatment.price_minor or made.starts_at != offer.starts_at:
        raise OfferChanged()
    act.subject_id = made.id
    session.flush()
    return AppointmentFact.of(made)


def cancel_own(
    session: Session, actor: Actor, appointment_id: int, turn_id: str, now: datetime
) -> AppointmentFact:
    """Cancel the person's own appointment; again for the same turn changes nothing."""
    key = act_key(turn_id, "cancel_appointment")
    known = find_act(session, actor, key)
    if known is not None:
        return AppointmentFact.of(booking.get_appointment(session, actor, known.subject_id))
    act = begin_act(session, actor, key, "cancel_appointment", now)
    row = booking.cancel_appointment(session, actor, appointment_id, "", now)
    act.subject_id = row.id
    session.flush()
    return AppointmentFact.of(row)


def hand_over(session: Session, actor: Actor, asked: Asked, now: datetime) -> HandoverFact:
    """Ask for a person, or raise an alarm; again for the same turn changes nothing."""
    key = act_key(asked.turn_id, "hand_over_to_staff")
    known = find_act(session, actor, key)
    if known is not None and known.subject_id:
        return HandoverFact(known.subject_id, already=True)
    act = begin_act(session, actor, key, "hand_over_to_staff", now)
    row, already = handovers.ask(session, actor, asked, now)
    act.subject_id = row.id
    session.flush()
    return HandoverFact(row.id, already=already)
