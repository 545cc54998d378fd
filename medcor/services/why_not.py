"""Say why a time that somebody named is not offered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.domain import scheduling as rules
from medcor.domain.scheduling import Refusal
from medcor.models import Clinic, Doctor, Treatment
from medcor.services import lookup, scheduling
from medcor.services.scheduling import Search


@dataclass(frozen=True, slots=True)
class Wish:
    """A doctor, a treatment and a local time, the ids as they came in."""

    doctor_id: object
    treatment_id: object
    day: date
    start: time


@dataclass(frozen=True, slots=True)
class Explained:
    """The doctor, the treatment, and every reason against the time; none means it can be booked.

    ``slot`` is the opening that holds the time, None where the doctor has none.
    """

    doctor: Doctor
    treatment: Treatment
    slot: rules.SlotRule | None
    refusals: tuple[Refusal, ...]


def explain(
    session: Session,
    clinic: Clinic,
    wish: Wish,
    now: datetime,
    *,
    patient_id: int | None = None,
    staff: bool = False,
    moving: int | None = None,
) -> Explained:
    """Every reason why the time is not offered to the patient, in the order of ``Refusal``.

    ``staff`` look past the clinic's notice. Errors: DoctorNotFound, TreatmentNotFound for ids of
    nobody; one that is merely inactive, or not given by the doctor, is a reason instead.
    """
    doctor = lookup.find(session, Doctor, wish.doctor_id)
    if doctor is None:
        raise errors.DoctorNotFound()
    treatment = lookup.find(session, Treatment, wish.treatment_id)
    if treatment is None:
        raise errors.TreatmentNotFound()
    search = Search(now, patient_id, staff, moving)
    verdict = _judge(session, clinic, doctor, treatment, wish, search)
    standing = list(_standing(session, doctor, treatment))
    told = (*standing, *_without_echo(verdict.refusals))
    return Explained(doctor, treatment, verdict.slot, told)


def _without_echo(refusals: tuple[Refusal, ...]) -> tuple[Refusal, ...]:
    """Blame no change of the clocks where the treatment does not fit on any day."""
    if Refusal.NOT_FOR_TREATMENT not in refusals:
        return refusals
    return tuple(each for each in refusals if each is not Refusal.IMPOSSIBLE_TIME)


def _standing(session: Session, doctor: Doctor, treatment: Treatment) -> list[Refusal]:
    """What speaks against any time of the two."""
    found = []
    if not doctor.is_active or not doctor.user.is_active:
        found.append(Refusal.DOCTOR_INACTIVE)
    if not treatment.is_active:
        found.append(Refusal.TREATMENT_INACTIVE)
    if not lookup.gives_treatment(session, doctor.id, treatment.id):
        found.append(Refusal.TREATMENT_NOT_GIVEN)
    return found


def _judge(
    session: Session,
    clinic: Clinic,
    doctor: Doctor,
    treatment: Treatment,
    wish: Wish,
    search: Search,
) -> rules.Verdict:
    day = wish.day
    slots = scheduling.load_slots(session, [doctor.id], {day.weekday()})[doctor.id]
    busy = scheduling.load_busy(session, [doctor.id], day, day, search)[doctor.id]
    facts = scheduling.clinic_rule(session, clinic, staff=search.staff)
    asked = scheduling.treatment_rule(treatment)
    return rules.judge(facts, slots, asked, day, wish.start, busy, search.now)
