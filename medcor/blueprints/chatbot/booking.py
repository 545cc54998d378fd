"""Treatments, doctors, slots and the booking itself, for a holder of the chatbot token."""

from __future__ import annotations

import hashlib

from flask import request

from medcor.domain import errors
from medcor.domain.appointments import AppointmentStatus
from medcor.services import catalogue, chatbot, lookup
from medcor.services.booking import BookingRequest
from medcor.web import bodies, limits
from medcor.web.access import widget
from medcor.web.calendar_days import parse_day
from medcor.web.state import now
from medcor.web.transaction import in_transaction

from . import blueprint, guards, schemas

_TO_THE_WIDGET = "the clinic's chatbot token in the Authorization header"
_PAGE_ARGUMENTS = ("page", "page_size")


@blueprint.get("/<row_id:clinic_id>/treatments/")
@widget(_TO_THE_WIDGET)
def treatments(clinic_id: int):
    """List the clinic's treatments, a page at a time."""
    session, clinic = guards.with_bearer(clinic_id)
    asked = {key: request.args[key] for key in _PAGE_ARGUMENTS if key in request.args}
    return bodies.treatment_page(session, clinic, request.path, asked)


@blueprint.get("/<row_id:clinic_id>/treatments/<row_id:treatment_id>/get-doctors/")
@widget(_TO_THE_WIDGET)
def get_doctors(clinic_id: int, treatment_id: int):
    """List the doctors who give a treatment; an unknown treatment has none."""
    session, clinic = guards.with_bearer(clinic_id)
    try:
        treatment = lookup.get_treatment(session, treatment_id)
    except errors.TreatmentNotFound:
        raise errors.NoDoctors() from None
    doctors = catalogue.doctors_for(session, treatment.id)
    fields = catalogue.specialisations_of(session, [doctor.id for doctor in doctors])
    return bodies.doctors_body(clinic, treatment, doctors, fields)


@blueprint.post("/<row_id:clinic_id>/treatments/<row_id:treatment_id>/get-doctors/slots/")
@widget(_TO_THE_WIDGET)
def slots(clinic_id: int, treatment_id: int):
    """Tell the doctor's weekdays, or the free and booked slots of one date."""
    session, clinic = guards.with_bearer(clinic_id)
    body = schemas.body()
    doctor_id, wanted = schemas.read_id(body.get("doctor_id")), body.get("date")
    return bodies.slots_answer(
        session, clinic, doctor_id, treatment_id, None if wanted == "" else wanted, now()
    )


@blueprint.post(
    "/<row_id:clinic_id>/treatments/<row_id:treatment_id>/get-doctors/slots/<row_id:slot_id>/book/"
)
@widget(f"{_TO_THE_WIDGET}, and the patient's key where the clinic asks for it")
def book(clinic_id: int, treatment_id: int, slot_id: int):
    """Book a slot for a registered patient."""
    _session, clinic = guards.with_bearer(clinic_id)
    person = guards.patient_by_key(clinic, needed=clinic.booking_needs_key)
    body = schemas.body()
    email = schemas.read_text(body.get("patient_email")).strip()
    actor = guards.actor_for(clinic, person, email)
    doctor_id, date_text = schemas.read_id(body.get("doctor_id")), body.get("appointment_date")
    if not email or doctor_id is None or date_text in (None, ""):
        raise errors.MissingParameter()
    wish = BookingRequest(
        doctor_id=doctor_id,
        treatment_id=treatment_id,
        slot_id=slot_id,
        day=parse_day(date_text),
        patient_email=email,
        door="chatbot",
        request_key=_request_key(),
    )
    if person is None:
        limits.count_email_lookup(clinic.id)
    made = in_transaction(
        clinic_id, actor, lambda session: chatbot.book_once(session, actor, wish, now())
    )
    # What a repeat gets is the first answer, whatever has become of the appointment since.
    return bodies.booked_body(made) | {"appointment_status": AppointmentStatus.PENDING.value}, 201


def _request_key() -> str | None:
    """The caller's ``Idempotency-Key``, whatever its length, as something a column can hold."""
    sent = request.headers.get("Idempotency-Key", "").strip()
    return hashlib.sha256(sent.encode()).hexdigest() if sent else None
