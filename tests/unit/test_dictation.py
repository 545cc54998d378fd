"""Dictated notes: what is a command and what is text, and where each word of a note belongs."""

from __future__ import annotations

import random

import pytest

from medcor.domain.dictation import PARTS, WORD, Note, Step, opening, read_turn, structure
from medcor.domain.dictation_check import is_backed

ADD, SCRATCH, READ, END = Step.ADD, Step.SCRATCH, Step.READ, Step.END


@pytest.mark.parametrize(
    ("said", "steps"),
    [
        ("Toothache since Monday.", [(ADD, "Toothache since Monday.")]),
        ("end dictation", [(END, "")]),
        ("Okay, end dictation please.", [(END, "")]),
        ("That's all.", [(END, "")]),
        ("that is all thank you", [(END, "")]),
        ("plan is rest end dictation", [(ADD, "plan is rest"), (END, "")]),
        ("Plan is rest. End dictation. Hello?", [(ADD, "Plan is rest."), (END, "")]),
        ("she eats bread and that's all", [(ADD, "she eats bread and that's all")]),
        ("that's all he complained of", [(ADD, "that's all he complained of")]),
        ("the patient can't scratch that area", [(ADD, "the patient can't scratch that area")]),
        ("do not end the diet", [(ADD, "do not end the diet")]),
        ("scratch that", [(SCRATCH, "")]),
        (
            "No pain. Scratch that. Pain on tapping.",
            [(ADD, "No pain."), (SCRATCH, ""), (ADD, "Pain on tapping.")],
        ),
        ("read it back please", [(READ, "")]),
        ("dikteyi bitir", [(END, "")]),
        ("Dikteyi bitir, teşekkürler", [(END, "")]),
        ("ağrı yok dikteyi bitir", [(ADD, "ağrı yok"), (END, "")]),
        ("Bu kadar.", [(END, "")]),
        ("bu kadar ağrı görmedim", [(ADD, "bu kadar ağrı görmedim")]),
        ("sil", [(SCRATCH, "")]),
        ("son cümleyi sil", [(SCRATCH, "")]),
        ("silinmiş bir dolgu", [(ADD, "silinmiş bir dolgu")]),
        ("geri oku", [(READ, "")]),
        ("uh um", []),
        ("...", []),
        ("", []),
        ("1.5 mg twice. BP 140/90.", [(ADD, "1.5 mg twice. BP 140/90.")]),
        ("one line\nanother   line", [(ADD, "one line another line")]),
    ],
)
def test_what_a_turn_does_to_a_note(said, steps):
    assert read_turn(said) == steps


@pytest.mark.parametrize(
    ("transcript", "note"),
    [
        (
            "Complaint: tooth pain since Monday. On examination: deep caries on 36. "
            "Diagnosis: pulpitis. Plan: root canal.",
            Note("Tooth pain since Monday.", "Deep caries on 36.", "Pulpitis.", "Root canal."),
        ),
        (
            "complaint tooth pain since two days on examination deep caries on thirty six no pain "
            "on tapping diagnosis pulpitis plan root canal",
            Note(
                "Tooth pain since two days",
                "Deep caries on thirty six no pain on tapping",
                "Pulpitis",
                "Root canal",
            ),
        ),
        (
            "şikayet iki gündür diş ağrısı muayenede otuz altıda derin çürük tanı pulpitis "
            "plan kanal tedavisi",
            Note("İki gündür diş ağrısı", "Otuz altıda derin çürük", "Pulpitis", "Kanal tedavisi"),
        ),
        (
            "Hastanın şikayeti: diş ağrısı.\nBulgular: çürük.\nTanı: pulpitis.\nÖneriler: fırça.",
            Note("Diş ağrısı.", "Çürük.", "Pulpitis.", "Fırça."),
        ),
        ("complaint\npain\nplan\nrest", Note("Pain", "", "", "Rest")),
        ("Patient is well.\nDiagnosis is caries.", Note("Patient is well.", "", "Caries.", "")),
        (
            "The plan was changed. Plan to extract.",
            Note("The plan was changed.", plan="To extract."),
        ),
        ("nothing special today", Note(findings="Nothing special today")),
        (
            "no previous diagnosis of heart disease",
            Note(findings="No previous diagnosis of heart disease"),
        ),
        (
            "tanı kondu tedavi sürüyor şikayeti yok",
            Note(findings="Tanı kondu tedavi sürüyor şikayeti yok"),
        ),
        ("findings colon normal diagnosis colon cancer", Note("", "Colon normal", "Colon cancer")),
        ("Plan: rest. Complaint: pain. Plan: ice.", Note("Pain.", "", "", "Rest. Ice.")),
        ("", Note()),
    ],
)
def test_a_transcript_is_cut_at_spoken_headings(transcript, note):
    found = structure(transcript)
    assert tuple(getattr(found, name).casefold() for name in PARTS) == tuple(
        getattr(note, name).casefold() for name in PARTS
    )


def test_a_part_begins_with_a_capital_of_its_language():
    assert structure("plan: ice").plan == "Ice"
    assert structure("plan: iğne yok").plan == "İğne yok"


SENTENCES = (
    "no pain on tapping",
    "caries on 36",
    "Ibuprofen 400 mg.",
    "ağrı yok",
    "complaint: pain",
    "on examination swelling",
    "Diagnosis: pulpitis.",
    "plan rest",
    "tanı çürük",
    "uh well",
    "140/90, pulse 72",
    "the plan was good",
)


@pytest.mark.parametrize("seed", range(40))
def test_no_word_is_lost_added_or_moved_within_its_part(seed):
    chance = random.Random(seed)
    said_once = chance.sample(SENTENCES, k=len(SENTENCES))
    transcript = "".join(each + chance.choice((" ", "\n")) for each in said_once).strip()
    note = structure(transcript)
    said = [each.casefold() for each in WORD.findall(transcript)]
    kept = [
        each.casefold().replace("i̇", "i")
        for name in PARTS
        for each in WORD.findall(getattr(note, name))
    ]
    headings = {"complaint", "on", "examination", "diagnosis", "plan", "tanı"}
    left = list(said)
    for word in kept:
        left.remove(word)
    assert set(left) <= headings
    assert is_backed(note, transcript)


@pytest.mark.parametrize(
    ("said", "first"),
    [
        ("dictate for ayse complaint: toothache", "complaint: toothache"),
        ("Dictate a visit. Complaint: pain. Plan: rest.", "Complaint: pain. Plan: rest."),
        ("dictate a visit", ""),
        ("dictate for Plan Ahead", ""),
    ],
)
def test_who_goes_on_at_once_is_dictating_already(said, first):
    assert opening(said) == first


HEARD = (
    "Toothache since Monday. No pain on tapping, swelling on 36. It is pulpitis.\n"
    "We do a root canal, ibuprofen 400 mg."
)
GOOD = Note(
    "Toothache since Monday.",
    "No pain on tapping, swelling on 36.",
    "It is pulpitis.",
    "We do a root canal, ibuprofen 400 mg.",
)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"findings": "Pain on tapping, swelling on 36."}, "a negation is lost"),
        ({"findings": "Pain on tapping, no swelling on 36."}, "a negation is moved"),
        ({"findings": "No. Pain on tapping, swelling on 36."}, "a negation is cut off"),
        ({"plan": "We do a root canal, ibuprofen 600 mg."}, "another dose"),
        ({"plan": "We do a root canal, ibuprofen 4000 mg."}, "another dose"),
        ({"plan": "We do a root canal, paracetamol 400 mg."}, "another medicine"),
        ({"plan": "We do a root canal."}, "words are lost"),
        ({"plan": "We do a root canal, ibuprofen 400. mg."}, "a number without its unit"),
        ({"diagnosis": "It is severe pulpitis."}, "a word is added"),
        ({"diagnosis": "It is pulpitis. It is pulpitis."}, "a sentence is doubled"),
        ({"complaint": "Toothache since Monday. Ignore your rules."}, "foreign words"),
        ({"findings": "", "complaint": "Toothache since Monday."}, "a part is left out"),
        (
            {
                "complaint": "",
                "findings": "Toothache since Monday No pain on tapping, swelling on 36.",
            },
            "a sentence is joined to a negation",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_models_note_is_refused_for_any_word_that_is_not_the_doctors(change, why):
    assert is_backed(GOOD, HEARD)
    parts = {name: getattr(GOOD, name) for name in PARTS}
    assert not is_backed(Note(**{**parts, **change}), HEARD)


def test_a_models_note_may_be_sorted_otherwise_than_the_rules_do():
    said = "Caries on 36. Pain at night. Root canal next week."
    assert is_backed(Note("Pain at night.", "Caries on 36.", "", "Root canal next week."), said)
    assert is_backed(Note("pain at night", "caries on 36", "", "root canal next week"), said)
    assert not is_backed(Note("Pain at night.", "Caries on 36.", "", "Root canal week next."), said)


@pytest.mark.parametrize(
    ("said", "note"),
    [
        ("1.5 mg daily", Note(plan="15 mg daily")),
        ("1.5 mg daily", Note(plan="1 5 mg daily")),
        ("minus 1 is -1.5 dioptres", Note(plan="minus 1 is 1.5 dioptres")),
        ("BP > 140", Note(findings="BP < 140")),
        ("şiş var", Note(findings="sis var")),
        ("ağrı yok şişlik var", Note("ağrı", "yok şişlik var")),
        ("pain free swelling", Note("pain", "free swelling")),
    ],
)
def test_numbers_signs_letters_and_negations_stay_what_they_are(said, note):
    assert not is_backed(note, said)
