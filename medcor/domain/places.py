"""What a country usually has: its zones and its currency, from the tables of IANA and CLDR."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo, available_timezones

from babel.numbers import get_territory_currencies

HALF_A_YEAR = timedelta(days=182)
_REGIONS = (
    "Africa/",
    "America/",
    "Antarctica/",
    "Arctic/",
    "Asia/",
    "Atlantic/",
    "Australia/",
    "Europe/",
    "Indian/",
    "Pacific/",
)


@cache
def zones() -> tuple[str, ...]:
    """Every zone that a clinic can choose, by name."""
    listed = (each for each in available_timezones() if each.startswith(_REGIONS))
    return ("UTC", *sorted(listed))


@cache
def _zones_by_country() -> Mapping[str, tuple[str, ...]]:
    """The zones of each country, the most populous first, as IANA's ``zone.tab`` lists them."""
    found: dict[str, list[str]] = defaultdict(list)
    table = (resources.files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    for line in table.splitlines():
        if line and not line.startswith("#"):
            country, _place, zone = line.split("\t")[:3]
            found[country].append(zone)
    return {country: tuple(names) for country, names in found.items()}


def clocks_of(country: str, now: datetime) -> tuple[str, ...]:
    """The zones of a country (ISO 3166), one for each clock that differs now or in half a year."""
    by_clock: dict[object, str] = {}
    for name in _zones_by_country().get(country, ()):
        moments = (now, now + HALF_A_YEAR)
        offsets = tuple(each.astimezone(ZoneInfo(name)).utcoffset() for each in moments)
        by_clock.setdefault(offsets, name)
    return tuple(by_clock.values())


def currency_of(country: str) -> str:
    """The currency that a country pays with today, empty where it is not known."""
    found = get_territory_currencies(country)
    return found[0] if found else ""


@cache
def countries() -> frozenset[str]:
    """The ISO codes of the countries that have a zone of their own."""
    return frozenset(_zones_by_country())


@cache
def currencies() -> frozenset[str]:
    """The ISO codes of every currency that some country pays with today."""
    return frozenset(code for country in countries() for code in get_territory_currencies(country))
