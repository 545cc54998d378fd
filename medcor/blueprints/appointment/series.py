"""Repeat an appointment: choose how often, look at every date, book them all."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.domain.permissions import Permission
from medcor.models import AppointmentSeries, Clinic
from medcor.services import lookup, scheduling, series, series_members
from medcor.services.calendar_files import entries_ics, patient_entry
from medcor.services.series import Plan, SeriesWish
from medcor.services.series_members import Members
from medcor.web.access import actor, needs
from medcor.web.acting import acting
from medcor.web.calendar_days import parse_day
from medcor.web.errors import wants_json
from medcor.web.inputs import posted, posted_id
from medcor.web.state import now, settings
from medcor.web.transaction import reading

from . import blueprint, presenters
from . import series_presenters as lines
from .series_forms import RhythmForm, Ticked, read_ticked

Context = dict[str, Any]


@blueprint.route("/series/new/", methods=["GET", "POST"])
@needs(Permission.BOOK_OWN)
def new_series():
    """Let a patient plan and book appointments that recur."""
    return _book() if request.method == "POST" else _next_step()


@blueprint.route("/appointments/new/series/", methods=["GET", "POST"])
@needs(Permission.BOOK_FOR_PATIENT)
def new_series_for_patient():
    """Let staff plan and book them for a patient."""
    return _book() if request.method == "POST" else _next_step()


def _next_step() -> Any:
    """Choose how often, then look at every date; without a time to repeat, choose one first."""
    named = ("slot_id", "treatment_id", "patient_id")
    ids = {name: request.args.get(name, type=int) for name in named}
    if ids["slot_id"] is None or ids["treatment_id"] is None or _lacks_patient(ids["patient_id"]):
        return redirect(_start_url())
    first = parse_day(request.args.get("appointment_date", ""))
    form = RhythmForm()
    chosen = form.is_asked and form.validate()
    rhythm = (int(form.every_weeks.data), form.times.data) if chosen else (1, 2)
    wish = SeriesWish(ids["treatment_id"], ids["slot_id"], first, *rhythm, ids["patient_id"])
    session = reading(actor().clinic_id)
    if not chosen:
        if wants_json():
            raise errors.InvalidInput(fields=form.errors)
        return _choose_page(session, wish, form), 400 if form.errors else 200
    plan = series.plan_series(session, actor(), wish, now())
    if wants_json():
        return {"plan": lines.plan_body(plan, actor())}
    return _check_page(session, plan, _Look(request_key=secrets.token_urlsafe(24)))


def _lacks_patient(patient_id: int | None) -> bool:
    return actor().is_staff and patient_id is None


def _start_url() -> str:
    if actor().is_staff:
        return url_for("appointment.book_for_patient")
    return url_for("appointment.treatment_list_for_new_appointment_booking")


def _choose_page(session: Session, wish: SeriesWish, form: RhythmForm) -> str:
    parts = series.find_parts(session, actor(), wish)
    when = f"{presenters.format_day(wish.first)}, " + presenters.format_span(
        parts.slot.start_time, parts.slot.end_time
    )
    return render_template(
        "appointment/series_choose.html",
        form=form,
        clinic=parts.clinic,
        patient=parts.patient,
        summary=presenters.summary(parts.clinic, parts.treatment, parts.doctor, when),
        keep=_address(wish),
        last=scheduling.last_day(parts.clinic, now()),
        back_url=_confirm_url(wish),
    )


def _address(wish: SeriesWish) -> Context:
    """The wish as the address of these pages has it, but for the rhythm."""
    found = {
        "slot_id": wish.slot_id,
        "treatment_id": wish.treatment_id,
        "appointment_date": wish.first.isoformat(),
    }
    return {**found, "patient_id": wish.patient_id} if actor().is_staff else found


def _confirm_url(wish: SeriesWish) -> str:
    """Where the single time is booked."""
    if actor().is_staff:
        return url_for("appointment.book_for_patient", **_address(wish))
    return url_for("appointment.book_slot", **_address(wish))


@dataclass(frozen=True, slots=True)
class _Look:
    """How the page of all dates is shown: what was chosen on it so far, and what went wrong."""

    request_key: str
    ticked: Ticked | None = None
    unanswered: frozenset[int] = frozenset()
    problem: str = ""


def _check_page(session: Session, plan: Plan, look: _Look) -> str:
    wish, clinic = plan.wish, lookup.get_clinic(session, actor().clinic_id)
    sent = look.ticked.sent if look.ticked else None
    confirmed = posted("confirmed") == "1" if look.ticked else True
    return render_template(
        "appointment/series_check.html",
        plan=plan,
        clinic=clinic,
        rhythm=lines.rhythm_text(wish.every_weeks),
        summary=presenters.summary(clinic, plan.treatment, plan.doctor),
        dates=lines.plan_lines(plan, actor(), sent, set(look.unanswered)),
        problem=look.problem,
        confirmed=confirmed,
        fields={
            **_address(wish),
            "every_weeks": wish.every_weeks,
            "times": wish.times,
            "request_key": look.request_key,
        },
        change_url=url_for(str(request.endpoint), **_address(wish)),
        back_url=_confirm_url(wish),
    )


def _book() -> Any:
    """Book what was chosen; the same page sent twice books once."""
    wish, ticked = _posted_wish(), read_ticked()
    key = posted("request_key")[:64] or secrets.token_urlsafe(24)
    if not wants_json():
        session = reading(actor().clinic_id)
        plan = series.plan_series(session, actor(), wish, now())
        missing = frozenset(ticked.unanswered(plan))
        if missing and not series.find_repeat(session, plan.patient.id, key):
            problem = gettext("Say of every time that can't be booked what shall be done.")
            return _check_page(session, plan, _Look(key, ticked, missing, problem)), 400
    try:
        made = acting(
            lambda session, who: series.book_series(
                session,
                who,
                wish,
                ticked.choices,
                now(),
                request_key=key,
                confirmed=posted("confirmed") == "1",
            )
        )
    except (errors.SeriesConflict, errors.BookingRefused, errors.MissingParameter) as error:
        return _not_booked(wish, ticked, key, error)
    if wants_json():
        return _booked_body(made), 201
    return redirect(url_for("appointment.series", series_id=made.id, booked=1))


def _posted_wish() -> SeriesWish:
    return SeriesWish(
        treatment_id=posted_id("treatment_id"),
        slot_id=posted_id("slot_id"),
        first=parse_day(posted("appointment_date")),
        every_weeks=posted_id("every_weeks") or 0,
        times=posted_id("times") or 0,
        patient_id=posted_id("patient_id"),
    )


def _not_booked(
    wish: SeriesWish, ticked: Ticked, key: str, error: errors.DomainError
) -> tuple[Any, int]:
    """The fresh plan; what was chosen stays chosen as far as it can be had."""
    session = reading(actor().clinic_id)
    if isinstance(error, errors.BookingRefused):
        # A race that the claims decided.
        error = errors.SeriesConflict()
    plan = series.plan_series(session, actor(), wish, now())
    if wants_json():
        told = {"error": gettext(error.text), "code": error.code}
        return {**told, "plan": lines.plan_body(plan, actor())}, error.status
    return _check_page(session, plan, _Look(key, ticked, problem=gettext(error.text))), error.status


def _booked_body(made: AppointmentSeries) -> Context:
    session = reading(actor().clinic_id)
    return {
        "series_id": made.id,
        "appointment_ids": series_members.appointment_ids(session, made.id),
    }


@blueprint.get("/series/<int:series_id>/", endpoint="series")
@needs(Permission.VIEW_APPOINTMENT)
def series_page(series_id: int):
    """Show the appointments of a series; after booking it says so."""
    session = reading(actor().clinic_id)
    members = series_members.list_members(session, actor(), series_id)
    first = members.appointments[0]
    listed = lines.member_lines(members)
    if wants_json():
        return {"series_id": members.series.id, "appointments": listed}
    live = [each for each in members.appointments if each.is_live and each.starts_at > now()]
    cancel_url = url_for("appointment.cancel_following", appointment_id=live[0].id) if live else ""
    return render_template(
        "appointment/series.html",
        members=members,
        listed=listed,
        first=first,
        rhythm=lines.rhythm_text(members.series.every_weeks),
        booked=request.args.get("booked") == "1",
        has_live=bool(live),
        waits=any(each.status.value == "Pending" for each in live),
        cancel_url=cancel_url,
    )


@blueprint.get("/series/<int:series_id>/calendar.ics")
@needs(Permission.VIEW_APPOINTMENT)
def series_file(series_id: int) -> Response:
    """Hand over the live appointments of a series as one iCalendar file."""
    session = reading(actor().clinic_id)
    members = series_members.list_members(session, actor(), series_id)
    clinic = lookup.get_clinic(session, actor().clinic_id)
    name = f"series-{members.series.id}.ics"
    return Response(
        _calendar(clinic, members),
        mimetype="text/calendar",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _calendar(clinic: Clinic, members: Members) -> bytes:
    entries = [
        patient_entry(clinic, each, each.treatment.name, each.doctor.name)
        for each in members.appointments
        if each.is_live
    ]
    return entries_ics(clinic, entries, settings().public_url)
