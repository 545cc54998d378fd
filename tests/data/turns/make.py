"""Record what the bundled recogniser says, and when: ``python -m tests.data.turns.make``.

Each recording is a file of lines, ``[seconds since the audio began, message]``, of one scene spoken
in real time with the fixtures of tests/data/speech. The turns are then found again, in virtual
time, by tests/unit/test_turn_recordings.py.
"""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import numpy as np

from tests.speech_helpers import RATE, TALK, Client, join, silence, speech_process, spoken

HERE = Path(__file__).parent
FRAME = RATE // 10


def noisy(samples: np.ndarray, snr_db: float) -> np.ndarray:
    """The samples with white noise, ``snr_db`` below the speech."""
    rng = np.random.default_rng(1)
    power = float(np.mean(samples**2)) / 10 ** (snr_db / 10)
    return samples + rng.normal(0, power**0.5, len(samples)).astype(np.float32)


def scenes() -> dict[str, np.ndarray]:
    wish, when = spoken("i_would_like_to_book_a_dental_cleaning"), spoken("tomorrow_morning")
    return {
        "booking_talk": spoken("booking_talk"),
        "short_pause": join(silence(0.5), wish, silence(0.45), when, silence(2.5)),
        "long_pause": join(silence(0.5), wish, silence(2.0), when, silence(2.5)),
        "espeak": join(silence(0.5), spoken("espeak_what_time_do_you_open"), silence(2.5)),
        "noise_20db": noisy(join(silence(0.5), wish, silence(2.5)), 20),
        "nobody": noisy(silence(8.0), 0) + np.random.default_rng(2).normal(0, 0.003, 8 * RATE),
    }


def record(url: str, samples: np.ndarray) -> list[list[object]]:
    """Speak in real time and note what comes back."""
    heard: list[list[object]] = []
    with Client(url) as client:
        began = time.monotonic()

        def listen() -> None:
            while (message := client.next(20)) is not None:
                heard.append([round(time.monotonic() - began, 3), message])
                if message["type"] == "Metadata":
                    return

        listener = threading.Thread(target=listen, daemon=True)
        listener.start()
        for number in range(len(samples) // FRAME):
            time.sleep(max(0.0, began + number * 0.1 - time.monotonic()))
            client.audio(samples[number * FRAME : (number + 1) * FRAME])
        client.control("CloseStream")
        listener.join(20)
    return heard


def main() -> None:
    with speech_process() as server:
        for name, samples in scenes().items():
            lines = record(server.url(**TALK, utterance_end_ms=1000), samples.astype(np.float32))
            text = "".join(f"{json.dumps(line)}\n" for line in lines)
            (HERE / f"{name}.jsonl").write_text(text)
            print(name, len(lines), flush=True)


if __name__ == "__main__":
    main()
