"""What a session tells its page: numbered, in order, and kept for a page that comes back."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from typing import Any

from medcor import runtime

NAMESPACE = "/ws/transcription"
KEPT = 256
# What a later event makes worthless is kept apart, so that it never pushes out what counts.
_PASSING = frozenset({"reply_delta"})

Send = Callable[[str, str], bool]


def encode(name: str, payload: dict[str, Any]) -> str:
    """An event as a Socket.IO packet of the namespace."""
    body = json.dumps([name, payload], separators=(",", ":"), ensure_ascii=False)
    # Half a surrogate pair, as a model or a recogniser may send one, would end the connection.
    return f"2{NAMESPACE},{body}".encode(errors="replace").decode()


class Outbox:
    """The numbered events of one session. ``send(client, packet)`` says whether it was taken."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._lock = runtime.lock()
        self._lasting: deque[tuple[int, str]] = deque(maxlen=KEPT)
        self._passing: deque[tuple[int, str]] = deque(maxlen=KEPT)
        self._client: str | None = None
        self.seq = 0

    @property
    def client(self) -> str | None:
        """The Engine.IO id of the connected page, if any."""
        return self._client

    def emit(self, name: str, /, **payload: Any) -> None:
        """Number, keep and send an event; never blocks and never raises for a lost page."""
        with self._lock:
            self.seq += 1
            packet = encode(name, {"seq": self.seq, **payload})
            passing = name in _PASSING or (name == "transcript" and not payload["is_final"])
            # The first words of an alarm have the button that calls.
            passing = passing and not payload.get("cards")
            (self._passing if passing else self._lasting).append((self.seq, packet))
            self._deliver(packet)

    def attach(self, client: str, last_seq: int | None = None) -> None:
        """Send to ``client`` from now on, after what it missed since ``last_seq``."""
        with self._lock:
            self._client = client
            if last_seq is not None:
                for seq, packet in sorted([*self._lasting, *self._passing]):
                    if seq > last_seq:
                        self._deliver(packet)

    def detach(self, client: str) -> bool:
        """Stop sending to ``client``; False when another one has taken over."""
        with self._lock:
            if self._client != client:
                return False
            self._client = None
            return True

    def _deliver(self, packet: str) -> None:
        if self._client is not None and not self._send(self._client, packet):
            self._client = None
