"""What the speech tests and benchmarks share: a server process, a client, spoken audio."""

import json
import os
import re
import subprocess
import sys
import time
import wave
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

import numpy as np
import pytest
import websocket

ROOT = Path(__file__).resolve().parents[1]
SPOKEN = ROOT / "tests" / "data" / "speech"
RATE = 16_000
TALK = {
    "encoding": "linear16",
    "sample_rate": RATE,
    "interim_results": "true",
    "endpointing": 300,
    "punctuate": "true",
}


class SpeechProcess:
    """A running `python -m medcor.speech`."""

    def __init__(self, *arguments: str) -> None:
        """Start it and wait (20 s at most) until it listens."""
        command = [sys.executable, "-m", "medcor.speech", "--watch-stdin", *arguments]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)
        line = self.process.stdout.readline()
        self.port = json.loads(line)["port"]

    def url(self, **query: object) -> str:
        """Return the address of a stream."""
        return f"ws://127.0.0.1:{self.port}/v1/listen?{urlencode(query)}"

    @property
    def http(self) -> str:
        """Return the address of plain requests."""
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> int:
        """End it and return its exit status."""
        self.process.terminate()
        self.process.stdin.close()
        status = self.process.wait(10)
        self.process.stdout.close()
        return status


@contextmanager
def speech_process(*arguments: str):
    """Run a server for the length of a `with`."""
    server = SpeechProcess(*arguments)
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def speech_server():
    """Serve the whole test run: no key, a short idle limit, no brake on fast audio."""
    with speech_process("--idle-seconds", "2.5", "--pace", "100", "--max-streams", "6") as server:
        yield server


class Client:
    """A stream seen from outside: what arrives is noted with its arrival time."""

    def __init__(self, url: str, **options: object) -> None:
        """Connect; raises websocket.WebSocketBadStatusException when refused."""
        self.socket = websocket.create_connection(url, timeout=10, **options)
        self.request_id = self.socket.getheaders().get("dg-request-id")
        self.messages: list[dict] = []
        self.closed: tuple[int, str] | None = None

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *error: object) -> None:
        self.socket.shutdown()

    def audio(self, samples: np.ndarray, rate: int = RATE, *, pace: float = 0) -> None:
        """Send floats as 100 ms frames, `pace` times real time (0: at once)."""
        data = pcm(samples)
        began = time.monotonic()
        for number, offset in enumerate(range(0, len(data), rate // 5), 1):
            self.socket.send_binary(data[offset : offset + rate // 5])
            if pace:
                time.sleep(max(0, began + number * 0.1 / pace - time.monotonic()))

    def control(self, kind: str) -> None:
        """Send a control message."""
        self.socket.send(json.dumps({"type": kind}))

    def next(self, timeout: float = 10) -> dict | None:
        """Return the next message, None once the stream is closed."""
        self.socket.settimeout(timeout)
        opcode, data = self.socket.recv_data(control_frame=True)
        if opcode == websocket.ABNF.OPCODE_CLOSE:
            self.closed = (int.from_bytes(data[:2], "big"), data[2:].decode())
            return None
        message = json.loads(data)
        message["arrived"] = time.monotonic()
        self.messages.append(message)
        return message

    def until(self, wanted, timeout: float = 10) -> dict:
        """Read until `wanted(message)` is true and return that message."""
        end = time.monotonic() + timeout
        while message := self.next(max(0.01, end - time.monotonic())):
            if wanted(message):
                return message
        raise AssertionError(f"closed {self.closed} before it came: {self.messages}")

    def finish(self) -> list[dict]:
        """Send CloseStream, read to the end and return all messages."""
        self.control("CloseStream")
        return self.drain()

    def drain(self) -> list[dict]:
        """Read until the server closes and return all messages."""
        while self.next():
            pass
        return self.messages


def pcm(samples: np.ndarray) -> bytes:
    """Encode floats in [-1, 1] as linear16."""
    return (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()


def spoken(name: str) -> np.ndarray:
    """Read a 16 kHz fixture as floats."""
    with wave.open(str(SPOKEN / f"{name}.wav")) as source:
        data = np.frombuffer(source.readframes(source.getnframes()), "<i2")
    return data.astype(np.float32) / 32768


def silence(seconds: float, rate: int = RATE) -> np.ndarray:
    """Return digital silence."""
    return np.zeros(int(seconds * rate), np.float32)


def join(*parts: np.ndarray) -> np.ndarray:
    """Play one after the other."""
    return np.concatenate(parts)


def transcript(message: dict) -> str:
    """Return the text of a Results message, '' for others."""
    if message["type"] != "Results":
        return ""
    return message["channel"]["alternatives"][0]["transcript"]


def finals(messages: list[dict]) -> list[str]:
    """Return the texts of the finals, without the empty ones."""
    return [transcript(m) for m in messages if m.get("is_final") and transcript(m)]


def plain(text: str) -> str:
    """Lower-case and drop punctuation, the way word error rates are counted."""
    return " ".join(re.sub(r"[^\w\s']", " ", text.lower()).split())


def resident_mb(pid: int) -> float:
    """Return the resident memory of a process in MB (Linux)."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def thread_count(pid: int) -> int:
    """Return the threads of a process (Linux)."""
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


def wait_for_no_streams(server: SpeechProcess) -> None:
    """Wait (5 s at most) until every stream has been given up."""
    end = time.monotonic() + 5
    while time.monotonic() < end:
        with urlopen(f"{server.http}/healthz", timeout=5) as answer:
            if json.load(answer)["streams"] == 0:
                return
        time.sleep(0.05)
    raise AssertionError("a stream was left open")


def hang_up(client: Client) -> None:
    """Drop the connection without a close frame."""
    with suppress(OSError):
        client.socket.sock.close()
