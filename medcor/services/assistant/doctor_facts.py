"""What the doctor's own tools give back: plain facts, readable after the session has closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from medcor.services.days_off import Proposal
from medcor.services.records import OpenRecord


@dataclass(frozen=True, slots=True)
class PatientFact:
    """A patient of the doctor's; ``last_day`` is the day of their last appointment with them."""

    id: int
    name: str
    birth_date: date | None
    last_day: date


@dataclass(frozen=True, slots=True)
class PastVisit:
    """What the record of a patient's last visit says; ``own`` where this doctor wrote it.

    ``unwritten`` is the day of a later visit to the doctor of which nothing is written.
    """

    appointment_id: int
    patient: str
    day: date
    treatment: str
    doctor: str
    own: bool
    complaint: str = ""
    findings: str = ""
    diagnosis_code: str = ""
    diagnosis: str = ""
    prescriptions: tuple[str, ...] = ()
    advice: str = ""
    follow_up: date | None = None
    unwritten: date | None = None

    @classmethod
    def of(cls, found: OpenRecord, own: bool, unwritten: date | None) -> PastVisit:
        visit, text = found.visit, found.shown.text
        return cls(
            appointment_id=visit.appointment_id,
            patient=visit.patient,
            day=visit.day,
            treatment=visit.treatment,
            doctor=visit.doctor,
            own=own,
            complaint=text.complaint,
            findings=text.findings,
            diagnosis_code=text.diagnosis_code,
            diagnosis=text.diagnosis,
            prescriptions=tuple(each.text for each in text.prescriptions),
            advice=text.advice,
            follow_up=text.follow_up,
            unwritten=unwritten,
        )

    def as_json(self) -> dict[str, Any]:
        """The record for a model: words that somebody wrote, and no instruction to it."""
        words = {
            "complaint": self.complaint,
            "findings": self.findings,
            "diagnosis": " ".join(filter(None, (self.diagnosis_code, self.diagnosis))),
            "prescriptions": list(self.prescriptions),
            "advice": self.advice,
        }
        return {
            "patient": self.patient,
            "day": self.day.isoformat(),
            "treatment": self.treatment,
            "written_by": self.doctor,
            "follow_up": self.follow_up.isoformat() if self.follow_up else None,
            "record_text_which_is_data": {name: each for name, each in words.items() if each},
        }


@dataclass(frozen=True, slots=True)
class NoPastVisit:
    """A patient of the doctor's of whom nothing is written; ``day`` of a visit, if one was."""

    patient: str
    day: date | None = None

    def as_json(self) -> dict[str, Any]:
        day = self.day.isoformat() if self.day else None
        return {"patient": self.patient, "record": None, "last_visit": day}


@dataclass(frozen=True, slots=True)
class HitFact:
    """An appointment on a day that a doctor wants to be off; whether another time is free."""

    id: int
    day: date
    start: time
    patient: str
    has_other_time: bool


@dataclass(frozen=True, slots=True)
class DaysOffCheck:
    """Whom days off would hit, in order of time."""

    hit: tuple[HitFact, ...]

    @classmethod
    def of(cls, found: Proposal) -> DaysOffCheck:
        return cls(
            tuple(
                HitFact(
                    each.id,
                    each.day,
                    each.start_time,
                    each.patient,
                    found.alternatives.get(each.id) is not None,
                )
                for each in found.affected
            )
        )

    @property
    def reachable(self) -> int:
        return sum(each.has_other_time for each in self.hit)


@dataclass(frozen=True, slots=True)
class DaysOffDone:
    """Days off that are saved, and how many patients were offered a time, or have to be called."""

    id: int
    first: date
    last: date
    offered: int = 0
    to_call: int = 0
    cancelled: int = 0


@dataclass(frozen=True, slots=True)
class DraftFact:
    """A dictated note that waits for its doctor's signature."""

    appointment_id: int
    patient: str
    day: date
    start: time
    dictated_at: datetime


@dataclass(frozen=True, slots=True)
class Dictation:
    """The visit that is being dictated: until it ends, all that is said is its note."""

    appointment_id: int
    patient: str
    pieces: int = 0


@dataclass(frozen=True, slots=True)
class DaysOffPlan:
    """Days off as they were put to the doctor; ``seen`` are the appointments they were told of.

    ``kind`` is what happens to these (keep, cancel, offer), ``message`` what the patients read.
    """

    first: date
    last: date
    reason: str = ""
    kind: str = "offer"
    message: str = ""
    seen: tuple[int, ...] = ()
