"""Several openings of a doctor's week at once: a series, and one day copied to others."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from medcor.domain import errors
from medcor.domain.permissions import Permission
from medcor.services import lookup, week
from medcor.web.access import actor, needs
from medcor.web.acting import acting
from medcor.web.errors import wants_json
from medcor.web.forms import answer_form
from medcor.web.state import now
from medcor.web.transaction import in_transaction, reading

from . import blueprint
from . import week_presenters as presenters
from .week import (
    doctor_of_form,
    doctor_of_page,
    fill_treatments,
    name_clashes,
    warn_misfit,
    week_url,
)
from .week_forms import CopyForm, SeriesForm

WORKDAYS = [0, 1, 2, 3, 4]
USUAL_MINUTES = 30


@blueprint.route("/slots/series/", methods=["GET", "POST"])
@needs(Permission.MANAGE_SLOTS)
def add_series():
    """Add several openings of one length on several days, all or none."""
    session = reading(actor().clinic_id)
    form = SeriesForm()
    if form.is_submitted():
        doctor_id = lookup.get_doctor(session, doctor_of_form()).id
    else:
        doctor_id = doctor_of_page(session).id
        form.doctor_id.data, form.weekdays.data = str(doctor_id), WORKDAYS
        form.minutes.data, form.pause.data = USUAL_MINUTES, 0
    return answer_form(
        form, lambda: _add_series(form, doctor_id), lambda: _series_page(form, doctor_id)
    )


def _series_page(form: SeriesForm, doctor_id: int) -> str:
    session = reading(actor().clinic_id)
    doctor = lookup.get_doctor(session, doctor_id)
    fill_treatments(form.treatment_ids, session, doctor.id)
    return render_template(
        "appointment/slot_series.html", form=form, doctor=doctor, week_url=week_url(doctor.id)
    )


def _add_series(form: SeriesForm, doctor_id: int) -> Any:
    who, wanted = actor(), form.series

    def work(session):
        made = week.add_series(session, who, doctor_id, wanted, now())
        return made, week.shortest_misfit(session, made[0])

    try:
        made, misfit = in_transaction(who.clinic_id, who, work)
    except errors.SlotOverlap as error:
        name_clashes(form.start_time, error)
        raise
    if wants_json():
        return {"slots": [presenters.slot_body(each, wanted.treatment_ids) for each in made]}, 201
    flash(
        ngettext("%(num)s opening is added.", "%(num)s openings are added.", len(made)), "success"
    )
    warn_misfit(misfit)
    return redirect(week_url(doctor_id))


@blueprint.route("/slots/copy-day/", methods=["GET", "POST"])
@needs(Permission.MANAGE_SLOTS)
def copy_day():
    """Show what copying a day to others would do on GET, do it on POST."""
    session = reading(actor().clinic_id)
    if request.method == "POST":
        form = CopyForm()
        doctor_id = lookup.get_doctor(session, doctor_of_form()).id
    else:
        form = CopyForm(formdata=request.args, meta={"csrf": False})
        doctor_id = doctor_of_page(session).id
    return answer_form(form, lambda: _copy(form, doctor_id), lambda: _copy_page(form, doctor_id))


def _copy_page(form: CopyForm, doctor_id: int) -> str:
    """The choice, and once days are chosen what would happen on each."""
    session = reading(actor().clinic_id)
    doctor = lookup.get_doctor(session, doctor_id)
    held = week.load_week(session, doctor, now())
    plans = _plans(form, held) if form.weekdays.data and not form.form_errors else {}
    return render_template(
        "appointment/copy_day.html",
        form=form,
        doctor=doctor,
        plans=presenters.plan_lines(plans),
        added=sum(len(plan.added) for plan in plans.values()),
        removed=sum(len(plan.removed) for plan in plans.values()),
        mark=held.mark,
        here=url_for("appointment.copy_day"),
        week_url=week_url(doctor.id),
    )


def _plans(form: CopyForm, held: week.Week) -> dict:
    """What copying would do, or nothing and the reason at its field."""
    try:
        return week.plan_copies(held, form.wish)
    except errors.InvalidInput as error:
        name = str(error.details.get("field"))
        text = gettext(error.text)
        if text not in form[name].errors:
            form[name].errors = [*form[name].errors, text]
        return {}


def _copy(form: CopyForm, doctor_id: int) -> Any:
    wish, mark = form.wish, form.mark.data or ""
    added = acting(lambda session, who: week.copy_day(session, who, doctor_id, wish, mark, now()))
    if wants_json():
        return {"added": added}
    flash(gettext("The day is copied."), "success")
    return redirect(week_url(doctor_id))
