"""What a new clinic still has to do before its first patient can book, computed from its data."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain.permissions import Actor
from medcor.models import (
    Clinic,
    ClinicHours,
    Doctor,
    Slot,
    Treatment,
    TreatmentDoctor,
    User,
)
from medcor.services import audit, lookup
from medcor.services.edits import begin_edit

STEPS = ("hours", "doctor", "treatment", "slots")


def steps_done(session: Session) -> dict[str, bool]:
    """Each step of the setup and whether the clinic in scope has done it, in order; four queries.

    A treatment counts once an active doctor gives it, an opening once it is theirs and not paused.
    """
    at_work = (Doctor.is_active, User.is_active)
    wanted = (
        sa.select(ClinicHours.id),
        sa.select(Doctor.id).join(User, User.id == Doctor.user_id).where(*at_work),
        sa.select(Treatment.id)
        .join(TreatmentDoctor, TreatmentDoctor.treatment_id == Treatment.id)
        .join(Doctor, Doctor.id == TreatmentDoctor.doctor_id)
        .join(User, User.id == Doctor.user_id)
        .where(Treatment.is_active, *at_work),
        sa.select(Slot.id)
        .join(Doctor, Doctor.id == Slot.doctor_id)
        .join(User, User.id == Doctor.user_id)
        .where(Slot.is_active, ~Slot.is_paused, *at_work),
    )
    return {
        name: session.scalar(each.limit(1)) is not None
        for name, each in zip(STEPS, wanted, strict=True)
    }


def dismiss_setup(session: Session, actor: Actor, done: bool, now: datetime) -> Clinic:
    """Take the setup off the day's page, or put it back there; the same wish twice does nothing."""
    clinic = lookup.get_clinic(session, actor.clinic_id)
    if clinic.setup_done == done:
        return clinic
    begin_edit(clinic, None, now)
    clinic.setup_done = done
    act = "clinic.setup_dismissed" if done else "clinic.setup_reopened"
    audit.record(session, actor, act, "clinic", clinic.id)
    session.flush()
    return clinic
