"""Random clinics for Hypothesis: weeks, days off, what is taken, and clocks that jump."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import strategies as st

from tests.slow_model import ModelSlot, ModelWorld, moments

TREATMENT = 1
# A zone, and days around which its clock jumps: both ways, by half an hour, in the middle of the
# year for Ramazan, at midnight itself, and not at all.
CLOCKS = {
    "Europe/Istanbul": [date(2026, 3, 29), date(2026, 10, 25)],
    "Europe/Berlin": [date(2026, 3, 29), date(2026, 10, 25)],
    "America/New_York": [date(2026, 3, 8), date(2026, 11, 1)],
    "Australia/Lord_Howe": [date(2026, 4, 5), date(2026, 10, 4)],
    "Africa/Casablanca": [date(2026, 2, 15), date(2026, 3, 22)],
    "America/Santiago": [date(2026, 4, 5), date(2026, 9, 6)],
    "Asia/Beirut": [date(2026, 3, 29), date(2026, 10, 25)],
    "Asia/Kathmandu": [date(2026, 6, 1)],
    "Pacific/Chatham": [date(2026, 4, 5), date(2026, 9, 27)],
}


def clocks(first: int, last: int) -> st.SearchStrategy[time]:
    """Times on 5-minute steps between two minutes of the day."""
    return st.integers(first // 5, last // 5).map(lambda step: time(*divmod(step * 5, 60)))


@st.composite
def weeks(draw: st.DrawFn, doctor_id: int, first_id: int) -> list[ModelSlot]:
    """A doctor's openings, none over another; mostly by day, some at night, where clocks jump."""
    found: list[ModelSlot] = []
    for weekday in draw(st.lists(st.integers(0, 6), unique=True, min_size=1, max_size=7)):
        minute = draw(st.sampled_from([0, 30, 60, 90, 120, 150, 480, 540, 600]))
        for _ in range(draw(st.integers(1, 5))):
            length = draw(st.sampled_from([15, 30, 45, 60, 120]))
            if minute + length > 1435:
                break
            start, end = time(*divmod(minute, 60)), time(*divmod(minute + length, 60))
            limits = draw(
                st.sampled_from([frozenset(), frozenset(), frozenset({1}), frozenset({2})])
            )
            number = first_id + len(found)
            found.append(ModelSlot(number, doctor_id, weekday, start, end, limits))
            minute += length + draw(st.sampled_from([0, 0, 5, 30]))
    return found


@st.composite
def worlds(draw: st.DrawFn, doctor_ids: tuple[int, ...] = (1, 2)) -> tuple[ModelWorld, list[date]]:
    """A world, and the days that are asked about."""
    zone = draw(st.sampled_from(sorted(CLOCKS)))
    jump = draw(st.sampled_from(CLOCKS[zone]))
    first = jump - timedelta(days=draw(st.integers(0, 6)))
    days = [first + timedelta(days=each) for each in range(draw(st.sampled_from([1, 7])))]
    begin = datetime.combine(first, time(), UTC)
    now = begin + timedelta(minutes=5 * draw(st.integers(-600, 600)))
    slots: list[ModelSlot] = []
    for doctor_id in doctor_ids:
        slots += draw(weeks(doctor_id, len(slots) + 1))
    world = ModelWorld(
        zone=zone,
        now=now,
        notice=timedelta(minutes=draw(st.sampled_from([0, 0, 60, 1440, 2885]))),
        horizon_days=draw(st.sampled_from([1, 3, 10, 90])),
        hours=draw(st.none() | hours()),
        slots=slots,
        treatment_id=TREATMENT,
        minutes=draw(st.sampled_from([5, 30, 45, 60])),
        before=draw(st.sampled_from([0, 0, 5, 15])),
        after=draw(st.sampled_from([0, 0, 10, 240])),
    )
    for doctor_id in doctor_ids:
        world.off[doctor_id] = draw(absences(first))
    return world, days


def hours() -> st.SearchStrategy[list[tuple[int, time, time]]]:
    """One opening of the door on some weekdays."""
    opening = st.tuples(
        st.integers(0, 6), st.sampled_from([time(0), time(8), time(9)]), clocks(600, 1430)
    )
    return st.lists(opening, min_size=1, max_size=7, unique_by=lambda each: each[0])


def absences(first: date) -> st.SearchStrategy[list[tuple[date, date]]]:
    """Days off around the days that are asked about."""
    one = st.tuples(st.integers(-2, 8), st.integers(0, 2)).map(
        lambda pair: (
            first + timedelta(days=pair[0]),
            first + timedelta(days=pair[0] + pair[1]),
        )
    )
    return st.lists(one, max_size=2)


def spans(first: date, days: int) -> st.SearchStrategy[list[tuple[datetime, datetime]]]:
    """Stretches of UTC time on 5-minute steps in the days that are asked about."""
    begin = datetime.combine(first, time(), UTC)
    one = st.tuples(st.integers(-48, days * 288), st.sampled_from([3, 6, 12, 24])).map(
        lambda pair: (
            begin + timedelta(minutes=5 * pair[0]),
            begin + timedelta(minutes=5 * (pair[0] + pair[1])),
        )
    )
    return st.lists(one, max_size=12)


def steps_of(stretches: list[tuple[datetime, datetime]]) -> set[datetime]:
    """The 5-minute steps of all stretches."""
    return {moment for start, end in stretches for moment in moments(start, end)}
