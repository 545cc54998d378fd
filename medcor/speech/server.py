"""The listening side: who may connect, with which query, and how many at once."""

import asyncio
import json
import logging
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response

from medcor.speech import protocol
from medcor.speech.recogniser import Recogniser
from medcor.speech.session import Session
from medcor.speech.settings import Settings
from medcor.speech.stream import Stream

log = logging.getLogger("medcor.speech")

FRAMES_HELD = 8  # per connection, then the socket is not read: this bounds memory


class SpeechServer:
    """Deepgram's `/v1/listen` and a `/healthz` on one port."""

    def __init__(self, settings: Settings, recogniser: Recogniser) -> None:
        """Prepare a server; nothing listens before `start`."""
        self.settings, self.recogniser = settings, recogniser
        self.pool = ThreadPoolExecutor(settings.max_streams, "speech")
        self.queries: dict[ServerConnection, protocol.Query] = {}
        self._closing: set[asyncio.Task] = set()

    async def start(self) -> Server:
        """Listen. Raises OSError when the port is taken."""
        return await serve(
            self._serve_stream,
            self.settings.host,
            self.settings.port,
            process_request=self._admit,
            process_response=self._label,
            select_subprotocol=_select_subprotocol,
            compression=None,
            max_size=self.settings.max_frame,
            max_queue=FRAMES_HELD,
            ping_interval=None,  # a stream that is silent for idle_seconds ends anyway
            close_timeout=2,
            server_header=None,
        )

    def stop(self) -> None:
        """Let the worker threads go."""
        self.pool.shutdown(wait=False, cancel_futures=True)

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        """Answer anything but a good request for a stream; None lets the upgrade go on."""
        path, _, raw_query = request.path.partition("?")
        if path == "/healthz":
            return self._health(connection)
        if path != "/v1/listen":
            return _refuse(connection, HTTPStatus.NOT_FOUND, "NOT_FOUND", "Not found.")
        if not protocol.authorised(self.settings.api_key, _keys(request)):
            status = HTTPStatus.UNAUTHORIZED
            return _refuse(connection, status, "INVALID_AUTH", "Invalid credentials.")
        try:
            query = protocol.parse_query(raw_query)
        except protocol.BadQuery as error:
            status = HTTPStatus.BAD_REQUEST
            return _refuse(connection, status, "INVALID_QUERY_PARAMETER", str(error))
        return self._take_slot(connection, query)

    def _take_slot(self, connection: ServerConnection, query: protocol.Query) -> Response | None:
        if len(self.queries) >= self.settings.max_streams:
            status, text = HTTPStatus.TOO_MANY_REQUESTS, "Too many concurrent streams."
            return _refuse(connection, status, "TOO_MANY_REQUESTS", text)
        self.queries[connection] = query
        task = asyncio.ensure_future(self._free_slot(connection))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
        return None

    async def _free_slot(self, connection: ServerConnection) -> None:
        """Hold the slot as long as the socket: an upgrade that fails half-way frees it too."""
        await connection.wait_closed()
        self.queries.pop(connection, None)

    def _health(self, connection: ServerConnection) -> Response:
        state = {"status": "ok", "streams": len(self.queries), "limit": self.settings.max_streams}
        return _json(connection, HTTPStatus.OK, state)

    def _label(self, connection: ServerConnection, request: Request, response: Response) -> None:
        """Put the request's id on every answer."""
        response.headers["dg-request-id"] = str(connection.id)

    async def _serve_stream(self, connection: ServerConnection) -> None:
        session = Session(self.queries[connection], self.recogniser, str(connection.id))
        await Stream(connection, session, self.settings, self.pool).run()
        log.info("stream %s: %.1f s of audio", connection.id, session.seconds)


def _keys(request: Request) -> list[str]:
    authorization = request.headers.get_all("Authorization")
    offered = ",".join(request.headers.get_all("Sec-WebSocket-Protocol"))
    return protocol.presented_keys(authorization[0] if authorization else None, offered)


def _select_subprotocol(connection: ServerConnection, offered: list) -> str | None:
    """Confirm the scheme, never the key: browsers insist on an answer to what they offered."""
    return next((name for name in offered if name.lower() in ("token", "bearer")), None)


def _json(connection: ServerConnection, status: HTTPStatus, body: dict) -> Response:
    response = connection.respond(status, json.dumps(body) + "\n")
    del response.headers["Content-Type"]
    response.headers["Content-Type"] = "application/json"
    return response


def _refuse(connection: ServerConnection, status: HTTPStatus, code: str, text: str) -> Response:
    body = protocol.upgrade_error(code, text, str(connection.id))
    response = _json(connection, status, body)
    response.headers["dg-error"] = text
    return response
