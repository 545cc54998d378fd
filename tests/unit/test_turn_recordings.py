"""Recorded frame sequences of the bundled recogniser, in virtual time: the turns found in them.

``tests/data/turns/make.py`` says how they were recorded.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from medcor.domain.events import Heard, UtteranceEnded
from medcor.domain.turns import FLOOR, TurnTaking
from medcor.integrations.recognisers.deepgram import parse_message

RECORDINGS = Path(__file__).resolve().parents[1] / "data" / "turns"
STEP = 0.02
WISH = "I would like to book a dental cleaning."
EXPECTED = {
    "booking_talk": [WISH, "The first one, please.", "Yes, please book it."],
    # Half a second within a sentence, and the silence that each recording ends and begins with.
    "short_pause": [WISH, "Tomorrow morning."],
    "long_pause": [WISH, "Tomorrow morning."],
    "espeak": ["What time do you open?"],
    "noise_20db": [WISH],
    "nobody": [],
}


def read(name: str) -> list[tuple[float, str]]:
    lines = (RECORDINGS / f"{name}.jsonl").read_text().splitlines()
    return [(at, json.dumps(message)) for at, message in map(json.loads, lines)]


def turns_of(messages: list[tuple[float, str]]) -> list[tuple[float, float, str]]:
    """(when it was given out, when it could be at the earliest, what) of each turn."""
    taking, waiting, found = TurnTaking(), list(messages), []
    now = last_final = 0.0
    while now < messages[-1][0] + 6:
        now += STEP
        while waiting and waiting[0][0] <= now:
            at, raw = waiting.pop(0)
            event = parse_message(raw, 0.0)
            if isinstance(event, Heard):
                taking.hear(event, at)
                last_final = at if event.is_final and event.text.strip() else last_final
            elif isinstance(event, UtteranceEnded):
                taking.utterance_ended(event, at)
        # The microphone is open: its clock and the wall's are one.
        last_word = taking.last_word
        if text := taking.take(now, now):
            found.append((now, max(last_final, last_word + FLOOR), text))
    return found


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_the_turns_of_a_recording(name):
    found = turns_of(read(name))
    assert [text for _, _, text in found] == EXPECTED[name]
    for given, earliest, _ in found:
        assert earliest <= given + 1e-6 <= earliest + 2 * STEP + 1e-6, (
            "the floor costs nothing more"
        )


def test_every_recording_is_tried():
    assert {file.stem for file in RECORDINGS.glob("*.jsonl")} == set(EXPECTED)


def test_without_the_end_of_speech_the_utterance_end_gives_the_same_turns():
    """A vendor that sends no speech_final: UtteranceEnd must do, which takes it a second."""
    joined = {**EXPECTED, "short_pause": [f"{WISH} Tomorrow morning."]}
    for name, expected in joined.items():
        messages = []
        for at, raw in read(name):
            message = json.loads(raw)
            message.pop("speech_final", None)
            messages.append((at, json.dumps(message)))
        assert [text for _, _, text in turns_of(messages)] == expected, name


def test_a_connection_lost_in_mid_sentence_and_heard_again_is_one_turn():
    """The interim is forgotten; the replayed audio brings it again, later."""
    messages = read("espeak")
    first, again = messages[:3], [(at + 2.0, raw) for at, raw in messages]
    taking = TurnTaking()
    for at, raw in first:
        taking.hear(parse_message(raw, 0.0), at)
    taking.link_lost()
    assert not taking.pending
    assert [text for _, _, text in turns_of(again)] == EXPECTED["espeak"]
