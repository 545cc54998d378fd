"""Delete what a clinic need not keep any longer: by hand (`flask privacy purge-due`), or hourly.

Records of erased patients whose time is over, and dictated notes that nobody has signed.
"""

from __future__ import annotations

import functools
from threading import Event

import sqlalchemy as sa
import structlog
from flask import Flask
from sqlalchemy.orm import Session

from medcor.extensions import db
from medcor.models import Clinic
from medcor.services import erasure, lookup, patient_words, record_drafts
from medcor.web.state import now
from medcor.web.talk_ticker import purge_talks
from medcor.web.tickers import run_round
from medcor.web.transaction import in_transaction

log = structlog.get_logger("medcor.privacy")
TICK_SECONDS = 3600.0


def run_privacy_ticker(app: Flask, stop_event: Event, pause: float = TICK_SECONDS) -> None:
    """Purge until ``stop_event`` is set; an error costs a round, never the ticker."""
    while not stop_event.is_set():
        for purge in (purge_due, purge_talks):
            run_round(app, functools.partial(purge, stop_event), log, "privacy round failed")
        stop_event.wait(pause)


def purge_due(stop_event: Event | None = None) -> int:
    """Purge clinic by clinic, each in a transaction of its own; returns how many records went."""
    db.session.remove()
    clinics = list(db.session.scalars(sa.select(Clinic.id).order_by(Clinic.id)))
    deleted = 0
    for clinic_id in clinics:
        if stop_event and stop_event.is_set():
            break
        db.session.remove()
        deleted += in_transaction(
            clinic_id, None, lambda session, clinic_id=clinic_id: _purge(session, clinic_id)
        )
    db.session.remove()
    if deleted:
        log.info("records purged", records=deleted)
    return deleted


def _purge(session: Session, clinic_id: int) -> int:
    record_drafts.purge_old(session, clinic_id, now())
    patient_words.wipe_left_over(session, now())
    return erasure.purge_expired(session, lookup.find(session, Clinic, clinic_id), now())
