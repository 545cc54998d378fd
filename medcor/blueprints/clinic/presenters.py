"""From rows to what the clinic's front shows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from babel import dates
from flask import url_for
from flask_babel import get_locale
from sqlalchemy.orm import Session

from medcor.models import Appointment, Clinic, ClinicHours
from medcor.services import agenda, catalogue, record_drafts
from medcor.services.agenda import Day
from medcor.services.record_drafts import Unsigned
from medcor.web.locale import format_clock, format_day, format_money, format_short_day, format_span

from .handover_presenters import handover_lines

Line = dict[str, Any]
TREATMENTS_SHOWN = 6


def appointment_line(appointment: Appointment) -> Line:
    """One appointment with everything that a list or a card needs."""
    span = format_span(appointment.start_time, appointment.end_time)
    return {
        "id": appointment.id,
        "when": f"{format_day(appointment.day)}, {span}",
        "short": f"{format_short_day(appointment.day)}, {span}",
        "time": format_clock(appointment.start_time),
        "treatment": appointment.treatment.name,
        "doctor": appointment.doctor.name,
        "patient": appointment.patient.name,
        "state": appointment.status.value,
        "url": url_for("appointment.appointment_details", appointment_id=appointment.id),
    }


def day_line(appointment: Appointment) -> Line:
    """An appointment of a day whose date stands above: wording a hundred dates takes long."""
    return {
        "id": appointment.id,
        "time": format_clock(appointment.start_time),
        "treatment": appointment.treatment.name,
        "doctor": appointment.doctor.name,
        "patient": appointment.patient.name,
        "state": appointment.status.value,
        "url": url_for("appointment.appointment_details", appointment_id=appointment.id),
    }


def treatment_links(session: Session, clinic: Clinic) -> list[Line]:
    """A few treatments to start a booking with."""
    wanted = catalogue.bookable_treatments().limit(TREATMENTS_SHOWN)
    return [
        {
            "title": treatment.name,
            "side": format_money(treatment.price_minor, clinic.currency),
            "url": url_for("appointment.get_doctors_for_treatment", treatment_id=treatment.id),
        }
        for treatment in session.scalars(wanted)
    ]


def hours_lines(hours: Iterable[ClinicHours]) -> list[tuple[str, str]]:
    """Weekday and times, in the reader's language."""
    names = dates.get_day_names("wide", locale=get_locale())
    return [(names[row.weekday].capitalize(), format_span(row.opens, row.closes)) for row in hours]


def day_context(held: Day, clinic: Clinic, is_today: bool, now: datetime) -> dict[str, Any]:
    """What the Today page shows, in the order in which staff ask."""
    lines = [
        day_line(each) | {"live": each.is_live, "over": each.ends_at <= now}
        for each in held.appointments
    ]
    ahead = [line for line in lines if line["live"] and not line["over"]]
    return {
        "lines": lines,
        "following": ahead[0] if is_today and ahead else None,
        "kept_count": sum(1 for line in lines if line["state"] != "Cancelled"),
        "done_count": sum(1 for line in lines if line["state"] == "Completed"),
        "waiting": [appointment_line(each) for each in held.waiting],
        "waiting_total": held.waiting_total,
        "unclosed": [appointment_line(each) for each in held.unclosed],
        "attention": [appointment_line(each) for each in held.attention[: agenda.WAITING_SHOWN]],
        "attention_more": len(held.attention) > agenda.WAITING_SHOWN,
        "handovers": handover_lines(held.handovers[: agenda.HANDOVERS_SHOWN], clinic, now),
        "handovers_more": len(held.handovers) > agenda.HANDOVERS_SHOWN,
    }


def draft_lines(held: Iterable[Unsigned], clinic: Clinic, now: datetime) -> list[Line]:
    """Dictated notes that wait for their doctor's signature; in the last week, when they go."""
    return [_draft_line(each, clinic, now) for each in held]


def _draft_line(each: Unsigned, clinic: Clinic, now: datetime) -> Line:
    local = each.dictated_at.astimezone(clinic.zone_info)
    goes = each.goes_at.astimezone(clinic.zone_info).date()
    number = each.visit.appointment_id
    return {
        "patient": each.visit.patient,
        "visit": f"{format_short_day(each.visit.day)}, {format_clock(each.visit.start_time)}",
        "treatment": each.visit.treatment,
        "dictated": f"{format_short_day(local.date())}, {format_clock(local)}",
        "goes": format_short_day(goes) if each.goes_at - now <= record_drafts.WARN else "",
        "url": url_for("appointment.appointment_medical_record", appointment_id=number),
    }
