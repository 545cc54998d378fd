"""The staff's calendar: a plain week from the server, and the events that its script draws."""

from __future__ import annotations

from datetime import date, timedelta

from medcor.services import booking
from medcor.services.slots import exclude_days
from medcor.web.transaction import transaction
from tests.appointment_helpers import (
    JSON,
    MONDAY,
    WEDNESDAY,
    book,
    browser,
    colleague_slot,
    confirm,
)
from tests.conftest import NOW
from tests.page_helpers import text_of

EVENTS = "/calendar/events/"


def events(client, first: date = MONDAY, days: int = 7, **query: str) -> list[dict]:
    span = {"start": first.isoformat(), "end": (first + timedelta(days=days)).isoformat()}
    answer = client.get(EVENTS, query_string={**span, **query}, headers=JSON)
    assert answer.status_code == 200
    return answer.json


def test_an_event_is_at_the_clinics_local_time_and_says_its_state(app, one):
    made = book(one)
    confirm(one, made)
    (event,) = events(browser(app, one.doctor))
    assert event == {
        "id": str(made),
        "title": "Patient Test · Dental Cleaning (Confirmed)",
        "start": "2026-03-09T09:00:00",
        "end": "2026-03-09T09:30:00",
        "url": f"/appointment-details/{made}/",
        "classNames": ["is-confirmed"],
        "state": "Confirmed",
    }
    (seen,) = events(browser(app, one.admin))
    assert seen["title"] == "Patient Test · Dental Cleaning · Dr. Doctor Test (Confirmed)"


def test_the_span_ends_before_its_end_and_is_bounded(app, one):
    book(one), book(one, 3, WEDNESDAY, one.other_patient)
    client = browser(app, one.admin)
    assert len(events(client, MONDAY, 2)) == 1 and len(events(client, MONDAY, 3)) == 2
    assert events(client, MONDAY + timedelta(days=1), 1) == []
    assert len(events(client, MONDAY, 62)) == 2
    for query in (
        {"start": "2026-03-09", "end": "2026-05-11"},
        {"start": "2026-03-09", "end": "2026-03-09"},
        {"start": "2026-03-10", "end": "2026-03-09"},
        {"start": "2026-03-09"},
        {"start": "soon", "end": "2026-03-10"},
        {"start": "9999-12-30", "end": "0001-01-01"},
        {"start": "0001-01-01", "end": "0001-01-02"},
        {"start": "9999-12-01", "end": "9999-12-31"},
        {},
    ):
        assert client.get(EVENTS, query_string=query, headers=JSON).status_code == 400, query
    timed = {"start": "2026-03-09T00:00:00+03:00", "end": "2026-03-16T00:00:00Z"}
    assert len(client.get(EVENTS, query_string=timed, headers=JSON).json) == 2


def test_each_sees_what_concerns_them(app, world):
    one = world.one
    slot = colleague_slot(one)
    own = book(one)
    other = book(
        one, patient=one.other_patient, slot_id=slot, doctor_id=one.other_doctor.profile_id
    )
    book(world.two)
    desk, doctor = browser(app, one.admin), browser(app, one.doctor)
    colleague = str(one.other_doctor.profile_id)
    assert [each["id"] for each in events(desk)] == [str(own), str(other)]
    assert [each["id"] for each in events(desk, doctor_id=colleague)] == [str(other)]
    assert [each["id"] for each in events(doctor, doctor_id=colleague)] == [str(own)]
    foreign = str(world.two.doctor.profile_id)
    assert events(desk, doctor_id=foreign) == [] and events(desk, doctor_id="-5") == []
    assert browser(app, one.patient).get("/calendar/").status_code == 403
    assert browser(app, one.patient).get(EVENTS).status_code == 403


def test_cancelled_ones_show_when_asked_for(app, one):
    made = book(one)
    with transaction(one.id) as session:
        booking.cancel_appointment(session, one.patient, made, "", NOW)
    client = browser(app, one.admin)
    assert events(client) == []
    (event,) = events(client, cancelled="1")
    assert event["classNames"] == ["is-cancelled"] and "(Cancelled)" in event["title"]


def test_days_off_are_said_and_shaded(app, one):
    with transaction(one.id) as session:
        exclude_days(
            session, one.admin, one.doctor.profile_id, WEDNESDAY, date(9999, 12, 31), "Congress"
        )
    words, shade = events(browser(app, one.doctor))
    assert words["title"] == "Dr. Doctor Test is off: Congress" and words["allDay"] is True
    assert (words["start"], words["end"]) == ("2026-03-11", "2026-03-16")
    assert shade["display"] == "background" and shade["allDay"] is False
    assert (shade["start"], shade["end"]) == ("2026-03-11T00:00:00", "2026-03-16T00:00:00")
    (of_all,) = events(browser(app, one.admin))
    assert of_all == words
    chosen = events(browser(app, one.admin), doctor_id=str(one.doctor.profile_id))
    assert chosen == [words, shade]
    assert events(browser(app, one.other_doctor)) == []
    assert events(browser(app, one.admin), MONDAY, 2) == []


def test_the_plain_week_says_the_same_without_scripts(app, one):
    made = book(one)
    with transaction(one.id) as session:
        exclude_days(session, one.admin, one.doctor.profile_id, WEDNESDAY, WEDNESDAY, "Congress")
    client = browser(app, one.admin)
    page = client.get(f"/calendar/?date={WEDNESDAY}&doctor_id={one.doctor.profile_id}")
    shown, words = page.get_data(as_text=True), text_of(page)
    assert f'href="/appointment-details/{made}/"' in shown
    assert "Monday, 9 March 2026 to Sunday, 15 March 2026" in words
    assert "09:00–\N{WORD JOINER}09:30 Patient Test" in words
    assert "Dr. Doctor Test is off: Congress" in words
    kept = f"doctor_id={one.doctor.profile_id}"
    assert f"/calendar/?date=2026-03-02&amp;{kept}" in shown
    assert f"/calendar/?date=2026-03-16&amp;{kept}" in shown
    today = text_of(client.get("/calendar/"))
    assert "Monday, 2 March 2026 to Sunday, 8 March 2026" in today and "Patient Test" not in today


def test_days_that_have_no_week_are_refused(app, one):
    client = browser(app, one.admin)
    for day in ("soon", "0001-01-01", "9999-12-31"):
        assert client.get(f"/calendar/?date={day}").status_code == 400
    assert client.get("/calendar/?date=1990-01-01&view=list").status_code == 200
