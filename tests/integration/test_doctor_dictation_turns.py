"""A dictated turn is taken down once, whoever answers it and however often it arrives."""

from __future__ import annotations

import pytest

from tests.assistant_helpers import Person
from tests.doctor_helpers import draft_of, visit_today

PIECES = (
    "Complaint: toothache since Monday.",
    "On examination: deep caries on 36, no pain on tapping.",
)


@pytest.fixture()
def doctor(people) -> Person:
    return Person(people.doctor)


@pytest.fixture()
def visit(people) -> int:
    return visit_today(people, 9)


def test_a_turn_that_arrives_twice_is_taken_down_once(people, doctor, visit):
    doctor.say("dictate a visit")
    doctor.say(PIECES[0], turn_id="one")
    assert doctor.say(PIECES[0], turn_id="one").reply.free
    other = Person(people.doctor)
    other.say("dictate a visit")
    other.say(PIECES[0], turn_id="one")
    assert draft_of(people.doctor, visit).transcript == PIECES[0]


def test_one_turn_in_two_processes_at_once_is_taken_down_once(people, doctor, visit):
    other = Person(people.doctor)
    for person in (doctor, other):
        person.say("dictate a visit")
    doctor.before_run = lambda: other.say(PIECES[0], turn_id="one")
    doctor.say(PIECES[0], turn_id="one")
    assert draft_of(people.doctor, visit).transcript == PIECES[0]


def test_pieces_that_are_taken_down_together_are_each_taken_once(people, doctor, visit):
    """The first was taken down by a process that was lost before it could say so."""
    doctor.say("dictate a visit")
    memory = doctor.talk.memory()
    doctor.say(PIECES[0], turn_id="s.2")
    doctor.reopen(memory)
    doctor.say(PIECES[1], turn_id="s.3", earlier=(("s.2", PIECES[0]),))
    assert draft_of(people.doctor, visit).transcript == f"{PIECES[0]}\n{PIECES[1]}"


def test_a_dictation_that_a_lost_process_began_goes_on(people, doctor, visit):
    """It had taken down the first piece, and not said so: nothing of it was remembered."""
    memory = doctor.talk.memory()
    first = f"dictate a visit. {PIECES[0]}"
    doctor.say(first, turn_id="s.1")
    taken = draft_of(people.doctor, visit)
    doctor.reopen(memory)
    doctor.say(PIECES[1], turn_id="s.2", earlier=(("s.1", first),))
    pieces = [taken.transcript, PIECES[1]] if taken is not None else [PIECES[1]]
    assert doctor.talk.dictating
    assert draft_of(people.doctor, visit).transcript == "\n".join(pieces)
