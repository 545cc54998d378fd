"""A clinic with full weeks, and the calls of the chatbot API that the database measure sends."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any

from medcor.domain.permissions import system_actor
from medcor.services.slots import add_slot
from medcor.web.transaction import transaction
from tests.factories import make_doctor, make_patient, make_treatment
from tests.live_clinic import LiveClinic, next_monday

DOCTORS, PATIENTS, WEEKS, SLOTS_A_DAY = 8, 300, 8, 16
OPENS_AT = 9


@dataclass(frozen=True)
class Call:
    """One POST of the chatbot API."""

    path: str
    body: dict[str, Any]


@dataclass
class Workload:
    """Endless calls on one clinic; ``slots`` are by doctor and weekday, in order of time."""

    live: LiveClinic
    treatment_id: int = 0
    doctors: list[int] = field(default_factory=list)
    patients: list[str] = field(default_factory=list)
    slots: dict[tuple[int, int], list[int]] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return f"/{self.live.clinic.id}/treatments/{self.treatment_id}/get-doctors/slots/"

    def free_times(self) -> Iterator[Call]:
        """Ask for one doctor's day after the other."""
        for day, doctor in itertools.cycle(list(itertools.product(_days(), self.doctors))):
            yield Call(self.path, {"doctor_id": doctor, "date": day.isoformat()})

    def bookings(self) -> Iterator[Call]:
        """Book every slot of every doctor once; no patient is asked to be in two places."""
        places = itertools.product(_days(), range(SLOTS_A_DAY), range(DOCTORS))
        for day, index, number in places:
            doctor = self.doctors[number]
            slot = self.slots[doctor, day.weekday()][index]
            who = self.patients[(index * DOCTORS + number + day.toordinal()) % PATIENTS]
            wish = {"patient_email": who, "doctor_id": doctor, "appointment_date": day.isoformat()}
            yield Call(f"{self.path}{slot}/book/", wish)


def _days() -> list[date]:
    first = next_monday()
    return [first + timedelta(weeks=week, days=day) for week in range(WEEKS) for day in range(5)]


def _half_hour(index: int) -> time:
    return time(OPENS_AT + index // 2, index % 2 * 30)


def build_workload(live: LiveClinic) -> Workload:
    """Eight doctors with sixteen half hours on five days, and three hundred patients."""
    made, clinic_id = Workload(live), live.clinic.id
    with transaction(clinic_id) as session:
        for number in range(DOCTORS):
            doctor = make_doctor(session, clinic_id, f"doctor{number}@bench.test")
            made.doctors.append(doctor.profile_id)
        made.treatment_id = make_treatment(session, clinic_id, "Check-up", made.doctors).id
        for number in range(PATIENTS):
            made.patients.append(make_patient(session, clinic_id, f"p{number}@bench.test").email)
        for doctor_id, weekday in itertools.product(made.doctors, range(5)):
            made.slots[doctor_id, weekday] = [
                add_slot(
                    session,
                    system_actor(clinic_id),
                    doctor_id,
                    weekday,
                    _half_hour(index),
                    _half_hour(index + 1),
                ).id
                for index in range(SLOTS_A_DAY)
            ]
    return made
