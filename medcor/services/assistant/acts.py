"""Changes that a turn makes: booked, cancelled, handed over, each at most once per turn."""

from __future__ import annotations

from collections.abc import Sequence
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


def find_act(
    session: Session, actor: Actor, turn_ids: Sequence[str], tool: str
) -> AssistantAct | None:
    """What a turn, or a part of it that was answered before, has done with a tool."""
    return next(iter(_acts(session, actor, turn_ids, (tool,))), None)


def acts_of_turns(
    session: Session, actor: Actor, turn_ids: Sequence[str], tools: Sequence[str]
) -> list[tuple[str, AssistantAct]]:
    """What turns have changed already, as (turn, act) in the order in which it was done."""
    turns = {act_key(turn_id, tool): turn_id for turn_id in turn_ids for tool in tools}
    return [(turns[act.key], act) for act in _acts(session, actor, turn_ids, tools)]


def _acts(
    session: Session, actor: Actor, turn_ids: Sequence[str], tools: Sequence[str]
) -> list[AssistantAct]:
    keys = [act_key(turn_id, tool) for turn_id in turn_ids for tool in tools]
    wanted = sa.select(AssistantAct).where(
        AssistantAct.user_id == actor.user_id, AssistantAct.key.in_(keys)
    )
    return list(session.scalars(wanted.order_by(AssistantAct.id)))


def begin_act(
    session: Session, actor: Actor, turn_id: str, tool: str, now: datetime
) -> AssistantAct:
    """Take the key first: the second of two runs of one turn waits here and finds it taken."""
    key = act_key(turn_id, tool)
    act = AssistantAct(
        clinic_id=actor.clinic_id, user_id=actor.user_id, key=key, tool=tool, created_at=now
    )
    session.add(act)
    session.flush()
    return act


def book_offer(
    session: Session, actor: Actor, offer: Offer, turn_ids: Sequence[str], now: datetime
) -> AppointmentFact:
    """Book what was offered and agreed to; again for the same turn gives the same appointment.

    ``turn_ids`` are the turn's parts, the turn itself last.

    Errors: those of ``book_appointment``, and OfferChanged when price or time differ by now.
    """
    known = find_act(session, actor, turn_ids, "book_appointment")
    if known is not None:
        return AppointmentFact.of(booking.get_appointment(session, actor, known.subject_id))
    act = begin_act(session, actor, turn_ids[-1], "book_appointment", now)
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
    session: Session, actor: Actor, appointment_id: int, turn_ids: Sequence[str], now: datetime
) -> AppointmentFact:
    """Cancel the person's own appointment; again for the same turn changes nothing."""
    known = find_act(session, actor, turn_ids, "cancel_appointment")
    if known is not None:
        return AppointmentFact.of(booking.get_appointment(session, actor, known.subject_id))
    act = begin_act(session, actor, turn_ids[-1], "cancel_appointment", now)
    row = booking.cancel_appointment(session, actor, appointment_id, "", now)
    act.subject_id = row.id
    session.flush()
    return AppointmentFact.of(row)


def hand_over(
    session: Session, actor: Actor, asked: Asked, turn_ids: Sequence[str], now: datetime
) -> HandoverFact:
    """Ask for a person, or raise an alarm; again for the same turn changes nothing."""
    # An alarm is one, whatever the turns that are answered with it asked for.
    own = turn_ids[-1:] if asked.flag else turn_ids
    known = find_act(session, actor, own, "hand_over_to_staff")
    if known is not None and known.subject_id:
        return HandoverFact(known.subject_id, already=True)
    act = begin_act(session, actor, asked.turn_id, "hand_over_to_staff", now)
    row, already = handovers.ask(session, actor, asked, now)
    act.subject_id = row.id
    session.flush()
    return HandoverFact(row.id, already=already)
