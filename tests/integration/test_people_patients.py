"""The admin's patients: list, search, file, page, add by invitation, edit; on both databases."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from medcor.domain.appointments import AppointmentStatus
from medcor.extensions import db
from medcor.models import Appointment, AuditEvent, Patient, User
from medcor.services import accounts, passwords
from medcor.web.transaction import reading, transaction
from tests.conftest import NOW
from tests.factories import make_patient
from tests.page_helpers import (
    link_in,
    sent_mails,
    sign_in_patient,
    sign_in_staff,
    signed_in_name,
    text_of,
)
from tests.people_helpers import (
    MONDAY,
    PATIENT,
    actions,
    book,
    counted_queries,
    picture,
    send,
    send_json,
)

JSON = {"Accept": "application/json"}


@pytest.fixture()
def admin(client, world):
    sign_in_staff(client, world.one.admin)
    return client


@pytest.fixture()
def mails(app):
    folder = app.extensions["medcor"].settings.mail_folder
    sent_mails(folder)
    return lambda: sent_mails(folder)


def patient_by(clinic_id: int, email: str) -> Patient | None:
    db.session.remove()
    wanted = sa.select(Patient).join(Patient.user).where(User.email == email)
    return reading(clinic_id).scalar(wanted)


def edit_path(clinic) -> str:
    return f"/edit_patient/{clinic.patient.profile_id}/"


def saved_input(**changes: object) -> dict[str, object]:
    return {**PATIENT, "email": "patient@one.test", **changes}


def found(admin, query: str) -> list[str]:
    answer = admin.get(f"/list_patients/?{query}", headers=JSON).get_json()
    assert answer["count"] == len(answer["results"])
    return [each["email"] for each in answer["results"]]


def test_the_list_shows_the_clinics_own_patients_and_what_comes_next(admin, world):
    book(world.one, world.one.patient)
    book(world.one, world.one.patient, day=MONDAY + timedelta(days=7))
    page = admin.get("/list_patients/")
    text = text_of(page)
    assert "Patient Test" in text and "two.test" not in text
    rows = page.get_data(as_text=True).split("<tr>")
    mine = next(row for row in rows if ">patient@one.test<" in row)
    assert "Mon 9 Mar, 09:00" in mine
    other = next(row for row in rows if "second-patient@one.test" in row)
    assert "Mon 9 Mar" not in other


@pytest.mark.parametrize(
    "query",
    [
        "q=pelin",
        "q=POLAT",
        "q=pelin+polat",
        "q=pelin@one",
        "q=0532+111",
        "q=532-111-22",
        "q=1980-05-17",
        "q=17.05.1980",
        "q=17/5/1980",
        "q=pelin&state=waiting",
    ],
)
def test_a_patient_is_found_by_what_the_front_desk_knows(admin, query):
    send(admin, "/create_patient/", **PATIENT)
    assert found(admin, query) == ["pelin@one.test"]


@pytest.mark.parametrize(
    "query",
    ["q=zzz", "q=%25", "q=1980-05-18", "q=99999", "q=two.test", "q=pelin&state=active", "q=_____"],
)
def test_a_patient_is_not_found_by_anything_else(admin, query):
    send(admin, "/create_patient/", **PATIENT)
    assert found(admin, query) == []


def test_filters_by_state(admin, world):
    send(admin, "/create_patient/", **PATIENT)
    with transaction(world.one.id) as session:
        session.get_one(Patient, world.one.other_patient.profile_id).is_active = False
    assert found(admin, "state=active") == ["patient@one.test"]
    assert found(admin, "state=waiting") == ["pelin@one.test"]
    assert found(admin, "state=inactive") == ["second-patient@one.test"]


def test_sorting_and_paging_live_in_the_address(admin, world):
    with transaction(world.one.id) as session:
        for number in range(25):
            made = make_patient(session, world.one.id, f"extra{number:02}@one.test")
            born = date(1990, 1, 1) + timedelta(days=number)
            session.get_one(Patient, made.profile_id).birth_date = born
    answer = admin.get("/list_patients/?q=extra&sort=born&direction=desc", headers=JSON).get_json()
    assert answer["count"] == 25 and len(answer["results"]) == 20
    assert answer["results"][0]["email"] == "extra24@one.test"
    second = admin.get("/list_patients/?q=extra&sort=born&page=2")
    page = second.get_data(as_text=True)
    assert "21–25 of 25" in text_of(second)
    assert "q=extra" in page and 'name="sort" value="born"' in page
    # A page that is no more shows the last one instead of an error.
    assert "21–25 of 25" in text_of(admin.get("/list_patients/?q=extra&page=99"))
    assert admin.get("/list_patients/?page=x&sort=x&direction=x").status_code == 200


def test_the_list_asks_as_much_of_the_database_for_many_as_for_few(admin, world, engine):
    with counted_queries(engine) as few:
        assert admin.get("/list_patients/").status_code == 200
    with transaction(world.one.id) as session:
        for number in range(30):
            make_patient(session, world.one.id, f"more{number}@one.test")
    with counted_queries(engine) as many:
        assert admin.get("/list_patients/").status_code == 200
    assert len(many) == len(few)
    assert len([each for each in many if each.startswith("SELECT")]) <= 12


def test_the_list_as_a_file_is_written_down(admin, world):
    send(admin, "/create_patient/", **{**PATIENT, "last_name": "=HYPERLINK(1)"})
    answer = admin.get("/list_patients/?format=csv&q=pelin", buffered=True)
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff"))))
    assert "patients.csv" in answer.headers["Content-Disposition"]
    assert rows[0][:3] == ["First name", "Last name", "Email"]
    assert len(rows) == 2 and rows[1][2] == "pelin@one.test" and rows[1][4] == "1980-05-17"
    # No spreadsheet runs what a person called themselves.
    assert rows[1][1] == "'=HYPERLINK(1)"
    event = reading(world.one.id).scalars(
        sa.select(AuditEvent).where(AuditEvent.action == "patients.exported")
    )
    (written,) = event
    assert (written.actor_id, written.details) == (world.one.admin.user_id, {"rows": 1})


def test_adding_a_patient_invites_them(admin, app, world, mails):
    assert 'type="password"' not in admin.get("/create_patient/").get_data(as_text=True)
    answer = send(admin, "/create_patient/", picture=picture(), **PATIENT)
    made = patient_by(world.one.id, "pelin@one.test")
    assert answer.headers["Location"] == f"/patients/{made.id}/"
    assert (made.phone, made.gender, made.birth_date) == (
        "0532 111 22 33",
        "Female",
        date(1980, 5, 17),
    )
    assert made.user.picture and made.user.password_hash == "" and made.user.verified_at is None
    assert actions(world.one.id)[-2:] == ["patient.created", "account.invited"]
    (mail,) = mails()
    assert mail["To"] == "pelin@one.test"
    visitor = app.test_client()
    done = send(visitor, link_in(mail, "invitations"), password="four purple carrots")
    assert done.headers["Location"] == f"/patient/login/?clinic={world.one.id}"
    path = f"/patient/login/?clinic={world.one.id}"
    send(visitor, path, email="pelin@one.test", password="four purple carrots")
    assert signed_in_name(visitor) == "/patient/"


def test_the_clinic_books_for_whoever_waits_for_the_mail(admin, world):
    send(admin, "/create_patient/", **PATIENT)
    made = patient_by(world.one.id, "pelin@one.test")
    page = text_of(admin.get(f"/patients/{made.id}/"))
    assert "has not confirmed the address yet" in page and "Send an invitation" in page


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("first_name", ""),
        ("last_name", "\u200b"),
        ("email", "pelin"),
        ("phone", "12"),
        ("gender", "?"),
        ("birth_date", "17.05.1980"),
        ("birth_date", "2026-03-05"),
        ("birth_date", "1899-12-31"),
        ("birth_date", "1980-02-31"),
        ("language", "de"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(admin, world, field, value):
    answer = send(admin, "/create_patient/", **{**PATIENT, field: value})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert f'id="{field}-error"' in page and f'href="#{field}"' in page
    assert 'value="Polat"' in page or 'value="Pelin"' in page
    assert patient_by(world.one.id, "pelin@one.test") is None


def test_sending_the_form_twice_makes_one_patient(admin, world, mails):
    send(admin, "/create_patient/", **PATIENT)
    again = send(admin, "/create_patient/", **PATIENT)
    assert again.status_code == 409 and 'id="email-error"' in again.get_data(as_text=True)
    assert len(mails()) == 1


def test_editing_a_patient(admin, world, mails):
    answer = send(admin, edit_path(world.one), **saved_input())
    assert answer.headers["Location"] == f"/patients/{world.one.patient.profile_id}/"
    after = patient_by(world.one.id, "patient@one.test")
    assert after.user.name == "Pelin Polat" and after.birth_date == date(1980, 5, 17)
    assert after.user.verified_at is not None and not mails()
    assert sign_in_patient(admin.application.test_client(), world.one.patient).status_code == 302
    page = admin.get(edit_path(world.one)).get_data(as_text=True)
    assert 'value="1980-05-17"' in page and "<option selected" in page


def test_a_birth_date_and_a_phone_number_can_be_taken_back(admin, world):
    send(admin, edit_path(world.one), **saved_input())
    send(admin, edit_path(world.one), **saved_input(birth_date="", phone="", gender=""))
    after = patient_by(world.one.id, "patient@one.test")
    assert (after.birth_date, after.phone, after.gender) == (None, "", "")


def test_the_second_of_two_editors_is_told(admin, world):
    page = admin.get(edit_path(world.one)).get_data(as_text=True)
    seen = page.split('name="version"')[1].split('value="')[1].split('"')[0]
    send(admin, edit_path(world.one), **saved_input(first_name="First"))
    late = send(admin, edit_path(world.one), **saved_input(first_name="Late", version=seen))
    assert late.status_code == 409 and "<dd>First</dd>" in late.get_data(as_text=True)
    assert patient_by(world.one.id, "patient@one.test").user.first_name == "First"


def test_a_patients_own_edit_counts_for_the_admin_too(admin, app, world):
    seen = admin.get(edit_path(world.one)).get_data(as_text=True)
    version = seen.split('name="version"')[1].split('value="')[1].split('"')[0]
    patient = app.test_client()
    sign_in_patient(patient, world.one.patient)
    own = {"first_name": "Own", "last_name": "Name", "language": "en", "phone": "0532 999 88 77"}
    assert send(patient, "/profile/edit/", **own).status_code == 302
    late = send(admin, edit_path(world.one), **saved_input(version=version))
    assert late.status_code == 409
    assert patient_by(world.one.id, "patient@one.test").phone == "0532 999 88 77"


def test_a_new_address_closes_the_account_until_it_is_confirmed(admin, app, world, mails):
    patient = app.test_client()
    sign_in_patient(patient, world.one.patient)
    send(admin, edit_path(world.one), **saved_input(email="moved@one.test"))
    assert signed_in_name(patient) is None
    assert sign_in_patient(patient, world.one.patient).status_code == 400
    assert sorted(mail["To"] for mail in mails()) == ["moved@one.test", "patient@one.test"]


def test_an_unconfirmed_registration_can_be_helped_along(admin, app, world, mails):
    with transaction(world.one.id) as session:
        registration = accounts.Registration(
            "Rana", "Reg", "rana@one.test", passwords.hash_password("five yellow onions")
        )
        accounts.register_patient(session, world.one.id, registration, NOW)
    made = patient_by(world.one.id, "rana@one.test")
    send(admin, f"/patients/{made.id}/invitations/", page=f"/patients/{made.id}/")
    invitation = mails()[-1]
    send(app.test_client(), link_in(invitation, "invitations"), password="four purple carrots")
    assert patient_by(world.one.id, "rana@one.test").user.verified_at is not None


def test_a_patients_page_shows_how_often_they_came(admin, world):
    made = book(world.one, world.one.patient)
    missed = book(world.one, world.one.patient, 1)
    with transaction(world.one.id) as session:
        session.get_one(Appointment, missed).status = AppointmentStatus.NO_SHOW
    path = f"/patients/{world.one.patient.profile_id}/"
    ahead = text_of(admin.get(path))
    assert "Patient Test" in ahead and "patient@one.test" in ahead
    assert "No-shows 1" in ahead and "Came 0" in ahead and "Next Mon 9 Mar 09:00" in ahead
    page = admin.get(path).get_data(as_text=True)
    assert f"/appointment-details/{made}/" in page
    assert f"/appointment-details/{missed}/" not in page
    past = admin.get(f"{path}?view=past").get_data(as_text=True)
    assert f"/appointment-details/{missed}/" in past
    assert f"/appointment-details/{made}/" not in past
    asked = admin.get(path, headers=JSON).get_json()
    assert asked["email"] == "patient@one.test" and asked["state"] == "active"


def test_a_patients_page_leads_to_booking_for_them(admin, app, world):
    page = admin.get(f"/patients/{world.one.patient.profile_id}/").get_data(as_text=True)
    known = "appointment.book_for_patient" in app.view_functions
    assert (f"patient_id={world.one.patient.profile_id}" in page) is known


def test_a_patients_page_asks_as_much_for_many_appointments_as_for_few(admin, world, engine):
    path = f"/patients/{world.one.patient.profile_id}/"
    book(world.one, world.one.patient)
    with counted_queries(engine) as few:
        assert admin.get(path).status_code == 200
    for week in range(1, 6):
        for slot in (0, 1, 2):
            book(world.one, world.one.patient, slot, MONDAY + timedelta(days=7 * week))
    with counted_queries(engine) as many:
        assert admin.get(path).status_code == 200
    assert len(many) == len(few)
    assert len([each for each in many if each.startswith("SELECT")]) <= 12


def test_an_erased_patient_is_neither_listed_nor_edited(admin, world):
    patient_id = world.one.patient.profile_id
    with transaction(world.one.id) as session:
        patient = session.get_one(Patient, patient_id)
        patient.erased_at, patient.is_active = NOW, False
        patient.user.first_name, patient.user.last_name = "Erased", "person"
        patient.user.is_active = False
    assert "patient@one.test" not in found(admin, "q=")
    page = admin.get(f"/patients/{patient_id}/")
    assert page.status_code == 200 and "was erased" in text_of(page)
    assert admin.get(edit_path(world.one)).status_code == 404
    path = f"/patients/{patient_id}/activation/"
    assert send(admin, path, page="/create_patient/").status_code == 404
    with transaction(world.one.id) as session:
        assert session.get_one(Patient, patient_id).is_active is False


def test_a_script_adds_and_edits(admin, world):
    made = send_json(admin, "/create_patient/", PATIENT, "/create_patient/")
    assert made.status_code == 201
    body = made.get_json()
    assert (body["state"], body["birth_date"]) == ("waiting", "1980-05-17")
    path = f"/edit_patient/{body['id']}/"
    changed = send_json(admin, path, {"phone": "0532 000 00 00"}, path)
    assert changed.get_json()["phone"] == "0532 000 00 00"
    assert changed.get_json()["birth_date"] == "1980-05-17"
    taken = send_json(admin, "/create_patient/", PATIENT, "/create_patient/")
    assert taken.status_code == 409 and taken.get_json()["code"] == "email_taken"


def test_another_clinics_patient_is_not_found(admin, world):
    other = world.two.patient.profile_id
    for path in (f"/edit_patient/{other}/", f"/patients/{other}/", f"/patients/{other}/deletion/"):
        assert admin.get(path).status_code == 404
        assert admin.get(path, headers=JSON).status_code == 404
    for path in (f"/patients/{other}/activation/", f"/patients/{other}/invitations/"):
        assert send(admin, path, page="/create_patient/").status_code == 404
    posted = send(admin, "/delete_patient/", page="/create_patient/", patient_id=other)
    assert posted.status_code == 404
