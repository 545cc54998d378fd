"""One stream: samples in, messages out. Synchronous, for one worker thread at a time."""

import hashlib
import time
from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np

from medcor.speech import protocol, words
from medcor.speech.audio import HOP, HOP_SECONDS, HopBuffer, Resampler, decode_linear16, loudness
from medcor.speech.protocol import Span
from medcor.speech.recogniser import CONTEXT, Recogniser
from medcor.speech.segmenter import (
    HOPS_PER_SECOND,
    INTERIM_EVERY,
    Action,
    Final,
    Interim,
    Rules,
    Segmenter,
    Started,
    UtteranceEnd,
)

BATCH = 3  # hops asked of the detector at once
SILENT = 3e-4  # loudness (-70 dBFS) below which the detector is not asked
SLOWEST_INTERIM = 62  # hops, 2 s
INTERIM_PATIENCE = 0.1  # seconds
COST_SHARE = 2.5  # interims leave the model idle for at least 60% of the time


class Session:
    """Turn the audio of one connection into Deepgram messages (dicts, in order)."""

    def __init__(
        self,
        query: protocol.Query,
        recogniser: Recogniser,
        request_id: str,
        timer: Callable[[], float] = time.perf_counter,
    ) -> None:
        """Start at audio time 0; `timer` gives seconds and only paces the interims."""
        self.query, self.recogniser, self.request_id = query, recogniser, request_id
        self.timer = timer
        self.created = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self.digest = hashlib.sha256()
        self.samples_in = 0
        self.resampler = Resampler(query.sample_rate)
        self.buffer = HopBuffer()
        self.segmenter = Segmenter(Rules.of(query.endpointing, query.utterance_end_ms))
        self.voiced: list[tuple[int, int]] = []
        self.prepared: tuple[int, int, str] | None = None
        self.last_word_end = 0.0

    @property
    def seconds(self) -> float:
        """Return the audio received so far, in seconds."""
        return self.samples_in / self.query.sample_rate

    def feed(self, data: bytes) -> list[dict]:
        """Hear the next audio. Raises ValueError when it can't be decoded."""
        samples = decode_linear16(data)
        self.digest.update(data)
        self.samples_in += len(samples)
        self.buffer.append(self.resampler.feed(samples))
        if self.buffer.end - self.segmenter.clock < BATCH:
            return []
        return self._hear()

    def finalize(self) -> list[dict]:
        """Answer Finalize: what was said so far becomes final."""
        return self._hear() + self._answer(self.segmenter.flush(from_finalize=True))

    def close(self) -> list[dict]:
        """Answer CloseStream: the last finals, then Metadata."""
        if self.buffer.rest:
            self.buffer.append(np.zeros(HOP - self.buffer.rest, np.float32))
        messages = self._hear() + self._answer(self.segmenter.flush())
        digest = self.digest.hexdigest()
        done = protocol.metadata(self.request_id, digest, self.created, self.seconds)
        return [*messages, done]

    def _hear(self) -> list[dict]:
        start, end = self.segmenter.clock, self.buffer.end
        actions: list[Action] = []
        messages: list[dict] = []
        for hop, flag in enumerate(self._detect(start, end), start):
            if flag:
                self._note_voice(hop)
            actions = self.segmenter.hear(flag, loudness(self.buffer.hops(hop, hop + 1)))
            messages += self._answer(actions)
        self.buffer.forget(min(self.segmenter.needed, self.segmenter.clock - CONTEXT))
        return messages

    def _detect(self, start: int, end: int) -> list[bool]:
        fresh = self.buffer.hops(start, end)
        if not len(fresh) or float(np.abs(fresh).max()) < SILENT:
            return [False] * (end - start)
        return self.recogniser.voiced(self.buffer.hops(start - CONTEXT, start), fresh)

    def _note_voice(self, hop: int) -> None:
        if self.voiced and self.voiced[-1][1] == hop:
            self.voiced[-1] = (self.voiced[-1][0], hop + 1)
        else:
            self.voiced.append((hop, hop + 1))

    def _answer(self, actions: list[Action]) -> list[dict]:
        return [message for action in actions for message in self._messages(action)]

    def _messages(self, action: Action) -> list[dict]:
        match action:
            case Started(at):
                wanted = self.query.vad_events
                return [protocol.speech_started(at * HOP_SECONDS)] if wanted else []
            case UtteranceEnd():
                return [protocol.utterance_end(self.last_word_end)]
            case Interim():
                return self._interim(action)
            case Final():
                return self._final(action)

    def _interim(self, action: Interim) -> list[dict]:
        if not (self.query.interim_results or action.settled):
            return []
        patience = None if action.settled else INTERIM_PATIENCE
        text = self._decode(action.audio_start, action.end, patience)
        if text is None:
            return []
        if action.settled:
            self.prepared = (action.audio_start, action.end, text)
        if not self.query.interim_results:
            return []
        heard = self._words(text, action.audio_start, action.end)
        return [protocol.results(_span(action.start, action.end), heard, self.request_id)]

    def _final(self, action: Final) -> list[dict]:
        heard = self._final_words(action) if action.audio_start is not None else []
        if heard:
            self.last_word_end = heard[-1]["end"]
            self.segmenter.heard_words(round(self.last_word_end / HOP_SECONDS))
        self.prepared = None
        self.voiced = [run for run in self.voiced if run[1] > action.end]
        message = protocol.results(
            _span(action.start, action.end),
            heard,
            self.request_id,
            is_final=True,
            speech_final=action.speech_final,
            from_finalize=action.from_finalize,
        )
        return [message]

    def _final_words(self, action: Final) -> list[dict]:
        if self._is_prepared(action):
            text = self.prepared[2]
        else:
            text = self._decode(action.audio_start, action.end)
        return self._words(text, action.audio_start, action.end)

    def _is_prepared(self, action: Final) -> bool:
        """Tell whether the sentence was decoded at a pause and nobody spoke since."""
        if self.prepared is None or self.prepared[0] != action.audio_start:
            return False
        return not self.voiced or self.voiced[-1][1] <= self.prepared[1]

    def _decode(self, start: int, end: int, patience: float | None = None) -> str | None:
        began = self.timer()
        text = self.recogniser.transcribe(self.buffer.hops(start, end), patience)
        self.segmenter.interim_every = interim_spacing(self.timer() - began)
        return None if text is None else words.tidy(text)

    def _words(self, text: str, start: int, end: int) -> list[dict]:
        found = words.tokens(text, fillers=self.query.filler_words)
        runs = [(max(start, a), min(end, b)) for a, b in self.voiced if b > start and a < end]
        spans = [_span(a, b) for a, b in runs] or [_span(start, end)]
        return words.timed_words(found, spans, punctuated=self.query.punctuated)


def interim_spacing(cost: float) -> int:
    """Return the hops between interims when one took `cost` seconds, waiting included."""
    return min(SLOWEST_INTERIM, max(INTERIM_EVERY, int(cost * COST_SHARE * HOPS_PER_SECOND)))


def _span(start: int, end: int) -> Span:
    return Span(start * HOP_SECONDS, end * HOP_SECONDS)
