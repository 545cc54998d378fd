"""The scripted vendors of the voice measure: Deepgram's protocol and an OpenAI-compatible model.

A frame that begins with MARK says what is heard in it: an interim, or the end of an utterance.
The final is answered at once, so that what is measured is the product and not a model.
"""

from __future__ import annotations

import asyncio
import json
import struct

from bench import wire

MARK = b"\x5a\xa5"
INTERIM, FINAL = 1, 2
HEAD = struct.Struct("<2sBI")
BYTES_PER_SECOND = 32_000
FIRST_TOKEN_SECONDS, TOKEN_SECONDS, TOKENS = 0.15, 0.03, 16

counts = {"frames": 0, "streams": 0, "replies": 0, "finals": 0}


def marked(kind: int, number: int, size: int) -> bytes:
    """A frame of audio in which something is heard."""
    return HEAD.pack(MARK, kind, number).ljust(size, b"\0")


class Deepgram(asyncio.Protocol):
    """One stream: counts frames, and answers those that are marked."""

    def __init__(self) -> None:
        self._open = False
        self._request = b""
        self._frames = wire.Frames(keep=HEAD.size + 32)
        self._bytes = 0
        self._since = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if not self._open:
            self._request += data
            head, found, data = self._request.partition(b"\r\n\r\n")
            if not found:
                return
            if head.startswith(b"GET /stats"):
                return self._stats()
            counts["streams"] += 1
            self._open = True
            self._transport.write(wire.accept(head))
        for opcode, payload in self._frames.feed(data):
            self._take(opcode, payload)

    def _stats(self) -> None:
        body = json.dumps(counts).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        self._transport.write(head.encode() + body)
        self._transport.close()

    def _take(self, opcode: int, payload: bytes) -> None:
        if opcode == wire.BINARY:
            counts["frames"] += 1
            self._bytes += 3200
            if payload[:2] == MARK:
                _, kind, number = HEAD.unpack(payload[: HEAD.size])
                self._hear(kind, number)
        elif opcode == wire.TEXT and b"CloseStream" in payload:
            self._transport.write(wire.unmasked(b"\x03\xe8", wire.CLOSE))
            self._transport.close()

    def _hear(self, kind: int, number: int) -> None:
        now, final = self._bytes / BYTES_PER_SECOND, kind == FINAL
        text = f"I would like to book a dental cleaning number {number}"
        word = {"word": str(number), "start": now - 0.3, "end": now, "confidence": 0.9}
        best = {"transcript": text, "confidence": 0.9, "words": [word]}
        message = {
            "type": "Results",
            "channel_index": [0, 1],
            "start": self._since,
            "duration": now - self._since,
            "is_final": final,
            "speech_final": final,
            "channel": {"alternatives": [best]},
        }
        if final:
            counts["finals"] += 1
            self._since = now
        self._transport.write(wire.unmasked(json.dumps(message).encode(), wire.TEXT))


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Chat completions, streamed; connections are kept alive."""
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            size = next(
                (
                    int(line.split(b":")[1])
                    for line in head.split(b"\r\n")
                    if line.lower().startswith(b"content-length")
                ),
                0,
            )
            await reader.readexactly(size)
            await _stream(writer)
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def _stream(writer: asyncio.StreamWriter) -> None:
    counts["replies"] += 1
    writer.write(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    await asyncio.sleep(FIRST_TOKEN_SECONDS)
    for number in range(TOKENS):
        _chunk(writer, _delta({"role": "assistant", "content": f"word{number} "}, None))
        await asyncio.sleep(TOKEN_SECONDS)
    _chunk(writer, _delta({}, "stop"))
    _chunk(writer, b"data: [DONE]\n\n")
    writer.write(b"0\r\n\r\n")
    await writer.drain()


def _delta(delta: dict, finish: str | None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    body = {
        "id": "c",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "scripted",
        "choices": [choice],
    }
    return b"data: " + json.dumps(body).encode() + b"\n\n"


def _chunk(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")


async def main() -> None:
    loop = asyncio.get_running_loop()
    speech = await loop.create_server(Deepgram, "127.0.0.1", 0, backlog=1024)
    model = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=1024)
    ports = {"port": speech.sockets[0].getsockname()[1], "model": model.sockets[0].getsockname()[1]}
    print(json.dumps(ports), flush=True)
    await loop.create_future()


if __name__ == "__main__":
    asyncio.run(main())
