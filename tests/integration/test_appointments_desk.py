"""Booking on a patient's behalf: the steps, who may book whom where, once for the same form."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from medcor.models import Appointment, Clinic, Doctor, Patient, User
from medcor.web.transaction import reading, transaction
from tests.appointment_helpers import (
    JSON,
    MONDAY,
    TODAY,
    acts,
    book,
    browser,
    colleague_slot,
    mails,
    row_of,
    steps_of,
)
from tests.factories import make_patient
from tests.page_helpers import text_of

pytestmark = pytest.mark.usefixtures("plain_forms")

PATH = "/appointments/new/"


def wish(one, **changes) -> dict[str, object]:
    values = {
        "patient_id": one.patient.profile_id,
        "treatment_id": one.treatment_id,
        "doctor_id": one.doctor.profile_id,
        "slot_id": one.slot_ids[0],
        "appointment_date": MONDAY.isoformat(),
        "request_key": "the form's own key",
    }
    return {**values, **changes}


def count(one) -> int:
    session = reading(one.id)
    session.rollback()
    return session.scalar(sa.select(sa.func.count(Appointment.id)))


def test_the_steps_lead_from_a_patient_to_a_booking(app, one):
    client = browser(app, one.admin)
    patients = client.get(PATH).get_data(as_text=True)
    assert f"{PATH}?patient_id={one.patient.profile_id}" in patients
    chosen = f"{PATH}?patient_id={one.patient.profile_id}"
    treatments = client.get(chosen).get_data(as_text=True)
    assert f"treatment_id={one.treatment_id}" in treatments
    times = client.get(f"{chosen}&treatment_id={one.treatment_id}&date={MONDAY}")
    pick = re.search(r'href="([^"]+slot_id=1[^"]+2026-03-09)"', times.get_data(as_text=True))
    last = client.get(pick.group(1).replace("&amp;", "&"))
    assert "Is everything right?" in text_of(last) and "Patient Test" in text_of(last)
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', last.get_data(as_text=True)))
    answer = client.post(PATH, data=fields)
    made = int(answer.headers["Location"].split("/")[2])
    row = row_of(one, made)
    assert (row["patient_id"], row["slot_id"], row["day"]) == (one.patient.profile_id, 1, MONDAY)
    assert row["door"] == "desk" and len(steps_of(one, made)) == 6
    assert acts(one, "appointment.booked")[0].actor_id == one.admin.user_id


@pytest.mark.parametrize(("ticked", "state"), [("1", "Confirmed"), ("", "Pending")])
def test_the_desk_may_confirm_at_once_and_one_mail_says_so(app, one, ticked, state):
    client = browser(app, one.admin)
    made = client.post(PATH, data=wish(one, confirmed=ticked)).headers["Location"].split("/")[2]
    assert row_of(one, int(made))["status"].value == state
    assert len(mails(one, "appointment_booked")) == 1 and not mails(one, "appointment_confirmed")


def test_the_same_form_twice_books_once(app, one):
    client = browser(app, one.admin)
    first, second = client.post(PATH, data=wish(one)), client.post(PATH, data=wish(one))
    assert first.status_code == 302 and first.headers["Location"] == second.headers["Location"]
    assert count(one) == 1 and len(mails(one, "appointment_booked")) == 1


def test_a_time_that_is_gone_offers_the_nearest_with_the_input_kept(app, one):
    book(one, 0, MONDAY, one.other_patient)
    client = browser(app, one.admin)
    answer = client.post(PATH, data=wish(one, confirmed="1"))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409 and "This time has just been booked" in text_of(answer)
    assert f"slot_id={one.slot_ids[1]}&amp;appointment_date=2026-03-09" in page
    assert count(one) == 1
    busy = wish(one, slot_id=colleague_slot(one), doctor_id=one.other_doctor.profile_id)
    told = client.post(PATH, data={**busy, "patient_id": one.other_patient.profile_id})
    assert "The patient already has an appointment at this time." in text_of(told)


def test_a_doctor_books_any_patient_into_own_times_only(app, one):
    slot = colleague_slot(one)
    client = browser(app, one.doctor)
    colleagues = wish(one, slot_id=slot, doctor_id=one.other_doctor.profile_id)
    assert client.post(PATH, data=colleagues).status_code == 404
    assert client.post(PATH, data=wish(one, slot_id=slot)).status_code == 404
    listed = client.get(f"{PATH}?patient_id={one.patient.profile_id}").get_data(as_text=True)
    assert "Dental Cleaning" in listed and "Root Canal" not in listed
    query = f"?patient_id=1&treatment_id={one.treatment_id}&date={MONDAY}"
    times = client.get(PATH + query).get_data(as_text=True)
    assert f"slot_id={one.slot_ids[0]}&" in times and f"slot_id={slot}&" not in times
    own = client.post(PATH, data=wish(one, patient_id=one.other_patient.profile_id))
    assert own.status_code == 302 and count(one) == 1


def test_the_desk_looks_past_the_shortest_notice(app, one):
    with transaction(one.id) as session:
        session.get(Clinic, one.id).min_notice_minutes = 24 * 60
    form = wish(one, slot_id=one.slot_ids[5], appointment_date=TODAY.isoformat())
    assert browser(app, one.admin).post(PATH, data=form).status_code == 302


def test_patients_are_found_by_name_phone_and_email(app, one):
    with transaction(one.id) as session:
        found = make_patient(
            session, one.id, "zeynep.aydin@mail.test", first_name="Zeynep", last_name="Aydın"
        )
        session.get(Patient, found.profile_id).phone = "+90 (532) 111-22-33"
        gone = make_patient(session, one.id, "gone@mail.test", first_name="Zeynep", last_name="Old")
        session.get(User, gone.user_id).is_active = False
    client = browser(app, one.admin)
    for search in ("zeynep", "Zeynep Ay", "532 111 22", "53211122", "AYDIN@mail"):
        page = client.get(PATH, query_string={"q": search}).get_data(as_text=True)
        assert f"patient_id={found.profile_id}" in page, search
        assert f"patient_id={gone.profile_id}" not in page
    for search in ("%", "nobody at all", "_", "4"):
        assert f"patient_id={found.profile_id}" not in client.get(
            PATH, query_string={"q": search}
        ).get_data(as_text=True)


def test_what_is_wrong_is_told_and_nothing_booked(app, world):
    one, client = world.one, browser(app, world.one.admin)
    with transaction(one.id) as session:
        session.get(User, one.other_patient.user_id).is_active = False
    for change, status in (
        ({"patient_id": world.two.patient.profile_id}, 404),
        ({"patient_id": one.other_patient.profile_id}, 404),
        ({"patient_id": ""}, 404),
        ({"slot_id": world.two.slot_ids[0]}, 404),
        ({"treatment_id": one.other_treatment_id}, 404),
        ({"appointment_date": "soon"}, 400),
        ({"appointment_date": "2026-03-01"}, 409),
        ({"appointment_date": "2026-03-10"}, 409),
    ):
        assert client.post(PATH, data=wish(one, **change)).status_code == status, change
    assert count(one) == 0
    assert client.get(f"{PATH}?patient_id={world.two.patient.profile_id}").status_code == 404
    assert browser(app, one.patient).post(PATH, data=wish(one)).status_code == 403


def test_a_treatment_without_doctors_says_so(app, one):
    with transaction(one.id) as session:
        for doctor in session.scalars(sa.select(Doctor)):
            doctor.is_active = False
    page = browser(app, one.admin).get(f"{PATH}?patient_id=1&treatment_id={one.treatment_id}")
    assert "No doctor offers this right now" in text_of(page)


def test_scripts_book_in_json(app, one):
    client = browser(app, one.admin)
    made = client.post(PATH, json=wish(one, confirmed="1"))
    assert made.status_code == 201 and made.json["appointment_status"] == "Confirmed"
    again = client.post(PATH, json=wish(one, request_key="another"), headers=JSON)
    assert again.status_code == 409 and again.json["code"] in ("slot_taken", "patient_busy")
