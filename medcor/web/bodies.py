"""JSON bodies of the clinic's public facts, shared by the chatbot API and the pages' JSON helpers.

Keys, texts and status codes are the published ones of the chatbot API, to the letter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.domain import scheduling as rules
from medcor.extensions import db
from medcor.models import Appointment, Clinic, Doctor, Treatment
from medcor.services import catalogue, lookup, scheduling
from medcor.services.nearest import Judged
from medcor.web.calendar_days import parse_day
from medcor.web.refusal_words import reasons_body
from medcor.web.state import settings

Body = dict[str, Any]
Answer = tuple[Body, int]
PAGE_SIZE, MAX_PAGE_SIZE = 10, 100

# The chatbot API's own wording of each error of a booking, by domain error.
BOOKING_ERRORS: dict[type[errors.DomainError], tuple[str, int]] = {
    errors.MissingParameter: ("Missing required parameters.", 400),
    errors.InvalidDate: ("Invalid date format. Use YYYY-MM-DD.", 400),
    errors.PastDate: ("Cannot book past dates.", 400),
    errors.SlotUnavailable: ("Slot is unavailable on this date.", 400),
    errors.SlotTaken: ("Slot is already booked.", 400),
    errors.PatientBusy: ("Slot is already booked.", 400),
    errors.PatientNotFound: ("Patient not found.", 404),
    errors.DoctorNotFound: ("Doctor not found.", 404),
    errors.TreatmentNotFound: ("Treatment not found.", 404),
    errors.SlotNotFound: ("Slot not found.", 404),
}


def absolute(path: str) -> str | None:
    """A stored path as a URL below PUBLIC_URL; None where there is none."""
    if path.startswith(("http://", "https://")):
        return path
    return f"{settings().public_url}/{path.lstrip('/')}" if path else None


def treatment_body(treatment: Treatment) -> Body:
    return {
        "id": treatment.id,
        "name": treatment.name,
        "description": treatment.description,
        "price": treatment.price,
    }


def treatment_page(
    session: Session, clinic: Clinic, path: str, args: Mapping[str, str]
) -> Body | Answer:
    """One page of treatments as ``count``, ``next``, ``previous``, ``results``."""
    size = _positive(args.get("page_size"), PAGE_SIZE)
    number = _positive(args.get("page", "1"), 0)
    wanted = catalogue.active_treatments(args.get("q", ""))
    if number == 0 or size == 0:
        return {"detail": "Invalid page."}, 404
    size = min(size, MAX_PAGE_SIZE)
    page = db.paginate(wanted, page=min(number, 1_000_000), per_page=size, error_out=False)
    if number > 1 and not page.items:
        return {"detail": "Invalid page."}, 404
    return {
        "count": page.total,
        "next": _page_url(path, args, page.next_num) if page.has_next else None,
        "previous": _page_url(path, args, page.prev_num) if page.has_prev else None,
        "results": [treatment_body(each) for each in page.items],
    }


def _positive(text: str | None, default: int) -> int:
    if text is None:
        return default
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _page_url(path: str, args: Mapping[str, str], number: int | None) -> str:
    values = {**{key: args[key] for key in args}, "page": number}
    return f"{settings().public_url}{path}?{urlencode(values)}"


def doctor_body(doctor: Doctor, fields: list[str]) -> Body:
    return {
        "id": doctor.id,
        "name": doctor.name,
        "email": doctor.user.email,
        "is_active": doctor.is_active,
        "profile_picture": absolute(doctor.user.picture),
        "total_year_of_experience": doctor.years_of_experience,
        "specializations": fields,
        "contact_number": doctor.contact_number,
        "gender": doctor.gender,
    }


def doctors_body(
    clinic: Clinic, treatment: Treatment, doctors: Iterable[Doctor], fields: Mapping[int, list[str]]
) -> Body | Answer:
    """Doctors of a treatment, or the published 404 where there are none."""
    listed = [doctor_body(doctor, fields.get(doctor.id, [])) for doctor in doctors]
    if not listed:
        return {"error": "No doctors available for this treatment."}, 404
    return {
        "treatment": {"id": treatment.id, "name": treatment.name},
        "doctors": listed,
        "clinic": clinic.name,
    }


def slot_body(opening: rules.Opening, doctor: Doctor, *, booked: bool) -> Body:
    return {
        "id": opening.slot.id,
        "doctor": doctor.user.first_name,
        "start_time": opening.slot.start.strftime("%H:%M"),
        "end_time": opening.slot.end.strftime("%H:%M"),
        "booked": booked,
    }


def slots_answer(
    session: Session,
    clinic: Clinic,
    doctor_id: object,
    treatment_id: object,
    wanted: object,
    now: datetime,
) -> Body | Answer:
    """Weekdays without a date, else the date's slots; errors in the published order and wording."""
    if doctor_id is None:
        return {"error": "Missing required parameter: doctor_id."}, 400
    try:
        day = parse_day(wanted) if wanted is not None else None
        if day is not None and day < rules.local_today(clinic.zone_info, now):
            return {"message": "Past dates are not allowed."}, 400
        treatment = lookup.get_treatment(session, treatment_id)
        doctor = lookup.get_doctor(session, doctor_id)
        lookup.get_treatment(session, treatment_id, doctor.id)
    except errors.DomainError as error:
        return booking_error(error)
    if day is None:
        return {"available_days": scheduling.list_available_days(session, doctor.id)}
    found = scheduling.list_day(session, clinic, treatment, doctor.id, day, now)
    if not found.free and not found.booked:
        return {"message": "No slots available for the selected date."}
    return {
        "available_slots": [slot_body(each, doctor, booked=False) for each in found.free],
        "booked_slots": [slot_body(each, doctor, booked=True) for each in found.booked],
    }


def time_bodies(openings: Iterable[rules.Opening], names: Mapping[int, str]) -> list[Body]:
    """Free times; ``names`` are those of their doctors, by id."""
    return [
        {
            "slot_id": each.slot.id,
            "doctor_id": each.slot.doctor_id,
            "doctor": names[each.slot.doctor_id],
            "date": each.day.isoformat(),
            "start_time": each.slot.start.strftime("%H:%M"),
            "end_time": each.slot.end.strftime("%H:%M"),
        }
        for each in openings
    ]


def judged_body(judged: Judged, *, staff: bool) -> Body:
    """A verdict on a time, and what is free near it; the reasons are worded for whoever reads."""
    return {
        "available": judged.is_free,
        "reasons": reasons_body(judged.told.refusals, staff=staff),
        "nearest": time_bodies(judged.nearest, judged.names),
    }


def booked_body(appointment: Appointment) -> Body:
    return {
        "message": "Appointment booked successfully.",
        "appointment_id": appointment.id,
        "appointment_status": appointment.status.value,
    }


def booking_error(error: errors.DomainError) -> Answer:
    """The published body of a refused booking; an error without one is raised on."""
    if type(error) not in BOOKING_ERRORS:
        raise error
    text, status = BOOKING_ERRORS[type(error)]
    return {"error": text}, status


def appointment_body(appointment: Appointment) -> Body:
    """An appointment as the pages' JSON shows it; times are the clinic's."""
    return {
        "id": appointment.id,
        "status": appointment.status.value,
        "date": appointment.day.isoformat(),
        "start_time": appointment.start_time.strftime("%H:%M"),
        "end_time": appointment.end_time.strftime("%H:%M"),
        "treatment": {"id": appointment.treatment_id, "name": appointment.treatment.name},
        "doctor": {"id": appointment.doctor_id, "name": appointment.doctor.name},
        "patient": {"id": appointment.patient_id, "name": appointment.patient.name},
    }
