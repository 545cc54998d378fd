"""A test clinic that is filled anew with each random world: openings, bookings, holds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from flask import Flask
from hypothesis import strategies as st

from medcor.domain import scheduling as rules
from medcor.extensions import db, limiter
from medcor.models import (
    Appointment,
    AuthSession,
    Claim,
    Clinic,
    ClinicHours,
    ExclusionDate,
    Hold,
    Slot,
    SlotTreatment,
    Treatment,
    TreatmentDoctor,
)
from medcor.services import claims
from medcor.services.holds import time_of
from medcor.services.scheduling import treatment_rule
from medcor.web.transaction import transaction
from tests import slow_model
from tests.factories import ClinicWorld
from tests.slow_model import ModelSlot, ModelWorld, moments
from tests.worlds import worlds


@dataclass(frozen=True)
class Taking:
    """Somebody takes a time, if it is still free: ``kind`` is booked, held, or held and run out."""

    slot: int
    day: int
    mine: bool
    kind: str


@st.composite
def cases(draw: st.DrawFn) -> tuple[ModelWorld, list[date], list[Taking]]:
    world, days = draw(worlds())
    taking = st.builds(
        Taking,
        slot=st.integers(0, len(world.slots) - 1),
        day=st.integers(0, len(days) - 1),
        mine=st.booleans(),
        kind=st.sampled_from(["booked", "booked", "held", "run out"]),
    )
    return world, days, draw(st.lists(taking, max_size=8))


class Clinics:
    """The test's clinic, filled anew with each world; ids of the model become the database's."""

    def __init__(self, app: Flask, made: ClinicWorld) -> None:
        self.app, self.made = app, made
        self.doctors = {1: made.doctor.profile_id, 2: made.other_doctor.profile_id}
        self.treatments = {1: made.treatment_id, 2: made.other_treatment_id}
        with transaction(made.id) as session:
            # Both give both, so that what limits an opening is the opening itself.
            session.add(
                TreatmentDoctor(
                    clinic_id=made.id,
                    treatment_id=made.other_treatment_id,
                    doctor_id=made.doctor.profile_id,
                )
            )

    def fill(self, world: ModelWorld, days: list[date], takings: list[Taking]) -> ModelWorld:
        """Write the world into the database; gives it back with the database's ids."""
        self.app.extensions["medcor"].clock = lambda: world.now
        limiter.reset()
        db.session.remove()
        with transaction(self.made.id) as session:
            self._empty(session)
            clinic = session.get(Clinic, self.made.id)
            clinic.zone, clinic.horizon_days = world.zone, world.horizon_days
            clinic.min_notice_minutes = int(world.notice.total_seconds() // 60)
            treatment = session.get(Treatment, self.made.treatment_id)
            treatment.minutes = world.minutes
            treatment.buffer_before, treatment.buffer_after = world.before, world.after
            session.flush()
            written = self._write(session, world)
            self._take(session, written, days, takings, treatment)
        db.session.remove()
        return written

    def _empty(self, session) -> None:
        for table in (
            Claim,
            Hold,
            Appointment,
            SlotTreatment,
            Slot,
            ExclusionDate,
            ClinicHours,
            AuthSession,
        ):
            session.execute(sa.delete(table), execution_options={"synchronize_session": False})
        session.expire_all()

    def _write(self, session, world: ModelWorld) -> ModelWorld:
        slots = []
        for each in world.slots:
            row = Slot(
                clinic_id=self.made.id,
                doctor_id=self.doctors[each.doctor_id],
                weekday=each.weekday,
                start_time=each.start,
                end_time=each.end,
            )
            session.add(row)
            session.flush()
            limits = frozenset(self.treatments[one] for one in each.treatments)
            for one in limits:
                link = SlotTreatment(clinic_id=self.made.id, slot_id=row.id, treatment_id=one)
                session.add(link)
            slots.append(replace(each, id=row.id, doctor_id=row.doctor_id, treatments=limits))
        for weekday, opens, closes in world.hours or []:
            session.add(
                ClinicHours(clinic_id=self.made.id, weekday=weekday, opens=opens, closes=closes)
            )
        off = {self.doctors[doctor]: ranges for doctor, ranges in world.off.items()}
        for doctor_id, ranges in off.items():
            for first, last in ranges:
                session.add(
                    ExclusionDate(
                        clinic_id=self.made.id,
                        doctor_id=doctor_id,
                        start_date=first,
                        end_date=last,
                    )
                )
        session.flush()
        return replace(
            world,
            slots=slots,
            off=off,
            treatment_id=self.made.treatment_id,
            doctor_taken={doctor_id: set() for doctor_id in self.doctors.values()},
            patient_taken=set(),
        )

    def _take(
        self,
        session,
        world: ModelWorld,
        days: list[date],
        takings: list[Taking],
        treatment: Treatment,
    ) -> None:
        """Book and hold whatever fits beside what is taken, whether it is offered or not."""
        self.held_for_others: dict[int, set[datetime]] = {
            each: set() for each in self.doctors.values()
        }
        claimed = {each: set() for each in self.doctors.values()}
        busy = {True: set(), False: set()}
        wall = slow_model.wall_clock(world.zone, days[0], days[-1])
        seats = {True: 0, False: 0}
        for each in takings:
            slot, day = world.slots[each.slot], days[each.day]
            start = wall.get(datetime.combine(day, slot.start))
            end = wall.get(datetime.combine(day, slot.end))
            if slot.weekday != day.weekday() or start is None or end is None or start >= end:
                continue
            own = set(moments(start, end))
            whole = set(
                moments(
                    start - timedelta(minutes=world.before), end + timedelta(minutes=world.after)
                )
            )
            if whole & claimed[slot.doctor_id]:
                continue
            if each.kind == "booked":
                if own & busy[each.mine]:
                    continue
                busy[each.mine] |= own
                world.doctor_taken[slot.doctor_id] |= whole
            else:
                if seats[each.mine] == 2:
                    continue
                seats[each.mine] += 1
                if each.kind == "held":
                    if each.mine:
                        self.held_for_others[slot.doctor_id] |= whole
                    else:
                        world.doctor_taken[slot.doctor_id] |= whole
            claimed[slot.doctor_id] |= whole
            self._add(session, world, each, slot, day, (start, end), treatment, seats[each.mine])
        world.patient_taken = busy[True]

    def _add(
        self,
        session,
        world: ModelWorld,
        taking: Taking,
        slot: ModelSlot,
        day: date,
        span: tuple[datetime, datetime],
        treatment: Treatment,
        seat: int,
    ) -> None:
        who = self.made.patient if taking.mine else self.made.other_patient
        clinic, row = session.get(Clinic, self.made.id), session.get(Slot, slot.id)
        columns = time_of(clinic, row, treatment, day, rules.Span(*span))
        rule = treatment_rule(treatment)
        if taking.kind == "booked":
            made = Appointment(patient_id=who.profile_id, price_minor=0, **columns)
            session.add(made)
            session.flush()
            claims.add_claims(session, made, rule)
            return
        left = timedelta(minutes=-1 if taking.kind == "run out" else 1)
        kept = Hold(patient_id=who.profile_id, seat=seat, expires_at=world.now + left, **columns)
        session.add(kept)
        session.flush()
        claims.add_hold_claims(session, kept, rule)
