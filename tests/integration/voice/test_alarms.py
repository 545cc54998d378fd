"""An alarm waits for nothing: not for the log, a running reply, other turns or the talk's end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from medcor.domain import errors
from medcor.domain.talk import Delta
from medcor.services import conversations
from tests.servers import wait_until
from tests.voice.client import SILENCE, Page
from tests.voice.scripted_deepgram import frame

from .conftest import START
from .test_safety import handovers

ALARM = "I can't breathe"


class SlowTalk:
    """The product's own talk, whose first replies hang until they are cut."""

    def __init__(self, talk: object, hanging: int = 1) -> None:
        self._talk, self.hanging = talk, hanging
        self.dictating, self.memory, self.alarm = False, talk.memory, talk.alarm

    def reply(self, turn, cancelled) -> Iterator:
        if self.hanging <= 0:
            yield from self._talk.reply(turn, cancelled)
            return
        self.hanging -= 1
        yield Delta("Well, ")
        while not cancelled():
            time.sleep(0.01)


@pytest.fixture()
def talk(clinics, live, open_page) -> Callable[..., tuple[Page, str]]:
    """A patient's page at the application of this process, whose first reply hangs if wished."""
    url, registry = live

    def begin(*, hanging: int = 0) -> tuple[Page, str]:
        real = registry.parts.make_talk
        registry.parts.make_talk = lambda *given: SlowTalk(real(*given), hanging)
        page = open_page(clinics.world.one.patient, url)
        return page, page.ask("start", {})["session_id"]

    return begin


def first_words(page: Page, after: int = 0) -> dict:
    """The number and the button that calls, before anything of it is logged."""
    told = page.wait("reply_delta", lambda event: event.get("cards"), after=after)
    assert "call 112" in told["text"] and told["cards"][0]["url"] == "tel:112"
    return told


def test_the_number_is_said_while_the_log_is_down_and_once(talk, clinics, monkeypatch):
    page, session_id = talk()
    real, down = conversations.log_message, [True]

    def write(*args, **values):
        if down:
            raise OSError("the database is gone")
        return real(*args, **values)

    monkeypatch.setattr(conversations, "log_message", write)
    page.ask("text", {"text": ALARM, "id": "t-1"})
    told = first_words(page)
    page.wait("error", lambda event: event["retryable"])
    assert not page.all("reply") and not page.all("transcript"), "nothing of it is safe yet"
    down.clear()
    reply = page.wait("reply")
    assert reply["text"].startswith(told["text"].strip()) and "staff" in reply["text"]
    pieces = [each for each in page.all("reply_delta") if "call 112" in each["text"]]
    assert len(pieces) == 1, "it is said once"
    assert [flag for flag, _ in handovers(clinics, session_id)] == ["breathing"]


def test_a_log_that_hangs_keeps_no_alarm_waiting(talk, clinics, monkeypatch):
    page, session_id = talk()
    real, free = conversations.log_message, threading.Event()

    def write(*args, **values):
        free.wait(20)
        return real(*args, **values)

    monkeypatch.setattr(conversations, "log_message", write)
    page.ask("text", {"text": "Hello"})
    time.sleep(0.3)
    page.ask("text", {"text": ALARM})
    first_words(page)
    assert not page.all("transcript")
    free.set()
    page.wait("reply", lambda event: "112" in event["text"])
    assert [flag for flag, _ in handovers(clinics, session_id)] == ["breathing"]


def test_two_halves_of_an_alarm_that_both_wait_are_one(talk, clinics):
    page, session_id = talk(hanging=1)
    page.ask("text", {"text": "When are you open?"})
    page.wait("reply_delta")
    page.ask("text", {"text": "my chest"})
    page.ask("text", {"text": "hurts a lot"})
    first_words(page)
    page.wait("reply", lambda event: "112" in event["text"])
    flags = [flag for flag, _ in handovers(clinics, session_id)]
    assert len(flags) == 1 and flags[0] in ("chest_pain", "breathing")


def test_a_typed_alarm_cuts_a_reply_that_hangs(talk, clinics):
    page, session_id = talk(hanging=1)
    page.ask("text", {"text": "When are you open?"})
    page.wait("reply_delta")
    page.ask("text", {"text": ALARM})
    first_words(page)
    assert page.wait("reply", lambda event: "112" in event["text"])["interrupted"] is False
    assert [flag for flag, _ in handovers(clinics, session_id)] == ["breathing"]
    replies = [row[1:] for row in clinics.messages(1, session_id) if row[0] == "llm"]
    assert replies[0] == ("Well,", True), "what was said of the other one is kept and marked"


def test_an_alarm_is_answered_however_much_waits_and_alone(talk, clinics):
    page, session_id = talk(hanging=1)
    page.ask("text", {"text": "When are you open?"})
    page.wait("reply_delta")
    for number in range(20):
        time.sleep(0.03)
        page.ask("text", {"text": f"And on day {number}? " + "so " * 100})
    full = page.ask("text", {"text": "One more"})
    assert (full["ok"], full["code"]) == (False, "rate_limited")
    assert page.ask("text", {"text": ALARM})["ok"]
    first_words(page)
    page.wait("reply", lambda event: "112" in event["text"])
    ((flag, words),) = handovers(clinics, session_id)
    assert flag == "breathing" and words.splitlines()[-1] == ALARM


def test_a_flag_at_the_end_of_a_long_turn_is_heard(talk, clinics):
    page, session_id = talk()
    page.ask("text", {"text": "so " * 650 + ALARM})
    assert "112" in page.wait("reply")["text"]
    assert [flag for flag, _ in handovers(clinics, session_id)] == ["breathing"]


def test_the_last_words_of_a_talk_that_ends_are_an_alarm(clinics, live, open_page, deepgram):
    """Its time is over while the person is speaking."""
    url, registry = live
    registry.parts.make_recogniser = scripted(deepgram)
    page = open_page(clinics.world.one.patient, url)
    session_id = page.ask("start", START)["session_id"]
    page.wait("status", lambda event: event["state"] == "listening")
    page.say(SILENCE, frame({"final": f"{ALARM}.", "speech_final": False}), pace=0.05)
    page.wait("transcript", lambda event: event["is_final"])
    page.say(frame({"final": "Please", "speech_final": False}))
    over = errors.DomainError("It is over.")
    over.code = "session_ended"
    registry.find(session_id, clinics.world.one.patient).ask("end", ("time", over))
    page.wait("error", lambda event: event["code"] == "session_ended")
    first_words(page)
    wait_until(lambda: handovers(clinics, session_id), 5, "it was not handed over")


def scripted(deepgram):
    from medcor.integrations.recognisers import link
    from medcor.integrations.recognisers.deepgram import Options

    base = f"ws://127.0.0.1:{deepgram.port}/v1/listen"
    return lambda audio, post: link.DeepgramLink(lambda: (base, ""), Options(), audio, post)


@pytest.mark.parametrize("how", ["talks on", "presses stop"])
def test_nothing_cuts_an_alarm_off(clinics, live, open_page, deepgram, how):
    url, registry = live
    registry.parts.make_recogniser = scripted(deepgram)
    page = open_page(clinics.world.one.patient, url)
    session_id = page.ask("start", START)["session_id"]
    page.wait("status", lambda event: event["state"] == "listening")
    page.say(SILENCE, frame({"final": f"{ALARM}."}), *[SILENCE] * 6, pace=0.1)
    if how == "talks on":
        page.say(frame({"interim": "it began this"}), *[SILENCE] * 2, pace=0.02)
    else:
        page.send("stop", {"what": "reply"})
    reply = page.wait("reply")
    assert not reply["interrupted"] and "112" in reply["text"] and "staff" in reply["text"]
    assert [flag for flag, _ in handovers(clinics, session_id)] == ["breathing"]
