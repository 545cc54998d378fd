"""When a person has finished: sequences of pieces under a virtual clock."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from medcor.domain.events import Heard, UtteranceEnded
from medcor.domain.turns import TurnTaking

STEP = 0.05


@dataclass
class Scene:
    """Audio and wall clock run together unless the microphone is paused."""

    turns: TurnTaking = field(default_factory=TurnTaking)
    now: float = 100.0
    audio: float = 0.0
    taken: list[tuple[float, str]] = field(default_factory=list)

    def wait(self, seconds: float, paused: bool = False) -> None:
        until = self.now + seconds
        while self.now < until - 1e-9:
            self.now += STEP
            self.audio += 0 if paused else STEP
            text = self.turns.take(self.audio, self.now)
            if text:
                self.taken.append((round(self.now - 100, 2), text))

    def interim(self, text: str, word_end: float | None = None) -> None:
        end = self.audio if word_end is None else word_end
        self.turns.hear(Heard(text, False, last_word_end=end if text else None), self.now)

    def final(self, text: str, ends: bool = True, word_end: float | None = None, **flags) -> None:
        end = self.audio if word_end is None else word_end
        piece = Heard(text, True, ends, last_word_end=end if text else None, **flags)
        self.turns.hear(piece, self.now)

    def utterance_end(self, last_word: float) -> None:
        self.turns.utterance_ended(UtteranceEnded(last_word), self.now)

    @property
    def texts(self) -> list[str]:
        return [text for _, text in self.taken]


@pytest.fixture()
def scene() -> Scene:
    return Scene()


def test_a_final_alone_is_no_turn(scene):
    scene.final("I would like", ends=False)
    scene.wait(4)
    assert scene.texts == []


def test_the_floor_counts_from_the_last_word_not_from_the_message(scene):
    scene.wait(1.0)
    # The word ended 0.4 s before the recogniser said so: 0.2 s of the floor are left.
    scene.final("tea please", word_end=0.6)
    scene.wait(0.15)
    assert scene.texts == []
    scene.wait(0.1)
    assert scene.taken == [(1.2, "tea please")]


def test_a_floor_that_has_passed_already_costs_nothing(scene):
    scene.wait(2.0)
    scene.final("tea please", word_end=1.0)
    assert scene.turns.take(scene.audio, scene.now) == "tea please"


def test_finals_are_joined_up_to_the_end_of_speech(scene):
    scene.final("I would like", ends=False)
    scene.wait(0.5)
    scene.final("to book", ends=False)
    scene.wait(0.5)
    scene.final("a cleaning", ends=True)
    scene.wait(1)
    assert scene.texts == ["I would like to book a cleaning"]


def test_new_speech_restarts_the_wait(scene):
    scene.final("book me")
    scene.wait(0.4)
    scene.interim("tomorrow")
    scene.wait(1.5)
    assert scene.texts == []
    scene.final("tomorrow")
    scene.wait(1)
    assert scene.texts == ["book me tomorrow"]


def test_an_interim_that_vanishes_does_not_hold_the_turn(scene):
    scene.final("book me")
    scene.wait(0.2)
    scene.interim("uh")
    scene.wait(0.2)
    scene.interim("")
    scene.wait(0.7)
    assert scene.texts == ["book me"]


def test_restarts_end_at_the_cap(scene):
    scene.final("book me")
    for _ in range(30):
        scene.wait(0.3)
        scene.interim(f"noise {scene.now}")
    assert scene.taken[0][1] == "book me"
    assert 4.9 <= scene.taken[0][0] <= 5.3


def test_speech_that_stays_interim_is_taken_by_the_watchdog(scene):
    scene.interim("hello is anybody")
    scene.wait(4.9)
    assert scene.texts == []
    scene.wait(0.4)
    assert scene.texts == ["hello is anybody"]


def test_a_final_that_comes_after_its_words_were_taken_is_no_second_turn(scene):
    """A recogniser that stalled, or was lost, brings the same words once more."""
    scene.wait(1.0)
    scene.interim("hello is anybody", word_end=0.9)
    scene.wait(5.3)
    assert scene.texts == ["hello is anybody"]
    scene.interim("hello is", word_end=0.7)
    scene.final("Hello, is anybody", word_end=1.1)
    scene.wait(2)
    assert scene.texts == ["hello is anybody"]
    words = ((0.7, "Hello,"), (0.8, "is"), (1.1, "anybody"), (8.0, "there?"))
    scene.final("Hello, is anybody there?", word_end=8.0, words=words)
    scene.wait(2)
    assert scene.texts == ["hello is anybody", "there?"]


def test_growing_interims_hold_the_watchdog_off(scene):
    for count in range(1, 8):
        scene.interim("word " * count)
        scene.wait(2)
    assert scene.texts == []


def test_an_end_lost_with_the_connection_is_made_up(scene):
    scene.final("book me a cleaning", ends=False)
    scene.turns.link_lost()
    scene.wait(5.3)
    assert scene.texts == ["book me a cleaning"]


@pytest.mark.parametrize(
    ("finals", "says_end_at", "expected"),
    [
        # No speech_final since the last words: UtteranceEnd ends the utterance.
        ([("book me", False, 1.0)], 1.0, ["book me"]),
        # Of an earlier word: there are newer ones, so it is ignored.
        ([("book me", False, 1.0), ("tomorrow", False, 2.0)], 1.0, []),
        # Nothing was said: nothing ends.
        ([], 1.0, []),
    ],
)
def test_utterance_end_matters_only_where_no_end_came(scene, finals, says_end_at, expected):
    scene.wait(2.5)
    for text, ends, word_end in finals:
        scene.final(text, ends, word_end)
    scene.utterance_end(says_end_at)
    scene.wait(1)
    assert scene.texts == expected


def test_utterance_end_after_speech_final_is_not_a_second_turn(scene):
    scene.final("book me", word_end=0.5)
    scene.wait(1.5)
    scene.utterance_end(0.5)
    scene.wait(6)
    assert scene.texts == ["book me"]


def test_a_confirmed_finalize_gives_the_turn_at_once(scene):
    scene.interim("yes please")
    scene.turns.finalize_asked(scene.now)
    scene.wait(0.1, paused=True)
    assert scene.texts == []
    scene.final("yes please", ends=False, from_finalize=True)
    scene.wait(0.05, paused=True)
    assert scene.texts == ["yes please"]


def test_an_empty_confirmation_gives_what_was_there(scene):
    scene.final("yes", ends=False)
    scene.turns.finalize_asked(scene.now)
    scene.final("", ends=False, from_finalize=True)
    scene.wait(0.05, paused=True)
    assert scene.texts == ["yes"]


def test_patience_ends_without_a_confirmation_while_the_audio_clock_stands(scene):
    scene.interim("yes please")
    scene.turns.finalize_asked(scene.now)
    scene.wait(1.4, paused=True)
    assert scene.texts == []
    scene.wait(0.2, paused=True)
    assert scene.texts == ["yes please"]


def test_a_finalize_with_nothing_said_is_no_turn(scene):
    scene.turns.finalize_asked(scene.now)
    assert scene.turns.pending
    scene.wait(2, paused=True)
    assert scene.texts == [] and not scene.turns.pending


def test_what_is_said_after_a_turn_is_the_next_one(scene):
    scene.final("first")
    scene.wait(1)
    scene.final("second")
    scene.wait(1)
    assert scene.texts == ["first", "second"]


def test_silence_is_never_a_turn(scene):
    for _ in range(20):
        scene.final("", ends=True)
        scene.wait(0.5)
    assert scene.texts == []


def test_flush_gives_everything_once(scene):
    scene.final("book me", ends=False)
    scene.interim("tomorrow")
    assert scene.turns.flush() == "book me tomorrow"
    assert scene.turns.flush() == ""
    assert not scene.turns.pending


def test_the_wait_says_when_to_look_again(scene):
    assert scene.turns.wait(scene.audio, scene.now) is None
    scene.interim("tea")
    assert scene.turns.wait(scene.audio, scene.now) == pytest.approx(5.0)
    scene.final("tea")
    assert scene.turns.wait(scene.audio, scene.now) == pytest.approx(0.6)
    scene.turns.finalize_asked(scene.now)
    assert scene.turns.wait(scene.audio, scene.now) == pytest.approx(1.5)


def test_looking_only_when_told_to_finds_every_turn():
    """What the session's greenlet does: sleep for ``wait``, then ``take``."""
    turns, now, audio = TurnTaking(), 0.0, 0.0
    turns.hear(Heard("tea please", True, True, last_word_end=0.0), now)
    looks = 0
    while not (text := turns.take(audio, now)):
        pause = turns.wait(audio, now)
        now, audio, looks = now + pause, audio + pause, looks + 1
        assert looks < 5
    assert text == "tea please" and now == pytest.approx(0.6, abs=0.05)
