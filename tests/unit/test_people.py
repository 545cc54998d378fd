"""What is read out of a search, a line of names and a browser's own words."""

from __future__ import annotations

from datetime import date

import pytest

from medcor.domain.people import (
    PersonState,
    age_on,
    device_of,
    phone_digits,
    split_names,
    state_of,
    written_day,
)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ()),
        (" , ;; ,", ()),
        ("Cardiology", ("Cardiology",)),
        ("Oral  Surgery,cardiology, CARDIOLOGY", ("Oral Surgery", "cardiology")),
        ("a;b\nc", ("a", "b", "c")),
    ],
)
def test_names_are_split_and_named_once(text, names):
    assert split_names(text) == names


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("0532 111 22 33", "5321112233"),
        ("+90 (532) 111-22.33", "905321112233"),
        ("12", ""),
        ("000", ""),
        ("anna 532", ""),
        ("", ""),
    ],
)
def test_a_phone_number_is_told_from_words(text, digits):
    assert phone_digits(text) == digits


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1980-05-17", date(1980, 5, 17)),
        (" 17.05.1980 ", date(1980, 5, 17)),
        ("7/5/1980", date(1980, 5, 7)),
        ("31.02.1980", None),
        ("17.05.80", None),
        ("Anna", None),
    ],
)
def test_a_day_of_birth_is_told_from_words(text, day):
    assert written_day(text) == day


def test_the_state_of_an_account():
    assert state_of(is_active=True, is_verified=True) is PersonState.ACTIVE
    assert state_of(is_active=True, is_verified=False) is PersonState.WAITING
    assert state_of(is_active=False, is_verified=True) is PersonState.INACTIVE
    assert state_of(is_active=False, is_verified=False) is PersonState.INACTIVE


@pytest.mark.parametrize(
    ("day", "age"),
    [
        (date(2026, 5, 16), 45),
        (date(2026, 5, 17), 46),
        (date(1980, 5, 17), 0),
        (date(1970, 1, 1), 0),
    ],
)
def test_years_of_life_are_full_ones(day, age):
    assert age_on(date(1980, 5, 17), day) == age


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/130.0 Safari/537.36 Edg/130.0",
            ("Edge", "Windows"),
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
            ("Safari", "iPhone"),
        ),
        (
            "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36",
            ("Chrome", "Android"),
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Firefox/132.0", ("Firefox", "Linux")),
        ("curl/8.5.0", ("", "")),
        ("", ("", "")),
    ],
)
def test_a_browser_is_named(agent, device):
    assert device_of(agent) == device
