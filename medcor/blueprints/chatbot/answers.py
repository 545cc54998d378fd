"""The published answer to every error, in one table per endpoint.

A text that is not listed for an endpoint is the common one; what nobody foresaw is logged with its
traceback under an id, and only the id is shown.
"""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request
from flask_limiter.errors import RateLimitExceeded
from werkzeug.exceptions import HTTPException

from medcor.domain import errors
from medcor.web import cors, limits
from medcor.web.bodies import BOOKING_ERRORS, Answer
from medcor.web.errors import log_unexpected

from . import guards

SOMETHING_WRONG = "Something went wrong. Please try again later."
_NO_CLINIC = ({"detail": "Clinic matching query does not exist."}, 404)
_NOT_AUTHENTICATED = ({"error": "Authentication Failed."}, 401)
_LOGIN_REQUIRED = ({"message": "login required"}, 404)

_COMMON: dict[type[errors.DomainError], Answer] = {
    **{kind: ({"error": text}, status) for kind, (text, status) in BOOKING_ERRORS.items()},
    errors.ClinicNotFound: ({"error": "Clinic not found"}, 404),
    errors.NoDoctors: ({"error": "No doctors available for this treatment."}, 404),
    errors.ChatbotTokenRefused: ({"detail": "Invalid or missing chatbot token."}, 401),
    errors.KeyRefused: _NOT_AUTHENTICATED,
    errors.RefreshRefused: _LOGIN_REQUIRED,
    errors.OriginRefused: ({"error": errors.OriginRefused.text}, 403),
    errors.TooManyHolds: ({"error": errors.TooManyHolds.text}, 409),
    errors.RequestKeyReused: ({"error": "Idempotency-Key was used for another booking."}, 422),
    errors.TooManyRequests: ({"error": errors.TooManyRequests.text}, 429),
    errors.TryAgain: ({"error": SOMETHING_WRONG}, 503),
    errors.DomainError: ({"error": errors.DomainError.text}, 400),
}
_SIGN_IN: dict[type[errors.DomainError], Answer] = {
    errors.ChatbotTokenRefused: _NOT_AUTHENTICATED,
    errors.OriginRefused: _NOT_AUTHENTICATED,
}
_OWN: dict[str, dict[type[errors.DomainError], Answer]] = {
    "generate_chatbot_token": {errors.ClinicNotFound: _NO_CLINIC},
    "verify_token": {errors.ClinicNotFound: _NO_CLINIC},
    "login": {
        **_SIGN_IN,
        errors.ClinicNotFound: ({"error": "Invalid tenant ID."}, 404),
        errors.MissingParameter: ({"error": "Email, password, and tenant ID are required."}, 400),
        errors.InvalidCredentials: (
            {"error": "Invalid credentials or please verify your email."},
            400,
        ),
    },
    "register_patient": {**_SIGN_IN, errors.ClinicNotFound: ({"error": "Invalid tenant ID."}, 404)},
    "token_login": _SIGN_IN,
    "token_logout": _SIGN_IN,
    "release": {errors.NotFound: ({"error": "Hold not found."}, 404)},
}
# Where the published 500 shows neither traceback nor detail it is kept as published.
_OWN_500 = {
    "get_doctors": "An error occurred while fetching doctors.",
    "book": "An unexpected error occurred. Please try again later.",
}
HTTP_TEXTS = {
    400: "The request could not be read.",
    413: "That is too large. Please send less.",
}


def register(blueprint: Blueprint) -> None:
    """Answer the blueprint's errors in JSON and let listed origins read every answer."""
    blueprint.register_error_handler(errors.DomainError, _answer_domain_error)
    blueprint.register_error_handler(RateLimitExceeded, _answer_limit)
    blueprint.register_error_handler(HTTPException, _answer_http)
    blueprint.register_error_handler(Exception, _answer_unexpected)
    blueprint.after_request(_add_headers)


def _endpoint() -> str:
    return (request.endpoint or "").rpartition(".")[2]


def answer_to(endpoint: str, error: errors.DomainError) -> Answer:
    """The body and status that ``endpoint`` publishes for an error."""
    if type(error) is errors.InvalidInput:
        # It names what is wrong by itself, a form's for each field.
        fields = {"fields": error.details["fields"]} if "fields" in error.details else {}
        return {"error": error.text, **fields}, 400
    table = _COMMON | _OWN.get(endpoint, {})
    return next(table[kind] for kind in type(error).__mro__ if kind in table)


def _answer_domain_error(error: errors.DomainError) -> Response | tuple:
    body, status = answer_to(_endpoint(), error)
    wait = error.details.get("retry_after")
    return jsonify(body), status, {"Retry-After": str(wait)} if wait else {}


def _answer_limit(_error: RateLimitExceeded) -> Response | tuple:
    return _answer_domain_error(limits.too_many_calls())


def _answer_http(error: HTTPException) -> Response | tuple:
    if error.code is None or error.code < 400:
        return error.get_response()
    return jsonify(error=HTTP_TEXTS.get(error.code, error.name)), error.code


def _answer_unexpected(error: Exception) -> Response | tuple:
    error_id = log_unexpected(error)
    own = _OWN_500.get(_endpoint())
    if own:
        return jsonify(error=own), 500
    return jsonify(error=SOMETHING_WRONG, message=error_id), 500


def _add_headers(response: Response) -> Response:
    limits.add_headers(response)
    asks = "Origin" in request.headers
    return cors.add_headers(response, guards.shown_clinic() if asks else None)
