"""From an appointment and its history to what lists, details and the calendar show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from flask import request, url_for
from flask_babel import gettext

from medcor.domain import errors
from medcor.domain.appointments import AppointmentStatus, can_move, may_cancel, may_move
from medcor.domain.permissions import Actor, Role
from medcor.models import Appointment, Clinic, doctor_title, full_name
from medcor.services.agenda import View
from medcor.services.appointment_history import Step
from medcor.web.design import url_with
from medcor.web.locale import format_clock, format_day, format_short_day, format_span

from . import presenters

Line = dict[str, Any]


def details_url(appointment_id: int) -> str:
    return url_for("appointment.appointment_details", appointment_id=appointment_id)


def staff_line(row: Any) -> Line:
    """A row of the staff's list, of plain columns as :func:`agenda.entries` reads them."""
    return {
        "id": row.id,
        "day": f"{format_short_day(row.day)} {row.day.year}",
        "span": format_span(row.start_time, row.end_time),
        "url": details_url(row.id),
        "patient": patient_name(row),
        "treatment": row.treatment,
        "doctor": doctor_name(row),
        "state": row.status.value,
    }


def patient_name(row: Any) -> str:
    """The patient of such a row."""
    return full_name(row.patient_first, row.patient_last)


def doctor_name(row: Any) -> str:
    """The doctor of such a row."""
    return doctor_title(row.doctor_first, row.doctor_last)


def patient_line(appointment: Appointment, clinic: Clinic, now: datetime) -> Line:
    """A card of the patient's list, with what the patient may do."""
    may = what_patient_may(appointment, clinic, now)
    return {
        "row": appointment,
        "when": presenters.when_text(appointment),
        "url": details_url(appointment.id),
        "state": appointment.status.value,
        **may,
    }


def what_patient_may(appointment: Appointment, clinic: Clinic, now: datetime) -> dict[str, bool]:
    """Cancel and move end with the clinic's notice."""
    facts = (appointment.status, appointment.starts_at, Role.PATIENT)
    notice = timedelta(minutes=clinic.cancel_notice_minutes)
    return {
        "can_cancel": may_cancel(*facts, notice, now),
        "can_move": may_move(*facts, notice, now),
    }


def what_may_be_done(
    actor: Actor, appointment: Appointment, clinic: Clinic, now: datetime
) -> dict[str, bool]:
    """Whether the actor may cancel and move the appointment now."""
    if actor.is_patient:
        return what_patient_may(appointment, clinic, now)
    return {"can_cancel": appointment.is_live, "can_move": appointment.is_live}


def state_steps(actor: Actor, appointment: Appointment, now: datetime) -> list[dict[str, str]]:
    """The buttons of staff: each state that the appointment may go to now."""
    if not actor.is_staff:
        return []
    begun = appointment.starts_at <= now
    steps = (
        (AppointmentStatus.CONFIRMED, "appointment.confirm", gettext("Confirm"), "check", True),
        (
            AppointmentStatus.COMPLETED,
            "appointment.complete",
            gettext("Completed"),
            "check-check",
            begun,
        ),
        (AppointmentStatus.NO_SHOW, "appointment.no_show", gettext("No-show"), "user-x", begun),
    )
    return [
        {"label": label, "icon": icon, "action": url_for(view, appointment_id=appointment.id)}
        for status, view, label, icon, possible in steps
        if possible and can_move(appointment.status, status)
    ]


def view_tabs(view: View) -> list[Line]:
    """The parts of the staff's list; the filters stay as they are from one to the next."""
    labels = (
        (View.AHEAD, gettext("Ahead")),
        (View.PAST, gettext("Past")),
        (View.CANCELLED, gettext("Cancelled")),
        (View.ATTENTION, gettext("Needs attention")),
        (View.ALL, gettext("All")),
    )
    return [
        {
            "label": label,
            "url": url_with(
                view=None if each is View.AHEAD else each.value,
                page=None,
                sort=None,
                direction=None,
            ),
            "current": each is view,
        }
        for each, label in labels
    ]


def state_names() -> dict[str, str]:
    """Each state as it is stored and as it is said."""
    return dict(presenters.state_options()[1:])


def history_lines(
    steps: Iterable[Step], clinic: Clinic, actor: Actor, doctors: Mapping[int, str]
) -> list[Line]:
    """What happened to an appointment in words, oldest first, on the clinic's clock."""
    lines = []
    for step in steps:
        local = step.at.astimezone(clinic.zone_info)
        lines.append(
            {
                "what": _what_happened(step, doctors),
                "who": _who_did(step, actor),
                "at": f"{format_day(local.date())}, {format_clock(local)}",
                "icon": _ICONS.get(step.action, "circle-dot"),
            }
        )
    return lines


_ICONS = {
    "appointment.booked": "calendar-plus",
    "appointment.confirmed": "check",
    "appointment.completed": "check-check",
    "appointment.no-show": "user-x",
    "appointment.cancelled": "ban",
    "appointment.moved": "calendar-sync",
    "appointment.taken_back": "undo-2",
}


def _what_happened(step: Step, doctors: Mapping[int, str]) -> str:
    names = state_names()
    if step.action == "appointment.moved":
        return _moved(step, doctors)
    if step.action == "appointment.taken_back":
        state = names.get(str(step.details.get("was")), "")
        return gettext("Taken back: it is no longer “%(state)s”", state=state)
    if step.action == "appointment.booked":
        return gettext("Booked")
    state = step.action.removeprefix("appointment.")
    return next((name for value, name in names.items() if value.lower() == state), step.action)


def _moved(step: Step, doctors: Mapping[int, str]) -> str:
    facts = step.details
    texts = {
        "old": _place(facts.get("day_from"), facts.get("time_from")),
        "new": _place(facts.get("day_to"), facts.get("time_to")),
    }
    if facts.get("doctor_from") == facts.get("doctor_to"):
        return gettext("Moved from %(old)s to %(new)s", **texts)
    people = {
        "old_doctor": doctors.get(facts.get("doctor_from", 0), ""),
        "new_doctor": doctors.get(facts.get("doctor_to", 0), ""),
    }
    return gettext(
        "Moved from %(old)s with %(old_doctor)s to %(new)s with %(new_doctor)s", **texts, **people
    )


def _place(day: Any, clock: Any) -> str:
    return f"{format_short_day(date.fromisoformat(str(day)))}, {clock}"


def _who_did(step: Step, actor: Actor) -> str:
    """Staff read names; a patient reads that it was the clinic."""
    if step.user_id is None:
        doors = {"chatbot": gettext("through the clinic's website")}
        return doors.get(str(step.details.get("door", "")), "")
    if step.user_id == actor.user_id:
        return gettext("by you")
    if actor.is_patient:
        return gettext("by the clinic")
    if step.role is Role.PATIENT:
        return gettext("by the patient, %(name)s", name=step.by)
    return gettext("by %(name)s", name=step.by)


def refusal_text(error: errors.DomainError, actor: Actor) -> str:
    """Why a time can't be had, said to whoever asks."""
    if isinstance(error, errors.PatientBusy) and actor.is_staff:
        return gettext("The patient already has an appointment at this time.")
    return gettext(error.text)


def here() -> str:
    """This very page, to come back to after a button of it."""
    return request.full_path.rstrip("?")
