"""A patient's own data: what there is, all of it as one file, and the wish to have it erased."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, TextAreaField
from wtforms.validators import InputRequired, Length

from medcor.domain import errors
from medcor.domain.permissions import Permission
from medcor.extensions import db
from medcor.models import ErasureState
from medcor.services import erasure, lookup, own_data, passwords
from medcor.web import limits
from medcor.web.access import actor, needs
from medcor.web.acting import acting
from medcor.web.documents import format_date, format_stamp
from medcor.web.errors import wants_json
from medcor.web.forms import PostedForm, answer_form, tidy_text
from medcor.web.own_data_file import archive_answer, make_archive
from medcor.web.state import now
from medcor.web.transaction import reading

from .blueprint import blueprint


class ErasureForm(PostedForm):
    """A wish to be erased; the password shows that nobody else asks from an open browser."""

    note = TextAreaField(
        _l("Anything the clinic should know"),
        [Length(max=500, message=_l("Use at most 500 characters."))],
        filters=[tidy_text],
    )
    password = PasswordField(_l("Your password"), [InputRequired(_l("Enter your password."))])


@blueprint.get("/my-data/")
@needs(Permission.VIEW_OWN_DATA)
def my_data():
    """Show what the clinic holds of the patient and what they may do with it."""
    session, who = reading(actor().clinic_id), actor()
    clinic = lookup.get_clinic(session, who.clinic_id)
    request = erasure.latest_request(session, who.profile_id)
    return render_template(
        "account/my_data.html",
        held=own_data.count_held(session, who),
        clinic=clinic,
        request_state=request.state.value if request else "",
        asked=format_stamp(request.created_at, clinic) if request else "",
        answer=request.answer if request and request.state is ErasureState.REFUSED else "",
    )


@blueprint.get("/my-data/download/")
@needs(Permission.VIEW_OWN_DATA)
def download_my_data() -> Response:
    """Hand over everything as one ZIP file; noted in the audit log."""
    who = actor()
    limits.count_export(who.clinic_id, who.user_id)
    data = acting(lambda session, who: own_data.collect_own_data(session, who))
    clinic = lookup.get_clinic(reading(who.clinic_id), who.clinic_id)
    return archive_answer(make_archive(clinic, data), f"my-data-{now().date().isoformat()}")


@blueprint.route("/my-data/erasure/", methods=["GET", "POST"])
@needs(Permission.VIEW_OWN_DATA)
def ask_erasure():
    """Say what erasing means on GET; with the password, ask the clinic for it on POST."""
    form = ErasureForm()
    return answer_form(form, lambda: _ask(form), lambda: _erasure_page(form))


def _ask(form: ErasureForm):
    who = actor()
    limits.count_sign_in(who.email, who.clinic_id)
    held = own_data.account_of(reading(who.clinic_id), who).password_hash
    # No connection is held while the hash is made.
    db.session.remove()
    if not passwords.verify_password(held, form.password.data):
        raise errors.InvalidInput(errors.N_("This is not your password."), field="password")
    limits.forgive_sign_ins(who.email, who.clinic_id)
    acting(lambda session, who: erasure.ask_erasure(session, who, form.note.data, now()))
    return _done(gettext("The clinic has your wish and will answer by mail."), "asked")


def _done(text: str, state: str):
    if wants_json():
        return {"state": state}
    flash(text, "success")
    return redirect(url_for("account.my_data"))


def _erasure_page(form: ErasureForm) -> str:
    session, who = reading(actor().clinic_id), actor()
    clinic = lookup.get_clinic(session, who.clinic_id)
    plan = erasure.make_plan(session, clinic, who.profile_id, now())
    return render_template(
        "account/my_data_erasure.html",
        form=form,
        clinic=clinic,
        ahead=len(plan.ahead),
        records=plan.records,
        kept_until=format_date(plan.kept_until) if plan.kept_until else "",
    )


@blueprint.post("/my-data/erasure/withdrawal/")
@needs(Permission.VIEW_OWN_DATA)
def withdraw_erasure():
    """Take the wish back, as long as it was not answered."""
    withdrawn = acting(lambda session, who: erasure.withdraw_erasure(session, who, now()))
    if withdrawn:
        return _done(gettext("Your wish is withdrawn. Nothing is erased."), "withdrawn")
    return _done(gettext("There is no open request any more."), "none")
