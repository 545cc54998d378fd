"""A patient registers, and shows that the address is theirs."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask_babel import gettext

from medcor.domain import errors
from medcor.domain.permissions import Role
from medcor.extensions import db
from medcor.models import Clinic, LinkPurpose
from medcor.services import accounts, links, lookup
from medcor.web import limits
from medcor.web.access import public
from medcor.web.errors import wants_json
from medcor.web.forms import answer_form
from medcor.web.registration import RegistrationForm, in_even_time, register
from medcor.web.state import now
from medcor.web.transaction import in_transaction, reading

from .answers import (
    choose_clinic,
    go_home,
    is_in,
    patient_clinic,
    sign_in_url,
)
from .blueprint import blueprint
from .forms import EmailForm

_SENT = "mail_sent"


@blueprint.route("/patient/register/", methods=["GET", "POST"])
@public("a new patient has no account yet")
def patient_register():
    """Register; whether the address was known before shows in its mail only."""
    clinic = patient_clinic()
    if clinic is None:
        return choose_clinic()
    if request.method == "GET" and is_in(Role.PATIENT, clinic=clinic):
        return go_home(Role.PATIENT)
    form = RegistrationForm()
    return answer_form(
        form,
        lambda: _register(form, clinic.id),
        lambda: render_template("account/register.html", form=form, chosen=clinic),
    )


def _register(form: RegistrationForm, clinic_id: int) -> Response:
    register(form, clinic_id)
    return tell_mail_sent("verify", form.email.data, clinic_id)


def tell_mail_sent(kind: str, email: str, clinic_id: int | None) -> Response:
    """Say on a page of its own that a mail is on its way, in the same words for every address.

    ``clinic_id`` is a patient's clinic, None for staff.
    """
    cookie[_SENT] = {"kind": kind, "email": email, "clinic_id": clinic_id}
    return redirect(url_for("account.mail_sent"))


@blueprint.get("/sent-mails/")
@public("says what the visitor has just typed, and nothing else")
def mail_sent():
    """Tell what to do next: read the mail."""
    sent = cookie.get(_SENT)
    if not sent:
        return redirect(url_for("clinic.landing"))
    chosen = lookup.find(db.session(), Clinic, sent["clinic_id"])
    return render_template(
        "account/mail_sent.html", kind=sent["kind"], email=sent["email"], chosen=chosen
    )


@blueprint.route("/email-verifications/", methods=["GET", "POST"])
@public("who waits for the mail is not signed in")
def resend_verification():
    """Send the verification mail again, if an account of the address waits for it."""
    clinic = patient_clinic()
    if clinic is None:
        return choose_clinic()
    form = EmailForm()
    return answer_form(
        form,
        lambda: _resend(form.email.data, clinic.id),
        lambda: render_template("account/resend_verification.html", form=form, chosen=clinic),
    )


def _resend(email: str, clinic_id: int) -> Response:
    limits.count_mail(email, clinic_id)
    db.session.remove()
    with in_even_time():
        in_transaction(
            clinic_id,
            None,
            lambda session: accounts.resend_verification(session, email, now()),
        )
    return tell_mail_sent("verify", email, clinic_id)


@blueprint.route("/email-verifications/<token>/", methods=["GET", "POST"])
@public("the link in the mail is the proof")
def email_verification(token: str):
    """Show a button, since mail scanners open links by themselves; pressing it verifies."""
    try:
        clinic_id = links.clinic_of(token)
        if request.method != "POST":
            found = links.find_link(reading(clinic_id), token, LinkPurpose.VERIFY_EMAIL, now())
            return render_template("account/verify_email.html", email=found.email)
        found = in_transaction(
            clinic_id, None, lambda session: accounts.verify_email(session, token, now())
        )
    except errors.LinkExpired as error:
        return expired_page(error, "verify")
    flash(gettext("Your email is confirmed. You can sign in now."), "success")
    return redirect(sign_in_url(found.role, clinic_id))


def expired_page(error: errors.LinkExpired, kind: str) -> tuple[str, int]:
    """Say that a link is over, and give the way to a new one."""
    if wants_json():
        raise error
    db.session.remove()
    return render_template("account/link_expired.html", kind=kind), error.status
