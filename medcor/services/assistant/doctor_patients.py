"""Which of their patients a doctor means, and what happened the last time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from medcor.domain import errors
from medcor.domain.dialogue import answers, doctor_intents, patients, wording
from medcor.domain.dialogue.match import Named
from medcor.domain.dialogue.text import words
from medcor.domain.talk import Card
from medcor.services.assistant import doctor_tools
from medcor.services.assistant.doctor_facts import NoPastVisit, PastVisit, PatientFact
from medcor.services.assistant.facts import AppointmentFact
from medcor.services.assistant.hearing import Heard
from medcor.services.assistant.proposals import today
from medcor.services.assistant.show import say
from medcor.services.assistant.state import Answer, Ask, Desk
from medcor.services.assistant.toolbox import Steps

LONGEST_PART = 300
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Meant:
    """Those patients whom a turn may mean; ``named`` says that it names somebody at all."""

    found: tuple[PatientFact, ...] = ()
    named: bool = False


def find_patients(desk: Desk, text: str) -> Steps[Meant]:
    """Look for the names in ``text`` among the doctor's own patients and nowhere else."""
    nobody = patients.find(text, desk.language, ())
    if not nobody.named:
        return Meant()
    names = patients.beginnings(text, desk.language)
    known: Sequence[PatientFact] = yield from desk.box.step(
        "find_patient", desk.language, names=names
    )
    found = _among(known, text, desk.language)
    if not found and names:
        # Spelled another way from its first letters on.
        found = _among(doctor_tools.list_patients(desk.box), text, desk.language)
    return Meant(found, named=True)


def _among(known: Sequence[PatientFact], text: str, language: str) -> tuple[PatientFact, ...]:
    by_id = {each.id: each for each in known}
    found = patients.find(text, language, [Named(each.id, each.name) for each in known])
    return tuple(by_id[each.id] for each in found.found)


def tell_last_visit(desk: Desk, heard: Heard) -> Steps[Answer]:
    """What happened last time: with whom is named, who comes at a time of today, or who is next."""
    language = desk.language
    meant = yield from find_patients(desk, heard.text)
    if len(meant.found) == 1:
        return (yield from _tell_of(desk, patient_id=meant.found[0].id))
    if meant.found:
        return ask_which(desk, meant.found, Ask.WHICH_LAST)
    if heard.when.at is not None:
        fact = yield from _at_time(desk, heard)
        if fact is None:
            clock = wording.clock_text(heard.when.at)
            return Answer(say(language, "nobody_at_time", clock=clock))
        return (yield from _tell_of(desk, appointment_id=fact.id))
    if meant.named:
        return Answer(say(language, "unknown_patient"))
    here = doctor_intents.means_present_visit(heard.text, language)
    tool = "present_visit" if here else "next_patient"
    following: AppointmentFact | None = yield from desk.box.step(tool, language)
    if following is None:
        return Answer(say(language, "no_present_visit" if here else "no_next_patient"))
    return (yield from _tell_of(desk, appointment_id=following.id))


def _at_time(desk: Desk, heard: Heard) -> Steps[AppointmentFact | None]:
    day = heard.when.first or today(desk)
    found: Sequence[AppointmentFact] = yield from desk.box.step("my_day", desk.language, day=day)
    return next((each for each in found if each.start == heard.when.at), None)


def _tell_of(
    desk: Desk, patient_id: int | None = None, appointment_id: int | None = None
) -> Steps[Answer]:
    desk.state.forget_wish()
    try:
        found: PastVisit | NoPastVisit = yield from desk.box.step(
            "last_visit", desk.language, patient_id=patient_id, appointment_id=appointment_id
        )
    except (errors.PatientNotFound, errors.AppointmentNotFound):
        return Answer(say(desk.language, "unknown_patient"))
    return tell_found(desk, found)


def tell_found(desk: Desk, found: PastVisit | NoPastVisit) -> Answer:
    """The last visit in short sentences, with a way to its record."""
    language, day = desk.language, today(desk)
    if isinstance(found, NoPastVisit):
        if found.day is None:
            return Answer(say(language, "never_written", patient=found.patient))
        when = wording.day_text(language, found.day, day)
        return Answer(say(language, "nothing_written", patient=found.patient, day=when))
    key = "last_visit_own" if found.own else "last_visit_other"
    begin = say(
        language,
        key,
        patient=found.patient,
        day=wording.day_text(language, found.day, day),
        treatment=found.treatment,
        doctor=found.doctor,
    )
    texts = [begin, *_record_parts(language, found, day)]
    if found.unwritten is not None:
        when = wording.day_text(language, found.unwritten, day)
        texts.append(say(language, "later_unwritten", day=when))
    return Answer(" ".join(texts), (last_visit_card(language, found, day),))


def _record_parts(language: str, found: PastVisit, day: date) -> list[str]:
    told = {
        "last_complaint": found.complaint,
        "last_findings": found.findings,
        "last_diagnosis": " ".join(filter(None, (found.diagnosis_code, found.diagnosis))),
        "last_prescriptions": "; ".join(found.prescriptions),
        "last_advice": found.advice,
        "last_follow_up": wording.day_text(language, found.follow_up, day)
        if found.follow_up
        else "",
    }
    return [say(language, key, text=_short(text)) for key, text in told.items() if text]


def _short(text: str) -> str:
    """A part of a record as one can listen to it: one line, not too long, no stop at its end."""
    joined = " ".join(text.split())
    if len(joined) > LONGEST_PART:
        joined = f"{joined[:LONGEST_PART].rsplit(' ', 1)[0]} …"
    return joined.rstrip(" .")


def last_visit_card(language: str, found: PastVisit, day: date) -> Card:
    """The way to the record; its words are in the reply alone."""
    lines = (wording.day_text(language, found.day, day), found.treatment, found.doctor)
    url = f"/appointments/{found.appointment_id}/record/"
    return Card("appointment", say(language, "record_card", patient=found.patient), lines, url=url)


def ask_which(desk: Desk, found: Sequence[PatientFact], ask: Ask) -> Answer:
    """Ask which of several patients is meant; what tells them apart is said."""
    language = desk.language
    desk.state.forget_wish()
    if len(found) > SHOWN:
        return Answer(say(language, "too_many_patients", count=len(found)))
    desk.state.patients, desk.state.asking = tuple(found), ask
    lines = [_told_apart(desk, each) for each in found]
    some = "; ".join(f"{number}. {line}" for number, line in enumerate(lines, start=1))
    choices = tuple(
        (line, say(language, "say_option", number=number))
        for number, line in enumerate(lines, start=1)
    )
    card = Card("appointment", say(language, "patients_card"), choices=choices)
    return Answer(say(language, "which_patient", some=some), (card,))


def _told_apart(desk: Desk, each: PatientFact) -> str:
    language, day = desk.language, today(desk)
    last = wording.day_text(language, each.last_day, day)
    if each.birth_date is None:
        return say(language, "patient_line", patient=each.name, day=last)
    return say(
        language, "patient_born_line", patient=each.name, year=each.birth_date.year, day=last
    )


def picked(desk: Desk, heard: Heard) -> PatientFact | None:
    """The one of the patients asked about whom an answer names, by place, name or year."""
    offered = desk.state.patients
    options = [answers.Option(each.last_day, names=(each.name,)) for each in offered]
    index = answers.pick(heard.text, heard.language, options, heard.when).index
    if index is not None:
        return offered[index]
    named = [Named(place, each.name) for place, each in enumerate(offered)]
    found = patients.find(heard.text, heard.language, named).found
    years = set(words(heard.text))
    born = [each for each in offered if each.birth_date and str(each.birth_date.year) in years]
    if len(born) == 1:
        return born[0]
    return offered[found[0].id] if len(found) == 1 else None


def on_which_last(desk: Desk, heard: Heard) -> Steps[Answer | None]:
    """An answer to which patient's last visit is meant."""
    one = picked(desk, heard)
    return (yield from _tell_of(desk, patient_id=one.id)) if one else None
