"""First free times in a big clinic: ``python -m bench.scheduling``.

PostgreSQL holds 10 doctors, 5,000 patients and 50,000 appointments; all ten give one treatment, and
the question is when it is free in the next 60 days. Asked of the engine in this process, and over
HTTP of one server process with one client; the process measured is pinned to one core, the rest of
the work has the other. Beside each figure stands the bare SQL: the same statements, sent again from
the first core with no application around them.
"""

from __future__ import annotations

import logging
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bench.bare_sql import Recorder, replay
from bench.database import APP_CORE, LOAD_CORE, ROOMY, cpu_seconds, machine, pinned
from bench.pages import big_clinic
from medcor.domain import scheduling as rules
from medcor.extensions import db
from medcor.models import Clinic, Doctor, Treatment, TreatmentDoctor
from medcor.services import scheduling
from medcor.web import tokens
from medcor.web.transaction import reading, transaction
from tests import postgres
from tests.app_servers import AppServer, running, send

ASKED, WARM_UP, RECORDED, DAYS = 300, 20, 20, 60


@dataclass(frozen=True)
class Question:
    """One question to the engine; no ``limit`` means every free time of the 60 days."""

    name: str
    limit: int | None


ENGINE = (
    Question("the first 10", 10),
    Question("the first of each doctor", 0),
    Question("all of 60 days", None),
)


def ask(session: Session, clinic_id: int, treatment_id: int, asked: Question) -> list:
    """What every door does with the question, the look-up of its rows included."""
    clinic, now = session.get(Clinic, clinic_id), datetime.now(UTC)
    treatment = session.get(Treatment, treatment_id)
    doctors = scheduling.doctor_ids_for(session, treatment.id)
    search = scheduling.Search(now)
    if asked.limit == 0:
        return scheduling.find_first_by_doctor(session, clinic, treatment, doctors, DAYS, search)
    days = scheduling.bookable_days(clinic, now, None, DAYS)
    return scheduling.find_free(session, clinic, treatment, doctors, days, search, asked.limit)


def line(name: str, times: list[float], cpu: float, bare: list[float], found: int) -> str:
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return (
        f"  {name:<36}p50 {cuts[49] * 1000:6.1f} ms   p95 {cuts[94] * 1000:6.1f} ms   "
        f"CPU {cpu * 1000:6.1f} ms   bare SQL p50 {statistics.median(bare) * 1000:5.1f} ms   "
        f"{found} times"
    )


def timed(work: Callable[[], object], count: int = ASKED) -> Iterator[float]:
    for _ in range(WARM_UP):
        work()
    for _ in range(count):
        began = time.perf_counter()
        work()
        yield time.perf_counter() - began


def recorded(work: Callable[[], object]) -> list[float]:
    """Seconds that the statements of ``work`` take by themselves."""
    recorder = Recorder()
    with recorder.listening(db.engine):
        for _ in range(RECORDED):
            recorder.begin()
            work()
    with pinned(APP_CORE):
        times, _ = replay(db.engine.url, recorder.requests)
    return times


def measure_engine(clinic_id: int, treatment_id: int) -> None:
    for asked in ENGINE:

        def work(asked: Question = asked) -> list:
            session = reading(clinic_id)
            session.expire_all()
            found = ask(session, clinic_id, treatment_id, asked)
            session.rollback()
            return found

        bare = recorded(work)
        with pinned(APP_CORE):
            before = time.process_time()
            times = list(timed(work))
            cpu = (time.process_time() - before) / (ASKED + WARM_UP)
        print(line(f"engine, {asked.name}", times, cpu, bare, len(work())), flush=True)


def measure_http(server: AppServer, clinic_id: int, treatment_id: int) -> None:
    bearer = f"Bearer {tokens.issue_chatbot_token(clinic_id)}"
    connection = server.connect()
    for limit in (10, 100):
        path = f"/{clinic_id}/treatments/{treatment_id}/first-free/?limit={limit}&days={DAYS}"

        def work(path: str = path) -> int:
            answer = send(connection, "GET", path, Authorization=bearer)
            if answer.status != 200:
                raise RuntimeError(f"{path}: {answer.status}")
            return len(answer.json["times"])

        before = cpu_seconds(server.served.pid)
        times = list(timed(work))
        cpu = (cpu_seconds(server.served.pid) - before) / (ASKED + WARM_UP)
        asked = Question("", limit)
        bare = recorded(lambda asked=asked: _asked_anew(clinic_id, treatment_id, asked))
        print(line(f"HTTP, the first {limit}", times, cpu, bare, work()), flush=True)
    connection.close()


def _asked_anew(clinic_id: int, treatment_id: int, asked: Question) -> None:
    session = reading(clinic_id)
    session.expire_all()
    ask(session, clinic_id, treatment_id, asked)
    session.rollback()


def treatment_of_all(clinic_id: int) -> int:
    """A treatment that every doctor of the clinic gives."""
    with transaction(clinic_id) as session:
        treatment_id = session.scalar(sa.select(sa.func.min(Treatment.id)))
        giving = set(
            session.scalars(
                sa.select(TreatmentDoctor.doctor_id).where(
                    TreatmentDoctor.treatment_id == treatment_id
                )
            )
        )
        for doctor_id in set(session.scalars(sa.select(Doctor.id))) - giving:
            session.add(
                TreatmentDoctor(clinic_id=clinic_id, treatment_id=treatment_id, doctor_id=doctor_id)
            )
    db.session.remove()
    return treatment_id


def main() -> None:
    logging.disable(logging.WARNING)
    # A server of its own: one that the tests started would not stay on its core.
    postgres.FOLDER = Path(tempfile.gettempdir()) / "medcor-bench-pg"
    with pinned(LOAD_CORE), tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with big_clinic(folder) as (_app, url, clinic_id):
            treatment_id = treatment_of_all(clinic_id)
            today = rules.local_today(
                reading(clinic_id).get(Clinic, clinic_id).zone_info, datetime.now(UTC)
            )
            print(f"first free times from {today:%A} on: {machine()}")
            measure_engine(clinic_id, treatment_id)
            with ExitStack() as stack:
                with pinned(APP_CORE):
                    (server,) = stack.enter_context(running(folder, url, **ROOMY))
                measure_http(server, clinic_id, treatment_id)


if __name__ == "__main__":
    main()
