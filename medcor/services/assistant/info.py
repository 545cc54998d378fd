"""Answers that change nothing: prices, doctors, hours, address, staff, help."""

from __future__ import annotations

from collections.abc import Sequence

from medcor.domain.dialogue import wording
from medcor.domain.dialogue.intents import Intent
from medcor.domain.dialogue.text import has, plain
from medcor.domain.talk import Card
from medcor.services.assistant import show
from medcor.services.assistant.facts import ClinicFact, DoctorFact, HandoverFact, TreatmentFact
from medcor.services.assistant.hearing import Heard
from medcor.services.assistant.show import say
from medcor.services.assistant.state import Answer, Ask, Desk
from medcor.services.assistant.toolbox import Steps

SHORT_QUESTION = 3
OPEN_QUESTIONS = frozenset({Ask.TIME, Ask.BOOK, Ask.CANCEL, Ask.WHICH_CANCEL, Ask.WHICH_MOVE})


def tell_price(desk: Desk, heard: Heard) -> Steps[Answer]:
    """The price of what was named, of the treatment being booked, or of all."""
    state, language = desk.state, desk.language
    known: Sequence[TreatmentFact] = yield from desk.box.step("list_treatments", language)
    currency = desk.catalogue.clinic.currency
    named = [each for each in known if each.id in {one.id for one in heard.treatments}]
    if not named and state.treatment_id and _refers_back(heard):
        named = [each for each in known if each.id == state.treatment_id]
    if not known:
        state.asking = Ask.STAFF
        return Answer(say(language, "no_treatments"))
    if len(named) == 1:
        return _one_price(desk, named[0], currency)
    listed = named or known
    some = wording.listed(
        language,
        [f"{each.name} {show.price(language, each, currency)}" for each in listed[: show.SHOWN]],
    )
    _ask_for_treatment(desk, listed)
    card = show.treatments_card(language, listed, currency)
    return Answer(say(language, "price_list", some=some), (card,))


def _refers_back(heard: Heard) -> bool:
    """Say whether *how much is it* means what the talk is about, and not something unknown."""
    said = plain(heard.text, heard.language)
    if has(said, "prices", "fiyatlar*", "price list", "fiyat listesi"):
        return False
    return len(said.split()) <= SHORT_QUESTION or has(said, "it", "that", "this", "bu", "bunun")


def _one_price(desk: Desk, treatment: TreatmentFact, currency: str) -> Answer:
    """One price; the offer to look for a time only where no other question is open."""
    state, language = desk.state, desk.language
    cost = show.price(language, treatment, currency)
    text = say(
        language, "price_one", treatment=treatment.name, price=cost, minutes=treatment.minutes
    )
    if state.asking not in OPEN_QUESTIONS:
        state.treatment_id, state.asking = treatment.id, Ask.FIND
        text = f"{text} {say(language, 'look_for_time')}"
    return Answer(text, (show.treatments_card(language, (treatment,), currency),))


def _ask_for_treatment(desk: Desk, known: Sequence[TreatmentFact]) -> None:
    if desk.state.asking not in OPEN_QUESTIONS:
        desk.state.asking, desk.state.choices = Ask.TREATMENT, tuple(each.id for each in known)


def tell_treatments(desk: Desk) -> Steps[Answer]:
    language = desk.language
    known: Sequence[TreatmentFact] = yield from desk.box.step("list_treatments", language)
    if not known:
        desk.state.asking = Ask.STAFF
        return Answer(say(language, "no_treatments"))
    _ask_for_treatment(desk, known)
    card = show.treatments_card(language, known, desk.catalogue.clinic.currency)
    return Answer(say(language, "treatments", some=show.names(language, known)), (card,))


def tell_doctors(desk: Desk, heard: Heard) -> Steps[Answer]:
    """The doctors, those of the named treatment where one is named."""
    state, language = desk.state, desk.language
    treatment = heard.treatments[0] if len(heard.treatments) == 1 else None
    if treatment is None:
        treatment = desk.catalogue.treatment(state.treatment_id)
    found: Sequence[DoctorFact] = yield from desk.box.step(
        "list_doctors", language, treatment_id=treatment.id if treatment else None
    )
    if not found:
        state.asking = Ask.STAFF
        return Answer(say(language, "no_doctors"))
    card = show.doctors_card(language, found)
    some = show.names(language, found)
    if treatment is not None:
        text = say(language, "doctors_for", treatment=treatment.name, some=some)
        if state.asking not in OPEN_QUESTIONS:
            state.treatment_id, state.asking = treatment.id, Ask.FIND
            text = f"{text} {say(language, 'look_for_time')}"
        return Answer(text, (card,))
    if state.asking not in OPEN_QUESTIONS:
        state.asking, state.choices = Ask.DOCTOR, tuple(each.id for each in found)
    return Answer(say(language, "doctors", some=some), (card,))


def tell_clinic(desk: Desk, intent: Intent) -> Steps[Answer]:
    """Hours, address or phone, exactly as the clinic entered them."""
    language = desk.language
    clinic: ClinicFact = yield from desk.box.step("clinic_info", language)
    return Answer(_CLINIC_TEXTS[intent](language, clinic))


def _hours(language: str, clinic: ClinicFact) -> str:
    if not clinic.hours:
        phone = (
            f" {say(language, 'phone', clinic=clinic.name, phone=clinic.phone)}"
            if clinic.phone
            else ""
        )
        return say(language, "no_hours", phone=phone)
    return say(language, "hours", clinic=clinic.name, some=show.hours_text(language, clinic))


def _address(language: str, clinic: ClinicFact) -> str:
    if not clinic.address:
        return say(language, "no_address")
    return say(language, "address", clinic=clinic.name, address=clinic.address)


def _phone(language: str, clinic: ClinicFact) -> str:
    parts = [say(language, "phone", clinic=clinic.name, phone=clinic.phone)] if clinic.phone else []
    if clinic.email:
        parts.append(say(language, "email", email=clinic.email))
    return " ".join(parts) or say(language, "no_phone")


_CLINIC_TEXTS = {Intent.HOURS: _hours, Intent.ADDRESS: _address, Intent.PHONE: _phone}


def hand_over(desk: Desk) -> Steps[Answer]:
    """Tell the staff that a person is wanted, with what was said last; the wish stays open."""
    state, language = desk.state, desk.language
    reason = " / ".join(state.said)
    made: HandoverFact = yield from desk.box.step("hand_over_to_staff", language, reason=reason)
    if state.asking not in OPEN_QUESTIONS:
        state.asking = Ask.NOTHING
    return handed_over(language, already=made.already)


def handed_over(language: str, *, already: bool = False) -> Answer:
    key = "handed_over_already" if already else "handed_over"
    return Answer(say(language, key), (handover_card(language),))


def handover_card(language: str) -> Card:
    return Card("handover", say(language, "handover_card"))


def tell_help(desk: Desk) -> Answer:
    return Answer(say(desk.language, "help", example=show.example(desk.language, desk.catalogue)))


def not_understood(desk: Desk) -> Answer:
    """Say what can be done, otherwise each time; from the second on a yes reaches the staff."""
    state, language = desk.state, desk.language
    text = wording.say(
        language,
        "not_understood",
        min(state.misses, 2),
        example=show.example(language, desk.catalogue),
    )
    state.misses += 1
    actions: tuple[tuple[str, str], ...] = ()
    if state.misses >= 2:
        state.asking = Ask.STAFF
        actions = ((say(language, "say_staff"), say(language, "say_staff")),)
    return Answer(
        text, (Card("handover", say(language, "handover_ask"), actions=actions),) if actions else ()
    )
