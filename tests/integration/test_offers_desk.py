"""The staff's list of patients to call, and how long patients have to answer."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from tests.offer_helpers import (
    Patient,
    appointment,
    book_slot,
    cancel,
    new_patient,
    offers_of,
    open_for,
    states_of,
)
from tests.page_helpers import text_of
from tests.week_helpers import MONDAY, Desk, acts, book, status_of

LIST = "/unanswered-offers/"
LONG = {"date": "2026-03-04", "end_date": "2026-12-31"}


@pytest.fixture()
def listed(app, one, admin) -> dict[str, int]:
    """Two patients of one doctor and one of a colleague, none of whom can be offered anything."""
    (theirs,) = open_for(one, one.other_doctor, 0, time(15))
    third = new_patient(one, "third")
    made = {
        "first": book(one, 0),
        "second": book(one, 1, patient=one.other_patient),
        "theirs": book_slot(one, third, theirs, MONDAY),
    }
    fields = {**LONG, "decision": "offer", "seen": list(made.values())}
    assert admin.call("/clinic-closures/", **fields).json["to_call"] == 3
    return made


def offer_for(one, appointment_id: int):
    return next(each for each in offers_of(one) if each.appointment_id == appointment_id)


def test_an_admin_sees_all_and_a_doctor_their_own(app, one, listed, admin, doctor):
    page = text_of(admin.page(LIST))
    assert all(name in page for name in ("Patient Test", "Second-Patient Test", "Third Test"))
    own = text_of(doctor.page(LIST))
    assert "Patient Test" in own and "Third Test" not in own
    assert "3 patients on days off have no new time yet." in text_of(admin.page("/today/"))
    assert "2 patients on days off have no new time yet." in text_of(doctor.page("/today/"))
    # Another doctor's patients are not theirs to settle.
    theirs = offer_for(one, listed["theirs"]).id
    for path in (f"{LIST}{theirs}/again/", f"{LIST}{theirs}/handled/"):
        assert doctor.send(path).status_code == 404
    patient = Patient(app.test_client(), one.patient)
    assert patient.page(LIST).status_code == 403
    assert patient.send(f"{LIST}{theirs}/handled/").status_code == 403


def test_another_clinics_patients_do_not_exist(app, world, listed):
    stranger = Desk(app.test_client(), world.two.admin)
    assert "Patient Test" not in text_of(stranger.page(LIST))
    theirs = offers_of(world.one)[0].id
    for path in (f"{LIST}{theirs}/again/", f"{LIST}{theirs}/handled/"):
        assert stranger.send(path).status_code == 404


def test_the_list_is_searched_filtered_sorted_and_taken_as_a_file(one, listed, admin):
    def names(query: str) -> list[str]:
        return [each["patient"] for each in admin.json(f"{LIST}?{query}").json["results"]]

    assert names("q=second") == ["Second-Patient Test"]
    assert names("q=cleaning") == names("")
    assert names("state=declined") == [] and len(names("state=none_found")) == 3
    assert names(f"doctor_id={one.other_doctor.profile_id}") == ["Third Test"]
    assert names("doctor_id=99999999999") == [] and len(names("state=nonsense")) == 3
    by_name = names("sort=patient")
    assert by_name == sorted(by_name) and names("sort=patient&direction=desc") == by_name[::-1]
    page = text_of(admin.page(f"{LIST}?q=nobody"))
    assert "Nobody found" in page
    lines = admin.file(f"{LIST}?format=csv").get_data(as_text=True).splitlines()
    assert len(lines) == 4 and "third@one.test" in lines[3] and acts(one)[-1] == "offers.exported"


def test_who_was_called_leaves_the_list(one, listed, admin):
    offer = offer_for(one, listed["first"]).id
    for _press in range(2):
        assert admin.send(f"{LIST}{offer}/handled/").status_code == 302
    assert admin.json(LIST).json["count"] == 2
    row = offer_for(one, listed["first"])
    assert row.handled_by_id == one.admin.user_id and acts(one).count("offer.handled") == 1
    assert status_of(one, listed["first"]) == "Pending"


def test_a_cancelled_appointment_leaves_the_list(one, listed, admin):
    cancel(one, one.admin, listed["first"])
    assert admin.json(LIST).json["count"] == 2


def test_offering_again_finds_what_became_free(one, listed, admin):
    offer = offer_for(one, listed["first"]).id
    none = admin.call(f"{LIST}{offer}/again/")
    assert none.status_code == 200 and none.json == {"offered": False}
    assert "Nothing is free in time." in text_of(
        admin.client.post(
            f"{LIST}{offer}/again/", data={"csrf_token": admin.token}, follow_redirects=True
        )
    )
    rows = admin.json(f"/slots-and-excluded-dates/?doctor_id={one.other_doctor.profile_id}").json
    (off,) = rows["excluded_dates"]
    edited = {"exclusion_id": off["id"], "date": "2026-03-04", "end_date": "2026-03-15"}
    assert admin.call("/edit-exclude-date/", **edited).status_code == 200
    assert admin.call(f"{LIST}{offer}/again/").json == {"offered": True}
    new = [each for each in offers_of(one) if each.state.value == "open"]
    assert [(each.day, each.doctor_id) for each in new] == [
        (date(2026, 3, 16), one.other_doctor.profile_id)
    ]
    assert admin.json(LIST).json["count"] == 2
    # The old one is settled, so a second press offers nothing more.
    assert admin.call(f"{LIST}{offer}/again/").status_code == 409
    assert len([state for state in states_of(one) if state == "open"]) == 1
    assert appointment(one, listed["first"]).day == MONDAY


def test_the_clinic_sets_how_long_patients_may_take(app, one, admin):
    path = "/clinic/edit/?part=booking"
    shown = admin.page(path).get_data(as_text=True)
    assert 'name="offer_answer_hours"' in shown and 'name="waiting_answer_minutes"' in shown
    fields = {
        "cancel_amount": 24,
        "cancel_unit": "hours",
        "notice_amount": 0,
        "notice_unit": "minutes",
        "horizon_amount": 90,
        "horizon_unit": "days",
    }
    for wrong in ({"offer_answer_hours": 0}, {"waiting_answer_minutes": 14}):
        assert admin.send(path, **fields, **wrong).status_code == 400
    blank = admin.send(path, **fields, offer_answer_hours="")
    assert blank.status_code == 400 and "Enter a whole number." in text_of(blank)
    saved = admin.send(path, **fields, offer_answer_hours=6, waiting_answer_minutes=45)
    assert saved.status_code == 302
    assert "Patients have 6 hours to answer" in text_of(admin.page("/admin_clinic_details/"))
    # A script that does not know of them leaves them as they are.
    body = admin.call(path, **{key: str(value) for key, value in fields.items()}).json
    assert (body["offer_answer_hours"], body["waiting_answer_minutes"]) == (6, 45)
    made = book(one, 0)
    wish = {"date": "2026-03-09", "decision": "offer", "seen": [made]}
    assert (
        admin.call("/add-exclusion-date/", doctor_id=one.doctor.profile_id, **wish).status_code
        == 201
    )
    (offer,) = offers_of(one)
    assert offer.answer_by - offer.created_at == timedelta(hours=6)
