"""The admin's doctors: list, add by invitation, edit; on both databases."""

from __future__ import annotations

import csv
import io
import re

import pytest
import sqlalchemy as sa

from medcor.extensions import db
from medcor.models import (
    Doctor,
    Specialisation,
    StoredFile,
    Treatment,
    TreatmentDoctor,
    User,
)
from medcor.services import catalogue
from medcor.web.transaction import reading, transaction
from tests.factories import make_doctor
from tests.page_helpers import (
    link_in,
    sent_mails,
    sign_in_patient,
    sign_in_staff,
    signed_in_name,
    text_of,
)
from tests.people_helpers import (
    DOCTOR,
    actions,
    book,
    counted_queries,
    picture,
    send,
    send_json,
)


@pytest.fixture()
def admin(client, world):
    sign_in_staff(client, world.one.admin)
    return client


@pytest.fixture()
def mails(app):
    folder = app.extensions["medcor"].settings.mail_folder
    sent_mails(folder)
    return lambda: sent_mails(folder)


def doctor_by(clinic_id: int, email: str) -> Doctor | None:
    db.session.remove()
    wanted = sa.select(Doctor).join(Doctor.user).where(User.email == email)
    return reading(clinic_id).scalar(wanted)


def edit_path(clinic) -> str:
    return f"/edit_doctor/{clinic.doctor.profile_id}/"


def saved_input(**changes: object) -> dict[str, object]:
    return {**DOCTOR, "email": "doctor@one.test", **changes}


def test_the_list_shows_every_doctor_with_figures(admin, world):
    book(world.one, world.one.patient)
    page = admin.get("/list_doctors/")
    text = text_of(page)
    assert "Dr. Doctor Test" in text and "General Dentistry" in text
    assert "two.test" not in text
    answer = admin.get("/list_doctors/", headers={"Accept": "application/json"}).get_json()
    assert answer["count"] == 2
    first = next(each for each in answer["results"] if each["email"] == "doctor@one.test")
    assert first["specializations"] == ["General Dentistry"] and first["state"] == "active"
    row = page.get_data(as_text=True).split("doctor@one.test")[1].split("</tr>")[0]
    assert ">1</a>" in row


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=second-doctor", {"second-doctor@one.test"}),
        ("q=general+dent", {"doctor@one.test"}),
        ("q=dr.+doctor", {"doctor@one.test", "second-doctor@one.test"}),
        ("q=100%25", set()),
        ("q=two.test", set()),
        ("state=waiting", set()),
        ("state=inactive", set()),
        ("state=active", {"doctor@one.test", "second-doctor@one.test"}),
        ("state=nonsense", {"doctor@one.test", "second-doctor@one.test"}),
    ],
)
def test_search_and_filter(admin, query, found):
    answer = admin.get(f"/list_doctors/?{query}", headers={"Accept": "application/json"}).get_json()
    assert {each["email"] for each in answer["results"]} == found
    assert answer["count"] == len(found)


def test_sorting_goes_both_ways(admin, world):
    with transaction(world.one.id) as session:
        session.get_one(Doctor, world.one.doctor.profile_id).years_of_experience = 30
    for direction, first in (("asc", "second-doctor@one.test"), ("desc", "doctor@one.test")):
        path = f"/list_doctors/?sort=years&direction={direction}"
        answer = admin.get(path, headers={"Accept": "application/json"}).get_json()
        assert answer["results"][0]["email"] == first


def test_an_empty_search_says_what_to_do(admin):
    text = text_of(admin.get("/list_doctors/?q=zzz"))
    assert "No doctor found" in text and "Show all" in text


def test_the_list_as_a_file(admin, world):
    answer = admin.get("/list_doctors/?format=csv&q=second", buffered=True)
    assert answer.mimetype == "text/csv"
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff"))))
    assert rows[0][:2] == ["Name", "Email"] and len(rows) == 2
    assert rows[1][1] == "second-doctor@one.test" and rows[1][-1] == "Active"


def test_the_list_asks_as_much_of_the_database_for_many_as_for_few(admin, world, engine):
    with counted_queries(engine) as few:
        assert admin.get("/list_doctors/").status_code == 200
    with transaction(world.one.id) as session:
        for number in range(30):
            make_doctor(session, world.one.id, f"more{number}@one.test")
    with counted_queries(engine) as many:
        assert admin.get("/list_doctors/").status_code == 200
    assert len(many) == len(few)
    assert len([each for each in many if each.startswith("SELECT")]) <= 12


def test_adding_a_doctor_invites_them_to_choose_their_own_password(admin, app, world, mails):
    page = admin.get("/create_doctor/").get_data(as_text=True)
    assert 'type="password"' not in page
    answer = send(admin, "/create_doctor/", treatments=[world.one.treatment_id], **DOCTOR)
    made = doctor_by(world.one.id, "nora@one.test")
    assert answer.headers["Location"] == f"/edit_doctor/{made.id}/"
    assert (made.user.name, made.user.language, made.user.password_hash) == ("Nora Novak", "tr", "")
    assert made.user.verified_at is None and made.years_of_experience == 9
    assert made.bio == "Straightens teeth.\n\nSpeaks Turkish and English."
    fields = catalogue.specialisations_of(reading(world.one.id), [made.id])[made.id]
    # The clinic's own spelling of a name that it knows, and each name once.
    assert fields == ["General Dentistry", "Orthodontics"]
    given = reading(world.one.id).scalars(
        sa.select(TreatmentDoctor.treatment_id).where(TreatmentDoctor.doctor_id == made.id)
    )
    assert list(given) == [world.one.treatment_id]
    assert actions(world.one.id)[-2:] == ["doctor.created", "account.invited"]
    (mail,) = mails()
    assert mail["To"] == "nora@one.test"
    link = link_in(mail, "invitations")
    visitor = app.test_client()
    assert "Nora Novak" in text_of(visitor.get(link))
    done = send(visitor, link, password="four purple carrots")
    assert done.headers["Location"] == "/login/"
    made.email = made.user.email
    assert sign_in_staff(visitor, made, "four purple carrots").status_code == 302
    assert signed_in_name(visitor) == "/today/"
    page = text_of(admin.get("/list_doctors/?state=active"))
    assert "nora@one.test" in page


def test_a_new_doctor_is_shown_as_invited_until_then(admin, world, mails):
    send(admin, "/create_doctor/", **DOCTOR)
    made = doctor_by(world.one.id, "nora@one.test")
    assert "nora@one.test" in text_of(admin.get("/list_doctors/?state=waiting"))
    page = text_of(admin.get(f"/edit_doctor/{made.id}/"))
    assert "has not chosen a password yet" in page and "Send the invitation again" in page
    mails()
    again = send(admin, f"/doctors/{made.id}/invitations/", page=f"/edit_doctor/{made.id}/")
    assert again.headers["Location"] == f"/edit_doctor/{made.id}/"
    assert [mail["To"] for mail in mails()] == ["nora@one.test"]


def test_who_has_a_password_is_not_invited(admin, world, mails):
    path = f"/doctors/{world.one.doctor.profile_id}/invitations/"
    answer = send(admin, path, page=edit_path(world.one))
    assert answer.status_code == 409 and "chosen a password already" in text_of(answer)
    assert not mails()


def test_sending_the_form_twice_makes_one_doctor(admin, world, mails):
    send(admin, "/create_doctor/", **DOCTOR)
    again = send(admin, "/create_doctor/", **DOCTOR)
    assert again.status_code == 409
    assert "already an account with this email" in text_of(again)
    assert len(mails()) == 1


def test_the_same_address_in_another_clinic_is_no_matter(admin, world):
    answer = send(admin, "/create_doctor/", **{**DOCTOR, "email": "doctor@two.test"})
    assert answer.status_code == 302


@pytest.mark.parametrize("email", ["patient@one.test", "PATIENT@ONE.test", "admin@one.test"])
def test_an_address_that_is_taken_is_told_beside_the_field(admin, email):
    answer = send(admin, "/create_doctor/", **{**DOCTOR, "email": email})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert 'id="email-error"' in page and "error-summary" in page
    assert 'value="Nora"' in page and "Straightens teeth." in page


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("first_name", " "),
        ("last_name", "x" * 81),
        ("email", "nora@"),
        ("phone", "call me"),
        ("gender", "Dragon"),
        ("language", "xx"),
        ("years_of_experience", "-1"),
        ("years_of_experience", "71"),
        ("years_of_experience", "nine"),
        ("years_of_experience", ""),
        ("bio", "x" * 2001),
        ("specialisations", ",".join(f"field {number}" for number in range(13))),
        ("specialisations", "x" * 81),
        ("treatments", "999999"),
        ("treatments", "abc"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(admin, world, field, value):
    answer = send(admin, "/create_doctor/", **{**DOCTOR, field: value})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert f'id="{field}-error"' in page and f'href="#{field}"' in page
    assert doctor_by(world.one.id, "nora@one.test") is None
    kept = "Nora" if field != "first_name" else "Novak"
    assert f'value="{kept}"' in page


def test_another_clinics_treatment_is_no_choice(admin, world):
    answer = send(admin, "/create_doctor/", treatments=[world.two.treatment_id], **DOCTOR)
    assert answer.status_code == 400 and doctor_by(world.one.id, "nora@one.test") is None


def test_a_picture_is_drawn_anew_shown_replaced_and_removed(admin, world, client):
    send(admin, edit_path(world.one), picture=picture(), **saved_input())
    first = doctor_by(world.one.id, "doctor@one.test").user.picture
    assert first.startswith(f"/media/{world.one.id}/")
    shown = client.get(first)
    assert shown.mimetype == "image/webp" and shown.data[:4] == b"RIFF"
    assert first in admin.get("/list_doctors/").get_data(as_text=True)
    send(admin, edit_path(world.one), picture=picture("JPEG", "red"), **saved_input())
    second = doctor_by(world.one.id, "doctor@one.test").user.picture
    assert second != first and client.get(first).status_code == 404
    send(admin, edit_path(world.one), remove_picture="y", **saved_input())
    assert doctor_by(world.one.id, "doctor@one.test").user.picture == ""
    assert reading(world.one.id).scalar(sa.select(sa.func.count(StoredFile.id))) == 0


def test_a_file_that_is_no_picture_is_refused_beside_its_field(admin, world):
    file = (io.BytesIO(b"<svg onload=alert(1)>"), "me.png")
    answer = send(admin, edit_path(world.one), picture=file, **saved_input(first_name="Changed"))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400 and 'id="picture-error"' in page
    assert 'value="Changed"' in page
    assert doctor_by(world.one.id, "doctor@one.test").user.first_name == "Doctor"


def test_editing_changes_what_was_typed_and_nothing_else(admin, world):
    before = doctor_by(world.one.id, "doctor@one.test")
    password, version = before.user.password_hash, before.user.version
    answer = send(admin, edit_path(world.one), treatments=[world.one.treatment_id], **saved_input())
    assert answer.status_code == 302
    after = doctor_by(world.one.id, "doctor@one.test")
    assert (after.user.name, after.gender, after.contact_number) == (
        "Nora Novak",
        "Female",
        "+90 532 000 11 22",
    )
    assert after.user.password_hash == password and after.user.verified_at is not None
    assert after.user.version > version
    assert actions(world.one.id)[-1] == "doctor.edited"
    assert sign_in_staff(admin.application.test_client(), world.one.doctor).status_code == 302


def test_the_form_shows_what_is_saved(admin, world):
    send(admin, edit_path(world.one), treatments=[world.one.other_treatment_id], **saved_input())
    page = admin.get(edit_path(world.one)).get_data(as_text=True)
    assert 'value="General Dentistry, Orthodontics"' in page
    boxes = re.findall(r'<input[^>]*name="treatments"[^>]*>', page)
    checked = [re.search(r'value="(\d+)"', box).group(1) for box in boxes if "checked" in box]
    assert len(boxes) == 2 and checked == [str(world.one.other_treatment_id)]


def test_specialisations_and_treatments_can_be_taken_away(admin, world):
    def versions() -> dict[int, int]:
        db.session.remove()
        rows = reading(world.one.id).execute(sa.select(Treatment.id, Treatment.version))
        return {row_id: version for row_id, version in rows}

    before = versions()
    send(admin, edit_path(world.one), **saved_input(specialisations=""))
    db.session.remove()
    doctor_id = world.one.doctor.profile_id
    session = reading(world.one.id)
    assert catalogue.specialisations_of(session, [doctor_id])[doctor_id] == []
    left = sa.select(TreatmentDoctor).where(TreatmentDoctor.doctor_id == doctor_id)
    assert session.scalars(left).all() == []
    # The clinic goes on knowing the name, and whoever edits the treatment is told.
    assert session.scalar(sa.select(Specialisation.name)) == "General Dentistry"
    changed = {row_id for row_id, version in versions().items() if version != before[row_id]}
    assert changed == {world.one.treatment_id}


def test_an_inactive_treatment_stays_with_its_doctor(admin, world):
    with transaction(world.one.id) as session:
        session.get_one(Treatment, world.one.treatment_id).is_active = False
    assert "Dental Cleaning" not in text_of(admin.get(edit_path(world.one)))
    send(admin, edit_path(world.one), **saved_input())
    wanted = sa.select(sa.func.count()).where(
        TreatmentDoctor.doctor_id == world.one.doctor.profile_id
    )
    assert reading(world.one.id).scalar(wanted) == 1


def test_the_second_of_two_editors_is_told_and_sees_what_is_saved(admin, app, world):
    other = app.test_client()
    sign_in_staff(other, world.one.admin)
    stale = other.get(edit_path(world.one)).get_data(as_text=True)
    seen = stale.split('name="version"')[1].split('value="')[1].split('"')[0]
    send(admin, edit_path(world.one), **saved_input(first_name="First"))
    typed = saved_input(first_name="Late", gender="Male", language="en", version=seen)
    late = send(other, edit_path(world.one), treatments=[world.one.treatment_id], **typed)
    page = late.get_data(as_text=True)
    assert late.status_code == 409
    assert "Somebody else saved this" in page and 'value="Late"' in page
    saved = page.split("What is saved now")[1].split("</dl>")[0]
    assert re.findall("<dt>(.*?)</dt><dd>(.*?)</dd>", saved) == [
        ("First name", "First"),
        ("Language", "Türkçe"),
        ("Gender", "Female"),
        ("Specialisations", "General Dentistry, Orthodontics"),
        ("Treatments given", "–"),
    ]
    assert doctor_by(world.one.id, "doctor@one.test").user.first_name == "First"
    # Saved again with the version that the page carries now, it is a knowing choice.
    now_shown = page.split('name="version"')[1].split('value="')[1].split('"')[0]
    knowing = {**saved_input(first_name="Late"), "version": now_shown}
    assert send(other, edit_path(world.one), **knowing).status_code == 302
    assert doctor_by(world.one.id, "doctor@one.test").user.first_name == "Late"


def test_a_script_adds_and_edits(admin, world):
    body = {
        **DOCTOR,
        "years_of_experience": 4,
        "treatments": [world.one.treatment_id, world.one.other_treatment_id],
    }
    made = send_json(admin, "/create_doctor/", body, "/create_doctor/")
    assert made.status_code == 201 and made.get_json()["total_year_of_experience"] == 4
    path = f"/edit_doctor/{made.get_json()['id']}/"
    changed = send_json(admin, path, {"phone": "+90 212 999 99 99"}, path)
    assert changed.status_code == 200
    assert changed.get_json()["contact_number"] == "+90 212 999 99 99"
    assert changed.get_json()["name"] == "Dr. Nora Novak"
    doctor_id = made.get_json()["id"]
    given = sa.select(sa.func.count()).where(TreatmentDoctor.doctor_id == doctor_id)
    assert reading(world.one.id).scalar(given) == 2
    wrong = send_json(admin, path, {"email": "no address"}, path)
    assert wrong.status_code == 400 and "email" in wrong.get_json()["fields"]


def test_other_roles_are_kept_out(app, world):
    doctor, patient = app.test_client(), app.test_client()
    sign_in_staff(doctor, world.one.doctor)
    sign_in_patient(patient, world.one.patient)
    for client in (doctor, patient):
        assert client.get("/list_doctors/").status_code == 403
        assert client.get("/create_doctor/").status_code == 403
        assert client.get("/list_patients/").status_code == 403


def test_another_clinics_doctor_is_not_found(admin, world):
    other = world.two.doctor.profile_id
    for path in (f"/edit_doctor/{other}/", f"/doctors/{other}/deletion/"):
        assert admin.get(path).status_code == 404
    for path in (f"/doctors/{other}/activation/", f"/doctors/{other}/invitations/"):
        assert send(admin, path, page="/create_doctor/").status_code == 404
    posted = send(admin, "/delete_doctor/", page="/create_doctor/", doctor_id=other)
    assert posted.status_code == 404
    assert reading(world.two.id).get(Doctor, other).is_active
