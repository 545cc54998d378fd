"""Plain HTTP calls of server processes that share one database."""

from __future__ import annotations

import http.client
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.servers import Served, served

# No bundled recogniser: these tests do not speak.
QUIET = {"DEEPGRAM_WS_URL": "ws://127.0.0.1:9/v1/listen"}


@dataclass
class Answer:
    """Status, headers (names in lower case) and body of one answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> object:
        return json.loads(self.body)


@dataclass
class AppServer:
    """One `python wsgi.py` on a free port of loopback."""

    served: Served

    @property
    def url(self) -> str:
        return self.served.url

    @property
    def port(self) -> int:
        return urlsplit(self.served.url).port

    @property
    def log(self) -> Path:
        return self.served.log

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def call(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """Send one request on a connection of its own."""
        connection = self.connect()
        try:
            return send(connection, method, path, body, **headers)
        finally:
            connection.close()


def send(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    body: object = None,
    **headers: str,
) -> Answer:
    """Send one request on an open connection; ``body`` is sent as JSON, bytes as they are."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
        named.setdefault("Content-Type", "application/json")
    connection.request(method, path, body, named)
    answer = connection.getresponse()
    shown = {name.lower(): value for name, value in answer.getheaders()}
    return Answer(answer.status, shown, answer.read())


@contextmanager
def running(
    folder: Path, database_url: str, count: int = 1, **settings: str
) -> Iterator[list[AppServer]]:
    """Serve one database with ``count`` processes, each with an instance folder of its own."""
    environment = {**QUIET, "DATABASE_URL": database_url, **settings}
    # The long runs try the second async mode as well.
    mode = os.environ.get("SOCKETIO_ASYNC_MODE", "eventlet")
    with ExitStack() as stack:
        servers = []
        for number in range(count):
            own = folder / f"process-{number}"
            own.mkdir(exist_ok=True)
            servers.append(AppServer(stack.enter_context(served(own, mode, **environment))))
        yield servers
