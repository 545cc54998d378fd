"""What doctors and patients have in common: an account is made, edited, ended and reopened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.domain.appointments import LIVE
from medcor.domain.identity import email_key
from medcor.domain.people import PersonState
from medcor.domain.permissions import Actor, Role
from medcor.models import (
    Appointment,
    AssistantAct,
    AuditEvent,
    ConversationMessage,
    CreditReservation,
    Doctor,
    ErasureRequest,
    Handover,
    Patient,
    StoredFile,
    TalkSession,
    User,
)
from medcor.services import files, invitations, links
from medcor.services.catalogue import contains_pattern
from medcor.services.edits import begin_edit
from medcor.services.sessions import revoke_all

Column = sa.ColumnElement[bool]


class Removal(StrEnum):
    """What deleting a person does: nothing is kept, or the account is closed and history stays."""

    ERASED = "erased"
    DEACTIVATED = "deactivated"


@dataclass(frozen=True, slots=True)
class PersonDetails:
    """What an admin says of a person; ``picture`` is drawn already, None leaves it as it is."""

    first_name: str
    last_name: str
    email: str
    language: str = "en"
    picture: bytes | None = None
    drop_picture: bool = False


def add_person(session: Session, actor: Actor, role: Role, details: PersonDetails) -> User:
    """Make an account that nobody can sign in to yet; EmailTaken if the address has one."""
    user = User(
        clinic_id=actor.clinic_id,
        role=role,
        email=details.email,
        email_key=email_key(details.email),
        first_name=details.first_name,
        last_name=details.last_name,
        language=details.language,
    )
    session.add(user)
    session.flush()
    set_picture(session, actor, user, details.picture, drop=details.drop_picture)
    return user


def edit_person(
    session: Session,
    actor: Actor,
    user: User,
    details: PersonDetails,
    seen: int | None,
    now: datetime,
) -> None:
    """Change a person's account; StaleEdit if it is newer than ``seen``, EmailTaken as above."""
    begin_edit(user, seen, now)
    user.first_name, user.last_name = details.first_name, details.last_name
    user.language = details.language
    if details.email != user.email:
        invitations.change_email(session, actor, user, details.email, now)
    set_picture(session, actor, user, details.picture, drop=details.drop_picture)


def set_picture(
    session: Session, actor: Actor, user: User, drawn: bytes | None, *, drop: bool
) -> None:
    """Show another picture of a person, or none; the old one's row goes."""
    if drawn is None and not drop:
        return
    if user.picture:
        files.drop_picture(session, user.picture)
    user.picture = files.add_picture(session, actor, drawn) if drawn else ""


def deactivate(session: Session, person: Doctor | Patient, now: datetime) -> None:
    """Close an account with its profile: nobody signs in to it or books with it any more."""
    person.is_active = person.user.is_active = False
    person.user.updated_at = now
    revoke_all(session, person.user_id, now)
    links.close_links(session, person.user_id, now)


def activate(session: Session, actor: Actor, person: Doctor | Patient, now: datetime) -> None:
    """Open a closed account again; whoever never chose a password is invited once more."""
    person.is_active = person.user.is_active = True
    person.user.updated_at = now
    session.flush()
    if person.user.verified_at is None:
        invitations.invite(session, actor, person.user, now)


def lock(session: Session, person: Doctor | Patient) -> None:
    """Hold off bookings with a person, so that what is found next stays so until the commit.

    The rows are read anew; NotFound if somebody has erased them meanwhile. In the order in which
    a booking takes them, so that the two never wait for each other in a circle.
    """
    for model, row_id in ((type(person), person.id), (User, person.user_id)):
        wanted = sa.select(model).where(model.id == row_id).with_for_update(of=model)
        if session.scalar(wanted.execution_options(populate_existing=True)) is None:
            raise errors.NotFound()


def removal_of(session: Session, person: Doctor | Patient) -> Removal:
    """What deleting a person would do now.

    Erasing is for accounts that left no trace in what the clinic must keep: appointments and their
    records, talks, and the audit log of what somebody did beyond their own account.
    """
    user = person.user
    found = session.execute(sa.select(*(sa.exists(each) for each in _traces(person, user)))).one()
    return Removal.DEACTIVATED if any(found) else Removal.ERASED


def _traces(person: Doctor | Patient, user: User) -> Iterable[sa.Select[Any]]:
    column = Appointment.doctor_id if isinstance(person, Doctor) else Appointment.patient_id
    yield sa.select(Appointment.id).where(column == person.id)
    yield sa.select(ConversationMessage.id).where(ConversationMessage.user_id == user.id)
    yield sa.select(AssistantAct.id).where(AssistantAct.user_id == user.id)
    yield sa.select(TalkSession.id).where(TalkSession.user_id == user.id)
    yield sa.select(CreditReservation.id).where(CreditReservation.user_id == user.id)
    yield sa.select(Handover.id).where(
        (Handover.user_id == user.id) | (Handover.taken_by_id == user.id)
    )
    yield sa.select(StoredFile.id).where(
        StoredFile.uploaded_by_id == user.id, StoredFile.name != user.picture.rpartition("/")[2]
    )
    yield sa.select(AuditEvent.id).where(AuditEvent.actor_id == user.id, ~_about_self(user.id))
    if isinstance(person, Patient):
        yield sa.select(ErasureRequest.id).where(ErasureRequest.patient_id == person.id)


def _about_self(user_id: int) -> Column:
    return (AuditEvent.subject == "user") & (AuditEvent.subject_id == user_id)


def erase(session: Session, person: Doctor | Patient) -> None:
    """Delete an account of which :func:`removal_of` says that it left no trace.

    Its slots, days off, links and sessions go with it. The log of its own sign-ins keeps its
    subject and loses its actor, who is no more.
    """
    user = person.user
    if user.picture:
        files.drop_picture(session, user.picture)
    invitations.withdraw_mails(session, user.email)
    quiet = {"synchronize_session": False}
    session.execute(
        sa.update(AuditEvent)
        .where(AuditEvent.actor_id == user.id, _about_self(user.id))
        .values(actor_id=None),
        execution_options=quiet,
    )
    for model, row_id in ((type(person), person.id), (User, user.id)):
        session.execute(sa.delete(model).where(model.id == row_id), execution_options=quiet)
    session.expunge(person)
    session.expunge(user)


def in_state(profile: type[Doctor] | type[Patient], state: PersonState | None) -> list[Column]:
    """The conditions on an account and its profile by which a list is filtered."""
    opened = User.is_active & profile.is_active
    if state is PersonState.INACTIVE:
        return [~opened]
    if state is PersonState.WAITING:
        return [opened, User.verified_at.is_(None)]
    return [opened, User.verified_at.is_not(None)] if state else []


def named_like(search: str) -> Column:
    """People whose name or address contains the words."""
    pattern = contains_pattern(search)
    name = User.first_name + " " + User.last_name
    return name.ilike(pattern, escape="\\") | User.email.ilike(pattern, escape="\\")


def live_ahead(now: datetime) -> list[Column]:
    """The conditions on appointments that will still take place."""
    return [
        Appointment.status.in_(tuple(LIVE)),
        Appointment.ends_at > now,
        # Follows from the line above, since a slot lies within one day; the indexes are on it.
        Appointment.starts_at > now - timedelta(days=1),
    ]
