"""How a clinic is told of: its hours, its place, its rules in words, what it offers.

Shared by the pages for its people and the page for everybody.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel import Locale, dates
from flask_babel import get_locale, gettext, ngettext
from sqlalchemy.orm import Session

from medcor.domain import places
from medcor.domain.durations import Unit, said
from medcor.domain.opening_hours import DAYS, DoorState, Hours, door_state
from medcor.models import Clinic, Doctor, Treatment
from medcor.services import catalogue, treatments
from medcor.services.clinics import weekly_hours
from medcor.web.locale import format_clock, format_money, format_short_day, format_span

Line = dict[str, Any]
MAP = "https://www.openstreetmap.org/search"


def locale() -> Locale:
    return get_locale() or Locale("en")


def weekday_name(weekday: int) -> str:
    """A weekday (0 is Monday) in the reader's language, as a heading begins."""
    name = dates.get_day_names("wide", locale=locale())[weekday]
    return name[:1].upper() + name[1:]


def country_name(code: str) -> str:
    return locale().territories.get(code, code)


def country_choices() -> list[tuple[str, str]]:
    """Code and name of every country, by name."""
    return list(_countries(str(locale())))


@cache
def _countries(language: str) -> tuple[tuple[str, str], ...]:
    names = Locale.parse(language).territories
    found = ((code, names.get(code, code)) for code in places.countries())
    return tuple(sorted(found, key=lambda each: each[1]))


def currency_choices() -> list[tuple[str, str]]:
    """Code and name of every currency, by name."""
    return list(_currencies(str(locale())))


@cache
def _currencies(language: str) -> tuple[tuple[str, str], ...]:
    names = Locale.parse(language).currencies
    found = ((code, f"{names[code]} ({code})") for code in places.currencies() if code in names)
    return tuple(sorted(found, key=lambda each: each[1].casefold()))


def zone_options(now: datetime) -> tuple[tuple[str, str], ...]:
    """Every zone with its distance from UTC today, for a list to choose from."""
    return _zones(now.replace(hour=12, minute=0, second=0, microsecond=0))


@lru_cache(maxsize=2)
def _zones(noon: datetime) -> tuple[tuple[str, str], ...]:
    # Reading every zone takes a fifth of a second; once a day is often enough.
    return tuple((name, offset_text(name, noon)) for name in places.zones())


def offset_text(zone: str, now: datetime) -> str:
    """A zone's distance from UTC, as ``UTC+03:00``."""
    minutes = round(now.astimezone(ZoneInfo(zone)).utcoffset().total_seconds() / 60)
    sign = "+" if minutes >= 0 else "-"
    return f"UTC{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def length_text(minutes: int) -> str:
    """A length in the largest unit that tells it exactly, as ``2 hours`` or ``1 day``."""
    amount, unit = said(minutes, (Unit.MINUTES, Unit.HOURS, Unit.DAYS))
    if unit is Unit.DAYS and amount == 1:
        amount, unit = 24, Unit.HOURS
    if unit is Unit.DAYS:
        return ngettext("%(num)s day", "%(num)s days", amount)
    if unit is Unit.HOURS:
        return ngettext("%(num)s hour", "%(num)s hours", amount)
    return ngettext("%(num)s minute", "%(num)s minutes", amount)


def cancellation_text(clinic: Clinic) -> str:
    """Until when a patient may cancel, in words."""
    if clinic.cancel_notice_minutes == 0:
        return gettext("Patients can cancel an appointment here until it begins.")
    return gettext(
        "Patients can cancel an appointment here until %(length)s before it begins. After that, "
        "please call the clinic.",
        length=length_text(clinic.cancel_notice_minutes),
    )


def booking_text(clinic: Clinic) -> str:
    """How soon and how far ahead a patient may book, in words."""
    ahead = ngettext("%(num)s day", "%(num)s days", clinic.horizon_days)
    if clinic.min_notice_minutes == 0:
        return gettext("Free times of the next %(ahead)s can be booked.", ahead=ahead)
    return gettext(
        "Free times can be booked up to %(ahead)s ahead, and at least %(notice)s before they "
        "begin.",
        ahead=ahead,
        notice=length_text(clinic.min_notice_minutes),
    )


def place_line(clinic: Clinic) -> str:
    """The whole address on one line."""
    if not clinic.address:
        return ""
    return f"{clinic.address}, {country_name(clinic.country)}"


def map_url(clinic: Clinic) -> str:
    """Where a map shows the address; empty without one."""
    return f"{MAP}?{urlencode({'query': place_line(clinic)})}" if clinic.address else ""


def week_lines(hours: Iterable[Hours], today: int | None = None) -> list[Line]:
    """Each weekday with its openings, the closed ones too: ``{name, spans, today}``."""
    week: dict[int, list[str]] = {day: [] for day in DAYS}
    for each in hours:
        week[each.weekday].append(format_span(each.opens, each.closes))
    return [
        {"name": weekday_name(day), "spans": spans, "today": day == today}
        for day, spans in week.items()
    ]


def door_text(state: DoorState, local: datetime) -> str:
    """Whether the door is open now, and when that changes; empty where no hours are known."""
    if state.changes_at is None:
        return ""
    clock = format_clock(state.changes_at)
    if state.is_open:
        return gettext("Open now, until %(time)s", time=clock)
    if state.changes_at.date() == local.date():
        return gettext("Closed now, opens at %(time)s", time=clock)
    day = format_short_day(state.changes_at.date())
    return gettext("Closed now, opens %(day)s, %(time)s", day=day, time=clock)


@dataclass(frozen=True, slots=True)
class ClinicFacts:
    """What everybody may know of a clinic, ready to be shown."""

    week: list[Line]
    hours: list[Hours]
    has_hours: bool
    is_open: bool
    door: str
    place: str
    map_url: str
    cancellation: str
    booking: str
    offset: str


def clinic_facts(session: Session, clinic: Clinic, now: datetime) -> ClinicFacts:
    """Gather a clinic's facts; one query."""
    hours = weekly_hours(session)
    local = now.astimezone(clinic.zone_info).replace(tzinfo=None)
    state = door_state(hours, local)
    return ClinicFacts(
        week=week_lines(hours, local.weekday()),
        hours=hours,
        has_hours=bool(hours),
        is_open=state.is_open,
        door=door_text(state, local),
        place=place_line(clinic),
        map_url=map_url(clinic),
        cancellation=cancellation_text(clinic),
        booking=booking_text(clinic),
        offset=offset_text(clinic.zone, now),
    )


@dataclass(frozen=True, slots=True)
class Offer:
    """What a clinic offers and who works there."""

    treatments: list[Line]
    doctors: list[Line]


def load_offer(session: Session, clinic: Clinic) -> Offer:
    """The active treatments with who gives them, and the active doctors; four queries."""
    offered = list(session.scalars(catalogue.active_treatments()))
    given_by = treatments.doctors_by_treatment(session, [each.id for each in offered])
    doctors = treatments.active_doctors(session)
    fields = catalogue.specialisations_of(session, [each.id for each in doctors])
    return Offer(
        treatments=[
            treatment_line(each, clinic, [name for _id, name in given_by[each.id]])
            for each in offered
        ],
        doctors=[doctor_line(each, fields[each.id]) for each in doctors],
    )


def treatment_line(treatment: Treatment, clinic: Clinic, doctors: list[str]) -> Line:
    return {
        "id": treatment.id,
        "name": treatment.name,
        "description": treatment.description,
        "picture": treatment.picture,
        "price": format_money(treatment.price_minor, clinic.currency),
        "amount": treatment.price,
        "length": length_text(treatment.minutes),
        "minutes": treatment.minutes,
        "doctors": doctors,
    }


def doctor_line(doctor: Doctor, fields: list[str]) -> Line:
    years = doctor.years_of_experience
    return {
        "id": doctor.id,
        "name": doctor.name,
        "person": doctor.user.name,
        "picture": doctor.user.picture,
        "bio": doctor.bio,
        "fields": fields,
        "experience": ngettext("%(num)s year of experience", "%(num)s years of experience", years)
        if years
        else "",
        "years": years,
    }


def facts_body(clinic: Clinic, facts: ClinicFacts) -> Line:
    """The clinic's public facts for a script."""
    return {
        "id": clinic.id,
        "name": clinic.name,
        "about": clinic.about,
        "email": clinic.email,
        "phone": clinic.phone,
        "address": facts.place,
        "directions": clinic.directions,
        "zone": clinic.zone,
        "currency": clinic.currency,
        "hours": [
            {
                "weekday": each.weekday,
                "opens": format_clock(each.opens),
                "closes": format_clock(each.closes),
            }
            for each in facts.hours
        ],
        "cancellation_notice_minutes": clinic.cancel_notice_minutes,
    }


def offer_body(offer: Offer) -> Line:
    """What the clinic offers for a script; nothing in it reaches a doctor past the front desk."""
    return {
        "treatments": [
            {
                "id": each["id"],
                "name": each["name"],
                "description": each["description"],
                "price": each["amount"],
                "minutes": each["minutes"],
                "doctors": each["doctors"],
            }
            for each in offer.treatments
        ],
        "doctors": [
            {
                "id": each["id"],
                "name": each["name"],
                "specializations": each["fields"],
                "total_year_of_experience": each["years"],
                "bio": each["bio"],
            }
            for each in offer.doctors
        ],
    }
