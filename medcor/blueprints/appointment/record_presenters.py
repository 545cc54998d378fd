"""From an open record to what its pages show."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from flask import current_app, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from medcor.domain import records as rules
from medcor.domain.appointments import AppointmentStatus, can_move
from medcor.domain.permissions import Actor, Role
from medcor.domain.records import RecordText
from medcor.models import Appointment, Clinic
from medcor.services import diagnoses, records
from medcor.services.records import Attachment, Draft, Earlier, Opening, OpenRecord, Version
from medcor.web.documents import (
    diagnosis_lines,
    field_labels,
    format_stamp,
    prescription_table,
)
from medcor.web.locale import format_day, format_span

from .record_forms import blank_line

Line = dict[str, Any]
BOOK_VIEW = "appointment.book_for_patient"


def record_url(appointment_id: int, number: int | None = None) -> str:
    return url_for("appointment.record_view", appointment_id=appointment_id, version=number)


def record_link(
    session: Session, reader: Actor, appointment: Appointment, clinic: Clinic, now: datetime
) -> Line | None:
    """The way from an appointment to its record, or to writing it; None where there is none."""
    erased = appointment.patient.erased_at is not None
    if records.record_of(session, appointment.id) is not None:
        if reader.role is Role.ADMIN and (erased or not clinic.admins_read_records):
            return None
        return {"label": gettext("Medical record"), "url": record_url(appointment.id)}
    if reader.role is not Role.DOCTOR or rules.why_not_write(
        appointment.status, appointment.starts_at, erased, now
    ):
        return None
    url = url_for("appointment.appointment_medical_record", appointment_id=appointment.id)
    return {"label": gettext("Write the record"), "url": url}


def visit_text(visit: records.Visit) -> str:
    """Day and times of a visit on the clinic's clock."""
    return f"{format_day(visit.day)}, {format_span(visit.start_time, visit.end_time)}"


def text_context(text: RecordText) -> Line:
    """What a version says, part by part, as the pages and the print show it."""
    labels = field_labels()
    parts = [
        (labels["complaint"], text.complaint),
        (labels["findings"], text.findings),
        (labels["diagnosis"], "\n".join(diagnosis_lines(text))),
    ]
    closing = [
        (labels["advice"], text.advice),
        (labels["follow_up"], format_day(text.follow_up) if text.follow_up else ""),
    ]
    return {
        "parts": [part for part in parts if part[1]],
        "prescription": prescription_table(text),
        "closing": [part for part in closing if part[1]],
    }


def record_context(
    view: OpenRecord, clinic: Clinic, openings: Iterable[Opening], reader: Actor
) -> Line:
    """Everything that the page of a record shows."""
    return {
        "view": view,
        "visit": view.visit,
        "when": visit_text(view.visit),
        "clinic": clinic,
        "text": text_context(view.shown.text),
        "saved": format_stamp(view.shown.written_at, clinic),
        "versions": version_lines(view, clinic),
        "changes": change_lines(view),
        "files": [attachment_line(view, each, clinic) for each in view.attachments],
        "openings": [opening_line(each, clinic) for each in openings],
        "earlier": earlier_context(view.earlier),
        "follow_up_url": follow_up_url(view),
        "crumbs": crumbs(view, reader),
    }


def crumbs(view: OpenRecord, reader: Actor) -> list[tuple[str, str]]:
    """The way back: a doctor who only treats the patient may not open a colleague's appointment."""
    if reader.is_patient:
        return [(gettext("Records"), url_for("appointment.my_records"))]
    path = [(gettext("Appointments"), url_for("appointment.doctor_appointments"))]
    if reader.role is Role.ADMIN or view.visit.doctor_id == reader.profile_id:
        number = view.visit.appointment_id
        url = url_for("appointment.appointment_details", appointment_id=number)
        path.append((view.visit.treatment, url))
    return path


def version_lines(view: OpenRecord, clinic: Clinic) -> list[Line]:
    """Every version, newest first: who saved it when, and which fields it changed."""
    older: list[Version | None] = [*view.versions[1:], None]
    return [
        {
            "number": each.number,
            "author": each.author,
            "when": format_stamp(each.written_at, clinic),
            "shown": each.number == view.shown.number,
            "changed": _changed(before, each),
            "url": record_url(view.visit.appointment_id, each.number),
        }
        for each, before in zip(view.versions, older, strict=True)
    ]


def _changed(before: Version | None, version: Version) -> str:
    if before is None:
        return gettext("First written")
    labels = field_labels()
    names = rules.changed_fields(before.text, version.text)
    return gettext("Changed: %(fields)s", fields=", ".join(labels[name] for name in names))


def change_lines(view: OpenRecord) -> list[Line]:
    """How the shown version differs from the one before it, field by field."""
    if view.before is None:
        return []
    return difference_lines(view.before.text, view.shown.text)


def difference_lines(old: RecordText, new: RecordText) -> list[Line]:
    labels = field_labels()
    return [
        {
            "label": labels[change.name],
            "pieces": [
                {"kind": kind.value, "text": _shown(change.name, text)}
                for kind, text in change.pieces
            ],
        }
        for change in rules.differences(old, new)
    ]


def _shown(name: str, text: str) -> str:
    if name == "follow_up":
        return format_day(date.fromisoformat(text))
    # Lines of a prescription, each below the other.
    return f"{text}\n" if name == "prescriptions" else text


def attachment_line(view: OpenRecord, file: Attachment, clinic: Clinic) -> Line:
    """One file beside a record, with what may be done with it."""
    named = {"appointment_id": view.visit.appointment_id, "file_id": file.id}
    return {
        "title": file.title or gettext("File"),
        "note": f"{file_size(file.size)} · {format_stamp(file.added_at, clinic)}",
        "removed": format_stamp(file.removed_at, clinic) if file.removed_at else "",
        "icon": "file-text" if file.content_type == "application/pdf" else "file-image",
        "url": url_for("appointment.record_file", **named),
        "removal_url": url_for("appointment.remove_record_file", **named),
        "restore_url": url_for("appointment.restore_record_file", **named),
    }


def file_size(size: int) -> str:
    """Bytes as people read them: ``340 KB``, ``2.1 MB``."""
    if size < 1024 * 1024:
        return f"{max(1, round(size / 1024))} KB"
    return f"{size / 1024 / 1024:.1f} MB"


def opening_line(opening: Opening, clinic: Clinic) -> Line:
    """Who opened a record, how and when, for its patient."""
    roles = {
        Role.ADMIN: gettext("Admin"),
        Role.DOCTOR: gettext("Doctor"),
        Role.PATIENT: gettext("You"),
    }
    acts = {
        records.READ: gettext("Read"),
        records.PRINTED: gettext("Printed or saved as PDF"),
        records.FILE_OPENED: gettext("Opened a file"),
    }
    return {
        "name": opening.name or gettext("The system"),
        "role": roles.get(opening.role, ""),
        "act": acts[opening.act],
        "when": format_stamp(opening.at, clinic),
    }


def earlier_context(earlier: Earlier) -> Line:
    """What a doctor sees of the visits before: what the last one says, and links to the others."""
    lines = [
        {
            "when": format_day(visit.day),
            "note": f"{visit.treatment} · {visit.doctor}",
            "url": record_url(visit.appointment_id),
        }
        for visit in earlier.visits
    ]
    return {
        "last": lines[0] if lines else None,
        "text": text_context(earlier.text) if earlier.text else None,
        "others": lines[1:],
    }


def follow_up_url(view: OpenRecord) -> str:
    """Where the doctor books the follow-up that the record asks for; empty if none."""
    if not (
        view.may_write and view.shown.text.follow_up and BOOK_VIEW in current_app.view_functions
    ):
        return ""
    return url_for(BOOK_VIEW, patient_id=view.visit.patient_id)


def form_context(draft: Draft, clinic: Clinic, typed: RecordText | None, code: str | None) -> Line:
    """What the form shows around its fields.

    ``typed`` is what a save in between has overtaken, ``code`` the diagnosis in the form.
    """
    current = draft.current
    return {
        "visit": draft.visit,
        "when": visit_text(draft.visit),
        "clinic": clinic,
        "current": current,
        "saved": format_stamp(current.written_at, clinic) if current else "",
        "overtaken": difference_lines(current.text, typed) if current and typed else [],
        "earlier": earlier_context(draft.earlier),
        "blank": blank_line(),
        "most_lines": rules.MAX_LINES,
        "code_title": diagnoses.title_of(code or ""),
        "may_complete": can_move(draft.visit.status, AppointmentStatus.COMPLETED),
    }


def record_body(view: OpenRecord) -> Line:
    """A record as JSON."""
    text = view.shown.text
    return {
        "appointment_id": view.visit.appointment_id,
        "version": view.shown.number,
        "versions": [each.number for each in view.versions],
        "author": view.shown.author,
        "saved_at": view.shown.written_at.isoformat(),
        **text_body(text),
        "files": [
            {"id": each.id, "title": each.title, "size": each.size}
            for each in view.attachments
            if each.removed_at is None
        ],
    }


def text_body(text: RecordText) -> Line:
    return {
        "complaint": text.complaint,
        "findings": text.findings,
        "diagnosis_code": text.diagnosis_code,
        "diagnosis_title": diagnoses.title_of(text.diagnosis_code),
        "diagnosis": text.diagnosis,
        "prescriptions": [
            {
                "medicine": line.medicine,
                "dose": line.dose,
                "frequency": line.frequency,
                "duration": line.duration,
                "note": line.note,
            }
            for line in text.prescriptions
        ],
        "advice": text.advice,
        "follow_up": text.follow_up.isoformat() if text.follow_up else None,
    }


def own_line(visit: Appointment, diagnosed: tuple[str, str]) -> Line:
    """One of a patient's own records in their list."""
    code, words = diagnosed
    lines = diagnosis_lines(RecordText(diagnosis_code=code, diagnosis=words))
    return {
        "appointment_id": visit.id,
        "date": visit.day.isoformat(),
        "when": format_day(visit.day),
        "treatment": visit.treatment.name,
        "doctor": visit.doctor.name,
        "diagnosis": lines[0] if lines else "",
        "url": record_url(visit.id),
    }
