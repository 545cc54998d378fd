"""What some patients of the bench's clinic handed to its staff."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

EVERY = 20


def handover_rows(
    booked: Sequence[tuple[int, dict[str, Any]]],
    users: Mapping[int, int],
    admin: int,
    now: datetime,
) -> list[dict[str, Any]]:
    """One in EVERY appointments was followed by a hand-over; some wait, some are alarms."""
    rows, waiting = [], set()
    for number, (_key, row) in enumerate(booked[::EVERY]):
        at = min(row["created_at"], now)
        person, alarm = users[row["patient_id"]], number % 20 == 0
        # A person has one that waits.
        waits = number % 10 == 0 and person not in waiting
        if waits:
            waiting.add(person)
        closed = not waits and number % 3 == 0
        rows.append(
            {
                "user_id": person,
                "reason": "Please call me back.",
                "flag": "chest_pain" if alarm else "",
                "created_at": at,
                "alarm_at": at if alarm else None,
                "taken_at": None if waits else at,
                "taken_by_id": None if waits else admin,
                "closed_at": at if closed else None,
                "outcome": "Called back." if closed else "",
            }
        )
    return rows
