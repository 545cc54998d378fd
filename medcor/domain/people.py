"""Facts about people that need no database: what an account's state is, and what was typed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from enum import StrEnum

MAX_SPECIALISATIONS, MAX_SPECIALISATION = 12, 80
OLDEST_BIRTH = date(1900, 1, 1)
_PHONE = re.compile(r"\+?[0-9 ()/.-]+")
_ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_WRITTEN_DAY = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})")
# In this order: most browsers name others beside themselves.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


class PersonState(StrEnum):
    """What an account can do: sign in, wait for its owner, or nothing."""

    ACTIVE = "active"
    WAITING = "waiting"
    INACTIVE = "inactive"


def state_of(*, is_active: bool, is_verified: bool) -> PersonState:
    """Name the state of an account; one that waits has no password or no confirmed address yet."""
    if not is_active:
        return PersonState.INACTIVE
    return PersonState.ACTIVE if is_verified else PersonState.WAITING


def split_names(text: str) -> tuple[str, ...]:
    """The names of a comma-separated line, each once whatever its case, in the order typed."""
    names = (" ".join(part.split()) for part in re.split(r"[,;\n]", text))
    once: dict[str, str] = {}
    for name in names:
        if name:
            once.setdefault(name.casefold(), name)
    return tuple(once.values())


def phone_digits(text: str) -> str:
    """The digits to look for in a phone number; empty where ``text`` is no part of one.

    Without the leading zeros, which a number has at home and not abroad.
    """
    plain = text.strip()
    digits = re.sub(r"\D", "", plain).lstrip("0")
    return digits if _PHONE.fullmatch(plain) and len(digits) >= 3 else ""


def written_day(text: str) -> date | None:
    """The day in a search, as ``1980-05-17``, ``17.05.1980`` or ``17/05/1980``; None if none."""
    plain = text.strip()
    iso, written = _ISO_DAY.fullmatch(plain), _WRITTEN_DAY.fullmatch(plain)
    try:
        if iso:
            return date(*map(int, iso.groups()))
        if written:
            day, month, year = map(int, written.groups())
            return date(year, month, day)
    except ValueError:
        return None
    return None


def age_on(born: date, day: date) -> int:
    """Full years of life on a day, 0 before the first."""
    return max(0, day.year - born.year - ((day.month, day.day) < (born.month, born.day)))


def device_of(user_agent: str) -> tuple[str, str]:
    """Browser and system by their names, each empty where the browser does not tell."""
    return _first_named(_BROWSERS, user_agent), _first_named(_SYSTEMS, user_agent)


def _first_named(names: Iterable[tuple[str, str]], user_agent: str) -> str:
    return next((shown for mark, shown in names if mark in user_agent), "")
