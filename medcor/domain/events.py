"""What a recogniser tells, whoever made it; times are seconds on the session's audio clock.

The audio clock counts the audio that was given to the recogniser since the session began; it goes
on over a reconnection, where the vendor's own clock starts at zero again.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class LinkState(StrEnum):
    """How the connection to the recogniser stands, as the page is told."""

    CONNECTING = "connecting"
    LISTENING = "listening"
    PAUSED = "paused"
    RECONNECTING = "reconnecting"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Heard:
    """A piece of transcript; an interim is replaced by the next one, a final closes its segment.

    ``last_word_end`` is None where no word was heard. ``end`` is the end of the piece itself.
    ``words`` are those of a final, each with its end.
    """

    text: str
    is_final: bool
    speech_final: bool = False
    from_finalize: bool = False
    start: float = 0.0
    end: float = 0.0
    last_word_end: float | None = None
    words: tuple[tuple[float, str], ...] = ()


@dataclass(frozen=True, slots=True)
class UtteranceEnded:
    """A gap after ``last_word_end``; matters only where no speech_final came."""

    last_word_end: float


@dataclass(frozen=True, slots=True)
class LinkChanged:
    """The connection changed; ``lost_ms`` is the audio newly lost since the last one.

    ``final`` says that it will not come back; ``reason`` is for the log, never for a person.
    """

    state: LinkState
    lost_ms: int = 0
    final: bool = False
    reason: str = ""


RecogniserEvent = Heard | UtteranceEnded | LinkChanged
