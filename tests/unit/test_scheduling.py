"""The rules of the schedule as tables: weekdays, steps, DST, refusals."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from medcor.domain.free_times import Schedule, free_times
from medcor.domain.scheduling import (
    Busy,
    ClinicRule,
    Refusal,
    SlotRule,
    Span,
    TreatmentRule,
    available_days,
    refusals,
    slot_span,
    steps,
    to_instant,
    with_buffers,
)

ISTANBUL, BERLIN = ZoneInfo("Europe/Istanbul"), ZoneInfo("Europe/Berlin")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
CASABLANCA = ZoneInfo("Africa/Casablanca")
NOW = datetime(2026, 3, 4, 6, 0, tzinfo=UTC)
MONDAY = date(2026, 3, 9)
SLOT = SlotRule(1, 7, 0, time(9), time(9, 30))
CLEANING = TreatmentRule(3, 30)


@pytest.mark.parametrize(
    ("zone", "day", "clock", "expected"),
    [
        (ISTANBUL, date(2026, 1, 5), time(9), "2026-01-05T06:00"),
        (ISTANBUL, date(2026, 7, 6), time(9), "2026-07-06T06:00"),
        (BERLIN, date(2026, 3, 29), time(1, 59), "2026-03-29T00:59"),
        (BERLIN, date(2026, 3, 29), time(2, 30), None),
        (BERLIN, date(2026, 3, 29), time(3), "2026-03-29T01:00"),
        (BERLIN, date(2026, 10, 25), time(2, 30), "2026-10-25T00:30"),
        (LORD_HOWE, date(2026, 10, 4), time(2, 15), None),
        (LORD_HOWE, date(2026, 10, 4), time(2, 30), "2026-10-03T15:30"),
        (CASABLANCA, date(2026, 2, 15), time(2, 30), "2026-02-15T01:30"),
    ],
)
def test_local_times_become_instants(zone, day, clock, expected):
    instant = to_instant(zone, day, clock)
    assert (instant.isoformat()[:16] if instant else None) == expected


def test_a_slot_across_a_gap_is_too_short_for_its_treatment():
    sunday = SlotRule(1, 7, 6, time(1, 30), time(3, 30))
    assert slot_span(BERLIN, date(2026, 3, 29), sunday, 120) is None
    assert slot_span(BERLIN, date(2026, 3, 29), sunday, 60) is not None
    assert slot_span(BERLIN, date(2026, 3, 22), sunday, 120) is not None


def test_a_doubled_slot_is_offered_once():
    sunday = SlotRule(1, 7, 6, time(2), time(2, 30))
    clinic, week = ClinicRule(BERLIN, horizon_days=400), {7: Schedule([sunday], Busy())}
    found = list(free_times(clinic, CLEANING, week, [date(2026, 10, 25)], NOW))
    assert [each.span.start.isoformat() for each in found] == ["2026-10-25T00:00:00+00:00"]


@pytest.mark.parametrize(
    ("start", "minutes", "count"), [(0, 30, 6), (2, 30, 7), (0, 5, 1), (4, 1, 1), (4, 2, 2)]
)
def test_steps_cover_every_minute_of_a_span(start, minutes, count):
    begin = datetime(2026, 3, 9, 6, start, tzinfo=UTC)
    span = Span(begin, begin + timedelta(minutes=minutes))
    taken = steps(span)
    assert len(taken) == count
    begins, ends = taken.start * 300, taken.stop * 300
    assert begins <= span.start.timestamp() and span.end.timestamp() <= ends
    assert ends - begins < (span.end - span.start).total_seconds() + 600


def span_at(hour: int, minute: int = 0, minutes: int = 30) -> Span:
    start = datetime(2026, 3, 9, hour, minute, tzinfo=UTC)
    return Span(start, start + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("clinic", "slot", "treatment", "day", "busy", "expected"),
    [
        ({}, SLOT, CLEANING, MONDAY, Busy(), []),
        ({}, SLOT, CLEANING, MONDAY + timedelta(days=1), Busy(), [Refusal.NO_SLOT_THAT_DAY]),
        (
            {},
            SLOT,
            TreatmentRule(3, 60),
            MONDAY,
            Busy(),
            [Refusal.NOT_FOR_TREATMENT],
        ),
        (
            {},
            SlotRule(1, 7, 0, time(9), time(9, 30), frozenset({4})),
            CLEANING,
            MONDAY,
            Busy(),
            [Refusal.NOT_FOR_TREATMENT],
        ),
        ({}, SLOT, CLEANING, MONDAY, Busy(excluded=[(MONDAY, MONDAY)]), [Refusal.EXCLUDED]),
        ({"horizon_days": 4}, SLOT, CLEANING, MONDAY, Busy(), [Refusal.TOO_FAR]),
        ({"horizon_days": 5}, SLOT, CLEANING, MONDAY, Busy(), []),
        (
            {"min_notice": timedelta(days=5, minutes=1)},
            SLOT,
            CLEANING,
            MONDAY,
            Busy(),
            [Refusal.TOO_SOON],
        ),
        ({"min_notice": timedelta(days=5)}, SLOT, CLEANING, MONDAY, Busy(), []),
        ({}, SLOT, CLEANING, date(2026, 3, 2), Busy(), [Refusal.PAST]),
        ({}, SLOT, CLEANING, MONDAY, Busy(doctor=[steps(span_at(6))]), [Refusal.DOCTOR_BUSY]),
        ({}, SLOT, CLEANING, MONDAY, Busy(doctor=[steps(span_at(6, 30))]), []),
        (
            {},
            SLOT,
            TreatmentRule(3, 30, 0, 5),
            MONDAY,
            Busy(doctor=[steps(span_at(6, 30))]),
            [Refusal.DOCTOR_BUSY],
        ),
        ({}, SLOT, TreatmentRule(3, 30, 0, 5), MONDAY, Busy(patient=[steps(span_at(6, 30))]), []),
        (
            {},
            SLOT,
            CLEANING,
            MONDAY,
            Busy(patient=[steps(span_at(6, 25, 5))]),
            [Refusal.PATIENT_BUSY],
        ),
    ],
)
def test_every_reason_has_a_name(clinic, slot, treatment, day, busy, expected):
    rule = ClinicRule(ISTANBUL, **clinic)
    assert list(refusals(rule, slot, treatment, day, busy, NOW)) == expected


def test_a_slot_that_has_begun_is_past():
    wednesday = SlotRule(1, 7, 2, time(9), time(9, 30))
    rule = ClinicRule(ISTANBUL)
    today = date(2026, 3, 4)
    assert list(refusals(rule, wednesday, CLEANING, today, Busy(), NOW)) == [Refusal.PAST]
    earlier = NOW - timedelta(seconds=1)
    assert list(refusals(rule, wednesday, CLEANING, today, Busy(), earlier)) == []


def test_buffers_extend_both_ends():
    span = with_buffers(span_at(6), TreatmentRule(3, 30, 5, 10))
    assert (span.start.minute, span.end.minute) == (55, 40)


def test_weekdays_come_monday_first():
    slots = [SlotRule(i, 7, weekday, time(9), time(10)) for i, weekday in enumerate((4, 0, 2, 0))]
    assert available_days(slots) == ["Monday", "Wednesday", "Friday"]
