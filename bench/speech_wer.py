"""Word error rate and lag of the bundled recogniser: `python -m bench.speech_wer`.

Streams the spoken fixtures and the two readings that ship inside moonshine-voice in real time
through a server process of its own, clean and with white noise at 20 and 10 dB, and prints a
table. `--human FOLDER` adds recorded speech: a folder with WAV files (16 kHz mono) and a file
`transcription` with lines `<s> words </s> (file)`, as in test/data/librivox of the pocketsphinx
source package (`pip download --no-deps --no-binary :all: pocketsphinx`, LibriVox readings, public
domain).

Lag of a final: from the moment the last sample of speech was due at the microphone to its
arrival; the endpointing of 300 ms is part of it. Lag of an interim: from the moment the last
sample it covers was due. CPU: seconds of the server process per second of audio.
"""

import argparse
import json
import os
import queue
import re
import statistics
import threading
import time
import wave
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from medcor.speech.audio import Resampler
from tests.speech_helpers import (
    RATE,
    SPOKEN,
    TALK,
    Client,
    SpeechProcess,
    finals,
    join,
    plain,
    resident_mb,
    silence,
    speech_process,
    transcript,
)

TWO_CITIES = """It was the best of times, it was the worst of times, it was the age of wisdom, it
was the age of foolishness, it was the epoch of belief, it was the epoch of incredulity, it was the
season of light, it was the season of darkness, it was the spring of hope, it was the winter of
despair, we had everything before us, we had nothing before us, we were all going direct to heaven,
we were all going direct the other way - in short, the period was so far like the present period,
that some of its noisiest authorities insisted on its being received, for good or for evil, in the
superlative degree of comparison only."""
BECKETT = "Ever tried. Ever failed. No matter. Try again. Fail again. Fail better."
SPELLINGS = {"10": "ten", "mister": "mr", "ill-disposed": "ill disposed"}
LEAD, TRAIL = 0.7, 1.2


@dataclass(frozen=True)
class Item:
    """Something said: 16 kHz floats and the words."""

    group: str
    text: str
    samples: np.ndarray


@dataclass
class Tally:
    """What was measured for one group: words, errors, seconds."""

    words: int = 0
    errors: int = 0
    audio: float = 0.0
    final_lags: list[float] = field(default_factory=list)
    interim_lags: list[float] = field(default_factory=list)


def fixtures() -> list[Item]:
    """Read the committed phrases, one group per voice."""
    entries = json.loads((SPOKEN / "manifest.json").read_text(encoding="utf-8"))
    return [
        Item(entry["voice"], entry["text"], read(SPOKEN / entry["file"]))
        for entry in entries
        if "utterances" not in entry
    ]


def readings() -> list[Item]:
    """Find the recordings inside the moonshine-voice wheel."""
    from moonshine_voice.utils import get_assets_path

    folder = get_assets_path()
    texts = {"two_cities.wav": TWO_CITIES, "beckett.wav": BECKETT}
    return [Item("moonshine's own", text, read(folder / name)) for name, text in texts.items()]


def humans(folder: Path) -> list[Item]:
    """Read a folder of WAV files with a pocketsphinx transcription."""
    lines = (folder / "transcription").read_text(encoding="utf-8").splitlines()
    found = [re.match(r"<s>(.*)</s>\s*\((.+)\)", line) for line in lines]
    return [Item("LibriVox", m[1], read(folder / f"{m[2]}.wav")) for m in found if m]


def read(path: Path) -> np.ndarray:
    """Read a mono 16-bit WAV of any rate as 16 kHz floats."""
    with wave.open(str(path)) as source:
        data = np.frombuffer(source.readframes(source.getnframes()), "<i2")
        return Resampler(source.getframerate()).feed(data.astype(np.float32) / 32768)


def noisy(samples: np.ndarray, decibels: float | None, seed: int) -> np.ndarray:
    """Add white noise at a signal-to-noise ratio, the signal being the loud part of `samples`."""
    if decibels is None:
        return samples
    power = np.mean(np.square(samples[np.abs(samples) > 0.02]))
    noise = np.random.default_rng(seed).normal(0, 1, len(samples))
    return samples + noise * np.sqrt(power / 10 ** (decibels / 10))


def normal(text: str) -> list[str]:
    """Split into comparable words."""
    words = plain(text.replace("-", " ")).split()
    return [SPELLINGS.get(word, word) for word in words]


def distance(said: list[str], heard: list[str]) -> int:
    """Count the substitutions, deletions and insertions between two lists of words."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(said, 1):
        last, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (word != other))
    return row[-1]


def play(server: SpeechProcess, item: Item, decibels: float | None, tally: Tally) -> None:
    """Stream one item in real time, reading at the same time, and add to the tally."""
    speech = join(silence(LEAD), item.samples, silence(TRAIL))
    ends = LEAD + (np.flatnonzero(np.abs(item.samples) > 0.02)[-1] / RATE)
    with Client(server.url(**TALK)) as client:
        began = time.monotonic()
        sender = threading.Thread(target=_send, args=(client, noisy(speech, decibels, 1)))
        sender.start()
        messages = client.drain()
        sender.join()
    said, heard = normal(item.text), normal(" ".join(finals(messages)))
    errors = distance(said, heard)
    if errors:
        print(f"    said  {' '.join(said)}\n    heard {' '.join(heard)}")
    tally.words += len(said)
    tally.errors += errors
    tally.audio += len(speech) / RATE
    _lags(messages, began, ends, tally)


def _send(client: Client, samples: np.ndarray) -> None:
    client.audio(samples, pace=1)
    client.control("CloseStream")


def _lags(messages: list[dict], began: float, ends: float, tally: Tally) -> None:
    shown = [m for m in messages if m["type"] == "Results" and transcript(m)]
    for message in shown:
        if not message["is_final"]:
            due = began + message["start"] + message["duration"]
            tally.interim_lags.append(message["arrived"] - due)
    closed = [m for m in shown if m["is_final"]]
    if closed and closed[-1]["speech_final"]:
        tally.final_lags.append(closed[-1]["arrived"] - began - ends)


def cpu_seconds(pid: int) -> float:
    """Return the processor time of a process so far (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(
    server: SpeechProcess, items: list[Item], decibels: float | None, streams: int
) -> Tally:
    """Play all items over `streams` connections at once."""
    tally, todo = Tally(), queue.SimpleQueue()
    for item in items:
        todo.put(item)

    def work() -> None:
        while True:
            try:
                item = todo.get_nowait()
            except queue.Empty:
                return
            play(server, item, decibels, tally)

    threads = [threading.Thread(target=work) for _ in range(streams)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tally


def report(name: str, tally: Tally, cpu: float) -> None:
    """Print one line of the table."""
    rate = 100 * tally.errors / max(1, tally.words)
    print(
        f"{name:34} WER {rate:5.1f}% ({tally.errors}/{tally.words})"
        f"  final {_quantiles(tally.final_lags)}  interim {_quantiles(tally.interim_lags)}"
        f"  CPU {cpu / tally.audio:.2f}",
        flush=True,
    )


def _quantiles(lags: list[float]) -> str:
    if len(lags) < 2:
        return "-"
    cuts = statistics.quantiles(lags, n=20, method="inclusive")
    return f"p50 {cuts[9]:.2f} p95 {cuts[18]:.2f} s"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--human", type=Path, help="a folder of recorded speech, see above")
    parser.add_argument("--streams", type=int, default=1, help="connections at once")
    parser.add_argument("--snr", default="clean,20,10", help="conditions")
    options = parser.parse_args()
    items = fixtures() + readings() + (humans(options.human) if options.human else [])
    groups = sorted({item.group for item in items})
    with speech_process() as server:
        for condition in options.snr.split(","):
            decibels = None if condition == "clean" else float(condition)
            for group in groups:
                before = cpu_seconds(server.process.pid)
                chosen = [item for item in items if item.group == group]
                tally = measure(server, chosen, decibels, options.streams)
                spent = cpu_seconds(server.process.pid) - before
                report(f"{group}, {condition}, {options.streams} at once", tally, spent)
        print(f"resident memory {resident_mb(server.process.pid):.0f} MB")


if __name__ == "__main__":
    main()
