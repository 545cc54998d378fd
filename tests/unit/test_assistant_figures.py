"""Percentiles out of buckets, and days that are added, written down and read back."""

from __future__ import annotations

import json
import random

import pytest

from medcor.domain.assistant_figures import (
    DayFigures,
    TalkFigures,
    TurnFigures,
    answer_time,
    bucket_of,
    from_json,
    percentile,
    sum_of,
    time_of,
)

STAGES = {"recogniser": 300, "floor": 100, "wait": None, "first": 50, "reply": 250, "log": 4}


@pytest.mark.parametrize("ms", [0, 1, 2, 7, 20, 99, 640, 1500, 30_000, 600_000])
def test_a_bucket_stands_for_its_times(ms):
    shown = time_of(bucket_of(ms))
    assert abs(shown - ms) <= max(0.05 * ms, 0.5)


def test_longer_times_are_never_in_an_earlier_bucket():
    buckets = [bucket_of(ms) for ms in range(2000)]
    assert buckets == sorted(buckets)


@pytest.mark.parametrize(
    ("times", "share", "found"),
    [
        ([], 0.5, None),
        ([0], 0.95, 0),
        ([100], 0.5, 100),
        ([100, 1000], 0.5, 100),
        ([100, 1000], 0.95, 1000),
        ([100] * 19 + [9000], 0.95, 100),
        ([100] * 18 + [9000] * 2, 0.95, 9000),
        ([100, 1000, 9000], 0.5, 1000),
    ],
)
def test_percentiles_by_nearest_rank(times, share, found):
    counts: dict[int, int] = {}
    for ms in times:
        counts[bucket_of(ms)] = counts.get(bucket_of(ms), 0) + 1
    got = percentile(counts, share)
    assert got == found if not found else abs(got - found) <= 0.05 * found


def test_percentiles_of_many_days_are_those_of_all_their_turns():
    chance, times, days = random.Random(3), [], []
    for _day in range(20):
        day = DayFigures()
        for _turn in range(50):
            ms = int(chance.lognormvariate(6, 0.8))
            times.append(ms)
            day.group("voice", "guided").count("answered", {"first": ms})
        days.append(from_json(json.loads(json.dumps(day.as_json()))))
    times.sort()
    turns = sum_of(days).all_turns()
    for share in (0.5, 0.95):
        exact = times[int(share * len(times)) - 1]
        assert abs(turns.within("answer", share) - exact) <= 0.05 * exact + 1


@pytest.mark.parametrize(
    ("changes", "ms"),
    [
        ({}, 450),
        ({"wait": 1000}, 1450),
        ({"recogniser": None, "floor": None}, 50),
        ({"first": None}, None),
    ],
)
def test_an_answer_takes_from_the_last_word_to_the_first(changes, ms):
    assert answer_time({**STAGES, **changes}) == ms


def test_turns_are_counted_by_how_they_ended():
    turns = TurnFigures()
    for outcome in ("answered", "interrupted", "failed", "no_credit"):
        turns.count(outcome, STAGES if outcome == "answered" else {})
    assert (turns.turns, turns.unanswered, turns.unanswered_share) == (4, 2, 0.5)
    assert turns.measured("answer") == turns.measured("log") == 1
    assert turns.measured("wait") == 0 and turns.within("wait", 0.5) is None
    assert TurnFigures().unanswered_share is None


def test_a_day_survives_being_written_down():
    day = DayFigures()
    day.group("voice", "model").count("answered", STAGES)
    day.group("text", "").count("failed", {})
    day.ended("left").add(TalkFigures(2, 9000, 1000, 1))
    read = from_json(json.loads(json.dumps(day.as_json())))
    assert read.all_turns().measured("answer") == 1 and read.all_turns().measured("floor") == 0
    read.add_stages(json.loads(json.dumps(day.stages_json())))
    assert read.all_turns() == day.all_turns() and read.talks == day.talks
    both = sum_of([day, read])
    assert both.all_turns("voice").outcomes == {"answered": 2}
    assert both.all_turns(answered_by="").outcomes == {"failed": 2}
    assert both.all_turns("text", "model").turns == 0
    assert both.all_talks() == TalkFigures(4, 18000, 2000, 2)
    assert both.all_talks().lost_share == 0.1 and TalkFigures().lost_share is None
    # Adding changes no part.
    assert day.all_turns().turns == 2


def test_a_period_is_the_difference_of_what_was_counted_up():
    so_far, earlier = DayFigures(), None
    for ms in (100, 200, 400):
        earlier = so_far.stages_json()
        day = DayFigures()
        day.group("voice", "guided").count("answered", {"first": ms, "reply": ms})
        so_far.add_stages(day.stages_json())
    last = DayFigures()
    last.add_stages(so_far.stages_json())
    last.add_stages(earlier, times=-1)
    turns = last.all_turns()
    assert turns.measured("reply") == 1 and abs(turns.within("reply", 0.5) - 400) <= 20
    assert so_far.all_turns().measured("reply") == 3
