"""What people change about themselves: their data, their password, their sign-ins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.domain.permissions import Actor
from medcor.models import AuthSession, User
from medcor.services import audit, links, notices, people
from medcor.services.edits import begin_edit
from medcor.services.sessions import revoke_all


@dataclass(frozen=True, slots=True)
class OwnDetails:
    """What a person says of themselves; a role that lacks a field ignores it."""

    first_name: str
    last_name: str
    language: str
    phone: str = ""
    gender: str = ""
    birth_date: date | None = None
    bio: str = ""
    picture: bytes | None = None
    drop_picture: bool = False


def get_own(session: Session, actor: Actor) -> User:
    """The account of the signed-in person."""
    user = session.get(User, actor.user_id) if actor.user_id else None
    if user is None:
        raise errors.NotFound()
    return user


def edit_own(
    session: Session, actor: Actor, details: OwnDetails, seen: int | None, now: datetime
) -> User:
    """Change one's own account; StaleEdit if it is newer than ``seen``."""
    user = get_own(session, actor)
    begin_edit(user, seen, now)
    user.first_name, user.last_name = details.first_name, details.last_name
    user.language = details.language
    people.set_picture(session, actor, user, details.picture, drop=details.drop_picture)
    if user.doctor is not None:
        user.doctor.contact_number, user.doctor.bio = details.phone, details.bio
    if user.patient is not None:
        user.patient.phone, user.patient.gender = details.phone, details.gender
        user.patient.birth_date = details.birth_date
    audit.record(session, actor, "account.edited", "user", user.id)
    session.flush()
    return user


def change_password(
    session: Session, actor: Actor, checked_hash: str, new_hash: str, keep: str, now: datetime
) -> None:
    """Set a new password and end every sign-in but ``keep``, a session's public id.

    ``checked_hash`` is the stored one that the current password was compared with; Conflict if it
    has been replaced since.
    """
    user = get_own(session, actor)
    if user.password_hash != checked_hash:
        raise errors.Conflict()
    user.password_hash = new_hash
    revoke_all(session, user.id, now, keep=keep)
    links.close_links(session, user.id, now)
    notices.password_changed(session, user, kept_session=True)
    audit.record(session, actor, "account.password_changed", "user", user.id)
    session.flush()


def list_sign_ins(session: Session, user_id: int | None, now: datetime) -> list[AuthSession]:
    """A person's sign-ins that still hold, the latest first."""
    return list(
        session.scalars(
            sa.select(AuthSession)
            .where(
                AuthSession.user_id == user_id,
                AuthSession.revoked_at.is_(None),
                AuthSession.expires_at > now,
            )
            .order_by(AuthSession.created_at.desc(), AuthSession.id.desc())
            .limit(50)
        )
    )


def end_other_sign_ins(session: Session, actor: Actor, keep: str, now: datetime) -> None:
    """Sign a person out everywhere but in the session ``keep``."""
    user = get_own(session, actor)
    revoke_all(session, user.id, now, keep=keep)
    audit.record(session, actor, "account.signed_out_elsewhere", "user", user.id)
