"""A patient deletes talks of their own: one, or all before a day."""

from __future__ import annotations

from datetime import UTC, datetime, time

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l
from wtforms import DateField
from wtforms.validators import InputRequired, ValidationError

from medcor.domain.permissions import Permission
from medcor.models import Clinic
from medcor.services import deleted_talks, lookup, own_talks
from medcor.services.deleted_talks import Older
from medcor.web.access import actor, needs
from medcor.web.acting import acting
from medcor.web.documents import format_date
from medcor.web.errors import wants_json
from medcor.web.forms import PostedForm, answer_form
from medcor.web.inputs import posted
from medcor.web.state import now
from medcor.web.transaction import reading

from . import presenters
from .blueprint import blueprint


class OlderForm(PostedForm):
    """The day before which talks go."""

    before = DateField(_l("Delete all talks before"), [InputRequired(_l("Choose a day."))])

    def validate_before(self, field: DateField) -> None:
        if field.data and not 2000 <= field.data.year <= 2200:
            raise ValidationError(_l("Choose a year between 2000 and 2200."))


@blueprint.route("/<session_id>/delete/", methods=["GET", "POST"])
@needs(Permission.VIEW_OWN_DATA)
def delete_talk(session_id: str):
    """Say what goes and what stays on GET; delete the talk on POST."""
    if request.method == "GET":
        return _talk_page(session_id)
    deleted = acting(
        lambda session, who: deleted_talks.delete_talk(session, who, session_id, now())
    )
    if wants_json():
        return {"deleted": int(deleted)}
    told = gettext("The talk is deleted.") if deleted else gettext("This talk was deleted before.")
    flash(told, "success")
    return redirect(url_for("talks.own_talks"))


def _talk_page(session_id: str) -> str:
    who = actor()
    session = reading(who.clinic_id)
    talk = own_talks.read_talk(session, who, session_id)
    row = own_talks.get_talk(session, who, session_id)
    return render_template(
        "talks/delete_talk.html",
        talk=presenters.whole_context(talk, lookup.get_clinic(session, who.clinic_id)),
        kept=deleted_talks.why_kept(session, row),
    )


@blueprint.route("/delete/", methods=["GET", "POST"])
@needs(Permission.VIEW_OWN_DATA)
def delete_older():
    """Ask for a day; then say how many talks go; then, with the answer to that, delete them."""
    form = OlderForm()
    return answer_form(form, lambda: _delete_older(form), lambda: _older_page(form))


def _delete_older(form: OlderForm):
    session = reading(actor().clinic_id)
    clinic = lookup.get_clinic(session, actor().clinic_id)
    before = _midnight(form, clinic)
    if not wants_json() and posted("sure") != "yes":
        counted = deleted_talks.count_older(session, actor(), before)
        return _older_page(form, counted)
    done = acting(lambda session, who: deleted_talks.delete_older(session, who, before, now()))
    if wants_json():
        return {"deleted": done.deleted, "kept": done.kept}
    flash(_told(done), "success" if done.deleted else "info")
    return redirect(url_for("talks.own_talks"))


def _midnight(form: OlderForm, clinic: Clinic) -> datetime:
    """When the chosen day begins on the clinic's clock."""
    return datetime.combine(form.before.data, time(), clinic.zone_info).astimezone(UTC)


def _told(done: Older) -> str:
    if not done.deleted:
        return gettext("There was no talk to delete any more.")
    return ngettext("%(num)s talk was deleted.", "%(num)s talks were deleted.", done.deleted)


def _older_page(form: OlderForm, counted: Older | None = None) -> str:
    return render_template(
        "talks/delete_older.html",
        form=form,
        counted=counted,
        day=format_date(form.before.data) if counted else "",
    )
