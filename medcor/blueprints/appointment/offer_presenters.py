"""From offered times and the waiting list to what their pages show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from babel import dates
from flask import url_for
from flask_babel import get_locale, gettext

from medcor.domain.offers import ANY_DAY, days_of
from medcor.models import Clinic, Offer, OfferState, WaitingEntry, WaitingState
from medcor.services.cascade import Alternative, Outcome
from medcor.web.locale import format_clock, format_short_day, format_span

from . import appointment_presenters as shown

Line = dict[str, Any]


def offer_body(offer: Offer) -> Line:
    """An offer for a script; instants in UTC."""
    return {
        "id": offer.id,
        "state": offer.state.value,
        "appointment_id": offer.appointment_id,
        "waiting_id": offer.waiting_id,
        "doctor_id": offer.doctor_id,
        "date": offer.day.isoformat() if offer.day else None,
        "start_time": f"{offer.start_time:%H:%M}" if offer.start_time else None,
        "end_time": f"{offer.end_time:%H:%M}" if offer.end_time else None,
        "answer_by": offer.answer_by.isoformat(),
    }


def offer_states() -> dict[str, str]:
    """What became of an offer of another time."""
    return {
        OfferState.OPEN.value: gettext("Asked, not answered yet"),
        OfferState.UNANSWERED.value: gettext("Not answered"),
        OfferState.DECLINED.value: gettext("Declined"),
        OfferState.NONE_FOUND.value: gettext("Nothing to offer"),
    }


def unanswered_line(row: Any, clinic: Clinic) -> Line:
    """A patient whom somebody has to call, from a row of plain columns."""
    since = row.answered_at.astimezone(clinic.zone_info) if row.answered_at else None
    offered = ""
    if row.offered_day:
        offered = f"{format_short_day(row.offered_day)}, {format_clock(row.offered_start)}"
    return {
        "id": row.id,
        "appointment_id": row.appointment_id,
        "url": shown.details_url(row.appointment_id),
        "when": f"{format_short_day(row.day)} {row.day.year}, "
        + format_span(row.start_time, row.end_time),
        "patient": shown.patient_name(row),
        "phone": row.phone,
        "email": row.email,
        "treatment": row.treatment,
        "doctor": shown.doctor_name(row),
        "state": row.state.value,
        "label": offer_states()[row.state.value],
        "offered": offered,
        "since": f"{format_short_day(since.date())}, {format_clock(since)}" if since else "",
    }


def alternative_text(found: Alternative | None, doctors: Mapping[int, str]) -> str:
    """What a patient would be offered, in a line of the check page."""
    if found is None:
        return gettext("Nothing free in time: goes to your list of people to call")
    opening = found.opening
    return gettext(
        "Would be offered: %(day)s, %(time)s, %(doctor)s",
        day=format_short_day(opening.day),
        time=format_clock(opening.slot.start),
        doctor=doctors.get(opening.slot.doctor_id, ""),
    )


def alternative_body(found: Alternative | None) -> Line | None:
    """The same for a script."""
    if found is None:
        return None
    slot = found.opening.slot
    return {
        "slot_id": slot.id,
        "doctor_id": slot.doctor_id,
        "date": found.opening.day.isoformat(),
        "start_time": f"{slot.start:%H:%M}",
        "end_time": f"{slot.end:%H:%M}",
        "answer_by": found.answer_by.isoformat(),
    }


def outcome_body(outcome: Outcome) -> Line:
    return {"offered": outcome.offered, "to_call": outcome.to_call}


def waiting_states() -> dict[str, str]:
    return {
        WaitingState.WAITING.value: gettext("Waiting"),
        WaitingState.DONE.value: gettext("Has a time"),
        WaitingState.CANCELLED.value: gettext("Left"),
        WaitingState.LAPSED.value: gettext("Days are over"),
    }


def entry_line(entry: WaitingEntry, clinic: Clinic, offered: Iterable[int]) -> Line:
    """Somebody who waits, as a row of the list or a card."""
    since = entry.created_at.astimezone(clinic.zone_info)
    return {
        "id": entry.id,
        "patient": entry.patient.name,
        "phone": entry.patient.phone,
        "treatment": entry.treatment.name,
        "doctor": entry.doctor.name if entry.doctor else gettext("Any doctor"),
        "days": f"{format_short_day(entry.first_day)} – {format_short_day(entry.last_day)}",
        "weekdays": weekdays_text(entry.weekdays),
        "times": format_span(entry.earliest, entry.latest),
        "state": entry.state.value,
        "label": waiting_states()[entry.state.value],
        "waits": entry.state is WaitingState.WAITING,
        "offered": entry.id in offered,
        "since": f"{format_short_day(since.date())} {since.year}",
        "edit_url": url_for("appointment.edit_waiting", entry_id=entry.id),
        "leave_url": url_for("appointment.leave_waiting", entry_id=entry.id),
    }


def weekdays_text(mask: int) -> str:
    """Weekdays in short, as ``Mon, Wed``."""
    if mask == ANY_DAY:
        return gettext("Every day of the week")
    names = dates.get_day_names("abbreviated", "stand-alone", locale=get_locale())
    return ", ".join(names[day] for day in days_of(mask))


def entry_body(entry: WaitingEntry) -> Line:
    """An entry for a script; weekdays with 0 for Monday."""
    return {
        "id": entry.id,
        "patient_id": entry.patient_id,
        "treatment_id": entry.treatment_id,
        "doctor_id": entry.doctor_id,
        "first_day": entry.first_day.isoformat(),
        "last_day": entry.last_day.isoformat(),
        "weekdays": days_of(entry.weekdays),
        "earliest": f"{entry.earliest:%H:%M}",
        "latest": f"{entry.latest:%H:%M}",
        "state": entry.state.value,
        "version": entry.version,
    }
