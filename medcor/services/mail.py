"""The outbox: a mail is queued with what it tells of, claimed by one sender, and settled once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.models import OutboxMail
from medcor.models.tenancy import across_clinics

# A sender that died while sending holds its mail this long; longer than any SMTP dialogue takes.
LEASE = timedelta(minutes=10)
# New mails go before those that wait for another try.
AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
GIVE_UP_AFTER = timedelta(hours=48)
LONGEST_WAIT = timedelta(hours=6)
OVERTAKEN = "overtaken by a later change"


@dataclass(frozen=True, slots=True)
class DueMail:
    """A claimed mail. ``attempts`` counts this one too."""

    id: int
    clinic_id: int
    kind: str
    recipient: str
    language: str
    details: dict[str, Any]
    attempts: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class FailedMail:
    """A mail that was given up, with the last reason."""

    id: int
    clinic_id: int
    kind: str
    recipient: str
    attempts: int
    reason: str
    created_at: datetime


def queue_mail(
    session: Session, clinic_id: int, kind: str, recipient: str, language: str, **details: Any
) -> None:
    """Put a mail in the outbox; ``details`` are JSON values from which it is worded later."""
    session.add(
        OutboxMail(
            clinic_id=clinic_id,
            kind=kind,
            recipient=recipient,
            language=language,
            details=details,
            next_try_at=AT_ONCE,
        )
    )


def has_due(session: Session, now: datetime) -> bool:
    """Say whether any clinic has a mail to send, without taking a write lock."""
    with across_clinics(session, "one sender serves every clinic"):
        return session.scalar(_due(now).with_only_columns(OutboxMail.id)) is not None


def claim_next(session: Session, now: datetime) -> DueMail | None:
    """Take the next due mail of any clinic, so that no other sender takes it too.

    The claim is a lease: should this sender die, the mail is tried again after LEASE, under the
    same Message-ID.
    """
    with across_clinics(session, "one sender serves every clinic"):
        row = session.execute(_due(now).with_for_update(skip_locked=True)).first()
        if row is None:
            return None
        claimed = DueMail(*row[:6], attempts=row.attempts + 1, created_at=row.created_at)
        _update(session, claimed.id, attempts=claimed.attempts, next_try_at=now + LEASE)
    return claimed


def _due(now: datetime) -> sa.Select:
    return (
        sa.select(
            OutboxMail.id,
            OutboxMail.clinic_id,
            OutboxMail.kind,
            OutboxMail.recipient,
            OutboxMail.language,
            OutboxMail.details,
            OutboxMail.attempts,
            OutboxMail.created_at,
        )
        .where(OutboxMail.next_try_at <= now)
        .order_by(OutboxMail.next_try_at, OutboxMail.id)
        .limit(1)
    )


def mark_sent(session: Session, mail: DueMail, now: datetime) -> None:
    _update(
        session, mail.id, sent_at=now, next_try_at=None, last_error="", details=_kept_details(mail)
    )


def mark_dropped(session: Session, mail: DueMail, reason: str) -> None:
    """Give a mail up for good and say why."""
    _update(
        session, mail.id, next_try_at=None, last_error=reason[:300], details=_kept_details(mail)
    )


def postpone(session: Session, mail: DueMail, reason: str, now: datetime) -> bool:
    """Try again later, or give up once the mail is too old to be of use; says which."""
    if now - mail.created_at >= GIVE_UP_AFTER:
        mark_dropped(session, mail, reason)
        return False
    _update(session, mail.id, next_try_at=now + wait_after(mail.attempts), last_error=reason[:300])
    return True


def given_up(session: Session, limit: int, mail_id: int | None = None) -> list[FailedMail]:
    """Mails of all clinics that were given up, the latest first, or the one of this id if it was.

    What a later change made needless is none of them.
    """
    wanted = (
        sa.select(
            OutboxMail.id,
            OutboxMail.clinic_id,
            OutboxMail.kind,
            OutboxMail.recipient,
            OutboxMail.attempts,
            OutboxMail.last_error,
            OutboxMail.created_at,
        )
        .where(
            OutboxMail.next_try_at.is_(None),
            OutboxMail.sent_at.is_(None),
            OutboxMail.last_error != OVERTAKEN,
        )
        .order_by(OutboxMail.id.desc())
        .limit(limit)
    )
    if mail_id is not None:
        wanted = wanted.where(OutboxMail.id == mail_id)
    with across_clinics(session, "the operator looks after every clinic's mail"):
        return [FailedMail(*row) for row in session.execute(wanted)]


def try_again(session: Session, failed: FailedMail, now: datetime) -> None:
    """Put a mail that was given up back in the outbox, for two days more, in its clinic's scope."""
    _update(session, failed.id, next_try_at=AT_ONCE, attempts=0, last_error="", created_at=now)


def wait_after(attempts: int) -> timedelta:
    """How long to wait after so many failures: 1, 3, 9, ... minutes, 6 hours at most."""
    return min(timedelta(minutes=3 ** min(attempts - 1, 10)), LONGEST_WAIT)


def _kept_details(mail: DueMail) -> dict[str, Any]:
    # A link's token outlives its mail nowhere.
    return {name: value for name, value in mail.details.items() if name != "token"}


def _update(session: Session, mail_id: int, **values: Any) -> None:
    session.execute(
        sa.update(OutboxMail).where(OutboxMail.id == mail_id).values(**values),
        execution_options={"synchronize_session": False},
    )
