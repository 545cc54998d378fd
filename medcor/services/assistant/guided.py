"""The guided assistant of patients: which step of the dialogue a turn belongs to."""

from __future__ import annotations

from collections.abc import Callable

from medcor.domain.dialogue import answers
from medcor.domain.dialogue.intents import Intent
from medcor.services.assistant import appointments_flow as appointments
from medcor.services.assistant import booking_flow as booking
from medcor.services.assistant import info, proposals, show
from medcor.services.assistant.hearing import Heard, hear
from medcor.services.assistant.show import say
from medcor.services.assistant.state import Answer, Ask, Desk
from medcor.services.assistant.toolbox import Steps

Handler = Callable[[Desk, Heard], Steps[Answer | None]]


def respond(desk: Desk, text: str, name: str) -> Steps[Answer]:
    """Answer one turn: first as an answer to the open question, else as a new wish."""
    heard = hear(text, desk.language, desk.catalogue, booking.today(desk))
    misses = desk.state.misses
    handler = _ANSWERS.get(desk.state.asking)
    answer = (yield from handler(desk, heard)) if handler else None
    if answer is None:
        answer = yield from _serve(desk, heard, name)
    if desk.state.misses == misses:
        desk.state.misses = 0
    return answer


def _serve(desk: Desk, heard: Heard, name: str) -> Steps[Answer]:
    """Serve the goal of a turn, and ask an open question again.

    A question about booking or cancelling is always repeated: no yes may answer an older one.
    """
    asked = desk.state.asking
    answer = yield from _serve_goal(desk, heard, name)
    still_open = desk.state.asking is asked
    if asked in (Ask.BOOK, Ask.CANCEL) and still_open and heard.intent is not Intent.REPEAT:
        return _with_question(desk, answer)
    if asked is Ask.TIME and still_open and heard.intent in _ASIDES:
        return _with_question(desk, answer)
    return answer


_ASIDES = frozenset(
    {
        Intent.PRICE,
        Intent.HOURS,
        Intent.ADDRESS,
        Intent.PHONE,
        Intent.DOCTORS,
        Intent.STAFF,
        Intent.MEDICAL,
    }
)


def _with_question(desk: Desk, answer: Answer) -> Answer:
    state = desk.state
    if state.asking is Ask.BOOK and state.offer is not None:
        again = proposals.summarise(desk, state.offer)
    elif state.asking is Ask.CANCEL and state.appointment is not None:
        again = appointments.ask_cancel(desk, state.appointment)
    elif state.asking is Ask.TIME and state.offers:
        again = booking.repeat_offers(desk)
    else:
        return answer
    return Answer(f"{answer.text} {again.text}", (*answer.cards, *again.cards))


def _serve_goal(desk: Desk, heard: Heard, name: str) -> Steps[Answer]:
    answer = yield from _inform(desk, heard)
    if answer is not None:
        return answer
    intent = heard.intent
    if intent is Intent.CANCEL and not _drops_wish(desk, heard):
        return (yield from appointments.begin_cancel(desk, heard))
    if intent is Intent.RESCHEDULE:
        return (yield from appointments.begin_move(desk, heard))
    if intent is Intent.MEDICAL:
        return refuse_advice(desk, heard)
    if intent is Intent.BOOK or heard.names_something:
        return (yield from _book(desk, heard))
    return _small_talk(desk, heard, name)


def _inform(desk: Desk, heard: Heard) -> Steps[Answer | None]:
    """Serve a goal that only asks for something to be told, or for a person."""
    intent = heard.intent
    if intent in (Intent.HOURS, Intent.ADDRESS, Intent.PHONE):
        return (yield from info.tell_clinic(desk, intent))
    if intent is Intent.STAFF:
        return (yield from info.hand_over(desk))
    if intent is Intent.PRICE:
        return (yield from info.tell_price(desk, heard))
    if intent is Intent.TREATMENTS and not heard.treatments:
        return (yield from info.tell_treatments(desk))
    if intent is Intent.DOCTORS and not heard.doctors:
        return (yield from info.tell_doctors(desk, heard))
    if intent in (Intent.MY_APPOINTMENTS, Intent.MY_DAY):
        return (yield from appointments.list_mine(desk))
    return None


def _drops_wish(desk: Desk, heard: Heard) -> bool:
    """While times are open, *cancel* alone drops the wish and no appointment."""
    return desk.state.asking in (Ask.TIME, Ask.BOOK) and not heard.cancels_own


def _book(desk: Desk, heard: Heard) -> Steps[Answer]:
    """Start from the wish; who tells how they feel hears first that no advice is given here."""
    answer = yield from booking.take_wish(desk, heard)
    return answer.after(say(desk.language, "symptom")) if heard.symptom else answer


def refuse_advice(desk: Desk, heard: Heard) -> Answer:
    """Refuse advice; offer what the clinic can do."""
    if desk.state.asking in (Ask.TIME, Ask.BOOK):
        return Answer(say(desk.language, "medical"))
    asked = booking.ask_treatment(desk) if desk.state.treatment_id is None else None
    key = "symptom" if heard.symptom and asked else "medical"
    text = say(desk.language, key)
    staff = say(desk.language, "say_staff")
    card = show.Card("handover", say(desk.language, "handover_ask"), actions=((staff, staff),))
    if asked is None:
        return Answer(text, (card,))
    return Answer(f"{text} {asked.text}", (*asked.cards, card))


def _small_talk(desk: Desk, heard: Heard, name: str) -> Answer:
    state, language = desk.state, desk.language
    if heard.intent is Intent.REPEAT:
        return state.last or Answer(say(language, "nothing_to_repeat"))
    if heard.intent is Intent.HELP:
        return info.tell_help(desk)
    if heard.intent in (Intent.START_OVER, Intent.CANCEL):
        state.forget_wish()
        return Answer(say(language, "started_over"))
    if heard.intent in (Intent.THANKS, Intent.GOODBYE):
        return _courtesy(desk, heard.intent)
    if heard.intent is Intent.GREETING:
        return greet(desk, name)
    if heard.consent is False and state.asking in (Ask.NOTHING, Ask.TREATMENT, Ask.DOCTOR):
        state.forget_wish()
        return Answer(f"{say(language, 'all_right')} {say(language, 'goodbye')}")
    return info.not_understood(desk)


def _courtesy(desk: Desk, intent: Intent) -> Answer:
    if intent is Intent.GOODBYE:
        desk.state.forget_wish()
        return Answer(say(desk.language, "goodbye"))
    return Answer(f"{say(desk.language, 'thanks')} {say(desk.language, 'anything_else')}")


def greet(desk: Desk, name: str) -> Answer:
    key = "greeting" if name else "greeting_nameless"
    return Answer(say(desk.language, key, name=name, clinic=desk.catalogue.clinic.name))


def _on_treatment(desk: Desk, heard: Heard) -> Steps[Answer | None]:
    """An answer to which treatment is wanted."""
    state = desk.state
    known = [desk.catalogue.treatment(each) for each in state.choices]
    offered = [each for each in known if each is not None]
    named = [
        each for each in heard.treatments if not offered or each in offered
    ] or heard.treatments
    if len(named) == 1 and heard.intent not in booking.ABOUT_OTHER_MATTERS:
        heard_one = _with_treatment(heard, named[0])
        return (yield from booking.take_wish(desk, heard_one))
    listed = [answers.Option(names=(each.name,)) for each in offered]
    index = answers.pick(heard.text, heard.language, listed, heard.when).index
    if index is not None and heard.intent in (None, Intent.BOOK):
        return (yield from booking.take_wish(desk, _with_treatment(heard, offered[index])))
    if heard.intent is not None or heard.names_something or heard.consent is False:
        return None
    if heard.consent is True or not offered:
        return booking.ask_treatment(desk)
    state.misses += 1
    if state.misses > 2:
        return info.not_understood(desk)
    card = show.treatments_card(desk.language, offered, desk.catalogue.clinic.currency)
    some = show.names(desk.language, offered)
    return Answer(say(desk.language, "unknown_treatment", some=some), (card,))


def _with_treatment(heard: Heard, treatment: show.TreatmentFact) -> Heard:
    return booking.replace(heard, treatments=(treatment,))


def _on_doctor(desk: Desk, heard: Heard) -> Steps[Answer | None]:
    """An answer to which doctor is wanted; *any* leaves it open."""
    offered = [each for each in desk.catalogue.doctors if each.id in desk.state.choices]
    if len(heard.doctors) == 1 or heard.any_doctor:
        return (yield from booking.take_wish(desk, heard))
    listed = [answers.Option(names=(each.name,)) for each in offered]
    index = answers.pick(heard.text, heard.language, listed, heard.when).index
    if index is not None and heard.intent in (None, Intent.BOOK):
        return (
            yield from booking.take_wish(desk, booking.replace(heard, doctors=(offered[index],)))
        )
    if heard.consent is True and heard.intent is None:
        return booking.ask_which_doctor(desk, desk.state.choices)
    return None


def _on_find(desk: Desk, heard: Heard) -> Steps[Answer | None]:
    """An answer to *shall I look for a free time?*"""
    if heard.intent in booking.ABOUT_OTHER_MATTERS or heard.treatments:
        return None
    if heard.consent is True or heard.when or heard.doctors or heard.any_doctor:
        return (yield from booking.take_wish(desk, heard))
    if heard.consent is False:
        desk.state.forget_wish()
        return Answer(f"{say(desk.language, 'all_right')} {say(desk.language, 'anything_else')}")
    return None


def _on_staff(desk: Desk, heard: Heard) -> Steps[Answer | None]:
    """An answer to whether the staff shall get in touch."""
    if heard.consent is True and not heard.names_something:
        return (yield from info.hand_over(desk))
    if heard.consent is False and heard.intent is None:
        desk.state.asking = Ask.NOTHING
        return Answer(f"{say(desk.language, 'all_right')} {say(desk.language, 'anything_else')}")
    desk.state.asking = Ask.NOTHING
    return None


_ANSWERS: dict[Ask, Handler] = {
    Ask.TREATMENT: _on_treatment,
    Ask.DOCTOR: _on_doctor,
    Ask.FIND: _on_find,
    Ask.TIME: booking.on_time,
    Ask.BOOK: booking.on_confirm,
    Ask.WHICH_CANCEL: appointments.on_which,
    Ask.WHICH_MOVE: appointments.on_which,
    Ask.CANCEL: appointments.on_cancel,
    Ask.STAFF: _on_staff,
}
