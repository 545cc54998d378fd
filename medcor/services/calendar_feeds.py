"""Private calendar addresses: made, renewed, revoked, and what a calendar program reads there."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.domain.identity import is_known_id
from medcor.domain.permissions import Actor, Role
from medcor.models import Appointment, CalendarFeed, Doctor, Patient, User
from medcor.services import agenda, audit

BACK = timedelta(days=30)
# Calendar programs ask every few minutes; once an hour is enough to show that they do.
NOTE_USE_EVERY = timedelta(hours=1)


def get_feed(session: Session, actor: Actor) -> CalendarFeed | None:
    """The person's address in force."""
    return session.scalar(sa.select(CalendarFeed).where(CalendarFeed.user_id == actor.user_id))


def make_feed(session: Session, actor: Actor, now: datetime) -> str:
    """Make a new address and return its token, kept nowhere else; the one before stops working.

    InvalidInput for an admin, who has no appointments of their own.
    """
    if actor.role not in (Role.DOCTOR, Role.PATIENT):
        raise errors.InvalidInput(
            errors.N_("Only doctors and patients have appointments of their own to read.")
        )
    token = f"{actor.clinic_id}.{secrets.token_urlsafe(32)}"
    feed = get_feed(session, actor)
    renewed = feed is not None
    if feed is None:
        feed = CalendarFeed(clinic_id=actor.clinic_id, user_id=actor.user_id)
        session.add(feed)
    feed.token_hash, feed.created_at, feed.last_used_at = _digest(token), now, None
    session.flush()
    audit.record(session, actor, "feed.renewed" if renewed else "feed.made", "feed", feed.id)
    return token


def revoke_feed(session: Session, actor: Actor) -> None:
    """Make the person's address worthless; none is fine too."""
    feed = get_feed(session, actor)
    if feed is None:
        return
    audit.record(session, actor, "feed.revoked", "feed", feed.id)
    session.delete(feed)
    session.flush()


def is_in_force(session: Session, actor: Actor, token: str) -> bool:
    """Say whether a token is the person's present one."""
    feed = get_feed(session, actor)
    return feed is not None and feed.token_hash == _digest(token)


def clinic_of(token: str) -> int:
    """The clinic that a token names; NotFound for anything that is no token."""
    number, dot, rest = token.partition(".")
    if not (dot and rest and number.isascii() and number.isdigit() and len(number) < 11):
        raise errors.NotFound()
    if not is_known_id(int(number)):
        raise errors.NotFound()
    return int(number)


@dataclass(frozen=True, slots=True)
class FeedReader:
    """Whose calendar an address shows, and when the address was made and last read."""

    feed_id: int
    role: Role
    profile_id: int
    created_at: datetime
    last_used_at: datetime | None


def find_reader(session: Session, token: str) -> FeedReader:
    """Look an address up; NotFound once it was renewed, revoked, or its account is inactive."""
    found = session.execute(
        sa.select(
            CalendarFeed.id,
            CalendarFeed.created_at,
            CalendarFeed.last_used_at,
            User.role,
            Doctor.id.label("doctor_id"),
            Patient.id.label("patient_id"),
        )
        .join(User, User.id == CalendarFeed.user_id)
        .outerjoin(Doctor, (Doctor.user_id == User.id) & Doctor.is_active)
        .outerjoin(Patient, (Patient.user_id == User.id) & Patient.is_active)
        .where(CalendarFeed.token_hash == _digest(token), User.is_active)
    ).first()
    if found is None:
        raise errors.NotFound()
    profile_id = found.doctor_id if found.role is Role.DOCTOR else found.patient_id
    if profile_id is None:
        raise errors.NotFound()
    return FeedReader(found.id, found.role, profile_id, found.created_at, found.last_used_at)


def list_events(session: Session, reader: FeedReader, now: datetime) -> list[Appointment]:
    """The reader's appointments of the last thirty days and ahead, cancelled ones too."""
    own = Appointment.doctor_id if reader.role is Role.DOCTOR else Appointment.patient_id
    wanted = agenda.appointments().where(
        own == reader.profile_id, Appointment.starts_at >= now - BACK
    )
    return list(session.scalars(wanted.order_by(Appointment.starts_at, Appointment.id)))


def is_use_worth_noting(reader: FeedReader, now: datetime) -> bool:
    """Say whether the last reading that was noted is long enough ago."""
    return reader.last_used_at is None or now - reader.last_used_at >= NOTE_USE_EVERY


def note_use(session: Session, reader: FeedReader, now: datetime) -> None:
    """Keep when the address was read."""
    session.execute(
        sa.update(CalendarFeed).where(CalendarFeed.id == reader.feed_id).values(last_used_at=now)
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
