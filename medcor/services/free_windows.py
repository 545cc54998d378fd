"""Doctors' schedules over some days, read once, however many treatments are then sought in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from medcor.domain import scheduling as rules
from medcor.domain.free_times import Schedule, free_times
from medcor.domain.scheduling import Opening, TreatmentRule
from medcor.models import Clinic
from medcor.services import scheduling


@dataclass
class FreeWindow:
    """What is free of some doctors' time on some days, for any treatment and no patient yet."""

    clinic: rules.ClinicRule
    days: Sequence[date]
    schedules: dict[int, Schedule]
    now: datetime
    known: dict[tuple[int, TreatmentRule], list[Opening]] = field(default_factory=dict)

    @classmethod
    def load(
        cls,
        session: Session,
        clinic: Clinic,
        doctor_ids: Iterable[int],
        first: date,
        last: date,
        now: datetime,
    ) -> FreeWindow:
        """Read what is open, booked, held and excluded between two local days, in five queries."""
        count = (last - first).days + 1
        days = [day for day in scheduling.bookable_days(clinic, now, first, count) if day <= last]
        ids = sorted(set(doctor_ids))
        if not days or not ids:
            return cls(rules.ClinicRule(clinic.zone_info), [], {}, now)
        schedules = scheduling.load_schedules(session, ids, days, scheduling.Search(now))
        return cls(scheduling.clinic_rule(session, clinic), days, schedules, now)

    def free(self, doctor_id: int, treatment: TreatmentRule) -> list[Opening]:
        """The doctor's free times for a treatment, in order."""
        if doctor_id not in self.schedules:
            return []
        key = (doctor_id, treatment)
        if key not in self.known:
            schedule = {doctor_id: self.schedules[doctor_id]}
            found = free_times(self.clinic, treatment, schedule, self.days, self.now)
            self.known[key] = list(found)
        return self.known[key]

    def hold(self, opening: Opening, treatment: TreatmentRule) -> None:
        """Count a time as held from now on."""
        doctor_id = opening.slot.doctor_id
        schedule = self.schedules[doctor_id]
        steps = rules.steps(rules.with_buffers(opening.span, treatment))
        busy = replace(schedule.busy, held=[*schedule.busy.held, steps])
        self.schedules[doctor_id] = Schedule(schedule.slots, busy)
        self.known = {key: found for key, found in self.known.items() if key[0] != doctor_id}
