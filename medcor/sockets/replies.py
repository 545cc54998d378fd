"""One reply: reserve, ask the assistant, show it as it grows, log it, then say that it is whole.

The assistant works in a task of its own, so that an interruption is seen at once even while a
model is silent. A tool under way is waited for: what it did must be known before the turn ends.
A run that was told to stop shows nothing any more but its own end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import structlog
from sqlalchemy.orm import Session

from medcor import runtime
from medcor.domain import errors
from medcor.domain.talk import Delta, Notice, Reply, Talk, ToolStep, Turn
from medcor.models import MessageType, TurnOutcome
from medcor.services import conversations
from medcor.services.credits import commit_credit, costs_credits, release_credit, reserve_credit
from medcor.services.measures import record_measure
from medcor.web import metrics

from .keeper import Keeper
from .messages import printable
from .outbox import Outbox
from .turn_log import Said

# One piece of text every 50 ms is as smooth as every token, at a fraction of the packets.
GATHER_SECONDS = 0.05
REPLY_SECONDS = 90.0
LEAVE_SECONDS = 30.0
MOST_EVENTS = 8192
_WAKE, _END = object(), object()

log = structlog.get_logger("medcor.voice")


@dataclass
class ReplyRun:
    """The reply to one turn; ``run`` does it all and never raises."""

    said: Said
    talk: Talk
    keeper: Keeper
    outbox: Outbox
    done: Callable[[ReplyRun], None]
    cancelled: bool = False
    stuck: bool = False
    moved: bool = False
    _said: list[str] = field(default_factory=list)
    _held: list[str] = field(default_factory=list)
    _shown_at: float = 0.0
    _shown: bool = False
    _in_tool: bool = False
    _failed: bool = False
    _abandoned: bool = False
    _reserved: bool = False
    _outcome: TurnOutcome = TurnOutcome.FAILED
    _answered_by: str = ""

    def __post_init__(self) -> None:
        self._events = runtime.mailbox(MOST_EVENTS)
        self._began = runtime.monotonic()
        stages = self.said.stages
        stages.wait = round((self._began - self.said.over_at) * 1000) if self.said.over_at else 0
        if self.turn.alarm is not None:
            # The session has said so much already.
            self._said.append(f"{self.turn.alarm.reply.text} ")
            self._shown = True

    @property
    def turn(self) -> Turn:
        return self.said.turn

    def cancel(self) -> None:
        """Stop showing this reply; what was said is kept. An alarm is never cut."""
        if self.turn.alarm is None:
            self._stop()

    def _stop(self) -> None:
        if not self.cancelled:
            self.cancelled = True
            self._events.put(_WAKE)

    def abandon(self) -> None:
        """Stop and write nothing more: another process answers this turn from the beginning."""
        self._abandoned = True
        self._stop()

    def run(self) -> None:
        try:
            if self._reserve():
                self._answer()
            else:
                self._outcome = TurnOutcome.NO_CREDIT
                self.keeper.run(self._measure)
        except errors.TalkMoved:
            self.moved = True
        except Exception:
            log.exception("reply failed", turn_id=self.turn.turn_id)
            self._failed = True
            self._give_up_quietly()
        finally:
            if not (self._abandoned or self.moved):
                metrics.observe_turn(self._outcome, self.said.stages)
            self.done(self)

    def _give_up_quietly(self) -> None:
        try:
            if not self._abandoned:
                self._give_up()
        except errors.TalkMoved:
            self.moved = True
        except Exception:
            log.exception("reply could not be given up", turn_id=self.turn.turn_id)

    def _reserve(self) -> bool:
        keeper = self.keeper
        # What is dictated costs nothing and is taken down, also when there are no credits left.
        if not costs_credits(keeper.actor) or self.talk.dictating:
            return True
        try:
            remaining = keeper.run(self._reserve_once)
        except errors.CreditsExhausted:
            self._tell_exhausted()
            return False
        self._reserved = True
        self.outbox.emit("credits", remaining=remaining)
        return True

    def _reserve_once(self, session: Session) -> int:
        """Another process may have reserved for a turn that is answered with this one now."""
        actor, now = self.keeper.actor, self.keeper.work.now()
        for turn_id in self.turn.ids[:-1]:
            release_credit(session, actor, turn_id, now)
        return reserve_credit(session, actor, self.turn.turn_id, now)

    def _tell_exhausted(self) -> None:
        text = errors.N_(
            "The clinic has no credits left, so the assistant can't answer. "
            "Ask your clinic's administrator to add credits under Subscription."
        )
        self._error("credits_exhausted", self.keeper.work.say(text), retryable=False)

    def _answer(self) -> None:
        producer = runtime.spawn(self._produce)
        try:
            reply = self._show()
            self.cancelled = True
            self._finish(reply)
        finally:
            self.cancelled = True
            self.stuck = not producer.join(LEAVE_SECONDS)

    def _produce(self) -> None:
        try:
            with self.keeper.work.context():
                for event in self.talk.reply(self.turn, lambda: self.cancelled):
                    self._events.put(event)
        except errors.TalkMoved:
            # The next write finds the same.
            self._failed = True
        except Exception:
            log.exception("assistant failed", turn_id=self.turn.turn_id)
            self._failed = True
        finally:
            self._events.put(_END)

    def _show(self) -> Reply | None:
        """Pass events on until the reply is whole, or cut; None when it was cut or failed."""
        deadline = runtime.monotonic() + REPLY_SECONDS
        while not (self.cancelled and not self._in_tool):
            event = self._next(deadline)
            if event is _END:
                return None
            if isinstance(event, Reply):
                return event
            self._take(event)
        return None

    def _next(self, deadline: float) -> Any:
        now = runtime.monotonic()
        until = self._shown_at + GATHER_SECONDS if self._held else deadline
        try:
            return self._events.get(max(0.0, min(until, deadline) - now))
        except runtime.Empty:
            if runtime.monotonic() < deadline:
                return _WAKE
            self._failed = True
            return _END

    def _take(self, event: Any) -> None:
        if isinstance(event, Delta):
            if self.said.stages.first is None:
                self.said.stages.first = self._elapsed()
            if [event.text] != self._said or self.turn.alarm is None:
                self._held.append(event.text)
        elif isinstance(event, ToolStep):
            self._flush()
            self._in_tool = event.state == "running"
            # Also of a turn that was cut: what it did is its end, and nothing else of it is shown.
            self._emit("tool", name=event.name, state=event.state, summary=event.summary)
        elif isinstance(event, Notice):
            self._flush()
            self._error(event.code, event.message, retryable=event.retryable)
        if self._held and runtime.monotonic() - self._shown_at >= GATHER_SECONDS:
            self._flush()

    def _elapsed(self) -> int:
        return round((runtime.monotonic() - self._began) * 1000)

    def _flush(self) -> None:
        if self._held and not self.cancelled:
            text = "".join(self._held)
            self._said.append(text)
            self._held.clear()
            self._shown_at = runtime.monotonic()
            self._emit("reply_delta", text=text)

    def _emit(self, name: str, /, **payload: Any) -> None:
        self._shown = True
        self.outbox.emit(name, turn_id=self.turn.turn_id, **payload)

    def _error(self, code: str, message: str, *, retryable: bool) -> None:
        self.outbox.emit("error", code=code, message=message, retryable=retryable)

    def _finish(self, reply: Reply | None) -> None:
        """Record how it ended, and only then say so."""
        if self._abandoned:
            return
        interrupted = reply is None
        text = printable("".join(self._said) if interrupted else reply.text)
        if self._failed or (interrupted and not text):
            self._give_up()
            return
        cards = self._first_cards() if reply is None else [card.as_json() for card in reply.cards]
        self._outcome = TurnOutcome.INTERRUPTED if interrupted else TurnOutcome.ANSWERED
        if reply is not None:
            self._answered_by = reply.answered_by
        paid = self._reserved and not (reply is not None and reply.free)
        self._write(text, cards, paid=paid)
        if self._reserved and not paid:
            self._give_back()
        self._emit("reply", text=text, interrupted=interrupted, cards=cards)

    def _write(self, text: str, cards: list[dict[str, Any]], *, paid: bool) -> None:
        began, stages = runtime.monotonic(), self.said.stages
        stages.reply = self._elapsed()
        self.keeper.run(
            lambda session: self._record(session, text, cards, paid=paid), **self._memory()
        )
        stages.log = (stages.log or 0) + round((runtime.monotonic() - began) * 1000)

    def _memory(self) -> dict[str, Any]:
        try:
            return {"memory": self.talk.memory()}
        except Exception:
            # Without it the talk goes on here; another process would begin with the log alone.
            log.exception("talk not remembered", turn_id=self.turn.turn_id)
            return {}

    def _record(
        self, session: Session, text: str, cards: list[dict[str, Any]], *, paid: bool
    ) -> None:
        keeper, turn_id = self.keeper, self.turn.turn_id
        conversations.log_message(
            session,
            keeper.actor,
            session_id=keeper.session_id,
            turn_id=turn_id,
            message_id=f"{turn_id}.llm",
            message_type=MessageType.LLM,
            content=text,
            source="assistant",
            interrupted=self._outcome is not TurnOutcome.ANSWERED,
            cards=cards,
            now=keeper.work.now(),
        )
        self._measure(session)
        if paid:
            commit_credit(session, keeper.actor, turn_id, keeper.work.now())

    def _measure(self, session: Session) -> None:
        keeper = self.keeper
        record_measure(
            session,
            keeper.actor,
            session_id=keeper.session_id,
            turn_id=self.turn.turn_id,
            source=self.turn.source,
            answered_by=self._answered_by,
            outcome=self._outcome,
            stages=self.said.stages,
            now=keeper.work.now(),
        )

    def _give_back(self) -> None:
        self._reserved = False
        keeper = self.keeper
        remaining = keeper.run(
            lambda session: release_credit(
                session, keeper.actor, self.turn.turn_id, keeper.work.now()
            )
        )
        self.outbox.emit("credits", remaining=remaining)

    def _give_up(self) -> None:
        """End without a reply: give the credit back, keep what was said, tell a failure."""
        if self._reserved:
            self._give_back()
        self._outcome = TurnOutcome.FAILED if self._failed else TurnOutcome.INTERRUPTED
        said = printable("".join(self._said))
        cards = self._first_cards()
        if said and self._failed:
            self._write(said, cards, paid=False)
        else:
            self.keeper.run(self._measure, **self._memory())
        if self._failed:
            text = errors.N_("The assistant can't answer right now. Please try again.")
            self._error("model_unavailable", self.keeper.work.say(text), retryable=True)
        if self._shown:
            self._emit("reply", text=said, interrupted=True, cards=cards)

    def _first_cards(self) -> list[dict[str, Any]]:
        """The cards that were shown before the reply was whole: an alarm's."""
        alarm = self.turn.alarm
        return [card.as_json() for card in alarm.reply.cards] if alarm is not None else []
