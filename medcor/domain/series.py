"""The days of an appointment that recurs, and which other days may stand in for one of them."""

from __future__ import annotations

from datetime import date, timedelta

INTERVALS = (1, 2)
LEAST_TIMES, MOST_TIMES = 2, 26


def is_series(every_weeks: int, times: int) -> bool:
    """Say whether somebody may repeat an appointment so often, ``every_weeks`` apart."""
    return every_weeks in INTERVALS and LEAST_TIMES <= times <= MOST_TIMES


def days_of(first: date, every_weeks: int, times: int) -> list[date]:
    """The local days, ``first`` among them; fewer where the calendar itself ends."""
    step = timedelta(weeks=every_weeks)
    fitting = (date.max - first) // step + 1
    return [first + step * number for number in range(min(times, fitting))]


def week_of(day: date) -> list[date]:
    """The days from Monday to Sunday around ``day``, in which another time may stand in for it."""
    monday = day.toordinal() - day.weekday()
    last = min(monday + 6, date.max.toordinal())
    return [date.fromordinal(each) for each in range(monday, last + 1)]


def stands_in(day: date, planned: date) -> bool:
    """Say whether a time on ``day`` may be taken instead of one on the ``planned`` day."""
    return day in week_of(planned)
