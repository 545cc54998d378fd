"""Virtual time under the green hub: hours pass in milliseconds, and the same seed is the same run.

``install()`` must be called before anything else of the product is imported, in a process of its
own. Afterwards every sleep, wait and deadline of the voice path runs on :data:`CLOCK`; nothing in
the process waits for real, and no real thread is started.
"""

from __future__ import annotations

import random
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import eventlet
import greenlet
from eventlet import hubs
from eventlet.hubs.hub import BaseHub

from medcor import runtime


class Clock:
    """Seconds since the process began its virtual life."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


CLOCK = Clock()


class VirtualHub(BaseHub):
    """A hub without files: when nothing is due, the next thing that is due is now."""

    def __init__(self, clock: Any = None) -> None:
        super().__init__(CLOCK)
        self._added = 0

    def add_timer(self, timer: Any) -> float:
        """What is due at the same moment runs in the order in which it was asked for."""
        self._added += 1
        due = CLOCK.now + timer.seconds + self._added * 1e-10
        self.next_timers.append((due, timer))
        return due

    @classmethod
    def is_available(cls) -> bool:
        return True

    def wait(self, seconds: float | None = None) -> None:
        CLOCK.now += max(0.0, seconds or 0.0)


@dataclass(eq=False)
class Process:
    """A server process of the simulation: its greenlets die with it, in the middle of anything."""

    name: str
    alive: bool = True
    greenlets: Any = field(default_factory=weakref.WeakSet)

    def kill(self) -> None:
        self.alive = False
        for each in list(self.greenlets):
            if each is not greenlet.getcurrent():
                hubs.get_hub().schedule_call_global(0, each.throw, Killed)


class Killed(greenlet.GreenletExit):
    """What a greenlet of a dead process meets wherever it goes next."""


_owners: weakref.WeakKeyDictionary[Any, Process] = weakref.WeakKeyDictionary()
rng = random.Random(0)
# The longest a database call may take, in seconds; a scenario makes it slow.
database_seconds = [0.002]


def current() -> Process | None:
    return _owners.get(greenlet.getcurrent())


def check_alive() -> None:
    process = current()
    if process is not None and not process.alive:
        raise Killed()


def run_in(process: Process, function: Callable[..., Any], *args: Any) -> runtime.Task:
    """Start a task as part of a process; what it starts belongs to it too."""
    before, _adopting[0] = _adopting[0], process
    try:
        return runtime.spawn(function, *args)
    finally:
        _adopting[0] = before


_adopting: list[Process | None] = [None]


def _start(function: Callable[..., Any], name: str, *args: Any) -> None:
    owner = _adopting[0] or current()

    def body() -> None:
        if owner is not None:
            _owners[greenlet.getcurrent()] = owner
            owner.greenlets.add(greenlet.getcurrent())
        if owner is None or owner.alive:
            function(*args)

    eventlet.spawn_n(body)


def _offload(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """A database call: others go on meanwhile, and the process may die before or after it."""
    if function.__name__ == "rollback":
        # What the database does by itself when a process is gone.
        return function(*args, **kwargs)
    eventlet.sleep(rng.random() * database_seconds[0])
    check_alive()
    result = function(*args, **kwargs)
    if rng.random() < 0.1:
        eventlet.sleep(0)
        check_alive()
    return result


def install() -> None:
    """Patch for the green mode, and put virtual time under it."""
    runtime.patch("eventlet")
    hubs.use_hub(VirtualHub)
    runtime._clock = CLOCK
    runtime._start = _start
    runtime.offload = _offload
