"""Confirm, close, cancel and take back: what is told, and what a second press does."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from medcor.domain.appointments import AppointmentStatus
from medcor.models import AuditEvent
from medcor.services import booking
from medcor.services.slots import exclude_days
from medcor.web.transaction import transaction
from tests.appointment_helpers import (
    JSON,
    MONDAY,
    TODAY,
    WEDNESDAY,
    acts,
    at,
    book,
    browser,
    colleague_slot,
    confirm,
    mails,
    row_of,
    steps_of,
    utc,
)
from tests.conftest import NOW
from tests.page_helpers import text_of

pytestmark = pytest.mark.usefixtures("plain_forms")


def state(one, appointment_id: int) -> str:
    return row_of(one, appointment_id)["status"].value


def date_acts(one, moment) -> None:
    """Let every act so far have happened at ``moment``: rows are dated by the machine's clock."""
    with transaction(one.id) as session:
        session.execute(sa.update(AuditEvent).values(created_at=moment))


def test_a_confirmation_is_mailed_once_however_often_it_is_pressed(app, one):
    made, client = book(one), browser(app, one.admin)
    for _again in range(2):
        answer = client.post(f"/appointments/{made}/confirm/", data={"next": "/today/"})
        assert answer.headers["Location"] == "/today/"
    assert mails(one, "appointment_confirmed") == [{"name": "Patient", "appointment_id": made}]
    assert len(acts(one, "appointment.confirmed")) == 1
    script = client.post(f"/appointments/{made}/confirm/", headers=JSON)
    assert script.status_code == 409 and script.json["code"] == "transition_refused"


def test_a_missing_reason_is_said_beside_the_field(app, one):
    made, client = book(one), browser(app, one.doctor)
    answer = client.post(f"/cancel_appointment/{made}/", data={"reason": "  "})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400 and "Cancel this appointment?" in page
    assert 'id="reason-error"' in page and "so that the patient knows" in text_of(answer)
    long = client.post(f"/cancel_appointment/{made}/", data={"reason": "z" * 301})
    assert long.status_code == 400 and "z" * 301 in long.get_data(as_text=True)
    assert state(one, made) == "Pending"
    done = client.post(f"/cancel_appointment/{made}/", data={"reason": "ill"})
    assert done.status_code == 302 and row_of(one, made)["cancel_reason"] == "ill"


def test_cancelling_twice_is_told_the_same(app, one):
    made, client = book(one), browser(app, one.patient)
    for _again in range(2):
        answer = client.post(f"/cancel_appointment/{made}/", data={"next": "/view_appointments/"})
        assert answer.headers["Location"] == "/view_appointments/"
    assert len(mails(one, "appointment_cancelled")) == 1
    page = client.get(f"/cancel_appointment/{made}/")
    assert "This appointment is over or cancelled already." in text_of(page)
    assert client.post(f"/cancel_appointment/{made}/", json={}).status_code == 409


def test_a_patient_who_is_late_is_told_whom_to_call(app, one):
    made, client = book(one, 5, TODAY), browser(app, one.patient)
    page = client.get(f"/cancel_appointment/{made}/")
    assert "Please call the clinic: +90 212 000 00 00" in text_of(page)
    assert "Cancel the appointment" not in text_of(page)
    answer = client.post(f"/cancel_appointment/{made}/")
    assert answer.status_code == 409 and state(one, made) == "Pending"
    details = text_of(client.get(f"/appointment-details/{made}/"))
    assert "It is too late to move or cancel here" in details


@pytest.mark.parametrize(
    ("end", "path"),
    [("Completed", "/appointments/{}/complete/"), ("No-show", "/appointments/{}/no-show/")],
)
def test_an_end_set_by_mistake_is_taken_back_within_ten_minutes(app, one, end, path):
    made = book(one)
    confirm(one, made)
    held, begun = steps_of(one, made), utc(MONDAY, 9, 5)
    at(app, begun)
    client = browser(app, one.doctor)
    client.post(path.format(made))
    date_acts(one, begun)
    assert state(one, made) == end and not steps_of(one, made)
    at(app, begun + timedelta(minutes=10))
    assert "Take back" in text_of(client.get(f"/appointment-details/{made}/"))
    for _again in range(2):
        answer = client.post(f"/appointments/{made}/take-back/")
        assert answer.headers["Location"] == f"/appointment-details/{made}/"
    assert state(one, made) == "Confirmed" and steps_of(one, made) == held
    (act,) = acts(one, "appointment.taken_back")
    assert act.details == {"was": end}


def test_after_ten_minutes_an_end_stays(app, one):
    made = book(one)
    confirm(one, made)
    begun = utc(MONDAY, 9, 5)
    at(app, begun)
    client = browser(app, one.doctor)
    client.post(f"/appointments/{made}/complete/")
    date_acts(one, begun)
    at(app, begun + timedelta(minutes=10, seconds=1))
    assert "Take back" not in text_of(client.get(f"/appointment-details/{made}/"))
    client.post(f"/appointments/{made}/take-back/")
    assert "can't be taken back any more" in text_of(client.get(f"/appointment-details/{made}/"))
    script = client.post(f"/appointments/{made}/take-back/", headers=JSON)
    assert script.status_code == 409 and state(one, made) == "Completed"


def test_a_cancellation_taken_back_claims_the_time_and_tells_the_patient(app, one):
    made = book(one)
    held, client = steps_of(one, made), browser(app, one.admin)
    client.post(f"/cancel_appointment/{made}/", data={"reason": "wrong row"})
    date_acts(one, NOW)
    assert not steps_of(one, made)
    client.post(f"/appointments/{made}/take-back/")
    row = row_of(one, made)
    assert (row["status"], row["cancel_reason"]) == (AppointmentStatus.PENDING, "")
    assert steps_of(one, made) == held
    assert [each["appointment_id"] for each in mails(one, "appointment_booked")] == [made, made]


def test_a_time_that_somebody_else_has_by_now_stays_theirs(app, one):
    made = book(one)
    client = browser(app, one.admin)
    client.post(f"/cancel_appointment/{made}/", data={"reason": "x"})
    date_acts(one, NOW)
    other = book(one, 0, MONDAY, one.other_patient)
    client.post(f"/appointments/{made}/take-back/")
    assert "This time has just been booked" in text_of(client.get(f"/appointment-details/{made}/"))
    assert state(one, made) == "Cancelled" and row_of(one, made)["cancel_reason"] == "x"
    assert len(steps_of(one, other)) == 6


def test_what_the_patient_cancelled_is_not_the_desks_to_revive(app, one):
    made = book(one)
    browser(app, one.patient).post(f"/cancel_appointment/{made}/")
    date_acts(one, NOW)
    desk = browser(app, one.admin)
    assert "Take back" not in text_of(desk.get(f"/appointment-details/{made}/"))
    assert desk.post(f"/appointments/{made}/take-back/", headers=JSON).status_code == 409
    assert browser(app, one.patient).post(f"/appointments/{made}/take-back/").status_code == 403
    assert (
        browser(app, one.other_doctor).post(f"/appointments/{made}/take-back/").status_code == 404
    )


def test_the_ticked_ones_are_confirmed_and_no_others(app, one):
    wanted, left = book(one), book(one, 1, MONDAY, one.other_patient)
    gone = book(one, 2, MONDAY)
    with transaction(one.id) as session:
        booking.cancel_appointment(session, one.patient, gone, "", NOW)
    client = browser(app, one.admin)
    page = client.get("/appointments/confirmations/").get_data(as_text=True)
    for each, listed in ((wanted, True), (left, True), (gone, False)):
        assert (f'value="{each}" checked' in page) is listed
    form = {"appointment_id": [str(wanted), str(gone), "999", "x", "-1"]}
    assert client.post("/appointments/confirmations/", data=form).headers["Location"] == "/today/"
    assert [state(one, each) for each in (wanted, left, gone)] == [
        "Confirmed",
        "Pending",
        "Cancelled",
    ]
    again = client.post("/appointments/confirmations/", json={"appointment_ids": [wanted, "x"]})
    assert again.json == {"confirmed": []}
    assert len(mails(one, "appointment_confirmed")) == 1


def test_a_doctor_confirms_many_of_their_own_only(app, world):
    one = world.one
    slot = colleague_slot(one)
    own = book(one)
    colleagues = book(
        one,
        patient=one.other_patient,
        doctor_id=one.other_doctor.profile_id,
        slot_id=slot,
    )
    foreign = book(world.two)
    client = browser(app, one.doctor)
    ids = {"appointment_ids": [own, colleagues, foreign]}
    assert client.post("/appointments/confirmations/", json=ids).json == {"confirmed": [own]}
    assert state(one, colleagues) == "Pending" and state(world.two, foreign) == "Pending"


def test_the_history_tells_staff_who_and_the_patient_what(app, one):
    made = book(one)
    confirm(one, made)
    form = {
        "slot_id": one.slot_ids[4],
        "appointment_date": WEDNESDAY.isoformat(),
        "reason": "holiday",
    }
    browser(app, one.admin).post(f"/appointments/{made}/move/", data=form)
    browser(app, one.doctor).post(f"/cancel_appointment/{made}/", data={"reason": "ill"})
    desk = text_of(browser(app, one.admin).get(f"/appointment-details/{made}/"))
    assert "Booked by the patient, Patient Test" in desk
    assert "Confirmed by you" in desk
    assert "Moved from Mon 9 Mar, 09:00 to Wed 11 Mar, 10:00 by you" in desk
    assert "Cancelled by Doctor Test" in desk
    own = text_of(browser(app, one.patient).get(f"/appointment-details/{made}/"))
    assert "Booked by you" in own and "Cancelled by the clinic" in own
    assert "Doctor Test" not in own.split("What happened")[1]


def test_today_shows_what_was_left_alone(app, one):
    slot = colleague_slot(one)
    made = book(one)
    book(one, 3, TODAY + timedelta(days=7), one.other_patient)
    other = book(
        one, patient=one.other_patient, doctor_id=one.other_doctor.profile_id, slot_id=slot
    )
    assert "Needs attention" not in text_of(browser(app, one.admin).get("/today/"))
    with transaction(one.id) as session:
        exclude_days(session, one.admin, one.doctor.profile_id, MONDAY, MONDAY)
    page = browser(app, one.admin).get("/today/").get_data(as_text=True)
    assert f"/appointments/{made}/move/" in page and f"/appointments/{other}/move/" not in page
    listed = browser(app, one.admin).get("/doctor_appointments/?view=attention", headers=JSON).json
    assert [each["id"] for each in listed["results"]] == [made]
    assert "Needs attention" not in text_of(browser(app, one.other_doctor).get("/today/"))
