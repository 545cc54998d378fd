"""Until when one may answer, whom a freed time suits, which free time is nearest."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medcor.domain.offers import (
    ANY_DAY,
    WaitingWish,
    answer_by,
    days_of,
    mask_of,
    nearest_first,
    waiting_answer_by,
)

NOW = datetime(2026, 3, 4, 6, tzinfo=UTC)
NONE = timedelta(0)
DAY = timedelta(days=1)


def at(**parts: int) -> datetime:
    return NOW + timedelta(**parts)


@pytest.mark.parametrize(
    ("old", "new", "notice", "until"),
    [
        # The clinic's own answer time, where nothing is nearer.
        (at(days=9), at(days=10), NONE, at(hours=24)),
        # An hour before the old start at the latest.
        (at(hours=20), at(days=10), NONE, at(hours=19)),
        # As long before the new start as the clinic wants to know of patients.
        (at(days=9), at(hours=30), timedelta(hours=10), at(hours=20)),
        (at(days=9), at(hours=5), NONE, at(hours=5)),
        # Half an hour is just enough, a minute less is not.
        (at(minutes=90), at(days=1), NONE, at(minutes=30)),
        (at(minutes=89), at(days=1), NONE, None),
        (at(days=9), at(minutes=150), timedelta(hours=2), at(minutes=30)),
        (at(days=9), at(minutes=149), timedelta(hours=2), None),
        (at(hours=-1), at(days=1), NONE, None),
    ],
)
def test_a_patient_has_time_to_answer_until(old, new, notice, until):
    assert answer_by(NOW, timedelta(hours=24), old, new, notice) == until


@pytest.mark.parametrize(
    ("start", "notice", "until"),
    [
        (at(days=1), NONE, at(hours=2)),
        (at(hours=1), NONE, at(hours=1)),
        (at(hours=3), timedelta(hours=2), at(hours=1)),
        (at(minutes=15), NONE, at(minutes=15)),
        (at(minutes=14), NONE, None),
        (at(hours=2), timedelta(minutes=106), None),
    ],
)
def test_somebody_who_waits_has_time_to_answer_until(start, notice, until):
    assert waiting_answer_by(NOW, timedelta(hours=2), start, notice) == until


MONDAY = date(2026, 3, 9)
WISH = WaitingWish(7, MONDAY, date(2026, 3, 20), mask_of([0, 2]), time(9), time(12))


@pytest.mark.parametrize(
    ("doctor_id", "day", "start", "suits"),
    [
        (7, MONDAY, time(10), True),
        (7, MONDAY, time(9), True),
        (7, MONDAY, time(12), True),
        (7, MONDAY, time(8, 55), False),
        (7, MONDAY, time(12, 5), False),
        (8, MONDAY, time(10), False),
        (7, MONDAY + DAY, time(10), False),
        (7, date(2026, 3, 18), time(10), True),
        (7, date(2026, 3, 23), time(10), False),
        (7, date(2026, 3, 4), time(10), False),
    ],
)
def test_a_time_suits_a_wish(doctor_id, day, start, suits):
    assert WISH.suits(doctor_id, day, start) is suits


def test_any_doctor_and_any_day_suit_who_minds_neither():
    wish = WaitingWish(None, MONDAY, MONDAY + 6 * DAY, ANY_DAY, time(0), time(23, 55))
    assert all(wish.suits(number, MONDAY + number * DAY, time(10)) for number in range(7))


@given(st.sets(st.integers(0, 6)))
def test_weekdays_come_back_out_of_their_mask(days):
    assert days_of(mask_of(days)) == sorted(days)


@given(st.lists(st.integers(-500, 500), unique=True), st.integers(-500, 500))
def test_the_nearest_comes_first_and_none_is_left_out(minutes, wished):
    starts = sorted(at(minutes=each) for each in minutes)
    point = at(minutes=wished)
    found = [starts[place] for place in nearest_first(starts, point)]
    assert found == sorted(starts, key=lambda each: (abs(each - point), each))
