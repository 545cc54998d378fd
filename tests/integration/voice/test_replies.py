"""Replies: one at a time, interrupted at once, paid once, recorded before they are shown."""

from __future__ import annotations

import time

import pytest

from medcor.domain.talk import Delta, Notice, Reply, ToolStep
from medcor.integrations.recognisers.deepgram import Options
from medcor.integrations.recognisers.link import DeepgramLink
from medcor.services import conversations
from medcor.sockets import replies
from tests.servers import wait_until
from tests.voice.client import SILENCE
from tests.voice.scripted_deepgram import frame

from .conftest import START, ScriptedTalk, words


@pytest.fixture()
def talk(live, deepgram, open_page, clinics):
    """Open a talk with a scripted assistant: (page, session_id)."""
    url, registry = live
    address = f"ws://127.0.0.1:{deepgram.port}/v1/listen"

    def recogniser(audio, post):
        return DeepgramLink(lambda: (address, ""), Options(), audio, post)

    def make(script, actor=None, **start):
        registry.parts.make_talk = script
        registry.parts.make_recogniser = recogniser
        page = open_page(actor or clinics.world.one.patient, url)
        answer = page.ask("start", start)
        assert answer["ok"], answer
        return page, answer["session_id"]

    return make


def test_speaking_interrupts_and_what_was_said_is_kept(talk, clinics):
    script = ScriptedTalk(*words(200))
    page, session_id = talk(script, **START)
    page.wait("status", lambda event: event["state"] == "listening")
    page.ask("text", {"text": "Tell me everything"})
    page.wait("reply_delta", lambda event: "word5" in event["text"])
    page.say(SILENCE, frame({"interim": "stop it"}))
    heard = page.wait("transcript", lambda event: event["text"] == "stop it")
    began = time.monotonic()
    reply = page.wait("reply")
    assert time.monotonic() - began < 0.15
    assert reply["interrupted"] and reply["text"].startswith("word0 word1")
    assert reply["seq"] > heard["seq"] and reply["cards"] == []
    after = len(page.heard)
    script.script = words(1)
    page.say(frame({"final": "Stop it."}), *[SILENCE] * 8)
    second = page.wait("reply", after=after)
    assert second["turn_id"] != reply["turn_id"]
    later = [event for name, event in page.heard[after:] if name == "reply_delta"]
    assert {event["turn_id"] for event in later} == {second["turn_id"]}
    assert clinics.messages(1, session_id) == [
        ("user", "Tell me everything", False),
        ("llm", reply["text"], True),
        ("user", "Stop it.", False),
        ("llm", "word0", False),
    ]


def test_a_silent_model_is_interrupted_just_as_fast(talk, clinics):
    page, session_id = talk(ScriptedTalk(1.0, *words(1)), **START)
    page.wait("status", lambda event: event["state"] == "listening")
    page.ask("text", {"text": "Hello"})
    script_began = time.monotonic()
    page.say(SILENCE, frame({"final": "No, something else."}), *[SILENCE] * 8)
    page.wait("reply", seconds=8)
    assert time.monotonic() - script_began < 6
    log = clinics.messages(1, session_id)
    assert [kind for kind, _, _ in log] == ["user", "user", "llm"]


def test_a_tool_under_way_is_finished_before_the_turn_ends(talk):
    script = ScriptedTalk(
        Delta("I book it. "),
        ToolStep("book", "running"),
        0.6,
        ToolStep("book", "done", "Booked"),
        *words(100),
    )
    page, _ = talk(script, **START)
    page.wait("status", lambda event: event["state"] == "listening")
    page.ask("text", {"text": "Yes"})
    page.wait("tool", lambda event: event["state"] == "running")
    page.say(SILENCE, frame({"interim": "wait"}))
    reply = page.wait("reply")
    done = page.wait("tool", lambda event: event["state"] == "done")
    assert done["seq"] < reply["seq"] and done["summary"] == "Booked"
    assert reply["interrupted"]


def test_what_is_typed_meanwhile_joins_the_next_turn(talk, clinics):
    script = ScriptedTalk(*words(20))
    page, session_id = talk(script)
    for line in ("one", "two", "three"):
        page.ask("text", {"text": line})
    wait_until(lambda: len(page.all("reply")) == 2, 5, "the second reply did not come")
    assert script.turns == ["one", "two\nthree"] and script.most == 1
    log = clinics.messages(1, session_id)
    assert [content for kind, content, _ in log if kind == "user"] == ["one", "two", "three"]
    assert [kind for kind, _, _ in log].count("llm") == 2


def test_a_reply_is_in_the_log_before_it_is_shown(talk, clinics):
    page, session_id = talk(ScriptedTalk(*words(3)))
    seen = []
    page.io.on(
        "reply",
        lambda event: seen.append(clinics.messages(1, session_id)),
        namespace="/ws/transcription",
    )
    page.ask("text", {"text": "Hello"})
    wait_until(lambda: seen, 5, "no reply")
    assert [kind for kind, _, _ in seen[0]] == ["user", "llm"]


def test_a_notice_is_told_and_the_reply_goes_on(talk):
    notice = Notice("model_unavailable", "The guided assistant answers instead.", False)
    page, _ = talk(ScriptedTalk(notice, Reply("Hello.")))
    page.ask("text", {"text": "Hello"})
    assert page.wait("error")["code"] == "model_unavailable"
    assert page.wait("reply")["text"] == "Hello."


@pytest.mark.parametrize("script", [(RuntimeError("scripted"),), (Delta("I "), OSError("gone"))])
def test_an_assistant_that_fails_is_told_and_the_talk_goes_on(talk, script, caplog):
    played = ScriptedTalk(*script)
    page, _ = talk(played)
    page.ask("text", {"text": "Hello"})
    error = page.wait("error")
    assert (error["code"], error["retryable"]) == ("model_unavailable", True)
    played.script = words(1)
    page.ask("text", {"text": "Again"})
    page.wait("reply", lambda event: not event["interrupted"])


def test_an_assistant_that_hangs_is_left_behind(talk, monkeypatch):
    monkeypatch.setattr(replies, "REPLY_SECONDS", 0.3)
    monkeypatch.setattr(replies, "LEAVE_SECONDS", 0.2)
    script = ScriptedTalk(3.0)
    page, _ = talk(script)
    page.ask("text", {"text": "Hello"})
    assert page.wait("error")["code"] == "model_unavailable"
    script.script = words(1)
    page.ask("text", {"text": "Again"})
    assert page.wait("reply")["text"] == "word0"


def test_a_turn_that_can_not_be_logged_is_kept_and_logged_once(talk, clinics, monkeypatch, caplog):
    real, failures = conversations.log_message, [OSError("disk"), OSError("disk")]

    def unsure(*args, **values):
        if failures:
            raise failures.pop()
        return real(*args, **values)

    monkeypatch.setattr(conversations, "log_message", unsure)
    page, session_id = talk(ScriptedTalk(*words(1)))
    page.ask("text", {"text": "Hello"})
    assert page.wait("error")["retryable"]
    page.wait("reply")
    assert clinics.messages(1, session_id) == [("user", "Hello", False), ("llm", "word0", False)]


def test_a_doctors_reply_costs_one_credit_and_at_zero_the_transcript_goes_on(talk, clinics):
    doctor = clinics.world.one.doctor
    clinics.set_credits(doctor.clinic_id, 1)
    spent = clinics.spent(doctor.clinic_id)
    page, session_id = talk(ScriptedTalk(*words(2)), doctor)
    assert page.ask("start", {})["credits"] == 1
    page.ask("text", {"text": "My day, please"})
    assert page.wait("credits")["remaining"] == 0
    page.wait("reply")
    page.ask("text", {"text": "And tomorrow?"})
    error = page.wait("error")
    assert error["code"] == "credits_exhausted" and "administrator" in error["message"]
    page.ask("text", {"text": "Still there?"})
    page.wait("transcript", lambda event: event["text"] == "Still there?")
    wait_until(lambda: len(clinics.messages(1, session_id)) == 4, 3, "a turn was not logged")
    assert clinics.credits(doctor.clinic_id) == 0
    assert clinics.spent(doctor.clinic_id) == spent + 1
    assert len(page.all("reply")) == 1


def test_a_failed_reply_costs_nothing(talk, clinics, caplog):
    doctor = clinics.world.one.doctor
    clinics.set_credits(doctor.clinic_id, 3)
    spent = clinics.spent(doctor.clinic_id)
    page, _ = talk(ScriptedTalk(RuntimeError("scripted")), doctor)
    page.ask("text", {"text": "My day, please"})
    page.wait("error")
    assert [event["remaining"] for event in page.all("credits")] == [2, 3]
    assert clinics.credits(doctor.clinic_id) == 3 and clinics.spent(doctor.clinic_id) == spent


def test_patients_pay_nothing(talk, clinics):
    clinics.set_credits(1, 0)
    page, _ = talk(ScriptedTalk(*words(1)))
    page.ask("text", {"text": "Hello"})
    page.wait("reply")
    assert not page.all("credits") and clinics.credits(1) == 0
