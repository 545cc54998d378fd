"""Work that goes on beside the requests: each ticker under its own context, and never dead."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from typing import TypeVar

import structlog
from flask import Flask
from sqlalchemy.orm import Session
from structlog.typing import FilteringBoundLogger

from medcor.extensions import db
from medcor.integrations.conversation_log import LogStore, LogUnavailable, MongoLog
from medcor.services import conversations, deleted_talks, log_copies, patient_words
from medcor.web.state import now, settings, state
from medcor.web.transaction import in_transaction

T = TypeVar("T")
SHIP_SECONDS = 1.0
# An outage is asked after this often at first and this often at last.
FIRST_RETRY_SECONDS, LAST_RETRY_SECONDS = 1.0, 30.0
log = structlog.get_logger("medcor.tickers")


def run_round(
    app: Flask,
    work: Callable[[], object],
    logger: FilteringBoundLogger,
    failed: str,
    **facts: object,
) -> None:
    """Do one round of a ticker's work in a session of its own; an error is logged as ``failed``.

    It costs the round, never the ticker.
    """
    with app.app_context():
        try:
            work()
        except Exception as error:
            logger.error(failed, exc_info=error, **facts)
        finally:
            db.session.remove()


def log_store() -> LogStore | None:
    """The application's MongoDB log, made on first use; None where MONGODB_URI is not set."""
    parts = state().parts
    if "conversation_log" not in parts and settings().mongodb_uri:
        parts["conversation_log"] = MongoLog(settings().mongodb_uri)
    return parts.get("conversation_log")


def run_log_shipper(app: Flask, stop_event: Event, pause: float = SHIP_SECONDS) -> None:
    """Ship the journal to MongoDB until told to stop; at once over when there is no MongoDB.

    After an outage everything that waits is caught up batch by batch, in order.
    """
    with app.app_context():
        if log_store() is None:
            return
    failures = 0
    while not stop_event.is_set():
        failures = _round(app, stop_event, failures)
        stop_event.wait(_retry_after(failures) if failures else pause)


def _retry_after(failures: int) -> float:
    return min(FIRST_RETRY_SECONDS * 2 ** min(failures - 1, 10), LAST_RETRY_SECONDS)


def _round(app: Flask, stop_event: Event, failures: int) -> int:
    """Ship all that waits; returns how many rounds in a row have failed, this one included."""
    with app.app_context():
        try:
            shipped = ship_waiting(stop_event)
            forget_erased()
            forget_deleted()
            empty_copies()
        except LogUnavailable as error:
            log.warning("log_not_shipped", reason=str(error), failures=failures + 1)
            return failures + 1
        except Exception as error:
            log.error("log_round_failed", exc_info=error)
            return failures + 1
        finally:
            db.session.remove()
    if failures:
        log.info("log_caught_up", messages=shipped, after_failures=failures)
    return 0


def ship_waiting(stop_event: Event | None = None) -> int:
    """Ship batch after batch until nothing waits; returns how many messages MongoDB took."""
    store, total = log_store(), 0
    while store is not None and not (stop_event and stop_event.is_set()):
        shipped = conversations.ship_pending(_look, _run, store, now())
        total += shipped
        if shipped < conversations.BATCH:
            break
    return total


def forget_erased() -> int:
    """Delete from MongoDB what it holds of erased people; returns for how many that is over."""
    store = log_store()
    return conversations.forget_erased(_look, _run, store, now()) if store else 0


def forget_deleted() -> int:
    """Delete from MongoDB what it holds of deleted talks; returns for how many that is over."""
    return _clear(deleted_talks.COPIES)


def empty_copies() -> int:
    """Take what was emptied here out of MongoDB too; returns for how many that is over."""
    return _clear(patient_words.COPIES)


def _clear(kind: log_copies.Copies) -> int:
    store, total = log_store(), 0
    while store is not None:
        over = log_copies.clear(_look, _run, store, now(), kind)
        total += over
        if over < log_copies.BATCH:
            break
    return total


def _look(work: Callable[[Session], T]) -> T:
    try:
        return work(db.session())
    finally:
        db.session.remove()


def _run(work: Callable[[Session], T]) -> T:
    try:
        return in_transaction(None, None, work)
    finally:
        db.session.remove()
