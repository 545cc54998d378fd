"""When a hand-over to staff is waiting too long, and for whom that has to be told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# An alarm is mailed once and then again so often, unless somebody takes it.
ALARM_REPEATS = 3
REPEAT_AFTER = timedelta(minutes=10)
# One patient, whatever they say, makes the clinic so many rounds of mails within an hour.
MOST_ROUNDS, ROUNDS_WITHIN = 8, timedelta(hours=1)
# What nobody has looked at for so long is helped by no further mail.
TOO_OLD = timedelta(days=7)
# A talk whose process, or page, gave no sign of life for so long has nobody to tell anything to.
ALIVE_FOR = timedelta(seconds=30)


class HandoverState(StrEnum):
    """Where a hand-over stands: it waits, somebody looks after it, it is done with."""

    OPEN = "open"
    TAKEN = "taken"
    CLOSED = "closed"


class NewsKind(StrEnum):
    """What a patient is told in the talk: that somebody took it, or that nobody has yet."""

    TAKEN = "taken"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Patience:
    """After how many minutes a request, or an alarm, has waited too long, as a clinic sets it."""

    request_minutes: int
    alarm_minutes: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """What counts of a hand-over that nobody has taken; instants are aware."""

    created_at: datetime
    alarm_at: datetime | None = None
    escalations: int = 0
    escalated_at: datetime | None = None
    told_at: datetime | None = None

    @property
    def is_alarm(self) -> bool:
        return self.alarm_at is not None

    @property
    def since(self) -> datetime:
        return self.alarm_at or self.created_at

    def too_long_at(self, patience: Patience) -> datetime:
        """The instant at which it has waited too long."""
        minutes = patience.alarm_minutes if self.is_alarm else patience.request_minutes
        return self.since + timedelta(minutes=minutes)


def needs_mail(waiting: Waiting, patience: Patience, now: datetime) -> bool:
    """Say whether the clinic has to be mailed about it now: once, an alarm again and again."""
    if now - waiting.since > TOO_OLD or now < waiting.too_long_at(patience):
        return False
    if waiting.escalations == 0 or waiting.escalated_at is None:
        return True
    most = 1 + ALARM_REPEATS if waiting.is_alarm else 1
    return waiting.escalations < most and now >= waiting.escalated_at + REPEAT_AFTER


def needs_telling(waiting: Waiting, patience: Patience, now: datetime) -> bool:
    """Say whether the patient has to be told now that nobody has taken it."""
    if waiting.told_at is not None or now - waiting.since > TOO_OLD:
        return False
    return now >= waiting.too_long_at(patience)


def is_spent(waiting: Waiting, now: datetime) -> bool:
    """Say whether nothing more comes of it by itself: whoever asks again asks anew."""
    most = 1 + ALARM_REPEATS if waiting.is_alarm else 1
    mailed = waiting.escalated_at is not None and now >= waiting.escalated_at + REPEAT_AFTER
    return (mailed and waiting.escalations >= most) or now - waiting.since > TOO_OLD


def state_of(taken_at: datetime | None, closed_at: datetime | None) -> HandoverState:
    if closed_at is not None:
        return HandoverState.CLOSED
    return HandoverState.OPEN if taken_at is None else HandoverState.TAKEN


def joined_reason(earlier: str, said: str, longest: int) -> str:
    """Add to a reason what was said later; what no longer fits is cut in the middle."""
    said = said[:longest]
    if not earlier:
        return said
    room = longest - len(said) - 1
    if len(earlier) > room:
        earlier = f"{earlier[: room - 1].rstrip()}…" if room > 1 else ""
    return "\n".join(filter(None, (earlier, said)))
