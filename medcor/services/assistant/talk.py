"""One person's talk: red flags first, then the model or the guided assistant, streamed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import structlog

from medcor.domain import errors, triage
from medcor.domain.dialogue import text as words
from medcor.domain.dialogue import wording
from medcor.domain.dialogue.wording import say
from medcor.domain.permissions import Role
from medcor.domain.talk import Card, Delta, Reply, ReplyEvent, Turn
from medcor.services.assistant import appointments_flow, booking_flow, doctor, guided, info
from medcor.services.assistant.state import Answer, Ask, Desk, TalkState
from medcor.services.assistant.toolbox import StepLimitReached, Steps, Toolbox, turn_results

log = structlog.get_logger("medcor.assistant")
MAX_TURN_CHARS = 2000


class AssistantTalk:
    """See :class:`medcor.domain.talk.Talk`. One turn at a time; not shared between greenlets."""

    def __init__(self, box: Toolbox, name: str, language: str, model: Any = None) -> None:
        self._box, self._name, self._model = box, name, model
        self.state = TalkState(language)

    def reply(self, turn: Turn, cancelled: Callable[[], bool]) -> Iterator[ReplyEvent]:
        """Answer one turn; a turn that was answered before gets the same answer again."""
        state = self.state
        if turn.turn_id == state.last_turn and state.last is not None:
            yield from _stream(state.last, cancelled)
            return
        news, state.unsaid = state.unsaid, None
        answer = yield from self._answer(turn, cancelled)
        if answer is None:
            state.unsaid = state.unsaid or news
            return
        if news is not None:
            answer = Answer(f"{news.text} {answer.text}", (*news.cards, *answer.cards))
        state.last_turn, state.last = turn.turn_id, answer
        yield from self._tell(answer, cancelled)

    def _tell(self, answer: Answer, cancelled: Callable[[], bool]) -> Iterator[ReplyEvent]:
        """Stream an answer; what tells of a change is told again later if it is cut off now."""
        if not self._box.acting:
            yield from _stream(answer, cancelled)
            return
        self.state.unsaid = answer
        for event in _stream(answer, cancelled):
            if isinstance(event, Reply):
                self.state.unsaid = None
            yield event

    def _answer(
        self, turn: Turn, cancelled: Callable[[], bool]
    ) -> Iterator[ReplyEvent | None]:
        """Run the steps of a turn. Gives None when it was cancelled before anything was changed."""
        self._box.begin(turn.turn_id)
        steps = self._steps(turn)
        try:
            while True:
                try:
                    event = next(steps)
                except StopIteration as end:
                    return end.value
                if cancelled() and not self._box.acting:
                    return None
                if not cancelled():
                    yield event
        finally:
            self._finish(steps)

    def _finish(self, steps: Steps[Answer]) -> None:
        """Let a change that is under way end, even when nobody listens any more."""
        if not self._box.acting:
            steps.close()
            return
        try:
            while True:
                next(steps)
        except StopIteration as end:
            if end.value is not None:
                self.state.unsaid = end.value

    def _steps(self, turn: Turn) -> Steps[Answer]:
        text = turn.text.strip()[:MAX_TURN_CHARS]
        self.state.language = words.language_of(text, self.state.language)
        try:
            return (yield from self._respond(turn, text))
        except StepLimitReached:
            return Answer(say(self.state.language, "step_limit"))
        except errors.TryAgain:
            return Answer(say(self.state.language, "busy_system"))
        except Exception as error:
            log.exception("assistant_turn_failed", turn_id=turn.turn_id, error=type(error).__name__)
            self.state.asking = Ask.STAFF
            return Answer(say(self.state.language, "trouble"))

    def _respond(self, turn: Turn, text: str) -> Steps[Answer]:
        self.state.hear(text)
        patient = self._box.actor.role is Role.PATIENT
        if patient and (flag := triage.red_flag(text)):
            return (yield from raise_alarm(self.state, self._box, flag, text))
        desk = Desk(self.state, self._box, self._box.load_catalogue())
        if not patient:
            return (yield from doctor.respond(desk, text, self._name))
        if self.state.turns == 1 and (known := turn_results(self._box)):
            tool, fact = known[0]
            tell = booking_flow.booked if tool == "book_appointment" else appointments_flow.cancelled
            return tell(desk, fact)
        return (yield from guided.respond(desk, text, self._name))


def raise_alarm(state: TalkState, box: Toolbox, flag: triage.Flag, text: str) -> Steps[Answer]:
    """Say the emergency number, the same way every time, and record a hand-over.

    The number matters more than the record: it is said whatever the database does.
    """
    state.asking, state.offer, state.appointment = Ask.NOTHING, None, None
    language = state.language
    key = "emergency_self_harm" if flag is triage.Flag.SELF_HARM else "emergency"
    number = triage.emergency_number("")
    try:
        number = triage.emergency_number(box.load_country())
        reason = f"[{flag.value}] {text[:300]}"
        yield from box.step("hand_over_to_staff", language, reason=reason)
    except Exception:
        log.exception("emergency_handover_failed", flag=flag.value)
        key = f"{key}_unrecorded"
    card = Card("handover", say(language, "emergency_card", number=number))
    cards = (card,) if key.endswith("unrecorded") else (card, info.handover_card(language))
    return Answer(say(language, key, number=number), cards)


def _stream(answer: Answer, cancelled: Callable[[], bool]) -> Iterator[ReplyEvent]:
    """The answer by sentences, then whole; ends early when cancelled."""
    for piece in wording.sentences(answer.text):
        if cancelled():
            return
        yield Delta(piece)
    if not cancelled():
        yield Reply(answer.text, answer.cards)


