"""Put an offer to the person: keep its time while they answer, and tell what became of it."""

from __future__ import annotations

from datetime import date

from medcor.domain import errors
from medcor.domain.scheduling import Refusal
from medcor.services.assistant import acts, show
from medcor.services.assistant.facts import AppointmentFact, FreeTimes, Offer
from medcor.services.assistant.show import say
from medcor.services.assistant.state import Answer, Ask, Desk

# What a booking or a hold may be refused with, though the time was free a moment ago.
GONE = (
    errors.BookingRefused,
    errors.SlotNotFound,
    errors.DoctorNotFound,
    errors.TreatmentNotFound,
)
_LOST = {
    errors.SlotTaken: "taken",
    errors.PastDate: "past",
    errors.PatientBusy: "busy",
    acts.OfferChanged: "changed",
}


def today(desk: Desk) -> date:
    return desk.catalogue.clinic.today(desk.box.clock())


def keep(desk: Desk, offer: Offer) -> str:
    """Hold the offer's time for the person; what to say where it is gone, else nothing."""
    before, desk.state.hold_id = desk.state.hold_id, None
    try:
        desk.state.hold_id = desk.box.hold(offer)
    except errors.TryAgain:
        # A busy system keeps nothing; the booking itself decides.
        return ""
    except GONE as refusal:
        return lost_text(desk, refusal)
    finally:
        # Whoever chooses another time lets others have the one before.
        if before is not None and before != desk.state.hold_id:
            desk.box.release(before)
    return ""


def lost_text(desk: Desk, refusal: errors.DomainError) -> str:
    """Why an offer can't be had any more; kindly where it was kept and the person took long."""
    key = _LOST.get(type(refusal), "taken")
    if key == "taken" and desk.state.hold_id and isinstance(refusal, errors.SlotTaken):
        key = "hold_lost"
    return say(desk.language, key)


def give_back(desk: Desk) -> None:
    """Let others have the time that the person does not want."""
    if desk.state.hold_id is not None:
        desk.box.release(desk.state.hold_id)
        desk.state.hold_id = None


def summarise(desk: Desk, offer: Offer, key: str = "summary") -> Answer:
    """Say what would be booked and ask; only a yes in a later turn books it."""
    desk.state.offer, desk.state.asking = offer, Ask.BOOK
    parts = show.offer_parts(desk.language, offer, today(desk))
    return Answer(
        say(desk.language, key, **parts), (show.confirm_card(desk.language, offer, today(desk)),)
    )


def missed_text(desk: Desk, found: FreeTimes) -> str:
    """Why the wished time is not among the offers: its first reason, else that nothing is free."""
    language, day = desk.language, today(desk)
    if found.why_not and found.asked:
        return why_text(language, found.why_not[0], found, day)
    wish = show.wording.wish_text(language, desk.state.when, day)
    return say(language, "no_time_wish", wish=wish) if wish else ""


def why_text(language: str, refusal: Refusal, found: FreeTimes, day: date) -> str:
    """One reason against the exact time that was asked for."""
    asked_day, clock = found.asked or (day, None)
    return say(
        language,
        f"why_{refusal.value}",
        day=show.wording.day_text(language, asked_day, day),
        clock=show.wording.clock_text(clock) if clock else "",
    )


def booked(desk: Desk, made: AppointmentFact) -> Answer:
    """Tell of a booking; if an older appointment was to be moved, ask whether to cancel it."""
    state, language, day = desk.state, desk.language, today(desk)
    moving = state.moving
    state.forget_wish()
    parts = {
        "treatment": made.treatment,
        "doctor": made.doctor,
        "day": show.wording.day_text(language, made.day, day),
        "clock": show.wording.clock_text(made.start),
    }
    card = show.appointment_card(
        language, say(language, "booked_card"), made, desk.catalogue.clinic.currency, day
    )
    text = say(language, "booked", **parts)
    if moving is not None:
        state.appointment, state.asking = moving, Ask.CANCEL
        old = show.appointment_text(language, moving, day, status=False)
        return Answer(f"{text} {say(language, 'booked_move', old=old)}", (card,))
    return Answer(f"{text} {say(language, 'anything_else')}", (card,))
