"""Deepgram's protocol with a script instead of ears: the audio itself says what is "heard".

A frame that begins with MARK carries JSON: a list of steps, each of which becomes a message at the
frame's place on the audio clock. Every other frame is silence. ``GET /stats`` tells what came in,
``GET /drop`` cuts every connection without a word.

Steps: {"interim": text}, {"final": text, "speech_final": bool}, {"utterance_end": true},
{"on_finalize": text}, {"close": code}, {"stall": seconds}, {"deaf": true} (this connection hears
nothing any more).
"""

from __future__ import annotations

import argparse
import asyncio
import json
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

MARK = b"#!"
FRAME = 3200


def frame(*steps: dict[str, Any], size: int = FRAME) -> bytes:
    """A frame of audio that makes the scripted recogniser say ``steps``."""
    body = MARK + json.dumps(steps).encode()
    if len(body) > size:
        raise ValueError("the steps do not fit into a frame")
    return body + b" " * (size - len(body))


class Stream:
    """One connection."""

    def __init__(self, connection: ServerConnection, rate: int, stats: dict[str, Any]) -> None:
        self.connection, self.rate, self.stats = connection, rate, stats
        self.received = 0
        self.final_until = 0.0
        self.last_word = 0.0
        self.on_finalize = ""
        self.deaf = False

    @property
    def clock(self) -> float:
        return self.received / (2 * self.rate)

    async def run(self) -> None:
        try:
            async for message in self.connection:
                if isinstance(message, bytes):
                    await self.hear(message)
                elif not await self.control(json.loads(message)["type"]):
                    return
        except ConnectionClosed:
            pass

    async def hear(self, data: bytes) -> None:
        self.received += len(data)
        self.stats["bytes"] += len(data)
        if data.startswith(MARK) and not self.deaf:
            for step in json.loads(data[len(MARK) :]):
                await self.do(step)

    async def do(self, step: dict[str, Any]) -> None:
        if self.deaf:
            return
        if "deaf" in step:
            # The next connection to this server hears again.
            self.deaf = self.stats["connections"] == 1
        elif "interim" in step:
            await self.result(step["interim"], is_final=False)
        elif "final" in step:
            await self.result(
                step["final"], is_final=True, speech_final=step.get("speech_final", True)
            )
        elif "utterance_end" in step:
            await self.send(type="UtteranceEnd", channel=[0, 1], last_word_end=self.last_word)
        elif "on_finalize" in step:
            self.on_finalize = step["on_finalize"]
        elif "stall" in step:
            await asyncio.sleep(step["stall"])
        elif "close" in step:
            await self.connection.close(step["close"], "scripted")

    async def result(self, text: str, **flags: bool) -> None:
        start, end = self.final_until, self.clock
        words = []
        if text:
            self.last_word = end
            words = [{"word": text.split()[-1], "start": start, "end": end, "confidence": 0.9}]
        best = {"transcript": text, "confidence": 0.9, "words": words}
        if flags["is_final"]:
            self.final_until = end
        await self.send(
            type="Results",
            channel_index=[0, 1],
            start=start,
            duration=end - start,
            channel={"alternatives": [best]},
            **flags,
        )

    async def control(self, kind: str) -> bool:
        self.stats["controls"].append(kind)
        if kind == "Finalize":
            text, self.on_finalize = self.on_finalize, ""
            await self.result(text, is_final=True, speech_final=False, from_finalize=True)
        if kind == "CloseStream":
            await self.send(type="Metadata", duration=self.clock, channels=1)
            await self.connection.close(1000)
            return False
        return True

    async def send(self, **message: Any) -> None:
        await self.connection.send(json.dumps(message))


class Server:
    """All connections; ``key`` is the one that is let in, if any is asked for."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.streams: set[Stream] = set()
        self.stats: dict[str, Any] = {"connections": 0, "bytes": 0, "controls": [], "queries": []}

    def admit(self, connection: ServerConnection, request: Any) -> Any:
        if request.path == "/stats":
            return connection.respond(HTTPStatus.OK, json.dumps(self.stats))
        if request.path == "/drop":
            for stream in self.streams:
                stream.connection.transport.abort()
            return connection.respond(HTTPStatus.OK, str(len(self.streams)))
        if self.key and request.headers.get("Authorization") != f"Token {self.key}":
            body = {"err_code": "INVALID_AUTH", "err_msg": "Invalid credentials."}
            return connection.respond(HTTPStatus.UNAUTHORIZED, json.dumps(body))
        return None

    async def handle(self, connection: ServerConnection) -> None:
        query = parse_qs(urlsplit(connection.request.path).query)
        self.stats["connections"] += 1
        self.stats["queries"].append({name: values[-1] for name, values in query.items()})
        stream = Stream(connection, int(query["sample_rate"][0]), self.stats)
        self.streams.add(stream)
        try:
            await stream.run()
        finally:
            self.streams.discard(stream)


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--key", default="")
    options = parser.parse_args()
    server = Server(options.key)
    async with serve(
        server.handle, "127.0.0.1", options.port, process_request=server.admit, compression=None
    ) as listening:
        port = listening.sockets[0].getsockname()[1]
        print(json.dumps({"port": port}), flush=True)
        await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    asyncio.run(main())
