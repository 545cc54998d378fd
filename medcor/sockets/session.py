"""One person's talk: audio and typed lines in, turns out, one reply at a time.

A session outlives its socket. All that changes it passes through one inbox, read by one greenlet:
what the recogniser heard, what the page asked for, the end of a reply. Transcripts and audio take
the short way, past the inbox.
"""

from __future__ import annotations

import functools
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog

from medcor import runtime
from medcor.domain import errors
from medcor.domain.events import Heard, LinkChanged, LinkState, RecogniserEvent, UtteranceEnded
from medcor.domain.talk import Turn
from medcor.domain.turns import TurnTaking
from medcor.integrations.recognisers import AudioFormat, Recogniser
from medcor.models import MessageType
from medcor.services import conversations
from medcor.services.sessions import SignedIn

from .audio import AudioGate
from .messages import code_of, printable
from .outbox import Outbox
from .parts import Parts
from .replies import ReplyRun
from .work import Work

INBOX = 4096
MOST_WAITING_TURNS = 20
LOG_RETRY_SECONDS = 1.0
# Longer than a reply that hangs is waited for.
STOP_SECONDS = 45.0
_TICK = object()

log = structlog.get_logger("medcor.voice")


@dataclass(frozen=True, slots=True)
class Ask:
    """Something that the page, or the registry, wants done by the session's greenlet."""

    action: str
    value: Any = None


class VoiceSession:
    """See the module. ``on_end`` is called once, when nothing of the session runs any more."""

    def __init__(
        self,
        person: SignedIn,
        work: Work,
        prompt: dict[str, Any],
        parts: Parts,
        on_end: Callable[[VoiceSession], None],
    ) -> None:
        self.id = str(uuid.uuid4())
        self.person, self.work, self.prompt = person, work, prompt
        self._parts, self._on_end = parts, on_end
        self.outbox = Outbox(parts.send)
        self.began = time.monotonic()
        self.detached_at: float | None = None
        self.ended = False
        self.warned = False
        self._inbox = runtime.mailbox(INBOX)
        self._turns = TurnTaking(parts.limits.timing)
        self._talk = parts.make_talk(work, prompt, self.id)
        self._link: Recogniser | None = None
        self._audio: AudioFormat | None = None
        self._gate: AudioGate | None = None
        self._link_state = LinkState.CONNECTING
        self._paused = False
        self._stopping = False
        self._reply: ReplyRun | None = None
        self._unlogged: list[Turn] = []
        self._log_failing = False
        self._waiting: list[Turn] = []
        self._stop_by = 0.0
        self._mute = self._silent = False
        self._link_count = 0
        self._turn_count = self._segment = 0
        self._committed_at = 0.0

    def start(self) -> None:
        runtime.spawn(self._run)

    # What sockets call: none of it blocks.

    def hear(self, data: Any) -> dict[str, Any] | None:
        """Take a frame of audio; answers only where something is wrong with it."""
        link, gate = self._link, self._gate
        if gate is None or link is None:
            return self._refuse(
                errors.BadMessage(errors.N_("This talk was started without audio."))
            )
        if self._paused or self._stopping:
            return None
        try:
            frame = gate.admit(data)
        except errors.BadMessage as error:
            told = gate.refusal(error)
            return self._refuse(told) if told else None
        if frame is not None:
            link.feed(frame)
        return None

    def _refuse(self, error: errors.DomainError) -> dict[str, Any]:
        text = self.work.say(error.text)
        self.outbox.emit("error", code=code_of(error), message=text, retryable=False)
        return {"ok": False, "code": code_of(error), "message": text}

    def use_audio(self, audio: AudioFormat) -> None:
        """Listen; the first time at once, so that no frame comes before there is an ear."""
        if self._link is None:
            self._open_link(audio)
        else:
            self.ask("use_audio", audio)

    def ask(self, action: str, value: Any = None) -> None:
        self._inbox.put(Ask(action, value))

    def tick(self, now: float) -> None:
        """Called about once a second."""
        if self._link is not None:
            self._link.tick(now)
        if self._turns.pending and not len(self._inbox):
            self._inbox.put(_TICK)

    # What the recogniser calls, from its own greenlet.

    def _post(self, link: int, event: RecogniserEvent) -> None:
        if link != self._link_count:
            return
        if isinstance(event, Heard):
            self._show(event)
        self._inbox.put(event)

    def _show(self, piece: Heard) -> None:
        text = piece.text.strip()
        if text:
            name = f"u{self._segment}"
            self.outbox.emit("transcript", utterance_id=name, text=text, is_final=piece.is_final)
        if piece.is_final and text:
            self._segment += 1

    # The session's own greenlet.

    def _run(self) -> None:
        while not self.ended:
            try:
                self._step()
            except Exception:
                log.exception("voice session", session_id=self.id)

    def _step(self) -> None:
        try:
            item = self._inbox.get(self._patience())
        except runtime.Empty:
            item = _TICK
        self._handle(item)
        self._take_turn()
        if self._unlogged and self._log_failing:
            self._log_turns()
        self._finish_stopping()

    def _patience(self) -> float | None:
        if self._stopping:
            return 0.1
        if self._log_failing:
            return LOG_RETRY_SECONDS
        return self._turns.wait(self._seconds(), time.monotonic())

    def _seconds(self) -> float:
        return self._link.seconds if self._link is not None else 0.0

    def _handle(self, item: Any) -> None:
        now = time.monotonic()
        if isinstance(item, Heard):
            self._heard(item, now)
        elif isinstance(item, UtteranceEnded):
            self._turns.utterance_ended(item, now)
        elif isinstance(item, LinkChanged):
            self._link_changed(item)
        elif isinstance(item, ReplyRun):
            self._reply_over(item)
        elif isinstance(item, Ask):
            getattr(self, f"_do_{item.action}")(item.value)

    def _heard(self, piece: Heard, now: float) -> None:
        spoken = self._turns.hear(piece, now)
        fresh = piece.last_word_end is None or piece.last_word_end > self._committed_at
        if spoken and fresh and self._reply is not None:
            self._reply.cancel()

    def _link_changed(self, change: LinkChanged) -> None:
        self._link_state = change.state
        if change.final:
            self._lose_recogniser(change.lost_ms)
            return
        if change.state is LinkState.RECONNECTING:
            self._turns.link_lost()
        if change.state is not LinkState.CLOSED:
            self._tell_status(change.lost_ms)

    def _tell_status(self, lost_ms: int = 0, state: LinkState | None = None) -> None:
        shown = state or (LinkState.PAUSED if self._paused else self._link_state)
        if self._gate is not None:
            lost_ms += self._gate.refused_ms
            self._gate.refused_ms = 0
        self.outbox.emit("status", state=shown.value, lost_ms=lost_ms)

    def _lose_recogniser(self, lost_ms: int) -> None:
        """Go on by typing; `resume_backend` or a new `start` tries again."""
        self._paused = True
        self._say_error(errors.RecogniserUnavailable(), retryable=True)
        self._tell_status(lost_ms)
        self._commit(self._turns.flush(), "voice")

    def _say_error(self, error: errors.DomainError, *, retryable: bool) -> None:
        text = self.work.say(error.text)
        self.outbox.emit("error", code=code_of(error), message=text, retryable=retryable)

    # Turns and replies.

    def _take_turn(self) -> None:
        text = self._turns.take(self._seconds(), time.monotonic())
        if text:
            self._commit(text, "voice")

    def _commit(self, text: str, source: str) -> None:
        """Log the turn before anything is answered to it, and answer once nothing else is."""
        text = printable(text)
        if not text:
            return
        self._turn_count += 1
        self._committed_at = self._seconds()
        self._unlogged.append(Turn(f"{self.id}.{self._turn_count}", text, source))
        self._log_turns()

    def _log_turns(self) -> None:
        """Log in order; what can't be logged now is kept and tried again, and not answered yet."""
        try:
            while self._unlogged:
                self._log_turn(self._unlogged[0])
                self._waiting.append(self._unlogged.pop(0))
            self._log_failing = False
        except Exception:
            log.exception("turn not logged", session_id=self.id)
            if not self._log_failing:
                self._say_error(errors.TryAgain(), retryable=True)
            self._log_failing = True
        self._next_reply()

    def _log_turn(self, turn: Turn) -> None:
        self.work.run(
            lambda session: conversations.log_message(
                session,
                self.work.actor,
                session_id=self.id,
                turn_id=turn.turn_id,
                message_id=f"{turn.turn_id}.user",
                message_type=MessageType.USER,
                content=turn.text,
                source=turn.source,
                interrupted=False,
                now=self.work.now(),
            )
        )

    def _next_reply(self) -> None:
        if self._mute:
            self._waiting.clear()
        if self._reply is not None or not self._waiting:
            return
        last = self._waiting[-1]
        text = "\n".join(turn.text for turn in self._waiting)
        self._waiting.clear()
        turn = Turn(last.turn_id, text, last.source)
        self._reply = ReplyRun(turn, self._talk, self.work, self.outbox, self.id, self._inbox.put)
        runtime.spawn(self._reply.run)

    def _reply_over(self, run: ReplyRun) -> None:
        if run is not self._reply:
            return
        if run.stuck:
            # A talk serves one turn at a time: a new one is made beside the one that hangs.
            self._talk = self._parts.make_talk(self.work, self.prompt, self.id)
        self._reply = None
        self._next_reply()

    # What the page asked for.

    def _do_use_audio(self, audio: AudioFormat) -> None:
        """Open the recogniser anew for another format or where it ended, else say how it stands."""
        if audio == self._audio and not self._link.ended:
            self._tell_status()
            return
        self._link.close()
        self._commit(self._turns.flush(), "voice")
        self._open_link(audio)

    def _open_link(self, audio: AudioFormat) -> None:
        self._audio, self._gate, self._paused = audio, AudioGate(audio), False
        self._committed_at = 0.0
        self._turns = TurnTaking(self._parts.limits.timing)
        self._link_count += 1
        post = functools.partial(self._post, self._link_count)
        self._link = self._parts.make_recogniser(audio, post)
        self._link.start()

    def _do_pause_backend(self, _value: Any) -> None:
        self._paused = True
        self._ask_last_words()
        self._tell_status()

    def _ask_last_words(self) -> None:
        if self._link is not None and not self._link.ended:
            self._link.finalize()
            self._turns.finalize_asked(time.monotonic())

    def _do_resume_backend(self, _value: Any) -> None:
        self._paused = False
        if self._link is not None and self._link.ended:
            self._do_use_audio(self._audio)
        else:
            self._tell_status()

    def _do_text(self, text: str) -> None:
        if len(self._waiting) >= MOST_WAITING_TURNS:
            self._say_error(errors.TooManyRequests(), retryable=True)
            return
        name = f"t{self._turn_count + 1}"
        self.outbox.emit("transcript", utterance_id=name, text=text, is_final=True)
        self._commit(text, "text")

    def _do_stop(self, _value: Any) -> None:
        """End the talk: cut the reply, let the last words become a turn, answer it, close."""
        self._begin_stopping()
        self._ask_last_words()

    def _do_end(self, error: errors.DomainError | None) -> None:
        """End without another reply, with a reason for the page."""
        self._mute = True
        self._begin_stopping()
        self._commit(self._turns.flush(), "voice")
        if error is not None:
            self._say_error(error, retryable=False)

    def _begin_stopping(self) -> None:
        if not self._stopping:
            self._stop_by = time.monotonic() + STOP_SECONDS
        self._stopping = True
        if self._reply is not None:
            self._reply.cancel()

    def _do_drain(self, _value: Any) -> None:
        """The process ends: finish the running reply, begin nothing new, tell nothing."""
        self._mute = self._silent = self._stopping = True
        self._stop_by = time.monotonic() + STOP_SECONDS
        self._commit(self._turns.flush(), "voice")

    def _do_warn(self, seconds: int) -> None:
        state = LinkState.PAUSED if self._paused else self._link_state
        self.outbox.emit("status", state=state.value, lost_ms=0, ends_in_s=seconds)

    def _finish_stopping(self) -> None:
        if not self._stopping:
            return
        busy = self._turns.pending or self._reply or self._waiting or self._unlogged
        if busy and time.monotonic() < self._stop_by:
            return
        if self._link is not None:
            self._link.close()
        self.ended = True
        if not self._silent:
            self._tell_status(state=LinkState.CLOSED)
        self._on_end(self)
