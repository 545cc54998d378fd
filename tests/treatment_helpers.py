"""What the tests of treatments share: their forms, and what was saved."""

from __future__ import annotations

import re
from datetime import date

import sqlalchemy as sa

from medcor.models import AuditEvent, Treatment, TreatmentDoctor
from medcor.services import booking
from medcor.services.booking import BookingRequest
from medcor.web.transaction import transaction
from tests.clinic_helpers import fresh
from tests.conftest import NOW
from tests.page_helpers import csrf_token

DAY = date(2026, 3, 9)
LIST = "/list_treatments/"
FORM = {
    "name": "Check-up",
    "description": "Looks at teeth.",
    "price_minor": "45.50",
    "minutes": "30",
    "buffer_before": "0",
    "buffer_after": "5",
    "is_active": "y",
}


def named(clinic_id: int, name: str) -> Treatment | None:
    return fresh(clinic_id).scalar(sa.select(Treatment).where(Treatment.name == name))


def doctors_of(clinic_id: int, treatment_id: int) -> set[int]:
    wanted = sa.select(TreatmentDoctor.doctor_id)
    return set(fresh(clinic_id).scalars(wanted.where(TreatmentDoctor.treatment_id == treatment_id)))


def actions(clinic_id: int) -> list[str]:
    wanted = sa.select(AuditEvent.action).where(AuditEvent.subject == "treatment")
    return list(fresh(clinic_id).scalars(wanted.order_by(AuditEvent.id)))


def add(client, **changes: object):
    token = csrf_token(client, "/add_treatment/")
    return client.post("/add_treatment/", data={"csrf_token": token, **FORM, **changes})


def edit(client, number: int, **changes: object):
    page = client.get(f"/edit_treatment/{number}/")
    version = re.search(r'name="version"[^>]*value="(\d+)"', page.text).group(1)
    token = csrf_token(client, LIST)
    fields = {"csrf_token": token, "version": version, **FORM, **changes}
    return client.post(f"/edit_treatment/{number}/", data=fields)


def book(world, treatment_id: int) -> int:
    with transaction(world.one.id) as session:
        wish = BookingRequest(world.one.doctor.profile_id, treatment_id, world.one.slot_ids[0], DAY)
        return booking.book_appointment(session, world.one.patient, wish, NOW).id
