"""Several openings at once: a series all or nothing, and one day copied to others."""

from __future__ import annotations

from datetime import date

import pytest

from medcor.models import Slot
from medcor.web.transaction import transaction
from tests.page_helpers import text_of
from tests.week_helpers import Desk, acts, book, slot, slots_of

SERIES = {"weekdays": ["3", "4"], "start_time": "09:00", "end_time": "10:30", "minutes": "30"}
COPY = "/slots/copy-day/"


def day(clinic, weekday: int) -> list[str]:
    return [start for found, start, _end, _paused in slots_of(clinic) if found == weekday]


def test_a_series_is_added_in_one_go(world, doctor):
    page = doctor.page("/slots/series/")
    assert page.status_code == 200 and "Add several openings" in text_of(page)
    answer = doctor.send("/slots/series/", **SERIES, pause="15")
    assert answer.status_code == 302
    assert day(world.one, 3) == day(world.one, 4) == ["09:00", "09:45"]
    assert "4 openings are added." in text_of(doctor.page(answer.headers["Location"]))
    assert acts(world.one)[-1] == "slots.added"


def test_a_series_in_the_way_of_something_adds_nothing_and_names_it(world, doctor):
    answer = doctor.send("/slots/series/", **{**SERIES, "weekdays": ["1", "2"]})
    text = text_of(answer)
    assert answer.status_code == 409
    assert "Already open: Wednesday 09:00–\u206009:30, Wednesday 10:00–\u206010:30." in text
    assert len(slots_of(world.one)) == 6 and day(world.one, 1) == []
    # What was typed and ticked is still there.
    body = answer.get_data(as_text=True)
    assert body.count("checked") == 2 and 'value="10:30"' in body


def test_a_series_sent_twice_is_there_once(world, doctor):
    assert doctor.send("/slots/series/", **SERIES).status_code == 302
    assert doctor.send("/slots/series/", **SERIES).status_code == 409
    assert day(world.one, 3) == ["09:00", "09:30", "10:00"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"weekdays": []}, "Choose at least one day."),
        ({"weekdays": ["9"]}, "are not valid choices"),
        ({"minutes": "33"}, "Use whole steps of 5 minutes."),
        ({"minutes": "0"}, "Enter 5 minutes or more."),
        ({"minutes": "1" * 30}, "Enter 5 minutes or more."),
        ({"pause": "-5"}, "Enter 0 for no pause, or more."),
        ({"pause": "7"}, "Use whole steps of 5 minutes."),
        ({"minutes": "120"}, "Not one opening of this length fits between these times."),
        ({"end_time": "08:00"}, "The end must be after the start."),
    ],
)
def test_a_series_that_is_none_says_why(world, doctor, fields, said):
    answer = doctor.send("/slots/series/", **{**SERIES, **fields})
    assert answer.status_code == 400 and said in text_of(answer).replace(
        "is not a valid choice", "are not valid choices"
    )
    assert len(slots_of(world.one)) == 6


def test_a_series_as_json_for_another_doctor(world, admin):
    owner = world.one.other_doctor
    answer = admin.call(
        "/slots/series/",
        doctor_id=owner.profile_id,
        weekdays=[0],
        start_time="09:00",
        end_time="10:00",
        minutes=30,
        treatment_ids=[world.one.other_treatment_id],
    )
    assert answer.status_code == 201 and len(answer.json["slots"]) == 2
    assert len(slots_of(world.one, owner)) == 2 and len(slots_of(world.one)) == 6
    foreign = admin.call("/slots/series/", doctor_id=world.two.doctor.profile_id, **SERIES)
    assert foreign.status_code == 404


def test_copying_shows_first_and_changes_nothing_by_itself(world, doctor):
    doctor.send("/add-slot/", weekday=1, start_time="10:15", end_time="10:45")
    text = text_of(doctor.page(f"{COPY}?weekday=0&weekdays=1&weekdays=2&mode=fit"))
    assert "Added 09:00" in text and "In the way, so not added 10:00" in text
    assert "Nothing: it is the same already." in text
    assert day(world.one, 1) == ["10:15"]
    nothing = text_of(doctor.page(f"{COPY}?weekday=5&weekdays=1"))
    assert "There is no opening on this day yet." in nothing
    itself = text_of(doctor.page(f"{COPY}?weekday=0&weekdays=0"))
    assert "A day can't be copied onto itself." in itself


def test_copying_adds_what_fits(world, doctor):
    doctor.send("/add-slot/", weekday=1, start_time="10:15", end_time="10:45")
    limited = world.one.slot_ids[2]
    doctor.send(
        "/edit-slot/",
        slot_id=limited,
        weekday=0,
        start_time="11:00",
        end_time="11:30",
        treatment_ids=world.one.treatment_id,
    )
    doctor.send(f"/slots/{limited}/pause/", paused=1)
    answer = doctor.send(COPY, weekday="0", weekdays=["1", "6"], mode="fit")
    assert answer.status_code == 302
    assert day(world.one, 1) == ["09:00", "10:15", "11:00"]
    assert day(world.one, 6) == ["09:00", "10:00", "11:00"]
    copies = [each for each in doctor.json("/slots-and-excluded-dates/").json["slots"]]
    eleven = [each for each in copies if each["start_time"] == "11:00" and each["weekday"] != 2]
    assert {(each["is_paused"], tuple(each["treatment_ids"])) for each in eleven} == {
        (True, (world.one.treatment_id,))
    }
    assert acts(world.one)[-1] == "slots.copied"


def test_replacing_a_day_keeps_what_was_booked_in_it(world, doctor):
    book(world.one, 3, date(2026, 3, 11))
    booked, kept = world.one.slot_ids[3], world.one.slot_ids[4]
    doctor.send("/delete-slot/", slot_id=world.one.slot_ids[0])
    doctor.send("/add-slot/", weekday=0, start_time="14:00", end_time="15:00")
    text = text_of(doctor.page(f"{COPY}?weekday=0&weekdays=2&mode=replace"))
    assert "1 booked appointment in the removed times stays as it is." in text
    assert doctor.send(COPY, weekday="0", weekdays="2", mode="replace").status_code == 302
    assert day(world.one, 2) == ["10:00", "11:00", "14:00"]
    assert slot(world.one, kept).is_active
    assert slot(world.one, booked).is_active is False


def test_a_preview_of_another_week_is_not_carried_out(world, doctor):
    page = doctor.page(f"{COPY}?weekday=0&weekdays=1&mode=fit").get_data(as_text=True)
    mark = page.split('name="mark" value="')[1].split('"')[0]
    with transaction(world.one.id) as session:
        session.get(Slot, world.one.slot_ids[0]).is_paused = True
    late = doctor.send(COPY, weekday="0", weekdays="1", mode="fit", mark=mark)
    assert late.status_code == 409 and "Look at it again" in text_of(late)
    assert day(world.one, 1) == []
    fresh_page = doctor.page(f"{COPY}?weekday=0&weekdays=1&mode=fit").get_data(as_text=True)
    mark = fresh_page.split('name="mark" value="')[1].split('"')[0]
    assert doctor.send(COPY, weekday="0", weekdays="1", mode="fit", mark=mark).status_code == 302
    assert day(world.one, 1) == ["09:00", "10:00", "11:00"]


def test_another_doctors_day_is_not_copied(app, world):
    stranger = Desk(app.test_client(), world.one.other_doctor)
    owner = world.one.doctor.profile_id
    assert stranger.page(f"{COPY}?doctor_id={owner}&weekday=0").status_code == 404
    answer = stranger.send(COPY, doctor_id=owner, weekday="0", weekdays="1")
    assert answer.status_code == 404
    assert day(world.one, 1) == []
