"""Seeded random talks of doctors: days are only freed after a yes to the server's own question."""

from __future__ import annotations

import random

import pytest

from medcor.domain.dialogue.answers import yes_or_no
from tests.assistant_helpers import Person, appointments, book
from tests.doctor_helpers import absences, drafts, name_patient, visit_before, visit_today
from tests.integration.test_assistant_talk import MONDAY
from tests.integration.test_assistant_walks import POOL as EVERYBODYS
from tests.record_helpers import versions, write_record

PHRASES = """
what is my day | who is next | what happened last time | last visit of Ayşe | with Mehmet | Zeynep
free my monday | I'm away next week because of a congress | I'm away | on friday | free yesterday
keep them | cancel them | offer another time | I have to be away that day. | yes, cancel them | no
pazartesi günümü boşalt | evet | hayır | geçen sefer ne oldu | muayene notu yazdır | dikteyi bitir
dictate a visit | dictate for Ayşe | complaint: pain since monday | diagnosis pulpitis
scratch that | read it back | end dictation | that's all | my drafts | help
the second one | yes | number one
"""
POOL = [each.strip() for line in PHRASES.strip().splitlines() for each in line.split("|")]
TALKS, TURNS = 12, 18


@pytest.mark.parametrize("seed", range(TALKS))
def test_a_walk_frees_no_day_and_writes_no_record_unasked(world, seed):
    chance, people = random.Random(seed), world.one
    name_patient(people.patient, "Ayşe", "Kaya")
    name_patient(people.other_patient, "Mehmet", "Yılmaz")
    before = visit_before(people)
    write_record(people.doctor, before)
    today = visit_today(people, 9)
    ahead = book(people, people.patient, 0, MONDAY)
    doctor = Person(people.doctor, language=chance.choice(("en", "tr")))
    days, last = absences(people.id), ""
    for _turn in range(TURNS):
        eager = last.rstrip().endswith("?") and chance.random() < 0.3
        words = chance.choice(("yes", "evet") if eager else POOL + EVERYBODYS[:8])
        dictating = doctor.talk.dictating
        said = doctor.say(words)
        assert said.text.strip() and "went wrong" not in said.text and "sorun oldu" not in said.text
        assert said.reply.free is dictating
        now = absences(people.id)
        if now != days:
            asked = "Shall I enter" in last or "izin gireyim mi" in last
            assert asked and yes_or_no(words, "en", cancelling=True) is True, (words, last)
            assert not dictating
        days, last = now, said.text
    assert versions(people.id, today) == [] and len(versions(people.id, before)) == 1
    assert {each.appointment_id for each in drafts(people.id)} <= {today, before}
    assert {row.id for row in appointments(people.id)} == {before, today, ahead}
