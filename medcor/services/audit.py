"""Write what was done by whom, in the transaction of the act."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from medcor.domain.permissions import Actor
from medcor.models import AuditEvent


def record(
    session: Session,
    actor: Actor,
    action: str,
    subject: str,
    subject_id: int | None,
    **details: Any,
) -> None:
    """Add one audit event; ``details`` are JSON values and hold no health data."""
    session.add(
        AuditEvent(
            clinic_id=actor.clinic_id,
            actor_id=actor.user_id,
            action=action,
            subject=subject,
            subject_id=subject_id,
            details=details,
        )
    )
