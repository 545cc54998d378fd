"""Hand-overs for tests: asked for in a talk, with the talk in the log."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from medcor.extensions import db
from medcor.models import AuditEvent, Handover, MessageType, OutboxMail, TalkSession
from medcor.services import handovers
from medcor.services.conversations import log_message
from medcor.services.handovers import Asked
from medcor.web.transaction import reading, transaction
from tests.conftest import NOW


def ask(
    actor,
    reason: str = "please call me",
    *,
    flag: str = "",
    talk: str = "a-talk",
    turn: str = "turn-1",
    at: datetime = NOW,
) -> int:
    """Hand a talk over; gives the id."""
    db.session.remove()
    with transaction(actor.clinic_id, actor) as session:
        return handovers.ask(session, actor, Asked(reason, talk, turn, flag), at)[0].id


def take(actor, handover_id: int, at: datetime = NOW):
    db.session.remove()
    with transaction(actor.clinic_id, actor) as session:
        return handovers.take(session, actor, handover_id, at)


def row_of(clinic_id: int, handover_id: int) -> Handover:
    db.session.remove()
    return reading(clinic_id).get_one(Handover, handover_id)


def say(actor, turn: str, said: str, told: str, *, talk: str = "a-talk", at: datetime = NOW):
    """Write one turn and its reply into the log."""
    db.session.remove()
    with transaction(actor.clinic_id, actor) as session:
        for number, (kind, text) in enumerate(((MessageType.USER, said), (MessageType.LLM, told))):
            log_message(
                session,
                actor,
                session_id=talk,
                turn_id=turn,
                message_id=f"{talk}-{turn}-{kind}",
                message_type=kind,
                content=text,
                source="text",
                interrupted=False,
                now=at + timedelta(seconds=number),
            )


def open_talk_session(
    actor,
    talk: str,
    alive_at: datetime,
    ended_at: datetime | None = None,
    *,
    attended: bool = True,
):
    """A talk whose process was last there at ``alive_at``, and its page too if ``attended``."""
    db.session.remove()
    with transaction(actor.clinic_id) as session:
        session.add(
            TalkSession(
                session_id=talk,
                user_id=actor.user_id,
                began_at=NOW,
                alive_at=alive_at,
                page_at=alive_at if attended else None,
                ended_at=ended_at,
            )
        )


def mails(clinic_id: int) -> list[tuple[str, str, str]]:
    """Kind, recipient and language of every queued mail about hand-overs, in order."""
    db.session.remove()
    rows = reading(clinic_id).scalars(sa.select(OutboxMail).order_by(OutboxMail.id))
    return [
        (row.kind, row.recipient, row.language) for row in rows if row.kind.startswith("handover")
    ]


def acts(clinic_id: int) -> list[str]:
    db.session.remove()
    wanted = sa.select(AuditEvent.action).where(AuditEvent.subject == "handover")
    return list(reading(clinic_id).scalars(wanted.order_by(AuditEvent.id)))
