"""Demo appointments in every state: ninety days back, thirty ahead, none of them real."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain import scheduling as rules
from medcor.domain.appointments import AppointmentStatus
from medcor.models import Appointment, Claim, Clinic, Doctor, Patient, Treatment, TreatmentDoctor
from medcor.services.claims import add_claims
from medcor.services.scheduling import load_slots, treatment_rule

DAYS_BACK, DAYS_AHEAD = 90, 30
PAST = (
    [AppointmentStatus.COMPLETED] * 14
    + [AppointmentStatus.NO_SHOW] * 2
    + [AppointmentStatus.CANCELLED] * 3
)
FUTURE = (
    [AppointmentStatus.CONFIRMED] * 10 + [AppointmentStatus.PENDING] + [AppointmentStatus.CANCELLED]
)


def fill_calendar(session: Session, clinic: Clinic, today: date, now: datetime) -> None:
    """Fill each day of the window that has no appointment yet; a second run changes nothing."""
    _settle_past(session, now)
    have = set(session.scalars(sa.select(Appointment.day).distinct()))
    window = rules.days_from(today - timedelta(days=DAYS_BACK), DAYS_BACK + DAYS_AHEAD + 1)
    days = [day for day in window if day not in have]
    if not days:
        return
    facts = _Facts(session, clinic)
    for day in days:
        facts.fill_day(day, now)
    session.flush()


def _settle_past(session: Session, now: datetime) -> None:
    live = (AppointmentStatus.PENDING, AppointmentStatus.CONFIRMED)
    over = sa.select(Appointment.id).where(Appointment.status.in_(live), Appointment.ends_at < now)
    ids = list(session.scalars(over))
    if ids:
        session.execute(sa.delete(Claim).where(Claim.appointment_id.in_(ids)))
        session.execute(
            sa.update(Appointment)
            .where(Appointment.id.in_(ids))
            .values(status=AppointmentStatus.COMPLETED)
        )


class _Facts:
    """What is read once for the whole window."""

    def __init__(self, session: Session, clinic: Clinic) -> None:
        self.session, self.clinic = session, clinic
        self.patients = list(session.scalars(sa.select(Patient.id).order_by(Patient.id)))
        self.treatments = {each.id: each for each in session.scalars(sa.select(Treatment))}
        doctors = list(session.scalars(sa.select(Doctor.id).order_by(Doctor.id)))
        self.slots = load_slots(session, doctors)
        self.gives: dict[int, list[int]] = {}
        for doctor_id, treatment_id in session.execute(
            sa.select(TreatmentDoctor.doctor_id, TreatmentDoctor.treatment_id).order_by(
                TreatmentDoctor.treatment_id
            )
        ):
            self.gives.setdefault(doctor_id, []).append(treatment_id)

    def fill_day(self, day: date, now: datetime) -> None:
        """Book about two slots in five; a patient at most once a day, so in one place only."""
        chance = random.Random(f"{self.clinic.id}:{day}")  # noqa: S311  (demo data)
        patients = chance.sample(self.patients, len(self.patients))
        for doctor_id, slots in self.slots.items():
            for slot in sorted(slots, key=lambda each: each.start):
                if slot.weekday == day.weekday() and chance.random() < 0.4 and patients:
                    self._add(doctor_id, slot, day, patients.pop(), chance, now)

    def _add(
        self,
        doctor_id: int,
        slot: rules.SlotRule,
        day: date,
        patient_id: int,
        chance: random.Random,
        now: datetime,
    ) -> None:
        fitting = [
            treatment
            for treatment in map(self.treatments.__getitem__, self.gives[doctor_id])
            if rules.fits_treatment(slot, treatment_rule(treatment))
        ]
        treatment = chance.choice(fitting)
        span = rules.slot_span(self.clinic.zone_info, day, slot, treatment.minutes)
        if span is None:
            return
        status = chance.choice(FUTURE if span.end > now else PAST)
        row = Appointment(
            clinic_id=self.clinic.id,
            doctor_id=doctor_id,
            patient_id=patient_id,
            treatment_id=treatment.id,
            slot_id=slot.id,
            day=day,
            start_time=slot.start,
            end_time=slot.end,
            starts_at=span.start,
            ends_at=span.end,
            status=status,
            price_minor=treatment.price_minor,
            door="demo",
            created_at=min(now, span.start - timedelta(days=chance.randrange(1, 20))),
            cancel_reason="Demo: the patient asked for another day."
            if status is AppointmentStatus.CANCELLED
            else "",
        )
        self.session.add(row)
        self.session.flush()
        if row.is_live:
            add_claims(self.session, row, treatment_rule(treatment))
