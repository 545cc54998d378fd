"""WebSocket framing by hand (RFC 6455), as light as a load generator must be."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
import struct
from abc import ABC, abstractmethod
from collections.abc import Iterator

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


def masked(payload: bytes, opcode: int, key: bytes = b"\x37\xfa\x21\x3d") -> bytes:
    """A client's frame: always masked."""
    size = len(payload)
    stretched = (key * (size // 4 + 1))[:size]
    body = int.from_bytes(payload, "big") ^ int.from_bytes(stretched, "big")
    return _head(opcode, size, 0x80) + key + body.to_bytes(size, "big")


def unmasked(payload: bytes, opcode: int) -> bytes:
    """A server's frame."""
    return _head(opcode, len(payload), 0) + payload


def _head(opcode: int, size: int, mask: int) -> bytes:
    if size < 126:
        return bytes((0x80 | opcode, mask | size))
    if size < 65536:
        return struct.pack("!BBH", 0x80 | opcode, mask | 126, size)
    return struct.pack("!BBQ", 0x80 | opcode, mask | 127, size)


class Frames:
    """Bytes in, whole frames out; ``keep`` is how much of a payload is unmasked at all."""

    def __init__(self, keep: int = 1 << 30) -> None:
        self._data = bytearray()
        self._keep = keep

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Yield (opcode, payload) for each frame that is complete now."""
        buffer = self._data
        buffer += data
        position, end = 0, len(buffer)
        while end - position >= 2:
            second = buffer[position + 1]
            size, start = second & 127, position + 2
            if size == 126:
                if end - start < 2:
                    break
                size, start = int.from_bytes(buffer[start : start + 2], "big"), start + 2
            elif size == 127:
                if end - start < 8:
                    break
                size, start = int.from_bytes(buffer[start : start + 8], "big"), start + 8
            key = b""
            if second & 128:
                key, start = bytes(buffer[start : start + 4]), start + 4
            if end < start + size:
                break
            yield buffer[position] & 15, self._payload(buffer[start : start + size], key)
            position = start + size
        del buffer[:position]

    def _payload(self, data: bytearray, key: bytes) -> bytes:
        if not key:
            return bytes(data)
        head = data[: self._keep]
        stretched = (key * (len(head) // 4 + 1))[: len(head)]
        value = int.from_bytes(head, "big") ^ int.from_bytes(stretched, "big")
        return value.to_bytes(len(head), "big")


class Client(asyncio.Protocol, ABC):
    """A raw WebSocket client; subclasses take ``frame(opcode, payload)``."""

    def __init__(self, host: str, path: str) -> None:
        self.host, self.path = host, path
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.closed = False
        self._frames = Frames()
        self._answer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            f"GET {self.path} HTTP/1.1\r\nHost: {self.host}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        if not self.opened.done():
            self._answer += data
            head, found, data = self._answer.partition(b"\r\n\r\n")
            if not found:
                return
            if b" 101 " not in head.split(b"\r\n")[0]:
                self.opened.set_exception(ConnectionError(head.decode(errors="replace")[:200]))
                return
            self.opened.set_result(None)
        for opcode, payload in self._frames.feed(data):
            self.frame(opcode, payload)

    @abstractmethod
    def frame(self, opcode: int, payload: bytes) -> None:
        """Take one frame of the other side."""

    def connection_lost(self, error: Exception | None) -> None:
        self.closed = True
        if not self.opened.done():
            self.opened.set_exception(ConnectionError("closed before it was open"))


def accept(request: bytes) -> bytes:
    """Answer a client's handshake."""
    for line in request.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"sec-websocket-key":
            magic = value.strip() + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
            token = base64.b64encode(hashlib.sha1(magic).digest())
            return (
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                b"Connection: Upgrade\r\nSec-WebSocket-Accept: " + token + b"\r\n\r\n"
            )
    return b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
