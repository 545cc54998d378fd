"""The days of a series, and what may stand in for one of them."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest

from medcor.domain.series import days_of, is_series, stands_in, week_of

MONDAY = date(2026, 3, 9)


@pytest.mark.parametrize(
    ("every_weeks", "times", "allowed"),
    [
        (1, 2, True),
        (2, 26, True),
        (1, 26, True),
        (1, 1, False),
        (1, 27, False),
        (0, 5, False),
        (3, 5, False),
        (-1, 5, False),
        (1, 0, False),
    ],
)
def test_which_rhythms_may_be_had(every_weeks, times, allowed):
    assert is_series(every_weeks, times) is allowed


@pytest.mark.parametrize(("every_weeks", "apart"), [(1, 7), (2, 14)])
def test_days_are_whole_weeks_apart(every_weeks, apart):
    days = days_of(MONDAY, every_weeks, 26)
    assert len(days) == 26 and days[0] == MONDAY
    assert {later - day for day, later in pairwise(days)} == {timedelta(days=apart)}


def test_the_calendar_ends():
    last = date.max
    assert days_of(last, 1, 5) == [last]
    assert days_of(last - timedelta(days=14), 2, 5) == [last - timedelta(days=14), last]
    assert week_of(last)[-1] == last


@pytest.mark.parametrize("day", [MONDAY + timedelta(days=number) for number in range(7)])
def test_a_week_runs_from_monday_to_sunday(day):
    assert week_of(day) == [MONDAY + timedelta(days=number) for number in range(7)]
    assert stands_in(MONDAY, day) and stands_in(MONDAY + timedelta(days=6), day)
    assert not stands_in(MONDAY - timedelta(days=1), day)
    assert not stands_in(MONDAY + timedelta(days=7), day)


def test_no_two_days_of_a_series_share_a_week():
    for every_weeks in (1, 2):
        days = days_of(MONDAY, every_weeks, 26)
        weeks = [day for each in days for day in week_of(each)]
        assert len(set(weeks)) == len(weeks)
