"""Every page's server time and queries in a big clinic: ``python -m bench.pages``.

PostgreSQL holds 10 doctors, 5,000 patients and 50,000 appointments. One process is pinned to one
core and answers every page of every role over HTTP (keep-alive, a page session); the load and
PostgreSQL have the other. Beside each figure stands the bare SQL: the page's own statements, sent
again from the first core with no application around them.
"""

from __future__ import annotations

import logging
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade

from bench.bare_sql import Recorder, replay
from bench.database import APP_CORE, LOAD_CORE, ROOMY, cpu_seconds, machine, pinned
from bench.page_data import BIG, build_clinic
from medcor import create_app
from medcor.domain.permissions import Role
from medcor.extensions import db
from medcor.models.tenancy import across_clinics
from medcor.web.transaction import transaction
from tests import postgres
from tests.app_servers import Answer, AppServer, running, send
from tests.conftest import test_settings
from tests.factories import build_world
from tests.page_walk import PageUrl, client_for, first_actor, is_list, session_cookie, walk
from tests.servers import SECRET

REQUESTS = int(os.environ.get("BENCH_PAGE_REQUESTS", "60"))
WARM_UP, RECORDED = 5, 20
MOST_FOR_A_LIST, MOST, MOST_P95_MS = 12, 20, 60.0
TOKEN = re.compile(r"\d+\.[\w-]{30,}")
ROLES: dict[str, Role | None] = {"visitor": None, **{role.value: role for role in Role}}


@dataclass(frozen=True)
class Figures:
    """One page of one role: queries, and milliseconds over HTTP, of CPU, and for its bare SQL."""

    role: str
    url: str
    queries: float
    size: int
    p50: float
    p95: float
    cpu: float
    bare: float
    status: int
    listed: bool

    @property
    def flags(self) -> str:
        found = []
        if self.queries > (MOST_FOR_A_LIST if self.listed else MOST):
            found.append("QUERIES")
        if self.p95 > MOST_P95_MS:
            found.append("SLOW")
        if self.status != 200:
            found.append(f"STATUS {self.status}")
        return " ".join(found)

    def line(self) -> str:
        path = TOKEN.sub("<token>", self.url)[:62]
        return (
            f"  {self.role:<8}{path:<63}{'list' if self.listed else '':<4}"
            f"{self.queries:5.0f} {self.size / 1024:6.0f} KB"
            f"{self.p50:8.1f}{self.p95:8.1f}{self.cpu:8.1f}{self.bare:8.1f}  {self.flags}"
        )


@contextmanager
def big_clinic(folder: Path) -> Iterator[tuple[Flask, str, int]]:
    """The application on a database with the big clinic and two small ones; url and clinic id."""
    url = postgres.make_database()
    app = create_app(test_settings(folder, database_url=url, secret_key=SECRET))
    with app.app_context():
        upgrade()
        with transaction(None) as session, across_clinics(session, "tests build two clinics"):
            build_world(session)
        db.session.remove()
        began = time.perf_counter()
        with transaction(None) as session:
            clinic_id = build_clinic(session, datetime.now(UTC))
        db.session.remove()
        # As autovacuum would have done long before a clinic has so many rows.
        with db.engine.begin() as connection:
            connection.exec_driver_sql("ANALYZE")
        seconds = time.perf_counter() - began
        print(
            f"{BIG.doctors} doctors, {BIG.patients:,} patients, {BIG.appointments:,} appointments, "
            f"made in {seconds:.0f} s"
        )
        try:
            yield app, url, clinic_id
        finally:
            db.session.remove()
            db.engine.dispose()


def record(client: FlaskClient, url: str, count: int) -> Recorder:
    """Open a page in this process and write down the SQL that it causes."""
    recorder = Recorder()
    client.get(url)
    with recorder.listening(db.engine):
        for _ in range(count):
            recorder.begin()
            client.get(url)
    return recorder


def timed(server: AppServer, cookie: str, url: str) -> tuple[list[float], float, Answer]:
    """Milliseconds of each request on one connection and of CPU for one, and the last answer."""
    connection, times = server.connect(), []
    headers = {"Accept": "text/html", **({"Cookie": cookie} if cookie else {})}
    for _ in range(WARM_UP):
        send(connection, "GET", url, **headers)
    busy = cpu_seconds(server.served.pid)
    for _ in range(REQUESTS):
        began = time.perf_counter()
        answer = send(connection, "GET", url, **headers)
        times.append((time.perf_counter() - began) * 1000)
    busy = cpu_seconds(server.served.pid) - busy
    connection.close()
    return times, busy / REQUESTS * 1000, answer


def measure(app: Flask, server: AppServer, role: str, clinic_id: int) -> Iterator[Figures]:
    """Each page of a role; prints what could not be opened."""
    found = walk(ROLES[role], app, clinic_id)
    for each in found.complaints:
        print(f"  {role}: {each}")
    cookie, client = "", client_for(app, None)
    if ROLES[role]:
        client = client_for(app, first_actor(ROLES[role], clinic_id))
        cookie = "=".join(session_cookie(app, ROLES[role], clinic_id))
    for page in found.pages:
        if not page.is_variant:
            yield _figures(role, page, client, server, cookie)


def _figures(
    role: str, page: PageUrl, client: FlaskClient, server: AppServer, cookie: str
) -> Figures:
    recorder = record(client, page.url, RECORDED)
    with pinned(APP_CORE):
        bare, _ = replay(db.engine.url, recorder.requests)
    times, cpu, answer = timed(server, cookie, page.url)
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return Figures(
        role,
        page.url,
        recorder.statements(),
        len(answer.body),
        cuts[49],
        cuts[94],
        cpu,
        statistics.median(bare) * 1000,
        answer.status,
        is_list(answer.body.decode()),
    )


def main() -> int:
    """Build, measure every page, and say which ones are too slow or ask too often."""
    logging.disable(logging.WARNING)
    # A server of its own: one that the tests started would not stay on its core.
    postgres.FOLDER = Path(tempfile.gettempdir()) / "medcor-bench-pg"
    roles = sys.argv[1:] or list(ROLES)
    with pinned(LOAD_CORE), tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with big_clinic(folder) as (app, url, clinic_id):
            print(f"pages: {machine()}")
            print(f"  {'':<75}{'SQL':>5}{'size':>10}{'p50':>8}{'p95':>8}{'CPU':>8}{'bare':>8}  ms")
            with ExitStack() as stack:
                with pinned(APP_CORE):
                    (server,) = stack.enter_context(running(folder, url, **ROOMY))
                flagged = _print_all(app, server, roles, clinic_id)
    print(
        f"{flagged} pages over {MOST_P95_MS:.0f} ms at p95, {MOST} queries, "
        f"or as a list {MOST_FOR_A_LIST} queries"
    )
    return 0


def _print_all(app: Flask, server: AppServer, roles: list[str], clinic_id: int) -> int:
    flagged = 0
    for role in roles:
        for figures in measure(app, server, role, clinic_id):
            print(figures.line(), flush=True)
            flagged += bool(figures.flags)
    return flagged


if __name__ == "__main__":
    sys.exit(main())
