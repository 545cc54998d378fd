"""How many voice streams one process holds in real time on one core: ``python -m bench.voice``.

The server runs pinned to one core; the pages, a scripted Deepgram and a scripted model run on the
other. Held means: p95 of the time from the moment an utterance's last audio was due at the
microphone to its final transcript at the page is at most LIMIT_MS, no frame was lost, and each
turn was answered by the scripted model.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import itertools
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import load

ROOT = Path(__file__).resolve().parents[1]
LIMIT_MS = 250.0
SERVER_CORE, LOAD_CORE = 0, 1
# A client that is this late itself measures itself.
CLIENT_LIMIT_MS = 50.0
# The scripted model takes 0.65 s, the floor of a turn 0.6 s.
WARM_SECONDS, ANSWER_SECONDS = 4.0, 7.0


@dataclass
class Result:
    """One run; times in milliseconds, memory in megabytes, CPU in percent of one core."""

    streams: int
    p50: float
    p95: float
    p99: float
    worst: float
    lost_frames: int
    missing: int
    unanswered: int
    cpu: float
    other: float
    memory: float
    per_stream: float
    client_p99: float
    errors: int

    @property
    def held(self) -> bool:
        whole = not (self.lost_frames or self.missing or self.unanswered or self.errors)
        return self.p95 <= LIMIT_MS and whole

    def line(self) -> str:
        verdict = "held" if self.held else "not held"
        if self.client_p99 > CLIENT_LIMIT_MS:
            verdict += " (the client itself was late)"
        return (
            f"{self.streams:>7} {self.p50:>8.1f} {self.p95:>8.1f} {self.p99:>8.1f}"
            f" {self.worst:>8.1f}"
            f" {self.lost_frames:>6} {self.missing:>7} {self.unanswered:>10} {self.cpu:>6.0f}"
            f" {self.other:>6.0f} {self.memory:>7.0f} {self.per_stream:>7.2f}"
            f" {self.client_p99:>7.1f}  {verdict}"
        )


TITLE = (
    "streams   p50 ms   p95 ms   p99 ms   max ms   lost missing unanswered  cpu %other %"
    "  MB all  MB/str  client\n"
    "                                                                                     "
    "                  p99 ms"
)


@contextlib.contextmanager
def process(
    *command: str,
    cores: set[int] | None,
    env: dict[str, str] | None = None,
    log: Path | None = None,
) -> Iterator[subprocess.Popen]:
    """Run a child, pinned to ``cores`` if any are named; ended by its own id."""
    out = log.open("w") if log else subprocess.PIPE
    child = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **(env or {})},
        stdout=out,
        stderr=log and out,
        text=True,
    )
    if cores:
        os.sched_setaffinity(child.pid, cores)
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(15)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        if child.stdout:
            child.stdout.close()
        if log:
            out.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_ready(url: str, seconds: float = 90.0) -> None:
    until = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=2):
                return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def write_prompts(url: str, keys: list[str]) -> None:
    """What each page does before it connects."""
    for key in keys:
        request = urllib.request.Request(
            f"{url}/transcription/user-prompt/",
            method="POST",
            data=b"",
            headers={"Authorization": f"Bearer {key}"},
        )
        urllib.request.urlopen(request, timeout=10).close()


class Meter:
    """CPU and memory of one process, and what else ran on its core, between two moments."""

    def __init__(self, pid: int, core: int) -> None:
        self.pid, self.core = pid, core
        self._began, self._own, self._busy = time.monotonic(), self._ticks(), self._core_ticks()

    def _ticks(self) -> int:
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])

    def _core_ticks(self) -> int:
        for line in Path("/proc/stat").read_text().splitlines():
            if line.startswith(f"cpu{self.core} "):
                values = [int(value) for value in line.split()[1:]]
                return sum(values) - values[3] - values[4]
        return 0

    def read(self) -> tuple[float, float]:
        """Percent of the core used by the process, and by everything else."""
        seconds = (time.monotonic() - self._began) * os.sysconf("SC_CLK_TCK") / 100
        own = (self._ticks() - self._own) / seconds
        return own, max(0.0, (self._core_ticks() - self._busy) / seconds - own)

    def memory(self) -> float:
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
        return 0.0


def percentile(values: list[float], share: float) -> float:
    if not values:
        return float("inf")
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] * 1000


async def run_streams(
    port: int,
    keys: list[str],
    seconds: float,
    pid: int,
    vendor_port: int,
    *,
    framed: bool,
    alone: bool = True,
) -> Result:
    """One run of ``len(keys)`` streams; lost frames are counted where they are ``alone``."""
    tally = load.Tally()
    before, idle = stats(vendor_port)["frames"], Meter(pid, SERVER_CORE).memory()
    pages = await load.open_pages(port, keys, tally, framed=framed)
    # A pause of the collector in the client would be measured as the server's.
    gc.collect()
    gc.freeze()
    speaking = asyncio.create_task(load.speak_all(pages, seconds, WARM_SECONDS, ANSWER_SECONDS))
    watching = asyncio.create_task(watch_memory(Meter(pid, SERVER_CORE)))
    await asyncio.sleep(WARM_SECONDS)
    meter = Meter(pid, SERVER_CORE)
    await asyncio.sleep(seconds)
    cpu, other = meter.read()
    memory = meter.memory()
    watching.cancel()
    await speaking
    await asyncio.sleep(0.5)
    lost = tally.frames - (stats(vendor_port)["frames"] - before) if alone else 0
    for page in pages:
        page.transport.close()
    for error in sorted(set(tally.errors))[:3]:
        print(f"        {error}", file=sys.stderr)
    late = tally.lateness
    return Result(
        len(keys),
        percentile(late, 0.5),
        percentile(late, 0.95),
        percentile(late, 0.99),
        percentile(late, 1.0),
        lost,
        tally.expected - len(late),
        tally.finals - tally.replies if framed else 0,
        cpu,
        other,
        memory,
        (memory - idle) / len(keys),
        percentile(tally.lag, 0.99),
        len(tally.errors),
    )


async def watch_memory(meter: Meter) -> None:
    """Print the server's memory every minute: what grows is seen in a long run."""
    for minute in itertools.count(1):
        await asyncio.sleep(60)
        print(f"        after {minute} min: {meter.memory():.1f} MB", flush=True)


def stats(port: int) -> dict[str, int]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/stats", timeout=5) as answer:
        return json.load(answer)


def measure_product(streams: int, seconds: float, database: str, flood: str = "") -> Result:
    """A fresh server, a fresh database, one number of streams, and perhaps one that floods it."""
    with tempfile.TemporaryDirectory(prefix="medcor-bench-") as name, vendors() as ports:
        folder, port = Path(name), free_port()
        env = {
            "MEDCOR_ENV": "production",
            "MEDCOR_INSTANCE": name,
            "SECRET_KEY": secrets.token_hex(),
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "PORT": str(port),
            "SOCKETIO_ASYNC_MODE": "eventlet",
            "DATABASE_URL": database,
            "DEEPGRAM_WS_URL": f"ws://127.0.0.1:{ports['port']}/v1/listen",
            "OPENAI_BASE_URL": f"http://127.0.0.1:{ports['model']}/v1",
            "OPENAI_API_KEY": "scripted",
            "OPENAI_MODEL": "scripted",
        }
        *keys, loud = seed(env, streams + 1)
        python = sys.executable
        with process(python, "wsgi.py", cores={SERVER_CORE}, env=env, log=folder / "log") as server:
            url = env["PUBLIC_URL"]
            try:
                wait_ready(url)
                write_prompts(url, [*keys, loud])
                with flooding(port, loud, flood, seconds):
                    run = run_streams(
                        port,
                        keys,
                        seconds,
                        server.pid,
                        ports["port"],
                        framed=True,
                        alone=not flood,
                    )
                    return asyncio.run(run)
            except Exception:
                print((folder / "log").read_text()[-4000:], file=sys.stderr)
                raise


@contextlib.contextmanager
def flooding(port: int, key: str, kind: str, seconds: float) -> Iterator[None]:
    """One page more, which sends ``kind`` as fast as it can from a process of its own."""
    if not kind:
        yield
        return
    options = (str(port), key, kind, str(seconds + WARM_SECONDS + ANSWER_SECONDS))
    with process(sys.executable, "-m", "bench.flood", *options, cores={LOAD_CORE}) as child:
        yield
        print(f"        flood: {child.stdout.readline().strip()}")


def measure_relay(streams: int, seconds: float) -> Result:
    with vendors() as ports:
        upstream = f"ws://127.0.0.1:{ports['port']}/v1/listen"
        with process(sys.executable, "-m", "bench.relay", upstream, cores={SERVER_CORE}) as relay:
            port = json.loads(relay.stdout.readline())["port"]
            keys = [""] * streams
            return asyncio.run(
                run_streams(port, keys, seconds, relay.pid, ports["port"], framed=False)
            )


def seed(env: dict[str, str], count: int) -> list[str]:
    made = subprocess.run(
        [sys.executable, "-m", "bench.seed", str(count)],
        cwd=ROOT,
        env={**os.environ, **env},
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    return json.loads(made.stdout.splitlines()[-1])


@contextlib.contextmanager
def vendors() -> Iterator[dict[str, int]]:
    with process(sys.executable, "-m", "bench.vendors", cores={LOAD_CORE}) as child:
        yield json.loads(child.stdout.readline())


def search(first: int, step: int, most: int, measure) -> tuple[list[Result], int]:
    """The largest number held: up in steps while it holds, else down; each run is printed."""
    results, number, best = [], first, 0
    while 0 < number <= most:
        result = measure(number)
        print(result.line(), flush=True)
        results.append(result)
        if result.held:
            best = max(best, number)
            number += step
        elif best:
            break
        else:
            number -= step
        if any(number == each.streams for each in results):
            break
    return results, best


def cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return "unknown"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--streams", type=int, nargs="*", help="measure these and search nothing")
    parser.add_argument("--first", type=int, default=200)
    parser.add_argument("--step", type=int, default=50)
    parser.add_argument("--most", type=int, default=600)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--database", default="", help="a postgresql:// address; SQLite if empty")
    parser.add_argument("--flood", choices=("audio", "events", "pings"), default="")
    parser.add_argument("--no-relay", action="store_true")
    options = parser.parse_args()
    os.sched_setaffinity(0, {LOAD_CORE})
    print(
        f"voice: {cpu_model()}, server on one core, {options.seconds:.0f} s a run, "
        f"one turn per stream every {load.CYCLE * load.FRAME_SECONDS:.0f} s"
    )
    print(TITLE)

    def product(number: int) -> Result:
        return measure_product(number, options.seconds, options.database, options.flood)

    numbers = options.streams
    if numbers:
        for number in numbers:
            print(product(number).line(), flush=True)
    else:
        _, best = search(options.first, options.step, options.most, product)
        print(f"voice streams held on one process: {best}")
        numbers = [best or options.first]
    for number in () if options.no_relay else numbers:
        print("bare relay, the machine's own limit:")
        print(measure_relay(number, options.seconds).line())


if __name__ == "__main__":
    main()
