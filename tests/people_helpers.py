"""What the tests of doctors, patients and profiles share: forms as a browser sends them."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import sqlalchemy as sa
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from medcor.models import AuditEvent
from medcor.services import booking
from medcor.services.booking import BookingRequest
from medcor.web.transaction import reading, transaction
from tests.conftest import NOW
from tests.page_helpers import csrf_token

MONDAY = date(2026, 3, 9)
_VERSION = re.compile(r'name="version"[^>]*value="(\d*)"')
DOCTOR = {
    "first_name": "Nora",
    "last_name": "Novak",
    "email": "nora@one.test",
    "phone": "+90 532 000 11 22",
    "gender": "Female",
    "language": "tr",
    "years_of_experience": "9",
    "specialisations": "Orthodontics, general dentistry, orthodontics",
    "bio": "Straightens teeth.\n\nSpeaks Turkish and English.",
}
PATIENT = {
    "first_name": "Pelin",
    "last_name": "Polat",
    "email": "pelin@one.test",
    "phone": "0532 111 22 33",
    "gender": "Female",
    "birth_date": "1980-05-17",
    "language": "tr",
}


def send(client: FlaskClient, path: str, page: str = "", **fields: object) -> TestResponse:
    """Post a form with the token and the version that the page at ``page`` (or ``path``) shows."""
    shown = client.get(page or path)
    version = _VERSION.search(shown.get_data(as_text=True))
    data = {
        "csrf_token": csrf_token(client, page or path),
        **({"version": version.group(1)} if version else {}),
        **fields,
    }
    return client.post(path, data=data)


def send_json(client: FlaskClient, path: str, body: object, page: str) -> TestResponse:
    """Post JSON as a script on the page ``page`` does."""
    return client.post(path, json=body, headers={"X-CSRFToken": csrf_token(client, page)})


def picture(kind: str = "PNG", colour: str = "teal") -> tuple[io.BytesIO, str]:
    """A picture as a file field sends it."""
    out = io.BytesIO()
    Image.new("RGB", (900, 600), colour).save(out, kind)
    out.seek(0)
    return out, f"me.{kind.lower()}"


def book(clinic, patient, slot: int = 0, day: date = MONDAY) -> int:
    """Book with the clinic's first doctor."""
    wish = BookingRequest(clinic.doctor.profile_id, clinic.treatment_id, clinic.slot_ids[slot], day)
    with transaction(clinic.id) as session:
        return booking.book_appointment(session, patient, wish, NOW).id


def actions(clinic_id: int) -> list[str]:
    """What the audit log of a clinic says was done, in order."""
    wanted = sa.select(AuditEvent.action).order_by(AuditEvent.id)
    return list(reading(clinic_id).scalars(wanted))


@contextmanager
def counted_queries(engine: sa.Engine) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    sent: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        sent.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
