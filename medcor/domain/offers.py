"""Until when an offered time can be answered, whom a freed time suits, which time is nearest.

Facts in, verdict out. Instants are aware UTC datetimes; days and clocks are the clinic's local.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

# Less time than this to answer is none: somebody calls instead, or the next one is asked.
LEAST_FOR_PATIENT = timedelta(minutes=30)
LEAST_FOR_WAITING = timedelta(minutes=15)
# Whoever does not answer still has this long to hear that the old time falls away.
BEFORE_OLD_START = timedelta(hours=1)
ANY_DAY = 0b1111111
# As near as this the same doctor comes first; further away another one sees the patient sooner.
NEAR = timedelta(days=14)


def answer_by(
    now: datetime,
    answer_time: timedelta,
    old_start: datetime,
    new_start: datetime,
    notice: timedelta,
) -> datetime | None:
    """Until when a patient may answer who is offered ``new_start`` instead of ``old_start``.

    None where less than half an hour would be left. ``notice`` is the clinic's shortest one.
    """
    until = min(now + answer_time, old_start - BEFORE_OLD_START, new_start - notice)
    return until if until - now >= LEAST_FOR_PATIENT else None


def waiting_answer_by(
    now: datetime, answer_time: timedelta, start: datetime, notice: timedelta
) -> datetime | None:
    """Until when somebody on the waiting list may answer; None where under 15 minutes are left."""
    until = min(now + answer_time, start - notice)
    return until if until - now >= LEAST_FOR_WAITING else None


@dataclass(frozen=True, slots=True)
class WaitingWish:
    """What somebody waits for; ``doctor_id`` None is any, ``weekdays`` has Monday as lowest bit."""

    doctor_id: int | None
    first_day: date
    last_day: date
    weekdays: int
    earliest: time
    latest: time

    def suits(self, doctor_id: int, day: date, start: time) -> bool:
        """Say whether a time with this doctor is what is waited for; all bounds are included."""
        return (
            self.doctor_id in (None, doctor_id)
            and self.first_day <= day <= self.last_day
            and bool(self.weekdays >> day.weekday() & 1)
            and self.earliest <= start <= self.latest
        )


def mask_of(weekdays: Iterable[int]) -> int:
    """Weekdays, Monday 0, as bits."""
    return sum(1 << day for day in set(weekdays))


def days_of(mask: int) -> list[int]:
    """The weekdays of a mask, Monday 0."""
    return [day for day in range(7) if mask >> day & 1]


def nearest_first(starts: Sequence[datetime], wished: datetime) -> Iterator[int]:
    """Yield the places of ascending ``starts`` by distance from a wished one, the nearest first.

    Of two that are as near the earlier one comes first.
    """
    above = bisect_left(starts, wished)
    below = above - 1
    while below >= 0 or above < len(starts):
        take_below = above >= len(starts) or (
            below >= 0 and wished - starts[below] <= starts[above] - wished
        )
        if take_below:
            yield below
            below -= 1
        else:
            yield above
            above += 1
