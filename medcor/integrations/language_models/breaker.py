"""Stop asking a server that is down, and find out when it is back without a crowd of tries."""

from __future__ import annotations

from collections.abc import Callable

from medcor import runtime

FAILURES_TO_OPEN = 3
FIRST_PAUSE, LAST_PAUSE = 5.0, 60.0


class Breaker:
    """Closed lets all through; open none; after a pause one try decides whether it closes."""

    def __init__(self, clock: Callable[[], float] = runtime.monotonic) -> None:
        self._clock, self._lock = clock, runtime.lock()
        self._failures = 0
        self._open_until = 0.0
        self._trying = False

    def allows(self) -> bool:
        """Say whether a try makes sense, without taking it."""
        with self._lock:
            return self._state_allows()

    def enter(self) -> bool:
        """Take the right to a try; whoever got it must tell ``succeeded`` or ``failed``."""
        with self._lock:
            if not self._state_allows():
                return False
            self._trying = self._is_tripped()
            return True

    def _is_tripped(self) -> bool:
        return self._failures >= FAILURES_TO_OPEN

    def _state_allows(self) -> bool:
        if not self._is_tripped():
            return True
        return self._clock() >= self._open_until and not self._trying

    def succeeded(self) -> None:
        with self._lock:
            self._failures, self._trying = 0, False

    def abandoned(self) -> None:
        """A try that was cut short says nothing about the server."""
        with self._lock:
            self._trying = False

    def failed(self) -> None:
        with self._lock:
            self._failures += 1
            self._trying = False
            beyond = max(0, self._failures - FAILURES_TO_OPEN)
            self._open_until = self._clock() + min(FIRST_PAUSE * 2 ** min(beyond, 10), LAST_PAUSE)
