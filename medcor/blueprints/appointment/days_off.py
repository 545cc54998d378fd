"""Days off of a doctor or of the whole clinic: whom they hit is shown before they are saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.domain.permissions import Permission
from medcor.models import ExclusionDate
from medcor.services import agenda, days_off, lookup
from medcor.services.cascade import Outcome
from medcor.services.days_off import Affected, Saved
from medcor.web.access import actor, needs
from medcor.web.acting import acting
from medcor.web.errors import wants_json
from medcor.web.forms import answer_form
from medcor.web.inputs import posted, posted_id
from medcor.web.state import now
from medcor.web.transaction import in_transaction, reading

from . import blueprint
from . import week_presenters as presenters
from .offer_presenters import alternative_body, alternative_text, outcome_body
from .week import doctor_of_form, doctor_of_page, week_url
from .week_forms import DaysOffForm

Off = dict[int, days_off.Days]


@blueprint.get("/days-off/new/")
@needs(Permission.MANAGE_SLOTS)
def new_days_off():
    """Show an empty form for days off."""
    doctor = doctor_of_page(reading(actor().clinic_id))
    return _form_page(DaysOffForm(formdata=None, doctor_id=doctor.id), doctor.id)


def _form_page(form: DaysOffForm, doctor_id: object, exclusion_id: int | None = None) -> str:
    session = reading(actor().clinic_id)
    doctor = lookup.get_doctor(session, doctor_id)
    return render_template(
        "appointment/day_off_form.html",
        form=form,
        doctor=doctor,
        exclusion_id=exclusion_id,
        action=_save_url(new=exclusion_id is None),
        back_url=week_url(doctor.id),
    )


def _save_url(*, new: bool) -> str:
    return url_for("appointment.add_exclusion_date" if new else "appointment.edit_exclude_date")


@blueprint.post("/add-exclusion-date/")
@needs(Permission.MANAGE_SLOTS)
def add_exclusion_date():
    """Take a doctor off; 409 with who is booked, until it is decided what happens to them."""
    doctor_id = doctor_of_form()
    lookup.get_doctor(reading(actor().clinic_id), doctor_id)
    form = DaysOffForm()

    def save(session: Session) -> Saved:
        absence, decision = form.absence, form.what_to_do
        return days_off.add_days_off(session, actor(), doctor_id, absence, decision, now())

    def again() -> str:
        return _form_page(form, doctor_id)

    return answer_form(form, lambda: _save(form, save, doctor_id, new=True), again)


def _save(form: DaysOffForm, save: Callable, doctor_id: Any, *, new: bool) -> Any:
    who = actor()
    try:
        saved = in_transaction(who.clinic_id, who, save)
    except errors.DomainError as error:
        return _undecided(form, error, _save_url(new=new), week_url(doctor_id))
    if wants_json():
        body = presenters.absence_body(saved.row)
        return body | _offered_body(form, saved.outcome), 201 if new else 200
    _say_saved(form, saved.outcome)
    return redirect(week_url(doctor_id))


def _offered_body(form: DaysOffForm, outcome: Outcome) -> dict[str, Any]:
    return outcome_body(outcome) if form.decision.data == days_off.OFFER else {}


def _say_saved(form: DaysOffForm, outcome: Outcome) -> None:
    if form.decision.data == days_off.OFFER and outcome != Outcome():
        _say_offered(outcome)
    elif form.decision.data == days_off.CANCEL:
        flash(gettext("The days off are saved. Everybody concerned is told by mail."), "success")
    elif form.decision.data == days_off.KEEP:
        flash(
            gettext(
                "The days off are saved. What was booked stays; Today shows it until it moves."
            ),
            "warning",
        )
    else:
        flash(gettext("The days off are saved."), "success")


def _say_offered(outcome: Outcome) -> None:
    offered = ngettext(
        "The days off are saved. %(num)s patient is offered another time by mail.",
        "The days off are saved. %(num)s patients are offered another time by mail.",
        outcome.offered,
    )
    flash(offered, "success")
    if outcome.to_call:
        text = ngettext(
            "For %(num)s patient nothing is free in time: see “Patients to call”.",
            "For %(num)s patients nothing is free in time: see “Patients to call”.",
            outcome.to_call,
        )
        flash(text, "warning")


def _undecided(form: DaysOffForm, error: errors.DomainError, action: str, back_url: str) -> Any:
    """Show who is booked where that is what stopped it; say which days clash; else raise on."""
    if isinstance(error, errors.DaysOffOverlap):
        text = presenters.absence_clash_text(error.details["clash"])
        form.date.errors = [*form.date.errors, text]
        raise error
    if isinstance(error, errors.AppointmentsAffected):
        if posted("seen") and form.decision.data not in days_off.DECISIONS:
            form.decision.errors = [*form.decision.errors, gettext("Choose one of the three.")]
        return _check_answer(form, error, action, back_url)
    if error.details.get("field") == "cancel_reason" and not wants_json():
        form.cancel_reason.errors = [*form.cancel_reason.errors, gettext(error.text)]
        return _check_answer(form, error, action, back_url)
    raise error


def _check_answer(form: DaysOffForm, error: errors.DomainError, action: str, back_url: str) -> Any:
    affected, off = error.details["affected"], error.details["off"]
    if wants_json():
        body = {"error": gettext(error.text), "code": error.code}
        return jsonify(**body, **_affected_body(affected, off)), error.status
    unseen = int(error.details.get("unseen", 0)) if posted("seen") else 0
    return _check_page(form, affected, off, action, back_url, unseen), error.status


def _affected_body(affected: list[Affected], off: Off) -> dict[str, Any]:
    """Who is booked, and by appointment which other time would be offered."""
    found = days_off.preview(reading(actor().clinic_id), actor(), affected, off, now())
    return {
        "affected": presenters.affected_body(affected),
        "alternatives": {str(key): alternative_body(each) for key, each in found.items()},
    }


def _alternatives(affected: list[Affected], off: Off) -> dict[int, str]:
    """By appointment in words which other time would be offered."""
    session = reading(actor().clinic_id)
    found = days_off.preview(session, actor(), affected, off, now())
    doctors = dict(agenda.doctor_options(session))
    return {key: alternative_text(each, doctors) for key, each in found.items()}


def _check_page(
    form: DaysOffForm,
    affected: list[Affected],
    off: Off,
    action: str,
    back_url: str,
    unseen: int = 0,
) -> str:
    """Who is booked on the days, and the choice; its form carries on what was typed."""
    absence = form.absence
    if form.decision.data not in days_off.DECISIONS:
        form.decision.data = days_off.OFFER
    return render_template(
        "appointment/day_off_check.html",
        form=form,
        days=presenters.range_text(absence.first, absence.last),
        affected=presenters.affected_days(affected),
        alternatives=_alternatives(affected, off),
        count=len(affected),
        unseen=unseen,
        action=action,
        back_url=back_url,
        whole_clinic=action == url_for("appointment.close_clinic"),
        fields={
            "doctor_id": form.doctor_id.data or "",
            "exclusion_id": form.exclusion_id.data or "",
            "version": form.version.data or "",
            "date": absence.first.isoformat(),
            "end_date": absence.last.isoformat(),
            "reason": absence.reason,
            "seen": ",".join(str(each.id) for each in affected),
        },
    )


@blueprint.get("/days-off/check/")
@needs(Permission.MANAGE_SLOTS)
def check_days_off():
    """Show whom days off would hit (``date``, ``end_date``), and save nothing."""
    session = reading(actor().clinic_id)
    doctor = doctor_of_page(session)
    form = DaysOffForm(formdata=request.args, meta={"csrf": False})
    form.doctor_id.data = str(doctor.id)
    if not form.validate():
        if wants_json():
            raise errors.InvalidInput(fields=form.errors)
        return _form_page(form, doctor.id), 400
    found = days_off.find_affected(session, [doctor.id], form.absence, now())
    off = {doctor.id: [(form.absence.first, form.absence.last)]}
    if wants_json():
        return _affected_body(found, off)
    if not found:
        flash(gettext("Nobody is booked on these days."), "success")
        return _form_page(form, doctor.id)
    return _check_page(form, found, off, _save_url(new=True), week_url(doctor.id))


@blueprint.get("/days-off/<int:exclusion_id>/edit/")
@needs(Permission.MANAGE_SLOTS)
def edit_days_off_form(exclusion_id: int):
    """Show days off to be changed."""
    row = days_off.get_days_off(reading(actor().clinic_id), actor(), exclusion_id)
    if wants_json():
        return presenters.absence_body(row)
    form = DaysOffForm(
        formdata=None,
        exclusion_id=row.id,
        version=row.version,
        date=row.start_date,
        end_date=row.end_date,
        reason=row.reason,
    )
    return _form_page(form, row.doctor_id, row.id)


def _row_of_form() -> ExclusionDate:
    session = reading(actor().clinic_id)
    row = days_off.get_days_off(session, actor(), posted_id("exclusion_id"))
    if posted("doctor_id").strip() and doctor_of_form() != row.doctor_id:
        raise errors.NotFound()
    return row


@blueprint.post("/edit-exclude-date/")
@needs(Permission.MANAGE_SLOTS)
def edit_exclude_date():
    """Change days off; asks about patients on days that were not off before."""
    row = _row_of_form()
    row_id, doctor_id = row.id, row.doctor_id
    form = DaysOffForm()

    def save(session: Session) -> Saved:
        absence, decision, seen = form.absence, form.what_to_do, form.seen_version
        return days_off.edit_days_off(session, actor(), row_id, absence, decision, seen, now())

    def again() -> str:
        return _form_page(form, doctor_id, row_id)

    return answer_form(form, lambda: _save(form, save, doctor_id, new=False), again)


@blueprint.get("/days-off/<int:exclusion_id>/delete/")
@needs(Permission.MANAGE_SLOTS)
def confirm_delete_days_off(exclusion_id: int):
    """Ask once more before days off are offered again."""
    row = days_off.get_days_off(reading(actor().clinic_id), actor(), exclusion_id)
    line = presenters.absence_line(row)
    return render_template(
        "layouts/confirm.html",
        title=gettext("Delete these days off?"),
        message=line["days"],
        consequences=delete_consequences(),
        action=url_for("appointment.delete_exclude_date"),
        fields={"exclusion_id": row.id, "version": row.version},
        confirm_label=gettext("Delete the days off"),
        cancel_url=week_url(row.doctor_id),
    )


def delete_consequences() -> list[str]:
    """What deleting days off does and what it does not."""
    return [
        gettext("The doctor's openings on these days can be booked again."),
        gettext("Appointments that were cancelled for these days stay cancelled."),
        gettext("Patients who have not answered an offer of another time keep their old one."),
    ]


@blueprint.post("/delete-exclude-date/")
@needs(Permission.MANAGE_SLOTS)
def delete_exclude_date():
    """Offer days that were off again."""
    row_id, seen = _row_of_form().id, posted_id("version")
    doctor_id = acting(
        lambda session, who: days_off.delete_days_off(session, who, row_id, seen, now())
    )
    if wants_json():
        return {"id": row_id, "deleted": True}
    flash(gettext("The days off are deleted. These days can be booked again."), "success")
    return redirect(week_url(doctor_id))


@blueprint.route("/clinic-closures/", methods=["GET", "POST"])
@needs(Permission.MANAGE_CLINIC)
def close_clinic():
    """Close the whole clinic for some days: every doctor is off at once."""
    form = DaysOffForm()
    return answer_form(form, lambda: _close(form), lambda: _closure_page(form))


def _closure_page(form: DaysOffForm) -> str:
    return render_template(
        "appointment/closure_form.html",
        form=form,
        action=url_for("appointment.close_clinic"),
        back_url=week_url(None),
    )


def _close(form: DaysOffForm) -> Any:
    who = actor()

    def save(session: Session) -> Saved:
        return days_off.close_clinic(session, who, form.absence, form.what_to_do, now())

    try:
        saved = in_transaction(who.clinic_id, who, save)
    except errors.DomainError as error:
        return _undecided(form, error, url_for("appointment.close_clinic"), week_url(None))
    if wants_json():
        return {"doctors": saved.doctors} | _offered_body(form, saved.outcome), 201
    flash(
        ngettext("%(num)s doctor is off then.", "%(num)s doctors are off then.", saved.doctors),
        "success",
    )
    _say_saved(form, saved.outcome)
    return redirect(week_url(None))
