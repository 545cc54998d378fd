"""What two made-up patients handed to the staff of a demo clinic: one waits, one is taken."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain.permissions import Actor, Role
from medcor.models import Clinic, ConversationMessage, Handover, MessageType, TalkSession, User
from medcor.services import handovers
from medcor.services.handovers import Asked

Line = tuple[MessageType, str]
_SAID, _TOLD = MessageType.USER, MessageType.LLM
WAITS: tuple[Line, ...] = (
    (_SAID, "Do you accept payment in instalments?"),
    (_TOLD, "I can tell you prices, but not that. Shall I ask the staff to contact you?"),
    (_SAID, "Yes please, ask the staff"),
    (_TOLD, "I have told the staff; they will contact you."),
)
TAKEN: tuple[Line, ...] = (
    (_SAID, "I was at your clinic last week and I left my scarf in the waiting room"),
    (_TOLD, "I am sorry, I can't follow. Shall I ask the staff to contact you?"),
    (_SAID, "Yes"),
    (_TOLD, "I have told the staff; they will contact you."),
)


def add_demo_handovers(session: Session, clinic: Clinic, now: datetime) -> None:
    """Make both once: they belong to the clinic's second and third patient."""
    if session.scalar(sa.select(Handover.id).where(Handover.session_id == _name(clinic, 1))):
        return
    people = session.scalars(
        sa.select(User).where(User.role == Role.PATIENT).order_by(User.id).offset(1).limit(2)
    ).all()
    if len(people) < 2:
        return
    _hand_over(session, clinic, people[0], WAITS, 1, now - timedelta(minutes=4))
    taken = _hand_over(session, clinic, people[1], TAKEN, 2, now - timedelta(hours=3))
    admin = session.scalars(
        sa.select(User).where(User.role == Role.ADMIN).order_by(User.id).limit(1)
    ).one()
    who = Actor(clinic.id, admin.id, Role.ADMIN, None, admin.name, admin.email)
    handovers.take(session, who, taken.id, now - timedelta(hours=2, minutes=50))


def _name(clinic: Clinic, number: int) -> str:
    return f"demo-{clinic.id}-handover-{number}"


def _hand_over(
    session: Session,
    clinic: Clinic,
    user: User,
    lines: tuple[Line, ...],
    number: int,
    at: datetime,
) -> Handover:
    """Write a short talk whose last turn asked for a person."""
    name = _name(clinic, number)
    for index, (kind, text) in enumerate(lines):
        session.add(
            ConversationMessage(
                clinic_id=clinic.id,
                message_id=f"{name}-{index}",
                session_id=name,
                turn_id=f"{name}-turn-{index // 2}",
                user_id=user.id,
                user_email=user.email,
                message_type=kind,
                content=text,
                source="text" if kind is _SAID else "",
                created_at=at - timedelta(seconds=20 * (len(lines) - index)),
            )
        )
    session.add(
        TalkSession(
            clinic_id=clinic.id,
            session_id=name,
            user_id=user.id,
            began_at=at - timedelta(minutes=2),
            alive_at=at,
            ended_at=at,
            end_reason="stop",
        )
    )
    who = Actor(clinic.id, user.id, Role.PATIENT, None, user.name, user.email)
    said = " / ".join(text for kind, text in lines if kind is _SAID)
    made, _ = handovers.ask(session, who, Asked(said, name, f"{name}-turn-1"), at)
    return made
