"""Moving: the same row at another time, all of it or nothing, and what each role is told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from medcor.domain.appointments import AppointmentStatus
from medcor.models import Appointment, Clinic, Doctor, MedicalRecord, Treatment
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


def path(appointment_id: int) -> str:
    return f"/appointments/{appointment_id}/move/"


def to(one, slot: int, day=MONDAY, **more) -> dict[str, object]:
    return {"slot_id": one.slot_ids[slot], "appointment_date": day.isoformat(), **more}


def test_the_row_stays_and_takes_the_new_time_with_its_claims(app, one):
    made = book(one)
    before, later = row_of(one, made), NOW + timedelta(hours=1)
    app.extensions["medcor"].clock = lambda: later
    answer = browser(app, one.admin).post(path(made), data=to(one, 4, WEDNESDAY, reason="ill"))
    assert answer.headers["Location"] == f"/appointment-details/{made}/"
    row = row_of(one, made)
    assert (row["id"], row["slot_id"], row["day"]) == (made, one.slot_ids[4], WEDNESDAY)
    assert (row["start_time"].hour, row["starts_at"]) == (10, utc(WEDNESDAY, 10))
    assert row["ends_at"] == utc(WEDNESDAY, 10, 30)
    assert (before["time_chosen_at"], row["time_chosen_at"]) == (NOW, later)
    assert row["created_at"] == before["created_at"] and row["price_minor"] == before["price_minor"]
    first = int(utc(WEDNESDAY, 10).timestamp()) // 300
    whose = (one.doctor.profile_id, one.patient.profile_id)
    assert steps_of(one, made) == {(*whose, step) for step in range(first, first + 6)}
    book(one, 0, MONDAY, one.other_patient)


def test_the_patient_is_told_from_where_to_where(app, one):
    made = book(one)
    browser(app, one.admin).post(path(made), data=to(one, 1, reason="  the doctor\nis ill "))
    (told,) = mails(one, "appointment_moved")
    assert (told["old_day"], told["old_time"]) == (MONDAY.isoformat(), "09:00")
    assert told["reason"] == "the doctor is ill"
    (act,) = acts(one, "appointment.moved")
    assert act.actor_id == one.admin.user_id
    assert act.details == {
        "was": "Pending",
        "day_from": "2026-03-09",
        "time_from": "09:00",
        "doctor_from": one.doctor.profile_id,
        "day_to": "2026-03-09",
        "time_to": "10:00",
        "doctor_to": one.doctor.profile_id,
    }


@pytest.mark.parametrize(
    ("who", "state"),
    [
        ("admin", AppointmentStatus.CONFIRMED),
        ("doctor", AppointmentStatus.CONFIRMED),
        ("patient", AppointmentStatus.PENDING),
    ],
)
def test_staff_keep_the_state_and_a_patient_waits_again(app, one, who, state):
    made = book(one)
    confirm(one, made)
    client = browser(app, getattr(one, who))
    answer = client.post(path(made), data=to(one, 1, reason="x"))
    assert answer.status_code == 302
    assert row_of(one, made)["status"] is state
    assert "Moved to Monday, 9 March 2026, 10:00" in text_of(
        client.get(f"/appointment-details/{made}/")
    )


def test_it_may_overlap_its_own_old_time(app, one):
    slot = colleague_slot(one, 0, 9)
    made = book(one)
    form = {"slot_id": slot, "appointment_date": MONDAY.isoformat()}
    assert browser(app, one.patient).post(path(made), data=form).status_code == 302
    assert row_of(one, made)["doctor_id"] == one.other_doctor.profile_id
    assert {doctor for doctor, _patient, _step in steps_of(one, made)} == {
        one.other_doctor.profile_id
    }


def test_a_time_that_is_taken_changes_nothing_and_offers_the_nearest(app, one):
    made, other = book(one), book(one, 1, MONDAY, one.other_patient)
    before, held = row_of(one, made), steps_of(one, made)
    answer = browser(app, one.patient).post(path(made), data=to(one, 1))
    assert answer.status_code == 409
    page = text_of(answer)
    assert "This time has just been booked" in page and "The nearest free times" in page
    assert f"slot_id={one.slot_ids[2]}" in answer.get_data(as_text=True)
    assert f"slot_id={one.slot_ids[0]}&amp;appointment_date=2026-03-09" not in answer.get_data(
        as_text=True
    )
    assert (row_of(one, made), steps_of(one, made)) == (before, held)
    assert len(steps_of(one, other)) == 6 and not mails(one, "appointment_moved")


def test_a_patient_in_two_places_is_said_to_whoever_asks(app, one):
    slot = colleague_slot(one, 0, 10)
    made = book(one)
    book(one, 1, MONDAY)
    form = {"slot_id": slot, "appointment_date": MONDAY.isoformat(), "reason": "x"}
    desk = browser(app, one.admin).post(path(made), data=form)
    assert desk.status_code == 409
    assert "The patient already has an appointment at this time." in text_of(desk)
    own = browser(app, one.patient).post(path(made), data=form)
    assert "You already have an appointment at this time." in text_of(own)


@pytest.mark.parametrize("who", ["admin", "patient"])
def test_refused_times_stay_refused(app, one, who):
    made = book(one)
    with transaction(one.id) as session:
        exclude_days(session, one.admin, one.doctor.profile_id, WEDNESDAY, WEDNESDAY)
    client = browser(app, getattr(one, who))
    for day in (WEDNESDAY, WEDNESDAY + timedelta(days=1), TODAY - timedelta(days=7)):
        answer = client.post(path(made), data=to(one, 4, day, reason="x"))
        assert answer.status_code == 409, day
    assert row_of(one, made)["day"] == MONDAY


def test_the_shortest_notice_binds_patients_only(app, one):
    made = book(one)
    with transaction(one.id) as session:
        session.get(Clinic, one.id).min_notice_minutes = 24 * 60
    form = to(one, 5, TODAY, reason="x")
    assert browser(app, one.patient).post(path(made), data=form).status_code == 409
    assert browser(app, one.admin).post(path(made), data=form).status_code == 302


def test_patients_keep_the_notice_of_the_old_time(app, one):
    made = book(one)
    at(app, utc(MONDAY, 9) - timedelta(hours=24))
    client = browser(app, one.patient)
    assert "Move this appointment" in text_of(client.get(path(made)))
    at(app, utc(MONDAY, 9) - timedelta(hours=24) + timedelta(seconds=1))
    page = client.get(path(made))
    assert "It is too late to move this appointment here" in text_of(page)
    answer = client.post(path(made), data=to(one, 4, WEDNESDAY))
    assert answer.status_code == 409
    assert client.post(path(made), json=to(one, 4, WEDNESDAY)).json["code"] == "moving_too_late"
    assert row_of(one, made)["day"] == MONDAY
    done = browser(app, one.admin).post(path(made), data=to(one, 4, WEDNESDAY, reason="x"))
    assert done.status_code == 302


def test_the_same_move_twice_is_done_once(app, one):
    made = book(one)
    client, form = browser(app, one.patient), to(one, 1, version="1")
    first, second = client.post(path(made), data=form), client.post(path(made), data=form)
    assert first.headers["Location"] == second.headers["Location"]
    assert len(mails(one, "appointment_moved")) == 1 and len(acts(one, "appointment.moved")) == 1


def test_an_old_page_is_told_and_keeps_its_input(app, one):
    made = book(one)
    client = browser(app, one.admin)
    seen = client.get(f"{path(made)}?slot_id={one.slot_ids[1]}&appointment_date={MONDAY}")
    assert 'name="version" type="hidden" value="1"' in seen.get_data(as_text=True)
    confirm(one, made)
    form = to(one, 1, version="1", reason="double booked")
    answer = client.post(path(made), data=form)
    shown = answer.get_data(as_text=True)
    assert answer.status_code == 409 and "Somebody else saved this" in text_of(answer)
    assert 'value="2"' in shown and "double booked" in shown
    assert row_of(one, made)["start_time"].hour == 9
    again = client.post(path(made), data={**form, "version": "2"})
    assert again.status_code == 302


def test_staff_say_why_beside_the_field(app, one):
    made = book(one)
    answer = browser(app, one.admin).post(path(made), data=to(one, 1, reason=" "))
    shown = answer.get_data(as_text=True)
    assert answer.status_code == 400 and 'id="reason-error"' in shown
    assert f'name="slot_id" value="{one.slot_ids[1]}"' in shown
    assert browser(app, one.patient).post(path(made), data=to(one, 1)).status_code == 302


def test_another_doctor_takes_over_unless_a_record_ties_it(app, one):
    slot = colleague_slot(one)
    first, second = book(one), book(one, 1, MONDAY, one.other_patient)
    with transaction(one.id) as session:
        session.add(
            MedicalRecord(
                appointment_id=first,
                doctor_id=one.doctor.profile_id,
                patient_id=one.patient.profile_id,
            )
        )
    form = {"slot_id": slot, "appointment_date": MONDAY.isoformat(), "reason": "x"}
    client = browser(app, one.admin)
    tied = client.post(path(first), data=form)
    assert tied.status_code == 409 and row_of(one, first)["doctor_id"] == one.doctor.profile_id
    assert "Any doctor" not in text_of(client.get(path(first)))
    assert client.post(path(first), data=to(one, 2, reason="x")).status_code == 302
    assert client.post(path(second), data=form).status_code == 302
    assert row_of(one, second)["doctor_id"] == one.other_doctor.profile_id


def test_a_doctor_hands_over_once_and_sees_it_no_more(app, one):
    made, slot = book(one), colleague_slot(one)
    form = {"slot_id": slot, "appointment_date": MONDAY.isoformat(), "reason": "x"}
    client = browser(app, one.doctor)
    for _again in range(2):
        assert client.post(path(made), data=form).headers["Location"] == "/doctor_appointments/"
    assert len(mails(one, "appointment_moved")) == 1
    assert client.get(f"/appointment-details/{made}/").status_code == 404
    other = {**form, "slot_id": one.slot_ids[0]}
    assert client.post(path(made), data=other).status_code == 404


def test_an_appointment_of_a_doctor_who_left_goes_to_a_colleague(app, one):
    made, slot = book(one), colleague_slot(one)
    with transaction(one.id) as session:
        session.get(Doctor, one.doctor.profile_id).is_active = False
    client = browser(app, one.admin)
    page = client.get(path(made)).get_data(as_text=True)
    assert f"slot_id={slot}" in page and f"slot_id={one.slot_ids[1]}" not in page
    assert client.post(path(made), data=to(one, 1, reason="x")).status_code == 404
    form = {"slot_id": slot, "appointment_date": MONDAY.isoformat(), "reason": "x"}
    assert client.post(path(made), data=form).status_code == 302


def test_a_treatment_no_longer_offered_can_still_be_moved(app, one):
    made = book(one)
    with transaction(one.id) as session:
        session.get(Treatment, one.treatment_id).is_active = False
    assert browser(app, one.patient).post(path(made), data=to(one, 1)).status_code == 302


def test_the_page_shows_free_times_week_by_week(app, one):
    made = book(one)
    book(one, 1, MONDAY, one.other_patient)
    client = browser(app, one.patient)
    page = client.get(path(made))
    shown = page.get_data(as_text=True)
    assert "First free times" in text_of(page) and "Wednesday, 4 March 2026" in text_of(page)
    week = client.get(f"{path(made)}?date={MONDAY}").get_data(as_text=True)
    pick = "{}?slot_id={}&amp;appointment_date=2026-03-09"
    assert pick.format(path(made), one.slot_ids[2]) in week
    assert pick.format(path(made), one.slot_ids[1]) not in week
    assert pick.format(path(made), one.slot_ids[0]) not in week
    assert 'rel="next"' in shown and 'rel="prev"' not in shown
    assert client.get(f"{path(made)}?date=tomorrow").status_code == 400


def test_scripts_ask_and_move_in_json(app, one):
    made = book(one)
    client = browser(app, one.patient)
    asked = client.get(f"{path(made)}?date={MONDAY}", headers=JSON).json
    assert asked["version"] == 1 and asked["appointment"]["id"] == made
    assert [each["slot_id"] for each in asked["free"]] == [*one.slot_ids[1:3], *one.slot_ids[3:]]
    moved = client.post(path(made), json=to(one, 1))
    assert moved.status_code == 200 and moved.json["start_time"] == "10:00"
    assert client.post(path(made), json={}).status_code == 400


@pytest.mark.parametrize("who", ["other_patient", "other_doctor"])
def test_other_people_find_nothing_whatever_they_send(app, one, who):
    made = book(one)
    client = browser(app, getattr(one, who))
    assert client.get(path(made)).status_code == 404
    for form in ({}, to(one, 1, reason="x"), {"slot_id": "x", "appointment_date": "x"}):
        assert client.post(path(made), data=form).status_code == 404


def test_another_clinics_slot_and_admin_find_nothing(app, world):
    made = book(world.one)
    assert browser(app, world.two.admin).get(path(made)).status_code == 404
    foreign = to(world.two, 1, reason="x")
    assert browser(app, world.one.admin).post(path(made), data=foreign).status_code == 404
    query = f"?slot_id={world.two.slot_ids[1]}&appointment_date={MONDAY}"
    assert browser(app, world.one.admin).get(path(made) + query).status_code == 404


def test_what_is_over_is_not_moved(app, one):
    made = book(one)
    with transaction(one.id) as session:
        booking.cancel_appointment(session, one.patient, made, "", NOW)
    client = browser(app, one.admin)
    page = client.get(path(made))
    assert "can&#39;t be changed that way" in page.get_data(as_text=True)
    assert client.post(path(made), data=to(one, 1, reason="x")).status_code == 409
    with transaction(one.id) as session:
        assert session.get(Appointment, made).status is AppointmentStatus.CANCELLED
