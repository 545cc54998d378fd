"""The staff's calendar: a week as the server draws it, and the events that scripts show instead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from flask import render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.domain import scheduling as rules
from medcor.domain.permissions import Permission, Role
from medcor.services import agenda, calendar_events, held_times, lookup
from medcor.services.calendar_events import DaysOff
from medcor.services.held_times import HeldTime
from medcor.web.access import actor, needs
from medcor.web.calendar_days import parse_day
from medcor.web.locale import format_day, format_span
from medcor.web.state import now
from medcor.web.transaction import reading

from . import appointment_presenters as shown
from . import blueprint

WEEK = timedelta(days=7)
VIEWS = ("week", "day", "list")


@blueprint.get("/calendar/")
@needs(Permission.VIEW_DAY)
def calendar():
    """Show a week, a day or a list of them; without scripts the week as plain lines."""
    session = reading(actor().clinic_id)
    clinic = lookup.get_clinic(session, actor().clinic_id)
    today = rules.local_today(clinic.zone_info, now())
    day = _day(today)
    monday = day - timedelta(days=day.weekday())
    doctor_id, with_cancelled = _doctor_id(), request.args.get("cancelled") == "1"
    found = calendar_events.list_entries(
        session, actor(), monday, monday + WEEK, doctor_id, cancelled=with_cancelled
    )
    off = calendar_events.list_days_off(session, actor(), monday, monday + WEEK, doctor_id)
    held = _held(session, monday, monday + WEEK, doctor_id)
    opens, closes = calendar_events.working_hours(session)
    view = request.args.get("view", "")
    return render_template(
        "appointment/calendar.html",
        clinic=clinic,
        days=_days(monday, found, off, held),
        monday=monday,
        sunday=monday + WEEK - timedelta(days=1),
        before=_week_url(monday - WEEK),
        after=_week_url(monday + WEEK),
        this_week=_week_url(today) if not monday <= today < monday + WEEK else "",
        filters=_filters(session, day, doctor_id, with_cancelled),
        narrowed=doctor_id is not None or with_cancelled,
        setup={
            "events": url_for("appointment.calendar_events"),
            "doctor_id": doctor_id,
            "cancelled": with_cancelled,
            "date": day.isoformat(),
            "view": view if view in VIEWS else _first_view(doctor_id),
            "zone": clinic.zone,
            "opens": f"{opens:%H:%M}:00",
            "closes": f"{closes:%H:%M}:00",
        },
    )


def _day(today: date) -> date:
    """The day asked for; far ends of the calendar have no week around them."""
    wanted = request.args.get("date", "")
    day = parse_day(wanted) if wanted else today
    if not calendar_events.FIRST_YEAR <= day.year < calendar_events.LAST_YEAR:
        raise errors.InvalidDate()
    return day


def _first_view(doctor_id: int | None) -> str:
    """A week of one doctor; of a whole clinic only a day has room for everybody."""
    return "week" if calendar_events.whose(actor(), doctor_id) is not None else "day"


def _doctor_id() -> int | None:
    """The doctor whom an admin chose; a doctor sees their own."""
    value = request.args.get("doctor_id", type=int)
    if actor().role is not Role.ADMIN or value is None:
        return None
    return value if 0 < value < 2**31 else 0


def _week_url(day: date) -> str:
    kept = {name: request.args.get(name) for name in ("doctor_id", "cancelled")}
    return url_for("appointment.calendar", date=day.isoformat(), **kept)


def _filters(
    session: Session, day: date, doctor_id: int | None, with_cancelled: bool
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": "date", "label": gettext("Week of"), "value": day.isoformat(), "type": "date"}
    ]
    if actor().role is Role.ADMIN:
        options = [("", gettext("All doctors")), *agenda.doctor_options(session)]
        value = doctor_id or ""
        found.append(
            {"name": "doctor_id", "label": gettext("Doctor"), "value": value, "options": options}
        )
    options = [("", gettext("Hide")), ("1", gettext("Show"))]
    found.append(
        {
            "name": "cancelled",
            "label": gettext("Cancelled ones"),
            "value": "1" if with_cancelled else "",
            "options": options,
        }
    )
    return found


def _held(session: Session, first: date, end: date, doctor_id: int | None) -> list[HeldTime]:
    """What patients are confirming on the days before ``end``, in the times that are shown."""
    whose = calendar_events.whose(actor(), doctor_id)
    doctors = None if whose is None else [whose]
    return held_times.list_held(session, doctors, first, end - timedelta(days=1), now())


def _held_text(held: HeldTime) -> str:
    """Who has it and for what; an offer is told from a press of the button that is near."""
    texts = {"treatment": held.treatment, "name": held.patient}
    if held.offered:
        return gettext("%(treatment)s, offered to %(name)s", **texts)
    return gettext("%(treatment)s, being confirmed by %(name)s", **texts)


def _days(
    monday: date, found: Iterable[Any], off: Iterable[DaysOff], held: Sequence[HeldTime]
) -> list[dict[str, Any]]:
    """The week day by day, as a page without scripts shows it."""
    by_day: dict[date, list[dict[str, Any]]] = {}
    page = _details_page()
    for each in found:
        by_day.setdefault(each.day, []).append(
            {
                "span": format_span(each.start_time, each.end_time),
                "url": page.replace("/0/", f"/{each.id}/"),
                "patient": shown.patient_name(each),
                "doctor": shown.doctor_name(each),
                "treatment": each.treatment,
                "state": each.status.value,
            }
        )
    ranges = list(off)
    return [
        {
            "label": format_day(day),
            "url": url_for("clinic.today", date=day.isoformat()),
            "lines": by_day.get(day, []),
            "off": [_off_text(each) for each in ranges if each.first <= day <= each.last],
            "held": [
                (format_span(each.start, each.end), _held_text(each))
                for each in held
                if each.day == day
            ],
        }
        for day in rules.days_from(monday, 7)
    ]


def _details_page() -> str:
    """The address of appointment 0, in whose place each entry's number goes."""
    return shown.details_url(0)


def _off_text(off: DaysOff) -> str:
    if off.reason:
        return gettext("%(doctor)s is off: %(reason)s", doctor=off.doctor, reason=off.reason)
    return gettext("%(doctor)s is off", doctor=off.doctor)


@blueprint.get("/calendar/events/", endpoint="calendar_events")
@needs(Permission.VIEW_DAY)
def events():
    """List what stands between two days, as the calendar's script draws it."""
    first, end = _edge("start"), _edge("end")
    calendar_events.check_span(first, end)
    session, doctor_id = reading(actor().clinic_id), _doctor_id()
    found = calendar_events.list_entries(
        session,
        actor(),
        first,
        end,
        doctor_id,
        cancelled=request.args.get("cancelled") == "1",
    )
    off = calendar_events.list_days_off(session, actor(), first, end, doctor_id)
    one_doctor = calendar_events.whose(actor(), doctor_id) is not None
    names, page = shown.state_names(), _details_page()
    return [
        *(_event(each, names, page, one_doctor) for each in found),
        *(event for each in off for event in _off_events(each, end, one_doctor)),
        *(_held_event(each, one_doctor) for each in _held(session, first, end, doctor_id)),
    ]


def _held_event(held: HeldTime, one_doctor: bool) -> dict[str, Any]:
    """A time that is free for nobody else, and no appointment yet."""
    day, title = held.day.isoformat(), _held_text(held)
    return {
        "title": title if one_doctor else f"{title} · {held.doctor}",
        "start": f"{day}T{held.start:%H:%M:%S}",
        "end": f"{day}T{held.end:%H:%M:%S}",
        "classNames": ["is-held"],
    }


def _edge(name: str) -> date:
    """A day of the query; scripts send it with a time behind, which says nothing more."""
    return parse_day(request.args.get(name, "")[:10])


def _event(entry: Any, names: dict[str, str], page: str, one_doctor: bool) -> dict[str, Any]:
    """An appointment at the clinic's local time; the state is in the words and in the class."""
    state = entry.status.value
    parts = [shown.patient_name(entry), entry.treatment]
    if not one_doctor:
        parts.append(shown.doctor_name(entry))
    day = entry.day.isoformat()
    return {
        "id": str(entry.id),
        "title": f"{' · '.join(parts)} ({names[state]})",
        "start": f"{day}T{entry.start_time:%H:%M:%S}",
        "end": f"{day}T{entry.end_time:%H:%M:%S}",
        "url": page.replace("/0/", f"/{entry.id}/"),
        "classNames": [f"is-{state.lower()}"],
        "state": state,
    }


def _off_events(off: DaysOff, end: date, one_doctor: bool) -> list[dict[str, Any]]:
    """Days off in words along the top.

    The hours below are shaded where they are one doctor's: the colleagues are there.
    """
    # The calendar's own last day has no day after it.
    over = end if off.last >= end else off.last + timedelta(days=1)
    first, last = off.first.isoformat(), over.isoformat()
    words = {
        "title": _off_text(off),
        "start": first,
        "end": last,
        "allDay": True,
        "classNames": ["is-off"],
    }
    shade = {
        "title": "",
        "start": f"{first}T00:00:00",
        "end": f"{last}T00:00:00",
        "allDay": False,
        "display": "background",
        "classNames": ["is-off"],
    }
    return [words, shade] if one_doctor else [words]
