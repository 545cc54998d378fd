"""Discard a dictated note, and bring it back."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from medcor.domain import errors
from medcor.domain.permissions import Permission
from medcor.services import record_drafts, records
from medcor.web.access import actor, needs
from medcor.web.acting import acting
from medcor.web.errors import wants_json
from medcor.web.state import now
from medcor.web.transaction import reading

from . import blueprint
from . import record_presenters as presenters
from .draft_presenters import discard_consequences


@blueprint.route(
    "/appointments/<int:appointment_id>/record/draft/removal/", methods=["GET", "POST"]
)
@needs(Permission.WRITE_RECORDS)
def discard_record_draft(appointment_id: int):
    """Ask once more on GET, put the doctor's own dictated note away on POST."""
    if request.method == "POST":
        told = gettext("The note is discarded. You can bring it back for a day.")
        return _change(
            appointment_id,
            lambda session, who: record_drafts.discard(session, who, appointment_id, now()),
            told,
        )
    who = actor()
    session = reading(who.clinic_id)
    visit = records.get_own_visit(session, who, appointment_id)
    if record_drafts.find_draft(session, who, appointment_id) is None:
        raise errors.NotFound()
    return render_template(
        "layouts/confirm.html",
        title=gettext("Discard the dictated note?"),
        message=f"{visit.patient} · {presenters.visit_text(visit)}",
        action=request.path,
        confirm_label=gettext("Discard the note"),
        cancel_url=_form_url(appointment_id),
        consequences=discard_consequences(),
    )


@blueprint.post("/appointments/<int:appointment_id>/record/draft/restoration/")
@needs(Permission.WRITE_RECORDS)
def restore_record_draft(appointment_id: int):
    """Bring a discarded note back."""
    return _change(
        appointment_id,
        lambda session, who: record_drafts.bring_back(session, who, appointment_id),
        gettext("The note is back."),
    )


def _change(appointment_id: int, work: Callable, told: str) -> Response | dict[str, object]:
    acting(work)
    if wants_json():
        return {"appointment_id": appointment_id, "message": told}
    flash(told, "success")
    return redirect(_form_url(appointment_id))


def _form_url(appointment_id: int) -> str:
    return url_for("appointment.appointment_medical_record", appointment_id=appointment_id)
