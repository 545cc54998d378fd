"""A scripted server that speaks OpenAI's chat protocol over TCP: streams, tool calls, and faults.

In a test: ``with scripted_openai() as server: server.script(Say("Hello."), Status(429))``. Each
request takes the next step; ``server.requests`` holds what was asked. By itself,
``python -m tests.openai_server`` says its port on its first line and answers every request with
one sentence.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MODEL = "scripted"


@dataclass(frozen=True)
class Say:
    """Stream these pieces of text and end well."""

    pieces: tuple[str, ...]

    def __init__(self, *pieces: str) -> None:
        object.__setattr__(self, "pieces", pieces)


@dataclass(frozen=True)
class Call:
    """Ask for a tool; its arguments arrive in two fragments, as real servers send them."""

    name: str
    arguments: dict[str, Any] | str = field(default_factory=dict)
    text: str = ""


@dataclass(frozen=True)
class Status:
    """Answer with an error status."""

    code: int
    retry_after: str = ""


@dataclass(frozen=True)
class Stall:
    """Stream these pieces and then stay silent until the test releases it."""

    pieces: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cut:
    """Stream these pieces and drop the connection without an end."""

    pieces: tuple[str, ...] = ()


@dataclass(frozen=True)
class Raw:
    """Send these lines as they are."""

    lines: tuple[str, ...]


Step = Say | Call | Status | Stall | Cut | Raw


class ScriptedOpenAI:
    """The server's address, its script and what it was asked."""

    def __init__(self, port: int = 0) -> None:
        self.requests: list[dict[str, Any]] = []
        self.closed_early = threading.Event()
        self.release = threading.Event()
        self.fallback: Step = Status(500)
        self._steps: deque[Step] = deque()
        self._http = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    @property
    def port(self) -> int:
        return self._http.server_address[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def script(self, *steps: Step) -> None:
        """Add steps; each request takes one."""
        self._steps.extend(steps)

    @property
    def left(self) -> int:
        return len(self._steps)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.release.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(5)

    def _next(self) -> Step:
        return self._steps.popleft() if self._steps else self.fallback

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                server.requests.append(body)
                with suppress(ConnectionError):
                    _answer(self, server, server._next())

            def log_message(self, *_args: Any) -> None:
                pass

        return Handler


def _answer(handler: BaseHTTPRequestHandler, server: ScriptedOpenAI, step: Step) -> None:
    if isinstance(step, Status):
        _refuse(handler, step)
        return
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.send_header("Connection", "close")
    handler.close_connection = True
    handler.end_headers()
    try:
        _stream(handler, server, step)
    except ConnectionError:
        server.closed_early.set()
        raise


def _refuse(handler: BaseHTTPRequestHandler, step: Status) -> None:
    body = json.dumps({"error": {"message": "scripted", "type": "scripted"}}).encode()
    handler.send_response(step.code)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(body)))
    if step.retry_after:
        handler.send_header("Retry-After", step.retry_after)
    handler.end_headers()
    handler.wfile.write(body)


def _stream(handler: BaseHTTPRequestHandler, server: ScriptedOpenAI, step: Step) -> None:
    if isinstance(step, Raw):
        handler.wfile.write("".join(f"{line}\n" for line in step.lines).encode())
        return
    pieces = (step.text,) if isinstance(step, Call) else step.pieces
    for piece in filter(None, pieces):
        _send(handler, {"content": piece})
    if isinstance(step, Cut):
        return
    if isinstance(step, Stall):
        # Something is sent now and then, so that a client that has gone is noticed.
        while not server.release.wait(0.02):
            handler.wfile.write(b": waiting\n\n")
            handler.wfile.flush()
        return
    if isinstance(step, Call):
        for fragment in _fragments(step):
            _send(handler, {"tool_calls": [fragment]})
    _send(handler, {}, "tool_calls" if isinstance(step, Call) else "stop")
    handler.wfile.write(b"data: [DONE]\n\n")
    handler.wfile.flush()


def _fragments(step: Call) -> Iterator[dict[str, Any]]:
    whole = step.arguments if isinstance(step.arguments, str) else json.dumps(step.arguments)
    middle = len(whole) // 2
    first = {"name": step.name, "arguments": whole[:middle]}
    yield {"index": 0, "id": "call_scripted", "type": "function", "function": first}
    yield {"index": 0, "function": {"arguments": whole[middle:]}}


def _send(
    handler: BaseHTTPRequestHandler, delta: dict[str, Any], finish: str | None = None
) -> None:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    chunk = {
        "id": "scripted",
        "object": "chat.completion.chunk",
        "created": 0,
        "model": MODEL,
        "choices": [choice],
    }
    handler.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
    handler.wfile.flush()


@contextmanager
def scripted_openai() -> Iterator[ScriptedOpenAI]:
    server = ScriptedOpenAI()
    server.start()
    try:
        yield server
    finally:
        server.stop()


def main() -> None:
    server = ScriptedOpenAI()
    server.fallback = Say("I can help with ", "appointments here.")
    server.start()
    print(json.dumps({"port": server.port}), flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
