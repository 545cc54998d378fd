"""From the end of speech to the first words of the reply, all real: ``python -m bench.talk``.

One person speaks, in real time and as a browser sends it, to the product as it is served with what
it ships: the bundled recogniser and the guided assistant. Spoken are the committed phrases of two
synthetic voices and, with ``--human FOLDER``, recorded people (see ``bench.speech_wer``), clean and
with white noise. Counted are the turns that a phrase became, its words, and the time from the
moment the last sample of speech was due at the microphone to the first piece of the last reply at
the page.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bench.speech_wer import Item, distance, fixtures, humans, noisy, normal
from bench.voice import cpu_model, free_port, process, seed, wait_ready
from tests.voice.client import Page, prepare

FRAME, RATE = 1600, 16000
QUIET_SECONDS = 3.0
# Speech is louder than this.
LOUD = 0.02
AIM_P50, AIM_P95 = 900.0, 1500.0
# What the aim is for: speech that the recogniser is made for.
AIMED = ("hibari", "clean")


@dataclass
class Row:
    """What became of the phrases of one voice under one condition; waits in milliseconds."""

    phrases: int = 0
    turns: list[int] = field(default_factory=list)
    words: int = 0
    errors: int = 0
    waits: list[float] = field(default_factory=list)

    @property
    def p50(self) -> float:
        return statistics.median(self.waits)

    @property
    def p95(self) -> float:
        return sorted(self.waits)[min(len(self.waits) - 1, int(len(self.waits) * 0.95))]

    def line(self) -> str:
        one = sum(each == 1 for each in self.turns)
        rate = 100 * self.errors / max(1, self.words)
        told = f"{self.p50:.0f} / {self.p95:.0f} ms" if self.waits else "-"
        return (
            f"{one} of {self.phrases} are one turn, {sum(self.turns)} turns;"
            f" words wrong {self.errors} of {self.words} ({rate:.1f}%);"
            f" answered {len(self.waits)} of {self.phrases}; p50 / p95 {told}"
        )


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


def say(page: Page, item: Item, decibels: float | None, row: Row) -> None:
    """Speak one phrase in real time with quiet after it, and add what came of it."""
    after = len(page.heard)
    quiet = np.zeros(int(QUIET_SECONDS * RATE), np.float32)
    ends = (np.flatnonzero(np.abs(item.samples) > LOUD)[-1] + 1) / RATE
    whole = noisy(np.concatenate([item.samples, quiet]), decibels, 1)
    frames = (np.clip(whole, -1, 1) * 32767).astype("<i2")
    began = time.monotonic()
    for number in range(len(frames) // FRAME):
        due = began + (number + 1) * FRAME / RATE
        time.sleep(max(0.0, due - time.monotonic()))
        page.send("audio", frames[number * FRAME : (number + 1) * FRAME].tobytes())
    settle(page)
    heard = page.heard[after:]
    replies = [payload["turn_id"] for name, payload in heard if name == "reply"]
    finals = [p["text"] for name, p in heard if name == "transcript" and p["is_final"]]
    said = normal(item.text)
    row.phrases += 1
    row.turns.append(len(set(replies)))
    row.words += len(said)
    row.errors += distance(said, normal(" ".join(finals)))
    first = [
        page.arrived[payload["seq"]]
        for name, payload in heard
        if name == "reply_delta" and replies and payload["turn_id"] == replies[-1]
    ]
    if first:
        row.waits.append((first[0] - began - ends) * 1000)


def settle(page: Page, still: float = 1.0, longest: float = 10.0) -> None:
    """Wait until nothing has come for a while."""
    until = time.monotonic() + longest
    while time.monotonic() < until:
        before = len(page.heard)
        time.sleep(still)
        if len(page.heard) == before:
            return


@contextlib.contextmanager
def talking() -> Iterator[Page]:
    """A page that listens, before a product of its own."""
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
        with process(sys.executable, "wsgi.py", cores=None, env=env, log=Path(folder) / "log"):
            wait_ready(env["PUBLIC_URL"])
            prepare(env["PUBLIC_URL"], key)
            page = TimedPage(env["PUBLIC_URL"], key)
            start = {"language": "en", "encoding": "linear16", "sample_rate": RATE}
            if not page.ask("start", start)["ok"]:
                raise RuntimeError("the talk did not start")
            page.wait("status", lambda event: event["state"] == "listening", seconds=30)
            yield page
            page.ask("stop")
            page.close()


def measure(items: list[Item], condition: str, rounds: int) -> Row:
    """Say phrases to a product of their own, each ``rounds`` times."""
    decibels, row = None if condition == "clean" else float(condition), Row()
    with talking() as page:
        for item in items * rounds:
            say(page, item, decibels, row)
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--snr", default="clean", help="conditions, such as clean,20,10")
    parser.add_argument("--human", type=Path, help="a folder of recorded speech")
    options = parser.parse_args()
    print(f"talk: {cpu_model()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    items = fixtures() + (humans(options.human) if options.human else [])
    for condition in options.snr.split(","):
        for group in sorted({item.group for item in items}):
            chosen = [item for item in items if item.group == group]
            row = measure(chosen, condition, options.rounds)
            print(f"{group:12} {condition:6} {row.line()}", flush=True)
            if (group, condition) == AIMED:
                good = row.p50 <= AIM_P50 and row.p95 <= AIM_P95
                print(f"{'':19} {'as' if good else 'not as'} aimed for", flush=True)


if __name__ == "__main__":
    main()
