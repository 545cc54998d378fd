"""Rules of a doctor's week and days off: series, copies of a day, ranges of days.

Times are the clinic's local ones, weekdays count from Monday, 0 to 6.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Generic, Protocol, TypeVar

DAYS = range(7)
STEP_MINUTES = 5
# A longer absence is a slip of the year, not a holiday.
LONGEST_ABSENCE = 731


class Timed(Protocol):
    """Anything with a start and an end on one day."""

    @property
    def start_time(self) -> time: ...

    @property
    def end_time(self) -> time: ...


@dataclass(frozen=True, slots=True, order=True)
class WeekTime:
    """A span of one weekday."""

    weekday: int
    start_time: time
    end_time: time

    @property
    def minutes(self) -> int:
        return minute_of(self.end_time) - minute_of(self.start_time)


def minute_of(clock: time) -> int:
    """Minutes since midnight."""
    return clock.hour * 60 + clock.minute


def on_step(clock: time) -> bool:
    """Say whether a time is one of the 5-minute steps that everything is booked in."""
    return not (clock.minute % STEP_MINUTES or clock.second or clock.microsecond)


def overlap(one: Timed, other: Timed) -> bool:
    """Say whether two spans of the same day share a moment; touching ends share none."""
    return one.start_time < other.end_time and other.start_time < one.end_time


def series(
    weekdays: Iterable[int], first: time, last: time, minutes: int, pause: int
) -> list[WeekTime]:
    """Openings of ``minutes`` from ``first`` on, ``pause`` minutes between, none past ``last``."""
    spans: list[tuple[time, time]] = []
    begin, end = minute_of(first), minute_of(last)
    while minutes > 0 and pause >= 0 and begin + minutes <= end:
        spans.append((_clock(begin), _clock(begin + minutes)))
        begin += minutes + pause
    return [WeekTime(day, start, stop) for day in sorted(set(weekdays)) for start, stop in spans]


def _clock(minute: int) -> time:
    return time(minute // 60, minute % 60)


Kind = TypeVar("Kind", bound=Timed)


@dataclass(frozen=True, slots=True)
class CopyPlan(Generic[Kind]):
    """What copying one day onto another does there.

    ``added`` and ``left_out`` are openings of the source, ``removed`` are the target's own, and
    ``kept`` pairs those of the same times, source first.
    """

    added: list[Kind]
    left_out: list[Kind]
    removed: list[Kind]
    kept: list[tuple[Kind, Kind]]


def plan_copy(source: Sequence[Kind], target: Sequence[Kind], *, replace: bool) -> CopyPlan[Kind]:
    """Say what stays, comes and goes on the target day.

    With ``replace`` the target becomes like the source; otherwise only what fits beside its own
    openings is added.
    """
    own = {(each.start_time, each.end_time): each for each in target}
    kept = [(each, own[key]) for each in source if (key := (each.start_time, each.end_time)) in own]
    new = [each for each in source if (each.start_time, each.end_time) not in own]
    if replace:
        stay = {id(mine) for _each, mine in kept}
        return CopyPlan(new, [], [each for each in target if id(each) not in stay], kept)
    collides = [each for each in new if any(overlap(each, mine) for mine in target)]
    return CopyPlan([each for each in new if each not in collides], collides, [], kept)


def days_between(first: date, last: date) -> int:
    """Days of a range, both ends counted."""
    return (last - first).days + 1


def uncovered(
    first: date, last: date, taken: Iterable[tuple[date, date]]
) -> list[tuple[date, date]]:
    """The parts of a range that none of ``taken`` (ranges, both ends included) covers."""
    parts, begin = [], first
    for start, end in sorted(taken):
        if end < begin or start > last:
            continue
        if start > begin:
            parts.append((begin, start - timedelta(days=1)))
        if end >= last:
            return parts
        begin = end + timedelta(days=1)
    return [*parts, (begin, last)]
