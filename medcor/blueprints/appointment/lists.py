"""Appointments as lists, for staff and for patients, and the staff's as a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flask import Response, render_template, request, url_for
from flask_babel import gettext
from flask_sqlalchemy.pagination import Pagination
from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.domain.appointments import AppointmentStatus
from medcor.domain.permissions import Permission, Role
from medcor.models import Appointment, Clinic
from medcor.services import agenda, lookup
from medcor.services.agenda import View, Wanted
from medcor.web import bodies
from medcor.web.access import actor, needs
from medcor.web.calendar_days import parse_day
from medcor.web.errors import wants_json
from medcor.web.paging import CSV_CHUNK, Sorting, csv_answer, paginate, sorting, wants_csv
from medcor.web.state import now
from medcor.web.transaction import reading

from . import appointment_presenters as shown
from . import blueprint, presenters

Options = list[tuple[int, str]]
_COLUMNS: dict[str, tuple[Any, ...]] = {
    key: (*columns, Appointment.starts_at, Appointment.id) for key, columns in agenda.SORTS.items()
}


@blueprint.get("/view_appointments/")
@needs(Permission.VIEW_OWN_APPOINTMENTS)
def view_appointments():
    """List the patient's own appointments, what lies ahead first."""
    session = reading(actor().clinic_id)
    past = request.args.get("view") == "past"
    wanted = Wanted(View.OVER if past else View.AHEAD, search=request.args.get("q", ""))
    page = _page(wanted, _order(wanted, []))
    found = agenda.load(session, page.items)
    if wants_json():
        return _json(page, found)
    clinic = lookup.get_clinic(session, actor().clinic_id)
    return render_template(
        "appointment/list.html",
        rows=[shown.patient_line(each, clinic, now()) for each in found],
        page=page,
        past=past,
        search=wanted.search,
        clinic=clinic,
    )


@blueprint.get("/doctor_appointments/")
@needs(Permission.VIEW_DAY)
def doctor_appointments():
    """List the doctor's appointments; for an admin, the clinic's."""
    session = reading(actor().clinic_id)
    wanted, wrong = _wanted()
    doctors = agenda.doctor_options(session) if actor().role is Role.ADMIN else []
    order = _order(wanted, doctors)
    clinic = lookup.get_clinic(session, actor().clinic_id)
    if wants_csv():
        return _csv(clinic, wanted, order)
    page = _page(wanted, order)
    if wants_json():
        return _json(page, agenda.load(session, page.items))
    return render_template(
        "appointment/staff_list.html",
        rows=[shown.staff_line(each) for each in agenda.load_entries(session, actor(), page.items)],
        page=page,
        sort=order.shown,
        wrong=wrong,
        narrowed=wanted != Wanted(wanted.view),
        view=wanted.view.value,
        search=wanted.search,
        tabs=shown.view_tabs(wanted.view),
        filters=_filters(session, wanted, doctors),
        clinic=clinic,
    )


def _view() -> View:
    name = request.args.get("view", "")
    return View(name) if name in {each for each in View if each is not View.OVER} else View.AHEAD


def _wanted() -> tuple[Wanted, str]:
    """What the URL asks for, and a word about a day in it that can't be read."""
    args, wrong = request.args, ""
    state = args.get("state", "")
    days: list[Any] = []
    for name in ("from", "to"):
        try:
            days.append(parse_day(args[name]) if args.get(name) else None)
        except errors.InvalidDate as error:
            days.append(None)
            wrong = gettext(error.text)
    wanted = Wanted(
        view=_view(),
        state=state if state in set(AppointmentStatus) else "",
        search=args.get("q", ""),
        doctor_id=_known("doctor_id") if actor().role is Role.ADMIN else None,
        treatment_id=_known("treatment_id"),
        first=days[0],
        last=days[1],
    )
    return wanted, wrong


def _known(name: str) -> int | None:
    """An id of the URL; one that no row can have finds nothing, as any other unknown one."""
    value = request.args.get(name, type=int)
    return None if value is None else value if 0 < value < 2**31 else 0


def _order(wanted: Wanted, doctors: Options) -> Sorting:
    latest_first = wanted.view not in (View.AHEAD, View.ATTENTION)
    columns = dict(_COLUMNS)
    if doctors:
        columns["doctor"] = (agenda.doctor_rank(key for key, _name in doctors), *columns["when"])
    order = sorting(columns, "when", descending=latest_first)
    if wanted.view is View.OVER:
        lapsed = agenda.lapsed_last(now())
        return Sorting(order.key, order.direction, (lapsed, *order.clauses))
    return order


def _page(wanted: Wanted, order: Sorting) -> Pagination:
    """One page of ids; what is shown of them is read afterwards."""
    ids = agenda.sorted_ids(actor(), wanted, now(), order.key).order_by(*order.clauses)
    return paginate(ids, counted=agenda.matching(actor(), wanted, now()))


def _json(page: Pagination, found: list[Appointment]) -> dict[str, Any]:
    return {
        "count": page.total,
        "results": [bodies.appointment_body(each) for each in found],
    }


def _filters(session: Session, wanted: Wanted, doctors: Options) -> list[dict[str, Any]]:
    """The filters of the bar, each with what it is set to."""
    any_of = ("", gettext("Any"))
    treatments = [any_of, *agenda.treatment_options(session)]
    whose = _filter("doctor_id", gettext("Doctor"), wanted.doctor_id, [any_of, *doctors])
    return [
        *([whose] if doctors else []),
        _filter("treatment_id", gettext("Treatment"), wanted.treatment_id, treatments),
        _filter("state", gettext("State"), wanted.state, presenters.state_options()),
        _filter("from", gettext("From"), wanted.first, type="date"),
        _filter("to", gettext("To"), wanted.last, type="date"),
    ]


def _filter(name: str, label: str, value: Any, options: Any = None, **more: str) -> dict[str, Any]:
    return {"name": name, "label": label, "value": value, "options": options, **more}


def _csv(clinic: Clinic, wanted: Wanted, order: Sorting) -> Response:
    header = (
        gettext("Date"),
        gettext("From"),
        gettext("To"),
        gettext("Patient"),
        gettext("Phone"),
        gettext("Treatment"),
        gettext("Doctor"),
        gettext("State"),
        gettext("Price"),
        gettext("Currency"),
        gettext("Link"),
    )
    found = agenda.exported(actor(), wanted, now()).order_by(*order.clauses)
    rows = _csv_rows(actor().clinic_id, found, clinic.currency)
    return csv_answer("appointments", header, rows)


def _csv_rows(clinic_id: int, found: Any, currency: str) -> Iterator[Sequence[object]]:
    # The request's own session is over before the first line goes out.
    rows = reading(clinic_id).execute(found.execution_options(yield_per=CSV_CHUNK))
    states = dict(presenters.state_options())
    base = url_for("appointment.appointment_details", appointment_id=0)
    for row in rows:
        yield (
            row.day.isoformat(),
            f"{row.start_time:%H:%M}",
            f"{row.end_time:%H:%M}",
            shown.patient_name(row),
            row.phone,
            row.treatment,
            shown.doctor_name(row),
            states[row.status.value],
            f"{row.price_minor / 100:.2f}",
            currency,
            bodies.absolute(base.replace("/0/", f"/{row.id}/")),
        )
