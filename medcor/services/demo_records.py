"""A few demo records of past visits, written as the product writes them; none of them is real."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from PIL import Image, ImageDraw
from sqlalchemy.orm import Session

from medcor.domain.appointments import AppointmentStatus
from medcor.domain.permissions import Actor, Role
from medcor.domain.records import Prescribed, RecordText
from medcor.models import Appointment, Clinic, Doctor, MedicalRecord, Patient, Treatment
from medcor.services import agenda
from medcor.services.record_files import NewFile
from medcor.services.record_writing import RecordWish, save_record

MOST = 12
_MARK = "Demo text, not about a real person. "
_CARIES, _GUMS, _HEALTHY, _GRINDING, _HEADACHE, _ROUTINE = (
    RecordText(
        complaint=_MARK + "Sensitive to cold on the lower left for two weeks, no pain at night.",
        findings="36: dark spot on the chewing surface, soft to the probe. Cold test positive and\n"
        "short. No pain on tapping. Gums healthy, probing depths 2 to 3 mm.",
        diagnosis_code="K02.1",
        diagnosis="Caries of dentine, tooth 36",
        prescriptions=(
            Prescribed(
                "Ibuprofen", "400 mg", "Up to three times a day", "3 days", "After meals, if needed"
            ),
            Prescribed("Fluoride mouth rinse", "10 ml", "In the evening", "4 weeks"),
        ),
        advice="Brush twice a day with a fluoride paste.\nCome back at once if it hurts at night.",
    ),
    RecordText(
        complaint=_MARK + "Gums bleed when brushing.",
        findings="Plaque and tartar behind the lower front teeth. Bleeding on probing in 40% of "
        "sites, probing depths up to 4 mm.",
        diagnosis_code="K05.1",
        diagnosis="Chronic gingivitis",
        prescriptions=(
            Prescribed("Chlorhexidine 0.2% rinse", "10 ml", "Morning and evening", "10 days"),
        ),
        advice="Clean between the teeth every evening. Next cleaning in three months.",
    ),
    RecordText(
        complaint=_MARK + "Regular check-up, no complaints.",
        findings="Teeth and gums healthy. No new findings on the X-ray.",
        diagnosis_code="Z01.2",
        diagnosis="Dental examination",
        advice="Keep going like this. Next check-up in half a year.",
    ),
    RecordText(
        complaint=_MARK + "Headache in the morning and a tired jaw.",
        findings="Wear on the canines, tender masseter on both sides. Mouth opens 44 mm.",
        diagnosis_code="F45.8",
        diagnosis="Grinding at night",
        advice="A night guard is being made. Warmth on the jaw in the evening.",
    ),
    RecordText(
        complaint=_MARK + "Pressing headache on both sides, three times a week.",
        findings="Blood pressure 124/78. No neurological findings. Neck muscles tense.",
        diagnosis_code="G44.2",
        diagnosis="Tension-type headache",
        prescriptions=(
            Prescribed("Paracetamol", "500 mg", "At most three times a day", "3 days", "If needed"),
        ),
        advice="Breaks from the screen, walks, a headache diary for four weeks.",
    ),
    RecordText(
        complaint=_MARK + "Came for the planned appointment, no complaints.",
        findings="Nothing out of the ordinary.",
        diagnosis_code="Z00.0",
        diagnosis="General examination",
        advice="No treatment needed. Come back when something changes.",
    ),
)
_BY_TREATMENT = {
    "Tooth Filling": _CARIES,
    "Root Canal": _CARIES,
    "Dental Crown": _CARIES,
    "Dental Cleaning": _GUMS,
    "Gum Treatment": _GUMS,
    "Dental Check-up": _HEALTHY,
    "Children's Check-up": _HEALTHY,
    "Night Guard": _GRINDING,
    "General Consultation": _HEADACHE,
    "Physiotherapy": _HEADACHE,
}


def add_demo_records(session: Session, clinic: Clinic, now: datetime) -> None:
    """Write records of the latest completed visits, the demo patient's first; once per clinic."""
    if session.scalar(sa.select(MedicalRecord.id).limit(1)) is not None:
        return
    first = sa.select(sa.func.min(Patient.id)).scalar_subquery()
    visits = session.scalars(
        agenda.appointments()
        .where(Appointment.status == AppointmentStatus.COMPLETED, Appointment.ends_at < now)
        .order_by(
            Appointment.patient_id != first,
            Treatment.name.notin_(list(_BY_TREATMENT)),
            Appointment.starts_at.desc(),
        )
        .limit(MOST)
    ).all()
    for number, visit in enumerate(visits):
        _write(session, visit, number, now)
    session.flush()


def _write(session: Session, visit: Appointment, number: int, now: datetime) -> None:
    doctor: Doctor = visit.doctor
    actor = Actor(
        visit.clinic_id, doctor.user_id, Role.DOCTOR, doctor.id, doctor.user.name, doctor.user.email
    )
    text = _BY_TREATMENT.get(visit.treatment.name, _ROUTINE)
    if number == 0:
        text = replace(text, follow_up=(now + timedelta(days=21)).date())
        early = replace(text, prescriptions=text.prescriptions[:1], advice="", follow_up=None)
        save_record(session, actor, visit.id, RecordWish(early), visit.ends_at)
    files = (NewFile(_picture(), "demo-x-ray.png"),) if number == 0 else ()
    wish = RecordWish(text, files=files)
    save_record(session, actor, visit.id, wish, visit.ends_at + timedelta(minutes=20))


def _picture() -> bytes:
    """A drawing that stands for an X-ray."""
    image = Image.new("L", (480, 320), 30)
    draw = ImageDraw.Draw(image)
    for number in range(6):
        left = 30 + number * 72
        draw.rounded_rectangle((left, 60, left + 58, 150), 18, fill=200)
        draw.polygon([(left + 6, 150), (left + 26, 150), (left + 16, 270)], fill=150)
        draw.polygon([(left + 32, 150), (left + 52, 150), (left + 42, 270)], fill=150)
    draw.ellipse((190, 75, 212, 97), fill=60)
    draw.text((16, 16), "Demo", fill=230)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
