"""Sign-in sessions: open, check, rotate, revoke. Page sessions, keys and cookies share them."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain.permissions import Actor, Role
from medcor.models import AuthSession, Doctor, Patient, User, full_name

STAFF_LIFE = timedelta(hours=12)
PATIENT_LIFE = timedelta(days=30)
# Two tabs may refresh at once: the token before the last one is honoured this long.
ROTATION_GRACE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A checked session: the actor and what pages show of them."""

    actor: Actor
    session_id: str
    picture: str
    language: str


def open_session(session: Session, user: User, user_agent: str, now: datetime) -> AuthSession:
    """Start a sign-in session; staff are signed out after 12 hours, patients after 30 days."""
    life = PATIENT_LIFE if user.role is Role.PATIENT else STAFF_LIFE
    row = AuthSession(
        clinic_id=user.clinic_id,
        user_id=user.id,
        public_id=str(uuid.uuid4()),
        refresh_id=secrets.token_urlsafe(16),
        user_agent=user_agent[:200],
        expires_at=now + life,
    )
    session.add(row)
    session.flush()
    return row


def check_session(session: Session, public_id: str, now: datetime) -> SignedIn | None:
    """Who is signed in under ``public_id``, or None once it is revoked, expired or deactivated."""
    found = session.execute(
        # Plain columns: every request asks this, and objects cost twice as much.
        sa.select(
            User.clinic_id,
            User.id,
            User.role,
            User.first_name,
            User.last_name,
            User.email,
            User.picture,
            User.language,
            Doctor.id.label("doctor_id"),
            Patient.id.label("patient_id"),
        )
        .select_from(AuthSession)
        .join(User, User.id == AuthSession.user_id)
        .outerjoin(Doctor, Doctor.user_id == User.id)
        .outerjoin(Patient, Patient.user_id == User.id)
        .where(
            AuthSession.public_id == public_id,
            AuthSession.revoked_at.is_(None),
            AuthSession.expires_at > now,
            User.is_active,
        )
    ).first()
    if found is None:
        return None
    actor = Actor(
        found.clinic_id,
        found.id,
        found.role,
        found.doctor_id or found.patient_id,
        full_name(found.first_name, found.last_name),
        found.email,
    )
    return SignedIn(actor, public_id, found.picture, found.language)


def get_session(session: Session, public_id: str) -> AuthSession:
    """The row of a session that is known to live; its refresh token is made from it."""
    return session.scalars(sa.select(AuthSession).where(AuthSession.public_id == public_id)).one()


def rotate_refresh(
    session: Session, public_id: str, presented: str, now: datetime
) -> AuthSession | None:
    """Exchange a refresh token; a reused old one revokes the session, except within the grace.

    None means that the session is over. Within the grace the row is returned unrotated.
    """
    row = session.scalar(
        sa.select(AuthSession).where(AuthSession.public_id == public_id).with_for_update()
    )
    if row is None or row.revoked_at is not None or row.expires_at <= now:
        return None
    if secrets.compare_digest(presented, row.refresh_id):
        row.previous_refresh_id, row.refresh_id = row.refresh_id, secrets.token_urlsafe(16)
        row.rotated_at = now
        return row
    graced = row.rotated_at is not None and now - row.rotated_at <= ROTATION_GRACE
    if graced and secrets.compare_digest(presented, row.previous_refresh_id):
        return row
    row.revoked_at = now
    return None


def revoke_session(session: Session, public_id: str, now: datetime) -> None:
    """End one session; page, key and cookie die with it."""
    session.execute(
        sa.update(AuthSession)
        .where(AuthSession.public_id == public_id, AuthSession.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def revoke_all(session: Session, user_id: int, now: datetime, *, keep: str = "") -> None:
    """End every session of a user but ``keep``: after a changed password or a deactivation."""
    session.execute(
        sa.update(AuthSession)
        .where(
            AuthSession.user_id == user_id,
            AuthSession.revoked_at.is_(None),
            AuthSession.public_id != keep,
        )
        .values(revoked_at=now)
    )


def live_sessions(session: Session, public_ids: Iterable[str], now: datetime) -> set[str]:
    """Which of these sign-ins still hold: not revoked, not expired, the account active."""
    return set(
        session.scalars(
            sa.select(AuthSession.public_id)
            .join(User, User.id == AuthSession.user_id)
            .where(
                AuthSession.public_id.in_(list(public_ids)),
                AuthSession.revoked_at.is_(None),
                AuthSession.expires_at > now,
                User.is_active,
            )
        )
    )
