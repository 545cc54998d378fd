"""The first free times, and why a time is not among them, through the chatbot API."""

from __future__ import annotations

from datetime import date, time

import pytest
import sqlalchemy as sa

from medcor.domain.permissions import system_actor
from medcor.domain.scheduling import Refusal
from medcor.models import Clinic, Doctor, Treatment
from medcor.services import booking
from medcor.services.booking import BookingRequest
from medcor.services.slots import add_slot, exclude_days
from medcor.web.transaction import transaction
from tests.chatbot_helpers import BAD_DATES, MONDAY, Widget, says
from tests.conftest import NOW
from tests.factories import ClinicWorld

NOWHERE = 2**31
FAILED = {"error": "Authentication Failed."}
NO_TOKEN = {"detail": "Invalid or missing chatbot token."}
NO_TREATMENT = {"error": "Treatment not found."}
NO_DOCTOR = {"error": "Doctor not found."}


@pytest.fixture()
def widget(client, world) -> Widget:
    return Widget(client, world.one)


def times(widget: Widget, query: str = "", **headers: str) -> list[dict]:
    answer = widget.get(f"{widget.first_free_path}{query}", **headers)
    assert answer.status_code == 200, answer.get_data()
    return answer.json["times"]


def shown(found: list[dict]) -> list[tuple[str, str]]:
    return [(each["date"], each["start_time"]) for each in found]


def book(clinic: ClinicWorld, slot: int, day: str, patient=None) -> None:
    wish = BookingRequest(
        clinic.doctor.profile_id,
        clinic.treatment_id,
        clinic.slot_ids[slot],
        date.fromisoformat(day),
    )
    actor = patient or clinic.patient
    with transaction(clinic.id, actor) as session:
        booking.book_appointment(session, actor, wish, NOW)


# First free times


def test_the_first_free_times_over_all_doctors(widget):
    clinic = widget.clinic
    with transaction(clinic.id) as session:
        other = add_slot(
            session,
            system_actor(clinic.id),
            clinic.other_doctor.profile_id,
            3,
            time(8, 15),
            time(9),
        ).id
    book(clinic, 4, "2026-03-04")
    answer = widget.get(f"{widget.first_free_path}?limit=2")
    expected = [
        {
            "slot_id": clinic.slot_ids[5],
            "doctor_id": clinic.doctor.profile_id,
            "doctor": "Dr. Doctor Test",
            "date": "2026-03-04",
            "start_time": "11:00",
            "end_time": "11:30",
        },
        {
            "slot_id": other,
            "doctor_id": clinic.other_doctor.profile_id,
            "doctor": "Dr. Second-Doctor Test",
            "date": "2026-03-05",
            "start_time": "08:15",
            "end_time": "09:00",
        },
    ]
    says(answer, 200, {"times": expected, "zone": "Europe/Istanbul"})


def test_ten_times_unless_told_within_the_days_asked_for(widget):
    assert len(times(widget)) == 10
    assert len(times(widget, "?limit=&days=&from=&doctor_id=")) == 10
    assert shown(times(widget, "?days=1")) == [("2026-03-04", "10:00"), ("2026-03-04", "11:00")]
    assert shown(times(widget, f"?from={MONDAY}&days=2&limit=100")) == [
        (MONDAY, "09:00"),
        (MONDAY, "10:00"),
        (MONDAY, "11:00"),
    ]
    assert shown(times(widget, "?from=2020-01-01&limit=1")) == [("2026-03-04", "10:00")]
    assert times(widget, "?from=2026-12-28") == []


def test_times_of_one_doctor(widget):
    clinic = widget.clinic
    assert times(widget, f"?doctor_id={clinic.other_doctor.profile_id}") == []
    own = times(widget, f"?doctor_id={clinic.doctor.profile_id}&limit=100")
    assert own == times(widget, "?limit=100") and len(own) > 10


def test_what_is_found_can_be_booked(widget):
    first = times(widget, "?limit=1")[0]
    path = f"{widget.slots_path}{first['slot_id']}/book/"
    wish = widget.wish(doctor_id=first["doctor_id"], appointment_date=first["date"])
    assert widget.post(path, wish).status_code == 201
    assert first not in times(widget, "?limit=100")


def test_a_patients_own_appointments_are_in_the_way(widget):
    clinic = widget.clinic
    with transaction(clinic.id) as session:
        add_slot(
            session,
            system_actor(clinic.id),
            clinic.other_doctor.profile_id,
            0,
            time(9, 15),
            time(9, 45),
        )
    book(clinic, 0, MONDAY)
    query = f"?from={MONDAY}&days=1"
    assert shown(times(widget, query)) == [(MONDAY, "09:15"), (MONDAY, "10:00"), (MONDAY, "11:00")]
    own = times(widget, query, X_Api_Key=widget.key())
    assert shown(own) == [(MONDAY, "10:00"), (MONDAY, "11:00")]
    assert widget.get(f"{widget.first_free_path}{query}", X_Api_Key="x").status_code == 401


def test_what_a_patient_holds_is_free_for_them_alone(widget):
    key = widget.key()
    assert widget.hold(key).status_code == 201
    query = f"?from={MONDAY}&days=1"
    assert (MONDAY, "09:00") not in shown(times(widget, query))
    other = widget.key(widget.clinic.other_patient.email)
    assert (MONDAY, "09:00") not in shown(times(widget, query, X_Api_Key=other))
    assert (MONDAY, "09:00") in shown(times(widget, query, X_Api_Key=key))


@pytest.mark.parametrize("name", ["limit", "days"])
@pytest.mark.parametrize("value", ["0", "-1", "101", "x", "1.5", "9" * 30, "%00", "%F0%9F", "1e1"])
def test_numbers_out_of_range_are_named(widget, name, value):
    most = {"limit": 100, "days": 60}[name]
    expected = {"error": f"{name} must be a number from 1 to {most}."}
    says(widget.get(f"{widget.first_free_path}?{name}={value}"), 400, expected)


@pytest.mark.parametrize("value", [each for each in BAD_DATES if isinstance(each, str) and each])
def test_first_free_refuses_what_is_no_date(widget, value):
    expected = {"error": "Invalid date format. Use YYYY-MM-DD."}
    answer = widget.client.get(
        widget.first_free_path,
        query_string={"from": value.encode("utf-8", "surrogatepass")},
        headers=widget.headers(),
    )
    says(answer, 400, expected)


def test_first_free_names_its_errors_in_order(widget, world):
    clinic, other, path = widget.clinic, world.two, widget.first_free_path
    for unknown in (NOWHERE, 0, "x", "-1"):
        lost = path.replace(f"/{clinic.id}/", f"/{unknown}/", 1)
        says(widget.client.get(lost), 404, {"error": "Clinic not found"})
    says(widget.client.get(path), 401, NO_TOKEN)
    says(widget.get(f"{path}?limit=0", X_Api_Key="x"), 401, FAILED)
    for treatment in (NOWHERE, other.treatment_id, "x"):
        lost = f"{widget.treatments_path}{treatment}/first-free/"
        says(widget.get(f"{lost}?doctor_id={NOWHERE}"), 404, NO_TREATMENT)
    for doctor in (NOWHERE, 10**30, 0, -1, "x", other.doctor.profile_id):
        says(widget.get(f"{path}?doctor_id={doctor}"), 404, NO_DOCTOR)
    not_given = f"{widget.treatments_path}{clinic.other_treatment_id}/first-free/"
    says(widget.get(f"{not_given}?doctor_id={clinic.doctor.profile_id}"), 404, NO_TREATMENT)
    foreign = Widget(widget.client, clinic, Widget(widget.client, other).token)
    says(foreign.get(path), 401, NO_TOKEN)


def test_a_key_of_another_clinic_is_refused(widget, world):
    foreign = Widget(widget.client, world.two).key()
    says(widget.get(widget.first_free_path, X_Api_Key=foreign), 401, FAILED)
    asked = f"{widget.why_not_path}?date={MONDAY}&time=09:00"
    says(widget.get(asked, X_Api_Key=foreign), 401, FAILED)


# Why not


def why_not(widget: Widget, clock: str = "09:00", day: str = MONDAY, **headers: str) -> dict:
    answer = widget.get(f"{widget.why_not_path}?date={day}&time={clock}", **headers)
    assert answer.status_code == 200, answer.get_data()
    return answer.json


def codes(told: dict) -> list[str]:
    assert told["available"] is not told["reasons"] or not told["reasons"]
    return [each["code"] for each in told["reasons"]]


def test_a_free_time_has_no_reason_against_it(widget):
    told = why_not(widget)
    assert list(told) == ["available", "reasons", "nearest"]
    assert (told["available"], told["reasons"]) == (True, [])
    assert (MONDAY, "09:00") in shown(told["nearest"])


def test_each_reason_is_named_in_kind_words_with_what_is_free_near_it(widget):
    book(widget.clinic, 0, MONDAY)
    told = why_not(widget)
    assert told["available"] is False
    expected = [{"code": Refusal.DOCTOR_BUSY, "text": "Somebody else has this time."}]
    assert told["reasons"] == expected
    assert (MONDAY, "10:00") in shown(told["nearest"])
    assert (MONDAY, "09:00") not in shown(told["nearest"])
    assert codes(why_not(widget, day="2026-03-10")) == [Refusal.NO_SLOT_THAT_DAY]
    assert codes(why_not(widget, "14:00")) == [Refusal.NO_SLOT_AT_THAT_TIME]
    assert Refusal.PAST in codes(why_not(widget, day="2026-03-02"))
    assert Refusal.TOO_FAR in codes(why_not(widget, day="2026-12-28"))


def test_reasons_are_told_in_the_readers_language(widget):
    book(widget.clinic, 0, MONDAY)
    english, turkish = why_not(widget), why_not(widget, Accept_Language="tr")
    assert codes(english) == codes(turkish)
    assert english["reasons"][0]["text"] == "Somebody else has this time."


def test_a_day_off_and_a_short_notice_are_reasons(widget):
    clinic, monday = widget.clinic, date.fromisoformat(MONDAY)
    with transaction(clinic.id) as session:
        exclude_days(session, clinic.admin, clinic.doctor.profile_id, monday, monday)
        session.get(Clinic, clinic.id).min_notice_minutes = 60 * 24 * 10
    assert codes(why_not(widget)) == [Refusal.EXCLUDED, Refusal.TOO_SOON]


def test_with_their_key_a_patient_hears_of_their_own_day(widget):
    clinic = widget.clinic
    with transaction(clinic.id) as session:
        add_slot(
            session,
            system_actor(clinic.id),
            clinic.other_doctor.profile_id,
            0,
            time(9, 15),
            time(9, 45),
        )
    book(clinic, 0, MONDAY)
    path = f"{widget.doctors_path}{clinic.other_doctor.profile_id}/why-not/"
    asked = f"{path}?date={MONDAY}&time=09:15"
    assert widget.get(asked).json["available"] is True
    assert codes(widget.get(asked, X_Api_Key=widget.key()).json) == [Refusal.PATIENT_BUSY]


def test_a_held_time_is_said_to_be_held_except_to_its_holder(widget):
    key = widget.key()
    widget.hold(key)
    assert codes(why_not(widget)) == [Refusal.HELD]
    assert codes(why_not(widget, X_Api_Key=key)) == []


def test_a_doctor_who_can_never_be_had_leads_to_the_others(widget):
    clinic = widget.clinic
    with transaction(clinic.id) as session:
        session.get(Doctor, clinic.other_doctor.profile_id).is_active = False
    path = f"{widget.doctors_path}{clinic.other_doctor.profile_id}/why-not/"
    told = widget.get(f"{path}?date={MONDAY}&time=09:00").json
    assert Refusal.DOCTOR_INACTIVE in codes(told)
    assert {each["doctor_id"] for each in told["nearest"]} == {clinic.doctor.profile_id}
    assert told["nearest"][0]["date"] == MONDAY
    not_given = path.replace(f"/{clinic.treatment_id}/get", f"/{clinic.other_treatment_id}/get")
    own = not_given.replace(
        f"/{clinic.other_doctor.profile_id}/why", f"/{clinic.doctor.profile_id}/why"
    )
    told = widget.get(f"{own}?date={MONDAY}&time=09:00").json
    assert Refusal.TREATMENT_NOT_GIVEN in codes(told) and told["nearest"] == []
    with transaction(clinic.id) as session:
        session.execute(sa.update(Treatment).values(is_active=False))
    told = widget.get(f"{widget.why_not_path}?date={MONDAY}&time=09:00").json
    assert Refusal.TREATMENT_INACTIVE in codes(told) and told["nearest"] == []


@pytest.mark.parametrize("clock", ["9:00", "24:00", "09:60", "09:00:00", "x", "09.00", "٠٩:٠٠"])
def test_why_not_refuses_what_is_no_time(widget, clock):
    expected = {"error": "Invalid time format. Use HH:MM."}
    says(widget.get(f"{widget.why_not_path}?date={MONDAY}&time={clock}"), 400, expected)


def test_why_not_names_its_errors_in_order(widget, world):
    path, clinic, other = widget.why_not_path, widget.clinic, world.two
    says(
        widget.client.get(path.replace(f"/{clinic.id}/", "/999/", 1)),
        404,
        {"error": "Clinic not found"},
    )
    says(widget.client.get(path), 401, NO_TOKEN)
    says(widget.get(path, X_Api_Key="x"), 401, FAILED)
    for query in ("", "?date=", f"?date={MONDAY}", "?time=09:00", f"?date={MONDAY}&time="):
        says(widget.get(f"{path}{query}"), 400, {"error": "Missing required parameters."})
    wrong_day = {"error": "Invalid date format. Use YYYY-MM-DD."}
    says(widget.get(f"{path}?date=9.3.2026&time=x"), 400, wrong_day)
    asked = f"?date={MONDAY}&time=09:00"
    for doctor in (NOWHERE, 0, "x", other.doctor.profile_id):
        says(widget.get(f"{widget.doctors_path}{doctor}/why-not/{asked}"), 404, NO_DOCTOR)
    for treatment in (NOWHERE, "x", other.treatment_id):
        lost = path.replace(f"/{clinic.treatment_id}/get", f"/{treatment}/get")
        says(widget.get(f"{lost}{asked}"), 404, NO_TREATMENT)
