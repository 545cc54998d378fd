"""When a person has finished: from pieces of transcript to turns, as a pure state machine.

A turn is the joined finals up to ``speech_final`` or the confirmation of a Finalize; UtteranceEnd
ends it only where none came. It is given out once the floor has passed on the audio clock since
the end of its last word; new speech restarts that wait, for CAP seconds at most. What has no end
after WATCHDOG seconds without a change (speech that stays interim, an end lost with a connection)
is taken as it is.

The caller brings two clocks with every call: ``audio`` (seconds of audio given to the recogniser)
and ``now`` (monotonic seconds), because audio stops while the microphone is paused.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from medcor.domain.events import Heard, UtteranceEnded

FLOOR = 0.6
CAP = 5.0
WATCHDOG = 5.0
FINALIZE_PATIENCE = 1.5
# How far the time of a word may differ from one transcript of it to the next.
SAME_WORD = 0.3


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds; ``floor`` runs on the audio clock, the others on the wall's."""

    floor: float = FLOOR
    cap: float = CAP
    watchdog: float = WATCHDOG
    patience: float = FINALIZE_PATIENCE


@dataclass(slots=True)
class TurnTaking:
    """The pieces of one person's running turn, and whether it is over."""

    timing: Timing = field(default_factory=Timing)
    _finals: list[str] = field(default_factory=list)
    _interim: str = ""
    _last_word: float = 0.0
    _heard_at: float = 0.0
    _ended_at: float | None = None
    _asked_at: float | None = None
    _confirmed: bool = False
    _guessed: bool = False
    _guessed_until: float = -1.0

    @property
    def speaking(self) -> bool:
        """Somebody is in the middle of a phrase."""
        return bool(self._interim)

    @property
    def last_word(self) -> float:
        """Where the last word that was heard ended, on the audio clock."""
        return self._last_word

    @property
    def pending(self) -> bool:
        """Something was said that no turn has yet, or a confirmation is waited for."""
        return bool(self._finals or self._interim or self._asked_at is not None)

    @property
    def _unended(self) -> bool:
        return bool(self._interim or (self._finals and self._ended_at is None))

    def hear(self, piece: Heard, now: float) -> bool:
        """Take a piece; True when it holds words."""
        text = self._fresh(piece)
        if piece.last_word_end is not None and text:
            self._last_word = max(self._last_word, piece.last_word_end)
        if piece.is_final:
            self._close_segment(text, now)
        elif text != self._interim:
            self._interim, self._heard_at = text, now
        if piece.is_final and piece.speech_final:
            self._end(now)
        if piece.from_finalize and piece.is_final:
            self._confirmed = self._asked_at is not None
            self._end(now)
        return bool(text)

    def _fresh(self, piece: Heard) -> str:
        """The piece's text, without words that were given out before their final came."""
        text, known = piece.text.strip(), self._guessed_until + SAME_WORD
        if known < SAME_WORD or piece.last_word_end is None:
            return text
        if piece.last_word_end <= known:
            return ""
        fresh = [word for end, word in piece.words if end > known]
        return " ".join(fresh) if 0 < len(fresh) < len(piece.words) else text

    def _close_segment(self, text: str, now: float) -> None:
        self._interim = ""
        if text:
            self._finals.append(text)
            self._heard_at = now
            self._ended_at = None

    def _end(self, now: float) -> None:
        if self._finals and self._ended_at is None:
            self._ended_at = now

    def utterance_ended(self, event: UtteranceEnded, now: float) -> None:
        """End the utterance if no speech_final has come since its last words."""
        if self._finals and not self._interim and event.last_word_end >= self._last_word - 0.05:
            self._end(now)

    def finalize_asked(self, now: float) -> None:
        """A Finalize was sent: its confirmation, or the end of patience, gives the turn out."""
        self._asked_at, self._confirmed = now, False

    def link_lost(self) -> None:
        """The recogniser is gone: what was interim will be heard again from the replayed audio."""
        self._interim = ""

    def take(self, audio: float, now: float) -> str:
        """Give the turn out if it is over, else an empty text."""
        if self._asked_at is not None:
            return self._take_finalized(now)
        if self._unended and now - self._heard_at >= self.timing.watchdog:
            self._guessed = self._guessed or bool(self._interim)
            self._close_segment(self._interim, now)
            self._end(now)
        if self._ended_at is None:
            return ""
        capped = now - self._ended_at >= self.timing.cap
        quiet = not self._interim and audio >= self._last_word + self.timing.floor
        return self._give() if capped or quiet else ""

    def flush(self) -> str:
        """Give out whatever there is: the recogniser will say no more."""
        if self._interim:
            self._finals.append(self._interim)
        self._interim, self._asked_at = "", None
        return self._give()

    def _take_finalized(self, now: float) -> str:
        if not self._confirmed and now - self._asked_at < self.timing.patience:
            return ""
        if self._interim:
            self._guessed = True
            self._close_segment(self._interim, now)
        self._asked_at, self._confirmed = None, False
        return self._give()

    def _give(self) -> str:
        text = " ".join(self._finals)
        if self._guessed:
            self._guessed, self._guessed_until = False, self._last_word
        self._finals = []
        self._ended_at = None
        return text

    def wait(self, audio: float, now: float) -> float | None:
        """Seconds until ``take`` may give a turn out with nothing more heard; None: never."""
        times = []
        if self._asked_at is not None:
            times.append(self._asked_at + self.timing.patience - now)
        elif self._ended_at is not None:
            times.append(self._ended_at + self.timing.cap - now)
            if not self._interim:
                times.append(self._last_word + self.timing.floor - audio)
        if self._unended:
            times.append(self._heard_at + self.timing.watchdog - now)
        return max(0.02, min(times)) if times else None
