"""Run the speech server that ships with the project as a child process, and keep it running."""

from __future__ import annotations

import contextlib
import http.client
import os
import secrets
import socket
import subprocess
import sys
import time
from pathlib import Path

import structlog

from medcor import runtime

KEY_VARIABLE = "MEDCOR_SPEECH_KEY"
ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
START_SECONDS = 60.0
POLL_SECONDS = 0.1
WATCH_SECONDS = 0.25
HEALTH_SECONDS = 2.0
END_SECONDS = 3.0
LONGEST_BACKOFF = 10.0

log = structlog.get_logger("medcor.speech")


class BundledSpeech:
    """The supervisor of one child; the child ends with this process, however that ends."""

    def __init__(self, max_streams: int = 32) -> None:
        self._max_streams = max_streams
        self._child: subprocess.Popen | None = None
        self._port = 0
        self._ready = False
        self._stopping = False
        self._task: runtime.Task | None = None
        self.key = secrets.token_urlsafe(24)
        self.restarts = 0

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    def url(self) -> str:
        """The address to connect to, path included; raises OSError while none answers."""
        if not self._ready:
            raise OSError("the bundled speech server is starting")
        return f"ws://{HOST}:{self._port}/v1/listen"

    def healthy(self) -> bool:
        """Ask the child; False when it does not answer within two seconds."""
        return self._ready and self._answers()

    def start(self) -> None:
        self._task = runtime.spawn(self._supervise)

    def stop(self) -> None:
        """End the child, by force after a few seconds."""
        self._stopping = True
        if self._child is not None:
            _end(self._child)
        if self._task is not None:
            self._task.join(END_SECONDS)

    def _supervise(self) -> None:
        failures = 0
        while not self._stopping:
            began = time.monotonic()
            self._launch()
            self._watch()
            if self._stopping:
                return
            self.restarts += 1
            failures = 0 if time.monotonic() - began > START_SECONDS else failures + 1
            log.warning(
                "speech server ended", status=self._child.returncode, restarts=self.restarts
            )
            runtime.sleep(min(LONGEST_BACKOFF, 0.1 * 2**failures))

    def _launch(self) -> None:
        self._port = _free_port()
        command = [sys.executable, "-m", "medcor.speech", "--host", HOST]
        command += ["--port", str(self._port), "--parent-pid", str(os.getpid())]
        command += ["--max-streams", str(self._max_streams)]
        self._child = subprocess.Popen(  # noqa: S603
            command,
            cwd=ROOT,
            env={**os.environ, KEY_VARIABLE: self.key},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        if self._stopping:
            _end(self._child)

    def _watch(self) -> None:
        """Return when the child has ended; one that never answers is ended."""
        deadline = time.monotonic() + START_SECONDS
        while self._child.poll() is None:
            if not self._ready and self._answers():
                self._ready = True
                log.info("speech server ready", port=self._port)
            if not self._ready and time.monotonic() > deadline:
                _end(self._child)
            runtime.sleep(WATCH_SECONDS if self._ready else POLL_SECONDS)
        self._ready = False

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection(HOST, self._port, timeout=HEALTH_SECONDS)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def _end(child: subprocess.Popen) -> None:
    with contextlib.suppress(ProcessLookupError):
        child.terminate()
    deadline = time.monotonic() + END_SECONDS
    while child.poll() is None and time.monotonic() < deadline:
        runtime.sleep(0.05)
    if child.poll() is None:
        child.kill()
        child.wait()
