"""From rows to what the booking pages show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from itertools import groupby
from typing import Any

from flask import url_for
from flask_babel import gettext, ngettext

from medcor.domain.appointments import AppointmentStatus
from medcor.domain.scheduling import Opening
from medcor.models import Appointment, Clinic, Doctor, Treatment
from medcor.web.locale import (
    format_clock,
    format_day,
    format_money,
    format_short_day,
    format_span,
)

Link = dict[str, Any]


def treatment_picks(treatments: Iterable[Treatment], clinic: Clinic) -> list[Link]:
    """Step one: a treatment with its price and length."""
    return [
        {
            "title": treatment.name,
            "note": treatment.description,
            "side": format_money(treatment.price_minor, clinic.currency),
            "avatar": treatment.name if treatment.picture else "",
            "image_url": treatment.picture,
            "url": url_for("appointment.get_doctors_for_treatment", treatment_id=treatment.id),
        }
        for treatment in treatments
    ]


def doctor_picks(
    doctors: Iterable[Doctor],
    treatment: Treatment,
    fields: Mapping[int, list[str]],
    first_free: Mapping[int, Opening],
) -> list[Link]:
    """Step two: a doctor with their fields and first free time."""
    return [
        {
            "title": doctor.name,
            "note": ", ".join(fields.get(doctor.id, [])) or experience(doctor),
            "side": first_free_text(first_free.get(doctor.id)),
            "avatar": doctor.user.name,
            "image_url": doctor.user.picture,
            "url": times_url(doctor.id, treatment.id),
        }
        for doctor in doctors
    ]


def experience(doctor: Doctor) -> str:
    years = doctor.years_of_experience
    return ngettext("%(num)s year of experience", "%(num)s years of experience", years)


def first_free_text(opening: Opening | None) -> str:
    if opening is None:
        return gettext("No free time soon")
    day, clock = format_short_day(opening.day), format_clock(opening.slot.start)
    return gettext("First free: %(day)s, %(time)s", day=day, time=clock)


def times_url(doctor_id: int, treatment_id: int, day: date | None = None) -> str:
    return url_for(
        "appointment.available_slots",
        doctor_id=doctor_id,
        treatment_id=treatment_id,
        date=day.isoformat() if day else None,
    )


def time_days(
    openings: Iterable[Opening], treatment_id: int, doctors: Mapping[int, str] | None = None
) -> list[Link]:
    """Free times grouped by day, each a link to its confirmation; ``doctors`` names whose."""

    def url_of(opening: Opening) -> str:
        return confirm_url(opening.slot.id, treatment_id, opening.day)

    return linked_days(openings, url_of, doctors)


def confirm_url(slot_id: int, treatment_id: int, day: date) -> str:
    """Where a patient looks at a time once more before booking it."""
    return url_for(
        "appointment.book_slot",
        slot_id=slot_id,
        treatment_id=treatment_id,
        appointment_date=day.isoformat(),
    )


def linked_days(
    openings: Iterable[Opening],
    url_of: Callable[[Opening], str],
    doctors: Mapping[int, str] | None = None,
) -> list[Link]:
    """Free times grouped by day, each a link to what ``url_of`` says."""
    return [
        {
            "label": format_day(day),
            "times": [_time_link(each, url_of(each), doctors) for each in group],
        }
        for day, group in groupby(openings, key=lambda opening: opening.day)
    ]


def _time_link(opening: Opening, url: str, doctors: Mapping[int, str] | None) -> Link:
    return {
        "label": format_clock(opening.slot.start),
        "note": (doctors or {}).get(opening.slot.doctor_id, ""),
        "url": url,
    }


def summary(
    clinic: Clinic, treatment: Treatment, doctor: Doctor | None = None, when: str = ""
) -> list[tuple[str, str]]:
    """What has been chosen so far, as icon and text."""
    price = format_money(treatment.price_minor, clinic.currency)
    lines = [("stethoscope", f"{treatment.name} · {price}")]
    if doctor:
        lines.append(("user-round", doctor.name))
    if when:
        lines.append(("calendar-days", when))
    return lines


def when_text(appointment: Appointment) -> str:
    """Day and times of an appointment on the clinic's clock."""
    span = format_span(appointment.start_time, appointment.end_time)
    return f"{format_day(appointment.day)}, {span}"


def appointment_facts(appointment: Appointment, clinic: Clinic) -> list[tuple[str, str]]:
    """An appointment as a definition list."""
    facts = [
        (gettext("When"), when_text(appointment)),
        (gettext("Treatment"), appointment.treatment.name),
        (gettext("Doctor"), appointment.doctor.name),
        (gettext("Price"), format_money(appointment.price_minor, clinic.currency)),
        (gettext("Where"), ", ".join(filter(None, (clinic.name, clinic.address)))),
    ]
    if appointment.cancel_reason:
        facts.append((gettext("Why it was cancelled"), appointment.cancel_reason))
    return facts


def state_options() -> list[tuple[str, str]]:
    """The states of an appointment as a filter offers them."""
    labels = (
        gettext("Pending"),
        gettext("Confirmed"),
        gettext("Completed"),
        gettext("No-show"),
        gettext("Cancelled"),
    )
    return [
        ("", gettext("Any")),
        *zip((each.value for each in AppointmentStatus), labels, strict=True),
    ]
