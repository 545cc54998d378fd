"""When a reminder is due, and when it is of no use."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from medcor.domain.appointments import AppointmentStatus as State
from medcor.domain.reminders import (
    BY_HOURS,
    DAY_BEFORE,
    TWO_HOURS,
    due_reminders,
    switched_on,
)

START = datetime(2026, 3, 9, 6, 0, tzinfo=UTC)
LONG_AGO = START - timedelta(days=30)
BOTH = [DAY_BEFORE, TWO_HOURS]


def before(**lengths: float) -> datetime:
    return START - timedelta(**lengths)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (before(hours=24, seconds=1), []),
        (before(hours=24), [DAY_BEFORE]),
        (before(hours=12), [DAY_BEFORE]),
        (before(hours=3, seconds=1), [DAY_BEFORE]),
        (before(hours=3), []),
        (before(hours=2, seconds=1), []),
        (before(hours=2), [TWO_HOURS]),
        (before(minutes=30, seconds=1), [TWO_HOURS]),
        (before(minutes=30), []),
        (START, []),
        (START + timedelta(hours=1), []),
    ],
)
def test_a_reminder_is_due_from_its_hour_until_it_would_come_too_late(now, due):
    assert due_reminders(BOTH, State.CONFIRMED, START, LONG_AGO, now) == due


@pytest.mark.parametrize(
    ("reminder", "chosen", "due"),
    [
        (DAY_BEFORE, before(hours=26), True),
        (DAY_BEFORE, before(hours=25, minutes=59), False),
        (DAY_BEFORE, before(hours=24), False),
        (DAY_BEFORE, before(hours=5), False),
        (TWO_HOURS, before(hours=3), True),
        (TWO_HOURS, before(hours=2, minutes=59), False),
        (TWO_HOURS, before(hours=1), False),
    ],
)
def test_who_has_just_chosen_the_time_is_not_reminded_of_it(reminder, chosen, due):
    now = START - reminder.lead
    assert due_reminders([reminder], State.PENDING, START, chosen, now) == [reminder] * due


@pytest.mark.parametrize(
    ("state", "reminded"),
    [
        (State.PENDING, True),
        (State.CONFIRMED, True),
        (State.CANCELLED, False),
        (State.COMPLETED, False),
        (State.NO_SHOW, False),
    ],
)
def test_only_live_appointments_are_reminded_of(state, reminded):
    due = due_reminders(BOTH, state, START, LONG_AGO, before(hours=24))
    assert due == [DAY_BEFORE] * reminded


@pytest.mark.parametrize(
    ("day_before", "two_hours", "sent"),
    [
        (True, True, BOTH),
        (True, False, [DAY_BEFORE]),
        (False, True, [TWO_HOURS]),
        (False, False, []),
    ],
)
def test_each_is_switched_on_by_the_clinic(day_before, two_hours, sent):
    assert switched_on(day_before, two_hours) == sent


@pytest.mark.parametrize("reminder", BOTH)
def test_the_window_of_starts_holds_just_what_is_due(reminder):
    now = before(days=3)
    after, until = reminder.window(now)
    second = timedelta(seconds=1)
    expected = {after: False, after + second: True, until: True, until + second: False}
    assert {start: reminder.is_due(start, LONG_AGO, now) for start in expected} == expected


def test_two_kinds_are_never_due_at_once_for_one_start():
    for minutes in range(0, 26 * 60, 5):
        due = due_reminders(BOTH, State.CONFIRMED, START, LONG_AGO, before(minutes=minutes))
        assert len(due) <= 1, minutes


def test_a_stored_number_of_hours_names_its_reminder():
    assert BY_HOURS == {24: DAY_BEFORE, 2: TWO_HOURS}
