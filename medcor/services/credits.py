"""What a doctor's reply costs: one credit, reserved before the model is called.

Until the ledger of subscriptions stands, credits are a balance on the clinic that a constraint
keeps from going below zero, also under concurrency. A reservation belongs to its turn, so a turn
that arrives twice, or is answered by a second process, is paid once.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.domain.permissions import Actor, Role
from medcor.models import Clinic, CreditReservation, ReservationState
from medcor.models.tenancy import across_clinics
from medcor.services import audit

REPLY_COST = 1
# Longer than any reply takes: its process is gone.
FORGOTTEN_AFTER = timedelta(minutes=10)
_QUIET = {"synchronize_session": False}


def costs_credits(actor: Actor) -> bool:
    """Only doctors' replies are paid for; patients pay nothing."""
    return actor.role is Role.DOCTOR


def remaining_credits(session: Session, clinic_id: int) -> int:
    return session.scalar(sa.select(Clinic.credits).where(Clinic.id == clinic_id)) or 0


def reserve_credit(session: Session, actor: Actor, turn_id: str, now: datetime) -> int:
    """Take one reply's credit from the clinic; returns what remains.

    Once per turn: a turn that holds or has spent its credit takes none. Raises CreditsExhausted.
    """
    held = session.scalar(sa.select(CreditReservation).where(_of_turn(turn_id)))
    if held is None or held.state is ReservationState.RELEASED:
        _take(session, actor.clinic_id)
        if held is None:
            held = CreditReservation(
                clinic_id=actor.clinic_id, user_id=actor.user_id, turn_id=turn_id
            )
            session.add(held)
        held.state, held.reserved_at, held.settled_at = ReservationState.RESERVED, now, None
        session.flush()
    return remaining_credits(session, actor.clinic_id)


def _of_turn(turn_id: str) -> sa.ColumnElement[bool]:
    return CreditReservation.turn_id == turn_id


def _take(session: Session, clinic_id: int) -> None:
    changed = session.execute(
        sa.update(Clinic)
        .where(Clinic.id == clinic_id, Clinic.credits >= REPLY_COST)
        .values(credits=Clinic.credits - REPLY_COST),
        execution_options=_QUIET,
    )
    if changed.rowcount != 1:
        raise errors.CreditsExhausted()


def commit_credit(session: Session, actor: Actor, turn_id: str, now: datetime) -> None:
    """Spend the credit that the turn reserved, with the log of its reply; a repeat does nothing."""
    if _settle(session, turn_id, ReservationState.COMMITTED, now):
        audit.record(session, actor, "credit.spent", "turn", None, turn_id=turn_id)


def release_credit(session: Session, actor: Actor, turn_id: str, now: datetime) -> int:
    """Give back what the turn reserved, because nothing was answered; returns what remains."""
    if _settle(session, turn_id, ReservationState.RELEASED, now):
        session.execute(
            sa.update(Clinic)
            .where(Clinic.id == actor.clinic_id)
            .values(credits=Clinic.credits + REPLY_COST),
            execution_options=_QUIET,
        )
    return remaining_credits(session, actor.clinic_id)


def _settle(session: Session, turn_id: str, state: ReservationState, now: datetime) -> bool:
    changed = session.execute(
        sa.update(CreditReservation)
        .where(_of_turn(turn_id), CreditReservation.state == ReservationState.RESERVED)
        .values(state=state, settled_at=now),
        execution_options=_QUIET,
    )
    return changed.rowcount == 1


def forgotten_reservations(session: Session, now: datetime) -> list[tuple[int, str]]:
    """Reservations, as (clinic, turn), that a process has left behind."""
    wanted = sa.select(CreditReservation.clinic_id, CreditReservation.turn_id).where(
        CreditReservation.state == ReservationState.RESERVED,
        CreditReservation.reserved_at < now - FORGOTTEN_AFTER,
    )
    with across_clinics(session, "a process that is gone served talks of every clinic"):
        return [tuple(row) for row in session.execute(wanted)]
