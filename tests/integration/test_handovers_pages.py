"""Staff pages of hand-overs: Today, the list, one with its talk; who may see what."""

from __future__ import annotations

from datetime import timedelta

import pytest

from medcor.models import Patient
from medcor.web.transaction import transaction
from tests.assistant_helpers import book
from tests.conftest import NOW
from tests.doctor_helpers import add_patient
from tests.handover_helpers import acts, ask, row_of, say, take
from tests.page_helpers import csrf_token, sign_in_patient, sign_in_staff, text_of
from tests.week_helpers import MONDAY

JSON = {"Accept": "application/json"}


def send(client, path: str, **fields: object):
    """Post a form with the token of a page that everybody may see."""
    token = csrf_token(client, "/view_clinic_details/")
    return client.post(path, data={"csrf_token": token, **fields})


@pytest.fixture()
def desk(app, world, client):
    sign_in_staff(client, world.one.admin)
    return client


def phone_of(actor, phone: str) -> None:
    with transaction(actor.clinic_id) as session:
        session.get_one(Patient, actor.profile_id).phone = phone


def test_the_words_of_several_talks_stand_in_their_order(world, desk):
    one = world.one
    ask(one.patient, "please call me")
    say(one.patient, "other.1", "I have chest pain", "Call 112.", talk="other")
    made = ask(one.patient, "I have chest pain", flag="chest_pain", talk="other", turn="other.1")
    for page in ("/today/", f"/handovers/{made}/"):
        told = text_of(desk.get(page))
        assert told.index("please call me") < told.index("I have chest pain"), page
    assert "Call 112." in text_of(desk.get(f"/handovers/{made}/"))


def test_today_shows_alarms_first_with_their_waiting_time_and_the_phone(app, world, desk):
    one = world.one
    phone_of(one.other_patient, "+90 555 010 20 30")
    ask(one.patient, "call me back")
    ask(one.other_patient, "I can't breathe", flag="breathing", talk="other")
    app.extensions["medcor"].clock = lambda: NOW + timedelta(minutes=7)
    page = desk.get("/today/").get_data(as_text=True)
    assert page.index("Trouble breathing") < page.index("call me back")
    assert 'href="tel:+905550102030"' in page and "card--alarm" in page
    told = text_of(desk.get("/today/"))
    assert "Waits 7 minutes" in told and "Hand-overs 2 1 alarm" in told
    assert 'data-refresh="handovers"' in page and 'data-open="2"' in page


def test_today_has_a_place_for_alarms_that_come_later(desk):
    page = desk.get("/today/").get_data(as_text=True)
    assert 'id="handovers"' in page and 'data-handover-watch="/handovers/open/"' in page


def test_a_doctors_today_shows_alarms_of_own_patients(world, client):
    one = world.one
    book(one, one.patient, 0, MONDAY)
    ask(one.patient, "my own alarm", flag="stroke")
    mine = add_patient(one, "Only Asking", "asks@one.test")
    book(one, mine, 1, MONDAY)
    ask(mine, "only a request", talk="second")
    ask(one.other_patient, "not my patient", flag="stroke", talk="third")
    sign_in_staff(client, one.doctor)
    told = text_of(client.get("/today/"))
    assert "my own alarm" in told
    assert "only a request" not in told and "not my patient" not in told
    listed = text_of(client.get("/handovers/"))
    assert "Patient Test" in listed and "Second-Patient" not in listed
    assert client.get("/handovers/open/").json == {
        "open": 2,
        "alarms": 1,
        "latest_alarm": NOW.timestamp() * 1000,
    }


def test_the_script_is_told_what_waits(world, desk):
    assert desk.get("/handovers/open/").json == {"open": 0, "alarms": 0, "latest_alarm": None}
    first = ask(world.one.patient)
    ask(world.one.other_patient, flag="stroke", talk="other")
    ask(world.two.patient, flag="stroke")
    answer = desk.get("/handovers/open/")
    assert answer.json == {"open": 2, "alarms": 1, "latest_alarm": NOW.timestamp() * 1000}
    assert answer.headers["Cache-Control"] == "no-store"
    take(world.one.admin, first)
    assert desk.get("/handovers/open/").json["open"] == 1


def test_taking_closing_and_opening_again(world, desk):
    made = ask(world.one.patient)
    path = f"/handovers/{made}/"
    answer = send(desk, f"{path}take/", next="/today/")
    assert answer.status_code == 302 and answer.headers["Location"] == "/today/"
    assert "You look after it." in text_of(desk.get("/today/"))
    assert send(desk, f"{path}take/", next="//evil.test").headers["Location"] == path
    empty = send(desk, f"{path}close/", outcome="  ")
    assert empty.status_code == 400 and "Say in a few words" in text_of(empty)
    long = send(desk, f"{path}close/", outcome="x" * 501)
    assert long.status_code == 400 and "x" * 501 in long.get_data(as_text=True)
    closed = send(desk, f"{path}close/", outcome="Called back.\nAll is well.")
    assert closed.headers["Location"] == "/handovers/"
    assert send(desk, f"{path}close/", outcome="Called back.\nAll is well.").status_code == 302
    other = send(desk, f"{path}close/", outcome="Another note")
    assert other.status_code == 409 and "Somebody else has closed this" in text_of(other)
    assert "Called back." in text_of(desk.get(path))
    assert desk.get(f"{path}close/").headers["Location"] == path
    assert send(desk, f"{path}reopen/").headers["Location"] == path
    assert row_of(world.one.id, made).closed_at is None
    told = text_of(desk.get(path))
    assert "Opened a hand-over again" in told and "Closed a hand-over" in told


def test_somebody_elses_is_said_to_be_theirs(world, desk, app):
    one = world.one
    made = ask(one.patient)
    book(one, one.patient, 0, MONDAY)
    take(one.doctor, made)
    answer = send(desk, f"/handovers/{made}/take/")
    told = text_of(desk.get(answer.headers["Location"]))
    assert "Dr. Doctor Test looks after it already." in told
    token = csrf_token(desk, "/today/")
    sent = desk.post(f"/handovers/{made}/take/", headers=JSON, data={"csrf_token": token})
    assert sent.json == {"id": made, "mine": False, "taken_by": "Dr. Doctor Test"}


def test_the_page_shows_this_talk_up_to_the_turn_and_nothing_else(world, desk):
    one = world.one
    say(one.patient, "other", "words of another talk", "no", talk="another")
    say(one.other_patient, "stranger", "words of another person", "no", talk="strange")
    for number in range(25):
        when = NOW + timedelta(minutes=number)
        say(one.patient, f"turn-{number}", f"said-{number}.", f"told-{number}.", at=when)
    made = ask(one.patient, "said-22", turn="turn-22")
    page = text_of(desk.get(f"/handovers/{made}/"))
    shown = [number for number in range(25) if f"said-{number}." in page]
    assert shown == list(range(3, 23))
    assert "told-22." in page and "told-23." not in page and "told-2." not in page
    assert "another talk " not in page.replace("no other talk", "") and "person" not in page
    assert "Read the talk of a hand-over" in page
    assert acts(one.id) == ["handover.read"]
    desk.get(f"/handovers/{made}/")
    assert acts(one.id) == ["handover.read"] * 2


def test_a_later_turn_that_was_written_before_the_reply_is_not_shown(world, desk):
    one = world.one
    from medcor.models import MessageType
    from medcor.services.conversations import log_message

    order = [("a", MessageType.USER), ("b", MessageType.USER), ("a", MessageType.LLM)]
    with transaction(one.id, one.patient) as session:
        for number, (turn, kind) in enumerate(order):
            log_message(
                session,
                one.patient,
                session_id="a-talk",
                turn_id=turn,
                message_id=f"{turn}-{kind}",
                message_type=kind,
                content=f"{turn} {kind.value} words",
                source="voice",
                interrupted=kind is MessageType.LLM,
                now=NOW + timedelta(seconds=number),
            )
    page = text_of(desk.get(f"/handovers/{ask(one.patient, turn='a')}/"))
    assert "a user words" in page and "a llm words" in page and "interrupted" in page
    assert "b user words" not in page


def test_a_hand_over_whose_talk_is_gone_still_says_why(world, desk):
    page = text_of(desk.get(f"/handovers/{ask(world.one.patient, 'call me, please')}/"))
    assert "call me, please" in page and "not kept any more" in page
    assert "The patient has given no phone number." in page


def test_words_are_shown_as_text(world, desk):
    evil = "<script>alert(1)</script>"
    say(world.one.patient, "turn-1", evil, evil)
    made = ask(world.one.patient, evil, flag="stroke")
    for path in ("/today/", "/handovers/", f"/handovers/{made}/"):
        assert evil not in desk.get(path).get_data(as_text=True)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Second-Patient Test", "Patient Test"]),
        ("?kind=alarm", ["Second-Patient Test"]),
        ("?kind=request", ["Patient Test"]),
        ("?kind=bogus&state=bogus", ["Second-Patient Test", "Patient Test"]),
        ("?state=taken", []),
        ("?state=all&sort=patient&direction=desc", ["Second-Patient Test", "Patient Test"]),
        ("?q=second", ["Second-Patient Test"]),
        ("?q=555%20010", ["Second-Patient Test"]),
        ("?q=%25", []),
        ("?sort=asked", ["Patient Test", "Second-Patient Test"]),
    ],
)
def test_the_list_is_filtered_and_sorted(world, desk, query, names):
    one = world.one
    phone_of(one.other_patient, "+90 (555) 010-20-30")
    ask(one.patient)
    ask(one.other_patient, flag="stroke", talk="other", at=NOW + timedelta(minutes=1))
    found = desk.get(f"/handovers/{query}", headers=JSON).json
    assert [each["patient"] for each in found["results"]] == names
    assert found["count"] == len(names)
    assert desk.get(f"/handovers/{query}").status_code == 200


def test_the_list_has_pages_and_states(world, desk):
    one = world.one
    people = [add_patient(one, f"Asks {each}", f"asks-{each}@one.test") for each in range(25)]
    made = [ask(each, talk=each.email) for each in people]
    take(one.admin, made[0])
    assert "1–20 of 24" in text_of(desk.get("/handovers/"))
    assert "21–24 of 24" in text_of(desk.get("/handovers/?page=2"))
    assert "1–1 of 1" in text_of(desk.get("/handovers/?state=taken"))
    assert "None yet" in text_of(desk.get("/handovers/?state=closed"))
    assert "Nothing found" in text_of(desk.get("/handovers/?q=qqzz"))


def test_the_file_holds_no_word_that_was_said(world, desk):
    ask(world.one.patient, "my secret", flag="chest_pain")
    answer = desk.get("/handovers/?format=csv", buffered=True)
    text = answer.get_data(as_text=True)
    header, row = text.lstrip("\ufeff").splitlines()
    assert header == "Patient,Phone,Kind,Asked,State,Taken,By,Closed"
    assert row == "Patient Test,,Alarm,2026-03-04T06:00:00+00:00,Nobody has taken it,,,"
    assert "secret" not in text and "chest" not in text
    assert acts(world.one.id) == ["handovers.exported"]


def test_nobody_else_gets_in(app, world):
    one = world.one
    made = ask(one.patient)
    paths = [f"/handovers/{made}/", f"/handovers/{made}/close/"]
    for actor, sign_in, status in (
        (one.patient, sign_in_patient, 403),
        (one.doctor, sign_in_staff, 404),
        (world.two.admin, sign_in_staff, 404),
    ):
        client = app.test_client()
        sign_in(client, actor)
        assert [client.get(path).status_code for path in paths] == [status, status]
        for act in ("take", "close", "reopen"):
            sent = send(client, f"/handovers/{made}/{act}/", outcome="x")
            assert sent.status_code == status
    assert app.test_client().get("/handovers/").status_code == 302
    assert row_of(one.id, made).taken_at is None and acts(one.id) == []
    app_client = app.test_client()
    sign_in_staff(app_client, one.admin)
    assert app_client.get("/handovers/99999/").status_code == 404


def test_the_settings_are_saved_over_the_version_that_was_shown(world, desk):
    page = desk.get("/clinic/edit/?part=safety")
    assert "Minutes that an alarm may wait" in text_of(page)
    path = "/clinic/edit/?part=safety"
    saved = send(desk, path, version="1", alarm_minutes="5", handover_minutes="30")
    assert saved.status_code == 302
    stale = send(desk, path, version="1", alarm_minutes="6", handover_minutes="30")
    assert stale.status_code == 409
    for wrong in ("0", "61", "x", ""):
        bad = send(desk, path, version="2", alarm_minutes=wrong, handover_minutes="30")
        assert bad.status_code == 400, wrong
    told = text_of(desk.get("/admin_clinic_details/"))
    assert "mailed to every admin after 5 minutes" in told and "waits 30 minutes" in told
