"""Treatments, doctors and slots through the chatbot API, to the letter."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from medcor.models import Doctor, Treatment, User
from medcor.web.transaction import transaction
from tests.chatbot_helpers import BAD_DATES, MONDAY, Widget, says
from tests.factories import make_treatment

NOWHERE = 2**31


@pytest.fixture()
def widget(client, world) -> Widget:
    return Widget(client, world.one)


def change(model, clinic_id: int, **values: object) -> None:
    with transaction(clinic_id) as session:
        session.execute(sa.update(model).values(**values))


# Treatments


def test_treatments_are_listed_as_published(widget):
    clinic = widget.clinic
    results = [
        {
            "id": clinic.treatment_id,
            "name": "Dental Cleaning",
            "description": "What Dental Cleaning is.",
            "price": "100.00",
        },
        {
            "id": clinic.other_treatment_id,
            "name": "Root Canal",
            "description": "What Root Canal is.",
            "price": "100.00",
        },
    ]
    expected = {"count": 2, "next": None, "previous": None, "results": results}
    says(widget.get(widget.treatments_path), 200, expected)


def test_pages_link_to_each_other_below_public_url(app, widget):
    with transaction(widget.clinic.id) as session:
        for number in range(23):
            make_treatment(session, widget.clinic.id, f"Treatment {number:02}", [])
    base = f"http://127.0.0.1:5000/{widget.clinic.id}/treatments/?"
    first = widget.get(widget.treatments_path, Host="evil.test").json
    assert (first["count"], first["next"], first["previous"]) == (25, f"{base}page=2", None)
    assert len(first["results"]) == 10
    middle = widget.get(f"{widget.treatments_path}?page=2").json
    assert (middle["next"], middle["previous"]) == (f"{base}page=3", f"{base}page=1")
    last = widget.get(f"{widget.treatments_path}?page=3").json
    assert (len(last["results"]), last["next"]) == (5, None)
    sized = widget.get(f"{widget.treatments_path}?page_size=2&page=2").json
    assert len(sized["results"]) == 2 and "page_size=2" in sized["next"]
    assert len(widget.get(f"{widget.treatments_path}?page_size=9999").json["results"]) == 25


@pytest.mark.parametrize("page", ["0", "-1", "2", "x", "", "99999999999999999999", "%00", "%F0%9F"])
def test_a_page_out_of_range_is_invalid(widget, page):
    says(widget.get(f"{widget.treatments_path}?page={page}"), 404, {"detail": "Invalid page."})


def test_a_clinic_without_treatments_has_an_empty_page(widget):
    change(Treatment, widget.clinic.id, is_active=False)
    empty = {"count": 0, "next": None, "previous": None, "results": []}
    says(widget.get(widget.treatments_path), 200, empty)


# Doctors


def test_doctors_are_listed_as_published(widget):
    clinic = widget.clinic
    doctor = {
        "id": clinic.doctor.profile_id,
        "name": "Dr. Doctor Test",
        "email": "doctor@one.test",
        "is_active": True,
        "profile_picture": None,
        "total_year_of_experience": 8,
        "specializations": ["General Dentistry"],
        "contact_number": "+90 212 000 00 01",
        "gender": "Female",
    }
    other = doctor | {
        "id": clinic.other_doctor.profile_id,
        "name": "Dr. Second-Doctor Test",
        "email": "second-doctor@one.test",
        "specializations": [],
    }
    expected = {
        "treatment": {"id": clinic.treatment_id, "name": "Dental Cleaning"},
        "doctors": [doctor, other],
        "clinic": "Clinic one.test",
    }
    says(widget.get(widget.doctors_path), 200, expected)


def test_a_picture_is_an_address_below_public_url(widget):
    for stored in ("/media/doctor1.jpg", "media/doctor1.jpg"):
        change(User, widget.clinic.id, picture=stored)
        shown = widget.get(widget.doctors_path).json["doctors"][0]["profile_picture"]
        assert shown == "http://127.0.0.1:5000/media/doctor1.jpg"


def test_a_treatment_without_doctors_says_so_as_an_unknown_one_does(widget, world):
    none = {"error": "No doctors available for this treatment."}
    for treatment_id in (NOWHERE, 10**20, 0, world.two.treatment_id):
        says(widget.get(f"{widget.treatments_path}{treatment_id}/get-doctors/"), 404, none)
    change(Doctor, widget.clinic.id, is_active=False)
    says(widget.get(widget.doctors_path), 404, none)


# Slots


def test_a_doctor_alone_gives_the_weekdays(widget):
    body = {"doctor_id": widget.clinic.doctor.profile_id}
    expected = {"available_days": ["Monday", "Wednesday"]}
    says(widget.post(widget.slots_path, body), 200, expected)
    says(widget.post(widget.slots_path, body | {"date": None}), 200, expected)
    says(widget.post(widget.slots_path, {"doctor_id": str(body["doctor_id"])}), 200, expected)


def test_a_date_gives_free_and_booked_slots(widget):
    assert widget.book().status_code == 201
    ids = widget.clinic.slot_ids

    def slot(index: int, start: str, end: str, booked: bool) -> dict:
        return {
            "id": ids[index],
            "doctor": "Doctor",
            "start_time": start,
            "end_time": end,
            "booked": booked,
        }

    expected = {
        "available_slots": [slot(1, "10:00", "10:30", False), slot(2, "11:00", "11:30", False)],
        "booked_slots": [slot(0, "09:00", "09:30", True)],
    }
    body = {"doctor_id": widget.clinic.doctor.profile_id, "date": MONDAY}
    says(widget.post(widget.slots_path, body), 200, expected)


@pytest.mark.parametrize("day", ["2026-03-10", "2026-12-28", "9999-12-31"])
def test_a_day_without_slots_says_so(widget, day):
    body = {"doctor_id": widget.clinic.doctor.profile_id, "date": day}
    expected = {"message": "No slots available for the selected date."}
    says(widget.post(widget.slots_path, body), 200, expected)


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "text",
        5,
        {},
        {"doctor_id": None},
        {"doctor_id": ""},
        {"doctor_id": "x"},
        {"doctor_id": True},
        {"doctor_id": 1.5},
        {"doctor_id": [1]},
        {"doctor_id": {"a": 1}},
        {"date": "nonsense"},
    ],
)
def test_slots_need_a_doctor(widget, body):
    expected = {"error": "Missing required parameter: doctor_id."}
    says(widget.post(widget.slots_path, body), 400, expected)


@pytest.mark.parametrize("value", BAD_DATES)
def test_slots_refuse_what_is_no_date(widget, value):
    body = {"doctor_id": NOWHERE, "date": value}
    expected = {"error": "Invalid date format. Use YYYY-MM-DD."}
    says(widget.post(widget.slots_path, body), 400, expected)


def test_slots_name_their_errors_in_order(widget, world):
    path, clinic = widget.slots_path, widget.clinic
    past = {"doctor_id": NOWHERE, "date": "0001-01-01"}
    says(widget.post(path, past), 400, {"message": "Past dates are not allowed."})
    unknown = path.replace(f"/{clinic.treatment_id}/get", f"/{NOWHERE}/get")
    no_treatment = {"error": "Treatment not found."}
    says(widget.post(unknown, {"doctor_id": NOWHERE, "date": MONDAY}), 404, no_treatment)
    for doctor_id in (NOWHERE, 10**30, 0, -1, str(10**30), world.two.doctor.profile_id):
        body = {"doctor_id": doctor_id, "date": MONDAY}
        says(widget.post(path, body), 404, {"error": "Doctor not found."})
    not_given = path.replace(f"/{clinic.treatment_id}/get", f"/{clinic.other_treatment_id}/get")
    says(widget.post(not_given, {"doctor_id": clinic.doctor.profile_id}), 404, no_treatment)
