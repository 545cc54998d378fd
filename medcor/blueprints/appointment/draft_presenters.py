"""From a dictated note to what the form of its record shows of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext

from medcor.models import Clinic
from medcor.services import record_drafts
from medcor.services.record_drafts import HeldDraft
from medcor.web.documents import format_stamp
from medcor.web.locale import format_clock, format_day

from .record_forms import RecordForm

Line = dict[str, Any]


def draft_context(
    held: HeldDraft | None, appointment_id: int, form: RecordForm, clinic: Clinic, now: datetime
) -> Line | None:
    """What the form shows of a dictated note; None where there is none.

    A form that took in an older state of it is told so, and its next save is a knowing one.
    """
    if held is None or (held.discarded_at and held.discarded_at + record_drafts.UNDO <= now):
        form.draft.data = ""
        return None
    taken = bool(form.draft.data)
    changed = taken and form.draft.data != held.stamp
    if taken:
        form.draft.data = held.stamp
    named = {"appointment_id": appointment_id}
    return {
        "when": _when(held.dictated_at, clinic, now),
        "lines": [line for line in held.transcript.split("\n") if line],
        "taken": taken,
        "changed": changed,
        "discarded": held.discarded_at is not None,
        "goes": _goes(held, clinic),
        "removal_url": url_for("appointment.discard_record_draft", **named),
        "restore_url": url_for("appointment.restore_record_draft", **named),
        "consequences": discard_consequences(),
    }


def _when(instant: datetime, clinic: Clinic, now: datetime) -> str:
    """The time alone for a note of today, else the day as well."""
    local = instant.astimezone(clinic.zone_info)
    if local.date() == now.astimezone(clinic.zone_info).date():
        return format_clock(local)
    return format_stamp(instant, clinic)


def _goes(held: HeldDraft, clinic: Clinic) -> str:
    return format_day(held.goes_at.astimezone(clinic.zone_info).date())


def discard_consequences() -> list[str]:
    """What discarding a dictated note does and what it does not."""
    return [
        gettext("Nothing of it goes into the record; what you typed stays."),
        gettext("You can bring it back for a day."),
    ]
