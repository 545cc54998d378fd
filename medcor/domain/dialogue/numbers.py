"""Numbers and places in a row as people say them, with the slips of a recogniser."""

from __future__ import annotations

import re
from functools import lru_cache

from .text import phrases

_EN_UNITS = phrases(
    """
    zero, one, two, three, four, five, six, seven, eight, nine, ten, eleven, twelve, thirteen,
    fourteen, fifteen, sixteen, seventeen, eighteen, nineteen
    """
)
_EN = {word: value for value, word in enumerate(_EN_UNITS)} | {
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fourty": 40,
    "fifty": 50,
    "oh": 0,
}
_EN_ORDINALS = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "forth": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "ninth": 9,
    "tenth": 10,
    "eleventh": 11,
    "twelfth": 12,
    "thirteenth": 13,
    "fourteenth": 14,
    "fifteenth": 15,
    "sixteenth": 16,
    "seventeenth": 17,
    "eighteenth": 18,
    "nineteenth": 19,
    "twentieth": 20,
    "thirtieth": 30,
}
# What a recogniser writes for a number said alone; only used where a number is expected.
_EN_SOUNDS = {
    "won": 1,
    "wan": 1,
    "to": 2,
    "too": 2,
    "tu": 2,
    "tree": 3,
    "free": 3,
    "for": 4,
    "fore": 4,
    "ate": 8,
    "fist": 1,
    "furst": 1,
    "sec": 2,
    "secund": 2,
    "thirst": 1,
    "turd": 3,
}
_TR = {
    "sifir": 0,
    "bir": 1,
    "iki": 2,
    "uc": 3,
    "dort": 4,
    "bes": 5,
    "alti": 6,
    "yedi": 7,
    "sekiz": 8,
    "dokuz": 9,
    "on": 10,
    "yirmi": 20,
    "otuz": 30,
    "kirk": 40,
    "elli": 50,
}
_TR_ORDINALS = {
    "ilk": 1,
    "birinci": 1,
    "ikinci": 2,
    "ucuncu": 3,
    "dorduncu": 4,
    "besinci": 5,
    "altinci": 6,
    "yedinci": 7,
    "sekizinci": 8,
    "dokuzuncu": 9,
    "onuncu": 10,
}
_LOCATIVE = ("da", "de", "ta", "te")
_ABLATIVE = ("dan", "den", "tan", "ten")
_DATIVE = ("a", "e", "ya", "ye")
_ACCUSATIVE = phrases("i, u, yi, yu, si")
_JOINING = ("la", "le", "yla", "yle")
_CASES = {
    "at": _LOCATIVE,
    "from": _ABLATIVE,
    "to": _DATIVE,
    "object": _ACCUSATIVE,
    "with": _JOINING,
}


def cardinal(word: str, language: str) -> int | None:
    """A plain number word or digits, without any ending."""
    if word.isdigit():
        return int(word)
    return (_EN if language == "en" else _TR).get(word)


@lru_cache(maxsize=1024)
def turkish_case(word: str) -> tuple[int, str] | None:
    """A Turkish number with its ending: ``ondan`` is ``(10, "from")``; no ending is ``""``."""
    if word in _TR:
        return _TR[word], ""
    stems = sorted((stem for stem in _TR if word.startswith(stem)), key=len, reverse=True)
    for stem in [*stems, *(["dort"] if word.startswith("dord") else [])]:
        for case, endings in _CASES.items():
            if word[len(stem) :] in endings:
                return _TR[stem], case
    fused = re.match(r"(on|yirmi)(bir|iki|uc|dort|dord|bes|alti|yedi|sekiz|dokuz)(\w*)$", word)
    if fused and fused[1]:
        unit = turkish_case(fused[2].replace("dord", "dort") + fused[3])
        return (_TR[fused[1]] + unit[0], unit[1]) if unit else None
    return None


def ordinal(word: str, language: str) -> int | None:
    """A place in a row: ``second``, ``2nd``, ``ikincisi``."""
    if suffixed := re.fullmatch(r"(\d+)(?:st|nd|rd|th)", word):
        return int(suffixed[1])
    if language == "en":
        return _EN_ORDINALS.get(word)
    for stem, place in sorted(_TR_ORDINALS.items(), key=lambda each: -len(each[0])):
        if re.fullmatch(rf"{stem}(?:si|su|i|sini|sunu|ini|yi|yu|leri)?", word):
            return place
    return None


def sounds_like(word: str) -> int | None:
    """The English number that a recogniser may have meant with a common word."""
    return _EN_SOUNDS.get(word)


def read(tokens: tuple[str, ...], index: int, language: str) -> tuple[int, int] | None:
    """Read a number at ``index``; gives ``(value, words used)``: ``twenty five`` is ``(25, 2)``."""
    if index >= len(tokens):
        return None
    value = cardinal(tokens[index], language)
    if value is None:
        return None
    spoken = not tokens[index].isdigit()
    tens = value in (20, 30, 40, 50) or (language == "tr" and value == 10)
    if spoken and tens and index + 1 < len(tokens) and not tokens[index + 1].isdigit():
        unit = cardinal(tokens[index + 1], language)
        if unit is not None and 0 < unit < 10:
            return value + unit, 2
    return value, 1
