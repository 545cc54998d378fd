"""Sign in and out, for staff and for patients."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, render_template, request, url_for
from flask import session as cookie
from flask_login import current_user

from medcor.domain import errors
from medcor.domain.permissions import Role
from medcor.extensions import db
from medcor.models import Clinic
from medcor.services import accounts, catalogue, lookup, passwords
from medcor.web import limits
from medcor.web.access import public
from medcor.web.forms import answer_form
from medcor.web.inputs import posted_id, safe_next, safe_path
from medcor.web.login import end_page_session, sign_in_page, sign_out_page
from medcor.web.state import now, settings
from medcor.web.transaction import in_transaction, reading

from .answers import (
    choose_clinic,
    go_home,
    home_url,
    is_in,
    named_clinic,
    patient_clinic,
    sign_in_url,
)
from .blueprint import blueprint
from .forms import SignInForm

# Several clinics took the password: how long the person may think about which one to enter.
CHOICE_SECONDS = 300
_CHOICE = "sign_in_choice"


@blueprint.route("/login/", methods=["GET", "POST"])
@public("the staff's front door")
def staff_login():
    """Sign an admin or a doctor in; the clinic is found by the password unless it is named."""
    clinic = named_clinic()
    if request.method == "GET" and is_in(*accounts.STAFF, clinic=clinic):
        return go_home(current_user.role)
    form = SignInForm()
    return answer_form(
        form,
        lambda: _sign_in_staff(form, clinic.id if clinic else None),
        lambda: _page(form, "staff", clinic, _demo_staff(clinic)),
    )


def _sign_in_staff(form: SignInForm, clinic_id: int | None) -> Response:
    email = form.email.data
    limits.count_sign_in(email, clinic_id)
    found = accounts.authenticate_staff(db.session(), email, form.password.data, clinic_id)
    limits.forgive_sign_ins(email, clinic_id)
    if len(found) > 1:
        return _offer_choice(found)
    return _enter(found[0].clinic_id, found[0].user_id, found[0].fingerprint, safe_next(""))


def _offer_choice(found: list[accounts.Account]) -> Response:
    """Remember, signed and for a short time, which accounts the password opened, and ask."""
    cookie[_CHOICE] = {
        "accounts": [[each.clinic_id, each.user_id, each.fingerprint] for each in found],
        "until": int(now().timestamp()) + CHOICE_SECONDS,
        "next": safe_next(""),
    }
    return redirect(url_for("account.choose_account"))


@blueprint.route("/login-choices/", methods=["GET", "POST"])
@public("holds nothing but what the password on the page before has opened")
def choose_account():
    """Ask which of the clinics that took the password to enter, and enter it."""
    choice: dict[str, Any] = cookie.get(_CHOICE) or {}
    if choice.get("until", 0) < now().timestamp():
        cookie.pop(_CHOICE, None)
        return redirect(url_for("account.staff_login"))
    if request.method != "POST":
        clinics = [lookup.find(db.session(), Clinic, each[0]) for each in choice["accounts"]]
        return render_template("account/choose_account.html", clinics=[c for c in clinics if c])
    wanted = [each for each in choice["accounts"] if each[0] == posted_id("clinic_id")]
    if not wanted:
        raise errors.ClinicNotFound()
    return _enter(*wanted[0], safe_path(choice["next"]))


@blueprint.route("/patient/login/", methods=["GET", "POST"])
@public("the patients' front door")
def patient_login():
    """Sign a patient in at their clinic."""
    clinic = patient_clinic()
    if clinic is None:
        return choose_clinic()
    if request.method == "GET" and is_in(Role.PATIENT, clinic=clinic):
        return go_home(Role.PATIENT)
    form = SignInForm()
    demo = _demo_sign_ins(clinic, (Role.PATIENT,))
    return answer_form(
        form,
        lambda: _sign_in_patient(form, clinic.id),
        lambda: _page(form, "patient", clinic, demo),
    )


def _sign_in_patient(form: SignInForm, clinic_id: int) -> Response:
    email = form.email.data
    limits.count_sign_in(email, clinic_id)
    user = accounts.authenticate_patient(reading(clinic_id), clinic_id, email, form.password.data)
    limits.forgive_sign_ins(email, clinic_id)
    return _enter(clinic_id, user.id, passwords.fingerprint(user.password_hash), safe_next(""))


def _enter(clinic_id: int, user_id: int, fingerprint: str, target: str) -> Response:
    """Open the page session; one that the browser had before ends."""
    agent = request.headers.get("User-Agent", "")
    end_page_session()
    person = in_transaction(
        clinic_id,
        None,
        lambda session: accounts.sign_in(session, user_id, fingerprint, agent, now()),
    )
    sign_in_page(person)
    return redirect(target or home_url(person.actor.role))


def _page(form: SignInForm, kind: str, clinic: Clinic | None, demo: list[dict[str, str]]) -> str:
    return render_template(
        "account/sign_in.html",
        form=form,
        kind=kind,
        chosen=clinic,
        demo=demo,
        next=safe_next(""),
        demo_password=settings().demo_password if demo else "",
    )


def _demo_staff(clinic: Clinic | None) -> list[dict[str, str]]:
    if not settings().development:
        return []
    shown = (
        [clinic.id]
        if clinic
        else [each.id for each in catalogue.list_clinics(db.session()) if each.is_demo]
    )
    clinics = [lookup.get_clinic(db.session(), clinic_id) for clinic_id in shown]
    return [line for each in clinics for line in _demo_sign_ins(each, accounts.STAFF)]


def _demo_sign_ins(clinic: Clinic, roles: tuple[Role, ...]) -> list[dict[str, str]]:
    """What the page of a demo clinic shows in development: who one can sign in as."""
    if not (settings().development and clinic.is_demo):
        return []
    found = accounts.list_demo_sign_ins(reading(clinic.id), roles)
    return [{"role": role.value, "email": email, "clinic": clinic.name} for role, email in found]


@blueprint.post("/logout/")
@public("signing out twice is harmless")
def sign_out():
    """Sign out: page, key and cookie of this sign-in die together."""
    role, clinic_id = getattr(current_user, "role", ""), getattr(current_user, "clinic_id", 0)
    sign_out_page()
    return redirect(sign_in_url(role, clinic_id) if role else url_for("clinic.landing"))
