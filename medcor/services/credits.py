"""What a doctor's reply costs: one credit, reserved before the model is called.

Until the ledger of subscriptions stands, credits are a balance on the clinic that a constraint
keeps from going below zero, also under concurrency.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.domain.permissions import Actor, Role
from medcor.models import Clinic
from medcor.services import audit

REPLY_COST = 1


def costs_credits(actor: Actor) -> bool:
    """Only doctors' replies are paid for; patients pay nothing."""
    return actor.role is Role.DOCTOR


def remaining_credits(session: Session, clinic_id: int) -> int:
    return session.scalar(sa.select(Clinic.credits).where(Clinic.id == clinic_id)) or 0


def reserve_credit(session: Session, actor: Actor) -> int:
    """Take one reply's credit from the clinic; returns what remains. Raises CreditsExhausted."""
    changed = session.execute(
        sa.update(Clinic)
        .where(Clinic.id == actor.clinic_id, Clinic.credits >= REPLY_COST)
        .values(credits=Clinic.credits - REPLY_COST)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:
        raise errors.CreditsExhausted()
    return remaining_credits(session, actor.clinic_id)


def commit_credit(session: Session, actor: Actor, turn_id: str) -> None:
    """Name the turn that the reserved credit was spent on, with the log of its reply."""
    audit.record(session, actor, "credit.spent", "turn", None, turn_id=turn_id)


def release_credit(session: Session, actor: Actor) -> int:
    """Give a reserved credit back, because its reply failed; returns what remains."""
    session.execute(
        sa.update(Clinic)
        .where(Clinic.id == actor.clinic_id)
        .values(credits=Clinic.credits + REPLY_COST)
        .execution_options(synchronize_session=False)
    )
    return remaining_credits(session, actor.clinic_id)
