"""A forgotten password: ask for the mail, then choose a new one."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template
from flask_babel import gettext

from medcor.domain import errors
from medcor.domain.permissions import Role
from medcor.extensions import db
from medcor.models import Clinic, LinkPurpose
from medcor.services import accounts, links, passwords
from medcor.web import limits
from medcor.web.access import public
from medcor.web.forms import answer_form
from medcor.web.registration import in_even_time
from medcor.web.state import now
from medcor.web.transaction import in_transaction, reading

from .answers import choose_clinic, patient_clinic, sign_in_url
from .blueprint import blueprint
from .forms import EmailForm, NewPasswordForm
from .registration import expired_page, tell_mail_sent


@blueprint.route("/patient/forgot-password/", methods=["GET", "POST"])
@public("who forgot the password can't sign in")
def patient_forgot_password():
    """Mail a patient the link to a new password."""
    clinic = patient_clinic()
    if clinic is None:
        return choose_clinic()
    form = EmailForm()
    return answer_form(
        form,
        lambda: _mail_patient(form.email.data, clinic.id),
        lambda: _page(form, "patient", clinic),
    )


def _mail_patient(email: str, clinic_id: int) -> Response:
    limits.count_mail(email, clinic_id)
    with in_even_time():
        _ask(clinic_id, email, (Role.PATIENT,))
    return tell_mail_sent("reset", email, clinic_id)


@blueprint.route("/forgot-password/", methods=["GET", "POST"])
@public("who forgot the password can't sign in")
def staff_forgot_password():
    """Mail an admin or a doctor the link to a new password, one for each clinic of theirs."""
    form = EmailForm()
    return answer_form(
        form, lambda: _mail_staff(form.email.data), lambda: _page(form, "staff", None)
    )


def _mail_staff(email: str) -> Response:
    limits.count_mail(email, None)
    with in_even_time():
        for clinic_id in accounts.find_staff_clinics(db.session(), email):
            _ask(clinic_id, email, accounts.STAFF)
    return tell_mail_sent("reset", email, None)


def _ask(clinic_id: int, email: str, roles: tuple[Role, ...]) -> None:
    db.session.remove()
    in_transaction(
        clinic_id, None, lambda session: accounts.request_reset(session, email, roles, now())
    )


def _page(form: EmailForm, kind: str, clinic: Clinic | None) -> str:
    return render_template("account/forgot_password.html", form=form, kind=kind, chosen=clinic)


@blueprint.route("/password-resets/<token>/", methods=["GET", "POST"])
@public("the link in the mail is the proof")
def password_reset(token: str):
    """Choose a new password by a mailed link; every session of the account ends."""
    try:
        clinic_id = links.clinic_of(token)
        found = links.find_link(reading(clinic_id), token, LinkPurpose.RESET_PASSWORD, now())
        form = NewPasswordForm((found.email, found.name))
        return answer_form(
            form,
            lambda: _set_password(token, found, form.password.data),
            lambda: render_template("account/reset_password.html", form=form, email=found.email),
        )
    except errors.LinkExpired as error:
        return expired_page(error, "reset")


def _set_password(token: str, found: links.OpenLink, password: str) -> Response:
    hashed = passwords.hash_password(password)
    db.session.remove()
    in_transaction(
        found.clinic_id,
        None,
        lambda session: accounts.reset_password(session, token, hashed, now()),
    )
    flash(gettext("Your password is changed. Sign in with the new one."), "success")
    return redirect(sign_in_url(found.role, found.clinic_id))
