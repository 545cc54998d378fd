"""Thirty-two workers in four processes book, hold, move, confirm, exclude and cancel at random.

At the end nothing overlaps, no claim is lost or left over, nobody holds more than two times, no
excluded day is booked, every loser was told why, and no deadlock came through. With the claims'
constraints off, the same storm leaves overlaps.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date
from datetime import time as clock_time
from pathlib import Path

import pytest
import sqlalchemy as sa

from medcor.domain import scheduling as rules
from medcor.domain.appointments import LIVE
from medcor.domain.permissions import system_actor
from medcor.extensions import db
from medcor.models import Appointment, Claim, ExclusionDate, Hold, Treatment
from medcor.services.scheduling import treatment_rule
from medcor.services.slots import add_slot
from medcor.web.transaction import reading, transaction
from tests.conftest import NOW
from tests.factories import make_treatment
from tests.integration.test_races import check_overlaps, without_constraints
from tests.live_clinic import LiveClinic, live_clinic

ROOT = Path(__file__).resolve().parents[2]
PROCESSES, THREADS, PATIENTS = 4, 8, 24
SECONDS = float(os.environ.get("MEDCOR_STORM_SECONDS", "60"))
CONTROL_SECONDS = 12.0
FIRST_DAY = date(2026, 3, 9)
WEEKS = 2
# What somebody can be told who did not get what they wanted; anything else is a fault.
TOLD = {
    "done",
    "nothing",
    "slot_taken",
    "patient_busy",
    "slot_unavailable",
    "too_many_holds",
    "transition_refused",
    "days_off_overlap",
    "appointments_affected",
    "not_found",
    "appointment_not_found",
    "slot_not_found",
    "treatment_not_found",
}


@pytest.fixture(params=["sqlite", "postgresql"])
def live(request, tmp_path) -> Iterator[LiveClinic]:
    """A clinic small enough to be crowded, with one treatment that needs buffers."""
    with live_clinic(request.param, tmp_path, PATIENTS) as made:
        clinic = made.clinic
        with transaction(clinic.id) as session:
            both = [clinic.doctor.profile_id, clinic.other_doctor.profile_id]
            made.buffered_id = make_treatment(
                session, clinic.id, "With buffers", both, buffer_before=5, buffer_after=35
            ).id
            for weekday, hour in ((1, 9), (1, 10), (3, 9), (3, 10)):
                starts, ends = clock_time(hour), clock_time(hour, 30)
                actor = system_actor(clinic.id)
                add_slot(session, actor, clinic.other_doctor.profile_id, weekday, starts, ends)
        yield made


def storm(live: LiveClinic, folder: Path, seconds: float) -> Counter[tuple[str, str]]:
    """Let all processes loose at one moment; what they tried and were told."""
    told = {
        "folder": str(folder),
        "database_url": live.database_url,
        "clinic_id": live.clinic.id,
        "admin_user_id": live.clinic.admin.user_id,
        "patients": [[each.user_id, each.profile_id] for each in live.patients],
        "treatments": [live.clinic.treatment_id, live.buffered_id],
        "first_day": FIRST_DAY.isoformat(),
        "weeks": WEEKS,
        "begins": NOW.isoformat(),
        "seconds": seconds,
        "threads": THREADS,
    }
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.storm_worker"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(PROCESSES)
    ]
    total: Counter[tuple[str, str]] = Counter()
    faults: list[str] = []
    for number, process in enumerate(running):
        process.stdin.write(json.dumps({**told, "seed": number}) + "\n")
        process.stdin.flush()
    for process in running:
        assert process.stdout.readline() == "ready\n"
    begins = f"{time.time() + 0.5}\n"
    for process in running:
        process.stdin.write(begins)
        process.stdin.flush()
    for process in running:
        output, _ = process.communicate(timeout=seconds + 120)
        answer = json.loads(output.strip().splitlines()[-1])
        faults += answer["faults"]
        for tried, was_told, count in answer["answers"]:
            total[tried, was_told] += count
    assert not faults, faults[0]
    return total


def check_all(live: LiveClinic) -> None:
    """Claims are what appointments and holds need, to the step; nothing overlaps."""
    session = reading(live.clinic.id)
    session.rollback()
    treatments = {each.id: treatment_rule(each) for each in session.scalars(sa.select(Treatment))}
    alive = list(session.scalars(sa.select(Appointment).where(Appointment.status.in_(LIVE))))
    held = list(session.scalars(sa.select(Hold)))
    expected: Counter[tuple] = Counter()
    for each in [*alive, *held]:
        span = rules.Span(each.starts_at, each.ends_at)
        own = rules.steps(span)
        is_hold = isinstance(each, Hold)
        for step in rules.steps(rules.with_buffers(span, treatments[each.treatment_id])):
            patient = each.patient_id if step in own and not is_hold else None
            expected[is_hold, each.id, each.doctor_id, patient, step] += 1
    found = Counter(
        (
            claim.hold_id is not None,
            claim.hold_id or claim.appointment_id,
            claim.doctor_id,
            claim.patient_id,
            claim.step,
        )
        for claim in session.scalars(sa.select(Claim))
    )
    assert found == expected
    check_overlaps(alive)
    seats = Counter(each.patient_id for each in held if each.seat)
    assert max(seats.values(), default=0) <= 2
    check_days_off(alive, list(session.scalars(sa.select(ExclusionDate))))


def check_days_off(alive: list[Appointment], away: list[ExclusionDate]) -> None:
    """Every exclusion cancelled whom it hit, and nobody booked into one."""
    for each in away:
        on_it = [
            one
            for one in alive
            if one.doctor_id == each.doctor_id and each.start_date <= one.day <= each.end_date
        ]
        assert not on_it


def deadlocks() -> int:
    """How many the database has had to break, PostgreSQL only."""
    if db.engine.dialect.name != "postgresql":
        return 0
    with db.engine.connect() as connection:
        counted = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        return connection.exec_driver_sql(counted).scalar()


def test_a_minute_of_everything_at_once(live, tmp_path):
    answers = storm(live, tmp_path, SECONDS)
    print(sum(answers.values()), "tries;", deadlocks(), "deadlocks broken;", dict(answers))
    assert {told for _tried, told in answers} <= TOLD
    done = {tried for tried, told in answers if told == "done"}
    assert done == {"book", "hold", "book_held", "move", "confirm", "cancel", "exclude", "include"}
    lost = sum(count for (_tried, told), count in answers.items() if told == "slot_taken")
    assert lost > 20
    check_all(live)


def test_without_the_constraints_the_same_storm_leaves_overlaps(live, tmp_path):
    with without_constraints():
        storm(live, tmp_path, CONTROL_SECONDS)
        session = reading(live.clinic.id)
        session.rollback()
        wanted = sa.select(Appointment).where(Appointment.status.in_(LIVE))
        with pytest.raises(AssertionError):
            check_overlaps(list(session.scalars(wanted)))
        db.session.remove()
        with transaction(live.clinic.id) as session:
            for table in (Claim, Hold, Appointment):
                session.execute(sa.delete(table))
