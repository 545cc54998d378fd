"""How often something may happen, as pure arithmetic on a clock that the caller brings."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Bucket:
    """A leaky bucket: ``rate`` a second on average, ``burst`` at once; ``now`` is monotonic."""

    rate: float
    burst: float
    _level: float = 0.0
    _at: float = 0.0

    def take(self, now: float, amount: float = 1.0) -> bool:
        """Book ``amount`` and say yes, or say no and book nothing."""
        self._leak(now)
        if self._level + amount > self.burst:
            return False
        self._level += amount
        return True

    def wait(self, now: float, amount: float) -> float:
        """Book ``amount`` whatever the level and return the seconds until it is within the rate."""
        self._leak(now)
        self._level += amount
        return max(0.0, (self._level - self.burst) / self.rate)

    def _leak(self, now: float) -> None:
        self._level = max(0.0, self._level - max(0.0, now - self._at) * self.rate)
        self._at = now


def backoff(attempt: int, random: float, first: float = 1.0, longest: float = 10.0) -> float:
    """Seconds before try ``attempt`` (0 is the first): doubling, jittered, within the two bounds.

    ``random`` is between 0 and 1; the wait is between half of the plain one and all of it.
    """
    plain = min(longest, first * 2**attempt)
    return max(first, plain * (0.5 + random / 2))
