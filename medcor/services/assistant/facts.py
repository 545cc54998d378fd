"""What the tools give back: plain facts, readable after the session has closed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from medcor.domain.scheduling import Refusal
from medcor.models import Appointment, price_text


@dataclass(frozen=True, slots=True)
class TreatmentFact:
    """A treatment that can be booked: price in minor units, length in minutes."""

    id: int
    name: str
    price_minor: int
    minutes: int

    def as_json(self, currency: str) -> dict[str, Any]:
        price = f"{price_text(self.price_minor)} {currency}"
        return {"treatment_id": self.id, "name": self.name, "price": price, "minutes": self.minutes}


@dataclass(frozen=True, slots=True)
class DoctorFact:
    """A doctor who can be booked, with the treatments they give."""

    id: int
    name: str
    fields: tuple[str, ...] = ()
    treatment_ids: frozenset[int] = frozenset()

    def as_json(self) -> dict[str, Any]:
        return {"doctor_id": self.id, "name": self.name, "specialisations": list(self.fields)}


@dataclass(frozen=True, slots=True)
class ClinicFact:
    """The clinic as a visitor may know it; hours are (weekday, opens, closes), Monday 0."""

    name: str
    zone: ZoneInfo
    country: str
    currency: str
    horizon_days: int
    address: str = ""
    phone: str = ""
    email: str = ""
    hours: tuple[tuple[int, time, time], ...] = ()

    @property
    def date_order(self) -> str:
        return "MDY" if self.country == "US" else "DMY"

    def today(self, now: datetime) -> date:
        return now.astimezone(self.zone).date()

    def as_json(self) -> dict[str, Any]:
        hours = [
            {"weekday": day, "opens": f"{opens:%H:%M}", "closes": f"{closes:%H:%M}"}
            for day, opens, closes in self.hours
        ]
        return {
            "name": self.name,
            "address": self.address,
            "phone": self.phone,
            "email": self.email,
            "time_zone": self.zone.key,
            "opening_hours": hours,
        }


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What the clinic offers, as of one turn."""

    clinic: ClinicFact
    treatments: tuple[TreatmentFact, ...]
    doctors: tuple[DoctorFact, ...]

    def treatment(self, treatment_id: int | None) -> TreatmentFact | None:
        return next((each for each in self.treatments if each.id == treatment_id), None)

    def doctor(self, doctor_id: int | None) -> DoctorFact | None:
        return next((each for each in self.doctors if each.id == doctor_id), None)

    def doctors_for(self, treatment_id: int) -> tuple[DoctorFact, ...]:
        return tuple(each for each in self.doctors if treatment_id in each.treatment_ids)


@dataclass(frozen=True, slots=True)
class Offer:
    """A free time that the server issued; ``key`` is opaque and good for this talk only."""

    key: str
    treatment: TreatmentFact
    doctor_id: int
    doctor: str
    slot_id: int
    day: date
    start: time
    starts_at: datetime
    currency: str

    def as_json(self) -> dict[str, Any]:
        return {
            "option_id": self.key,
            "treatment": self.treatment.name,
            "doctor": self.doctor,
            "weekday": f"{self.day:%A}",
            "day": self.day.isoformat(),
            "time": f"{self.start:%H:%M}",
            "price": f"{price_text(self.treatment.price_minor)} {self.currency}",
        }


@dataclass(frozen=True, slots=True)
class FreeTimes:
    """Offers in order of time; ``exact`` says whether they meet the wish or are only near it.

    ``why_not`` are the reasons against the one time that was ``asked`` for, where there was one.
    """

    offers: tuple[Offer, ...]
    exact: bool = True
    why_not: tuple[Refusal, ...] = ()
    asked: tuple[date, time] | None = None

    def as_json(self) -> dict[str, Any]:
        return {"meets_the_wish": self.exact, "options": [each.as_json() for each in self.offers]}


@dataclass(frozen=True, slots=True)
class AppointmentFact:
    """An appointment of the person who talks, or of the doctor's own list."""

    id: int
    treatment: str
    treatment_id: int
    doctor: str
    doctor_id: int
    patient: str
    day: date
    start: time
    starts_at: datetime
    status: str
    price_minor: int

    @classmethod
    def of(cls, row: Appointment) -> AppointmentFact:
        return cls(
            id=row.id,
            treatment=row.treatment.name,
            treatment_id=row.treatment_id,
            doctor=row.doctor.name,
            doctor_id=row.doctor_id,
            patient=row.patient.name,
            day=row.day,
            start=row.start_time,
            starts_at=row.starts_at,
            status=row.status.value,
            price_minor=row.price_minor,
        )

    def as_json(self, *, for_doctor: bool = False) -> dict[str, Any]:
        whom = {"patient": self.patient} if for_doctor else {"doctor": self.doctor}
        return {
            "appointment_id": self.id,
            "treatment": self.treatment,
            **whom,
            "weekday": f"{self.day:%A}",
            "day": self.day.isoformat(),
            "time": f"{self.start:%H:%M}",
            "status": self.status,
        }


@dataclass(frozen=True, slots=True)
class HandoverFact:
    """A request for a person; ``already`` says that one was waiting before."""

    id: int
    already: bool = False
    details: tuple[str, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        return {"handed_over": True, "was_waiting_already": self.already}
