"""What the tests of the clinic's settings share: its forms, and what was saved."""

from __future__ import annotations

import re

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from medcor.domain.permissions import Actor
from medcor.extensions import db
from medcor.models import Clinic, User
from medcor.services.sessions import open_session
from medcor.web import tokens
from medcor.web.transaction import reading, transaction
from tests.conftest import NOW
from tests.html_page import read_page
from tests.page_helpers import csrf_token

EDIT = "/clinic/edit/"
DETAILS = {
    "name": "New Name",
    "about": "First line.\r\n\r\nSecond line.",
    "email": "desk@new.test",
    "phone": "+49 30 123456",
    "street": "Neue Straße 5",
    "postcode": "10115",
    "city": "Berlin",
    "country": "DE",
    "directions": "Ring twice.",
}


def open_form(client: FlaskClient, part: str) -> dict[str, str]:
    """The fields of a part's form as the page shows them."""
    page = read_page(client.get(f"{EDIT}?part={part}").text)
    (form,) = [each for each in page.forms if each.action.startswith(EDIT)]
    return {name: value for name, value in form.fields.items() if name != "do"}


def save(client: FlaskClient, part: str, **changes: object):
    """Send a part's form with some fields changed; None leaves a box unticked."""
    fields = {"csrf_token": csrf_token(client, EDIT), "version": open_version(client)}
    return client.post(f"{EDIT}?part={part}", data={**fields, **changes})


def open_version(client: FlaskClient) -> str:
    found = re.search(r'name="version"[^>]*value="(\d+)"', client.get(EDIT).text)
    return found.group(1)


def fresh(clinic_id: int) -> Session:
    """A session that sees what the requests have committed."""
    db.session.remove()
    return reading(clinic_id)


def clinic_of(clinic_id: int) -> Clinic:
    return fresh(clinic_id).get_one(Clinic, clinic_id)


def bearer(app: Flask, actor: Actor) -> dict[str, str]:
    """A script's key, as a header."""
    with transaction(actor.clinic_id) as session:
        row = open_session(session, session.get(User, actor.user_id), "test", NOW)
        session_id = row.public_id
    with app.test_request_context():
        key = tokens.issue_api_key(actor.clinic_id, actor.user_id, session_id)
    return {"Authorization": f"Bearer {key}"}
