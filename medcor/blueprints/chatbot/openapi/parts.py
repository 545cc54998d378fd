"""Small builders, so that the modules of paths read as the document does."""

from __future__ import annotations

from typing import Any

from medcor.domain import errors

from ..answers import answer_to

Part = dict[str, Any]
# On every answer; their meaning stands in ``shared.HEADERS``.
_EVERY_ANSWER = ("RateLimit-Policy", "RateLimit", "X-Request-Id")
_TOLD_BY_STATUS = {
    400: "Something is missing, malformed or not to be had; the text says what.",
    401: "The chatbot token or the patient's key is missing, over, or another's.",
    403: "A page of this origin may not use the clinic's widget.",
    404: "There is no such thing at this clinic.",
    409: "It clashes with what the patient already has.",
    422: "The Idempotency-Key was used for another booking.",
}


def ref(kind: str, name: str) -> Part:
    return {"$ref": f"#/components/{kind}/{name}"}


def schema(name: str) -> Part:
    return ref("schemas", name)


def parameters(*names: str) -> list[Part]:
    return [ref("parameters", name) for name in names]


def thing(properties: Part, *, optional: tuple[str, ...] = (), told: str = "") -> Part:
    """An object that has exactly these properties."""
    described = {"description": told} if told else {}
    return {
        "type": "object",
        **described,
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }


def wish(properties: Part, *, optional: tuple[str, ...] = ()) -> Part:
    """An object that somebody sends: what else is in it counts for nothing."""
    made = thing(properties, optional=optional)
    del made["additionalProperties"]
    return made


def headers(*more: str) -> Part:
    return {name: ref("headers", name) for name in (*_EVERY_ANSWER, *more)}


def answer(told: str, shape: Part, examples: Part, *more_headers: str) -> Part:
    """A JSON answer; ``examples`` are bodies by name."""
    return {
        "description": told,
        "headers": headers(*more_headers),
        "content": {"application/json": {"schema": shape, "examples": _named(examples)}},
    }


def body(name: str, examples: Part) -> Part:
    """A request's body by its schema's name, as JSON or as a form."""
    shape = schema(name)
    return {
        "required": True,
        "content": {
            "application/json": {"schema": shape, "examples": _named(examples)},
            "application/x-www-form-urlencoded": {"schema": shape},
        },
    }


def _named(examples: Part) -> Part:
    return {name: {"value": value} for name, value in examples.items()}


def texts(bodies: list[Part]) -> Part:
    """The schema of bodies that hold one text under one key: which keys, and which texts."""
    by_key: dict[str, list[str]] = {}
    for each in bodies:
        ((key, text),) = each.items()
        by_key.setdefault(key, []).append(text)
    shapes = [thing({key: {"type": "string", "enum": known}}) for key, known in by_key.items()]
    return shapes[0] if len(shapes) == 1 else {"anyOf": shapes}


def refusals(
    endpoint: str, *raised: errors.DomainError, more: dict[int, Part] | None = None
) -> Part:
    """An endpoint's answers to errors, by status, out of the very table that it answers from.

    ``more`` are bodies without an error of their own, by status and name.
    """
    by_status: dict[int, Part] = {status: dict(bodies) for status, bodies in (more or {}).items()}
    for error in raised:
        told, status = answer_to(endpoint, error)
        known = by_status.setdefault(status, {})
        if told not in known.values():
            known[f"{error.code}_{error.details.get('field', '')}".rstrip("_")] = told
    return {
        str(status): answer(_TOLD_BY_STATUS[status], texts(list(bodies.values())), bodies)
        for status, bodies in sorted(by_status.items())
    }


def failing(*, with_body: bool = False) -> Part:
    """The answers that any call may get, one with a body also that this was too large."""
    found = {
        "429": ref("responses", "TooManyRequests"),
        "500": ref("responses", "Failed"),
        "503": ref("responses", "TryAgain"),
    }
    return {"413": ref("responses", "TooLarge"), **found} if with_body else found


def operation(
    tag: str, name: str, summary: str, responses: Part, *, security: list[Part], **more: Any
) -> Part:
    """One method of a path; ``more`` are its parameters, body and description."""
    return {
        "tags": [tag],
        "operationId": name,
        "summary": summary,
        "security": security,
        **more,
        "responses": responses,
    }
