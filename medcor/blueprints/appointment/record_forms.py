"""What a doctor fills in about a visit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from flask import request
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage, MultiDict
from wtforms import (
    BooleanField,
    DateField,
    Field,
    FieldList,
    Form,
    FormField,
    HiddenField,
    MultipleFileField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import Length, Optional

from medcor.domain import records as rules
from medcor.domain.dictation import Note
from medcor.domain.records import Prescribed, RecordText
from medcor.services import diagnoses
from medcor.services.record_files import NewFile
from medcor.web.forms import EditForm, PostedForm, tidy, tidy_text
from medcor.web.inputs import json_object
from medcor.web.uploads import uploaded

_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?](?!\s|$)[^.!?\n]*)*[.!?]*")
PARTS = ("medicine", "dose", "frequency", "duration", "note")


def _at_most(most: int) -> Length:
    return Length(max=most, message=_l("Use at most %(max)d characters."))


def _text(label: Any, most: int = rules.MAX_TEXT) -> TextAreaField:
    return TextAreaField(label, [_at_most(most)], filters=[tidy_text])


def chosen(field: Field) -> list[FileStorage]:
    """The files of a field; a browser sends a nameless one where none was chosen."""
    return [file for file in map(uploaded, field.data or []) if file]


def few_enough(field: Field) -> None:
    """Hold the number of files of one request to what it may carry."""
    if len(chosen(field)) > rules.MAX_FILES_AT_ONCE:
        raise ValidationError(gettext("Send at most five files at once."))


class PrescriptionForm(Form):
    """One line of a prescription; a line without a word in it counts as none."""

    medicine = StringField(_l("Medicine"), [_at_most(120)], filters=[tidy])
    dose = StringField(_l("Dose"), [_at_most(80)], filters=[tidy])
    frequency = StringField(_l("How often"), [_at_most(80)], filters=[tidy])
    duration = StringField(_l("For how long"), [_at_most(80)], filters=[tidy])
    note = StringField(_l("Note"), [_at_most(200)], filters=[tidy])

    @property
    def is_blank(self) -> bool:
        return not any(self[name].data for name in PARTS)

    def validate_medicine(self, field: Field) -> None:
        if not field.data and not self.is_blank:
            raise ValidationError(gettext("Name the medicine."))


class PrescriptionList(FieldList):
    """Lines of a prescription, whose errors read as sentences in the summary of the form."""

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        super().validate(form, extra_validators)
        own = [error for error in self.errors if isinstance(error, str)]
        lines = [
            gettext("Line %(number)s: %(error)s", number=number, error=error)
            for number, entry in enumerate(self.entries, start=1)
            for told in entry.errors.values()
            for error in told
        ]
        self.errors = [*own, *lines]
        return not self.errors


class RecordForm(EditForm):
    """A visit's record. A script may send the prescription as a list of objects."""

    complaint = _text(_l("Complaint"))
    findings = _text(_l("Findings"))
    diagnosis_code = StringField(_l("Diagnosis code (ICD-10)"), [_at_most(80)], filters=[tidy])
    diagnosis = _text(_l("Diagnosis in words"), 2000)
    prescriptions = PrescriptionList(FormField(PrescriptionForm), _l("Prescription"))
    advice = _text(_l("Advice"))
    follow_up = DateField(_l("Follow-up on"), [Optional()])
    attachment = MultipleFileField(_l("Files"))
    complete = BooleanField(_l("The visit is over: mark the appointment as completed"))
    # The state of the dictated note that was taken in; saving signs it.
    draft = HiddenField()

    class Meta(EditForm.Meta):
        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            if request.is_json:
                return MultiDict(_flat(json_object()))
            return super().wrap_formdata(form, formdata)

    def validate_diagnosis_code(self, field: Field) -> None:
        if field.data:
            known = diagnoses.normal_code(field.data)
            if known is None:
                raise ValidationError(
                    gettext("This is no ICD-10 code. Choose one from the list, such as K02.1.")
                )
            field.data = known

    def validate_prescriptions(self, field: Field) -> None:
        if len(field.entries) > rules.MAX_LINES:
            raise ValidationError(gettext("A record holds 30 medicines at most."))

    def validate_attachment(self, field: Field) -> None:
        few_enough(field)

    def text(self) -> RecordText:
        return RecordText(
            complaint=self.complaint.data,
            findings=self.findings.data,
            diagnosis_code=self.diagnosis_code.data,
            diagnosis=self.diagnosis.data,
            prescriptions=tuple(
                Prescribed(*(line.form[name].data for name in PARTS))
                for line in self.prescriptions
                if not line.form.is_blank
            ),
            advice=self.advice.data,
            follow_up=self.follow_up.data,
        )

    def show(self, text: RecordText, version: int) -> None:
        """Start from what is saved."""
        self.version.data = str(version)
        for name in ("complaint", "findings", "diagnosis_code", "diagnosis", "advice", "follow_up"):
            self[name].data = getattr(text, name)
        for line in text.prescriptions:
            self.prescriptions.append_entry({name: getattr(line, name) for name in PARTS})

    def take_in(self, note: Note, stamp: str) -> None:
        """Add a dictated note to what is typed; what is there already is not added again."""
        self.draft.data = stamp
        for name, words in (
            ("complaint", note.complaint),
            ("findings", note.findings),
            ("diagnosis", note.diagnosis),
            ("advice", note.plan),
        ):
            self[name].data = _added(self[name].data or "", words)

    def change_lines(self) -> bool:
        """Add or remove a line, as the buttons of a page without scripts ask; says if one did."""
        remove = request.form.get("remove_line", "")
        if remove.isascii() and remove.isdigit() and int(remove) < len(self.prescriptions.entries):
            del self.prescriptions.entries[int(remove)]
            self.number_lines()
            return True
        if "add_line" in request.form:
            self.prescriptions.append_entry()
            return True
        return False

    def number_lines(self) -> None:
        """Name the lines anew from 0, so that a new one never takes the name of another."""
        kept = [line.data for line in self.prescriptions.entries]
        self.prescriptions.entries = []
        self.prescriptions.last_index = -1
        for data in kept:
            self.prescriptions.append_entry(data)


def _added(typed: str, words: str) -> str:
    if not words or words in typed:
        return typed
    pieces = [each.strip() for each in _SENTENCE.findall(words)]
    missing = [each for each in pieces if each and each not in typed]
    added = words if len(missing) == len(pieces) else "\n".join(missing)
    return "\n".join(filter(None, (typed, added)))


def blank_line() -> PrescriptionForm:
    """A line for the page's script to copy."""
    return PrescriptionForm(prefix="prescriptions-__line__-")


def read_files(chosen: Iterable[FileStorage]) -> tuple[NewFile, ...]:
    """Uploaded files with their bytes."""
    return tuple(NewFile(each.read(), tidy(each.filename)) for each in chosen)


def _flat(body: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """A JSON body as a form would send it: numbers and flags as text, lines numbered."""
    for name, value in body.items():
        if isinstance(value, bool):
            yield from [(name, "y")] if value else []
        elif isinstance(value, (str, int)):
            yield name, str(value)
        elif name == "prescriptions" and isinstance(value, list):
            for number, line in enumerate(value):
                for part, text in line.items() if isinstance(line, dict) else ():
                    if part in PARTS and isinstance(text, str):
                        yield f"prescriptions-{number}-{part}", text


class FilesForm(PostedForm):
    """Files for a record that is written already."""

    attachment = MultipleFileField(_l("Files"))

    def validate_attachment(self, field: Field) -> None:
        if not chosen(field):
            raise ValidationError(gettext("Choose a file first."))
        few_enough(field)
