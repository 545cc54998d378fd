"""Red flags: words after which a person needs an emergency service and no assistant.

Read in English and Turkish whatever the talk's language is. A wrong alarm costs one sentence, a
missed one may cost a life: a denial such as "no chest pain" is not trusted, and what somebody had
is only believed to be over where it is an event of long ago.
"""

from __future__ import annotations

import re
from functools import lru_cache

from medcor.domain.dialogue.text import fold

from . import english, turkish
from .flags import Flag
from .numbers import emergency_number
from .spelling import mended

__all__ = ["JOINED_WITHIN", "Flag", "emergency_number", "red_flag"]
# Seconds between two turns that may be one sentence, cut by a pause.
JOINED_WITHIN = 30.0
LONGEST = 2000

_HARMLESS = tuple(re.compile(each) for each in (*english.HARMLESS, *turkish.HARMLESS))
_COMPILED = tuple(
    (flag, re.compile("|".join((*english.FLAGS.get(flag, ()), *turkish.FLAGS.get(flag, ())))))
    for flag in Flag
)


def red_flag(text: str, before: str = "") -> Flag | None:
    """Find the first red flag in what was said.

    ``before`` is what the same person said a moment ago: words that are only a flag together, as
    "my chest" and "hurts a lot", count, what was flagged then does not count again.
    """
    found = _flag_of(text)
    if found is not None or not before or _flag_of(before) is not None:
        return found
    return _flag_of(f"{before[-LONGEST:]} {text}")


@lru_cache(maxsize=256)
def _flag_of(text: str) -> Flag | None:
    said = _plain(text)
    for harmless in _HARMLESS:
        # A word of its own in place of what was cut: what stood around it must not come together.
        said = harmless.sub(" qq qq qq qq ", said)
    return next((flag for flag, pattern in _COMPILED if pattern.search(said)), None)


def _plain(text: str) -> str:
    """Folded words with single spaces, misspelt ones mended: ``Can't`` is ``cant``."""
    folded = fold(text[:LONGEST]).replace("'", "")
    return " ".join(mended(each) for each in re.findall(r"[a-z]+|[0-9]+", folded))
