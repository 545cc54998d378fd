"""From a domain error to an answer: a page for a browser, JSON for a script, in one place."""

from __future__ import annotations

import uuid

import structlog
from flask import (
    Flask,
    Response,
    current_app,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext
from flask_limiter.errors import RateLimitExceeded
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from medcor.domain import errors
from medcor.domain.permissions import Role, may
from medcor.extensions import db
from medcor.web.access import access_of

log = structlog.get_logger("medcor.errors")

_HTTP_TEXTS = {
    400: errors.N_("The request could not be read."),
    404: errors.NotFound.text,
    405: errors.N_("This address does not take that kind of request."),
    413: errors.N_("That is too large. Please send less."),
    415: errors.N_("Send this as a form or as JSON."),
}


def init_app(app: Flask) -> None:
    app.register_error_handler(errors.DomainError, answer_domain_error)
    app.register_error_handler(RateLimitExceeded, _answer_limit)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(Exception, _answer_unexpected)


def wants_json() -> bool:
    """Say whether the caller is a script: it asks for JSON, or sent JSON, or holds a Bearer key."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    if best == "application/json":
        return request.accept_mimetypes["text/html"] < request.accept_mimetypes[best]
    return request.is_json or "Authorization" in request.headers


def answer_domain_error(error: errors.DomainError) -> Response | tuple:
    """Answer with the error's own status; a signed-out browser goes to its sign-in page."""
    text = gettext(error.text)
    if wants_json():
        fields = {"fields": error.details["fields"]} if "fields" in error.details else {}
        return jsonify(error=text, code=error.code, **fields), error.status
    if isinstance(error, errors.SignInRequired) and request.method == "GET":
        return redirect(_sign_in_url())
    return _page(error.status, text)


def _sign_in_url() -> str:
    """The sign-in page of those who may see the page: patients, unless it is for staff only."""
    access = access_of(current_app.view_functions[str(request.endpoint)])
    wanted = access.permission if access else None
    staff = wanted is not None and not may(Role.PATIENT, wanted)
    view = "account.staff_login" if staff else "account.patient_login"
    return url_for(view, next=request.full_path.rstrip("?"))


def _page(status: int, text: str, error_id: str = "") -> tuple[str, int]:
    page = render_template(
        "errors/error.html", code=status, title=_title(status), message=text, error_id=error_id
    )
    return page, status


def _title(status: int) -> str:
    titles = {
        400: gettext("That did not work"),
        401: gettext("Please sign in"),
        403: gettext("Not for this account"),
        404: gettext("Not found"),
        409: gettext("That did not work"),
        413: gettext("Too large"),
        429: gettext("One moment, please"),
        500: gettext("Something went wrong"),
        503: gettext("Not available right now"),
    }
    return titles.get(status, gettext("That did not work"))


def _answer_limit(_error: RateLimitExceeded) -> Response | tuple:
    return answer_domain_error(errors.TooManyRequests())


def _answer_http(error: HTTPException) -> Response | tuple:
    if error.code is None or error.code < 400:
        return error.get_response()
    text = gettext(_HTTP_TEXTS.get(error.code, errors.DomainError.text))
    if wants_json():
        code = (error.name or "").lower().replace(" ", "_")
        answer = make_response(jsonify(error=text, code=code), error.code)
    else:
        answer = make_response(*_page(error.code, text))
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        answer.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return answer


def log_unexpected(error: Exception) -> str:
    """Log a traceback under a fresh id and return the id, the only thing that the caller sees."""
    error_id = uuid.uuid4().hex[:12]
    db.session.rollback()
    log.error("unexpected", error_id=error_id, endpoint=request.endpoint, exc_info=error)
    g.error_id = error_id
    return error_id


def _answer_unexpected(error: Exception) -> Response | tuple:
    error_id = log_unexpected(error)
    text = gettext("Something went wrong. Please try again later.")
    if wants_json():
        return jsonify(error=text, message=error_id), 500
    return _page(500, text, error_id)
