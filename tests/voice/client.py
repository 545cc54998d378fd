"""A page without a browser: a Socket.IO client that remembers every event it was sent."""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from collections.abc import Callable
from typing import Any

import socketio

NAMESPACE = "/ws/transcription"
EVENTS = ("ready", "transcript", "reply_delta", "reply", "tool", "credits", "status", "error")
SILENCE = b"\0" * 3200


class Page:
    """One connected page. ``heard`` holds (name, payload) in order of arrival."""

    def __init__(self, url: str, key: str | None = None, **headers: str) -> None:
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self._changed = threading.Condition()
        self.gone = threading.Event()
        self.io = socketio.Client(reconnection=False)
        for name in EVENTS:
            self.io.on(name, self._keeper(name), namespace=NAMESPACE)
        self.io.on("disconnect", lambda *_: self.gone.set(), namespace=NAMESPACE)
        self.io.connect(
            url,
            namespaces=[NAMESPACE],
            transports=["websocket"],
            auth={"api_key": key} if key else None,
            headers=headers,
            wait_timeout=10,
        )

    def _keeper(self, name: str) -> Callable[[dict[str, Any]], None]:
        def keep(payload: dict[str, Any]) -> None:
            with self._changed:
                self.heard.append((name, payload))
                self._changed.notify_all()

        return keep

    def ask(self, event: str, payload: Any = None) -> dict[str, Any]:
        """Send an event and return its acknowledgement."""
        return self.io.call(event, payload, namespace=NAMESPACE, timeout=10)

    def send(self, event: str, payload: Any = None) -> None:
        self.io.emit(event, payload, namespace=NAMESPACE)

    def say(self, *frames: bytes, pace: float = 0.0) -> None:
        """Send frames of audio; ``pace`` 0.1 is real time."""
        for each in frames:
            self.send("audio", each)
            if pace:
                time.sleep(pace)

    def wait(
        self,
        name: str,
        check: Callable[[dict], bool] = lambda _: True,
        seconds: float = 8.0,
        after: int = 0,
    ) -> dict[str, Any]:
        """The first event of this name, from place ``after`` on, that fits; fails in time."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while True:
                for event, payload in self.heard[after:]:
                    if event == name and check(payload):
                        return payload
                left = deadline - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    raise AssertionError(f"no such {name} within {seconds} s: {self.heard[after:]}")

    def all(self, name: str) -> list[dict[str, Any]]:
        return [payload for event, payload in list(self.heard) if event == name]

    def close(self) -> None:
        """Go away as a lost connection does, without a word."""
        if self.io.connected:
            self.io.disconnect()

    def drop(self) -> None:
        """Cut the TCP connection."""
        self.io.eio.ws.sock.shutdown(2)
        self.gone.wait(5)


def prepare(url: str, key: str) -> tuple[int, dict[str, Any]]:
    """Write the prompt file, as a page does before it connects."""
    request = urllib.request.Request(
        f"{url}/transcription/user-prompt/",
        method="POST",
        data=b"",
        headers={"Authorization": f"Bearer {key}"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.status, json.load(answer)
