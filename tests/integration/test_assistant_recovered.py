"""Turns that a lost process acted for, and never answered: another one tells what was done."""

from __future__ import annotations

import pytest

from medcor.domain.appointments import AppointmentStatus
from medcor.services.assistant import recovered
from tests.assistant_helpers import Person, appointments


@pytest.fixture()
def patient(world) -> Person:
    return Person(world.one.patient)


@pytest.mark.parametrize("later", ["hello?", "no, wait"])
def test_what_a_lost_process_booked_is_told_with_the_turn_after_it(world, patient, later):
    """Its turn was never answered, so another process answers it together with the next one."""
    patient.says("a cleaning", "the first one")
    memory = patient.talk.memory()
    patient.say("yes", turn_id="s.3")
    patient.reopen(memory)
    told = patient.say(later, turn_id="s.4", earlier=(("s.3", "yes"),))
    assert told.text.startswith("Done: Dental Cleaning")
    (row,) = appointments(world.one.id)
    assert row.status == AppointmentStatus.PENDING


def test_what_is_left_of_turns_that_a_lost_process_acted_for_is_answered(world, patient):
    patient.says("a cleaning", "the first one")
    memory = patient.talk.memory()
    patient.say("yes", turn_id="s.3")
    patient.reopen(memory)
    told = patient.say("cancel my cleaning", turn_id="s.4", earlier=(("s.3", "yes"),))
    assert told.text.startswith("Done: Dental Cleaning") and "Shall I cancel" in told.text


def test_a_booking_is_told_after_the_alarm_that_came_with_it(world, patient):
    patient.says("a cleaning", "the first one")
    memory = patient.talk.memory()
    patient.say("yes", turn_id="s.3")
    patient.reopen(memory)
    alarm = patient.say("I can't breathe", turn_id="s.4", earlier=(("s.3", "yes"),))
    assert alarm.text.startswith("This sounds like an emergency.")
    assert patient.say("hello").text.startswith("Done: Dental Cleaning")


def test_nothing_takes_the_answer_of_an_alarm_away(world, patient, monkeypatch):
    def broken(*_: object) -> None:
        raise RuntimeError("the database is gone")

    monkeypatch.setattr(recovered, "read_done", broken)
    patient.reopen()
    alarm = patient.say("I can't breathe", turn_id="s.2", earlier=(("s.1", "hello"),))
    assert alarm.text.startswith("This sounds like an emergency.")
