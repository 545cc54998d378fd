"""Red flags: words after which a person needs an emergency service and no assistant.

Read in English and Turkish whatever the talk's language is. A wrong alarm costs one sentence, a
missed one may cost a life: what somebody had is only believed to be over where it is an event of
long ago and nothing says that it is back, and harmless words end where their sentence does.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta
from functools import lru_cache

from medcor.domain.dialogue.text import fold

from . import english, english_calm, turkish, turkish_calm
from .flags import Flag
from .numbers import emergency_number
from .spelling import mended

__all__ = ["Flag", "emergency_number", "red_flag", "said_just_before"]
# Between two turns that may be one sentence, cut by a pause.
JOINED_WITHIN = timedelta(seconds=30)
# So much of the end of a turn may belong to the next one's sentence.
END_LENGTH = 150
LONGEST = 2000

_BORDERS = ".,;:!?()\n\r–—"
_TOKENS = re.compile(rf"[a-z]+|[0-9]+|[{re.escape(_BORDERS)}]")
# Before accents go: without them "is dying" would be the everyday "becomes".
_DYING = re.compile(r"\bö(?=l[üu]yo)", re.IGNORECASE)
_SPLIT = re.compile(r"\b(ca|do|wo|is|does|have|has|did|could|are|was|were)n[\s\"]t\b")
_TITLES = re.compile(r"\b(dr|mr|mrs|ms|st|prof|doc)\.")
_HARMLESS = tuple(re.compile(each) for each in (*english_calm.HARMLESS, *turkish_calm.HARMLESS))
# Per language: what is no return of an event, what is one, and what is over where nothing is.
_OVER = tuple(
    (
        re.compile(calm.VISITS),
        re.compile(calm.RETURNED),
        tuple(re.compile(each) for each in calm.OVER),
    )
    for calm in (english_calm, turkish_calm)
)
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
    return _flag_of(f"{before} {text}"[-LONGEST:])


def said_just_before(last: tuple[str, datetime] | None, now: datetime) -> str:
    """The end of the last turn, given with its instant, if what comes now may continue it."""
    if last is None or now - last[1] > JOINED_WITHIN:
        return ""
    return last[0][-END_LENGTH:]


@lru_cache(maxsize=256)
def _flag_of(text: str) -> Flag | None:
    said = _without_harmless(_plain(text)).replace(" .", "")
    return next((flag for flag, pattern in _COMPILED if pattern.search(said)), None)


def _without_harmless(said: str) -> str:
    cut = list(_HARMLESS)
    for visits, returned, over in _OVER:
        cut.extend(() if returned.search(visits.sub("qq", said)) else over)
    for harmless in cut:
        # A word of its own in place of what was cut: what stood around it must not come together.
        said = harmless.sub(" qq qq qq qq ", said)
    return " ".join(said.split())


def _plain(text: str) -> str:
    """Folded words with single spaces, misspelt ones mended: ``Can't, no`` is ``cant . no``."""
    composed = unicodedata.normalize("NFC", text[:LONGEST])
    folded = fold(_DYING.sub(f"{turkish.DYING} o", composed)).replace("'", "")
    folded = _SPLIT.sub(r"\1nt", _TITLES.sub(r"\1", folded))
    found = ("." if each in _BORDERS else mended(each) for each in _TOKENS.findall(folded))
    return re.sub(r"\.( \.)+", ".", " ".join(found))
