"""Move an appointment: choose a free time, look once more, move."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from medcor.domain import errors
from medcor.domain import scheduling as rules
from medcor.domain.permissions import Permission, Role
from medcor.models import Appointment, Doctor, Slot
from medcor.services import lookup, moving
from medcor.services.moving import Movable, Target
from medcor.web import bodies
from medcor.web.access import actor, needs
from medcor.web.acting import acting
from medcor.web.calendar_days import parse_day
from medcor.web.errors import wants_json
from medcor.web.forms import answer_form
from medcor.web.inputs import posted, posted_id
from medcor.web.refusal_words import refusal_texts
from medcor.web.state import now
from medcor.web.transaction import reading

from . import appointment_presenters as shown
from . import blueprint, presenters
from .change_forms import MoveForm
from .free_weeks import WEEK, find_week
from .reasons import find_move_refusals


@blueprint.route("/appointments/<int:appointment_id>/move/", methods=["GET", "POST"])
@needs(Permission.MOVE_APPOINTMENT)
def move_appointment(appointment_id: int):
    """Choose another time on GET, look at it once more, move on POST."""
    form = MoveForm()
    if request.method == "POST":
        wish = _Wish(posted_id("slot_id"), posted("appointment_date"))
        return answer_form(
            form,
            lambda: _move(appointment_id, form, wish),
            lambda: _page(appointment_id, form, wish),
        )
    wish = _Wish(request.args.get("slot_id", type=int), request.args.get("appointment_date", ""))
    if wants_json():
        return _free_json(appointment_id)
    return _page(appointment_id, form, wish)


@dataclass(frozen=True, slots=True)
class _Wish:
    """The time that was picked, as the URL or the form says it; nothing while one chooses."""

    slot_id: int | None
    day: str


def _move(appointment_id: int, form: MoveForm, wish: _Wish) -> Response | dict[str, Any] | tuple:
    who = actor()
    try:
        made = acting(lambda session, who: _move_in(session, appointment_id, form, wish))
    except errors.BookingRefused as error:
        if wants_json():
            raise
        return _page(appointment_id, form, wish, error), error.status
    if wants_json():
        return bodies.appointment_body(made)
    flash(_done_text(made), "success")
    if who.role is Role.DOCTOR and made.doctor_id != who.profile_id:
        return redirect(url_for("appointment.doctor_appointments"))
    return redirect(shown.details_url(made.id))


def _move_in(session: Session, appointment_id: int, form: MoveForm, wish: _Wish) -> Appointment:
    if wish.slot_id is None or not wish.day:
        # Another person's appointment is not found first, whatever else was sent.
        moving.find_movable(session, actor(), appointment_id)
        raise errors.MissingParameter(errors.N_("Choose a time first."))
    return moving.move_appointment(
        session,
        actor(),
        appointment_id,
        Target(wish.slot_id, parse_day(wish.day)),
        now(),
        reason=form.reason.data,
        seen_version=form.seen_version,
    )


def _done_text(made: Appointment) -> str:
    texts = {"when": presenters.when_text(made), "doctor": made.doctor.name}
    if actor().is_patient:
        return gettext("Moved to %(when)s, %(doctor)s. The clinic will confirm it.", **texts)
    return gettext("Moved to %(when)s, %(doctor)s. The patient is told by mail.", **texts)


def _page(
    appointment_id: int,
    form: MoveForm,
    wish: _Wish,
    error: errors.BookingRefused | None = None,
) -> str:
    session = reading(actor().clinic_id)
    movable = moving.find_movable(session, actor(), appointment_id)
    appointment = movable.appointment
    context: dict[str, Any] = {
        "appointment": appointment,
        "clinic": movable.clinic,
        "form": form,
        "when": presenters.when_text(appointment),
        "closed": _why_closed(movable),
        "details_url": shown.details_url(appointment.id),
        "choose_url": _url(appointment.id),
    }
    if context["closed"]:
        return render_template("appointment/move.html", **context)
    slot = lookup.find(session, Slot, wish.slot_id)
    doctor = next((each for each in movable.doctors if slot and each.id == slot.doctor_id), None)
    if wish.slot_id is None or not wish.day or (doctor is None and form.errors):
        return render_template("appointment/move.html", **context, **_choice(session, movable))
    if slot is None or doctor is None:
        raise errors.SlotNotFound()
    if not form.is_submitted():
        form.version.data = str(appointment.version)
    return render_template(
        "appointment/move_confirm.html",
        **context,
        **_picked(session, movable, slot, doctor, parse_day(wish.day), error),
    )


def _why_closed(movable: Movable) -> str:
    try:
        moving.check_movable(actor(), movable.appointment, movable.clinic, now())
    except errors.TransitionRefused as error:
        return gettext(error.text)
    return ""


def _url(appointment_id: int, **values: Any) -> str:
    return url_for("appointment.move_appointment", appointment_id=appointment_id, **values)


def _pick_url(appointment_id: int, opening: rules.Opening) -> str:
    return _url(appointment_id, slot_id=opening.slot.id, appointment_date=opening.day.isoformat())


def _choice(session: Session, movable: Movable) -> dict[str, Any]:
    """The first free times, and a week of them, of the chosen doctor or of all."""
    names = {each.id: each.name for each in movable.doctors}
    chosen = _chosen_doctor(movable)
    doctor_ids = [chosen] if chosen else list(names)
    free = find_week(
        movable.clinic,
        now(),
        lambda first, count: moving.find_free(
            session, actor(), movable, doctor_ids, first, count, now()
        ),
    )
    named = None if chosen else names
    any_doctor = ("0", gettext("Any doctor"))
    listed = [any_doctor, *names.items()]
    return {
        "soonest": _linked(movable, free.soonest, named),
        "days": _linked(movable, free.week, named),
        "doctors": listed if len(names) > 1 else [],
        "chosen": chosen,
        "free": free,
        "earlier": _week_url(movable, chosen, free.earlier),
        "later": _week_url(movable, chosen, free.later),
    }


def _linked(
    movable: Movable, openings: list[rules.Opening], named: dict[int, str] | None
) -> list[dict[str, Any]]:
    appointment_id = movable.appointment.id
    return presenters.linked_days(openings, lambda each: _pick_url(appointment_id, each), named)


def _chosen_doctor(movable: Movable) -> int:
    """The doctor asked for, else today's one while they are there; 0 means any."""
    ids = [each.id for each in movable.doctors]
    wanted = request.args.get("doctor_id", type=int)
    if wanted is not None:
        return wanted if wanted in ids else 0
    return movable.appointment.doctor_id if movable.appointment.doctor_id in ids else 0


def _week_url(movable: Movable, chosen: int, start: date | None) -> str:
    """Another week's address, empty where there is none to move into."""
    if start is None:
        return ""
    return _url(movable.appointment.id, doctor_id=chosen, date=start.isoformat())


def _picked(
    session: Session,
    movable: Movable,
    slot: Slot,
    doctor: Doctor,
    day: date,
    error: errors.BookingRefused | None,
) -> dict[str, Any]:
    """The picked time beside the old one; where it is gone, the nearest free ones."""
    if error:
        reasons = [shown.refusal_text(error, actor())]
    else:
        found = find_move_refusals(session, movable, slot, day)
        reasons = refusal_texts(found, staff=actor().is_staff)
    nearby = []
    if reasons:
        nearby = moving.find_nearest(session, actor(), movable, slot, day, now())
    return {
        "slot": slot,
        "day": day,
        "doctor": doctor,
        "new_when": f"{presenters.format_day(day)}, "
        + presenters.format_span(slot.start_time, slot.end_time),
        "reasons": reasons,
        "hold": {
            "slot_id": slot.id,
            "treatment_id": movable.treatment.id,
            "day": day,
            "appointment_id": movable.appointment.id,
        },
        "nearby": _linked(movable, nearby, None),
        "times_url": _url(movable.appointment.id, doctor_id=doctor.id, date=day.isoformat()),
    }


def _free_json(appointment_id: int) -> dict[str, Any]:
    session = reading(actor().clinic_id)
    movable = moving.find_movable(session, actor(), appointment_id)
    today = rules.local_today(movable.clinic.zone_info, now())
    first = max(parse_day(request.args["date"]), today) if request.args.get("date") else today
    chosen = _chosen_doctor(movable)
    ids = [chosen] if chosen else [each.id for each in movable.doctors]
    free = moving.find_free(session, actor(), movable, ids, first, WEEK, now())
    return {
        "appointment": bodies.appointment_body(movable.appointment),
        "version": movable.appointment.version,
        "free": [
            {
                "slot_id": each.slot.id,
                "doctor_id": each.slot.doctor_id,
                "date": each.day.isoformat(),
                "start_time": f"{each.slot.start:%H:%M}",
                "end_time": f"{each.slot.end:%H:%M}",
            }
            for each in free
        ],
    }
