"""Opening hours, lengths of time, amounts of money and what a country usually has."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from medcor.domain import places
from medcor.domain.durations import Unit, in_minutes, said
from medcor.domain.money import MAX_MINOR, parse_minor, typed_amount
from medcor.domain.opening_hours import (
    MOST_A_DAY,
    DoorState,
    Hours,
    HoursFault,
    door_state,
    hours_fault,
    is_sound,
)

NINE, TWELVE, ONE, FIVE = time(9), time(12), time(13), time(17)
WEEK = [Hours(0, ONE, FIVE), Hours(0, NINE, TWELVE), Hours(2, NINE, FIVE)]


@pytest.mark.parametrize(
    ("opens", "closes", "fault"),
    [
        (NINE, TWELVE, None),
        (None, TWELVE, HoursFault.INCOMPLETE),
        (NINE, None, HoursFault.INCOMPLETE),
        (TWELVE, NINE, HoursFault.BACKWARDS),
        (NINE, NINE, HoursFault.BACKWARDS),
        (time(16), time(18), HoursFault.OVERLAP),
        (time(12), time(14), HoursFault.OVERLAP),
        (time(14), time(15), HoursFault.OVERLAP),
        (time(12), time(18), HoursFault.OVERLAP),
        # Two that touch stand beside each other.
        (NINE, ONE, None),
        (FIVE, time(20), None),
    ],
)
def test_one_opening_is_judged_beside_the_others_of_its_day(opens, closes, fault):
    assert hours_fault(opens, closes, [(ONE, FIVE)]) is fault


def test_a_week_is_sound_or_not():
    assert is_sound(WEEK)
    assert is_sound([])
    assert not is_sound([*WEEK, Hours(0, time(11), time(12))])
    assert is_sound([*WEEK, Hours(1, time(11), time(12))])
    assert not is_sound([Hours(7, NINE, TWELVE)])
    assert not is_sound([Hours(0, time(n), time(n, 30)) for n in range(MOST_A_DAY + 1)])


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        # 2026-03-02 is a Monday.
        (datetime(2026, 3, 2, 9), DoorState(True, datetime(2026, 3, 2, 12))),
        (datetime(2026, 3, 2, 11, 59), DoorState(True, datetime(2026, 3, 2, 12))),
        (datetime(2026, 3, 2, 12), DoorState(False, datetime(2026, 3, 2, 13))),
        (datetime(2026, 3, 2, 8), DoorState(False, datetime(2026, 3, 2, 9))),
        (datetime(2026, 3, 2, 17), DoorState(False, datetime(2026, 3, 4, 9))),
        (datetime(2026, 3, 4, 17), DoorState(False, datetime(2026, 3, 9, 9))),
    ],
)
def test_the_door_tells_until_when(moment, expected):
    assert door_state(WEEK, moment) == expected


def test_a_week_with_one_opening_comes_round():
    only = [Hours(0, NINE, TWELVE)]
    late = datetime(2026, 3, 2, 12)
    assert door_state(only, late) == DoorState(False, datetime(2026, 3, 9, 9))
    assert door_state([], late) == DoorState(False, None)


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (0, (0, Unit.MINUTES)),
        (90, (90, Unit.MINUTES)),
        (120, (2, Unit.HOURS)),
        (24 * 60, (1, Unit.DAYS)),
        (36 * 60, (36, Unit.HOURS)),
        (7 * 24 * 60, (7, Unit.DAYS)),
    ],
)
def test_a_length_is_said_in_the_largest_unit_that_is_exact(minutes, expected):
    assert said(minutes, (Unit.MINUTES, Unit.HOURS, Unit.DAYS)) == expected
    assert in_minutes(*expected) == minutes


def test_what_no_unit_divides_is_rounded_up():
    assert said(90, (Unit.HOURS, Unit.DAYS)) == (2, Unit.HOURS)
    assert said(24 * 60, (Unit.HOURS, Unit.DAYS), least=2) == (24, Unit.HOURS)


@pytest.mark.parametrize(
    ("text", "english", "turkish"),
    [
        ("100", 10000, 10000),
        ("0", 0, 0),
        ("100.50", 10050, 10050),
        ("100,50", 10050, 10050),
        ("100,5", 10050, 10050),
        # A thousand in one language, an amount with three decimals in the other.
        ("1.000", None, 100000),
        ("1,000", 100000, None),
        ("1.234,50", None, 123450),
        ("1,234.50", 123450, None),
        ("9999999.99", MAX_MINOR, MAX_MINOR),
        ("10000000", None, None),
        ("-5", None, None),
        ("1e3", None, None),
        ("nan", None, None),
        ("Infinity", None, None),
        ("", None, None),
        ("10 €", None, None),
        ("12.345.6", None, None),
    ],
)
def test_an_amount_is_read_exactly_or_not_at_all(text, english, turkish):
    assert parse_minor(text, "en") == english
    assert parse_minor(text, "tr") == turkish


@pytest.mark.parametrize("minor", [0, 5, 10, 9050, 123456, MAX_MINOR])
@pytest.mark.parametrize("locale", ["en", "tr"])
def test_what_is_shown_to_edit_is_read_back_as_it_was(minor, locale):
    assert parse_minor(typed_amount(minor, locale), locale) == minor


def test_a_country_has_its_zones_and_its_currency():
    now = datetime(2026, 3, 4, tzinfo=UTC)
    assert places.clocks_of("TR", now) == ("Europe/Istanbul",)
    assert places.clocks_of("DE", now) == ("Europe/Berlin",)
    assert places.clocks_of("US", now)[0] == "America/New_York"
    assert len(places.clocks_of("US", now)) > 4
    assert places.clocks_of("XX", now) == ()
    assert places.currency_of("TR") == "TRY" and places.currency_of("GB") == "GBP"
    assert {"TR", "GB", "US"} <= places.countries()
    assert "EU" not in places.countries()
    assert {"Europe/Istanbul", "UTC"} <= set(places.zones())
    assert not {"posixrules", "localtime", "Factory"} & set(places.zones())
