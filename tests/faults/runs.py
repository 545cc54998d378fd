"""Seeded runs of whole talks under faults, in virtual time; each is checked against the database.

``python -m tests.faults.runs --first 0 --count 10000`` prints one line at the end, and the seed of
whatever went wrong; ``--first SEED --count 1`` repeats that run, step by step the same.

A run is one person, two server processes over one database, and a few minutes of talk: the
recogniser drops, stalls, refuses or goes deaf; the model answers 429 or 500, stalls, cuts its
stream; MongoDB and the database are slow or gone; the page loses its connection and comes back; a
process is killed in the middle of anything. Afterwards: no booking twice, no credit twice or lost,
no committed turn without an answer, no two replies of a talk at once, no task left, nothing logged
twice, and on the page what is in the log.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import resource
import sys
import tempfile
import time
from pathlib import Path

from tests.faults import virtual

if __name__ == "__main__":
    virtual.install()

import structlog

from medcor.services import talk_sessions
from tests.faults import page
from tests.faults.scene import Scene


def without_fence() -> None:
    """Let a process write for a talk that another one has taken over."""
    talk_sessions.hold_talk = lambda *_, **__: None


def without_resending() -> None:
    """Let a page forget its audio with its connection, as if all that is sent had been heard."""
    resume = page.Trail.resume

    def forget(trail: page.Trail, epoch: str, heard_ms: int) -> None:
        trail.frames.clear()
        resume(trail, epoch, heard_ms)

    page.Trail.resume = forget


def without_settling() -> None:
    """Let a page send again what has become a turn already."""
    page.Trail.settle = lambda *_: None


def without_recovery() -> None:
    """Let a process that takes a talk over forget the turns that wait for an answer."""
    talk_sessions._unanswered = lambda *_: []


DEFECTS = {
    "fence": without_fence,
    "resending": without_resending,
    "settling": without_settling,
    "recovery": without_recovery,
}


def rss_mb() -> float:
    """Resident memory of this process now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1_000_000


def run_many(first: int, count: int, folder: Path, *, hours: list[float]) -> dict[str, object]:
    """Run the seeds from ``first`` on; stops at the first one that breaks an invariant."""
    scene = Scene(folder)
    totals: dict[str, int] = {}
    memory: list[float] = []
    for seed in range(first, first + count):
        began = virtual.CLOCK.now
        try:
            found = scene.run(seed)
        except BaseException:
            print(f"seed {seed} failed", file=sys.stderr, flush=True)
            raise
        hours[0] += (virtual.CLOCK.now - began) / 3600
        for name, value in found.items():
            totals[name] = totals.get(name, 0) + value
        if (seed - first) % 100 == 99:
            memory.append(round(rss_mb(), 1))
    return {"totals": totals, "memory_mb": memory}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--without", choices=sorted(DEFECTS), help="take a guard out: it must fail")
    parser.add_argument("--loud", action="store_true", help="print the product's log")
    options = parser.parse_args()
    if not options.loud:
        logging.disable(logging.CRITICAL)
    if options.without:
        DEFECTS[options.without]()
    random.seed(0)
    began, hours = time.perf_counter(), [0.0]
    with tempfile.TemporaryDirectory(prefix="medcor-faults-", dir=shared_memory()) as name:
        facts = run_many(options.first, options.count, Path(name), hours=hours)
    facts |= {
        "first": options.first,
        "runs": options.count,
        "virtual_hours": round(hours[0], 1),
        "seconds": round(time.perf_counter() - began, 1),
    }
    print(json.dumps(facts))


def shared_memory() -> str | None:
    """Where a database costs no disk; SQLite syncs at every checkpoint."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


if __name__ == "__main__":
    structlog.reset_defaults()
    main()
