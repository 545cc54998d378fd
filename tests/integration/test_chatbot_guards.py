"""Origins, the patient's key, limits: what stands between a stranger and the chatbot API."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from medcor.models import Appointment, Clinic, User
from medcor.services.sessions import open_session, revoke_session
from medcor.web import tokens
from medcor.web.cors import origin_of
from medcor.web.transaction import reading, transaction
from tests.chatbot_helpers import Widget, says
from tests.conftest import NOW
from tests.integration.test_chatbot_sign_in import refresh_token_of, with_cookie

FAILED = {"error": "Authentication Failed."}
OWN, LISTED, FOREIGN = "http://127.0.0.1:5000", "https://www.clinic.test", "https://evil.test"


@pytest.fixture()
def widget(client, world) -> Widget:
    return Widget(client, world.one)


@pytest.fixture()
def listed(widget) -> Widget:
    """A widget of a clinic that lists one origin."""
    change_clinic(widget, widget_origins=[f"{LISTED}/"])
    return widget


def change_clinic(widget: Widget, **values: object) -> None:
    with transaction(widget.clinic.id) as session:
        clinic = session.get(Clinic, widget.clinic.id)
        for name, value in values.items():
            setattr(clinic, name, value)


# Origins


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://A.Test", "https://a.test"),
        ("https://a.test:443/x?y", "https://a.test"),
        ("http://a.test:80", "http://a.test"),
        ("https://a.test:80", "https://a.test:80"),
        ("http://[::1]:5000", "http://[::1]:5000"),
        ("null", ""),
        ("", ""),
        ("a.test", ""),
        ("file:///x", ""),
        ("https://", ""),
        ("https://a.test:x", ""),
        ("http://[", ""),
    ],
)
def test_origins_are_compared_as_browsers_write_them(address, origin):
    assert origin_of(address) == origin


def test_a_token_is_issued_to_own_pages_and_to_no_browser(widget):
    path = f"/generate-chatbot-token/{widget.clinic.id}/"
    for headers in ({}, {"Origin": OWN}):
        assert widget.client.post(path, headers=headers).status_code == 200
    for origin in (FOREIGN, LISTED, "null", "", "http://127.0.0.1:5001", f"{OWN}.evil.test"):
        answer = widget.client.post(path, headers={"Origin": origin})
        says(answer, 403, {"error": "This page may not use the clinic's widget."})
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert "Origin" in answer.vary


def test_a_listed_origin_gets_a_token_and_may_read_every_answer(listed, world):
    path = f"/generate-chatbot-token/{listed.clinic.id}/"
    headers = {"Origin": LISTED}
    sent = [
        listed.client.post(path, headers=headers),
        listed.get(listed.treatments_path, Origin=LISTED),
        listed.client.get(listed.treatments_path, headers=headers),
        listed.post(listed.book_path, {}, Origin=LISTED),
        listed.login(Origin=LISTED),
        listed.login(password="wrong", Origin=LISTED),
        listed.client.post(listed.refresh_path, headers=headers),
        listed.client.post(listed.logout_path, headers=headers),
        listed.client.post(listed.logout_path, headers=headers),
    ]
    assert [each.status_code for each in sent] == [200, 200, 401, 400, 200, 400, 200, 200, 404]
    for answer in sent:
        assert answer.headers["Access-Control-Allow-Origin"] == LISTED
        assert answer.headers["Access-Control-Allow-Credentials"] == "true"
        assert "Origin" in answer.vary
    other = listed.client.post(f"/generate-chatbot-token/{world.two.id}/", headers=headers)
    assert other.status_code == 403


@pytest.mark.parametrize("origin", [FOREIGN, "null", "http://www.clinic.test"])
def test_a_foreign_origin_reads_nothing_and_changes_no_session(listed, origin):
    refresh = refresh_token_of(listed.login())
    assert (
        "Access-Control-Allow-Origin"
        not in listed.get(listed.treatments_path, Origin=origin).headers
    )
    says(listed.login(Origin=origin), 401, FAILED)
    says(with_cookie(listed, listed.refresh_path, refresh, Origin=origin), 401, FAILED)
    says(with_cookie(listed, listed.logout_path, refresh, Origin=origin), 401, FAILED)
    assert with_cookie(listed, listed.refresh_path, refresh, Origin=OWN).status_code == 200


def test_a_preflight_tells_a_listed_origin_what_it_may_send(listed):
    for path in (
        listed.book_path,
        listed.login_path,
        listed.refresh_path,
        f"/verify-token/{listed.clinic.id}/{listed.token}/",
    ):
        asked = {
            "Origin": LISTED,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type",
        }
        answer = listed.client.options(path, headers=asked)
        assert answer.status_code == 200
        assert answer.headers["Access-Control-Allow-Origin"] == LISTED
        assert "POST" in answer.headers["Access-Control-Allow-Methods"]
        allowed = answer.headers["Access-Control-Allow-Headers"]
        assert allowed == "Authorization, Content-Type, Idempotency-Key, X-Api-Key"
        refused = listed.client.options(path, headers={**asked, "Origin": FOREIGN})
        assert not [name for name, _ in refused.headers if name.startswith("Access-Control")]
        assert "Origin" in refused.vary


def test_only_the_chatbots_routes_answer_across_origins(listed):
    answer = listed.client.get("/healthz", headers={"Origin": LISTED})
    assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]


# The patient's own key


def staff_key(widget: Widget) -> str:
    with transaction(widget.clinic.id) as session:
        user = session.get(User, widget.clinic.doctor.user_id)
        row = open_session(session, user, "", NOW)
        return tokens.issue_api_key(user.clinic_id, user.id, row.public_id)


def test_a_clinic_may_ask_for_the_patients_own_key(widget, world):
    change_clinic(widget, booking_needs_key=True)
    other = Widget(widget.client, world.two)
    own, wish = widget.key(), widget.wish()
    refresh = refresh_token_of(widget.login())
    says(widget.post(widget.book_path, wish), 401, FAILED)
    wrong = (
        "",
        "nonsense",
        widget.token,
        refresh,
        other.key(),
        staff_key(widget),
        widget.key(widget.clinic.other_patient.email),
    )
    for key in wrong:
        says(widget.post(widget.book_path, wish, X_Api_Key=key), 401, FAILED)
    assert reading(widget.clinic.id).scalar(sa.select(sa.func.count(Appointment.id))) == 0
    made = widget.post(widget.book_path, wish, X_Api_Key=own)
    assert made.status_code == 201
    assert widget.get(widget.treatments_path).status_code == 200


def test_the_key_comes_after_the_token_and_before_the_body(widget):
    change_clinic(widget, booking_needs_key=True)
    says(widget.client.post(widget.book_path), 401, {"detail": "Invalid or missing chatbot token."})
    says(widget.post(widget.book_path), 401, FAILED)
    own = widget.key()
    missing = {"error": "Missing required parameters."}
    says(widget.post(widget.book_path, {}, X_Api_Key=own), 400, missing)


def test_the_address_is_compared_before_any_look_up(widget):
    change_clinic(widget, booking_needs_key=True)
    own = widget.key()
    for email in ("nobody@one.test", widget.clinic.other_patient.email):
        body = {"patient_email": email, "appointment_date": "2020-01-01"}
        says(widget.post(widget.book_path, body, X_Api_Key=own), 401, FAILED)
    same = widget.wish(patient_email=" PATIENT@One.Test")
    assert widget.post(widget.book_path, same, X_Api_Key=own).status_code == 201


def test_a_key_is_checked_also_where_none_is_asked_for(widget):
    says(widget.post(widget.book_path, widget.wish(), X_Api_Key="nonsense"), 401, FAILED)
    wish = widget.wish(patient_email=widget.clinic.other_patient.email)
    says(widget.post(widget.book_path, wish, X_Api_Key=widget.key()), 401, FAILED)


def test_a_revoked_session_ends_its_key(widget):
    own = widget.key()
    claims = tokens.read_token(own, "api")
    with transaction(widget.clinic.id) as session:
        revoke_session(session, claims.session_id, NOW)
    says(widget.post(widget.book_path, widget.wish(), X_Api_Key=own), 401, FAILED)


def test_a_key_opens_the_pages_until_the_widget_signs_out(widget):
    signed = widget.login()

    def page(token: str) -> int:
        headers = {"Authorization": f"Bearer {token}"}
        return widget.client.get("/treatment-list/", headers=headers).status_code

    assert page(signed.json["api_key"]) == 200
    assert [page(widget.token), page(refresh_token_of(signed))] == [401, 401]
    assert widget.client.post(widget.logout_path).status_code == 200
    assert page(signed.json["api_key"]) == 401


def test_a_key_in_the_token_header_is_no_chatbot_token(widget):
    bad = Widget(widget.client, widget.clinic, widget.key())
    says(bad.book(), 401, {"detail": "Invalid or missing chatbot token."})


def test_no_page_session_is_opened_or_accepted(widget):
    widget.login()
    assert widget.client.get_cookie("medcor_session") is None
    for path in (widget.treatments_path, widget.doctors_path):
        assert widget.client.get(path).status_code == 401


def test_another_method_is_told_which_ones_there_are(widget):
    for path, known in (
        (widget.treatments_path, "GET, HEAD, OPTIONS"),
        (widget.book_path, "OPTIONS, POST"),
        (f"/{widget.clinic.id}/holds/1/", "DELETE, OPTIONS"),
    ):
        answer = widget.client.patch(path, headers=widget.headers())
        assert (answer.status_code, answer.headers["Allow"]) == (405, known)
        assert answer.json["code"] == "method_not_allowed"


# Limits


@pytest.fixture()
def limits(app, monkeypatch):
    """Lower one limit for a test."""
    return lambda name, value: monkeypatch.setattr(app.extensions["medcor"].settings, name, value)


def refused(answer) -> bool:
    if answer.status_code != 429:
        return False
    says(answer, 429, {"error": "Too many tries. Please wait a moment and try again."})
    assert 0 <= int(answer.headers["Retry-After"]) <= 300
    return True


def test_calls_are_limited_by_address_across_all_endpoints(widget, limits):
    limits("limit_api_calls_per_minute", 6)
    paths = (widget.treatments_path, widget.doctors_path)
    answers = [refused(widget.get(path)) for _ in range(4) for path in paths]
    assert answers == [False] * 6 + [True] * 2
    assert refused(widget.book()) and refused(widget.login())
    elsewhere = widget.client.get(
        widget.treatments_path,
        headers=widget.headers(),
        environ_overrides={"REMOTE_ADDR": "192.0.2.9"},
    )
    assert elsewhere.status_code == 200


def test_wrong_passwords_are_limited_by_account_and_right_ones_are_not(widget, world, limits):
    limits("limit_sign_ins_per_account", "3 per 5 minutes")
    assert all(widget.login().status_code == 200 for _ in range(5))
    wrong = [widget.login("PATIENT@one.test", "wrong").status_code for _ in range(4)]
    assert wrong == [400, 400, 400, 429]
    assert refused(widget.login())
    assert widget.login(widget.clinic.other_patient.email).status_code == 200
    assert Widget(widget.client, world.two).login().status_code == 200


def test_sign_ins_are_limited_by_address(widget, limits):
    limits("limit_sign_ins_per_minute", 3)
    people = [widget.clinic.patient.email, widget.clinic.other_patient.email] * 2
    assert [widget.login(email).status_code for email in people] == [200, 200, 200, 429]


def test_look_ups_without_a_key_are_limited_and_those_with_one_are_not(widget, limits):
    limits("limit_email_lookups", "2 per minute")
    key = widget.key()
    statuses = [widget.book(patient_email=f"{n}@one.test").status_code for n in range(3)]
    assert statuses == [404, 404, 429]
    assert refused(widget.book())
    assert widget.post(widget.book_path, widget.wish(), X_Api_Key=key).status_code == 201


def test_a_call_that_looks_nobody_up_costs_no_look_up(widget, limits):
    limits("limit_email_lookups", "1 per minute")
    for body in ({}, widget.wish(appointment_date="x"), widget.wish(doctor_id=None)):
        assert widget.post(widget.book_path, body).status_code == 400
    assert widget.client.post(widget.book_path).status_code == 401
    assert widget.book().status_code == 201


# Logs


def test_tokens_keys_and_passwords_stay_out_of_the_log(widget, caplog, capsys):
    signed = widget.login()
    widget.client.post(widget.refresh_path)
    widget.post(widget.book_path, widget.wish(), X_Api_Key=signed.json["api_key"])
    widget.client.get(f"/verify-token/{widget.clinic.id}/{widget.token}/")
    written = capsys.readouterr().err + " ".join(each.getMessage() for each in caplog.records)
    assert "/chatbot/login/" in written
    for secret in (widget.token, signed.json["api_key"], refresh_token_of(signed)):
        assert secret not in written and secret.split(".")[2] not in written
