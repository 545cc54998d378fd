"""One reply: reserve, ask the assistant, show it as it grows, log it, then say that it is whole.

The assistant works in a task of its own, so that an interruption is seen at once even while a
model is silent. A tool under way is waited for: what it did must be known before the turn ends.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import structlog
from sqlalchemy.orm import Session

from medcor import runtime
from medcor.domain import errors
from medcor.domain.talk import Delta, Notice, Reply, Talk, ToolStep, Turn
from medcor.models import MessageType
from medcor.services import conversations
from medcor.services.credits import commit_credit, costs_credits, release_credit, reserve_credit

from .messages import printable
from .outbox import Outbox
from .work import Work

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

    turn: Turn
    talk: Talk
    work: Work
    outbox: Outbox
    session_id: str
    done: Callable[[ReplyRun], None]
    cancelled: bool = False
    stuck: bool = False
    _said: list[str] = field(default_factory=list)
    _held: list[str] = field(default_factory=list)
    _shown_at: float = 0.0
    _shown: bool = False
    _in_tool: bool = False
    _failed: bool = False
    _reserved: bool = False

    def __post_init__(self) -> None:
        self._events = runtime.mailbox(MOST_EVENTS)

    def cancel(self) -> None:
        """Stop showing this reply; what was said is kept."""
        if not self.cancelled:
            self.cancelled = True
            self._events.put(_WAKE)

    def run(self) -> None:
        try:
            if self._reserve():
                self._answer()
        except Exception:
            log.exception("reply failed", turn_id=self.turn.turn_id)
            self._failed = True
            self._give_up_quietly()
        finally:
            self.done(self)

    def _give_up_quietly(self) -> None:
        try:
            self._give_up()
        except Exception:
            log.exception("reply could not be given up", turn_id=self.turn.turn_id)

    def _reserve(self) -> bool:
        actor = self.work.actor
        if not costs_credits(actor):
            return True
        try:
            remaining = self.work.run(lambda session: reserve_credit(session, actor))
        except errors.CreditsExhausted:
            self._tell_exhausted()
            return False
        self._reserved = True
        self.outbox.emit("credits", remaining=remaining)
        return True

    def _tell_exhausted(self) -> None:
        text = errors.N_(
            "The clinic has no credits left, so the assistant can't answer. "
            "Ask your clinic's administrator to add credits under Subscription."
        )
        self._error("credits_exhausted", self.work.say(text), retryable=False)

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
            with self.work.context():
                for event in self.talk.reply(self.turn, lambda: self.cancelled):
                    self._events.put(event)
        except Exception:
            log.exception("assistant failed", turn_id=self.turn.turn_id)
            self._failed = True
        finally:
            self._events.put(_END)

    def _show(self) -> Reply | None:
        """Pass events on until the reply is whole, or cut; None when it was cut or failed."""
        deadline = time.monotonic() + REPLY_SECONDS
        while not (self.cancelled and not self._in_tool):
            event = self._next(deadline)
            if event is _END:
                return None
            if isinstance(event, Reply):
                return event
            self._take(event)
        return None

    def _next(self, deadline: float) -> Any:
        now = time.monotonic()
        until = self._shown_at + GATHER_SECONDS if self._held else deadline
        try:
            return self._events.get(max(0.0, min(until, deadline) - now))
        except runtime.Empty:
            if time.monotonic() < deadline:
                return _WAKE
            self._failed = True
            return _END

    def _take(self, event: Any) -> None:
        if isinstance(event, Delta):
            self._held.append(event.text)
        elif isinstance(event, ToolStep):
            self._flush()
            self._in_tool = event.state == "running"
            self._emit("tool", name=event.name, state=event.state, summary=event.summary)
        elif isinstance(event, Notice):
            self._flush()
            self._error(event.code, event.message, retryable=event.retryable)
        if self._held and time.monotonic() - self._shown_at >= GATHER_SECONDS:
            self._flush()

    def _flush(self) -> None:
        if self._held and not self.cancelled:
            text = "".join(self._held)
            self._said.append(text)
            self._held.clear()
            self._shown_at = time.monotonic()
            self._emit("reply_delta", text=text)

    def _emit(self, name: str, /, **payload: Any) -> None:
        self._shown = True
        self.outbox.emit(name, turn_id=self.turn.turn_id, **payload)

    def _error(self, code: str, message: str, *, retryable: bool) -> None:
        self.outbox.emit("error", code=code, message=message, retryable=retryable)

    def _finish(self, reply: Reply | None) -> None:
        """Record how it ended, and only then say so."""
        interrupted = reply is None
        text = printable("".join(self._said) if interrupted else reply.text)
        if self._failed or (interrupted and not text):
            self._give_up()
            return
        self.work.run(lambda session: self._record(session, text, interrupted))
        cards = [] if interrupted else [card.as_json() for card in reply.cards]
        self._emit("reply", text=text, interrupted=interrupted, cards=cards)

    def _record(self, session: Session, text: str, interrupted: bool) -> None:
        actor = self.work.actor
        conversations.log_message(
            session,
            actor,
            session_id=self.session_id,
            turn_id=self.turn.turn_id,
            message_id=f"{self.turn.turn_id}.llm",
            message_type=MessageType.LLM,
            content=text,
            source="assistant",
            interrupted=interrupted,
            now=self.work.now(),
        )
        if self._reserved:
            commit_credit(session, actor, self.turn.turn_id)

    def _give_up(self) -> None:
        """End without a reply: give the credit back, keep what was said, tell a failure."""
        if self._reserved:
            self._reserved = False
            actor = self.work.actor
            remaining = self.work.run(lambda session: release_credit(session, actor))
            self.outbox.emit("credits", remaining=remaining)
        if self._failed:
            text = errors.N_("The assistant can't answer right now. Please try again.")
            self._error("model_unavailable", self.work.say(text), retryable=True)
        said = printable("".join(self._said))
        if said and self._failed:
            self.work.run(lambda session: self._record(session, said, True))
        if self._shown:
            self._emit("reply", text=said, interrupted=True, cards=[])
