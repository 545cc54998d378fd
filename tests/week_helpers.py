"""What the tests of weeks and days off share: signed-in clients, bookings, rows to look at."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from medcor.extensions import db
from medcor.models import Appointment, AuditEvent, ExclusionDate, Slot, SlotStep
from medcor.services import booking
from medcor.services.booking import BookingRequest
from medcor.web.transaction import reading, transaction
from tests.conftest import NOW
from tests.page_helpers import csrf_token, sign_in_staff

# A Monday; the fixtures' doctor is open on Mondays and Wednesdays from 9, 10 and 11.
MONDAY = date(2026, 3, 9)
JSON = {"Accept": "application/json"}


class Desk:
    """A signed-in member of staff: pages, forms and JSON calls."""

    def __init__(self, client, who) -> None:
        self.client, self.who = client, who
        sign_in_staff(client, who)
        self.token = csrf_token(client, "/today/")

    def page(self, path: str):
        return self.client.get(path)

    def file(self, path: str):
        """A file that is sent piece by piece, read to its end."""
        return self.client.get(path, buffered=True)

    def send(self, path: str, **fields: object):
        return self.client.post(path, data={"csrf_token": self.token, **fields})

    def call(self, path: str, **fields: object):
        headers = {**JSON, "X-CSRFToken": self.token}
        return self.client.post(path, json=fields, headers=headers)

    def json(self, path: str):
        return self.client.get(path, headers=JSON)


def fresh(clinic_id: int):
    """A session that has seen nothing yet."""
    db.session.remove()
    return reading(clinic_id)


def book(clinic, slot_index: int = 0, day: date = MONDAY, patient=None) -> int:
    """Book one of the doctor's openings; give the appointment's id."""
    with transaction(clinic.id) as session:
        wish = BookingRequest(
            clinic.doctor.profile_id, clinic.treatment_id, clinic.slot_ids[slot_index], day
        )
        return booking.book_appointment(session, patient or clinic.patient, wish, NOW).id


def slots_of(clinic, doctor=None) -> list[tuple[int, str, str, bool]]:
    """Weekday, times and pause of a doctor's active openings."""
    owner = (doctor or clinic.doctor).profile_id
    rows = fresh(clinic.id).scalars(
        sa.select(Slot)
        .where(Slot.doctor_id == owner, Slot.is_active)
        .order_by(Slot.weekday, Slot.start_time)
    )
    return [
        (
            row.weekday,
            row.start_time.strftime("%H:%M"),
            row.end_time.strftime("%H:%M"),
            row.is_paused,
        )
        for row in rows
    ]


def slot(clinic, slot_id: int) -> Slot | None:
    return fresh(clinic.id).get(Slot, slot_id)


def steps_of(clinic, slot_id: int) -> list[int]:
    wanted = sa.select(SlotStep.step).where(SlotStep.slot_id == slot_id).order_by(SlotStep.step)
    return list(fresh(clinic.id).scalars(wanted))


def absences(clinic, doctor=None) -> list[tuple[str, str, str]]:
    wanted = sa.select(ExclusionDate).order_by(ExclusionDate.start_date, ExclusionDate.id)
    if doctor is not None:
        wanted = wanted.where(ExclusionDate.doctor_id == doctor.profile_id)
    return [
        (row.start_date.isoformat(), row.end_date.isoformat(), row.reason)
        for row in fresh(clinic.id).scalars(wanted)
    ]


def status_of(clinic, appointment_id: int) -> str:
    return fresh(clinic.id).get(Appointment, appointment_id).status.value


def acts(clinic) -> list[str]:
    """The actions of the audit log so far."""
    wanted = sa.select(AuditEvent.action).order_by(AuditEvent.id)
    return list(fresh(clinic.id).scalars(wanted))
