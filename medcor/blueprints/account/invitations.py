"""Whoever was invited chooses a password and is in."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template
from flask_babel import gettext

from medcor.domain import errors
from medcor.extensions import db
from medcor.models import Clinic, LinkPurpose
from medcor.services import invitations, links, lookup, passwords
from medcor.web.access import public
from medcor.web.errors import wants_json
from medcor.web.forms import NewPasswordForm, answer_form
from medcor.web.state import now
from medcor.web.transaction import in_transaction, reading

from .answers import sign_in_url
from .blueprint import blueprint


@blueprint.route("/invitations/<token>/", methods=["GET", "POST"])
@public("the link in the mail is the proof")
def invitation(token: str):
    """Choose the first password of an account that the clinic made."""
    try:
        clinic_id = links.clinic_of(token)
        found = links.find_link(reading(clinic_id), token, LinkPurpose.INVITATION, now())
        form = NewPasswordForm((found.email, found.name))
        return answer_form(
            form,
            lambda: _accept(token, found, form.password.data),
            lambda: _page(form, found),
        )
    except errors.LinkExpired as error:
        if wants_json():
            raise
        return _expired_page(token), error.status


def _page(form: NewPasswordForm, found: links.OpenLink) -> str:
    clinic = lookup.get_clinic(db.session(), found.clinic_id)
    return render_template("account/invitation.html", form=form, found=found, chosen=clinic)


def _accept(token: str, found: links.OpenLink, password: str) -> Response:
    hashed = passwords.hash_password(password)
    db.session.remove()
    in_transaction(
        found.clinic_id,
        None,
        lambda session: invitations.accept_invitation(session, token, hashed, now()),
    )
    if wants_json():
        return {"email": found.email, "sign_in": sign_in_url(found.role, found.clinic_id)}
    flash(gettext("Your password is set. Sign in with it."), "success")
    return redirect(sign_in_url(found.role, found.clinic_id))


def _expired_page(token: str) -> str:
    """Say that a link is over, and whom to ask for another."""
    db.session.remove()
    number = token.partition(".")[0]
    known = number.isascii() and number.isdigit() and len(number) < 11
    clinic = lookup.find(db.session(), Clinic, int(number)) if known else None
    shown = clinic if clinic and clinic.is_verified else None
    return render_template("account/invitation_expired.html", chosen=shown)
