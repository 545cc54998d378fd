"""Find the clinic's own treatments and doctors in what people say, spelled as they come."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from .text import phrases, plain, words

# One concept a line: what people and clinics call the same thing, English and Turkish, as stems.
_CONCEPTS: tuple[tuple[str, ...], ...] = (
    phrases(
        """
        cleaning, clean, cleanin, cleanup, hygiene, scaling, polish, temizlik, temizlig,
        temizle, detartraj, dis tasi
        """
    ),
    phrases(
        """
        checkup, check up, check, examination, exam, muayene, kontrol, inspection
        """
    ),
    phrases(
        """
        consultation, consult, gorusme, konsultasyon, danisma, advice visit
        """
    ),
    phrases("filling, fill, cavity, dolgu, curuk"),
    phrases(
        """
        root canal, rootcanal, route canal, canal, endodontic, kanal
        """
    ),
    phrases(
        """
        extraction, extract, pull, pulled, removal, cekim, cektir, cekil
        """
    ),
    ("whitening", "whiten", "bleach", "beyazlat"),
    ("crown", "kuron", "kron", "kaplama"),
    ("implant", "implants"),
    phrases(
        """
        brace, braces, orthodontic, aligner, dis teli, telleri, tel tedavi, ortodonti
        """
    ),
    phrases("gum, gums, periodontal, dis eti, diseti"),
    phrases(
        """
        children, child, childrens, kid, kids, paediatric, pediatric, cocuk
        """
    ),
    phrases(
        """
        night guard, nightguard, mouth guard, grinding, gece plagi, plak
        """
    ),
    ("veneer", "veneers", "lamina"),
    ("blood", "kan tahlil", "kan testi", "tahlil"),
    phrases(
        """
        vaccination, vaccine, vaccin, jab, immunisation, asi ol, asilama, asi
        """
    ),
    phrases(
        """
        physiotherapy, physio, physical therapy, fizyoterapi, fizik tedavi
        """
    ),
    phrases(
        """
        skin, mole, dermatology, dermatolog, cilt, deri, ben kontrol
        """
    ),
    phrases("eye, eyes, vision, sight, optic, goz"),
    phrases("hearing, ear, ears, isitme, kulak"),
    phrases("heart, cardiac, cardiology, ecg, ekg, kalp, kardiyo"),
    phrases("xray, x ray, radiograph, rontgen, film"),
    ("ultrasound", "ultrason", "sonography"),
    ("massage", "masaj"),
    ("allergy", "alerji"),
    ("diet", "nutrition", "diyet", "beslenme"),
    phrases(
        """
        psychotherapy, counselling, psychology, psikolog, terapi
        """
    ),
)
# Words that many treatments share: they back a match and never make one.
_GENERIC = frozenset(
    phrases(
        """
        dental, dentist, tooth, teeth, treatment, test, session, therapy, general, medical,
        the, a, an, of, for, dis, disi, disim, disleri, tedavi, tedavisi, testi, genel, seans,
        muayenesi, check
        """
    )
)
_COMMON = frozenset(
    phrases(
        """
        will, mark, grace, rose, hope, faith, april, june, august, page, price, long, best, cook,
        first, second, third, fourth, fifth, last, early, summer, winter, ilk, ikinci, son
        """
    )
)
_TITLES = frozenset(
    phrases(
        """
    dr, doctor, doctors, dentist, prof, with, doktor, hekim, dt, see, hanim, bey
    """
    )
)


@dataclass(frozen=True, slots=True)
class Named:
    """A thing that can be named: its row's id and its name."""

    id: int
    name: str


def treatments(text: str, language: str, known: Sequence[Named]) -> list[Named]:
    """The treatments that a turn names; several when it fits several equally well."""
    said = plain(text, language)
    tokens = words(said)
    concepts = _concepts(said)
    scored = [(_score(tokens, concepts, said, each.name), each) for each in known]
    best = max((score for score, _each in scored), default=0.0)
    return [each for score, each in scored if best and score >= best - 8]


def _score(tokens: tuple[str, ...], concepts: frozenset[int], said: str, name: str) -> float:
    """0 to 100: how much of the name's telling words, or of its concepts, was said."""
    folded = " ".join(words(name))
    if folded and f" {folded} " in f" {said} ":
        return 130.0 + len(folded) / 10
    telling = [each for each in words(name) if each not in _GENERIC and len(each) > 1]
    wanted = _concepts(folded)
    by_word = _mean([max((_alike(each, said) for said in tokens), default=0) for each in telling])
    met = len(wanted & concepts)
    by_concept = 100 * met / len(wanted) + 10 * (met - 1) if met else 0.0
    shared = sum(1 for each in words(name) if each in _GENERIC and each in tokens)
    best = max(by_word, by_concept)
    return best + min(shared, 2) * 5 if best >= 50 else 0.0


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _alike(wanted: str, said: str) -> float:
    if said.startswith(wanted) and len(wanted) >= 4:
        return 100.0
    if min(len(wanted), len(said)) < 4 or said in _GENERIC:
        return 100.0 if wanted == said else 0.0
    close = fuzz.ratio(wanted, said)
    return close if close >= 78 else 0.0


@lru_cache(maxsize=1024)
def _concepts(said: str) -> frozenset[int]:
    """Numbers of the concepts in a plain text; a stem may carry an ending of six letters."""
    return frozenset(
        number
        for number, stems in enumerate(_CONCEPTS)
        if any(_stem(stem).search(said) for stem in stems)
    )


@lru_cache(maxsize=512)
def _stem(stem: str) -> re.Pattern[str]:
    ending = r"\w{0,6}" if len(stem) >= 4 else ""
    return re.compile(r"(?<!\w)" + stem.replace(" ", r"\s+") + ending + r"(?!\w)")


def doctors(text: str, language: str, known: Sequence[Named]) -> list[Named]:
    """The doctors that a turn names; beside a title a slip in the name is forgiven."""
    tokens = words(plain(text, language))
    scored = [(_name_score(tokens, each.name), each) for each in known]
    best = max((score for score, _each in scored), default=0.0)
    if best < 80:
        return []
    return [each for score, each in scored if score >= best - 1]


def _name_score(tokens: tuple[str, ...], name: str) -> float:
    """Whole name beats part of it; a short or common part counts only beside a title."""
    parts = [each for each in words(name) if each not in _TITLES and len(each) > 1]
    hits = [
        max((_said_name(part, tokens, i) for i in range(len(tokens))), default=0) for part in parts
    ]
    found = [hit for hit in hits if hit]
    whole = 5 if len(found) == len(parts) else 0
    return max(found) + len(found) + whole if found else 0.0


def _said_name(part: str, tokens: tuple[str, ...], index: int) -> float:
    token = tokens[index]
    near = set(tokens[max(0, index - 2) : index]) | set(tokens[index + 1 : index + 2])
    titled = bool(near & _TITLES)
    if token == part or (
        len(part) >= 4 and re.fullmatch(part + r"(?:s|la|le|yla|yle|dan|den|a|e|ya|ye)", token)
    ):
        return 100.0 if titled or (len(part) >= 4 and part not in _COMMON) else 0.0
    close = fuzz.ratio(token, part)
    floor = 74 if titled and len(part) >= 4 else 88
    return (
        close + 10
        if titled and close >= floor
        else close
        if close >= floor and len(part) > 4
        else 0.0
    )


_ANYONE = re.compile(
    r"\b(any doctor|any of them|anyone|anybody|whoever|no preference|doesnt matter who|any dentist"
    r"|herhangi bir doktor|fark etmez|farketmez|kim olursa|hangisi olursa)\b"
)


def anyone(text: str, language: str) -> bool:
    """Say whether the doctor is left open on purpose."""
    return bool(_ANYONE.search(plain(text, language)))


def names(rows: Iterable[Named]) -> tuple[str, ...]:
    return tuple(each.name for each in rows)
