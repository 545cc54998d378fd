"""From the end of speech to the first words of the reply, all real: ``python -m bench.talk``.

One person speaks the spoken fixtures, in real time and as a browser sends them, to the product as
it is served with what it ships: the bundled recogniser and the guided assistant. Counted is the
time from the moment the last sample of speech was due at the microphone to the first piece of the
reply at the page. The stages are what the server measured itself.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import statistics
import sys
import tempfile
import time
import wave
from pathlib import Path

import numpy as np

from bench.voice import cpu_model, free_port, process, seed, wait_ready
from tests.voice.client import Page, prepare

SPOKEN = Path(__file__).resolve().parents[1] / "tests" / "data" / "speech"
FRAME, RATE, WIDTH = 1600, 16000, 2
QUIET_SECONDS = 3.0
# Speech is louder than this share of its loudest sample.
LOUD = 0.02
AIM_P50, AIM_P95 = 900.0, 1500.0


def phrases() -> list[tuple[str, np.ndarray]]:
    """The phrases whose answer is one reply, as (text, 16-bit samples)."""
    known = json.loads((SPOKEN / "manifest.json").read_text(encoding="utf-8"))
    found = []
    for entry in known:
        if entry["voice"] == "hibari" and "talk" not in entry["file"]:
            with wave.open(str(SPOKEN / entry["file"])) as file:
                samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
            found.append((entry["text"], samples))
    return found


def end_of_speech(samples: np.ndarray) -> float:
    """Seconds to the last sample that is loud enough to be speech."""
    loud = np.flatnonzero(np.abs(samples) > LOUD * np.abs(samples).max())
    return float(loud[-1] + 1) / RATE


def say(page: Page, samples: np.ndarray) -> float:
    """Speak in real time; returns milliseconds from the end of speech to the first words."""
    after = len(page.heard)
    silence = np.zeros(int(QUIET_SECONDS * RATE), "<i2")
    whole = np.concatenate([samples, silence])
    began = time.monotonic()
    for number in range(len(whole) // FRAME):
        due = began + (number + 1) * FRAME / RATE
        time.sleep(max(0.0, due - time.monotonic()))
        page.send("audio", whole[number * FRAME : (number + 1) * FRAME].tobytes())
    first = page.wait("reply_delta", after=after, seconds=10)
    return (page.arrived[first["seq"]] - began - end_of_speech(samples)) * 1000


class TimedPage(Page):
    """A page that knows when each event came."""

    arrived: dict[int, float]

    def _keeper(self, name):
        keep = super()._keeper(name)
        self.__dict__.setdefault("arrived", {})

        def timed(payload):
            self.arrived[payload["seq"]] = time.monotonic()
            keep(payload)

        return timed


def measure(rounds: int) -> list[float]:
    """All the waits of one speaker, in milliseconds."""
    with tempfile.TemporaryDirectory(prefix="medcor-bench-") as folder:
        port = free_port()
        env = {
            "MEDCOR_ENV": "production",
            "MEDCOR_INSTANCE": folder,
            "SECRET_KEY": secrets.token_hex(),
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "PORT": str(port),
        }
        (key,) = seed(env, 1)
        waits: list[float] = []
        with process(sys.executable, "wsgi.py", cores=None, env=env, log=Path(folder) / "log"):
            wait_ready(env["PUBLIC_URL"])
            prepare(env["PUBLIC_URL"], key)
            page = TimedPage(env["PUBLIC_URL"], key)
            start = {"language": "en", "encoding": "linear16", "sample_rate": RATE}
            if not page.ask("start", start)["ok"]:
                raise RuntimeError("the talk did not start")
            page.wait("status", lambda event: event["state"] == "listening", seconds=30)
            for _ in range(rounds):
                for text, samples in phrases():
                    waits.append(say(page, samples))
                    print(f"{waits[-1]:8.0f} ms  {text}", flush=True)
            page.ask("stop")
            page.close()
        return waits


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    print(f"talk: {cpu_model()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    waits = sorted(measure(options.rounds))
    p50, p95 = statistics.median(waits), waits[min(len(waits) - 1, int(len(waits) * 0.95))]
    verdict = "as aimed for" if p50 <= AIM_P50 and p95 <= AIM_P95 else "not as aimed for"
    print(f"end of speech to first words: p50 {p50:.0f} ms, p95 {p95:.0f} ms ({verdict})")


if __name__ == "__main__":
    main()
