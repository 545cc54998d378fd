"""The search for free times against a slow, obvious model, and against the named reasons."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medcor.domain.free_times import Schedule, free_times, judge, list_openings
from medcor.domain.scheduling import Busy, ClinicRule, SlotRule, TreatmentRule
from tests import slow_model
from tests.slow_model import ModelWorld
from tests.worlds import spans, steps_of, worlds

DOCTORS = (1, 2)
WORLDS = 2_500


def step_of(instant: datetime) -> int:
    return int(instant.timestamp()) // 300


def ranges(stretches: list[tuple[datetime, datetime]]) -> list[range]:
    return [range(step_of(start), step_of(end)) for start, end in stretches]


def clinic_rule(world: ModelWorld) -> ClinicRule:
    hours = None if world.hours is None else frozenset(world.hours)
    return ClinicRule(ZoneInfo(world.zone), world.notice, world.horizon_days, hours)


def treatment_rule(world: ModelWorld) -> TreatmentRule:
    return TreatmentRule(world.treatment_id, world.minutes, world.before, world.after)


def slots_of(world: ModelWorld, doctor_id: int) -> list[SlotRule]:
    return [
        SlotRule(each.id, each.doctor_id, each.weekday, each.start, each.end, each.treatments)
        for each in world.slots
        if each.doctor_id == doctor_id
    ]


@st.composite
def filled(draw: st.DrawFn) -> tuple[ModelWorld, list[date], dict[int, Schedule]]:
    """A world with what is taken, and the same as the engine takes it."""
    world, days = draw(worlds(DOCTORS))
    patient = draw(spans(days[0], len(days)))
    world.patient_taken = steps_of(patient)
    schedules = {}
    for doctor_id in DOCTORS:
        booked, held = draw(spans(days[0], len(days))), draw(spans(days[0], len(days)))
        world.doctor_taken[doctor_id] = steps_of([*booked, *held])
        busy = Busy(ranges(booked), ranges(patient), world.off[doctor_id], ranges(held))
        schedules[doctor_id] = Schedule(slots_of(world, doctor_id), busy)
    return world, days, schedules


@settings(
    max_examples=WORLDS,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(filled())
def test_the_engine_says_what_the_slow_model_says(case):
    world, days, schedules = case
    clinic, treatment = clinic_rule(world), treatment_rule(world)
    expected = slow_model.free_times(world, list(DOCTORS), days)
    found = list(free_times(clinic, treatment, schedules, days, world.now))
    assert [
        (each.span.start, each.slot.doctor_id, each.slot.id, each.day) for each in found
    ] == expected
    listed = list_openings(clinic, treatment, schedules, days, world.now)
    named = [each for each in listed if each.free]
    assert sorted(each.span.start for each in named) == [each[0] for each in expected]
    assert {(each.slot.id, each.day) for each in named} == {each[2:] for each in expected}


@settings(max_examples=600, deadline=None, derandomize=True)
@given(filled(), st.integers(0, 287))
def test_a_named_time_has_no_reason_against_it_just_where_it_is_free(case, step):
    world, days, schedules = case
    clock = time(*divmod(step * 5, 60))
    for doctor_id, schedule in schedules.items():
        free = slow_model.free_times(world, [doctor_id], days[:1])
        verdict = judge(
            clinic_rule(world), schedule, treatment_rule(world), days[0], clock, world.now
        )
        hit = verdict.slot is not None and verdict.slot.id in {each[2] for each in free}
        assert (not verdict.refusals) == hit


def test_the_comparison_would_catch_a_fault():
    """One taken step more on one side is seen: the worlds are not all empty or all full."""
    world = ModelWorld(
        zone="Europe/Berlin",
        now=datetime(2026, 3, 2, 6, tzinfo=UTC),
        notice=timedelta(0),
        horizon_days=90,
        hours=None,
        slots=[slow_model.ModelSlot(1, 1, 0, time(9), time(10))],
        treatment_id=1,
        minutes=30,
        before=0,
        after=0,
    )
    days = [date(2026, 3, 9)]
    assert len(slow_model.free_times(world, [1], days)) == 1
    world.doctor_taken[1] = {datetime(2026, 3, 9, 8, 55, tzinfo=UTC)}
    assert slow_model.free_times(world, [1], days) == []
    schedule = {1: Schedule(slots_of(world, 1), Busy())}
    assert (
        len(list(free_times(clinic_rule(world), treatment_rule(world), schedule, days, world.now)))
        == 1
    )


@pytest.mark.parametrize(
    ("zone", "day", "start", "end", "minutes", "expected"),
    [
        # The hour that is skipped, and the one after it.
        ("Europe/Berlin", date(2026, 3, 29), time(2, 30), time(3, 30), 30, None),
        ("Europe/Berlin", date(2026, 3, 29), time(3), time(4), 30, "2026-03-29T01:00"),
        # The hour that comes twice is offered once, the first time.
        ("Europe/Berlin", date(2026, 10, 25), time(2, 30), time(3), 30, "2026-10-25T00:30"),
        ("America/New_York", date(2026, 11, 1), time(1), time(1, 30), 30, "2026-11-01T05:00"),
        # Half an hour only.
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2), time(2, 30), 30, None),
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 30), time(3), 30, "2026-10-03T15:30"),
        ("Australia/Lord_Howe", date(2026, 4, 5), time(1, 30), time(2), 30, "2026-04-04T14:30"),
        # Morocco goes back for Ramazan and forth after it.
        ("Africa/Casablanca", date(2026, 2, 16), time(9), time(9, 30), 30, "2026-02-16T09:00"),
        ("Africa/Casablanca", date(2026, 3, 23), time(9), time(9, 30), 30, "2026-03-23T08:00"),
        # A day that has no midnight.
        ("America/Santiago", date(2026, 9, 6), time(0), time(0, 30), 30, None),
        ("America/Santiago", date(2026, 9, 6), time(1), time(1, 30), 30, "2026-09-06T04:00"),
    ],
)
def test_clocks_that_jump(zone, day, start, end, minutes, expected):
    slot = SlotRule(1, 1, day.weekday(), start, end)
    clinic = ClinicRule(ZoneInfo(zone), horizon_days=400)
    now = datetime(2026, 1, 1, tzinfo=UTC)
    found = list(
        free_times(clinic, TreatmentRule(1, minutes), {1: Schedule([slot], Busy())}, [day], now)
    )
    assert [each.span.start.isoformat()[:16] for each in found] == ([expected] if expected else [])
