"""Settle what ran out of time: by `flask offers settle-due`, or for ever beside the requests."""

from __future__ import annotations

from collections import Counter
from threading import Event

import sqlalchemy as sa
import structlog
from flask import Flask

from medcor.extensions import db
from medcor.models import Clinic
from medcor.services import holds, offers, waiting_list
from medcor.web.state import now
from medcor.web.tickers import run_round
from medcor.web.transaction import in_transaction, reading

log = structlog.get_logger("medcor.offers")
TICK_SECONDS = 10.0


def run_offers_ticker(app: Flask, stop_event: Event, pause: float = TICK_SECONDS) -> None:
    """Settle until ``stop_event`` is set; an error costs a round, never the ticker."""
    while not stop_event.is_set():
        run_round(app, lambda: settle_due(stop_event), log, "offers round failed")
        stop_event.wait(pause)


def settle_due(stop_event: Event | None = None) -> Counter[str]:
    """Settle every clinic's offers, waiting list and holds that are over; counts each kind.

    One clinic's failure is logged and keeps no other clinic's patients waiting. Several processes
    at once are harmless: each thing is settled once.
    """
    db.session.remove()
    clinics = list(db.session.scalars(sa.select(Clinic.id).where(Clinic.is_verified)))
    counts: Counter[str] = Counter()
    for clinic_id in clinics:
        if stop_event and stop_event.is_set():
            break
        try:
            counts += _settle_clinic(clinic_id)
        except Exception as error:
            log.error("offers not settled", clinic=clinic_id, exc_info=error)
    db.session.remove()
    return counts


def _settle_clinic(clinic_id: int) -> Counter[str]:
    # Each clinic in a session of its own: one never holds two clinics' rows.
    db.session.remove()
    counts: Counter[str] = Counter()
    for offer_id, doctor_id in offers.list_due(reading(clinic_id), now()):
        counts["offers"] += in_transaction(
            clinic_id,
            None,
            lambda session, offer_id=offer_id, doctor_id=doctor_id: offers.expire(
                session, clinic_id, offer_id, doctor_id, now()
            ),
        )
    if waiting_list.any_over(reading(clinic_id), clinic_id, now()):
        counts["entries"] = in_transaction(
            clinic_id, None, lambda session: waiting_list.lapse(session, clinic_id, now())
        )
    if holds.any_run_out(reading(clinic_id), now()):
        counts["holds"] = in_transaction(
            clinic_id, None, lambda session: holds.purge_run_out(session, now())
        )
    if counts.total():
        log.info("offers settled", clinic=clinic_id, **counts)
    return counts
