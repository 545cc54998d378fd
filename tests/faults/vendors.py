"""The vendors of the simulation: a recogniser's connection and a language model, both faulty.

The audio says itself what is heard in it, as for the scripted recogniser over TCP
(``tests/voice/scripted_deepgram``): a frame that begins with MARK carries the words.
"""

from __future__ import annotations

import json
import random
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

import eventlet
import websocket
from eventlet.event import Event

from medcor.integrations.language_models import ModelFailed, TextPiece, ToolCall
from tests.voice.scripted_deepgram import MARK

from .virtual import CLOCK

BYTES_PER_SECOND = 32_000


class Recogniser:
    """Makes connections; ``fault`` decides what befalls each, and when."""

    def __init__(self, rng: random.Random, faulty: float) -> None:
        self.rng, self.faulty = rng, faulty
        self.open = 0
        self.connections = 0

    def connect(self, *_: Any, **__: Any) -> Connection:
        eventlet.sleep(self.rng.uniform(0.02, 0.3))
        fault = self.rng.random() if self.rng.random() < self.faulty else 1.0
        if fault < 0.15:
            raise websocket.WebSocketBadStatusException("refused %s %s", 503, "busy")
        if fault < 0.25:
            raise ConnectionRefusedError("nobody there")
        self.connections += 1
        return Connection(self, fault)


class _Sock:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def shutdown(self, _how: int) -> None:
        self._connection.break_off()


class Connection:
    """What the link uses of ``websocket.WebSocket``."""

    def __init__(self, vendor: Recogniser, fault: float) -> None:
        self.vendor, self.rng = vendor, vendor.rng
        self.sock = _Sock(self)
        self.timeout = 5.0
        self.received = 0
        self.final_until = self.latest = 0.0
        self.messages: deque[bytes] = deque()
        self._news: Event | None = None
        self.broken = False
        self.drop_after = self.rng.randint(5, 120) if 0.25 <= fault < 0.6 else None
        self.stall_after = self.rng.randint(5, 120) if 0.6 <= fault < 0.75 else None
        self.deaf_after = self.rng.randint(5, 120) if 0.75 <= fault < 0.85 else None
        self.frames = 0
        vendor.open += 1

    def settimeout(self, seconds: float) -> None:
        self.timeout = seconds

    def send_binary(self, frame: bytes) -> None:
        self.frames += 1
        if self.stall_after is not None and self.frames > self.stall_after:
            eventlet.sleep(self.timeout)
            raise websocket.WebSocketTimeoutException("send timed out")
        if self.drop_after is not None and self.frames > self.drop_after:
            self.break_off()
        self._check()
        self.received += len(frame)
        if self.deaf_after is None or self.frames <= self.deaf_after:
            self._hear(frame)

    def send(self, text: str) -> None:
        self._check()
        kind = json.loads(text)["type"]
        if kind == "Finalize":
            self._say("", is_final=True, speech_final=False, from_finalize=True)
        if kind == "CloseStream":
            self.break_off()

    def _check(self) -> None:
        if self.broken:
            raise websocket.WebSocketConnectionClosedException("gone")

    def _hear(self, frame: bytes) -> None:
        if not frame.startswith(MARK):
            return
        for step in json.loads(frame[len(MARK) :]):
            if "interim" in step:
                self._say(step["interim"], is_final=False)
            elif "final" in step:
                self._say(step["final"], is_final=True, speech_final=step.get("speech_final", True))

    def _say(self, text: str, **flags: bool) -> None:
        end = self.received / BYTES_PER_SECOND
        step = (end - self.final_until) / max(1, len(text.split()))
        words = [
            {"word": word, "end": self.final_until + step * place}
            for place, word in enumerate(text.split(), 1)
        ]
        message = {
            "type": "Results",
            "start": self.final_until,
            "duration": end - self.final_until,
            "channel": {"alternatives": [{"transcript": text, "words": words}]},
            **flags,
        }
        if flags["is_final"]:
            self.final_until = end
        # A connection keeps its order.
        self.latest = max(self.latest + 0.001, CLOCK.now + self.rng.uniform(0.01, 0.4))
        eventlet.spawn_after(self.latest - CLOCK.now, self._post, json.dumps(message).encode())

    def _post(self, message: bytes) -> None:
        self.messages.append(message)
        self._wake()

    def _wake(self) -> None:
        if self._news is not None and not self._news.ready():
            self._news.send()

    def recv_data(self) -> tuple[int, bytes]:
        until = self.timeout
        while not self.messages:
            self._check()
            self._news = Event()
            if self._news.wait(timeout=until) is None and not self._news.ready():
                raise websocket.WebSocketTimeoutException("nothing came")
        return websocket.ABNF.OPCODE_TEXT, self.messages.popleft()

    def break_off(self) -> None:
        if not self.broken:
            self.broken = True
            self.vendor.open -= 1
            self._wake()

    def shutdown(self) -> None:
        self.break_off()


class Model:
    """A language model that mostly answers, and otherwise does what models do."""

    def __init__(self, rng: random.Random, faulty: float) -> None:
        self.rng, self.faulty = rng, faulty
        self.asked = 0

    def ready(self) -> bool:
        return self.rng.random() > self.faulty / 10

    def stream(
        self, messages: Sequence[Any], tools: Sequence[Any], deadline: float
    ) -> Iterator[TextPiece | ToolCall]:
        self.asked += 1
        fault = self.rng.random() if self.rng.random() < self.faulty else 1.0
        eventlet.sleep(self.rng.uniform(0.05, 0.8))
        if fault < 0.2:
            raise ModelFailed(f"status_{self.rng.choice((429, 500, 503))}")
        if fault < 0.35:
            eventlet.sleep(8.0)
            raise ModelFailed("timeout", "silence")
        if tools and messages[-1]["role"] == "user" and self.rng.random() < 0.4:
            name = self.rng.choice(tools)["function"]["name"]
            yield ToolCall(f"call_{self.asked}", name, "{}")
            return
        for number in range(self.rng.randint(2, 8)):
            eventlet.sleep(self.rng.uniform(0.01, 0.2))
            if fault < 0.6 and number > 1:
                raise ModelFailed("cut", "the stream ended early")
            yield TextPiece(f"This is sentence {number}. ")
