"""Write what was done by whom, in the transaction of the act; and read it back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain.permissions import Actor
from medcor.models import AuditEvent, Doctor, Patient, User
from medcor.services.catalogue import contains_pattern


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


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the log is narrowed to.

    ``prefixes`` are first parts of actions, as ``slot``; days are the clinic's, both included.
    """

    person: str = ""
    prefixes: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None


def matching(wanted: Wanted, zone: ZoneInfo) -> sa.Select[tuple[int]]:
    """Ids of the events, without a join: for counting."""
    return sa.select(AuditEvent.id).where(*_conditions(wanted, zone))


def listed(wanted: Wanted, zone: ZoneInfo) -> sa.Select[tuple[AuditEvent]]:
    """The events, latest first."""
    found = sa.select(AuditEvent).where(*_conditions(wanted, zone))
    return found.order_by(AuditEvent.created_at.desc(), AuditEvent.id.desc())


def exported(wanted: Wanted, zone: ZoneInfo) -> sa.Select:
    """The same events with their people's names as plain columns, for a file."""
    columns = sa.select(
        AuditEvent.created_at,
        User.first_name,
        User.last_name,
        User.role,
        AuditEvent.action,
        AuditEvent.subject,
        AuditEvent.subject_id,
    ).outerjoin(User, User.id == AuditEvent.actor_id)
    found = columns.where(*_conditions(wanted, zone))
    return found.order_by(AuditEvent.created_at.desc(), AuditEvent.id.desc())


def _conditions(wanted: Wanted, zone: ZoneInfo) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if wanted.prefixes:
        found.append(
            sa.or_(
                *(
                    AuditEvent.action.startswith(f"{prefix}.", autoescape=True)
                    for prefix in wanted.prefixes
                )
            )
        )
    if wanted.person.strip():
        pattern = contains_pattern(wanted.person)
        name = User.first_name + " " + User.last_name
        named = name.ilike(pattern, escape="\\") | User.email.ilike(pattern, escape="\\")
        found.append(AuditEvent.actor_id.in_(sa.select(User.id).where(named)))
    if wanted.first is not None:
        found.append(AuditEvent.created_at >= datetime.combine(wanted.first, time(), zone))
    if wanted.last is not None:
        after = datetime.combine(wanted.last + timedelta(days=1), time(), zone)
        found.append(AuditEvent.created_at < after)
    return found


@dataclass(frozen=True, slots=True)
class Names:
    """The people of some events by id, as they are called today."""

    users: dict[int, User]
    doctors: dict[int, str]
    patients: dict[int, str]


def names_for(session: Session, events: Sequence[AuditEvent]) -> Names:
    """Everybody whom these events name, in three queries at most."""
    users = {each.actor_id for each in events if each.actor_id is not None}
    users |= _subjects(events, "user")
    doctors, patients = _subjects(events, "doctor"), _subjects(events, "patient")
    return Names(
        {user.id: user for user in _rows(session, User, users)},
        {doctor.id: doctor.name for doctor in _rows(session, Doctor, doctors)},
        {patient.id: patient.name for patient in _rows(session, Patient, patients)},
    )


def _subjects(events: Iterable[AuditEvent], subject: str) -> set[int]:
    return {
        each.subject_id
        for each in events
        if each.subject == subject and each.subject_id is not None
    }


def _rows(session: Session, model: Any, ids: set[int]) -> Iterable[Any]:
    if not ids:
        return []
    return session.scalars(sa.select(model).where(model.id.in_(sorted(ids))))
