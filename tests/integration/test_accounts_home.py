"""The way home by page session, by key, and for strangers; language and development mail."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from medcor import create_app
from medcor.models import User
from medcor.services.sessions import open_session, revoke_session
from medcor.web import tokens
from medcor.web.transaction import reading, transaction
from tests.conftest import NOW, test_settings
from tests.page_helpers import (
    send_form,
    sent_mails,
    sign_in_patient,
    sign_in_staff,
    signed_in_name,
    text_of,
)

BROWSER = {"User-Agent": "Mozilla/5.0", "Sec-Fetch-Site": "cross-site", "Accept": "text/html"}


def key_of(actor) -> tuple[str, str]:
    """An access key as the chatbot API gives it, and its session id."""
    with transaction(actor.clinic_id) as session:
        row = open_session(session, session.get(User, actor.user_id), "widget", NOW)
        session_id = row.public_id
    return tokens.issue_api_key(actor.clinic_id, actor.user_id, session_id), session_id


@pytest.mark.parametrize(
    ("who", "target"), [("admin", "/today/"), ("doctor", "/today/"), ("patient", "/patient/")]
)
def test_home_leads_each_role_to_its_own_page(client, world, who, target):
    actor = getattr(world.one, who)
    key, _session_id = key_of(actor)
    by_header = client.get("/home/", headers={"Authorization": f"Bearer {key}"})
    assert (by_header.status_code, by_header.headers["Location"]) == (302, target)
    assert signed_in_name(client) is None
    (sign_in_patient if who == "patient" else sign_in_staff)(client, actor)
    assert signed_in_name(client) == target


def test_a_key_in_the_address_signs_in_and_leaves_the_address(client, world):
    key, session_id = key_of(world.one.patient)
    answer = client.get(f"/home/?api_key={key}")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/home/")
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert key not in answer.get_data(as_text=True)
    assert signed_in_name(client) == "/patient/"
    with transaction(world.one.id) as session:
        revoke_session(session, session_id, NOW)
    assert signed_in_name(client) is None


def test_a_key_in_the_session_signs_in(client, world):
    key, _session_id = key_of(world.one.doctor)
    with client.session_transaction() as cookie:
        cookie["api_key"] = key
    assert client.get("/home/").headers["Location"] == "/home/"
    assert signed_in_name(client) == "/today/"
    with client.session_transaction() as cookie:
        assert "api_key" not in cookie


def test_a_key_never_replaces_another_person(client, world):
    sign_in_patient(client, world.one.patient)
    for other in (world.one.other_patient, world.two.doctor):
        key, _session_id = key_of(other)
        assert client.get(f"/home/?api_key={key}").headers["Location"] == "/home/"
        assert "You are signed in as" in text_of(client.get("/patient/"))
        assert signed_in_name(client) == "/patient/"


@pytest.mark.parametrize(
    "headers",
    [
        BROWSER,
        {**BROWSER, "Sec-Fetch-Site": "same-site"},
        {"User-Agent": "Mozilla/5.0 (no fetch metadata)"},
    ],
)
def test_a_key_from_another_site_is_asked_about_first(client, world, headers):
    key, session_id = key_of(world.one.patient)
    answer = client.get(f"/home/?api_key={key}", headers=headers)
    assert answer.headers["Location"] == "/sign-in-offers/"
    assert signed_in_name(client) is None
    asked = client.get("/sign-in-offers/")
    assert world.one.patient.email in text_of(asked)
    assert key not in asked.get_data(as_text=True)
    assert send_form(client, "/sign-in-offers/").headers["Location"] == "/home/"
    assert signed_in_name(client) == "/patient/"
    with transaction(world.one.id) as session:
        revoke_session(session, session_id, NOW)
    assert signed_in_name(client) is None


def test_an_offer_ends_with_time_and_with_its_session(app, client, world):
    key, session_id = key_of(world.one.patient)
    client.get(f"/home/?api_key={key}", headers=BROWSER)
    with transaction(world.one.id) as session:
        revoke_session(session, session_id, NOW)
    assert client.get("/sign-in-offers/").status_code == 302
    key, _session_id = key_of(world.one.patient)
    client.get(f"/home/?api_key={key}", headers=BROWSER)
    app.extensions["medcor"].clock = lambda: NOW + timedelta(minutes=6)
    assert send_form(client, "/sign-in-offers/").headers["Location"] == "/home/"
    assert signed_in_name(client) is None


@pytest.mark.parametrize("bad", ["", "x", "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.", "\x00"])
def test_a_bad_key_is_no_key(client, world, bad):
    assert client.get("/home/", query_string={"api_key": bad}).headers["Location"] == "/login/"
    assert signed_in_name(client) is None
    if bad.isprintable() and bad:
        refused = client.get("/home/", headers={"Authorization": f"Bearer {bad}"})
        assert refused.status_code == 401


def test_another_kind_of_token_is_no_key(client, world):
    chatbot = tokens.issue_chatbot_token(world.one.id)
    refresh = tokens.issue_refresh_token(world.one.id, world.one.patient.user_id, "sid", "rid")
    for token in (chatbot, refresh):
        assert client.get(f"/home/?api_key={token}").headers["Location"] == "/login/"


def test_a_stranger_is_sent_to_sign_in(client, world):
    assert client.get("/home/").headers["Location"] == "/login/?next=/home/"
    refused = client.get("/home/", headers={"Accept": "application/json"})
    assert refused.status_code == 401 and refused.is_json


def test_no_key_reaches_the_log(client, world, caplog):
    key, _session_id = key_of(world.one.patient)
    client.get(f"/home/?api_key={key}")
    client.get(f"/email-verifications/{world.one.id}.secret-token/")
    assert "/home/" in caplog.text
    assert key not in caplog.text and "secret-token" not in caplog.text


def test_the_language_is_kept_for_pages_and_mails(client, world):
    sign_in_patient(client, world.one.patient)
    answer = send_form(client, "/language/", language="tr", next="/view_appointments/")
    assert answer.headers["Location"] == "/view_appointments/"
    assert 'lang="tr"' in client.get("/patient/").get_data(as_text=True)
    stored = reading(world.one.id).scalar(
        sa.select(User.language).where(User.id == world.one.patient.user_id)
    )
    assert stored == "tr"
    send_form(client, "/logout/")
    assert 'lang="tr"' in client.get("/login/").get_data(as_text=True)


@pytest.mark.parametrize("target", ["//evil.test/", "https://evil.test/", "/logout/", "/nowhere"])
def test_the_language_leads_back_to_pages_of_this_site_only(client, world, target):
    assert send_form(client, "/language/", language="tr", next=target).headers["Location"] == "/"


def test_an_unknown_language_is_refused(client, world):
    assert send_form(client, "/language/", language="xx").status_code == 400


def test_the_written_mails_are_shown_in_development_only(app, client, world, tmp_path):
    send_form(
        client, f"/patient/forgot-password/?clinic={world.one.id}", email=world.one.patient.email
    )
    folder = app.extensions["medcor"].settings.mail_folder
    sent_mails(folder)
    assert client.get("/dev/mail/").status_code == 404
    assert client.get("/dev/mail/x/").status_code == 404
    assert client.get("/dev/mail/x/html/").status_code == 404


def test_development_reads_its_mails_in_the_browser(app, world, tmp_path):
    settings = test_settings(
        tmp_path,
        medcor_env="development",
        database_url=app.config["SQLALCHEMY_DATABASE_URI"],
    )
    developed = create_app(settings)
    developed.test_client_class = app.test_client_class
    reader = developed.test_client()
    folder = settings.mail_folder
    folder.mkdir()
    (folder / "20260304-1.eml").write_bytes(
        b"Subject: A test\r\nTo: a@b.test\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\n'
        b"Content-Type: text/html\r\n\r\n<html><head></head><body>Hello</body></html>\r\n--x\r\n"
        b'Content-Type: text/calendar\r\nContent-Disposition: attachment; filename="a.ics"\r\n\r\n'
        b"BEGIN:VCALENDAR\r\n--x--\r\n"
    )
    assert "A test" in text_of(reader.get("/dev/mail/"))
    assert "a.ics" in text_of(reader.get("/dev/mail/20260304-1/"))
    html = reader.get("/dev/mail/20260304-1/html/")
    assert "Hello" in text_of(html) and "sandbox" in html.headers["Content-Security-Policy"]
    file = reader.get("/dev/mail/20260304-1/attachments/0/")
    assert file.data.startswith(b"BEGIN:VCALENDAR") and file.mimetype == "text/calendar"
    for missing in ("nothing", "..%2f..%2fsecret_key", "20260304-1/attachments/7"):
        assert reader.get(f"/dev/mail/{missing}/").status_code == 404
