"""Why a time is not offered: the staff's page, the patient's question, and the pages of a link.

The doctor works on Monday and Wednesday at nine, ten and eleven.
"""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
import sqlalchemy as sa

from medcor.models import Clinic, ClinicHours, Doctor, Slot, Treatment, TreatmentDoctor
from medcor.services import holds
from medcor.services.holds import HoldWish
from medcor.services.slots import exclude_days
from medcor.web.transaction import transaction
from tests.appointment_helpers import (
    JSON,
    MONDAY,
    TODAY,
    WEDNESDAY,
    at,
    book,
    browser,
    colleague_slot,
    counted_queries,
)
from tests.conftest import NOW
from tests.page_helpers import text_of

pytestmark = pytest.mark.usefixtures("plain_forms")

TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture()
def ask(app, clinic):
    """Ask as a member of staff, in JSON."""

    def make(actor=None, day: date = MONDAY, clock: str = "10:00", **more):
        query = {
            "doctor_id": clinic.doctor.profile_id,
            "treatment_id": clinic.treatment_id,
            "date": day.isoformat(),
            "time": clock,
            **more,
        }
        client = browser(app, actor or clinic.admin)
        return client.get("/why-not/", query_string=query, headers=JSON)

    return make


def codes(answer) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [each["code"] for each in answer.json["reasons"]]


def change(clinic, model, row_id: int, **values) -> None:
    with transaction(clinic.id) as session:
        session.execute(sa.update(model).where(model.id == row_id).values(**values))


def test_a_free_time_has_no_reason(ask, clinic):
    answer = ask().json
    assert answer == {"available": True, "reasons": [], "nearest": []}


def test_a_taken_time_names_the_reason_and_the_nearest(ask, clinic):
    book(clinic, 1, MONDAY)
    answer = ask()
    assert codes(answer) == ["doctor_busy"]
    assert answer.json["available"] is False
    near = [(each["date"], each["start_time"]) for each in answer.json["nearest"]]
    assert (MONDAY.isoformat(), "09:00") in near and (MONDAY.isoformat(), "11:00") in near
    assert (MONDAY.isoformat(), "10:00") not in near
    first = answer.json["nearest"][0]
    assert set(first) == {"slot_id", "doctor_id", "doctor", "date", "start_time", "end_time"}
    assert first["doctor"] == "Dr. Doctor Test"


@pytest.mark.parametrize(
    ("day", "clock", "expected"),
    [
        (TUESDAY, "10:00", ["no_slot_that_day"]),
        (MONDAY, "14:00", ["no_slot_at_that_time"]),
        (TODAY, "09:00", ["past"]),
        (MONDAY + timedelta(days=7 * 20), "10:00", ["too_far"]),
        (TUESDAY + timedelta(days=7 * 20), "10:00", ["no_slot_that_day", "too_far"]),
        (TODAY - timedelta(days=2), "10:00", ["past"]),
        (date(9999, 12, 31), "10:00", ["no_slot_that_day", "too_far"]),
    ],
)
def test_reasons_of_the_calendar(ask, clinic, day, clock, expected):
    assert codes(ask(day=day, clock=clock)) == expected


def test_a_time_within_an_opening_is_the_openings(ask, clinic):
    book(clinic, 1, MONDAY)
    assert codes(ask(clock="10:20")) == ["doctor_busy"]
    assert codes(ask(clock="10:30")) == ["no_slot_at_that_time"]


def test_a_day_off_a_pause_a_closed_door_and_a_treatment_that_is_too_long(ask, clinic):
    doctor = clinic.doctor.profile_id
    with transaction(clinic.id) as session:
        exclude_days(session, clinic.admin, doctor, MONDAY, MONDAY)
        for weekday, opens in ((0, time(9)), (2, time(11))):
            session.add(ClinicHours(weekday=weekday, opens=opens, closes=time(17)))
    assert codes(ask()) == ["excluded"]
    assert codes(ask(day=WEDNESDAY)) == ["clinic_closed"]
    assert codes(ask(day=WEDNESDAY, clock="11:00")) == []
    change(clinic, Treatment, clinic.treatment_id, minutes=45)
    assert codes(ask(day=WEDNESDAY, clock="11:00")) == ["not_for_treatment"]
    change(clinic, Slot, clinic.slot_ids[5], is_paused=True)
    assert codes(ask(day=WEDNESDAY, clock="11:00")) == ["no_slot_at_that_time"]


def test_who_left_is_a_reason_and_a_colleague_is_near(ask, clinic):
    colleague_slot(clinic, 0, 10)
    change(clinic, Doctor, clinic.doctor.profile_id, is_active=False)
    answer = ask()
    assert codes(answer) == ["doctor_inactive"]
    assert {each["doctor_id"] for each in answer.json["nearest"]} == {
        clinic.other_doctor.profile_id
    }
    change(clinic, Treatment, clinic.treatment_id, is_active=False)
    answer = ask()
    assert codes(answer) == ["doctor_inactive", "treatment_inactive"]
    assert answer.json["nearest"] == []


def test_a_treatment_that_the_doctor_does_not_give(ask, clinic):
    colleague_slot(clinic, 0, 10)
    answer = ask(treatment_id=clinic.other_treatment_id)
    assert codes(answer) == ["treatment_not_given"]
    assert {each["doctor_id"] for each in answer.json["nearest"]} == {
        clinic.other_doctor.profile_id
    }


def test_with_a_patient_their_own_appointments_count(ask, clinic):
    slot = colleague_slot(clinic, 0, 10)
    book(clinic, day=MONDAY, doctor_id=clinic.other_doctor.profile_id, slot_id=slot)
    assert codes(ask()) == []
    assert codes(ask(patient_id=clinic.patient.profile_id)) == ["patient_busy"]
    assert codes(ask(patient="patient@one.test")) == ["patient_busy"]
    assert codes(ask(patient_id=clinic.other_patient.profile_id)) == []


def test_several_reasons_at_once_in_their_order(ask, app, clinic):
    book(clinic, 0, MONDAY)
    at(app, NOW + timedelta(days=6))
    answer = ask(clock="09:00", patient_id=clinic.patient.profile_id)
    assert codes(answer) == ["past", "doctor_busy", "patient_busy"]


def test_a_held_time_is_being_confirmed(ask, app, clinic):
    wish = HoldWish(clinic.doctor.profile_id, clinic.treatment_id, clinic.slot_ids[1], MONDAY)
    with transaction(clinic.id, clinic.patient) as session:
        holds.hold_time(session, clinic.patient, wish, NOW)
    answer = ask()
    assert codes(answer) == ["held"]
    assert answer.json["reasons"][0]["text"].startswith("Being confirmed")
    assert codes(ask(patient_id=clinic.patient.profile_id)) == []
    at(app, NOW + timedelta(minutes=5))
    assert codes(ask()) == []


def test_staff_look_past_the_notice_that_patients_keep(ask, app, clinic):
    change(clinic, Clinic, clinic.id, min_notice_minutes=7 * 24 * 60)
    assert codes(ask()) == []
    page = text_of(browser(app, clinic.patient).get(times_url(clinic, MONDAY, "10:00")))
    assert "That is too soon to be booked online. Please call the clinic." in page


def test_the_page_shows_who_is_in_the_way_and_leads_to_a_booking(app, clinic):
    book(clinic, 1, MONDAY)
    client = browser(app, clinic.admin)
    query = {
        "doctor_id": clinic.doctor.profile_id,
        "treatment_id": clinic.treatment_id,
        "date": MONDAY.isoformat(),
        "time": "10:00",
        "patient_id": clinic.other_patient.profile_id,
    }
    answer = client.get("/why-not/", query_string=query)
    page = text_of(answer)
    assert "Monday, 9 March 2026, 10:00 can't be booked" in page
    assert "What is in the way" in page and "Patient Test" in page
    assert "/appointments/new/?patient_id=" in answer.text
    free = client.get("/why-not/", query_string={**query, "time": "11:00"})
    assert "can be booked" in text_of(free) and f"slot_id={clinic.slot_ids[2]}" in free.text


def test_a_doctor_asks_about_their_own_times_only(ask, app, clinic):
    book(clinic, 1, MONDAY)
    assert codes(ask(clinic.doctor)) == ["doctor_busy"]
    assert ask(clinic.other_doctor).status_code == 404
    page = browser(app, clinic.other_doctor).get("/why-not/").text
    assert "Dr. Second-Doctor Test" in page and "Dr. Doctor Test" not in page


def test_nobody_asks_about_another_clinic(ask, world):
    one, two = world.one, world.two
    assert ask(doctor_id=two.doctor.profile_id).status_code == 404
    assert ask(treatment_id=two.treatment_id).status_code == 404
    assert ask(patient_id=two.patient.profile_id).status_code == 404
    assert ask(actor=one.patient).status_code == 403


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"date": "2026-03-09", "time": ""}, "Choose a time."),
        ({"date": "", "time": "10:00"}, "Choose a day."),
        ({"date": "soon", "time": "10:00"}, "Day: "),
        ({"date": "2026-03-09", "time": "25:00"}, "Time: "),
        ({"date": "2026-03-09", "time": "10:00", "patient": "Nobody"}, "Nobody is called so."),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(app, clinic, query, said):
    about = {"doctor_id": clinic.doctor.profile_id, "treatment_id": clinic.treatment_id}
    answer = browser(app, clinic.admin).get("/why-not/", query_string={**about, **query})
    assert answer.status_code == 400 and said in text_of(answer)


def test_an_unfinished_question_is_an_error_to_a_script(app, clinic):
    client = browser(app, clinic.admin)
    assert client.get("/why-not/", headers=JSON).status_code == 400
    answer = client.get("/why-not/?date=2026-03-09&time=", headers=JSON)
    assert answer.status_code == 400 and "time" in answer.json["fields"]


def test_words_that_fit_several_patients_ask_which_one(app, clinic):
    about = {"doctor_id": clinic.doctor.profile_id, "treatment_id": clinic.treatment_id}
    query = {**about, "date": MONDAY.isoformat(), "time": "10:00", "patient": "patient"}
    page = browser(app, clinic.admin).get("/why-not/", query_string=query)
    assert "Which patient?" in text_of(page)
    assert f"patient_id={clinic.other_patient.profile_id}" in page.text


def times_url(clinic, day: date, clock: str) -> str:
    path = f"/available-slots/{clinic.doctor.profile_id}/{clinic.treatment_id}/"
    return f"{path}?ask_date={day.isoformat()}&ask_time={clock}"


def test_a_patient_asks_beside_the_free_times(app, clinic):
    book(clinic, 1, MONDAY, clinic.other_patient)
    client = browser(app, clinic.patient)
    taken = client.get(times_url(clinic, MONDAY, "10:00"))
    page = text_of(taken)
    assert "Monday, 9 March 2026, 10:00 can't be booked" in page
    assert "Somebody else has this time." in page
    assert "Second-Patient" not in page
    assert "The nearest free times" in page
    free = client.get(times_url(clinic, MONDAY, "11:00"))
    assert "can be booked" in text_of(free)
    assert f"/slot/{clinic.slot_ids[2]}/{clinic.treatment_id}/" in free.text
    wrong = client.get(times_url(clinic, MONDAY, ""))
    assert wrong.status_code == 200 and "Choose a time." in text_of(wrong)


def test_a_link_to_a_time_that_is_gone_says_every_reason(app, clinic):
    book(clinic, 1, MONDAY, clinic.other_patient)
    with transaction(clinic.id) as session:
        exclude_days(session, clinic.admin, clinic.doctor.profile_id, MONDAY, MONDAY)
    path = f"/slot/{clinic.slot_ids[1]}/{clinic.treatment_id}/?appointment_date={MONDAY}"
    page = text_of(browser(app, clinic.patient).get(path))
    assert "The doctor is away on that day." in page
    assert "Somebody else has this time." in page
    assert "Second-Patient" not in page


def test_the_week_warns_of_openings_behind_closed_doors(app, clinic):
    client = browser(app, clinic.admin)
    path = f"/slots-and-excluded-dates/?doctor_id={clinic.doctor.profile_id}"
    assert "outside the clinic's opening hours" not in text_of(client.get(path))
    with transaction(clinic.id) as session:
        session.add(ClinicHours(weekday=0, opens=time(9, 15), closes=time(17)))
    page = text_of(client.get(path))
    # Monday at nine, and the whole Wednesday.
    assert "4 openings lie outside the clinic's opening hours" in page
    assert page.count("Clinic closed") == 4
    form = {"weekday": "5", "start_time": "10:00", "end_time": "10:30"}
    answer = client.post(
        "/add-slot/",
        data={**form, "doctor_id": clinic.doctor.profile_id},
        follow_redirects=True,
    )
    assert "This lies outside the clinic's opening hours." in text_of(answer)


def test_a_time_picked_before_the_patient_stays_picked(app, clinic):
    client = browser(app, clinic.admin)
    page = client.get(
        f"/appointments/new/?treatment_id={clinic.treatment_id}"
        f"&slot_id={clinic.slot_ids[1]}&appointment_date={MONDAY}"
    )
    wanted = f"patient_id={clinic.patient.profile_id}&amp;treatment_id={clinic.treatment_id}"
    assert f"{wanted}&amp;slot_id={clinic.slot_ids[1]}" in page.text


def test_the_page_asks_the_database_a_bounded_number_of_times(app, clinic):
    with transaction(clinic.id) as session:
        session.add(
            TreatmentDoctor(
                treatment_id=clinic.other_treatment_id, doctor_id=clinic.doctor.profile_id
            )
        )
    book(clinic, 1, MONDAY)
    client = browser(app, clinic.admin)
    query = {
        "doctor_id": clinic.doctor.profile_id,
        "treatment_id": clinic.treatment_id,
        "date": MONDAY.isoformat(),
        "time": "10:00",
    }
    client.get("/why-not/", query_string=query)
    with counted_queries() as seen:
        client.get("/why-not/", query_string=query)
    assert len(seen) <= 30
