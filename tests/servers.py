"""Real processes for tests: the server over TCP, and what stands beside it.

``made_instance`` makes a migrated database with two clinics in a folder; ``served`` runs
``python wsgi.py`` on it; ``child`` runs any module that says ``{"port": ...}`` on its first line.
Everything is ended by its own process id.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import upgrade

from medcor import create_app
from medcor.extensions import db
from medcor.models.tenancy import across_clinics
from medcor.web.transaction import transaction
from tests.conftest import test_settings
from tests.factories import World, build_world

ROOT = Path(__file__).resolve().parents[1]
SECRET = "a secret for tests that is long enough to sign with"
START_SECONDS = 30.0


@dataclass
class Instance:
    """A folder with a database, and an application in this process that looks into it."""

    folder: Path
    app: Flask
    world: World


@dataclass
class Served:
    """A running server."""

    url: str
    process: subprocess.Popen
    log: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    def get(self, path: str) -> tuple[int, bytes]:
        try:
            with urllib.request.urlopen(self.url + path, timeout=10) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()


def made_instance(folder: Path, **settings: Any) -> Instance:
    """Migrate a database in ``folder`` and fill it with the world of the factories."""
    app = create_app(test_settings(folder, secret_key=SECRET, **settings))
    with app.app_context():
        upgrade()
        with transaction(None) as session, across_clinics(session, "tests build two clinics"):
            world = build_world(session)
        db.session.remove()
    return Instance(folder, app, world)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def served(folder: Path, mode: str = "eventlet", **env: str) -> Iterator[Served]:
    """Serve the instance in ``folder`` in a process of its own until the block ends."""
    port = free_port()
    log = folder / f"server-{port}.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "wsgi.py"],
            cwd=ROOT,
            env=_environment(folder, port, mode, env),
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    made = Served(f"http://127.0.0.1:{port}", process, log)
    try:
        wait_until(lambda: _ready(made), START_SECONDS, "the server did not start", made)
        yield made
    finally:
        end(process)


def _environment(folder: Path, port: int, mode: str, extra: dict[str, str]) -> dict[str, str]:
    return {
        **os.environ,
        "MEDCOR_ENV": "testing",
        "MEDCOR_INSTANCE": str(folder),
        "SECRET_KEY": SECRET,
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "SOCKETIO_ASYNC_MODE": mode,
        **extra,
    }


def _ready(made: Served) -> bool:
    if made.process.poll() is not None:
        raise AssertionError(f"the server ended: {made.log.read_text()[-3000:]}")
    try:
        return made.get("/healthz")[0] == 200
    except OSError:
        return False


def wait_until(check: Any, seconds: float, what: str, made: Served | None = None) -> None:
    """Poll until ``check()`` is true; fails with ``what`` and the end of the server's log."""
    deadline = time.monotonic() + seconds
    while not check():
        if time.monotonic() > deadline:
            tail = made.log.read_text()[-3000:] if made else ""
            raise AssertionError(f"{what}\n{tail}")
        time.sleep(0.02)


def end(process: subprocess.Popen, number: int = signal.SIGTERM) -> None:
    """End a process that was started here, by force if it does not listen."""
    if process.poll() is None:
        process.send_signal(number)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)
    if process.stdout:
        process.stdout.close()


@dataclass
class Child:
    """A module that runs beside the server, on a port of its own choice or a given one."""

    process: subprocess.Popen
    port: int

    @property
    def pid(self) -> int:
        return self.process.pid

    def kill(self) -> None:
        end(self.process, signal.SIGKILL)


def start_child(module: str, *arguments: str) -> Child:
    """Run ``python -m module``; it says on its first line of output where it listens."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    line = process.stdout.readline()
    if not line:
        end(process)
        raise AssertionError(f"{module} did not start")
    return Child(process, json.loads(line)["port"])


@contextlib.contextmanager
def child(module: str, *arguments: str) -> Iterator[Child]:
    made = start_child(module, *arguments)
    try:
        yield made
    finally:
        end(made.process)
