"""A doctor at work in a test: patients, visits that have begun, drafts, days off."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import sqlalchemy as sa

from medcor.domain.appointments import AppointmentStatus
from medcor.domain.permissions import Actor
from medcor.extensions import db
from medcor.models import AssistantAct, ExclusionDate, Patient, RecordDraft, User
from medcor.services import record_drafts
from medcor.services.assistant import doctor_acts
from medcor.services.record_drafts import HeldDraft
from medcor.web.transaction import reading, transaction
from tests.conftest import NOW
from tests.factories import ClinicWorld, make_patient
from tests.record_helpers import VISIT, make_visit

TODAY = date(2026, 3, 4)
CONFIRMED = AppointmentStatus.CONFIRMED


def add_patient(clinic: ClinicWorld, name: str, email: str, born: date | None = None) -> Actor:
    """A patient of the clinic whom nobody treats yet."""
    first, last = name.split(" ", 1)
    with transaction(clinic.id) as session:
        made = make_patient(session, clinic.id, email, first_name=first, last_name=last)
        session.get(Patient, made.profile_id).birth_date = born
    return made


def name_patient(actor: Actor, first: str, last: str) -> None:
    with transaction(actor.clinic_id) as session:
        user = session.get(User, actor.user_id)
        user.first_name, user.last_name = first, last


def visit_today(clinic: ClinicWorld, hour: int = 9, **more) -> int:
    """A visit of today on the clinic's clock; NOW is 09:00 there."""
    return make_visit(clinic, day=TODAY, hour=hour, **{"status": CONFIRMED, **more})


def visit_before(clinic: ClinicWorld, days: int = 0, **more) -> int:
    """A visit that is over, ``days`` before the Monday on which most of them are."""
    return make_visit(clinic, day=VISIT - timedelta(days=days), **more)


def draft_of(actor: Actor, visit: int) -> HeldDraft | None:
    db.session.remove()
    return record_drafts.find_draft(reading(actor.clinic_id), actor, visit)


def dictate(
    actor: Actor, visit: int, *pieces: str, now: datetime = NOW, turn: str = "turn"
) -> HeldDraft | None:
    """Take down pieces as a talk does, each as a turn of its own."""
    from medcor.domain.dictation import read_turn

    for number, piece in enumerate(pieces):
        with transaction(actor.clinic_id, actor) as session:
            doctor_acts.take_down(
                session, actor, visit, read_turn(piece), "a-talk", f"{turn}-{number}", now
            )
    return draft_of(actor, visit)


def drafts(clinic_id: int) -> list[RecordDraft]:
    db.session.remove()
    return list(reading(clinic_id).scalars(sa.select(RecordDraft).order_by(RecordDraft.id)))


def absences(clinic_id: int) -> list[tuple[date, date, str]]:
    db.session.remove()
    rows = reading(clinic_id).scalars(sa.select(ExclusionDate).order_by(ExclusionDate.id))
    return [(row.start_date, row.end_date, row.reason) for row in rows]


def assistant_acts(clinic_id: int) -> list[str]:
    db.session.remove()
    return list(reading(clinic_id).scalars(sa.select(AssistantAct.tool).order_by(AssistantAct.id)))
