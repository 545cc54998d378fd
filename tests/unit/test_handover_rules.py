"""When a hand-over has waited too long, how often that is mailed, and what is kept of its words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from medcor.domain.handovers import (
    HandoverState,
    Patience,
    Waiting,
    joined_reason,
    needs_mail,
    needs_telling,
    state_of,
)

AT = datetime(2026, 3, 4, 6, 0, tzinfo=UTC)
PATIENCE = Patience(request_minutes=15, alarm_minutes=2)


def after(minutes: float) -> datetime:
    return AT + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("waiting", "minutes", "due"),
    [
        (Waiting(AT), 14.9, False),
        (Waiting(AT), 15, True),
        (Waiting(AT), 60 * 24 * 8, False),
        (Waiting(AT, escalations=1, escalated_at=after(15)), 120, False),
        (Waiting(AT, alarm_at=AT), 1.9, False),
        (Waiting(AT, alarm_at=AT), 2, True),
        (Waiting(AT, alarm_at=after(10)), 11, False),
        (Waiting(AT, alarm_at=after(10)), 12, True),
        (Waiting(AT, alarm_at=AT, escalations=1, escalated_at=after(2)), 11.9, False),
        (Waiting(AT, alarm_at=AT, escalations=1, escalated_at=after(2)), 12, True),
        (Waiting(AT, alarm_at=AT, escalations=3, escalated_at=after(22)), 32, True),
        (Waiting(AT, alarm_at=AT, escalations=4, escalated_at=after(32)), 500, False),
        # Looked after late, it goes on where it was.
        (Waiting(AT, alarm_at=AT), 300, True),
    ],
)
def test_a_mail_is_due(waiting, minutes, due):
    assert needs_mail(waiting, PATIENCE, after(minutes)) is due


@pytest.mark.parametrize(
    ("waiting", "minutes", "due"),
    [
        (Waiting(AT), 14, False),
        (Waiting(AT), 15, True),
        (Waiting(AT, told_at=after(15)), 16, False),
        (Waiting(AT, alarm_at=AT), 2, True),
        (Waiting(AT), 60 * 24 * 8, False),
    ],
)
def test_the_patient_is_told_once(waiting, minutes, due):
    assert needs_telling(waiting, PATIENCE, after(minutes)) is due


@pytest.mark.parametrize(
    ("taken", "closed", "state"),
    [
        (None, None, HandoverState.OPEN),
        (AT, None, HandoverState.TAKEN),
        (AT, AT, HandoverState.CLOSED),
        (None, AT, HandoverState.CLOSED),
    ],
)
def test_states(taken, closed, state):
    assert state_of(taken, closed) is state


def test_the_first_and_the_last_words_are_kept():
    assert joined_reason("", "help me", 500) == "help me"
    assert joined_reason("help", "me", 500) == "help\nme"
    long = joined_reason("I can't breathe. " + "a" * 600, "and my chest hurts", 500)
    assert len(long) == 500
    assert long.startswith("I can't breathe.") and long.endswith("…\nand my chest hurts")
    assert len(joined_reason("first", "b" * 700, 500)) == 500
