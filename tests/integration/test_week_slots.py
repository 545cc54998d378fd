"""A doctor's week as a page and its openings one by one."""

from __future__ import annotations

from datetime import time

import pytest

from medcor.models import Appointment, Treatment
from medcor.services.slots import add_slot, exclude_days
from medcor.web.transaction import transaction
from tests.page_helpers import sign_in_patient, text_of
from tests.people_helpers import counted_queries
from tests.week_helpers import MONDAY, Desk, acts, book, fresh, slot, slots_of, steps_of

WEEK = "/slots-and-excluded-dates/"
NEW = {"weekday": "1", "start_time": "14:00", "end_time": "14:30"}


@pytest.fixture()
def stranger(app, world) -> Desk:
    """The other doctor of the same clinic."""
    return Desk(app.test_client(), world.one.other_doctor)


def edit(desk, slot_id, **changes):
    fields = {"slot_id": slot_id, "weekday": 0, "start_time": "09:00", "end_time": "09:30"}
    return desk.send("/edit-slot/", **{**fields, **changes})


def test_the_week_shows_openings_bookings_and_days_off(world, doctor):
    book(world.one, 0)
    with transaction(world.one.id) as session:
        who = world.one.doctor
        exclude_days(session, who, who.profile_id, MONDAY, MONDAY, "Congress")
    page = doctor.page(WEEK)
    text = text_of(page)
    assert page.status_code == 200
    assert "6 openings, 3 h a week" in text
    assert "1 booked ahead" in text and "Congress" in text and "1 still booked" in text
    found = doctor.json(WEEK).json
    assert [each["booked"] for each in found["slots"]] == [1, 0, 0, 0, 0, 0]
    assert found["slots"][0] | {"version": 1} == {
        "id": world.one.slot_ids[0],
        "doctor_id": world.one.doctor.profile_id,
        "weekday": 0,
        "start_time": "09:00",
        "end_time": "09:30",
        "treatment_ids": [],
        "is_paused": False,
        "version": 1,
        "booked": 1,
    }
    assert found["openings_a_week"] == 6 and found["minutes_a_week"] == 180
    assert found["excluded_dates"][0]["date"] == "2026-03-09"


def test_an_admin_chooses_a_doctor_and_a_doctor_has_only_one(world, doctor, admin):
    text = text_of(admin.page(WEEK))
    assert "6 openings, 3 h a week" in text and "No opening yet" in text
    ids = [each["id"] for each in admin.json(WEEK).json["doctors"]]
    assert set(ids) == {world.one.doctor.profile_id, world.one.other_doctor.profile_id}
    assert admin.page(f"{WEEK}?doctor_id={world.one.doctor.profile_id}").status_code == 200
    other = world.one.other_doctor.profile_id
    assert doctor.page(f"{WEEK}?doctor_id={other}").status_code == 404
    for wanted in (world.two.doctor.profile_id, 2**63, "x"):
        assert admin.page(f"{WEEK}?doctor_id={wanted}").status_code == 404


def test_a_doctor_adds_an_opening_for_some_treatments(world, doctor):
    given = world.one.treatment_id
    answer = doctor.send("/add-slot/", **NEW, treatment_ids=given)
    assert answer.status_code == 302 and answer.headers["Location"].endswith(WEEK)
    assert (1, "14:00", "14:30", False) in slots_of(world.one)
    made = doctor.json(WEEK).json["slots"][3]
    assert made["treatment_ids"] == [given]
    assert acts(world.one)[-1] == "slot.added"
    edited = doctor.call(
        "/edit-slot/", slot_id=made["id"], weekday=1, start_time="14:00", end_time="14:30"
    )
    assert edited.status_code == 200 and edited.json["treatment_ids"] == []


def test_json_takes_numbers_and_lists(world, admin):
    answer = admin.call(
        "/add-slot/",
        doctor_id=world.one.doctor.profile_id,
        weekday=6,
        start_time="08:00",
        end_time="09:00:00",
        treatment_ids=[world.one.treatment_id],
    )
    assert answer.status_code == 201
    assert answer.json["treatment_ids"] == [world.one.treatment_id]
    assert answer.json["weekday"] == 6 and answer.json["end_time"] == "09:00"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"start_time": "14:03"}, "Times must be on 5-minute steps."),
        ({"end_time": "14:00"}, "The slot must end after it starts."),
        ({"end_time": "25:00"}, "Enter a time like 09:30."),
        ({"start_time": ""}, "Enter a time like 09:30."),
        ({"weekday": "7"}, "Not a valid choice"),
        ({"weekday": "0", "start_time": "09:10"}, "Already open: Monday 09:00–\u206009:30"),
    ],
)
def test_a_refused_opening_keeps_its_input_and_says_why(world, doctor, fields, said):
    before = slots_of(world.one)
    answer = doctor.send("/add-slot/", **{**NEW, **fields})
    body = answer.get_data(as_text=True)
    assert answer.status_code in (400, 409)
    assert said in body and "thing to mend" in body.replace("things", "thing")
    kept = {**NEW, **fields}["start_time"]
    assert not kept or f'value="{kept}"' in body
    assert slots_of(world.one) == before


def test_only_treatments_that_the_doctor_gives(world, doctor):
    for foreign in (world.one.other_treatment_id, world.two.treatment_id, 2**70):
        answer = doctor.call("/add-slot/", **NEW, treatment_ids=[foreign])
        assert answer.status_code == 404, foreign
    assert len(slots_of(world.one)) == 6


def test_an_opening_too_short_for_every_treatment_is_kept_with_a_warning(world, doctor):
    doctor.send("/add-slot/", **{**NEW, "end_time": "14:10"})
    text = text_of(doctor.page(WEEK))
    assert "This is too short for every treatment" in text and "takes 30 minutes" in text
    assert "No treatment fits" in text
    assert (1, "14:00", "14:10", False) in slots_of(world.one)


def test_sending_a_new_opening_twice_makes_one(world, doctor):
    assert doctor.send("/add-slot/", **NEW).status_code == 302
    assert doctor.send("/add-slot/", **NEW).status_code == 409
    assert slots_of(world.one).count((1, "14:00", "14:30", False)) == 1


def test_an_edit_moves_the_opening_and_no_appointment(world, doctor):
    made = book(world.one, 0)
    slot_id = world.one.slot_ids[0]
    assert edit(doctor, slot_id, start_time="08:00", end_time="08:45").status_code == 302
    row = slot(world.one, slot_id)
    assert (row.start_time, row.end_time, row.version) == (time(8), time(8, 45), 2)
    assert steps_of(world.one, slot_id) == list(range(96, 105))
    kept = fresh(world.one.id).get(Appointment, made)
    assert (kept.start_time, kept.end_time, kept.is_live) == (time(9), time(9, 30), True)
    # The old time is free for another opening again.
    assert (
        doctor.send("/add-slot/", weekday=0, start_time="09:00", end_time="09:30").status_code
        == 302
    )


def test_an_edit_into_another_opening_is_refused_beside_its_field(world, doctor):
    answer = edit(doctor, world.one.slot_ids[0], end_time="10:15")
    assert answer.status_code == 409
    assert "Already open: Monday 10:00" in text_of(answer)
    assert slot(world.one, world.one.slot_ids[0]).end_time == time(9, 30)
    assert len(steps_of(world.one, world.one.slot_ids[0])) == 6


def test_the_second_of_two_editors_is_told(world, doctor, admin):
    slot_id = world.one.slot_ids[0]
    assert edit(doctor, slot_id, version=1, end_time="09:20").status_code == 302
    late = edit(admin, slot_id, version=1, end_time="09:25")
    assert late.status_code == 409
    body = late.get_data(as_text=True)
    assert "Somebody else saved this" in body and 'value="09:25"' in body
    assert 'name="version" type="hidden" value="2"' in body
    assert slot(world.one, slot_id).end_time == time(9, 20)
    assert edit(admin, slot_id, version=2, end_time="09:25").status_code == 302


def test_an_opening_without_history_is_erased(world, doctor):
    slot_id = world.one.slot_ids[1]
    page = text_of(doctor.page(f"/slots/{slot_id}/delete/"))
    assert "Monday 10:00" in page and "It was never booked, so it is erased." in page
    assert doctor.send("/delete-slot/", slot_id=slot_id, version=1).status_code == 302
    assert slot(world.one, slot_id) is None and steps_of(world.one, slot_id) == []
    assert doctor.send("/delete-slot/", slot_id=slot_id).status_code == 404


def test_a_booked_opening_is_kept_inactive_and_can_come_back(world, doctor):
    made, slot_id = book(world.one, 0), world.one.slot_ids[0]
    page = text_of(doctor.page(f"/slots/{slot_id}/delete/"))
    assert "1 booked appointment stays as it is." in page and "its history is kept" in page
    gone = doctor.send("/delete-slot/", slot_id=slot_id)
    assert gone.headers["Location"].endswith(f"?deleted={slot_id}")
    # A second press changes nothing.
    assert doctor.send("/delete-slot/", slot_id=slot_id).status_code == 302
    row = slot(world.one, slot_id)
    assert not row.is_active and steps_of(world.one, slot_id) == []
    assert fresh(world.one.id).get(Appointment, made).is_live
    assert "Undo" in text_of(doctor.page(gone.headers["Location"]))
    assert doctor.page(f"/slots/{slot_id}/edit/").status_code == 404
    for _time in range(2):
        assert doctor.send(f"/slots/{slot_id}/restore/").status_code == 302
    assert slot(world.one, slot_id).is_active and len(steps_of(world.one, slot_id)) == 6
    assert acts(world.one).count("slot.restored") == 1


def test_an_opening_whose_time_was_given_away_does_not_come_back(world, doctor):
    slot_id = world.one.slot_ids[0]
    book(world.one, 0)
    doctor.send("/delete-slot/", slot_id=slot_id)
    doctor.send("/add-slot/", weekday=0, start_time="09:15", end_time="09:45")
    assert doctor.send(f"/slots/{slot_id}/restore/").status_code == 409
    assert not slot(world.one, slot_id).is_active


def test_a_stale_confirmation_deletes_nothing(world, doctor):
    slot_id = world.one.slot_ids[0]
    edit(doctor, slot_id, end_time="09:20")
    answer = doctor.send("/delete-slot/", slot_id=slot_id, version=1)
    assert answer.status_code == 409 and "Look at it again" in text_of(answer)
    assert slot(world.one, slot_id).is_active


def test_a_paused_opening_can_not_be_booked_and_keeps_what_is(world, app, doctor):
    made, slot_id = book(world.one, 0), world.one.slot_ids[0]
    for _time in range(2):
        assert doctor.send(f"/slots/{slot_id}/pause/", paused=1).status_code == 302
    assert slot(world.one, slot_id).is_paused and len(steps_of(world.one, slot_id)) == 6
    assert fresh(world.one.id).get(Appointment, made).is_live
    patient = app.test_client()
    sign_in_patient(patient, world.one.other_patient)
    path = f"/available-slots/{world.one.doctor.profile_id}/{world.one.treatment_id}/"
    asked = patient.get(f"{path}?date=2026-03-16", headers={"Accept": "application/json"})
    assert [each["start_time"] for each in asked.json["available_slots"]] == ["10:00", "11:00"]
    assert "5 openings, 2.5 h a week" in text_of(doctor.page(WEEK))
    assert doctor.call(f"/slots/{slot_id}/pause/").json["is_paused"] is False


def test_a_whole_day_is_paused_and_resumed(world, doctor):
    assert doctor.send("/slots/pause-day/", weekday=0, paused=1).status_code == 302
    assert [each[3] for each in slots_of(world.one)] == [True] * 3 + [False] * 3
    again = doctor.call("/slots/pause-day/", weekday=0, paused=1)
    assert again.json == {"weekday": 0, "is_paused": True, "changed": 0}
    assert doctor.send("/slots/pause-day/", weekday=0, paused=0).status_code == 302
    assert not any(each[3] for each in slots_of(world.one))
    assert acts(world.one)[-2:] == ["slots.paused", "slots.resumed"]
    for bad in ("7", "", "x"):
        assert doctor.send("/slots/pause-day/", weekday=bad).status_code == 400


def test_another_doctors_openings_do_not_exist(world, stranger):
    slot_id, owner = world.one.slot_ids[0], world.one.doctor.profile_id
    before = slots_of(world.one)
    assert stranger.send("/add-slot/", **NEW, doctor_id=owner).status_code == 404
    assert edit(stranger, slot_id).status_code == 404
    assert stranger.send("/delete-slot/", slot_id=slot_id).status_code == 404
    assert stranger.send("/slots/pause-day/", weekday=0, doctor_id=owner).status_code == 404
    for path in ("edit", "delete"):
        assert stranger.page(f"/slots/{slot_id}/{path}/").status_code == 404
    for path in ("pause", "restore"):
        assert stranger.send(f"/slots/{slot_id}/{path}/").status_code == 404
    assert slots_of(world.one) == before


def test_another_clinics_openings_do_not_exist(world, admin):
    foreign, owner = world.two.slot_ids[0], world.two.doctor.profile_id
    assert admin.send("/add-slot/", **NEW, doctor_id=owner).status_code == 404
    assert edit(admin, foreign).status_code == 404
    assert admin.send("/delete-slot/", slot_id=foreign).status_code == 404
    assert admin.send("/delete-slot/", slot_id=2**63).status_code == 404
    assert slot(world.two, foreign).is_active
    missing = admin.call("/add-slot/", **NEW)
    assert missing.status_code == 400 and missing.json["code"] == "missing_parameter"


def test_an_admins_doctor_and_slot_must_belong_together(world, admin):
    slot_id, other = world.one.slot_ids[0], world.one.other_doctor.profile_id
    assert edit(admin, slot_id, doctor_id=other).status_code == 404
    assert edit(admin, slot_id, doctor_id=world.one.doctor.profile_id).status_code == 302


def test_patients_have_no_week(app, world):
    patient = app.test_client()
    sign_in_patient(patient, world.one.patient)
    assert patient.get(WEEK).status_code == 403


def test_a_week_with_everything_takes_few_queries(world, admin, engine):
    who = world.one.doctor
    with transaction(world.one.id) as session:
        for weekday in range(7):
            for hour in range(12, 20):
                ids = [world.one.treatment_id]
                add_slot(session, who, who.profile_id, weekday, time(hour), time(hour, 30), ids)
    with counted_queries(engine) as counted:
        admin.page(f"{WEEK}?doctor_id={who.profile_id}")
    assert len(counted) <= 12, "\n".join(counted)
    with counted_queries(engine) as counted:
        admin.page(WEEK)
    assert len(counted) <= 12, "\n".join(counted)


def test_a_clinic_without_treatments_is_told_what_is_missing(world, doctor):
    with transaction(world.one.id) as session:
        session.get(Treatment, world.one.treatment_id).is_active = False
    assert "nobody can book" in text_of(doctor.page(WEEK))
