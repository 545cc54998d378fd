"""The speech server that ships with the project, started, heard through, killed and ended."""

from __future__ import annotations

import os
import signal
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest

from medcor.integrations.bundled_speech import BundledSpeech
from tests.servers import Served, served, wait_until

from .conftest import MODE, START

SPEECH = Path(__file__).resolve().parents[2] / "data" / "speech"
STARTING = 30


@pytest.fixture()
def speech() -> Iterator[BundledSpeech]:
    made = BundledSpeech()
    made.start()
    yield made
    made.stop()


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0] != "Z"
    except FileNotFoundError:
        return False


def test_it_is_restarted_when_it_dies_and_ended_with_its_supervisor(speech):
    with pytest.raises(OSError, match="starting"):
        speech.url()
    wait_until(speech.healthy, STARTING, "it did not start")
    first, address = speech.pid, speech.url()
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: speech.pid != first and speech.healthy(), STARTING, "it stayed away")
    assert speech.restarts == 1 and speech.url() != address
    second = speech.pid
    speech.stop()
    assert not alive(second) and not speech.healthy()


def children(pid: int) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rsplit(") ", 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[1]) == pid:
            found.append(int(path.parent.name))
    return found


@pytest.fixture(scope="module")
def embedded(clinics) -> Iterator[Served]:
    """The product with nothing configured."""
    with served(clinics.folder, MODE, DEEPGRAM_WS_URL="") as made:
        yield made


def frames(name: str) -> list[bytes]:
    """A recording as 100 ms frames of 16 kHz, with two seconds of silence after it."""
    with wave.open(str(SPEECH / f"{name}.wav")) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (16000, 1, 2)
        audio = file.readframes(file.getnframes()) + b"\0" * 64_000
    return [audio[at : at + 3200] for at in range(0, len(audio), 3200)]


def test_spoken_words_are_answered_also_after_the_speech_server_was_killed(
    clinics, embedded, open_page
):
    page = open_page(clinics.world.one.patient, embedded.url)
    session_id = page.ask("start", START)["session_id"]
    page.wait("status", lambda event: event["state"] == "listening")
    page.say(*frames("which_doctors_do_you_have"), pace=0.1)
    page.wait("transcript", lambda e: e["is_final"] and "doctors" in e["text"].lower())
    page.wait("reply")
    (child,) = children(embedded.pid)
    after = len(page.heard)
    os.kill(child, signal.SIGKILL)
    page.wait("status", lambda event: event["state"] == "reconnecting", after=after)
    page.say(*frames("what_time_do_you_open"), pace=0.1)
    page.wait("status", lambda e: e["state"] == "listening", STARTING, after)
    page.wait("transcript", lambda e: e["is_final"] and "open" in e["text"].lower(), 20, after)
    page.wait("reply", seconds=20, after=after)
    log = clinics.messages(1, session_id)
    assert [kind for kind, _, _ in log] == ["user", "llm", "user", "llm"]
    assert all(event["lost_ms"] == 0 for event in page.all("status"))


def test_the_speech_server_does_not_outlive_a_killed_parent(clinics, tmp_path):
    with served(clinics.folder, MODE, DEEPGRAM_WS_URL="") as server:
        (child,) = children(server.pid)
        os.kill(server.pid, signal.SIGKILL)
        server.process.wait(5)
        wait_until(lambda: not alive(child), 5, "it outlived its parent")
