"""How each database is opened: SQLite that neither blocks the loop nor loses a race, PostgreSQL."""

from __future__ import annotations

import sqlite3
import threading
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from medcor import runtime

WRITE = "medcor_write"
BUSY_TIMEOUT_MS = 5000


class _OffloadedCursor(sqlite3.Cursor):
    """SQLite blocks for every call; a real thread waits instead of the event loop."""

    def execute(self, *args: Any) -> Any:
        return runtime.offload(super().execute, *args)

    def executemany(self, *args: Any) -> Any:
        return runtime.offload(super().executemany, *args)

    def fetchall(self) -> list[Any]:
        return runtime.offload(super().fetchall)


class _OffloadedConnection(sqlite3.Connection):
    def cursor(self, factory: type = _OffloadedCursor) -> Any:
        return super().cursor(factory)

    def commit(self) -> None:
        runtime.offload(super().commit)

    def rollback(self) -> None:
        runtime.offload(super().rollback)


def engine_options(url: str) -> dict[str, Any]:
    """Options for ``create_engine``; pool sizes suit one process with many greenlets."""
    # A failed statement must not write names, hashes and what was said into the log.
    common = {"pool_size": 16, "max_overflow": 32, "hide_parameters": True}
    if url.startswith("sqlite"):
        connect: dict[str, Any] = {"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000}
        if runtime.mode() == "eventlet":
            connect["factory"] = _OffloadedConnection
        return {"connect_args": connect, **common}
    return {"pool_pre_ping": True, **common}


def prepare(engine: sa.Engine) -> None:
    """Attach what SQLite needs; PostgreSQL needs nothing."""
    if engine.dialect.name != "sqlite" or hasattr(engine, "medcor_write_lock"):
        return
    # Waiters queue here and not in the thread pool, where they would keep the holder from COMMIT.
    engine.medcor_write_lock = threading.Lock()
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)


def write_lock(engine: sa.Engine) -> threading.Lock | None:
    """The lock that every write transaction of this process on SQLite takes first."""
    return getattr(engine, "medcor_write_lock", None)


def _on_connect(connection: Any, _record: Any) -> None:
    # Python's own transaction control starts a read transaction and upgrades it, which loses races.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_begin(connection: sa.Connection) -> None:
    immediate = connection.get_execution_options().get(WRITE)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
