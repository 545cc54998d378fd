"""Times of day in what people say: ``half past nine``, ``ondan sonra``, ``between 2 and 4 pm``."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import time

from . import numbers
from .text import phrases

# Hours that mean the afternoon when nobody says which half of the day is meant.
_AFTERNOON_HOURS = range(1, 7)
_EN_LEADS = frozenset(
    phrases(
        """
    at, around, about, by, after, before, from, until, till, between, past, and
    """
    )
)
_EN_UNITS = frozenset(
    phrases(
        """
        day, days, week, weeks, month, months, hour, hours, minute, minutes, euro, euros,
        pound, pounds, dollar, dollars, people, person, persons, times, of, january, february,
        march, april, may, june, july, august, september, october, november, december
        """
    )
)
_TR_UNITS = frozenset(
    phrases(
        """
        gun, gune, hafta, haftaya, ay, saat, saate, dakika, dakikada, lira, euro, kisi, kez,
        defa, ocak, subat, mart, nisan, mayis, haziran, temmuz, agustos, eylul, ekim, kasim,
        aralik
        """
    )
)
_FROM_LINKS = frozenset(phrases("sonra, once, itibaren, sonrasi, oncesi"))
_TR_LEADS = frozenset(
    phrases(
        """
    saat, saati, sabah, ogleden, sonra, aksam, aksamustu, ogle, ogleyin
    """
    )
)


@dataclass(frozen=True, slots=True)
class Clock:
    """A wish for a time of day: exactly ``at``, or within ``[after, before)``."""

    at: time | None = None
    after: time | None = None
    before: time | None = None


@dataclass(frozen=True, slots=True)
class _Hour:
    hour: int
    minute: int
    used: int
    strong: bool
    half: str = ""
    case: str = ""


def find(tokens: tuple[str, ...], language: str, *, half: str = "", loose: bool = False) -> Clock:
    """Read the first time of day; ``half`` (am or pm) settles an unclear hour.

    A number alone counts only when ``loose``: elsewhere ``two`` may be the second option.
    """
    read = _english if language == "en" else _turkish
    found = []
    index = 0
    while index < len(tokens):
        hour = read(tokens, index)
        if hour is None or not (hour.strong or loose or found):
            index += 1
            continue
        found.append((index, hour))
        index += hour.used
    if not found:
        return Clock()
    relate = _relate_english if language == "en" else _relate_turkish
    return relate(tokens, found, half)


def _english(tokens: tuple[str, ...], index: int) -> _Hour | None:
    word, after = tokens[index], tokens[index + 1 : index + 4]
    if word in ("noon", "midday"):
        return _Hour(12, 0, 1, True, "pm")
    if written := _written(word):
        return _with_half(_Hour(*written, 1, True), after)
    if word in ("half", "quarter") and after[:1] and after[0] in ("past", "to"):
        return _spoken_fraction(tokens, index)
    return _bare_english(tokens, index)


def _bare_english(tokens: tuple[str, ...], index: int) -> _Hour | None:
    number = numbers.read(tokens, index, "en")
    before = tokens[index - 1] if index else ""
    if number is None or not 0 <= number[0] < 24 or numbers.ordinal(before, "en"):
        return None
    value, used = number
    if tokens[index] == "oh" or before in ("option", "number", "in", "oh"):
        return None
    if fraction := _minutes_past(tokens, index, value, used):
        return fraction
    minute, extra = _minutes_after(tokens, index + used)
    used += extra
    rest = tokens[index + used : index + used + 3]
    if rest[:1] and rest[0] in _EN_UNITS and not extra:
        return None
    strong = bool(extra) or before in _EN_LEADS
    if rest[:1] == ("oclock",) or rest[:2] in (("o", "clock"), ("a", "clock")):
        strong, used = True, used + (1 if rest[0] == "oclock" else 2)
    hour = _Hour(value, minute, used, strong)
    return _with_half(hour, tokens[index + used : index + used + 3])


def _minutes_past(tokens: tuple[str, ...], index: int, value: int, used: int) -> _Hour | None:
    """``ten past nine`` and, after ``at``, ``ten to nine``."""
    link = tokens[index + used] if index + used < len(tokens) else ""
    led = index and tokens[index - 1] == "at"
    if value not in (5, 10, 20, 25) or not (link == "past" or (link == "to" and led)):
        return None
    hour = numbers.read(tokens, index + used + 1, "en")
    if hour is None or not 1 <= hour[0] <= 12:
        return None
    total = hour[0] * 60 + (value if link == "past" else -value)
    clock = _Hour(total // 60, total % 60, used + 1 + hour[1], True)
    return _with_half(clock, tokens[index + clock.used : index + clock.used + 3])


def _spoken_fraction(tokens: tuple[str, ...], index: int) -> _Hour | None:
    hour = numbers.read(tokens, index + 2, "en")
    if hour is None or not 1 <= hour[0] <= 12:
        return None
    minutes = 30 if tokens[index] == "half" else 15
    total = hour[0] * 60 + (minutes if tokens[index + 1] == "past" else -minutes)
    clock = _Hour(total // 60, total % 60, 2 + hour[1], True)
    return _with_half(clock, tokens[index + clock.used : index + clock.used + 3])


def _minutes_after(tokens: tuple[str, ...], index: int) -> tuple[int, int]:
    """``ten [thirty]``, ``nine [oh five]``: the minutes and how many words they took."""
    skip = 1 if tokens[index : index + 1] == ("oh",) else 0
    number = numbers.read(tokens, index + skip, "en")
    if number is None or number[0] >= 60 or number[0] % 5 or not (number[0] >= 10 or skip):
        return 0, 0
    return number[0], number[1] + skip


def _with_half(hour: _Hour, after: tuple[str, ...]) -> _Hour:
    if after[:1] in (("am",), ("pm",)):
        return replace(hour, half=after[0], used=hour.used + 1, strong=True)
    if after[:2] == ("in", "the") and after[2:] in (("morning",), ("afternoon",), ("evening",)):
        return replace(hour, half="am" if after[2] == "morning" else "pm", strong=True)
    return hour


def _written(word: str) -> tuple[int, int] | None:
    found = re.fullmatch(r"(\d{1,2})[:.](\d{2})", word)
    if found and int(found[1]) < 24 and int(found[2]) < 60:
        return int(found[1]), int(found[2])
    return None


def _relate_english(tokens: tuple[str, ...], found: list[tuple[int, _Hour]], half: str) -> Clock:
    index, first = found[0]
    lead = tokens[index - 1] if index else ""
    if len(found) > 1:
        second_at, second = found[1]
        link = tokens[index + first.used : second_at]
        if link and set(link) <= {"to", "and", "until", "till"} and lead in ("from", "between", ""):
            half = second.half or half
            return Clock(after=_clock(first, half), before=_clock(second, half))
    at = _clock(first, half)
    if lead in ("after", "from") or tokens[index + first.used :][:2] == ("or", "later"):
        return Clock(after=at)
    if lead in ("before", "by", "until", "till"):
        return Clock(before=at)
    return Clock(at=at)


def _clock(hour: _Hour, half: str) -> time:
    which = hour.half or half
    value = hour.hour
    if which == "pm" and value < 12:
        value += 12
    elif which == "am" and value == 12:
        value = 0
    elif not which and value in _AFTERNOON_HOURS:
        value += 12
    return time(value % 24, hour.minute)


def _turkish(tokens: tuple[str, ...], index: int) -> _Hour | None:
    base = _turkish_hour(tokens, index)
    if base is None or not 0 <= base.hour < 24:
        return None
    rest = tokens[index + base.used :]
    if rest[:1] and rest[0] in _TR_UNITS and base.case == "":
        return None
    if quarter := _turkish_minutes(base, rest):
        return quarter
    if rest[:1] and rest[0].startswith("bucu"):
        ending = re.sub(r"^bucu[kg]", "", rest[0])
        case = next((name for name, ends in numbers._CASES.items() if ending in ends), "")
        return replace(base, minute=30, used=base.used + 1, strong=True, case=case)
    return _turkish_strength(tokens, index, base)


def _turkish_hour(tokens: tuple[str, ...], index: int) -> _Hour | None:
    word, rest = tokens[index], tokens[index + 1 : index + 2]
    ending = next((n for n, ends in numbers._CASES.items() if rest and rest[0] in ends), "")
    if written := _written(word):
        return _Hour(*written, 2 if ending else 1, True, case=ending)
    if word.isdigit():
        return _Hour(int(word), 0, 2 if ending else 1, False, case=ending)
    tens = {"on": 10, "yirmi": 20}.get(word)
    if tens and rest and (unit := numbers.turkish_case(rest[0])) and unit[0] < 10:
        return _Hour(tens + unit[0], 0, 2, False, case=unit[1])
    known = numbers.turkish_case(word)
    return _Hour(known[0], 0, 1, False, case=known[1]) if known else None


def _turkish_minutes(base: _Hour, rest: tuple[str, ...]) -> _Hour | None:
    """``ona çeyrek var`` is 9:45, ``onu on geçe`` is 10:10, ``on otuz`` is 10:30."""
    minute, used = (15, 1) if rest[:1] == ("ceyrek",) else numbers.read(rest, 0, "tr") or (0, 0)
    if not used or not 0 < minute < 60 or minute % 5:
        return None
    link = rest[used] if len(rest) > used else ""
    total = base.hour * 60
    if base.case == "to" and re.match(r"(var|kala)", link):
        total -= minute
    elif base.case == "object" and link.startswith("gec"):
        total += minute
    elif base.case == "" and minute >= 10 and not base.strong:
        return replace(base, minute=minute, used=base.used + used, strong=True)
    else:
        return None
    return _Hour(total // 60, total % 60, base.used + used + 1, True, case="at")


def _turkish_strength(tokens: tuple[str, ...], index: int, base: _Hour) -> _Hour | None:
    before = tokens[index - 1] if index else ""
    after = tokens[index + base.used] if index + base.used < len(tokens) else ""
    related = (base.case == "from" and after in _FROM_LINKS) or (
        base.case == "to" and after in ("kadar", "dogru")
    )
    near = after in ("gibi", "civari", "civarinda", "sularinda")
    joined = base.case == "with" or after == "ile"
    before_that = tokens[index - 2 : index - 1]
    led = before in _TR_LEADS and not (before == "sonra" and before_that != ("ogleden",))
    return replace(
        base, strong=base.strong or base.case == "at" or related or near or led or joined
    )


def _relate_turkish(tokens: tuple[str, ...], found: list[tuple[int, _Hour]], half: str) -> Clock:
    index, first = found[0]
    if len(found) > 1 and any(each.startswith("aras") for each in tokens):
        return Clock(after=_clock(first, half), before=_clock(found[1][1], half))
    at = _clock(first, half)
    follows = tokens[index + first.used : index + first.used + 1]
    if first.case == "from" and follows and follows[0] in ("sonra", "sonrasi", "itibaren"):
        return Clock(after=at)
    if follows and follows[0] in ("once", "oncesi", "kadar"):
        return Clock(before=at)
    return Clock(at=at)
