"""Check that a language model has only cut a dictated note, and neither added nor lost a word."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .dialogue.text import phrases
from .dictation import PARTS, WORD, Note, heading_places

_SENTENCE_END = re.compile(r"[.!?;](?=\s|$)|\n")
_PAUSE = re.compile(r"[.!?;:](?=\s|$)|\n")
_SOUNDS = frozenset(phrases("um, umm, uh, uhm, hm, hmm, ee, eee, ii, iii"))
# Words that turn a sentence into its opposite; where one is, nothing is cut off the sentence.
_TURNING = frozenset(
    phrases(
        """
        no, not, non, never, none, nor, neither, without, denies, denied, deny, negative, free,
        absent, except, but, only, if, unless, stop, stopped, avoid, don't, doesn't, didn't, isn't,
        wasn't, aren't, can't, cannot, won't, dont, doesnt, didnt, isnt, wasnt, arent, cant, wont,
        allergic, allergy, yok, yoktu, değil, değildi, hayir, olmadan, olmaksizin, hiç, asla,
        negatif, dişinda, hariç, sadece, yalnizca, ancak, eğer, alerjik, alerjisi, kesildi, ne
        """
    )
)


@dataclass(frozen=True, slots=True)
class _Said:
    """A word of the transcript and the number of its sentence; a ``heading`` is part of none."""

    word: str
    sentence: int
    heading: bool


def _fold(word: str) -> str:
    """Lower case as both languages write it; no letter but the Turkish i becomes another."""
    return word.replace("İ", "i").replace("’", "'").casefold().replace("ı", "i")


def _heard(transcript: str) -> list[_Said]:
    """The words of a transcript; headings and the ends of lines end a sentence as well."""
    found: list[_Said] = []
    number = 0
    for line in transcript.split("\n"):
        within = {each for first, last in heading_places(line) for each in range(first, last)}
        end = 0
        number += 1
        for index, each in enumerate(WORD.finditer(line)):
            parted = (index in within) is not (index - 1 in within)
            number += bool(_PAUSE.search(line[end : each.start()])) or parted
            end = each.end()
            word = _fold(each[0])
            if word not in _SOUNDS:
                found.append(_Said(word, number, index in within))
    return found


def is_backed(note: Note, transcript: str) -> bool:
    """Say whether every sentence of ``note`` is a run of the transcript's own words.

    All of its words must be there but headings and sounds, each once, in each part in the order
    in which they were said. A sentence with a negation is neither cut nor joined to another, and
    no number is cut off its unit.
    """
    heard = _heard(transcript)
    turned = {said.sentence for said in heard if said.word in _TURNING}
    owner: list[int | None] = [None] * len(heard)
    number = 0
    for part in PARTS:
        after = -1
        for words in _sentences(getattr(note, part)):
            place = _find(words, heard, owner, after)
            if place is None:
                return False
            number, after = number + 1, place + len(words) - 1
            joined = {said.sentence for said in heard[place : after + 1]}
            if len(joined) > 1 and joined & turned:
                return False
            owner[place : after + 1] = [number] * len(words)
    pairs = list(zip(heard, owner, strict=True))
    return all(taken is not None or said.heading for said, taken in pairs) and all(
        owner[index] == owner[index - 1] or _may_cut(heard[index - 1], heard[index], turned)
        for index in range(1, len(heard))
    )


def _sentences(text: str) -> list[list[str]]:
    split = [[_fold(each) for each in WORD.findall(part)] for part in _SENTENCE_END.split(text)]
    kept = [[word for word in words if word not in _SOUNDS] for words in split]
    return [words for words in kept if words]


def _find(words: list[str], heard: list[_Said], owner: list[int | None], after: int) -> int | None:
    """The first run of these words behind ``after`` that is not taken yet; a whole one at best."""
    found = [
        place
        for place in range(after + 1, len(heard) - len(words) + 1)
        if all(each is None for each in owner[place : place + len(words)])
        and [each.word for each in heard[place : place + len(words)]] == words
    ]
    whole = [place for place in found if _is_whole(heard, place, place + len(words))]
    return next(iter(whole or found), None)


def _is_whole(heard: list[_Said], first: int, end: int) -> bool:
    """Say whether a run ends where sentences do."""
    return all(
        at in (0, len(heard)) or heard[at - 1].sentence != heard[at].sentence for at in (first, end)
    )


def _may_cut(before: _Said, behind: _Said, turned: set[int]) -> bool:
    if before.sentence != behind.sentence:
        return True
    numbers = before.word[-1].isdigit() or behind.word[:1].isdigit()
    return before.sentence not in turned and not numbers
