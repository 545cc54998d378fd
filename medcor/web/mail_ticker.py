"""Send what waits in the outbox: once by hand (`flask mail send-due`), or for ever by a ticker."""

from __future__ import annotations

from collections import Counter
from threading import Event
from urllib.parse import urlsplit

import structlog
from flask import Flask

from medcor.extensions import db
from medcor.integrations.mailer import Mailer, MailFailed, build_message, make_mailer
from medcor.services import mail as outbox
from medcor.services.mail import DueMail
from medcor.web.letters import compose
from medcor.web.state import now, settings, state
from medcor.web.transaction import reading, transaction

log = structlog.get_logger("medcor.mail")
TICK_SECONDS = 1.0
ROUND = 100


def run_mail_ticker(app: Flask, stop_event: Event) -> None:
    """Send due mails until ``stop_event`` is set; an error costs a round, never the ticker."""
    while not stop_event.is_set():
        with app.app_context():
            try:
                send_due(stop_event)
            except Exception as error:
                log.error("mail round failed", exc_info=error)
            finally:
                db.session.remove()
        stop_event.wait(TICK_SECONDS)


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
        super().__init__("overtaken by a later change", permanent=True)


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
