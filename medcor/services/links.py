"""One-time links sent by mail. A token is ``<clinic id>.<random>``; only its hash is stored."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.domain.identity import is_known_id
from medcor.domain.permissions import Role
from medcor.models import LinkPurpose, MailedLink, User

LIVES = {
    LinkPurpose.VERIFY_EMAIL: timedelta(hours=48),
    LinkPurpose.RESET_PASSWORD: timedelta(hours=1),
    LinkPurpose.INVITATION: timedelta(days=7),
    LinkPurpose.OPEN_CLINIC: timedelta(hours=48),
}


@dataclass(frozen=True, slots=True)
class OpenLink:
    """A link that can still be used, and whose it is; plain values, free of any session."""

    id: int
    clinic_id: int
    user_id: int
    role: Role
    email: str
    name: str
    password_hash: str


def issue_link(
    session: Session, user: User, purpose: LinkPurpose, now: datetime, password_hash: str = ""
) -> str:
    """Make a link of ``user`` and return its token, which is kept nowhere but in the mail."""
    token = new_token(user.clinic_id)
    session.add(
        MailedLink(
            clinic_id=user.clinic_id,
            user_id=user.id,
            purpose=purpose,
            token_hash=digest_of(token),
            password_hash=password_hash,
            created_at=now,
            expires_at=now + LIVES[purpose],
        )
    )
    session.flush()
    return token


def new_token(clinic_id: int) -> str:
    """Make a token of a clinic; who keeps it stores its digest only."""
    return f"{clinic_id}.{secrets.token_urlsafe(32)}"


def clinic_of(token: str) -> int:
    """The clinic that a token names; LinkExpired for anything that is no token."""
    number, dot, rest = token.partition(".")
    if not (dot and rest and number.isascii() and number.isdigit() and len(number) < 11):
        raise errors.LinkExpired()
    if not is_known_id(int(number)):
        raise errors.LinkExpired()
    return int(number)


def find_link(session: Session, token: str, purpose: LinkPurpose, now: datetime) -> OpenLink:
    """Look a link up without using it; LinkExpired once it is used, over, or never was one."""
    found = session.execute(
        sa.select(
            MailedLink.id,
            User.clinic_id,
            User.id,
            User.role,
            User.email,
            User.first_name,
            User.last_name,
            MailedLink.password_hash,
        )
        .join(User, User.id == MailedLink.user_id)
        .where(
            MailedLink.token_hash == digest_of(token),
            MailedLink.purpose == purpose,
            MailedLink.used_at.is_(None),
            MailedLink.expires_at > now,
            User.is_active,
        )
    ).first()
    if found is None:
        raise errors.LinkExpired()
    link_id, clinic_id, user_id, role, email, first, last, password_hash = found
    return OpenLink(link_id, clinic_id, user_id, role, email, f"{first} {last}", password_hash)


def use_link(session: Session, token: str, purpose: LinkPurpose, now: datetime) -> OpenLink:
    """Use a link up, once even if two requests hold it, and with it every other of its person."""
    found = find_link(session, token, purpose, now)
    used = session.execute(
        sa.update(MailedLink)
        .where(MailedLink.id == found.id, MailedLink.used_at.is_(None))
        .values(used_at=now),
        execution_options={"synchronize_session": False},
    )
    if used.rowcount != 1:
        raise errors.LinkExpired()
    close_links(session, found.user_id, now)
    return found


def close_links(session: Session, user_id: int, now: datetime) -> None:
    """Make every open link of a person worthless."""
    session.execute(
        sa.update(MailedLink)
        .where(MailedLink.user_id == user_id, MailedLink.used_at.is_(None))
        .values(used_at=now),
        execution_options={"synchronize_session": False},
    )


def newest_password(session: Session, user_id: int) -> str:
    """The password hash of a person's latest registration, for a link that repeats its mail."""
    return (
        session.scalar(
            sa.select(MailedLink.password_hash)
            .where(MailedLink.user_id == user_id, MailedLink.purpose == LinkPurpose.VERIFY_EMAIL)
            .order_by(MailedLink.id.desc())
            .limit(1)
        )
        or ""
    )


def digest_of(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
