"""The audit log: who did what and when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from flask import Response, current_app, render_template, request, url_for
from flask_babel import gettext

from medcor.domain import errors
from medcor.domain.permissions import Permission, Role
from medcor.models import AuditEvent, Clinic
from medcor.services import audit, lookup
from medcor.services.audit import Names, Wanted
from medcor.web.access import actor, needs
from medcor.web.acting import acting
from medcor.web.calendar_days import parse_day
from medcor.web.errors import wants_json
from medcor.web.locale import format_clock, format_short_day
from medcor.web.paging import CSV_CHUNK, csv_answer, paginate, wants_csv
from medcor.web.transaction import reading

from .audit_words import KINDS, act_text, subject_text
from .blueprint import blueprint

PER_PAGE = 50
# What has a page of its own, by the subject of an event: the page and its argument.
PAGES = {
    "appointment": ("appointment.appointment_details", "appointment_id"),
    "patient": ("account.view_patient", "patient_id"),
    "doctor": ("appointment.doctor_slots_and_excluded_dates_list", "doctor_id"),
}


@blueprint.get("/audit-log/", endpoint="audit_log")
@needs(Permission.VIEW_AUDIT)
def show_audit_log():
    """List the clinic's acts, latest first, by person, kind and day."""
    session = reading(actor().clinic_id)
    clinic = lookup.get_clinic(session, actor().clinic_id)
    wanted, refusal = _wanted()
    if wants_csv():
        return _file(clinic, wanted)
    page = paginate(
        audit.listed(wanted, clinic.zone_info),
        PER_PAGE,
        counted=audit.matching(wanted, clinic.zone_info),
    )
    names = audit.names_for(session, page.items)
    lines = [_line(event, names, clinic) for event in page.items]
    if wants_json():
        return {"count": page.total, "results": [_body(event, names) for event in page.items]}
    shown = render_template(
        "clinic/audit_log.html",
        lines=lines,
        page=page,
        search=wanted.person,
        filters=_filters(),
        narrowed=wanted != Wanted(),
        refusal=refusal,
    )
    return shown, 400 if refusal else 200


def _wanted() -> tuple[Wanted, str]:
    """What the URL asks for, and why its days can't be used."""
    kind = request.args.get("kind", "")
    prefixes = KINDS[kind][1] if kind in KINDS else ()
    person = request.args.get("q", "")
    try:
        first, last = _day("from"), _day("to")
        return Wanted(person, prefixes, first, last), ""
    except errors.InvalidDate as error:
        return Wanted(person, prefixes), gettext(error.text)


def _day(name: str) -> date | None:
    value = request.args.get(name, "")
    day = parse_day(value) if value else None
    # Midnight of the first and the last days of the calendar is outside of it in some zone.
    if day is not None and not 1900 < day.year < 9000:
        raise errors.InvalidDate()
    return day


def _filters() -> list[dict[str, Any]]:
    kinds = [("", gettext("All")), *((key, str(label)) for key, (label, _parts) in KINDS.items())]
    args = request.args
    return [
        {"name": "kind", "label": gettext("What"), "value": args.get("kind"), "options": kinds},
        {"name": "from", "label": gettext("From"), "value": args.get("from"), "type": "date"},
        {"name": "to", "label": gettext("To"), "value": args.get("to"), "type": "date"},
    ]


def _role_text(role: Role) -> str:
    texts = {
        Role.ADMIN: gettext("Admin"),
        Role.DOCTOR: gettext("Doctor"),
        Role.PATIENT: gettext("Patient"),
    }
    return texts[role]


def _line(event: AuditEvent, names: Names, clinic: Clinic) -> dict[str, Any]:
    local = event.created_at.astimezone(clinic.zone_info)
    user = names.users.get(event.actor_id or 0)
    return {
        "day": f"{format_short_day(local.date())} {local.year}",
        "time": format_clock(local),
        "who": user.name if user else gettext("Medcor itself"),
        "role": _role_text(user.role) if user else "",
        "what": act_text(event.action),
        "subject": _subject_name(event, names),
        "url": _subject_url(event),
    }


def _subject_name(event: AuditEvent, names: Names) -> str:
    number = event.subject_id or 0
    named = {
        "doctor": names.doctors.get(number),
        "patient": names.patients.get(number),
        "user": names.users[number].name if number in names.users else None,
    }.get(event.subject)
    if named:
        return named
    text = subject_text(event.subject)
    return f"{text} {number}" if number else text


def _subject_url(event: AuditEvent) -> str:
    view, argument = PAGES.get(event.subject, ("", ""))
    if event.subject_id is None or view not in current_app.view_functions:
        return ""
    return url_for(view, **{argument: event.subject_id})


def _body(event: AuditEvent, names: Names) -> dict[str, Any]:
    user = names.users.get(event.actor_id or 0)
    return {
        "at": event.created_at.isoformat(),
        "user_id": event.actor_id,
        "name": user.name if user else None,
        "action": event.action,
        "subject": event.subject,
        "subject_id": event.subject_id,
    }


def _file(clinic: Clinic, wanted: Wanted) -> Response:
    """The log as a file; that it was taken is in the log as well."""
    who, zone = actor(), clinic.zone_info
    acting(lambda session, who: audit.record(session, who, "audit.exported", "audit", None))
    header = [
        gettext("Day"),
        gettext("Time"),
        gettext("Who"),
        gettext("Role"),
        gettext("What"),
        gettext("Subject"),
        gettext("Number"),
    ]
    return csv_answer("audit-log", header, _csv_rows(who.clinic_id, wanted, zone))


def _csv_rows(clinic_id: int, wanted: Wanted, zone: Any) -> Iterator[list[object]]:
    found = audit.exported(wanted, zone).execution_options(yield_per=CSV_CHUNK)
    for at, first, last, role, action, subject, number in reading(clinic_id).execute(found):
        local = at.astimezone(zone)
        yield [
            local.date().isoformat(),
            format_clock(local),
            f"{first} {last}".strip() if role else gettext("Medcor itself"),
            _role_text(role) if role else "",
            act_text(action),
            subject_text(subject),
            number,
        ]
