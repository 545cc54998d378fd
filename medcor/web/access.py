"""Every route declares its access with one of these decorators; one hook enforces it.

A route that declares none is refused with an error and fails the suite.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from flask import Flask, current_app, g, request
from flask_login import current_user
from flask_wtf.csrf import CSRFError

from medcor.domain import errors
from medcor.domain.permissions import Actor, Permission, may
from medcor.extensions import csrf, db
from medcor.models.tenancy import scope
from medcor.services.sessions import SignedIn, check_session
from medcor.web import tokens
from medcor.web.state import now

View = TypeVar("View", bound=Callable)


class Door(StrEnum):
    """How a caller is known: not at all, as a person, or by the clinic's chatbot token."""

    PUBLIC = "public"
    PERSON = "person"
    WIDGET = "widget"


@dataclass(frozen=True, slots=True)
class Access:
    """What a route or a socket event asks of its caller."""

    door: Door
    permission: Permission | None = None
    reason: str = ""


def public(reason: str) -> Callable[[View], View]:
    """Let anybody in; ``reason`` says why that is right."""
    return _declare(Access(Door.PUBLIC, reason=reason))


def needs(permission: Permission) -> Callable[[View], View]:
    """Let in a signed-in person (page session or ``api_key``) whose role holds ``permission``."""
    return _declare(Access(Door.PERSON, permission))


def widget(reason: str) -> Callable[[View], View]:
    """Let in a caller of the chatbot API, which checks its token in the order it promises."""
    return _declare(Access(Door.WIDGET, reason=reason))


def _declare(access: Access) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.access = access
        return view

    return mark


def access_of(view: Callable) -> Access | None:
    return getattr(view, "access", None)


def init_app(app: Flask) -> None:
    app.view_functions["static"].access = Access(Door.PUBLIC, reason="style sheets and scripts")
    app.before_request(enforce)


def enforce() -> None:
    """Check the caller against the route's declared access before anything else of it runs."""
    if request.endpoint is None:
        return
    access = access_of(current_app.view_functions[request.endpoint])
    if access is None:
        raise RuntimeError(f"{request.endpoint} declares no access")
    if access.door is Door.WIDGET:
        return
    by_key = False
    if access.door is Door.PERSON:
        by_key = _sign_in_by_key()
        check_permission(signed_in(), access.permission)
    if not by_key and request.method not in ("GET", "HEAD", "OPTIONS"):
        _check_csrf()


def _check_csrf() -> None:
    if current_app.config["WTF_CSRF_ENABLED"]:
        try:
            csrf.protect()
        except CSRFError as error:
            raise errors.InvalidInput(
                errors.N_(
                    "This form was open too long. Go back, reload the page and send it again."
                )
            ) from error


def _sign_in_by_key() -> bool:
    """Accept an ``api_key`` in the Authorization header; such a call needs no CSRF token."""
    raw = tokens.bearer(request.headers.get("Authorization"))
    if not raw:
        return False
    g.signed_in = signed_in_by_key(raw)
    if g.signed_in is None:
        raise errors.SessionEnded()
    # Forms ask for a token as well, which no script without a page has.
    g.csrf_valid = True
    return True


def signed_in_by_key(raw: str) -> SignedIn | None:
    """Who an access key stands for, if its session still lives."""
    claims = tokens.read_token(raw, "api")
    if claims is None:
        return None
    return load_signed_in(claims.clinic_id, claims.session_id)


def load_signed_in(clinic_id: int, session_id: str) -> SignedIn | None:
    """Check a session id with the clinic's scope set; None once it is over."""
    session = db.session()
    scope(session, clinic_id)
    return check_session(session, session_id, now())


def signed_in() -> SignedIn | None:
    """Who is signed in for this request, by key or by page session."""
    if "signed_in" in g:
        return g.signed_in
    person = current_user._get_current_object()
    return person.signed_in if person.is_authenticated else None


def check_permission(person: SignedIn | None, permission: Permission | None) -> None:
    if person is None:
        raise errors.SignInRequired()
    if permission is not None and not may(person.actor.role, permission):
        raise errors.NotAllowed()


def actor() -> Actor:
    """The signed-in person as services know them."""
    person = signed_in()
    if person is None:
        raise errors.SignInRequired()
    return person.actor
