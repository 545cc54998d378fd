"""When a clinic's door is open: which hours can stand beside each other, and what they mean now.

Weekdays count from Monday, 0 to 6; times are the clinic's local ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

DAYS = range(7)
WORKDAYS = range(1, 5)
# More openings than this on one day are a slip of the hand.
MOST_A_DAY = 6


class HoursFault(StrEnum):
    """What can be wrong with one opening."""

    INCOMPLETE = "incomplete"
    BACKWARDS = "backwards"
    OVERLAP = "overlap"


@dataclass(frozen=True, slots=True, order=True)
class Hours:
    """One opening of a weekday."""

    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class DoorState:
    """Whether the door is open, and the moment (local) when that changes; None if it never does."""

    is_open: bool
    changes_at: datetime | None


def hours_fault(
    opens: time | None, closes: time | None, earlier: Sequence[tuple[time, time]]
) -> HoursFault | None:
    """Judge one opening beside the sound ones of its day; None if nothing is wrong."""
    if opens is None or closes is None:
        return HoursFault.INCOMPLETE
    if opens >= closes:
        return HoursFault.BACKWARDS
    if any(opens < end and start < closes for start, end in earlier):
        return HoursFault.OVERLAP
    return None


def is_sound(hours: Iterable[Hours]) -> bool:
    """Say whether a whole week can be kept as it is."""
    kept: dict[int, list[tuple[time, time]]] = {day: [] for day in DAYS}
    for each in hours:
        if each.weekday not in kept or hours_fault(each.opens, each.closes, kept[each.weekday]):
            return False
        kept[each.weekday].append((each.opens, each.closes))
    return all(len(day) <= MOST_A_DAY for day in kept.values())


def door_state(hours: Iterable[Hours], local: datetime) -> DoorState:
    """Whether the door is open at a local moment (naive), and until or from when."""
    week = sorted(hours)
    for each in week:
        if each.weekday == local.weekday() and each.opens <= local.time() < each.closes:
            return DoorState(True, datetime.combine(local.date(), each.closes))
    for offset in range(8):
        day = local.date() + timedelta(days=offset)
        for each in week:
            opens = datetime.combine(day, each.opens)
            if each.weekday == day.weekday() and opens > local:
                return DoorState(False, opens)
    return DoorState(False, None)
