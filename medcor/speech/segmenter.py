"""When to ask the model and what to call the answer: a state machine on the audio clock.

It hears one hop (32 ms) at a time, voiced or not, and answers with actions; it knows neither
samples nor text. All positions are hop numbers since the start of the stream. Each hop belongs
to one final at most (`cursor` only moves forward), so no word is lost or said twice at a cut.
"""

from collections import deque
from dataclasses import dataclass, field

HOPS_PER_SECOND = 16_000 / 512

PREROLL = 13  # 0.42 s before the first voiced hop: the detector wakes up late in noise
TAIL = 8  # 0.26 s after the last voiced hop goes to the model
SETTLED = 5  # 0.16 s of silence: the sentence may be over, so prepare the final early
CONFIRM = 3  # voiced hops before a noise counts as speech
MIN_ENDPOINT = 7  # 0.22 s: the detector can't tell a shorter pause from a closed consonant
QUIET_CUT = 25  # 0.8 s: closes a segment when endpointing is off
SOFT_MAX = 250  # 8 s: from here any short pause closes the segment
SOFT_PAUSE = 3
HARD_MAX = 438  # 14 s: cut at the quietest hop of the last 3 s
CUT_SEARCH = 94
SILENCE_MAX = 157  # 5 s without speech are closed with an empty final, as Deepgram does
INTERIM_EVERY = 13  # 0.42 s


def to_hops(milliseconds: float) -> int:
    """Round a time up to whole hops."""
    return -int(-milliseconds * HOPS_PER_SECOND // 1000)


@dataclass(frozen=True)
class Rules:
    """What the query asks for, in hops. `endpoint` None: never end an utterance."""

    endpoint: int | None
    utterance_end: int | None = None

    @classmethod
    def of(cls, endpointing_ms: int | None, utterance_end_ms: int | None = None) -> "Rules":
        """Translate milliseconds, raising a very short endpoint to what can be told apart."""
        endpoint = None if endpointing_ms is None else max(MIN_ENDPOINT, to_hops(endpointing_ms))
        return cls(endpoint, None if utterance_end_ms is None else to_hops(utterance_end_ms))


@dataclass(frozen=True)
class Started:
    """Speech began at hop `at`."""

    at: int


@dataclass(frozen=True)
class Interim:
    """Decode hops [audio_start, end) and show them; `settled`: a pause, may become the final."""

    start: int
    audio_start: int
    end: int
    settled: bool


@dataclass(frozen=True)
class Final:
    """Close [start, end); decode from `audio_start`, or nothing when that is None."""

    start: int
    end: int
    audio_start: int | None
    speech_final: bool = False
    from_finalize: bool = False


@dataclass(frozen=True)
class UtteranceEnd:
    """No word for as long as `utterance_end` says; `at` is the hop where the last one ended."""

    at: int


Action = Started | Interim | Final | UtteranceEnd


@dataclass
class Segmenter:
    """Hear hops, answer actions. Set `interim_every` to slow interims down under load."""

    rules: Rules
    interim_every: int = INTERIM_EVERY
    clock: int = 0
    cursor: int = 0
    onset: int | None = None
    voiced_end: int = 0
    voiced: int = 0
    shown_at: int = 0
    last_word_end: int | None = None
    unended: bool = False  # something was said since the last speech_final
    levels: deque = field(default_factory=lambda: deque(maxlen=CUT_SEARCH))

    def hear(self, is_voiced: bool, level: float = 0.0) -> list[Action]:
        """Move the audio clock by one hop; `level` (any unit) finds the quietest place to cut."""
        self.clock += 1
        self.levels.append(level)
        actions = self._voice() if is_voiced else []
        actions += self._open_segment() if self.onset is not None else self._silence()
        return actions + self._utterance_end()

    def heard_words(self, end: int) -> None:
        """Note that a final had words and where (hop) the last one ended."""
        self.last_word_end = end

    def flush(self, *, from_finalize: bool = False) -> list[Action]:
        """Close what is open now, as Finalize and CloseStream ask; [] when nothing is left.

        Without speech the last moments stay open: they may hold the beginning of a word that
        the detector has not noticed yet.
        """
        audio_start = self.audio_start if self._is_speech else None
        end = self.clock if audio_start is not None else self.needed
        if end == self.cursor:
            return []
        onset = None if audio_start is not None else self.onset
        final = self._close(end, audio_start, from_finalize=from_finalize)
        self.onset = onset
        return [final]

    @property
    def audio_start(self) -> int | None:
        """Return the first hop the model should hear for the open segment."""
        return None if self.onset is None else max(self.cursor, self.onset - PREROLL)

    @property
    def needed(self) -> int:
        """Return the first hop that may still be asked for."""
        if self.onset is not None:
            return self.audio_start
        return max(self.cursor, self.clock - PREROLL)

    @property
    def _is_speech(self) -> bool:
        return self.onset is not None and self.voiced >= CONFIRM

    def _voice(self) -> list[Action]:
        if self.onset is None:
            self.onset = self.shown_at = self.clock - 1
            self.voiced = 0
        self.voiced += 1
        self.voiced_end = self.clock
        return [Started(self.onset)] if self.voiced == CONFIRM else []

    def _open_segment(self) -> list[Action]:
        silence = self.clock - self.voiced_end
        length = self.clock - self.audio_start
        if silence >= self._patience():
            return self._endpoint()
        if length >= SOFT_MAX and silence >= SOFT_PAUSE:
            return [self._close(self.clock, self.audio_start)]
        if length >= HARD_MAX:
            return self._cut()
        return self._interim(silence) if self._is_speech else []

    def _patience(self) -> int:
        """Return the silence that closes a segment: the endpoint, or an earlier utterance end."""
        endpoint = QUIET_CUT if self.rules.endpoint is None else self.rules.endpoint
        return min(endpoint, self.rules.utterance_end or endpoint)

    def _endpoint(self) -> list[Action]:
        if not self._is_speech:
            self.onset = None
            return []
        end = min(self.clock, self.voiced_end + TAIL)
        reached = self.rules.endpoint is not None
        reached = reached and self.clock - self.voiced_end >= self.rules.endpoint
        return [self._close(end, self.audio_start, speech_final=reached)]

    def _cut(self) -> list[Action]:
        """Cut running speech at its quietest hop; the rest opens the next segment."""
        recent = list(self.levels)
        quietest = min(range(len(recent)), key=recent.__getitem__)
        end = self.clock - len(recent) + quietest + 1
        final = self._close(end, self.audio_start)
        self.onset, self.shown_at, self.voiced = end, self.clock, CONFIRM
        return [final]

    def _interim(self, silence: int) -> list[Action]:
        settled = silence == SETTLED
        due = silence < SETTLED and self.clock - self.shown_at >= self.interim_every
        if not settled and not due:
            return []
        self.shown_at = self.clock
        return [Interim(self.cursor, self.audio_start, self.clock, settled)]

    def _close(self, end: int, audio_start: int | None, **kind: bool) -> Final:
        final = Final(self.cursor, end, audio_start, **kind)
        self.cursor = end
        self.onset = None
        self.unended = not final.speech_final and (self.unended or audio_start is not None)
        return final

    def _silence(self) -> list[Action]:
        """Close long silence; say that an utterance is over which was cut before its end."""
        endpoint = self.rules.endpoint
        if self.unended and endpoint and self.clock - self.voiced_end >= endpoint:
            return [self._close(self.needed, None, speech_final=True)]
        if self.clock - self.cursor < SILENCE_MAX:
            return []
        return [self._close(self.clock - PREROLL, None)]

    def _utterance_end(self) -> list[Action]:
        wait = self.rules.utterance_end
        if wait is None or self.last_word_end is None or self._is_speech:
            return []
        if self.clock - self.last_word_end < wait:
            return []
        ended, self.last_word_end = self.last_word_end, None
        return [UtteranceEnd(ended)]
