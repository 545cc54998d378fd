"""A page without a browser: a Socket.IO client that remembers every event it was sent."""

from __future__ import annotations

import json
import socket
import threading
import time
import urllib.request
from collections.abc import Callable
from typing import Any

import socketio

NAMESPACE = "/ws/transcription"
EVENTS = ("ready", "transcript", "reply_delta", "reply", "tool", "credits", "status", "error")
SILENCE = b"\0" * 3200


class Refused(Exception):
    """The connection was refused; the text is the code, or what the engine said."""


class Page:
    """One connected page. ``heard`` holds (name, payload) in order of arrival."""

    def __init__(self, url: str, key: str | None = None, **headers: str) -> None:
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self._changed = threading.Condition()
        self.gone = threading.Event()
        self.refusal: dict[str, Any] = {}
        origin = {"origin": headers.pop("Origin")} if "Origin" in headers else {}
        self.io = socketio.Client(reconnection=False, websocket_extra_options=origin)
        for name in EVENTS:
            self.io.on(name, self._keeper(name), namespace=NAMESPACE)
        self.io.on("disconnect", lambda *_: self.gone.set(), namespace=NAMESPACE)
        self.io.on("connect_error", self._refused, namespace=NAMESPACE)
        try:
            self.io.connect(
                url,
                namespaces=[NAMESPACE],
                transports=["websocket"],
                auth={"api_key": key} if key else None,
                headers=headers,
                wait_timeout=10,
            )
            self._socket = self.io.eio.ws.sock
        except socketio.exceptions.ConnectionError as error:
            if self.io.eio.ws is not None:
                self.io.eio.ws.shutdown()
            raise Refused(self.refusal.get("data", {}).get("code", str(error))) from error

    def _refused(self, data: Any) -> None:
        self.refusal = data if isinstance(data, dict) else {"message": data}

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
        # The engine's client leaves it open where the server hung up first.
        self._socket.close()

    def drop(self) -> None:
        """Cut the TCP connection."""
        self._socket.shutdown(socket.SHUT_RDWR)
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
