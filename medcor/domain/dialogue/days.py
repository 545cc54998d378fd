"""Days in what people say, put into plain dates; explicit dates are left to dateparser."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dateparser.date import DateDataParser
from rapidfuzz import fuzz

from . import numbers
from .text import has, phrases

_EN_WEEKDAYS = phrases(
    """
    monday, tuesday, wednesday, thursday, friday, saturday, sunday
    """
)
_EN_SHORT = {"mon": 0, "tue": 1, "tues": 1, "wed": 2, "thu": 3, "thur": 3, "thurs": 3, "fri": 4}
_TR_WEEKDAYS = phrases("pazartesi, sali, carsamba, persembe, cuma, cumartesi, pazar")
_TR_ENDINGS = r"(?:ye|ya|e|a|yi|i|den|dan|nden|ndan|de|da|si|leri|lari|nin|gunu)?"
_EN_MONTHS = tuple(name.lower() for name in calendar.month_name[1:])
_TR_MONTHS = phrases(
    """
    ocak, subat, mart, nisan, mayis, haziran, temmuz, agustos, eylul, ekim, kasim, aralik
    """
)
_NEXT = frozenset(phrases("next, following, gelecek, haftaya"))
_AVOIDING = (
    r"(?:not|except|but|besides|cant|cannot|can not|instead of|rather than)"
    r"(?: do| make)?(?: on| it on)?"
)


@dataclass(frozen=True, slots=True)
class Days:
    """Days meant: ``first`` to ``last`` (None is open), on ``weekdays`` only, not on ``avoid``."""

    first: date | None = None
    last: date | None = None
    weekdays: frozenset[int] = frozenset()
    avoid: frozenset[int] = frozenset()


def find(text: str, language: str, today: date, order: str = "DMY") -> Days | None:
    """Read the days that a plain text names, seen from ``today``; None if it names none."""
    avoid = _avoided(text, language)
    text = re.sub(rf"\b{_AVOIDING} \w+day\b", " ", text) if avoid and language == "en" else text
    for reading in (_explicit, _weekdays, _relative, _weeks, _months):
        found = reading(text, language, today, order)
        if found is not None:
            return Days(found.first, found.last, found.weekdays, avoid)
    return Days(avoid=avoid) if avoid else None


def _one(day: date) -> Days:
    return Days(day, day)


def weekday_of(word: str, language: str) -> int | None:
    """0 for Monday; endings and small slips of spelling are forgiven."""
    if language == "en":
        if word in _EN_SHORT:
            return _EN_SHORT[word]
        names, bare = _EN_WEEKDAYS, word.removesuffix("s")
    else:
        for number, name in enumerate(_TR_WEEKDAYS):
            if re.fullmatch(name + _TR_ENDINGS, word):
                return number
        names, bare = _TR_WEEKDAYS, word
    if bare in names:
        return names.index(bare)
    close = [each for each in names if len(bare) > 5 and fuzz.ratio(bare, each) >= 85]
    return names.index(close[0]) if close else None


def _avoided(text: str, language: str) -> frozenset[int]:
    if language == "en":
        named = re.findall(rf"\b{_AVOIDING} (\w+)", text)
    else:
        named = re.findall(r"(\w+) (?:gunu )?(?:haric|disinda|olmasin|olmaz|degil)\b", text)
    found = (weekday_of(each, language) for each in named)
    return frozenset(each for each in found if each is not None)


def _weekdays(text: str, language: str, today: date, order: str) -> Days | None:
    tokens = tuple(text.split())
    avoid = _avoided(text, language)
    named: list[tuple[int, int]] = []
    for index, token in enumerate(tokens):
        number = weekday_of(token, language)
        if number is not None and number not in avoid:
            named.append((index, number))
    if not named:
        return None
    if _every(tokens, named, language):
        return Days(weekdays=frozenset(number for _index, number in named))
    days = sorted(_coming(tokens, index, number, today, language) for index, number in named)
    if len(days) == 1:
        return _one(days[0])
    spanned = language == "en" and has(text, "to", "until", "through") and len(days) == 2
    weekdays = frozenset() if spanned else frozenset(day.weekday() for day in days)
    return Days(days[0], days[-1], weekdays)


def _every(tokens: tuple[str, ...], named: list[tuple[int, int]], language: str) -> bool:
    index = named[0][0]
    if language == "en":
        return tokens[index].endswith("days") or tokens[index - 1 : index] in (("every",), ("any",))
    return tokens[index].endswith(("leri", "lari")) or "her" in tokens


def _coming(tokens: tuple[str, ...], index: int, number: int, today: date, language: str) -> date:
    """``Friday`` is the coming one, ``next Friday`` the one of the next calendar week."""
    before = tokens[max(0, index - 2) : index]
    ahead = (number - today.weekday()) % 7
    if "this" in before or "bu" in before:
        return today + timedelta(days=ahead)
    week_said = language == "en" and has(" ".join(tokens), "next week", "a week on", "week on")
    if (
        set(before) & _NEXT
        or week_said
        or has(" ".join(tokens), "gelecek hafta", "onumuzdeki hafta")
    ):
        return _monday(today) + timedelta(days=7 + number)
    return today + timedelta(days=ahead or 7)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


_RELATIVE = (
    (
        phrases(
            """
        day after tomorrow, obur gun, yarindan sonra, ertesi gun, yarin degil obur gun
        """
        ),
        2,
    ),
    (phrases("tomorrow, tommorow, tomorow, tomorrows, yarin, yarina"), 1),
    (
        phrases(
            """
        today, tonight, this morning, this afternoon, this evening, later today, bugun,
        bugune, bu sabah, bu aksam, bu ogleden sonra, bu ogle
        """
        ),
        0,
    ),
)


def _relative(text: str, language: str, today: date, order: str) -> Days | None:
    for told, offset in _RELATIVE:
        if has(text, *told):
            return _one(today + timedelta(days=offset))
    return _counted(text, language, today)


def _counted(text: str, language: str, today: date) -> Days | None:
    """``in three days``, ``iki hafta sonra``: a number and a unit, put to dateparser."""
    tokens = tuple(text.split())
    for index in range(len(tokens)):
        number = (1, 1) if tokens[index] in ("a", "an") else numbers.read(tokens, index, language)
        unit = tokens[index + number[1]] if number and index + number[1] < len(tokens) else ""
        english = {"gun": "day", "hafta": "week", "ay": "month"}.get(unit, unit.removesuffix("s"))
        if number is None or english not in ("day", "week", "month", "fortnight"):
            continue
        tail = tokens[index + number[1] + 1 :][:2]
        led = index and tokens[index - 1] in ("in", "within")
        if led or tail[:1] in (("later",), ("sonra",), ("sonraya",)) or tail[:2] == ("from", "now"):
            count, english = (
                (number[0] * 2, "week") if english == "fortnight" else (number[0], english)
            )
            return _ask_library(f"in {count} {english}s", today, "DMY")
    return None


def _weeks(text: str, language: str, today: date, order: str) -> Days | None:
    monday = _monday(today)
    shift = 7 if has(text, "next", "haftaya", "gelecek", "onumuzdeki", "obur") else 0
    if has(text, "weekend", "hafta sonu", "haftasonu"):
        first = monday + timedelta(days=5 + shift)
        return Days(max(first, today), first + timedelta(days=1))
    if has(text, "week after next", "obur hafta"):
        return Days(monday + timedelta(days=14), monday + timedelta(days=20))
    if has(text, "next week", "following week", "haftaya", "gelecek hafta", "onumuzdeki hafta"):
        return Days(monday + timedelta(days=7), monday + timedelta(days=13))
    if has(text, "this week", "bu hafta", "bu haftaya"):
        return Days(today, monday + timedelta(days=6))
    if has(text, "weekdays", "weekday", "hafta ici", "haftaici"):
        return Days(weekdays=frozenset(range(5)))
    return None


def _months(text: str, language: str, today: date, order: str) -> Days | None:
    if has(text, "next month", "gelecek ay", "onumuzdeki ay"):
        year, month = divmod(today.year * 12 + today.month, 12)
        return _whole_month(year, month + 1)
    if has(text, "this month", "bu ay"):
        return Days(today, _whole_month(today.year, today.month).last)
    number = _month_alone(text, language)
    if number is None:
        return None
    found = _whole_month(today.year + (number < today.month), number)
    return Days(max(found.first or today, today), found.last)


def _month_alone(text: str, language: str) -> int | None:
    if language == "en":
        led = re.findall(r"\b(?:in|during|early|late|mid) (\w+)", text)
        return next((_EN_MONTHS.index(each) + 1 for each in led if each in _EN_MONTHS), None)
    said = re.findall(rf"\b({'|'.join(_TR_MONTHS)})(?:da|de|ta|te| ayinda| ayi)\b", text)
    return _TR_MONTHS.index(said[0]) + 1 if said else None


def _whole_month(year: int, month: int) -> Days:
    return Days(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))


def _explicit(text: str, language: str, today: date, order: str) -> Days | None:
    phrase = _written_date(text) or _spoken_date(text, language)
    return _ask_library(phrase, today, order) if phrase else None


def _written_date(text: str) -> str | None:
    """``2026-11-24``, ``24.11.2026``, ``24/11``; ``24.11`` only where it can be no time of day."""
    if found := re.search(r"\b\d{4}-\d{1,2}-\d{1,2}\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b", text):
        return found[0]
    if found := re.search(r"\b\d{1,2}/\d{1,2}\b", text):
        return found[0]
    found = re.search(r"\b(\d{1,2})\.(\d{2})\b", text)
    return (
        found[0].replace(".", "/") if found and int(found[1]) > 23 and int(found[2]) < 13 else None
    )


def _spoken_date(text: str, language: str) -> str | None:
    tokens = tuple(text.split())
    for index, token in enumerate(tokens):
        month = _month_number(token, language)
        if month is None:
            continue
        day = _day_before(tokens, index, language) or _day_after(tokens, index, language)
        if day:
            year = next((each for each in tokens[index:] if re.fullmatch(r"20\d\d", each)), "")
            return f"{day} {_EN_MONTHS[month - 1]} {year}".strip()
    return _day_of_month(text, tokens, language)


def _month_number(token: str, language: str) -> int | None:
    if language == "en":
        names = [*_EN_MONTHS, *(each[:3] for each in _EN_MONTHS)]
        return names.index(token) % 12 + 1 if token in names else None
    for number, name in enumerate(_TR_MONTHS, start=1):
        if re.fullmatch(name + r"(?:da|de|ta|te|a|e|in|i|tan|dan|ten|den)?", token):
            return number
    return None


def _day_before(tokens: tuple[str, ...], index: int, language: str) -> int | None:
    end = index - 1 if tokens[index - 1 : index] == ("of",) else index
    for start in (end - 2, end - 1):
        if start >= 0 and (day := _day_number(tokens[start:end], language)):
            return day
    return None


def _day_after(tokens: tuple[str, ...], index: int, language: str) -> int | None:
    start = index + 1 if tokens[index + 1 : index + 2] != ("the",) else index + 2
    for count in (2, 1):
        if day := _day_number(tokens[start : start + count], language):
            return day
    return None


def _day_number(part: tuple[str, ...], language: str) -> int | None:
    """``24``, ``24th``, ``twenty fourth``, ``yirmi dört``."""
    if not part or len(part) > 2:
        return None
    if len(part) == 2:
        tens, unit = numbers.cardinal(part[0], language), _day_number(part[1:], language)
        whole = (tens or 0) + (unit or 0)
        return whole if tens in (10, 20, 30) and unit and unit < 10 and whole < 32 else None
    value = numbers.ordinal(part[0], language) or numbers.cardinal(part[0], language)
    return value if value and 1 <= value <= 31 else None


def _day_of_month(text: str, tokens: tuple[str, ...], language: str) -> str | None:
    """``the 24th``, ``on the fifth``, ``ayın 24'ü``."""
    if language == "tr":
        found = re.search(r"\bayin (\w+)(?: (\w+))?", text)
        both = numbers.read((found[1], found[2] or ""), 0, "tr") if found else None
        stem = numbers.turkish_case(found[1]) if found and not both else None
        value = both[0] if both else stem[0] if stem else None
        return f"{value}" if value and value < 32 else None
    if found := re.search(r"\b(\d{1,2})(?:st|nd|rd|th)\b", text):
        return found[1] if 5 < int(found[1]) < 32 or has(text, "on the " + found[0]) else None
    found = re.search(r"\bon the (\w+)(?: (\w+))?", text)
    if not found or "one" in tokens:
        return None
    day = _day_number((found[1], found[2] or ""), "en") or _day_number((found[1],), "en")
    return str(day) if day else None


def _ask_library(phrase: str, today: date, order: str) -> Days | None:
    base = datetime(today.year, today.month, today.day)
    if phrase.isdigit():
        return _next_with_number(int(phrase), today)
    settings = {"RELATIVE_BASE": base, "PREFER_DATES_FROM": "future", "DATE_ORDER": order}
    found = DateDataParser(languages=["en"], settings=settings).get_date_data(phrase).date_obj
    return _one(found.date()) if found else None


def _next_with_number(number: int, today: date) -> Days | None:
    """The next month that has such a day, this one included."""
    for offset in range(12):
        year, month = divmod(today.year * 12 + today.month - 1 + offset, 12)
        if number <= calendar.monthrange(year, month + 1)[1]:
            day = date(year, month + 1, number)
            if day >= today:
                return _one(day)
    return None


# The library loads its data on first use: do that at start-up and not in the first talk.
_ask_library("1 january 2026", date(2026, 1, 1), "DMY")
