"""A new patient registers through the chatbot API, by the same rules as on the page."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from medcor.models import Clinic, Patient, User
from medcor.services import passwords
from medcor.web import registration
from medcor.web.transaction import reading, transaction
from tests.chatbot_helpers import Widget, says
from tests.page_helpers import link_in, send_form, sent_mails

NEW = {
    "first_name": "Nina",
    "last_name": "Novak",
    "email": "Nina@New.test",
    "password": "seven brown foxes",
}
MAILED = {"message": "Please verify your email."}
FAILED = {"error": "Authentication Failed."}
LISTED, FOREIGN = "https://www.clinic.test", "https://evil.test"


@pytest.fixture()
def widget(client, world) -> Widget:
    return Widget(client, world.one)


@pytest.fixture()
def mails(app):
    folder = app.extensions["medcor"].settings.mail_folder
    sent_mails(folder)
    return lambda: sent_mails(folder)


def register(widget: Widget, headers: dict[str, str] | None = None, **changes: object):
    return widget.client.post(widget.register_path, json={**NEW, **changes}, headers=headers)


def people(widget: Widget) -> int:
    return reading(widget.clinic.id).scalar(sa.select(sa.func.count(Patient.id)))


def test_a_patient_registers_confirms_and_signs_in(widget, client, mails):
    says(register(widget, {"Accept-Language": "tr"}), 202, MAILED)
    assert widget.login(NEW["email"], NEW["password"]).status_code == 400
    (mail,) = mails()
    assert mail["To"] == "Nina@new.test"
    assert send_form(client, link_in(mail, "email-verifications")).status_code == 302
    assert widget.login(NEW["email"], NEW["password"]).status_code == 200
    user = reading(widget.clinic.id).scalar(sa.select(User).filter_by(email_key="nina@new.test"))
    assert (user.name, user.language) == ("Nina Novak", "tr")


def test_a_form_registers_as_well(widget, mails):
    answer = widget.client.post(widget.register_path, data=NEW)
    says(answer, 202, MAILED)
    assert len(mails()) == 1


def test_known_and_unknown_addresses_get_one_answer(widget, mails):
    before = people(widget)
    for email in (widget.clinic.patient.email, widget.clinic.doctor.email.upper()):
        says(register(widget, email=email), 202, MAILED)
    assert people(widget) == before
    told = {mail["To"]: mail["Subject"] for mail in mails()}
    assert set(told) == {widget.clinic.patient.email, widget.clinic.doctor.email}
    assert widget.login(password=NEW["password"]).status_code == 400


def test_known_and_unknown_addresses_take_the_same_time(widget, monkeypatch):
    """One hash for every address, and what is looked up or written is padded to the same length."""
    slept, hashed, true_hash = [], [], passwords.hash_password

    def counting(password: str) -> str:
        hashed.append(password)
        return true_hash(password)

    monkeypatch.setattr(passwords, "hash_password", counting)
    monkeypatch.setattr(registration, "time", SimpleNamespace(monotonic=lambda: 5.0))
    monkeypatch.setattr(registration, "runtime", SimpleNamespace(sleep=slept.append))
    for email in (NEW["email"], widget.clinic.patient.email, widget.clinic.doctor.email):
        says(register(widget, email=email), 202, MAILED)
    assert slept == [registration.EVEN_SECONDS] * 3
    assert hashed == [NEW["password"]] * 3


@pytest.mark.parametrize(
    ("change", "field", "told"),
    [
        ({"password": "short"}, "password", "Use at least 10 characters."),
        ({"password": "NinaNovak1"}, "password", "not made of your name or email"),
        ({"password": 1234567890123}, "password", "Choose a password."),
        ({"email": "no address"}, "email", "Enter an email like"),
        ({"email": None}, "email", "Enter your email."),
        ({"email": ["a@b.test"]}, "email", "Enter your email."),
        ({"first_name": " "}, "first_name", "Enter your first name."),
        ({"first_name": "\x00"}, "first_name", "Enter your first name."),
        ({"last_name": "x" * 81}, "last_name", "Use at most 80 characters."),
        ({"last_name": "\ud800"}, "last_name", "Enter your last name."),
    ],
)
def test_what_is_wrong_is_told_beside_its_field(widget, mails, change, field, told):
    answer = register(widget, **change)
    assert (answer.status_code, answer.json["error"]) == (400, "Please check what you entered.")
    assert list(answer.json["fields"]) == [field]
    assert told in answer.json["fields"][field][0]
    assert mails() == []


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 20000])
def test_a_body_that_is_no_object_misses_everything(widget, data):
    headers = {"Content-Type": "application/json"}
    answer = widget.client.post(widget.register_path, data=data, headers=headers)
    assert answer.status_code == 400
    assert set(answer.json["fields"]) == {"first_name", "last_name", "email", "password"}


def test_the_texts_are_in_the_readers_language(widget):
    english = register(widget, password="short").json["fields"]["password"]
    turkish = register(widget, {"Accept-Language": "tr"}, password="short").json["fields"]
    assert turkish["password"] != english


def test_the_clinic_comes_first_then_the_token_then_the_origin(widget, world):
    with transaction(widget.clinic.id) as session:
        session.get(Clinic, widget.clinic.id).widget_origins = [LISTED]
    token = Widget(widget.client, world.two).token
    for unknown in ("999", "0", "x"):
        lost = widget.client.post(f"/chatbot/register/{unknown}/{widget.token}/", json=NEW)
        says(lost, 404, {"error": "Invalid tenant ID."})
    for wrong in ("x", token):
        answer = widget.client.post(f"/chatbot/register/{widget.clinic.id}/{wrong}/", json=NEW)
        says(answer, 401, FAILED)
    says(register(widget, {"Origin": FOREIGN}), 401, FAILED)
    answer = register(widget, {"Origin": LISTED})
    says(answer, 202, MAILED)
    assert answer.headers["Access-Control-Allow-Origin"] == LISTED


def test_a_body_too_large_is_refused(widget):
    answer = register(widget, first_name="x" * 70_000)
    says(answer, 413, {"error": "That is too large. Please send less."})


def test_mails_to_one_address_are_limited_across_page_and_widget(widget, mails):
    answers = [register(widget).status_code for _ in range(6)]
    assert answers == [202] * 5 + [429]
    path = f"/patient/register/?clinic={widget.clinic.id}"
    page = send_form(widget.client, path, **NEW)
    assert page.status_code == 429
    assert register(widget, email="second@new.test").status_code == 202
    assert len(mails()) == 6


def test_no_session_is_opened(widget):
    answer = register(widget)
    assert "Set-Cookie" not in answer.headers
