"""What the guided assistant says, in English and Turkish; facts come in as named parts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, time

from babel import dates, numbers

from medcor.domain.dialogue.when import When

from . import en, tr

_CATALOGUES = {"en": en.TEXTS, "tr": tr.TEXTS}
LANGUAGES = tuple(_CATALOGUES)


def say(language: str, key: str, /, variant: int = 0, **parts: object) -> str:
    """The sentence under ``key``; one with several variants turns them by ``variant``."""
    found = _CATALOGUES[language][key]
    text = found if isinstance(found, str) else found[variant % len(found)]
    return text.format(**parts)


def day_text(language: str, day: date, today: date | None = None) -> str:
    """``Monday, 9 March``; with the year when it isn't this one."""
    other_year = today is not None and day.year != today.year
    form = {"en": "EEEE, d MMMM", "tr": "d MMMM EEEE"}[language] + (" y" if other_year else "")
    return dates.format_date(day, form, locale=language)


def clock_text(clock: time) -> str:
    """``09:30``, as everywhere in the product."""
    return clock.strftime("%H:%M")


def money_text(language: str, minor: int, currency: str) -> str:
    """Minor units in the reader's way of writing money."""
    return numbers.format_currency(minor / 100, currency, locale=language)


def weekday_text(language: str, weekday: int) -> str:
    return dates.get_day_names("wide", locale=language)[weekday]


def listed(language: str, items: Sequence[str]) -> str:
    """``a, b and c``."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {say(language, 'and')} {items[-1]}"


def wish_text(language: str, wish: When, today: date) -> str:
    """A wish for a time in words, for *nothing is free ...*; empty when there is none."""
    parts = [*_day_parts(language, wish, today), *_clock_parts(language, wish)]
    return " ".join(parts)


def _day_parts(language: str, wish: When, today: date) -> list[str]:
    if wish.first and wish.first == wish.last:
        return [say(language, "wish_on", day=day_text(language, wish.first, today))]
    if wish.first and wish.last:
        first, last = (day_text(language, each, today) for each in (wish.first, wish.last))
        return [say(language, "wish_span", first=first, last=last)]
    if wish.weekdays:
        names = [weekday_text(language, each) for each in sorted(wish.weekdays)]
        return [say(language, "wish_on", day=listed(language, names))]
    return (
        [say(language, "wish_from", day=day_text(language, wish.first, today))]
        if wish.first
        else []
    )


def _clock_parts(language: str, wish: When) -> list[str]:
    if wish.at:
        return [say(language, "wish_at", clock=clock_text(wish.at))]
    if wish.after and wish.before:
        clocks = {"after": clock_text(wish.after), "before": clock_text(wish.before)}
        return [say(language, "wish_between", **clocks)]
    if wish.after:
        return [say(language, "wish_after", clock=clock_text(wish.after))]
    return [say(language, "wish_before", clock=clock_text(wish.before))] if wish.before else []


def sentences(text: str) -> list[str]:
    """Cut a reply into pieces that can be shown one after the other; joined they are the text."""
    return re.findall(r".+?(?:(?<!\s\d)(?<!Dr)[.!?]+(?=\s)\s+|\n+|$)", text, re.S)


# The libraries load a language's data on first use: do that at start-up and not in the first talk.
for _language in LANGUAGES:
    day_text(_language, date(2026, 1, 1))
    money_text(_language, 0, "EUR")
