"""What several paths share: how a caller is known, parameters, headers, and common answers."""

from __future__ import annotations

from medcor.domain import errors

from ..answers import HTTP_TEXTS, SOMETHING_WRONG, answer_to
from .parts import Part, answer, schema, texts

SECURITY_SCHEMES: Part = {
    "chatbotToken": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "The clinic's chatbot token, 24 hours, good for its own clinic only.",
    },
    "patientKey": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Api-Key",
        "description": "The `api_key` of a patient's sign-in, 15 minutes.",
    },
    "refreshToken": {
        "type": "apiKey",
        "in": "cookie",
        "name": "refresh_token",
        "description": "Set by the sign-in, 30 days; each refresh exchanges it.",
    },
}
NOBODY: list[Part] = []
TOKEN: list[Part] = [{"chatbotToken": []}]
TOKEN_AND_KEY: list[Part] = [{"chatbotToken": [], "patientKey": []}]
TOKEN_MAYBE_KEY = [*TOKEN, *TOKEN_AND_KEY]
REFRESH: list[Part] = [{"refreshToken": []}]

# The widget's own errors, in the order of the checks.
BY_TOKEN = (errors.ClinicNotFound(), errors.ChatbotTokenRefused())
BY_KEY = (*BY_TOKEN, errors.KeyRefused())

_JWT = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"


def _in_path(name: str, told: str, shape: Part, example: object) -> Part:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": told,
        "schema": shape,
        "example": example,
    }


def _id(name: str, told: str, example: int) -> Part:
    return _in_path(name, told, {"type": "integer", "minimum": 1}, example)


def _token(name: str) -> Part:
    shape = {"type": "string", "minLength": 1}
    return _in_path(name, "The clinic's chatbot token.", shape, _JWT)


PARAMETERS: Part = {
    "ClinicId": _id("clinic_id", "The clinic.", 42),
    "TreatmentId": _id("treatment_id", "One of the clinic's treatments.", 7),
    "DoctorId": _id("doctor_id", "One of the clinic's doctors.", 13),
    "SlotId": _id("slot_id", "One of the doctor's weekly slots.", 21),
    "HoldId": _id("hold_id", "A hold of the patient's own.", 3),
    "Token": _token("token"),
    "ClincToken": _token("clinc_token"),
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "Any text that names this booking among the patient's own: sent again with "
        "it, the same booking gets its first answer again and books nothing.",
        "schema": {"type": "string"},
        "example": "0d4f6a1e-6a44-4a0c-8f0a-2b6f4e0f7f11",
    },
}


def _header(told: str, shape: Part, example: object) -> Part:
    return {"description": told, "required": True, "schema": shape, "example": example}


def _each(item: str) -> Part:
    return {"type": "string", "pattern": f"^{item}(, {item})*$"}


_DRAFT = "of draft-ietf-httpapi-ratelimit-headers-10"
HEADERS: Part = {
    "RateLimit-Policy": _header(
        f"The limits {_DRAFT} that the call counted on: `q` calls in `w` seconds.",
        _each('"[a-z-]+";q=[0-9]+;w=[0-9]+'),
        '"calls";q=1200;w=60',
    ),
    "RateLimit": _header(
        f"What is left {_DRAFT} of each limit: `r` calls, until it begins anew in `t` seconds.",
        _each('"[a-z-]+";r=[0-9]+;t=[0-9]+'),
        '"calls";r=1187;t=42',
    ),
    "X-Request-Id": _header(
        "The id of this call in the server's log.",
        {"type": "string", "pattern": "^[0-9a-f]{16}$"},
        "5f2b1c9d0e7a4b63",
    ),
    "Retry-After": _header(
        "Seconds to wait before the next try.", {"type": "integer", "minimum": 1}, 17
    ),
    "Set-Cookie": _header(
        "`refresh_token`, HTTP-only and for `/chatbot/token/` alone; expired at a sign-out.",
        {"type": "string", "pattern": "^refresh_token="},
        f"refresh_token={_JWT}; HttpOnly; Path=/chatbot/token/; SameSite=Lax",
    ),
    "Cache-Control": _header(
        "How long this may be kept.", {"type": "string"}, "public, max-age=300"
    ),
    "ETag": _header("The version of what was sent.", {"type": "string"}, '"9f2c"'),
    "Access-Control-Allow-Origin": _header("Every origin may read it.", {"const": "*"}, "*"),
}


def _text_answer(told: str, error: errors.DomainError, *more_headers: str) -> Part:
    told_body, _status = answer_to("", error)
    return answer(told, texts([told_body]), {error.code: told_body}, *more_headers)


def failed(published: Part | None = None) -> Part:
    """The answer to what nobody foresaw: an id instead of a traceback.

    ``published`` is the body that the first description shows, with the detail in it.
    """
    examples = {"logged": {"error": SOMETHING_WRONG, "message": "4f1d2c3b5a69"}}
    if published is not None:
        examples["first_published"] = published
    return answer(
        "Something nobody foresaw. The first description showed its detail; this server logs it, "
        "and answers with the id under which it stands there.",
        schema("Failure"),
        examples,
    )


RESPONSES: Part = {
    "TooManyRequests": _text_answer(
        "Too many calls, sign-ins or look-ups.", errors.TooManyRequests(), "Retry-After"
    ),
    "TryAgain": _text_answer("The database asked for another try.", errors.TryAgain()),
    "TooLarge": answer(
        "A body over 64 KiB.",
        texts([{"error": HTTP_TEXTS[413]}]),
        {"too_large": {"error": HTTP_TEXTS[413]}},
    ),
    "Failed": failed(),
}
