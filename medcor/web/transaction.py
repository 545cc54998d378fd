"""The one place that commits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from medcor import runtime
from medcor.domain import errors
from medcor.domain.permissions import Actor
from medcor.extensions import db
from medcor.models.constraints import domain_error
from medcor.models.engine import WRITE, write_lock
from medcor.models.tenancy import scope

T = TypeVar("T")
ATTEMPTS = 4


def reading(clinic_id: int) -> Session:
    """The session of this request or job, put to work for one clinic, for look-ups."""
    session = db.session()
    scope(session, clinic_id)
    return session


@contextmanager
def transaction(clinic_id: int | None, actor: Actor | None = None) -> Iterator[Session]:
    """Write as one unit: commit at the end, roll back on any error, never across a vendor's call.

    Starts afresh, so that everything read inside is as of now. ``clinic_id`` None is for rows that
    belong to no clinic. A violated constraint leaves as its domain error.
    """
    session = db.session()
    if session.info.get("medcor_writing"):
        raise RuntimeError("a transaction is already open; pass its session on")
    if clinic_id is not None:
        scope(session, clinic_id)
    lock = write_lock(db.engine)
    session.rollback()
    if lock:
        lock.acquire()
    session.info["medcor_writing"] = True
    session.info["actor"] = actor
    try:
        session.connection(execution_options={WRITE: True})
        yield session
        session.commit()
    except (DBAPIError, StaleDataError) as error:
        session.rollback()
        raise _translated(error) from error
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop("medcor_writing", None)
        session.info.pop("actor", None)
        if lock:
            lock.release()


def in_transaction(clinic_id: int | None, actor: Actor | None, work: Callable[[Session], T]) -> T:
    """Run ``work(session)`` in a transaction, again when the database asks for a retry."""
    for attempt in range(ATTEMPTS):
        try:
            with transaction(clinic_id, actor) as session:
                return work(session)
        except errors.TryAgain:
            if attempt == ATTEMPTS - 1:
                raise
            runtime.sleep(0.02 * 2**attempt)
    raise errors.TryAgain()


def _translated(error: DBAPIError | StaleDataError) -> Exception:
    if isinstance(error, StaleDataError):
        return errors.Conflict()
    return domain_error(error) or error
