"""What the tests of offers and of the waiting list share."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path

import sqlalchemy as sa

from medcor.domain.permissions import Actor, system_actor
from medcor.extensions import db
from medcor.models import Appointment, Claim, Clinic, Hold, Offer, Slot, WaitingEntry
from medcor.services import booking, waiting_list
from medcor.services.booking import BookingRequest
from medcor.services.slots import add_slot
from medcor.services.waiting_list import Wish
from medcor.web.transaction import transaction
from tests.conftest import NOW
from tests.factories import ClinicWorld, make_patient
from tests.page_helpers import csrf_token, sent_mails, sign_in_patient
from tests.week_helpers import MONDAY, fresh

WEDNESDAY = MONDAY + timedelta(days=2)
ANY_DAY = tuple(range(7))
TODAY, IN_TWO_MONTHS = NOW.date(), NOW.date() + timedelta(days=60)
JSON = {"Accept": "application/json"}


class Patient:
    """A signed-in patient: pages, forms and JSON calls."""

    def __init__(self, client, who: Actor) -> None:
        self.client, self.who = client, who
        sign_in_patient(client, who)
        self.token = csrf_token(client, "/patient/")

    def page(self, path: str):
        return self.client.get(path)

    def send(self, path: str, **fields: object):
        return self.client.post(path, data={"csrf_token": self.token, **fields})

    def call(self, path: str, **fields: object):
        headers = {**JSON, "X-CSRFToken": self.token}
        return self.client.post(path, json=fields, headers=headers)


def set_clock(app, at: datetime) -> None:
    app.extensions["medcor"].clock = lambda: at


def change_clinic(clinic: ClinicWorld, **values: object) -> None:
    db.session.remove()
    with transaction(clinic.id) as session:
        row = session.get_one(Clinic, clinic.id)
        for name, value in values.items():
            setattr(row, name, value)


def open_for(clinic: ClinicWorld, doctor: Actor, weekday: int, *starts: time) -> list[int]:
    """Openings of half an hour."""
    db.session.remove()
    with transaction(clinic.id) as session:
        return [
            add_slot(
                session,
                system_actor(clinic.id),
                doctor.profile_id,
                weekday,
                start,
                time(start.hour, start.minute + 30),
            ).id
            for start in starts
        ]


def book_slot(clinic: ClinicWorld, patient: Actor, slot_id: int, day: date) -> int:
    db.session.remove()
    with transaction(clinic.id) as session:
        doctor_id = session.get_one(Slot, slot_id).doctor_id
        wish = BookingRequest(doctor_id, clinic.treatment_id, slot_id, day)
        return booking.book_appointment(session, patient, wish, NOW).id


def cancel(clinic: ClinicWorld, actor: Actor, appointment_id: int, at: datetime = NOW) -> None:
    db.session.remove()
    with transaction(clinic.id, actor) as session:
        booking.cancel_appointment(session, actor, appointment_id, "Plans changed.", at)


def new_patient(clinic: ClinicWorld, name: str) -> Actor:
    db.session.remove()
    with transaction(clinic.id) as session:
        return make_patient(session, clinic.id, f"{name}@one.test")


def wait(
    clinic: ClinicWorld,
    patient: Actor,
    *,
    doctor: Actor | None = None,
    first: date = TODAY,
    last: date = IN_TWO_MONTHS,
    weekdays: tuple[int, ...] = ANY_DAY,
    earliest: time = time.min,
    latest: time = time.max,
    at: datetime = NOW,
) -> int:
    """Put a patient on the waiting list for the clinic's first treatment."""
    db.session.remove()
    wish = Wish(
        clinic.treatment_id,
        doctor.profile_id if doctor else None,
        first,
        last,
        weekdays,
        earliest,
        latest,
    )
    with transaction(clinic.id) as session:
        return waiting_list.join(session, patient, None, wish, at).id


def offers_of(clinic: ClinicWorld, patient: Actor | None = None) -> list[Offer]:
    wanted = sa.select(Offer).order_by(Offer.id)
    if patient is not None:
        wanted = wanted.where(Offer.patient_id == patient.profile_id)
    return list(fresh(clinic.id).scalars(wanted))


def states_of(clinic: ClinicWorld, patient: Actor | None = None) -> list[str]:
    return [each.state.value for each in offers_of(clinic, patient)]


def entry(clinic: ClinicWorld, entry_id: int) -> WaitingEntry:
    return fresh(clinic.id).get_one(WaitingEntry, entry_id)


def appointment(clinic: ClinicWorld, appointment_id: int) -> Appointment:
    return fresh(clinic.id).get_one(Appointment, appointment_id)


def place_of(clinic: ClinicWorld, appointment_id: int) -> tuple[date, str, int, str]:
    row = appointment(clinic, appointment_id)
    return row.day, f"{row.start_time:%H:%M}", row.doctor_id, row.status.value


def holds_of(clinic: ClinicWorld) -> list[tuple[int, date, str]]:
    rows = fresh(clinic.id).scalars(sa.select(Hold).order_by(Hold.id))
    return [(row.patient_id, row.day, f"{row.start_time:%H:%M}") for row in rows]


def check_claims(clinic: ClinicWorld) -> None:
    """Every live appointment and every hold has exactly its own steps, and nothing else has."""
    session = fresh(clinic.id)
    owners: dict[tuple[str, int], set[int]] = {}
    for claim in session.scalars(sa.select(Claim)):
        key = ("a", claim.appointment_id) if claim.appointment_id else ("h", claim.hold_id)
        owners.setdefault(key, set()).add(claim.step)
    expected: dict[tuple[str, int], set[int]] = {}
    for kind, rows in (("a", sa.select(Appointment)), ("h", sa.select(Hold))):
        for row in session.scalars(rows):
            if kind == "h" or row.is_live:
                first = int(row.starts_at.timestamp()) // 300
                last = -(-int(row.ends_at.timestamp()) // 300)
                expected[kind, row.id] = set(range(first, last))
    assert owners == expected


def mails(app, subject: str = "") -> list:
    """Send what is due; those whose subject holds some words."""
    folder: Path = app.extensions["medcor"].settings.mail_folder
    return [mail for mail in sent_mails(folder) if subject in mail["Subject"]]
