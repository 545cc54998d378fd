"""Appointments as lists and one by one: look, cancel, confirm, close, take to a calendar."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from medcor.domain.appointments import AppointmentStatus, can_move, may_cancel
from medcor.domain.permissions import Permission
from medcor.models import Appointment
from medcor.services import agenda, booking, lookup
from medcor.services.calendar_files import appointment_ics
from medcor.web import bodies
from medcor.web.access import actor, needs
from medcor.web.errors import wants_json
from medcor.web.inputs import posted, safe_next
from medcor.web.paging import paginate
from medcor.web.state import now, settings
from medcor.web.transaction import in_transaction, reading

from . import blueprint, presenters


@blueprint.get("/view_appointments/")
@needs(Permission.VIEW_OWN_APPOINTMENTS)
def view_appointments():
    """List the patient's own appointments, what lies ahead first."""
    return _list("appointment/list.html")


@blueprint.get("/doctor_appointments/")
@needs(Permission.VIEW_DAY)
def doctor_appointments():
    """List the doctor's appointments; for an admin, the clinic's."""
    return _list("appointment/staff_list.html")


def _list(template: str):
    session = reading(actor().clinic_id)
    past, state = request.args.get("view") == "past", request.args.get("state", "")
    search = request.args.get("q", "")
    state = state if state in set(AppointmentStatus) else ""
    page = paginate(agenda.own_appointments(actor(), now(), past=past, state=state, search=search))
    if wants_json():
        return {
            "count": page.total,
            "results": [bodies.appointment_body(each) for each in page.items],
        }
    rows = [
        {"row": each, "when": presenters.when_text(each), "url": _details_url(each.id)}
        for each in page.items
    ]
    return render_template(
        template,
        rows=rows,
        page=page,
        past=past,
        state=state,
        search=search,
        states=presenters.state_options(),
        clinic=lookup.get_clinic(session, actor().clinic_id),
    )


def _details_url(appointment_id: int) -> str:
    return url_for("appointment.appointment_details", appointment_id=appointment_id)


@blueprint.get("/appointment-details/<int:appointment_id>/")
@needs(Permission.VIEW_APPOINTMENT)
def appointment_details(appointment_id: int):
    """Show one appointment and what may be done with it."""
    session = reading(actor().clinic_id)
    appointment = booking.get_appointment(session, actor(), appointment_id)
    if wants_json():
        return bodies.appointment_body(appointment)
    clinic = lookup.get_clinic(session, actor().clinic_id)
    return render_template(
        "appointment/details.html",
        appointment=appointment,
        clinic=clinic,
        facts=presenters.appointment_facts(appointment, clinic),
        when=presenters.when_text(appointment),
        can_cancel=_can_cancel(appointment, clinic.cancel_notice_minutes),
        moves=_moves(appointment),
    )


def _can_cancel(appointment: Appointment, notice_minutes: int) -> bool:
    notice = timedelta(minutes=notice_minutes)
    return may_cancel(appointment.status, appointment.starts_at, actor().role, notice, now())


def _moves(appointment: Appointment) -> list[dict[str, str]]:
    """The buttons of staff: each state that the appointment may go to now."""
    if not actor().is_staff:
        return []
    begun = appointment.starts_at <= now()
    steps = (
        (AppointmentStatus.CONFIRMED, "appointment.confirm", gettext("Confirm"), True),
        (AppointmentStatus.COMPLETED, "appointment.complete", gettext("Completed"), begun),
        (AppointmentStatus.NO_SHOW, "appointment.no_show", gettext("No-show"), begun),
    )
    return [
        {"label": label, "action": url_for(view, appointment_id=appointment.id)}
        for status, view, label, possible in steps
        if possible and can_move(appointment.status, status)
    ]


@blueprint.route("/cancel_appointment/<int:appointment_id>/", methods=["GET", "POST"])
@needs(Permission.CANCEL_APPOINTMENT)
def cancel_appointment(appointment_id: int):
    """Ask once more on GET, cancel on POST."""
    if request.method == "GET":
        return _cancel_page(appointment_id)
    who = actor()
    made = in_transaction(
        who.clinic_id,
        who,
        lambda session: booking.cancel_appointment(
            session, who, appointment_id, posted("reason"), now()
        ),
    )
    if wants_json():
        return bodies.appointment_body(made)
    flash(gettext("The appointment is cancelled and the time is free again."), "success")
    return redirect(safe_next(_details_url(appointment_id)))


def _cancel_page(appointment_id: int) -> str:
    session = reading(actor().clinic_id)
    appointment = booking.get_appointment(session, actor(), appointment_id)
    return render_template(
        "appointment/cancel.html",
        appointment=appointment,
        when=presenters.when_text(appointment),
        layout="layouts/portal.html" if actor().is_staff else "layouts/patient.html",
    )


def _change(
    appointment_id: int, work: Callable[..., Appointment], done: str
) -> Response | dict[str, object]:
    who = actor()
    made = in_transaction(
        who.clinic_id, who, lambda session: work(session, who, appointment_id, now())
    )
    if wants_json():
        return bodies.appointment_body(made)
    flash(done, "success")
    return redirect(safe_next(_details_url(appointment_id)))


@blueprint.post("/appointments/<int:appointment_id>/confirm/")
@needs(Permission.MANAGE_APPOINTMENTS)
def confirm(appointment_id: int):
    """Confirm a pending appointment."""
    done = gettext("The appointment is confirmed.")
    return _change(appointment_id, booking.confirm_appointment, done)


@blueprint.post("/appointments/<int:appointment_id>/complete/")
@needs(Permission.MANAGE_APPOINTMENTS)
def complete(appointment_id: int):
    """Close an appointment that took place."""
    done = gettext("The appointment is marked as completed.")
    return _change(appointment_id, booking.complete_appointment, done)


@blueprint.post("/appointments/<int:appointment_id>/no-show/")
@needs(Permission.MANAGE_APPOINTMENTS)
def no_show(appointment_id: int):
    """Close an appointment to which the patient did not come."""
    done = gettext("The appointment is marked as a no-show.")
    return _change(appointment_id, booking.mark_no_show, done)


@blueprint.get("/appointments/<int:appointment_id>/calendar.ics")
@needs(Permission.VIEW_APPOINTMENT)
def calendar_file(appointment_id: int) -> Response:
    """Hand over the appointment as an iCalendar file."""
    session = reading(actor().clinic_id)
    appointment = booking.get_appointment(session, actor(), appointment_id)
    clinic = lookup.get_clinic(session, actor().clinic_id)
    body = appointment_ics(
        clinic,
        appointment,
        appointment.treatment.name,
        appointment.doctor.name,
        settings().public_url,
        "PUBLISH",
    )
    name = f"appointment-{appointment.id}.ics"
    return Response(
        body,
        mimetype="text/calendar",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
