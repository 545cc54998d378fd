"""The assistant's days counted, and its talks deleted once the clinic's time for them is over."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from typing import TypeVar

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from medcor.extensions import db
from medcor.models import Clinic
from medcor.services import assistant_days, deleted_talks, lookup
from medcor.web.state import now
from medcor.web.tickers import log_store
from medcor.web.transaction import in_transaction

T = TypeVar("T")
log = structlog.get_logger("medcor.privacy")


def purge_talks(stop_event: Event | None = None) -> int:
    """Delete talks that are older than their clinic keeps them; returns how many went.

    First their days are counted for the admin's page. Each day and each batch is a transaction of
    its own, so that talks that are going on wait for none of it.
    """
    db.session.remove()
    clinics = list(db.session.scalars(sa.select(Clinic.id).order_by(Clinic.id)))
    deleted = 0
    for clinic_id in clinics:
        while _go_on(stop_event) and _in_clinic(
            clinic_id, lambda session, clinic: assistant_days.count_next_day(session, clinic, now())
        ):
            pass
        while _go_on(stop_event):
            gone = _in_clinic(
                clinic_id,
                lambda session, clinic: deleted_talks.purge_talks(session, clinic, now()),
            )
            deleted += gone
            if gone < deleted_talks.BATCH:
                break
        if _go_on(stop_event):
            _in_clinic(clinic_id, _drop_traces)
    db.session.remove()
    if deleted:
        log.info("talks purged", talks=deleted)
    return deleted


def _go_on(stop_event: Event | None) -> bool:
    return not (stop_event and stop_event.is_set())


def _in_clinic(clinic_id: int, work: Callable[[Session, Clinic], T]) -> T:
    db.session.remove()
    return in_transaction(
        clinic_id, None, lambda session: work(session, lookup.find(session, Clinic, clinic_id))
    )


def _drop_traces(session: Session, _clinic: Clinic) -> int:
    return deleted_talks.drop_traces(session, now(), shipping=log_store() is not None)
