"""The life of a hand-over: asked for, made an alarm, taken once, closed, opened again; and news."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from medcor.domain import errors
from medcor.domain.handovers import NewsKind
from medcor.extensions import db
from medcor.models import Clinic, Handover, Patient, User
from medcor.services import handover_lists, handovers
from medcor.web.transaction import in_transaction, reading, transaction
from tests.assistant_helpers import Person, book
from tests.conftest import NOW
from tests.handover_helpers import acts, ask, row_of, take
from tests.week_helpers import MONDAY

LATER = NOW + timedelta(minutes=20)


def rows(clinic_id: int) -> list[Handover]:
    db.session.remove()
    return list(reading(clinic_id).scalars(sa.select(Handover).order_by(Handover.id)))


def news(clinic_id: int, *talks: str, at=NOW):
    db.session.remove()
    return handovers.news_for(reading(clinic_id), talks, at)


def told(clinic_id: int, ids, kind: NewsKind, at=NOW) -> set[int]:
    db.session.remove()
    return in_transaction(
        clinic_id, None, lambda session: handovers.mark_told(session, ids, kind, at)
    )


def test_an_alarm_makes_the_open_request_of_its_talk_an_alarm(world):
    one = world.one
    first = ask(one.patient, "call me")
    assert ask(one.patient, "I can't breathe", flag="breathing", turn="turn-2", at=LATER) == first
    row = row_of(one.id, first)
    assert (row.flag, row.alarm_at, row.created_at) == ("breathing", LATER, NOW)
    assert row.reason == "call me\nI can't breathe" and row.turn_id == "turn-2"
    ask(one.patient, "hello?", turn="turn-3", at=LATER)
    row = row_of(one.id, first)
    assert row.flag == "breathing" and row.alarm_at == LATER and row.turn_id == "turn-3"
    assert len(rows(one.id)) == 1


def test_an_alarm_waits_and_is_mailed_anew(world):
    one = world.one
    first = ask(one.patient)
    with transaction(one.id) as session:
        row = session.get_one(Handover, first)
        row.escalations, row.escalated_at, row.told_at = 1, LATER, LATER
    ask(one.patient, "it bleeds a lot", flag="bleeding", turn="turn-2", at=LATER)
    row = row_of(one.id, first)
    assert (row.escalations, row.escalated_at, row.told_at) == (0, None, None)


def test_what_waits_is_joined_from_another_talk_and_goes_on_there(world):
    one = world.one
    first = ask(one.patient, "call me")
    assert ask(one.patient, "chest pain", flag="chest_pain", talk="b", turn="b.1") == first
    assert ask(one.patient, "hello?", talk="c", turn="c.4", at=LATER) == first
    row = row_of(one.id, first)
    assert (row.session_id, row.turn_id, row.flag) == ("c", "c.4", "chest_pain")
    assert row.alarm_at == NOW and row.reason == "call me\nchest pain\nhello?"
    assert not news(one.id, "a-talk", "b", at=LATER)
    assert [each.session_id for each in news(one.id, "c", at=LATER)] == ["c"]
    # Another person's, and another clinic's, is another one.
    assert first not in {ask(one.other_patient), ask(world.two.patient)}


def test_a_taken_one_is_followed_by_another(world):
    one = world.one
    first = ask(one.patient)
    take(one.admin, first)
    third = ask(one.patient, "I have chest pain", flag="chest_pain", turn="turn-9")
    assert third != first and row_of(one.id, first).flag == ""


def test_a_loop_of_talks_and_alarms_leaves_one_that_waits(world):
    one = world.one
    made = {
        ask(one.patient, f"ambulance {number}", flag="emergency", talk=f"talk-{number}")
        for number in range(60)
    }
    (row,) = rows(one.id)
    assert made == {row.id} and len(row.reason) <= 500
    assert row.reason.startswith("ambulance 0\n") and row.reason.endswith("\nambulance 59")


def test_two_talks_that_ask_at_once_make_one(app, world):
    one, line, made = world.one, threading.Barrier(4), []

    def cry(number: int) -> None:
        with app.app_context():
            line.wait(20)
            made.append(ask(one.patient, f"help {number}", flag="stroke", talk=f"talk-{number}"))
            db.session.remove()

    threads = [threading.Thread(target=cry, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    (row,) = rows(one.id)
    assert made == [row.id] * 4
    assert sorted(row.reason.split("\n")) == [f"help {number}" for number in range(4)]


def test_the_database_itself_refuses_a_second_one_that_waits(world):
    one = world.one
    ask(one.patient)
    with pytest.raises(errors.TryAgain), transaction(one.id) as session:
        session.add(Handover(user_id=one.patient.user_id, created_at=NOW))


def test_a_repeated_turn_changes_nothing(world):
    patient = Person(world.one.patient)
    patient.say("I want to talk to a human", "turn-a")
    patient.say("I have chest pain", "turn-b")
    patient.reopen()
    again = patient.say("I have chest pain", "turn-b")
    assert "112" in again.text
    (row,) = rows(world.one.id)
    assert row.flag == "chest_pain" and row.turn_id == "turn-b"
    assert row.reason.count("chest pain") == 1


def test_words_cut_over_two_turns_are_an_alarm(world):
    patient = Person(world.one.patient)
    patient.say("my chest")
    answer = patient.say("hurts a lot")
    assert "112" in answer.text and answer.reply.answered_by == "safety"
    (row,) = rows(world.one.id)
    assert row.flag == "chest_pain" and row.reason == "my chest / hurts a lot"


def test_words_of_long_ago_are_not_joined(world):
    patient = Person(world.one.patient)
    patient.say("my chest")
    patient.now = NOW + timedelta(seconds=31)
    assert "112" not in patient.say("hurts a lot").text
    assert not rows(world.one.id)


def test_the_number_comes_before_anything_is_asked_of_the_database(world):
    patient = Person(world.one.patient, prompt={"clinic": {"country": "US"}})
    seen = []

    def broken() -> None:
        seen.append(list(events))
        raise RuntimeError("down")

    patient.before_run = broken
    patient._look = lambda work: broken()
    patient.reopen()
    events: list[object] = []
    from medcor.domain.talk import Turn

    for event in patient.talk.reply(Turn("turn-1", "I can't breathe"), lambda: False):
        events.append(event)
    assert events[0].text == "This sounds like an emergency. Please call 911 now. "
    assert seen[0] and seen[0][0] is events[0]
    assert events[-1].text == "This sounds like an emergency. Please call 911 now."
    assert events[-1].answered_by == "safety" and events[-1].cards[0].url == "tel:911"


def test_an_alarm_that_is_talked_over_is_recorded_and_told_with_the_next_turn(world):
    patient = Person(world.one.patient)
    spoken_over = iter([False, True, True, True, True, True, True])
    patient.say("I have chest pain", cancelled=lambda: next(spoken_over, True))
    (row,) = rows(world.one.id)
    assert row.flag == "chest_pain"
    after = patient.say("what are my appointments")
    assert "Please call 112 now. I have told the clinic's staff" in after.text
    assert "no coming appointments" in after.text


def test_the_same_alarm_twice_is_said_once_a_turn(world):
    patient = Person(world.one.patient)
    patient.say("I have chest pain", cancelled=lambda: True)
    assert patient.say("I have chest pain").text.count("112") == 1


def test_the_first_to_take_it_counts(world):
    one = world.one
    made = ask(one.patient)
    with transaction(one.id) as session:
        session.get_one(User, one.doctor.user_id).last_name = "Kaya"
    assert take(one.admin, made) == handovers.Taken(True, one.admin.name)
    book(one, one.patient, 0, MONDAY)
    second = take(one.doctor, made, LATER)
    assert not second.mine and second.name == one.admin.name
    row = row_of(one.id, made)
    assert (row.taken_by_id, row.taken_at) == (one.admin.user_id, NOW)
    assert take(one.admin, made, LATER).mine and acts(one.id) == ["handover.taken"]


def test_two_admins_take_it_at_once(app, world):
    one = world.one
    with transaction(one.id) as session:
        from tests.factories import make_user

        user = make_user(session, one.id, one.admin.role, "second-admin@one.test")
        other = type(one.admin)(one.id, user.id, user.role, None, user.name, user.email)
    made, line, got = ask(one.patient), threading.Barrier(2), {}

    def run(actor) -> None:
        with app.app_context():
            line.wait(20)
            got[actor.user_id] = in_transaction(
                one.id, actor, lambda session: handovers.take(session, actor, made, NOW)
            )
            db.session.remove()

    threads = [threading.Thread(target=run, args=(who,)) for who in (one.admin, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(each.mine for each in got.values()) == [False, True]
    assert {each.name for each in got.values()} == {
        (one.admin if got[one.admin.user_id].mine else other).name
    }
    assert acts(one.id) == ["handover.taken"]


def test_closing_takes_and_keeps_the_note_and_opening_again_gives_it_to_whoever_does(world):
    one = world.one
    made = ask(one.patient)

    def close(who, note, at=NOW):
        return in_transaction(
            one.id, who, lambda session: handovers.close(session, who, made, note, at)
        )

    close(one.admin, "Called back.")
    row = row_of(one.id, made)
    assert (row.taken_by_id, row.closed_at, row.outcome) == (
        one.admin.user_id,
        NOW,
        "Called back.",
    )
    close(one.admin, "Called back.", LATER)
    assert row_of(one.id, made).closed_at == NOW
    with pytest.raises(errors.Conflict):
        close(one.admin, "Something else.", LATER)
    in_transaction(
        one.id, one.admin, lambda session: handovers.reopen(session, one.admin, made, LATER)
    )
    row = row_of(one.id, made)
    assert row.closed_at is None and row.taken_at == LATER and row.outcome == "Called back."
    assert acts(one.id) == ["handover.closed", "handover.reopened"]


def test_a_doctor_sees_those_of_own_patients_only(world):
    one = world.one
    made, other = ask(one.patient), ask(one.other_patient, flag="stroke", talk="other")
    book(one, one.patient, 0, MONDAY)
    cancelled = book(one, one.other_patient, 1, MONDAY)
    with transaction(one.id, one.admin) as session:
        from medcor.services import booking

        booking.cancel_appointment(session, one.admin, cancelled, "ill", NOW)

    def seen(who):
        db.session.remove()
        wanted = handover_lists.matching(who, handover_lists.Wanted())
        return set(reading(one.id).scalars(wanted))

    assert seen(one.admin) == {made, other}
    assert seen(one.doctor) == {made}
    assert seen(one.other_doctor) == seen(one.patient) == set()
    with pytest.raises(errors.NotFound):
        take(one.doctor, other)
    with pytest.raises(errors.NotFound):
        take(world.two.admin, made)


def test_a_talk_hears_that_somebody_has_taken_it(world):
    one = world.one
    made = ask(one.patient)
    assert news(one.id, "a-talk") == []
    take(one.admin, made)
    (found,) = news(one.id, "a-talk", "none")
    assert (found.session_id, found.handover_id, found.kind) == ("a-talk", made, NewsKind.TAKEN)
    seen = "Admin from Clinic one.test has seen your message and will contact you."
    assert found.text("en") == seen
    assert found.text("tr").startswith("Clinic one.test kliniğinden Admin mesajınızı gördü")
    assert found.card("en").kind == "handover" and found.text("xx") == found.text("en")
    assert told(one.id, [made], NewsKind.TAKEN) == {made}
    assert told(one.id, [made], NewsKind.TAKEN) == set()
    assert news(one.id, "a-talk") == [] and news(one.id) == []


def test_a_doctor_is_named_as_one(world):
    one = world.one
    book(one, one.patient, 0, MONDAY)
    take(one.doctor, ask(one.patient))
    assert news(one.id, "a-talk")[0].text("en").startswith("Dr. Doctor Test from")


@pytest.mark.parametrize(
    ("flag", "phone", "english", "turkish", "url"),
    [
        (
            "breathing",
            "+90 212 000 00 00",
            "call 112 now if you have not done so. The clinic's number is +90 212 000 00 00.",
            "hemen 112 numarasını arayın",
            "tel:112",
        ),
        ("breathing", "", "call 112 now", "hemen 112 numarasını", "tel:112"),
        (
            "",
            "+90 212 000 00 00",
            "Please call +90 212 000 00 00; in an emergency, call 112.",
            "Lütfen +90 212 000 00 00",
            "tel:+902120000000",
        ),
        ("", "", "In an emergency, call 112.", "112 numarasını arayın", "tel:112"),
    ],
)
def test_a_talk_hears_that_nobody_has_taken_it(world, flag, phone, english, turkish, url):
    one = world.one
    with transaction(None) as session:
        session.get_one(Clinic, one.id).phone = phone
    made = ask(one.patient, flag=flag)
    minutes = 2 if flag else 15
    almost = NOW + timedelta(minutes=minutes, seconds=-1)
    assert news(one.id, "a-talk", at=almost) == []
    due = NOW + timedelta(minutes=minutes)
    (found,) = news(one.id, "a-talk", at=due)
    assert found.kind is NewsKind.WAITING and english in found.text("en")
    assert turkish in found.text("tr") and found.card("tr").url == url
    assert told(one.id, [made], NewsKind.WAITING, due) == {made}
    assert news(one.id, "a-talk", at=due) == []
    take(one.admin, made, due)
    assert [each.kind for each in news(one.id, "a-talk", at=due)] == [NewsKind.TAKEN]


def test_what_was_taken_meanwhile_is_not_told_as_waiting(world):
    made = ask(world.one.patient)
    take(world.one.admin, made)
    assert told(world.one.id, [made], NewsKind.WAITING, LATER) == set()


def test_another_clinics_talk_has_no_news_here(world):
    ask(world.one.patient, flag="stroke")
    assert news(world.two.id, "a-talk", at=LATER) == []
    assert told(world.two.id, [1], NewsKind.WAITING, LATER) == set()


def test_a_patient_without_a_phone_or_profile_is_listed(world):
    one = world.one
    ask(one.patient, flag="stroke")
    with transaction(one.id) as session:
        session.get_one(Patient, one.patient.profile_id).phone = ""
    db.session.remove()
    (shown,) = handover_lists.open_now(reading(one.id), one.admin, 5)
    assert shown.phone == "" and shown.name == one.patient.name


def test_old_words_are_wiped_and_the_rest_stays(world):
    one = world.one
    old = ask(one.patient, "old words")
    take(one.admin, old)
    new = ask(one.patient, "new words", talk="b", at=LATER)
    theirs = ask(world.two.patient, "their words")
    waiting = ask(one.other_patient, "words that wait", talk="c")
    with transaction(one.id) as session:
        for each in (old, new):
            session.get_one(Handover, each).closed_at = LATER
    db.session.remove()
    wiped = in_transaction(one.id, None, lambda session: handovers.forget_words(session, LATER))
    assert wiped == 1
    assert row_of(one.id, old).reason == "" and row_of(one.id, new).reason == "new words"
    assert row_of(world.two.id, theirs).reason == "their words"
    assert row_of(one.id, waiting).reason == "words that wait"


def test_the_end_of_a_long_turn_is_joined_with_the_next(world):
    patient = Person(world.one.patient)
    patient.say("well " * 60 + "it is about my chest")
    assert "112" in patient.say("it hurts a lot").text
