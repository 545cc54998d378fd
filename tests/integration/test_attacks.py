"""What an attacker tries: past the tenant filter, with odd texts, forged headers and tokens."""

from __future__ import annotations

import base64
import json
from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from medcor import create_app
from medcor.domain.errors import TenantScopeError
from medcor.extensions import db
from medcor.models import (
    Appointment,
    Clinic,
    ConversationMessage,
    MessageType,
    Specialisation,
    Treatment,
    User,
)
from medcor.models.tenancy import across_clinics
from medcor.services import booking, conversations
from medcor.services.booking import BookingRequest
from medcor.web import tokens
from medcor.web.limits import client_network
from medcor.web.logs import REDACTED, redact_text
from medcor.web.transaction import reading, transaction
from tests.conftest import NOW, test_settings
from tests.page_helpers import csrf_token, sent_mails, sign_in_patient, sign_in_staff

MARKUP = '"><img src=x onerror=alert(1)><script>alert(2)</script>'
users = User.__table__

# Past the tenant filter

BARE = {
    "table": sa.select(users),
    "column": sa.select(users.c.email),
    "alias": sa.select(users.alias().c.email),
    "count": sa.select(sa.func.count()).select_from(users),
    "light table": sa.select(sa.column("email")).select_from(sa.table("users")),
    "text": sa.text("SELECT email FROM users"),
    "text source": sa.select(sa.literal_column("email")).select_from(sa.text("users")),
    "update": sa.update(users).values(first_name="x"),
    "delete": sa.delete(users),
    "text update": sa.text("UPDATE users SET first_name = 'x'"),
    "insert": sa.insert(Specialisation.__table__).values(clinic_id=1, name="x"),
}


@pytest.mark.parametrize("name", BARE)
def test_a_statement_without_a_model_is_refused_by_the_session(world, name):
    with pytest.raises(TenantScopeError):
        reading(world.one.id).execute(BARE[name])


FILTERED = {
    "union": sa.union(sa.select(User.email), sa.select(User.email)),
    "union inside": sa.select(
        sa.union(sa.select(User.email), sa.select(User.email)).subquery().c.email
    ),
    "entity of a union": sa.select(
        aliased(User, sa.union(sa.select(User), sa.select(User)).subquery()).email
    ),
    "alias": sa.select(aliased(User).email),
    "alias of the table": sa.select(aliased(User, users.alias()).email),
    "outer join": sa.select(User.email).select_from(Clinic).join(User, User.clinic_id == Clinic.id),
    "scalar": sa.select(
        sa.select(sa.func.max(User.email)).where(User.clinic_id == 2).scalar_subquery()
    ),
}


@pytest.mark.parametrize("name", FILTERED)
def test_no_shape_of_a_select_reaches_another_clinic(world, name):
    found = [row[0] for row in reading(world.one.id).execute(FILTERED[name])]
    assert found and not [email for email in found if email and email.endswith("two.test")]


def _bulk_update(session, other):
    session.execute(sa.update(User), [{"id": other, "first_name": "x", "version": 1}])


def _bulk_mapping(session, other):
    session.bulk_update_mappings(User, [{"id": other, "first_name": "x", "version": 1}])


def _move_away(session, _other):
    session.execute(sa.update(Specialisation).values(clinic_id=2))


def _upsert(session, other):
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    row = {"id": other, "clinic_id": 1, "first_name": "x", "last_name": "x", "role": "patient"}
    insert = dialect.insert(User).on_conflict_do_update(
        index_elements=["id"], set_={"first_name": "x"}
    )
    session.execute(insert, [{**row, "email": "x@x", "email_key": "x@x"}])


@pytest.mark.parametrize("attack", [_bulk_update, _bulk_mapping, _move_away, _upsert])
def test_no_write_reaches_another_clinics_row(world, attack):
    other = world.two.patient.user_id
    with pytest.raises(TenantScopeError), transaction(world.one.id) as session:
        attack(session, other)
    db.session.remove()
    assert reading(world.two.id).get(User, other).first_name == "Patient"


def test_the_door_out_leaves_nothing_behind_while_changes_wait(world):
    with transaction(world.one.id) as session:
        with across_clinics(session, "test"):
            held = session.get(User, world.two.patient.user_id)
            session.add(Specialisation(clinic_id=world.one.id, name="waits"))
        assert held is not None
        assert session.get(User, world.two.patient.user_id) is None
    assert reading(world.one.id).scalar(
        sa.select(Specialisation.name).where(Specialisation.name == "waits")
    )


# Texts that no database holds, bodies that no parser ends

UNSTORABLE = ["a\x00b", "a\ud800b"]


@pytest.fixture()
def appointment_id(world) -> int:
    wish = BookingRequest(
        world.one.doctor.profile_id,
        world.one.treatment_id,
        world.one.slot_ids[0],
        date(2026, 3, 9),
    )
    with transaction(world.one.id) as session:
        return booking.book_appointment(session, world.one.patient, wish, NOW).id


def post_json(client, path: str, body: bytes):
    headers = {"X-CSRFToken": csrf_token(client, "/nothing/"), "Accept": "application/json"}
    answer = client.post(path, data=body, content_type="application/json", headers=headers)
    assert "open too long" not in answer.get_data(as_text=True)
    return answer


@pytest.mark.parametrize("text", UNSTORABLE)
def test_a_reason_loses_what_no_database_holds(client, world, appointment_id, text):
    sign_in_staff(client, world.one.admin)
    body = json.dumps({"reason": text}).encode()
    assert post_json(client, f"/cancel_appointment/{appointment_id}/", body).status_code == 200
    kept = reading(world.one.id).get(Appointment, appointment_id).cancel_reason
    assert kept == "ab"


@pytest.mark.parametrize("text", UNSTORABLE)
def test_a_password_of_any_characters_is_only_wrong(client, world, text):
    body = json.dumps({"email": world.one.admin.email, "password": text}).encode()
    assert post_json(client, "/login/", body).status_code == 400


@pytest.mark.parametrize("text", UNSTORABLE)
def test_what_was_said_is_logged_without_what_no_database_holds(world, text):
    actor = world.one.patient
    with transaction(actor.clinic_id) as session:
        conversations.log_message(
            session,
            actor,
            session_id="s",
            turn_id="s.1",
            message_id="s.1.user",
            message_type=MessageType.USER,
            content=text,
            source="text",
            interrupted=False,
            now=NOW,
        )
    assert reading(actor.clinic_id).scalar(sa.select(ConversationMessage.content)) == "ab"


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 50_000, b"\xff", b"1", b"null"])
def test_a_body_that_is_no_object_is_an_empty_one(client, world, body):
    sign_in_patient(client, world.one.patient)
    for path in ("/fetch-slots/", "/language/", "/patient/login/?clinic=2"):
        assert post_json(client, path, body).status_code == 400, path


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2026-02-30", "%00"])
def test_a_day_at_the_end_of_time_is_refused(client, world, day):
    sign_in_staff(client, world.one.admin)
    assert client.get(f"/today/?date={day}").status_code == 400


def test_markup_in_names_is_text_on_every_page(client, world, appointment_id):
    with transaction(world.one.id) as session:
        session.get(Clinic, world.one.id).name = MARKUP
        session.get(Clinic, world.one.id).accent = "}<x>"
        session.execute(sa.update(User).values(first_name=MARKUP, last_name=MARKUP))
        session.get(Treatment, world.one.treatment_id).name = MARKUP
        session.get(Appointment, appointment_id).cancel_reason = MARKUP
    sign_in_patient(client, world.one.patient)
    treatment, doctor = world.one.treatment_id, world.one.doctor.profile_id
    pages = [
        "/patient/",
        "/view_appointments/?q=" + MARKUP,
        f"/appointment-details/{appointment_id}/",
        f"/cancel_appointment/{appointment_id}/",
        f"/get-doctors-for-treatment/{treatment}/",
        f"/available-slots/{doctor}/{treatment}/",
        f"/view-treatment/{treatment}/",
        "/patient/login/?clinic=1&next=/" + MARKUP,
    ]
    check_markup(client, pages)
    sign_in_staff(client, world.one.admin)
    check_markup(client, ["/today/?date=2026-03-09", "/doctor_appointments/?q=" + MARKUP])


def check_markup(client, pages: list[str]) -> None:
    for path in pages:
        answer = client.get(path)
        text = answer.get_data(as_text=True)
        assert answer.status_code in (200, 302), path
        assert "<img src=x" not in text and "<script>alert" not in text, path
        assert "}<x>" not in text, path
        assert "'unsafe-inline'" not in answer.headers["Content-Security-Policy"], path


def test_an_odd_accent_keeps_no_mail_from_being_sent(app, world, appointment_id):
    with transaction(world.one.id) as session:
        session.get(Clinic, world.one.id).accent = "red"
    folder = app.extensions["medcor"].settings.mail_folder
    assert len(sent_mails(folder)) == 1


# Forged headers and tokens


def test_a_redirect_names_no_host(client):
    answer = client.get("/today?x=1&next=//evil.test", headers={"Host": "evil.test"})
    assert answer.status_code == 308
    assert answer.headers["Location"] == "/today/?x=1&next=//evil.test"


@pytest.mark.parametrize(
    ("hops", "forwarded", "counted"),
    [
        (0, "203.0.113.9", "198.51.100.7"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "192.0.2.1, 203.0.113.9", "203.0.113.9"),
        (1, "203.0.113.9:4711", "203.0.113.9"),
        (1, "2001:db8::1", "2001:db8::/64"),
        (1, "2001:db8::2%eth0", "2001:db8::/64"),
        (1, "::ffff:203.0.113.9", "203.0.113.9"),
        (1, "x:y", "x"),
    ],
)
def test_who_calls_is_what_the_nearest_trusted_proxy_says(tmp_path, hops, forwarded, counted):
    app = create_app(test_settings(tmp_path, trusted_proxies=hops))
    seen = []
    app.before_request_funcs[None] = [lambda: seen.append(client_network()) or "stop"]
    headers = {"X-Forwarded-For": forwarded}
    app.test_client().get("/", headers=headers, environ_base={"REMOTE_ADDR": "198.51.100.7"})
    assert seen == [counted]


def encoded(part: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def test_no_token_without_our_signature_is_read(client, world):
    good = tokens.issue_chatbot_token(world.one.id)
    _head, body, signature = good.split(".")
    forged = [
        f"{encoded({'alg': 'none', 'typ': 'JWT'})}.{body}.",
        f"{encoded({'alg': 'None'})}.{body}.{signature}",
        f"{encoded({'alg': 'HS512'})}.{body}.{signature}",
        f"{encoded({'alg': 'HS256', 'jwk': {'kty': 'oct', 'k': ''}})}.{body}.{signature}",
        f"{good[:-2]}AA",
        "...",
        "a." * 500,
    ]
    path = f"/{world.one.id}/treatments/"
    for token in forged:
        answer = client.get(path, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401, token
    assert client.get(path, headers={"Authorization": f"Bearer {good}"}).status_code == 200


def test_a_key_never_turns_into_a_token_of_another_kind(client, world):
    chatbot = tokens.issue_chatbot_token(world.one.id)
    refresh = tokens.issue_refresh_token(world.one.id, world.one.patient.user_id, "s", "r")
    api = tokens.issue_api_key(world.one.id, world.one.patient.user_id, "s")
    read = {
        typ: [tokens.read_token(raw, typ) is not None for raw in (chatbot, refresh, api)]
        for typ in ("chatbot", "refresh", "api")
    }
    assert read == {
        "chatbot": [True, False, False],
        "refresh": [False, True, False],
        "api": [False, False, True],
    }
    for raw in (chatbot, refresh, api):
        answer = client.get(f"/home/?api_key={raw}")
        assert answer.headers["Location"] == "/login/"


# What the log may hold


def test_the_log_holds_no_mailed_link_and_no_row():
    link = "1.AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_abcde"
    for path in (f"/password-resets/{link}", f"/email-verifications/{link}/"):
        assert link not in redact_text(path) and REDACTED in redact_text(path)
    assert "secret" not in redact_text("DETAIL:  Failing row contains (1, secret).")
    harmless = "took 1.25 s at 2026-03-04T06:00:00.123456Z"
    assert redact_text(harmless) == harmless


def test_a_failed_statement_tells_no_values(world):
    hashed = "a hash that is nobody's business"
    with pytest.raises(IntegrityError) as caught, transaction(world.one.id) as session:
        session.add(
            User(
                id=world.one.patient.user_id,
                role="patient",
                email="new@one.test",
                email_key="new@one.test",
                first_name="x",
                last_name="x",
                password_hash=hashed,
            )
        )
        session.flush()
    assert hashed not in str(caught.value)
