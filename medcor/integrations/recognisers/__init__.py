"""Speech to text: one small protocol, one file per vendor behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from medcor.domain.events import RecogniserEvent

Post = Callable[[RecogniserEvent], None]


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """What a client sends: 16-bit little-endian mono PCM at ``sample_rate``, one language."""

    encoding: str
    sample_rate: int
    language: str

    @property
    def bytes_per_second(self) -> int:
        return self.sample_rate * 2


class Recogniser(Protocol):
    """One stream of speech. No method blocks; what is heard is posted as events."""

    def start(self) -> None: ...

    def feed(self, frame: bytes) -> None:
        """Give audio; what can't be sent in time is dropped, oldest first, and counted."""

    def finalize(self) -> None:
        """Ask for the last words after the audio given so far."""

    def tick(self, now: float) -> None:
        """Called about once a second: keeps a quiet connection alive, reports lost audio."""

    def close(self) -> None:
        """End the stream after the audio given so far."""

    @property
    def seconds(self) -> float:
        """The audio clock: seconds of audio given to the recogniser."""

    @property
    def behind(self) -> float:
        """Seconds of audio that wait to be given to the recogniser."""

    @property
    def ended(self) -> bool: ...
