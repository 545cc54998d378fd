"""Say why a time that somebody named is not offered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time

from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.domain import scheduling as rules
from medcor.domain.free_times import judge
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


def explain(session: Session, clinic: Clinic, wish: Wish, search: Search) -> Explained:
    """Every reason why the time is not offered, in the order of ``Refusal``.

    Errors: DoctorNotFound, TreatmentNotFound for ids of nobody; one that is merely inactive, or
    not given by the doctor, is a reason instead.
    """
    doctor = lookup.find(session, Doctor, wish.doctor_id)
    if doctor is None:
        raise errors.DoctorNotFound()
    treatment = lookup.find(session, Treatment, wish.treatment_id)
    if treatment is None:
        raise errors.TreatmentNotFound()
    schedules = scheduling.load_schedules(session, [doctor.id], [wish.day], search)
    facts = scheduling.clinic_rule(session, clinic, staff=search.staff)
    asked = scheduling.treatment_rule(treatment)
    found = judge(facts, schedules[doctor.id], asked, wish.day, wish.start, search.now)
    standing = _standing(session, doctor, treatment)
    return Explained(doctor, treatment, found.slot, (*standing, *found.refusals))


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
