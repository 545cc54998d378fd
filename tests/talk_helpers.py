"""Talks with the assistant as their process leaves them, and clients that look at them."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from medcor.domain.permissions import Actor
from medcor.extensions import db
from medcor.models import (
    AssistantAct,
    AuditEvent,
    ConversationMessage,
    ForgottenTalk,
    Handover,
    MessageType,
    TalkSession,
    TurnMeasure,
    TurnOutcome,
)
from medcor.services.conversations import log_message
from medcor.services.measures import Stages, record_measure
from medcor.web.transaction import reading, transaction
from tests.conftest import NOW
from tests.page_helpers import csrf_token, sign_in_patient, sign_in_staff

# Everything of a talk that a table holds.
ROWS = (TalkSession, ConversationMessage, TurnMeasure, AssistantAct)
CARD = {
    "kind": "appointment",
    "title": "Booked",
    "lines": ["Dental Cleaning", "Mon 9 Mar, 09:00"],
    "url": "/x/",
    "choices": [],
    "actions": [{"label": "Cancel it", "say": "cancel"}],
}


def make_talk(
    actor: Actor,
    name: str,
    *said: tuple[str, str],
    ago: timedelta = timedelta(hours=1),
    running: bool = False,
    **columns: object,
) -> str:
    """A talk of five minutes with these turns and replies, that began ``ago`` before NOW."""
    began = NOW - ago
    ended = None if running else began + timedelta(minutes=5)
    values = {"began_at": began, "alive_at": began, "ended_at": ended, "end_reason": "stopped"}
    with transaction(actor.clinic_id, actor) as session:
        session.add(TalkSession(user_id=actor.user_id, session_id=name, **{**values, **columns}))
        for number, (words, reply) in enumerate(said, start=1):
            add_turn(session, actor, name, number, words, reply, began)
    db.session.remove()
    return name


def add_turn(
    session, actor: Actor, name: str, number: int, words: str, reply: str, began: datetime
) -> None:
    turn = f"{name}.{number}"
    for kind, content, cards in (
        (MessageType.USER, words, None),
        (MessageType.LLM, reply, [CARD] if "booked" in reply else None),
    ):
        log_message(
            session,
            actor,
            session_id=name,
            turn_id=turn,
            message_id=f"{turn}.{kind.value}",
            message_type=kind,
            content=content,
            source="text" if kind is MessageType.USER else "assistant",
            interrupted="cut" in content,
            cards=cards,
            now=began + timedelta(minutes=number),
        )
    record_measure(
        session,
        actor,
        session_id=name,
        turn_id=turn,
        source="voice",
        answered_by="guided",
        outcome=TurnOutcome.ANSWERED,
        stages=Stages(recogniser=300, floor=100, wait=0, first=50, reply=200, log=5),
        now=began + timedelta(minutes=number),
    )
    session.add(
        AssistantAct(
            user_id=actor.user_id,
            key=f"{turn}:book_appointment",
            tool="book_appointment",
            created_at=began,
        )
    )


def hand_over(actor: Actor, name: str, *, closed: bool, ago: timedelta = timedelta(0)) -> None:
    with transaction(actor.clinic_id, actor) as session:
        session.add(
            Handover(
                user_id=actor.user_id,
                session_id=name,
                reason="Please call me.",
                created_at=NOW - ago,
                taken_at=NOW if closed else None,
                closed_at=NOW if closed else None,
                outcome="Called." if closed else "",
            )
        )
    db.session.remove()


def names_of(clinic_id: int, model: type = TalkSession) -> set[str]:
    """Names of the talks that a table still knows."""
    db.session.remove()
    session = reading(clinic_id)
    if model is AssistantAct:
        return {key.split(".")[0] for key in session.scalars(sa.select(AssistantAct.key))}
    return set(session.scalars(sa.select(model.session_id)))


def left_of(clinic_id: int, name: str) -> set[str]:
    """The tables that hold something of a talk."""
    return {each.__tablename__ for each in ROWS if name in names_of(clinic_id, each)}


ALL_ROWS = {each.__tablename__ for each in ROWS}


def forgotten(clinic_id: int) -> dict[str, datetime | None]:
    """Deleted talks that are remembered, with when their copy was gone."""
    db.session.remove()
    wanted = sa.select(ForgottenTalk.session_id, ForgottenTalk.log_erased_at)
    return dict(reading(clinic_id).execute(wanted).all())


def audited(clinic_id: int, *actions: str) -> list[tuple[str, dict]]:
    db.session.remove()
    wanted = sa.select(AuditEvent.action, AuditEvent.details).order_by(AuditEvent.id)
    rows = reading(clinic_id).execute(wanted.where(AuditEvent.action.in_(actions)))
    return [(action, details) for action, details in rows]


class Reader:
    """A signed-in person at their talks."""

    def __init__(self, client, who: Actor) -> None:
        self.client, self.who = client, who
        (sign_in_patient if who.is_patient else sign_in_staff)(client, who)
        self.token = csrf_token(client, "/profile/")

    def page(self, path: str):
        return self.client.get(path, buffered=True)

    def json(self, path: str):
        return self.client.get(path, headers={"Accept": "application/json"})

    def send(self, path: str, **fields: object):
        return self.client.post(path, data={"csrf_token": self.token, **fields})
