"""How WebSockets are read under eventlet: quickly, fairly and within bounds. See `runtime`."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

# Pieces of frames, of which a frame of audio has seven.
YIELD_EVERY_PIECES = 32
READ_AHEAD = 16_384
# Of one message, as they arrive: a megabyte in packets of Ethernet is under 700.
MOST_PIECES = 4096


def unmask(data: bytes, mask: Any, length: int | None = None, offset: int = 0) -> bytes:
    """XOR a WebSocket payload with its 4-byte mask (RFC 6455, 5.3) as one large integer.

    Eventlet does it byte by byte in Python: 1.2 ms for a 100 ms audio frame against 0.02 ms.
    ``mask`` is four integers, ``offset`` the position of ``data`` in the payload.
    """
    length = len(data) if length is None else length
    start = offset % 4
    turned = bytes(mask)
    turned = turned[start:] + turned[:start]
    key = (turned * (length // 4 + 1))[:length]
    value = int.from_bytes(data[:length], "little") ^ int.from_bytes(key, "little")
    return value.to_bytes(length, "little")


class ReadAhead:
    """A socket that reads what is there at once and gives way to others every few pieces.

    A frame of audio arrives as two WebSocket messages, read in seven pieces: one system call
    instead of seven. A read that finds data never yields, so one flooding client would starve
    every other.
    """

    __slots__ = ("_held", "_pieces", "_sock")

    def __init__(self, sock: Any) -> None:
        self._sock = sock
        self._held = b""
        self._pieces = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)

    def recv(self, size: int) -> bytes:
        """Return up to ``size`` bytes, at least one unless the other side is gone."""
        self._count(1)
        held = self._held
        if not held:
            if size >= READ_AHEAD:
                return self._sock.recv(size)
            held = self._sock.recv(READ_AHEAD)
        data, self._held = held[:size], held[size:]
        return data

    def _count(self, pieces: int) -> None:
        self._pieces += pieces
        if self._pieces >= YIELD_EVERY_PIECES:
            self._pieces = 0
            time.sleep(0)

    def plain_frame(self) -> tuple[int, bytes] | None:
        """Take a whole, masked, unfragmented text or binary frame under 64 KB (RFC 6455, 5.2).

        None leaves what is there untouched, for the library to read in its own way.
        """
        self._count(4)
        held = self._held = self._held or self._sock.recv(READ_AHEAD)
        if len(held) < 8 or held[0] not in (0x81, 0x82) or not 0x80 <= held[1] < 0xFF:
            return None
        size, start = held[1] & 127, 2
        if size == 126:
            size, start = held[2] << 8 | held[3], 4
        end = start + 4 + size
        while len(held) < end:
            more = self._sock.recv(READ_AHEAD)
            if not more:
                return None
            held = self._held = held + more
        self._held = held[end:]
        return held[0] & 15, unmask(held[start + 4 : end], held[start : start + 4])


class Whole:
    """A message that came in one frame, as eventlet's own reader would give it."""

    __slots__ = ("_data", "opcode")
    finished = True

    def __init__(self, opcode: int, data: bytes) -> None:
        self.opcode, self._data = opcode, data

    def getvalue(self) -> bytes | str:
        return self._data.decode() if self.opcode == 1 else self._data


def frame_reader(read_any: Callable[..., Any]) -> Callable[..., Any]:
    """Read whole plain frames the short way, and all others as ``read_any`` does."""

    def read(self: Any, message: Any = None) -> Any:
        if message is None:
            plain = self.socket.plain_frame()
            if plain is not None:
                return Whole(*plain)
        return read_any(self, message)

    return read


def bounded(message: type, too_long: Callable[[int, str], Exception]) -> type:
    """A message of fragments that may be as long as one frame and no longer, else ``too_long``.

    Eventlet bounds each fragment alone: of a message that never ends it keeps them all.
    """

    class Bounded(message):
        size = pieces = 0

        def push(self, data: bytes, final: bool = False) -> None:
            self.size += len(data)
            self.pieces += 1
            if self.size > self.max_frame_length or self.pieces > MOST_PIECES:
                self.data.clear()
                raise too_long(1009, "The message is too long.")
            super().push(data, final)

    return Bounded


def bytes_reader(closed: type[Exception]) -> Callable[..., bytes]:
    """Read exactly so many bytes; ``closed`` is raised where the other side is gone."""

    def read(self: Any, size: int) -> bytes:
        data = self.socket.recv(size)
        while len(data) < size:
            more = self.socket.recv(size - len(data)) if data else b""
            if not more:
                raise closed()
            data += more
        return data

    return read
