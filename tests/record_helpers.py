"""Visits that took place and records of them, for tests."""

from __future__ import annotations

import io
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from medcor.domain.appointments import AppointmentStatus
from medcor.domain.records import Prescribed, RecordText
from medcor.extensions import db
from medcor.models import Appointment, AuditEvent, RecordAttachment
from medcor.services import records
from medcor.services.record_writing import RecordWish, save_record
from medcor.web.transaction import reading, transaction
from tests.conftest import NOW
from tests.page_helpers import csrf_token, sign_in_patient, sign_in_staff

ZONE = ZoneInfo("Europe/Istanbul")
# Two days before the tests' clock: a Monday, on which the doctor works.
VISIT = (NOW - timedelta(days=2)).date()
TEXT = RecordText(
    complaint="Sensitive to cold, <b>lower left</b>",
    findings="Dark spot on 36.\nNo pain on tapping.",
    diagnosis_code="K02.1",
    diagnosis="Caries on 36",
    prescriptions=(Prescribed("Ibuprofen", "400 mg", "Three times a day", "3 days", "If needed"),),
    advice="Brush well.",
)
FORM = {
    "version": "0",
    "complaint": TEXT.complaint,
    "findings": TEXT.findings,
    "diagnosis_code": TEXT.diagnosis_code,
    "diagnosis": TEXT.diagnosis,
    "prescriptions-0-medicine": "Ibuprofen",
    "prescriptions-0-dose": "400 mg",
    "prescriptions-0-frequency": "Three times a day",
    "prescriptions-0-duration": "3 days",
    "prescriptions-0-note": "If needed",
    "advice": TEXT.advice,
}
PDF = b"%PDF-1.7\n% a small one\n"
PNG = b"\x89PNG\r\n\x1a\n and the rest"


def form_path(visit: int) -> str:
    return f"/view_appointments/add-medical-record/{visit}/"


def view_path(visit: int) -> str:
    return f"/appointments/{visit}/record/"


def token_of(client) -> str:
    """The token of somebody's session, from a page that everybody has."""
    return csrf_token(client, "/nothing-here/")


def post(client, path: str, **fields):
    """Send a form as the signed-in person's browser does; a list holds files: (bytes, name)."""
    # Encoded here: the client would leave the temporary file of a large body open.
    sent = {
        name: [FileStorage(io.BytesIO(data), filename=title) for data, title in value]
        if isinstance(value, list)
        else value
        for name, value in fields.items()
    }
    boundary, body = encode_multipart({"csrf_token": token_of(client), **sent})
    return client.post(path, data=body, content_type=f"multipart/form-data; boundary={boundary}")


def make_visit(
    clinic,
    *,
    doctor=None,
    patient=None,
    day=VISIT,
    hour: int = 9,
    status: AppointmentStatus = AppointmentStatus.COMPLETED,
) -> int:
    """An appointment of a day that is over, or of any other, without claims."""
    starts = datetime.combine(day, time(hour), ZONE).astimezone(UTC)
    with transaction(clinic.id) as session:
        row = Appointment(
            clinic_id=clinic.id,
            doctor_id=(doctor or clinic.doctor).profile_id,
            patient_id=(patient or clinic.patient).profile_id,
            treatment_id=clinic.treatment_id,
            slot_id=clinic.slot_ids[0],
            day=day,
            start_time=time(hour),
            end_time=time(hour, 30),
            starts_at=starts,
            ends_at=starts + timedelta(minutes=30),
            status=status,
            price_minor=10000,
        )
        session.add(row)
        session.flush()
        return row.id


def write_record(actor, visit: int, text: RecordText = TEXT, **wish) -> int:
    """Save a record through the service; returns the number of the version that now stands."""
    with transaction(actor.clinic_id, actor) as session:
        return save_record(session, actor, visit, RecordWish(text, **wish), NOW).version


def versions(clinic_id: int, visit: int) -> list[records.Version]:
    """The versions of a visit's record, newest first; none where nothing is written."""
    db.session.remove()
    session = reading(clinic_id)
    record = records.record_of(session, visit)
    return records.load_versions(session, record.id) if record else []


def sign_in(client, actor):
    """Sign somebody in at the page of their role."""
    (sign_in_patient if actor.is_patient else sign_in_staff)(client, actor)
    return client


def first_file(clinic_id: int) -> int:
    """The id of the first file beside a record."""
    db.session.remove()
    wanted = sa.select(RecordAttachment.file_id).order_by(RecordAttachment.id).limit(1)
    return reading(clinic_id).scalar(wanted)


def acts(clinic_id: int, *like: str) -> list[tuple[str, int | None, int | None]]:
    """The audit log's acts that begin so, in order: act, who, about which row."""
    db.session.remove()
    rows = reading(clinic_id).execute(
        sa.select(AuditEvent.action, AuditEvent.actor_id, AuditEvent.subject_id).order_by(
            AuditEvent.id
        )
    )
    return [tuple(row) for row in rows if row.action.startswith(like)]


def count(clinic_id: int, model) -> int:
    db.session.remove()
    session = reading(clinic_id)
    return session.scalar(sa.select(sa.func.count()).select_from(sa.select(model.id).subquery()))
