"""The waiting list: a patient's own entries, and everybody's for staff."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import time, timedelta
from typing import Any

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.domain import scheduling as rules
from medcor.domain.permissions import Permission, Role, may
from medcor.models import Clinic, Doctor, Treatment, WaitingEntry, WaitingState
from medcor.services import (
    agenda,
    catalogue,
    lookup,
    offers,
    slots,
    staff_booking,
)
from medcor.services import (
    waiting_list as waiting,
)
from medcor.services.agenda import DOCTOR_USER, PATIENT_USER
from medcor.services.waiting_list import Wanted
from medcor.services.week import active_doctors
from medcor.web.access import actor, needs
from medcor.web.acting import acting
from medcor.web.errors import wants_json
from medcor.web.forms import answer_form, choices_of
from medcor.web.inputs import posted_id
from medcor.web.offer_words import offer_view
from medcor.web.paging import CSV_CHUNK, Sorting, csv_answer, paginate, sorting, wants_csv
from medcor.web.state import now
from medcor.web.transaction import reading

from . import blueprint
from . import offer_presenters as shown
from .waiting_forms import ANY_DOCTOR, WaitingForm, shown_values

Options = list[tuple[Any, str]]
# Days that a new wish covers unless somebody says otherwise.
USUAL_WAIT = timedelta(days=30)
DAY_BEGINS, DAY_ENDS = time(8), time(18)


@blueprint.get("/waiting-list/")
@needs(Permission.USE_WAITING_LIST)
def waiting_list():
    """List who waits for a time; for a patient their own entries and what they are offered."""
    return _own_list() if actor().is_patient else _staff_list()


def _own_list() -> str | dict[str, Any]:
    session = reading(actor().clinic_id)
    clinic = lookup.get_clinic(session, actor().clinic_id)
    entries = waiting.list_own(session, actor().profile_id)
    if wants_json():
        return {"count": len(entries), "results": [shown.entry_body(each) for each in entries]}
    held = offers.list_open(session, actor().profile_id, now())
    offered = {each.waiting_id for each in held}
    return render_template(
        "appointment/my_waiting.html",
        entries=[shown.entry_line(each, clinic, offered) for each in entries],
        offers=[offer_view(each, clinic, now()) for each in held if each.waiting_id],
        clinic=clinic,
    )


def _staff_list() -> str | Response | dict[str, Any]:
    session = reading(actor().clinic_id)
    clinic = lookup.get_clinic(session, actor().clinic_id)
    wanted, order = _wanted(), _order()
    if wants_csv():
        return _csv(session, clinic, wanted, order)
    page = paginate(
        waiting.listed(actor(), wanted).order_by(*order.clauses),
        counted=waiting.matching(actor(), wanted),
    )
    if wants_json():
        return {"count": page.total, "results": [shown.entry_body(each) for each in page.items]}
    offered = waiting.offered_now(session, [each.id for each in page.items])
    return render_template(
        "appointment/waiting.html",
        rows=[shown.entry_line(each, clinic, offered) for each in page.items],
        page=page,
        sort=order.shown,
        search=wanted.search,
        narrowed=wanted != Wanted(),
        filters=_filters(session, wanted),
        clinic=clinic,
    )


def _wanted() -> Wanted:
    args = request.args
    state = args.get("state", WaitingState.WAITING.value)
    known = state if state == "" or state in set(WaitingState) else WaitingState.WAITING.value
    return Wanted(known, args.get("q", ""), _known("doctor_id"), _known("treatment_id"))


def _known(name: str) -> int | None:
    """An id of the URL; one that no row can have finds nothing, as any other unknown one."""
    value = request.args.get(name, type=int)
    return None if value is None else value if 0 < value < 2**31 else 0


def _order() -> Sorting:
    since = (WaitingEntry.created_at, WaitingEntry.id)
    columns = {
        "since": since,
        "patient": (PATIENT_USER.last_name, PATIENT_USER.first_name, *since),
        "treatment": (Treatment.name, *since),
        "doctor": (DOCTOR_USER.last_name, DOCTOR_USER.first_name, *since),
        "days": (WaitingEntry.first_day, WaitingEntry.last_day, *since),
    }
    return sorting(columns, "since")


def _filters(session: Session, wanted: Wanted) -> list[dict[str, Any]]:
    any_of = ("", gettext("Any"))
    doctors = agenda.doctor_options(session) if actor().role is Role.ADMIN else []
    found = [
        _filter("doctor_id", gettext("Doctor"), wanted.doctor_id, [any_of, *doctors]),
        _filter(
            "treatment_id",
            gettext("Treatment"),
            wanted.treatment_id,
            [any_of, *agenda.treatment_options(session)],
        ),
        _filter("state", gettext("State"), wanted.state, _state_options()),
    ]
    return found if doctors else found[1:]


def _filter(name: str, label: str, value: Any, options: Options) -> dict[str, Any]:
    return {"name": name, "label": label, "value": value, "options": options}


def _state_options() -> Options:
    return [*shown.waiting_states().items(), ("", gettext("Any"))]


def _csv(session: Session, clinic: Clinic, wanted: Wanted, order: Sorting) -> Response:
    """The list as a file; that it was taken is written down first."""
    found = waiting.listed(actor(), wanted).order_by(*order.clauses)
    rows = len(session.scalars(waiting.matching(actor(), wanted)).all())
    acting(lambda session, who: waiting.record_export(session, who, rows))
    header = (
        gettext("Patient"),
        gettext("Phone"),
        gettext("Treatment"),
        gettext("Doctor"),
        gettext("From"),
        gettext("Until"),
        gettext("Days"),
        gettext("Times"),
        gettext("State"),
        gettext("Since"),
    )
    return csv_answer("waiting-list", header, _csv_rows(clinic.id, found))


def _csv_rows(clinic_id: int, found: Any) -> Iterator[Sequence[object]]:
    # The request's own session is over before the first line goes out.
    session = reading(clinic_id)
    states = shown.waiting_states()
    for row in session.scalars(found.execution_options(yield_per=CSV_CHUNK)):
        yield (
            row.patient.name,
            row.patient.phone,
            row.treatment.name,
            row.doctor.name if row.doctor else "",
            row.first_day.isoformat(),
            row.last_day.isoformat(),
            shown.weekdays_text(row.weekdays),
            f"{row.earliest:%H:%M}-{row.latest:%H:%M}",
            states[row.state.value],
            row.created_at.isoformat(),
        )


@blueprint.route("/waiting-list/new/", methods=["GET", "POST"])
@needs(Permission.USE_WAITING_LIST)
def join_waiting_list():
    """Say what one waits for; staff say for whom first."""
    session = reading(actor().clinic_id)
    patient_id = request.args.get("patient_id", type=int) or posted_id("patient_id")
    if not actor().is_patient and patient_id is None:
        if request.method == "POST":
            raise errors.PatientNotFound()
        return _choose_patient()
    form = _new_form(session, patient_id)
    return answer_form(
        form, lambda: _join(form, patient_id), lambda: _form_page(form, None, patient_id)
    )


def _new_form(session: Session, patient_id: int | None) -> WaitingForm:
    clinic = lookup.get_clinic(session, actor().clinic_id)
    today = rules.local_today(clinic.zone_info, now())
    hours = catalogue.opening_hours(session)
    return _with_choices(
        session,
        WaitingForm(
            patient_id=patient_id,
            treatment_id=request.args.get("treatment_id", type=int),
            doctor_id=request.args.get("doctor_id", ANY_DOCTOR, type=int),
            first_day=today,
            last_day=today + min(USUAL_WAIT, timedelta(days=clinic.horizon_days)),
            weekdays=list(range(7)),
            earliest=min((each.opens for each in hours), default=DAY_BEGINS),
            latest=max((each.closes for each in hours), default=DAY_ENDS),
        ),
    )


def _with_choices(session: Session, form: WaitingForm) -> WaitingForm:
    """The treatments and doctors that can be waited for; a doctor's form has their own."""
    who = actor()
    doctors: list[Doctor] = active_doctors(session)
    if who.role is Role.DOCTOR:
        treatments = slots.given_treatments(session, who.profile_id)
        doctors = [each for each in doctors if each.id == who.profile_id]
    else:
        treatments = list(session.scalars(catalogue.bookable_treatments()))
    form.treatment_id.choices = choices_of((each.id, each.name) for each in treatments)
    any_doctor = (ANY_DOCTOR, gettext("Any doctor"))
    form.doctor_id.choices = choices_of([any_doctor, *((each.id, each.name) for each in doctors)])
    return form


def _choose_patient() -> str:
    search = request.args.get("q", "")
    page = paginate(
        staff_booking.find_patients(search), counted=staff_booking.count_patients(search)
    )
    picks = [
        {
            "title": patient.name,
            "note": " · ".join(filter(None, (patient.phone, patient.user.email))),
            "avatar": patient.name,
            "url": url_for("appointment.join_waiting_list", patient_id=patient.id),
        }
        for patient in page.items
    ]
    view = "account.create_patient"
    known = view in current_app.view_functions and may(actor().role, Permission.MANAGE_PATIENTS)
    return render_template(
        "appointment/waiting_patient.html",
        picks=picks,
        page=page,
        search=search,
        register_url=url_for(view) if known else "",
    )


def _form_page(form: WaitingForm, entry: WaitingEntry | None, patient_id: object) -> str:
    session = reading(actor().clinic_id)
    patient = None if actor().is_patient else lookup.get_patient(session, patient_id)
    return render_template(
        "appointment/waiting_form.html",
        form=_with_choices(session, form),
        entry=entry,
        patient=patient,
        clinic=lookup.get_clinic(session, actor().clinic_id),
        layout="layouts/patient.html" if actor().is_patient else "layouts/portal.html",
    )


def _join(form: WaitingForm, patient_id: object) -> Any:
    wish = form.wish
    try:
        made = acting(lambda session, who: waiting.join(session, who, patient_id, wish, now()))
    except errors.AlreadyWaiting as error:
        if actor().is_staff:
            raise errors.AlreadyWaiting(
                errors.N_("The patient is already on the waiting list for this treatment.")
            ) from error
        raise
    if wants_json():
        return shown.entry_body(made), 201
    return _done(
        gettext("You are on the waiting list. As soon as a time that suits is free, we write.")
        if actor().is_patient
        else gettext("The patient is on the waiting list.")
    )


def _done(text: str) -> Response:
    flash(text, "success")
    return redirect(url_for("appointment.waiting_list"))


@blueprint.route("/waiting-list/<int:entry_id>/edit/", methods=["GET", "POST"])
@needs(Permission.USE_WAITING_LIST)
def edit_waiting(entry_id: int):
    """Change what somebody waits for."""
    session = reading(actor().clinic_id)
    entry = waiting.get_entry(session, actor(), entry_id)
    if entry.state is not WaitingState.WAITING:
        raise errors.NotFound()
    form = _with_choices(session, WaitingForm(**shown_values(entry)))
    patient_id = entry.patient_id
    return answer_form(
        form, lambda: _edit(form, entry_id), lambda: _form_page(form, entry, patient_id)
    )


def _edit(form: WaitingForm, entry_id: int) -> Any:
    wish, seen = form.wish, form.seen_version
    made = acting(lambda session, who: waiting.edit(session, who, entry_id, wish, seen, now()))
    if wants_json():
        return shown.entry_body(made)
    return _done(gettext("The changes are saved. The place in the line stays the same."))


@blueprint.route("/waiting-list/<int:entry_id>/leave/", methods=["GET", "POST"])
@needs(Permission.USE_WAITING_LIST)
def leave_waiting(entry_id: int):
    """Ask once more on GET; take somebody off the list on POST."""
    if request.method == "GET":
        return _leave_page(entry_id)
    made = acting(lambda session, who: waiting.leave(session, who, entry_id, now()))
    if wants_json():
        return shown.entry_body(made)
    return _done(
        gettext("You are no longer on the waiting list.")
        if actor().is_patient
        else gettext("The patient is no longer on the waiting list.")
    )


def _leave_page(entry_id: int) -> str:
    session = reading(actor().clinic_id)
    entry = waiting.get_entry(session, actor(), entry_id)
    own = actor().is_patient
    return render_template(
        "layouts/confirm.html",
        layout="layouts/patient.html" if own else "layouts/portal.html",
        title=gettext("Leave the waiting list?")
        if own
        else gettext("Take %(name)s off the waiting list?", name=entry.patient.name),
        message=entry.treatment.name,
        consequences=leave_consequences(),
        action=request.path,
        confirm_label=gettext("Leave the list") if own else gettext("Take off the list"),
        cancel_url=url_for("appointment.waiting_list"),
    )


def leave_consequences() -> list[str]:
    """What leaving the list does."""
    return [
        gettext("No freed time is offered any more; one that is just offered goes to the next."),
        gettext("Joining again later means joining at the end of the line."),
    ]
