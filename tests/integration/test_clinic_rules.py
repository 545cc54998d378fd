"""The clinic's rules of booking and records; who may set anything; its pages as JSON."""

from __future__ import annotations

import json
from datetime import time

import pytest
import sqlalchemy as sa

from medcor.models import AuditEvent, Clinic, ClinicHours
from medcor.web.transaction import transaction
from tests.clinic_helpers import (
    DETAILS,
    EDIT,
    bearer,
    clinic_of,
    fresh,
    open_form,
    open_version,
    save,
)
from tests.page_helpers import csrf_token, sign_in_patient, sign_in_staff, text_of


@pytest.fixture()
def admin(app, world):
    client = app.test_client()
    sign_in_staff(client, world.one.admin)
    return client


BOOKING = {
    "cancel_amount": "24",
    "cancel_unit": "hours",
    "notice_amount": "0",
    "notice_unit": "minutes",
    "horizon_amount": "90",
    "horizon_unit": "days",
}


def test_booking_rules_are_told_in_the_units_of_people(world, admin):
    shown = open_form(admin, "booking")
    assert shown["cancel_amount"] == "24"
    changed = {
        "cancel_amount": "2",
        "cancel_unit": "days",
        "notice_amount": "3",
        "notice_unit": "hours",
        "horizon_amount": "8",
        "horizon_unit": "weeks",
        "remind_two_hours": "y",
    }
    assert save(admin, "booking", **changed).status_code == 302
    saved = clinic_of(world.one.id)
    assert (saved.cancel_notice_minutes, saved.min_notice_minutes) == (2880, 180)
    assert (saved.horizon_days, saved.remind_day_before, saved.remind_two_hours) == (
        56,
        False,
        True,
    )
    told = text_of(admin.get("/admin_clinic_details/"))
    assert "until 2 days before it begins" in told
    assert "up to 56 days ahead, and at least 3 hours before" in told
    assert "reminded by mail two hours before" in told


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"cancel_amount": ""}, "Enter a whole number."),
        ({"cancel_amount": "-1"}, "Enter a number from 0"),
        ({"cancel_amount": "31", "cancel_unit": "days"}, "at most 30 days"),
        ({"cancel_unit": "years"}, "Not a valid choice."),
        ({"notice_amount": "two"}, "Not a valid integer value."),
        ({"horizon_amount": "0"}, "Enter a number from 1"),
        ({"horizon_amount": "105", "horizon_unit": "weeks"}, "at most two years ahead"),
        (
            {"notice_amount": "5", "notice_unit": "days", "horizon_amount": "5"},
            "no time at all could be booked",
        ),
    ],
)
def test_bad_booking_rules_are_refused(world, admin, changes, message):
    answer = save(admin, "booking", **{**BOOKING, **changes})
    assert answer.status_code == 400 and message in text_of(answer)
    assert clinic_of(world.one.id).horizon_days == 90


def test_opening_the_records_to_admins_is_logged(world, admin):
    fields = {"records_keep_years": "10"}
    assert save(admin, "records", **fields, admins_read_records="y").status_code == 302
    assert clinic_of(world.one.id).admins_read_records is True
    assert save(admin, "records", **fields).status_code == 302
    actions = list(
        fresh(world.one.id).scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id))
    )
    told = [each for each in actions if each.startswith("clinic.records")]
    assert told == ["clinic.records_opened", "clinic.records_closed"]
    for years in ("0", "51", "x"):
        assert save(admin, "records", records_keep_years=years).status_code == 400
    assert clinic_of(world.one.id).records_keep_years == 10


def test_an_unknown_part_is_not_found(admin):
    assert admin.get(f"{EDIT}?part=nonsense").status_code == 404
    assert save(admin, "nonsense").status_code == 404


@pytest.mark.parametrize("who", ["doctor", "patient"])
def test_only_admins_set_anything(app, world, who):
    client = app.test_client()
    sign_in = sign_in_patient if who == "patient" else sign_in_staff
    sign_in(client, getattr(world.one, who))
    token = csrf_token(client, "/view_clinic_details/")
    for part in ("details", "hours", "records"):
        answer = client.post(f"{EDIT}?part={part}", data={**DETAILS, "csrf_token": token})
        assert answer.status_code == 403
    assert client.get("/admin_clinic_details/").status_code == 403
    assert client.get(EDIT).status_code == 403
    assert client.get("/view_clinic_details/").status_code == 200
    assert client.get("/clinic_portfolio/").status_code == 200


def test_a_form_goes_back_where_it_came_from_and_nowhere_else(admin):
    token, version = csrf_token(admin, EDIT), open_version(admin)
    week = {"csrf_token": token, "version": version, "opens-0": "09:00", "closes-0": "12:00"}
    answer = admin.post(f"{EDIT}?part=hours&next=/setup/", data=week)
    assert answer.headers["Location"] == "/setup/"
    answer = admin.post(
        f"{EDIT}?part=hours&next=https://evil.example/", data={**week, "version": ""}
    )
    assert answer.headers["Location"] == "/admin_clinic_details/"


def test_the_portfolio_shows_what_is_offered_and_who_works_here(app, world, client):
    sign_in_patient(client, world.one.patient)
    shown = text_of(client.get("/clinic_portfolio/"))
    for text in (
        "Dental Cleaning",
        "€100.00",
        "30 minutes",
        "Dr. Doctor Test",
        "General Dentistry",
    ):
        assert text in shown
    assert "8 years of experience" in shown
    body = client.get("/clinic_portfolio/", headers={"Accept": "application/json"}).json
    assert [each["name"] for each in body["treatments"]] == ["Dental Cleaning", "Root Canal"]
    assert "two.test" not in json.dumps(body)


def test_scripts_read_and_set_by_json(app, world, client):
    headers = bearer(app, world.one.admin)
    before = client.get("/admin_clinic_details/", headers=headers).json
    assert before["name"] == "Clinic one.test" and before["hours"] == []
    body = {"hours": [{"weekday": 0, "opens": "09:00", "closes": "12:00"}], "version": 1}
    saved = client.post(f"{EDIT}?part=hours", json=body, headers=headers)
    assert saved.status_code == 200 and saved.json["version"] == 2
    stale = client.post(
        f"{EDIT}?part=records", json={"records_keep_years": 5, "version": 1}, headers=headers
    )
    assert stale.status_code == 409 and stale.json["code"] == "stale_edit"
    wrong = client.post(f"{EDIT}?part=records", json={"records_keep_years": 99}, headers=headers)
    assert wrong.status_code == 400 and "records_keep_years" in wrong.json["fields"]
    facts = client.get("/view_clinic_details/", headers=headers).json
    assert facts["hours"] == [{"weekday": 0, "opens": "09:00", "closes": "12:00"}]


def test_the_zone_of_the_hours_is_the_clinics(app, world, admin):
    """At 06:00 UTC it is 09:00 in Istanbul, and 22:00 of the day before in Honolulu."""
    with transaction(world.one.id) as session:
        session.add(ClinicHours(clinic_id=world.one.id, weekday=2, opens=time(8), closes=time(12)))
    assert "Open now, until 12:00" in text_of(admin.get("/view_clinic_details/"))
    with transaction(world.one.id) as session:
        session.get_one(Clinic, world.one.id).zone = "Pacific/Honolulu"
    assert "Closed now, opens Wed 4 Mar, 08:00" in text_of(admin.get("/view_clinic_details/"))
