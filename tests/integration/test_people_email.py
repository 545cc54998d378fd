"""What a new address means for a doctor's account; on both databases."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from medcor.extensions import db
from medcor.models import Doctor, MailedLink, User
from medcor.web.transaction import reading
from tests.page_helpers import link_in, sent_mails, sign_in_staff, signed_in_name, text_of
from tests.people_helpers import DOCTOR, actions, send


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


def test_a_new_address_closes_the_account_until_it_is_confirmed(admin, app, world, mails):
    doctor = app.test_client()
    sign_in_staff(doctor, world.one.doctor)
    answer = send(admin, edit_path(world.one), **saved_input(email="moved@one.test", language="en"))
    assert answer.status_code == 302
    assert "until then the account is closed" in text_of(admin.get(answer.headers["Location"]))
    assert signed_in_name(doctor) is None
    assert sign_in_staff(doctor, world.one.doctor).status_code == 400
    told, invited = sorted(mails(), key=lambda mail: mail["To"])
    assert told["To"] == "doctor@one.test" and "was changed" in told["Subject"]
    assert "moved@one.test" not in told.as_string()
    assert invited["To"] == "moved@one.test"
    stranger = app.test_client()
    send(stranger, link_in(invited, "invitations"), password="four purple carrots")
    made = doctor_by(world.one.id, "moved@one.test")
    assert made.user.verified_at is not None
    assert "account.email_changed" in actions(world.one.id)


def test_another_spelling_of_the_same_address_closes_nothing(admin, app, world, mails):
    send(admin, edit_path(world.one), **saved_input(email="DOCTOR@one.test"))
    assert not mails()
    assert sign_in_staff(app.test_client(), world.one.doctor).status_code == 302


def test_an_invitation_to_a_wrong_address_stops_working(admin, app, world, mails):
    send(admin, "/create_doctor/", **DOCTOR)
    (first,) = mails()
    made = doctor_by(world.one.id, "nora@one.test")
    send(admin, f"/edit_doctor/{made.id}/", **{**DOCTOR, "email": "right@one.test"})
    (second,) = mails()
    assert second["To"] == "right@one.test"
    assert app.test_client().get(link_in(first, "invitations")).status_code == 400
    assert app.test_client().get(link_in(second, "invitations")).status_code == 200


def test_a_taken_address_changes_nothing(admin, app, world, mails):
    answer = send(admin, edit_path(world.one), **saved_input(email="patient@one.test"))
    assert answer.status_code == 409 and 'id="email-error"' in answer.get_data(as_text=True)
    assert not mails()
    assert sign_in_staff(app.test_client(), world.one.doctor).status_code == 302
    assert reading(world.one.id).scalar(sa.select(sa.func.count(MailedLink.id))) == 0
