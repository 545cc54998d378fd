"""Queue reminders and send what waits in the outbox: by `flask mail send-due`, or for ever."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from threading import Event
from urllib.parse import urlsplit

import structlog
from flask import Flask

from medcor.extensions import db
from medcor.integrations.mailer import Mailer, MailFailed, build_message, make_mailer
from medcor.services import mail as outbox
from medcor.services import reminders
from medcor.services.mail import OVERTAKEN, DueMail
from medcor.web.letters import compose
from medcor.web.state import now, settings, state
from medcor.web.tickers import run_round
from medcor.web.transaction import in_transaction, reading, transaction

log = structlog.get_logger("medcor.mail")
TICK_SECONDS, REMIND_SECONDS = 1.0, 30.0
ROUND = 100


def run_mail_ticker(app: Flask, stop_event: Event) -> None:
    """Queue reminders and send until ``stop_event`` is set; an error never ends the ticker."""
    next_look = time.monotonic()
    while not stop_event.is_set():
        if time.monotonic() >= next_look:
            _round(app, queue_reminders, stop_event)
            next_look = time.monotonic() + REMIND_SECONDS
        _round(app, send_due, stop_event)
        stop_event.wait(TICK_SECONDS)


def _round(app: Flask, work: Callable[[Event], object], stop_event: Event) -> None:
    run_round(app, lambda: work(stop_event), log, "mail round failed", part=work.__name__)


def queue_reminders(stop_event: Event | None = None) -> int:
    """Queue every reminder that is due, clinic by clinic; returns how many.

    One clinic's failure is logged and keeps no other clinic's patients from being reminded.
    """
    total = 0
    for clinic_id in reminders.reminding_clinics(db.session()):
        if stop_event and stop_event.is_set():
            break
        try:
            total += _remind_clinic(clinic_id)
        except Exception as error:
            log.error("reminders not queued", clinic=clinic_id, exc_info=error)
    db.session.remove()
    return total


def _remind_clinic(clinic_id: int) -> int:
    # Each clinic in a session of its own: one never holds two clinics' rows.
    db.session.remove()
    total, queued = 0, ROUND
    while queued == ROUND and reminders.any_due(reading(clinic_id), clinic_id, now()):
        queued = in_transaction(
            clinic_id, None, lambda session: reminders.queue_due(session, clinic_id, now(), ROUND)
        )
        total += queued
    if total:
        log.info("reminders queued", clinic=clinic_id, count=total)
    return total


def send_due(stop_event: Event | None = None, limit: int = ROUND) -> Counter[str]:
    """Send at most ``limit`` due mails; counts them as sent, postponed, failed or dropped.

    Ends early when the mail server can't be reached: every other mail would fare the same.
    """
    counts: Counter[str] = Counter()
    while counts.total() < limit and not (stop_event and stop_event.is_set()):
        mail = _claim()
        if mail is None:
            break
        failure = _deliver(mail)
        counts[_settle(mail, failure)] += 1
        if failure and failure.unreachable:
            break
    return counts


def _claim() -> DueMail | None:
    # Each mail may be of another clinic, and a session never holds two clinics' rows.
    db.session.remove()
    if not outbox.has_due(db.session(), now()):
        return None
    with transaction(None) as session:
        return outbox.claim_next(session, now())


class _Overtaken(MailFailed):
    """What the mail would tell is no longer so."""

    def __init__(self) -> None:
        super().__init__(OVERTAKEN, permanent=True)


def _deliver(mail: DueMail) -> MailFailed | None:
    """Word and hand over one mail, with no transaction open; says what went wrong, if anything."""
    try:
        letter = compose(reading(mail.clinic_id), mail)
        db.session.remove()
        if letter is None:
            return _Overtaken()
        message = build_message(
            letter, settings().mail_from, mail.recipient, _message_id(mail), mail.created_at
        )
        mailer().send(message)
    except MailFailed as failure:
        return failure
    except Exception as error:
        # One mail that can't be worded must not keep the others from being sent.
        log.error("mail not worded", mail=mail.id, kind=mail.kind, exc_info=error)
        return MailFailed(f"{type(error).__name__}: {error}")
    return None


def _settle(mail: DueMail, failure: MailFailed | None) -> str:
    db.session.remove()
    with transaction(mail.clinic_id) as session:
        if failure is None:
            outbox.mark_sent(session, mail, now())
            return "sent"
        if failure.permanent:
            outbox.mark_dropped(session, mail, failure.reason)
            outcome = "dropped" if isinstance(failure, _Overtaken) else "failed"
        else:
            later = outbox.postpone(session, mail, failure.reason, now())
            outcome = "postponed" if later else "failed"
    log.warning(
        "mail not sent",
        mail=mail.id,
        kind=mail.kind,
        outcome=outcome,
        attempts=mail.attempts,
        reason=failure.reason,
    )
    return outcome


def _message_id(mail: DueMail) -> str:
    host = urlsplit(settings().public_url).hostname or "localhost"
    stamp = int(mail.created_at.timestamp() * 1000)
    return f"<medcor-{mail.clinic_id}-{mail.id}-{stamp}@{host}>"


def mailer() -> Mailer:
    """The application's mailer, made on first use from the settings."""
    parts = state().parts
    if "mailer" not in parts:
        parts["mailer"] = make_mailer(settings().smtp_url, settings().mail_folder)
    return parts["mailer"]
