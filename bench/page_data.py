"""A clinic in its second year: doctors, patients, appointments and what hangs on them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

import sqlalchemy as sa
from faker import Faker
from sqlalchemy.orm import Session

from bench.handover_data import handover_rows
from medcor.domain import scheduling as rules
from medcor.domain.appointments import AppointmentStatus as State
from medcor.domain.appointments import is_live
from medcor.domain.identity import email_key
from medcor.domain.permissions import Role
from medcor.models import (
    Appointment,
    AuditEvent,
    Claim,
    Clinic,
    ClinicHours,
    Doctor,
    DoctorSpecialisation,
    ExclusionDate,
    Handover,
    MedicalRecord,
    OutboxMail,
    Patient,
    PrescriptionLine,
    RecordVersion,
    Slot,
    SlotStep,
    Specialisation,
    Treatment,
    TreatmentDoctor,
    User,
)
from medcor.models.tenancy import scope

OPENS_AT, MINUTES, FILLED = 9, 30, 0.8
BATCH = 2_000
PAST = [State.COMPLETED] * 16 + [State.NO_SHOW] + [State.CANCELLED] * 3
AHEAD = [State.CONFIRMED] * 12 + [State.PENDING] + [State.CANCELLED] * 2


@dataclass(frozen=True, slots=True)
class Size:
    """How much a clinic holds.

    ``filled`` is the share of the doctors' times that are booked (the first doctor's: FILLED),
    ``recorded`` the share of completed appointments with a record, ``regular`` the share of the
    first doctor's times that the first patient takes.
    """

    doctors: int = 10
    patients: int = 5_000
    appointments: int = 50_000
    treatments: int = 20
    slots_a_day: int = 16
    days_ahead: int = 60
    filled: float = FILLED
    recorded: float = 0.4
    regular: float = 0.0


BIG = Size()


def add(session: Session, model: type, rows: list[dict[str, Any]]) -> list[int]:
    """Insert rows in bulk and return their ids in order."""
    wanted = sa.insert(model).returning(model.id, sort_by_parameter_order=True)
    parts = (rows[first : first + BATCH] for first in range(0, len(rows), BATCH))
    return [key for part in parts for key in session.scalars(wanted, part)]


def build_clinic(session: Session, now: datetime, size: Size = BIG) -> int:
    """Make a clinic and everything in it; returns its id. The same rows whenever ``now`` is."""
    clinic = Clinic(
        name="Bench Clinic",
        zone="Europe/Istanbul",
        street="Long Road 1",
        city="Izmir",
        cancel_notice_minutes=0,
    )
    session.add(clinic)
    session.flush()
    scope(session, clinic.id)
    made = _Builder(session, clinic, now, size)
    made.people()
    made.treatments()
    made.weeks()
    made.appointments()
    made.records()
    made.traces()
    user = dict(zip(made.patients, made.patient_users, strict=True))
    made.put(Handover, handover_rows(made.booked, user, made.admin, now))
    return clinic.id


class _Builder:
    def __init__(self, session: Session, clinic: Clinic, now: datetime, size: Size) -> None:
        self.session, self.clinic, self.now, self.size = session, clinic, now, size
        self.today = rules.local_today(clinic.zone_info, now)
        self.chance, self.fake = random.Random(7), Faker("tr_TR")
        self.fake.seed_instance(7)

    def add(self, model: type, rows: list[dict[str, Any]]) -> list[int]:
        return add(self.session, model, [{"clinic_id": self.clinic.id, **row} for row in rows])

    def put(self, model: type, rows: list[dict[str, Any]]) -> None:
        """As :meth:`add`, where nobody asks for the ids: much faster."""
        owned = [{"clinic_id": self.clinic.id, **row} for row in rows]
        if owned:
            self.session.execute(sa.insert(model), owned)

    def people(self) -> None:
        self.admin = self._users(Role.ADMIN, 2)[0]
        self.doctor_users = self._users(Role.DOCTOR, self.size.doctors)
        self.patient_users = self._users(Role.PATIENT, self.size.patients)
        self.doctors = self.add(
            Doctor,
            [
                {"user_id": user, "years_of_experience": 5, "gender": "Female"}
                for user in self.doctor_users
            ],
        )
        birth = date(1940, 1, 1)
        self.patients = self.add(
            Patient,
            [
                {
                    "user_id": user,
                    "phone": f"+90 532 {number:07}",
                    "birth_date": birth + timedelta(days=self.chance.randrange(29_000)),
                }
                for number, user in enumerate(self.patient_users)
            ],
        )
        fields = self.add(Specialisation, [{"name": f"Field {number}"} for number in range(6)])
        self.put(
            DoctorSpecialisation,
            [
                {"doctor_id": doctor, "specialisation_id": fields[(number + each) % 6]}
                for number, doctor in enumerate(self.doctors)
                for each in (0, 1)
            ],
        )

    def _users(self, role: Role, count: int) -> list[int]:
        return self.add(
            User,
            [
                {
                    "role": role,
                    "email": (email := f"{role}{number}@bench.test"),
                    "email_key": email_key(email),
                    "first_name": self.fake.first_name(),
                    "last_name": self.fake.last_name(),
                    "verified_at": self.now,
                    "created_at": self.now - timedelta(days=self.chance.randrange(1, 700)),
                }
                for number in range(count)
            ],
        )

    def treatments(self) -> None:
        self.treatment_ids = self.add(
            Treatment,
            [
                {
                    "name": f"Treatment {number:02}",
                    "price_minor": 10_000 + 500 * number,
                    "minutes": MINUTES,
                    "description": "What is done, and for whom it is meant.",
                }
                for number in range(self.size.treatments)
            ],
        )
        count = self.size.treatments
        self.gives = {
            doctor: [
                self.treatment_ids[(number * 2 + each) % count] for each in range(min(6, count))
            ]
            for number, doctor in enumerate(self.doctors)
        }
        self.put(
            TreatmentDoctor,
            [
                {"doctor_id": doctor, "treatment_id": treatment}
                for doctor, treatments in self.gives.items()
                for treatment in treatments
            ],
        )

    def weeks(self) -> None:
        """Sixteen half hours on five days for each doctor, and some days off."""
        self.put(
            ClinicHours,
            [{"weekday": day, "opens": time(9), "closes": time(17)} for day in range(5)],
        )
        places = [
            (doctor, weekday, index)
            for doctor in self.doctors
            for weekday in range(5)
            for index in range(self.size.slots_a_day)
        ]
        ids = self.add(
            Slot,
            [
                {
                    "doctor_id": doctor,
                    "weekday": weekday,
                    "start_time": _clock(index),
                    "end_time": _clock(index + 1),
                }
                for doctor, weekday, index in places
            ],
        )
        self.slots = dict(zip(places, ids, strict=True))
        self.put(
            SlotStep,
            [
                {"slot_id": slot, "doctor_id": doctor, "step": weekday * 288 + minute // 5}
                for (doctor, weekday, index), slot in self.slots.items()
                for minute in range(_minute(index), _minute(index + 1), 5)
            ],
        )
        self.put(
            ExclusionDate,
            [
                {"doctor_id": doctor, "start_date": day, "end_date": day + timedelta(days=2)}
                for doctor in self.doctors
                for day in (self.today + timedelta(days=100 * each) for each in (-3, -2, -1, 1))
            ],
        )

    def _places(self) -> Iterator[tuple[date, int, int, int]]:
        """Day, doctor, index and patient, from the last day back; nobody in two places at once."""
        day = self.today + timedelta(days=self.size.days_ahead)
        while True:
            if day.weekday() < 5:
                for index in range(self.size.slots_a_day):
                    for doctor, patient in zip(self.doctors, self._somebody(), strict=False):
                        busy = FILLED if doctor == self.doctors[0] else self.size.filled
                        if self.chance.random() < busy:
                            yield day, doctor, index, patient
            day -= timedelta(days=1)

    def _somebody(self) -> list[int]:
        """Who comes to which doctor at one time: each patient to one doctor at most."""
        count = min(len(self.doctors), len(self.patients))
        who, first = self.chance.sample(self.patients, count), self.patients[0]
        if self.chance.random() < self.size.regular:
            other = who.index(first) if first in who else 0
            who[0], who[other] = first, who[0]
        return who

    def _row(self, day: date, doctor: int, index: int, patient: int) -> dict[str, Any]:
        starts = rules.to_instant(self.clinic.zone_info, day, _clock(index))
        status = self.chance.choice(AHEAD if starts > self.now else PAST)
        made = min(self.now, starts) - timedelta(days=self.chance.randrange(1, 20))
        return {
            "doctor_id": doctor,
            "patient_id": patient,
            "treatment_id": self.chance.choice(self.gives[doctor]),
            "slot_id": self.slots[doctor, day.weekday(), index],
            "day": day,
            "start_time": _clock(index),
            "end_time": _clock(index + 1),
            "starts_at": starts,
            "ends_at": starts + timedelta(minutes=MINUTES),
            "status": status,
            "price_minor": 10_000,
            "cancel_reason": "Another day suits better." if status is State.CANCELLED else "",
            "created_at": made,
            "updated_at": made,
            "time_chosen_at": made,
        }

    def appointments(self) -> None:
        places = list(islice(self._places(), self.size.appointments))
        rows = [self._row(*place) for place in reversed(places)]
        self.booked = list(zip(self.add(Appointment, rows), rows, strict=True))
        self.put(
            Claim,
            [
                {
                    "appointment_id": key,
                    "doctor_id": row["doctor_id"],
                    "patient_id": row["patient_id"],
                    "step": step,
                    "last_step": taken[-1] if step == taken[0] else None,
                }
                for key, row in self.booked
                if is_live(row["status"])
                for taken in [rules.steps(rules.Span(row["starts_at"], row["ends_at"]))]
                for step in taken
            ],
        )

    def records(self) -> None:
        done = [
            (key, row)
            for key, row in self.booked
            if row["status"] is State.COMPLETED and self.chance.random() < self.size.recorded
        ]
        people = ("doctor_id", "patient_id")
        ids = self.add(
            MedicalRecord,
            [
                {
                    "appointment_id": key,
                    "created_at": row["ends_at"],
                    **{name: row[name] for name in people},
                }
                for key, row in done
            ],
        )
        author = dict(zip(self.doctors, self.doctor_users, strict=True))
        versions = self.add(
            RecordVersion,
            [
                {
                    "record_id": record,
                    "number": 1,
                    "author_id": author[row["doctor_id"]],
                    "complaint": "Pain in the lower left jaw for three days.",
                    "findings": "Caries at 36, no swelling.",
                    "diagnosis_code": "K02.1",
                    "diagnosis": "Caries of dentine",
                    "advice": "Rinse, and come back in two weeks.",
                    "created_at": row["ends_at"],
                }
                for record, (_key, row) in zip(ids, done, strict=True)
            ],
        )
        self.put(
            PrescriptionLine,
            [
                {"version_id": version, "position": 1, "medicine": "Ibuprofen", "dose": "400 mg"}
                for version in versions
            ],
        )

    def traces(self) -> None:
        """What was done is in the audit log, and what was sent in the outbox."""
        booker = dict(zip(self.patients, self.patient_users, strict=True))
        self.put(
            AuditEvent,
            [
                {
                    "actor_id": booker[row["patient_id"]],
                    "action": "appointment.booked",
                    "subject": "appointment",
                    "subject_id": key,
                    "details": {"door": "page"},
                    "created_at": row["created_at"],
                }
                for key, row in self.booked
            ],
        )
        self.put(
            OutboxMail,
            [
                {
                    "kind": "appointment_booked",
                    "recipient": "patient@bench.test",
                    "details": {"appointment_id": key},
                    "next_try_at": None,
                    "sent_at": row["created_at"],
                    "created_at": row["created_at"],
                }
                for key, row in self.booked
            ],
        )


def _minute(index: int) -> int:
    return OPENS_AT * 60 + index * MINUTES


def _clock(index: int) -> time:
    return time(*divmod(_minute(index), 60))
