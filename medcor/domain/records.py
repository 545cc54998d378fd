"""Rules of medical records: when one may be written, who may read it, and how versions differ."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from datetime import date, datetime
from difflib import SequenceMatcher
from enum import StrEnum

from .appointments import AppointmentStatus
from .permissions import Role

MAX_TEXT, MAX_LINES, MAX_FILES = 10_000, 30, 40
MAX_FILES_AT_ONCE = 5
FOLLOW_UP_YEARS = 5
# Words and the white space between them, so that a difference can be joined again letter by letter.
_PIECES = re.compile(r"\s+|[^\s]+")


@dataclass(frozen=True, slots=True)
class Prescribed:
    """One medicine: what, how much, how often, for how long."""

    medicine: str
    dose: str = ""
    frequency: str = ""
    duration: str = ""
    note: str = ""

    @property
    def text(self) -> str:
        parts = (self.medicine, self.dose, self.frequency, self.duration, self.note)
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class RecordText:
    """What one version of a record says; equal ones need no version of their own."""

    complaint: str = ""
    findings: str = ""
    diagnosis_code: str = ""
    diagnosis: str = ""
    prescriptions: tuple[Prescribed, ...] = ()
    advice: str = ""
    follow_up: date | None = None

    @property
    def is_empty(self) -> bool:
        return self == RecordText()


class WriteRefusal(StrEnum):
    NOT_BEGUN = "not_begun"
    CANCELLED = "cancelled"
    LOCKED = "locked"


def why_not_write(
    status: AppointmentStatus, starts_at: datetime, erased: bool, now: datetime
) -> WriteRefusal | None:
    """A record tells of a visit that took place, or was to, of a patient whose account stands."""
    if erased:
        return WriteRefusal.LOCKED
    if status is AppointmentStatus.CANCELLED:
        return WriteRefusal.CANCELLED
    return WriteRefusal.NOT_BEGUN if now < starts_at else None


class Reading(StrEnum):
    """Whether a record may be opened; UNKNOWN must look as if there were none."""

    ALLOWED = "allowed"
    UNKNOWN = "unknown"
    NOT_TURNED_ON = "not_turned_on"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks for a record, as far as it matters: ``wrote`` is the doctor of its appointment,
    ``treats`` has or had an appointment with the patient, ``is_own`` is the patient."""

    role: Role | None
    wrote: bool = False
    treats: bool = False
    is_own: bool = False


def may_read(reader: Reader, *, admins_read: bool, locked: bool) -> Reading:
    """Say who may open a record; a locked one, whose patient is erased, only by its own doctor."""
    if reader.role is Role.DOCTOR:
        allowed = reader.wrote or (reader.treats and not locked)
        return Reading.ALLOWED if allowed else Reading.UNKNOWN
    if reader.role is Role.PATIENT:
        return Reading.ALLOWED if reader.is_own else Reading.UNKNOWN
    if reader.role is not Role.ADMIN or locked:
        return Reading.UNKNOWN
    return Reading.ALLOWED if admins_read else Reading.NOT_TURNED_ON


def follow_up_fits(follow_up: date | None, visit: date) -> bool:
    """A follow-up comes after the visit, and within a few years of it."""
    return follow_up is None or (
        visit < follow_up and follow_up.year <= visit.year + FOLLOW_UP_YEARS
    )


class Change(StrEnum):
    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """How one field differs: pieces of text that stayed, went or came, in the order of reading."""

    name: str
    pieces: tuple[tuple[Change, str], ...]


def changed_fields(old: RecordText, new: RecordText) -> list[str]:
    """The names of the fields that differ, in the order of the form."""
    return [
        each.name
        for each in fields(RecordText)
        if getattr(old, each.name) != getattr(new, each.name)
    ]


def differences(old: RecordText, new: RecordText) -> list[FieldChange]:
    """What changed from one version to the next, word by word for each field that differs."""
    return [
        FieldChange(name, tuple(_compare(name, getattr(old, name), getattr(new, name))))
        for name in changed_fields(old, new)
    ]


def _compare(name: str, old: object, new: object) -> list[tuple[Change, str]]:
    if name == "prescriptions":
        before, after = [each.text for each in old], [each.text for each in new]
        return _pieces(before, after, "\n")
    if name == "follow_up":
        before, after = [[day.isoformat()] if day else [] for day in (old, new)]
        return _pieces(before, after, "")
    return _pieces(_PIECES.findall(str(old)), _PIECES.findall(str(new)), "")


def _pieces(old: list[str], new: list[str], glue: str) -> list[tuple[Change, str]]:
    """Runs of what stayed, went and came; white space between two changes belongs to both."""
    found: list[tuple[Change, str]] = []
    gone: list[str] = []
    came: list[str] = []
    for tag, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new).get_opcodes():
        stayed = glue.join(old[old_from:old_to])
        if tag == "equal" and (stayed.strip() or new_to == len(new) or not (gone or came)):
            found += _run(gone, came, glue)
            found.append((Change.SAME, stayed))
            gone, came = [], []
        else:
            gone += old[old_from:old_to]
            came += new[new_from:new_to]
    found += _run(gone, came, glue)
    return [(change, text) for change, text in found if text]


def _run(gone: list[str], came: list[str], glue: str) -> list[tuple[Change, str]]:
    return [(Change.REMOVED, glue.join(gone)), (Change.ADDED, glue.join(came))]
