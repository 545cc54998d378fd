"""Free times and bookings a second on PostgreSQL: ``python -m bench.database``.

One server process is pinned to one core; the load and PostgreSQL have the other. Beside each figure
stands the bare SQL: the very statements that the application sent for such requests, sent again
from the first core by psycopg2 with no application around them.
"""

from __future__ import annotations

import itertools
import logging
import os
import platform
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from bench.bare_sql import Recorder, replay
from bench.clinic_load import Call, Workload, build_workload
from medcor.extensions import db
from medcor.models import Appointment, AuditEvent, Claim, OutboxMail
from medcor.web.transaction import transaction
from tests import postgres
from tests.app_servers import AppServer, running, send
from tests.live_clinic import live_clinic

SECONDS = float(os.environ.get("BENCH_SECONDS", "8"))
CLIENTS, RECORDED, WARM_UP = 8, 400, 50
ROOMY = {
    "LIMIT_API_CALLS_PER_MINUTE": "10000000",
    "LIMIT_EMAIL_LOOKUPS": "10000000 per minute",
}
CORES = sorted(os.sched_getaffinity(0))
APP_CORE, LOAD_CORE = {CORES[0]}, {CORES[-1]}


def cpu_seconds(pid: int) -> float:
    """CPU time that a process has used, all its threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def pinned(cores: set[int]) -> Iterator[None]:
    """Run, and start processes, on these cores only."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@dataclass
class Figures:
    """A phase: the seconds of each call and of all, and the CPU seconds of the process measured."""

    name: str
    times: list[float]
    seconds: float
    cpu: float
    refused: int = 0

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds

    def line(self) -> str:
        cuts = statistics.quantiles(self.times, n=100, method="inclusive")
        p50, p95 = cuts[49] * 1000, cuts[94] * 1000
        busy = self.cpu / len(self.times) * 1000
        text = (
            f"  {self.name:<24}{self.rate:7.0f} a second   p50 {p50:6.2f} ms   p95 {p95:6.2f} ms   "
            f"{busy:5.2f} ms of CPU each"
        )
        return text + (f"   {self.refused} refused" if self.refused else "")


@dataclass
class Load:
    """Several clients that send calls one after another, each on its own connection."""

    server: AppServer
    bearer: str
    calls: Iterator[Call]
    expected: int
    times: list[float] = field(default_factory=list)
    refused: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, name: str, clients: int, seconds: float) -> Figures:
        began, cpu = time.perf_counter(), cpu_seconds(self.server.served.pid)
        threads = [
            threading.Thread(target=self._client, args=(began + seconds,)) for _ in range(clients)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        cpu = cpu_seconds(self.server.served.pid) - cpu
        return Figures(name, self.times, time.perf_counter() - began, cpu, self.refused)

    def _client(self, until: float) -> None:
        connection = self.server.connect()
        while time.perf_counter() < until:
            with self.lock:
                call = next(self.calls, None)
            if call is None:
                break
            began = time.perf_counter()
            answer = send(connection, "POST", call.path, call.body, Authorization=self.bearer)
            self.times.append(time.perf_counter() - began)
            self.refused += answer.status != self.expected
        connection.close()


def record(load: Workload, calls: Iterator[Call], expected: int, count: int) -> Recorder:
    """Send calls in this process and write down the SQL that they cause."""
    client, recorder = load.live.app.test_client(), Recorder()
    headers = {"Authorization": load.live.bearer}
    with recorder.listening(db.engine):
        for call in itertools.islice(calls, count):
            db.session.remove()
            recorder.begin()
            answer = client.post(call.path, json=call.body, headers=headers)
            db.session.remove()
            if answer.status_code != expected:
                raise RuntimeError(f"{call}: {answer.status_code} {answer.text}")
    return recorder


def forget_bookings(clinic_id: int) -> None:
    with transaction(clinic_id) as session:
        for model in (Claim, Appointment, AuditEvent, OutboxMail):
            session.execute(sa.delete(model))


def bare(name: str, recorder: Recorder) -> Figures:
    """The recorded SQL alone, from the core that the server had."""
    with pinned(APP_CORE):
        replay(db.engine.url, recorder.requests[:WARM_UP])
        cpu = time.process_time()
        times, seconds = replay(db.engine.url, recorder.requests[WARM_UP:])
        return Figures(name, times, seconds, time.process_time() - cpu)


def measure(load: Workload, server: AppServer) -> None:
    """Print both kinds of request, one client and several, each beside its bare SQL."""
    bearer, clinic_id = load.live.bearer, load.live.clinic.id
    kinds = (
        ("free times (POST slots with a date)", load.free_times, 200),
        ("bookings, their mails written meanwhile", load.bookings, 201),
    )
    for kind, calls, expected in kinds:
        print(kind)
        for clients in (1, CLIENTS):
            forget_bookings(clinic_id)
            fresh = calls()
            Load(server, bearer, itertools.islice(fresh, WARM_UP), expected).run("", 1, 60)
            name = f"HTTP, {clients} client{'s' * (clients > 1)}"
            print(Load(server, bearer, fresh, expected).run(name, clients, SECONDS).line())
        forget_bookings(clinic_id)
        recorder = record(load, calls(), expected, RECORDED)
        forget_bookings(clinic_id)
        figures = bare("bare SQL, 1 connection", recorder)
        print(f"{figures.line()}   {recorder.statements():.1f} statements each")
    forget_bookings(clinic_id)


def machine() -> str:
    text = Path("/proc/cpuinfo").read_text()
    models = [line.partition(":")[2].strip() for line in text.splitlines() if "model name" in line]
    version = db.session.connection().exec_driver_sql("SHOW server_version").scalar()
    return (
        f"{models[0] if models else platform.machine()}, {len(CORES)} cores, "
        f"Python {platform.python_version()}, PostgreSQL {version}"
    )


def main() -> None:
    """Start PostgreSQL and one server, measure, end both."""
    # The calls that record their SQL run in this process; their log lines are no figures.
    logging.disable(logging.INFO)
    # A server of its own: one that the tests started would not stay on its core.
    postgres.FOLDER = Path(tempfile.gettempdir()) / "medcor-bench-pg"
    with pinned(LOAD_CORE), tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with live_clinic("postgresql", folder) as live:
            print(f"database: {machine()}")
            if len(CORES) < 2:
                print("one core only: server, load and database share it")
            load = build_workload(live)
            live.app.extensions["medcor"].settings.limit_api_calls_per_minute = 10**7
            live.app.extensions["medcor"].settings.limit_email_lookups = "10000000 per minute"
            with ExitStack() as stack:
                with pinned(APP_CORE):
                    (server,) = stack.enter_context(running(folder, live.database_url, **ROOMY))
                measure(load, server)


if __name__ == "__main__":
    main()
