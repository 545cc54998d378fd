"""When a time is free, said the long way: one 5-minute step after the other, no cleverness.

Written for the tests alone, from the rules in words. It shares no function with the product, so
that a fault in the engine is not repeated here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

FIVE = timedelta(minutes=5)


@dataclass(frozen=True)
class ModelSlot:
    """A weekly opening; no treatments means any."""

    id: int
    doctor_id: int
    weekday: int
    start: time
    end: time
    treatments: frozenset[int] = frozenset()


@dataclass
class ModelWorld:
    """All there is to know. Taken moments are the UTC starts of 5-minute steps."""

    zone: str
    now: datetime
    notice: timedelta
    horizon_days: int
    hours: list[tuple[int, time, time]] | None
    slots: list[ModelSlot]
    treatment_id: int
    minutes: int
    before: int
    after: int
    off: dict[int, list[tuple[date, date]]] = field(default_factory=dict)
    doctor_taken: dict[int, set[datetime]] = field(default_factory=dict)
    patient_taken: set[datetime] = field(default_factory=set)


def moments(start: datetime, end: datetime) -> list[datetime]:
    """Every 5-minute step from ``start`` up to ``end``."""
    found = []
    while start < end:
        found.append(start)
        start += FIVE
    return found


@lru_cache(maxsize=500)
def wall_clock(zone: str, first: date, last: date) -> dict[datetime, datetime]:
    """The first instant at which the clinic's wall shows each local time: walk through UTC."""
    shown: dict[datetime, datetime] = {}
    begin = datetime.combine(first, time(), UTC) - timedelta(days=2)
    for instant in moments(begin, datetime.combine(last, time(), UTC) + timedelta(days=3)):
        shown.setdefault(instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None), instant)
    return shown


def free_times(
    world: ModelWorld, doctor_ids: list[int], days: list[date]
) -> list[tuple[datetime, int, int, date]]:
    """What can be booked, as (start, doctor, slot, day), in this order."""
    wall = wall_clock(world.zone, days[0], days[-1])
    today = world.now.astimezone(ZoneInfo(world.zone)).date()
    found = []
    for day in days:
        for slot in world.slots:
            if slot.doctor_id in doctor_ids and _is_free(world, wall, today, slot, day):
                found.append(
                    (wall[datetime.combine(day, slot.start)], slot.doctor_id, slot.id, day)
                )
    return sorted(found)


def _is_free(
    world: ModelWorld,
    wall: dict[datetime, datetime],
    today: date,
    slot: ModelSlot,
    day: date,
) -> bool:
    if slot.weekday != day.weekday() or day > today + timedelta(days=world.horizon_days):
        return False
    if slot.treatments and world.treatment_id not in slot.treatments:
        return False
    if any(first <= day <= last for first, last in world.off.get(slot.doctor_id, [])):
        return False
    if world.hours is not None and not _door_is_open(world.hours, slot):
        return False
    length = datetime.combine(day, slot.end) - datetime.combine(day, slot.start)
    start = wall.get(datetime.combine(day, slot.start))
    end = wall.get(datetime.combine(day, slot.end))
    needed = timedelta(minutes=world.minutes)
    if start is None or end is None or min(length, end - start) < needed:
        return False
    if start <= world.now or start < world.now + world.notice:
        return False
    whole = moments(start - timedelta(minutes=world.before), end + timedelta(minutes=world.after))
    taken = world.doctor_taken.get(slot.doctor_id, set())
    return not (taken & set(whole)) and not (world.patient_taken & set(moments(start, end)))


def _door_is_open(hours: list[tuple[int, time, time]], slot: ModelSlot) -> bool:
    return any(
        weekday == slot.weekday and opens <= slot.start and slot.end <= closes
        for weekday, opens, closes in hours
    )
