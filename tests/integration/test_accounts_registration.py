"""Registering, verifying and recovering an account, from the form through the mail and back."""

from __future__ import annotations

import re
import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from medcor.domain.permissions import Role
from medcor.models import MailedLink, OutboxMail, Patient, User
from medcor.services import passwords
from medcor.web.transaction import reading, transaction
from tests.conftest import NOW
from tests.factories import PASSWORD, make_user
from tests.page_helpers import (
    link_in,
    send_form,
    sent_mails,
    sign_in_patient,
    sign_in_staff,
    signed_in_name,
    text_of,
)

NEW = {
    "first_name": "Nina",
    "last_name": "Novak",
    "email": "Nina@New.test",
    "phone": "+90 532 000 00 00",
    "password": "three green apples",
}


@pytest.fixture()
def mails(app):
    folder = app.extensions["medcor"].settings.mail_folder
    sent_mails(folder)
    return lambda: sent_mails(folder)


def register(client, clinic, **changes):
    return send_form(client, f"/patient/register/?clinic={clinic.id}", **{**NEW, **changes})


def sign_in(client, clinic, email, password):
    path = f"/patient/login/?clinic={clinic.id}"
    return send_form(client, path, email=email, password=password)


def at_once(app, number: int, act) -> list[int]:
    """The status codes of several browsers that do the same at the same moment."""
    ready, answers = threading.Barrier(number), []

    def run(browser):
        browser.get("/login/")
        ready.wait(10)
        answers.append(act(browser).status_code)

    threads = [threading.Thread(target=run, args=(app.test_client(),)) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return answers


def body_of(mail) -> str:
    return mail.get_body(("plain",)).get_content()


def at(app, later: timedelta) -> None:
    app.extensions["medcor"].clock = lambda: NOW + later


def test_a_patient_registers_verifies_and_signs_in(client, world, mails):
    answer = register(client, world.one)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/sent-mails/")
    assert "Nina@new.test" in text_of(client.get("/sent-mails/"))
    assert sign_in(client, world.one, NEW["email"], NEW["password"]).status_code == 400
    (mail,) = mails()
    assert mail["To"] == "Nina@new.test"
    assert mail["From"].startswith('"Clinic one.test" <') or "Clinic one.test" in mail["From"]
    link = link_in(mail, "email-verifications")
    assert link.startswith(f"/email-verifications/{world.one.id}.")
    for _ in range(2):
        page = client.get(link)
        assert page.status_code == 200 and page.headers["Referrer-Policy"] == "no-referrer"
        assert client.head(link).status_code == 200
    assert sign_in(client, world.one, NEW["email"], NEW["password"]).status_code == 400
    door = f"/patient/login/?clinic={world.one.id}"
    assert send_form(client, link).headers["Location"] == door
    assert "Your email is confirmed." in text_of(client.get(door))
    assert sign_in(client, world.one, "NINA@new.TEST", NEW["password"]).status_code == 302
    row = reading(world.one.id).scalar(
        sa.select(Patient)
        .join(User, User.id == Patient.user_id)
        .where(User.email_key == "nina@new.test")
    )
    assert (row.user.name, row.phone, row.user.role) == ("Nina Novak", NEW["phone"], Role.PATIENT)


def test_the_mail_has_both_bodies_and_its_link_below_public_url(app, client, world, mails):
    register(client, world.one)
    (mail,) = mails()
    base = app.extensions["medcor"].settings.public_url
    html = mail.get_body(("html",)).get_content()
    assert f'href="{base}/email-verifications/' in html
    assert f"{base}/email-verifications/" in mail.get_body(("plain",)).get_content()
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Reply-To"] == "front@clinic.test"


def test_the_link_never_comes_from_the_host_header(client, world, mails):
    client.get(f"/patient/register/?clinic={world.one.id}", headers={"Host": "evil.test"})
    register(client, world.one)
    (mail,) = mails()
    assert "evil.test" not in mail.as_string()


def test_a_link_works_once_and_for_its_time(app, client, world, mails):
    register(client, world.one)
    link = link_in(mails()[0], "email-verifications")
    assert send_form(client, link).status_code == 302
    again = send_form(client, link)
    assert again.status_code == 400 and "This link is over" in text_of(again)
    assert "Send the confirmation mail again" in text_of(client.get(link))
    register(client, world.one, email="late@new.test")
    link = link_in(mails()[0], "email-verifications")
    at(app, timedelta(hours=48, seconds=1))
    assert send_form(client, link).status_code == 400


@pytest.mark.parametrize("token", ["x", "1.", "1.wrong", "9999999999.x", "9" * 14 + ".x", "-1.x"])
def test_a_made_up_link_is_over(client, world, token):
    for path in (f"/email-verifications/{token}/", f"/password-resets/{token}/"):
        assert client.get(path).status_code == 400
        assert send_form(client, path, password="three green apples").status_code == 400


def test_a_link_of_one_kind_is_none_of_the_other(client, world, mails):
    register(client, world.one)
    link = link_in(mails()[0], "email-verifications")
    other = link.replace("email-verifications", "password-resets")
    assert send_form(client, other, password="three green apples").status_code == 400
    foreign = re.sub(r"/\d+\.", f"/{world.two.id}.", link)
    assert send_form(client, foreign).status_code == 400


def test_only_hashes_of_tokens_are_kept_once_the_mail_is_sent(client, world, mails):
    register(client, world.one)
    token = link_in(mails()[0], "email-verifications").split("/")[2]
    session = reading(world.one.id)
    kept = [
        *session.scalars(sa.select(MailedLink.token_hash)),
        *map(str, session.scalars(sa.select(OutboxMail.details))),
    ]
    assert kept and not [each for each in kept if token in each]


def test_registering_a_known_address_looks_the_same_and_tells_its_owner(client, world, mails):
    fresh = register(client, world.one)
    fresh_page = text_of(client.get("/sent-mails/"))
    known = register(client, world.one, email=world.one.patient.email)
    known_page = text_of(client.get("/sent-mails/"))
    known_page = known_page.replace(world.one.patient.email, "Nina@new.test")
    assert (known.status_code, known.headers["Location"]) == (fresh.status_code, "/sent-mails/")
    assert known_page == fresh_page
    _new, told = mails()
    assert told["To"] == world.one.patient.email
    assert told["Subject"] == "You already have an account at Clinic one.test"
    assert f"/patient/forgot-password/?clinic={world.one.id}" in body_of(told)
    assert sign_in_patient(client, world.one.patient).status_code == 302


def test_one_link_sent_five_times_at_once_works_once(app, client, world, mails):
    register(client, world.one)
    link = link_in(mails()[0], "email-verifications")
    answers = at_once(app, 5, lambda browser: send_form(browser, link))
    assert sorted(answers) == [302, 400, 400, 400, 400]


def test_one_address_registered_five_times_at_once_is_one_account(app, world, mails):
    answers = at_once(app, 5, lambda browser: register(browser, world.one))
    assert answers == [302] * 5
    found = reading(world.one.id).scalar(
        sa.select(sa.func.count(User.id)).where(User.email_key == "nina@new.test")
    )
    assert found == 1 and mails()


def test_the_same_address_may_register_at_two_clinics(client, world, mails):
    register(client, world.one)
    register(client, world.two)
    assert [mail["Subject"] for mail in mails()] == [
        "Confirm your email for Clinic one.test",
        "Confirm your email for Clinic two.test",
    ]


def test_who_registers_an_address_first_does_not_get_its_owners_account(client, world, mails):
    """The password that counts is the one of the registration whose mail was answered."""
    register(client, world.one, password="the thief was here")
    register(client, world.one)
    _thiefs, owners = mails()
    register(client, world.one, password="the thief once more")
    send_form(client, link_in(owners, "email-verifications"))
    assert sign_in(client, world.one, NEW["email"], "the thief was here").status_code == 400
    assert sign_in(client, world.one, NEW["email"], "the thief once more").status_code == 400
    assert sign_in(client, world.one, NEW["email"], NEW["password"]).status_code == 302
    (thiefs,) = mails()
    assert send_form(client, link_in(thiefs, "email-verifications")).status_code == 400


def test_the_mail_is_sent_again_to_who_waits_for_it_and_to_nobody_else(client, world, mails):
    register(client, world.one)
    mails()
    path = f"/email-verifications/?clinic={world.one.id}"
    for email in (world.one.patient.email, "nobody@new.test", NEW["email"]):
        assert send_form(client, path, email=email).headers["Location"] == "/sent-mails/"
    (mail,) = mails()
    send_form(client, link_in(mail, "email-verifications"))
    assert sign_in(client, world.one, NEW["email"], NEW["password"]).status_code == 302


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"password": "short"}, "Use at least 10 characters."),
        ({"password": "password123"}, "Too many people use this password."),
        ({"password": "NinaNovak1"}, "not made of your name or email"),
        ({"email": "no address"}, "Enter an email like"),
        ({"email": "a@" + "b" * 250 + ".test"}, "Enter an email like"),
        # Short enough as typed, too long once its ligatures are taken apart for comparison.
        ({"email": "ﬃ" * 60 + "@" + "b" * 60 + "." + "b" * 60 + ".test"}, "Enter an email like"),
        ({"first_name": " "}, "Enter your first name."),
        ({"last_name": "x" * 81}, "Use at most 80 characters."),
        ({"phone": "call me"}, "Enter a phone number."),
    ],
)
def test_what_is_wrong_is_told_and_the_rest_is_kept(client, world, mails, change, told):
    answer = register(client, world.one, **change)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert told in text_of(answer)
    assert 'aria-invalid="true"' in page and "error-summary" in page
    assert NEW["password"] not in page and ('value="Nina"' in page or "first_name" in change)
    assert mails() == []


def test_the_language_of_the_page_is_the_language_of_the_account(client, world, mails):
    send_form(client, "/language/", language="tr", next="/login/")
    register(client, world.one)
    language = reading(world.one.id).scalar(
        sa.select(User.language).where(User.email_key == "nina@new.test")
    )
    assert language == "tr"


def test_a_forgotten_password_is_set_anew_and_ends_every_session(app, client, world, mails):
    elsewhere = app.test_client()
    sign_in_patient(elsewhere, world.one.patient)
    path = f"/patient/forgot-password/?clinic={world.one.id}"
    assert send_form(client, path, email=world.one.patient.email.upper()).status_code == 302
    (mail,) = mails()
    link = link_in(mail, "password-resets")
    assert world.one.patient.email in text_of(client.get(link))
    weak = send_form(client, link, password="password123")
    assert weak.status_code == 400 and "Too many people" in text_of(weak)
    assert signed_in_name(elsewhere) == "/patient/"
    done = send_form(client, link, password="three green apples")
    assert done.headers["Location"] == f"/patient/login/?clinic={world.one.id}"
    assert signed_in_name(elsewhere) is None
    assert sign_in_patient(client, world.one.patient).status_code == 400
    assert sign_in_patient(client, world.one.patient, "three green apples").status_code == 302
    assert send_form(client, link, password="three red apples").status_code == 400
    (told,) = mails()
    assert told["Subject"] == "Your password at Clinic one.test was changed"


def test_a_reset_also_proves_the_address(client, world, mails):
    register(client, world.one)
    mails()
    send_form(client, f"/patient/forgot-password/?clinic={world.one.id}", email=NEW["email"])
    send_form(client, link_in(mails()[0], "password-resets"), password="three green pears")
    assert sign_in(client, world.one, NEW["email"], "three green pears").status_code == 302


def test_a_reset_link_lives_an_hour_and_dies_with_the_account(app, client, world, mails):
    path = f"/patient/forgot-password/?clinic={world.one.id}"
    send_form(client, path, email=world.one.patient.email)
    link = link_in(mails()[0], "password-resets")
    with transaction(world.one.id) as session:
        session.execute(
            sa.update(User).where(User.id == world.one.patient.user_id).values(is_active=False)
        )
    assert client.get(link).status_code == 400
    send_form(client, path, email=world.one.other_patient.email)
    link = link_in(mails()[0], "password-resets")
    assert client.get(link).status_code == 200
    at(app, timedelta(minutes=61))
    assert client.get(link).status_code == 400


def test_forgetting_says_the_same_for_every_address(client, world, mails):
    path = f"/patient/forgot-password/?clinic={world.one.id}"
    seen = set()
    for email in (
        world.one.patient.email,
        "nobody@one.test",
        world.one.doctor.email,
        world.two.patient.email,
    ):
        answer = send_form(client, path, email=email)
        page = text_of(client.get("/sent-mails/")).replace(email, "")
        seen.add((answer.status_code, answer.headers["Location"], page))
    assert len(seen) == 1
    assert [mail["To"] for mail in mails()] == [world.one.patient.email]


def test_staff_get_one_mail_for_each_clinic_of_theirs(client, world, mails):
    with transaction(world.two.id) as session:
        make_user(session, world.two.id, Role.DOCTOR, world.one.admin.email)
    send_form(client, "/forgot-password/", email=world.one.admin.email)
    send_form(client, "/forgot-password/", email=world.one.patient.email)
    first, second = mails()
    assert {first["Subject"], second["Subject"]} == {
        "A new password for Clinic one.test",
        "A new password for Clinic two.test",
    }
    link = next(
        link_in(each, "password-resets")
        for each in (first, second)
        if "one.test" in each["Subject"]
    )
    assert send_form(client, link, password="three green apples").headers["Location"] == "/login/"
    assert sign_in_staff(client, world.one.admin, "three green apples").status_code == 302
    with client.session_transaction() as cookie:
        assert cookie["clinic_id"] == world.one.id


def test_mails_to_one_address_are_limited(client, world, mails):
    path = f"/patient/forgot-password/?clinic={world.one.id}"
    answers = [send_form(client, path, email=world.one.patient.email) for _ in range(6)]
    assert [each.status_code for each in answers] == [302] * 5 + [429]
    assert "Please wait" in text_of(answers[-1]) and "Retry-After" in answers[-1].headers
    assert len(mails()) == 5
    assert send_form(client, path, email=world.one.other_patient.email).status_code == 302


def test_a_visitor_signed_in_at_one_clinic_uses_the_links_of_another(client, world, mails):
    register(client, world.two)
    link = link_in(mails()[0], "email-verifications")
    sign_in_patient(client, world.one.patient)
    assert client.get(link).status_code == 200
    assert send_form(client, link).status_code == 302
    assert send_form(client, link).status_code == 400
    assert register(client, world.two, email="second@new.test", password="short").status_code == 400
    assert register(client, world.two, email="second@new.test").status_code == 302
    assert signed_in_name(client) == "/patient/"


def test_the_password_is_hashed_with_argon2id(client, world, mails):
    register(client, world.one)
    stored = reading(world.one.id).scalar(sa.select(MailedLink.password_hash))
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.verify_password(stored, NEW["password"])
    assert PASSWORD not in stored
