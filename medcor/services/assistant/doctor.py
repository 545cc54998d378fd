"""The guided assistant of doctors: their day, the next patient, the clinic's details."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from medcor.domain.dialogue import wording
from medcor.domain.dialogue.intents import Intent
from medcor.domain.talk import Card
from medcor.services.assistant import booking_flow, info, show
from medcor.services.assistant.facts import AppointmentFact
from medcor.services.assistant.hearing import Heard, hear
from medcor.services.assistant.show import say
from medcor.services.assistant.state import Answer, Desk
from medcor.services.assistant.toolbox import Steps


def respond(desk: Desk, text: str, name: str) -> Steps[Answer]:
    """Answer one turn of a doctor; nothing here changes anything."""
    heard = hear(text, desk.language, desk.catalogue, booking_flow.today(desk))
    misses = desk.state.misses
    answer = yield from _serve(desk, heard, name)
    if desk.state.misses == misses:
        desk.state.misses = 0
    return answer


def _serve(desk: Desk, heard: Heard, name: str) -> Steps[Answer]:
    intent = heard.intent
    if intent is Intent.NEXT_PATIENT:
        return (yield from _next_patient(desk))
    if intent in (Intent.HOURS, Intent.ADDRESS, Intent.PHONE):
        return (yield from info.tell_clinic(desk, intent))
    if intent is Intent.PRICE:
        return (yield from info.tell_price(desk, heard))
    if intent is Intent.TREATMENTS:
        return (yield from info.tell_treatments(desk))
    if intent is Intent.DOCTORS:
        return (yield from info.tell_doctors(desk, heard))
    if intent in (Intent.MY_DAY, Intent.MY_APPOINTMENTS) or heard.when.names_day:
        return (yield from _day(desk, heard.when.first or booking_flow.today(desk)))
    return _small_talk(desk, heard, name)


def _small_talk(desk: Desk, heard: Heard, name: str) -> Answer:
    language = desk.language
    if heard.intent is Intent.REPEAT and desk.state.last:
        return desk.state.last
    if heard.intent is Intent.THANKS:
        return Answer(say(language, "thanks"))
    if heard.intent is Intent.GOODBYE:
        return Answer(say(language, "goodbye"))
    if heard.intent is Intent.GREETING:
        return Answer(say(language, "doctor_greeting", name=name))
    if heard.intent is Intent.HELP:
        return Answer(say(language, "doctor_help"))
    text = wording.say(language, "doctor_not_understood", desk.state.misses)
    desk.state.misses += 1
    return Answer(text)


def _day(desk: Desk, day: date) -> Steps[Answer]:
    language = desk.language
    found: Sequence[AppointmentFact] = yield from desk.box.step("my_day", language, day=day)
    named = _day_name(desk, day)
    if not found:
        return Answer(_capital(say(language, "day_empty", day=named)))
    lines = [
        say(
            language,
            "day_line",
            clock=wording.clock_text(each.start),
            patient=each.patient,
            treatment=each.treatment,
            status=say(language, f"status_{each.status}"),
        )
        for each in found
    ]
    card = Card("appointment", say(language, "day_card"), tuple(lines))
    key = "day_one" if len(found) == 1 else "day_list"
    text = say(language, key, day=named, count=len(found), some="; ".join(lines))
    return Answer(_capital(text), (card,))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _day_name(desk: Desk, day: date) -> str:
    today = booking_flow.today(desk)
    if day == today:
        return say(desk.language, "day_today")
    if day == today + timedelta(days=1):
        return say(desk.language, "day_tomorrow")
    return say(desk.language, "day_on", day=wording.day_text(desk.language, day, today))


def _next_patient(desk: Desk) -> Steps[Answer]:
    language = desk.language
    found: AppointmentFact | None = yield from desk.box.step("next_patient", language)
    if found is None:
        return Answer(say(language, "no_next_patient"))
    text = say(
        language,
        "next_patient",
        patient=found.patient,
        treatment=found.treatment,
        clock=wording.clock_text(found.start),
        day=_day_name(desk, found.day),
        status=say(language, f"status_{found.status}"),
    )
    card = show.appointment_card(
        language, found.patient, found, desk.catalogue.clinic.currency, booking_flow.today(desk)
    )
    return Answer(text, (card,))
