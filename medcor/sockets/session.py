"""One person's talk: audio and typed lines in, turns out, one reply at a time.

A session outlives its socket, and its talk outlives the process. All that changes it passes
through one inbox, read by one greenlet: what the recogniser heard, what the page asked for, the
end of a reply. Transcripts and audio take the short way, past the inbox.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog

from medcor import runtime
from medcor.domain import errors
from medcor.domain.events import LinkChanged, LinkState, UtteranceEnded
from medcor.integrations.recognisers import AudioFormat
from medcor.services.handovers import HandoverNews
from medcor.services.sessions import SignedIn
from medcor.services.talk_sessions import Recovered, Summary

from .answering import Answering
from .ears import Ears, Piece, Spoken
from .keeper import Keeper
from .messages import Line, code_of
from .news import tell_news
from .outbox import Outbox
from .parts import Parts
from .replies import ReplyRun
from .turn_log import Said

INBOX = 4096
# Longer than a reply that hangs is waited for.
STOP_SECONDS = 45.0
# A page that waits at another process is not kept waiting for a long reply.
GIVE_AWAY_SECONDS = 2.0
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
        keeper: Keeper,
        prompt: dict[str, Any],
        parts: Parts,
        on_end: Callable[[VoiceSession], None],
        found: Recovered | None = None,
    ) -> None:
        self.id, self.work, self.keeper = keeper.session_id, keeper.work, keeper
        self.person, self.prompt = person, prompt
        self._parts, self._on_end = parts, on_end
        self.outbox = Outbox(parts.send)
        self.began = runtime.monotonic()
        self.detached_at: float | None = None
        self.ended = self.moved = self.warned = False
        self.reason = ""
        self._inbox = runtime.mailbox(INBOX)
        prefix = f"r{found.turn_count}u" if found else "u"
        self._ears = Ears(parts, self.outbox, prefix, self._inbox.put)
        memory = found.memory if found else None
        self._answering = Answering(
            keeper,
            self.outbox,
            lambda: parts.make_talk(keeper, prompt, memory),
            self._inbox.put,
            self._written,
            lambda: self._say_error(errors.TryAgain(), retryable=True),
            found,
        )
        # Up to where audio has become turns, and turns that are safe.
        self._taken = self._settled = found.settled if found else ("", 0)
        self._link_state = LinkState.CONNECTING
        self._paused = self._stopping = self._silent = self._telling = False
        self._stop_by = 0.0
        self._lost_ms = self._reconnections = 0

    def start(self) -> None:
        runtime.spawn(self._run)

    @property
    def turn_count(self) -> int:
        return self._answering.count

    @property
    def full(self) -> bool:
        """So much waits for an answer that nothing more can be typed."""
        return self._answering.full

    @property
    def is_settled(self) -> bool:
        """Nothing is being heard, logged or answered just now."""
        return not (self._ears.busy or self._answering.busy or len(self._inbox))

    def standing(self) -> dict[str, Any]:
        """What a page that starts or comes back must know to send what was not heard."""
        epoch, taken_ms = self._settled
        return {
            "epoch": self._ears.epoch,
            "heard_ms": self._ears.heard_ms,
            "settled": {"epoch": epoch, "taken_ms": taken_ms},
        }

    def summary(self) -> Summary:
        heard = self._ears.total_ms
        return Summary(self.reason or "left", heard, self._lost_ms, self._reconnections)

    # What sockets call: none of it blocks.

    def hear(self, data: Any) -> dict[str, Any] | None:
        """Take a frame of audio; answers only where something is wrong with it."""
        if self._stopping or (self._paused and self._ears.is_open):
            self._ears.skip(data)
            return None
        error = self._ears.hear(data)
        return self._refuse(error) if error is not None else None

    def _refuse(self, error: errors.DomainError) -> dict[str, Any]:
        text = self.work.say(error.text)
        self.outbox.emit("error", code=code_of(error), message=text, retryable=False)
        return {"ok": False, "code": code_of(error), "message": text}

    def use_audio(self, audio: AudioFormat) -> None:
        """Listen; the first time at once, so that no frame comes before there is an ear."""
        if not self._ears.is_open:
            self._ears.open(audio)
        else:
            self.ask("use_audio", audio)

    def count_lost(self, milliseconds: int) -> None:
        """Count audio that the page itself could not keep; it has shown that already."""
        self._lost_ms += milliseconds

    def ask(self, action: str, value: Any = None) -> None:
        self._inbox.put(Ask(action, value))

    def tick(self, now: float) -> None:
        """Called about once a second."""
        behind = self._ears.tick(now)
        if behind is not None:
            self.ask("tell_behind", behind)
        if self._ears.turns.pending and not len(self._inbox):
            self._inbox.put(_TICK)

    # The session's own greenlet.

    def _run(self) -> None:
        self._answering.begin()
        while not self.ended:
            try:
                self._step()
            except errors.TalkMoved:
                self._lose_talk()
            except Exception:
                log.exception("voice session", session_id=self.id)

    def _step(self) -> None:
        try:
            item = self._inbox.get(self._patience())
        except runtime.Empty:
            item = _TICK
        self._handle(item)
        self._commit(self._ears.take(runtime.monotonic()))
        self._finish_stopping()

    def _patience(self) -> float | None:
        if self._stopping:
            return 0.1
        return self._ears.wait(runtime.monotonic())

    def _handle(self, item: Any) -> None:
        now = runtime.monotonic()
        if isinstance(item, Piece):
            if self._ears.heard(item, now):
                self._answering.cut()
        elif isinstance(item, UtteranceEnded):
            self._ears.utterance_ended(item, now)
        elif isinstance(item, LinkChanged):
            self._link_changed(item)
        elif isinstance(item, ReplyRun):
            self._answering.reply_over(item)
        elif callable(item):
            item()
        elif isinstance(item, Ask):
            getattr(self, f"_do_{item.action}")(item.value)

    def _link_changed(self, change: LinkChanged) -> None:
        self._link_state = change.state
        self._lost_ms += change.lost_ms
        if change.final:
            self._lose_recogniser(change.lost_ms)
            return
        if change.state is LinkState.RECONNECTING:
            self._reconnections += 1
            self._ears.turns.link_lost()
        if change.state is not LinkState.CLOSED:
            self._tell_status(change.lost_ms)

    def _tell_status(self, lost_ms: int = 0, state: LinkState | None = None, **facts: Any) -> None:
        shown = state or (LinkState.PAUSED if self._paused else self._link_state)
        refused = self._ears.take_refused()
        self._lost_ms += refused
        self.outbox.emit("status", state=shown.value, lost_ms=lost_ms + refused, **facts)

    def _lose_recogniser(self, lost_ms: int) -> None:
        """Go on by typing; `resume_backend` or a new `start` tries again."""
        self._paused = True
        self._say_error(errors.RecogniserUnavailable(), retryable=True)
        self._tell_status(lost_ms)
        self._commit(self._ears.flush())

    def _say_error(self, error: errors.DomainError, *, retryable: bool) -> None:
        text = self.work.say(error.text)
        self.outbox.emit("error", code=code_of(error), message=text, retryable=retryable)

    def _commit(self, spoken: Spoken | None) -> None:
        """Make what was said a turn; once that is safe, the page needs its audio no more."""
        if spoken is None:
            return
        epoch, taken_ms = self._ears.epoch, round(spoken.ends * 1000)
        if self._answering.take_spoken(spoken, (epoch, taken_ms)):
            self._taken = (epoch, taken_ms)
        else:
            self._tell_status(epoch=epoch, taken_ms=taken_ms)

    def _written(self, said: Said) -> None:
        if said.audio is None:
            return
        self._settled = said.audio
        epoch, taken_ms = said.audio
        if epoch == self._ears.epoch:
            self._tell_status(epoch=epoch, taken_ms=taken_ms)

    # What the page asked for.

    def _do_use_audio(self, audio: AudioFormat) -> None:
        """Open the recogniser anew for another format or where it ended, else say how it stands."""
        if audio == self._ears.audio and not self._ears.ended:
            self._tell_status()
            return
        self._ears.close()
        self._commit(self._ears.flush())
        if self._taken != self._settled:
            # Else the page would send it again to the new ears.
            self._tell_status(epoch=self._taken[0], taken_ms=self._taken[1])
        self._ears.open(audio)
        self._paused = False
        self._tell_status(epoch=self._ears.epoch)

    def _do_pause_backend(self, _value: Any) -> None:
        self._paused = True
        self._ears.finalize()
        self._tell_status()

    def _do_resume_backend(self, _value: Any) -> None:
        self._paused = False
        if self._ears.is_open and self._ears.ended:
            self._do_use_audio(self._ears.audio)
        else:
            self._tell_status()

    def _do_text(self, line: Line) -> None:
        self._answering.take_typed(line)

    def _do_tell_behind(self, behind_ms: int) -> None:
        self._tell_status(behind_ms=behind_ms)

    def _do_tell(self, news: HandoverNews) -> None:
        """Tell it in a task of its own: the database may be slow, and an alarm may be coming."""
        if not self._telling:
            self._telling = True
            runtime.spawn(self._tell, news)

    def _tell(self, news: HandoverNews) -> None:
        try:
            tell_news(self.keeper, self.outbox, news)
        except errors.TalkMoved:
            self._inbox.put(self._lose_talk)
        except Exception:
            log.exception("news not told", session_id=self.id)
        finally:
            self._telling = False

    def _do_stop_reply(self, _value: Any) -> None:
        self._answering.cut()

    def _do_stop(self, _value: Any) -> None:
        """End the talk: cut the reply, let the last words become a turn, answer it, close."""
        self._begin_stopping("stopped")
        self._ears.finalize()

    def _do_end(self, ending: tuple[str, errors.DomainError | None]) -> None:
        """End without another reply, but for an alarm, with a reason for the page."""
        reason, error = ending
        self._answering.mute = True
        self._begin_stopping(reason)
        self._commit(self._ears.flush())
        if error is not None:
            self._say_error(error, retryable=False)

    def _begin_stopping(self, reason: str) -> None:
        if not self._stopping:
            self._stop_by = runtime.monotonic() + STOP_SECONDS
            self.reason = reason
        self._stopping = True
        self._answering.cut()

    def _do_drain(self, seconds: float) -> None:
        """This process serves it no longer: finish the running reply, begin nothing new."""
        self._answering.mute = self._silent = self._stopping = self.moved = True
        self._stop_by = runtime.monotonic() + seconds
        self._commit(self._ears.flush())

    def _do_give_away(self, _value: Any) -> None:
        if not self._stopping:
            self._do_drain(GIVE_AWAY_SECONDS)

    def _do_warn(self, seconds: int) -> None:
        self._tell_status(ends_in_s=seconds)

    def _lose_talk(self) -> None:
        """Another process serves the talk: whatever is left here is its task."""
        log.info("talk moved", session_id=self.id)
        self._answering.mute = self._silent = self.moved = True
        self._close()

    def _finish_stopping(self) -> None:
        if not self._stopping:
            return
        busy = self._ears.turns.pending or self._answering.busy
        if busy and runtime.monotonic() < self._stop_by:
            return
        if not self._silent:
            self._tell_status(state=LinkState.CLOSED)
        self._close()

    def _close(self) -> None:
        self._ears.close()
        if self.moved:
            self._answering.abandon()
        self._answering.close()
        self.ended = True
        client = self.outbox.client
        if self.moved and client is not None:
            # A page that is still here has to come back, to whoever serves its talk.
            self._parts.hang_up(client)
        self._on_end(self)
