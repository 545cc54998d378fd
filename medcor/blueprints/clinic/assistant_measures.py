"""How the assistant does: how fast it answers, and what fails, over time. No words, no names."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, render_template, request

from medcor.domain import errors
from medcor.domain import scheduling as rules
from medcor.domain.periods import Period
from medcor.domain.permissions import Permission
from medcor.services import assistant_days, lookup, reports
from medcor.services.assistant_days import Measured
from medcor.web.access import actor, needs
from medcor.web.acting import acting
from medcor.web.errors import wants_json
from medcor.web.paging import csv_answer, wants_csv
from medcor.web.state import now
from medcor.web.transaction import reading

from . import measure_presenters as presenters
from .blueprint import blueprint
from .measure_presenters import Narrowed


@blueprint.get("/assistant-measures/", endpoint="assistant_measures")
@needs(Permission.VIEW_REPORTS)
def show_measures():
    """Show how long each stage took and how turns and talks ended, day by day."""
    session = reading(actor().clinic_id)
    clinic = lookup.get_clinic(session, actor().clinic_id)
    days = _days()
    today = rules.local_today(clinic.zone_info, now())
    period = Period(today - timedelta(days=days - 1), today)
    found = assistant_days.read_days(session, clinic, period)
    narrowed = _narrowed()
    if wants_csv():
        return _file(found, narrowed, period)
    if wants_json():
        return presenters.measures_body(found, narrowed, period)
    return render_template(
        "clinic/assistant_measures.html",
        tabs=presenters.period_tabs(days, request.args),
        filters=presenters.filters(narrowed),
        narrowed=narrowed,
        days=days,
        shown=presenters.measures_context(found, narrowed, period),
    )


def _days() -> int:
    asked = request.args.get("days", "")
    return int(asked) if asked in {str(each) for each in presenters.PERIODS} else presenters.USUAL


def _narrowed() -> Narrowed:
    source, by = request.args.get("source", ""), request.args.get("by", "")
    return Narrowed(
        source if source in presenters.SOURCES else "",
        by if by in presenters.ANSWERERS else "",
    )


def _file(found: Measured, narrowed: Narrowed, period: Period) -> Response:
    """One table as a file; who took it is written down."""
    table = request.args.get("table", "days")
    made = presenters.csv_tables(found, narrowed).get(table)
    if made is None:
        raise errors.NotFound()
    header, rows = made
    name = f"assistant-{table}"
    acting(lambda session, who: reports.note_export(session, who, name, period))
    return csv_answer(f"{name}-{period.first.isoformat()}-{period.last.isoformat()}", header, rows)
