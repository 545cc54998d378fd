"""Many at once for one time: real server processes, both databases, both doors.

The claims' unique constraints are all that stands between two bookings; without them the same race
books a time many times over.
"""

from __future__ import annotations

import os
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import timedelta

import pytest
import sqlalchemy as sa

from medcor.domain import scheduling as rules
from medcor.domain.appointments import LIVE
from medcor.extensions import db
from medcor.models import Appointment, Claim
from medcor.models.engine import WRITE
from medcor.web.transaction import reading, transaction
from tests.app_servers import Answer, AppServer, running
from tests.live_clinic import LiveClinic, live_clinic, next_monday
from tests.race_worker import Browser, Ran, WidgetCaller, most_at_once, race

RACERS = 50
MIX_SECONDS = 60 if os.environ.get("MEDCOR_SOAK") else 5
MONDAY = next_monday()
ROOMY = {
    "LIMIT_API_CALLS_PER_MINUTE": "1000000",
    "LIMIT_EMAIL_LOOKUPS": "1000000 per minute",
    "LIMIT_SIGN_INS_PER_MINUTE": "100000",
    "LIMIT_SIGN_INS_PER_ACCOUNT": "100000 per minute",
}
BOOKED = {"error": "Slot is already booked."}
UNIQUE = re.compile(r"CONSTRAINT uq_claims_(?:doctor|patient)_step UNIQUE \([^)]*\),?")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def field(request, tmp_path_factory) -> Iterator[tuple[LiveClinic, list[AppServer]]]:
    """A clinic with fifty patients and two server processes on its database."""
    folder = tmp_path_factory.mktemp("race")
    with (
        live_clinic(request.param, folder, RACERS) as live,
        running(folder, live.database_url, 2, **ROOMY) as servers,
    ):
        yield live, servers


@pytest.fixture()
def live(field) -> LiveClinic:
    """The clinic without any appointment."""
    made, _servers = field
    with transaction(made.clinic.id) as session:
        session.execute(sa.delete(Claim))
        session.execute(sa.delete(Appointment))
    return made


@pytest.fixture()
def servers(field) -> list[AppServer]:
    return field[1]


def widgets(live: LiveClinic, servers: list[AppServer], count: int) -> list[WidgetCaller]:
    bearer = live.bearer
    return [
        WidgetCaller(live, servers[number % len(servers)], patient.email, bearer)
        for number, patient in enumerate(live.patients[:count])
    ]


def read_all(live: LiveClinic) -> tuple[list[Appointment], list[Claim]]:
    session = reading(live.clinic.id)
    session.rollback()
    if db.engine.dialect.name == "postgresql":
        # Both look-ups must see one moment; SQLite's readers always do.
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    return list(session.scalars(sa.select(Appointment))), list(session.scalars(sa.select(Claim)))


def check_claims(live: LiveClinic) -> list[Appointment]:
    """Every live appointment holds exactly its steps, and nothing else holds any."""
    appointments, claims = read_all(live)
    held: dict[int, set[tuple[int, int, int | None]]] = {}
    for claim in claims:
        row = (claim.step, claim.doctor_id, claim.patient_id)
        held.setdefault(claim.appointment_id, set()).add(row)
    alive = [each for each in appointments if each.status in LIVE]
    expected = {
        each.id: {
            (step, each.doctor_id, each.patient_id)
            for step in rules.steps(rules.Span(each.starts_at, each.ends_at))
        }
        for each in alive
    }
    assert held == expected
    check_overlaps(alive)
    return alive


def check_overlaps(alive: list[Appointment]) -> None:
    spans = [(each, rules.Span(each.starts_at, each.ends_at)) for each in alive]
    for index, (one, span) in enumerate(spans):
        for other, other_span in spans[index + 1 :]:
            shared = one.doctor_id == other.doctor_id or one.patient_id == other.patient_id
            assert not (shared and span.overlaps(other_span))


def test_fifty_clients_race_for_one_slot_through_both_doors(live, servers):
    slot, doctor = live.clinic.slot_ids[0], live.clinic.doctor.profile_id
    half = RACERS // 2
    callers: list[WidgetCaller | Browser] = [*widgets(live, servers, half)]
    for number, patient in enumerate(live.patients[half:]):
        callers.append(Browser(live, servers[number % 2]).sign_in(patient.email))
    ran = race([caller.booking(slot, doctor, MONDAY) for caller in callers])
    api, pages = ran[:half], ran[half:]
    check_api_answers(api)
    for each in pages:
        assert each.status in (302, 409)
        if each.status == 409:
            assert b"has just been booked" in each.answer.body
        else:
            assert "/appointment-success/" in each.answer.headers["location"]
    winners = [each for each in ran if each.status in (201, 302)]
    assert len(winners) == 1 and len(check_claims(live)) == 1
    assert most_at_once(ran) >= 10


def check_api_answers(ran: list[Ran]) -> None:
    for each in ran:
        assert each.status in (201, 400)
        if each.status == 400:
            assert each.answer.json == BOOKED


@pytest.mark.parametrize("round_", range(3))
def test_fifty_clients_race_through_the_chatbot_api(live, servers, round_):
    slot, doctor = live.clinic.slot_ids[round_], live.clinic.doctor.profile_id
    ran = race([each.booking(slot, doctor, MONDAY) for each in widgets(live, servers, RACERS)])
    check_api_answers(ran)
    assert Counter(each.status for each in ran) == {201: 1, 400: RACERS - 1}
    assert len(check_claims(live)) == 1


def test_one_patient_races_for_two_doctors_at_the_same_time(live, servers):
    clinic, patient, bearer = live.clinic, live.patients[0], live.bearer
    runners = []
    for number in range(20):
        caller = WidgetCaller(live, servers[number % 2], patient.email, bearer)
        slot, doctor = (
            (clinic.slot_ids[0], clinic.doctor)
            if number % 4 < 2
            else (live.other_slot_id, clinic.other_doctor)
        )
        runners.append(caller.booking(slot, doctor.profile_id, MONDAY))
    ran = race(runners)
    check_api_answers(ran)
    assert Counter(each.status for each in ran) == {201: 1, 400: 19}
    assert len(check_claims(live)) == 1


def test_copies_of_one_request_with_its_key_make_one_appointment(live, servers):
    path, bearer = live.book_path(live.clinic.slot_ids[0]), live.bearer
    wish = {
        "patient_email": live.patients[0].email,
        "appointment_date": MONDAY.isoformat(),
        "doctor_id": live.clinic.doctor.profile_id,
    }

    def copy(number: int) -> Callable[[], Answer]:
        return lambda: servers[number % 2].call(
            "POST", path, wish, Authorization=bearer, Idempotency_Key="one request"
        )

    ran = race([copy(number) for number in range(20)])
    assert Counter(each.status for each in ran) == {201: 20}
    assert len({each.answer.json["appointment_id"] for each in ran}) == 1
    assert len(check_claims(live)) == 1


@contextmanager
def writing() -> Iterator[sa.Connection]:
    """A transaction that waits for its turn on SQLite, where the servers write meanwhile."""
    with db.engine.connect().execution_options(**{WRITE: True}) as connection, connection.begin():
        yield connection


@contextmanager
def without_constraints() -> Iterator[None]:
    """Drop the claims' unique constraints, on this test's own database, and put them back."""
    with writing() as connection:
        postgresql = connection.dialect.name == "postgresql"
        if postgresql:
            connection.exec_driver_sql("ALTER TABLE claims DROP CONSTRAINT uq_claims_doctor_step")
            connection.exec_driver_sql("ALTER TABLE claims DROP CONSTRAINT uq_claims_patient_step")
        else:
            made = _rebuild_claims(connection)
    try:
        yield
    finally:
        with writing() as connection:
            connection.exec_driver_sql("DELETE FROM claims")
            if postgresql:
                for owner in ("doctor", "patient"):
                    connection.exec_driver_sql(
                        f"ALTER TABLE claims ADD CONSTRAINT uq_claims_{owner}_step"
                        f" UNIQUE ({owner}_id, step)"
                    )
            else:
                connection.exec_driver_sql("DROP TABLE claims")
                for statement in made:
                    connection.exec_driver_sql(statement)


def _rebuild_claims(connection: sa.Connection) -> list[str]:
    """SQLite drops no constraint: make the empty table anew without them; gives the true one."""
    found = connection.exec_driver_sql(
        "SELECT sql FROM sqlite_master WHERE tbl_name = 'claims' AND sql IS NOT NULL ORDER BY rowid"
    )
    made = [sql for (sql,) in found]
    looser = re.sub(r",\s*\)\s*$", ")", UNIQUE.sub("", made[0]).rstrip())
    assert looser.count("uq_claims") == made[0].count("uq_claims") - 2
    connection.exec_driver_sql("DROP TABLE claims")
    for statement in [looser, *made[1:]]:
        connection.exec_driver_sql(statement)
    return made


def test_without_the_constraints_the_same_race_books_a_time_twice(live, servers):
    slot, doctor = live.clinic.slot_ids[0], live.clinic.doctor.profile_id
    with without_constraints():
        for _round in range(5):
            callers = widgets(live, servers, RACERS)
            ran = race([each.booking(slot, doctor, MONDAY) for each in callers])
            won = [each for each in ran if each.status == 201]
            if len(won) > 1:
                break
        alive = [each for each in read_all(live)[0] if each.status in LIVE]
        with pytest.raises(AssertionError):
            check_overlaps(alive)
        with transaction(live.clinic.id) as session:
            session.execute(sa.delete(Claim))
            session.execute(sa.delete(Appointment))
    assert len(won) > 1 and most_at_once(ran) >= 10


@dataclass
class Mixer:
    """Books and cancels at random, through both doors, until time is up."""

    live: LiveClinic
    server: AppServer
    bearer: str
    keys: dict[str, str]
    chance: random.Random
    own: list[tuple[str, int]] = dataclass_field(default_factory=list)
    seen: Counter = dataclass_field(default_factory=Counter)
    failures: list[str] = dataclass_field(default_factory=list)

    def run(self, until: float, enough: threading.Event) -> None:
        """Mix until the time is over, on a slow machine until enough was seen."""
        while time.monotonic() < until or not enough.is_set():
            if self.own and self.chance.random() < 0.5:
                self.cancel()
            else:
                self.book()

    def cancel(self) -> None:
        email, made = self.own.pop(self.chance.randrange(len(self.own)))
        path, key = f"/cancel_appointment/{made}/", f"Bearer {self.keys[email]}"
        self.count("cancel", self.server.call("POST", path, {}, Authorization=key), {200})

    def book(self) -> None:
        clinic, email = self.live.clinic, self.chance.choice(list(self.keys))
        slot, doctor = self.chance.choice(clinic.slot_ids[:3]), clinic.doctor.profile_id
        if self.chance.random() < 0.3:
            slot, doctor = self.live.other_slot_id, clinic.other_doctor.profile_id
        day = MONDAY + timedelta(weeks=self.chance.randrange(2))
        wish = {"doctor_id": doctor, "appointment_date": day.isoformat()}
        if self.chance.random() < 0.5:
            path, key = self.live.book_path(slot), self.bearer
            wish["patient_email"] = email
        else:
            path, key = f"/slot/{slot}/{clinic.treatment_id}/", f"Bearer {self.keys[email]}"
        answer = self.server.call("POST", path, wish, Authorization=key)
        self.count("book", answer, {201, 400})
        if answer.status == 201:
            self.own.append((email, answer.json["appointment_id"]))

    def count(self, name: str, answer: Answer, expected: set[int]) -> None:
        self.seen[name, answer.status] += 1
        refused = answer.status == 400 and answer.json != BOOKED
        if answer.status not in expected or refused:
            self.failures.append(f"{name} {answer.status} {answer.body[:200]!r}")


def saw_enough(mixers: list[Mixer]) -> bool:
    """Say whether each kind of answer came often enough to tell of a race."""
    seen = sum((Counter(dict(each.seen)) for each in mixers), Counter())
    return seen["book", 201] > 20 and seen["book", 400] > 20 and seen["cancel", 200] > 10


def test_a_random_mix_of_booking_and_cancelling_keeps_the_claims_true(live, servers):
    keys = {patient.email: live.sign_in(patient) for patient in live.patients[:8]}
    mixers = [
        Mixer(live, servers[seed % 2], live.bearer, keys, random.Random(seed)) for seed in range(12)
    ]
    until = time.monotonic() + MIX_SECONDS
    enough = threading.Event()
    threads = [threading.Thread(target=each.run, args=(until, enough)) for each in mixers]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        check_claims(live)
        threads[0].join(0.3)
        if saw_enough(mixers) or time.monotonic() > until + 45:
            enough.set()
        assert time.monotonic() < until + 60, "the mix did not end"
    check_claims(live)
    assert [each.failures for each in mixers] == [[]] * len(mixers)
    assert saw_enough(mixers)


def test_no_server_failed_on_the_way(servers):
    for server in servers:
        written = server.log.read_text()
        assert "Traceback" not in written and '"status": 500' not in written
