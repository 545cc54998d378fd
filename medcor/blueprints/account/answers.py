"""What the account's pages share: the clinic they are of, and the ways to and from a sign-in."""

from __future__ import annotations

from flask import Response, redirect, render_template, request, url_for
from flask import session as cookie
from flask_login import current_user

from medcor.domain.permissions import Role
from medcor.extensions import db
from medcor.models import Clinic
from medcor.services import catalogue, lookup
from medcor.web.inputs import safe_next


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
