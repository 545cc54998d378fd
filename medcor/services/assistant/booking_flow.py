"""The way to a booking: a wish, free times, a choice, a summary, a yes."""

from __future__ import annotations

from dataclasses import replace

from medcor.domain.dialogue import answers
from medcor.domain.dialogue.answers import Other
from medcor.domain.dialogue.intents import Intent
from medcor.domain.dialogue.text import has, phrases, plain
from medcor.domain.dialogue.when import When, later_than, merge
from medcor.services.assistant import show
from medcor.services.assistant.facts import AppointmentFact, FreeTimes, Offer, TreatmentFact
from medcor.services.assistant.hearing import Heard
from medcor.services.assistant.proposals import (
    GONE,
    booked,
    give_back,
    keep,
    lost_text,
    missed_text,
    summarise,
    today,
)
from medcor.services.assistant.show import say
from medcor.services.assistant.state import Answer, Ask, Desk
from medcor.services.assistant.times import TimesWish
from medcor.services.assistant.toolbox import Steps

# Goals that no answer about times can have: they are served, and the question is asked again.
ABOUT_OTHER_MATTERS = frozenset(
    {
        Intent.HOURS,
        Intent.ADDRESS,
        Intent.PHONE,
        Intent.PRICE,
        Intent.MY_APPOINTMENTS,
        Intent.STAFF,
        Intent.MEDICAL,
        Intent.TREATMENTS,
        Intent.HELP,
        Intent.REPEAT,
        Intent.RESCHEDULE,
    }
)

_THAT_ONE = phrases("the one, that one, this one, one on, one at, olan, olani")


def take_wish(desk: Desk, heard: Heard) -> Steps[Answer]:
    """Put what was said into the wish, then ask for what is missing or offer times."""
    state = desk.state
    state.when = merge(state.when, heard.when) if heard.when else state.when
    if len(heard.treatments) > 1:
        return ask_which_treatment(desk, heard.treatments)
    if heard.treatments:
        _choose_treatment(desk, heard.treatments[0])
    if heard.any_doctor:
        state.doctor_id = None
    if len(heard.doctors) > 1:
        return ask_which_doctor(desk, tuple(each.id for each in heard.doctors))
    if heard.doctors:
        state.doctor_id = heard.doctors[0].id
    if state.treatment_id is None:
        return ask_treatment(desk)
    return (yield from offer_times(desk, intro=bool(heard.treatments)))


def _choose_treatment(desk: Desk, treatment: TreatmentFact) -> None:
    if desk.state.treatment_id not in (None, treatment.id):
        desk.state.offers = ()
    desk.state.treatment_id = treatment.id


def ask_treatment(desk: Desk) -> Answer:
    """Ask what is wanted; a doctor who gives one treatment only leaves no question."""
    state, language = desk.state, desk.language
    doctor = desk.catalogue.doctor(state.doctor_id)
    known = desk.catalogue.treatments
    if doctor is not None:
        known = tuple(each for each in known if each.id in doctor.treatment_ids)
    if not known:
        state.asking = Ask.STAFF
        return Answer(say(language, "no_treatments"))
    state.asking, state.choices = Ask.TREATMENT, tuple(each.id for each in known)
    card = show.treatments_card(language, known, desk.catalogue.clinic.currency)
    if doctor is not None:
        text = say(language, "doctor_gives", doctor=doctor.name, some=show.names(language, known))
        return Answer(text, (card,))
    return Answer(say(language, "which_treatment", some=show.names(language, known, 4)), (card,))


def ask_which_treatment(desk: Desk, found: tuple[TreatmentFact, ...]) -> Answer:
    state, language = desk.state, desk.language
    state.asking, state.choices = Ask.TREATMENT, tuple(each.id for each in found)
    card = show.treatments_card(language, found, desk.catalogue.clinic.currency)
    return Answer(say(language, "which_of_treatments", some=show.names(language, found)), (card,))


def ask_which_doctor(desk: Desk, doctor_ids: tuple[int, ...]) -> Answer:
    state, language = desk.state, desk.language
    found = [each for each in desk.catalogue.doctors if each.id in doctor_ids]
    state.asking, state.choices = Ask.DOCTOR, tuple(each.id for each in found)
    text = say(language, "which_of_doctors", some=show.names(language, found))
    return Answer(text, (show.doctors_card(language, found),))


def offer_times(
    desk: Desk,
    *,
    intro: bool = False,
    since: Offer | None = None,
    until: Offer | None = None,
    near: Offer | None = None,
) -> Steps[Answer]:
    """Offer real free times: those of the wish, else the nearest, else the staff."""
    state, language = desk.state, desk.language
    treatment = desk.catalogue.treatment(state.treatment_id)
    if treatment is None:
        state.treatment_id = None
        return ask_treatment(desk)
    note = _drop_wrong_doctor(desk, treatment)
    wish = TimesWish(
        treatment.id,
        state.doctor_id,
        state.when,
        since=since.starts_at if since else None,
        until=until.starts_at if until else None,
        near=near.starts_at if near else None,
    )
    found: FreeTimes = yield from desk.box.step("find_free_times", language, wish=wish)
    if not found.offers:
        return _nothing_free(desk, treatment, more=bool(since or until)).after(note)
    state.offers, state.offer, state.asking = found.offers, None, Ask.TIME
    if len(found.offers) == 1 and found.exact:
        return (yield from propose(desk, found.offers[0])).after(note)
    lead = _intro(desk, treatment) if intro else ""
    missed = "" if found.exact or near else missed_text(desk, found)
    return _offered(desk, found, near is not None).after(
        note, missed[:1].upper() + missed[1:], lead
    )


def _drop_wrong_doctor(desk: Desk, treatment: TreatmentFact) -> str:
    """Say who gives the treatment when the wished doctor does not, and go on without that wish."""
    doctor = desk.catalogue.doctor(desk.state.doctor_id)
    if doctor is None or treatment.id in doctor.treatment_ids:
        return ""
    desk.state.doctor_id = None
    some = show.names(desk.language, desk.catalogue.doctors_for(treatment.id))
    return say(
        desk.language, "doctor_not_for", doctor=doctor.name, treatment=treatment.name, some=some
    )


def _intro(desk: Desk, treatment: TreatmentFact) -> str:
    cost = show.price(desk.language, treatment, desk.catalogue.clinic.currency)
    return say(
        desk.language,
        "offer_intro",
        treatment=treatment.name,
        minutes=treatment.minutes,
        price=cost,
    )


def _offered(desk: Desk, found: FreeTimes, near: bool) -> Answer:
    language, day = desk.language, today(desk)
    nearest = near or not found.exact
    if len(found.offers) == 1:
        some = show.one_offer_text(language, found.offers[0], day)
        text = say(language, "nearest_one", some=some)
    else:
        some = show.offers_text(language, found.offers, day)
        text = say(language, "nearest" if nearest else "offer", some=some)
    return Answer(text, (show.times_card(language, found.offers, day),))


def _nothing_free(desk: Desk, treatment: TreatmentFact, *, more: bool) -> Answer:
    state, language = desk.state, desk.language
    if more and state.offers:
        return repeat_offers(desk).after(say(language, "no_more_times"))
    state.asking = Ask.STAFF
    days = desk.catalogue.clinic.horizon_days
    return Answer(say(language, "no_times", treatment=treatment.name, days=days))


def repeat_offers(desk: Desk, key: str = "which_time") -> Answer:
    """List the open offers again."""
    language, day = desk.language, today(desk)
    desk.state.asking = Ask.TIME
    some = show.offers_text(language, desk.state.offers, day)
    return Answer(
        say(language, key, some=some), (show.times_card(language, desk.state.offers, day),)
    )


def propose(desk: Desk, offer: Offer, key: str = "summary") -> Steps[Answer]:
    """Keep the time and ask for a yes; where it has just gone, offer the nearest ones."""
    lost = keep(desk, offer)
    if not lost:
        return summarise(desk, offer, key)
    desk.state.offer = None
    return (yield from offer_times(desk, near=offer)).after(lost)


def options(desk: Desk) -> list[answers.Option]:
    return [answers.Option(each.day, each.start, (each.doctor,)) for each in desk.state.offers]


def on_time(desk: Desk, heard: Heard) -> Steps[Answer | None]:
    """An answer to offered times: one of them or other ones; None when it is no such answer."""
    state = desk.state
    if heard.intent in ABOUT_OTHER_MATTERS or heard.cancels_own:
        return None
    if _is_new_wish(desk, heard):
        return (yield from take_wish(desk, heard))
    picked = _picked(desk, heard)
    if _narrows(desk, heard):
        return (yield from take_wish(desk, heard))
    if len(picked) == 1:
        return (yield from propose(desk, state.offers[picked[0]]))
    if picked:
        state.offers = tuple(state.offers[index] for index in picked)
        return repeat_offers(desk)
    return (yield from _on_other_time(desk, heard))


def _narrows(desk: Desk, heard: Heard) -> bool:
    """A day or a part of one is a wish for its times, though one of them is on offer already."""
    if not heard.when or heard.when.at or has(plain(heard.text, heard.language), *_THAT_ONE):
        return False
    return not answers.pick(heard.text, heard.language, options(desk), When()).indexes


def _on_other_time(desk: Desk, heard: Heard) -> Steps[Answer | None]:
    """None of the offers was chosen: which other ones are wanted."""
    by_day = heard.when.names_day and heard.other is not Other.ANOTHER_DOCTOR
    if heard.other is not None and not by_day:
        return (yield from _other_times(desk, heard, heard.other))
    if heard.when or heard.doctors or heard.any_doctor:
        return (yield from take_wish(desk, heard))
    loose = heard.loosely()
    if loose.names_time and heard.intent is None:
        return (yield from take_wish(desk, replace(heard, when=loose)))
    if heard.intent not in (None, Intent.BOOK):
        return None
    if heard.consent is False:
        return (yield from _other_times(desk, heard, Other.NONE))
    if heard.consent or heard.intent is Intent.BOOK:
        return repeat_offers(desk, "which_time_again")
    return None


def _is_new_wish(desk: Desk, heard: Heard) -> bool:
    """Another treatment, or a doctor who is in none of the offers, starts the search again."""
    treatments = {each.id for each in heard.treatments}
    if treatments and desk.state.treatment_id not in treatments:
        return True
    doctors = {each.id for each in heard.doctors}
    return bool(doctors) and not doctors & {each.doctor_id for each in desk.state.offers}


def _picked(desk: Desk, heard: Heard) -> tuple[int, ...]:
    """Indexes of the offers that an answer fits, by place, number, time or doctor."""
    offers = desk.state.offers
    found = answers.pick(heard.text, heard.language, options(desk), heard.when).indexes
    if not found and not heard.when:
        found = answers.pick(heard.text, heard.language, options(desk), heard.loosely()).indexes
    doctors = {each.id for each in heard.doctors}
    if not doctors:
        return found
    pool = found or (() if heard.when else tuple(range(len(offers))))
    return tuple(index for index in pool if offers[index].doctor_id in doctors)


def _other_times(desk: Desk, heard: Heard, kind: Other) -> Steps[Answer]:
    state = desk.state
    offers = state.offers
    if kind is Other.ANOTHER_DOCTOR:
        return (yield from _another_doctor(desk))
    if kind is Other.LATER and offers:
        state.when = merge(_without_exact(state.when), heard.when)
        return (yield from offer_times(desk, since=offers[-1]))
    if kind is Other.EARLIER and offers:
        state.when = When()
        return (yield from offer_times(desk, until=offers[0]))
    if kind is Other.ANOTHER_DAY and offers:
        state.when = merge(later_than(_without_exact(state.when), offers[-1].day), heard.when)
        return (yield from offer_times(desk))
    state.asking = Ask.TIME
    return Answer(say(desk.language, "which_day"))


def _without_exact(wish: When) -> When:
    """A named day or minute must not keep *later* from finding anything."""
    return replace(wish, at=None, last=None, weekdays=frozenset())


def _another_doctor(desk: Desk) -> Steps[Answer]:
    state = desk.state
    shown = {each.doctor_id for each in state.offers}
    treatment = desk.catalogue.treatment(state.treatment_id)
    able = desk.catalogue.doctors_for(treatment.id) if treatment else ()
    others = tuple(each.id for each in able if each.id not in shown)
    if not others and len(able) > 1:
        others = tuple(each.id for each in able if each.id != state.offers[0].doctor_id)
    if not others:
        name = treatment.name if treatment else ""
        return repeat_offers(desk).after(say(desk.language, "no_other_doctor", treatment=name))
    if len(others) > 1:
        return ask_which_doctor(desk, others)
    state.doctor_id = others[0]
    return (yield from offer_times(desk))


def on_confirm(desk: Desk, heard: Heard) -> Steps[Answer | None]:
    """An answer to the summary: yes books, a correction changes, no keeps the offers open."""
    state, offer = desk.state, desk.state.offer
    if offer is None or heard.cancels_own or heard.intent in ABOUT_OTHER_MATTERS:
        return None
    if _corrects(desk, heard, offer):
        state.asking = Ask.TIME
        return (yield from on_time(desk, heard))
    if heard.consent is True:
        return (yield from _book(desk, offer))
    if heard.consent is False:
        give_back(desk)
        state.asking, state.offer = Ask.TIME, None
        return Answer(
            say(desk.language, "not_booked"),
            (show.times_card(desk.language, state.offers, today(desk)),),
        )
    if heard.intent not in (None, Intent.BOOK):
        return None
    state.misses += 1
    return (yield from propose(desk, offer, "summary_again"))


def _corrects(desk: Desk, heard: Heard, offer: Offer) -> bool:
    """Say whether a turn names anything that differs from the summary."""
    if heard.treatments and offer.treatment.id not in {each.id for each in heard.treatments}:
        return True
    if heard.doctors and offer.doctor_id not in {each.id for each in heard.doctors}:
        return True
    if heard.when and not heard.when.any and not heard.when.allows(offer.day, offer.start):
        return True
    picked = _picked(desk, heard)
    if len(picked) == 1 and desk.state.offers[picked[0]] != offer and not heard.when:
        return True
    return heard.other is not None and heard.consent is not True


def _book(desk: Desk, offer: Offer) -> Steps[Answer]:
    """Book; when the time is gone say so and offer the nearest ones."""
    state, language = desk.state, desk.language
    try:
        made: AppointmentFact = yield from desk.box.step("book_appointment", language, offer=offer)
    except GONE as refusal:
        desk.catalogue = desk.box.load_catalogue()
        state.offer = None
        lost = lost_text(desk, refusal)
        return (yield from offer_times(desk, near=offer)).after(lost)
    return booked(desk, made)
