"""The pages of the voice measure: N streams that speak in real time and time what comes back.

A frame is due when its last sample was spoken. Lateness is counted from that moment, not from
when the frame was sent or answered: queues on the way up hide otherwise.
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field

from bench import vendors, wire

FRAME_SECONDS = 0.1
FRAME_BYTES = 3200
CYCLE, SPOKEN, INTERIM_EVERY = 100, 30, 5
TICK_SECONDS = 0.002
NAMESPACE = "/ws/transcription"
HEADER = wire.masked(
    f'451-{NAMESPACE},["audio",{{"_placeholder":true,"num":0}}]'.encode(), wire.TEXT
)
QUIET = HEADER + wire.masked(b"\0" * FRAME_BYTES, wire.BINARY)


@dataclass
class Tally:
    """What a run saw; times in seconds."""

    lateness: list[float] = field(default_factory=list)
    lag: list[float] = field(default_factory=list)
    expected: int = 0
    finals: int = 0
    replies: int = 0
    errors: list[str] = field(default_factory=list)
    lost_ms: int = 0
    frames: int = 0


class Page(wire.Client):
    """One stream; ``framed`` is False for the bare relay, which speaks Deepgram's messages."""

    def __init__(self, host: str, path: str, key: str, tally: Tally, framed: bool) -> None:
        super().__init__(host, path)
        self.key, self.tally, self.framed = key, tally, framed
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.due: dict[int, tuple[float, bool]] = {}
        self.number = 0
        self.place = 0
        self.counting = self.ending = self.silent = False
        self.quiet = QUIET if framed else QUIET[len(HEADER) :]

    def frame(self, opcode: int, payload: bytes) -> None:
        if opcode == wire.TEXT:
            take = self.packet if self.framed else self.message
            take(payload)
        elif opcode == wire.CLOSE:
            self.tally.errors.append("closed by the server")

    def packet(self, data: bytes) -> None:
        if data == b"2":
            self.transport.write(wire.masked(b"3", wire.TEXT))
        elif data.startswith(b"0{"):
            auth = json.dumps({"api_key": self.key})
            self.say(f"40{NAMESPACE},{auth}")
        elif data.startswith(b"40"):
            start = {"language": "en", "encoding": "linear16", "sample_rate": 16000}
            self.say(f"42{NAMESPACE},1{json.dumps(['start', start])}")
        elif data.startswith(b"43"):
            body = json.loads(data[data.index(b"[") :])[0]
            if not body["ok"]:
                self.ready.set_exception(ConnectionError(str(body)))
        elif data.startswith(b"42"):
            self.event(data)

    def say(self, text: str) -> None:
        self.transport.write(wire.masked(text.encode(), wire.TEXT))

    def event(self, data: bytes) -> None:
        if b'["transcript"' in data[:40]:
            if b'"is_final":true' in data:
                self.final(json.loads(data[data.index(b"[") :])[1]["text"])
        elif b'["reply",' in data[:40]:
            self.tally.replies += 1
        elif b'["status"' in data[:40]:
            body = json.loads(data[data.index(b"[") :])[1]
            self.tally.lost_ms += body["lost_ms"]
            if body["state"] == "listening" and not self.ready.done():
                self.ready.set_result(None)
        elif b'["error"' in data[:40]:
            self.tally.errors.append(data.decode()[-200:])

    def message(self, data: bytes) -> None:
        body = json.loads(data)
        if body["is_final"]:
            self.final(body["channel"]["alternatives"][0]["transcript"])

    def final(self, text: str) -> None:
        self.tally.finals += 1
        due, counts = self.due.pop(int(text.rsplit(" ", 1)[1]), (0.0, False))
        if counts:
            self.tally.lateness.append(time.perf_counter() - due)

    def speak(self, due: float) -> None:
        """Send the frame that was due at ``due``."""
        place, self.place = self.place % CYCLE, self.place + 1
        self.tally.frames += 1
        self.silent |= self.ending and place == 0
        if self.silent or place >= SPOKEN or place % INTERIM_EVERY != INTERIM_EVERY - 1:
            self.transport.write(self.quiet)
            return
        kind = vendors.FINAL if place == SPOKEN - 1 else vendors.INTERIM
        if kind == vendors.FINAL:
            self.number += 1
            self.due[self.number] = due, self.counting
            self.tally.expected += self.counting
        audio = vendors.marked(kind, self.number, FRAME_BYTES)
        header = HEADER if self.framed else b""
        self.transport.write(header + wire.masked(audio, wire.BINARY))


async def open_pages(
    port: int, keys: list[str], tally: Tally, *, framed: bool, at_once: int = 8
) -> list[Page]:
    """Connect and start every stream; raises if one is refused."""
    host, loop = f"127.0.0.1:{port}", asyncio.get_running_loop()
    path = "/socket.io/?EIO=4&transport=websocket" if framed else "/"
    gate = asyncio.Semaphore(at_once)

    async def open_one(key: str) -> Page:
        async with gate:
            made = lambda: Page(host, path, key, tally, framed)  # noqa: E731
            _, page = await loop.create_connection(made, "127.0.0.1", port)
            await asyncio.wait_for(page.opened, 20)
            if framed:
                await asyncio.wait_for(page.ready, 20)
            return page

    return list(await asyncio.gather(*(open_one(key) for key in keys)))


async def speak_all(pages: list[Page], seconds: float, warm: float, quiet: float) -> None:
    """Let every page speak in real time, evenly spread; what is heard after ``warm`` counts.

    For ``quiet`` seconds more the microphones stay open: running sentences are finished and the
    last turns answered, and no new ones are begun.
    """
    began = time.perf_counter() + 0.1
    count, sent = len(pages), 0
    for number, page in enumerate(pages):
        page.place = number * CYCLE // count
    until = began + warm + seconds
    while (now := time.perf_counter()) < until + quiet:
        due_count = int((now - began) / FRAME_SECONDS * count) if now > began else 0
        while sent < due_count:
            page, due = pages[sent % count], began + sent * FRAME_SECONDS / count
            if not page.closed:
                page.speak(due)
            if page.counting:
                page.tally.lag.append(time.perf_counter() - due)
            sent += 1
        if now > until and not pages[0].ending:
            for page in pages:
                page.ending = True
        if now - began > warm and not pages[0].counting:
            for page in pages:
                page.counting = True
        await asyncio.sleep(TICK_SECONDS)
