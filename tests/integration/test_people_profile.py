"""One's own account: data, password, sign-ins; and the invitation that opens it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from medcor.domain import errors
from medcor.extensions import db
from medcor.models import Doctor, LinkPurpose, MailedLink, Patient, User
from medcor.services import invitations, links, passwords, profiles
from medcor.web.transaction import reading, transaction
from tests.conftest import NOW
from tests.factories import PASSWORD
from tests.page_helpers import (
    link_in,
    sent_mails,
    sign_in_patient,
    sign_in_staff,
    signed_in_name,
    text_of,
)
from tests.people_helpers import PATIENT, actions, picture, send, send_json

NEW = "four purple carrots"


@pytest.fixture()
def mails(app):
    folder = app.extensions["medcor"].settings.mail_folder
    sent_mails(folder)
    return lambda: sent_mails(folder)


def browser(app, actor):
    client = app.test_client()
    (sign_in_patient if actor.is_patient else sign_in_staff)(client, actor)
    return client


def user_of(actor) -> User:
    db.session.remove()
    return reading(actor.clinic_id).get_one(User, actor.user_id)


@pytest.mark.parametrize("who", ["admin", "doctor", "patient"])
def test_everybody_sees_their_own_account(app, world, who):
    actor = getattr(world.one, who)
    client = browser(app, actor)
    page = client.get("/profile/")
    text = text_of(page)
    assert page.status_code == 200 and actor.email in text and actor.name in text
    assert "two.test" not in text and "second-" not in text
    assert "Where you are signed in" in text and "This one" in text
    body = client.get("/profile/", headers={"Accept": "application/json"}).get_json()
    assert (body["email"], body["role"]) == (actor.email, who)
    own = client.get("/admin_profile/")
    assert own.status_code == (200 if who == "admin" else 403)


def test_a_doctor_sees_what_they_do_here(app, world):
    text = text_of(browser(app, world.one.doctor).get("/profile/"))
    assert "General Dentistry" in text and "Dental Cleaning" in text and "8 years" in text


@pytest.mark.parametrize(
    ("who", "fields"),
    [
        ("admin", set()),
        ("doctor", {"phone", "bio"}),
        ("patient", {"phone", "gender", "birth_date"}),
    ],
)
def test_each_role_has_the_fields_of_its_own(app, world, who, fields):
    page = browser(app, getattr(world.one, who)).get("/profile/edit/").get_data(as_text=True)
    for name in ("phone", "bio", "gender", "birth_date"):
        assert (f'name="{name}"' in page) is (name in fields)
    assert 'name="email"' not in page and 'name="role"' not in page


def test_a_patient_edits_themselves(app, world):
    client = browser(app, world.one.patient)
    fields = {name: PATIENT[name] for name in PATIENT if name != "email"}
    answer = send(client, "/profile/edit/", picture=picture(), **fields)
    assert answer.headers["Location"] == "/profile/"
    user = user_of(world.one.patient)
    assert user.name == "Pelin Polat" and user.picture.startswith("/media/")
    assert (user.patient.phone, user.patient.birth_date) == ("0532 111 22 33", date(1980, 5, 17))
    assert actions(world.one.id)[-1] == "account.edited"
    # The language that was chosen holds at once.
    assert 'lang="tr"' in client.get("/profile/").get_data(as_text=True)


def test_a_doctor_edits_themselves_and_nothing_that_is_the_admins(app, world):
    client = browser(app, world.one.doctor)
    send(
        client,
        "/profile/edit/",
        first_name="Dora",
        last_name="Demir",
        language="en",
        phone="+90 212 111 22 33",
        bio="Line one\r\nLine two",
        email="other@one.test",
        years_of_experience="60",
        gender="Male",
        role="admin",
        is_active="",
    )
    user = user_of(world.one.doctor)
    assert (user.name, user.email, user.role) == ("Dora Demir", "doctor@one.test", "doctor")
    assert (user.doctor.bio, user.doctor.contact_number) == (
        "Line one\nLine two",
        "+90 212 111 22 33",
    )
    assert (user.doctor.years_of_experience, user.doctor.gender) == (8, "Female")


def test_an_admin_edits_themselves(app, world):
    client = browser(app, world.one.admin)
    answer = send(client, "/profile/edit/", first_name="Ada", last_name="Min", language="en")
    assert answer.headers["Location"] == "/admin_profile/"
    assert "Ada Min" in text_of(client.get("/admin_profile/"))


def test_a_wrong_profile_is_shown_again_as_it_was_typed(app, world):
    client = browser(app, world.one.patient)
    answer = send(
        client,
        "/profile/edit/",
        first_name="",
        last_name="Typed",
        language="en",
        phone="no",
        birth_date="2030-01-01",
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400 and 'value="Typed"' in page and 'value="no"' in page
    for name in ("first_name", "phone", "birth_date"):
        assert f'id="{name}-error"' in page
    assert user_of(world.one.patient).last_name == "Test"


def test_a_profile_that_somebody_else_saved_meanwhile_is_not_overwritten(app, world):
    client = browser(app, world.one.patient)
    with transaction(world.one.id) as session:
        before = session.get_one(User, world.one.patient.user_id).version
        session.get_one(User, world.one.patient.user_id).last_name = "Byadmin"
    answer = send(
        client,
        "/profile/edit/",
        first_name="Pat",
        last_name="Late",
        language="en",
        version=str(before),
    )
    assert answer.status_code == 409 and "<dd>Byadmin</dd>" in answer.get_data(as_text=True)
    assert user_of(world.one.patient).last_name == "Byadmin"


def test_a_new_password_ends_the_other_sign_ins_and_tells_by_mail(app, world, mails):
    here, there = browser(app, world.one.doctor), browser(app, world.one.doctor)
    answer = send(here, "/profile/password/", current_password=PASSWORD, password=NEW)
    assert answer.headers["Location"] == "/profile/"
    assert signed_in_name(here) == "/today/" and signed_in_name(there) is None
    assert sign_in_staff(there, world.one.doctor).status_code == 400
    assert sign_in_staff(there, world.one.doctor, NEW).status_code == 302
    (mail,) = mails()
    assert mail["To"] == "doctor@one.test" and "password" in mail["Subject"]
    assert "Everywhere else you were signed out" in mail.get_body(("plain",)).get_content().replace(
        "\n", " "
    )
    assert "account.password_changed" in actions(world.one.id)


def test_a_reset_link_that_was_open_is_worth_nothing_after_it(app, world):
    with transaction(world.one.id) as session:
        user = session.get_one(User, world.one.doctor.user_id)
        token = links.issue_link(session, user, LinkPurpose.RESET_PASSWORD, NOW)
    send(
        browser(app, world.one.doctor),
        "/profile/password/",
        current_password=PASSWORD,
        password=NEW,
    )
    assert app.test_client().get(f"/password-resets/{token}/").status_code == 400


@pytest.mark.parametrize(
    ("current", "password", "field"),
    [
        ("not the password", NEW, "current_password"),
        ("", NEW, "current_password"),
        (PASSWORD, "short", "password"),
        (PASSWORD, "password12", "password"),
        (PASSWORD, "doctor@one.test", "password"),
        (PASSWORD, "", "password"),
    ],
)
def test_a_password_that_will_not_do_changes_nothing(app, world, current, password, field):
    client = browser(app, world.one.doctor)
    answer = send(client, "/profile/password/", current_password=current, password=password)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400 and f'id="{field}-error"' in page
    assert current not in page or not current
    assert sign_in_staff(app.test_client(), world.one.doctor).status_code == 302


def test_guessing_the_current_password_is_limited(app, world):
    client = browser(app, world.one.doctor)
    for _ in range(10):
        answer = send(client, "/profile/password/", current_password="wrong one", password=NEW)
    answer = send(client, "/profile/password/", current_password=PASSWORD, password=NEW)
    assert answer.status_code == 429 and int(answer.headers["Retry-After"]) > 0


def test_a_password_that_was_replaced_meanwhile_is_not_replaced_again(world):
    actor = world.one.doctor
    hashed = passwords.hash_password(NEW)
    with pytest.raises(errors.Conflict), transaction(actor.clinic_id) as session:
        profiles.change_password(session, actor, "an older hash", hashed, "", NOW)


def test_signing_out_everywhere_else(app, world):
    here, there = browser(app, world.one.patient), browser(app, world.one.patient)
    other = browser(app, world.one.other_patient)
    page = text_of(here.get("/profile/"))
    assert page.count("since") == 2
    answer = send(here, "/profile/sessions/end-others/", page="/profile/edit/")
    assert answer.headers["Location"] == "/profile/"
    assert signed_in_name(here) == "/patient/" and signed_in_name(there) is None
    assert signed_in_name(other) == "/patient/"
    assert "Sign out everywhere else" not in text_of(here.get("/profile/"))


def test_a_script_edits_and_changes_the_password(app, world):
    client = browser(app, world.one.patient)
    done = send_json(client, "/profile/edit/", {"phone": "0532 444 55 66"}, "/profile/edit/")
    assert done.get_json()["name"] == "Patient Test"
    assert user_of(world.one.patient).patient.phone == "0532 444 55 66"
    body = {"current_password": "wrong one here", "password": NEW}
    refused = send_json(client, "/profile/password/", body, "/profile/edit/")
    assert refused.status_code == 400 and refused.is_json
    body["current_password"] = PASSWORD
    assert send_json(client, "/profile/password/", body, "/profile/edit/").get_json() == {
        "changed": True
    }


def invite(actor) -> str:
    """Make an account wait for its owner, and return the open invitation's path."""
    with transaction(actor.clinic_id) as session:
        user = session.get_one(User, actor.user_id)
        user.password_hash, user.verified_at = "", None
        token = links.issue_link(session, user, LinkPurpose.INVITATION, NOW)
    return f"/invitations/{token}/"


def test_an_invitation_opens_the_account_once(app, world, client):
    path = invite(world.one.patient)
    for _ in range(2):
        page = client.get(path)
        assert page.status_code == 200 and page.headers["Referrer-Policy"] == "no-referrer"
    assert "Welcome, Patient Test" in text_of(page)
    done = send(client, path, password=NEW)
    assert done.headers["Location"] == f"/patient/login/?clinic={world.one.id}"
    user = user_of(world.one.patient)
    assert user.verified_at == NOW and passwords.verify_password(user.password_hash, NEW)
    assert actions(world.one.id)[-1] == "account.invitation_accepted"
    again = client.get(path)
    assert again.status_code == 400 and "This invitation is over" in text_of(again)
    assert client.post(path, data={"password": "another five turnips"}).status_code == 400


def test_a_weak_password_is_refused_and_the_invitation_stays_good(app, world, client):
    path = invite(world.one.doctor)
    for password in ("short", "password12", "doctor@one.test", ""):
        answer = send(client, path, password=password)
        assert answer.status_code == 400 and 'id="password-error"' in answer.get_data(as_text=True)
    assert send(client, path, password=NEW).headers["Location"] == "/login/"


def test_an_invitation_is_over_after_a_week(app, world, client):
    path = invite(world.one.doctor)
    app.extensions["medcor"].clock = lambda: NOW + timedelta(days=7, seconds=1)
    answer = client.get(path)
    text = text_of(answer)
    assert answer.status_code == 400 and "ask the clinic to send the invitation again" in text
    page = answer.get_data(as_text=True)
    assert f"/patient/forgot-password/?clinic={world.one.id}" in page
    assert 'href="/forgot-password/"' in page and "front@clinic.test" in page


@pytest.mark.parametrize("token", ["x", "1.x", "99999.x", "99999999999999.x", "0.x", "١.x"])
def test_what_is_no_invitation_is_answered_alike(client, world, token):
    answer = client.get(f"/invitations/{token}/")
    assert answer.status_code == 400 and "This invitation is over" in text_of(answer)
    script = client.get(f"/invitations/{token}/", headers={"Accept": "application/json"})
    assert script.status_code == 400 and script.get_json()["code"] == "link_expired"


def test_a_link_of_another_purpose_is_no_invitation(app, world, client):
    with transaction(world.one.id) as session:
        user = session.get_one(User, world.one.doctor.user_id)
        token = links.issue_link(session, user, LinkPurpose.RESET_PASSWORD, NOW)
    assert client.get(f"/invitations/{token}/").status_code == 400
    path = invite(world.one.doctor)
    assert client.get(path.replace("invitations", "password-resets")).status_code == 400


def test_accepting_ends_every_session_and_every_other_link(app, world):
    actor = world.one.doctor
    doctor = browser(app, actor)
    first, second = invite(actor), invite(actor)
    send(app.test_client(), first, password=NEW)
    assert signed_in_name(doctor) is None
    assert app.test_client().get(second).status_code == 400
    db.session.remove()
    unused = sa.select(sa.func.count(MailedLink.id)).where(MailedLink.used_at.is_(None))
    assert reading(world.one.id).scalar(unused) == 0


def test_an_invitation_of_a_deactivated_account_is_over(app, world, client):
    path = invite(world.one.patient)
    with transaction(world.one.id) as session:
        session.get_one(User, world.one.patient.user_id).is_active = False
    assert client.get(path).status_code == 400


def test_the_invited_may_forget_the_mail_and_ask_for_a_new_password(app, world, client, mails):
    invite(world.one.patient)
    path = f"/patient/forgot-password/?clinic={world.one.id}"
    send(client, path, email="patient@one.test")
    (mail,) = mails()
    send(client, link_in(mail, "password-resets"), password=NEW)
    assert user_of(world.one.patient).verified_at is not None


def test_the_profiles_of_a_role_belong_to_one_person(world):
    session = reading(world.one.id)
    assert session.get_one(Doctor, world.one.doctor.profile_id).user.doctor is not None
    assert session.get_one(Patient, world.one.patient.profile_id).user.patient is not None
    with pytest.raises(errors.LinkExpired), transaction(world.one.id) as writing:
        invitations.accept_invitation(writing, f"{world.one.id}.nothing", "hash", NOW)
