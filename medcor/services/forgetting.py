"""What is wiped of a person who is erased. Rows that others hang on stay, without the person."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain.permissions import Actor
from medcor.models import (
    Appointment,
    AssistantAct,
    AuthSession,
    CalendarFeed,
    ConversationMessage,
    Handover,
    MailedLink,
    OutboxMail,
    Patient,
    TalkSession,
    TurnMeasure,
    User,
)
from medcor.services import files, waiting_list
from medcor.services.sessions import revoke_all

# Nobody can be reached or sign in under it: the top-level domain is reserved (RFC 2606).
UNUSABLE = "erased-{}@erased.invalid"


def wipe_traces(session: Session, actor: Actor, patient: Patient, now: datetime) -> None:
    """Wipe what the product keeps around a person: mails, talks, sign-ins, links, the calendar."""
    user_id = patient.user_id
    session.flush()
    waiting_list.forget_patient(session, actor, patient.id, now)
    session.flush()
    _wipe_mails(session, patient)
    revoke_all(session, user_id, now)
    handover = sa.update(Handover).where(Handover.user_id == user_id)
    talks = sa.select(TalkSession.session_id).where(TalkSession.user_id == user_id)
    for change in (
        handover.values(reason="", outcome=""),
        handover.where(Handover.taken_at.is_(None)).values(taken_at=now, taken_by_id=actor.user_id),
        handover.where(Handover.closed_at.is_(None)).values(closed_at=now),
        sa.update(AuthSession).where(AuthSession.user_id == user_id).values(user_agent=""),
        sa.delete(MailedLink).where(MailedLink.user_id == user_id),
        sa.delete(CalendarFeed).where(CalendarFeed.user_id == user_id),
        sa.delete(ConversationMessage).where(ConversationMessage.user_id == user_id),
        sa.delete(TurnMeasure).where(TurnMeasure.session_id.in_(talks)),
        # A talk that is going on can write nothing more without its row.
        sa.delete(TalkSession).where(TalkSession.user_id == user_id),
        sa.delete(AssistantAct).where(AssistantAct.user_id == user_id),
    ):
        session.execute(change, execution_options={"synchronize_session": False})


def wipe_reasons(session: Session, patient: Patient) -> None:
    """Wipe why appointments were cancelled: those words may tell of the person."""
    session.execute(
        sa.update(Appointment)
        .where(Appointment.patient_id == patient.id, Appointment.cancel_reason != "")
        .values(cancel_reason=""),
        execution_options={"synchronize_session": False},
    )


def _wipe_mails(session: Session, patient: Patient) -> None:
    """Empty every mail to the person, those to an earlier address about appointments too."""
    visits = sa.select(Appointment.id).where(Appointment.patient_id == patient.id)
    session.execute(
        sa.update(OutboxMail)
        .where(
            (OutboxMail.recipient == patient.user.email)
            | OutboxMail.details["appointment_id"].as_integer().in_(visits)
        )
        .values(recipient="", details={}, last_error="", next_try_at=None),
        execution_options={"synchronize_session": False},
    )


def wipe_person(session: Session, patient: Patient, label: str, now: datetime) -> None:
    """Replace who somebody is by ``label`` and a number; the account can never be used again."""
    user: User = patient.user
    if user.picture:
        files.drop_picture(session, user.picture)
    user.email = user.email_key = UNUSABLE.format(user.id)
    user.first_name, user.last_name = label, str(patient.id)
    user.password_hash, user.picture = "", ""
    user.verified_at = None
    user.is_active = patient.is_active = False
    user.updated_at = now
    patient.phone = patient.gender = ""
    patient.birth_date = None
    patient.erased_at = now
    session.flush()
