"""Harmless words hide no emergency beside them, and no text takes long to read."""

from __future__ import annotations

from time import process_time

import pytest

from medcor.domain.triage import Flag, red_flag
from tests.unit import test_triage_calm_english as calm_english
from tests.unit import test_triage_calm_turkish as calm_turkish

# A blocked nose is the reason for this one, and so takes it away.
NOT_BLOCKED = [each for each in calm_turkish.CASES if not each.startswith("burnum tıkalı")]
PRESENT = {
    "my chest hurts": calm_english.CASES,
    "I can't breathe": calm_english.CASES,
    "my son is having a seizure": calm_english.CASES,
    "I am having a stroke": calm_english.CASES,
    "he is having an allergic reaction": calm_english.CASES,
    "I took forty pills": calm_english.CASES,
    "I want to die": calm_english.CASES,
    "the bleeding won't stop": calm_english.CASES,
    "my mother fainted": calm_english.CASES,
    "göğsüm ağrıyor": calm_turkish.CASES,
    "nefes alamıyorum": NOT_BLOCKED,
    "oğlum nöbet geçiriyor": calm_turkish.CASES,
    "felç geçiriyorum": calm_turkish.CASES,
    "alerjik reaksiyon geçiriyorum": calm_turkish.CASES,
    "kırk tane hap içtim": calm_turkish.CASES,
    "ölmek istiyorum": calm_turkish.CASES,
    "kanama durmuyor": calm_turkish.CASES,
    "annem bayıldı": calm_turkish.CASES,
}


@pytest.mark.parametrize(("alarm", "calm"), PRESENT.items(), ids=PRESENT)
def test_harmless_words_hide_nothing_beside_them(alarm, calm):
    hidden = [
        said
        for each in calm
        for said in (f"{each}. {alarm}", f"{alarm}. {each}", f"{alarm}, {each}", f"{alarm}\n{each}")
        if red_flag(said) is None
    ]
    assert hidden == []


@pytest.mark.parametrize(("alarm", "calm"), PRESENT.items(), ids=PRESENT)
def test_nor_where_a_recogniser_wrote_no_punctuation(alarm, calm):
    hidden = [each for each in calm if red_flag(f"{alarm} {each}") is None]
    hidden += [each for each in calm if red_flag(f"{each} {alarm}") is None]
    assert hidden == []


@pytest.mark.parametrize(
    ("border", "flag"),
    [
        ("stroke{} check my face", Flag.STROKE),
        ("a seizure{} history of epilepsy", Flag.SEIZURE),
        ("a heart attack{} clinic, hurry", Flag.CHEST_PAIN),
        ("an allergic reaction{} last year I saw you", Flag.ALLERGY),
        ("a seizure{} medication in his bag", Flag.SEIZURE),
        ("inme{} tedavisi ne", Flag.STROKE),
        ("nöbet{} ilacı yanımızda yok", Flag.SEIZURE),
    ],
)
@pytest.mark.parametrize(
    "mark", [".", ",", ";", ":", "!", "?", "...", "\n", " -- ".replace("--", "—")]
)
def test_a_border_parts_two_thoughts(border, flag, mark):
    assert red_flag(border.format(mark)) is flag


@pytest.mark.parametrize("border", ["stroke check-up", "seizure history", "inme tedavisi"])
def test_without_one_it_is_one_thought(border):
    assert red_flag(border) is None


@pytest.mark.parametrize(
    "said", ["i can t breathe", 'i can"t breathe', "I don t want to live", "he isn t breathing"]
)
def test_an_apostrophe_may_be_lost(said):
    assert red_flag(said) is not None


@pytest.mark.parametrize("said", ["9 1 1", "911!", "112", "SOS", "help 911", "nine one one"])
def test_a_number_alone_is_a_cry_for_help(said):
    assert red_flag(said) is Flag.EMERGENCY


@pytest.mark.parametrize("said", ["room 112", "911 Main Street", "my number is 112 555 33 44"])
def test_a_number_among_words_is_none(said):
    assert red_flag(said) is None


def test_dying_is_told_from_becoming():
    assert red_flag("hasta ölüyor") is Flag.EMERGENCY
    assert red_flag("hasta o\u0308lu\u0308yor") is Flag.EMERGENCY
    assert red_flag("HASTA ÖLÜYOR") is Flag.EMERGENCY
    assert red_flag("hasta oluyor") is None


def test_a_long_turn_before_does_not_push_out_this_one():
    assert red_flag("hurts a lot", "well " * 398 + "my chest") is Flag.CHEST_PAIN
    assert red_flag("hurts a lot", "well " * 400) is None


HOSTILE = (
    "i",
    "1",
    ".",
    "my chest in",
    "so very",
    "had a stroke about",
    "two years ago",
    "its a",
    "i cant",
    "took a lot of all",
    "dont want to",
    "last year had",
    "numb after the",
    "pregnant i",
    "he just",
    "bleeding and not",
    "and so but well",
    "breathe through my",
    "burnum tikali cok",
    "iki yil once",
    "nefes",
    "bebegim cok",
    "kan",
    "yirmi bir tane",
    "tarafim cok",
    "oluyor",
    "a" * 40,
    "ö",
    "can t",
)


@pytest.mark.parametrize("part", HOSTILE)
def test_four_times_the_text_takes_about_four_times_as_long(part):
    """In time of this process alone: nothing else on the machine counts."""

    def seconds(length: int) -> float:
        taken = []
        for turn in range(3):
            began = process_time()
            red_flag(f"{turn} " + (f"{part} " * length)[:length])
            taken.append(process_time() - began)
        return min(taken)

    assert seconds(1900) < 8 * seconds(475) + 0.02
