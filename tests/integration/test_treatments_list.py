"""The list of treatments: what it warns of, its search and file; who may; scripts."""

from __future__ import annotations

import csv
import io
import re
from html import unescape

import pytest
import sqlalchemy as sa

from medcor.models import Treatment
from medcor.web.transaction import transaction
from tests.clinic_helpers import bearer, fresh
from tests.factories import make_treatment
from tests.page_helpers import csrf_token, sign_in_patient, sign_in_staff
from tests.treatment_helpers import FORM, LIST, named


@pytest.fixture()
def admin(app, world):
    client = app.test_client()
    sign_in_staff(client, world.one.admin)
    return client


def test_the_list_says_what_nobody_can_book(world, admin):
    with transaction(world.one.id) as session:
        own = world.one.doctor.profile_id
        make_treatment(session, world.one.id, "Fits", [own], minutes=30)
        make_treatment(session, world.one.id, "Too long", [own], minutes=60)
        make_treatment(session, world.one.id, "By nobody", [])
        make_treatment(session, world.one.id, "Off", [], is_active=False)
        session.get_one(Treatment, world.one.other_treatment_id).name = "No times"
    page = admin.get(LIST).text
    rows = re.findall(r"<tr>.*?</tr>", page, flags=re.S)
    told = {}
    for row in rows[1:]:
        name = re.search(r'<a href="[^"]*">([^<]+)</a>', row).group(1)
        note = re.search(r'class="thing__note">.*?</svg>([^<]+)</span>', row, flags=re.S)
        told[name] = unescape(note.group(1)) if note else ""
    assert told == {
        "By nobody": "No doctor gives it.",
        "Dental Cleaning": "",
        "Fits": "",
        "No times": "Its doctors have no weekly times for it.",
        "Off": "",
        "Too long": "It fits into none of its doctors' times.",
    }
    number = named(world.one.id, "Too long").id
    assert "Nobody can book this yet" in admin.get(f"/edit_treatment/{number}/").text


def names_in(page: str) -> list[str]:
    return re.findall(r'<a href="/edit_treatment/\d+/">([^<]+)</a>', page)


def test_the_list_is_searched_filtered_sorted_and_paged(world, admin):
    with transaction(world.one.id) as session:
        for number in range(25):
            make_treatment(
                session,
                world.one.id,
                f"Extra {number:02}",
                [],
                price_minor=number * 100,
                is_active=number % 2 == 0,
            )
    assert len(names_in(admin.get(LIST).text)) == 20
    assert len(names_in(admin.get(f"{LIST}?page=2").text)) == 7
    assert names_in(admin.get(f"{LIST}?page=99").text) == names_in(admin.get(f"{LIST}?page=2").text)
    assert names_in(admin.get(f"{LIST}?q=extra+03").text) == ["Extra 03"]
    assert names_in(admin.get(f"{LIST}?q=what+root").text) == ["Root Canal"]
    assert names_in(admin.get(f"{LIST}?q=%25").text) == []
    assert len(names_in(admin.get(f"{LIST}?offered=no&q=extra").text)) == 12
    assert len(names_in(admin.get(f"{LIST}?offered=yes&q=extra").text)) == 13
    dearest = names_in(admin.get(f"{LIST}?sort=price&direction=desc").text)
    assert dearest[:3] == ["Root Canal", "Dental Cleaning", "Extra 24"]
    assert "No treatment found" in admin.get(f"{LIST}?q=zzz").text
    assert admin.get(f"{LIST}?sort=password&page=x").status_code == 200


def test_the_list_goes_out_as_a_file(world, admin):
    with transaction(world.one.id) as session:
        session.get_one(Treatment, world.one.treatment_id).name = '=HYPERLINK("x")'
    answer = admin.get(f"{LIST}?format=csv", buffered=True)
    assert answer.mimetype == "text/csv"
    rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert rows[0][0] == "Name" and len(rows) == 3
    assert rows[1][0] == '\'=HYPERLINK("x")'
    assert rows[2][:5] == ["Root Canal", "What Root Canal is.", "100.00", "EUR", "30"]


def test_the_number_of_queries_does_not_grow_with_the_list(world, admin, engine):
    def count() -> int:
        seen = []

        def note(*_args: object) -> None:
            seen.append(1)

        sa.event.listen(engine, "before_cursor_execute", note)
        try:
            admin.get(LIST)
        finally:
            sa.event.remove(engine, "before_cursor_execute", note)
        return len(seen)

    few = count()
    with transaction(world.one.id) as session:
        for number in range(18):
            make_treatment(session, world.one.id, f"More {number}", [world.one.doctor.profile_id])
    assert count() == few <= 12


def test_doctors_read_and_patients_do_not(app, world):
    doctor, patient = app.test_client(), app.test_client()
    sign_in_staff(doctor, world.one.doctor)
    sign_in_patient(patient, world.one.patient)
    page = doctor.get(LIST)
    assert page.status_code == 200 and "Dental Cleaning" in page.text
    assert "/edit_treatment/" not in page.text and "/add_treatment/" not in page.text
    assert patient.get(LIST).status_code == 403
    number = world.one.treatment_id
    for client in (doctor, patient):
        token = csrf_token(client, "/view_clinic_details/")
        assert client.get("/add_treatment/").status_code == 403
        for path in (
            "/add_treatment/",
            f"/edit_treatment/{number}/",
            f"/delete_treatment/{number}/",
            f"/treatments/{number}/activation/",
        ):
            assert client.post(path, data={"csrf_token": token, **FORM}).status_code == 403, path


def test_another_clinics_treatment_does_not_exist(world, admin):
    number = world.two.treatment_id
    token = csrf_token(admin, LIST)
    for path in (f"/edit_treatment/{number}/", f"/delete_treatment/{number}/"):
        assert admin.get(path).status_code == 404
        assert admin.post(path, data={"csrf_token": token, **FORM}).status_code == 404
    activation = f"/treatments/{number}/activation/"
    assert admin.post(activation, data={"csrf_token": token, "off": "1"}).status_code == 404
    assert fresh(world.two.id).get_one(Treatment, number).is_active


def test_scripts_add_and_change_by_json(app, world, client):
    headers = bearer(app, world.one.admin)
    body = {
        "name": "By script",
        "price_minor": "10.50",
        "minutes": 30,
        "buffer_before": 0,
        "buffer_after": 0,
        "doctors": [world.one.doctor.profile_id],
        "is_active": True,
    }
    made = client.post("/add_treatment/", json=body, headers=headers)
    assert made.status_code == 201 and made.json["price"] == "10.50"
    number = made.json["id"]
    changed = {**body, "is_active": False, "version": 1}
    answer = client.post(f"/edit_treatment/{number}/", json=changed, headers=headers)
    assert answer.status_code == 200
    stale = client.post(f"/edit_treatment/{number}/", json={**body, "version": 1}, headers=headers)
    assert stale.status_code == 409 and stale.json["code"] == "stale_edit"
    wrong = client.post("/add_treatment/", json={**body, "minutes": 7}, headers=headers)
    assert wrong.status_code == 400 and "minutes" in wrong.json["fields"]
    taken = client.post("/add_treatment/", json=body, headers=headers)
    assert taken.status_code == 409 and taken.json["code"] == "name_taken"
    listed = client.get(LIST, headers=headers).json
    found = {each["name"]: each for each in listed["results"]}
    assert found["By script"]["is_active"] is False and listed["count"] == 3
    assert found["By script"]["doctors"][0]["id"] == world.one.doctor.profile_id
    gone = client.post(f"/delete_treatment/{number}/", headers=headers)
    assert gone.json == {"erased": True}
