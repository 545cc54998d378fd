"""Who may talk, what a client may send, and how the process is afterwards."""

from __future__ import annotations

import json
import socket
import time

import pytest

from medcor.services.sessions import revoke_session
from medcor.web.state import now
from medcor.web.transaction import transaction
from tests.servers import wait_until
from tests.voice.client import SILENCE, Page, Refused, prepare
from tests.voice.scripted_deepgram import frame

from .conftest import START


def healthy(server) -> bool:
    return server.get("/healthz")[0] == 200


def refused(url: str, key: str | None, **headers: str) -> str:
    with pytest.raises(Refused) as error:
        Page(url, key, **headers)
    return str(error.value)


def test_without_a_sign_in_nobody_connects(clinics, server):
    assert refused(server.url, None) == "auth"
    assert refused(server.url, "not a key") == "auth"
    assert healthy(server)


def test_an_admin_may_not_talk(clinics, server):
    assert refused(server.url, clinics.sign_in(clinics.world.one.admin)[0]) == "auth"


def test_a_revoked_key_does_not_connect(clinics, server):
    actor = clinics.world.one.patient
    key, name = clinics.sign_in(actor)
    with clinics.app.app_context(), transaction(actor.clinic_id) as session:
        revoke_session(session, name, now())
    assert refused(server.url, key) == "auth"


def test_an_expired_key_does_not_connect(clinics, server, monkeypatch):
    from datetime import timedelta

    from medcor.web import tokens

    monkeypatch.setattr(tokens, "API_LIFE", timedelta(seconds=-1))
    assert refused(server.url, clinics.sign_in(clinics.world.one.patient)[0]) == "auth"


def test_a_chatbot_token_is_no_person(clinics, server):
    from medcor.web.tokens import issue_chatbot_token

    with clinics.app.app_context():
        token = issue_chatbot_token(clinics.world.one.id)
    assert refused(server.url, token) == "auth"


def test_a_foreign_origin_is_refused(clinics, server):
    key, _ = clinics.sign_in(clinics.world.one.patient)
    assert refused(server.url, key, Origin="https://evil.example")
    page = Page(server.url, key, Origin=server.url)
    page.close()


def test_the_page_session_opens_the_socket_too(clinics, server):
    actor = clinics.world.one.patient
    _, name = clinics.sign_in(actor)
    cookie = clinics.app.session_interface.get_signing_serializer(clinics.app).dumps(
        {"_user_id": f"{actor.clinic_id}:{name}", "_fresh": True}
    )
    page = Page(server.url, None, Cookie=f"medcor_session={cookie}")
    assert page.ask("start", {"user_id": actor.user_id})["code"] in ("prompt_required", None)
    page.close()


def test_without_a_prompt_there_is_no_start(clinics, open_page):
    actor = clinics.world.two.other_patient
    page = open_page(actor, prepared=False)
    answer = page.ask("start", {})
    assert (answer["ok"], answer["code"]) == (False, "prompt_required")
    assert "reload" in answer["message"]


def test_identity_must_match(clinics, open_page):
    actor, other = clinics.world.one.patient, clinics.world.one.other_patient
    page = open_page(actor)
    for wrong in (
        {"user_id": other.user_id},
        {"user_email": other.email},
        {"user_id": "x"},
        {"user_email": 7},
    ):
        assert page.ask("start", wrong)["code"] == "identity_mismatch", wrong
    right = {"user_id": str(actor.user_id), "user_email": actor.email.upper()}
    assert page.ask("start", right)["ok"]


def test_a_talk_belongs_to_its_person(clinics, open_page):
    one = open_page(clinics.world.one.patient)
    session_id = one.ask("start", {})["session_id"]
    for stranger in (clinics.world.one.other_patient, clinics.world.two.patient):
        page = open_page(stranger)
        answer = page.ask("start", {"session_id": session_id, "last_seq": 0})
        assert answer["ok"] and answer["session_id"] != session_id
        assert not page.all("transcript")


def test_each_clinic_sees_itself_only(clinics, open_page):
    for clinic in (clinics.world.one, clinics.world.two):
        page = open_page(clinic.patient)
        session_id = page.ask("start", {})["session_id"]
        page.ask("text", {"text": "Where are you?"})
        page.wait("reply")
        other = clinics.world.two if clinic is clinics.world.one else clinics.world.one
        assert clinics.messages(clinic.id, session_id)
        assert not clinics.messages(other.id, session_id)


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"encoding": "opus", "sample_rate": 16000}, "bad_message"),
        ({"encoding": "linear16", "sample_rate": 12345}, "bad_message"),
        ({"encoding": "linear16"}, "bad_message"),
        ({"sample_rate": 16000}, "bad_message"),
        ({"encoding": "linear16", "sample_rate": True}, "bad_message"),
        ({"encoding": ["linear16"], "sample_rate": 16000}, "bad_message"),
        ({"encoding": "linear16", "sample_rate": {}}, "bad_message"),
        ({**START, "language": "tr"}, "unsupported_language"),
        ({**START, "language": "en&model=x"}, "unsupported_language"),
        ({**START, "language": ["en"]}, "unsupported_language"),
        ({"language": "xx"}, "unsupported_language"),
        ({"last_seq": "3"}, "bad_message"),
        ({"session_id": {"$ne": 1}}, "bad_message"),
        ([1, 2], "bad_message"),
        (17, "bad_message"),
        ("{not json", "bad_message"),
    ],
)
def test_a_start_out_of_its_form_is_refused(clinics, open_page, payload, code):
    page = open_page(clinics.world.one.patient)
    answer = page.ask("start", payload)
    assert (answer["ok"], answer["code"]) == (False, code)
    assert page.ask("start", {})["ok"]


def test_a_second_start_is_the_same_talk(clinics, open_page):
    page = open_page(clinics.world.one.patient)
    first = page.ask("start", {})
    again = page.ask("start", START)
    assert first["session_id"] == again["session_id"]
    page.wait("status", lambda event: event["state"] == "listening")
    assert page.ask("start", START)["session_id"] == first["session_id"]
    assert len(page.all("ready")) == 1


@pytest.mark.parametrize("event", ["text", "stop", "pause_backend", "resume_backend", "audio"])
def test_nothing_goes_before_start(clinics, open_page, event):
    page = open_page(clinics.world.one.patient)
    answer = page.ask(event, SILENCE if event == "audio" else {"text": "hello"})
    assert (answer["ok"], answer["code"]) == (False, "bad_message")


@pytest.mark.parametrize(
    "payload", [None, {}, {"text": ""}, {"text": "   "}, {"text": 5}, {"text": "x" * 2001}, "hi"]
)
def test_a_typed_turn_out_of_its_form_is_refused(clinics, open_page, payload):
    page = open_page(clinics.world.one.patient)
    page.ask("start", {})
    assert page.ask("text", payload)["code"] == "bad_message"


@pytest.mark.parametrize(
    "payload",
    [
        "{",
        "[]",
        {"action": "drop table"},
        {"action": "on_start"},
        {},
        {"audio": "%%%"},
        {"audio": 3},
        {"action": ["start"]},
    ],
)
def test_the_single_channel_answers_what_it_can_not_read(clinics, open_page, payload):
    page = open_page(clinics.world.one.patient)
    page.ask("start", START)
    page.send("message", payload)
    assert page.wait("error")["code"] == "bad_message"
    assert page.ask("text", {"text": "Are you still there?"})["ok"]


@pytest.mark.parametrize(
    "data", [b"", b"odd", b"\0" * 32_002, "text", 5, {"audio": None}, [b"\0\0"], {"audio": "AAA"}]
)
def test_a_frame_out_of_its_form_is_refused_and_the_talk_goes_on(clinics, open_page, data):
    page = open_page(clinics.world.one.patient)
    page.ask("start", START)
    assert page.ask("audio", data)["code"] == "bad_message"
    assert page.wait("error")["code"] == "bad_message"
    page.say(frame({"final": "still here"}))
    page.wait("transcript", lambda event: event["text"] == "still here")


def test_unknown_events_are_refused(clinics, open_page):
    page = open_page(clinics.world.one.patient)
    for name in ("connect_error", "trigger_event", "admin", "_session", "disconnecting"):
        assert page.ask(name, {})["code"] == "bad_message", name


def test_silence_is_no_turn(clinics, open_page):
    actor = clinics.world.one.patient
    page = open_page(actor)
    session_id = page.ask("start", START)["session_id"]
    page.say(*[SILENCE] * 20)
    page.ask("stop")
    page.wait("status", lambda event: event["state"] == "closed")
    assert clinics.messages(actor.clinic_id, session_id) == []
    assert not page.all("transcript") and not page.all("reply")


def test_a_frame_of_two_megabytes_ends_the_connection_not_the_talk(clinics, server, open_page):
    page = open_page(clinics.world.one.patient)
    session_id = page.ask("start", {})["session_id"]
    last = page.heard[-1][1]["seq"]
    page.send("audio", b"\0" * 2_000_000)
    assert page.gone.wait(5)
    again = open_page(clinics.world.one.patient)
    answer = again.ask("start", {"session_id": session_id, "last_seq": last})
    assert answer["session_id"] == session_id
    assert again.ask("text", {"text": "Hello again"})["ok"]
    again.wait("reply")
    assert healthy(server)


def test_garbage_on_the_wire_harms_nobody(clinics, server, open_page):
    page = open_page(clinics.world.one.patient)
    page.ask("start", {})
    page.io.eio.ws.send("42/ws/transcription,[")
    assert page.gone.wait(5)
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), 5) as raw:
        raw.sendall(b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\n\r\n\0\xff")
        raw.recv(1000)
    assert healthy(server)


def test_typing_too_fast_is_told(clinics, open_page):
    page = open_page(clinics.world.one.patient)
    page.ask("start", {})
    answers = [page.ask("text", {"text": f"line {number}"}) for number in range(14)]
    assert [answer["ok"] for answer in answers[:10]] == [True] * 10
    assert answers[-1]["code"] == "rate_limited"
    assert page.ask("text", {"text": "I have chest pain"})["ok"], "an emergency is never too fast"


def test_a_flood_of_events_is_hung_up_and_slows_nobody(clinics, server, open_page):
    calm = open_page(clinics.world.one.other_patient)
    calm.ask("start", {})
    loud = open_page(clinics.world.one.patient)
    loud.ask("start", {})
    for _ in range(700):
        loud.send("resume_backend")
    began = time.monotonic()
    assert calm.ask("pause_backend")["ok"]
    assert time.monotonic() - began < 1.0
    assert loud.gone.wait(10)
    assert healthy(server)


def test_a_third_person_view_has_no_place_for_the_fourth_talk(clinics, open_page):
    actor = clinics.world.two.patient
    pages = [open_page(actor) for _ in range(4)]
    answers = [page.ask("start", {}) for page in pages]
    assert [answer["ok"] for answer in answers] == [True, True, True, False]
    assert answers[3]["code"] == "too_many_sessions"
    # One that was left makes room.
    pages[0].drop()
    wait_until(lambda: pages[3].ask("start", {})["ok"], 5, "an abandoned talk kept its place")


def test_the_engine_takes_websockets_only(server):
    for version in (3, 4):
        status, body = server.get(f"/socket.io/?EIO={version}&transport=polling")
        assert (status, json.loads(body)) == (400, "Invalid transport")


def test_a_person_has_a_limited_number_of_sockets(clinics, server):
    actor = clinics.world.two.other_patient
    key, _ = clinics.sign_in(actor)
    assert prepare(server.url, key)[0] == 201
    pages = [Page(server.url, key) for _ in range(8)]
    with pytest.raises(Refused, match="too_many_sessions"):
        Page(server.url, key)
    # Another person is let in, and so is this one once a socket is closed.
    stranger = Page(server.url, clinics.sign_in(clinics.world.two.patient)[0])
    pages.pop().close()

    def opens() -> bool:
        try:
            pages.append(Page(server.url, key))
        except Refused:
            return False
        return True

    wait_until(opens, 5, "a closed socket kept its place")
    for page in (*pages, stranger):
        page.close()
