"""What a talk hears: frames in, transcripts straight to the page, turns when somebody is done."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from medcor import runtime
from medcor.domain import errors
from medcor.domain.events import Heard, LinkChanged, RecogniserEvent, UtteranceEnded
from medcor.domain.turns import TurnTaking
from medcor.integrations.recognisers import AudioFormat, Recogniser

from .audio import AudioGate
from .outbox import Outbox
from .parts import Parts

# A backlog is told from here on, and again when it has changed by as much.
TELL_BEHIND_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of transcript and the name under which the page was shown it."""

    heard: Heard
    name: str


@dataclass(frozen=True, slots=True)
class Spoken:
    """A turn by voice: its words, and the pieces in which the page was shown them.

    ``ends`` is where its last word ended on the audio clock, in seconds; the two waits are what
    the recogniser and the floor took, in milliseconds.
    """

    text: str
    segments: tuple[tuple[str, str], ...]
    ends: float
    recogniser_ms: int | None = None
    floor_ms: int | None = None


class Ears:
    """One format of audio at a time. ``hear`` and ``tick`` may be called from anywhere, the rest
    by the session's greenlet; what is heard is posted to that by ``post``."""

    def __init__(
        self, parts: Parts, outbox: Outbox, prefix: str, post: Callable[[Any], None]
    ) -> None:
        self._parts, self._outbox, self._post, self._prefix = parts, outbox, post, prefix
        self.audio: AudioFormat | None = None
        self.turns = TurnTaking(parts.limits.timing)
        self.epoch = ""
        self.heard_before = 0
        self._done_until = 0.0
        self._link: Recogniser | None = None
        self._gate: AudioGate | None = None
        self._count = self._named = 0
        self._segments: list[tuple[str, str]] = []
        self._finished_at: float | None = None
        self._recogniser_ms: int | None = None
        self._told_behind = 0.0

    @property
    def is_open(self) -> bool:
        return self._link is not None

    @property
    def busy(self) -> bool:
        """Something that came in is no turn yet."""
        waiting = self._link is not None and not self._link.ended and self._link.behind > 0
        return waiting or self.turns.pending

    @property
    def ended(self) -> bool:
        return self._link is None or self._link.ended

    @property
    def seconds(self) -> float:
        """The audio clock: seconds given to the recogniser."""
        return self._link.seconds if self._link is not None else 0.0

    @property
    def heard_ms(self) -> int:
        """Audio that came in since the last ``open``; the page resends what is missing."""
        return self._gate.heard_ms if self._gate is not None else 0

    @property
    def total_ms(self) -> int:
        return self.heard_before + self.heard_ms

    def open(self, audio: AudioFormat) -> None:
        """Listen afresh: another format, or a recogniser that had ended."""
        self.heard_before += self.heard_ms
        self.audio, self._gate, self._done_until = audio, AudioGate(audio), 0.0
        self.turns = TurnTaking(self._parts.limits.timing)
        self.epoch = uuid.uuid4().hex[:8]
        self._segments.clear()
        self._count += 1
        post = functools.partial(self._take_in, self._count)
        self._link = self._parts.make_recogniser(audio, post)
        self._link.start()

    def close(self) -> None:
        if self._link is not None:
            self._link.close()

    def hear(self, data: Any) -> errors.DomainError | None:
        """Take a frame; returns what to tell the page where something is wrong with it."""
        link, gate = self._link, self._gate
        if link is None or gate is None:
            return errors.BadMessage(errors.N_("This talk was started without audio."))
        try:
            frame = gate.admit(data)
        except errors.BadMessage as error:
            return gate.refusal(error)
        if frame is not None:
            link.feed(frame)
        return None

    def skip(self, data: Any) -> None:
        """Count a frame that nobody is to hear, so that the page does not send it again."""
        if self._gate is not None and isinstance(data, bytes):
            self._gate.skip(len(data))

    def take_refused(self) -> int:
        """Milliseconds that were turned away since the last call."""
        if self._gate is None:
            return 0
        refused, self._gate.refused_ms = self._gate.refused_ms, 0
        return refused

    def finalize(self) -> None:
        """Ask for the last words."""
        if self._link is not None and not self._link.ended:
            self._link.finalize()
            self.turns.finalize_asked(runtime.monotonic())

    def tick(self, now: float) -> int | None:
        """Called about once a second; returns how far behind the recogniser is, if that is news."""
        if self._link is None:
            return None
        self._link.tick(now)
        behind = self._link.behind
        if behind < TELL_BEHIND_SECONDS:
            behind = 0.0
        if abs(behind - self._told_behind) < TELL_BEHIND_SECONDS:
            return None
        self._told_behind = behind
        return round(behind * 1000)

    # From the recogniser's own greenlet.

    def _take_in(self, count: int, event: RecogniserEvent) -> None:
        """Show transcripts at once; the session is told in its own time."""
        if count != self._count:
            return
        if not isinstance(event, Heard):
            self._post(event)
            return
        name, text = f"{self._prefix}{self._named}", event.text.strip()
        if text:
            self._outbox.emit("transcript", utterance_id=name, text=text, is_final=event.is_final)
            self._named += event.is_final
        self._post(Piece(event, name))

    # By the session's greenlet.

    def heard(self, piece: Piece, now: float) -> bool:
        """Take a piece into the running turn; True when it holds words that no turn has yet."""
        event = piece.heard
        spoken = self.turns.hear(event, now)
        if event.is_final and spoken:
            self._segments.append((piece.name, event.text.strip()))
            self._finished_at = now
            if event.last_word_end is not None:
                self._recogniser_ms = max(0, round((self.seconds - event.last_word_end) * 1000))
        return spoken and (event.last_word_end is None or event.last_word_end > self._done_until)

    def utterance_ended(self, event: UtteranceEnded, now: float) -> None:
        self.turns.utterance_ended(event, now)

    def link_lost(self, change: LinkChanged) -> None:
        self.turns.link_lost()

    def take(self, now: float) -> Spoken | None:
        """The turn, if somebody has finished."""
        return self._spoken(self.turns.take(self.seconds, now), now)

    def flush(self) -> Spoken | None:
        """Whatever there is: no more will be said."""
        return self._spoken(self.turns.flush(), runtime.monotonic())

    def _spoken(self, text: str, now: float) -> Spoken | None:
        if not text:
            return None
        floor = None if self._finished_at is None else round((now - self._finished_at) * 1000)
        # Words of this turn may be heard once more in a late interim: that is no interruption.
        self._done_until = self.seconds
        ends = self.turns.last_word
        spoken = Spoken(text, tuple(self._segments), ends, self._recogniser_ms, floor)
        self._segments.clear()
        self._finished_at = self._recogniser_ms = None
        return spoken

    def wait(self, now: float) -> float | None:
        return self.turns.wait(self.seconds, now)
