"""When the speech server asks the model and what it calls the answer."""

import itertools
import random

import pytest

from medcor.speech import segmenter
from medcor.speech.segmenter import Final, Interim, Rules, Segmenter, Started, UtteranceEnd, to_hops

ENDPOINT_300 = Rules.of(300)


def hear(machine: Segmenter, pattern: str) -> list:
    """Play `pattern` ('#' voiced, '.' not) and collect (hop, action)."""
    return [(machine.clock, action) for sign in pattern for action in machine.hear(sign == "#")]


def of_kind(actions: list, kind: type) -> list:
    return [action for _, action in actions if isinstance(action, kind)]


@pytest.mark.parametrize(
    ("milliseconds", "hops"), [(0, 0), (1, 1), (32, 1), (33, 2), (300, 10), (1000, 32)]
)
def test_times_round_up_to_hops(milliseconds, hops):
    assert to_hops(milliseconds) == hops


@pytest.mark.parametrize(
    ("endpointing", "endpoint"), [(None, None), (0, 7), (10, 7), (300, 10), (1000, 32)]
)
def test_very_short_endpoints_are_raised(endpointing, endpoint):
    assert Rules.of(endpointing).endpoint == endpoint


def test_silence_says_nothing_for_five_seconds():
    assert hear(Segmenter(ENDPOINT_300), "." * 150) == []


def test_long_silence_is_closed_with_empty_finals():
    actions = of_kind(hear(Segmenter(ENDPOINT_300), "." * 400), Final)
    assert [final.audio_start for final in actions] == [None, None]
    assert actions[0].end == actions[1].start


@pytest.mark.parametrize("noise", ["#", "##", "#.#"])
def test_a_click_is_no_speech(noise):
    machine = Segmenter(ENDPOINT_300)
    assert hear(machine, "." * 20 + noise + "." * 40) == []
    assert machine.onset is None


def test_speech_starts_once_and_at_its_first_hop():
    actions = hear(Segmenter(ENDPOINT_300), "." * 20 + "#" * 30)
    assert of_kind(actions, Started) == [Started(20)]


def test_an_utterance_ends_after_the_endpoint():
    actions = hear(Segmenter(ENDPOINT_300), "." * 20 + "#" * 30 + "." * 20)
    assert [(at, a) for at, a in actions if isinstance(a, Final)] == [
        (60, Final(0, 58, 20 - segmenter.PREROLL, speech_final=True))
    ]


def test_a_pause_shorter_than_the_endpoint_does_not_end_it():
    actions = hear(Segmenter(ENDPOINT_300), "#" * 20 + "." * 9 + "#" * 20 + "." * 10)
    assert len(of_kind(actions, Final)) == 1


def test_interims_come_every_04_seconds_and_when_a_pause_settles():
    actions = hear(Segmenter(ENDPOINT_300), "#" * 40 + "." * 9)
    shown = [(at, a.settled) for at, a in actions if isinstance(a, Interim)]
    assert shown == [(13, False), (26, False), (39, False), (45, True)]


def test_interims_slow_down_when_told():
    machine = Segmenter(ENDPOINT_300, interim_every=30)
    assert [at for at, a in hear(machine, "#" * 65) if isinstance(a, Interim)] == [30, 60]


def test_without_endpointing_no_utterance_ends():
    actions = of_kind(hear(Segmenter(Rules.of(None)), "#" * 30 + "." * 40), Final)
    assert [final.speech_final for final in actions] == [False]


def test_long_speech_is_closed_at_a_short_pause():
    actions = hear(Segmenter(ENDPOINT_300), "#" * 260 + "..." + "#" * 20)
    assert of_kind(actions, Final) == [Final(0, 263, 0)]


def test_an_utterance_cut_before_its_end_is_still_ended():
    actions = of_kind(hear(Segmenter(ENDPOINT_300), "#" * 260 + "." * 30), Final)
    assert [(a.audio_start is None, a.speech_final) for a in actions] == [
        (False, False),
        (True, True),
    ]


def test_an_utterance_that_was_finalized_is_still_ended():
    machine = Segmenter(ENDPOINT_300)
    hear(machine, "#" * 30)
    machine.flush(from_finalize=True)
    actions = of_kind(hear(machine, "." * 30), Final)
    assert [(a.audio_start, a.speech_final) for a in actions] == [(None, True)]


def test_endless_speech_is_cut_at_its_quietest_hop():
    machine = Segmenter(ENDPOINT_300)
    actions = [a for hop in range(500) for a in machine.hear(True, 0.1 if hop == 400 else 1.0)]
    assert [a for a in actions if isinstance(a, Final)] == [Final(0, 401, 0)]
    assert machine.audio_start == 401


def test_utterance_end_follows_the_last_word():
    machine = Segmenter(Rules.of(300, 1000))
    hear(machine, "#" * 30 + "." * 10)
    machine.heard_words(30)
    actions = hear(machine, "." * 60)
    assert [(at, a) for at, a in actions if isinstance(a, UtteranceEnd)] == [(62, UtteranceEnd(30))]


def test_no_utterance_end_without_words():
    assert of_kind(hear(Segmenter(Rules.of(300, 1000)), "#" * 30 + "." * 100), UtteranceEnd) == []


def test_no_utterance_end_while_somebody_speaks_again():
    machine = Segmenter(Rules.of(300, 1000))
    hear(machine, "#" * 30 + "." * 10)
    machine.heard_words(30)
    assert of_kind(hear(machine, "#" * 60), UtteranceEnd) == []


def test_utterance_end_before_a_longer_endpoint_closes_without_speech_final():
    actions = of_kind(hear(Segmenter(Rules.of(3000, 1000)), "#" * 30 + "." * 40), Final)
    assert [final.speech_final for final in actions] == [False]


def test_flush_closes_what_was_said():
    machine = Segmenter(ENDPOINT_300)
    hear(machine, "." * 20 + "#" * 30)
    assert machine.flush(from_finalize=True) == [Final(0, 50, 7, from_finalize=True)]
    assert machine.flush(from_finalize=True) == []


def test_flush_of_nothing_is_nothing():
    assert Segmenter(ENDPOINT_300).flush() == []


def test_flush_leaves_an_unconfirmed_word_open():
    machine = Segmenter(ENDPOINT_300)
    hear(machine, "." * 20 + "##")
    assert machine.flush(from_finalize=True) == [Final(0, 7, None, from_finalize=True)]
    assert of_kind(hear(machine, "#" * 20 + "." * 10), Final)[0].audio_start == 7


@pytest.mark.parametrize("seed", range(20))
def test_no_voice_is_lost_or_heard_twice(seed):
    """Whatever is said, finals follow on one another and each voiced hop is decoded once."""
    chance = random.Random(seed)
    rules = Rules.of(chance.choice([10, 300, 800, None]), chance.choice([None, 1000]))
    machine = Segmenter(rules)
    voice, closed = set(), []
    for _ in range(60):
        flag, length = chance.random() < 0.6, chance.randint(1, chance.choice([5, 40, 300]))
        for _ in range(length):
            voice |= {machine.clock} if flag else set()
            closed += [a for a in machine.hear(flag, chance.random()) if isinstance(a, Final)]
        if chance.random() < 0.1:
            closed += machine.flush(from_finalize=True)
    closed += machine.flush()
    assert all(a.end == b.start for a, b in itertools.pairwise(closed))
    heard = [
        hop
        for final in closed
        if final.audio_start is not None
        for hop in range(final.audio_start, final.end)
    ]
    assert len(heard) == len(set(heard))
    assert longest_run(voice - set(heard)) < segmenter.CONFIRM


def longest_run(hops: set[int]) -> int:
    """Return the longest stretch of neighbouring hops."""
    best = run = 0
    for hop in range(max(hops, default=0) + 1):
        run = run + 1 if hop in hops else 0
        best = max(best, run)
    return best
