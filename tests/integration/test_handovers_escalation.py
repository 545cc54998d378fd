"""What nobody takes: mailed to the clinic, told to the patient, once whoever looks after it."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from medcor.domain.permissions import Role
from medcor.extensions import db
from medcor.models import Clinic, User
from medcor.services import handover_escalation, handover_lists
from medcor.web.handover_ticker import run_handover_ticker, settle_due
from medcor.web.transaction import reading, transaction
from tests.conftest import NOW
from tests.factories import make_user
from tests.handover_helpers import acts, ask, mails, open_talk_session, row_of, take
from tests.page_helpers import sent_mails


def at(app, minutes: float) -> None:
    app.extensions["medcor"].clock = lambda: NOW + timedelta(minutes=minutes)


def run(app, minutes: float):
    at(app, minutes)
    return settle_due()


@pytest.fixture()
def admins(world) -> None:
    """A second admin who reads Turkish, and one who has left."""
    with transaction(world.one.id) as session:
        make_user(session, world.one.id, Role.ADMIN, "tr-admin@one.test", language="tr")
        make_user(session, world.one.id, Role.ADMIN, "gone@one.test", is_active=False)


def test_an_alarm_is_mailed_to_every_active_admin_and_the_clinic(app, world, admins):
    made = ask(world.one.patient, flag="breathing")
    assert run(app, 1.9).total() == 0
    assert run(app, 2) == {"mailed": 1, "told": 1}
    assert mails(world.one.id) == [
        ("handover_waits", "admin@one.test", "en"),
        ("handover_waits", "tr-admin@one.test", "tr"),
        ("handover_waits", "front@clinic.test", "en"),
        ("handover_untaken", "patient@one.test", "en"),
    ]
    assert run(app, 2).total() == run(app, 11.9).total() == 0
    assert acts(world.one.id) == ["handover.escalated", "handover.patient_told"]
    assert row_of(world.one.id, made).escalations == 1


def test_an_alarm_is_mailed_again_every_ten_minutes_three_times(app, world):
    made = ask(world.one.patient, flag="breathing")
    rounds = [run(app, minutes)["mailed"] for minutes in (2, 12, 21, 22, 32, 42, 52, 600)]
    assert rounds == [1, 1, 0, 1, 1, 0, 0, 0]
    assert row_of(world.one.id, made).escalations == 4
    assert [kind for kind, _, _ in mails(world.one.id)].count("handover_untaken") == 1


def test_a_new_alarm_after_the_last_mail_is_mailed_and_told_anew(app, world):
    """Nobody was there on Friday; on Sunday it is another emergency, and no part of the old one."""
    one, day = world.one, timedelta(days=1)
    made = ask(one.patient, flag="breathing")
    assert sum(run(app, minutes)["mailed"] for minutes in (2, 12, 22, 32)) == 4
    assert ask(one.patient, "again", flag="breathing", turn="b.1", at=NOW + 2 * day) == made
    latest = handover_lists.count_open(reading(one.id), one.admin).latest
    assert latest == (NOW + 2 * day).timestamp() * 1000
    two_days = 2 * 24 * 60
    assert run(app, two_days + 2) == {"mailed": 1, "told": 1}
    assert [kind for kind, _, _ in mails(one.id)].count("handover_untaken") == 2


@pytest.mark.parametrize("flag", ["", "stroke"])
def test_what_nobody_took_for_weeks_is_asked_anew(app, world, flag):
    made = ask(world.one.patient)
    later = NOW + timedelta(days=20)
    assert ask(world.one.patient, flag=flag, turn="b.1", at=later) == made
    assert row_of(world.one.id, made).created_at == later
    assert run(app, 20 * 24 * 60 + 15) == {"mailed": 1, "told": 1}


def test_one_patient_makes_eight_rounds_of_mails_an_hour(app, world):
    """Each time the last round is over they cry again."""
    mailed = 0
    for minute in range(0, 60):
        ask(
            world.one.patient,
            flag="breathing",
            turn=f"t.{minute}",
            at=NOW + timedelta(minutes=minute),
        )
        mailed += run(app, minute)["mailed"]
    assert mailed <= 8


def test_a_request_is_mailed_once_and_what_is_taken_never(app, world):
    one = world.one
    ask(one.patient)
    taken = ask(one.other_patient, flag="stroke", talk="other")
    take(one.admin, taken)
    assert run(app, 14).total() == 0
    assert run(app, 15) == {"mailed": 1, "told": 1}
    assert run(app, 200).total() == 0
    assert {recipient for _, recipient, _ in mails(one.id)} == {
        "admin@one.test",
        "front@clinic.test",
        "patient@one.test",
    }


def test_the_clinics_own_minutes_count(app, world):
    with transaction(None) as session:
        clinic = session.get_one(Clinic, world.one.id)
        clinic.handover_minutes, clinic.alarm_minutes = 60, 5
    ask(world.one.patient)
    ask(world.one.other_patient, flag="stroke", talk="other")
    ask(world.two.patient)
    assert run(app, 4).total() == 0
    assert run(app, 5)["mailed"] == 1
    assert run(app, 14)["mailed"] == 0
    assert run(app, 15)["mailed"] == 2
    assert run(app, 61)["mailed"] == 2
    assert ("handover_waits", "admin@two.test", "en") in mails(world.two.id)
    assert ("handover_waits", "admin@two.test", "en") not in mails(world.one.id)


def test_an_address_is_mailed_once(app, world):
    with transaction(None) as session:
        session.get_one(Clinic, world.one.id).email = "ADMIN@one.test"
    ask(world.one.patient)
    run(app, 15)
    assert [recipient for _, recipient, _ in mails(world.one.id)] == [
        "admin@one.test",
        "patient@one.test",
    ]


def test_whoever_is_in_the_talk_is_told_there_and_not_by_mail(app, world):
    one = world.one
    made = ask(one.patient, flag="stroke")
    open_talk_session(one.patient, "a-talk", alive_at=NOW + timedelta(minutes=1, seconds=45))
    assert run(app, 2) == {"mailed": 1}
    assert row_of(one.id, made).told_at is None
    # No sign of life for more than half a minute: nobody is there to hear it.
    assert run(app, 2.5) == {"told": 1}
    assert ("handover_untaken", "patient@one.test", "en") in mails(one.id)


def test_an_alarm_does_not_wait_for_a_page_that_has_gone(app, world):
    one = world.one
    alive = NOW + timedelta(minutes=2)
    made = ask(one.patient, flag="stroke")
    open_talk_session(one.patient, "a-talk", alive_at=alive, attended=False)
    assert run(app, 2) == {"mailed": 1, "told": 1}
    assert row_of(one.id, made).told_at == alive


def test_a_request_waits_as_long_as_its_talk_lives(app, world):
    one = world.one
    ask(one.patient)
    alive = NOW + timedelta(minutes=15)
    open_talk_session(one.patient, "a-talk", alive_at=alive, attended=False)
    assert run(app, 15) == {"mailed": 1}
    assert run(app, 15.6) == {"told": 1}


def test_a_patient_makes_the_clinic_so_many_mails_an_hour_and_no_more(app, world):
    one, rounds = world.one, []
    for number in range(12):
        minute = 3.0 * number
        made = ask(one.patient, f"{number}", flag="stroke", at=NOW + timedelta(minutes=minute))
        rounds.append(run(app, minute + 2)["mailed"])
        take(one.admin, made)
    assert rounds == [1] * 8 + [0] * 4
    # Nobody else is kept waiting by it, and neither is the patient in the next hour.
    ask(one.other_patient, flag="stroke", talk="other", at=NOW + timedelta(minutes=36))
    assert run(app, 38)["mailed"] == 1
    ask(one.patient, flag="stroke", at=NOW + timedelta(minutes=70))
    assert run(app, 72)["mailed"] >= 1


def test_whoever_has_left_the_talk_is_told_by_mail(app, world):
    one = world.one
    ask(one.patient, flag="stroke")
    alive = NOW + timedelta(minutes=2)
    open_talk_session(one.patient, "a-talk", alive_at=alive, ended_at=alive)
    assert run(app, 2) == {"mailed": 1, "told": 1}


def test_a_deactivated_patient_is_not_mailed(app, world):
    ask(world.one.patient)
    with transaction(world.one.id) as session:
        session.get_one(User, world.one.patient.user_id).is_active = False
    assert run(app, 15) == {"mailed": 1}


def test_several_processes_mail_once(app, world):
    for clinic in (world.one, world.two):
        ask(clinic.patient, flag="stroke")
        ask(clinic.other_patient, talk="other")
    at(app, 20)
    line, counts = threading.Barrier(3), []

    def tick() -> None:
        with app.app_context():
            line.wait(20)
            counts.append(settle_due())
            db.session.remove()

    threads = [threading.Thread(target=tick) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sum(each["mailed"] for each in counts) == sum(each["told"] for each in counts) == 4
    for clinic in (world.one, world.two):
        kinds = [kind for kind, _, _ in mails(clinic.id)]
        assert kinds.count("handover_waits") == 4 and kinds.count("handover_untaken") == 2


def test_a_list_that_is_out_of_date_does_nothing(app, world):
    made = ask(world.one.patient, flag="stroke")
    at(app, 2)
    db.session.remove()
    due = handover_escalation.list_due(db.session(), NOW + timedelta(minutes=2))
    take(world.one.admin, made)
    for each in due:
        with transaction(world.one.id) as session:
            assert handover_escalation.settle(session, each, NOW) == (0, 0)
    assert mails(world.one.id) == []


def test_one_failure_keeps_no_other_waiting(app, world, monkeypatch):
    ask(world.one.patient, flag="stroke")
    ask(world.two.patient)
    settle = handover_escalation.settle

    def failing(session, due, now):
        if due.clinic_id == world.one.id:
            raise RuntimeError("out of order")
        return settle(session, due, now)

    monkeypatch.setattr(handover_escalation, "settle", failing)
    assert run(app, 15) == {"mailed": 1, "told": 1}
    assert mails(world.one.id) == [] and len(mails(world.two.id)) == 3


def test_the_ticker_goes_on_after_an_error_and_ends_when_told(app, world, monkeypatch):
    ask(world.one.patient, flag="stroke")
    at(app, 2)
    stop, rounds, due = threading.Event(), [], handover_escalation.list_due

    def counted(session, now):
        rounds.append(now)
        if len(rounds) == 1:
            raise RuntimeError("out of order")
        if len(rounds) > 3:
            stop.set()
        return due(session, now)

    monkeypatch.setattr(handover_escalation, "list_due", counted)
    ticker = threading.Thread(target=run_handover_ticker, args=(app, stop, 0.01))
    ticker.start()
    ticker.join(30)
    assert not ticker.is_alive()
    assert len(mails(world.one.id)) == 3


def test_the_command_may_be_run_late_and_twice(app, world):
    ask(world.one.patient, flag="stroke")
    at(app, 600)
    db.session.remove()
    first = app.test_cli_runner().invoke(args=["handovers", "run"])
    assert first.output == "1 mailed to the clinic, 1 patients told\n"
    db.session.remove()
    assert app.test_cli_runner().invoke(args=["handovers", "run"]).output == "nothing waits\n"


def letters(app) -> dict[str, tuple[str, str]]:
    """The subject and the text of each mail that is sent now, by its recipient."""
    return {
        mail["To"]: (mail["Subject"], mail.get_body(("plain",)).get_content())
        for mail in sent_mails(app.extensions["medcor"].settings.mail_folder)
    }


def test_the_letters_of_an_alarm(app, world, admins):
    made = ask(world.one.patient, "I have secret chest pain", flag="chest_pain")
    with transaction(world.one.id) as session:
        user = session.get_one(User, world.one.patient.user_id)
        user.language, user.patient.phone = "tr", "+90 555 010 20 30"
    run(app, 3)
    sent = letters(app)
    subject, text = sent["admin@one.test"]
    assert subject == "Emergency: a patient of Clinic one.test may be in danger"
    assert "Patient: Patient Test" in text and "Phone: +90 555 010 20 30" in text
    assert "Since: Wed 4 Mar, 09:00 (3 minutes)" in text and f"/handovers/{made}/" in text
    assert "again every ten minutes" in text
    assert "Hello" not in sent["front@clinic.test"][1]
    told = sent["patient@one.test"][1]
    assert "112" in told and "+90 212 000 00 00" in told
    for _, words in sent.values():
        assert "secret" not in words and "chest" not in words.lower()


def test_the_letters_of_a_request(app, world):
    made = ask(world.one.patient, "my secret")
    run(app, 15)
    sent = letters(app)
    assert sent["admin@one.test"][0] == "A patient of Clinic one.test waits for a person"
    assert f"/handovers/{made}/" in sent["admin@one.test"][1]
    subject, text = sent["patient@one.test"]
    assert subject == "Clinic one.test has not seen your message yet"
    assert "In an emergency, call 112." in text and "+90 212 000 00 00" in text
    assert "secret" not in text


def test_a_letter_about_what_was_taken_meanwhile_is_not_sent(app, world):
    made = ask(world.one.patient, flag="stroke")
    run(app, 2)
    take(world.one.admin, made)
    assert letters(app) == {}
