"""The admin's pages of the clinic's doctors."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from medcor.domain.permissions import Permission
from medcor.extensions import db
from medcor.models import Doctor, User
from medcor.services import agenda, catalogue, doctors, lookup, people
from medcor.web import limits
from medcor.web.access import actor, needs
from medcor.web.acting import acting
from medcor.web.errors import wants_json
from medcor.web.forms import answer_form, choices_of
from medcor.web.inputs import posted_id
from medcor.web.paging import csv_answer, paginate, sorting, wants_csv
from medcor.web.state import now
from medcor.web.transaction import reading

from . import people_presenters as presenters
from .blueprint import blueprint
from .people_forms import DoctorForm


@blueprint.get("/list_doctors/")
@needs(Permission.MANAGE_DOCTORS)
def list_doctors():
    """List the clinic's doctors, former ones too."""
    session = reading(actor().clinic_id)
    search, state = request.args.get("q", ""), presenters.chosen_state(request.args.get("state"))
    order = sorting(
        {
            "name": (User.last_name, User.first_name, Doctor.id),
            "email": (User.email, Doctor.id),
            "years": (Doctor.years_of_experience, Doctor.id),
        },
        "name",
    )
    wanted = doctors.list_doctors(search, state).order_by(*order.clauses)
    if wants_csv():
        return _csv(session, list(session.scalars(wanted)))
    page = paginate(wanted, counted=wanted.with_only_columns(Doctor.id))
    figures = doctors.count_for(session, [each.id for each in page.items], now())
    if wants_json():
        listed = [
            presenters.doctor_json(each, figures.specialisations[each.id]) for each in page.items
        ]
        return {"count": page.total, "results": listed}
    return render_template(
        "account/doctors.html",
        rows=presenters.doctor_lines(page.items, figures),
        page=page,
        order=order,
        search=search,
        state=state.value if state else "",
        states=presenters.state_options(gettext("Invited")),
    )


def _csv(session: Session, listed: list[Doctor]) -> Response:
    figures = doctors.count_for(session, [each.id for each in listed], now())
    header = (
        gettext("Name"),
        gettext("Email"),
        gettext("Phone"),
        gettext("Specialisations"),
        gettext("Years of experience"),
        gettext("Treatments"),
        gettext("Appointments ahead"),
        gettext("State"),
    )
    keys = ("name", "email", "phone", "fields", "years", "treatments", "ahead", "state")
    labels = dict(presenters.state_options(gettext("Invited")))
    lines = presenters.doctor_lines(listed, figures)
    rows = ([{**line, "state": labels[line["state"]]}[key] for key in keys] for line in lines)
    return csv_answer("doctors", header, rows)


@blueprint.route("/create_doctor/", methods=["GET", "POST"])
@needs(Permission.MANAGE_DOCTORS)
def create_doctor():
    """Add a doctor, who is invited by mail to choose a password."""
    session = reading(actor().clinic_id)
    clinic = lookup.get_clinic(session, actor().clinic_id)
    saved = {"years_of_experience": 0, "language": clinic.language}
    form = _form(session, saved)
    return answer_form(form, lambda: _create(form), lambda: _form_page(form))


def _form(session: Session, saved: dict[str, Any]) -> DoctorForm:
    form = DoctorForm(data=saved)
    form.treatments.choices = choices_of(
        (each.id, each.name) for each in session.scalars(catalogue.active_treatments())
    )
    return form


def _create(form: DoctorForm) -> Any:
    who, details = actor(), form.details()
    limits.count_mail(details.person.email, who.clinic_id)
    made = acting(lambda session, who: doctors.create_doctor(session, who, details, now()))
    if wants_json():
        return _json(made), 201
    done = gettext(
        "%(name)s is invited: a mail is on its way to %(email)s.",
        name=made.name,
        email=made.user.email,
    )
    flash(done, "success")
    return redirect(url_for("account.edit_doctor", doctor_id=made.id))


def _json(doctor: Doctor) -> dict[str, Any]:
    fields = catalogue.specialisations_of(db.session(), [doctor.id])
    return presenters.doctor_json(doctor, fields[doctor.id])


def _form_page(form: DoctorForm, doctor_id: int | None = None) -> str:
    session = reading(actor().clinic_id)
    known = doctors.specialisation_names(session)
    if doctor_id is None:
        return render_template("account/doctor_form.html", form=form, known=known, doctor=None)
    doctor = doctors.find_doctor(session, doctor_id)
    figures = doctors.count_for(session, [doctor.id], now())
    return render_template(
        "account/doctor_form.html",
        form=form,
        known=known,
        doctor=doctor,
        state=presenters.person_state(doctor).value,
        ahead=figures.ahead.get(doctor.id, 0),
        week_url=presenters.week_url(doctor.id),
        differences=presenters.differences(form, lambda: _saved(session, doctor)),
    )


def _saved(session: Session, doctor: Doctor) -> dict[str, Any]:
    """What is stored of a doctor, by the names of the form's fields."""
    user = doctor.user
    return {
        "version": str(user.version),
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
        "language": user.language,
        "gender": doctor.gender,
        "phone": doctor.contact_number,
        "years_of_experience": doctor.years_of_experience,
        "bio": doctor.bio,
        "specialisations": ", ".join(catalogue.specialisations_of(session, [doctor.id])[doctor.id]),
        "treatments": [each.id for each in doctors.treatments_given(session, doctor.id)],
    }


@blueprint.route("/edit_doctor/<int:doctor_id>/", methods=["GET", "POST"])
@needs(Permission.MANAGE_DOCTORS)
def edit_doctor(doctor_id: int):
    """Change what is known of a doctor."""
    session = reading(actor().clinic_id)
    doctor = doctors.find_doctor(session, doctor_id)
    form, was_open = _form(session, _saved(session, doctor)), doctor.user.verified_at is not None
    return answer_form(
        form, lambda: _save(form, doctor_id, was_open), lambda: _form_page(form, doctor_id)
    )


def _save(form: DoctorForm, doctor_id: int, was_open: bool) -> Any:
    details, seen = form.details(), form.seen_version
    made = acting(
        lambda session, who: doctors.edit_doctor(session, who, doctor_id, details, seen, now())
    )
    if wants_json():
        return _json(made)
    moved = was_open and made.user.verified_at is None
    flash(presenters.saved_text(made.name, made.user.email, moved=moved), "success")
    return redirect(url_for("account.edit_doctor", doctor_id=made.id))


@blueprint.get("/doctors/<int:doctor_id>/deletion/")
@needs(Permission.MANAGE_DOCTORS)
def doctor_deletion(doctor_id: int):
    """Ask before a doctor is deleted, and say what that does; list who is still booked."""
    session = reading(actor().clinic_id)
    doctor = doctors.find_doctor(session, doctor_id)
    left = paginate(doctors.ids_left(doctor.id, now()))
    return render_template(
        "account/person_delete.html",
        kind="doctor",
        name=doctor.name,
        subject_id=doctor.id,
        state=presenters.person_state(doctor).value,
        removal=people.removal_of(session, doctor).value,
        page=left,
        rows=presenters.appointment_lines(agenda.load(session, left.items)),
        cancel_url=url_for("account.edit_doctor", doctor_id=doctor.id),
    )


@blueprint.post("/delete_doctor/")
@needs(Permission.MANAGE_DOCTORS)
def delete_doctor():
    """Erase a doctor without history, deactivate one with."""
    doctor_id = posted_id("doctor_id")
    removal = acting(lambda session, who: doctors.delete_doctor(session, who, doctor_id, now()))
    if wants_json():
        return {"id": doctor_id, "outcome": removal.value}
    if removal is people.Removal.ERASED:
        flash(gettext("The doctor is erased."), "success")
        return redirect(url_for("account.list_doctors"))
    flash(gettext("The doctor is deactivated and signed out everywhere."), "success")
    return redirect(url_for("account.doctor_deletion", doctor_id=doctor_id))


@blueprint.post("/doctors/<int:doctor_id>/activation/")
@needs(Permission.MANAGE_DOCTORS)
def activate_doctor(doctor_id: int):
    """Take a deactivated doctor back."""
    made = acting(lambda session, who: doctors.activate_doctor(session, who, doctor_id, now()))
    if wants_json():
        return _json(made)
    flash(gettext("%(name)s is active again.", name=made.name), "success")
    return redirect(url_for("account.edit_doctor", doctor_id=made.id))


@blueprint.post("/doctors/<int:doctor_id>/invitations/")
@needs(Permission.MANAGE_DOCTORS)
def invite_doctor(doctor_id: int):
    """Send a doctor's invitation again."""
    who = actor()
    email = doctors.find_doctor(reading(who.clinic_id), doctor_id).user.email
    limits.count_mail(email, who.clinic_id)
    db.session.remove()
    acting(lambda session, who: doctors.invite_doctor(session, who, doctor_id, now()))
    if wants_json():
        return {"id": doctor_id, "invited": email}
    flash(gettext("The invitation is on its way to %(email)s.", email=email), "success")
    return redirect(url_for("account.edit_doctor", doctor_id=doctor_id))
