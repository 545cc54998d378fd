"""Both catalogues say the same things with the same parts."""

from __future__ import annotations

import string
from datetime import date, time

import pytest

from medcor.domain.dialogue import wording
from medcor.domain.dialogue.when import parse
from medcor.domain.dialogue.wording import en, tr

TODAY = date(2026, 3, 4)


def parts(text: str | tuple[str, ...]) -> list[set[str]]:
    variants = (text,) if isinstance(text, str) else text
    return [{name for _, name, _, _ in string.Formatter().parse(each) if name} for each in variants]


@pytest.mark.parametrize("key", sorted(en.TEXTS.keys() | tr.TEXTS.keys()))
def test_every_sentence_is_in_both_languages_with_the_same_parts(key):
    assert parts(en.TEXTS[key]) == parts(tr.TEXTS[key])
    assert en.TEXTS[key] != tr.TEXTS[key] or key.endswith("_line")


def test_variants_take_turns():
    said = [wording.say("en", "not_understood", number, example="x") for number in range(4)]
    assert len(set(said)) == 3
    assert said[3] == said[0]


def test_days_money_and_lists_are_written_as_the_language_does():
    assert wording.day_text("en", date(2026, 3, 9), TODAY) == "Monday, 9 March"
    assert wording.day_text("tr", date(2026, 3, 9), TODAY) == "9 Mart Pazartesi"
    assert wording.day_text("en", date(2027, 3, 9), TODAY).endswith("2027")
    assert wording.money_text("en", 9000, "EUR") == "€90.00"
    assert wording.money_text("tr", 9000, "EUR") == "€90,00"
    assert wording.clock_text(time(9, 5)) == "09:05"
    assert wording.listed("en", ["a", "b", "c"]) == "a, b and c"
    assert wording.listed("tr", ["a", "b"]) == "a ve b"


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("tomorrow at ten", "on Thursday, 5 March at 10:00"),
        ("after three", "from 15:00"),
        ("any time", ""),
        ("next week in the morning", "between Monday, 9 March and Sunday, 15 March before 12:00"),
        ("on mondays", "on Monday"),
        ("between 2 and 4", "between 14:00 and 16:00"),
    ],
)
def test_a_wish_in_words(said, text):
    assert wording.wish_text("en", parse(said, "en", TODAY), TODAY) == text


@pytest.mark.parametrize(
    "text",
    [
        "One. Two? Three!",
        "It costs €90.00. Shall I book it? 1. Monday at 09:00 with Dr. Deniz; 2. Tuesday.",
        "no end",
        "",
        "Line one\nline two.",
        "Bir. İki? Üç!",
    ],
)
def test_sentences_join_to_the_text_and_keep_numbers_whole(text):
    pieces = wording.sentences(text)
    assert "".join(pieces) == text
    assert not [each for each in pieces if each.strip() in ("1.", "2.", "Dr.")]
