"""Where packets come in: frames of audio by the short way, unreadable ones not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog

from medcor import runtime

from .outbox import NAMESPACE

# What announces a frame, as every client writes it; one that asks for an answer has a number in it.
AUDIO_HEADER = f'51-{NAMESPACE},["audio",{{"_placeholder":true,"num":0}}]'
UNREADABLE = (ValueError, TypeError, KeyError, IndexError, AttributeError)

# What a connection may say, and how long it may stay, before it joins the namespace: a client
# sends one message at once; somebody's key may be refused and be tried again.
STRANGE_MESSAGES, STRANGE_BYTES, STRANGE_SECONDS = 20, 65_536, 15.0

log = structlog.get_logger("medcor.voice")


@dataclass(slots=True)
class Stranger:
    """A connection without a namespace: since when, and what it has said."""

    since: float
    messages: int = 0
    size: int = 0


class PacketDoor:
    """Stands before the Socket.IO server's own reading of Engine.IO messages.

    A frame of audio is two messages, a header that is always the same and the bytes. Reading the
    header as JSON ten times a second and page is a third of what a frame costs.

    A connection that has joined no namespace is nobody's yet: it may say little, and not stay.
    """

    def __init__(self, server: Any, hear: Callable[[str, bytes], Any]) -> None:
        self._server, self._hear = server, hear
        self._read = server.eio.handlers["message"]
        self._connect = server.eio.handlers["connect"]
        self._announced: set[str] = set()
        self._strangers: dict[str, Stranger] = {}
        self._watching = False
        self._lock = runtime.lock()

    def meet(self, client: str, environ: dict[str, Any]) -> Any:
        """Let a connection in, and see that it says soon who it is."""
        answer = self._connect(client, environ)
        self._stranger(client)
        return answer

    def take(self, client: str, data: Any) -> None:
        """Read one message of a connection; one that can't be read ends the connection."""
        try:
            if client in self._announced:
                self._frame(client, data)
            elif self._sid(client) is None:
                self._hear_stranger(client, data)
            elif data == AUDIO_HEADER:
                self._announced.add(client)
            else:
                _check_attachments(data)
                self._read(client, data)
        except UNREADABLE:
            # The engine would log each with its traceback.
            log.warning("unreadable packet")
            hang_up(self._server, client)

    def _hear_stranger(self, client: str, data: Any) -> None:
        stranger = self._stranger(client)
        stranger.messages += 1
        stranger.size += len(data)
        if stranger.messages > STRANGE_MESSAGES or stranger.size > STRANGE_BYTES:
            raise ValueError("a stranger who says too much")
        _check_attachments(data)
        self._read(client, data)

    def _stranger(self, client: str) -> Stranger:
        with self._lock:
            found = self._strangers.setdefault(client, Stranger(runtime.monotonic()))
            watching, self._watching = self._watching, True
        if not watching:
            runtime.spawn(self._watch)
        return found

    def _watch(self) -> None:
        """Hang up those who do not say who they are; ends when there are no strangers left."""
        while True:
            runtime.sleep(1.0)
            now = runtime.monotonic()
            for client, stranger in list(self._strangers.items()):
                if client not in self._server.eio.sockets or self._sid(client) is not None:
                    self._strangers.pop(client, None)
                elif now - stranger.since > STRANGE_SECONDS:
                    self._strangers.pop(client, None)
                    log.warning("a connection did not say who it is")
                    hang_up(self._server, client)
            with self._lock:
                if not self._strangers:
                    self._watching = False
                    return

    def forget(self, client: str) -> None:
        """A connection is gone, perhaps between a header and its frame."""
        self._announced.discard(client)

    def _sid(self, client: str) -> str | None:
        return self._server.manager.sid_from_eio_sid(client, NAMESPACE)

    def _frame(self, client: str, data: Any) -> None:
        self._announced.discard(client)
        if type(data) is not bytes:
            raise ValueError("a header without its frame")
        sid = self._sid(client)
        if sid is not None:
            self._hear(sid, data)


def _check_attachments(data: Any) -> None:
    """Refuse what announces several binaries: the library would keep whatever comes, for ever."""
    if type(data) is not str:
        return
    count, dash, _rest = data[1:12].partition("-")
    if dash and count.isdigit() and int(count) > 1:
        raise ValueError("more than one attachment")


def hang_up(server: Any, client: str) -> None:
    """End a connection without waiting for what it has not read: the engine's own way may hang."""
    connection = server.eio.sockets.pop(client, None)
    if connection is not None:
        connection.close(wait=False, reason=server.eio.reason.SERVER_DISCONNECT)
