"""Seeded random talks: nothing said in any order breaks the talk or does what was not asked."""

from __future__ import annotations

import random

import pytest

from medcor.domain.dialogue.answers import yes_or_no
from medcor.domain.dialogue.wording import say
from tests.assistant_helpers import Person, appointments, book, handovers, open_on_weekdays
from tests.integration.test_assistant_talk import MONDAY

PHRASES = """
I would like to book a dental cleaning. | a cleaning | root canal please | book an appointment
the first one | two | the last one | to | number three | ten o'clock | at nine | 10 | tomorrow
next Monday | Wednesday morning | not on Monday | next week | as soon as possible | later | earlier
another day | another doctor | any doctor | doctor second | with Dr. Test | none of them | yes
Yes, please book it. | no | no, Tuesday | no thank you | maybe | hmm | ok | cancel my appointment
cancel | cancel it | never mind | what are my appointments | can I move my appointment | the second
how much is it? | what are your prices | how much is a root canal | which doctors do you have
what do you offer | what time do you open? | where are you | phone number | help | repeat | hello
thank you | bye | I want to talk to a human | my tooth hurts | should I take ibuprofen | blah | ...
I have chest pain | randevu almak istiyorum | diş temizliği | yarın öğleden sonra | pazartesi | ilki
ikincisi | evet | hayır | başka bir gün | daha geç | randevumu iptal et | fiyatlar ne kadar
yes yes yes | no no | 1 2 3 | 99 | Dr. | ? | one one one | the the | Monday Tuesday Wednesday
"""
POOL = [each.strip() for line in PHRASES.strip().splitlines() for each in line.split("|")]
TALKS, TURNS = 14, 16


def asked(text: str, key: str) -> bool:
    """Say whether a reply ends with the question of ``key``, in either language."""
    return any(
        text.endswith(say(language, key, **dict.fromkeys(PARTS, "")).split(". ")[-1].strip())
        for language in ("en", "tr")
    )


PARTS = ("treatment", "doctor", "day", "clock", "price", "some")


@pytest.mark.parametrize("seed", range(TALKS))
def test_a_walk_does_only_what_was_asked_and_agreed_to(world, seed):
    chance = random.Random(seed)
    open_on_weekdays(world.one)
    book(world.one, world.one.patient, 2, MONDAY)
    others = book(world.one, world.one.other_patient, 1, MONDAY)
    patient = Person(world.one.patient, language=chance.choice(("en", "tr")))
    before, last = states(world), ""
    for _turn in range(TURNS):
        eager = last.endswith("?") and chance.random() < 0.3
        words = chance.choice(("yes", "evet") if eager else POOL)
        reply = patient.say(words).text
        after = states(world)
        assert reply.strip()
        assert "Something went wrong" not in reply and "sorun oldu" not in reply
        if after != before:
            assert agreed(words, last), (words, last)
        before, last = after, reply
    assert before[others] is True
    assert all(row.user_id == world.one.patient.user_id for row in handovers(world.one.id))


def states(world) -> dict[int, bool]:
    return {row.id: row.is_live for row in appointments(world.one.id)}


def agreed(words: str, last: str) -> bool:
    """A change needs a yes right after the server's own question."""
    if asked(last, "summary"):
        return yes_or_no(words, "en") is True
    cancelling = "cancel" in last or "iptal" in last
    return cancelling and yes_or_no(words, "en", cancelling=True) is True
