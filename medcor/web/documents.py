"""Medical records as PDFs, in the reader's language."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

from babel import dates
from flask import Response
from flask_babel import get_locale, gettext
from sqlalchemy.orm import Session

from medcor.domain import colour, errors
from medcor.domain.records import RecordText
from medcor.integrations.documents import DocumentPrinter, make_printer
from medcor.models import Clinic
from medcor.services import diagnoses, files
from medcor.services.records import OpenRecord
from medcor.web.locale import format_clock, format_day, format_span
from medcor.web.state import state

LAYOUTS = Path(__file__).resolve().parents[1] / "templates" / "documents"
_OWN_ACCENT = "#0b655d"
Facts = dict[str, Any]


def printer() -> DocumentPrinter:
    """The application's printer, made on first use."""
    parts = state().parts
    if "printer" not in parts:
        parts["printer"] = make_printer(LAYOUTS)
    return parts["printer"]


def field_labels() -> dict[str, str]:
    """What each field of a record is called, in the order of the form."""
    return {
        "complaint": gettext("Complaint"),
        "findings": gettext("Findings"),
        "diagnosis_code": gettext("Diagnosis code"),
        "diagnosis": gettext("Diagnosis"),
        "prescriptions": gettext("Prescription"),
        "advice": gettext("Advice"),
        "follow_up": gettext("Follow-up on"),
    }


def format_stamp(instant: datetime, clinic: Clinic) -> str:
    """An instant on the clinic's clock, as ``24 Nov 2026, 10:05``."""
    local = instant.astimezone(clinic.zone_info)
    return f"{format_date(local.date())}, {format_clock(local)}"


def format_date(day: date) -> str:
    """A day without its weekday, as ``24 Nov 2026``."""
    return dates.format_date(day, "d MMM y", locale=get_locale())


def diagnosis_lines(text: RecordText) -> list[str]:
    """A diagnosis as people read it: the code with its title, then the doctor's words."""
    title = diagnoses.title_of(text.diagnosis_code)
    coded = " ".join(part for part in (text.diagnosis_code, title) if part)
    words = "" if text.diagnosis.casefold() == title.casefold() else text.diagnosis
    return [line for line in (coded, words) if line]


def clinic_logo(session: Session, clinic: Clinic) -> bytes:
    """The clinic's logo, empty where there is none."""
    if not clinic.logo:
        return b""
    try:
        return files.get_picture(session, clinic.logo.rpartition("/")[2]).data
    except errors.NotFound:
        return b""


def print_record(view: OpenRecord, clinic: Clinic, logo: bytes, printed_at: datetime) -> bytes:
    """The whole record in the version that ``view`` shows, as a PDF."""
    text, labels = view.shown.text, field_labels()
    sections = [
        _section(labels["complaint"], text.complaint),
        _section(labels["findings"], text.findings),
        _section(labels["diagnosis"], "\n".join(diagnosis_lines(text))),
    ]
    closing = [
        _section(labels["advice"], text.advice),
        _section(labels["follow_up"], format_day(text.follow_up) if text.follow_up else ""),
    ]
    facts = _frame(view, clinic, logo, printed_at) | {
        "title": gettext("Medical record"),
        "sections": [each for each in sections if each["text"]],
        "closing": [each for each in closing if each["text"]],
    }
    return printer().print("record", facts)


def print_prescription(
    view: OpenRecord, clinic: Clinic, logo: bytes, printed_at: datetime
) -> bytes:
    """The prescription alone, as a PDF for the pharmacy."""
    facts = _frame(view, clinic, logo, printed_at) | {
        "title": gettext("Prescription"),
        "sections": [],
        "closing": [],
    }
    return printer().print("record", facts)


def _section(title: str, text: str) -> Facts:
    return {"title": title, "text": text}


def _frame(view: OpenRecord, clinic: Clinic, logo: bytes, printed_at: datetime) -> Facts:
    """What every document of a record shows around its own parts."""
    accent = clinic.accent if colour.is_colour(clinic.accent) else _OWN_ACCENT
    lines = (clinic.address, clinic.phone, clinic.email)
    return {
        "language": str(get_locale() or "en")[:2],
        "accent": colour.palette(accent).light.text,
        "clinic": {"name": clinic.name, "lines": [line for line in lines if line]},
        "logo": list(logo),
        "about": about_visit(view, clinic),
        "prescriptions": prescription_table(view.shown.text),
        "signature": gettext("Signature: %(doctor)s", doctor=view.visit.doctor),
        "note": version_note(view, clinic, printed_at),
        "page": gettext("Page %(page)s of %(pages)s", page="{page}", pages="{pages}"),
    }


def about_visit(view: OpenRecord, clinic: Clinic) -> list[tuple[str, str]]:
    """Whose visit it was, when and for what."""
    visit = view.visit
    born = format_date(visit.birth_date) if visit.birth_date else ""
    span = format_span(visit.start_time, visit.end_time)
    told = [
        (gettext("Patient"), visit.patient),
        (gettext("Born"), born),
        (gettext("Doctor"), visit.doctor),
        (gettext("Treatment"), visit.treatment),
        (gettext("Visit"), f"{format_day(visit.day)}, {span}"),
    ]
    return [(term, value) for term, value in told if value]


def prescription_table(text: RecordText) -> Facts:
    """The prescription as a table: title, header and rows."""
    return {
        "title": gettext("Prescription"),
        "header": [
            gettext("Medicine"),
            gettext("Dose"),
            gettext("How often"),
            gettext("For how long"),
            gettext("Note"),
        ],
        "rows": [
            [line.medicine, line.dose, line.frequency, line.duration, line.note]
            for line in text.prescriptions
        ],
    }


def version_note(view: OpenRecord, clinic: Clinic, printed_at: datetime) -> str:
    """Which version a document shows, and when it was made of it."""
    return gettext(
        "Version %(number)s, saved on %(saved)s by %(author)s. Printed on %(printed)s.",
        number=view.shown.number,
        saved=format_stamp(view.shown.written_at, clinic),
        author=view.shown.author,
        printed=format_stamp(printed_at, clinic),
    )


def pdf_answer(data: bytes, name: str) -> Response:
    """A PDF that the browser shows or saves under ``name``, which is plain ASCII."""
    answer = Response(data, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
