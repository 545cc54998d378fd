"""Two demo clinics with people, treatments, slots, and a past and a future around today."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from faker import Faker
from sqlalchemy.orm import Session

from medcor.domain import scheduling as rules
from medcor.domain.identity import email_key
from medcor.domain.permissions import Role, system_actor
from medcor.models import (
    Clinic,
    ClinicHours,
    Doctor,
    DoctorSpecialisation,
    Patient,
    Specialisation,
    Treatment,
    TreatmentDoctor,
    User,
)
from medcor.models.tenancy import scope
from medcor.services.demo_catalogue import BIOS, CLINICS
from medcor.services.demo_handovers import add_demo_handovers
from medcor.services.demo_history import fill_calendar
from medcor.services.demo_records import add_demo_records
from medcor.services.slots import add_slot

OPENS, LUNCH, BACK, CLOSES = time(9), time(12), time(13), time(17)
__all__ = ["CLINICS", "make_demo_clinic"]


def make_demo_clinic(session: Session, number: int, password_hash: str, now: datetime) -> Clinic:
    """Make demo clinic ``number`` (1 or 2), or bring the existing one's calendar up to today."""
    plan = CLINICS[number - 1]
    clinic = session.get(Clinic, number)
    if clinic is None:
        clinic = _add_clinic(session, number, plan, now)
        scope(session, clinic.id)
        _add_hours(session, clinic)
        _add_user(session, clinic, Role.ADMIN, "admin", plan, ("Demo", "Admin"), password_hash, now)
        treatments = _add_treatments(session, clinic, plan)
        _add_doctors(session, clinic, plan, treatments, password_hash, now)
        _add_patients(session, clinic, plan, password_hash, now)
    scope(session, clinic.id)
    fill_calendar(session, clinic, rules.local_today(clinic.zone_info, now), now)
    add_demo_records(session, clinic, now)
    add_demo_handovers(session, clinic, now)
    return clinic


def _add_clinic(session: Session, number: int, plan: dict[str, Any], now: datetime) -> Clinic:
    columns = (
        "name",
        "zone",
        "country",
        "currency",
        "street",
        "city",
        "postcode",
        "phone",
        "accent",
        "about",
        "directions",
        "credits",
    )
    clinic = Clinic(
        id=number,
        is_demo=True,
        booking_needs_key=False,
        created_at=now,
        email=f"front-desk@{plan['domain']}",
        **{name: plan[name] for name in columns},
    )
    session.add(clinic)
    session.flush()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text("SELECT setval('clinics_id_seq', (SELECT max(id) FROM clinics))"))
    return clinic


def _add_hours(session: Session, clinic: Clinic) -> None:
    for weekday in range(6):
        closes = time(13) if weekday == 5 else CLOSES
        session.add(ClinicHours(clinic_id=clinic.id, weekday=weekday, opens=OPENS, closes=closes))


def _add_user(
    session: Session,
    clinic: Clinic,
    role: Role,
    local: str,
    plan: dict[str, Any],
    name: tuple[str, str],
    password_hash: str,
    now: datetime,
) -> User:
    email = f"{local}@{plan['domain']}"
    user = User(
        clinic_id=clinic.id,
        role=role,
        email=email,
        email_key=email_key(email),
        first_name=name[0],
        last_name=name[1],
        password_hash=password_hash,
        verified_at=now,
    )
    session.add(user)
    session.flush()
    return user


def _add_treatments(session: Session, clinic: Clinic, plan: dict[str, Any]) -> list[Treatment]:
    made = [
        Treatment(
            clinic_id=clinic.id,
            name=name,
            price_minor=price,
            minutes=minutes,
            description=description,
        )
        for name, price, minutes, description in plan["treatments"]
    ]
    session.add_all(made)
    session.flush()
    return made


def _add_doctors(
    session: Session,
    clinic: Clinic,
    plan: dict[str, Any],
    treatments: list[Treatment],
    password_hash: str,
    now: datetime,
) -> None:
    known: dict[str, Specialisation] = {}
    for number, (first, last, gender, years, fields, offers) in enumerate(plan["doctors"]):
        local = "doctor" if number == 0 else f"doctor{number + 1}"
        user = _add_user(
            session, clinic, Role.DOCTOR, local, plan, (first, last), password_hash, now
        )
        doctor = Doctor(
            clinic_id=clinic.id,
            user_id=user.id,
            gender=gender,
            years_of_experience=years,
            contact_number=clinic.phone,
            bio=BIOS[last],
        )
        session.add(doctor)
        session.flush()
        for name in fields:
            if name not in known:
                known[name] = Specialisation(clinic_id=clinic.id, name=name)
                session.add(known[name])
                session.flush()
            session.add(
                DoctorSpecialisation(
                    clinic_id=clinic.id, doctor_id=doctor.id, specialisation_id=known[name].id
                )
            )
        session.add_all(
            TreatmentDoctor(clinic_id=clinic.id, doctor_id=doctor.id, treatment_id=treatments[i].id)
            for i in offers
        )
        _add_week(session, clinic, doctor, number)


def _add_week(session: Session, clinic: Clinic, doctor: Doctor, number: int) -> None:
    """Half hours before lunch, hours after; every second doctor also on Saturday morning."""
    actor = system_actor(clinic.id)
    day = date(2000, 1, 3)
    for weekday in range(6 if number % 2 == 0 else 5):
        spans = [(OPENS, LUNCH, 30)] if weekday == 5 else [(OPENS, LUNCH, 30), (BACK, CLOSES, 60)]
        for begins, ends, minutes in spans:
            clock = datetime.combine(day, begins)
            while clock.time() < ends:
                after = clock + timedelta(minutes=minutes)
                add_slot(session, actor, doctor.id, weekday, clock.time(), after.time())
                clock = after


def _add_patients(
    session: Session, clinic: Clinic, plan: dict[str, Any], password_hash: str, now: datetime
) -> None:
    fake = Faker(plan["names"])
    fake.seed_instance(clinic.id)
    chance = random.Random(clinic.id)  # noqa: S311  (demo data, not a secret)
    for number in range(plan["patients"]):
        local = "patient" if number == 0 else f"patient{number + 1}"
        name = ("Demo", "Patient") if number == 0 else (fake.first_name(), fake.last_name())
        user = _add_user(session, clinic, Role.PATIENT, local, plan, name, password_hash, now)
        user.created_at = now - timedelta(days=chance.randrange(0, 400))
        session.add(
            Patient(
                clinic_id=clinic.id,
                user_id=user.id,
                phone=clinic.phone[:-2] + f"{number % 100:02}",
                birth_date=date(1945, 1, 1) + timedelta(days=chance.randrange(0, 27000)),
            )
        )
    session.flush()
