"""The guided assistant of doctors: their day, their patients, days off, and dictated notes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from medcor.domain.dialogue import answers, doctor_intents, wording
from medcor.domain.dialogue.doctor_intents import DoctorIntent
from medcor.domain.dialogue.intents import Intent
from medcor.domain.talk import Card
from medcor.services.assistant import (
    booking_flow,
    dictating,
    doctor_days_off,
    doctor_patients,
    doctor_tools,
    info,
    show,
)
from medcor.services.assistant.facts import AppointmentFact
from medcor.services.assistant.hearing import Heard, hear
from medcor.services.assistant.show import say
from medcor.services.assistant.state import DOCTORS_QUESTIONS, Answer, Ask, Desk
from medcor.services.assistant.toolbox import Steps

Handler = Callable[[Desk, Heard], Steps[Answer | None]]
# Further ahead nobody counts minutes.
COUNTED_MINUTES = 120
_ANSWERS: dict[Ask, Handler] = {
    Ask.WHICH_LAST: doctor_patients.on_which_last,
    Ask.WHICH_DICTATE: dictating.on_which,
    Ask.AWAY_DAYS: doctor_days_off.on_days,
    Ask.DAYS_OFF: doctor_days_off.on_confirm,
    Ask.DAYS_MESSAGE: doctor_days_off.on_message,
}
_WISHES: dict[DoctorIntent, Handler] = {
    DoctorIntent.DICTATE: dictating.begin,
    DoctorIntent.FREE_DAYS: doctor_days_off.begin,
    DoctorIntent.LAST_VISIT: doctor_patients.tell_last_visit,
    DoctorIntent.DRAFTS: lambda desk, _heard: dictating.tell_drafts(desk),
}


def respond(desk: Desk, text: str, name: str) -> Steps[Answer]:
    """Answer one turn of a doctor: first as an answer to the open question, else as a new wish.

    A question that is not answered is dropped: no later yes may answer it.
    """
    heard = hear(text, desk.language, desk.catalogue, booking_flow.today(desk))
    misses = desk.state.misses
    handler = _ANSWERS.get(desk.state.asking)
    answer = (yield from handler(desk, heard)) if handler else None
    if answer is None:
        desk.state.drop_question()
        answer = yield from _serve(desk, heard, name)
    if desk.state.misses == misses:
        desk.state.misses = 0
    return answer


def is_servers(desk: Desk, text: str) -> bool:
    """Say whether a turn is never left to a model: a dictation's start, and consent."""
    asking, language = desk.state.asking, desk.language
    begins = doctor_intents.detect(text, language) is DoctorIntent.DICTATE
    if begins or dictating.sounds_dictated(text):
        return True
    if asking not in DOCTORS_QUESTIONS:
        return False
    if asking is not Ask.DAYS_OFF:
        heard = hear(text, language, desk.catalogue, booking_flow.today(desk))
        return heard.intent is None and doctor_intents.detect(text, language) is None
    decided = answers.yes_or_no(text, language) is not None
    return decided or bool(doctor_days_off.choice(text, language))


def _serve(desk: Desk, heard: Heard, name: str) -> Steps[Answer]:
    wish = doctor_intents.detect(heard.text, heard.language)
    if wish is not None:
        return (yield from _WISHES[wish](desk, heard))
    if dictating.sounds_dictated(heard.text):
        return Answer(say(desk.language, "dictate_not_running"))
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
        return Answer(say(language, "doctor_help"), (_help_card(language),))
    text = wording.say(language, "doctor_not_understood", desk.state.misses)
    desk.state.misses += 1
    return Answer(text)


def _help_card(language: str) -> Card:
    """What can be asked, as buttons that say it."""
    keys = ("ask_day", "ask_tomorrow", "ask_next", "ask_last", "ask_free", "ask_dictate")
    choices = tuple((say(language, key), say(language, key)) for key in keys)
    return Card("appointment", say(language, "help_card"), choices=choices)


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
    return Answer(" ".join(filter(None, (text, _until_text(desk, found)))), (card,))


def _until_text(desk: Desk, found: AppointmentFact) -> str:
    """How soon that is, or how late the doctor runs; nothing where it is far ahead."""
    language = desk.language
    minutes = doctor_tools.minutes_until(found, desk.box.clock())
    if minutes > COUNTED_MINUTES:
        return ""
    if minutes == 0:
        return say(language, "next_now")
    key = "next_in" if minutes > 0 else "next_late"
    return say(language, key if abs(minutes) > 1 else f"{key}_one", minutes=abs(minutes))
