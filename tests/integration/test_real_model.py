"""The client against a real model behind a real server: streams, cuts, time-outs, many at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from medcor.integrations.language_models import ModelFailed, TextPiece
from medcor.integrations.language_models.openai_client import OpenAIModel, Patience
from tests.assistant_helpers import Person
from tests.servers import Child, child

STORY = [{"role": "user", "content": "Tell me a long story about a river and a town."}]
PATIENT = Patience(connect=5.0, piece=60.0)


@pytest.fixture(scope="module")
def server() -> Iterator[Child]:
    with child("tests.real_model") as made:
        yield made


@pytest.fixture()
def model(server) -> Iterator[OpenAIModel]:
    made = OpenAIModel(f"http://127.0.0.1:{server.port}/v1", "", "smollm2", PATIENT)
    yield made
    made.close()


def test_words_come_one_by_one(model):
    stream = model.stream(STORY, (), time.monotonic() + 120)
    pieces = [next(stream) for _ in range(12)]
    stream.close()
    assert all(isinstance(piece, TextPiece) and piece.text for piece in pieces)
    assert len("".join(piece.text for piece in pieces).split()) > 3


def test_a_closed_stream_frees_the_model_at_once(model):
    """Both of the server's places are taken and given back, again and again."""
    for _ in range(5):
        streams = [model.stream(STORY, (), time.monotonic() + 120) for _ in range(2)]
        for stream in streams:
            next(stream)
        for stream in streams:
            stream.close()
    assert model.ready()


def test_two_talks_are_answered_side_by_side(model):
    heard: dict[int, list[float]] = {0: [], 1: []}

    def listen(number: int) -> None:
        stream = model.stream(STORY, (), time.monotonic() + 120)
        for _ in range(20):
            next(stream)
            heard[number].append(time.monotonic())
        stream.close()

    threads = [threading.Thread(target=listen, args=(number,)) for number in heard]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert all(len(times) == 20 for times in heard.values())
    assert max(times[0] for times in heard.values()) < min(times[-1] for times in heard.values())


def test_a_deadline_cuts_a_long_answer(model):
    with pytest.raises(ModelFailed) as failed:
        for _ in model.stream(STORY, (), time.monotonic() + 0.8):
            pass
    assert failed.value.kind in ("timeout", "too_long")


def test_a_model_that_is_too_slow_counts_as_failed(server):
    hasty = OpenAIModel(
        f"http://127.0.0.1:{server.port}/v1", "", "smollm2", Patience(connect=5.0, piece=0.001)
    )
    with pytest.raises(ModelFailed) as failed:
        list(hasty.stream(STORY, (), time.monotonic() + 60))
    hasty.close()
    assert failed.value.kind == "timeout"


def test_a_turn_is_answered_whatever_such_a_model_says(app, world, model):
    """It invents prices and times: what nothing backs is never shown, the guide answers instead."""
    person = Person(world.one.patient, model=model)
    said = person.say("How much is a root canal, and when can I come?")
    assert said.reply is not None and said.text
    allowed = {"100.00"}
    amounts = {word.strip("€$.,") for word in said.text.split() if word[:1] in "€$"}
    assert amounts <= allowed, said.text


def test_a_turn_is_cut_while_a_real_model_speaks(app, world, model):
    person = Person(world.one.doctor, model=model)
    began = time.monotonic()
    said = person.say("Tell me a story.", cancelled=lambda: time.monotonic() - began > 0.3)
    assert said.reply is None
    again = person.say("What is my day like?")
    assert again.reply is not None
