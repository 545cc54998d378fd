"""A record on paper, as a PDF, and the files beside it."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, flash, redirect, render_template, request
from flask_babel import gettext

from medcor.domain import errors
from medcor.domain import records as rules
from medcor.domain.permissions import Permission
from medcor.models import Clinic
from medcor.services import files, lookup, record_files, records
from medcor.services.records import OpenRecord
from medcor.web import documents
from medcor.web.access import actor, needs
from medcor.web.acting import acting
from medcor.web.forms import answer_form
from medcor.web.state import now
from medcor.web.transaction import reading
from medcor.web.uploads import attachment_answer

from . import blueprint
from . import record_presenters as presenters
from .record_forms import FilesForm, chosen, read_files
from .records import open_record

# Several files come at once; what else is in such a request is words.
MOST_BYTES = rules.MAX_FILES_AT_ONCE * files.MAX_ATTACHMENT + 1024 * 1024
TAKES_FILES = (
    "appointment.appointment_medical_record",
    "appointment.medical_record",
    "appointment.add_record_files",
)


@blueprint.url_value_preprocessor
def let_files_in(endpoint: str | None, _values: object) -> None:
    """Raise the limit of a request's size where files may come, before its body is read."""
    if endpoint in TAKES_FILES:
        request.max_content_length = MOST_BYTES


@blueprint.get("/appointments/<int:appointment_id>/record/print/")
@needs(Permission.VIEW_RECORDS)
def record_print(appointment_id: int):
    """Show a record as it goes to the printer."""
    view = open_record(appointment_id, records.PRINTED, form="print")
    clinic = _clinic()
    return render_template(
        "appointment/record_print.html",
        view=view,
        about=documents.about_visit(view, clinic),
        note=documents.version_note(view, clinic, now()),
        text=presenters.text_context(view.shown.text),
        back=presenters.record_url(appointment_id),
    )


def _clinic() -> Clinic:
    return lookup.get_clinic(reading(actor().clinic_id), actor().clinic_id)


@blueprint.get("/appointments/<int:appointment_id>/record.pdf")
@needs(Permission.VIEW_RECORDS)
def record_pdf(appointment_id: int) -> Response:
    """Hand over a record as a PDF."""
    view = open_record(appointment_id, records.PRINTED, form="pdf")
    return _pdf(view, documents.print_record, "record")


@blueprint.get("/appointments/<int:appointment_id>/record/prescription.pdf")
@needs(Permission.VIEW_RECORDS)
def prescription_pdf(appointment_id: int) -> Response:
    """Hand over a record's prescription alone as a PDF."""
    view = open_record(appointment_id, records.PRINTED, form="prescription")
    if not view.shown.text.prescriptions:
        raise errors.RecordNotFound()
    return _pdf(view, documents.print_prescription, "prescription")


def _pdf(view: OpenRecord, make: Callable[..., bytes], name: str) -> Response:
    clinic = _clinic()
    logo = documents.clinic_logo(reading(actor().clinic_id), clinic)
    data = make(view, clinic, logo, now())
    visit = view.visit
    return documents.pdf_answer(data, f"{name}-{visit.day.isoformat()}-{visit.appointment_id}")


@blueprint.get("/appointments/<int:appointment_id>/record/files/<int:file_id>/")
@needs(Permission.VIEW_RECORDS)
def record_file(appointment_id: int, file_id: int) -> Response:
    """Hand over a file of a record to whoever may read the record."""
    row = acting(lambda session, who: record_files.open_file(session, who, appointment_id, file_id))
    return attachment_answer(row)


@blueprint.route("/appointments/<int:appointment_id>/record/files/", methods=["GET", "POST"])
@needs(Permission.WRITE_RECORDS)
def add_record_files(appointment_id: int):
    """Put more files beside a record."""
    who = actor()
    session = reading(who.clinic_id)
    visit = records.get_writable(session, who, appointment_id, now())
    if records.record_of(session, appointment_id) is None:
        raise errors.RecordNotFound()
    form = FilesForm()
    return answer_form(
        form,
        lambda: _add_files(form, appointment_id),
        lambda: render_template(
            "appointment/record_files.html",
            form=form,
            visit=visit,
            when=presenters.visit_text(visit),
            back=presenters.record_url(appointment_id),
        ),
    )


def _add_files(form: FilesForm, appointment_id: int) -> Response:
    picked = read_files(chosen(form.attachment))
    added = acting(
        lambda session, who: record_files.add_files(session, who, appointment_id, picked, now())
    )
    told = gettext("The files are added.") if added else gettext("The record has these already.")
    flash(told, "success")
    return redirect(presenters.record_url(appointment_id))


@blueprint.route(
    "/appointments/<int:appointment_id>/record/files/<int:file_id>/removal/",
    methods=["GET", "POST"],
)
@needs(Permission.WRITE_RECORDS)
def remove_record_file(appointment_id: int, file_id: int):
    """Ask once more on GET, take the file out of sight on POST."""
    if request.method == "POST":
        told = gettext("The file is removed. You can bring it back below.")
        return _change(appointment_id, file_id, record_files.remove_file, told)
    who = actor()
    title = record_files.get_title(reading(who.clinic_id), who, appointment_id, file_id, now())
    return render_template(
        "layouts/confirm.html",
        title=gettext("Remove this file?"),
        message=title,
        action=request.path,
        confirm_label=gettext("Remove the file"),
        cancel_url=presenters.record_url(appointment_id),
        consequences=[gettext("The patient no longer sees it."), gettext("You can bring it back.")],
    )


@blueprint.post("/appointments/<int:appointment_id>/record/files/<int:file_id>/restoration/")
@needs(Permission.WRITE_RECORDS)
def restore_record_file(appointment_id: int, file_id: int):
    """Bring a removed file back."""
    told = gettext("The file is back.")
    return _change(appointment_id, file_id, record_files.restore_file, told)


def _change(appointment_id: int, file_id: int, work: Callable[..., None], told: str) -> Response:
    acting(lambda session, who: work(session, who, appointment_id, file_id, now()))
    flash(told, "success")
    return redirect(presenters.record_url(appointment_id))
