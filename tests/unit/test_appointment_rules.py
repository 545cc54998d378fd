"""Who may move an appointment and take back its end, as tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from medcor.domain.appointments import AppointmentStatus as State
from medcor.domain.appointments import may_move, may_take_back
from medcor.domain.permissions import Role

NOW = datetime(2026, 3, 4, 6, 0, tzinfo=UTC)
DAY, MINUTE, SECOND = timedelta(days=1), timedelta(minutes=1), timedelta(seconds=1)


@pytest.mark.parametrize(
    ("state", "begins", "role", "allowed"),
    [
        (State.PENDING, NOW + DAY, Role.PATIENT, True),
        (State.CONFIRMED, NOW + DAY, Role.PATIENT, True),
        (State.CONFIRMED, NOW + DAY - SECOND, Role.PATIENT, False),
        (State.CONFIRMED, NOW + DAY - SECOND, Role.DOCTOR, True),
        (State.CONFIRMED, NOW - DAY, Role.ADMIN, True),
        (State.CANCELLED, NOW + 2 * DAY, Role.PATIENT, False),
        (State.CANCELLED, NOW + 2 * DAY, Role.ADMIN, False),
        (State.COMPLETED, NOW - DAY, Role.ADMIN, False),
        (State.NO_SHOW, NOW - DAY, Role.DOCTOR, False),
    ],
)
def test_moving_keeps_the_notice_of_the_old_time(state, begins, role, allowed):
    assert may_move(state, begins, role, DAY, NOW) is allowed


AHEAD, BEGUN = NOW + DAY, NOW - MINUTE
ADMIN, DOCTOR, PATIENT = Role.ADMIN, Role.DOCTOR, Role.PATIENT


@pytest.mark.parametrize(
    ("state", "was", "by", "ago", "begins", "allowed"),
    [
        (State.COMPLETED, State.CONFIRMED, DOCTOR, MINUTE, BEGUN, True),
        (State.NO_SHOW, State.CONFIRMED, ADMIN, MINUTE, BEGUN, True),
        (State.CANCELLED, State.CONFIRMED, ADMIN, MINUTE, AHEAD, True),
        (State.CANCELLED, State.PENDING, DOCTOR, MINUTE, AHEAD, True),
        # At the last moment, and after it.
        (State.COMPLETED, State.CONFIRMED, DOCTOR, 10 * MINUTE, BEGUN, True),
        (State.COMPLETED, State.CONFIRMED, DOCTOR, 10 * MINUTE + SECOND, BEGUN, False),
        # A clock that went backwards proves nothing.
        (State.COMPLETED, State.CONFIRMED, DOCTOR, -MINUTE, BEGUN, False),
        # What the patient or nobody known has cancelled is theirs.
        (State.CANCELLED, State.CONFIRMED, PATIENT, MINUTE, AHEAD, False),
        (State.CANCELLED, State.CONFIRMED, None, MINUTE, AHEAD, False),
        # A cancelled one would wake up in the past.
        (State.CANCELLED, State.CONFIRMED, ADMIN, MINUTE, NOW, False),
        # Not an end, not from a living state, not a step of the state machine.
        (State.CONFIRMED, State.PENDING, ADMIN, MINUTE, AHEAD, False),
        (State.COMPLETED, State.CANCELLED, ADMIN, MINUTE, BEGUN, False),
        (State.COMPLETED, State.PENDING, ADMIN, MINUTE, BEGUN, False),
    ],
)
def test_staff_take_back_their_own_slip_for_ten_minutes(state, was, by, ago, begins, allowed):
    assert may_take_back(state, was, by, NOW - ago, begins, NOW) is allowed
