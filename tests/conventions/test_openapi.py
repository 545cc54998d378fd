"""The OpenAPI document: valid, complete both ways, and with every published answer in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator
from werkzeug.test import TestResponse
from werkzeug.wrappers import Response

from medcor.web.state import settings
from tests.openapi_check import (
    NotAsDocumented,
    chatbot_rules,
    check,
    resolve,
    template_of,
    the_document,
    validator_for,
)
from tests.seed_answers import ANSWERS, SeedAnswer

VERIFY = "/verify-token/{clinic_id}/{token}/"


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in the_document()["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def bodies(operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each body that an operation takes or answers, with the status that it belongs to."""
    if "requestBody" in operation:
        for content in operation["requestBody"]["content"].values():
            yield "request", content
    for status, answer in operation["responses"].items():
        for content in resolve(answer).get("content", {}).values():
            yield status, content


def test_the_document_is_openapi_3_1():
    assert the_document()["openapi"].startswith("3.1.")
    assert not list(OpenAPIV31SpecValidator(the_document()).iter_errors())


def test_it_is_served_to_everybody_and_may_be_kept(app, client):
    answer = client.get("/openapi.json", headers={"Origin": "https://any.test"})
    assert answer.status_code == 200 and answer.json == the_document()
    assert answer.json["servers"] == [{"url": settings().public_url}]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    again = client.get("/openapi.json", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")


def test_every_route_of_the_chatbot_is_in_it_and_nothing_else(app: Flask):
    routes = {
        (template_of(rule), method.lower(), rule.endpoint.removeprefix("chatbot."))
        for rule in chatbot_rules(app)
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    told = {(path, method, each["operationId"]) for path, method, each in operations()}
    assert routes == told


def test_the_parameters_of_each_path_are_those_of_its_route(app: Flask):
    arguments = {template_of(rule): rule.arguments for rule in chatbot_rules(app)}
    for path, _method, operation in operations():
        known = [resolve(each) for each in operation.get("parameters", [])]
        assert {each["name"] for each in known if each["in"] == "path"} == arguments[path], path


def test_every_example_is_valid_by_its_schema():
    seen = 0
    for path, method, operation in operations():
        for status, content in bodies(operation):
            for name, example in content.get("examples", {}).items():
                found = [
                    each.message
                    for each in validator_for(content["schema"]).iter_errors(example["value"])
                ]
                assert not found, (path, method, status, name, found)
                seen += 1
    for part in (*the_document()["components"]["headers"].values(), *_parameters()):
        assert not list(validator_for(part["schema"]).iter_errors(part["example"])), part
    assert seen > len(ANSWERS)


def _parameters() -> Iterator[dict[str, Any]]:
    yield from the_document()["components"]["parameters"].values()
    for _path, _method, operation in operations():
        yield from (each for each in operation.get("parameters", []) if "example" in each)


@pytest.mark.parametrize("seed", ANSWERS, ids=lambda each: f"{each.path}-{each.status}")
def test_every_published_answer_is_an_example(seed: SeedAnswer):
    operation = the_document()["paths"][seed.path][seed.method]
    content = resolve(operation["responses"][str(seed.status)])["content"]["application/json"]
    shown = [json.dumps(each["value"]) for each in content["examples"].values()]
    assert json.dumps(seed.body) in shown


def test_every_answer_with_a_body_shows_one():
    for path, method, operation in operations():
        for status, content in bodies(operation):
            if status != "request" and path != "/openapi.json":
                assert content["examples"], (path, method, status)


def test_every_answer_tells_the_limits():
    for path, method, operation in operations():
        for status, answer in operation["responses"].items():
            told = set(resolve(answer)["headers"])
            assert {"RateLimit", "RateLimit-Policy"} <= told, (path, method, status)
            assert ("Retry-After" in told) is (status == "429"), (path, method, status)


# The check of every answer in the other tests can fail


def answered(body: object, status: int = 200, **headers: str) -> TestResponse:
    named = {
        "RateLimit-Policy": '"calls";q=1200;w=60',
        "RateLimit": '"calls";r=1199;t=60',
        "X-Request-Id": "0123456789abcdef",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    shown = {name: value for name, value in named.items() if value}
    return Response(json.dumps(body), status, shown, mimetype="application/json")


def test_a_right_answer_passes():
    check(VERIFY, "GET", answered({"success": True}))
    check(VERIFY, "GET", answered({"detail": "Clinic matching query does not exist."}, 404))


@pytest.mark.parametrize(
    ("path", "method", "answer"),
    [
        (VERIFY, "GET", answered({"success": "true"})),
        (VERIFY, "GET", answered({"success": True, "more": 1})),
        (VERIFY, "GET", answered({})),
        (VERIFY, "GET", answered({"detail": "Clinic not found"}, 404)),
        (VERIFY, "GET", answered({"error": "Authentication Failed."}, 401)),
        (VERIFY, "GET", answered({"success": True}, X_New="1")),
        (VERIFY, "GET", answered({"success": True}, RateLimit="")),
        (VERIFY, "GET", answered({"success": True}, RateLimit="1199")),
        (VERIFY, "GET", answered({"error": "x"}, 429)),
        (VERIFY, "POST", answered({"success": True})),
        ("/verify-token/", "GET", answered({"success": True})),
        (VERIFY, "GET", Response("true", 200, dict(answered({}).headers), mimetype="text/html")),
    ],
)
def test_a_wrong_answer_is_found(path, method, answer):
    with pytest.raises(NotAsDocumented):
        check(path, method, answer)


def test_a_wrong_answer_of_a_route_fails_the_test_that_calls_it(app, world, client, monkeypatch):
    view = "chatbot.verify_token"

    def wrong(clinic_id: int, token: str) -> dict[str, str]:
        return {"success": "maybe"}

    wrong.access = app.view_functions[view].access
    monkeypatch.setitem(app.view_functions, view, wrong)
    with pytest.raises(NotAsDocumented, match="maybe"):
        client.get(f"/verify-token/{world.one.id}/x/")
