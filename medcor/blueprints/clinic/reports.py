"""The clinic in figures: what was booked, who came, who is new; and each figure as a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import Response, render_template, request
from flask_babel import gettext

from medcor.domain import errors
from medcor.domain import scheduling as rules
from medcor.domain.periods import LONGEST, Period, Preset, period_before, preset_period
from medcor.domain.permissions import Permission
from medcor.models import Clinic
from medcor.services import agenda, lookup, reports
from medcor.services.reports import Question
from medcor.web.access import actor, needs
from medcor.web.acting import acting
from medcor.web.calendar_days import parse_day
from medcor.web.errors import wants_json
from medcor.web.paging import csv_answer, wants_csv
from medcor.web.state import now
from medcor.web.transaction import reading

from . import report_presenters as presenters
from .blueprint import blueprint


@dataclass(frozen=True, slots=True)
class Asked:
    """What the URL asks for, and what is wrong with its dates."""

    preset: Preset
    question: Question
    refusal: str = ""


@blueprint.get("/reports/", endpoint="reports")
@needs(Permission.VIEW_REPORTS)
def show_reports():
    """Show the clinic's figures for a period, beside those of the time before."""
    session = reading(actor().clinic_id)
    clinic = lookup.get_clinic(session, actor().clinic_id)
    doctors, treatments = agenda.doctor_options(session), agenda.treatment_options(session)
    asked = _asked(clinic, dict(doctors), dict(treatments))
    report = reports.make_report(session, clinic, asked.question, dict(doctors), dict(treatments))
    if wants_csv():
        return _file(report)
    if wants_json():
        return presenters.report_body(report)
    page = render_template(
        "clinic/reports.html",
        asked=asked,
        tabs=presenters.preset_tabs(asked.preset, request.args),
        filters=presenters.filters(asked.question, doctors, treatments),
        title=presenters.compared_text(asked.question),
        report=report,
        shown=presenters.report_context(report),
    )
    return page, 400 if asked.refusal else 200


def _asked(clinic: Clinic, doctors: dict[int, str], treatments: dict[int, str]) -> Asked:
    today = rules.local_today(clinic.zone_info, now())
    name = request.args.get("period", "")
    preset = Preset(name) if name in set(Preset) else Preset.LAST_30
    period, refusal = preset_period(preset, today), ""
    try:
        typed = _typed_period(period)
    except errors.InvalidInput as error:
        typed, refusal = period, gettext(error.text)
    if typed != period:
        preset, period = Preset.CUSTOM, typed
    question = Question(
        period,
        period_before(preset, period),
        _known("doctor", doctors),
        _known("treatment", treatments),
    )
    return Asked(preset, question, refusal)


def _typed_period(usual: Period) -> Period:
    """The days that ``from`` and ``to`` name; InvalidInput if they are no range."""
    first, last = (_typed_day(name) for name in ("from", "to"))
    typed = Period(first or usual.first, last or usual.last)
    if typed.last < typed.first:
        raise errors.InvalidInput(errors.N_("The last day must not be before the first."))
    if typed.days > LONGEST:
        raise errors.InvalidInput(errors.N_("Choose three years at most."))
    if typed.first.year < 2000 or typed.last.year > 2200:
        raise errors.InvalidInput(errors.N_("Choose a year between 2000 and 2200."))
    return typed


def _typed_day(name: str) -> date | None:
    value = request.args.get(name, "")
    return parse_day(value) if value else None


def _known(name: str, choices: dict[int, str]) -> int | None:
    """The id that a filter names; one that the clinic does not have is not found."""
    value = request.args.get(name, "")
    if not value:
        return None
    number = int(value) if value.isascii() and value.isdigit() and len(value) < 20 else 0
    if number not in choices:
        raise errors.NotFound()
    return number


def _file(report: reports.Report) -> Response:
    """One figure as a file; who took it is written down."""
    table = request.args.get("table", "days")
    found = presenters.csv_tables(report).get(table)
    if found is None:
        raise errors.NotFound()
    header, rows = found
    period = report.question.period
    acting(lambda session, who: reports.note_export(session, who, table, period))
    return csv_answer(_file_name(table, period), header, rows)


def _file_name(table: str, period: Period) -> str:
    return f"{table}-{period.first.isoformat()}-{period.last.isoformat()}"
