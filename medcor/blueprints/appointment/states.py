"""Answer, close, cancel and take back: each a form that posts, and harmless twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from medcor.domain import errors
from medcor.domain.appointments import AppointmentStatus
from medcor.domain.permissions import Permission
from medcor.models import Appointment
from medcor.services import appointment_history, booking, lookup, staff_booking
from medcor.web import bodies
from medcor.web.access import actor, needs
from medcor.web.acting import acting
from medcor.web.errors import wants_json
from medcor.web.forms import answer_form
from medcor.web.inputs import json_object, safe_next
from medcor.web.state import now
from medcor.web.transaction import reading

from . import appointment_presenters as shown
from . import blueprint, presenters
from .change_forms import ReasonForm

Work = Callable[..., Appointment]


@blueprint.route("/cancel_appointment/<int:appointment_id>/", methods=["GET", "POST"])
@needs(Permission.CANCEL_APPOINTMENT)
def cancel_appointment(appointment_id: int):
    """Ask once more on GET, cancel on POST."""
    form = ReasonForm()
    return answer_form(
        form,
        lambda: _cancel(appointment_id, form),
        lambda: _cancel_page(appointment_id, form),
    )


def _cancel(appointment_id: int, form: ReasonForm) -> Any:
    reason = form.reason.data
    return _change(
        appointment_id,
        lambda session, who, row_id, at: booking.cancel_appointment(
            session, who, row_id, reason, at
        ),
        gettext("The appointment is cancelled and the time is free again."),
        AppointmentStatus.CANCELLED,
    )


def _cancel_page(appointment_id: int, form: ReasonForm) -> str:
    session = reading(actor().clinic_id)
    appointment = booking.get_appointment(session, actor(), appointment_id)
    clinic = lookup.get_clinic(session, actor().clinic_id)
    return render_template(
        "appointment/cancel.html",
        appointment=appointment,
        clinic=clinic,
        form=form,
        when=presenters.when_text(appointment),
        layout="layouts/portal.html" if actor().is_staff else "layouts/patient.html",
        **shown.what_may_be_done(actor(), appointment, clinic, now()),
    )


def _change(appointment_id: int, work: Work, done: str, target: AppointmentStatus) -> Any:
    """Do one step; a browser that sends it twice is told the same twice."""
    try:
        made = acting(lambda session, who: work(session, who, appointment_id, now()))
    except errors.TransitionRefused:
        if wants_json() or not _is_already(appointment_id, target):
            raise
    else:
        if wants_json():
            return bodies.appointment_body(made)
    flash(done, "success")
    return redirect(safe_next(shown.details_url(appointment_id)))


def _is_already(appointment_id: int, target: AppointmentStatus) -> bool:
    session = reading(actor().clinic_id)
    return booking.get_appointment(session, actor(), appointment_id).status is target


@blueprint.post("/appointments/<int:appointment_id>/confirm/")
@needs(Permission.MANAGE_APPOINTMENTS)
def confirm(appointment_id: int):
    """Confirm a pending appointment."""
    done = gettext("The appointment is confirmed.")
    return _change(appointment_id, booking.confirm_appointment, done, AppointmentStatus.CONFIRMED)


@blueprint.post("/appointments/<int:appointment_id>/complete/")
@needs(Permission.MANAGE_APPOINTMENTS)
def complete(appointment_id: int):
    """Close an appointment that took place."""
    done = gettext("The appointment is marked as completed.")
    return _change(appointment_id, booking.complete_appointment, done, AppointmentStatus.COMPLETED)


@blueprint.post("/appointments/<int:appointment_id>/no-show/")
@needs(Permission.MANAGE_APPOINTMENTS)
def no_show(appointment_id: int):
    """Close an appointment to which the patient did not come."""
    done = gettext("The appointment is marked as a no-show.")
    return _change(appointment_id, booking.mark_no_show, done, AppointmentStatus.NO_SHOW)


@blueprint.post("/appointments/<int:appointment_id>/take-back/")
@needs(Permission.MANAGE_APPOINTMENTS)
def take_back(appointment_id: int) -> Response | dict[str, Any] | Any:
    """Undo an end that was set by mistake a moment ago."""
    try:
        made = acting(
            lambda session, who: appointment_history.take_back(session, who, appointment_id, now())
        )
    except errors.DomainError as error:
        return _not_taken_back(appointment_id, error)
    if wants_json():
        return bodies.appointment_body(made)
    flash(_taken_back_text(), "success")
    return redirect(shown.details_url(appointment_id))


def _taken_back_text() -> str:
    return gettext("Taken back. The appointment holds its time again.")


def _not_taken_back(appointment_id: int, error: errors.DomainError) -> Response:
    """Say on the appointment's own page why not; a second press of the button did it already."""
    known = (errors.TransitionRefused, errors.BookingRefused)
    if wants_json() or not isinstance(error, known):
        raise error
    session = reading(actor().clinic_id)
    if booking.get_appointment(session, actor(), appointment_id).is_live:
        flash(_taken_back_text(), "success")
    else:
        flash(shown.refusal_text(error, actor()), "error")
    return redirect(shown.details_url(appointment_id))


@blueprint.get("/appointments/confirmations/")
@needs(Permission.MANAGE_APPOINTMENTS)
def confirm_waiting() -> str:
    """Show what waits for an answer, to confirm many at once."""
    session = reading(actor().clinic_id)
    rows = staff_booking.list_waiting(session, actor(), now())
    return render_template(
        "appointment/confirm_waiting.html",
        rows=[shown.staff_line(each) for each in rows],
        clinic=lookup.get_clinic(session, actor().clinic_id),
    )


@blueprint.post("/appointments/confirmations/")
@needs(Permission.MANAGE_APPOINTMENTS)
def confirm_many():
    """Confirm those that were ticked."""
    ids = _ticked()
    made = acting(lambda session, who: staff_booking.confirm_all(session, who, ids, now()))
    if wants_json():
        return {"confirmed": [each.id for each in made]}
    text = ngettext(
        "%(num)s appointment is confirmed, and the patient is told by mail.",
        "%(num)s appointments are confirmed, and the patients are told by mail.",
        len(made),
    )
    none = gettext("Nothing was confirmed: none was ticked, or all are answered already.")
    flash(text if made else none, "success" if made else "info")
    return redirect(url_for("clinic.today"))


def _ticked() -> list[object]:
    if request.is_json:
        ids = json_object().get("appointment_ids")
        return ids if isinstance(ids, list) else []
    sent = request.form.getlist("appointment_id")
    return [int(each) for each in sent if each.isascii() and each.isdigit() and len(each) < 11]
