"""A doctor's week as a page, and its openings one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response
from wtforms import SelectChoice

from medcor.domain import errors
from medcor.domain import scheduling as rules
from medcor.domain.permissions import Permission, Role
from medcor.models import ClinicHours, Doctor, Slot, Treatment
from medcor.services import catalogue, days_off_lists, lookup, slots, week
from medcor.web.access import actor, needs
from medcor.web.acting import acting
from medcor.web.errors import wants_json
from medcor.web.forms import answer_form
from medcor.web.inputs import posted, posted_id
from medcor.web.state import now
from medcor.web.transaction import in_transaction, reading

from . import blueprint
from . import week_presenters as presenters
from .week_forms import SlotForm, weekday_names


def is_admin() -> bool:
    return actor().role is Role.ADMIN


def week_url(doctor_id: int | None, **values: Any) -> str:
    """The page of a doctor's week; a doctor's own needs no number."""
    named = {"doctor_id": doctor_id} if is_admin() else {}
    return url_for("appointment.doctor_slots_and_excluded_dates_list", **named, **values)


def doctor_of_page(session) -> Doctor:
    """The doctor whom ``?doctor_id=`` names: one's own, or for an admin any."""
    wanted = request.args.get("doctor_id")
    number = int(wanted) if wanted and wanted.isascii() and wanted.isdigit() else wanted
    return lookup.get_doctor(session, slots.own_doctor_id(actor(), number))


def doctor_of_form() -> object:
    """The doctor whom a posted ``doctor_id`` names: one's own, or for an admin any."""
    named = posted("doctor_id").strip()
    return slots.own_doctor_id(actor(), (posted_id("doctor_id") or 0) if named else None)


@blueprint.get("/slots-and-excluded-dates/")
@needs(Permission.MANAGE_SLOTS)
def doctor_slots_and_excluded_dates_list():
    """A doctor's week and days off; an admin who named no doctor chooses one."""
    session = reading(actor().clinic_id)
    clinic = lookup.get_clinic(session, actor().clinic_id)
    today = rules.local_today(clinic.zone_info, now())
    if is_admin() and not request.args.get("doctor_id"):
        return _all_weeks(session, today)
    # First, so that the doctor of the page is among the rows that are there already.
    doctors = week.active_doctors(session) if is_admin() and not wants_json() else []
    doctor = doctor_of_page(session)
    held = week.load_week(session, doctor, now())
    absences = days_off_lists.load_days_off(session, doctor, today, now())
    if wants_json():
        return presenters.week_body(held, absences)
    hours = catalogue.opening_hours(session)
    return render_template(
        "appointment/week.html",
        doctor=doctor,
        held=held,
        size=presenters.size_text(len(held.offered), held.minutes),
        grid=presenters.week_grid(held, hours),
        behind_doors=presenters.count_behind_doors(held, hours),
        absences=presenters.absence_lines(absences),
        doctors=doctors,
        deleted=_deleted_slot(session, doctor),
    )


def _all_weeks(session, today) -> Any:
    lines = week.list_weeks(session)
    if wants_json():
        return {
            "doctors": [
                {
                    "id": line.doctor.id,
                    "name": line.doctor.name,
                    "openings_a_week": line.openings,
                    "minutes_a_week": line.minutes,
                }
                for line in lines
            ]
        }
    off = days_off_lists.next_days_off(session, today)
    rows = [
        {
            "doctor": line.doctor,
            "url": week_url(line.doctor.id),
            "size": presenters.size_text(line.openings, line.minutes) if line.openings else "",
            "off": presenters.absence_line(off[line.doctor.id]) if line.doctor.id in off else None,
        }
        for line in lines
    ]
    return render_template("appointment/weeks.html", rows=rows)


def _deleted_slot(session, doctor: Doctor) -> dict[str, Any] | None:
    """The slot that was deleted a moment ago, as long as it can be brought back."""
    slot = lookup.find(session, Slot, request.args.get("deleted", type=int))
    if slot is None or slot.doctor_id != doctor.id or slot.is_active:
        return None
    return {"id": slot.id, "when": presenters.time_text(slot)}


@blueprint.get("/slots/new/")
@needs(Permission.MANAGE_SLOTS)
def new_slot():
    """Show an empty form for one opening, on the day and time that the link names."""
    session = reading(actor().clinic_id)
    doctor = doctor_of_page(session)
    form = SlotForm(formdata=None, doctor_id=doctor.id)
    form.weekday.process(request.args, data=0)
    form.start_time.process(request.args)
    return _slot_page(form, doctor.id)


def _slot_page(form: SlotForm, doctor_id: object, slot_id: object = None) -> str:
    session = reading(actor().clinic_id)
    doctor = lookup.get_doctor(session, doctor_id)
    slot = slots.get_slot(session, actor(), slot_id) if slot_id is not None else None
    fill_treatments(form.treatment_ids, session, doctor.id, slot)
    return render_template(
        "appointment/slot_form.html",
        form=form,
        doctor=doctor,
        slot=slot,
        action=url_for("appointment.edit_slot_for_doctor" if slot else "appointment.add_slot"),
        booked=slots.use_of(session, slot, now()).ahead if slot else 0,
        when=presenters.time_text(slot) if slot else "",
        week_url=week_url(doctor.id),
    )


def fill_treatments(field: Any, session, doctor_id: int, slot: Slot | None = None) -> None:
    """Offer the doctor's treatments, and those that the slot is limited to already."""
    had = slots.limits_of(session, [slot.id]).get(slot.id, []) if slot else []
    by_id: dict[int, Treatment] = {
        each.id: each for each in [*slots.given_treatments(session, doctor_id), *had]
    }
    field.choices = [SelectChoice(each.id, each.name) for each in by_id.values()]


@blueprint.post("/add-slot/")
@needs(Permission.MANAGE_SLOTS)
def add_slot():
    """Open a weekly slot."""
    doctor_id = doctor_of_form()
    lookup.get_doctor(reading(actor().clinic_id), doctor_id)
    form = SlotForm()
    return answer_form(form, lambda: _add(form, doctor_id), lambda: _slot_page(form, doctor_id))


def _add(form: SlotForm, doctor_id: Any) -> Any:
    who, times = actor(), form.times
    ids = form.treatment_ids.data or []

    def work(session):
        doctor = lookup.get_doctor(session, doctor_id)
        span = (times.weekday, times.start_time, times.end_time)
        made = slots.add_slot(session, who, doctor.id, *span, ids, now())
        return made, week.shortest_misfit(session, made)

    return _saved(form, work, gettext("The opening is added."), 201)


def _saved(form: SlotForm, work: Any, done: str, status: int) -> Any:
    try:
        made, misfit = in_transaction(actor().clinic_id, actor(), work)
    except errors.SlotOverlap as error:
        name_clashes(form.start_time, error)
        raise
    if wants_json():
        return presenters.slot_body(made, form.treatment_ids.data or []), status
    flash(done, "success")
    warn_misfit(misfit)
    warn_closed(made, catalogue.opening_hours(reading(actor().clinic_id)))
    return redirect(week_url(made.doctor_id))


def name_clashes(field: Any, error: errors.SlotOverlap) -> None:
    """Say beside the field which openings are in the way; one who lost a race knows none."""
    clashes = error.details.get("clashes")
    if clashes:
        field.errors = [*field.errors, presenters.clash_text(clashes)]


def warn_closed(made: Slot, hours: Sequence[ClinicHours]) -> None:
    """Warn that the clinic is closed for some of an opening; it is kept, for hours change."""
    if presenters.is_behind_doors(made, presenters.doors_of(hours)):
        text = gettext(
            "This lies outside the clinic's opening hours. Nobody can book it until they change."
        )
        flash(text, "warning")


def warn_misfit(misfit: Treatment | None) -> None:
    """Warn that no treatment fits into an opening; it is kept, for treatments change."""
    if misfit is not None:
        text = gettext(
            "This is too short for every treatment: the shortest, %(name)s, takes %(minutes)s "
            "minutes. Nobody can book it as it is.",
            name=misfit.name,
            minutes=misfit.minutes,
        )
        flash(text, "warning")


@blueprint.get("/slots/<int:slot_id>/edit/")
@needs(Permission.MANAGE_SLOTS)
def edit_slot_form(slot_id: int):
    """Show one opening, to be changed, paused or deleted."""
    session = reading(actor().clinic_id)
    slot = slots.get_slot(session, actor(), slot_id)
    limits = slots.limits_of(session, [slot.id]).get(slot.id, [])
    if wants_json():
        return presenters.slot_body(slot, [each.id for each in limits])
    form = SlotForm(
        formdata=None,
        slot_id=slot.id,
        version=slot.version,
        weekday=slot.weekday,
        start_time=slot.start_time,
        end_time=slot.end_time,
        treatment_ids=[each.id for each in limits],
    )
    return _slot_page(form, slot.doctor_id, slot.id)


def slot_of_form(*, deleted_too: bool = False) -> Slot:
    """The slot that a posted ``slot_id`` names, of the doctor whom ``doctor_id`` names if sent."""
    session = reading(actor().clinic_id)
    slot = slots.get_slot(session, actor(), posted_id("slot_id"), deleted_too=deleted_too)
    if posted("doctor_id").strip() and doctor_of_form() != slot.doctor_id:
        raise errors.SlotNotFound()
    return slot


@blueprint.post("/edit-slot/")
@needs(Permission.MANAGE_SLOTS)
def edit_slot_for_doctor():
    """Change an opening; what is booked in it keeps its time."""
    slot = slot_of_form()
    slot_id, doctor_id = slot.id, slot.doctor_id
    form = SlotForm()
    return answer_form(
        form, lambda: _edit(form, slot_id), lambda: _slot_page(form, doctor_id, slot_id)
    )


def _edit(form: SlotForm, slot_id: int) -> Any:
    who, times, seen = actor(), form.times, form.seen_version
    ids = form.treatment_ids.data or []

    def work(session):
        made = slots.edit_slot(session, who, slot_id, times, ids, seen, now())
        return made, week.shortest_misfit(session, made)

    return _saved(form, work, gettext("The opening is changed."), 200)


@blueprint.get("/slots/<int:slot_id>/delete/")
@needs(Permission.MANAGE_SLOTS)
def confirm_delete_slot(slot_id: int):
    """Say what deleting an opening does, and to whom."""
    session = reading(actor().clinic_id)
    slot = slots.get_slot(session, actor(), slot_id)
    return render_template(
        "appointment/slot_delete.html",
        slot=slot,
        when=presenters.time_text(slot),
        consequences=_consequences(slots.use_of(session, slot, now())),
        cancel_url=url_for("appointment.edit_slot_form", slot_id=slot.id),
    )


def _consequences(use: slots.Use) -> list[str]:
    lines = []
    if use.ahead:
        lines.append(
            ngettext(
                "%(num)s booked appointment stays as it is. To cancel it, open it.",
                "%(num)s booked appointments stay as they are. To cancel one, open it.",
                use.ahead,
            )
        )
    if use.ever:
        lines.append(gettext("It was booked before, so its history is kept. You can undo this."))
    else:
        lines.append(gettext("It was never booked, so it is erased."))
    return [gettext("Nobody can book this time any more."), *lines]


@blueprint.post("/delete-slot/")
@needs(Permission.MANAGE_SLOTS)
def delete_slot_for_doctor():
    """Close an opening."""
    slot = slot_of_form(deleted_too=True)
    slot_id, doctor_id, seen = slot.id, slot.doctor_id, posted_id("version")
    kept = acting(
        lambda session, who: slots.delete_slot(session, who, slot_id, seen, now()) is not None
    )
    if wants_json():
        return {"id": slot_id, "deleted": True, "kept_for_history": kept}
    if kept:
        return redirect(week_url(doctor_id, deleted=slot_id))
    flash(gettext("The opening is deleted."), "success")
    return redirect(week_url(doctor_id))


@blueprint.post("/slots/<int:slot_id>/restore/")
@needs(Permission.MANAGE_SLOTS)
def restore_slot(slot_id: int):
    """Bring back an opening that was deleted."""
    return _change_slot(
        slot_id, lambda session: slots.restore_slot(session, actor(), slot_id, now())
    )


@blueprint.post("/slots/<int:slot_id>/pause/")
@needs(Permission.MANAGE_SLOTS)
def pause_slot(slot_id: int):
    """Pause an opening or resume it; ``paused`` (1 or 0) says which, else it is turned round."""
    paused = {"1": True, "0": False}.get(posted("paused"))
    return _change_slot(
        slot_id, lambda session: slots.pause_slot(session, actor(), slot_id, paused, now())
    )


def _change_slot(slot_id: int, work: Any) -> Response | dict[str, Any]:
    who = actor()
    slot = in_transaction(who.clinic_id, who, work)
    if wants_json():
        limits = slots.limits_of(reading(who.clinic_id), [slot.id]).get(slot.id, [])
        return presenters.slot_body(slot, [each.id for each in limits])
    when = presenters.time_text(slot)
    if slot.is_paused:
        flash(gettext("%(when)s is paused. What is booked stays.", when=when), "success")
    else:
        flash(gettext("%(when)s can be booked.", when=when), "success")
    return redirect(week_url(slot.doctor_id))


@blueprint.post("/slots/pause-day/")
@needs(Permission.MANAGE_SLOTS)
def pause_day():
    """Pause every opening of a weekday, or resume them (``paused`` 0)."""
    doctor_id, paused = doctor_of_form(), posted("paused") != "0"
    weekday = posted_id("weekday")
    changed = acting(
        lambda session, who: slots.pause_day(
            session, who, doctor_id, -1 if weekday is None else weekday, paused, now()
        )
    )
    if wants_json():
        return {"weekday": weekday, "is_paused": paused, "changed": changed}
    name = weekday_names()[weekday]
    if paused:
        flash(gettext("%(day)s is paused. What is booked stays.", day=name), "success")
    else:
        flash(gettext("%(day)s can be booked again.", day=name), "success")
    return redirect(week_url(doctor_id))
