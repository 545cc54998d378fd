"""Structured logs: JSON outside development, a request id on each line, secrets redacted."""

from __future__ import annotations

import logging
import re
import sys
import time
import uuid
from typing import Any

import structlog
from flask import Flask, Response, g, request

_SECRET_NAMES = re.compile(r"(?i)(api_?key|token|password|secret|authorization|cookie)")
_JWT = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*")
# A mailed link's token, also where no route took it: a missing slash is enough.
_LINK = re.compile(r"\b\d{1,10}\.[\w-]{40,}")
# PostgreSQL quotes the whole row that it refused.
_ROW = re.compile(r"(DETAIL: ).*")
_QUERY_SECRET = re.compile(r"(?i)((?:api_?key|token|password)=)[^&\s\"']+")
REDACTED = "[redacted]"


def redact_text(text: str) -> str:
    """Blank every token or ``api_key`` value in a line of text."""
    plain = _ROW.sub(rf"\1{REDACTED}", _LINK.sub(REDACTED, _JWT.sub(REDACTED, text)))
    return _QUERY_SECRET.sub(rf"\1{REDACTED}", plain)


def _redact(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    for key, value in event.items():
        if _SECRET_NAMES.search(key) and isinstance(value, str):
            event[key] = REDACTED
        elif isinstance(value, str):
            event[key] = redact_text(value)
    return event


def configure(development: bool) -> None:
    """Send structlog and the standard library's loggers through one redacting chain to stderr."""
    shared = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.format_exc_info,
        _redact,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    renderer = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        if development
        else structlog.processors.JSONRenderer()
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.root.handlers = [handler]
    logging.root.setLevel(logging.INFO)
    for noisy in ("werkzeug", "engineio", "socketio", "httpx", "httpx2", "pymongo"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def shown_path() -> str:
    """The request's path with the values of ``token`` parts blanked."""
    path = request.path
    for name, value in (request.view_args or {}).items():
        if "token" in name:
            path = path.replace(str(value), REDACTED)
    return redact_text(path)


def init_app(app: Flask) -> None:
    """Give each request an id, on its log lines and in ``X-Request-Id``, and log its end."""
    log = structlog.get_logger("medcor.request")

    @app.before_request
    def begin() -> None:
        g.request_id = uuid.uuid4().hex[:16]
        g.began = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def end(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.get("request_id", "")
        if request.endpoint not in ("static", "clinic.healthz"):
            log.info(
                "request",
                method=request.method,
                path=shown_path(),
                status=response.status_code,
                ms=round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1),
            )
        return response
