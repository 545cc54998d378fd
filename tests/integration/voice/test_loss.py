"""Every dropped millisecond is counted, resent audio is heard once, and what is behind is shown."""

from __future__ import annotations

import time

import pytest
import sqlalchemy as sa

from medcor.extensions import db
from medcor.integrations.recognisers import link
from medcor.integrations.recognisers.deepgram import Options
from medcor.models import TalkSession, TurnMeasure, TurnOutcome
from medcor.web.transaction import reading
from tests.servers import child, wait_until
from tests.voice.client import SILENCE
from tests.voice.scripted_deepgram import frame

from .conftest import START, Clinics, ScriptedTalk, words


def listening(page, after: int = 0) -> None:
    page.wait("status", lambda event: event["state"] == "listening", after=after)


def rows(clinics: Clinics, model: type, session_id: str) -> list:
    with clinics.app.app_context():
        found = reading(1).scalars(sa.select(model).where(model.session_id == session_id)).all()
        for row in found:
            db.session.expunge(row)
        db.session.remove()
    return list(found)


def test_a_page_that_comes_back_is_told_what_was_heard(clinics, open_page):
    actor = clinics.world.one.patient
    page = open_page(actor)
    first = page.ask("start", START)
    assert first["epoch"] and first["heard_ms"] == 0
    listening(page)
    page.say(*[SILENCE] * 7)
    page.ask("pause_backend")
    # A frame that comes in while nobody listens need not be sent again either.
    page.say(SILENCE)
    page.ask("resume_backend")
    page.drop()
    again = open_page(actor).ask("start", {**START, "session_id": first["session_id"]})
    assert (again["epoch"], again["heard_ms"]) == (first["epoch"], 800)


def test_a_turn_says_up_to_where_its_audio_is_done_with(clinics, open_page):
    page = open_page(clinics.world.one.patient)
    epoch = page.ask("start", START)["epoch"]
    listening(page)
    page.say(SILENCE, SILENCE, frame({"final": "What time do you open?"}), *[SILENCE] * 8)
    done = page.wait("status", lambda event: "taken_ms" in event)
    assert (done["epoch"], done["taken_ms"]) == (epoch, 300)
    session_id = page.heard[0][1]["session_id"]
    wait_until(lambda: rows(clinics, TurnMeasure, session_id), 5, "no measure")
    (row,) = rows(clinics, TalkSession, session_id)
    assert (row.audio_epoch, row.audio_ms) == (epoch, 300)


def test_what_the_page_lost_is_logged_with_the_talk(clinics, open_page):
    page = open_page(clinics.world.one.patient)
    session_id = page.ask("start", {**START, "lost_ms": 1500})["session_id"]
    listening(page)
    page.say(*[SILENCE] * 400)
    page.ask("pause_backend")
    told = sum(event["lost_ms"] for event in page.all("status"))
    page.ask("stop", {"lost_ms": 500})
    page.wait("status", lambda event: event["state"] == "closed")
    wait_until(lambda: rows(clinics, TalkSession, session_id)[0].ended_at, 5, "not closed")
    (row,) = rows(clinics, TalkSession, session_id)
    told = sum(event["lost_ms"] for event in page.all("status"))
    assert told >= 9000
    assert (row.heard_ms, row.lost_ms, row.end_reason) == (40_000, told + 2000, "stopped")


@pytest.mark.parametrize("lost", [-1, True, "5", 10**9])
def test_a_page_can_not_claim_any_loss(clinics, open_page, lost):
    page = open_page(clinics.world.one.patient)
    assert page.ask("start", {**START, "lost_ms": lost})["code"] == "bad_message"


def test_a_recogniser_that_takes_audio_and_says_nothing_is_left(
    clinics, live, open_page, monkeypatch
):
    monkeypatch.setattr(link, "DEAF_SECONDS", 2.0)
    url, registry = live
    registry.parts.limits.sweep = 0.1
    with child("tests.voice.scripted_deepgram") as recogniser:
        address = f"ws://127.0.0.1:{recogniser.port}/v1/listen"
        registry.parts.make_recogniser = lambda audio, post: link.DeepgramLink(
            lambda: (address, ""), Options(), audio, post
        )
        page = open_page(clinics.world.one.patient, url)
        page.ask("start", START)
        listening(page)
        after = len(page.heard)
        # Its first connection hears words, and is deaf from then on.
        page.say(frame({"deaf": True}, {"interim": "lost words"}), frame({"final": "I am here."}))
        page.say(*[SILENCE] * 25, pace=0.02)
        page.wait("status", lambda event: event["state"] == "reconnecting", after=after)
        page.wait("transcript", lambda event: event["text"] == "I am here.", after=after)


def test_a_recogniser_that_falls_behind_is_shown(clinics, live, open_page):
    url, registry = live
    registry.parts.limits.sweep = 0.1
    with child("tests.voice.scripted_deepgram") as recogniser:
        address = f"ws://127.0.0.1:{recogniser.port}/v1/listen"
        registry.parts.make_recogniser = lambda audio, post: link.DeepgramLink(
            lambda: (address, ""), Options(), audio, post
        )
        page = open_page(clinics.world.one.patient, url)
        page.ask("start", START)
        listening(page)
        # Five seconds at once: the vendor takes no more than 1.25 seconds in a second.
        page.say(*[SILENCE] * 50)
        behind = page.wait("status", lambda event: event.get("behind_ms", 0) > 1000)
        assert behind["lost_ms"] == 0
        page.wait("status", lambda event: event.get("behind_ms") == 0, seconds=10)


def test_a_reply_is_stopped_and_the_talk_goes_on(clinics, live, open_page):
    url, registry = live
    registry.parts.make_talk = ScriptedTalk(*words(200))
    page = open_page(clinics.world.one.patient, url)
    session_id = page.ask("start", {})["session_id"]
    page.ask("text", {"text": "Tell me everything"})
    page.wait("reply_delta")
    began = time.monotonic()
    page.ask("stop", {"what": "reply"})
    reply = page.wait("reply")
    assert time.monotonic() - began < 2.0
    assert reply["interrupted"] and reply["text"].startswith("word0")
    after = len(page.heard)
    registry.parts.make_talk = ScriptedTalk(*words(1))
    page.ask("text", {"text": "Go on"})
    page.wait("reply_delta", after=after)
    late = [event for name, event in page.heard[after:] if name == "reply_delta"]
    assert {event["turn_id"] for event in late} == {f"{session_id}.2"}
    assert page.ask("stop", {"what": "everything"})["code"] == "bad_message"


def test_each_turn_is_measured_and_says_how_it_ended(clinics, open_page):
    page = open_page(clinics.world.one.patient)
    session_id = page.ask("start", START)["session_id"]
    listening(page)
    page.say(SILENCE, frame({"final": "What time do you open?"}))
    page.say(*[SILENCE] * 9, pace=0.1)
    page.wait("reply")
    (row,) = rows(clinics, TurnMeasure, session_id)
    assert (row.outcome, row.source, row.answered_by) == (TurnOutcome.ANSWERED, "voice", "guided")
    stages = (row.recogniser_ms, row.floor_ms, row.wait_ms, row.first_ms, row.reply_ms, row.log_ms)
    assert None not in stages and all(0 <= stage < 5000 for stage in stages)
    assert 400 <= row.recogniser_ms + row.floor_ms <= 2500, "the floor is 0.6 s from the last word"
