"""Bring what a recogniser or a keyboard gave into one shape: lower case, ASCII, words only."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_APOSTROPHES = dict.fromkeys(map(ord, "’‘`´ʼ"), "'")
# Turkish letters that no decomposition turns into their ASCII neighbours.
_LETTERS = str.maketrans({"ı": "i", "İ": "i", "ß": "ss", "ø": "o", "æ": "ae", "đ": "d", "ł": "l"})
_TOKEN = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d{1,2}/\d{1,2}"
    r"|\d{1,2}[:.]\d{2}(?!\d)|\d+(?:st|nd|rd|th)\b|\d+|[^\W\d_]+"
)


def phrases(listed: str) -> tuple[str, ...]:
    """Words or phrases from a comma-separated list, which reads better than a column of them."""
    return tuple(each for each in (" ".join(part.split()) for part in listed.split(",")) if each)


_FILLERS = {
    "en": frozenset(
        phrases(
            """
            um, umm, uh, uhm, er, erm, hm, hmm, mm, ah, well, like, please, kindly,
            actually, basically, just, so, okay, ok, alright, right, hey, hello, hi
            """
        )
    ),
    "tr": frozenset(
        phrases(
            """
        ee, eee, sey, yani, hani, lutfen, iste, aa, ah, oh, hmm, peki, tamam, canim, acaba
        """
        )
    ),
}
_FILLER_PHRASES = phrases(
    """
    you know, i mean, i guess, i think, let me see, how about, what about
    """
)

# Words that only one of the two languages has; a turn is taken to be in the one it shows.
_MARKS = {
    "en": frozenset(
        phrases(
            """
            the, is, are, my, you, your, have, with, what, which, when, how, would, could,
            like, want, please, book, for, and, appointment, doctor, cancel, time, tomorrow,
            today, morning, afternoon, do, does
            """
        )
    ),
    "tr": frozenset(
        phrases(
            """
            ve, bir, bu, ben, benim, icin, ile, var, yok, mi, misin, misiniz, miyim,
            istiyorum, istiyordum, almak, randevu, randevum, randevumu, doktor, hangi, ne,
            kadar, nasil, merhaba, lutfen, evet, hayir, bugun, yarin, sabah, aksam, ogleden,
            sonra, saat, kac, fiyat, fiyati, ucret, tedavi, temizligi, iptal, edin, eder,
            alabilir, misiniz, olur, olsun, gun, hafta, pazartesi, sali, carsamba, persembe,
            cuma, cumartesi, pazar, ilk, ilki, tesekkurler, tesekkur, ederim, agriyor, agrim,
            nefes
            """
        )
    ),
}


def fold(text: str) -> str:
    """Lower case without accents, Turkish dotless and dotted i made one; length may change."""
    text = text.translate(_APOSTROPHES).translate(_LETTERS).casefold()
    plain = unicodedata.normalize("NFKD", text)
    return "".join(each for each in plain if not unicodedata.combining(each))


@lru_cache(maxsize=512)
def words(text: str) -> tuple[str, ...]:
    """Folded words and numbers in order; ``can't`` is ``cant``, ``10'da`` is ``10``, ``da``."""
    folded = re.sub(r"(?<=\d)'", " ", fold(text)).replace("'", "")
    return tuple(_TOKEN.findall(re.sub(r"\b([ap])\.\s?m\b\.?", r"\1m", folded)))


def without_fillers(tokens: tuple[str, ...], language: str) -> tuple[str, ...]:
    """Drop words that carry nothing, unless nothing else would be left."""
    left = tuple(each for each in tokens if each not in _FILLERS[language])
    return left or tokens


def plain(text: str, language: str = "en") -> str:
    """The words of a turn without fillers, joined by single spaces."""
    joined = " ".join(without_fillers(words(text), language))
    for phrase in _FILLER_PHRASES if language == "en" else ():
        joined = re.sub(rf"\b{phrase}\b ?", "", joined).strip() or joined
    return joined


def language_of(text: str, default: str) -> str:
    """The language a turn is in, changed from ``default`` only on clear evidence."""
    found = set(words(text))
    other = "tr" if default == "en" else "en"
    strange, familiar = len(found & _MARKS[other]), len(found & _MARKS[default])
    if any(each in "ığşİĞŞ" for each in text) and default == "en":
        strange += 1
    return other if strange >= 2 and strange > familiar else default


def has(text: str, *listed: str) -> bool:
    """Say whether any phrase occurs in ``text`` at word borders; ``*`` ends an open stem."""
    return any(_pattern(phrase).search(text) for phrase in listed)


@lru_cache(maxsize=2048)
def _pattern(phrase: str) -> re.Pattern[str]:
    parts = [re.escape(part).replace(r"\*", r"\w*") for part in phrase.split()]
    return re.compile(r"(?<!\w)" + r"\s+".join(parts) + r"(?!\w)")
