"""Audio on its way to the recogniser: what waits, and what may have to be said again."""

from __future__ import annotations

from collections import deque

GAP_SECONDS = 60
# Longer than it takes to find out that a vendor hears nothing.
KEPT_SECONDS = 30
ROUNDING_SECONDS = 0.002


class AudioBuffer:
    """Frames in order, bounded both ways; not thread-safe, the owner locks.

    Sent frames are kept until a final transcript covers them, so that a new connection hears the
    running phrase from its beginning; at most ``kept`` seconds of them. Unsent ones wait for at
    most ``gap`` seconds of audio, then the oldest are dropped.
    """

    def __init__(
        self, bytes_per_second: int, gap: float = GAP_SECONDS, kept: float = KEPT_SECONDS
    ) -> None:
        self._rate = bytes_per_second
        self._gap, self._kept = int(gap * bytes_per_second), int(kept * bytes_per_second)
        self._sent: deque[bytes] = deque()
        self._unsent: deque[bytes] = deque()
        self._sent_bytes = self._unsent_bytes = self._given = 0

    @property
    def given_seconds(self) -> float:
        """The audio clock: seconds given to the recogniser."""
        return self._given / self._rate

    @property
    def waiting_seconds(self) -> float:
        return self._unsent_bytes / self._rate

    def add(self, frame: bytes) -> int:
        """Append a frame; returns the bytes that had to be dropped for it."""
        self._unsent.append(frame)
        self._unsent_bytes += len(frame)
        return self._trim() if self._unsent_bytes > self._gap else 0

    def next(self) -> bytes | None:
        """Take the oldest waiting frame as sent."""
        if not self._unsent:
            return None
        frame = self._unsent.popleft()
        self._unsent_bytes -= len(frame)
        self._sent.append(frame)
        self._sent_bytes += len(frame)
        self._given += len(frame)
        while self._sent_bytes > self._kept:
            self._sent_bytes -= len(self._sent.popleft())
        return frame

    def confirm(self, seconds: float) -> None:
        """Forget the sent frames that end at or before ``seconds`` on the audio clock."""
        # A vendor's seconds are sums of fractions: a frame must not be heard again for a rounding.
        keep = self._given - int((seconds + ROUNDING_SECONDS) * self._rate)
        while self._sent and self._sent_bytes - len(self._sent[0]) >= keep:
            self._sent_bytes -= len(self._sent.popleft())

    def rewind(self) -> int:
        """Put what was sent and not confirmed back in front; returns the bytes dropped for it."""
        self._unsent.extendleft(reversed(self._sent))
        self._unsent_bytes += self._sent_bytes
        self._given -= self._sent_bytes
        self._sent.clear()
        self._sent_bytes = 0
        return self._trim()

    def drop_waiting(self) -> int:
        """Give up what waits; returns its bytes."""
        lost, self._unsent_bytes = self._unsent_bytes, 0
        self._unsent.clear()
        return lost

    def _trim(self) -> int:
        lost = 0
        while self._unsent_bytes > self._gap:
            size = len(self._unsent.popleft())
            self._unsent_bytes -= size
            lost += size
        return lost
