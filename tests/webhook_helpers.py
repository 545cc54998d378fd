"""What the tests of webhooks share: a receiver on loopback, endpoints, and what is in the log."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import sqlalchemy as sa

from medcor.domain.webhooks import Event, Reach
from medcor.extensions import db
from medcor.integrations.webhooks import WebhookSender
from medcor.models import WebhookDelivery, WebhookEndpoint, WebhookEvent
from medcor.services import webhook_endpoints
from medcor.services.webhook_endpoints import EndpointFacts
from medcor.web.transaction import reading, transaction
from tests.appointment_helpers import at
from tests.conftest import NOW
from tests.factories import ClinicWorld

EVERYTHING = tuple(Event)
LOOPBACK = Reach(http=True, loopback=True)


@dataclass
class Call:
    """One request as it came in."""

    path: str
    headers: dict[str, str]
    body: bytes


Reply = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Receiver:
    """A real HTTP server of somebody else's; ``replies`` are used up first, then ``usual``."""

    port: int = 0
    calls: list[Call] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    usual: Reply | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks"


def status(code: int, headers: dict[str, str] | None = None, body: bytes = b"ok") -> Reply:
    """Answer with a status."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        with suppress(OSError):
            handler.wfile.write(body)

    return reply


def drip(head: bytes, pause: float, times: int) -> Reply:
    """Send ``head`` at once and then a byte now and then, for ever as far as a sender can tell."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        with suppress(OSError):
            handler.wfile.write(head)
            for _ in range(times):
                time.sleep(pause)
                handler.wfile.write(b"x")

    return reply


def silence(seconds: float) -> Reply:
    def reply(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(seconds)

    return reply


@contextmanager
def receiver(port: int = 0, context: Any = None) -> Iterator[Receiver]:
    """A receiver that listens on loopback for the length of a block, over TLS with a context."""
    kept = Receiver(usual=status(204, body=b""))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            names = {name.lower(): value for name, value in self.headers.items()}
            kept.calls.append(Call(self.path, names, body))
            reply = kept.replies.pop(0) if kept.replies else kept.usual
            reply(self)
            self.close_connection = True

        def do_GET(self) -> None:
            kept.calls.append(Call(self.path, {}, b""))
            status(200)(self)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            pass

    server = Server(("127.0.0.1", port), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    kept.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def use_sender(app: Any, **options: Any) -> WebhookSender:
    """Give the application a sender of our own, with less patience than in production."""
    settings = {"connect_seconds": 1.0, "total_seconds": 1.0, **options}
    made = WebhookSender(settings.pop("reach", LOOPBACK), **settings)
    app.extensions["medcor"].parts["webhook_sender"] = made
    return made


def add_endpoint(
    clinic: ClinicWorld, url: str, events: tuple[Event, ...] = EVERYTHING, **more: Any
) -> int:
    """An endpoint as the clinic's admin adds it."""
    values = {"description": "", "with_contact": False, "is_active": True, **more}
    with transaction(clinic.id, clinic.admin) as session:
        facts = EndpointFacts(url=url, events=events, **values)
        return webhook_endpoints.add_endpoint(session, clinic.admin, facts, NOW).id


def endpoint_of(clinic: ClinicWorld, endpoint_id: int) -> WebhookEndpoint:
    db.session.remove()
    return reading(clinic.id).get_one(WebhookEndpoint, endpoint_id)


def deliveries(clinic: ClinicWorld) -> list[WebhookDelivery]:
    db.session.remove()
    wanted = sa.select(WebhookDelivery).order_by(WebhookDelivery.id)
    return list(reading(clinic.id).scalars(wanted))


def events(clinic: ClinicWorld) -> list[WebhookEvent]:
    db.session.remove()
    wanted = sa.select(WebhookEvent).order_by(WebhookEvent.id)
    return list(reading(clinic.id).scalars(wanted))


def later(app, **span) -> datetime:
    moment = NOW + timedelta(**span)
    at(app, moment)
    return moment


def bodies(listening) -> list[dict]:
    return [json.loads(call.body) for call in listening.calls]
