"""How long each stage of a turn took: written with its reply, read by the clinic's page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from medcor.domain.permissions import Actor
from medcor.models import TurnMeasure, TurnOutcome

STAGES = ("recogniser", "floor", "wait", "first", "reply", "log")


@dataclass(slots=True)
class Stages:
    """Milliseconds of each stage, None where a turn had none; see :class:`TurnMeasure`."""

    recogniser: int | None = None
    floor: int | None = None
    wait: int | None = None
    first: int | None = None
    reply: int | None = None
    log: int | None = None


def record_measure(
    session: Session,
    actor: Actor,
    *,
    session_id: str,
    turn_id: str,
    source: str,
    answered_by: str,
    outcome: TurnOutcome,
    stages: Stages,
    now: datetime,
) -> None:
    """Write a turn's measure once; it also says that the turn is settled and needs no answer."""
    values = {
        "clinic_id": actor.clinic_id,
        "session_id": session_id,
        "turn_id": turn_id,
        "at": now,
        "source": source,
        "answered_by": answered_by,
        "outcome": outcome,
        **{f"{name}_ms": getattr(stages, name) for name in STAGES},
    }
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    once = insert(TurnMeasure).on_conflict_do_nothing(index_elements=["clinic_id", "turn_id"])
    session.execute(once.returning(sa.literal(1)), [values]).all()
