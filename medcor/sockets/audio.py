"""The hot path: ten frames a second from each page, checked and handed on, nothing more."""

from __future__ import annotations

from typing import Any

from medcor import runtime
from medcor.domain import errors
from medcor.domain.pacing import Bucket
from medcor.integrations.recognisers import AudioFormat

from .messages import read_frame

# A page that comes back may send what it held; nobody speaks faster than that for long.
SPEED, HELD_SECONDS = 2.0, 30.0
# A page that sends bad frames is told so now and then, not ten times a second.
TELL_RATE, TELL_BURST = 0.5, 2.0


class AudioGate:
    """Checks each frame of a session and counts what it turned away."""

    __slots__ = ("_audio", "_rate", "_speech", "_taken", "_told", "refused_ms")

    def __init__(self, audio: AudioFormat) -> None:
        self._audio, self._rate = audio, audio.bytes_per_second
        self._speech = Bucket(SPEED, HELD_SECONDS)
        self._told = Bucket(TELL_RATE, TELL_BURST)
        self._taken = 0
        self.refused_ms = 0

    @property
    def heard_ms(self) -> int:
        """Milliseconds of audio that came in, refused ones included: the page need not resend."""
        return self._taken * 1000 // self._rate

    def skip(self, size: int) -> None:
        """Count ``size`` bytes as come in."""
        self._taken += size

    def admit(self, data: Any) -> bytes | None:
        """The frame's bytes, or None where there is too much of it. Raises BadMessage."""
        if type(data) is not bytes or len(data) & 1 or not 0 < len(data) <= self._rate:
            data = read_frame(data, self._audio)
        self._taken += len(data)
        seconds = len(data) / self._rate
        if self._speech.take(runtime.monotonic(), seconds):
            return data
        self.refused_ms += round(seconds * 1000)
        return None

    def refusal(self, error: errors.DomainError) -> errors.DomainError | None:
        """The error to tell for a bad frame, or None where it was told just now."""
        return error if self._told.take(runtime.monotonic()) else None
