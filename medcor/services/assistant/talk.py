"""One person's talk: red flags first, then the model or the guided assistant, streamed."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from typing import Any

import structlog

from medcor.domain import errors, triage
from medcor.domain.dialogue import answers, intents, wording
from medcor.domain.dialogue import text as words
from medcor.domain.dialogue.wording import say
from medcor.domain.permissions import Role
from medcor.domain.talk import Alarm, Card, Delta, Notice, Reply, ReplyEvent, Turn
from medcor.integrations.language_models import LanguageModel, ModelFailed
from medcor.services.assistant import (
    dictating,
    doctor,
    guided,
    info,
    recovered,
)
from medcor.services.assistant.memory import dump_memory, load_memory
from medcor.services.assistant.model_turn import ModelMemory, ModelTurn
from medcor.services.assistant.state import Answer, Ask, Desk, TalkState
from medcor.services.assistant.toolbox import StepLimitReached, Toolbox

Events = Generator[ReplyEvent, None, Any]
log = structlog.get_logger("medcor.assistant")
MAX_TURN_CHARS = 2000
SAFETY = "safety"
# A longer no may hold a wish as well: then the model reads it.
SHORT_NO = 4


class AssistantTalk:
    """See :class:`medcor.domain.talk.Talk`. One turn at a time; not shared between greenlets."""

    def __init__(
        self,
        box: Toolbox,
        name: str,
        language: str,
        prompt: dict[str, Any],
        model: LanguageModel | None = None,
        memory: dict[str, Any] | None = None,
    ) -> None:
        self._box, self._name, self._prompt, self._model = box, name, prompt, model
        self._memory = ModelMemory()
        self._model_was_down = False
        self.state = TalkState(language)
        if memory:
            load_memory(memory, self.state, self._memory)

    def memory(self) -> dict[str, Any]:
        """What another process needs to go on with this talk, as JSON."""
        return dump_memory(self.state, self._memory)

    def reply(self, turn: Turn, cancelled: Callable[[], bool]) -> Iterator[ReplyEvent]:
        """Answer one turn; a turn that was answered before gets the same answer again."""
        state = self.state
        if turn.turn_id == state.last_turn and state.last is not None:
            yield from _stream(replace(state.last, shown=""), cancelled)
            return
        news, state.unsaid = state.unsaid, None
        answer = yield from self._answer(turn, cancelled)
        if answer is None:
            state.unsaid = state.unsaid or news
            return
        if answer.answered_by == SAFETY:
            # Nothing stands before the number.
            state.unsaid = state.unsaid or news
        elif news is not None and news.text != answer.text:
            answer = answer.with_news(news)
        state.last_turn, state.last = turn.turn_id, answer
        # What is dictated is a record's text and nothing that a model is to answer.
        if not answer.free and not self.dictating:
            self._memory.add("user", turn.text)
            self._memory.add("assistant", answer.text)
        yield from self._tell(answer, cancelled)

    def _tell(self, answer: Answer, cancelled: Callable[[], bool]) -> Iterator[ReplyEvent]:
        """Stream an answer; what tells of a change is told again later if it is cut off now."""
        if not self._box.acting:
            yield from _stream(answer, cancelled)
            return
        kept, again = self.state.unsaid, replace(answer, shown="")
        self.state.unsaid = again.with_news(kept) if kept is not None else again
        for event in _stream(answer, cancelled):
            if isinstance(event, Reply):
                self.state.unsaid = kept
            yield event

    def _answer(self, turn: Turn, cancelled: Callable[[], bool]) -> Events:
        """Run the steps of a turn. Gives None when it was cancelled before anything was changed."""
        self._box.begin(*turn.ids)
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

    def _finish(self, steps: Events) -> None:
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

    @property
    def dictating(self) -> bool:
        """Whether the next turn is a piece of a dictation, which is taken down for nothing."""
        return self.state.dictation is not None

    def alarm(self, text: str, before: str = "") -> Alarm | None:
        """See :meth:`medcor.domain.talk.Talk.alarm`; only patients have any."""
        if not self._is_patient or self.dictating:
            return None
        flag = triage.red_flag(text, before)
        if flag is None:
            return None
        call, card = _emergency(flag, words.language_of(text, self.state.language), self._box)
        alone = triage.red_flag(text) is not None
        reason = text if alone else f"{before} / {text}"
        return Alarm(Reply(call, (card,), answered_by=SAFETY), flag.value, reason)

    def _steps(self, turn: Turn) -> Events:
        if self.dictating:
            return (yield from dictating.take_down(self.state, self._box, turn, self._model))
        text = turn.text.strip()
        self.state.language = words.language_of(text, self.state.language)
        try:
            if alarm := turn.alarm or self.alarm(text):
                return (yield from self._raise_alarm(alarm, replace(turn, alarm=alarm)))
            if turn.recovered:
                return (yield from self._respond_again(turn))
            return (yield from self._respond(text[:MAX_TURN_CHARS]))
        except errors.TalkMoved:
            raise
        except StepLimitReached:
            return Answer(say(self.state.language, "step_limit"))
        except errors.TryAgain:
            return Answer(say(self.state.language, "busy_system"))
        except Exception as error:
            log.exception("assistant_turn_failed", turn_id=turn.turn_id, error=type(error).__name__)
            return self._trouble()

    def _trouble(self) -> Answer:
        if self._box.acting:
            self.state.forget_wish()
            return Answer(say(self.state.language, "trouble_unsure"))
        self.state.asking = Ask.STAFF
        return Answer(say(self.state.language, "trouble"))

    def _raise_alarm(self, alarm: Alarm, turn: Turn) -> Events:
        self.state.hear(turn.text.strip()[:MAX_TURN_CHARS])
        answer = yield from raise_alarm(self.state, self._box, alarm)
        if turn.recovered:
            self._keep_done(turn)
        return answer

    def _keep_done(self, turn: Turn) -> None:
        """Tell with the next turn what a lost process did for those before an alarm."""
        try:
            self.state.unsaid = self._left_behind(turn)[0] or self.state.unsaid
        except errors.TalkMoved:
            raise
        except Exception:
            # Nothing may take the alarm's answer away.
            log.exception("acts_not_read", turn_id=turn.turn_id)

    def _left_behind(self, turn: Turn) -> tuple[Answer | None, Turn | None]:
        """What a lost process has done for these turns already, and the turn that is left."""
        desk = Desk(self.state, self._box, self._box.load_catalogue())
        return recovered.read_done(desk, turn)

    def _respond_again(self, turn: Turn) -> Events:
        """Tell what a lost process has done for these turns, then answer the others."""
        done, rest = self._left_behind(turn)
        if done is None:
            return (yield from self._steps(replace(turn, recovered=False)))
        if rest is not None:
            self._box.begin(*rest.ids)
        # What was done is told, whoever talks on.
        self._box.acting = True
        if rest is None:
            return done
        answer = yield from self._steps(rest)
        return answer.with_news(done) if answer is not None else done

    def _respond(self, text: str) -> Events:
        self.state.hear(text)
        desk = Desk(self.state, self._box, self._box.load_catalogue())
        if self._model is not None and not self._is_servers(desk, text):
            answer = yield from self._ask_model(self._model, desk, text)
            if answer is not None:
                return answer
        guide = guided if self._is_patient else doctor
        return (yield from guide.respond(desk, text, self._name))

    @property
    def _is_patient(self) -> bool:
        return self._box.actor.role is Role.PATIENT

    def _is_servers(self, desk: Desk, text: str) -> bool:
        """Consent and questions for advice are never left to a model."""
        if not self._is_patient:
            return doctor.is_servers(desk, text)
        if self.state.asking in (Ask.BOOK, Ask.CANCEL, Ask.STAFF):
            cancelling = self.state.asking is Ask.CANCEL
            consent = answers.yes_or_no(text, desk.language, cancelling=cancelling)
            if consent is True or (consent is False and len(text.split()) <= SHORT_NO):
                return True
        return intents.asks_advice(text, desk.language)

    def _ask_model(self, model: LanguageModel, desk: Desk, text: str) -> Events:
        """The model's answer, or None when the guided assistant has to answer, after a notice."""
        if not model.ready():
            if not self._model_was_down:
                yield self._unavailable()
            self._model_was_down = True
            return None
        earlier = replace(self.state)
        self.state.drop_question()
        try:
            answer = yield from ModelTurn(model, desk, self._prompt, self._memory).run(text)
        except ModelFailed as failure:
            log.warning("model_failed", kind=failure.kind, detail=str(failure))
            if not self._box.acting:
                self.state.restore(earlier)
            self._box.steps = 0
            self._model_was_down = not model.ready()
            yield self._unavailable()
            return None
        self._model_was_down = False
        return answer

    def _unavailable(self) -> Notice:
        text = say(self.state.language, "model_unavailable")
        # The guided assistant answers this very turn: there is nothing to repeat.
        return Notice("model_unavailable", text)


def raise_alarm(state: TalkState, box: Toolbox, alarm: Alarm) -> Events:
    """Say the emergency number at once, the same way every time, then record a hand-over.

    The number matters more than the record: it is said before the database is asked for anything,
    and whatever the database does. Nothing that is said meanwhile cuts either of them off.
    """
    box.acting = True
    state.asking, state.offer, state.appointment = Ask.NOTHING, None, None
    language, call, cards = state.language, alarm.reply.text, alarm.reply.cards
    yield Delta(f"{call} ")
    try:
        yield from box.step(
            "hand_over_to_staff", language, reason=alarm.reason[:300], flag=alarm.flag
        )
    except errors.TalkMoved:
        raise
    except Exception:
        log.exception("emergency_handover_failed", flag=alarm.flag)
        return Answer(call, cards, shown=call, answered_by=SAFETY)
    told = f"{call} {say(language, 'emergency_told')}"
    cards = (*cards, info.handover_card(language))
    return Answer(told, cards, shown=f"{call} ", answered_by=SAFETY)


def _emergency(flag: triage.Flag, language: str, box: Toolbox) -> tuple[str, Card]:
    """What to say, and the button that calls."""
    number = triage.emergency_number(box.country)
    key = "emergency_self_harm" if flag is triage.Flag.SELF_HARM else "emergency"
    card = Card("handover", say(language, "emergency_card", number=number), url=f"tel:{number}")
    return say(language, key, number=number), card


def _stream(answer: Answer, cancelled: Callable[[], bool]) -> Iterator[ReplyEvent]:
    """The answer by sentences, then whole; ends early when cancelled."""
    rest = answer.text.removeprefix(answer.shown)
    for piece in wording.sentences(rest):
        if cancelled():
            return
        yield Delta(piece)
    if not cancelled():
        yield Reply(answer.text, answer.cards, answer.free, answer.answered_by)
