"""Free a doctor's days: say whom it hits and what becomes of them, and do it after a yes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from medcor.domain import errors
from medcor.domain.dialogue import absence, answers, wording
from medcor.domain.dialogue.text import has, phrases, plain
from medcor.domain.talk import Card
from medcor.services.assistant.doctor_facts import DaysOffCheck, DaysOffDone, DaysOffPlan, HitFact
from medcor.services.assistant.hearing import Heard
from medcor.services.assistant.proposals import today
from medcor.services.assistant.show import say
from medcor.services.assistant.state import Answer, Ask, Desk
from medcor.services.assistant.toolbox import Steps
from medcor.services.days_off import CANCEL, KEEP, OFFER

TOLD, LONGEST_MESSAGE, SHORT_NO = 6, 300, 3
_CHOICES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        KEEP,
        phrases(
            """
            keep them, keep all, keep the appointments, leave them, let them stay, they stay,
            oldugu gibi kalsin, kalsinlar, dursunlar, randevular kalsin, randevular dursun
            """
        ),
    ),
    (
        CANCEL,
        phrases(
            """
            cancel them, cancel all, cancel everybody, cancel everyone, cancel the appointments,
            cancel the patients, hepsini iptal et*, randevulari iptal et*, onlari iptal et*
            """
        ),
    ),
    (
        OFFER,
        phrases(
            """
            offer them, offer another time, other times, another time, new times, move them, offer
            each, baska saat*, baska zaman*, yeni saat*, teklif et*, oner
            """
        ),
    ),
)


def begin(desk: Desk, heard: Heard) -> Steps[Answer]:
    """Read which days and why; ask where no day is named."""
    away = absence.read(heard.text, heard.language, heard.today, heard.order)
    reason = absence.reason(heard.text, heard.language)
    desk.state.forget_wish()
    if away.several:
        return Answer(say(desk.language, "days_one_range"))
    if away.first is None or away.last is None:
        desk.state.days_off = DaysOffPlan(heard.today, heard.today, reason)
        desk.state.asking = Ask.AWAY_DAYS
        return Answer(say(desk.language, "days_which"))
    plan = DaysOffPlan(away.first, away.last, reason)
    asked = yield from propose(desk, plan)
    part = heard.when.names_time and desk.state.asking is Ask.DAYS_OFF
    return asked.after(say(desk.language, "days_whole")) if part else asked


def on_days(desk: Desk, heard: Heard) -> Steps[Answer | None]:
    """An answer to which days are meant."""
    plan = desk.state.days_off
    away = absence.read(heard.text, heard.language, heard.today, heard.order)
    if plan is None or away.first is None or away.last is None or away.several:
        return None
    reason = absence.reason(heard.text, heard.language) or plan.reason
    return (yield from propose(desk, DaysOffPlan(away.first, away.last, reason)))


def propose(desk: Desk, plan: DaysOffPlan, news: str = "") -> Steps[Answer]:
    """Put days off to the doctor; nothing is entered before a yes in a later turn."""
    language = desk.language
    desk.state.forget_wish()
    try:
        found: DaysOffCheck = yield from desk.box.step(
            "check_days_off", language, first=plan.first, last=plan.last
        )
    except (errors.InvalidInput, errors.DaysOffOverlap) as refusal:
        return Answer(_refused(desk, refusal))
    plan = replace(plan, seen=tuple(each.id for each in found.hit))
    desk.state.days_off, desk.state.asking = plan, Ask.DAYS_OFF
    days = days_text(desk, plan.first, plan.last)
    texts = [news, _whom(desk, found.hit, days), _what(desk, plan, found)]
    if plan.reason:
        texts.append(say(language, "days_reason", reason=plan.reason))
    texts.append(say(language, "days_ask", days=days))
    return Answer(" ".join(filter(None, texts)), (_plan_card(desk, plan, found.hit),))


def _refused(desk: Desk, refusal: errors.DomainError) -> str:
    language = desk.language
    clash = refusal.details.get("clash")
    if isinstance(refusal, errors.DaysOffOverlap) and clash is not None:
        return say(language, "days_already", days=days_text(desk, clash.first, clash.last))
    return say(language, "days_over" if refusal.details.get("field") == "date" else "days_long")


def days_text(desk: Desk, first: date, last: date) -> str:
    """One day, or a range, as it is read out."""
    language, day = desk.language, today(desk)
    begin_text = wording.day_text(language, first, day)
    if first == last:
        return begin_text
    return say(language, "days_range", first=begin_text, last=wording.day_text(language, last, day))


def _whom(desk: Desk, hit: Sequence[HitFact], days: str) -> str:
    language = desk.language
    if not hit:
        return say(language, "days_nobody", days=days)
    some = "; ".join(_hit_line(desk, each, hit) for each in hit[:TOLD])
    if len(hit) > TOLD:
        some = f"{some}; {say(language, 'days_more', count=len(hit) - TOLD)}"
    key = "days_one_patient" if len(hit) == 1 else "days_patients"
    return say(language, key, days=days, count=len(hit), some=some)


def _hit_line(desk: Desk, each: HitFact, hit: Sequence[HitFact]) -> str:
    clock = wording.clock_text(each.start)
    if hit[0].day == hit[-1].day:
        return f"{clock} {each.patient}"
    return f"{wording.day_text(desk.language, each.day, today(desk))} {clock} {each.patient}"


def _what(desk: Desk, plan: DaysOffPlan, found: DaysOffCheck) -> str:
    language, count = desk.language, len(found.hit)
    if not count:
        return ""
    if plan.kind == KEEP:
        return say(language, "days_keep")
    if plan.kind == CANCEL:
        message = plan.message if plan.message.endswith((".", "!", "?")) else f"{plan.message}."
        return say(language, "days_cancel", message=message)
    key = "days_offer_all" if found.reachable == count else "days_offer_some"
    return say(language, key, count=count, reachable=found.reachable)


def _plan_card(desk: Desk, plan: DaysOffPlan, hit: Sequence[HitFact]) -> Card:
    language = desk.language
    keys = ["say_yes", "say_no"]
    if hit:
        kinds = {OFFER: "say_offer_them", KEEP: "say_keep_them", CANCEL: "say_cancel_them"}
        keys[1:1] = [key for kind, key in kinds.items() if kind != plan.kind]
    actions = tuple((say(language, key), say(language, key)) for key in keys)
    title = say(language, "days_card", days=days_text(desk, plan.first, plan.last))
    lines = tuple(_hit_line(desk, each, hit) for each in hit)
    return Card("times", title, lines, actions=actions)


def on_confirm(desk: Desk, heard: Heard) -> Steps[Answer | None]:
    """An answer to whether to enter them: another decision, other days, a no, or a plain yes."""
    plan = desk.state.days_off
    if plan is None:
        return None
    kind = choice(heard.text, heard.language)
    if kind and kind != plan.kind and plan.seen:
        return (yield from _choose(desk, replace(plan, kind=kind)))
    away = absence.read(heard.text, heard.language, heard.today, heard.order)
    if away.first and away.last and (away.first, away.last) != (plan.first, plan.last):
        desk.state.days_off = replace(plan, message="", kind=OFFER)
        return (yield from on_days(desk, heard))
    consent = answers.yes_or_no(heard.text, heard.language, cancelling=plan.kind == CANCEL)
    if consent is True:
        return (yield from _enter(desk, plan))
    if consent is False:
        desk.state.forget_wish()
        return Answer(say(desk.language, "days_not_entered"))
    if heard.intent is not None:
        return None
    return (yield from propose(desk, plan, say(desk.language, "yes_or_no")))


def choice(text: str, language: str) -> str:
    """What shall happen to the patients, where a turn says so."""
    said = plain(text, language)
    return next((kind for kind, told in _CHOICES if has(said, *told)), "")


def _choose(desk: Desk, plan: DaysOffPlan) -> Steps[Answer]:
    if plan.kind != CANCEL:
        return (yield from propose(desk, plan))
    desk.state.days_off, desk.state.asking = plan, Ask.DAYS_MESSAGE
    return Answer(say(desk.language, "days_message"))


def on_message(desk: Desk, heard: Heard) -> Steps[Answer | None]:
    """The words that the patients read when they are cancelled."""
    plan = desk.state.days_off
    if plan is None:
        return None
    message = " ".join(heard.text.split())
    refused = answers.yes_or_no(message, heard.language) is False
    if refused and len(message.split()) <= SHORT_NO:
        desk.state.forget_wish()
        return Answer(say(desk.language, "days_not_entered"))
    if len(message) > LONGEST_MESSAGE or len(message.split()) < 2:
        return Answer(say(desk.language, "days_message"))
    return (yield from propose(desk, replace(plan, message=message)))


def _enter(desk: Desk, plan: DaysOffPlan) -> Steps[Answer]:
    language = desk.language
    try:
        done: DaysOffDone = yield from desk.box.step("free_days", language, plan=plan)
    except errors.AppointmentsAffected:
        desk.box.acting = False
        return (yield from propose(desk, plan, say(language, "days_changed")))
    except (errors.InvalidInput, errors.DaysOffOverlap) as refusal:
        desk.state.forget_wish()
        return Answer(_refused(desk, refusal))
    return entered(desk, done)


def entered(desk: Desk, done: DaysOffDone) -> Answer:
    """Tell what is entered and what became of the patients, with the way to take it back."""
    language = desk.language
    desk.state.forget_wish()
    days = days_text(desk, done.first, done.last)
    texts = [say(language, "days_done", days=days)]
    texts += [
        say(language, key if count > 1 else f"{key}_one", count=count)
        for key, count in (
            ("days_offered", done.offered),
            ("days_to_call", done.to_call),
            ("days_cancelled", done.cancelled),
        )
        if count
    ]
    texts.append(say(language, "days_undo"))
    title = say(language, "days_done_card", days=days)
    cards = [Card("appointment", title, url=f"/days-off/{done.id}/delete/")]
    if done.to_call:
        cards.append(Card("appointment", say(language, "to_call_card"), url="/unanswered-offers/"))
    return Answer(" ".join(texts), tuple(cards))
