"""Cancel an appointment of a series and all that follow it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import ngettext

from medcor.domain import errors
from medcor.domain.permissions import Permission
from medcor.services import lookup, series_members
from medcor.services.series_members import Following
from medcor.web.access import actor, needs
from medcor.web.acting import acting
from medcor.web.errors import wants_json
from medcor.web.forms import answer_form
from medcor.web.state import now
from medcor.web.transaction import reading

from . import appointment_presenters as shown
from . import blueprint
from . import series_presenters as lines
from .change_forms import ReasonForm


@blueprint.route("/appointments/<int:appointment_id>/cancel-following/", methods=["GET", "POST"])
@needs(Permission.CANCEL_APPOINTMENT)
def cancel_following(appointment_id: int):
    """Say which appointments are cancelled and which can't be on GET, cancel them on POST."""
    form = ReasonForm()
    return answer_form(
        form,
        lambda: _cancel(appointment_id, form),
        lambda: _page(appointment_id, form),
    )


def _page(appointment_id: int, form: ReasonForm) -> Any:
    session = reading(actor().clinic_id)
    found = series_members.find_following(session, actor(), appointment_id, now())
    clinic = lookup.get_clinic(session, actor().clinic_id)
    rows = found.can or found.cannot
    return render_template(
        "appointment/series_cancel.html",
        form=form,
        clinic=clinic,
        layout="layouts/portal.html" if actor().is_staff else "layouts/patient.html",
        patient=rows[0].patient if rows else None,
        treatment=rows[0].treatment if rows else None,
        can=[lines.member_line(each) for each in found.can],
        cannot=[lines.member_line(each) for each in found.cannot],
        details_url=shown.details_url(appointment_id),
        series_url=url_for("appointment.series", series_id=found.series_id),
    )


def _cancel(appointment_id: int, form: ReasonForm) -> Any:
    """Cancel; a browser that sends it twice finds them cancelled."""
    try:
        done = acting(
            lambda session, who: series_members.cancel_following(
                session, who, appointment_id, form.reason.data, now()
            )
        )
    except errors.CancellationTooLate:
        raise
    except errors.TransitionRefused:
        if wants_json():
            raise
        return redirect(shown.details_url(appointment_id))
    if wants_json():
        return _body(done)
    flash(_done_text(done), "success")
    return redirect(url_for("appointment.series", series_id=done.series_id))


def _body(done: Following) -> dict[str, Any]:
    return {
        "series_id": done.series_id,
        "cancelled": [each.id for each in done.can],
        "kept": [each.id for each in done.cannot],
    }


def _done_text(done: Following) -> str:
    return ngettext(
        "%(num)s appointment is cancelled and its time is free again.",
        "%(num)s appointments are cancelled and their times are free again.",
        len(done.can),
    )
