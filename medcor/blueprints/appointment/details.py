"""One appointment: what it is, what happened to it, what may be done with it."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, render_template, url_for
from sqlalchemy.orm import Session

from medcor.domain.permissions import Permission, may
from medcor.models import Appointment, Clinic
from medcor.services import appointment_history, booking, lookup, offers, series_members
from medcor.services.calendar_files import appointment_ics
from medcor.web import bodies
from medcor.web.access import actor, needs
from medcor.web.errors import wants_json
from medcor.web.offer_words import offer_view
from medcor.web.state import now, settings
from medcor.web.transaction import reading

from . import appointment_presenters as shown
from . import blueprint, presenters
from .record_presenters import record_link
from .series_presenters import place_line


@blueprint.get("/appointment-details/<int:appointment_id>/")
@needs(Permission.VIEW_APPOINTMENT)
def appointment_details(appointment_id: int):
    """Show one appointment, its history and what may be done with it."""
    session = reading(actor().clinic_id)
    appointment = booking.get_appointment(session, actor(), appointment_id)
    if wants_json():
        return bodies.appointment_body(appointment)
    clinic = lookup.get_clinic(session, actor().clinic_id)
    steps = appointment_history.list_steps(session, appointment)
    back_to = appointment_history.returns_to(actor(), appointment, steps, now())
    return render_template(
        "appointment/details.html",
        appointment=appointment,
        clinic=clinic,
        facts=presenters.appointment_facts(appointment, clinic),
        when=presenters.when_text(appointment),
        moves=shown.state_steps(actor(), appointment, now()),
        takes_back_to=shown.state_names()[back_to.value] if back_to else "",
        history=_history(session, appointment, steps),
        patient_url=_patient_url(appointment),
        place=place_line(series_members.find_place(session, actor(), appointment), appointment.id),
        offer=_offer(session, appointment, clinic),
        record=record_link(session, actor(), appointment, clinic, now()),
        **shown.what_may_be_done(actor(), appointment, clinic, now()),
    )


def _offer(session: Session, appointment: Appointment, clinic: Clinic) -> dict[str, Any] | None:
    """What the patient is offered instead right now."""
    found = offers.open_offer_of(session, appointment, now()) if appointment.is_live else None
    return offer_view(found, clinic, now()) if found else None


def _history(session: Session, appointment: Appointment, steps: list[appointment_history.Step]):
    clinic = lookup.get_clinic(session, appointment.clinic_id)
    names = lookup.doctor_names(session, appointment_history.doctors_of(steps))
    return shown.history_lines(steps, clinic, actor(), names)


def _patient_url(appointment: Appointment) -> str:
    """The patient's page, for those who may open it."""
    view = "account.view_patient"
    if view not in current_app.view_functions or not may(actor().role, Permission.MANAGE_PATIENTS):
        return ""
    return url_for(view, patient_id=appointment.patient_id)


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
