"""Whole dialogues that book. The doctor works on Monday and Wednesday at nine, ten and eleven."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from medcor.domain.appointments import AppointmentStatus
from medcor.domain.talk import Turn
from medcor.extensions import db
from medcor.models import Treatment
from medcor.services.slots import exclude_days
from medcor.web.transaction import transaction
from tests.assistant_helpers import (
    Person,
    appointments,
    book,
    give_times,
    handovers,
    set_price,
)
from tests.conftest import NOW

# When what the assistant holds has run out.
LATER = NOW + timedelta(minutes=6)
TODAY, MONDAY, WEDNESDAY = date(2026, 3, 4), date(2026, 3, 9), date(2026, 3, 11)


@pytest.fixture()
def patient(world) -> Person:
    return Person(world.one.patient)


def test_a_wish_a_choice_and_a_yes_make_an_appointment(world, patient):
    offered = patient.say("I would like to book a dental cleaning.")
    assert offered.tools == [("find_free_times", "running"), ("find_free_times", "done")]
    assert "€100.00" in offered.text and "30 minutes" in offered.text
    assert "1. Wednesday, 4 March at 10:00" in offered.text
    assert offered.streamed == offered.text
    assert [card.kind for card in offered.cards] == ["times"]
    assert offered.cards[0].choices[0][1] == "Number 1"
    summary = patient.say("The first one please.")
    assert summary.text == (
        "Dental Cleaning with Dr. Doctor Test on Wednesday, 4 March at 10:00, €100.00. "
        "Shall I book it?"
    )
    assert not appointments(world.one.id)
    booked = patient.say("Yes, please book it.")
    assert ("book_appointment", "done") in booked.tools
    (row,) = appointments(world.one.id)
    assert (row.patient_id, row.day, row.start_time) == (
        world.one.patient.profile_id,
        TODAY,
        time(10),
    )
    assert (row.status, row.door, row.price_minor) == (
        AppointmentStatus.PENDING,
        "assistant",
        10000,
    )
    assert booked.cards[0].kind == "appointment"
    assert booked.cards[0].url == f"/appointment-details/{row.id}/"


def test_the_same_in_turkish(world):
    patient = Person(world.one.patient, language="tr")
    offered = patient.say("diş temizliği için randevu almak istiyorum")
    assert "Boş saatler şunlar: 1. 4 Mart Çarşamba saat 10:00" in offered.text
    monday = patient.say("pazartesi sabah")
    assert "1. 9 Mart Pazartesi saat 09:00" in monday.text
    assert "Randevuyu alayım mı?" in patient.say("ikincisi").text
    assert "randevunuz alındı" in patient.say("evet").text
    (row,) = appointments(world.one.id)
    assert (row.day, row.start_time) == (MONDAY, time(10))


def test_turkish_in_an_english_talk_is_answered_in_turkish(patient):
    assert "Boş saatler" in patient.say("diş temizliği için randevu istiyorum").text


@pytest.mark.parametrize(
    ("turns", "day", "start"),
    [
        (["book a cleaning on Monday at ten", "yes"], MONDAY, time(10)),
        (["a cleaning", "next monday", "won", "yeah"], MONDAY, time(9)),
        (
            [
                "a cleaning",
                "next monday",
                "number to",
                "yes",
            ],
            MONDAY,
            time(10),
        ),
        (["a cleaning", "next monday", "ten o'clock", "sure"], MONDAY, time(10)),
        (["a cleaning next monday", "the third", "no, the second one", "ok"], MONDAY, time(10)),
        (
            ["a cleaning next monday", "the first", "no, Wednesday", "the last one", "yes"],
            WEDNESDAY,
            time(11),
        ),
        (["I want an appointment", "cleaning", "later", "the first", "yes"], MONDAY, time(10)),
        (["book an appointment next monday", "a cleaning", "first", "yes"], MONDAY, time(9)),
        (["a cleaning next monday", "the second", "how much is it?", "yes"], MONDAY, time(10)),
        (["a cleaning next monday", "the second", "hmm", "what?", "yes please"], MONDAY, time(10)),
        (["How much is a cleaning?", "yes", "Monday", "one", "yes"], MONDAY, time(9)),
        (["a cleaning", "not on wednesday", "first", "yes"], MONDAY, time(9)),
        (["a cleaning", "another day", "2", "yes"], WEDNESDAY, time(10)),
        (["a cleaning", "no", "Monday at nine", "yes"], MONDAY, time(9)),
        (["a cleaning on monday before ten", "yes"], MONDAY, time(9)),
    ],
    ids=lambda value: " / ".join(value) if isinstance(value, list) else str(value),
)
def test_ways_to_a_booking(world, patient, turns, day, start):
    patient.says(*turns)
    (row,) = appointments(world.one.id)
    assert (row.day, row.start_time) == (day, start)


@pytest.mark.parametrize(
    "turns",
    [
        ["a cleaning", "the first one"],
        ["a cleaning", "the first one", "no"],
        ["a cleaning", "the first one", "maybe"],
        ["a cleaning", "the first one", "not sure, yes?"],
        ["a cleaning", "the first one", "thanks", "no thanks"],
        ["a cleaning", "the first one", "never mind", "hello"],
        ["a cleaning", "yes"],
        ["yes", "yes", "book it", "yes"],
        ["a cleaning", "the first one", "next month", "no"],
        ["a cleaning", "the first one", "I have chest pain", "yes"],
        ["a cleaning", "the first one", "cancel", "bye", "yes"],
    ],
    ids=lambda value: " / ".join(value),
)
def test_nothing_is_booked_without_a_summary_and_a_yes(world, patient, turns):
    patient.says(*turns)
    assert not appointments(world.one.id)


def test_an_aside_asks_the_open_question_again(world, patient):
    patient.says("a cleaning", "the first one")
    aside = patient.say("where are you?")
    assert "Test Street 1, Istanbul" in aside.text
    assert aside.text.endswith("Shall I book it?")
    assert "is booked" in patient.say("yes").text


def test_what_is_not_free_gets_the_nearest(world, patient):
    nearest = patient.say("a cleaning next monday at four in the afternoon")
    why = "On Monday, 9 March there is no appointment at 16:00."
    assert nearest.text.startswith(f"{why} Dental Cleaning takes 30 minutes and costs €100.00.")
    assert "The nearest free times are:" in nearest.text
    assert "Monday, 9 March at 11:00" in nearest.text


def test_a_lost_race_offers_the_nearest_times(world, patient):
    patient.say("a cleaning on monday at ten")
    patient.now = LATER
    book(world.one, world.one.other_patient, 1, MONDAY, LATER)
    lost = patient.say("yes")
    assert lost.text.startswith("I could keep that time for you for five minutes only, and")
    assert "Monday, 9 March at 09:00" in lost.text and "Monday, 9 March at 11:00" in lost.text
    assert "10:00" not in lost.text
    assert lost.tools[-1] == ("find_free_times", "done")
    patient.says("the first one", "yes")
    rows = [row for row in appointments(world.one.id) if row.door == "assistant"]
    assert [(row.day, row.start_time) for row in rows] == [(MONDAY, time(9))]


def test_a_race_lost_inside_the_transaction_is_told_the_same_way(world, patient):
    patient.say("a cleaning on monday at ten")
    patient.now = LATER
    patient.before_run = lambda: book(world.one, world.one.other_patient, 1, MONDAY, LATER)
    lost = patient.say("yes")
    assert "somebody has taken it since" in lost.text
    assert len(appointments(world.one.id)) == 1


def test_an_excluded_day_and_a_busy_patient_are_no_surprise(world, patient):
    patient.say("a cleaning on monday at ten")
    with transaction(world.one.id) as session:
        exclude_days(session, world.one.admin, world.one.doctor.profile_id, MONDAY, MONDAY)
    gone = patient.say("yes")
    assert "has just been taken" in gone.text
    assert "Wednesday, 11 March" in gone.text
    assert not appointments(world.one.id)


def test_one_is_told_of_an_own_appointment_at_that_time(world, patient):
    (other,) = give_times(world.one, world.one.other_doctor, (0, time(10), time(10, 30)))
    patient.says("a cleaning on monday at ten", "the first one")
    mine = {"doctor_id": world.one.other_doctor.profile_id, "slot_id": other}
    book(world.one, world.one.patient, 1, MONDAY, **mine)
    told = patient.say("yes")
    assert told.text.startswith("You already have an appointment at that time.")
    assert len(appointments(world.one.id)) == 1


def test_a_price_that_changed_is_not_agreed_to(world, patient):
    patient.says("a cleaning", "the first one")
    set_price(world.one, 99900)
    changed = patient.say("yes")
    assert "changed that time or its price" in changed.text
    assert not appointments(world.one.id)
    assert "€999.00" in patient.say("the first one").text
    patient.say("yes")
    assert [row.price_minor for row in appointments(world.one.id)] == [99900]


def test_a_treatment_that_is_gone_books_nothing(world, patient):
    patient.says("a cleaning", "the first one")
    with transaction(world.one.id) as session:
        session.get(Treatment, world.one.treatment_id).is_active = False
    gone = patient.say("yes")
    assert "sorry" in gone.text.casefold()
    assert not appointments(world.one.id)


def test_two_doctors_at_one_time_are_told_apart(world, patient):
    give_times(world.one, world.one.other_doctor, (0, time(10), time(10, 30)))
    both = patient.say("a cleaning on monday at ten")
    assert both.text.count("at 10:00") == 2
    assert "Second-Doctor" in patient.say("the second").text
    patient.say("yes")
    (row,) = appointments(world.one.id)
    assert row.doctor_id == world.one.other_doctor.profile_id


def test_a_doctor_who_does_not_give_it_is_named_with_those_who_do(world, patient):
    give_times(world.one, world.one.other_doctor, (0, time(14), time(15)))
    told = patient.say("a root canal with Dr. Doctor Test")
    assert "does not give Root Canal" in told.text
    assert "Dr. Second-Doctor Test" in told.text


def test_no_free_time_offers_the_staff(world, patient):
    with transaction(world.one.id) as session:
        exclude_days(
            session,
            world.one.admin,
            world.one.doctor.profile_id,
            TODAY,
            TODAY + timedelta(days=200),
        )
    none = patient.say("a cleaning")
    assert "no free time for Dental Cleaning in the next 90 days" in none.text
    assert "told the staff" in patient.say("yes please").text


def test_later_and_earlier_walk_through_the_times(world, patient):
    give_times(world.one, world.one.doctor, (0, time(14), time(15)), (0, time(15), time(16)))
    first = patient.say("a cleaning on monday")
    assert "09:00" in first.text and "14:00" not in first.text
    assert "14:00" in patient.say("later").text
    assert "11:00" in patient.say("something earlier").text


def test_the_minimum_notice_and_the_clock_are_the_clinics(world):
    patient = Person(world.one.patient, now=NOW + timedelta(hours=2))
    assert "4 March at 11:00" not in patient.say("a cleaning").text
    assert "Monday, 9 March at 09:00" in patient.say("repeat").text


def test_a_turn_that_is_repeated_books_once(world, patient):
    patient.says("a cleaning", "the first one")
    first = patient.say("yes", turn_id="the-turn")
    again = patient.say("yes", turn_id="the-turn")
    assert again.text == first.text
    patient.reopen()
    after_restart = patient.say("yes", turn_id="the-turn")
    assert "is booked" in after_restart.text
    assert after_restart.cards[0].url == first.cards[0].url
    assert len(appointments(world.one.id)) == 1


def test_two_processes_with_the_same_turn_book_once(world):
    here, there = Person(world.one.patient), Person(world.one.patient)
    for each in (here, there):
        each.says("a cleaning on monday", "the first one")
    there.before_run = lambda: here.say("yes", turn_id="same")
    assert "is booked" in there.say("yes", turn_id="same").text
    assert len(appointments(world.one.id)) == 1


def test_an_interrupted_search_changes_nothing_and_is_not_answered(world, patient):
    said = patient.say("a cleaning", cancelled=lambda: True)
    assert said.reply is None
    assert not said.events


def test_a_booking_under_way_is_finished_and_told_next_time(world, patient):
    patient.says("a cleaning", "the first one")
    begun: list[bool] = []
    patient.before_run = lambda: begun.append(True)
    cut = patient.say("yes", cancelled=lambda: bool(begun))
    assert cut.reply is None
    assert len(appointments(world.one.id)) == 1
    told = patient.say("hello")
    assert told.text.startswith("Done: Dental Cleaning")
    assert told.cards[0].kind == "appointment"
    assert "Done" not in patient.say("hello").text


def test_an_alarm_is_said_before_the_booking_that_it_interrupted(world, patient):
    patient.says("a cleaning", "the first one")
    begun: list[bool] = []
    patient.before_run = lambda: begun.append(True)
    assert patient.say("yes", cancelled=lambda: bool(begun)).reply is None
    alarm = patient.say("I can't breathe")
    assert alarm.text.startswith("This sounds like an emergency.")
    assert alarm.cards[0].url == "tel:112" and "Done" not in alarm.text
    assert patient.say("hello").text.startswith("Done: Dental Cleaning")


def test_an_alarm_stays_one_however_late_its_reply_begins(world, patient):
    found = patient.talk.alarm("hurts a lot", "my chest")
    assert patient.talk.alarm("hurts a lot") is None
    events = list(patient.talk.reply(Turn("late", "hurts a lot", alarm=found), lambda: False))
    assert events[-1].text.startswith(found.reply.text) and events[-1].cards[0].url == "tel:112"
    assert "my chest / hurts a lot" in handovers(world.one.id)[0].reason


def test_a_listener_who_leaves_does_not_cut_a_booking(world, patient):
    patient.says("a cleaning", "the first one")
    stream = patient.talk.reply(Turn("left", "yes"), lambda: False)
    for event in stream:
        if getattr(event, "state", "") == "done":
            break
    stream.close()
    assert len(appointments(world.one.id)) == 1
    assert patient.say("hello").text.startswith("Done:")


def test_leaving_before_the_booking_begins_books_nothing(world, patient):
    patient.says("a cleaning", "the first one")
    stream = patient.talk.reply(Turn("left", "yes"), lambda: False)
    next(stream)
    stream.close()
    assert not appointments(world.one.id)


def test_a_broken_database_is_told_and_survived(world, patient):
    patient.says("a cleaning", "the first one")

    def broken() -> None:
        raise RuntimeError("the disk is full")

    patient.before_run = broken
    assert "Something went wrong on our side" in patient.say("yes").text
    assert not appointments(world.one.id)
    assert "is booked" not in patient.say("no").text
    db.session.remove()
