"""Put facts into sentences and cards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from medcor.domain.dialogue import wording
from medcor.domain.talk import Card
from medcor.services.assistant.facts import (
    AppointmentFact,
    Catalogue,
    ClinicFact,
    DoctorFact,
    Offer,
    TreatmentFact,
)

SHOWN = 8


def say(language: str, key: str, /, **parts: object) -> str:
    return wording.say(language, key, **parts)


def price(language: str, treatment: TreatmentFact, currency: str) -> str:
    return wording.money_text(language, treatment.price_minor, currency)


def offer_parts(language: str, offer: Offer, today: date) -> dict[str, str]:
    """The named parts of a summary: treatment, doctor, day, clock, price."""
    return {
        "treatment": offer.treatment.name,
        "doctor": offer.doctor,
        "day": wording.day_text(language, offer.day, today),
        "clock": wording.clock_text(offer.start),
        "price": price(language, offer.treatment, offer.currency),
    }


def offers_text(language: str, offers: Sequence[Offer], today: date) -> str:
    """Numbered times, separated by semicolons: short enough to be listened to."""
    return "; ".join(
        say(language, "offer_line", number=number, **offer_parts(language, each, today))
        for number, each in enumerate(offers, start=1)
    )


def one_offer_text(language: str, offer: Offer, today: date) -> str:
    line = say(language, "offer_line", number=1, **offer_parts(language, offer, today))
    return line.removeprefix("1. ")


def times_card(language: str, offers: Sequence[Offer], today: date) -> Card:
    choices = []
    for number, each in enumerate(offers, start=1):
        parts = offer_parts(language, each, today)
        time_line = say(language, "time_line", day=parts["day"], clock=parts["clock"])
        label = f"{time_line} · {each.doctor}"
        choices.append((label, say(language, "say_option", number=number)))
    actions = tuple(
        (say(language, key), say(language, key)) for key in ("say_later", "say_other_day")
    )
    return Card("times", say(language, "times_card"), choices=tuple(choices), actions=actions)


def confirm_card(language: str, offer: Offer, today: date) -> Card:
    parts = offer_parts(language, offer, today)
    lines = (
        parts["treatment"],
        parts["doctor"],
        say(language, "time_line", day=parts["day"], clock=parts["clock"]),
        parts["price"],
    )
    actions = tuple((say(language, key), say(language, key)) for key in ("say_yes_book", "say_no"))
    return Card("times", say(language, "confirm_card"), lines, actions=actions)


def appointment_text(
    language: str, fact: AppointmentFact, today: date, *, status: bool = True
) -> str:
    line = say(
        language,
        "appointment_line",
        treatment=fact.treatment,
        doctor=fact.doctor,
        day=wording.day_text(language, fact.day, today),
        clock=wording.clock_text(fact.start),
        status=say(language, f"status_{fact.status}"),
    )
    return line if status else line.rsplit(" (", 1)[0]


def appointment_card(
    language: str,
    title: str,
    fact: AppointmentFact,
    currency: str,
    today: date,
    *,
    actions: tuple[tuple[str, str], ...] = (),
) -> Card:
    lines = (
        fact.treatment,
        fact.doctor,
        say(
            language,
            "time_line",
            day=wording.day_text(language, fact.day, today),
            clock=wording.clock_text(fact.start),
        ),
        wording.money_text(language, fact.price_minor, currency),
        say(language, f"status_{fact.status}"),
    )
    return Card(
        "appointment", title, lines, url=f"/appointment-details/{fact.id}/", actions=actions
    )


def which_card(language: str, facts: Sequence[AppointmentFact], today: date) -> Card:
    """The person's appointments to choose from."""
    choices = tuple(
        (appointment_text(language, each, today), say(language, "say_option", number=number))
        for number, each in enumerate(facts, start=1)
    )
    return Card("appointment", say(language, "appointments_card"), choices=choices)


def treatments_card(language: str, treatments: Sequence[TreatmentFact], currency: str) -> Card:
    lines = tuple(
        f"{each.name} · {price(language, each, currency)} · "
        f"{say(language, 'minutes', minutes=each.minutes)}"
        for each in treatments
    )
    choices = tuple(
        (line, say(language, "say_book", treatment=each.name))
        for line, each in zip(lines[:SHOWN], treatments, strict=False)
    )
    title = say(language, "treatments_card")
    return Card("treatments", title, lines[SHOWN:], choices=choices)


def doctors_card(language: str, doctors: Sequence[DoctorFact]) -> Card:
    lines = tuple(
        f"{each.name} · {', '.join(each.fields)}" if each.fields else each.name for each in doctors
    )
    choices = tuple(
        (line, say(language, "say_book_with", doctor=each.name))
        for line, each in zip(lines[:SHOWN], doctors, strict=False)
    )
    return Card("doctors", say(language, "doctors_card"), lines[SHOWN:], choices=choices)


def names(language: str, items: Sequence[TreatmentFact | DoctorFact], limit: int = SHOWN) -> str:
    return wording.listed(language, [each.name for each in items[:limit]])


def example(language: str, catalogue: Catalogue) -> str:
    """A treatment of this clinic for an example; never one that it does not have."""
    first = catalogue.treatments[0].name if catalogue.treatments else ""
    return first or say(language, "treatments_card").casefold()


def hours_text(language: str, clinic: ClinicFact) -> str:
    """``Monday–Friday 09:00–17:00, Saturday 09:00–12:00``."""
    spans: dict[int, list[str]] = {}
    for weekday, opens, closes in clinic.hours:
        text = f"{wording.clock_text(opens)}–{wording.clock_text(closes)}"
        spans.setdefault(weekday, []).append(text)
    groups: list[tuple[int, int, str]] = []
    for weekday, texts in sorted(spans.items()):
        joined = ", ".join(texts)
        if groups and groups[-1][2] == joined and groups[-1][1] == weekday - 1:
            groups[-1] = (groups[-1][0], weekday, joined)
        else:
            groups.append((weekday, weekday, joined))
    return "; ".join(
        say(language, "hours_line", days=_weekday_span(language, first, last), spans=joined)
        for first, last, joined in groups
    )


def _weekday_span(language: str, first: int, last: int) -> str:
    begin = wording.weekday_text(language, first)
    return begin if first == last else f"{begin}–{wording.weekday_text(language, last)}"
