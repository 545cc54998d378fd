"""Signing in and out over HTTP, for staff and patients, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from medcor.domain.permissions import Role
from medcor.extensions import db
from medcor.models import AuditEvent, AuthSession, Clinic, User
from medcor.models.tenancy import across_clinics
from medcor.services import passwords
from medcor.web.transaction import reading, transaction
from tests.conftest import NOW
from tests.factories import PASSWORD, make_user
from tests.page_helpers import (
    csrf_token,
    send_form,
    sign_in_patient,
    sign_in_staff,
    signed_in_name,
    text_of,
)

REFUSED = "Invalid credentials or please verify your email."


@pytest.fixture()
def checks(monkeypatch):
    """Count the hashes that are really checked."""
    counted = []
    original = passwords._verify

    def counting(stored, password):
        counted.append(stored)
        return original(stored, password)

    monkeypatch.setattr(passwords, "_verify", counting)
    return counted


def unverify(actor) -> None:
    with transaction(actor.clinic_id) as session:
        session.execute(sa.update(User).where(User.id == actor.user_id).values(verified_at=None))


def test_a_patient_signs_in_at_their_clinic(client, world):
    answer = sign_in_patient(client, world.one.patient)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/patient/")
    assert signed_in_name(client) == "/patient/"


@pytest.mark.parametrize("who", ["admin", "doctor"])
def test_staff_sign_in_without_naming_a_clinic(client, world, who):
    answer = sign_in_staff(client, getattr(world.one, who))
    assert (answer.status_code, answer.headers["Location"]) == (302, "/today/")


def test_each_front_door_is_for_its_own_people(client, world):
    assert sign_in_staff(client, world.one.patient).status_code == 400
    assert sign_in_patient(client, world.one.doctor).status_code == 400
    assert signed_in_name(client) is None


def test_a_refused_sign_in_tells_nothing_but_that(client, world, checks):
    """Wrong, unknown, unverified, inactive and foreign: the same text after the same hashes."""
    unverify(world.one.other_patient)
    path = f"/patient/login/?clinic={world.one.id}"
    tries = [
        (world.one.patient.email, "a wrong password"),
        ("nobody@one.test", PASSWORD),
        (world.one.other_patient.email, PASSWORD),
        (world.two.patient.email, PASSWORD),
        (world.one.doctor.email, PASSWORD),
    ]
    seen = set()
    for email, password in tries:
        checks.clear()
        answer = send_form(client, path, email=email, password=password)
        shown = text_of(answer).replace(email, "")
        seen.add((answer.status_code, len(checks), REFUSED in shown, shown))
    assert len(seen) == 1
    status, hashes, told, _shown = seen.pop()
    assert (status, hashes, told) == (400, 1, True)


def test_a_refused_staff_sign_in_takes_the_same_hashes(client, world, checks):
    unverify(world.one.doctor)
    counted = []
    for email in (world.one.admin.email, "nobody@one.test", world.one.doctor.email):
        checks.clear()
        assert send_form(client, "/login/", email=email, password="wrong").status_code == 400
        counted.append(len(checks))
    assert counted == [2, 2, 2]


def test_what_was_typed_is_kept_but_for_the_password(client, world):
    answer = send_form(
        client, f"/patient/login/?clinic={world.one.id}", email="me@x.test", password="my secret"
    )
    page = answer.get_data(as_text=True)
    assert 'value="me@x.test"' in page
    assert "my secret" not in page


def test_an_empty_form_says_what_is_missing_beside_the_fields(client, world):
    answer = send_form(client, f"/patient/login/?clinic={world.one.id}", email="", password="")
    assert answer.status_code == 400
    assert text_of(answer).count("Enter your email.") == 2
    assert 'href="#email"' in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "email", ["a\x00b@one.test", "x" * 5000, "\ud800".encode("utf-8", "surrogatepass")]
)
def test_odd_input_is_refused_like_any_other(client, world, email):
    answer = send_form(
        client, f"/patient/login/?clinic={world.one.id}", email=email, password="p\x00q"
    )
    assert answer.status_code == 400


def test_a_script_gets_json(client, world):
    headers = {"X-CSRFToken": csrf_token(client), "Accept": "application/json"}
    path = f"/patient/login/?clinic={world.one.id}"
    refused = client.post(path, json={"email": "x@one.test", "password": "y"}, headers=headers)
    assert (refused.status_code, refused.json["error"]) == (400, REFUSED)
    for body in ([1, 2], {"email": 5, "password": None}, "text"):
        assert client.post(path, json=body, headers=headers).status_code == 400
    right = {"email": world.one.patient.email, "password": PASSWORD}
    assert client.post(path, json=right, headers=headers).status_code == 302


def test_no_form_is_taken_without_its_token(client, world):
    fields = {"email": world.one.patient.email, "password": PASSWORD}
    for path in ("/login/", f"/patient/login/?clinic={world.one.id}", "/logout/", "/language/"):
        assert client.post(path, data=fields).status_code == 400
    assert signed_in_name(client) is None


def test_one_address_at_two_clinics_enters_the_one_whose_password_matches(client, world):
    with transaction(world.two.id) as session:
        make_user(
            session,
            world.two.id,
            Role.ADMIN,
            world.one.admin.email,
            password_hash=passwords.hash_password("another good password"),
        )
    send_form(client, "/login/", email=world.one.admin.email, password="another good password")
    with client.session_transaction() as cookie:
        assert cookie["clinic_id"] == world.two.id


def test_one_address_and_password_at_two_clinics_is_asked_which(client, world):
    with transaction(world.two.id) as session:
        make_user(session, world.two.id, Role.ADMIN, world.one.admin.email)
    answer = sign_in_staff(client, world.one.admin)
    assert answer.headers["Location"] == "/login-choices/"
    assert signed_in_name(client) is None
    page = text_of(client.get("/login-choices/"))
    assert "Clinic one.test" in page and "Clinic two.test" in page
    assert send_form(client, "/login-choices/", clinic_id=999).status_code == 404
    entered = send_form(client, "/login-choices/", clinic_id=world.two.id)
    assert entered.headers["Location"] == "/today/"
    with client.session_transaction() as cookie:
        assert cookie["clinic_id"] == world.two.id
        assert "sign_in_choice" not in cookie


def test_the_choice_ends_with_time_and_with_a_new_password(app, client, world):
    with transaction(world.two.id) as session:
        make_user(session, world.two.id, Role.ADMIN, world.one.admin.email)
    sign_in_staff(client, world.one.admin)
    with transaction(world.one.id) as session:
        session.execute(
            sa.update(User)
            .where(User.id == world.one.admin.user_id)
            .values(password_hash=passwords.hash_password("changed in between"))
        )
    assert send_form(client, "/login-choices/", clinic_id=world.one.id).status_code == 400
    app.extensions["medcor"].clock = lambda: NOW + timedelta(minutes=6)
    late = send_form(client, "/login-choices/", clinic_id=world.two.id)
    assert late.headers["Location"] == "/login/"


def test_signing_out_ends_the_session_itself(client, world):
    sign_in_patient(client, world.one.patient)
    with client.session_transaction() as cookie:
        kept = dict(cookie)
    answer = send_form(client, "/logout/")
    assert answer.headers["Location"] == f"/patient/login/?clinic={world.one.id}"
    assert signed_in_name(client) is None
    with client.session_transaction() as cookie:
        cookie.update(kept)
    assert signed_in_name(client) is None
    assert send_form(client, "/logout/").status_code == 302


def test_a_second_sign_in_on_a_browser_ends_the_first(client, world):
    sign_in_patient(client, world.one.patient)
    sign_in_patient(client, world.two.patient)
    sign_in_staff(client, world.one.admin)
    db.session.remove()
    with across_clinics(db.session(), "the test counts"):
        live = db.session.scalars(
            sa.select(AuthSession.user_id).where(AuthSession.revoked_at.is_(None))
        ).all()
    assert live == [world.one.admin.user_id]


def test_a_cookie_set_before_the_sign_in_carries_nothing_into_it(client, world):
    with client.session_transaction() as cookie:
        cookie["planted"] = "by somebody else"
        cookie["_user_id"] = f"{world.one.id}:planted"
    sign_in_patient(client, world.one.patient)
    with client.session_transaction() as cookie:
        assert "planted" not in cookie
        assert cookie["_user_id"] != f"{world.one.id}:planted"


@pytest.mark.parametrize(
    ("target", "goes"),
    [
        ("/view_appointments/?page=2", "/view_appointments/?page=2"),
        ("//evil.test/x", "/patient/"),
        ("https://evil.test/", "/patient/"),
        ("/\\evil.test", "/patient/"),
        ("javascript:alert(1)", "/patient/"),
        ("/\t/evil.test", "/patient/"),
        ("", "/patient/"),
    ],
)
def test_next_stays_on_this_site(client, world, target, goes):
    answer = send_form(
        client,
        f"/patient/login/?clinic={world.one.id}",
        email=world.one.patient.email,
        password=PASSWORD,
        next=target,
    )
    assert answer.headers["Location"] == goes


def test_next_survives_the_choice_of_a_clinic(client, world):
    page = client.get("/patient/login/?next=/view_appointments/").get_data(as_text=True)
    assert f"clinic={world.one.id}&amp;next=/view_appointments/" in page
    page = client.get(f"/patient/login/?clinic={world.one.id}&next=/view_appointments/")
    assert "next=/view_appointments/" in page.get_data(as_text=True)


def test_the_clinic_is_chosen_once_and_remembered(client, world):
    chooser = text_of(client.get("/patient/login/"))
    assert "Clinic one.test" in chooser and "Clinic two.test" in chooser
    assert "Clinic two.test" not in text_of(client.get("/patient/login/?q=one"))
    client.get(f"/patient/login/?clinic={world.two.id}")
    assert "Clinic two.test" in text_of(client.get("/patient/register/"))
    assert "Choose your clinic" in text_of(client.get("/patient/login/?clinic="))
    for unknown in ("999", "abc", "9999999999999999999", "-1"):
        assert client.get(f"/patient/login/?clinic={unknown}").status_code == 404


def test_who_is_signed_in_does_not_see_the_form_again(client, world):
    sign_in_patient(client, world.one.patient)
    again = client.get(f"/patient/login/?clinic={world.one.id}&next=/view_appointments/")
    assert again.headers["Location"] == "/view_appointments/"
    elsewhere = client.get(f"/patient/login/?clinic={world.two.id}")
    assert "You are signed in as" in text_of(elsewhere)


def test_guessing_at_one_account_is_slowed_down_and_told_what_to_do(client, world):
    path = f"/patient/login/?clinic={world.one.id}"
    for _ in range(10):
        send_form(client, path, email=world.one.patient.email, password="wrong")
    answer = send_form(client, path, email=world.one.patient.email.upper(), password=PASSWORD)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 300
    assert "Too many tries. Please wait" in text_of(answer)
    assert sign_in_patient(client, world.one.other_patient).status_code == 302


def test_signing_in_clears_the_count_of_the_account(client, world):
    path = f"/patient/login/?clinic={world.one.id}"
    for _ in range(2):
        for _ in range(6):
            send_form(client, path, email=world.one.patient.email, password="wrong")
        assert sign_in_patient(client, world.one.patient).status_code == 302


def test_the_demo_sign_ins_are_shown_nowhere_but_in_development(client, world):
    with transaction(None) as session:
        session.get(Clinic, world.one.id).is_demo = True
    assert world.one.patient.email not in text_of(
        client.get(f"/patient/login/?clinic={world.one.id}")
    )


def test_a_deactivated_account_is_signed_out_at_once(client, world):
    sign_in_staff(client, world.one.doctor)
    with transaction(world.one.id) as session:
        session.execute(
            sa.update(User).where(User.id == world.one.doctor.user_id).values(is_active=False)
        )
    assert signed_in_name(client) is None
    assert sign_in_staff(client, world.one.doctor).status_code == 400


def test_a_sign_in_is_written_down(client, world):
    sign_in_patient(client, world.one.patient)
    rows = reading(world.one.id).execute(sa.select(AuditEvent.action, AuditEvent.actor_id)).all()
    assert ("account.signed_in", world.one.patient.user_id) in rows
