"""The admin's pages of the clinic's patients."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from medcor.domain.permissions import Permission
from medcor.domain.scheduling import local_today
from medcor.extensions import db
from medcor.models import Appointment, Clinic, Patient, User
from medcor.services import lookup, patients, people
from medcor.web import limits
from medcor.web.access import actor, needs
from medcor.web.acting import acting
from medcor.web.errors import wants_json
from medcor.web.forms import answer_form
from medcor.web.inputs import posted_id
from medcor.web.paging import csv_answer, paginate, sorting, wants_csv
from medcor.web.state import now
from medcor.web.transaction import reading

from . import people_presenters as presenters
from .blueprint import blueprint
from .people_forms import PatientForm


@blueprint.get("/list_patients/")
@needs(Permission.MANAGE_PATIENTS)
def list_patients():
    """List the clinic's patients, former ones too."""
    session = reading(actor().clinic_id)
    search, state = request.args.get("q", ""), presenters.chosen_state(request.args.get("state"))
    order = sorting(
        {
            "name": (User.last_name, User.first_name, Patient.id),
            "email": (User.email, Patient.id),
            "born": (Patient.birth_date, Patient.id),
            "since": (User.created_at, Patient.id),
        },
        "name",
    )
    wanted = patients.list_patients(search, state).order_by(*order.clauses)
    if wants_csv():
        return _csv(list(session.scalars(wanted)))
    page = paginate(wanted, counted=wanted.with_only_columns(Patient.id))
    if wants_json():
        listed = [presenters.patient_json(each) for each in page.items]
        return {"count": page.total, "results": listed}
    clinic = lookup.get_clinic(session, actor().clinic_id)
    starts = patients.next_starts(session, [each.id for each in page.items], now())
    return render_template(
        "account/patients.html",
        rows=presenters.patient_lines(page.items, starts, clinic),
        page=page,
        order=order,
        search=search,
        state=state.value if state else "",
        states=presenters.state_options(gettext("Not confirmed yet")),
    )


def _csv(listed: list[Patient]) -> Response:
    """The list as a file; that it was taken is written down first."""
    rows = list(_csv_rows(listed))
    acting(lambda session, who: patients.record_export(session, who, len(rows)))
    header = (
        gettext("First name"),
        gettext("Last name"),
        gettext("Email"),
        gettext("Phone"),
        gettext("Date of birth"),
        gettext("Gender"),
        gettext("Patient since"),
        gettext("State"),
    )
    return csv_answer("patients", header, rows)


def _csv_rows(listed: Iterable[Patient]) -> Iterable[tuple[object, ...]]:
    labels = dict(presenters.state_options(gettext("Not confirmed yet")))
    for each in listed:
        user = each.user
        yield (
            user.first_name,
            user.last_name,
            user.email,
            each.phone,
            each.birth_date.isoformat() if each.birth_date else "",
            presenters.gender_text(each.gender),
            user.created_at.date().isoformat(),
            labels[presenters.person_state(each).value],
        )


@blueprint.get("/patients/<int:patient_id>/")
@needs(Permission.MANAGE_PATIENTS)
def view_patient(patient_id: int):
    """Show a patient: how to reach them, and every appointment of theirs."""
    session = reading(actor().clinic_id)
    patient = patients.find_patient(session, patient_id)
    past = request.args.get("view") == "past"
    page = paginate(
        patients.appointments_of(patient.id, now(), past=past), counted=_ids_of(patient.id, past)
    )
    if wants_json():
        return presenters.patient_json(patient)
    clinic = lookup.get_clinic(session, actor().clinic_id)
    return render_template(
        "account/patient_view.html",
        patient=patient,
        state=presenters.person_state(patient).value,
        facts=presenters.patient_facts(patient, clinic, local_today(clinic.zone_info, now())),
        figures=presenters.visit_figures(patients.count_states(session, patient.id)),
        following=_following(session, patient, clinic),
        rows=presenters.appointment_lines(page.items),
        page=page,
        past=past,
        book_url=presenters.book_url(patient),
    )


def _following(session: Session, patient: Patient, clinic: Clinic) -> tuple[str, str]:
    starts = patients.next_starts(session, [patient.id], now()).get(patient.id)
    return presenters.day_and_time(starts, clinic) if starts else ("–", "")


def _ids_of(patient_id: int, past: bool) -> Any:
    return patients.appointments_of(patient_id, now(), past=past).with_only_columns(Appointment.id)


@blueprint.route("/create_patient/", methods=["GET", "POST"])
@needs(Permission.MANAGE_PATIENTS)
def create_patient():
    """Add a patient, who is invited by mail to choose a password."""
    clinic = lookup.get_clinic(reading(actor().clinic_id), actor().clinic_id)
    form = PatientForm(data={"language": clinic.language})
    return answer_form(form, lambda: _create(form), lambda: _form_page(form))


def _create(form: PatientForm) -> Any:
    who, details = actor(), form.details()
    limits.count_mail(details.person.email, who.clinic_id)
    made = acting(lambda session, who: patients.create_patient(session, who, details, now()))
    if wants_json():
        return presenters.patient_json(made), 201
    done = gettext(
        "%(name)s is invited: a mail is on its way to %(email)s.",
        name=made.name,
        email=made.user.email,
    )
    flash(done, "success")
    return redirect(url_for("account.view_patient", patient_id=made.id))


def _form_page(form: PatientForm, patient_id: int | None = None) -> str:
    if patient_id is None:
        return render_template("account/patient_form.html", form=form, patient=None)
    patient = patients.find_patient(reading(actor().clinic_id), patient_id, editable=True)
    return render_template(
        "account/patient_form.html",
        form=form,
        patient=patient,
        state=presenters.person_state(patient).value,
        differences=presenters.differences(form, lambda: _saved(patient)),
    )


def _saved(patient: Patient) -> dict[str, Any]:
    """What is stored of a patient, by the names of the form's fields."""
    user = patient.user
    return {
        "version": str(user.version),
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
        "language": user.language,
        "phone": patient.phone,
        "gender": patient.gender,
        "birth_date": patient.birth_date,
    }


@blueprint.route("/edit_patient/<int:patient_id>/", methods=["GET", "POST"])
@needs(Permission.MANAGE_PATIENTS)
def edit_patient(patient_id: int):
    """Change what is known of a patient."""
    patient = patients.find_patient(reading(actor().clinic_id), patient_id, editable=True)
    form, was_open = PatientForm(data=_saved(patient)), patient.user.verified_at is not None
    return answer_form(
        form, lambda: _save(form, patient_id, was_open), lambda: _form_page(form, patient_id)
    )


def _save(form: PatientForm, patient_id: int, was_open: bool) -> Any:
    details, seen = form.details(), form.seen_version
    made = acting(
        lambda session, who: patients.edit_patient(session, who, patient_id, details, seen, now())
    )
    if wants_json():
        return presenters.patient_json(made)
    moved = was_open and made.user.verified_at is None
    flash(presenters.saved_text(made.name, made.user.email, moved=moved), "success")
    return redirect(url_for("account.view_patient", patient_id=made.id))


@blueprint.get("/patients/<int:patient_id>/deletion/")
@needs(Permission.MANAGE_PATIENTS)
def patient_deletion(patient_id: int):
    """Ask before a patient is deleted, and say what that does; list what is still booked."""
    session = reading(actor().clinic_id)
    patient = patients.find_patient(session, patient_id, editable=True)
    left = paginate(patients.appointments_of(patient.id, now()))
    return render_template(
        "account/person_delete.html",
        kind="patient",
        name=patient.name,
        subject_id=patient.id,
        state=presenters.person_state(patient).value,
        removal=people.removal_of(session, patient).value,
        page=left,
        rows=presenters.appointment_lines(left.items),
        cancel_url=url_for("account.view_patient", patient_id=patient.id),
    )


@blueprint.post("/delete_patient/")
@needs(Permission.MANAGE_PATIENTS)
def delete_patient():
    """Erase a patient without history, deactivate one with."""
    patient_id = posted_id("patient_id")
    removal = acting(lambda session, who: patients.delete_patient(session, who, patient_id, now()))
    if wants_json():
        return {"id": patient_id, "outcome": removal.value}
    if removal is people.Removal.ERASED:
        flash(gettext("The patient is erased."), "success")
        return redirect(url_for("account.list_patients"))
    flash(gettext("The patient is deactivated and signed out everywhere."), "success")
    return redirect(url_for("account.patient_deletion", patient_id=patient_id))


@blueprint.post("/patients/<int:patient_id>/activation/")
@needs(Permission.MANAGE_PATIENTS)
def activate_patient(patient_id: int):
    """Open a deactivated patient's account again."""
    made = acting(lambda session, who: patients.activate_patient(session, who, patient_id, now()))
    if wants_json():
        return presenters.patient_json(made)
    flash(gettext("%(name)s is active again.", name=made.name), "success")
    return redirect(url_for("account.view_patient", patient_id=made.id))


@blueprint.post("/patients/<int:patient_id>/invitations/")
@needs(Permission.MANAGE_PATIENTS)
def invite_patient(patient_id: int):
    """Send a patient the mail by which they choose a password."""
    who = actor()
    found = patients.find_patient(reading(who.clinic_id), patient_id, editable=True)
    email = found.user.email
    limits.count_mail(email, who.clinic_id)
    db.session.remove()
    acting(lambda session, who: patients.invite_patient(session, who, patient_id, now()))
    if wants_json():
        return {"id": patient_id, "invited": email}
    flash(gettext("The invitation is on its way to %(email)s.", email=email), "success")
    return redirect(url_for("account.view_patient", patient_id=patient_id))
