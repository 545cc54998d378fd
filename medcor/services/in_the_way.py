"""Find the appointments that take a time which somebody asks for, to show them to staff."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain import scheduling as rules
from medcor.domain.permissions import Actor
from medcor.models import Appointment, Claim, Clinic
from medcor.services import agenda, scheduling
from medcor.services.why_not import Explained


def find_in_the_way(
    session: Session,
    actor: Actor,
    clinic: Clinic,
    told: Explained,
    day: date,
    patient_id: int | None,
) -> Sequence[sa.Row[Any]]:
    """What the actor may see of it, in order of time, as plain columns (see ``agenda.entries``).

    The doctor's appointments that meet the time and its buffers, the patient's that meet the time.
    """
    if told.slot is None:
        return []
    span = rules.slot_span(clinic.zone_info, day, told.slot, told.treatment.minutes)
    if span is None:
        return []
    needed = rules.steps(rules.with_buffers(span, scheduling.treatment_rule(told.treatment)))
    own = rules.steps(span)
    theirs = (Claim.doctor_id == told.doctor.id) & Claim.step.between(needed[0], needed[-1])
    patients = (Claim.patient_id == patient_id) & Claim.step.between(own[0], own[-1])
    taken = sa.select(Claim.appointment_id).where(
        theirs if patient_id is None else theirs | patients, Claim.appointment_id.is_not(None)
    )
    wanted = agenda.entries(actor).where(Appointment.id.in_(taken))
    return session.execute(wanted.order_by(Appointment.starts_at, Appointment.id)).all()
