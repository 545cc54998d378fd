"""The speech server over TCP, driven by an ordinary WebSocket client."""

import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import numpy as np
import pytest
import websocket

from medcor.speech.audio import Resampler
from tests.speech_helpers import (
    RATE,
    ROOT,
    SPOKEN,
    TALK,
    Client,
    finals,
    hang_up,
    join,
    pcm,
    plain,
    silence,
    speech_process,
    speech_server,  # noqa: F401  (a fixture)
    spoken,
    thread_count,
    transcript,
    wait_for_no_streams,
)

CLEANING = "i_would_like_to_book_a_dental_cleaning"
FIRST = "the_first_one_please"
YES = "yes_please_book_it"


def refusal(server, query: dict, **options) -> tuple[int, dict, dict]:
    """Return status, headers and JSON of an upgrade that must fail."""
    with pytest.raises(websocket.WebSocketBadStatusException) as caught:
        Client(server.url(**query), **options)
    error = caught.value
    return error.status_code, error.resp_headers, json.loads(error.resp_body)


def test_health(speech_server):  # noqa: F811
    with urlopen(f"{speech_server.http}/healthz", timeout=5) as answer:
        assert answer.status == 200
        assert json.load(answer)["status"] == "ok"
        assert answer.headers["dg-request-id"]


def test_other_addresses_are_not_found(speech_server):  # noqa: F811
    with pytest.raises(HTTPError) as caught:
        urlopen(Request(f"{speech_server.http}/v1/speak"), timeout=5)
    with caught.value as answer:
        assert answer.status == 404


def test_a_sentence_is_heard_shown_and_finished(speech_server):  # noqa: F811
    query = {**TALK, "vad_events": "true", "utterance_end_ms": 1000}
    with Client(speech_server.url(**query)) as client:
        client.audio(join(silence(1), spoken(CLEANING), silence(2)))
        messages = client.finish()
    kinds = [m["type"] for m in messages]
    said = next(m for m in messages if m.get("speech_final"))
    started = next(m for m in messages if m["type"] == "SpeechStarted")
    ended = next(m for m in messages if m["type"] == "UtteranceEnd")
    heard = said["channel"]["alternatives"][0]["words"]
    assert finals(messages) == ["I would like to book a dental cleaning."]
    assert sum(1 for m in messages if transcript(m) and not m["is_final"]) >= 3
    assert 1.0 < started["timestamp"] < 1.5
    assert ended["last_word_end"] == pytest.approx(heard[-1]["end"], abs=0.05)
    assert heard[0] == {
        "word": "i", "start": heard[0]["start"], "end": heard[0]["end"],
        "confidence": 0.9, "punctuated_word": "I",
    }  # fmt: skip
    assert 1.0 < heard[0]["start"] < heard[-1]["end"] < 3.5
    assert kinds[-1] == "Metadata"
    assert messages[-1]["duration"] == pytest.approx(3 + len(spoken(CLEANING)) / RATE, abs=0.01)
    assert messages[-1]["request_id"] == client.request_id == said["metadata"]["request_id"]
    assert client.closed == (1000, "")


def test_three_utterances_are_three_and_follow_on_one_another(speech_server):  # noqa: F811
    with Client(speech_server.url(**TALK)) as client:
        for name in (CLEANING, FIRST, YES):
            client.audio(join(spoken(name), silence(1)))
        messages = client.finish()
    closed = [m for m in messages if m.get("is_final")]
    assert [plain(text) for text in finals(messages)] == [
        "i would like to book a dental cleaning", "the first one please", "yes please book it",
    ]  # fmt: skip
    for one, other in itertools.pairwise(closed):
        assert other["start"] == pytest.approx(one["start"] + one["duration"], abs=0.002)


def test_words_without_a_pause_are_neither_lost_nor_doubled(speech_server):  # noqa: F811
    names = [CLEANING, "what_time_do_you_open", "how_much_is_a_root_canal"]
    speech = join(*(spoken(name)[3200:-3200] for name in names * 2))
    with Client(speech_server.url(**{**TALK, "endpointing": "false"})) as client:
        client.audio(join(silence(0.5), speech, silence(1)))
        messages = client.finish()
    said = plain(" ".join(finals(messages))).split()
    one = "i would like to book a dental cleaning what time do you open how much is a root canal"
    assert len(said) == pytest.approx(2 * len(one.split()), abs=2)
    assert sum(word in one.split() for word in said) >= len(said) - 2
    assert not any(m.get("speech_final") for m in messages)


@pytest.mark.parametrize("rate", [8000, 44100, 48000])
def test_other_sample_rates(speech_server, rate):  # noqa: F811
    speech = join(silence(0.5), spoken(CLEANING), silence(0.5))
    at = np.arange(len(speech) * rate // RATE) * RATE / rate
    there = np.interp(at, np.arange(len(speech)) + 0.5, (speech + np.roll(speech, -1)) / 2)
    with Client(speech_server.url(**{**TALK, "sample_rate": rate})) as client:
        client.audio(there, rate)
        messages = client.finish()
    assert finals(messages) == ["I would like to book a dental cleaning."]
    assert messages[-1]["duration"] == pytest.approx(len(there) / rate, abs=0.001)
    assert len(Resampler(rate).feed(there.astype(np.float32))) == pytest.approx(len(speech), abs=2)


def test_bare_text_without_punctuation_and_no_interims_unless_asked(speech_server):  # noqa: F811
    query = {"encoding": "linear16", "sample_rate": RATE, "endpointing": 300}
    with Client(speech_server.url(**query)) as client:
        client.audio(join(spoken(YES), silence(1)))
        messages = client.finish()
    assert finals(messages) == ["yes please book it"]
    assert all(m["is_final"] for m in messages if m["type"] == "Results")


@pytest.mark.parametrize("kind", ["silence", "white", "hum", "clicks"])
def test_silence_and_noise_say_nothing(speech_server, kind):  # noqa: F811
    chance, samples = np.random.default_rng(1), int(4 * RATE)
    sound = {
        "silence": silence(4),
        "white": chance.normal(0, 0.1, samples),
        "hum": 0.2 * np.sin(2 * np.pi * 100 * np.arange(samples) / RATE),
        "clicks": (chance.random(samples) > 0.9995) * 0.5,
    }[kind]
    with Client(speech_server.url(**TALK, vad_events="true")) as client:
        client.audio(sound)
        messages = client.finish()
    assert [transcript(m) for m in messages if transcript(m)] == []
    assert messages[-1]["type"] == "Metadata"


def test_finalize_gives_what_was_said_and_the_stream_goes_on(speech_server):  # noqa: F811
    with Client(speech_server.url(**TALK)) as client:
        client.audio(spoken(YES))
        client.control("Finalize")
        flushed = client.until(lambda m: m.get("from_finalize"))
        assert plain(transcript(flushed)) == "yes please book it"
        assert flushed["is_final"]
        client.audio(join(spoken(FIRST), silence(1)))
        messages = client.finish()
    assert plain(finals(messages)[-1]) == "the first one please"


def test_keep_alive_holds_a_stream_and_its_absence_ends_it(speech_server):  # noqa: F811
    with Client(speech_server.url(**TALK)) as client:
        client.audio(silence(0.5))
        began = time.monotonic()
        for _ in range(2):
            time.sleep(1.4)
            client.control("KeepAlive")
        assert client.drain() == []
        assert time.monotonic() - began == pytest.approx(2.8 + 2.5, abs=0.5)
    assert client.closed[0] == 1011
    assert client.closed[1].startswith("NET-0001")


def test_an_empty_frame_closes_like_close_stream(speech_server):  # noqa: F811
    with Client(speech_server.url(**TALK)) as client:
        client.audio(spoken(YES))
        client.socket.send_binary(b"")
        messages = client.drain()
    assert plain(" ".join(finals(messages))) == "yes please book it"
    assert messages[-1]["type"] == "Metadata"
    assert client.closed[0] == 1000


def test_close_stream_at_once(speech_server):  # noqa: F811
    with Client(speech_server.url(**TALK)) as client:
        (only,) = client.finish()
    assert (only["duration"], only["channels"]) == (0.0, 0)
    assert only["sha256"].startswith("e3b0c442")


@pytest.mark.parametrize("text", ["hello", "{}", '{"type": "Dance"}', "[" * 50_000])
def test_unknown_text_is_a_schema_error(speech_server, text):  # noqa: F811
    with Client(speech_server.url(**TALK)) as client:
        client.socket.send(text)
        answer = client.until(lambda m: True)
        assert (answer["type"], answer["variant"]) == ("Error", "SchemaError")
        assert client.finish()[-1]["type"] == "Metadata"


def test_audio_that_is_no_linear16_closes_with_1008(speech_server):  # noqa: F811
    with Client(speech_server.url(**TALK)) as client:
        client.socket.send_binary(b"\x00" * 641)
        assert client.drain() == []
    assert client.closed[0] == 1008
    assert client.closed[1].startswith("DATA-0000")


@pytest.mark.parametrize(
    "change",
    [
        {"language": "tr"}, {"encoding": "opus"}, {"sample_rate": 11025},
        {"utterance_end_ms": 10}, {"interim_results": "yes"},
    ],
)  # fmt: skip
def test_a_bad_query_is_refused_with_400(speech_server, change):  # noqa: F811
    status, headers, body = refusal(speech_server, {**TALK, **change})
    assert status == 400
    assert body["err_code"] == "INVALID_QUERY_PARAMETER"
    assert headers["dg-error"] == body["err_msg"]
    assert headers["dg-request-id"] == body["request_id"]
    assert headers["content-type"] == "application/json"


def test_a_frame_over_the_limit_ends_only_its_stream(speech_server):  # noqa: F811
    with Client(speech_server.url(**TALK)) as client, suppress(OSError):
        client.socket.send_binary(b"\x00" * 2_000_000)
        assert client.drain() == []
        assert client.closed[0] == 1009
    assert_serves(speech_server)


def test_garbage_and_broken_upgrades_leave_the_server_well(speech_server):  # noqa: F811
    openings = [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + os.urandom(200),
        b"GET /v1/listen?encoding=linear16&sample_rate=16000 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /v1/listen HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
        b"GET //[ HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /" + b"a" * 20_000,
        b"",
    ]
    for opening in openings:
        with socket.create_connection(("127.0.0.1", speech_server.port), timeout=5) as raw:
            raw.sendall(opening)
    assert_serves(speech_server)


def test_many_abrupt_ends_leave_no_stream_and_no_thread(speech_server):  # noqa: F811
    pid = speech_server.process.pid
    assert_serves(speech_server)
    before = thread_count(pid)
    for number in range(20):
        client = Client(speech_server.url(**TALK))
        client.socket.send_binary(pcm(spoken(YES))[: 3200 * (number % 5)] or b"\x00\x00")
        hang_up(client)
    wait_for_no_streams(speech_server)
    assert thread_count(pid) <= before + 6
    assert_serves(speech_server)


def test_several_streams_at_once_do_not_mix(speech_server):  # noqa: F811
    wait_for_no_streams(speech_server)
    names = {CLEANING: "", FIRST: "", YES: ""}

    def talk(name: str) -> None:
        with Client(speech_server.url(**TALK)) as client:
            client.audio(join(silence(0.3), spoken(name), silence(0.8)), pace=2)
            names[name] = plain(" ".join(finals(client.finish())))

    threads = [threading.Thread(target=talk, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert names == {name: name.replace("_", " ") for name in names}


def assert_serves(server) -> None:
    with Client(server.url(**TALK)) as client:
        client.audio(join(spoken(YES), silence(0.5)))
        assert plain(" ".join(finals(client.finish()))) == "yes please book it"


@pytest.fixture(scope="module")
def locked_server():
    """Serve two streams at most, and only those who know the key."""
    with speech_process("--api-key", "sesame", "--max-streams", "2") as server:
        yield server


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"header": ["Authorization: Token wrong"]},
        {"header": ["Authorization: Basic sesame"]},
        {"subprotocols": ["token", "wrong"]},
    ],
)
def test_a_wrong_key_is_refused_with_401(locked_server, options):
    status, headers, body = refusal(locked_server, TALK, **options)
    assert (status, body["err_code"]) == (401, "INVALID_AUTH")
    assert headers["dg-error"] == "Invalid credentials."
    assert headers["dg-request-id"] == body["request_id"]


@pytest.mark.parametrize(
    "options",
    [
        {"header": ["Authorization: Token sesame"]},
        {"header": ["Authorization: Bearer sesame"]},
        {"subprotocols": ["token", "sesame"]},
    ],
)
def test_the_right_key_is_let_in(locked_server, options):
    with Client(locked_server.url(**TALK), **options) as client:
        assert client.request_id
        assert client.finish()[-1]["type"] == "Metadata"
    wait_for_no_streams(locked_server)


def test_one_stream_too_many_is_refused_with_429_until_one_ends(locked_server):
    key = {"header": ["Authorization: Token sesame"]}
    wait_for_no_streams(locked_server)
    with Client(locked_server.url(**TALK), **key), Client(locked_server.url(**TALK), **key):
        status, _, body = refusal(locked_server, TALK, **key)
        assert (status, body["err_code"]) == (429, "TOO_MANY_REQUESTS")
    wait_for_no_streams(locked_server)
    Client(locked_server.url(**TALK), **key).socket.close()


def test_audio_far_ahead_of_time_is_taken_at_a_bounded_pace():
    with speech_process("--pace", "4") as server, Client(server.url(**TALK)) as client:
        began = time.monotonic()
        client.audio(silence(12))
        client.finish()
        assert 2.0 < time.monotonic() - began < 5


def test_it_ends_with_its_parent():
    """A grandchild, told the child's pid, must go when the child is killed."""
    code = (
        "import os, subprocess, sys;"
        "subprocess.Popen([sys.executable, '-m', 'medcor.speech', '--parent-pid',"
        " str(os.getpid())]).wait()"
    )
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=pipe) as child:
        port = json.loads(child.stdout.readline())["port"]
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
        child.send_signal(signal.SIGKILL)
        assert child.stdout.read() == b""  # end of file: the grandchild has closed it too


def test_it_ends_with_its_input_and_cleanly_when_told():
    with speech_process() as server:
        server.process.stdin.close()
        assert server.process.wait(5) == 0
    with speech_process() as server:
        assert server.stop() == 0


def test_a_taken_port_is_one_sentence(speech_server):  # noqa: F811
    command = [sys.executable, "-m", "medcor.speech", "--port", str(speech_server.port)]
    failed = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=20, check=False
    )
    assert failed.returncode == 1
    assert failed.stderr.startswith("speech server: ")
    assert failed.stderr.count("\n") == 1


def test_the_fixtures_match_their_manifest():
    entries = json.loads((SPOKEN / "manifest.json").read_text(encoding="utf-8"))
    assert {entry["file"] for entry in entries} == {path.name for path in SPOKEN.glob("*.wav")}
