"""Mail and tell of hand-overs that nobody takes: by `flask handovers run`, or for ever."""

from __future__ import annotations

from collections import Counter
from threading import Event

import structlog
from flask import Flask

from medcor.extensions import db
from medcor.services import handover_escalation
from medcor.services.handover_escalation import Due
from medcor.web.state import now
from medcor.web.transaction import in_transaction

log = structlog.get_logger("medcor.handovers")
TICK_SECONDS = 5.0


def run_handover_ticker(app: Flask, stop_event: Event, pause: float = TICK_SECONDS) -> None:
    """Look after what waits until ``stop_event`` is set; an error costs a round, no more."""
    while not stop_event.is_set():
        with app.app_context():
            try:
                settle_due(stop_event)
            except Exception as error:
                log.error("handovers round failed", exc_info=error)
            finally:
                db.session.remove()
        stop_event.wait(pause)


def settle_due(stop_event: Event | None = None) -> Counter[str]:
    """Do everything that is due in any clinic; counts rounds of mails and patients told.

    Late, twice, or from several processes at once: each mail is queued once. What fails for one
    hand-over is logged and keeps no other one waiting.
    """
    db.session.remove()
    due, counts = handover_escalation.list_due(db.session(), now()), Counter[str]()
    for each in due:
        if stop_event and stop_event.is_set():
            break
        # Each may be of another clinic, and a session never holds two clinics' rows.
        db.session.remove()
        try:
            counts += _settle(each)
        except Exception as error:
            log.error("handover not settled", handover=each.handover_id, exc_info=error)
    db.session.remove()
    return counts


def _settle(due: Due) -> Counter[str]:
    mailed, told = in_transaction(
        due.clinic_id, None, lambda session: handover_escalation.settle(session, due, now())
    )
    if mailed or told:
        log.warning(
            "handover waits too long",
            clinic=due.clinic_id,
            handover=due.handover_id,
            mailed=mailed,
            told=told,
        )
    return Counter(mailed=mailed, told=told)
