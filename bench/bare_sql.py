"""The application's own statements, recorded once and sent again by psycopg2 alone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg2
import sqlalchemy as sa
from sqlalchemy import event

# Parameters that carry the id of the appointment which an earlier statement of the request made.
_MADE = ("appointment_id", "subject_id")


@dataclass
class Recorder:
    """What one request after another sent: statements with parameters, and how each unit ended."""

    requests: list[list[tuple[str, Any]]] = field(default_factory=list)

    def begin(self) -> None:
        self.requests.append([])

    def _add(self, kind: str, parameters: Any = None) -> None:
        if self.requests:
            self.requests[-1].append((kind, parameters))

    @contextmanager
    def listening(self, engine: sa.Engine) -> Iterator[Recorder]:
        def statement(_c: Any, _cursor: Any, text: str, values: Any, _x: Any, _many: bool) -> None:
            self._add(text, values)

        def commit(_connection: Any) -> None:
            self._add("commit")

        def rollback(_connection: Any) -> None:
            self._add("rollback")

        listeners = {"before_cursor_execute": statement, "commit": commit, "rollback": rollback}
        for name, listener in listeners.items():
            event.listen(engine, name, listener)
        try:
            yield self
        finally:
            for name, listener in listeners.items():
                event.remove(engine, name, listener)

    def asked(self) -> int:
        """How many statements all requests sent, transaction control not counted."""
        return sum(
            kind not in ("commit", "rollback") and not kind.startswith("BEGIN")
            for each in self.requests
            for kind, _ in each
        )

    def statements(self) -> float:
        """How many statements a request sends, on average."""
        return self.asked() / len(self.requests)


def replay(url: sa.URL, requests: list[list[tuple[str, Any]]]) -> tuple[list[float], float]:
    """Send each request's statements again; seconds of each, and of all."""
    arguments = {**url.translate_connect_args(username="user", database="dbname"), **url.query}
    connection = psycopg2.connect(**arguments)
    times = []
    with connection.cursor() as cursor:
        began = time.perf_counter()
        for request in requests:
            start = time.perf_counter()
            _send(connection, cursor, request)
            times.append(time.perf_counter() - start)
        seconds = time.perf_counter() - began
    connection.close()
    return times, seconds


def _send(connection: Any, cursor: Any, request: list[tuple[str, Any]]) -> None:
    made = None
    for kind, values in request:
        if kind == "commit":
            connection.commit()
        elif kind == "rollback":
            connection.rollback()
        else:
            cursor.execute(kind, values if made is None else _with_made(values, made))
            rows = cursor.fetchall() if cursor.description else []
            if kind.startswith("INSERT INTO appointments"):
                made = rows[0][0]


def _with_made(values: Any, made: int) -> Any:
    if not isinstance(values, dict):
        return values
    return {name: made if name.startswith(_MADE) else value for name, value in values.items()}
