"""Periods of a report: which days, which days to compare them with, and in which pieces."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

LONGEST = 3 * 366
# Up to this many days a chart has a bar a day, up to this many weeks a bar a week.
MOST_DAYS, MOST_WEEKS = 31, 27


class Preset(StrEnum):
    """A period by name, as a URL says it."""

    LAST_30 = "30"
    THIS_MONTH = "month"
    LAST_MONTH = "last-month"
    THIS_YEAR = "year"
    CUSTOM = "custom"


class Piece(StrEnum):
    """What one bar of a chart stands for."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Period:
    """A range of days, both ends included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def piece(self) -> Piece:
        """The size of the pieces that the period is shown in."""
        if self.days <= MOST_DAYS:
            return Piece.DAY
        return Piece.WEEK if self.days <= MOST_WEEKS * 7 else Piece.MONTH

    def pieces(self) -> Iterator[Period]:
        """The period day by day, week by week (from Monday) or month by month."""
        begin = self.first
        while begin <= self.last:
            end = min(_end_of_piece(begin, self.piece), self.last)
            yield Period(begin, end)
            begin = end + timedelta(days=1)


def _end_of_piece(day: date, piece: Piece) -> date:
    if piece is Piece.DAY:
        return day
    if piece is Piece.WEEK:
        return day + timedelta(days=6 - day.weekday())
    return end_of_month(day)


def end_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def month_before(day: date) -> date:
    """The same day a month earlier, the month's last one where it has no such day."""
    last = day.replace(day=1) - timedelta(days=1)
    return last.replace(day=min(day.day, last.day))


def months_until(day: date, count: int) -> list[Period]:
    """The ``count`` months up to the one of ``day``, whole ones, earliest first."""
    found, first = [], day.replace(day=1)
    for _number in range(count):
        found.append(Period(first, end_of_month(first)))
        first = month_before(first)
    return found[::-1]


def preset_period(preset: Preset, today: date) -> Period:
    """The days of a named period; CUSTOM has none of its own and gives the last 30 days."""
    if preset is Preset.THIS_MONTH:
        return Period(today.replace(day=1), today)
    if preset is Preset.LAST_MONTH:
        last = today.replace(day=1) - timedelta(days=1)
        return Period(last.replace(day=1), last)
    if preset is Preset.THIS_YEAR:
        return Period(date(today.year, 1, 1), today)
    return Period(today - timedelta(days=29), today)


def period_before(preset: Preset, period: Period) -> Period:
    """The days to compare with: of the month or year before, else as many days right before."""
    if preset is Preset.THIS_MONTH:
        return Period(month_before(period.first), month_before(period.last))
    if preset is Preset.LAST_MONTH:
        last = period.first - timedelta(days=1)
        return Period(last.replace(day=1), last)
    if preset is Preset.THIS_YEAR:
        return Period(_year_before(period.first), _year_before(period.last))
    last = period.first - timedelta(days=1)
    return Period(last - timedelta(days=period.days - 1), last)


def _year_before(day: date) -> date:
    leap = day.month == 2 and day.day == 29
    return day.replace(year=day.year - 1, day=28 if leap else day.day)
