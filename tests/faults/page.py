"""A page of the simulation: what the browser's client does, without a browser.

It sends frames in real time, keeps them until they are a turn, comes back after a lost connection,
perhaps to another process, and merges what it is shown by name.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from typing import Any

import eventlet

from medcor.domain import errors
from medcor.integrations.recognisers import AudioFormat
from medcor.services.sessions import SignedIn
from medcor.sockets.messages import Line, Start
from medcor.sockets.registry import Registry
from tests.voice.scripted_deepgram import frame

from .virtual import Process, run_in

AUDIO = AudioFormat("linear16", 16000, "en")
FRAME_MS = 100
SILENCE = b"\0" * 3200
MOST_FRAMES = 300


@dataclass
class Server:
    """A process of the simulation with its registry."""

    process: Process
    registry: Registry


@dataclass
class Trail:
    """The frames on their way, as in trail.js."""

    epoch: str = ""
    frames: list[bytes] = field(default_factory=list)
    start: int = 0
    sent: int = 0
    lost: int = 0

    def push(self, piece: bytes) -> None:
        self.frames.append(piece)
        if len(self.frames) > MOST_FRAMES:
            self.lost += self.sent == 0
            self._drop()

    def _drop(self) -> None:
        self.frames.pop(0)
        self.start += FRAME_MS
        self.sent = max(0, self.sent - 1)

    def next(self) -> list[bytes]:
        pieces, self.sent = self.frames[self.sent :], len(self.frames)
        return pieces

    def settle(self, epoch: str, taken_ms: int) -> None:
        while epoch == self.epoch and self.sent > 0 and self.start + FRAME_MS <= taken_ms:
            self._drop()

    def resume(self, epoch: str, heard_ms: int) -> None:
        if not epoch:
            return
        if epoch != self.epoch:
            self.epoch, self.start, self.sent = epoch, heard_ms, 0
        else:
            missing = -(-(heard_ms - self.start) // FRAME_MS)
            self.sent = min(len(self.frames), max(0, missing))


class SimPage:
    """One person's page. ``shown`` is what stands on it: name of a thing to its last text."""

    def __init__(self, rng: random.Random, person: SignedIn, prompt: dict[str, Any]) -> None:
        self.rng, self.person, self.prompt = rng, person, prompt
        self.session_id, self.seq = "", 0
        self.trail = Trail()
        self.server: Server | None = None
        self.session: Any = None
        self.client = ""
        self.shown: dict[str, str] = {}
        self.replies: dict[str, list[str]] = {}
        self.after_cut: list[str] = []
        self.lines: dict[str, str] = {}
        self.lost_ms = 0
        self.count = 0
        self.closed = False
        self.codes: list[str] = []

    # What a server's outbox does with a packet for this page.

    def receive(self, packet: str) -> None:
        name, event = json.loads(packet.partition(",")[2])
        if event["seq"] <= self.seq and event["seq"] != 0:
            return
        self.seq = max(self.seq, event["seq"])
        self.lost_ms += event.get("lost_ms", 0)
        if name == "transcript" and event["is_final"]:
            self.shown[event["utterance_id"]] = event["text"]
            self.lines.pop(event["utterance_id"], None)
        elif name == "reply":
            self.replies.setdefault(event["turn_id"], []).append(event["text"])
        elif name == "error":
            self.codes.append(event["code"])
        elif name == "status":
            if event.get("epoch"):
                if event["epoch"] != self.trail.epoch:
                    self.trail.resume(event["epoch"], 0)
                self.trail.settle(event["epoch"], event.get("taken_ms", -1))
            self.closed = self.closed or event["state"] == "closed"

    def connect(self, server: Server, *, audio: bool) -> bool:
        """Start, or come back; False where the process died meanwhile or refused."""
        self.count += 1
        client = f"{server.process.name}-{id(self)}-{self.count}"
        done: list[Any] = []
        run_in(server.process, self._start, server, client, audio, done)
        for _ in range(200):
            if done or not server.process.alive:
                break
            eventlet.sleep(0.05)
        if not done or not server.process.alive or done[0] is None:
            return False
        self.server, self.session, self.client = server, done[0], client
        standing = self.session.standing()
        if self.session_id != self.session.id:
            self.trail.frames = self.trail.frames[self.trail.sent :]
            self.trail.epoch, self.trail.start, self.trail.sent = "", 0, 0
        self.session_id = self.session.id
        self.trail.settle(standing["settled"]["epoch"], standing["settled"]["taken_ms"])
        self.trail.resume(standing["epoch"], standing["heard_ms"])
        for name, text in list(self.lines.items()):
            self.session.ask("text", Line(name, text))
        return True

    def _start(self, server: Server, client: str, audio: bool, done: list[Any]) -> None:
        """The namespace's ``start``, without Socket.IO."""
        registry, start = server.registry, self._request(audio)
        try:
            session = registry.find(start.session_id, self.person.actor)
            session = session or registry.take_over(self.person, start)
            if session is None:
                self.seq = 0
                session = registry.open(self.person, "en", self.prompt)
            registry.parts.pages[client] = self
            registry.attach(client, client, session, start.last_seq or 0)
            if audio:
                session.use_audio(AUDIO)
            done.append(session)
        except errors.DomainError as error:
            self.codes.append(error.code)
            done.append(None)

    def _request(self, audio: bool) -> Start:
        return Start("en", AUDIO if audio else None, self.session_id, self.seq)

    @property
    def connected(self) -> bool:
        return self.server is not None and self.server.process.alive

    def lose(self) -> None:
        """The connection is gone; the process notices, if there is one."""
        server, self.server = self.server, None
        if server is not None and server.process.alive:
            server.registry.parts.pages.pop(self.client, None)
            server.registry.detach(self.client, self.client)

    def hung_up(self, client: str) -> None:
        if client == self.client:
            self.server = None

    # What the person does.

    def speak(self, seconds: float) -> None:
        """Frames of silence in real time; sent while there is a connection."""
        for _ in range(round(seconds * 1000 / FRAME_MS)):
            self.hear(SILENCE)

    def say(self, text: str) -> None:
        """Words in the microphone: an interim, then the final."""
        self.hear(frame({"interim": text.rpartition(" ")[0]}))
        self.speak(self.rng.uniform(0.1, 0.6))
        self.hear(frame({"final": text}))

    def hear(self, piece: bytes) -> None:
        self.trail.push(piece)
        if self.connected:
            for each in self.trail.next():
                self.session.hear(each)
        eventlet.sleep(FRAME_MS / 1000)

    def type(self, text: str) -> bool:
        """A typed turn; False where there is no connection to send it over.

        It is sent again over each new one until it has come back.
        """
        if not self.connected:
            return False
        name = f"t-{self.count}-{len(self.shown)}-{len(self.lines)}-{len(text)}"
        self.lines[name] = text
        self.session.ask("text", Line(name, text))
        return True
