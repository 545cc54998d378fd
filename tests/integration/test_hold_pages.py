"""A time is kept for whoever confirms it: the pages' door to holds, two seats, expiry, moving."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from medcor.models import Hold, Treatment
from medcor.web.transaction import reading, transaction
from tests.appointment_helpers import JSON, MONDAY, WEDNESDAY, at, book, browser, row_of
from tests.conftest import NOW
from tests.page_helpers import text_of

pytestmark = pytest.mark.usefixtures("plain_forms")

MINUTE = timedelta(minutes=1)


@pytest.fixture()
def one(app, clinic):
    return browser(app, clinic.patient)


@pytest.fixture()
def other(app, clinic):
    return browser(app, clinic.other_patient)


@pytest.fixture()
def hold(clinic):
    """Ask for a hold as the page's script does."""

    def make(client, slot: int = 0, day: date = MONDAY, **more):
        body = {
            "slot_id": clinic.slot_ids[slot],
            "treatment_id": clinic.treatment_id,
            "appointment_date": day.isoformat(),
            **more,
        }
        return client.post("/holds/", json=body, headers=JSON)

    return make


@pytest.fixture()
def confirm_page(clinic):
    def make(client, slot: int = 0, day: date = MONDAY):
        path = f"/slot/{clinic.slot_ids[slot]}/{clinic.treatment_id}/"
        return client.get(path, query_string={"appointment_date": day.isoformat()})

    return make


def held(clinic) -> list[tuple[int, int]]:
    session = reading(clinic.id)
    session.rollback()
    wanted = sa.select(Hold.patient_id, Hold.slot_id).order_by(Hold.created_at, Hold.id)
    return [tuple(row) for row in session.execute(wanted)]


def test_the_page_says_what_its_script_shall_keep(clinic, one, confirm_page):
    page = confirm_page(one)
    assert 'data-hold="/holds/"' in page.text
    assert f'data-slot="{clinic.slot_ids[0]}"' in page.text
    assert f'data-day="{MONDAY.isoformat()}"' in page.text
    assert "js/hold.js" in page.text
    # Looking alone keeps nothing.
    assert held(clinic) == []


def test_a_hold_tells_how_long_it_stands(clinic, one, hold):
    answer = hold(one)
    assert answer.status_code == 201
    assert answer.json["seconds"] == 300
    assert answer.json["until"] == "09:05"
    assert answer.json["expires_at"] == "2026-03-04T06:05:00Z"
    assert held(clinic) == [(clinic.patient.profile_id, clinic.slot_ids[0])]


def test_reloading_or_coming_back_does_not_prolong_it(app, one, hold):
    first = hold(one).json
    at(app, NOW + 2 * MINUTE)
    again = hold(one).json
    assert again["hold_id"] == first["hold_id"]
    assert again["seconds"] == 180 and again["until"] == "09:05"


def test_nobody_else_can_have_it_meanwhile(app, clinic, one, other, hold, confirm_page):
    hold(one)
    page = text_of(confirm_page(other))
    assert "Somebody is just confirming this time; it may be free again" in page
    assert "The nearest free times" in page and "Patient Test" not in page
    refused = hold(other)
    assert refused.status_code == 409 and refused.json["code"] == "slot_taken"
    path = f"/slot/{clinic.slot_ids[0]}/{clinic.treatment_id}/"
    lost = other.post(path, data={"appointment_date": MONDAY.isoformat()})
    assert lost.status_code == 409 and "data-hold=" not in lost.text
    times = f"/available-slots/{clinic.doctor.profile_id}/{clinic.treatment_id}/?date={MONDAY}"
    assert f"/slot/{clinic.slot_ids[0]}/" not in other.get(times).text
    assert f"/slot/{clinic.slot_ids[0]}/" in one.get(times).text


def test_it_runs_out_by_itself(app, clinic, one, other, hold, confirm_page):
    hold(one)
    at(app, NOW + 5 * MINUTE)
    assert "Is everything right?" in text_of(confirm_page(other))
    assert hold(other).status_code == 201
    # The first one is told, and sees what is near.
    late = hold(one)
    assert late.status_code == 409
    assert "Somebody is just confirming this time" in text_of(confirm_page(one))


def test_booking_after_it_ran_out_works_while_the_time_is_free(app, clinic, one, hold):
    hold(one)
    at(app, NOW + 7 * MINUTE)
    path = f"/slot/{clinic.slot_ids[0]}/{clinic.treatment_id}/"
    answer = one.post(path, data={"appointment_date": MONDAY.isoformat()})
    assert answer.status_code == 302 and "appointment-success" in answer.headers["Location"]
    assert held(clinic) == []


def test_booking_uses_the_hold_up(app, clinic, one, hold):
    hold(one)
    path = f"/slot/{clinic.slot_ids[0]}/{clinic.treatment_id}/"
    assert one.post(path, data={"appointment_date": MONDAY.isoformat()}).status_code == 302
    assert held(clinic) == []


def test_a_third_hold_replaces_the_first(app, clinic, one, other, hold):
    for number, slot in enumerate((0, 1, 2)):
        at(app, NOW + number * MINUTE)
        assert hold(one, slot).status_code == 201
    patient = clinic.patient.profile_id
    assert held(clinic) == [(patient, clinic.slot_ids[1]), (patient, clinic.slot_ids[2])]
    assert hold(other, 0).status_code == 201


def test_another_time_gives_it_back(clinic, one, other, hold):
    made = hold(one).json["hold_id"]
    assert other.post(f"/holds/{made}/release/", headers=JSON).status_code == 404
    assert one.post(f"/holds/{made}/release/", headers=JSON).status_code == 204
    assert one.post(f"/holds/{made}/release/", headers=JSON).status_code == 404
    assert held(clinic) == [] and hold(other).status_code == 201


def test_who_may_hold_what(app, world, clinic, one, hold):
    assert hold(browser(app, clinic.doctor)).status_code == 403
    assert app.test_client().post("/holds/", json={}, headers=JSON).status_code == 401
    foreign = {"slot_id": world.two.slot_ids[0], "treatment_id": world.two.treatment_id}
    assert hold(one, **foreign).status_code == 404
    assert hold(one, slot_id=None).status_code == 404
    assert hold(one, treatment_id=10**12).status_code == 404
    assert hold(one, appointment_date="soon").status_code == 400
    assert hold(one, day=MONDAY - timedelta(days=7)).status_code == 409
    assert hold(one, day=MONDAY + timedelta(days=1)).status_code == 409


def test_a_busy_patient_is_told(clinic, one, hold):
    book(clinic, 0, MONDAY)
    answer = hold(one)
    assert answer.status_code == 409


def test_staff_see_what_is_being_confirmed(app, clinic, one, hold):
    hold(one)
    desk = browser(app, clinic.admin)
    query = {
        "patient_id": clinic.other_patient.profile_id,
        "treatment_id": clinic.treatment_id,
        "date": MONDAY.isoformat(),
    }
    page = desk.get("/appointments/new/", query_string=query)
    assert "Being confirmed" in text_of(page)
    assert "Mon 9 Mar, 09:00" in text_of(page)
    assert f"slot_id={clinic.slot_ids[0]}&amp;appointment_date={MONDAY}" not in page.text
    at(app, NOW + 5 * MINUTE)
    later = desk.get("/appointments/new/", query_string=query)
    assert "Being confirmed" not in text_of(later)
    assert f"slot_id={clinic.slot_ids[0]}&amp;appointment_date={MONDAY}" in later.text


def test_staff_see_it_in_the_calendar(app, clinic, one, hold):
    hold(one)
    desk = browser(app, clinic.admin)
    query = {"start": MONDAY.isoformat(), "end": (MONDAY + timedelta(days=7)).isoformat()}
    (event,) = desk.get("/calendar/events/", query_string=query, headers=JSON).json
    assert event["classNames"] == ["is-held"] and "being confirmed" in event["title"]
    assert event["start"] == f"{MONDAY}T09:00:00"
    plain = text_of(desk.get(f"/calendar/?date={MONDAY}"))
    assert "being confirmed" in plain
    stranger = browser(app, clinic.other_doctor)
    assert stranger.get("/calendar/events/", query_string=query, headers=JSON).json == []
    at(app, NOW + 5 * MINUTE)
    assert desk.get("/calendar/events/", query_string=query, headers=JSON).json == []


def test_moving_holds_the_new_time(app, clinic, one, other, hold):
    made = book(clinic, 0, MONDAY)
    path = f"/appointments/{made}/move/?slot_id={clinic.slot_ids[4]}&appointment_date={WEDNESDAY}"
    page = one.get(path)
    assert f'data-appointment="{made}"' in page.text and "js/hold.js" in page.text
    assert hold(one, 4, WEDNESDAY, appointment_id=made).status_code == 201
    assert hold(other, 4, WEDNESDAY).status_code == 409
    form = {"slot_id": clinic.slot_ids[4], "appointment_date": WEDNESDAY.isoformat()}
    assert one.post(f"/appointments/{made}/move/", data=form).status_code == 302
    assert row_of(clinic, made)["day"] == WEDNESDAY
    assert held(clinic) == []


def test_the_appointments_own_time_does_not_forbid_its_move(app, clinic, one, hold):
    with transaction(clinic.id) as session:
        values = {"buffer_before": 35, "buffer_after": 35}
        session.execute(sa.update(Treatment).values(**values))
    made = book(clinic, 0, MONDAY)
    # The buffers of the old time reach into the new one, which it gives up by moving.
    answer = hold(one, 1, MONDAY, appointment_id=made)
    assert answer.status_code == 200 and answer.json == {"hold_id": None}
    assert hold(one, 1, MONDAY).status_code == 409
    page = one.get(
        f"/appointments/{made}/move/?slot_id={clinic.slot_ids[1]}&appointment_date={MONDAY}"
    )
    assert "Move to this time?" in text_of(page)


def test_a_time_that_is_truly_gone_is_gone_for_a_move_too(clinic, one, other, hold):
    made = book(clinic, 0, MONDAY)
    hold(other, 4, WEDNESDAY)
    assert hold(one, 4, WEDNESDAY, appointment_id=made).status_code == 409
    page = one.get(
        f"/appointments/{made}/move/?slot_id={clinic.slot_ids[4]}&appointment_date={WEDNESDAY}"
    )
    assert "Somebody is just confirming this time" in text_of(page)
    assert "js/hold.js" not in page.text
    stranger = hold(other, 5, WEDNESDAY, appointment_id=made)
    assert stranger.status_code == 201


def test_staff_move_without_a_hold(app, clinic):
    made = book(clinic, 0, MONDAY)
    path = f"/appointments/{made}/move/?slot_id={clinic.slot_ids[4]}&appointment_date={WEDNESDAY}"
    assert "js/hold.js" not in browser(app, clinic.admin).get(path).text
