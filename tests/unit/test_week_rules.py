"""Series, copies of a day, parts of a range, and the periods of a report."""

from __future__ import annotations

from datetime import date, time
from itertools import pairwise

import pytest

from medcor.domain import week
from medcor.domain.periods import (
    Period,
    Piece,
    Preset,
    month_before,
    months_until,
    period_before,
    preset_period,
)
from medcor.domain.week import WeekTime


def at(hour: int, minute: int = 0) -> time:
    return time(hour, minute)


def day_of(*spans: tuple[int, int]) -> list[WeekTime]:
    return [WeekTime(0, at(start), at(end)) for start, end in spans]


@pytest.mark.parametrize(
    ("last", "minutes", "pause", "starts"),
    [
        (at(10, 30), 30, 0, ["09:00", "09:30", "10:00"]),
        (at(10, 30), 30, 15, ["09:00", "09:45"]),
        (at(10, 45), 30, 15, ["09:00", "09:45"]),
        (at(9, 30), 30, 0, ["09:00"]),
        (at(9, 25), 30, 0, []),
        (at(9, 30), 0, 0, []),
    ],
)
def test_a_series_fills_the_time_and_goes_no_further(last, minutes, pause, starts):
    made = week.series([2], at(9), last, minutes, pause)
    assert [each.start_time.strftime("%H:%M") for each in made] == starts
    assert all(each.minutes == minutes and each.end_time <= last for each in made)


def test_a_series_repeats_on_each_day_once():
    made = week.series([4, 0, 4], at(9), at(10), 30, 0)
    assert [(each.weekday, each.start_time.minute) for each in made] == [
        (0, 0),
        (0, 30),
        (4, 0),
        (4, 30),
    ]


def test_copying_beside_what_is_there_leaves_out_what_collides():
    source, target = day_of((9, 10), (10, 11), (12, 13)), day_of((9, 10), (10, 12))
    plan = week.plan_copy(source, target, replace=False)
    assert plan.added == [source[2]]
    assert plan.left_out == [source[1]]
    assert plan.removed == [] and plan.kept == [(source[0], target[0])]


def test_copying_in_place_of_what_is_there_keeps_equal_times():
    source, target = day_of((9, 10), (10, 11)), day_of((9, 10), (10, 12))
    plan = week.plan_copy(source, target, replace=True)
    assert plan.added == [source[1]]
    assert plan.removed == [target[1]]
    assert plan.left_out == [] and plan.kept == [(source[0], target[0])]


DECEMBER = [date(2026, 12, day) for day in range(1, 32)]


@pytest.mark.parametrize(
    ("taken", "left"),
    [
        ([], [(5, 10)]),
        ([(1, 4), (11, 20)], [(5, 10)]),
        ([(1, 31)], []),
        ([(5, 6)], [(7, 10)]),
        ([(9, 12)], [(5, 8)]),
        ([(7, 8)], [(5, 6), (9, 10)]),
        ([(6, 6), (8, 8)], [(5, 5), (7, 7), (9, 10)]),
        ([(4, 7), (6, 9)], [(10, 10)]),
    ],
)
def test_only_days_that_are_not_off_yet_are_left(taken, left):
    ranges = [(DECEMBER[first - 1], DECEMBER[last - 1]) for first, last in taken]
    found = week.uncovered(date(2026, 12, 5), date(2026, 12, 10), ranges)
    assert [(first.day, last.day) for first, last in found] == left


def test_touching_openings_do_not_overlap():
    one, other = day_of((9, 10), (10, 11))
    assert not week.overlap(one, other)
    assert week.overlap(one, WeekTime(0, at(9, 55), at(10, 5)))


TODAY = date(2026, 3, 31)


@pytest.mark.parametrize(
    ("preset", "period", "before"),
    [
        (Preset.LAST_30, ("03-02", "03-31"), ("01-31", "03-01")),
        (Preset.THIS_MONTH, ("03-01", "03-31"), ("02-01", "02-28")),
        (Preset.LAST_MONTH, ("02-01", "02-28"), ("01-01", "01-31")),
    ],
)
def test_named_periods_and_what_they_are_compared_with(preset, period, before):
    found = preset_period(preset, TODAY)
    told = [(each.first.isoformat()[5:], each.last.isoformat()[5:]) for each in (found,)]
    assert told == [period]
    earlier = period_before(preset, found)
    assert (earlier.first.isoformat()[5:], earlier.last.isoformat()[5:]) == before


def test_a_year_is_compared_with_the_same_days_of_the_one_before():
    leap = preset_period(Preset.THIS_YEAR, date(2028, 2, 29))
    assert period_before(Preset.THIS_YEAR, leap) == Period(date(2027, 1, 1), date(2027, 2, 28))


@pytest.mark.parametrize(
    ("days", "piece"), [(1, Piece.DAY), (31, Piece.DAY), (32, Piece.WEEK), (190, Piece.MONTH)]
)
def test_the_pieces_cover_the_period_without_a_gap(days, piece):
    period = Period(date(2026, 1, 1), date.fromordinal(date(2026, 1, 1).toordinal() + days - 1))
    assert period.piece is piece
    parts = list(period.pieces())
    assert sum(part.days for part in parts) == days
    assert parts[0].first == period.first and parts[-1].last == period.last
    assert all(one.last.toordinal() + 1 == two.first.toordinal() for one, two in pairwise(parts))
    if piece is Piece.WEEK:
        assert all(part.first.weekday() == 0 for part in parts[1:])


def test_months_before():
    assert month_before(date(2026, 3, 31)) == date(2026, 2, 28)
    assert month_before(date(2026, 1, 15)) == date(2025, 12, 15)
    found = months_until(date(2026, 2, 10), 3)
    assert [(each.first.month, each.last.day) for each in found] == [(12, 31), (1, 31), (2, 28)]
