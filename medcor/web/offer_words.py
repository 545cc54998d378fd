"""An offered time in words, as its page, the home page and the appointment show it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import gettext

from medcor.models import Appointment, Clinic, Offer, OfferState
from medcor.services import offers
from medcor.web.locale import format_clock, format_day, format_span

Line = dict[str, Any]


def offer_view(offer: Offer, clinic: Clinic, now: datetime) -> Line:
    """An offer with everything that its page, the home page and the appointment show."""
    old = offer.appointment
    treatment = old.treatment if old else offer.waiting.treatment
    is_told = offers.is_open(offer, now) or offer.state is OfferState.ACCEPTED
    return {
        "id": offer.id,
        "state": offer.state.value,
        "open": offers.is_open(offer, now),
        "instead": old is not None,
        "old_live": bool(old and old.is_live),
        # Whoever has an old mail learns nothing of what came after it.
        "facts": _facts(offer, treatment.name) if is_told else [],
        "new": new_text(offer),
        "answer_by": stamp(clinic, offer.answer_by),
        "appointment_id": offer.appointment_id,
    }


def _facts(offer: Offer, treatment: str) -> list[tuple[str, str]]:
    """What an offer is about, as a definition list; an accepted one has one time only."""
    old = offer.appointment
    accepted = offer.state is OfferState.ACCEPTED
    facts = [(gettext("Treatment"), treatment)]
    if old is not None and not accepted:
        facts.append((gettext("Your time so far"), f"{_when(old)}, {old.doctor.name}"))
    label = gettext("Your time") if accepted else gettext("The new time")
    facts.append((label if old or accepted else gettext("The free time"), new_text(offer)))
    if offer.message and not accepted:
        facts.append((gettext("Why"), offer.message))
    return facts


def new_text(offer: Offer) -> str:
    """The offered time with its doctor."""
    return f"{_when(offer)}, {offer.doctor.name}"


def stamp(clinic: Clinic, at: datetime) -> str:
    """A moment on the clinic's clock."""
    local = at.astimezone(clinic.zone_info)
    return f"{format_day(local.date())}, {format_clock(local)}"


def _when(place: Appointment | Offer) -> str:
    return f"{format_day(place.day)}, {format_span(place.start_time, place.end_time)}"
