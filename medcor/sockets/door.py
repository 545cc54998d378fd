"""Where packets come in: frames of audio by the short way, unreadable ones not at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog

from .outbox import NAMESPACE

# What announces a frame, as every client writes it; one that asks for an answer has a number in it.
AUDIO_HEADER = f'51-{NAMESPACE},["audio",{{"_placeholder":true,"num":0}}]'
UNREADABLE = (ValueError, TypeError, KeyError, IndexError, AttributeError)

log = structlog.get_logger("medcor.voice")


class PacketDoor:
    """Stands before the Socket.IO server's own reading of Engine.IO messages.

    A frame of audio is two messages, a header that is always the same and the bytes. Reading the
    header as JSON ten times a second and page is a third of what a frame costs.
    """

    def __init__(self, server: Any, hear: Callable[[str, bytes], Any]) -> None:
        self._server, self._hear = server, hear
        self._read = server.eio.handlers["message"]
        self._announced: set[str] = set()

    def take(self, client: str, data: Any) -> None:
        """Read one message of a connection; one that can't be read ends the connection."""
        try:
            if client in self._announced:
                self._frame(client, data)
            elif data == AUDIO_HEADER and self._sid(client) is not None:
                self._announced.add(client)
            else:
                self._read(client, data)
        except UNREADABLE:
            # The engine would log each with its traceback.
            log.warning("unreadable packet")
            hang_up(self._server, client)

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


def hang_up(server: Any, client: str) -> None:
    """End a connection without waiting for what it has not read: the engine's own way may hang."""
    connection = server.eio.sockets.pop(client, None)
    if connection is not None:
        connection.close(wait=False, reason=server.eio.reason.SERVER_DISCONNECT)
