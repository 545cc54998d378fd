"""A clinic signs itself up, and is opened by the link that its admin gets by mail."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask_babel import get_locale, gettext

from medcor.domain import errors
from medcor.extensions import db
from medcor.models import LinkPurpose
from medcor.services import clinic_signup, links, passwords
from medcor.web import clinic_words as words
from medcor.web import limits
from medcor.web.access import public
from medcor.web.errors import wants_json
from medcor.web.forms import answer_form
from medcor.web.state import now
from medcor.web.transaction import in_transaction, reading

from .blueprint import blueprint
from .sign_up_forms import SignUpForm

_SENT = "clinic_mail_sent"


@blueprint.route("/clinics/new/", methods=["GET", "POST"])
@public("who opens a clinic has no account yet")
def sign_up():
    """Sign a clinic up; nobody sees it before its admin's address is confirmed."""
    form = SignUpForm()
    if not form.is_submitted():
        form.language.data = str(get_locale() or "en")[:2]
    return answer_form(form, lambda: _sign_up(form), lambda: _page(form))


def _page(form: SignUpForm) -> str:
    return render_template("clinic/sign_up.html", form=form, zones=words.zone_options(now()))


def _sign_up(form: SignUpForm) -> Response:
    limits.count_mail(form.email.data, None)
    wish = clinic_signup.SignUp(
        name=form.name.data,
        country=form.country.data,
        zone=form.chosen_zone,
        currency=form.chosen_currency,
        language=form.language.data,
        first_name=form.first_name.data,
        last_name=form.last_name.data,
        email=form.email.data,
        password_hash=passwords.hash_password(form.password.data),
    )
    # The visitor may be signed in at a clinic; this is another one.
    db.session.remove()
    in_transaction(None, None, lambda session: clinic_signup.sign_up_clinic(session, wish, now()))
    db.session.remove()
    return _tell_mail_sent(form.email.data, form.name.data)


def _tell_mail_sent(email: str, name: str) -> Response:
    cookie[_SENT] = {"email": email, "name": name}
    return redirect(url_for("clinic.opening_mail"))


@blueprint.route("/clinic-openings/", methods=["GET", "POST"])
@public("says what the visitor has just typed, and sends that mail again")
def opening_mail():
    """Tell what to do next, and mail the link again when asked to."""
    sent = cookie.get(_SENT)
    if not sent:
        return redirect(url_for("clinic.sign_up"))
    if request.method != "POST":
        return render_template("clinic/opening_mail.html", **sent)
    limits.count_mail(sent["email"], None)
    db.session.remove()
    in_transaction(
        None,
        None,
        lambda session: clinic_signup.mail_again(session, sent["email"], sent["name"], now()),
    )
    db.session.remove()
    flash(gettext("The mail is on its way again."), "success")
    return redirect(url_for("clinic.opening_mail"))


@blueprint.route("/clinic-openings/<token>/", methods=["GET", "POST"])
@public("the link in the mail is the proof")
def open_clinic(token: str):
    """Show a button, since mail scanners open links by themselves; pressing it opens the clinic."""
    try:
        answer = _open(token)
    except errors.LinkExpired as error:
        if wants_json():
            raise
        db.session.remove()
        answer = Response(render_template("clinic/opening_over.html"), error.status)
    # The address itself is the proof: it goes to nobody else.
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _open(token: str) -> Response:
    db.session.remove()
    clinic_id = links.clinic_of(token)
    if request.method != "POST":
        session = reading(clinic_id)
        found = links.find_link(session, token, LinkPurpose.OPEN_CLINIC, now())
        name = clinic_signup.waiting_name(session, clinic_id)
        return Response(render_template("clinic/open.html", email=found.email, name=name))
    in_transaction(
        clinic_id, None, lambda session: clinic_signup.open_clinic(session, token, now())
    )
    cookie.pop(_SENT, None)
    db.session.remove()
    flash(gettext("Your clinic is open. Sign in to set it up."), "success")
    setup = url_for("clinic.setup")
    return redirect(url_for("account.staff_login", clinic=clinic_id, next=setup))
