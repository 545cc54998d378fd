"""How fast a stream may run ahead of real time."""

from dataclasses import dataclass

BURST_SECONDS = 2.0


@dataclass
class Pace:
    """A leaky bucket: `limit` seconds of audio per second, after a burst."""

    limit: float
    due: float = float("-inf")

    def wait(self, now: float, audio: float) -> float:
        """Book `audio` seconds at `now` and return how long to wait before the next."""
        self.due = max(self.due, now - BURST_SECONDS / self.limit) + audio / self.limit
        return max(0.0, self.due - now)
