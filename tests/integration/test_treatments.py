"""Treatments: adding, changing, and what deleting does to whom."""

from __future__ import annotations

import io
from datetime import time

import pytest
import sqlalchemy as sa
from PIL import Image

from medcor.domain.permissions import system_actor
from medcor.models import Appointment, AuditEvent, Doctor, SlotTreatment, StoredFile, Treatment
from medcor.services.slots import add_slot
from medcor.web.transaction import transaction
from tests.clinic_helpers import fresh
from tests.html_page import read_page
from tests.page_helpers import csrf_token, sign_in_staff, text_of
from tests.treatment_helpers import LIST, actions, add, book, doctors_of, edit, named


@pytest.fixture()
def admin(app, world):
    client = app.test_client()
    sign_in_staff(client, world.one.admin)
    return client


def test_a_treatment_is_added_with_its_doctors(world, admin):
    chosen = [world.one.doctor.profile_id, world.one.other_doctor.profile_id]
    answer = add(admin, doctors=chosen)
    assert (answer.status_code, answer.headers["Location"]) == (302, LIST)
    made = named(world.one.id, "Check-up")
    assert (made.price_minor, made.minutes, made.buffer_before, made.buffer_after) == (
        4550,
        30,
        0,
        5,
    )
    assert made.is_active and doctors_of(world.one.id, made.id) == set(chosen)
    assert actions(world.one.id) == ["treatment.added"]
    assert "€45.50" in admin.get(LIST).text
    assert named(world.two.id, "Check-up") is None


def test_prices_are_read_as_the_reader_writes_them(world, admin):
    admin.post(
        "/language/", data={"csrf_token": csrf_token(admin, LIST), "language": "tr", "next": LIST}
    )
    assert add(admin, price_minor="1.234,50").status_code == 302
    made = named(world.one.id, "Check-up")
    assert made.price_minor == 123450
    number = made.id
    assert 'value="1234,50"' in admin.get(f"/edit_treatment/{number}/").text
    assert add(admin, name="Other", price_minor="1,000").status_code == 400


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": ""}, "Enter a name."),
        ({"name": "x" * 121}, "Use at most 120 characters."),
        ({"name": "Dental Cleaning"}, "There is already one with this name."),
        ({"name": "dental cleaning "}, "There is already one with this name."),
        ({"price_minor": ""}, "Enter a price; 0 if it is free."),
        ({"price_minor": "free"}, "Enter an amount with at most two decimals."),
        ({"price_minor": "-1"}, "Enter an amount with at most two decimals."),
        ({"price_minor": "1.005"}, "Enter an amount with at most two decimals."),
        ({"minutes": "32"}, "Use steps of 5 minutes."),
        ({"minutes": "0"}, "Enter a number from 5 to 720."),
        ({"minutes": "725"}, "Enter a number from 5 to 720."),
        ({"minutes": "half an hour"}, "Not a valid integer value."),
        ({"buffer_after": "245"}, "Enter a number from 0 to 240."),
        ({"buffer_before": ""}, "Enter a whole number."),
        ({"doctors": "999999"}, "is not a valid choice"),
        ({"doctors": "nobody"}, "could not be coerced"),
    ],
)
def test_bad_input_is_told_beside_its_field_and_kept(world, admin, changes, message):
    answer = add(admin, description="Kept words.", **changes)
    assert answer.status_code in (400, 409)
    assert text_of(answer).count(message) == 2, text_of(answer)
    assert "data-error-summary" in answer.text and "Kept words." in answer.text
    assert actions(world.one.id) == []


def test_the_same_name_is_free_at_another_clinic(app, world, admin):
    with transaction(world.two.id) as session:
        session.get_one(Treatment, world.two.treatment_id).name = "Only there"
    assert add(admin, name="Only there").status_code == 302


def test_a_form_that_is_sent_twice_makes_one(world, admin):
    assert add(admin).status_code == 302
    assert add(admin).status_code == 409
    count = sa.select(sa.func.count(Treatment.id)).where(Treatment.name == "Check-up")
    assert fresh(world.one.id).scalar(count) == 1


def test_another_clinics_doctor_can_not_be_chosen(world, admin):
    answer = add(admin, doctors=str(world.two.doctor.profile_id))
    assert answer.status_code == 400 and named(world.one.id, "Check-up") is None


def test_a_treatment_is_changed(world, admin):
    number = world.one.treatment_id
    chosen = world.one.other_doctor.profile_id
    answer = edit(admin, number, name="Cleaning", minutes="45", doctors=chosen)
    assert answer.status_code == 302
    made = fresh(world.one.id).get_one(Treatment, number)
    assert (made.name, made.minutes, made.version) == ("Cleaning", 45, 2)
    assert doctors_of(world.one.id, number) == {chosen}
    event = fresh(world.one.id).scalar(
        sa.select(AuditEvent).where(AuditEvent.action == "treatment.edited")
    )
    assert {"name", "minutes", "doctors"} <= set(event.details["fields"])


def test_what_is_booked_keeps_its_price(world, admin):
    made = book(world, world.one.treatment_id)
    edit(admin, world.one.treatment_id, price_minor="999.00")
    assert fresh(world.one.id).get_one(Appointment, made).price_minor == 10000


def test_the_second_of_two_editors_is_told(world, admin):
    number = world.one.treatment_id
    assert edit(admin, number, name="First").status_code == 302
    late = edit(admin, number, name="Second", version="1")
    assert late.status_code == 409 and "Somebody else saved this" in late.text
    assert 'value="Second"' in late.text and 'value="2"' in late.text
    assert named(world.one.id, "Second") is None
    assert edit(admin, number, name="Second", version="2").status_code == 302
    # Only its doctors changed: that counts as an edit too.
    assert edit(admin, number, name="Second", version="3", doctors=[]).status_code == 302
    chosen = world.one.doctor.profile_id
    assert edit(admin, number, name="Second", version="3", doctors=chosen).status_code == 302
    old = edit(admin, number, name="Second", version="3", doctors=[])
    assert old.status_code == 409 and doctors_of(world.one.id, number) == {chosen}


def test_a_second_press_of_save_is_harmless(world, admin):
    number = world.one.treatment_id
    assert edit(admin, number, name="First", version="1").status_code == 302
    assert edit(admin, number, name="First", version="1").status_code == 302
    assert fresh(world.one.id).get_one(Treatment, number).version == 2


def test_a_name_of_another_treatment_is_refused(world, admin):
    answer = edit(admin, world.one.treatment_id, name="ROOT CANAL")
    assert answer.status_code == 409
    assert text_of(answer).count("There is already one with this name.") == 2


def test_a_doctor_who_is_away_keeps_their_treatments(world, admin):
    number, away = world.one.treatment_id, world.one.other_doctor.profile_id
    with transaction(world.one.id) as session:
        session.get_one(Doctor, away).is_active = False
    page = admin.get(f"/edit_treatment/{number}/").text
    assert "Second-Doctor" not in page
    assert edit(admin, number, doctors=[]).status_code == 302
    assert doctors_of(world.one.id, number) == {away}


def picture() -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (1600, 900), "teal").save(out, "JPEG")
    out.seek(0)
    return out


def test_a_picture_is_stored_shown_replaced_and_removed(world, admin, client):
    number = world.one.treatment_id
    assert edit(admin, number, picture=(picture(), "a.jpg")).status_code == 302
    first = fresh(world.one.id).get_one(Treatment, number).picture
    assert Image.open(io.BytesIO(client.get(first).data)).width == 1024
    for path in (LIST, f"/edit_treatment/{number}/", f"/view-treatment/{number}/"):
        assert first in admin.get(path).text, path
    assert first in client.get(f"/clinics/{world.one.id}/").text
    edit(admin, number, picture=(picture(), "b.jpg"))
    assert client.get(first).status_code == 404
    edit(admin, number, remove_picture="y")
    assert fresh(world.one.id).get_one(Treatment, number).picture == ""
    assert fresh(world.one.id).scalar(sa.select(sa.func.count(StoredFile.id))) == 0
    bad = edit(admin, number, picture=(io.BytesIO(b"GIF89a"), "c.gif"))
    assert bad.status_code == 400 and text_of(bad).count("This is no picture that can be used") == 2


def test_what_nothing_depends_on_is_erased(world, admin):
    number = world.one.other_treatment_id
    page = admin.get(f"/delete_treatment/{number}/")
    assert read_page(page.text).heading == "Erase this treatment?"
    assert "erased for good" in page.text and "Root Canal" in page.text
    assert fresh(world.one.id).get(Treatment, number) is not None, "looking deletes nothing"
    token = csrf_token(admin, LIST)
    answer = admin.post(f"/delete_treatment/{number}/", data={"csrf_token": token})
    assert answer.headers["Location"] == LIST
    assert fresh(world.one.id).get(Treatment, number) is None
    assert admin.post(f"/delete_treatment/{number}/", data={"csrf_token": token}).status_code == 404
    assert actions(world.one.id) == ["treatment.erased"]


def test_what_was_booked_is_kept_and_can_be_offered_again(world, admin):
    number = world.one.treatment_id
    made = book(world, number)
    page = admin.get(f"/delete_treatment/{number}/")
    assert read_page(page.text).heading == "Stop offering this treatment?"
    shown = text_of(page)
    assert "1 appointment was booked for it" in shown and "1 appointment ahead stays" in shown
    token = csrf_token(admin, LIST)
    admin.post(f"/delete_treatment/{number}/", data={"csrf_token": token})
    assert fresh(world.one.id).get_one(Treatment, number).is_active is False
    assert fresh(world.one.id).get_one(Appointment, made).is_live
    assert "Offer again" in admin.get(LIST).text
    back = admin.post(
        f"/treatments/{number}/activation/", data={"csrf_token": token, "next": f"{LIST}?q=x"}
    )
    assert back.headers["Location"] == f"{LIST}?q=x"
    assert fresh(world.one.id).get_one(Treatment, number).is_active is True
    # Pressed twice, it is done once.
    admin.post(f"/treatments/{number}/activation/", data={"csrf_token": token})
    assert actions(world.one.id) == ["treatment.deactivated", "treatment.activated"]


def test_a_slot_kept_for_a_treatment_is_never_opened_to_others_by_erasing_it(world, admin):
    number = world.one.other_treatment_id
    with transaction(world.one.id) as session:
        kept = world.one.other_doctor.profile_id
        add_slot(session, system_actor(world.one.id), kept, 4, time(9), time(10), [number])
    page = admin.get(f"/delete_treatment/{number}/")
    assert "1 weekly time is kept for it" in text_of(page)
    token = csrf_token(admin, LIST)
    admin.post(f"/delete_treatment/{number}/", data={"csrf_token": token})
    assert fresh(world.one.id).get_one(Treatment, number).is_active is False
    assert fresh(world.one.id).scalar(sa.select(sa.func.count(SlotTreatment.id))) == 1
