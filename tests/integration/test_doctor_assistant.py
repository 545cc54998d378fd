"""The doctor's assistant: last visits of own patients only, their day, who is next."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from medcor.domain.appointments import AppointmentStatus
from medcor.domain.records import RecordText
from medcor.models import Patient
from medcor.web.transaction import transaction
from tests.assistant_helpers import Person, book, give_times
from tests.conftest import NOW
from tests.doctor_helpers import (
    TODAY,
    add_patient,
    name_patient,
    visit_before,
    visit_today,
)
from tests.record_helpers import TEXT, acts, make_visit, write_record

MONDAY, FRIDAY = date(2026, 3, 9), date(2026, 3, 6)
UNKNOWN = "I don't know such a patient of yours"


@pytest.fixture()
def doctor(people) -> Person:
    return Person(people.doctor)


# What happened last time


def test_the_last_visit_of_the_next_patient_is_told_and_noted(people, doctor):
    visit = visit_before(people)
    write_record(people.doctor, visit)
    visit_today(people, 10)
    before = len(acts(people.id, "record.read"))
    told = doctor.say("What happened last time?")
    assert told.text.startswith("Last time with Ayşe Kaya was Monday, 2 March, Dental Cleaning. ")
    assert "Complaint: Sensitive to cold, <b>lower left</b>. " in told.text
    assert "Diagnosis: K02.1 Caries on 36. " in told.text
    assert "Prescribed: Ibuprofen, 400 mg, Three times a day, 3 days, If needed. " in told.text
    assert told.text.endswith("Advice: Brush well.")
    (card,) = told.cards
    assert card.url == f"/appointments/{visit}/record/"
    assert TEXT.complaint not in str(card.as_json())
    assert [name for name, state in told.tools if state == "done"] == ["next_patient", "last_visit"]
    read = acts(people.id, "record.read")[before:]
    assert [(act, who) for act, who, _row in read] == [("record.read", people.doctor.user_id)]


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("What did I do last time with Ayse?", "en"),
        ("last visit of kaya", "en"),
        ("what happened with the ten o'clock patient last time", "en"),
        ("Ayşe Hanım'la geçen sefer ne yaptık?", "tr"),
        ("saat ondaki hastayla geçen sefer ne oldu", "tr"),
    ],
)
def test_a_patient_is_named_or_comes_at_a_time_of_today(people, said, language):
    write_record(people.doctor, visit_before(people))
    visit_today(people, 10)
    told = Person(people.doctor, language=language).say(said)
    assert "Ayşe Kaya" in told.text and "Brush well" in told.text


def test_the_visit_going_on_is_this_patients(people, doctor):
    write_record(people.doctor, visit_before(people))
    visit_today(people, 9)
    visit_today(people, 10, patient=people.other_patient)
    doctor.now = NOW + timedelta(minutes=12)
    assert "Mehmet Yılmaz" in doctor.say("what happened last time").text
    assert "Ayşe Kaya" in doctor.say("this patient, what happened last time").text


def test_a_colleagues_record_of_an_own_patient_is_told_with_its_author(people, doctor):
    theirs = visit_before(people, doctor=people.other_doctor)
    write_record(people.other_doctor, theirs)
    visit_today(people, 10)
    told = doctor.say("what happened last time with Ayşe")
    assert told.text.startswith(
        "Ayşe Kaya was with Dr. Second-Doctor Test on Monday, 2 March, Dental Cleaning."
    )


def test_a_colleagues_patient_is_nobody(people, doctor):
    theirs = visit_before(people, doctor=people.other_doctor)
    write_record(people.other_doctor, theirs)
    before = acts(people.id, "record")
    for said in (
        "what happened last time with Ayşe",
        "what happened last time with Zeynep",
        "Ayşe Kaya's last visit",
    ):
        told = doctor.say(said)
        assert told.text.startswith(UNKNOWN) and not told.cards
    assert acts(people.id, "record") == before
    theirs_only = Person(people.other_doctor).say("what happened last time with Ayşe")
    assert "Brush well" in theirs_only.text


def test_a_patient_of_a_cancelled_appointment_is_nobody(people, doctor):
    visit_before(people, status=AppointmentStatus.CANCELLED)
    assert doctor.say("last visit of Ayşe").text.startswith(UNKNOWN)


def test_another_clinics_patient_is_nobody(people, world, doctor):
    write_record(world.two.doctor, make_visit(world.two))
    name_patient(world.two.patient, "Zeynep", "Aksoy")
    assert doctor.say("last visit of Zeynep Aksoy").text.startswith(UNKNOWN)


def test_two_of_one_name_are_asked_about(people, doctor):
    twin = add_patient(people, "Ayşe Kaya", "twin@one.test", date(1980, 5, 12))
    write_record(people.doctor, visit_before(people), RecordText(complaint="The first"))
    write_record(
        people.doctor, visit_before(people, 7, patient=twin), RecordText(complaint="The twin")
    )
    asked = doctor.say("what happened last time with Ayşe Kaya")
    assert asked.text == (
        "Which one do you mean: 1. Ayşe Kaya, last on Monday, 2 March; "
        "2. Ayşe Kaya, born 1980, last on Monday, 23 February?"
    )
    assert [each["say"] for each in asked.cards[0].as_json()["choices"]] == ["Number 1", "Number 2"]
    assert acts(people.id, "record.read") == []
    assert "The twin" in doctor.say("the second one").text
    doctor.say("what happened last time with Ayşe Kaya")
    assert "The twin" in doctor.say("the one born in 1980").text
    doctor.say("what happened last time with Ayşe Kaya")
    assert "appointments today" in doctor.say("what is my day").text
    assert "The twin" not in doctor.say("the second one").text


def test_a_visit_of_which_nothing_is_written_is_told(people, doctor):
    visit_before(people)
    assert doctor.say("last visit of Ayşe").text == (
        "Ayşe Kaya was here on Monday, 2 March, and nothing is written about it."
    )
    write_record(people.doctor, visit_before(people, 7))
    told = doctor.say("last visit of Ayşe").text
    assert "Monday, 23 February" in told
    assert told.endswith(
        "After that they were here on Monday, 2 March, and nothing is written about it."
    )
    visit_today(people, 10, patient=people.other_patient)
    assert "has not been here before" in doctor.say("what happened last time with Mehmet").text


def test_the_record_of_an_erased_patient_is_not_read_out(people, doctor):
    visit = visit_before(people)
    write_record(people.doctor, visit)
    visit_today(people, 10)
    with transaction(people.id) as session:
        session.get(Patient, people.patient.profile_id).erased_at = NOW
    assert doctor.say("last visit of Ayşe").text.startswith(UNKNOWN)
    assert doctor.say("what happened last time").text.startswith(UNKNOWN)


# The day and who is next


@pytest.mark.parametrize(
    ("minutes", "told"),
    [
        (-10, "That is in 10 minutes."),
        (-1, "That is in 1 minute."),
        (0, "That is now."),
        (4, "You are running 4 minutes late."),
    ],
)
def test_how_soon_the_next_patient_is(people, doctor, minutes, told):
    visit_today(people, 10)
    doctor.now = NOW + timedelta(hours=1, minutes=minutes)
    assert doctor.say("who is next").text.endswith(told)


def test_nobody_counts_the_minutes_to_another_day(people, doctor):
    book(people, people.patient, 0, MONDAY)
    assert doctor.say("who is next").text.endswith("confirmation).")


def test_tomorrow_and_other_days(people, doctor):
    (slot,) = give_times(people, people.doctor, (3, time(9), time(9, 30)))
    book(people, people.patient, 0, TODAY + timedelta(days=1), slot_id=slot)
    assert doctor.say("what is my day like tomorrow").text.startswith("One appointment tomorrow:")
    assert "no appointments on Friday" in doctor.say("and on Friday").text


def test_help_and_greeting_tell_what_can_be_asked(people, doctor):
    helped = doctor.say("what can you do")
    assert "take down a note of a visit" in helped.text
    choices = [each["say"] for each in helped.cards[0].as_json()["choices"]]
    assert "Free my Friday" in choices and "Dictate a visit" in choices
    for said in choices[:-1]:
        assert "did not understand" not in doctor.say(said).text
        doctor.say("no")
    assert "take down a visit" in doctor.say("hello").text
