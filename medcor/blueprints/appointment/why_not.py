"""Ask why a time is not offered: staff on a page of its own, patients beside the free times."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.domain import scheduling as rules
from medcor.domain.permissions import Permission, Role
from medcor.models import Clinic, Doctor, Patient, Treatment
from medcor.services import agenda, lookup, nearest, staff_booking
from medcor.services.in_the_way import find_in_the_way
from medcor.services.nearest import Judged
from medcor.services.scheduling import Search
from medcor.services.why_not import Wish
from medcor.web import bodies
from medcor.web.access import actor, needs
from medcor.web.errors import wants_json
from medcor.web.forms import choices_of
from medcor.web.refusal_words import refusal_texts
from medcor.web.state import now
from medcor.web.transaction import reading

from . import appointment_presenters as shown
from . import blueprint, presenters
from .staff_booking import step_url
from .why_not_forms import WhyNotForm, WishForm

Context = dict[str, Any]
PATIENTS_SHOWN = 6


@blueprint.get("/why-not/", endpoint="why_not")
@needs(Permission.BOOK_FOR_PATIENT)
def why_not_page():
    """Tell staff every reason why a time is not offered, and what is free near it."""
    session = reading(actor().clinic_id)
    clinic = lookup.get_clinic(session, actor().clinic_id)
    form = _staff_form(session)
    found = _patients(session, form)
    patient = found[0] if len(found) == 1 else None
    context: Context = {"form": form, "clinic": clinic, "patient": patient, "judged": None}
    if not form.is_asked:
        if wants_json():
            raise errors.MissingParameter()
        return _page(context, form)
    if not _can_be_answered(form, found):
        if wants_json():
            raise errors.InvalidInput(fields=form.errors)
        several = [_patient_link(each) for each in found] if len(found) > 1 else []
        return _page({**context, "patients": several}, form), 400
    judged = _judge(session, clinic, form, patient)
    if wants_json():
        return bodies.judged_body(judged, staff=True)
    return _page({**context, **_answer(session, clinic, form, patient, judged)}, form)


def _can_be_answered(form: WhyNotForm, found: list[Patient]) -> bool:
    """Say whether the question is whole; what is wrong with it stands beside its fields."""
    if not form.validate():
        return False
    if form.patient.data and not found:
        text = gettext("Nobody is called so. Search by name, email or phone.")
    elif len(found) > 1:
        text = gettext("Several patients are called so. Choose one of them.")
    else:
        return True
    form.patient.errors = [text]
    return False


def _page(context: Context, form: WhyNotForm) -> str:
    return render_template("appointment/why_not.html", asked=form.is_asked, **context)


def _staff_form(session: Session) -> WhyNotForm:
    """The form with whom and what one may ask about; ids of nobody's are not found."""
    form = WhyNotForm()
    who = actor()
    if who.role is Role.ADMIN:
        doctors = agenda.doctor_options(session)
    else:
        doctors = list(lookup.doctor_names(session, {who.profile_id}).items())
    treatments = agenda.treatment_options(session)
    form.doctor_id.choices = choices_of(doctors)
    form.treatment_id.choices = choices_of(treatments)
    for field, pairs, missing in (
        (form.doctor_id, doctors, errors.DoctorNotFound),
        (form.treatment_id, treatments, errors.TreatmentNotFound),
    ):
        named = field.name in request.args
        if named and field.data not in {value for value, _label in pairs}:
            raise missing()
    return form


def _patients(session: Session, form: WhyNotForm) -> list[Patient]:
    """The patient of the address, else whom the words may mean, else nobody."""
    if "patient_id" in request.args:
        return [lookup.get_patient(session, request.args.get("patient_id", 0, type=int))]
    if not form.patient.data:
        return []
    wanted = staff_booking.find_patients(form.patient.data)
    found = list(session.scalars(wanted.limit(PATIENTS_SHOWN)))
    exact = [each for each in found if each.user.email == form.patient.data]
    return exact or found


def _patient_link(patient: Patient) -> Context:
    kept = {name: request.args.get(name) for name in ("doctor_id", "treatment_id", "date", "time")}
    return {
        "title": patient.name,
        "note": " · ".join(filter(None, (patient.phone, patient.user.email))),
        "avatar": patient.name,
        "url": url_for("appointment.why_not", patient_id=patient.id, **kept),
    }


def _judge(session: Session, clinic: Clinic, form: WhyNotForm, patient: Patient | None) -> Judged:
    wish = Wish(form.doctor_id.data, form.treatment_id.data, form.date.data, form.time.data)
    search = Search(now(), patient.id if patient else None, staff=True)
    own = {actor().profile_id} if actor().role is Role.DOCTOR else None
    return nearest.judge_time(session, clinic, wish, search, doctor_ids=own)


def _answer(
    session: Session, clinic: Clinic, form: WhyNotForm, patient: Patient | None, judged: Judged
) -> Context:
    told, day = judged.told, form.date.data
    patient_id = patient.id if patient else None
    base = {"patient_id": patient_id, "treatment_id": told.treatment.id}

    def book_url(slot_id: int, on: str) -> str:
        return step_url(**base, slot_id=slot_id, appointment_date=on)

    rows = find_in_the_way(session, actor(), clinic, told, day, patient_id)
    return {
        "judged": judged,
        "told": told,
        "when": f"{presenters.format_day(day)}, {presenters.format_clock(form.time.data)}",
        "opening": presenters.format_span(told.slot.start, told.slot.end) if told.slot else "",
        "reasons": refusal_texts(told.refusals, staff=True),
        "in_the_way": [shown.staff_line(each) for each in rows],
        "book_url": book_url(told.slot.id, day.isoformat()) if judged.is_free else "",
        "nearby": presenters.linked_days(
            judged.nearest,
            lambda each: book_url(each.slot.id, each.day.isoformat()),
            judged.other_names,
        ),
    }


def wish_answer(
    session: Session, clinic: Clinic, doctor: Doctor, treatment: Treatment, form: WishForm
) -> Context:
    """What the page of free times says about a wished time: nothing unless one was asked for.

    Words are a patient's, for staff see the page that patients see.
    """
    today = rules.local_today(clinic.zone_info, now())
    context: Context = {"wish": form, "ask_from": today, "asked": form.is_asked}
    if not form.is_asked or not form.validate():
        return context
    day, clock = form.ask_date.data, form.ask_time.data
    patient_id = actor().profile_id if actor().is_patient else None
    judged = nearest.judge_time(
        session,
        clinic,
        Wish(doctor.id, treatment.id, day, clock),
        Search(now(), patient_id),
    )
    found = judged.told.slot if judged.is_free else None
    return {
        **context,
        "judged": judged,
        "asked_when": f"{presenters.format_day(day)}, {presenters.format_clock(clock)}",
        "reasons": refusal_texts(judged.told.refusals, staff=False),
        "found_url": presenters.confirm_url(found.id, treatment.id, day) if found else "",
        "found_span": presenters.format_span(found.start, found.end) if found else "",
        "nearby": presenters.time_days(judged.nearest, treatment.id, judged.other_names),
    }
