"""Many who book one series at once: one has all of it, the others nothing, no claim is lost.

Real server processes on both databases, as in test_races.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from medcor.domain.appointments import LIVE
from medcor.models import Appointment, AppointmentSeries, Claim, Clinic, SeriesAppointment
from medcor.web.transaction import transaction
from tests.app_servers import Answer, AppServer, running, send
from tests.integration.test_races import MONDAY, ROOMY, check_claims, read_all
from tests.live_clinic import LiveClinic, live_clinic
from tests.race_worker import Ran, most_at_once, race

PATIENTS, TIMES = 12, 6
WEEK = timedelta(weeks=1)
Field = tuple[LiveClinic, list[AppServer]]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def field(request, tmp_path_factory) -> Iterator[Field]:
    """A clinic with patients and two server processes on its database."""
    folder = tmp_path_factory.mktemp("series")
    with (
        live_clinic(request.param, folder, PATIENTS) as live,
        running(folder, live.database_url, 2, **ROOMY) as servers,
    ):
        yield live, servers


@pytest.fixture(autouse=True)
def _empty(field: Field) -> None:
    live, _servers = field
    with transaction(live.clinic.id) as session:
        for model in (SeriesAppointment, AppointmentSeries, Claim, Appointment):
            session.execute(sa.delete(model))
        session.get(Clinic, live.clinic.id).horizon_days = 90


def booker(field: Field, number: int, first_week: int, key: str = "one") -> Callable[[], Answer]:
    """Sign the patient in and connect now, so that only the booking itself is in the race."""
    live, servers = field
    clinic, first = live.clinic, MONDAY + first_week * WEEK
    bearer = f"Bearer {live.sign_in(live.patients[number])}"
    connection = servers[number % 2].connect()
    connection.connect()
    days = [first + week * WEEK for week in range(TIMES)]
    body = {
        "slot_id": clinic.slot_ids[0],
        "treatment_id": clinic.treatment_id,
        "appointment_date": first.isoformat(),
        "every_weeks": 1,
        "times": TIMES,
        "request_key": key,
        "choices": [
            {"number": place, "slot_id": clinic.slot_ids[0], "date": day.isoformat()}
            for place, day in enumerate(days, 1)
        ],
    }

    def call() -> Answer:
        try:
            return send(connection, "POST", "/series/new/", body, Authorization=bearer)
        finally:
            connection.close()

    return call


def check_whole(live: LiveClinic, ran: list[Ran]) -> None:
    """Who was told of a booking has all of it; who was not has nothing."""
    told = [each for each in ran if each.status == 201]
    rows = [each for each in read_all(live)[0] if each.status in LIVE]
    assert len(rows) == TIMES * len({each.answer.json["series_id"] for each in told})
    assert set(Counter(each.patient_id for each in rows).values()) == {TIMES}
    assert len(check_claims(live)) == len(rows)


def test_of_many_for_one_series_one_has_all_and_the_others_nothing(field):
    live, _servers = field
    ran = race([booker(field, number, 0) for number in range(PATIENTS)])
    assert Counter(each.status for each in ran) == {201: 1, 409: PATIENTS - 1}
    for each in ran:
        if each.status == 409:
            assert each.answer.json["code"] == "series_conflict"
            assert [one["available"] for one in each.answer.json["plan"]] == [False] * TIMES
    check_whole(live, ran)
    assert most_at_once(ran) >= 3


def test_series_that_overlap_in_part_are_whole_or_not_there(field):
    live, _servers = field
    ran = race([booker(field, number, number % 6) for number in range(PATIENTS)])
    assert {each.status for each in ran} <= {201, 409}
    assert any(each.status == 201 for each in ran)
    check_whole(live, ran)


def test_the_same_request_many_times_at_once_is_one_series(field):
    live, _servers = field
    ran = race([booker(field, 0, 0) for _copy in range(6)])
    assert {each.status for each in ran} == {201}
    assert len({each.answer.json["series_id"] for each in ran}) == 1
    check_whole(live, ran)
