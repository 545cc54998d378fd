"""Days off and deleted openings against bookings at the same moment, in real server processes.

Whoever comes second knows of the first: the booking is refused, or it was shown before the days off
were saved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from medcor.domain.appointments import LIVE
from medcor.domain.permissions import system_actor
from medcor.models import Appointment, Claim, ExclusionDate, Slot, User
from medcor.services import slots
from medcor.services.sessions import open_session
from medcor.web import tokens
from medcor.web.transaction import transaction
from tests.app_servers import Answer, AppServer, running
from tests.live_clinic import LiveClinic, live_clinic, next_monday
from tests.race_worker import WidgetCaller, race
from tests.week_helpers import fresh

MONDAY = next_monday()
ROUNDS, BOOKERS = 6, 3
ROOMY = {
    "LIMIT_API_CALLS_PER_MINUTE": "1000000",
    "LIMIT_EMAIL_LOOKUPS": "1000000 per minute",
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def field(request, tmp_path_factory) -> Iterator[tuple[LiveClinic, list[AppServer]]]:
    """A clinic and two server processes on its database."""
    folder = tmp_path_factory.mktemp("week-race")
    with (
        live_clinic(request.param, folder, BOOKERS) as live,
        running(folder, live.database_url, 2, **ROOMY) as servers,
    ):
        yield live, servers


def doctor_key(live: LiveClinic) -> str:
    doctor = live.clinic.doctor
    with transaction(live.clinic.id) as session:
        row = open_session(session, session.get(User, doctor.user_id), "", datetime.now(UTC))
        return f"Bearer {tokens.issue_api_key(live.clinic.id, doctor.user_id, row.public_id)}"


def bookers(
    live: LiveClinic, servers: list[AppServer], day: date, count: int = BOOKERS
) -> list[Callable[[], Answer]]:
    """Calls that book one opening each."""
    calls = []
    for number, patient in enumerate(live.patients[:count]):
        caller = WidgetCaller(live, servers[number % 2], patient.email, live.bearer)
        slot_id = live.clinic.slot_ids[number]
        calls.append(caller.booking(slot_id, live.clinic.doctor.profile_id, day))
    return calls


def clear(live: LiveClinic) -> None:
    with transaction(live.clinic.id) as session:
        for model in (Claim, Appointment, ExclusionDate):
            session.execute(sa.delete(model))


def alive(live: LiveClinic) -> set[int]:
    wanted = sa.select(Appointment.id).where(Appointment.status.in_(sorted(LIVE)))
    return set(fresh(live.clinic.id).scalars(wanted))


def test_no_booking_slips_past_days_off(field):
    live, servers = field
    key = doctor_key(live)
    outcomes = set()
    for number in range(ROUNDS):
        clear(live)
        day = MONDAY + timedelta(weeks=number % 3)
        wish = {"date": day.isoformat()}

        def exclude(server=servers[number % 2], wish=wish) -> Answer:
            return server.call("POST", "/add-exclusion-date/", wish, Authorization=key)

        ran = race([exclude, *bookers(live, servers, day)])
        saved, booked = ran[0], [each.answer for each in ran[1:] if each.status == 201]
        ids = {answer.json["appointment_id"] for answer in booked}
        assert alive(live) == ids
        if saved.status == 201:
            # Nobody was shown, so nobody may have a time on that day.
            assert not ids, [each.answer.body for each in ran]
        else:
            assert saved.status == 409 and saved.answer.json["affected"]
            shown = {each["appointment_id"] for each in saved.answer.json["affected"]}
            assert shown and shown <= ids
        outcomes.add(saved.status)
    assert outcomes <= {201, 409}


def test_a_deleted_opening_and_a_booking_of_it_agree(field):
    live, servers = field
    key, slot_id = doctor_key(live), live.clinic.slot_ids[0]
    for number in range(ROUNDS):
        clear(live)
        with transaction(live.clinic.id) as session:
            slot_id = _open_again(session, live, slot_id)
            live.clinic.slot_ids[0] = slot_id

        def delete(server=servers[number % 2], wanted=slot_id) -> Answer:
            wish = {"slot_id": wanted}
            return server.call("POST", "/delete-slot/", wish, Authorization=key)

        ran = race([delete, *bookers(live, servers, MONDAY, 1)])
        assert ran[0].status == 200, ran[0].answer.body
        assert ran[1].status in (201, 404), ran[1].answer.body
        left = fresh(live.clinic.id).get(Slot, slot_id)
        assert (
            (left is not None) == (ran[1].status == 201) == ran[0].answer.json["kept_for_history"]
        )
        assert left is None or not left.is_active


def _open_again(session, live: LiveClinic, slot_id: int) -> int:
    who = system_actor(live.clinic.id)
    if session.get(Slot, slot_id) is not None:
        return slots.restore_slot(session, who, slot_id, datetime.now(UTC)).id
    other = session.get(Slot, live.clinic.slot_ids[1])
    start = other.start_time.replace(hour=9, minute=0)
    return slots.add_slot(session, who, other.doctor_id, 0, start, start.replace(minute=30)).id


def test_no_server_failed_on_the_way(field):
    for server in field[1]:
        written = server.log.read_text()
        assert "Traceback" not in written and '"status": 500' not in written
