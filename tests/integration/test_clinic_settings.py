"""The clinic's details, hours, region and look: saved, refused, and told to a second editor."""

from __future__ import annotations

import io
import json
import re
from datetime import date, time

import pytest
import sqlalchemy as sa
from PIL import Image

from medcor.models import AuditEvent, StoredFile
from medcor.services import booking, clinics
from medcor.services.booking import BookingRequest
from medcor.web.transaction import transaction
from tests.clinic_helpers import DETAILS, EDIT, clinic_of, fresh, open_version, save
from tests.conftest import NOW
from tests.page_helpers import sign_in_patient, sign_in_staff, text_of

DAY = date(2026, 3, 9)


@pytest.fixture()
def admin(app, world):
    client = app.test_client()
    sign_in_staff(client, world.one.admin)
    return client


def test_details_are_saved_and_shown_to_everybody(app, world, admin):
    answer = save(admin, "details", **DETAILS)
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/admin_clinic_details/"
    saved = clinic_of(world.one.id)
    assert saved.about == "First line.\n\nSecond line."
    assert (saved.name, saved.country, saved.postcode) == ("New Name", "DE", "10115")
    assert clinic_of(world.two.id).name == "Clinic two.test"
    patient = app.test_client()
    sign_in_patient(patient, world.one.patient)
    shown = text_of(patient.get("/view_clinic_details/"))
    for text in ("New Name", "Neue Straße 5, 10115 Berlin, Germany", "Ring twice.", "+49 30"):
        assert text in shown
    assert "24 hours before it begins" in shown
    session = fresh(world.one.id)
    (event,) = session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "clinic.edited"))
    assert "about" in event.details["fields"] and event.actor_id == world.one.admin.user_id
    assert "Ring twice." not in json.dumps(event.details)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "  "}, "Enter the clinic's name."),
        ({"name": "x" * 121}, "Use at most 120 characters."),
        ({"email": "nonsense"}, "Enter an email like name@example.com."),
        ({"phone": "call me"}, "Enter a phone number."),
        ({"country": "ZZ"}, "Not a valid choice."),
        ({"directions": "x" * 1001}, "Use at most 1000 characters."),
    ],
)
def test_bad_details_are_told_beside_their_field_and_kept(world, admin, changes, message):
    answer = save(admin, "details", **{**DETAILS, "city": "Kept City", **changes})
    assert answer.status_code == 400
    assert text_of(answer).count(message) == 2
    assert "data-error-summary" in answer.text and 'value="Kept City"' in answer.text
    assert clinic_of(world.one.id).name == "Clinic one.test"


def test_the_second_of_two_editors_is_told_and_may_then_insist(world, admin):
    old = open_version(admin)
    assert save(admin, "details", **DETAILS).status_code == 302
    late = save(admin, "details", **{**DETAILS, "city": "Bonn"}, version=old)
    assert late.status_code == 409
    assert "Somebody else saved this" in late.text and 'value="Bonn"' in late.text
    assert clinic_of(world.one.id).city == "Berlin"
    current = re.search(r'name="version"[^>]*value="(\d+)"', late.text).group(1)
    assert current != old
    assert save(admin, "details", **{**DETAILS, "city": "Bonn"}, version=current).status_code == 302
    assert clinic_of(world.one.id).city == "Bonn"


def test_a_second_press_of_save_is_harmless(world, admin):
    old = open_version(admin)
    assert save(admin, "details", **DETAILS, version=old).status_code == 302
    after = clinic_of(world.one.id).version
    assert save(admin, "details", **DETAILS, version=old).status_code == 302
    assert clinic_of(world.one.id).version == after


def hours_of(clinic_id: int) -> list[tuple[int, time, time]]:
    rows = clinics.weekly_hours(fresh(clinic_id))
    return [(each.weekday, each.opens, each.closes) for each in rows]


def test_several_openings_a_day_are_saved(world, admin):
    week = {"opens-0": ["13:00", "09:00"], "closes-0": ["17:00", "12:00"]}
    assert save(
        admin, "hours", **week, **{"opens-5": "10:00", "closes-5": "14:30"}
    ).status_code == (302)
    assert hours_of(world.one.id) == [
        (0, time(9), time(12)),
        (0, time(13), time(17)),
        (5, time(10), time(14, 30)),
    ]
    assert hours_of(world.two.id) == []
    shown = text_of(admin.get("/view_clinic_details/")).replace("\u2060", "")
    assert "Monday 09:00–12:00 13:00–17:00" in shown and "Sunday Closed" in shown
    assert "Closed now, opens Sat 7 Mar, 10:00" in shown
    version = clinic_of(world.one.id).version
    assert save(admin, "hours", **week).status_code == 302
    assert clinic_of(world.one.id).version == version + 1


@pytest.mark.parametrize(
    ("opens", "closes", "message"),
    [
        (["09:00", "11:00"], ["12:00", "13:00"], "This overlaps another opening of the day."),
        (["12:00"], ["09:00"], "It must close after it opens."),
        (["09:00"], [""], "Give both times, as 09:00."),
        (["9 o'clock"], ["12:00"], "Give both times, as 09:00."),
        (["25:00"], ["26:00"], "Give both times, as 09:00."),
    ],
)
def test_bad_hours_are_told_at_their_row_and_kept(world, admin, opens, closes, message):
    sound = {"opens-1": "08:05", "closes-1": "10:10"}
    answer = save(admin, "hours", **{"opens-0": opens, "closes-0": closes}, **sound)
    assert answer.status_code == 400
    assert f"Monday: {message}" in text_of(answer)
    assert text_of(answer).count(message) == 2
    assert 'value="08:05"' in answer.text and 'aria-invalid="true"' in answer.text
    assert hours_of(world.one.id) == []


def test_the_buttons_of_the_week_work_without_scripts(world, admin):
    monday = {"opens-0": ["09:00", "13:00"], "closes-0": ["12:00", "17:00"], "opens-4": "06:00"}
    copied = save(admin, "hours", **monday, **{"closes-4": "07:00"}, do="copy")
    assert copied.status_code == 200
    assert copied.text.count('value="13:00"') == 5 and 'value="06:00"' not in copied.text
    added = save(admin, "hours", **monday, do="add-6")
    assert added.text.count('name="opens-6"') == 2  # one row, and the blank one of the script
    dropped = save(admin, "hours", **monday, do="drop-0-0")
    assert 'value="09:00"' not in dropped.text and 'value="13:00"' in dropped.text
    for odd in ("drop-0-9", "drop-x", "add-7", "dance"):
        assert save(admin, "hours", **monday, do=odd).status_code == 200
    assert hours_of(world.one.id) == []


def test_editing_hours_counts_as_editing_the_clinic(world, admin):
    old = open_version(admin)
    save(admin, "details", **DETAILS)
    late = save(admin, "hours", **{"opens-0": "09:00", "closes-0": "12:00"}, version=old)
    assert late.status_code == 409 and hours_of(world.one.id) == []


REGION = {"zone": "Europe/Istanbul", "currency": "EUR", "language": "en"}


def test_zone_currency_and_language_are_saved(world, admin):
    changed = {"zone": "Europe/Berlin", "currency": "TRY", "language": "tr"}
    assert save(admin, "region", **changed).status_code == 302
    saved = clinic_of(world.one.id)
    assert (saved.zone, saved.currency, saved.language) == ("Europe/Berlin", "TRY", "tr")


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../../etc/passwd", "localtime"])
def test_an_unknown_zone_is_refused(world, admin, zone):
    assert save(admin, "region", **{**REGION, "zone": zone}).status_code == 400
    assert clinic_of(world.one.id).zone == "Europe/Istanbul"


def test_the_zone_stays_while_appointments_lie_ahead(world, admin):
    with transaction(world.one.id) as session:
        wish = BookingRequest(
            world.one.doctor.profile_id, world.one.treatment_id, world.one.slot_ids[0], DAY
        )
        made = booking.book_appointment(session, world.one.patient, wish, NOW).id
    page = admin.get(f"{EDIT}?part=region")
    assert "1 appointment lies ahead" in text_of(page)
    assert "/doctor_appointments/" in page.text
    refused = save(admin, "region", **{**REGION, "zone": "Europe/Berlin"})
    assert refused.status_code == 400 and "The time zone can&#39;t change" in refused.text
    assert clinic_of(world.one.id).zone == "Europe/Istanbul"
    # The rest of the form can be changed all the same.
    assert save(admin, "region", **{**REGION, "currency": "USD"}).status_code == 302
    with transaction(world.one.id) as session:
        booking.cancel_appointment(session, world.one.admin, made, "away", NOW)
    assert save(admin, "region", **{**REGION, "zone": "Europe/Berlin"}).status_code == 302


def picture(size=(300, 200), kind="PNG") -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind)
    out.seek(0)
    return out


def test_logo_and_colour_are_saved_replaced_and_removed(world, admin):
    colour = {"own_accent": "y", "accent": "#AA3355"}
    assert save(admin, "look", **colour, picture=(picture(), "logo.png")).status_code == 302
    first = clinic_of(world.one.id)
    assert first.accent == "#aa3355" and first.logo.startswith(f"/media/{world.one.id}/")
    assert admin.get(first.logo).mimetype == "image/webp"
    assert first.logo in admin.get("/admin_clinic_details/").text
    old = first.logo
    save(admin, "look", **colour, picture=(picture((90, 90)), "other.png"))
    assert clinic_of(world.one.id).logo != old
    assert admin.get(old).status_code == 404
    save(admin, "look", accent="#aa3355", remove_picture="y")
    gone = clinic_of(world.one.id)
    assert (gone.logo, gone.accent) == ("", "")
    assert fresh(world.one.id).scalar(sa.select(sa.func.count(StoredFile.id))) == 0


def test_what_is_no_picture_or_colour_is_refused(world, admin):
    bad = save(admin, "look", accent="", picture=(io.BytesIO(b"<svg onload=x>"), "logo.png"))
    assert bad.status_code == 400 and bad.text.count("This is no picture that can be used") == 2
    wrong = save(admin, "look", own_accent="y", accent="red;}body{display:none")
    assert wrong.status_code == 400 and "Choose a colour" in wrong.text
    assert clinic_of(world.one.id).logo == ""


def test_the_preview_of_a_colour_is_the_products_own_palette(admin):
    answer = admin.get(f"{EDIT}?part=look&preview=%23ffff00")
    assert answer.json["light"]["fill"] == "#ffff00"
    assert answer.json["light"]["text"] != "#ffff00"
    assert admin.get(f"{EDIT}?part=look&preview=yellow").status_code == 400
