"""Answers to what the assistant asked: yes or no, which one, another one."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

from . import numbers
from .text import has, phrases, plain, words
from .when import When

_YES = phrases(
    """
    yes, yeah, yep, yup, yas, yess, ya, sure, correct, right, exactly, confirm, confirmed, go
    ahead, do it, book it, book that, book this, book me, book them, please do, take it, ok,
    okay, sounds good, perfect, great, fine, absolutely, definitely, of course, agreed, i do,
    works for me, lets go, why not, go for it, cancel it, cancel that, evet, olur, tamam,
    tamamdir, onayliyorum, onayla, onay, dogru, kabul, tabii, tabi, elbette, aynen, uygun,
    uygundur, peki, yap, yapin, ayirt, ayirin, alalim, olsun, kesinlikle, guzel, super, rica
    ederim, randevuyu al, randevu al, hi hi, iptal et, iptal edin
    """
)
_NO = phrases(
    """
    no, nope, nah, not, dont, do not, cant, cancel, stop, wrong, never mind, nevermind, wait,
    incorrect, change, different, forget it, leave it, none, neither, hayir, yok, istemiyorum,
    istemem, olmaz, iptal, iptal et, iptal edin, vazgectim, vazgec, degil, yanlis, dur, bekle,
    bosver, kalsin, hicbiri
    """
)
_HARMLESS = phrases(
    """
    no problem, why not, no worries, sorun degil, sorun yok, fark etmez
    """
)
# A hedge is no consent: whoever is unsure is asked again.
_HEDGES = phrases(
    """
    maybe, perhaps, not sure, unsure, belki, emin degilim, bilmiyorum, galiba, sanirim, dont
    know, do not know, let me think, if
    """
)
_CANCEL_WORDS = phrases(
    """
    cancel it, cancel that, cancel this, cancel my, cancel the, iptal et, iptal edin
    """
)
_BOOK_WORDS = phrases("book*, randevuyu al*, randevu al*")


def yes_or_no(text: str, language: str, *, cancelling: bool = False) -> bool | None:
    """Read consent: True only for an explicit yes with nothing against it, None when unclear.

    ``cancelling`` says that the question was whether to cancel: then *cancel it* means yes.
    """
    said = " ".join(words(text))
    for phrase in _HARMLESS:
        said = re.sub(rf"\b{phrase}\b", " ok ", said)
    if has(said, *_HEDGES):
        return None
    if cancelling and has(said, *_CANCEL_WORDS) and not has(said, "dont", "do not", "no", "hayir"):
        return True
    if cancelling:
        if has(said, *_BOOK_WORDS):
            return None
        # Alone it may mean either: drop the appointment, or drop the question.
        said = re.sub(r"\b(?:cancel|iptal)\b", " ", said)
    against = has(said, *_NO)
    if against:
        return False
    return True if has(said, *_YES) else None


class Other(StrEnum):
    """Neither of the offered ones, but which instead."""

    LATER = "later"
    EARLIER = "earlier"
    ANOTHER_DAY = "another_day"
    ANOTHER_DOCTOR = "another_doctor"
    NONE = "none"


_OTHERS: tuple[tuple[Other, tuple[str, ...]], ...] = (
    (
        Other.ANOTHER_DOCTOR,
        phrases(
            """
        another doctor, other doctor, different doctor, someone else, somebody else, other
        doctors, any other doctor, baska doktor, baska bir doktor, diger doktor, farkli
        doktor, farkli bir doktor, baska hekim, doktoru degistir*
        """
        ),
    ),
    (
        Other.ANOTHER_DAY,
        phrases(
            """
        another day, other day, different day, other days, another date, different date, some
        other day, baska gun, baska bir gun, farkli bir gun, farkli gun, diger gun, baska
        tarih, baska bir tarih
        """
        ),
    ),
    (
        Other.LATER,
        phrases(
            """
        later, more, other times, another time, different time, other options, next ones, show
        me more, anything else, something else, what else, daha gec, daha sonra, baska saat,
        baska bir saat, farkli bir saat, diger saatler, baska zaman, sonrakiler, baska
        secenek*, daha ileri, baska, devam
        """
        ),
    ),
    (
        Other.EARLIER,
        phrases(
            """
        earlier, sooner, before that, daha erken, daha once, onceki*
        """
        ),
    ),
    (
        Other.NONE,
        phrases(
            """
        none, neither, none of them, none of these, not these, hicbiri, hic biri, hicbirisi,
        bunlar olmaz, uymuyor, uymaz
        """
        ),
    ),
)


def other(text: str, language: str) -> Other | None:
    """Say which kind of *something else* a turn asks for."""
    said = plain(text, language)
    for kind, said_so in _OTHERS:
        if has(said, *said_so):
            return kind
    return None


@dataclass(frozen=True, slots=True)
class Option:
    """What can be chosen: its start for times, its names for treatments, doctors, appointments."""

    day: date | None = None
    start: time | None = None
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Picked:
    """The options that an answer fits, by index; one is a choice, several need another question."""

    indexes: tuple[int, ...] = ()

    @property
    def index(self) -> int | None:
        return self.indexes[0] if len(self.indexes) == 1 else None


_NOISE = frozenset(
    phrases(
        """
        the, one, ones, please, number, option, no, nr, i, id, ill, take, want, would, like,
        that, this, it, let, us, go, with, will, me, my, is, be, good, fine, great, perfect,
        works, sounds, time, slot, a, an, of, them, choose, pick, have, book, at, on, and,
        yes, yeah, sure, can, could, think, guess, do, you, then, lets, numara, secenek, olan,
        olani, alayim, alalim, istiyorum, olsun, randevu, olur, seciyorum, evet, tane, sira,
        lutfen, ben, saat, gun
        """
    )
)
_SINGLE = phrases(
    """
    that one, that works, that is fine, thats fine, sounds good, yes, yeah, sure, ok, okay,
    perfect, great, fine, good, take it, book it, this one, works for me, evet, olur, tamam, o
    olsun, uygun, guzel, bu olsun
    """
)


def pick(text: str, language: str, options: Sequence[Option], wish: When) -> Picked:
    """Find which options an answer names: a place, a number, a day, a time, or all there is.

    ``wish`` is what the turn says about times, read loosely.
    """
    if not options:
        return Picked()
    timed = _by_time(options, wish)
    placed = _by_place(text, language, options)
    if placed is not None and (not timed or placed in timed or not wish.names_day):
        return Picked((placed,))
    if timed:
        return Picked(timed)
    if len(options) == 1 and not wish and has(" ".join(words(text)), *_SINGLE):
        return Picked((0,))
    return Picked()


def _by_time(options: Sequence[Option], wish: When) -> tuple[int, ...]:
    if not (wish.names_day or wish.names_time):
        return ()
    return tuple(
        index
        for index, each in enumerate(options)
        if each.day and each.start and wish.allows(each.day, each.start)
    )


def _by_place(text: str, language: str, options: Sequence[Option]) -> int | None:
    tokens = words(text)
    count = len(options)
    for token in tokens:
        place = numbers.ordinal(token, language)
        if place and place <= count and not _is_date(tokens, token):
            return place - 1
    said = " ".join(tokens)
    if has(said, "last", "latest", "son", "sonuncu", "sonuncusu"):
        return count - 1
    if has(said, "middle", "middle one", "ortadaki", "ortanca") and count == 3:
        return 1
    if has(said, "earliest", "soonest", "earliest one", "en erken", "en erkeni", "en yakin"):
        return 0
    return _by_number(tokens, language, count)


def _is_date(tokens: tuple[str, ...], token: str) -> bool:
    after = tokens[tokens.index(token) + 1 :][:1]
    return after in (("of",), ("march",), ("mart",))


def _by_number(tokens: tuple[str, ...], language: str, count: int) -> int | None:
    """``two``, ``number to``, ``option for``, ``iki numara``: little else may be said beside it."""
    rest = [each for each in tokens if each not in _NOISE]
    if not rest and "one" in tokens and language == "en":
        told = {("number", "one"), ("option", "one"), ("one", "please")}
        led = not told.isdisjoint(itertools.pairwise(tokens))
        return 0 if tokens == ("one",) or led else None
    rest = rest or (list(tokens) if len(tokens) == 1 else [])
    if len(rest) != 1:
        return None
    value = numbers.cardinal(rest[0], language)
    if value is None and language == "tr":
        value = (numbers.turkish_case(rest[0]) or (None,))[0]
    if value is None and language == "en":
        value = numbers.sounds_like(rest[0])
    return value - 1 if value and value <= count else None
