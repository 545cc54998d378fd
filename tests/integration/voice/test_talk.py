"""A talk end to end: prompt file, voice and typed turns, replies, the log."""

from __future__ import annotations

import json
import stat

import pytest

from tests.servers import wait_until
from tests.voice.client import SILENCE, prepare
from tests.voice.scripted_deepgram import frame

from .conftest import START


def test_the_prompt_file_says_who_talks_and_where_it_starts(clinics, server):
    for actor, facts in (
        (clinics.world.one.patient, "upcoming_appointments"),
        (clinics.world.one.doctor, "today"),
    ):
        key, _ = clinics.sign_in(actor)
        status, body = prepare(server.url, key)
        path = clinics.prompts / f"{actor.user_id}_user_specific_prompts.json"
        prompt = json.loads(path.read_text())
        assert status == 201 and body["file"] == path.name
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert prompt["role"] == actor.role.value and prompt["name"] == actor.name
        assert prompt["clinic"]["schema_name"] == f"clinic_{actor.clinic_id}"
        assert prompt["may"] and prompt["facts"] == {facts: []}


def test_an_admin_has_no_assistant(clinics, server):
    key, _ = clinics.sign_in(clinics.world.one.admin)
    with pytest.raises(Exception, match="403"):
        prepare(server.url, key)


def test_words_become_a_turn_and_its_reply_and_both_are_logged_once(clinics, open_page):
    actor = clinics.world.one.patient
    page = open_page(actor)
    answer = page.ask("start", {**START, "user_id": actor.user_id, "user_email": actor.email})
    assert answer["ok"] and "credits" not in answer
    page.wait("status", lambda event: event["state"] == "listening")
    page.say(
        SILENCE,
        frame({"interim": "what time do"}),
        SILENCE,
        frame({"final": "What time do you open?", "speech_final": True}),
    )
    page.say(*[SILENCE] * 8, pace=0.1)
    reply = page.wait("reply")
    page.ask("stop")
    page.wait("status", lambda event: event["state"] == "closed")

    first, final = page.all("transcript")
    assert first["utterance_id"] == final["utterance_id"]
    assert (first["is_final"], final["is_final"]) == (False, True)
    assert final["text"] == "What time do you open?"
    log = clinics.messages(actor.clinic_id, answer["session_id"])
    assert log == [("user", "What time do you open?", False), ("llm", reply["text"], False)]
    assert not reply["interrupted"] and reply["text"]


def test_every_event_is_numbered_without_a_gap(clinics, open_page):
    page = open_page(clinics.world.one.patient)
    page.ask("start", START)
    page.ask("text", {"text": "Which doctors do you have?"})
    page.wait("reply")
    page.ask("stop")
    page.wait("status", lambda event: event["state"] == "closed")
    assert [event["seq"] for _, event in page.heard] == list(range(1, len(page.heard) + 1))
    assert page.heard[0][0] == "ready"
    states = [event["state"] for event in page.all("status")]
    assert states == ["connecting", "listening", "closed"]


def test_typing_needs_no_microphone(clinics, open_page):
    page = open_page(clinics.world.one.patient)
    answer = page.ask("start", {"language": "tr"})
    assert answer["ok"]
    assert page.ask("text", {"text": "  Merhaba,\x00 nasılsınız?\ud800 😊\u200d "})["ok"]
    page.wait("transcript", lambda event: event["text"] == "Merhaba, nasılsınız? 😊\u200d")
    page.wait("reply")
    assert not page.all("status")


def test_a_burst_of_typed_turns_is_answered_in_order_one_at_a_time(clinics, open_page):
    actor = clinics.world.one.patient
    page = open_page(actor)
    session_id = page.ask("start", {})["session_id"]
    lines = [f"What does number {number} cost?" for number in range(6)]
    for line in lines:
        page.send("text", {"text": line})
    wait_until(lambda: len(page.all("transcript")) == 6, 5, "not all turns came")
    page.ask("stop")
    page.wait("status", lambda event: event["state"] == "closed")

    log = clinics.messages(actor.clinic_id, session_id)
    assert [content for kind, content, _ in log if kind == "user"] == lines
    shown = [event["turn_id"] for name, event in page.heard if name in ("reply", "reply_delta")]
    # All pieces of a reply stand together: no second reply began before it was whole.
    assert shown == sorted(shown, key=shown.index)
    assert len({event["turn_id"] for event in page.all("reply")}) == len(page.all("reply"))


def test_the_first_channel_of_the_seed_works(clinics, deepgram, open_page):
    actor = clinics.world.one.patient
    page = open_page(actor)
    import base64

    start = {"action": "start", "user_id": actor.user_id, "user_email": actor.email}
    page.send("message", start)
    page.wait("status", lambda event: event["state"] == "listening")
    for each in (frame({"final": "Which treatments are there?"}), *[SILENCE] * 8):
        page.send("message", json.dumps({"audio": base64.b64encode(each).decode()}))
    page.wait("transcript", lambda event: event["text"] == "Which treatments are there?")
    page.wait("reply")
    page.send("message", {"action": "pause_backend"})
    page.wait("status", lambda event: event["state"] == "paused")
    page.send("message", {"action": "resume_backend"})
    after = len(page.heard)
    page.send("message", {"action": "stop"})
    page.wait("status", lambda event: event["state"] == "closed", after=after)


def test_pausing_makes_the_last_words_a_turn_and_then_hears_nothing(clinics, open_page):
    page = open_page(clinics.world.one.patient)
    page.ask("start", START)
    page.say(frame({"on_finalize": "Yes please."}), frame({"interim": "yes"}))
    page.wait("transcript", lambda event: event["text"] == "yes")
    page.ask("pause_backend")
    page.wait("status", lambda event: event["state"] == "paused")
    page.wait("transcript", lambda event: event["is_final"] and event["text"] == "Yes please.")
    page.wait("reply")
    page.say(frame({"final": "nobody should hear this"}))
    page.ask("resume_backend")
    page.say(frame({"final": "but this"}), *[SILENCE] * 8)
    page.wait("transcript", lambda event: event["text"] == "but this")
    assert not [event for event in page.all("transcript") if "nobody" in event["text"]]


def test_stopping_with_words_on_the_lips_loses_none(clinics, open_page):
    actor = clinics.world.one.patient
    page = open_page(actor)
    session_id = page.ask("start", START)["session_id"]
    page.say(frame({"on_finalize": "And thank you."}), frame({"interim": "and"}))
    page.wait("transcript")
    page.ask("stop")
    page.wait("status", lambda event: event["state"] == "closed")
    log = clinics.messages(actor.clinic_id, session_id)
    assert [kind for kind, _, _ in log] == ["user", "llm"]
    assert log[0][1] == "And thank you."


def test_the_prompt_goes_with_the_users_last_talk(clinics, open_page):
    actor = clinics.world.one.other_patient
    path = clinics.prompts / f"{actor.user_id}_user_specific_prompts.json"
    first, second = open_page(actor), open_page(actor)
    for page in (first, second):
        assert page.ask("start", {})["ok"]
    first.ask("stop")
    first.wait("status", lambda event: event["state"] == "closed")
    assert path.exists()
    second.ask("stop")
    second.wait("status", lambda event: event["state"] == "closed")
    wait_until(lambda: not path.exists(), 2, "the prompt was kept")


def test_the_query_to_the_recogniser_comes_from_lists(clinics, server, deepgram, open_page):
    page = open_page(clinics.world.one.patient)
    page.ask("start", {**START, "sample_rate": 48000, "model": "x", "redact": "y"})
    page.wait("status", lambda event: event["state"] == "listening")
    import urllib.request

    with urllib.request.urlopen(f"http://127.0.0.1:{deepgram.port}/stats") as answer:
        query = json.load(answer)["queries"][-1]
    assert query["sample_rate"] == "48000" and query["model"] == "nova-2"
    assert "redact" not in query
