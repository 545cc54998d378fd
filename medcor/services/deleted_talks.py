"""Talks that go: by their patient's wish, or since the clinic's time for them is over.

What is deleted here has a copy in MongoDB where the log is shipped there. A row for each deleted
talk makes sure that the copy goes too, over outages and batches that were on their way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.domain.permissions import Actor, system_actor
from medcor.domain.scheduling import local_today
from medcor.domain.texts import storable
from medcor.models import (
    AssistantAct,
    Clinic,
    ConversationMessage,
    ForgottenTalk,
    Handover,
    TalkSession,
    TurnMeasure,
)
from medcor.services import audit, handovers
from medcor.services.log_copies import Copies
from medcor.services.own_talks import SUBJECT, has_words

BATCH = 100
# A deleted talk is remembered so long: sending the form again finds that it is done.
REMEMBERED_FOR = timedelta(days=1)
_QUIET = {"synchronize_session": False}


class Kept(StrEnum):
    """Why a talk can't be deleted now."""

    RUNNING = "running"
    HANDED_OVER = "handed_over"


_REFUSALS = {
    Kept.RUNNING: errors.N_("This talk is still going on. End it, then delete it."),
    Kept.HANDED_OVER: errors.N_(
        "The clinic's staff are still looking after this talk. You can delete it when they are "
        "done."
    ),
}


@dataclass(frozen=True, slots=True)
class Older:
    """How many talks before a time would go, and how many have to stay for now."""

    deleted: int
    kept: int


def _handover_is_open() -> sa.ColumnElement[bool]:
    waiting = sa.select(Handover.id).where(
        Handover.session_id == TalkSession.session_id, Handover.closed_at.is_(None)
    )
    return waiting.exists()


def _may_go() -> list[sa.ColumnElement[bool]]:
    return [TalkSession.ended_at.is_not(None), ~_handover_is_open()]


def why_kept(session: Session, talk: TalkSession) -> Kept | None:
    """Why this talk can't be deleted now; None if it can."""
    if talk.ended_at is None:
        return Kept.RUNNING
    mine = sa.select(TalkSession.id).where(TalkSession.id == talk.id, _handover_is_open())
    return Kept.HANDED_OVER if session.scalar(mine) is not None else None


def delete_talk(session: Session, actor: Actor, session_id: str, now: datetime) -> bool:
    """Delete one of the actor's talks; False if it was deleted already.

    NotFound for a talk that never was theirs, Conflict while it runs or its hand-over is open.
    """
    # The talk's process holds this row with all that it writes: nothing is added meanwhile.
    lock = sa.select(TalkSession).where(*_named(actor, session_id)).with_for_update()
    talk = session.scalar(lock.execution_options(populate_existing=True))
    if talk is None:
        if _was_deleted(session, actor, session_id):
            return False
        raise errors.NotFound()
    reason = why_kept(session, talk)
    if reason is not None:
        raise errors.Conflict(_REFUSALS[reason])
    row_id = talk.id
    session.expunge(talk)
    _forget(session, actor.clinic_id, [(session_id, actor.user_id)], now)
    audit.record(session, actor, "talk.deleted", SUBJECT, row_id)
    session.flush()
    return True


def _named(actor: Actor, session_id: str) -> list[sa.ColumnElement[bool]]:
    return [TalkSession.session_id == storable(session_id), TalkSession.user_id == actor.user_id]


def _was_deleted(session: Session, actor: Actor, session_id: str) -> bool:
    wanted = sa.select(ForgottenTalk.id).where(
        ForgottenTalk.session_id == storable(session_id), ForgottenTalk.user_id == actor.user_id
    )
    return session.scalar(wanted) is not None


def _before(actor: Actor, before: datetime) -> list[sa.ColumnElement[bool]]:
    return [TalkSession.user_id == actor.user_id, TalkSession.began_at < before]


def count_older(session: Session, actor: Actor, before: datetime) -> Older:
    """What :func:`delete_older` would do now; talks in which nothing was said are not counted."""
    going = sa.and_(*_may_go())
    wanted = sa.select(sa.func.count().filter(going), sa.func.count().filter(~going)).where(
        *_before(actor, before), has_words(actor)
    )
    return Older(*session.execute(wanted).one())


def delete_older(session: Session, actor: Actor, before: datetime, now: datetime) -> Older:
    """Delete the actor's talks that began before an instant, but for those that must stay."""
    counted = count_older(session, actor, before)
    wanted = (
        sa.select(TalkSession.session_id)
        .where(*_before(actor, before), *_may_go())
        .with_for_update(of=TalkSession)
    )
    names = session.scalars(wanted).all()
    _forget(session, actor.clinic_id, [(each, actor.user_id) for each in names], now)
    if names:
        audit.record(session, actor, "talks.deleted", SUBJECT, None, talks=counted.deleted)
    session.flush()
    return counted


def purge_talks(session: Session, clinic: Clinic, now: datetime) -> int:
    """Delete a batch of talks that the clinic need not keep any longer; returns how many.

    Never one that runs, or whose hand-over is open. What changes its turns caused are forgotten as
    well: a turn could come a second time only while its talk was running.
    """
    first_kept = local_today(clinic.zone_info, now) - timedelta(days=clinic.talks_keep_days)
    before = datetime.combine(first_kept, time(), clinic.zone_info)
    wanted = (
        sa.select(TalkSession.session_id, TalkSession.user_id)
        .where(TalkSession.began_at < before, *_may_go())
        .order_by(TalkSession.began_at)
        .limit(BATCH)
        .with_for_update(of=TalkSession, skip_locked=True)
    )
    talks = [(name, user_id) for name, user_id in session.execute(wanted)]
    _forget(session, clinic.id, talks, now)
    handovers.forget_words(session, before)
    session.execute(
        sa.delete(AssistantAct).where(AssistantAct.created_at < before), execution_options=_QUIET
    )
    if talks:
        actor = system_actor(clinic.id)
        audit.record(session, actor, "talks.purged", SUBJECT, None, talks=len(talks))
    session.flush()
    return len(talks)


def _forget(
    session: Session, clinic_id: int, talks: Sequence[tuple[str, int | None]], now: datetime
) -> None:
    for begin in range(0, len(talks), BATCH):
        part = talks[begin : begin + BATCH]
        names = [name for name, _user_id in part]
        at_mongodb = sa.select(ConversationMessage.session_id).where(
            ConversationMessage.session_id.in_(names), ConversationMessage.shipped_at.is_not(None)
        )
        shipped = set(session.scalars(at_mongodb.distinct()))
        _delete_rows(session, names, {user_id for _name, user_id in part})
        session.add_all(
            ForgottenTalk(
                clinic_id=clinic_id,
                session_id=name,
                user_id=user_id,
                shipped=name in shipped,
                forgotten_at=now,
            )
            for name, user_id in part
        )
        session.flush()


def _delete_rows(session: Session, names: list[str], users: Iterable[int | None]) -> None:
    # A turn's id begins with its talk's, and the key of what it changed with the turn's.
    keys = [AssistantAct.key.startswith(f"{name}.", autoescape=True) for name in names]
    changes = [
        sa.delete(model).where(model.session_id.in_(names))
        for model in (ConversationMessage, TurnMeasure, TalkSession)
    ]
    acts = sa.delete(AssistantAct).where(AssistantAct.user_id.in_(users), sa.or_(*keys))
    for change in (*changes, acts):
        session.execute(change, execution_options=_QUIET)


# The copies of deleted talks.
COPIES = Copies(
    sa.select(
        ForgottenTalk.id,
        ForgottenTalk.clinic_id,
        ForgottenTalk.session_id,
        ForgottenTalk.forgotten_at,
    ).where(ForgottenTalk.log_erased_at.is_(None)),
    ForgottenTalk.log_erased_at,
    lambda store, tenant, names: store.forget_talks(tenant, names),
)


def drop_traces(session: Session, now: datetime, *, shipping: bool) -> int:
    """Forget that talks were deleted, once no copy of them can be left; returns how many.

    Without MongoDB (``shipping``) there is no copy of a talk that was never shipped.
    """
    settled = ForgottenTalk.log_erased_at.is_not(None)
    if not shipping:
        settled |= ~ForgottenTalk.shipped
    change = sa.delete(ForgottenTalk).where(
        ForgottenTalk.forgotten_at < now - REMEMBERED_FOR, settled
    )
    return session.execute(change, execution_options=_QUIET).rowcount
