"""Hold every answer of the chatbot API against its OpenAPI document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from flask import Flask
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect, Rule
from werkzeug.test import TestResponse

from medcor.blueprints.chatbot.openapi import document

# What every answer of the server has, whoever asks; the document tells only what an API adds.
ANY_ANSWER = {
    "cache-control",
    "content-length",
    "content-type",
    "date",
    "permissions-policy",
    "referrer-policy",
    "strict-transport-security",
    "vary",
    "x-content-type-options",
}
_ROOT = "urn:medcor:openapi"


class NotAsDocumented(AssertionError):
    """An answer that the document does not describe."""


@lru_cache(maxsize=1)
def the_document() -> dict[str, Any]:
    return document("http://127.0.0.1:5000")


@lru_cache(maxsize=1)
def _registry() -> Registry:
    resource = Resource(contents=the_document(), specification=DRAFT202012)
    return Registry().with_resource(_ROOT, resource)


def resolve(part: dict[str, Any]) -> dict[str, Any]:
    """A part of the document, or what its ``$ref`` names."""
    if "$ref" not in part:
        return part
    found: Any = the_document()
    for name in part["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return found


def validator_for(schema: dict[str, Any]) -> Draft202012Validator:
    """A validator of a schema out of the document, whose ``$ref`` may point into it."""
    rooted = {"$id": f"{_ROOT}:part", **_absolute(schema)}
    return Draft202012Validator(rooted, registry=_registry(), format_checker=FormatChecker())


def _absolute(part: Any) -> Any:
    if isinstance(part, list):
        return [_absolute(each) for each in part]
    if not isinstance(part, dict):
        return part
    return {
        key: f"{_ROOT}{value}" if key == "$ref" else _absolute(value) for key, value in part.items()
    }


def template_of(rule: Rule) -> str:
    """A rule's path as the document writes it: ``/{clinic_id}/treatments/``."""
    return re.sub(r"<(?:[^:>]+:)?([^>]+)>", r"{\1}", rule.rule)


def chatbot_rules(app: Flask) -> Iterator[Rule]:
    """Every rule of the chatbot's blueprint."""
    return (rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("chatbot."))


def check_answer(app: Flask, answer: TestResponse) -> None:
    """Fail if a route of the chatbot API answered what its document does not say."""
    request = answer.request
    if request.method in ("OPTIONS", "HEAD"):
        return
    try:
        adapter = app.url_map.bind_to_environ(request.environ)
        rule, _values = adapter.match(return_rule=True)
    except (HTTPException, RequestRedirect):
        return
    if rule.endpoint.startswith("chatbot."):
        check(template_of(rule), request.method, answer)


def check(template: str, method: str, answer: TestResponse) -> None:
    """Fail unless the document has this answer: status, headers and body of a path and method."""
    where = f"{method} {template} {answer.status_code}"
    operation = the_document()["paths"].get(template, {}).get(method.lower())
    if operation is None:
        raise NotAsDocumented(f"{where}: no such operation")
    described = operation["responses"].get(str(answer.status_code))
    if described is None:
        raise NotAsDocumented(f"{where}: no such status; {answer.get_data()[:200]!r}")
    described = resolve(described)
    _check_headers(where, described.get("headers", {}), answer)
    _check_body(where, described.get("content"), answer)


def _check_headers(where: str, described: dict[str, Any], answer: TestResponse) -> None:
    known = {name.lower() for name in described} | ANY_ANSWER
    for name, _value in answer.headers:
        if name.lower() not in known and not name.lower().startswith("access-control-"):
            raise NotAsDocumented(f"{where}: {name} is not described")
    for name, part in described.items():
        header = resolve(part)
        sent = answer.headers.getlist(name)
        if header.get("required") and not sent:
            raise NotAsDocumented(f"{where}: {name} is missing")
        for value in sent:
            _check_value(f"{where}: {name}", header["schema"], value)


def _check_value(where: str, schema: dict[str, Any], value: str) -> None:
    read = int(value) if schema.get("type") == "integer" and value.isdigit() else value
    for error in validator_for(schema).iter_errors(read):
        raise NotAsDocumented(f"{where}: {error.message}")


def _check_body(where: str, content: dict[str, Any] | None, answer: TestResponse) -> None:
    if content is None:
        if answer.get_data() or "Content-Type" in answer.headers:
            raise NotAsDocumented(f"{where}: has a body, and none is described")
        return
    if answer.mimetype not in content:
        raise NotAsDocumented(f"{where}: {answer.mimetype} is not described")
    for error in validator_for(content[answer.mimetype]["schema"]).iter_errors(answer.json):
        raise NotAsDocumented(f"{where}: {error.message} in {answer.get_data()[:300]!r}")
