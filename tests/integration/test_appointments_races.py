"""Many movers to one time at once: one wins, the others keep theirs, no claim is lost.

Real server processes on both databases, as in test_races; without the claims' constraints the same
race puts several patients into one time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from medcor.domain.appointments import LIVE
from medcor.models import Appointment, Claim, Clinic
from medcor.services import booking
from medcor.services.booking import BookingRequest
from medcor.web.state import now
from medcor.web.transaction import transaction
from tests.app_servers import Answer, AppServer, running, send
from tests.integration.test_races import (
    MONDAY,
    ROOMY,
    check_claims,
    check_overlaps,
    read_all,
    without_constraints,
)
from tests.live_clinic import LiveClinic, live_clinic
from tests.race_worker import Ran, most_at_once, race

MOVERS = 16
Field = tuple[LiveClinic, list[AppServer]]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def field(request, tmp_path_factory) -> Iterator[Field]:
    """A clinic with patients and two server processes on its database."""
    folder = tmp_path_factory.mktemp("moves")
    with (
        live_clinic(request.param, folder, MOVERS) as live,
        running(folder, live.database_url, 2, **ROOMY) as servers,
    ):
        yield live, servers


@pytest.fixture()
def booked(field: Field) -> list[int]:
    """One appointment of each patient, each at a time of its own, none on the wished Monday."""
    live, _servers = field
    clinic = live.clinic
    with transaction(clinic.id) as session:
        session.execute(sa.delete(Claim))
        session.execute(sa.delete(Appointment))
        # As far ahead as the patients' weeks reach.
        session.get(Clinic, clinic.id).horizon_days = 90
    return [_book(live, number) for number in range(MOVERS)]


def _book(live: LiveClinic, number: int) -> int:
    clinic, patient = live.clinic, live.patients[number]
    slot = number % 3
    day = MONDAY + timedelta(weeks=1 + number // 3)
    wish = BookingRequest(clinic.doctor.profile_id, clinic.treatment_id, clinic.slot_ids[slot], day)
    with transaction(clinic.id, patient) as session:
        return booking.book_appointment(session, patient, wish, now()).id


def mover(field: Field, number: int, appointment_id: int, slot: int, day: date) -> Callable:
    """Sign the patient in and connect now, so that only the move itself is in the race."""
    live, servers = field
    key = f"Bearer {live.sign_in(live.patients[number])}"
    connection = servers[number % 2].connect()
    connection.connect()
    wish = {"slot_id": slot, "appointment_date": day.isoformat()}

    def call() -> Answer:
        path = f"/appointments/{appointment_id}/move/"
        try:
            return send(connection, "POST", path, wish, Authorization=key)
        finally:
            connection.close()

    return call


def race_to(field: Field, booked: list[int], slot: int) -> list[Ran]:
    runners = [mover(field, number, each, slot, MONDAY) for number, each in enumerate(booked)]
    return race(runners)


def places(live: LiveClinic) -> dict[int, tuple[int, date, int]]:
    rows, _claims = read_all(live)
    return {row.id: (row.slot_id, row.day, row.version) for row in rows}


def test_many_movers_to_one_time_leave_one_there_and_the_others_untouched(field, booked):
    live, _servers = field
    slot, before = live.clinic.slot_ids[0], places(live)
    ran = race_to(field, booked, slot)
    assert Counter(each.status for each in ran) == {200: 1, 409: MOVERS - 1}
    for each in ran:
        assert each.status == 200 or each.answer.json["code"] == "slot_taken"
    after = places(live)
    (winner,) = [each for each in booked if after[each] != before[each]]
    assert after[winner][:2] == (slot, MONDAY)
    assert len(check_claims(live)) == MOVERS
    assert most_at_once(ran) >= 4


def test_two_who_change_places_at_once_both_stay(field, booked):
    live, _servers = field
    before = places(live)
    first, second = booked[0], booked[1]
    ran = race(
        [
            mover(field, 0, first, before[second][0], before[second][1]),
            mover(field, 1, second, before[first][0], before[first][1]),
        ]
    )
    assert [each.status for each in ran] == [409, 409]
    assert places(live) == before and len(check_claims(live)) == MOVERS


def test_one_appointment_moved_to_many_times_at_once_is_at_one_of_them(field, booked):
    live, _servers = field
    clinic, before = live.clinic, places(live)
    targets = [(slot, MONDAY) for slot in clinic.slot_ids[:3]]
    ran = race(
        [mover(field, 0, booked[0], slot, day) for slot, day in targets for _copy in range(2)]
    )
    assert {each.status for each in ran} == {200}
    after = places(live)
    assert after[booked[0]][:2] in targets
    assert {each: after[each] for each in booked[1:]} == {each: before[each] for each in booked[1:]}
    assert len(check_claims(live)) == MOVERS


def test_moving_and_cancelling_at_once_leave_no_claim_behind(field, booked):
    live, servers = field
    slots = live.clinic.slot_ids[:3]
    runners: list[Callable[[], Answer]] = []
    for number, appointment_id in enumerate(booked):
        day = MONDAY + timedelta(weeks=number // 3)
        runners.append(mover(field, number, appointment_id, slots[number % 3], day))
        key = f"Bearer {live.sign_in(live.patients[number])}"
        path = f"/cancel_appointment/{appointment_id}/"
        server = servers[(number + 1) % 2]
        runners.append(lambda s=server, p=path, k=key: s.call("POST", p, {}, Authorization=k))
    ran = race(runners)
    assert {each.status for each in ran} <= {200, 409}
    assert [each.status for each in ran[1::2]] == [200] * MOVERS
    assert check_claims(live) == []


def test_without_the_constraints_the_same_race_puts_several_into_one_time(field, booked):
    live, _servers = field
    slot = live.clinic.slot_ids[0]
    with transaction(live.clinic.id) as session:
        session.execute(sa.delete(Claim))
    with without_constraints():
        ran = race_to(field, booked, slot)
        alive = [each for each in read_all(live)[0] if each.status in LIVE]
        with pytest.raises(AssertionError):
            check_overlaps(alive)
        with transaction(live.clinic.id) as session:
            session.execute(sa.delete(Claim))
            session.execute(sa.delete(Appointment))
    assert sum(each.status == 200 for each in ran) > 1


def test_no_server_failed_on_the_way(field):
    for server in field[1]:
        written = server.log.read_text()
        assert "Traceback" not in written and '"status": 500' not in written
