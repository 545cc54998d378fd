"""Talks put in order when nobody talks too: closed, counted, and deleted when their time is over.

What a process that is gone has left behind is cleaned up by every other one, and by itself when it
is started again.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from typing import TypeVar

import sqlalchemy as sa
import structlog
from flask import Flask
from sqlalchemy.orm import Session

from medcor.domain.permissions import system_actor
from medcor.extensions import db
from medcor.models import Clinic
from medcor.services import assistant_days, credits, deleted_talks, lookup, talk_sessions
from medcor.services.prompts import remove_old_prompts
from medcor.web.state import now, settings
from medcor.web.tickers import log_store, run_round
from medcor.web.transaction import in_transaction

T = TypeVar("T")
log = structlog.get_logger("medcor.privacy")
TICK_SECONDS = 60.0


def run_talk_ticker(app: Flask, stop_event: Event, pause: float = TICK_SECONDS) -> None:
    """Clean up until ``stop_event`` is set; an error costs a round, never the ticker."""
    while not stop_event.is_set():
        run_round(app, clean_up, log, "talks round failed")
        stop_event.wait(pause)


def clean_up() -> int:
    """Close abandoned talks, give back what they reserved, remove old prompts; how many it closed.

    A talk's prompt and memory go when it is closed, and only then are its days counted and is it
    deleted in its time.
    """
    at = now()
    remove_old_prompts(settings().prompts_folder, at)
    db.session.remove()
    closed = in_transaction(None, None, lambda session: talk_sessions.close_abandoned(session, at))
    db.session.remove()
    left = credits.forgotten_reservations(db.session(), at)
    for clinic_id, turn_id in left:
        actor = system_actor(clinic_id)
        db.session.remove()
        in_transaction(
            clinic_id,
            actor,
            lambda session, actor=actor, turn_id=turn_id: credits.release_credit(
                session, actor, turn_id, at
            ),
        )
    db.session.remove()
    if closed or left:
        log.info("talks cleaned up", closed=closed, credits_given_back=len(left))
    return closed


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
