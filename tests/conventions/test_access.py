"""Every route and socket event: declared access, each role, the other clinic's user and object."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta

import pytest
from flask import Flask
from werkzeug.routing import Rule

from medcor.domain.permissions import Actor, Role, may
from medcor.domain.webhooks import Event
from medcor.models import Handover, TalkSession, User
from medcor.services import (
    booking,
    erasure,
    files,
    holds,
    offered,
    series,
    waiting_list,
    webhook_endpoints,
)
from medcor.services.booking import BookingRequest
from medcor.services.offered import Cause
from medcor.services.series import Choice
from medcor.services.sessions import open_session
from medcor.services.slots import exclude_days
from medcor.services.webhook_endpoints import EndpointFacts
from medcor.sockets import namespaces
from medcor.web.access import Access, Door, access_of
from medcor.web.transaction import transaction
from tests.conftest import NOW

DAY = date(2026, 3, 9)
# Parts of a URL that name a row of a clinic; the rest name no object.
OBJECTS = {
    "doctor_id",
    "treatment_id",
    "slot_id",
    "appointment_id",
    "handover_id",
    "id",
    "patient_id",
    "exclusion_id",
    "file_id",
    "request_id",
    "offer_id",
    "entry_id",
    "endpoint_id",
    "delivery_id",
    "hold_id",
    "series_id",
    "session_id",
}


def person_rules(app: Flask) -> Iterator[tuple[Rule, str, Access]]:
    for rule in app.url_map.iter_rules():
        access = access_of(app.view_functions[rule.endpoint])
        if access and access.door is Door.PERSON:
            for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
                yield rule, method, access


@pytest.fixture()
def objects(world) -> dict[int, dict[str, object]]:
    """For each clinic the id that each part of a URL would name."""
    return {clinic.id: _objects_of(clinic) for clinic in (world.one, world.two)}


def _objects_of(clinic) -> dict[str, object]:
    with transaction(clinic.id) as session:
        wish = BookingRequest(
            clinic.doctor.profile_id, clinic.treatment_id, clinic.slot_ids[0], DAY
        )
        made = booking.book_appointment(session, clinic.patient, wish, NOW)
        asked = Handover(user_id=clinic.patient.user_id)
        session.add(asked)
        session.flush()
        holiday = DAY + timedelta(days=60)
        off = exclude_days(session, clinic.admin, clinic.doctor.profile_id, holiday, holiday)
        return {
            "doctor_id": clinic.doctor.profile_id,
            "treatment_id": clinic.treatment_id,
            "id": clinic.treatment_id,
            "slot_id": clinic.slot_ids[1],
            "appointment_id": made.id,
            "handover_id": asked.id,
            "patient_id": clinic.patient.profile_id,
            "exclusion_id": off.id,
            "file_id": files.add_attachment(session, clinic.doctor, b"%PDF-1.7", "x.pdf").id,
            "request_id": erasure.ask_erasure(session, clinic.patient, "", NOW).id,
            **_webhook_of(session, clinic),
            **_offer_of(session, clinic, made.id),
            **_series_of(session, clinic),
            "session_id": _talk_of(session, clinic),
            "name": "x",
            "token": "x",
        }


def _offer_of(session, clinic, appointment_id: int) -> dict[str, object]:
    cause = Cause(NOW, appointment_id=appointment_id)
    made = offered.note_none_found(session, clinic.admin, clinic.patient.profile_id, cause, NOW)
    wish = waiting_list.Wish(
        clinic.treatment_id, None, DAY, DAY, (DAY.weekday(),), time(9), time(18)
    )
    entry = waiting_list.join(session, clinic.patient, None, wish, NOW)
    return {"offer_id": made.id, "entry_id": entry.id, "offer_token": "x"}


def _series_of(session, clinic) -> dict[str, object]:
    slot, first = clinic.slot_ids[2], DAY + timedelta(days=7)
    wish = series.SeriesWish(clinic.treatment_id, slot, first, 1, 2)
    chosen = {1: Choice(slot, first), 2: Choice(slot, first + timedelta(days=7))}
    made = series.book_series(session, clinic.patient, wish, chosen, NOW, request_key="key")
    held = holds.HoldWish(clinic.doctor.profile_id, clinic.treatment_id, slot, DAY)
    hold = holds.hold_time(session, clinic.patient, held, NOW)
    return {"series_id": made.id, "hold_id": hold.id}


def _talk_of(session, clinic) -> str:
    name = f"talk-of-{clinic.id}"
    session.add(TalkSession(user_id=clinic.patient.user_id, session_id=name, ended_at=NOW))
    session.flush()
    return name


def _webhook_of(session, clinic) -> dict[str, object]:
    facts = EndpointFacts("https://hooks.test/", "", (Event.BOOKED,), False, True)
    made = webhook_endpoints.add_endpoint(session, clinic.admin, facts, NOW)
    test = webhook_endpoints.send_test(session, clinic.admin, made.id, NOW)
    return {"endpoint_id": made.id, "delivery_id": test.id}


@pytest.fixture()
def sign_in(app):
    """A client whose page session is that of an actor."""
    app.config["WTF_CSRF_ENABLED"] = False

    def make(actor: Actor):
        with transaction(actor.clinic_id) as session:
            row = open_session(session, session.get(User, actor.user_id), "test", NOW)
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = f"{actor.clinic_id}:{row.public_id}"
            cookie["_fresh"] = True
        return client

    yield make
    app.config["WTF_CSRF_ENABLED"] = True


def url_of(app: Flask, rule: Rule, values: dict[str, object]) -> str:
    with app.test_request_context():
        return app.url_map.bind("localhost").build(
            rule.endpoint, {name: values[name] for name in rule.arguments}, append_unknown=False
        )


def call(client, method: str, url: str, as_json: bool = False):
    headers = {"Accept": "application/json"} if as_json else {"Accept": "text/html"}
    form = {"appointment_date": DAY.isoformat(), "date": DAY.isoformat(), "reason": "test"}
    if method == "GET":
        query = {"appointment_date": (DAY + timedelta(days=7)).isoformat()}
        return client.get(url, headers=headers, query_string=query)
    return client.open(url, method=method, headers=headers, data=form)


def test_every_route_declares_its_access(app):
    undeclared = [
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if access_of(app.view_functions[rule.endpoint]) is None
    ]
    assert not undeclared


def test_a_route_without_access_is_refused(app):
    view = app.view_functions["clinic.healthz"]
    declared = view.access
    del view.access
    try:
        assert app.test_client().get("/healthz").status_code == 500
    finally:
        view.access = declared


def test_every_socket_event_declares_its_access():
    handlers = [
        getattr(each, name) for each in namespaces() for name in dir(each) if name.startswith("on_")
    ]
    assert handlers
    assert not [handler for handler in handlers if access_of(handler) is None]


def test_signed_out_people_are_sent_to_sign_in(app, objects, client):
    for rule, method, _access in person_rules(app):
        url = url_of(app, rule, objects[1])
        page, script = call(client, method, url), call(client, method, url, as_json=True)
        assert script.status_code == 401 and script.is_json, rule
        if method == "GET":
            assert page.status_code == 302 and "/login/?next=" in page.headers["Location"], rule
        else:
            assert page.status_code == 401, rule


@pytest.mark.parametrize("role", list(Role))
def test_each_role_reaches_what_it_may_and_nothing_else(app, world, objects, sign_in, role):
    actor = {
        Role.ADMIN: world.one.admin,
        Role.DOCTOR: world.one.doctor,
        Role.PATIENT: world.one.patient,
    }[role]
    client = sign_in(actor)
    for rule, method, access in person_rules(app):
        answer = call(client, method, url_of(app, rule, objects[1]))
        allowed = access.permission is None or may(role, access.permission)
        assert (answer.status_code == 403) is not allowed, (rule, method, answer.status_code)
        assert answer.status_code < 500, (rule, method)
        if allowed:
            assert answer.status_code != 401, (rule, method)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("as_json", [False, True])
def test_another_clinics_object_does_not_exist(app, world, objects, sign_in, role, as_json):
    actor = {
        Role.ADMIN: world.one.admin,
        Role.DOCTOR: world.one.doctor,
        Role.PATIENT: world.one.patient,
    }[role]
    client = sign_in(actor)
    seen = 0
    for rule, method, access in person_rules(app):
        named = rule.arguments & OBJECTS
        if not named or not may(role, access.permission):
            continue
        for name in named:
            values = {**objects[1], name: objects[2][name]}
            answer = call(client, method, url_of(app, rule, values), as_json)
            assert answer.status_code == 404, (rule, method, name, answer.status_code)
            seen += 1
    assert seen > 3


@pytest.mark.parametrize("who", ["other_patient", "other_doctor"])
def test_another_persons_appointment_does_not_exist(app, world, objects, sign_in, who):
    client = sign_in(getattr(world.one, who))
    for rule, method, access in person_rules(app):
        if "appointment_id" in rule.arguments and may(
            getattr(world.one, who).role, access.permission
        ):
            answer = call(client, method, url_of(app, rule, objects[1]))
            assert answer.status_code == 404, (rule, method)


def test_ids_out_of_range_are_unknown(app, world, objects, sign_in):
    client = sign_in(world.one.patient)
    for rule, method, access in person_rules(app):
        for name in rule.arguments & OBJECTS:
            if may(Role.PATIENT, access.permission):
                values = {**objects[1], name: 2**63}
                assert call(client, method, url_of(app, rule, values)).status_code == 404, rule


def test_every_form_needs_its_token(app, world, objects, sign_in):
    client = sign_in(world.one.patient)
    app.config["WTF_CSRF_ENABLED"] = True
    for rule, method, access in person_rules(app):
        if method == "POST" and may(Role.PATIENT, access.permission):
            assert call(client, method, url_of(app, rule, objects[1])).status_code == 400, rule


def test_a_revoked_session_is_signed_out(app, world, objects, sign_in):
    from medcor.services.sessions import revoke_all

    client = sign_in(world.one.patient)
    assert client.get("/view_appointments/").status_code == 200
    with transaction(world.one.id) as session:
        revoke_all(session, world.one.patient.user_id, NOW)
    assert client.get("/view_appointments/").status_code == 302
