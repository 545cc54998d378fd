"""The four steps of booking: treatment, doctor, day and time, confirm."""

from __future__ import annotations

from datetime import date, timedelta

from flask import redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from medcor.domain import errors
from medcor.domain import scheduling as rules
from medcor.domain.permissions import Permission
from medcor.models import Appointment, Clinic, Slot, Treatment
from medcor.services import agenda, booking, catalogue, lookup, scheduling
from medcor.services.booking import BookingRequest
from medcor.web import bodies
from medcor.web.access import actor, needs
from medcor.web.acting import acting
from medcor.web.calendar_days import parse_day
from medcor.web.errors import wants_json
from medcor.web.inputs import posted, posted_id
from medcor.web.paging import paginate
from medcor.web.refusal_words import refusal_texts
from medcor.web.state import now
from medcor.web.transaction import reading

from . import blueprint, presenters
from .reasons import find_refusals
from .series_presenters import series_url
from .why_not import wish_answer
from .why_not_forms import WishForm

DAYS_SHOWN = 7
LOOK_AHEAD = 60


def _clinic(session) -> Clinic:
    return lookup.get_clinic(session, actor().clinic_id)


@blueprint.get("/treatment-list/")
@needs(Permission.VIEW_TREATMENTS)
def treatment_list():
    """List all treatments, for reading."""
    return _treatments("appointment/treatment_list.html", "appointment.view_treatment", "id")


@blueprint.get("/treatment_list_for_new_appointment_booking/")
@needs(Permission.VIEW_TREATMENTS)
def treatment_list_for_new_appointment_booking():
    """Step one: choose a treatment."""
    view = "appointment.get_doctors_for_treatment"
    return _treatments("appointment/treatments.html", view, "treatment_id")


def _treatments(template: str, view: str, key: str):
    session = reading(actor().clinic_id)
    clinic = _clinic(session)
    search = request.args.get("q", "")
    if wants_json():
        return bodies.treatment_page(session, clinic, request.path, request.args)
    page = paginate(catalogue.bookable_treatments(search))
    picks = presenters.treatment_picks(page.items, clinic)
    for pick, treatment in zip(picks, page.items, strict=True):
        pick["url"] = url_for(view, **{key: treatment.id})
    return render_template(template, picks=picks, page=page, search=search)


@blueprint.get("/view-treatment/<int:id>/")
@needs(Permission.VIEW_TREATMENTS)
def view_treatment(id: int):
    """Show one treatment and who gives it."""
    session = reading(actor().clinic_id)
    clinic, treatment = _clinic(session), lookup.get_treatment(session, id)
    if wants_json():
        return bodies.treatment_body(treatment)
    doctors = catalogue.doctors_for(session, treatment.id)
    return render_template(
        "appointment/treatment.html", treatment=treatment, doctors=doctors, clinic=clinic
    )


@blueprint.get("/get-doctors-for-treatment/<int:treatment_id>/")
@needs(Permission.VIEW_TIMES)
def get_doctors_for_treatment(treatment_id: int):
    """Step two: choose a doctor, or one of the first free times of any."""
    session = reading(actor().clinic_id)
    clinic, treatment = _clinic(session), lookup.get_treatment(session, treatment_id)
    doctors = catalogue.doctors_for(session, treatment.id)
    fields = catalogue.specialisations_of(session, [doctor.id for doctor in doctors])
    if wants_json():
        return bodies.doctors_body(clinic, treatment, doctors, fields)
    ids = [doctor.id for doctor in doctors]
    free = scheduling.find_first_by_doctor(session, clinic, treatment, ids, LOOK_AHEAD, _search())
    first: dict[int, rules.Opening] = {}
    for opening in free:
        first.setdefault(opening.slot.doctor_id, opening)
    names = {doctor.id: doctor.name for doctor in doctors}
    return render_template(
        "appointment/doctors.html",
        treatment=treatment,
        picks=presenters.doctor_picks(doctors, treatment, fields, first),
        soonest=presenters.time_days(free[:4], treatment.id, names),
        summary=presenters.summary(clinic, treatment),
    )


def _search() -> scheduling.Search:
    return scheduling.Search(now(), actor().profile_id if actor().is_patient else None)


@blueprint.get("/available-slots/<int:doctor_id>/<int:treatment_id>/")
@needs(Permission.VIEW_TIMES)
def available_slots(doctor_id: int, treatment_id: int):
    """Step three: a week of free times of one doctor."""
    if wants_json():
        return _slots_json(doctor_id, treatment_id, request.args.get("date"))
    session = reading(actor().clinic_id)
    clinic, doctor = _clinic(session), lookup.get_doctor(session, doctor_id)
    treatment = lookup.get_treatment(session, treatment_id, doctor.id)
    search = _search()
    today = rules.local_today(clinic.zone_info, search.now)
    last = scheduling.last_day(clinic, search.now)
    first_free = scheduling.find_first_free(
        session,
        clinic,
        treatment,
        search,
        doctor_id=doctor.id,
        days=clinic.horizon_days + 1,
        limit=1,
    )
    start = _week_start(today, last, first_free)
    free = scheduling.find_first_free(
        session,
        clinic,
        treatment,
        search,
        doctor_id=doctor.id,
        first_day=start,
        days=DAYS_SHOWN,
        limit=1000,
    )
    return render_template(
        "appointment/times.html",
        treatment=treatment,
        doctor=doctor,
        clinic=clinic,
        start=start,
        days=presenters.time_days(free, treatment.id),
        summary=presenters.summary(clinic, treatment, doctor),
        earlier=_week_url(doctor_id, treatment_id, start, -DAYS_SHOWN, today, last),
        later=_week_url(doctor_id, treatment_id, start, DAYS_SHOWN, today, last),
        first_free=_first_free_url(doctor_id, treatment_id, first_free, start),
        today=today,
        last=last,
        end=start + timedelta(days=DAYS_SHOWN - 1),
        **wish_answer(session, clinic, doctor, treatment, WishForm()),
    )


def _week_start(today: date, last: date, first_free: list[rules.Opening]) -> date:
    """The day asked for, else the first free one, kept inside what may be booked."""
    wanted = request.args.get("date", "")
    if wanted:
        return min(max(parse_day(wanted), today), last)
    return first_free[0].day if first_free else today


def _week_url(
    doctor_id: int, treatment_id: int, start: date, step: int, today: date, last: date
) -> str:
    """The neighbouring week, or nothing where there is none to book in."""
    if step < 0 and start <= today:
        return ""
    moved = max(start + timedelta(days=step), today)
    return presenters.times_url(doctor_id, treatment_id, moved) if moved <= last else ""


def _first_free_url(
    doctor_id: int, treatment_id: int, first_free: list[rules.Opening], start: date
) -> str:
    if not first_free or start <= first_free[0].day < start + timedelta(days=DAYS_SHOWN):
        return ""
    return presenters.times_url(doctor_id, treatment_id, first_free[0].day)


@blueprint.post("/fetch-slots/")
@needs(Permission.VIEW_TIMES)
def fetch_slots():
    """Free and booked slots of a doctor on a date, as the chatbot API lists them."""
    doctor_id, treatment_id = posted_id("doctor_id"), posted_id("treatment_id")
    if wants_json():
        return _slots_json(doctor_id, treatment_id, posted("date") or None)
    if doctor_id is None or treatment_id is None:
        raise errors.MissingParameter()
    day = parse_day(posted("date")) if posted("date") else None
    return redirect(presenters.times_url(doctor_id, treatment_id, day))


def _slots_json(doctor_id: object, treatment_id: object, wanted: object):
    session = reading(actor().clinic_id)
    return bodies.slots_answer(session, _clinic(session), doctor_id, treatment_id, wanted, now())


@blueprint.route("/slot/<int:slot_id>/<int:treatment_id>/", methods=["GET", "POST"])
@needs(Permission.BOOK_OWN)
def book_slot(slot_id: int, treatment_id: int):
    """Step four: look once more, then book."""
    if request.method == "POST":
        return _book(slot_id, treatment_id)
    day = parse_day(request.args.get("appointment_date", ""))
    # Back from the success page, the time is taken: by this very patient.
    return _already_booked(slot_id, treatment_id, day) or _confirm_page(slot_id, treatment_id, day)


def _book(slot_id: int, treatment_id: int) -> Response | tuple:
    try:
        made = acting(lambda session, who: _book_in(session, slot_id, treatment_id))
    except errors.DomainError as error:
        if wants_json():
            return bodies.booking_error(error)
        if isinstance(error, errors.BookingRefused):
            return _refused(slot_id, treatment_id, error)
        raise
    if wants_json():
        return bodies.booked_body(made), 201
    return redirect(url_for("appointment.appointment_success", appointment_id=made.id))


def _book_in(session, slot_id: int, treatment_id: int) -> Appointment:
    slot = lookup.find(session, Slot, slot_id)
    wish = BookingRequest(
        doctor_id=posted_id("doctor_id") or (slot.doctor_id if slot else None),
        treatment_id=treatment_id,
        slot_id=slot_id,
        day=parse_day(posted("appointment_date")),
    )
    if slot is None:
        raise errors.SlotNotFound()
    return booking.book_appointment(session, actor(), wish, now())


def _refused(slot_id: int, treatment_id: int, error: errors.BookingRefused) -> Response | tuple:
    """A second press of the same button is harmless; else offer what is free nearby."""
    day = parse_day(posted("appointment_date"))
    booked = _already_booked(slot_id, treatment_id, day)
    return booked or (_confirm_page(slot_id, treatment_id, day, error), 409)


def _already_booked(slot_id: int, treatment_id: int, day: date) -> Response | None:
    """The way to the success page, if the patient has this very time."""
    session = reading(actor().clinic_id)
    if not (lookup.find(session, Slot, slot_id) and lookup.find(session, Treatment, treatment_id)):
        return None
    own = agenda.own_live(session, actor().profile_id, slot_id, treatment_id, day)
    if own is None:
        return None
    return redirect(url_for("appointment.appointment_success", appointment_id=own.id))


def _confirm_page(
    slot_id: int, treatment_id: int, day: date, error: errors.BookingRefused | None = None
) -> str:
    session = reading(actor().clinic_id)
    slot = lookup.find(session, Slot, slot_id)
    if slot is None:
        raise errors.SlotNotFound()
    clinic, doctor = _clinic(session), lookup.get_doctor(session, slot.doctor_id)
    treatment = lookup.get_treatment(session, treatment_id, doctor.id)
    search = _search()
    if error:
        reasons = [gettext(error.text)]
    else:
        found = find_refusals(session, clinic, slot, treatment.id, day, search)
        reasons = refusal_texts(found, staff=False)
    nearby = (
        scheduling.find_nearest(
            session,
            clinic,
            treatment,
            search,
            doctor_id=doctor.id,
            day=day,
            clock=slot.start_time,
        )
        if reasons
        else []
    )
    when = f"{presenters.format_day(day)}, {presenters.format_clock(slot.start_time)}"
    return render_template(
        "appointment/confirm.html",
        treatment=treatment,
        doctor=doctor,
        clinic=clinic,
        slot=slot,
        day=day,
        when=when,
        reasons=reasons,
        hold={"slot_id": slot.id, "treatment_id": treatment.id, "day": day},
        repeat_url=series_url(slot.id, treatment.id, day),
        summary=presenters.summary(clinic, treatment, doctor, when),
        nearby=presenters.time_days(nearby, treatment.id),
        times_url=presenters.times_url(doctor.id, treatment.id, day),
        doctors_url=url_for("appointment.get_doctors_for_treatment", treatment_id=treatment.id),
    )


@blueprint.get("/appointment-success/")
@needs(Permission.BOOK_OWN)
def appointment_success():
    """Say what was booked and hand over the calendar file."""
    session = reading(actor().clinic_id)
    wanted = request.args.get("appointment_id", type=int)
    appointment = booking.get_appointment(session, actor(), wanted)
    if wants_json():
        return bodies.booked_body(appointment)
    clinic = _clinic(session)
    return render_template(
        "appointment/success.html",
        appointment=appointment,
        clinic=clinic,
        when=presenters.when_text(appointment),
        facts=presenters.appointment_facts(appointment, clinic)[1:],
    )
