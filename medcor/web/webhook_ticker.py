"""Send what waits in the outbox of webhooks: by `flask webhooks send-due`, or for ever."""

from __future__ import annotations

import random
import time
from collections import Counter
from threading import Event

import structlog
from flask import Flask

from medcor import runtime
from medcor.domain.webhooks import Reach
from medcor.extensions import db
from medcor.integrations.webhooks import Answer, Fault, WebhookSender, signed_headers
from medcor.services import webhook_outbox as outbox
from medcor.services.webhook_outbox import DueDelivery, Parcel
from medcor.web.state import now, settings, state
from medcor.web.tickers import run_round
from medcor.web.transaction import in_transaction, reading

log = structlog.get_logger("medcor.webhooks")
TICK_SECONDS, PURGE_SECONDS = 0.5, 3600.0
# Receivers that hang keep so many senders busy at most, each for the seconds of one call.
SENDERS = 4
ROUND = 100
_dice = random.SystemRandom()


def run_webhook_ticker(app: Flask, stop_event: Event, pause: float = TICK_SECONDS) -> None:
    """Send and purge until ``stop_event`` is set; an error never ends the ticker.

    A sender is added while something is due, and ends when nothing is.
    """
    senders: list[runtime.Task] = []
    next_purge = time.monotonic()
    while not stop_event.is_set():
        run_round(app, lambda: _add_sender(app, senders, stop_event), log, "webhook round failed")
        if time.monotonic() >= next_purge:
            next_purge = time.monotonic() + PURGE_SECONDS
            run_round(app, lambda: purge_old(stop_event), log, "webhook round failed")
        stop_event.wait(pause)


def _add_sender(app: Flask, senders: list[runtime.Task], stop_event: Event) -> None:
    senders[:] = [each for each in senders if not each.done]
    if len(senders) < SENDERS and outbox.has_due(db.session(), now()):
        senders.append(runtime.spawn(_send_round, app, stop_event))


def _send_round(app: Flask, stop_event: Event) -> None:
    run_round(app, lambda: send_due(stop_event), log, "webhooks not sent")


def send_due(stop_event: Event | None = None, limit: int = ROUND) -> Counter[str]:
    """Send at most ``limit`` due deliveries; counts them by outcome, as outbox.settle names it."""
    counts: Counter[str] = Counter()
    while counts.total() < limit and not (stop_event and stop_event.is_set()):
        due = _claim()
        if due is None:
            break
        counts[_deliver(due)] += 1
    return counts


def _claim() -> DueDelivery | None:
    # Each delivery may be of another clinic, and a session never holds two clinics' rows.
    db.session.remove()
    if not outbox.has_due(db.session(), now()):
        return None
    claimed = in_transaction(None, None, lambda session: outbox.claim_next(session, now()))
    db.session.remove()
    return claimed


def _deliver(due: DueDelivery) -> str:
    """Send one delivery with no transaction open, and settle it."""
    try:
        parcel = outbox.pack(reading(due.clinic_id), due, now())
        db.session.remove()
        if parcel is None:
            in_transaction(due.clinic_id, None, lambda session: outbox.put_back(session, due))
            return "held"
        answer, signature = _send(parcel)
    except Exception as error:
        # One delivery that can't be packed must not keep the others from being sent.
        log.error("webhook not packed", delivery=due.id, exc_info=error)
        answer, signature = Answer(None, Fault.BROKEN, type(error).__name__, 0), ""
    db.session.remove()
    outcome = in_transaction(
        due.clinic_id,
        None,
        lambda session: outbox.settle(session, due, answer, signature, _dice.random(), now()),
    )
    db.session.remove()
    _note(due, answer, outcome)
    return outcome


def _send(parcel: Parcel) -> tuple[Answer, str]:
    headers = signed_headers(parcel.secrets, parcel.event_id, now(), parcel.body)
    answer = sender().send(parcel.url, headers, parcel.body.encode())
    return answer, headers["webhook-signature"]


def _note(due: DueDelivery, answer: Answer, outcome: str) -> None:
    if outcome == "delivered":
        return
    log.warning(
        "webhook not delivered",
        delivery=due.id,
        clinic=due.clinic_id,
        endpoint=due.endpoint_id,
        outcome=outcome,
        attempts=due.attempts,
        status=answer.status,
        fault=answer.fault,
    )


def purge_old(stop_event: Event | None = None) -> int:
    """Delete events that are too old to be of use, some at a time; returns how many went."""
    total, deleted = 0, outbox.PURGE_AT_ONCE
    while deleted == outbox.PURGE_AT_ONCE and not (stop_event and stop_event.is_set()):
        db.session.remove()
        deleted = in_transaction(None, None, lambda session: outbox.purge(session, now()))
        total += deleted
    db.session.remove()
    if total:
        log.info("webhook events purged", events=total)
    return total


def reach() -> Reach:
    """Where deliveries may go: outside production this machine itself too, for trying things."""
    trying = settings().medcor_env != "production"
    return Reach(http=trying, loopback=trying)


def sender() -> WebhookSender:
    """The application's sender, made on first use."""
    parts = state().parts
    if "webhook_sender" not in parts:
        parts["webhook_sender"] = WebhookSender(reach())
    return parts["webhook_sender"]
