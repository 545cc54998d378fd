"""Lost connections, killed parts, and ends: told to the page, nothing lost, nothing left behind."""

from __future__ import annotations

import signal
import time
import urllib.request

import pytest

from medcor import runtime
from medcor.integrations.recognisers import link
from medcor.integrations.recognisers.deepgram import Options
from medcor.services.sessions import revoke_session
from medcor.web.state import now
from medcor.web.transaction import transaction
from tests.servers import child, end, free_port, served, start_child, wait_until
from tests.voice.client import SILENCE
from tests.voice.scripted_deepgram import frame

from .conftest import MODE, START, ScriptedTalk, words


def listening(page, after: int = 0) -> None:
    page.wait("status", lambda event: event["state"] == "listening", after=after)


def drop_recogniser(port: int) -> None:
    urllib.request.urlopen(f"http://127.0.0.1:{port}/drop", timeout=5).close()


def test_a_page_that_comes_back_misses_nothing(clinics, open_page):
    actor = clinics.world.one.patient
    page = open_page(actor)
    session_id = page.ask("start", START)["session_id"]
    listening(page)
    page.ask("text", {"text": "Which doctors do you have?"})
    page.wait("transcript")
    last = page.heard[-1][1]["seq"]
    page.drop()
    again = open_page(actor)
    answer = again.ask("start", {**START, "session_id": session_id, "last_seq": last})
    assert answer["session_id"] == session_id
    again.wait("reply")
    again.say(frame({"final": "And I am back."}), *[SILENCE] * 8)
    again.wait("transcript", lambda event: event["text"] == "And I am back.")
    seen = [event["seq"] for _, event in again.heard]
    assert seen == list(range(last + 1, last + 1 + len(seen)))
    assert not again.all("ready")


def test_a_second_page_takes_the_talk_over(clinics, open_page):
    actor = clinics.world.one.patient
    first, second = open_page(actor), open_page(actor)
    session_id = first.ask("start", {})["session_id"]
    answer = second.ask("start", {"session_id": session_id, "last_seq": 0})
    assert answer["session_id"] == session_id
    assert first.gone.wait(5)
    second.ask("text", {"text": "Hello"})
    second.wait("reply")


def test_a_lost_recogniser_hears_the_running_phrase_again(clinics, deepgram, open_page):
    page = open_page(clinics.world.one.patient)
    page.ask("start", START)
    listening(page)
    page.say(frame({"final": "First.", "speech_final": False}), frame({"interim": "and then"}))
    page.wait("transcript", lambda event: event["text"] == "and then")
    after = len(page.heard)
    drop_recogniser(deepgram.port)
    page.wait("status", lambda event: event["state"] == "reconnecting", after=after)
    page.say(frame({"final": "And then."}), *[SILENCE] * 8)
    listening(page, after)
    again = page.wait("transcript", lambda event: event["text"] == "and then", after=after)
    final = page.wait("transcript", lambda event: event["text"] == "And then.", after=after)
    assert again["utterance_id"] == final["utterance_id"]
    page.wait("reply")
    log = clinics.messages(1, page.heard[0][1]["session_id"])
    assert log[0] == ("user", "First. And then.", False)
    assert all(event["lost_ms"] == 0 for event in page.all("status"))


def test_a_killed_recogniser_comes_back_and_the_talk_with_it(clinics, open_page, tmp_path):
    port = free_port()
    recogniser = start_child("tests.voice.scripted_deepgram", "--port", str(port))
    address = f"ws://127.0.0.1:{port}/v1/listen"
    with served(clinics.folder, MODE, DEEPGRAM_WS_URL=address) as server:
        page = open_page(clinics.world.one.patient, server.url)
        session_id = page.ask("start", START)["session_id"]
        listening(page)
        recogniser.kill()
        page.wait("status", lambda event: event["state"] == "reconnecting")
        page.say(frame({"final": "Said into the gap."}), *[SILENCE] * 8)
        page.ask("text", {"text": "Typed meanwhile"})
        page.wait("reply")
        after = len(page.heard)
        with child("tests.voice.scripted_deepgram", "--port", str(port)):
            listening(page, after)
            page.wait("transcript", lambda event: event["text"] == "Said into the gap.")
            page.wait("reply", after=after)
            contents = [text for kind, text, _ in clinics.messages(1, session_id) if kind == "user"]
            assert contents == ["Typed meanwhile", "Said into the gap."]
            page.ask("stop")
            page.wait("status", lambda event: event["state"] == "closed")


@pytest.fixture()
def use_recogniser(live, monkeypatch):
    """Let the live application speak to a recogniser of the test's choice."""
    _, registry = live

    def use(port: int, key: str = "") -> None:
        base = f"ws://127.0.0.1:{port}/v1/listen"

        def make(audio, post):
            return link.DeepgramLink(lambda: (base, key), Options(), audio, post)

        registry.parts.make_recogniser = make
        registry.parts.make_talk = ScriptedTalk(*words(2))

    return use


def test_a_recogniser_that_refuses_the_key_is_told_at_once(
    clinics, live, open_page, use_recogniser
):
    with child("tests.voice.scripted_deepgram", "--key", "right") as recogniser:
        use_recogniser(recogniser.port, "wrong")
        page = open_page(clinics.world.one.patient, live[0])
        page.ask("start", START)
        began = time.monotonic()
        assert page.wait("error")["code"] == "recogniser_unavailable"
        assert time.monotonic() - began < 1.0
        assert page.wait("status", lambda event: event["state"] == "paused")
        page.ask("text", {"text": "Then I type"})
        page.wait("reply")
        # The operator mends the key; the person presses the microphone again.
        use_recogniser(recogniser.port, "right")
        page.ask("resume_backend")
        listening(page)
        page.say(frame({"final": "Can you hear me?"}))
        page.wait("transcript", lambda event: event["text"] == "Can you hear me?")


def test_a_recogniser_that_stays_away_is_given_up(
    clinics, live, open_page, use_recogniser, monkeypatch
):
    monkeypatch.setattr(link, "TRIES", 2)
    use_recogniser(free_port())
    page = open_page(clinics.world.one.patient, live[0])
    page.ask("start", START)
    error = page.wait("error")
    states = [event["state"] for event in page.all("status")]
    assert (error["code"], error["retryable"]) == ("recogniser_unavailable", True)
    assert states[:2] == ["connecting", "reconnecting"]


def test_a_connection_that_ends_in_silence_is_missed_only_when_somebody_speaks(
    clinics, live, open_page, use_recogniser, deepgram, monkeypatch
):
    monkeypatch.setattr(link, "QUIET_SECONDS", 0.2)
    use_recogniser(deepgram.port)
    page = open_page(clinics.world.one.patient, live[0])
    page.ask("start", START)
    listening(page)
    time.sleep(0.3)
    drop_recogniser(deepgram.port)
    page.ask("text", {"text": "Nothing to hear"})
    page.wait("reply")
    assert "reconnecting" not in [event["state"] for event in page.all("status")]
    page.say(frame({"final": "Now I speak."}))
    page.wait("transcript", lambda event: event["text"] == "Now I speak.")


def test_a_quiet_connection_is_kept_alive(clinics, live, open_page, use_recogniser, monkeypatch):
    monkeypatch.setattr(link, "KEEP_ALIVE_SECONDS", 0.1)
    live[1].parts.limits.sweep = 0.1
    with child("tests.voice.scripted_deepgram") as recogniser:
        use_recogniser(recogniser.port)
        page = open_page(clinics.world.one.patient, live[0])
        page.ask("start", START)
        listening(page)
        stats = f"http://127.0.0.1:{recogniser.port}/stats"
        wait_until(lambda: b"KeepAlive" in urllib.request.urlopen(stats).read(), 5, "not kept")


def test_audio_beyond_what_a_voice_can_fill_is_counted_as_lost(clinics, open_page):
    page = open_page(clinics.world.one.patient)
    page.ask("start", START)
    listening(page)
    page.say(*[SILENCE] * 400)
    after = len(page.heard)
    page.ask("pause_backend")
    assert page.wait("status", after=after)["lost_ms"] >= 9000


def test_a_talk_has_an_end_that_is_announced(clinics, live, open_page, use_recogniser, deepgram):
    url, registry = live
    use_recogniser(deepgram.port)
    limits = registry.parts.limits
    limits.session, limits.warning, limits.sweep = 1.0, 0.6, 0.1
    page = open_page(clinics.world.one.patient, url)
    session_id = page.ask("start", START)["session_id"]
    assert page.wait("status", lambda event: "ends_in_s" in event)["state"] == "listening"
    error = page.wait("error")
    assert error["code"] == "session_ended" and "time limit" in error["message"]
    page.wait("status", lambda event: event["state"] == "closed")
    again = page.ask("start", {})
    # The prompt went with the talk: a new one begins with a new one.
    assert again.get("session_id") != session_id


def test_signing_out_ends_the_talk(clinics, live, open_page):
    url, registry = live
    registry.parts.limits.revocation = registry.parts.limits.sweep = 0.1
    actor = clinics.world.one.patient
    key, name = clinics.sign_in(actor)
    page = open_page(actor, url, key=key)
    page.ask("start", {})
    with clinics.app.app_context(), transaction(actor.clinic_id) as session:
        revoke_session(session, name, now())
    assert page.wait("error")["code"] == "auth"
    page.wait("status", lambda event: event["state"] == "closed")
    assert page.ask("start", {})["code"] == "auth"


def test_a_page_that_never_comes_back_ends_its_talk_and_leaves_nothing(
    clinics, live, open_page, use_recogniser, deepgram
):
    url, registry = live
    use_recogniser(deepgram.port)
    registry.parts.limits.detached, registry.parts.limits.sweep = 0.4, 0.1
    actor = clinics.world.two.patient
    wait_until(lambda: len(registry) == 0, 5, "an older talk is left")
    page = open_page(actor, url)
    page.ask("start", START)
    listening(page)
    page.say(frame({"interim": "never finished"}))
    page.wait("transcript")
    running = runtime.Task.running
    page.drop()
    prompt = clinics.prompts / f"{actor.user_id}_user_specific_prompts.json"
    assert prompt.exists()
    wait_until(lambda: len(registry) == 0, 5, "the talk went on")
    wait_until(lambda: not prompt.exists(), 5, "the prompt was kept")
    # The session's own, the writer's and the reader's.
    wait_until(lambda: runtime.Task.running <= running - 3, 5, "a greenlet was left behind")


def test_a_server_that_is_told_to_end_finishes_its_talks(clinics, deepgram, open_page):
    address = f"ws://127.0.0.1:{deepgram.port}/v1/listen"
    with served(clinics.folder, MODE, DEEPGRAM_WS_URL=address) as server:
        page = open_page(clinics.world.one.patient, server.url)
        session_id = page.ask("start", START)["session_id"]
        listening(page)
        page.say(frame({"interim": "my last words"}))
        page.wait("transcript")
        end(server.process, signal.SIGTERM)
        assert server.process.returncode == 0, server.log.read_text()[-2000:]
        assert page.gone.wait(5)
        # Nobody said goodbye: the page comes back to the next process.
        assert "closed" not in [event["state"] for event in page.all("status")]
        assert clinics.messages(1, session_id) == [("user", "my last words", False)]
        assert "Traceback" not in server.log.read_text()
