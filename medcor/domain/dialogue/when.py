"""From a phrase to a wish for a time: days, a part of the day, a time of day, or any time."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, time, timedelta

from . import clock, days
from .text import has, phrases, plain

_GREETINGS = (
    r"\bgood (?:morning|afternoon|evening|day)\b|\biyi (?:gunler|aksamlar|sabahlar)\b|\bgunaydin\b"
)
_NOON, _EVENING = time(12), time(17)
_ANY = phrases(
    """
    as soon as possible, asap, earliest, soonest, next available, first available, any time,
    anytime, any day, whenever, dont mind when, doesnt matter, does not matter, no preference,
    you choose, right away, next free, first free, en kisa, en erken, en yakin, farketmez,
    fark etmez, ne zaman olursa, herhangi bir zaman, hemen, ilk bos, ilk musait, ne zaman
    uygunsa
    """
)
# First match wins: the longer phrase stands before the shorter one that it contains.
_PARTS: tuple[tuple[tuple[str, ...], clock.Clock, str], ...] = (
    (
        ("before noon", "before lunch", "before midday", "ogleden once"),
        clock.Clock(before=_NOON),
        "am",
    ),
    (
        ("early morning", "early in the morning", "sabah erken", "erken saatte"),
        clock.Clock(before=time(10)),
        "am",
    ),
    (
        ("late afternoon", "late in the afternoon", "aksamustu", "ikindi"),
        clock.Clock(after=time(15), before=time(19)),
        "pm",
    ),
    (
        ("afternoon", "after lunch", "ogleden sonra", "ogleden sonraya"),
        clock.Clock(after=_NOON, before=time(18)),
        "pm",
    ),
    (
        phrases(
            """
        lunchtime, lunch time, lunch break, ogle arasi, ogle arasinda, oglen, ogleyin, ogle
        """
        ),
        clock.Clock(after=_NOON, before=time(14)),
        "pm",
    ),
    (phrases("morning, sabah, sabahtan, sabahleyin, sabaha"), clock.Clock(before=_NOON), "am"),
    (
        phrases(
            """
        evening, tonight, after work, aksam, aksama, is cikisi, isten sonra
        """
        ),
        clock.Clock(after=_EVENING),
        "pm",
    ),
)


@dataclass(frozen=True, slots=True)
class When:
    """A wish for a time, local; ``after`` and ``before`` bound the start, ``at`` names it."""

    first: date | None = None
    last: date | None = None
    weekdays: frozenset[int] = frozenset()
    avoid: frozenset[int] = frozenset()
    at: time | None = None
    after: time | None = None
    before: time | None = None
    any: bool = False

    @property
    def names_day(self) -> bool:
        return bool(self.first or self.last or self.weekdays or self.avoid)

    @property
    def names_time(self) -> bool:
        return bool(self.at or self.after or self.before)

    def __bool__(self) -> bool:
        return self.names_day or self.names_time or self.any

    def allows_day(self, day: date) -> bool:
        if (self.first and day < self.first) or (self.last and day > self.last):
            return False
        return day.weekday() not in self.avoid and (
            not self.weekdays or day.weekday() in self.weekdays
        )

    def allows_time(self, start: time) -> bool:
        if self.at:
            return start == self.at
        return (not self.after or start >= self.after) and (not self.before or start < self.before)

    def allows(self, day: date, start: time) -> bool:
        return self.allows_day(day) and self.allows_time(start)


def parse(
    text: str, language: str, today: date, *, order: str = "DMY", loose: bool = False
) -> When:
    """Read the wish for a time in a turn; falsy when there is none.

    ``today`` is the clinic's day; ``order`` says how ``5/12`` is read; with ``loose`` a number
    alone is a time of day.
    """
    said = re.sub(_GREETINGS, " ", plain(text, language))
    said = " ".join(said.split())
    found = days.find(said, language, today, order) or days.Days()
    part, half = _part_of_day(said)
    exact = clock.find(tuple(said.split()), language, half=half, loose=loose)
    chosen = exact if (exact.at or exact.after or exact.before) else part
    wish = When(
        found.first, found.last, found.weekdays, found.avoid, chosen.at, chosen.after, chosen.before
    )
    return wish if wish else When(any=has(said, *_ANY))


def _part_of_day(said: str) -> tuple[clock.Clock, str]:
    for told, window, half in _PARTS:
        if has(said, *told):
            return window, half
    return clock.Clock(), ""


def merge(older: When, newer: When) -> When:
    """Refine a wish: what the newer one names replaces it, the rest stays; *any* clears it."""
    if newer.any:
        return When()
    merged = older
    if newer.first or newer.last or newer.weekdays:
        merged = replace(
            merged, first=newer.first, last=newer.last, weekdays=newer.weekdays, avoid=newer.avoid
        )
    elif newer.avoid:
        merged = replace(merged, avoid=merged.avoid | newer.avoid)
    if newer.names_time:
        merged = replace(merged, at=newer.at, after=newer.after, before=newer.before)
    return merged


def later_than(wish: When, day: date) -> When:
    """The same wish from the day after ``day`` on, for *another day*."""
    return replace(wish, first=day + timedelta(days=1), last=None, weekdays=wish.weekdays)
