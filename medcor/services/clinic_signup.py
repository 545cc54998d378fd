"""A clinic signs itself up: it exists for nobody until its admin's address is confirmed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.domain.identity import email_key
from medcor.domain.permissions import Actor, Role
from medcor.models import (
    AuditEvent,
    Clinic,
    LinkPurpose,
    MailedLink,
    OutboxMail,
    User,
)
from medcor.models.tenancy import across_clinics, scope
from medcor.services import audit, links, notices

ABANDONED_AFTER = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class SignUp:
    """What somebody tells who opens a clinic; the password is hashed already."""

    name: str
    country: str
    zone: str
    currency: str
    language: str
    first_name: str
    last_name: str
    email: str
    password_hash: str


def sign_up_clinic(session: Session, wish: SignUp, now: datetime) -> None:
    """Make an unverified clinic with its admin, and mail the link that opens it.

    Asked again for the same clinic and address, mails another link instead: each link carries the
    password of the sign-up that asked for it, as in :class:`MailedLink`. Needs a session that
    works for no clinic yet.
    """
    admin = _find_waiting(session, wish.email, wish.name) or _add_clinic(session, wish, now)
    _mail_link(session, admin, wish.password_hash, now)


def mail_again(session: Session, email: str, name: str, now: datetime) -> None:
    """Mail another link with the latest password, if such a sign-up waits for its confirmation."""
    admin = _find_waiting(session, email, name)
    if admin is None:
        return
    chosen = session.scalar(
        sa.select(MailedLink.password_hash)
        .where(MailedLink.user_id == admin.id, MailedLink.purpose == LinkPurpose.OPEN_CLINIC)
        .order_by(MailedLink.id.desc())
        .limit(1)
    )
    _mail_link(session, admin, chosen or "", now)


def _mail_link(session: Session, admin: User, password_hash: str, now: datetime) -> None:
    token = links.issue_link(session, admin, LinkPurpose.OPEN_CLINIC, now, password_hash)
    notices.open_clinic(session, admin, token)


def _find_waiting(session: Session, email: str, name: str) -> User | None:
    """The admin of an unverified clinic of this name; puts the session to work for that clinic."""
    wanted = (
        sa.select(User.clinic_id, User.id)
        .join(Clinic, Clinic.id == User.clinic_id)
        .where(
            User.email_key == email_key(email),
            User.role == Role.ADMIN,
            User.verified_at.is_(None),
            ~Clinic.is_verified,
            Clinic.name == name,
        )
        .order_by(User.id)
        .limit(1)
    )
    with across_clinics(session, "a sign-up does not know its clinic's number"):
        found = session.execute(wanted).first()
    if found is None:
        return None
    scope(session, found.clinic_id)
    return session.get_one(User, found.id)


def _add_clinic(session: Session, wish: SignUp, now: datetime) -> User:
    clinic = Clinic(
        name=wish.name,
        country=wish.country,
        zone=wish.zone,
        currency=wish.currency,
        language=wish.language,
        email=wish.email,
        is_verified=False,
        setup_done=False,
        booking_needs_key=True,
        created_at=now,
    )
    session.add(clinic)
    session.flush()
    scope(session, clinic.id)
    user = User(
        clinic_id=clinic.id,
        role=Role.ADMIN,
        email=wish.email,
        email_key=email_key(wish.email),
        first_name=wish.first_name,
        last_name=wish.last_name,
        language=wish.language,
    )
    session.add(user)
    session.flush()
    audit.record(session, _self(user), "clinic.signed_up", "clinic", clinic.id)
    return user


def open_clinic(session: Session, token: str, now: datetime) -> links.OpenLink:
    """Use the mailed link up: the clinic and its admin are verified, the password is set.

    LinkExpired for a link that is used, over, or none.
    """
    link = links.use_link(session, token, LinkPurpose.OPEN_CLINIC, now)
    user = session.get_one(User, link.user_id)
    clinic = session.get_one(Clinic, link.clinic_id)
    user.verified_at = user.verified_at or now
    user.password_hash = link.password_hash or user.password_hash
    clinic.is_verified = True
    audit.record(session, _self(user), "clinic.opened", "clinic", clinic.id)
    return link


def waiting_name(session: Session, clinic_id: int) -> str:
    """The name of a clinic that waits for its confirmation; ClinicNotFound for one that is gone."""
    clinic = session.get(Clinic, clinic_id)
    if clinic is None:
        raise errors.ClinicNotFound()
    return clinic.name


def list_all(session: Session) -> list[Clinic]:
    """Every clinic by number; a clinic's own row belongs to no tenant."""
    return list(session.scalars(sa.select(Clinic).order_by(Clinic.id)))


def list_abandoned(session: Session, now: datetime) -> list[tuple[int, str]]:
    """Number and name of each clinic that was signed up and not confirmed within a week."""
    wanted = (
        sa.select(Clinic.id, Clinic.name)
        .where(~Clinic.is_verified, Clinic.created_at < now - ABANDONED_AFTER)
        .order_by(Clinic.id)
    )
    return [(row.id, row.name) for row in session.execute(wanted)]


def erase_abandoned(session: Session, clinic_id: int, now: datetime) -> bool:
    """Erase an unconfirmed clinic with all it has; False if it was confirmed in the meantime.

    ``session`` must work for that clinic.
    """
    clinic = session.get(Clinic, clinic_id, with_for_update=True)
    if clinic is None or clinic.is_verified or clinic.created_at >= now - ABANDONED_AFTER:
        return False
    for model in (OutboxMail, MailedLink, AuditEvent, User):
        session.execute(sa.delete(model), execution_options={"synchronize_session": False})
    session.delete(clinic)
    session.flush()
    return True


def _self(user: User) -> Actor:
    return Actor(user.clinic_id, user.id, user.role, None, user.name, user.email)
