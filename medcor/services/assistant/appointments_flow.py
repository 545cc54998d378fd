"""Show, cancel and move the person's own appointments."""

from __future__ import annotations

from collections.abc import Sequence

from medcor.domain import errors
from medcor.domain.dialogue import answers
from medcor.domain.dialogue.intents import Intent
from medcor.domain.dialogue.when import When
from medcor.services.assistant import show
from medcor.services.assistant.booking_flow import offer_times, today
from medcor.services.assistant.facts import AppointmentFact
from medcor.services.assistant.hearing import Heard
from medcor.services.assistant.show import say
from medcor.services.assistant.state import Answer, Ask, Desk
from medcor.services.assistant.toolbox import Steps


def list_mine(desk: Desk) -> Steps[Answer]:
    """Say what lies ahead."""
    language, day = desk.language, today(desk)
    found: Sequence[AppointmentFact] = yield from desk.box.step("list_my_appointments", language)
    if not found:
        desk.state.asking = Ask.TREATMENT
        return Answer(say(language, "no_appointments"))
    actions = ((say(language, "say_cancel"), say(language, "say_cancel")),)
    currency = desk.catalogue.clinic.currency
    title = say(language, "appointments_card")
    cards = tuple(
        show.appointment_card(language, title, each, currency, day, actions=actions)
        for each in found[:3]
    )
    if len(found) == 1:
        some = show.appointment_text(language, found[0], day)
        return Answer(say(language, "appointment_only", some=some), cards)
    return Answer(
        say(language, "appointments", count=len(found), some=_numbered(desk, found)), cards
    )


def _numbered(desk: Desk, found: Sequence[AppointmentFact]) -> str:
    day = today(desk)
    return "; ".join(
        f"{number}. {show.appointment_text(desk.language, each, day)}"
        for number, each in enumerate(found, start=1)
    )


def _ask_which(desk: Desk, key: str, found: Sequence[AppointmentFact]) -> Answer:
    card = show.which_card(desk.language, found, today(desk))
    return Answer(say(desk.language, key, some=_numbered(desk, found)), (card,))


def begin_cancel(desk: Desk, heard: Heard) -> Steps[Answer]:
    """Find which appointment is meant and ask before anything is cancelled."""
    language = desk.language
    found: Sequence[AppointmentFact] = yield from desk.box.step("list_my_appointments", language)
    if not found:
        desk.state.asking = Ask.NOTHING
        return Answer(say(language, "cancel_none"))
    meant = _meant(heard, found) or tuple(found)
    if len(meant) == 1:
        return ask_cancel(desk, meant[0])
    desk.state.appointments, desk.state.asking = tuple(meant), Ask.WHICH_CANCEL
    return _ask_which(desk, "cancel_which", meant)


def begin_move(desk: Desk, heard: Heard) -> Steps[Answer]:
    """Move an appointment: book a new time first, then ask whether to cancel the old one."""
    language = desk.language
    found: Sequence[AppointmentFact] = yield from desk.box.step("list_my_appointments", language)
    if not found:
        return Answer(say(language, "cancel_none"))
    meant = _meant(heard, found) or tuple(found)
    if len(meant) > 1:
        desk.state.appointments, desk.state.asking = tuple(meant), Ask.WHICH_MOVE
        desk.state.when = heard.when
        return _ask_which(desk, "move_which", meant)
    return (yield from _look_for_new_time(desk, meant[0], heard.when))


def _look_for_new_time(desk: Desk, old: AppointmentFact, when: When) -> Steps[Answer]:
    state = desk.state
    state.forget_wish()
    state.moving, state.treatment_id, state.doctor_id = old, old.treatment_id, old.doctor_id
    # The day that names the old appointment is not the wished one.
    state.when = When() if when.names_day and when.allows_day(old.day) else when
    return (yield from offer_times(desk)).after(say(desk.language, "move"))


def _meant(heard: Heard, found: Sequence[AppointmentFact]) -> tuple[AppointmentFact, ...]:
    """Those that fit every name, day or time in the turn."""
    treatments = {each.id for each in heard.treatments}
    doctors = {each.id for each in heard.doctors}
    return tuple(
        each
        for each in found
        if (not treatments or each.treatment_id in treatments)
        and (not doctors or each.doctor_id in doctors)
        and (not heard.when or heard.when.any or heard.when.allows(each.day, each.start))
    )


def on_which(desk: Desk, heard: Heard) -> Steps[Answer | None]:
    """An answer to which appointment is meant."""
    state = desk.state
    moving = state.asking is Ask.WHICH_MOVE
    listed = [answers.Option(each.day, each.start) for each in state.appointments]
    picked = answers.pick(heard.text, heard.language, listed, heard.when).indexes
    meant = tuple(state.appointments[index] for index in picked)
    if not meant and heard.names_something:
        meant = _meant(heard, state.appointments)
    if len(meant) == 1:
        if moving:
            return (yield from _look_for_new_time(desk, meant[0], state.when))
        return ask_cancel(desk, meant[0])
    if heard.consent is False or heard.intent is Intent.START_OVER:
        state.forget_wish()
        return Answer(say(desk.language, "cancel_kept"))
    if heard.intent not in (None, Intent.CANCEL):
        return None
    state.misses += 1
    state.when = heard.when or state.when
    key = "move_which" if moving else "cancel_which"
    return _ask_which(desk, key, state.appointments)


def ask_cancel(desk: Desk, fact: AppointmentFact, key: str = "cancel_ask") -> Answer:
    """Say what would be cancelled and ask; only a yes in a later turn does it."""
    language, day = desk.language, today(desk)
    desk.state.appointment, desk.state.asking = fact, Ask.CANCEL
    some = show.appointment_text(language, fact, day, status=False)
    actions = tuple(
        (say(language, each), say(language, each)) for each in ("say_yes_cancel", "say_keep")
    )
    card = show.appointment_card(
        language,
        say(language, "cancel_card"),
        fact,
        desk.catalogue.clinic.currency,
        day,
        actions=actions,
    )
    return Answer(say(language, key, some=some), (card,))


def on_cancel(desk: Desk, heard: Heard) -> Steps[Answer | None]:
    """An answer to whether to cancel: only an explicit yes does."""
    state, language = desk.state, desk.language
    fact = state.appointment
    if fact is None:
        return None
    other = heard.names_something and not _meant(heard, (fact,))
    consent = answers.yes_or_no(heard.text, heard.language, cancelling=True)
    if other and heard.intent is Intent.CANCEL:
        return (yield from begin_cancel(desk, heard))
    if consent is True and not other:
        return (yield from _cancel(desk, fact))
    if consent is False:
        state.forget_wish()
        return Answer(say(language, "cancel_kept"))
    if other or heard.intent not in (None, Intent.CANCEL):
        return None
    state.misses += 1
    return ask_cancel(desk, fact, "cancel_ask_again")


def _cancel(desk: Desk, fact: AppointmentFact) -> Steps[Answer]:
    state, language, clinic = desk.state, desk.language, desk.catalogue.clinic
    try:
        row: AppointmentFact = yield from desk.box.step(
            "cancel_appointment", language, appointment_id=fact.id
        )
    except errors.CancellationTooLate:
        state.forget_wish()
        state.asking = Ask.STAFF
        phone = say(language, "call_at", phone=clinic.phone) if clinic.phone else ""
        return Answer(say(language, "cancel_too_late", phone=phone))
    except (errors.TransitionRefused, errors.AppointmentNotFound):
        state.forget_wish()
        return Answer(say(language, "already_changed"))
    return cancelled(desk, row)


def cancelled(desk: Desk, row: AppointmentFact) -> Answer:
    """Tell of a cancellation."""
    language, day = desk.language, today(desk)
    desk.state.forget_wish()
    some = show.appointment_text(language, row, day, status=False)
    card = show.appointment_card(
        language, say(language, "cancelled_card"), row, desk.catalogue.clinic.currency, day
    )
    text = f"{say(language, 'cancelled', some=some)} {say(language, 'anything_else')}"
    return Answer(text, (card,))
