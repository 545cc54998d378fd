"""A doctor frees days by talking: whom it hits is said first, a yes does it, once."""

from __future__ import annotations

from datetime import date

import pytest

from medcor.models import Offer
from medcor.services.days_off import Absence, Decision, add_days_off
from medcor.web.transaction import transaction
from tests.assistant_helpers import Person, appointments, book
from tests.conftest import NOW
from tests.doctor_helpers import absences, assistant_acts
from tests.page_helpers import sent_mails, sign_in_staff
from tests.record_helpers import acts, count

MONDAY, FRIDAY = date(2026, 3, 9), date(2026, 3, 6)


@pytest.fixture()
def doctor(people) -> Person:
    return Person(people.doctor)


def hit(people) -> list[int]:
    """Two patients on Monday."""
    return [
        book(people, people.patient, 0, MONDAY),
        book(people, people.other_patient, 1, MONDAY),
    ]


def live(clinic_id: int) -> list[bool]:
    return [row.is_live for row in appointments(clinic_id)]


def test_a_day_is_freed_after_a_yes_and_each_patient_is_offered_a_time(app, people, doctor):
    hit(people)
    sent_mails(app.extensions["medcor"].settings.mail_folder)
    asked = doctor.say("Free my Monday because of a congress")
    assert asked.text == (
        "2 patients are booked on Monday, 9 March: 09:00 Ayşe Kaya; 10:00 Mehmet Yılmaz. "
        "Each would be offered another time by mail, and it is held for them; until they answer "
        "their appointments stand. As the reason I note: a congress. "
        "Shall I enter Monday, 9 March as time off?"
    )
    assert absences(people.id) == [] and assistant_acts(people.id) == []
    done = doctor.say("yes please")
    assert done.text.startswith("Done: Monday, 9 March is entered as time off. 2 patients are")
    assert done.cards[0].url == "/days-off/1/delete/"
    assert absences(people.id) == [(MONDAY, MONDAY, "a congress")]
    assert live(people.id) == [True, True]
    assert count(people.id, Offer) == 2
    assert assistant_acts(people.id) == ["free_days"]
    assert acts(people.id, "exclusion") == [("exclusion.added", people.doctor.user_id, 1)]
    mails = sent_mails(app.extensions["medcor"].settings.mail_folder)
    assert len(mails) == 2


def test_the_undo_hint_leads_to_a_page(client, people, doctor):
    url = doctor.says("free my friday", "yes").cards[0].url
    sign_in_staff(client, people.doctor)
    assert "Delete these days off?" in client.get(url).text


def test_a_no_and_anything_else_enter_nothing(people, doctor):
    hit(people)
    for answer in ("no", "what is my day", "maybe", "thank you"):
        doctor.say("free my monday")
        doctor.say(answer)
        if answer != "maybe":
            doctor.say("yes")
        assert absences(people.id) == [], answer
        doctor.say("no")


def test_a_yes_alone_frees_nothing(people, doctor):
    doctor.says("yes", "do it", "yes, book it")
    assert absences(people.id) == []


def test_another_decision_is_asked_again_before_anything_happens(people, doctor):
    first, second = hit(people)
    doctor.say("free my monday")
    kept = doctor.say("yes, keep them")
    assert "Their appointments would stay" in kept.text and absences(people.id) == []
    assert doctor.say("cancel them").text.startswith("What shall the patients read?")
    assert doctor.say("yes").text.startswith("What shall the patients read?")
    asked = doctor.say("I have to be at a congress.")
    assert "cancelled at once, and read: “I have to be at a congress.”" in asked.text
    assert live(people.id) == [True, True] and absences(people.id) == []
    done = doctor.say("yes, cancel them")
    assert "2 appointments are cancelled" in done.text
    rows = {row.id: row for row in appointments(people.id)}
    assert not rows[first].is_live and not rows[second].is_live
    assert rows[first].cancel_reason == "I have to be at a congress."


def test_kept_patients_stay_and_need_attention(people, doctor):
    hit(people)
    doctor.says("free my monday", "keep them", "yes")
    assert absences(people.id) == [(MONDAY, MONDAY, "")]
    assert live(people.id) == [True, True] and count(people.id, Offer) == 0


def test_somebody_booked_meanwhile_is_asked_about(people, doctor):
    book(people, people.patient, 0, MONDAY)
    doctor.say("free my monday")
    book(people, people.other_patient, 1, MONDAY)
    again = doctor.say("yes")
    assert again.text.startswith("Somebody was booked or moved meanwhile")
    assert "2 patients are booked" in again.text and absences(people.id) == []
    assert "Done" in doctor.say("yes").text


def test_the_same_turn_twice_enters_once(people, doctor):
    doctor.say("free my friday")
    first = doctor.say("yes", turn_id="one-turn")
    assert doctor.say("yes", turn_id="one-turn").text == first.text
    # In another process, which knows nothing of the question.
    doctor.reopen()
    again = doctor.say("yes", turn_id="one-turn")
    assert again.text.startswith("Done: Friday, 6 March")
    assert absences(people.id) == [(FRIDAY, FRIDAY, "")]
    assert assistant_acts(people.id) == ["free_days"]


def test_a_lost_race_of_one_turn_gives_its_result(people, doctor):
    """Two processes run one turn: the second finds the days off that the first has entered."""
    other = Person(people.doctor)
    for person in (doctor, other):
        person.say("free my friday")
    doctor.before_run = lambda: other.say("yes", turn_id="one-turn")
    assert doctor.say("yes", turn_id="one-turn").text.startswith("Done: Friday, 6 March")
    assert absences(people.id) == [(FRIDAY, FRIDAY, "")]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("free my monday and wednesday", "I can enter one range of days at a time"),
        ("free yesterday", "Those days are over"),
        ("free 2026-03-02", "Those days are over"),
        ("I'm away from 2026-04-01 to 2030-04-01", "That is too long"),
        ("I'm away", "Which day or days shall I free?"),
        ("am I off on Friday", "You have no appointments on Friday, 6 March."),
    ],
)
def test_what_is_no_range_of_days_ahead_is_told(people, doctor, said, told):
    assert doctor.say(said).text.startswith(told)
    doctor.say("yes")
    assert absences(people.id) == []


def test_a_range_and_days_that_are_named_later(people, doctor):
    hit(people)
    book(people, people.patient, 3, date(2026, 3, 11))
    asked = doctor.say("I am off from Monday to Wednesday")
    assert "3 patients are booked on Monday, 9 March to Wednesday, 11 March" in asked.text
    assert "Wednesday, 11 March 09:00 Ayşe Kaya" in asked.text
    doctor.say("no")
    doctor.say("I'll be away because of a fair")
    assert "Friday, 6 March" in doctor.say("on friday").text
    assert "Saturday, 7 March" in doctor.say("no, saturday").text
    doctor.say("yes")
    assert absences(people.id) == [(date(2026, 3, 7), date(2026, 3, 7), "a fair")]


def test_days_that_are_off_already_are_told(people, doctor):
    absence = Absence(FRIDAY, MONDAY, "Holiday")
    with transaction(people.id, people.doctor) as session:
        add_days_off(
            session, people.doctor, people.doctor.profile_id, absence, Decision("keep"), NOW
        )
    told = doctor.say("free my monday")
    assert told.text.startswith("You are already off then: Friday, 6 March to Monday, 9 March.")
    doctor.say("yes")
    assert len(absences(people.id)) == 1


def test_part_of_a_day_is_told_to_be_a_whole_one(people, doctor):
    asked = doctor.say("free the afternoon of friday")
    assert asked.text.startswith("I can only free whole days")
    assert "Friday, 6 March" in asked.text


def test_days_are_freed_in_turkish(people):
    hit(people)
    doctor = Person(people.doctor, language="tr")
    asked = doctor.say("pazartesi günümü boşalt, kongre nedeniyle")
    assert "2 hastanın randevusu var: 09:00 Ayşe Kaya; 10:00 Mehmet Yılmaz" in asked.text
    assert "Tamamdır: 9 Mart Pazartesi izin olarak girildi." in doctor.say("evet").text
    assert absences(people.id)[0][:2] == (MONDAY, MONDAY)


def test_only_the_doctors_own_days_are_freed(people, doctor):
    other = Person(people.other_doctor)
    other.says("free my monday", "yes")
    hit(people)
    assert "2 patients" in doctor.say("free my monday").text


def test_patients_have_none_of_it(people):
    patient = Person(people.patient)
    for said in ("free my monday", "yes", "dictate a visit", "what happened last time"):
        patient.say(said)
    assert absences(people.id) == []
    assert not set(assistant_acts(people.id)) & {"free_days", "dictate"}
