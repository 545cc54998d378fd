"""From counted figures to what the reports show, as charts, as files and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from babel import dates, numbers
from flask import url_for
from flask_babel import get_locale, gettext, ngettext

from medcor.domain.periods import Period, Piece, Preset
from medcor.services.reports import Figures, Question, Report

Line = dict[str, Any]
Table = tuple[list[str], list[list[object]]]
# More bars than this show only some of their names.
ROOMY, NAMES_SHOWN = 12, 6


def day_text(period: Period) -> str:
    """A period, as ``1 Nov 2026 – 24 Nov 2026``."""
    texts = [
        dates.format_date(day, "d MMM y", locale=get_locale())
        for day in (period.first, period.last)
    ]
    return texts[0] if period.first == period.last else " – ".join(texts)


def compared_text(question: Question) -> str:
    return gettext(
        "%(period)s, compared with %(before)s",
        period=day_text(question.period),
        before=day_text(question.before),
    )


def preset_tabs(current: Preset, args: Mapping[str, str]) -> list[Line]:
    """The named periods as links, which keep the other filters."""
    labels = {
        Preset.LAST_30: gettext("Last 30 days"),
        Preset.THIS_MONTH: gettext("This month"),
        Preset.LAST_MONTH: gettext("Last month"),
        Preset.THIS_YEAR: gettext("This year"),
    }
    kept = {name: args[name] for name in ("doctor", "treatment") if args.get(name)}
    return [
        {
            "label": label,
            "url": url_for("clinic.reports", period=preset.value, **kept),
            "current": preset is current,
        }
        for preset, label in labels.items()
    ]


def filters(
    question: Question,
    doctors: Sequence[tuple[int, str]],
    treatments: Sequence[tuple[int, str]],
) -> list[Line]:
    """The filter bar: days of one's own, a doctor, a treatment."""
    anyone = [("", gettext("All"))]
    return [
        {
            "name": "from",
            "label": gettext("From"),
            "type": "date",
            "value": question.period.first.isoformat(),
        },
        {
            "name": "to",
            "label": gettext("To"),
            "type": "date",
            "value": question.period.last.isoformat(),
        },
        {
            "name": "doctor",
            "label": gettext("Doctor"),
            "value": question.doctor_id,
            "options": [*anyone, *doctors],
        },
        {
            "name": "treatment",
            "label": gettext("Treatment"),
            "value": question.treatment_id,
            "options": [*anyone, *treatments],
        },
    ]


def percent(share: float | None) -> str:
    """A share as the reader's language writes it; a dash where nothing was counted."""
    if share is None:
        return "–"
    return numbers.format_percent(share, "#,##0.#%" if share < 0.1 else None, locale=get_locale())


def before_text(text: str) -> str:
    return gettext("before: %(figure)s", figure=text)


def change_text(now: int, before: int) -> str:
    """The figure before, and by how much it grew or shrank."""
    if not before:
        return before_text(str(before))
    share = numbers.format_percent((now - before) / before, locale=get_locale())
    return before_text(f"{before} ({'+' if now > before else ''}{share})")


def piece_name(period: Period, piece: Piece) -> str:
    """The name of a bar: a day, the first day of a week, a month."""
    form = "MMM y" if piece is Piece.MONTH else "d MMM"
    return dates.format_date(period.first, form, locale=get_locale())


def every_nth(count: int) -> int:
    """Of so many bars only every nth can show its name."""
    return 1 if count <= ROOMY else -(-count // NAMES_SHOWN)


def weekday_names() -> list[str]:
    names = dates.get_day_names("wide", "stand-alone", locale=get_locale())
    return [names[day].capitalize() for day in range(7)]


def report_context(report: Report) -> Line:
    """The charts and figures of the page."""
    now, before = report.now, report.before
    piece = report.question.period.piece
    titles = {
        Piece.DAY: gettext("Appointments by day"),
        Piece.WEEK: gettext("Appointments by week"),
        Piece.MONTH: gettext("Appointments by month"),
    }
    return {
        "stats": [
            (gettext("Appointments"), now.kept, change_text(now.kept, before.kept)),
            (
                gettext("No-shows"),
                percent(now.no_show_rate),
                f"{_no_show_note(now)}; {before_text(percent(before.no_show_rate))}",
            ),
            (
                gettext("Cancelled"),
                percent(now.cancel_rate),
                f"{now.cancelled}; {before_text(percent(before.cancel_rate))}",
            ),
            (
                gettext("New patients"),
                report.new_patients,
                change_text(report.new_patients, report.new_patients_before),
            ),
        ],
        "pieces_title": titles[piece],
        "pieces": [
            (piece_name(period, piece), each.kept, each.cancelled) for period, each in report.pieces
        ],
        "every": every_nth(len(report.pieces)),
        "by_treatment": _rows(report.by_treatment),
        "by_doctor": _rows(report.by_doctor),
        "by_weekday": list(zip(weekday_names(), report.by_weekday, strict=True)),
        "by_hour": [(f"{hour:02}:00", count) for hour, count in report.by_hour.items()],
        "busiest": _busiest(report),
        "new_by_month": [
            (dates.format_date(month.first, "MMM", locale=get_locale()), count)
            for month, count in report.new_by_month
        ],
    }


def _no_show_note(figures: Figures) -> str:
    known = figures.completed + figures.no_shows
    return ngettext(
        "%(missed)s of %(num)s closed",
        "%(missed)s of %(num)s closed",
        known,
        missed=figures.no_shows,
    )


def _rows(found: list[tuple[str, Figures]]) -> list[tuple[str, int, str, str]]:
    return [
        (name, each.kept, percent(each.no_show_rate), percent(each.cancel_rate))
        for name, each in found
    ]


def _busiest(report: Report) -> str:
    """When most comes together, in a sentence; empty if nothing was booked."""
    if not report.by_hour:
        return ""
    day = max(range(7), key=report.by_weekday.__getitem__)
    hour = max(report.by_hour, key=report.by_hour.__getitem__)
    return gettext(
        "Busiest: %(day)s, and from %(hour)s o'clock.", day=weekday_names()[day], hour=hour
    )


def csv_tables(report: Report) -> dict[str, Table]:
    """Each figure as a file: its header and rows, by the name that a URL says."""
    counted = [
        gettext("Appointments"),
        gettext("Completed"),
        gettext("No-show"),
        gettext("Cancelled"),
    ]
    days = [gettext("From"), gettext("To")]
    return {
        "days": (
            [*days, *counted],
            [[*_ends(period), *_counts(each)] for period, each in report.pieces],
        ),
        "treatments": (
            [gettext("Treatment"), *counted],
            [[name, *_counts(each)] for name, each in report.by_treatment],
        ),
        "doctors": (
            [gettext("Doctor"), *counted],
            [[name, *_counts(each)] for name, each in report.by_doctor],
        ),
        "weekdays": (
            [gettext("Day"), counted[0]],
            [list(each) for each in zip(weekday_names(), report.by_weekday, strict=True)],
        ),
        "hours": (
            [gettext("Hour"), counted[0]],
            [[f"{hour:02}:00", count] for hour, count in report.by_hour.items()],
        ),
        "patients": (
            [*days, gettext("New patients")],
            [[*_ends(month), count] for month, count in report.new_by_month],
        ),
    }


def _ends(period: Period) -> list[object]:
    return [period.first.isoformat(), period.last.isoformat()]


def _counts(figures: Figures) -> list[object]:
    return [figures.kept, figures.completed, figures.no_shows, figures.cancelled]


def _figures_body(figures: Figures) -> Line:
    return {
        "appointments": figures.kept,
        "completed": figures.completed,
        "no_shows": figures.no_shows,
        "cancelled": figures.cancelled,
        "no_show_rate": figures.no_show_rate,
        "cancel_rate": figures.cancel_rate,
    }


def report_body(report: Report) -> Line:
    """The same figures as JSON."""
    period = report.question.period
    return {
        "from": period.first.isoformat(),
        "to": period.last.isoformat(),
        "total": _figures_body(report.now),
        "before": _figures_body(report.before),
        "by_period": [
            {"from": part.first.isoformat(), "to": part.last.isoformat(), **_figures_body(each)}
            for part, each in report.pieces
        ],
        "by_treatment": [
            {"name": name, **_figures_body(each)} for name, each in report.by_treatment
        ],
        "by_doctor": [{"name": name, **_figures_body(each)} for name, each in report.by_doctor],
        "new_patients": report.new_patients,
    }
