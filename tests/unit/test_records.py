"""Rules of medical records: writing, reading, differences, and how long they are kept."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from medcor.domain.appointments import AppointmentStatus as State
from medcor.domain.permissions import Role
from medcor.domain.records import (
    Change,
    Prescribed,
    Reader,
    Reading,
    RecordText,
    WriteRefusal,
    changed_fields,
    differences,
    follow_up_fits,
    may_read,
    why_not_write,
)
from medcor.domain.retention import keep_until, must_keep

NOW = datetime(2026, 3, 4, 6, 0, tzinfo=UTC)
BEGUN, AHEAD = NOW, NOW + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("status", "starts_at", "erased", "expected"),
    [
        (State.CONFIRMED, BEGUN, False, None),
        (State.PENDING, BEGUN, False, None),
        (State.COMPLETED, BEGUN, False, None),
        (State.NO_SHOW, BEGUN, False, None),
        (State.CANCELLED, BEGUN, False, WriteRefusal.CANCELLED),
        (State.CONFIRMED, AHEAD, False, WriteRefusal.NOT_BEGUN),
        (State.CANCELLED, AHEAD, False, WriteRefusal.CANCELLED),
        (State.COMPLETED, BEGUN, True, WriteRefusal.LOCKED),
    ],
)
def test_when_a_record_may_be_written(status, starts_at, erased, expected):
    assert why_not_write(status, starts_at, erased, NOW) is expected


WROTE = Reader(Role.DOCTOR, wrote=True, treats=True)
TREATS = Reader(Role.DOCTOR, treats=True)
STRANGER = Reader(Role.DOCTOR)
OWN, OTHER = Reader(Role.PATIENT, is_own=True), Reader(Role.PATIENT)
ADMIN = Reader(Role.ADMIN)
YES, NO, OFF = Reading.ALLOWED, Reading.UNKNOWN, Reading.NOT_TURNED_ON


@pytest.mark.parametrize(
    ("reader", "admins_read", "locked", "expected"),
    [
        (WROTE, False, False, YES),
        (TREATS, False, False, YES),
        (STRANGER, False, False, NO),
        (STRANGER, True, False, NO),
        (OWN, False, False, YES),
        (OTHER, True, False, NO),
        (ADMIN, False, False, OFF),
        (ADMIN, True, False, YES),
        (Reader(None), True, False, NO),
        (WROTE, False, True, YES),
        (TREATS, False, True, NO),
        (ADMIN, True, True, NO),
        (ADMIN, False, True, NO),
    ],
)
def test_who_may_read_a_record(reader, admins_read, locked, expected):
    assert may_read(reader, admins_read=admins_read, locked=locked) is expected


@pytest.mark.parametrize(
    ("follow_up", "fits"),
    [
        (None, True),
        (date(2026, 3, 4), False),
        (date(2026, 3, 3), False),
        (date(2026, 3, 5), True),
        (date(2031, 12, 31), True),
        (date(2032, 1, 1), False),
        (date(9999, 1, 1), False),
    ],
)
def test_a_follow_up_comes_after_the_visit(follow_up, fits):
    assert follow_up_fits(follow_up, date(2026, 3, 4)) is fits


def test_equal_texts_have_no_difference():
    one = RecordText(complaint="Pain", prescriptions=(Prescribed("A", "1 mg"),))
    other = RecordText(complaint="Pain", prescriptions=(Prescribed("A", "1 mg"),))
    assert one == other and not changed_fields(one, other) and not differences(one, other)
    assert RecordText().is_empty and not one.is_empty


def test_a_difference_names_the_field_and_the_words():
    old = RecordText(findings="Dark spot on 36.", follow_up=date(2026, 4, 1))
    new = RecordText(findings="Dark spot on 37.", advice="Brush.")
    found = {each.name: each.pieces for each in differences(old, new)}
    assert list(found) == ["findings", "advice", "follow_up"]
    assert found["findings"] == (
        (Change.SAME, "Dark spot on "),
        (Change.REMOVED, "36."),
        (Change.ADDED, "37."),
    )
    assert found["advice"] == ((Change.ADDED, "Brush."),)
    assert found["follow_up"] == ((Change.REMOVED, "2026-04-01"),)


def test_a_difference_joins_to_both_texts_letter_by_letter():
    old = RecordText(findings="One  two\n three four\n\nfive")
    new = RecordText(findings="One two\n three  4\n\nfive six")
    (change,) = differences(old, new)
    kept = [(kind, text) for kind, text in change.pieces]
    assert "".join(t for k, t in kept if k is not Change.ADDED) == old.findings
    assert "".join(t for k, t in kept if k is not Change.REMOVED) == new.findings


def test_a_line_of_a_prescription_differs_as_a_whole():
    old = RecordText(prescriptions=(Prescribed("A", "1 mg"), Prescribed("B")))
    new = RecordText(prescriptions=(Prescribed("A", "2 mg"), Prescribed("B")))
    (change,) = differences(old, new)
    assert change.pieces == (
        (Change.REMOVED, "A, 1 mg"),
        (Change.ADDED, "A, 2 mg"),
        (Change.SAME, "B"),
    )


@pytest.mark.parametrize(
    ("last_visit", "years", "until"),
    [
        (None, 20, None),
        (date(2026, 3, 4), 20, date(2046, 3, 4)),
        (date(2026, 3, 4), 1, date(2027, 3, 4)),
        (date(2024, 2, 29), 1, date(2025, 2, 28)),
        (date(2024, 2, 29), 4, date(2028, 2, 29)),
        (date(9990, 1, 1), 50, date(9999, 1, 1)),
    ],
)
def test_how_long_records_are_kept(last_visit, years, until):
    assert keep_until(last_visit, years) == until


@pytest.mark.parametrize(
    ("until", "keep"),
    [
        (None, False),
        (date(2026, 3, 3), False),
        (date(2026, 3, 4), True),
        (date(2026, 3, 5), True),
    ],
)
def test_the_last_day_of_keeping_counts(until, keep):
    assert must_keep(until, date(2026, 3, 4)) is keep
