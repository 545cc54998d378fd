"""What happens when nobody takes a hand-over: the clinic is mailed, and the patient is told.

Safe with several processes: each mail and each word to a patient is noted by an update that only
one of them can make, in the transaction that queues it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain.handovers import (
    ALIVE_FOR,
    MOST_ROUNDS,
    ROUNDS_WITHIN,
    TOO_OLD,
    NewsKind,
    Patience,
    Waiting,
    needs_mail,
    needs_telling,
)
from medcor.domain.identity import email_key
from medcor.domain.permissions import Role, system_actor
from medcor.models import AuditEvent, Clinic, Handover, TalkSession, User
from medcor.models.tenancy import across_clinics
from medcor.services import audit, lookup, notices
from medcor.services.handovers import SUBJECT, mark_told, waits


@dataclass(frozen=True, slots=True)
class Due:
    """A hand-over that waits too long; ``mail`` and ``tell`` say what has to be done now."""

    clinic_id: int
    handover_id: int
    escalations: int
    mail: bool
    tell: bool


def list_due(session: Session, now: datetime) -> list[Due]:
    """What waits too long in any clinic, alarms first, read in one query without a write lock."""
    alive, since = _is_there(now), sa.func.coalesce(Handover.alarm_at, Handover.created_at)
    wanted = (
        sa.select(
            Handover.clinic_id,
            Handover.id,
            Handover.created_at,
            Handover.alarm_at,
            Handover.escalations,
            Handover.escalated_at,
            Handover.told_at,
            Clinic.handover_minutes,
            Clinic.alarm_minutes,
            alive.label("alive"),
        )
        .join(Clinic, Clinic.id == Handover.clinic_id)
        .where(*waits(), since > now - 2 * TOO_OLD, Clinic.is_verified)
        .order_by(Handover.alarm_at.is_(None), Handover.id)
    )
    with across_clinics(session, "one ticker looks after every clinic's hand-overs"):
        rows = session.execute(wanted).all()
    return [due for row in rows if (due := _due(row, now)) is not None]


def _is_there(now: datetime) -> sa.ColumnElement[bool]:
    """Say of a hand-over whether its talk will tell the patient, and no mail need.

    An alarm does not wait for a page that has gone; a request does as long as its talk lives.
    """
    there = TalkSession.page_at >= now - ALIVE_FOR
    return sa.exists(
        sa.select(TalkSession.id).where(
            TalkSession.session_id == Handover.session_id,
            TalkSession.clinic_id == Handover.clinic_id,
            TalkSession.ended_at.is_(None),
            TalkSession.alive_at >= now - ALIVE_FOR,
            sa.or_(there, Handover.alarm_at.is_(None)),
        )
    )


def _due(row: sa.Row, now: datetime) -> Due | None:
    waiting = Waiting(row.created_at, row.alarm_at, row.escalations, row.escalated_at, row.told_at)
    patience = Patience(row.handover_minutes, row.alarm_minutes)
    mail = needs_mail(waiting, patience, now)
    # Whoever is in the talk still is told there.
    tell = not row.alive and needs_telling(waiting, patience, now)
    return Due(row.clinic_id, row.id, row.escalations, mail, tell) if mail or tell else None


def settle(session: Session, due: Due, now: datetime) -> tuple[int, int]:
    """Do what is due in the clinic in scope; gives the rounds of mails and the patients told."""
    return int(due.mail and _escalate(session, due, now)), int(
        due.tell and _tell(session, due, now)
    )


def _escalate(session: Session, due: Due, now: datetime) -> bool:
    """Mail every active admin and the clinic's own address, each once.

    False if that was done, or if this patient has made the clinic too many mails by now.
    """
    if _rounds_of_patient(session, due.handover_id, now) >= MOST_ROUNDS:
        return False
    done = session.execute(
        sa.update(Handover)
        .where(Handover.id == due.handover_id, Handover.escalations == due.escalations, *waits())
        .values(escalations=Handover.escalations + 1, escalated_at=now),
        execution_options={"synchronize_session": False},
    )
    if done.rowcount != 1:
        return False
    clinic = lookup.get_clinic(session, due.clinic_id)
    admins = session.scalars(
        sa.select(User).where(User.role == Role.ADMIN, User.is_active).order_by(User.id)
    ).all()
    for admin in admins:
        notices.handover_waits(session, admin, due.handover_id)
    if clinic.email and email_key(clinic.email) not in {each.email_key for each in admins}:
        notices.handover_waits_at_desk(session, clinic, due.handover_id)
    audit.record(
        session,
        system_actor(due.clinic_id),
        "handover.escalated",
        SUBJECT,
        due.handover_id,
        round=due.escalations + 1,
    )
    session.flush()
    return True


def _rounds_of_patient(session: Session, handover_id: int, now: datetime) -> int:
    """How many rounds of mails the patient of a hand-over has made lately, by all of theirs.

    The audit log counts: a hand-over that waits anew begins its own count again.
    """
    person = sa.select(Handover.user_id).where(Handover.id == handover_id).scalar_subquery()
    theirs = sa.select(Handover.id).where(Handover.user_id == person)
    rounds = sa.select(sa.func.count(AuditEvent.id)).where(
        AuditEvent.subject == SUBJECT,
        AuditEvent.subject_id.in_(theirs),
        AuditEvent.action == "handover.escalated",
        AuditEvent.created_at > now - ROUNDS_WITHIN,
    )
    return session.scalar(rounds) or 0


def _tell(session: Session, due: Due, now: datetime) -> bool:
    """Mail the patient that nobody has looked at it yet; False if somebody has told them."""
    if not mark_told(session, [due.handover_id], NewsKind.WAITING, now):
        return False
    row = session.get_one(Handover, due.handover_id)
    user = session.get_one(User, row.user_id)
    if not user.is_active:
        return False
    notices.handover_untaken(session, user, row.id)
    audit.record(session, system_actor(due.clinic_id), "handover.patient_told", SUBJECT, row.id)
    session.flush()
    return True
