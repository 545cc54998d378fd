"""What the account's pages share: the clinic they are of, and a form's way back with its errors."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from flask import session as cookie
from flask_babel import gettext, ngettext
from flask_login import current_user
from flask_wtf import FlaskForm

from medcor import runtime
from medcor.domain import errors
from medcor.domain.permissions import Role
from medcor.extensions import db
from medcor.models import Clinic
from medcor.services import catalogue, lookup
from medcor.web.errors import wants_json
from medcor.web.inputs import safe_next

# What a person can mend on the form itself; every other error has its own page.
MENDABLE = (errors.InvalidInput, errors.InvalidCredentials, errors.TooManyRequests)
EVEN_SECONDS = 0.2


def answer_form(form: FlaskForm, work: Callable[[], Any], page: Callable[[], str]) -> Any:
    """Show a form; once it is sent, do its work, or show it again with what was typed and wrong."""
    if not form.is_submitted():
        return page()
    try:
        if not form.validate():
            raise errors.InvalidInput()
        return work()
    except MENDABLE as error:
        if wants_json():
            raise
        return _show_again(form, error, page)


def _show_again(form: FlaskForm, error: errors.DomainError, page: Callable[[], str]) -> Response:
    # The work may have looked at a clinic other than the signed-in person's, which the page shows.
    db.session.remove()
    wait = error.details.get("retry_after")
    if wait is not None:
        form.form_errors.append(_wait_text(int(str(wait))))
    elif not isinstance(error, errors.InvalidInput):
        form.form_errors.append(gettext(error.text))
    response = make_response(page(), error.status)
    if wait is not None:
        response.headers["Retry-After"] = str(wait)
    return response


def _wait_text(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return ngettext(
        "Too many tries. Please wait %(num)s minute and try again.",
        "Too many tries. Please wait %(num)s minutes and try again.",
        minutes,
    )


def patient_clinic() -> Clinic | None:
    """The clinic that ``?clinic=`` names, remembered for later pages; None if it is still open.

    An empty value forgets the clinic. ClinicNotFound for one that does not exist.
    """
    asked = request.args.get("clinic")
    session = db.session()
    if asked is None:
        return lookup.find(session, Clinic, cookie.get("clinic_id")) or _only_clinic()
    cookie.pop("clinic_id", None)
    if not asked:
        return None
    clinic = named_clinic()
    cookie["clinic_id"] = clinic.id if clinic else None
    return clinic


def named_clinic() -> Clinic | None:
    """The clinic that ``?clinic=`` names, if it names one; ClinicNotFound if there is none such."""
    asked = request.args.get("clinic")
    if not asked:
        return None
    known = asked.isascii() and asked.isdigit() and len(asked) < 11
    return lookup.get_clinic(db.session(), int(asked) if known else None)


def _only_clinic() -> Clinic | None:
    clinics = catalogue.list_clinics(db.session(), limit=2)
    return lookup.find(db.session(), Clinic, clinics[0].id) if len(clinics) == 1 else None


def choose_clinic() -> str:
    """Let the visitor say which clinic they mean, then come back to the page they asked for."""
    search = request.args.get("q", "")
    return render_template(
        "account/choose_clinic.html",
        clinics=catalogue.list_clinics(db.session(), search),
        search=search,
        next=request.args.get("next"),
    )


def is_in(*roles: Role, clinic: Clinic | None = None) -> bool:
    """Say whether somebody of these roles (at this clinic) is signed in on this browser."""
    return bool(
        current_user.is_authenticated
        and current_user.role in roles
        and (clinic is None or current_user.clinic_id == clinic.id)
    )


def go_home(role: Role | str) -> Response:
    """Go where the visitor wanted to go, else to the role's own first page."""
    return redirect(safe_next(home_url(role)))


def home_url(role: Role | str) -> str:
    return url_for("clinic.patient_home" if role == Role.PATIENT else "clinic.today")


def sign_in_url(role: Role | str, clinic_id: int) -> str:
    if role == Role.PATIENT:
        return url_for("account.patient_login", clinic=clinic_id)
    return url_for("account.staff_login")


@contextmanager
def in_even_time(seconds: float = EVEN_SECONDS) -> Iterator[None]:
    """Take the same time whatever is found, so that a stop-watch does not tell who is known."""
    began = time.monotonic()
    try:
        yield
    finally:
        runtime.sleep(max(0.0, seconds - (time.monotonic() - began)))
