"""Chatbot tokens and a patient's sign-in through the widget, to the letter."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from http.cookies import SimpleCookie

import jwt
import pytest
import sqlalchemy as sa

from medcor.domain.appointments import AppointmentStatus
from medcor.models import Appointment, AuthSession, Clinic, User
from medcor.services import booking, passwords
from medcor.services.booking import BookingRequest
from medcor.web import tokens
from medcor.web.transaction import reading, transaction
from tests.chatbot_helpers import Widget, says
from tests.conftest import NOW
from tests.factories import PASSWORD

NO_CLINIC = {"detail": "Clinic matching query does not exist."}
MISSING = {"error": "Email, password, and tenant ID are required."}
WRONG = {"error": "Invalid credentials or please verify your email."}
FAILED = {"error": "Authentication Failed."}
LOGIN = {"message": "login required"}
NOWHERE = 2**31


@pytest.fixture()
def widget(client, world) -> Widget:
    return Widget(client, world.one)


def cookie_of(response) -> SimpleCookie:
    jar = SimpleCookie()
    for header in response.headers.getlist("Set-Cookie"):
        jar.load(header.replace("; Partitioned", ""))
    return jar


def refresh_token_of(response) -> str:
    return cookie_of(response)["refresh_token"].value


def with_cookie(widget: Widget, path: str, value: str, **headers: str):
    """Post as `curl --cookie` does, without a jar of its own."""
    client = widget.client.application.test_client(use_cookies=False)
    return client.post(path, headers={"Cookie": f"refresh_token={value}", **headers})


def signed_user(widget: Widget) -> dict:
    return {
        "user_id": widget.clinic.patient.user_id,
        "email": "patient@one.test",
        "name": "Patient Test",
        "profile_pic": None,
        "schema_name": f"clinic_{widget.clinic.id}",
    }


def at(app, later: timedelta) -> None:
    app.extensions["medcor"].clock = lambda: NOW + later


# Chatbot tokens


def test_a_token_is_issued_and_verified(widget):
    response = widget.client.post(f"/generate-chatbot-token/{widget.clinic.id}/")
    assert list(response.json) == ["data_token"] and response.status_code == 200
    token = response.json["data_token"]
    says(widget.client.get(f"/verify-token/{widget.clinic.id}/{token}/"), 200, {"success": True})
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("clinic_id", [0, 999, NOWHERE, 10**30])
def test_tokens_of_an_unknown_clinic(widget, clinic_id):
    says(widget.client.post(f"/generate-chatbot-token/{clinic_id}/"), 404, NO_CLINIC)
    says(widget.client.get(f"/verify-token/{clinic_id}/{widget.token}/"), 404, NO_CLINIC)


def forged(**changes: object) -> str:
    claims = {
        "typ": "chatbot",
        "clinic": 1,
        "sub": "clinic_1",
        "exp": 4_000_000_000,
        "jti": "x",
        "fresh": False,
        "type": "access",
        "iat": 1,
        "nbf": 1,
    }
    return jwt.encode({**claims, **changes}, "x" * 40, algorithm="HS256")


def bad_tokens(widget: Widget, other_clinic: int) -> dict[str, str]:
    """Everything that must not pass for this clinic's chatbot token."""
    head, payload, signature = widget.token.split(".")
    user = widget.clinic.patient.user_id
    flipped = signature[:-2] + ("A" if signature[-2] != "A" else "B") + signature[-1]
    none = jwt.encode(
        jwt.decode(widget.token, options={"verify_signature": False}), "", algorithm="none"
    )
    return {
        "nonsense": "nonsense",
        "another clinic's": tokens.issue_chatbot_token(other_clinic),
        "a key": tokens.issue_api_key(widget.clinic.id, user, "x"),
        "a refresh token": tokens.issue_refresh_token(widget.clinic.id, user, "x", "y"),
        "another secret": forged(),
        "no algorithm": none,
        "no signature": f"{head}.{payload}.",
        "tampered": f"{head}.{payload}.{flipped}",
        "brackets": jwt.utils.base64url_encode(b"[" * 4000).decode() + ".e30.AAAA",
    }


def test_what_is_no_token_of_the_clinic_is_refused_everywhere(widget, world, monkeypatch):
    monkeypatch.setattr(tokens, "CHATBOT_LIFE", timedelta(seconds=-1))
    expired = tokens.issue_chatbot_token(widget.clinic.id)
    monkeypatch.undo()
    wrong = {**bad_tokens(widget, world.two.id), "expired": expired}
    right = {"email": widget.clinic.patient.email, "password": PASSWORD}
    refresh = refresh_token_of(widget.login())
    for name, token in wrong.items():
        bad = Widget(widget.client, widget.clinic, token)
        verified = widget.client.get(f"/verify-token/{widget.clinic.id}/{token}/")
        says(verified, 200, {"success": False})
        says(widget.client.post(bad.login_path, json=right), 401, FAILED)
        assert with_cookie(bad, bad.refresh_path, refresh).status_code == 401, name
        assert with_cookie(bad, bad.logout_path, refresh).status_code == 401, name
        assert bad.get(bad.treatments_path).status_code == 401, name
        assert bad.book().status_code == 401, name
    assert with_cookie(widget, widget.refresh_path, refresh).status_code == 200


def test_a_token_of_a_clinic_that_is_gone(widget):
    gone = Widget(widget.client, widget.clinic, tokens.issue_chatbot_token(999))
    says(gone.post(gone.refresh_path), 401, FAILED)
    says(gone.post(gone.logout_path), 401, FAILED)


# Login


def test_a_login_without_appointments(widget):
    response = widget.login()
    expected = {
        "api_key": response.json["api_key"],
        "recent_appointment": None,
        "appointment_prompt": "Hi Patient Test.",
        "user_data": signed_user(widget),
    }
    says(response, 200, expected)
    cookie = cookie_of(response)["refresh_token"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (
        "/chatbot/token/",
        True,
        "Lax",
    )
    assert not cookie["secure"] and int(cookie["max-age"]) == 30 * 86400
    assert [*cookie_of(response)] == ["refresh_token"]


def book(widget: Widget, day: date, slot: int = 0) -> int:
    clinic, actor = widget.clinic, widget.clinic.patient
    wish = BookingRequest(clinic.doctor.profile_id, clinic.treatment_id, clinic.slot_ids[slot], day)
    with transaction(clinic.id, actor) as session:
        return booking.book_appointment(session, actor, wish, NOW).id


def recent(made: int, day: str, start: str = "09:00:00", end: str = "09:30:00") -> dict:
    return {
        "id": made,
        "treatment__name": "Dental Cleaning",
        "doctor__users__first_name": "Doctor",
        "doctor__users__last_name": "Test",
        "appointment_slot_date": day,
        "appointment_slot_start_time": start,
        "appointment_slot_end_time": end,
    }


def test_the_next_live_appointment_is_told(widget):
    book(widget, date(2026, 3, 16))
    first = book(widget, date(2026, 3, 9))
    body = widget.login().json
    assert list(body["recent_appointment"].items()) == list(recent(first, "2026-03-09").items())
    assert body["appointment_prompt"] == (
        "Hi Patient Test, you have an appointment for Dental Cleaning with Dr. Doctor Test. "
        "Your appointment is scheduled from 09:00:00 to 09:30:00 on 2026-03-09."
    )


def test_after_a_cancellation_the_next_one_counts(widget):
    later = book(widget, date(2026, 3, 16))
    first = book(widget, date(2026, 3, 9))
    with transaction(widget.clinic.id) as session:
        booking.cancel_appointment(session, widget.clinic.patient, first, "", NOW)
    assert widget.login().json["recent_appointment"] == recent(later, "2026-03-16")


def test_a_past_or_cancelled_one_is_shown_but_not_announced(app, widget):
    made = book(widget, date(2026, 3, 9))
    at(app, timedelta(days=20))
    body = widget.login().json
    assert body["recent_appointment"] == recent(made, "2026-03-09")
    assert body["appointment_prompt"] == "Hi Patient Test."
    at(app, timedelta(0))
    with transaction(widget.clinic.id) as session:
        session.get(Appointment, made).status = AppointmentStatus.CANCELLED
    assert widget.login().json["appointment_prompt"] == "Hi Patient Test."


def test_another_patients_appointment_is_not_told(widget):
    book(widget, date(2026, 3, 9))
    assert widget.login(widget.clinic.other_patient.email).json["recent_appointment"] is None


@pytest.mark.parametrize(
    "body",
    [
        None,
        {},
        [],
        "x",
        {"email": "patient@one.test"},
        {"password": "x"},
        {"email": "", "password": "x"},
        {"email": "patient@one.test", "password": ""},
        {"email": " ", "password": "x"},
        {"email": 5, "password": "x"},
        {"email": "patient@one.test", "password": 12345},
        {"email": "a\x00", "password": "x"},
        {"email": "\ud800", "password": "x"},
        {"email": ["a"], "password": {"a": 1}},
    ],
)
def test_email_and_password_are_required(widget, body):
    says(widget.post(widget.login_path, body), 400, MISSING)


def test_wrong_unknown_unverified_inactive_and_staff_get_one_answer(widget, world):
    says(widget.login(password="wrong"), 400, WRONG)
    says(widget.login("nobody@one.test"), 400, WRONG)
    says(widget.login(world.two.patient.email), 400, WRONG)
    says(widget.login(widget.clinic.doctor.email), 400, WRONG)
    for change in ({"verified_at": None}, {"is_active": False}, {"password_hash": ""}):
        with transaction(widget.clinic.id) as session:
            user = session.get(User, widget.clinic.patient.user_id)
            before = {name: getattr(user, name) for name in change}
            for name, value in change.items():
                setattr(user, name, value)
        says(widget.login(), 400, WRONG)
        with transaction(widget.clinic.id) as session:
            user = session.get(User, widget.clinic.patient.user_id)
            for name, value in before.items():
                setattr(user, name, value)
    assert widget.login().status_code == 200


def test_every_refused_sign_in_costs_one_hash(widget, monkeypatch):
    true_check, hashed = passwords._verify, []

    def counting(stored: str, password: str) -> bool:
        hashed.append(stored)
        return true_check(stored, password)

    monkeypatch.setattr(passwords, "_verify", counting)
    with transaction(widget.clinic.id) as session:
        session.get(User, widget.clinic.other_patient.user_id).verified_at = None
    people = (widget.clinic.patient, widget.clinic.other_patient, widget.clinic.doctor)
    for email in (*(each.email for each in people), "nobody@one.test"):
        hashed.clear()
        says(widget.login(email, "wrong"), 400, WRONG)
        assert len(hashed) == 1


def test_the_clinic_comes_before_the_token_and_the_token_before_the_body(widget):
    for unknown in (0, 999, NOWHERE):
        path = f"/chatbot/login/{unknown}/nonsense/"
        says(widget.client.post(path), 404, {"error": "Invalid tenant ID."})
    says(widget.client.post(f"/chatbot/login/{widget.clinic.id}/nonsense/"), 401, FAILED)


# Refresh and logout


def test_a_refresh_gives_a_new_key_and_a_new_cookie(widget):
    first = widget.login()
    response = widget.client.post(widget.refresh_path)
    expected = {"api_key": response.json["api_key"], "user_data": signed_user(widget)}
    says(response, 200, expected)
    assert response.json["api_key"] != first.json["api_key"]
    assert refresh_token_of(response) != refresh_token_of(first)
    assert cookie_of(response)["refresh_token"]["path"] == "/chatbot/token/"


def test_the_cookie_is_read_where_it_belongs_and_nowhere_else(widget):
    widget.login()
    assert widget.client.post(widget.refresh_path).status_code == 200
    assert widget.client.get_cookie("refresh_token", path="/") is None


@pytest.mark.parametrize("endpoint", ["refresh_path", "logout_path"])
def test_without_a_good_refresh_token_a_login_is_required(widget, world, endpoint):
    path, clinic = getattr(widget, endpoint), widget.clinic
    key = widget.login().json["api_key"]
    fresh = widget.client.application.test_client()
    says(fresh.post(path), 404, LOGIN)
    unknown = tokens.issue_refresh_token(clinic.id, clinic.patient.user_id, "x", "y")
    for value in ("", "nonsense", key, widget.token, unknown):
        says(with_cookie(widget, path, value), 404, LOGIN)


@pytest.mark.parametrize("endpoint", ["refresh_path", "logout_path"])
def test_a_refresh_token_of_another_clinic_does_not_match(widget, world, endpoint):
    other = Widget(widget.client, world.two)
    foreign = refresh_token_of(other.login())
    says(with_cookie(widget, getattr(widget, endpoint), foreign), 401, FAILED)
    assert with_cookie(other, other.refresh_path, foreign).status_code == 200


def test_an_old_refresh_token_is_honoured_for_thirty_seconds(app, widget):
    old = refresh_token_of(widget.login())
    new = refresh_token_of(with_cookie(widget, widget.refresh_path, old))
    at(app, timedelta(seconds=30))
    second_tab = with_cookie(widget, widget.refresh_path, old)
    assert second_tab.status_code == 200 and second_tab.json["api_key"]
    at(app, timedelta(seconds=40))
    assert with_cookie(widget, widget.refresh_path, new).status_code == 200


def test_a_reused_refresh_token_ends_the_session(app, widget):
    signed = widget.login()
    old = refresh_token_of(signed)
    renewed = with_cookie(widget, widget.refresh_path, old)
    at(app, timedelta(seconds=31))
    says(with_cookie(widget, widget.refresh_path, old), 404, LOGIN)
    says(with_cookie(widget, widget.refresh_path, refresh_token_of(renewed)), 404, LOGIN)
    for answer in (signed, renewed):
        booked = widget.post(widget.book_path, widget.wish(), X_Api_Key=answer.json["api_key"])
        says(booked, 401, FAILED)


def test_a_logout_ends_key_cookie_and_session(widget):
    signed = widget.login()
    response = widget.client.post(widget.logout_path)
    says(response, 200, {"message": "logout successfully"})
    gone = cookie_of(response)["refresh_token"]
    assert (gone.value, gone["path"], gone["max-age"]) == ("", "/chatbot/token/", "0")
    assert datetime.strptime(gone["expires"], "%a, %d %b %Y %H:%M:%S GMT").year == 1970
    refresh = refresh_token_of(signed)
    says(with_cookie(widget, widget.refresh_path, refresh), 404, LOGIN)
    says(with_cookie(widget, widget.logout_path, refresh), 404, LOGIN)
    key = signed.json["api_key"]
    booked = widget.post(widget.book_path, widget.wish(), X_Api_Key=key)
    says(booked, 401, FAILED)
    row = reading(widget.clinic.id).scalar(sa.select(AuthSession))
    assert row.revoked_at == NOW


def test_a_browser_without_the_cookie_logs_out_by_the_key(widget):
    key = widget.login().json["api_key"]
    widget.client.delete_cookie("refresh_token", path="/chatbot/token/")
    says(widget.post(widget.logout_path, X_Api_Key="nobody's"), 401, FAILED)
    response = widget.post(widget.logout_path, X_Api_Key=key)
    says(response, 200, {"message": "logout successfully"})
    booked = widget.post(widget.book_path, widget.wish(), X_Api_Key=key)
    says(booked, 401, FAILED)


def test_a_deactivated_patient_is_signed_out(widget):
    refresh = refresh_token_of(widget.login())
    with transaction(widget.clinic.id) as session:
        session.get(User, widget.clinic.patient.user_id).is_active = False
    says(with_cookie(widget, widget.refresh_path, refresh), 404, LOGIN)
    says(with_cookie(widget, widget.logout_path, refresh), 404, LOGIN)


# The cookie of a widget in another site's page


def test_a_widgets_cookie_may_cross_sites_and_is_partitioned(widget):
    with transaction(widget.clinic.id) as session:
        session.get(Clinic, widget.clinic.id).widget_origins = ["https://www.clinic.test"]
    for origin in ("https://www.clinic.test", "http://127.0.0.1:5000"):
        header = widget.login(Origin=origin).headers["Set-Cookie"]
        for part in ("Path=/chatbot/token/", "SameSite=None", "Secure", "Partitioned", "HttpOnly"):
            assert part in header.split("; ")
    assert "SameSite=Lax" in widget.login().headers["Set-Cookie"]


def test_in_production_the_cookie_is_secure(app, widget, monkeypatch):
    monkeypatch.setattr(app.extensions["medcor"].settings, "medcor_env", "production")
    header = widget.login().headers["Set-Cookie"]
    assert "Secure" in header.split("; ") and "SameSite=Lax" in header
