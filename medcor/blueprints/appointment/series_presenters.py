"""From a plan or a series to what its pages show."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import gettext

from medcor.domain.permissions import Actor
from medcor.domain.scheduling import Opening
from medcor.models import Appointment
from medcor.services.series import Occurrence, Plan
from medcor.services.series_members import Members, Place
from medcor.web import bodies
from medcor.web.locale import format_clock, format_day, format_span
from medcor.web.refusal_words import reasons_body, refusal_texts

from .series_forms import value_of

Line = dict[str, Any]


def series_url(slot_id: int, treatment_id: int, day: date, **more: Any) -> str:
    """Where a patient plans to repeat a time."""
    return url_for(
        "appointment.new_series",
        slot_id=slot_id,
        treatment_id=treatment_id,
        appointment_date=day.isoformat(),
        **more,
    )


def staff_series_url(
    patient_id: int, slot_id: int, treatment_id: int, day: date, **more: Any
) -> str:
    """Where staff plan to repeat a time for a patient."""
    return url_for(
        "appointment.new_series_for_patient",
        patient_id=patient_id,
        slot_id=slot_id,
        treatment_id=treatment_id,
        appointment_date=day.isoformat(),
        **more,
    )


def rhythm_text(every_weeks: int) -> str:
    return gettext("Every second week") if every_weeks == 2 else gettext("Every week")


def plan_lines(
    plan: Plan, actor: Actor, sent: Mapping[int, str] | None, unanswered: set[int]
) -> list[Line]:
    """Every occurrence with its reasons and what may be chosen; ``sent`` None: nothing was yet."""
    return [_plan_line(plan, each, actor, sent, unanswered) for each in plan.occurrences]


def _plan_line(
    plan: Plan,
    occurrence: Occurrence,
    actor: Actor,
    sent: Mapping[int, str] | None,
    unanswered: set[int],
) -> Line:
    planned = value_of(plan.slot.id, occurrence.day)
    chosen = planned if sent is None else sent.get(occurrence.number, "")
    options = [_option(each, plan) for each in occurrence.alternatives]
    if not options and not occurrence.is_free and sent is None:
        chosen = "none"
    return {
        "number": occurrence.number,
        "name": f"choice-{occurrence.number}",
        "day": format_day(occurrence.day),
        "span": format_span(plan.slot.start_time, plan.slot.end_time),
        "is_free": occurrence.is_free,
        "reasons": refusal_texts(occurrence.refusals, staff=actor.is_staff),
        "value": planned,
        "chosen": chosen,
        "options": options,
        "error": gettext("Choose another time, or leave this one out.")
        if occurrence.number in unanswered
        else "",
    }


def _option(opening: Opening, plan: Plan) -> Line:
    other = opening.slot.doctor_id != plan.doctor.id
    return {
        "value": value_of(opening.slot.id, opening.day),
        "label": f"{format_day(opening.day)}, {format_clock(opening.slot.start)}",
        "note": plan.names[opening.slot.doctor_id] if other else "",
    }


def plan_body(plan: Plan, actor: Actor) -> list[Line]:
    """A plan as JSON; days and times are the clinic's."""
    return [
        {
            "number": each.number,
            "date": each.day.isoformat(),
            "slot_id": plan.slot.id,
            "start_time": format_clock(plan.slot.start_time),
            "end_time": format_clock(plan.slot.end_time),
            "available": each.is_free,
            "reasons": reasons_body(each.refusals, staff=actor.is_staff),
            "alternatives": bodies.time_bodies(each.alternatives, plan.names),
        }
        for each in plan.occurrences
    ]


def member_lines(members: Members) -> list[Line]:
    """The appointments of a series, one line each."""
    return [
        {**member_line(each), "number": members.numbers[each.id]} for each in members.appointments
    ]


def member_line(appointment: Appointment) -> Line:
    span = format_span(appointment.start_time, appointment.end_time)
    return {
        "id": appointment.id,
        "url": _details(appointment.id),
        "when": f"{format_day(appointment.day)}, {span}",
        "doctor": appointment.doctor.name,
        "state": appointment.status.value,
    }


def place_line(place: Place | None, appointment_id: int) -> Line | None:
    """Where an appointment stands in its series, with the ways to the others."""
    if place is None:
        return None
    cancel = url_for("appointment.cancel_following", appointment_id=appointment_id)
    return {
        "text": gettext("%(number)s of %(total)s", number=place.number, total=place.total),
        "url": url_for("appointment.series", series_id=place.series_id),
        "before": _details(place.before) if place.before else "",
        "after": _details(place.after) if place.after else "",
        "cancel_url": cancel if place.follow > 1 else "",
    }


def _details(appointment_id: int) -> str:
    return url_for("appointment.appointment_details", appointment_id=appointment_id)
