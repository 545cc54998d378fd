"""Who somebody is: sign-in, registration, verification and forgotten passwords.

Hashing is slow and never happens inside a write transaction: the caller verifies or hashes first
(``authenticate_*``, ``passwords.hash_password``) and then opens the transaction that writes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.domain.identity import email_key
from medcor.domain.permissions import Actor, Role
from medcor.models import Clinic, LinkPurpose, Patient, User
from medcor.models.tenancy import across_clinics
from medcor.services import audit, links, notices, passwords
from medcor.services.sessions import SignedIn, check_session, open_session, revoke_all

STAFF = (Role.ADMIN, Role.DOCTOR)
# A person may work at several clinics under one address; each of them costs one hash.
MAX_STAFF_ACCOUNTS = 8
# At least this many, so that the time tells nothing about how many accounts an address has.
MIN_STAFF_CHECKS = 2


@dataclass(frozen=True, slots=True)
class Account:
    """An account that can sign in; ``fingerprint`` stands for the password that was checked."""

    clinic_id: int
    clinic_name: str
    user_id: int
    password_hash: str

    @property
    def fingerprint(self) -> str:
        return passwords.fingerprint(self.password_hash)


@dataclass(frozen=True, slots=True)
class Registration:
    """What a new patient tells of themselves; the password is hashed already."""

    first_name: str
    last_name: str
    email: str
    password_hash: str
    phone: str = ""
    language: str = "en"


def authenticate_patient(session: Session, clinic_id: int, email: str, password: str) -> User:
    """The patient with this address and password at the clinic that ``session`` works for.

    InvalidCredentials for a wrong password, an unknown, unverified or inactive account alike,
    each after exactly one hash.
    """
    found = session.execute(
        _able_to_sign_in(email).where(User.clinic_id == clinic_id, User.role == Role.PATIENT)
    ).first()
    if not passwords.verify_password(found.password_hash if found else "", password):
        raise errors.InvalidCredentials()
    return session.get_one(User, found.id)


def authenticate_staff(
    session: Session, email: str, password: str, clinic_id: int | None = None
) -> list[Account]:
    """The staff accounts with this address whose own password matches; at least one.

    InvalidCredentials if there is none, whatever the reason, after the same number of hashes.
    """
    candidates = find_staff_accounts(session, email, clinic_id)
    checks = [*candidates, *[None] * (MIN_STAFF_CHECKS - len(candidates))]
    matched = [
        account
        for account in checks
        if passwords.verify_password(account.password_hash if account else "", password) and account
    ]
    if not matched:
        raise errors.InvalidCredentials()
    return matched


def find_staff_accounts(
    session: Session, email: str, clinic_id: int | None = None
) -> list[Account]:
    """Staff accounts with this address that can sign in, at one clinic or at any."""
    wanted = (
        _able_to_sign_in(email)
        .add_columns(Clinic.id.label("clinic_id"), Clinic.name)
        .join(Clinic, Clinic.id == User.clinic_id)
        .where(User.role.in_(STAFF), Clinic.is_verified)
        .order_by(Clinic.name, Clinic.id)
        .limit(MAX_STAFF_ACCOUNTS)
    )
    if clinic_id is not None:
        wanted = wanted.where(User.clinic_id == clinic_id)
    rows = _read_across(session, wanted)
    return [Account(row.clinic_id, row.name, row.id, row.password_hash) for row in rows]


def find_staff_clinics(session: Session, email: str) -> list[int]:
    """The clinics where an active staff account has this address, invited ones included."""
    wanted = (
        sa.select(User.clinic_id)
        .join(Clinic, Clinic.id == User.clinic_id)
        .where(User.email_key == email_key(email), User.role.in_(STAFF), User.is_active)
        .where(Clinic.is_verified)
        .order_by(User.clinic_id)
        .limit(MAX_STAFF_ACCOUNTS)
    )
    return [row.clinic_id for row in _read_across(session, wanted)]


def _read_across(session: Session, wanted: sa.Select) -> list[sa.Row]:
    # Nobody is signed in yet and staff do not name their clinic, so none can be in scope.
    with across_clinics(session, "a staff sign-in does not name its clinic"):
        return list(session.execute(wanted))


def _able_to_sign_in(email: str) -> sa.Select:
    return sa.select(User.id, User.password_hash).where(
        User.email_key == email_key(email),
        User.is_active,
        User.verified_at.is_not(None),
        User.password_hash != "",
    )


def sign_in(
    session: Session, user_id: int, fingerprint: str, user_agent: str, now: datetime
) -> SignedIn:
    """Open a page session for an account whose password, told by ``fingerprint``, was checked.

    InvalidCredentials if the password or the account changed since then.
    """
    user = session.get(User, user_id)
    if user is None or passwords.fingerprint(user.password_hash) != fingerprint:
        raise errors.InvalidCredentials()
    opened = open_session(session, user, user_agent, now)
    signed_in = check_session(session, opened.public_id, now)
    if signed_in is None:
        raise errors.InvalidCredentials()
    audit.record(session, signed_in.actor, "account.signed_in", "user", user.id)
    return signed_in


def register_patient(
    session: Session, clinic_id: int, registration: Registration, now: datetime
) -> None:
    """Make an unverified account and mail its link; the owner of an existing one is told instead.

    Returns nothing on purpose: the page must not be able to tell the cases apart. An account that
    was never verified gets a new link with the new password, see :class:`MailedLink`.
    """
    user = _find_user(session, registration.email)
    if user is None:
        user = _add_patient(session, clinic_id, registration)
    elif user.verified_at is not None or user.role is not Role.PATIENT or not user.is_active:
        notices.already_registered(session, user)
        return
    token = links.issue_link(
        session, user, LinkPurpose.VERIFY_EMAIL, now, registration.password_hash
    )
    notices.verify_email(session, user, token)


def _add_patient(session: Session, clinic_id: int, registration: Registration) -> User:
    user = User(
        clinic_id=clinic_id,
        role=Role.PATIENT,
        email=registration.email,
        email_key=email_key(registration.email),
        first_name=registration.first_name,
        last_name=registration.last_name,
        language=registration.language,
    )
    session.add(user)
    session.flush()
    session.add(Patient(clinic_id=clinic_id, user_id=user.id, phone=registration.phone))
    session.flush()
    audit.record(session, _self(user), "account.registered", "user", user.id)
    return user


def resend_verification(session: Session, email: str, now: datetime) -> None:
    """Mail a new verification link, if there is an account that waits for one."""
    user = _find_user(session, email)
    if user is None or user.verified_at is not None or not user.is_active:
        return
    chosen = links.newest_password(session, user.id)
    notices.verify_email(
        session, user, links.issue_link(session, user, LinkPurpose.VERIFY_EMAIL, now, chosen)
    )


def verify_email(session: Session, token: str, now: datetime) -> links.OpenLink:
    """Use a verification link up: the address is confirmed, its registration's password set."""
    link = links.use_link(session, token, LinkPurpose.VERIFY_EMAIL, now)
    user = session.get_one(User, link.user_id)
    user.verified_at = user.verified_at or now
    user.password_hash = link.password_hash or user.password_hash
    audit.record(session, _self(user), "account.verified", "user", user.id)
    return link


def request_reset(session: Session, email: str, roles: tuple[Role, ...], now: datetime) -> None:
    """Mail a link to a new password, if the clinic in scope has such an active account."""
    user = _find_user(session, email)
    if user is None or user.role not in roles or not user.is_active:
        return
    notices.reset_password(
        session, user, links.issue_link(session, user, LinkPurpose.RESET_PASSWORD, now)
    )


def reset_password(
    session: Session, token: str, password_hash: str, now: datetime
) -> links.OpenLink:
    """Set a new password by a mailed link, which proves the address; every session ends."""
    link = links.use_link(session, token, LinkPurpose.RESET_PASSWORD, now)
    user = session.get_one(User, link.user_id)
    user.password_hash = password_hash
    user.verified_at = user.verified_at or now
    revoke_all(session, user.id, now)
    notices.password_changed(session, user)
    audit.record(session, _self(user), "account.password_changed", "user", user.id)
    return link


def set_language(session: Session, user_id: int, language: str) -> None:
    """Remember the language of a person's pages and mails."""
    session.get_one(User, user_id).language = language


def list_demo_sign_ins(session: Session, roles: tuple[Role, ...]) -> list[tuple[Role, str]]:
    """The first account of each role in the demo clinic in scope, for the sign-in page."""
    found: dict[Role, str] = {}
    rows = session.execute(
        sa.select(User.role, User.email).where(User.role.in_(roles)).order_by(User.id)
    )
    for role, email in rows:
        found.setdefault(role, email)
    return sorted(found.items(), key=lambda each: roles.index(each[0]))


def _find_user(session: Session, email: str) -> User | None:
    return session.scalar(sa.select(User).where(User.email_key == email_key(email)))


def _self(user: User) -> Actor:
    return Actor(user.clinic_id, user.id, user.role, None, user.name, user.email)
