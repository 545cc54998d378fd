"""A browser without a screen: pages over the test client, forms sent with the token they show."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import unescape
from pathlib import Path

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from medcor.extensions import db
from medcor.web.mail_ticker import send_due
from tests.factories import PASSWORD

_TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')


def csrf_token(client: FlaskClient, path: str = "/login/") -> str:
    """The token that the page at ``path`` carries."""
    found = _TOKEN.search(client.get(path).get_data(as_text=True))
    assert found, f"no token on {path}"
    return found.group(1)


def send_form(client: FlaskClient, path: str, **fields: object) -> TestResponse:
    """Post a form as a browser does: open a page, take its token, send."""
    token = csrf_token(client, "/login/?clinic=")
    return client.post(path, data={"csrf_token": token, **fields})


def sign_in_patient(client: FlaskClient, actor, password: str = PASSWORD) -> TestResponse:
    path = f"/patient/login/?clinic={actor.clinic_id}"
    return send_form(client, path, email=actor.email, password=password)


def sign_in_staff(client: FlaskClient, actor, password: str = PASSWORD) -> TestResponse:
    return send_form(client, "/login/", email=actor.email, password=password)


def signed_in_name(client: FlaskClient) -> str | None:
    """Where ``/home/`` leads: the first page of the role, or None while signed out."""
    answer = client.get("/home/")
    target = answer.headers["Location"]
    return None if "/login/" in target else target


def text_of(response: TestResponse) -> str:
    """What a page says, without its markup."""
    body = re.sub(r"<(script|style|head).*?</\1>", " ", response.get_data(as_text=True), flags=re.S)
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", body).split()))


def sent_mails(folder: Path) -> list[EmailMessage]:
    """Send what is due and read every mail that was written since the last call."""
    db.session.remove()
    send_due()
    db.session.remove()
    mails = []
    for file in sorted(folder.glob("*.eml")):
        mails.append(message_from_bytes(file.read_bytes(), policy=policy.default))
        file.unlink()
    return mails


def link_in(mail: EmailMessage, part: str) -> str:
    """The path of the first link of the mail's text that goes through ``/part/``."""
    text = mail.get_body(("plain",)).get_content()
    found = re.search(rf"https?://[^/\s]+(/{part}/[^\s]+)", text)
    assert found, text
    return found.group(1)
