"""Dictated notes: what is said to the dictation itself, and where each word of a note belongs.

Nothing here adds, changes or drops a word: a note is only cut, at headings that were spoken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from enum import StrEnum

from .dialogue.text import fold, language_of, phrases
from .records import MAX_TEXT

MAX_TRANSCRIPT = MAX_TEXT


class Step(StrEnum):
    """One thing that a dictated turn does."""

    ADD = "add"
    SCRATCH = "scratch"
    READ = "read"
    END = "end"


_COMMANDS: tuple[tuple[Step, tuple[str, ...]], ...] = (
    (
        Step.END,
        phrases(
            """
            end dictation, end the dictation, end of dictation, stop dictation, stop dictating,
            stop the dictation, finish dictation, finish the dictation, dictation over, cancel
            dictation, cancel the dictation, end of note, thats all, that is all, thats it,
            dikteyi bitir, dikte bitti, dikte bitsin, dikteyi sonlandir, dikteyi kapat,
            dikteyi durdur, dikteyi iptal et, notu bitir, not bitti, bu kadar, hepsi bu,
            hepsi bu kadar
            """
        ),
    ),
    (
        Step.SCRATCH,
        phrases(
            """
            scratch that, strike that, delete that, undo that, remove that, take that back, erase
            that, delete the last sentence, delete the last one, delete last sentence, sil, onu
            sil, bunu sil, sonuncuyu sil, son cumleyi sil, son kismi sil, geri al, onu geri al,
            bunu geri al
            """
        ),
    ),
    (
        Step.READ,
        phrases(
            """
            read it back, read that back, read back, read it to me, read it out, read it again,
            what did i say, what have you got, what do you have, geri oku, bastan oku, tekrar oku,
            bana oku, okur musun, oku, ne yazdin, ne dedim
            """
        ),
    ),
)
# Nobody says these to a patient's record: they end a dictation behind other words too.
_UNMISTAKABLE = tuple(each for each in _COMMANDS[0][1] if "dict" in each or "dikte" in each)
_POLITE = frozenset(
    phrases("please, thanks, thank, you, now, okay, ok, and, lutfen, tamam, simdi, tesekkurler")
)
_SOUNDS = frozenset(phrases("um, umm, uh, uhm, hm, hmm, ee, eee, ii, iii"))
_SENTENCE = re.compile(r"[^.!?;\n]+(?:[.!?;](?!\s|$)[^.!?;\n]*)*[.!?;]*|[.!?;]+")
# A number keeps its sign, its decimals and its colon: 1.5 is neither 15 nor 1 and 5.
WORD = re.compile(r"[+-]?\d+(?:[.,:/]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*|[%°<>=±≤≥+]")


def read_turn(text: str) -> list[tuple[Step, str]]:
    """What a turn does to the note, in the order in which it was said.

    A command counts only as a sentence of its own; ``end dictation`` and its like end a note
    behind other words as well.
    """
    found: list[tuple[Step, str]] = []
    kept: list[str] = []
    for sentence in _SENTENCE.findall(text):
        step, words = _command(sentence)
        if words.strip():
            kept.append(words.strip())
        if step is not None:
            found += _addition(kept)
            found.append((step, ""))
            kept = []
        if step is Step.END:
            return found
    return [*found, *_addition(kept)]


def _addition(kept: list[str]) -> list[tuple[Step, str]]:
    piece = " ".join(" ".join(kept).split())
    told = [each for each in _plain_words(piece) if each not in _SOUNDS]
    return [(Step.ADD, piece)] if told else []


def _command(sentence: str) -> tuple[Step | None, str]:
    """The command that a sentence is, and the words before it that belong to the note."""
    tokens = [each for each in _plain_words(sentence) if each not in _POLITE | _SOUNDS]
    said = " ".join(tokens)
    for step, listed in _COMMANDS:
        if said in listed:
            return step, ""
    for phrase in _UNMISTAKABLE:
        if said.endswith(f" {phrase}"):
            before = re.split(_loosely(phrase), sentence, flags=re.I)[0]
            return Step.END, before if before != sentence else ""
    return None, sentence


def _loosely(phrase: str) -> str:
    """The phrase as it may be spelled: Turkish letters, and white space of any kind."""
    letters = {"i": "[iıİI]", "s": "[sşŞ]", "u": "[uüÜ]", "o": "[oöÖ]", "g": "[gğĞ]", "c": "[cçÇ]"}
    return r"\s+".join("".join(letters.get(each, each) for each in word) for word in phrase.split())


def _plain_words(text: str) -> list[str]:
    return [fold(each).replace("'", "") for each in WORD.findall(text)]


@dataclass(frozen=True, slots=True)
class Note:
    """The four parts of a dictated note."""

    complaint: str = ""
    findings: str = ""
    diagnosis: str = ""
    plan: str = ""


PARTS = tuple(each.name for each in fields(Note))

# By part the headings that are one wherever they stand, and those that need a colon behind them.
_HEADINGS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "complaint": (
        phrases(
            """
            complaint, complaints, chief complaint, main complaint, presenting complaint, patient
            complaint, patients complaint, sikayet, sikayeti, sikayetler, sikayetleri, hastanin
            sikayeti, hastanin sikayetleri, ana sikayet, yakinma, yakinmasi, yakinmalari
            """
        ),
        phrases("history, story, oyku, hikaye, anamnez, basvuru nedeni"),
    ),
    "findings": (
        phrases(
            """
            on examination, findings, examination findings, clinical findings, clinical
            examination, bulgular, bulgulari, bulgu, muayene bulgulari, klinik bulgular, muayenede,
            fizik muayenede, klinik muayenede
            """
        ),
        phrases("examination, exam, finding, muayene, fizik muayene, klinik muayene"),
    ),
    "diagnosis": (
        phrases("diagnosis, working diagnosis, tani, tanisi, on tani, teshis, teshisi"),
        phrases("assessment, impression, diagnoses, differential diagnosis, ayirici tani, kanaat"),
    ),
    "plan": (
        phrases("plan, treatment plan, tedavi plani"),
        phrases(
            """
            treatment, therapy, advice, recommendation, recommendations, tedavi, oneri, oneriler,
            onerilerim
            """
        ),
    ),
}
_LISTED: dict[tuple[str, ...], tuple[str, bool]] = {
    tuple(phrase.split()): (part, strong)
    for part, kinds in _HEADINGS.items()
    for strong, listed in zip((True, False), kinds, strict=True)
    for phrase in listed
}
_LONGEST = max(map(len, _LISTED))
# Words beside which a heading's word is one of a sentence: "the plan was", "tanı kondu".
_BEFORE = frozenset(
    phrases(
        """
        the, a, an, any, no, not, his, her, my, our, their, your, this, that, of, to, for, with,
        without, old, new, earlier, previous, prior, other, another, first, second, other, bu, o,
        bir, hicbir, baska, eski, yeni, onceki, ilk, son, ile, ve
        """
    )
)
_AFTER = frozenset(
    phrases(
        """
        was, were, had, has, have, by, from, yok, var, yoktu, vardi, kondu, konuldu, konulmus,
        konmus, konan, almis, aldi, alan, yapildi, yapilmis, olan, oldugu, olarak, ile, icin,
        gecti, gecmis, devam
        """
    )
)
_COPULA = frozenset(("is", "are"))


@dataclass(frozen=True, slots=True)
class _Token:
    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Heading:
    """A heading of ``part`` over the tokens ``[first, last)``, its copula included."""

    part: str
    first: int
    last: int


def _tokens(line: str) -> list[_Token]:
    return [
        _Token(fold(each[0]).replace("'", ""), each.start(), each.end())
        for each in WORD.finditer(line)
    ]


def _headings(line: str) -> list[_Heading]:
    """The headings of one line, which is what one turn said."""
    tokens, found = _tokens(line), []
    written = bool(re.search(r"[.!?;](?:\s|$)", line))
    index, reached = 0, -1
    while index < len(tokens):
        heading = _heading_at(line, tokens, index, written, reached)
        if heading is None:
            index += 1
            continue
        found.append(heading)
        index, reached = heading.last, PARTS.index(heading.part)
    return found


def _heading_at(
    line: str, tokens: list[_Token], index: int, written: bool, reached: int
) -> _Heading | None:
    for length in range(min(_LONGEST, len(tokens) - index), 0, -1):
        words = tuple(each.word for each in tokens[index : index + length])
        listed = _LISTED.get(words)
        if listed is None:
            continue
        part, strong = listed
        last = index + length
        between = line[tokens[last - 1].end : tokens[last].start] if last < len(tokens) else ""
        alone = index == 0 and last == len(tokens)
        if not alone and not between.strip().startswith((":", "–")):
            if not strong or not _stands_alone(line, tokens, index, last, written):
                return None
            if not _begins_sentence(line, tokens, index) and PARTS.index(part) <= reached:
                return None
            if last < len(tokens) and tokens[last].word in _COPULA:
                last += 1
        return _Heading(part, index, last)
    return None


def _begins_sentence(line: str, tokens: list[_Token], index: int) -> bool:
    before = line[: tokens[index].start].rstrip()
    return not before or before[-1] in ".!?;"


def _stands_alone(line: str, tokens: list[_Token], index: int, last: int, written: bool) -> bool:
    """Say whether a heading without a colon is one, and no word of a sentence.

    In a line with punctuation it has to begin a sentence; in one without, as some recognisers
    write, no word beside it may tie it to its neighbours. Said as a turn of its own it is one.
    """
    if last >= len(tokens) or tokens[last].word in _AFTER:
        return False
    if _begins_sentence(line, tokens, index):
        return True
    return not written and tokens[index - 1].word not in _BEFORE


def structure(transcript: str) -> Note:
    """Sort a transcript, one line for each turn, into the parts that its headings name.

    What comes before the first heading is the complaint; without any heading all are findings.
    """
    texts: dict[str, str] = dict.fromkeys(PARTS, "")
    lines = [line for line in transcript.split("\n") if line.strip()]
    part = "complaint" if any(map(_headings, lines)) else "findings"
    for line in lines:
        for named, words in _cut(line, part):
            texts[named], part = _joined(texts[named], words), named
    turkish = language_of(transcript, "en") == "tr" or bool(set(transcript) & set("ığşİĞŞ"))
    return Note(**{name: _begun(text, turkish) for name, text in texts.items()})


def _cut(line: str, part: str) -> Iterator[tuple[str, str]]:
    """The pieces of a line between its headings, each with the part that it belongs to."""
    tokens, at = _tokens(line), 0
    for heading in _headings(line):
        yield part, line[at : tokens[heading.first].start]
        part, at = heading.part, tokens[heading.last - 1].end
    yield part, line[at:]


def _joined(text: str, words: str) -> str:
    words = words.strip().lstrip(":–,;. ").strip()
    if not text or not words:
        return text or words
    return f"{text} {words}" if text.endswith((".", "!", "?")) else f"{text}\n{words}"


def _begun(text: str, turkish: bool) -> str:
    """The text with a capital at its start, as its language writes it."""
    if text[:1] == "i" and turkish:
        return f"İ{text[1:]}"
    return f"{text[:1].upper()}{text[1:]}"


def opening(text: str) -> str:
    """What a turn that begins a dictation dictates at once: all from its first heading on."""
    tokens = _tokens(text)
    return next((text[tokens[each.first].start :] for each in _headings(text)), "")


def heading_places(line: str) -> list[tuple[int, int]]:
    """Where the headings of a line are, as ranges of its words."""
    return [(each.first, each.last) for each in _headings(line)]
