"""Days on which a doctor says they are away, and why."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from . import days
from .text import fold, has, phrases, plain, words

MAX_REASON = 200
_YESTERDAY = phrases("yesterday, last night, dun, dunku")
_DAY_BEFORE = phrases("day before yesterday, evvelsi gun, evvelki gun, onceki gun")
_SPAN = re.compile(r"\b(to|until|till|through|thru)\b")
# ``9 marttan 12 marta``: the first day carries an ending, perhaps with "kadar" behind the second.
_TURKISH_SPAN = re.compile(r"^(.*?\w+(?:dan|den|tan|ten))\s+(\w.*)$")
_REASON_EN = re.compile(
    r"\b(?:because of|because|due to|on account of|for(?= (?:a|an|the|my|our)\b))\s+(.+)$", re.I
)
_REASON_TR = re.compile(
    r"(?:^|\s)(?P<words>\S+(?:\s\S+)?)\s+(?:nedeniyle|sebebiyle|yüzünden|yuzunden|dolayısıyla"
    r"|dolayisiyla)\b|\b(?:çünkü|cunku)\s+(?P<rest>.+)$",
    re.I,
)
# Ends of a reason that are no part of it.
_TAIL = re.compile(
    r"[\s,]+(?:on\s+|from\s+|this\s+|next\s+|please|lütfen|today|tomorrow|tonight)*"
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day\b.*|please|lütfen|today|tomorrow|next week)?$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Away:
    """Days meant, both ends included; None where a turn names none.

    ``several`` says that the days named are no single range.
    """

    first: date | None = None
    last: date | None = None
    several: bool = False


def read(text: str, language: str, today: date, order: str = "DMY") -> Away:
    """The days that a turn names; what lies before ``today`` is read as such where it is said."""
    said = plain(text, language)
    if has(said, *_DAY_BEFORE):
        return _one(today - timedelta(days=2))
    if has(said, *_YESTERDAY):
        return _one(today - timedelta(days=1))
    spanned = _read_span(said, language, today, order)
    if spanned is not None:
        return spanned
    found = days.find(said, language, today, order)
    if found is None or found.first is None or found.last is None:
        return Away()
    named = [
        found.first + timedelta(days=each) for each in range((found.last - found.first).days + 1)
    ]
    wanted = [
        each
        for each in named
        if (not found.weekdays or each.weekday() in found.weekdays)
        and each.weekday() not in found.avoid
    ]
    if not wanted:
        return Away()
    whole = (wanted[-1] - wanted[0]).days + 1 == len(wanted)
    return Away(wanted[0], wanted[-1], several=not whole)


def _one(day: date) -> Away:
    return Away(day, day)


def _read_span(said: str, language: str, today: date, order: str) -> Away | None:
    """``from the 9th to the 12th of March``: either side is a day; the second one is not before."""
    parts = _SPAN.split(said, maxsplit=1) if language == "en" else _turkish_parts(said)
    if len(parts) != 3:
        return None
    last = _single(parts[2], language, today, order)
    if last is None:
        return None
    first = _single(parts[0], language, today, order) or _bare_day(parts[0], last)
    if first is None and parts[1] in ("until", "till") and not days.find(parts[0], language, today):
        first = today
    if first is None:
        return None
    if last < first:
        # ``from Friday to Tuesday`` spans a weekend.
        last += timedelta(days=7) if (first - last).days < 7 else timedelta()
    return Away(first, last)


def _turkish_parts(said: str) -> list[str]:
    found = _TURKISH_SPAN.match(said)
    return [found[1], "", found[2]] if found else []


def _single(part: str, language: str, today: date, order: str) -> date | None:
    found = days.find(part, language, today, order)
    return found.first if found and found.first and found.first == found.last else None


def _bare_day(part: str, last: date) -> date | None:
    """``9`` of ``9 to 12 march``, in the month of the second day."""
    tokens = words(part)
    found = re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)?", tokens[-1]) if tokens else None
    if found is None or not 1 <= int(found[1]) <= last.day:
        return None
    return last.replace(day=int(found[1]))


def reason(text: str, language: str) -> str:
    """Why, in the doctor's own words; empty where a turn gives no reason."""
    said = " ".join(text.split()).rstrip(" .!?")
    if language == "en":
        found = _REASON_EN.search(said)
        why = _TAIL.sub("", found[1]) if found else ""
        # ``for the day`` and ``for my patients`` tell no reason.
        why = "" if fold(why).split()[-1:] in ([], ["day"], ["week"], ["patients"]) else why
    else:
        found = _REASON_TR.search(said)
        why = (found["rest"] or _without_days(found["words"])) if found else ""
    return why.strip(" ,;:")[:MAX_REASON]


def _without_days(told: str) -> str:
    """The last two words before *nedeniyle*, less a day among them."""
    kept = [
        each
        for each in told.split()
        if days.weekday_of(fold(each).rstrip(",.;:"), "tr") is None
        and fold(each) not in ("gelecek", "haftaya", "bugun", "yarin", "gunu", "hafta", "bir")
    ]
    return " ".join(kept)
