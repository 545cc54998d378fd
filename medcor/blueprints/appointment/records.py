"""Write and read the medical record of an appointment."""

from __future__ import annotations

from flask import flash, jsonify, redirect, render_template, request
from flask_babel import gettext

from medcor.domain import errors
from medcor.domain.permissions import Permission
from medcor.domain.records import RecordText
from medcor.services import diagnoses, lookup, record_drafts, record_writing, records
from medcor.services.record_writing import RecordWish
from medcor.services.records import Draft, OpenRecord
from medcor.web.access import actor, needs
from medcor.web.acting import acting
from medcor.web.errors import wants_json
from medcor.web.forms import answer_form
from medcor.web.inputs import posted_id
from medcor.web.state import now
from medcor.web.transaction import reading

from . import blueprint, draft_presenters
from . import record_presenters as presenters
from .record_forms import RecordForm, chosen, read_files


@blueprint.route(
    "/view_appointments/add-medical-record/<int:appointment_id>/", methods=["GET", "POST"]
)
@needs(Permission.WRITE_RECORDS)
def appointment_medical_record(appointment_id: int):
    """Write the record of an appointment, or its next version."""
    return _write(appointment_id)


@blueprint.post("/view_appointments/add-medical-record/")
@needs(Permission.WRITE_RECORDS)
def medical_record():
    """The same for the appointment that the body names, for scripts."""
    appointment_id = posted_id("appointment_id")
    if appointment_id is None:
        raise errors.MissingParameter(field="appointment_id")
    return _write(appointment_id)


def _write(appointment_id: int):
    who = actor()
    # Whose visit it is comes before what was typed about it.
    records.get_writable(reading(who.clinic_id), who, appointment_id, now())
    form = RecordForm()
    if form.is_submitted() and not wants_json() and _changes_form(form, appointment_id):
        return _form_page(form, appointment_id)
    return answer_form(
        form, lambda: _save(form, appointment_id), lambda: _form_page(form, appointment_id)
    )


def _changes_form(form: RecordForm, appointment_id: int) -> bool:
    """Change lines, or take a dictated note in, as buttons of the form ask; says if one did."""
    if form.change_lines():
        return True
    if "take_draft" not in request.form:
        return False
    who = actor()
    held = record_drafts.find_draft(reading(who.clinic_id), who, appointment_id)
    if held and held.discarded_at is None:
        form.take_in(held.note, held.stamp)
    return True


def _save(form: RecordForm, appointment_id: int):
    wish = RecordWish(
        text=form.text(),
        seen_version=form.seen_version,
        files=read_files(chosen(form.attachment)),
        complete=form.complete.data,
        draft=form.draft.data or "",
    )
    saved = acting(
        lambda session, who: record_writing.save_record(session, who, appointment_id, wish, now())
    )
    url = presenters.record_url(appointment_id)
    if wants_json():
        body = jsonify(
            appointment_id=appointment_id, version=saved.version, saved=saved.is_new, url=url
        )
        return body, 201 if saved.is_new else 200
    _tell(saved, signed=bool(wish.draft))
    return redirect(url)


def _tell(saved: record_writing.SavedRecord, *, signed: bool) -> None:
    if not saved.is_new:
        text = gettext("Nothing in the text had changed, so there is no new version.")
    elif signed:
        text = gettext("Signed and saved as version %(number)s.", number=saved.version)
    else:
        text = gettext("Saved as version %(number)s.", number=saved.version)
    if saved.completed:
        text = f"{text} {gettext('The appointment is marked as completed.')}"
    flash(text, "success")


def _form_page(form: RecordForm, appointment_id: int) -> str:
    who = actor()
    draft = acting(lambda session, who: records.open_draft(session, who, appointment_id, now()))
    if not form.is_submitted():
        current = draft.current
        form.show(current.text if current else RecordText(), current.number if current else 0)
    if not form.prescriptions.entries:
        form.prescriptions.append_entry()
    session = reading(who.clinic_id)
    clinic = lookup.get_clinic(session, who.clinic_id)
    held = record_drafts.find_draft(session, who, appointment_id)
    return render_template(
        "appointment/record_form.html",
        form=form,
        dictated=draft_presenters.draft_context(held, appointment_id, form, clinic, now()),
        **presenters.form_context(draft, clinic, _overtaken(form, draft), form.diagnosis_code.data),
    )


def _overtaken(form: RecordForm, draft: Draft) -> RecordText | None:
    """What was typed over an older version than the one that stands now, else None."""
    shown = request.form.get("version", "")
    if not form.is_submitted() or draft.current is None or shown == str(draft.current.number):
        return None
    return form.text()


@blueprint.get("/diagnoses/")
@needs(Permission.WRITE_RECORDS)
def search_diagnoses():
    """Diagnoses whose code or title begins with what a doctor types, for the form's list."""
    found = diagnoses.search_diagnoses(request.args.get("q", ""))
    return jsonify([{"code": each.code, "title": each.title} for each in found])


@blueprint.get("/appointments/<int:appointment_id>/record/")
@needs(Permission.VIEW_RECORDS)
def record_view(appointment_id: int):
    """Show a record, or with ``?version=`` an older version; the reading is noted."""
    view = open_record(appointment_id, records.READ)
    session = reading(actor().clinic_id)
    if wants_json():
        return presenters.record_body(view)
    openings = records.list_openings(session, view.id) if actor().is_patient else []
    clinic = lookup.get_clinic(session, actor().clinic_id)
    return render_template(
        "appointment/record_view.html",
        **presenters.record_context(view, clinic, openings, actor()),
    )


def open_record(appointment_id: int, act: str, **details: str) -> OpenRecord:
    """Open the version that the URL asks for, as its own transaction, which notes who did."""
    wanted = request.args.get("version", "")
    if wanted and not (wanted.isascii() and wanted.isdigit()):
        raise errors.RecordNotFound()
    number = int(wanted) if wanted else None
    return acting(
        lambda session, who: records.open_record(
            session, who, appointment_id, number=number, act=act, **details
        )
    )
