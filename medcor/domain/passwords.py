"""What makes a password too weak: length, the person's own words, a list of common ones.

Source: NIST SP 800-63B, 3.1.1. No composition rules; they make passwords worse, not better.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterable
from enum import StrEnum

MIN_LENGTH, MAX_LENGTH = 10, 256
# Words shorter than this are found in good passwords by chance.
_TELLING_WORD = 4


class Weakness(StrEnum):
    """Why a password is refused, by name."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    PERSONAL = "personal"
    COMMON = "common"


def normalise(password: str) -> str:
    """Make the same password out of the ways in which keyboards compose its characters."""
    return unicodedata.normalize("NFKC", password)


def weakness(password: str, own_words: Iterable[str], common: Container[str]) -> Weakness | None:
    """Name what is wrong with a password, None if nothing; lengths count characters.

    ``own_words`` are the person's email and names, ``common`` holds lower-case passwords.
    """
    plain = normalise(password)
    folded = plain.casefold()
    if len(plain) < MIN_LENGTH:
        return Weakness.TOO_SHORT
    if len(plain) > MAX_LENGTH:
        return Weakness.TOO_LONG
    if folded in common or len(set(folded)) < 4:
        return Weakness.COMMON
    return Weakness.PERSONAL if _is_personal(folded, own_words) else None


def _is_personal(folded: str, own_words: Iterable[str]) -> bool:
    """Say whether little is left of it once the person's own words, digits and signs are out."""
    words = {
        word.strip().casefold() for text in own_words for word in (text, *re.split(r"\W+", text))
    }
    rest = folded
    for word in sorted(words, key=len, reverse=True):
        if len(word) >= _TELLING_WORD:
            rest = rest.replace(word, "")
    return len(re.sub(r"[\W\d_]", "", rest)) < _TELLING_WORD and rest != folded
