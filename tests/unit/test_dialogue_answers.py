"""Yes and no, and which one: what people say and what a recogniser makes of it."""

from __future__ import annotations

from datetime import date, time

import pytest

from medcor.domain.dialogue.answers import Option, Other, other, pick, yes_or_no
from medcor.domain.dialogue.numbers import ordinal, turkish_case
from medcor.domain.dialogue.when import parse

TODAY = date(2026, 3, 4)
MONDAY, WEDNESDAY = date(2026, 3, 9), date(2026, 3, 11)
THREE = [Option(MONDAY, time(9)), Option(MONDAY, time(10)), Option(WEDNESDAY, time(9))]

YES = [
    "Yes, please book it.",
    "yes",
    "Yeah",
    "yep",
    "Sure.",
    "OK",
    "okay then",
    "go ahead",
    "do it",
    "that's right",
    "sounds good",
    "perfect",
    "why not",
    "no problem, book it",
    "yes please",
    "absolutely",
    "of course",
    "confirm",
    "evet",
    "Evet, lütfen.",
    "olur",
    "tamam",
    "onaylıyorum",
    "tabii",
    "randevuyu al",
    "uygun",
    "sorun değil, olur",
]
NO = [
    "No.",
    "no thank you",
    "nope",
    "don't",
    "please don't book it",
    "stop",
    "wait",
    "cancel",
    "never mind",
    "not that one",
    "no, Tuesday",
    "yes no",
    "hayır",
    "Hayır, istemiyorum",
    "olmaz",
    "vazgeçtim",
    "yanlış",
    "iptal",
]
UNCLEAR = [
    "",
    "maybe",
    "hmm",
    "not sure",
    "I don't know",
    "what?",
    "if it is cheap, yes",
    "belki",
    "emin değilim",
    "the weather is nice",
    "ten",
    "bilmiyorum",
]


@pytest.mark.parametrize("said", YES)
def test_consent(said):
    assert yes_or_no(said, "en") is True


@pytest.mark.parametrize("said", NO)
def test_refusal(said):
    assert yes_or_no(said, "en") is False


@pytest.mark.parametrize("said", UNCLEAR)
def test_what_is_no_clear_yes_is_none(said):
    assert yes_or_no(said, "en") is None


def test_cancel_it_is_a_yes_only_when_asked_whether_to_cancel():
    for said in ("cancel it", "yes, cancel that", "iptal et"):
        assert yes_or_no(said, "en", cancelling=True) is True
        assert yes_or_no(said, "en") is False
    assert yes_or_no("no, don't cancel", "en", cancelling=True) is False
    assert yes_or_no("yes, please book it", "en", cancelling=True) is None
    assert yes_or_no("cancel", "en", cancelling=True) is None
    assert yes_or_no("yes, cancel", "en", cancelling=True) is True


CHOICES = [
    ("The first one please.", 0),
    ("first", 0),
    ("1st", 0),
    ("one", 0),
    ("number one", 0),
    ("won", 0),
    ("one please", 0),
    ("Number 1.", 0),
    ("option one", 0),
    ("the earliest", 0),
    ("fist", 0),
    ("two", 1),
    ("to", 1),
    ("too please", 1),
    ("number to", 1),
    ("the second one", 1),
    ("2", 1),
    ("I'll take number two", 1),
    ("uh the second", 1),
    ("the middle one", 1),
    ("ten o'clock", 1),
    ("at ten", 1),
    ("10", 1),
    ("ten", 1),
    ("Monday at ten", 1),
    ("the ten o'clock one", 1),
    ("can I have the one at ten", 1),
    ("three", 2),
    ("tree", 2),
    ("free", 2),
    ("third", 2),
    ("The third one, please!", 2),
    ("the last one", 2),
    ("Wednesday", 2),
    ("on Wednesday at nine", 2),
    ("the one on wendesday", 2),
]
TURKISH_CHOICES = [
    ("ilk", 0),
    ("ilki lütfen", 0),
    ("birinci", 0),
    ("bir", 0),
    ("1 numara", 0),
    ("en erken olan", 0),
    ("iki", 1),
    ("ikincisi", 1),
    ("ikinci olsun", 1),
    ("iki numara olsun", 1),
    ("saat onda", 1),
    ("pazartesi onda", 1),
    ("üçüncü olan", 2),
    ("üçüncüsü", 2),
    ("sonuncu", 2),
    ("çarşamba", 2),
]


def chosen(said: str, language: str, options=THREE):
    wish = parse(said, language, TODAY)
    found = pick(said, language, options, wish)
    if found.indexes or wish:
        return found
    return pick(said, language, options, parse(said, language, TODAY, loose=True))


@pytest.mark.parametrize(("said", "index"), CHOICES, ids=[said for said, _ in CHOICES])
def test_english_choices(said, index):
    assert chosen(said, "en").index == index


@pytest.mark.parametrize(
    ("said", "index"), TURKISH_CHOICES, ids=[said for said, _ in TURKISH_CHOICES]
)
def test_turkish_choices(said, index):
    assert chosen(said, "tr").index == index


@pytest.mark.parametrize(
    "said",
    [
        "Tuesday",
        "yes",
        "at eleven",
        "five",
        "another day",
        "the fourth",
        "what time do you open",
        "no",
        "",
    ],
)
def test_what_fits_no_option_chooses_none(said):
    assert chosen(said, "en").indexes == ()


def test_what_fits_several_options_chooses_none_of_them_yet():
    assert chosen("Monday", "en").indexes == (0, 1)
    assert chosen("nine", "en").indexes == (0, 2)
    assert chosen("Monday", "en").index is None


def test_a_single_option_is_taken_by_a_yes():
    assert chosen("yes please", "en", THREE[:1]).index == 0
    assert chosen("that one", "en", THREE[:1]).index == 0
    assert chosen("yes please", "en", THREE).index is None


@pytest.mark.parametrize(
    ("said", "language", "kind"),
    [
        ("later", "en", Other.LATER),
        ("do you have anything else", "en", Other.LATER),
        ("something earlier", "en", Other.EARLIER),
        ("another day", "en", Other.ANOTHER_DAY),
        ("a different doctor please", "en", Other.ANOTHER_DOCTOR),
        ("none of these", "en", Other.NONE),
        ("daha geç", "tr", Other.LATER),
        ("başka bir saat", "tr", Other.LATER),
        ("daha erken", "tr", Other.EARLIER),
        ("başka bir gün", "tr", Other.ANOTHER_DAY),
        ("başka doktor", "tr", Other.ANOTHER_DOCTOR),
        ("hiçbiri", "tr", Other.NONE),
        ("the first one", "en", None),
        ("evet", "tr", None),
    ],
)
def test_something_else(said, language, kind):
    assert other(said, language) is kind


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("on", (10, "")),
        ("onda", (10, "at")),
        ("ondan", (10, "from")),
        ("ona", (10, "to")),
        ("ucte", (3, "at")),
        ("dortte", (4, "at")),
        ("yediye", (7, "to")),
        ("besi", (5, "object")),
        ("onbir", (11, "")),
        ("masa", None),
        ("ondort", (14, "")),
    ],
)
def test_turkish_numbers_carry_their_case(word, meant):
    assert turkish_case(word) == meant


def test_ordinals_of_both_languages():
    assert [ordinal(each, "en") for each in ("first", "2nd", "third", "one")] == [1, 2, 3, None]
    assert [ordinal(each, "tr") for each in ("ilk", "ikincisi", "ucuncu", "bir")] == [1, 2, 3, None]
