"""Turns that another process has left behind: it may have acted for them, and not have said so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

from sqlalchemy.orm import Session

from medcor.domain.talk import Turn
from medcor.models import Appointment, AssistantAct, RecordDraft
from medcor.services import lookup
from medcor.services.assistant import (
    acts,
    appointments_flow,
    booking_flow,
    dictating,
    doctor_acts,
    doctor_days_off,
    info,
)
from medcor.services.assistant.facts import AppointmentFact
from medcor.services.assistant.state import Answer, Desk

HANDED = "hand_over_to_staff"
# By tool, how to say what it did.
_TELL: dict[str, Callable[[Desk, Any], Answer]] = {
    "book_appointment": booking_flow.booked,
    "cancel_appointment": appointments_flow.cancelled,
    doctor_acts.FREE_DAYS: doctor_days_off.entered,
    doctor_acts.DICTATE: dictating.start,
    HANDED: lambda desk, _fact: info.handed_over(desk.language),
}


@dataclass(frozen=True, slots=True)
class Done:
    """One thing that was done: for which turn, with which tool, and what it is about."""

    turn_id: str
    tool: str
    fact: Any


def read_done(desk: Desk, turn: Turn) -> tuple[Answer | None, Turn | None]:
    """What was done for these turns already, in one answer, and the turns that are left, as one.

    The turns up to the last one that acted were answered together, or in order: what is said of
    them now is what they did.
    """
    found: list[Done] = desk.box.look(lambda session: _read(session, desk, turn))
    if not found:
        return None, turn
    told = [_TELL[each.tool](desk, each.fact) for each in found]
    last = max(turn.ids.index(each.turn_id) for each in found)
    rest = turn.pieces[last + 1 :]
    return reduce(lambda before, answer: answer.with_news(before), told), _as_turn(turn, rest)


def _as_turn(turn: Turn, pieces: tuple[tuple[str, str], ...]) -> Turn | None:
    if not pieces:
        return None
    text = "\n".join(words for _turn_id, words in pieces)
    return replace(turn, text=text, parts=pieces, recovered=False)


def _read(session: Session, desk: Desk, turn: Turn) -> list[Done]:
    found = acts.acts_of_turns(session, desk.box.actor, turn.ids, tuple(_TELL))
    done = [Done(turn_id, act.tool, _fact(session, desk, act)) for turn_id, act in found]
    # A dictation that goes on is begun once, however many of its pieces were taken down.
    begun = [each for each in done if each.tool == doctor_acts.DICTATE]
    return [each for each in done if each.fact is not None and each not in begun[:-1]]


def _fact(session: Session, desk: Desk, act: AssistantAct) -> Any:
    """What the act is about; None where that is gone."""
    if act.tool == HANDED:
        return act.subject_id
    if act.tool == doctor_acts.FREE_DAYS:
        return doctor_acts.days_of(session, act)
    visit_id = act.subject_id
    if act.tool == doctor_acts.DICTATE:
        draft = lookup.find(session, RecordDraft, act.subject_id)
        visit_id = draft.appointment_id if draft is not None else None
    row = lookup.find(session, Appointment, visit_id)
    return AppointmentFact.of(row) if row is not None else None
