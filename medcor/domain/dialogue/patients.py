"""Find a doctor's patients in what the doctor says, by any part of their names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

from .match import Named
from .text import phrases, plain, words

_ENDINGS = re.compile(
    r"(?:s|la|le|yla|yle|nin|nun|in|un|im|a|e|ya|ye|i|u|yi|yu|dan|den|da|de|nda|nde|ndan|nden)"
)
# What people say around a name; a patient who is called so is found by the other part.
_AROUND = frozenset(
    phrases(
        """
        a, an, the, and, or, of, for, with, about, to, on, in, at, from, by, me, my, i, we, us, you,
        he, she, they, him, her, his, their, it, is, was, were, are, be, did, do, does, done, have,
        has, had, what, when, which, who, whose, how, tell, show, say, give, read, write, take,
        start, begin, go, happened, happen, last, time, visit, appointment, record, records, note,
        notes, previous, before, find, found, prescribe, prescribed, know, again, now, please, can,
        could, would, will, want, like, need, lets, let, us, next, patient, patients, first, new,
        dictate, dictation, dictating, examination, exam, treatment, history, medical, seen, saw,
        see, down, up, this, that, current, today, tomorrow, yesterday, morning, afternoon, mr,
        mrs, ms, miss, dr, doctor, oclock, clock, half, past, quarter, am, pm, one, two, three,
        four, five, six, seven, eight, nine, ten, eleven, twelve, thirty, fifteen, forty, twenty,
        then, there, here, all, any, some, just, ok, okay, came, come, monday, tuesday, wednesday,
        thursday, friday, saturday, sunday, quickly, going, on, ve, ile, icin, bir, bu, su, o, ben,
        benim, biz, ne, nasil, hangi, kim, kimin, kadar, hasta, hastam, hastanin, hastayla,
        hastaya, hastayi, hastamla, hastamin, hastasi, hastasinin, hastasiyla, hanim, hanima,
        hanimla, hanimin, hanimi, bey, beye, beyle, beyin, beyi, sayin, gecen, sefer, seferki,
        sefere, son, onceki, siradaki, sonraki, muayene, muayenede, muayenesi, muayenesinde,
        muayenesini, notu, notunu, not, dikte, diktesi, dikteyi, dikteye, kayit, kaydi, kaydini,
        ziyaret, ziyareti, ziyaretinde, gelis, gelisi, gelisinde, randevu, randevusu,
        randevusunda, oldu, olmustu, olan, yapmistik, yapmistim, yaptik, yaptim, yapildi,
        bulmustum, buldum, yazmistim, yazdim, yaz, yazdir, yazdirmak, yazdirayim, al, alir, misin,
        misiniz, istiyorum, ettir, et, etmek, edeyim, baslat, basla, basliyorum, soyle, anlat,
        goster, oku, bana, lutfen, simdi, bugun, bugunku, yarin, yarinki, dun, saat, saati,
        saatteki, bucuk, bucukta, bucuktaki, ceyrek, defa, kez, gecmisi, gecmisine, hakkinda, en,
        var, mi, mu, miydi, tedavi, su, anki, mevcut, ilk, iceri, olarak, dokuz, on, onbir, oniki,
        bir, iki, uc, dort, bes, alti, yedi, sekiz, dokuzdaki, ondaki, onbirdeki, onikideki,
        birdeki, ikideki, ucteki, dortteki, besteki, altidaki, sekizdeki, yedideki, bire, ikiye,
        sifir, otuz, kirk, onbes, yirmi
        """
    )
)
_CLOSE, _SHORTEST = 82, 5
# Letters that no accent or ending of another language hides behind.
_FIRM = frozenset("bfhjkmpqvwxy")


@dataclass(frozen=True, slots=True)
class Mentioned:
    """What a turn says of patients: those it may mean, and whether it names anybody at all."""

    found: tuple[Named, ...] = ()
    named: bool = False


def find(text: str, language: str, known: Sequence[Named]) -> Mentioned:
    """Those of ``known`` who fit the most of what was said; several fit equally well.

    An exact part of a name counts before one that only sounds like it.
    """
    said = [each for each in words(plain(text, language)) if _may_name(each)]
    if not said:
        return Mentioned()
    by_part: dict[str, set[int]] = {}
    for index, each in enumerate(known):
        for part in each.name.split():
            for folded in _folded(part):
                by_part.setdefault(folded, set()).add(index)
    hits: dict[int, int] = {}
    for token in said:
        for index in _fitting(token, by_part):
            hits[index] = hits.get(index, 0) + 1
    if not hits:
        return Mentioned((), named=True)
    best = max(hits.values())
    return Mentioned(
        tuple(known[index] for index in sorted(hits) if hits[index] == best), named=True
    )


@lru_cache(maxsize=16384)
def _folded(part: str) -> tuple[str, ...]:
    """The words of one name; a clinic's patients share most of them."""
    return (part.lower(),) if part.isascii() and part.isalpha() else words(part)


def beginnings(text: str, language: str) -> tuple[str, ...]:
    """LIKE patterns that the names in a turn begin with, however their letters are accented.

    Empty where a pattern would fit every name.
    """
    said = [each for each in words(plain(text, language)) if _may_name(each)]
    found = {"".join(each if each in _FIRM else "_" for each in token[:3]) for token in said}
    return () if any(not each.strip("_") for each in found) else tuple(sorted(found))


def _may_name(token: str) -> bool:
    return token.isalpha() and len(token) > 1 and token not in _AROUND


def _fitting(token: str, by_part: dict[str, set[int]]) -> set[int]:
    """Who has a name of which this is a part: as said, less an ending, else the closest."""
    if token in by_part:
        return by_part[token]
    stems = {token[:-cut] for cut in range(1, 5) if _ENDINGS.fullmatch(token[-cut:])}
    found = {index for stem in stems if len(stem) > 1 for index in by_part.get(stem, ())}
    if found or len(token) < _SHORTEST:
        return found
    forms = [token, *(stem for stem in stems if len(stem) >= _SHORTEST)]
    close = [
        (match[1], match[0])
        for form in forms
        for match in process.extract(
            form,
            [each for each in by_part if len(each) >= _SHORTEST],
            scorer=fuzz.ratio,
            score_cutoff=_CLOSE,
            limit=3,
        )
    ]
    if not close:
        return set()
    best = max(score for score, _part in close)
    return set().union(*(by_part[part] for score, part in close if score == best))
