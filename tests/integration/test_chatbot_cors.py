"""CORS of the chatbot API: every endpoint, for listed origins, foreign ones, and preflights."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from medcor.models import Clinic
from medcor.web.transaction import transaction
from tests.chatbot_helpers import Widget
from tests.openapi_check import chatbot_rules

OWN, LISTED, FOREIGN = "http://127.0.0.1:5000", "https://www.clinic.test", "https://evil.test"
METHODS = "GET, POST, DELETE, OPTIONS"
HEADERS = "Authorization, Content-Type, Idempotency-Key, X-Api-Key"
EXPOSED = "RateLimit, RateLimit-Policy, Retry-After, X-Request-Id"
# The one answer that any page may read, see its own tests.
OPEN_TO_ALL = "chatbot.openapi_document"


@pytest.fixture()
def widget(client, world) -> Widget:
    """A widget of a clinic that lists one origin."""
    with transaction(world.one.id) as session:
        session.get(Clinic, world.one.id).widget_origins = [LISTED]
    return Widget(client, world.one)


def rules(app: Flask) -> Iterator[Rule]:
    found = [rule for rule in chatbot_rules(app) if rule.endpoint != OPEN_TO_ALL]
    assert len(found) >= 14
    yield from found


def url_of(app: Flask, rule: Rule, widget: Widget) -> str:
    clinic = widget.clinic
    known = {
        "clinic_id": clinic.id,
        "treatment_id": clinic.treatment_id,
        "doctor_id": clinic.doctor.profile_id,
        "slot_id": clinic.slot_ids[0],
        "hold_id": 1,
        "token": widget.token,
        "clinc_token": widget.token,
    }
    values = {name: known[name] for name in rule.arguments}
    method = next(iter(rule.methods - {"HEAD", "OPTIONS"}))
    return app.url_map.bind("localhost").build(rule.endpoint, values, method=method)


def calls(app: Flask, widget: Widget, origin: str | None) -> Iterator[tuple[Rule, TestResponse]]:
    """Each endpoint called with and without the chatbot token."""
    sent = {} if origin is None else {"Origin": origin}
    for rule in rules(app):
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            for headers in (sent, widget.headers(**sent)):
                yield (
                    rule,
                    widget.client.open(url_of(app, rule, widget), method=method, headers=headers),
                )


def cors_headers(answer: TestResponse) -> dict[str, str]:
    return {name: value for name, value in answer.headers if name.startswith("Access-Control")}


@pytest.mark.parametrize("origin", [LISTED, OWN])
def test_a_listed_origin_may_read_every_answer_of_every_endpoint(app, widget, origin):
    for rule, answer in calls(app, widget, origin):
        expected = {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Credentials": "true",
            "Access-Control-Expose-Headers": EXPOSED,
        }
        assert cors_headers(answer) == expected, rule
        assert "Origin" in answer.vary, rule


@pytest.mark.parametrize(
    "origin", [FOREIGN, "null", f"{LISTED}.evil.test", "http://www.clinic.test"]
)
def test_a_foreign_origin_reads_no_answer_of_any_endpoint(app, widget, origin):
    for rule, answer in calls(app, widget, origin):
        assert cors_headers(answer) == {}, rule
        assert "Origin" in answer.vary, rule


def test_without_an_origin_nothing_is_allowed_and_the_answer_still_varies(app, widget):
    for rule, answer in calls(app, widget, None):
        assert cors_headers(answer) == {}, rule
        assert "Origin" in answer.vary, rule


def preflight(app: Flask, widget: Widget, rule: Rule, method: str, origin: str) -> TestResponse:
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization,content-type,x-api-key",
    }
    return widget.client.options(url_of(app, rule, widget), headers=asked)


def test_a_preflight_tells_what_every_endpoint_takes(app, widget):
    for rule in rules(app):
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            answer = preflight(app, widget, rule, method, LISTED)
            assert answer.status_code == 200 and answer.get_data() == b"", rule
            shown = cors_headers(answer)
            assert shown["Access-Control-Allow-Origin"] == LISTED, rule
            assert shown["Access-Control-Allow-Methods"] == METHODS and method in METHODS, rule
            assert shown["Access-Control-Allow-Headers"] == HEADERS, rule
            assert shown["Access-Control-Max-Age"] == "600", rule
            assert method in answer.headers["Allow"], rule
            assert "Origin" in answer.vary, rule


def test_a_preflight_of_a_foreign_origin_is_told_nothing(app, widget):
    for rule in rules(app):
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            answer = preflight(app, widget, rule, method, FOREIGN)
            assert cors_headers(answer) == {} and "Origin" in answer.vary, rule


def test_the_origins_of_one_clinic_are_not_those_of_another(app, widget, world):
    other = Widget(widget.client, world.two)
    for rule, answer in calls(app, other, LISTED):
        assert cors_headers(answer) == {}, rule


def test_an_unknown_clinic_allows_no_origin(widget):
    for unknown in ("999", "0", "x", "9" * 30):
        answer = widget.get(f"/{unknown}/treatments/", Origin=LISTED)
        assert (answer.status_code, cors_headers(answer)) == (404, {})


def test_a_refusal_by_the_limit_can_be_read_too(app, widget, monkeypatch):
    settings = app.extensions["medcor"].settings
    monkeypatch.setattr(settings, "limit_api_calls_per_minute", 1)
    answers = [widget.get(widget.treatments_path, Origin=LISTED) for _ in range(2)]
    assert [each.status_code for each in answers] == [200, 429]
    assert answers[1].headers["Access-Control-Allow-Origin"] == LISTED
    exposed = answers[1].headers["Access-Control-Expose-Headers"]
    assert exposed == EXPOSED
    assert {"RateLimit", "RateLimit-Policy", "Retry-After"} <= set(answers[1].headers.keys())
