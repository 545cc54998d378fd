"""Does the speech server stay well? `python -m bench.speech_soak`.

Plays the booking talk 20 times (each time with another start, loudness, noise floor and sample
rate), then opens 50 streams, then abuses the server, printing memory and threads as it goes.
"""

import argparse
import os
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import numpy as np

from bench.speech_wer import normal
from tests.speech_helpers import (
    RATE,
    TALK,
    Client,
    SpeechProcess,
    finals,
    hang_up,
    join,
    pcm,
    resident_mb,
    silence,
    speech_process,
    spoken,
    thread_count,
    wait_for_no_streams,
)

EXPECTED = [
    "i would like to book a dental cleaning",
    "the first one please",
    "yes please book it",
]


def talk(server: SpeechProcess, seed: int) -> bool:
    """Play one variation of the booking talk; tell whether every utterance came out right."""
    chance = np.random.default_rng(seed)
    rate = (16_000, 48_000)[seed % 2]
    speech = join(silence(chance.uniform(0, 1)), spoken("booking_talk"), silence(1))
    at = np.arange(len(speech) * rate // RATE) * RATE / rate
    sound = np.interp(at, np.arange(len(speech)), speech) * 10 ** (chance.uniform(-12, 6) / 20)
    sound += chance.normal(0, 10 ** (chance.uniform(-80, -55) / 20), len(sound))
    with Client(server.url(**{**TALK, "sample_rate": rate})) as client:
        client.audio(sound, rate, pace=4)
        heard = [" ".join(normal(text)) for text in finals(client.finish())]
    if heard != EXPECTED:
        print(f"  talk {seed}: {heard}")
    return heard == EXPECTED


def abuse(server: SpeechProcess) -> None:
    """Send what no client should."""
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", server.port)) as raw:
            raw.sendall(os.urandom(2000))
        client = Client(server.url(**TALK))
        with suppress(OSError):
            client.socket.send_binary(b"\x00" * 2_000_000)
        hang_up(client)
        client = Client(server.url(**TALK))
        client.audio(spoken("yes_please_book_it"))
        client.socket.send("{" * 1000)
        hang_up(client)
        wait_for_no_streams(server)


def state(server: SpeechProcess, when: str) -> None:
    """Print memory and threads."""
    pid = server.process.pid
    print(f"{when:24} {resident_mb(pid):5.0f} MB  {thread_count(pid)} threads", flush=True)


def main() -> None:
    """Run all three."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--talks", type=int, default=20)
    parser.add_argument("--streams", type=int, default=50)
    options = parser.parse_args()
    with speech_process() as server, ThreadPoolExecutor(2) as pool:
        state(server, "started")
        right = sum(pool.map(lambda seed: talk(server, seed), range(options.talks)))
        print(f"booking talk: {right} of {options.talks} as said")
        state(server, "after the talks")
        for number in range(1, options.streams + 1):
            with Client(server.url(**TALK)) as client:
                client.socket.send_binary(pcm(spoken("booking_talk")[: 8 * RATE]))
                client.finish()
            if number % 10 == 0:
                state(server, f"after {number} streams")
        for _ in range(3):
            abuse(server)
            state(server, "after abuse")


if __name__ == "__main__":
    main()
