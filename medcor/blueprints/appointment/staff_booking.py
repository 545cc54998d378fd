"""Book on a patient's behalf, in steps that live in the URL: patient, treatment, time, confirm."""

from __future__ import annotations

import secrets
from datetime import date, time
from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.domain import scheduling as rules
from medcor.domain.permissions import Permission, may
from medcor.models import Appointment, Clinic, Patient, Slot, Treatment
from medcor.services import lookup, scheduling, staff_booking
from medcor.services.booking import BookingRequest
from medcor.web import bodies
from medcor.web.access import actor, needs
from medcor.web.calendar_days import parse_day
from medcor.web.errors import wants_json
from medcor.web.inputs import posted, posted_id
from medcor.web.paging import paginate
from medcor.web.refusal_words import refusal_texts
from medcor.web.state import now
from medcor.web.transaction import in_transaction, reading

from . import appointment_presenters as shown
from . import blueprint, presenters
from .free_weeks import find_week
from .holding import held_lines
from .reasons import find_refusals
from .series_presenters import staff_series_url

Context = dict[str, Any]


@blueprint.route("/appointments/new/", methods=["GET", "POST"])
@needs(Permission.BOOK_FOR_PATIENT)
def book_for_patient():
    """Show the step that comes next on GET; book on POST, once for the same form."""
    return _book() if request.method == "POST" else _next_step()


def _next_step() -> str:
    """The step after what the URL has chosen so far."""
    session = reading(actor().clinic_id)
    clinic = lookup.get_clinic(session, actor().clinic_id)
    chosen = {name: request.args.get(name, type=int) for name in ("patient_id", "treatment_id")}
    if chosen["patient_id"] is None:
        return _choose_patient(clinic)
    patient = lookup.get_patient(session, chosen["patient_id"])
    if chosen["treatment_id"] is None:
        return _choose_treatment(clinic, patient)
    treatment = lookup.get_treatment(session, chosen["treatment_id"])
    slot_id, day = request.args.get("slot_id", type=int), request.args.get("appointment_date")
    if slot_id is None or not day:
        return _choose_time(session, clinic, patient, treatment)
    key = secrets.token_urlsafe(24)
    return _last_look(session, clinic, patient, treatment, slot_id, parse_day(day), key)


def step_url(**values: Any) -> str:
    """The address of a step; values of None are left out."""
    return url_for("appointment.book_for_patient", **values)


def _choose_patient(clinic: Clinic) -> str:
    search = request.args.get("q", "")
    page = paginate(
        staff_booking.find_patients(search), counted=staff_booking.count_patients(search)
    )
    # A time that was picked before the patient stays picked.
    kept = ("treatment_id", "slot_id", "appointment_date")
    keep = {name: request.args.get(name) for name in kept}
    picks = [
        {
            "title": patient.name,
            "note": " · ".join(filter(None, (patient.phone, patient.user.email))),
            "avatar": patient.name,
            "url": step_url(patient_id=patient.id, **keep),
        }
        for patient in page.items
    ]
    return render_template(
        "appointment/book_patient.html",
        picks=picks,
        page=page,
        search=search,
        keep=keep,
        clinic=clinic,
        register_url=_register_url(),
    )


def _register_url() -> str:
    view = "account.create_patient"
    known = view in current_app.view_functions and may(actor().role, Permission.MANAGE_PATIENTS)
    return url_for(view) if known else ""


def _choose_treatment(clinic: Clinic, patient: Patient) -> str:
    search = request.args.get("q", "")
    page = paginate(staff_booking.treatments_of(actor(), search))
    picks = presenters.treatment_picks(page.items, clinic)
    for pick, treatment in zip(picks, page.items, strict=True):
        pick["url"] = step_url(patient_id=patient.id, treatment_id=treatment.id)
    return render_template(
        "appointment/book_treatment.html",
        picks=picks,
        page=page,
        search=search,
        patient=patient,
        clinic=clinic,
        summary=_summary(patient),
    )


def _summary(patient: Patient, clinic: Clinic | None = None, treatment: Treatment | None = None):
    lines = [("user-round", patient.name)]
    return lines + (presenters.summary(clinic, treatment) if clinic and treatment else [])


def _choose_time(session: Session, clinic: Clinic, patient: Patient, treatment: Treatment) -> str:
    doctors = {each.id: each for each in staff_booking.doctors_of(session, actor(), treatment.id)}
    wanted = request.args.get("doctor_id", 0, type=int)
    chosen = wanted if wanted in doctors else next(iter(doctors)) if len(doctors) == 1 else 0
    ids = [chosen] if chosen else list(doctors)
    free = find_week(
        clinic,
        now(),
        lambda first, count: _free(session, clinic, patient, treatment, ids, first, count),
    )
    named = None if chosen else {each.id: each.name for each in doctors.values()}
    base = {"patient_id": patient.id, "treatment_id": treatment.id}
    any_doctor = ("0", gettext("Any doctor"))
    listed = [any_doctor, *((each.id, each.name) for each in doctors.values())]
    return render_template(
        "appointment/book_time.html",
        patient=patient,
        treatment=treatment,
        clinic=clinic,
        summary=_summary(patient, clinic, treatment),
        soonest=_linked(free.soonest, base, named),
        days=_linked(free.week, base, named),
        doctors=listed if len(doctors) > 1 else [],
        has_doctors=bool(doctors),
        chosen=chosen,
        base=base,
        held=held_lines(session, ids, free.start, free.end, now()),
        why_url=_why_url(base, chosen or None),
        free=free,
        earlier=_week_url(base, chosen, free.earlier),
        later=_week_url(base, chosen, free.later),
    )


def _why_url(
    base: Context, doctor_id: int | None, day: date | None = None, clock: time | None = None
) -> str:
    """Where staff learn why a time, or one that they name there, is not offered."""
    return url_for(
        "appointment.why_not",
        **base,
        doctor_id=doctor_id,
        date=day.isoformat() if day else None,
        time=f"{clock:%H:%M}" if clock else None,
    )


def _week_url(base: Context, chosen: int, start: date | None) -> str:
    """Another week's address, empty where there is none to book in."""
    return step_url(**base, doctor_id=chosen, date=start.isoformat()) if start else ""


def _search(patient: Patient) -> scheduling.Search:
    return scheduling.Search(now(), patient.id, staff=True)


def _free(
    session: Session,
    clinic: Clinic,
    patient: Patient,
    treatment: Treatment,
    doctor_ids: list[int],
    first: date,
    count: int,
) -> list[rules.Opening]:
    search = _search(patient)
    days = scheduling.bookable_days(clinic, search.now, first, count)
    return scheduling.find_free(session, clinic, treatment, doctor_ids, days, search)


def _linked(
    openings: list[rules.Opening], base: Context, named: dict[int, str] | None
) -> list[Context]:
    def url_of(opening: rules.Opening) -> str:
        picked = {"slot_id": opening.slot.id, "appointment_date": opening.day.isoformat()}
        return step_url(**base, **picked)

    return presenters.linked_days(openings, url_of, named)


def _last_look(
    session: Session,
    clinic: Clinic,
    patient: Patient,
    treatment: Treatment,
    slot_id: int | None,
    day: date,
    key: str,
    error: errors.BookingRefused | None = None,
) -> str:
    doctors = {each.id: each for each in staff_booking.doctors_of(session, actor(), treatment.id)}
    slot = lookup.find(session, Slot, slot_id)
    if slot is None or slot.doctor_id not in doctors:
        raise errors.SlotNotFound()
    if error:
        reasons = [shown.refusal_text(error, actor())]
    else:
        reasons = _why_not(session, clinic, patient, treatment, slot, day)
    base = {"patient_id": patient.id, "treatment_id": treatment.id}
    nearby = _nearest(session, clinic, patient, treatment, slot, day) if reasons else []
    when = f"{presenters.format_day(day)}, " + presenters.format_span(
        slot.start_time, slot.end_time
    )
    fields = {**base, "slot_id": slot.id, "doctor_id": slot.doctor_id, "request_key": key}
    return render_template(
        "appointment/book_confirm.html",
        patient=patient,
        treatment=treatment,
        doctor=doctors[slot.doctor_id],
        clinic=clinic,
        when=when,
        reasons=reasons,
        nearby=_linked(nearby, base, None),
        fields={**fields, "appointment_date": day.isoformat()},
        confirmed=posted("confirmed") == "1" if request.method == "POST" else True,
        times_url=step_url(**base, doctor_id=slot.doctor_id, date=day.isoformat()),
        why_url=_why_url(base, slot.doctor_id, day, slot.start_time),
        repeat_url=staff_series_url(patient.id, slot.id, treatment.id, day),
        base=base,
    )


def _why_not(
    session: Session, clinic: Clinic, patient: Patient, treatment: Treatment, slot: Slot, day: date
) -> list[str]:
    found = find_refusals(session, clinic, slot, treatment.id, day, _search(patient))
    return refusal_texts(found, staff=True)


def _nearest(
    session: Session, clinic: Clinic, patient: Patient, treatment: Treatment, slot: Slot, day: date
) -> list[rules.Opening]:
    return scheduling.find_nearest(
        session,
        clinic,
        treatment,
        _search(patient),
        doctor_id=slot.doctor_id,
        day=day,
        clock=slot.start_time,
    )


def _book() -> Any:
    """Book what was looked at."""
    who = actor()
    try:
        made = in_transaction(who.clinic_id, who, _book_in)
    except errors.BookingRefused as error:
        if wants_json():
            raise
        return _refused(error), error.status
    if wants_json():
        return bodies.booked_body(made), 201
    flash(_booked_text(made), "success")
    return redirect(shown.details_url(made.id))


def _book_in(session: Session) -> Appointment:
    wish = BookingRequest(
        doctor_id=posted_id("doctor_id"),
        treatment_id=posted_id("treatment_id"),
        slot_id=posted_id("slot_id"),
        day=parse_day(posted("appointment_date")),
        patient_id=posted_id("patient_id"),
        door=staff_booking.DOOR,
        request_key=posted("request_key")[:64] or None,
    )
    return staff_booking.book_for_patient(
        session, actor(), wish, now(), confirmed=posted("confirmed") == "1"
    )


def _refused(error: errors.BookingRefused) -> str:
    """The last step again, with the reason and the nearest free times."""
    session = reading(actor().clinic_id)
    return _last_look(
        session,
        lookup.get_clinic(session, actor().clinic_id),
        lookup.get_patient(session, posted_id("patient_id")),
        lookup.get_treatment(session, posted_id("treatment_id")),
        posted_id("slot_id"),
        parse_day(posted("appointment_date")),
        posted("request_key")[:64] or secrets.token_urlsafe(24),
        error,
    )


def _booked_text(made: Appointment) -> str:
    texts = {"name": made.patient.name, "when": presenters.when_text(made)}
    return gettext("Booked for %(name)s: %(when)s. A mail tells the patient.", **texts)
