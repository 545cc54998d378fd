"""The waiting list's pages: patients say what they wait for, staff see who waits."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import time

import pytest

from tests.offer_helpers import (
    Patient,
    book_slot,
    cancel,
    entry,
    new_patient,
    wait,
)
from tests.page_helpers import text_of
from tests.week_helpers import MONDAY, Desk, acts

LIST, NEW = "/waiting-list/", "/waiting-list/new/"
ANY = {
    "doctor_id": 0,
    "first_day": "2026-03-04",
    "last_day": "2026-03-31",
    "weekdays": ["0", "2"],
    "earliest": "09:00",
    "latest": "12:00",
}


@pytest.fixture()
def patient(app, one) -> Patient:
    return Patient(app.test_client(), one.patient)


def test_a_patient_joins_from_the_times_page_changes_and_leaves(one, patient):
    times = patient.page(f"/available-slots/{one.doctor.profile_id}/{one.treatment_id}/")
    link = f"{NEW}?treatment_id={one.treatment_id}&amp;doctor_id={one.doctor.profile_id}"
    assert link in times.get_data(as_text=True)
    form = patient.page(link.replace("&amp;", "&")).get_data(as_text=True)
    assert f'selected value="{one.doctor.profile_id}"' in form and 'value="2026-03-04"' in form
    joined = patient.send(NEW, treatment_id=one.treatment_id, **ANY)
    assert joined.status_code == 302 and acts(one)[-1] == "waiting.joined"
    page = text_of(patient.page(LIST))
    assert "Dental Cleaning" in page and "Any doctor" in page and "Mon, Wed" in page
    (row,) = patient.client.get(LIST, headers={"Accept": "application/json"}).json["results"]
    made = row["id"]
    assert row["weekdays"] == [0, 2] and row["earliest"] == "09:00" and row["doctor_id"] is None
    edited = patient.send(
        f"{LIST}{made}/edit/",
        treatment_id=one.treatment_id,
        **{**ANY, "latest": "10:00", "version": 1},
    )
    assert edited.status_code == 302 and entry(one, made).latest == time(10)
    late = patient.send(
        f"{LIST}{made}/edit/", treatment_id=one.treatment_id, **{**ANY, "version": 1}
    )
    assert late.status_code == 409 and "Somebody else saved this" in text_of(late)
    assert entry(one, made).latest == time(10)
    asked = text_of(patient.page(f"{LIST}{made}/leave/"))
    assert "Leave the waiting list?" in asked
    assert patient.send(f"{LIST}{made}/leave/").status_code == 302
    assert entry(one, made).state.value == "cancelled"
    # What is over can't be changed, and joining again is possible.
    assert patient.page(f"{LIST}{made}/edit/").status_code == 404
    assert patient.send(NEW, treatment_id=one.treatment_id, **ANY).status_code == 302


def test_one_waits_once_for_a_treatment(one, patient):
    assert patient.send(NEW, treatment_id=one.treatment_id, **ANY).status_code == 302
    again = patient.send(NEW, treatment_id=one.treatment_id, **ANY)
    assert again.status_code == 409
    assert "You are already on the waiting list for this treatment." in text_of(again)
    assert patient.call(NEW, treatment_id=one.treatment_id, **ANY).json["code"] == "already_waiting"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"weekdays": []}, "Choose at least one day."),
        ({"latest": "08:00"}, "The latest start must not be before the earliest."),
        ({"earliest": "9:02"}, "Times must be on 5-minute steps."),
        ({"last_day": "2026-03-03"}, "The last day must not be before the first."),
        ({"first_day": "2026-02-01", "last_day": "2026-02-03"}, "These days are over."),
        ({"last_day": "2028-03-03"}, "One can wait for a year at most."),
        ({"last_day": "2026-03-05", "weekdays": ["4"]}, "None of these weekdays lies"),
        ({"first_day": ""}, "Choose a day."),
    ],
)
def test_a_wish_that_can_not_come_true_says_why(one, patient, wrong, said):
    answer = patient.send(NEW, treatment_id=one.treatment_id, **{**ANY, **wrong})
    assert answer.status_code == 400 and said in text_of(answer)
    assert patient.client.get(LIST, headers={"Accept": "application/json"}).json["count"] == 0


def test_a_doctor_who_does_not_give_it_is_refused_beside_the_field(one, patient):
    wish = {**ANY, "doctor_id": one.doctor.profile_id}
    answer = patient.send(NEW, treatment_id=one.other_treatment_id, **wish)
    assert answer.status_code == 400
    assert "This doctor does not offer this treatment." in text_of(answer)
    assert patient.send(NEW, treatment_id=2**30, **ANY).status_code == 404


def test_others_entries_do_not_exist(app, world, one, patient):
    made = wait(one, one.other_patient)
    foreign = wait(world.two, world.two.patient)
    for row in (made, foreign):
        assert patient.page(f"{LIST}{row}/edit/").status_code == 404
        assert patient.send(f"{LIST}{row}/leave/").status_code == 404
        assert patient.page(f"{LIST}{row}/leave/").status_code == 404
    # A patient joins for nobody else, whoever they name.
    wish = {**ANY, "patient_id": one.other_patient.profile_id}
    joined = patient.call(NEW, treatment_id=one.treatment_id, **wish)
    assert joined.status_code == 201 and joined.json["patient_id"] == one.patient.profile_id


def test_staff_add_a_patient_and_take_one_off(one, admin):
    chosen = text_of(admin.page(NEW))
    assert "For whom?" in chosen and "Second-Patient Test" in chosen
    found = text_of(admin.page(f"{NEW}?q=second"))
    assert "Second-Patient Test" in found and "patient@one.test" not in found.split()
    patient_id = one.other_patient.profile_id
    page = text_of(admin.page(f"{NEW}?patient_id={patient_id}"))
    assert "Second-Patient Test" in page and "Add to the waiting list" in page
    fields = {**ANY, "patient_id": patient_id, "treatment_id": one.treatment_id}
    assert admin.send(NEW, **fields).status_code == 302
    again = admin.send(NEW, **fields)
    assert again.status_code == 409
    assert "The patient is already on the waiting list" in text_of(again)
    assert admin.send(NEW, **{**fields, "patient_id": 2**30}).status_code == 404
    assert admin.send(NEW, **{**ANY, "treatment_id": one.treatment_id}).status_code == 404
    (row,) = admin.json(LIST).json["results"]
    asked = text_of(admin.page(f"{LIST}{row['id']}/leave/"))
    assert "Take Second-Patient Test off the waiting list?" in asked
    assert admin.send(f"{LIST}{row['id']}/leave/").status_code == 302
    assert admin.json(LIST).json["count"] == 0
    assert admin.json(f"{LIST}?state=cancelled").json["count"] == 1


def test_a_doctor_sees_who_waits_for_them(app, one, doctor):
    mine = wait(one, one.patient, doctor=one.doctor)
    anybody = wait(one, one.other_patient)
    third = new_patient(one, "third")
    theirs = wait(one, third, doctor=one.other_doctor)
    listed = {each["id"] for each in doctor.json(LIST).json["results"]}
    assert listed == {mine, anybody}
    assert doctor.page(f"{LIST}{theirs}/edit/").status_code == 404
    assert doctor.send(f"{LIST}{theirs}/leave/").status_code == 404
    wish = {**ANY, "patient_id": third.profile_id, "treatment_id": one.other_treatment_id}
    # What only a colleague gives is not theirs to promise.
    assert doctor.send(NEW, **wish).status_code == 404
    admin = Desk(app.test_client(), one.admin)
    assert {each["id"] for each in admin.json(LIST).json["results"]} == {mine, anybody, theirs}


def test_the_list_is_searched_filtered_sorted_and_taken_as_a_file(one, admin):
    wait(one, one.patient, doctor=one.doctor)
    wait(one, one.other_patient)

    def found(query: str) -> list[int]:
        return [each["patient_id"] for each in admin.json(f"{LIST}?{query}").json["results"]]

    first, second = one.patient.profile_id, one.other_patient.profile_id
    assert found("") == [first, second] and found("direction=desc&sort=since") == [second, first]
    assert found("q=second") == [second] and found("q=patient@one.test") == [first, second]
    assert found(f"doctor_id={one.doctor.profile_id}") == [first]
    assert found(f"treatment_id={one.other_treatment_id}") == [] and found("state=done") == []
    for key in ("patient", "treatment", "doctor", "days"):
        assert len(found(f"sort={key}")) == 2
    assert "Nobody found" in text_of(admin.page(f"{LIST}?q=zzz"))
    lines = admin.file(f"{LIST}?format=csv").get_data(as_text=True).splitlines()
    assert len(lines) == 3 and acts(one)[-1] == "waiting.exported"


def test_the_empty_list_says_what_to_do_next(patient, admin):
    assert "Nobody waits" in text_of(admin.page(LIST))
    assert "You wait for nothing" in text_of(patient.page(LIST))


def test_an_offered_time_is_shown_to_the_patient_and_to_staff(app, one, patient, admin):
    wait(one, one.patient)
    made = book_slot(one, one.other_patient, one.slot_ids[0], MONDAY)
    cancel(one, one.other_patient, made)
    for path in (LIST, "/patient/"):
        page = text_of(patient.page(path))
        assert "A time is free for you" in page and "Book this time" in page, path
    assert "A time is offered right now" in text_of(admin.page(LIST))


def test_the_own_data_tell_of_the_waiting_list_and_of_offers(one, patient):
    wait(one, one.patient)
    wait(one, one.other_patient)
    made = book_slot(one, one.other_patient, one.slot_ids[0], MONDAY)
    cancel(one, one.other_patient, made)
    answer = patient.page("/my-data/download/")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        data = json.loads(archive.read("data.json"))
    (waits,), (offered,) = data["waiting_list"], data["offered_times"]
    assert (waits["treatment"], waits["state"]) == ("Dental Cleaning", "waiting")
    assert (offered["date"], offered["start"], offered["state"]) == (
        "2026-03-09",
        "09:00:00",
        "open",
    )
