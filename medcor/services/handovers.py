"""The life of a hand-over: asked for in a talk, taken by somebody, closed with a note.

It waits while nobody has taken it. The patient hears in the talk when somebody has, and when
nobody has for too long.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.domain.dialogue.wording import LANGUAGES, say
from medcor.domain.handovers import (
    NewsKind,
    Patience,
    Waiting,
    is_spent,
    joined_reason,
    needs_telling,
)
from medcor.domain.identity import is_known_id
from medcor.domain.permissions import Actor, Role
from medcor.domain.talk import Card
from medcor.domain.triage import emergency_number
from medcor.domain.triage.flags import more_telling
from medcor.models import (
    UNTAKEN,
    Appointment,
    Clinic,
    ConversationMessage,
    Handover,
    Patient,
    User,
    doctor_title,
)
from medcor.services import audit, lookup

SUBJECT = "handover"
REASON_LENGTH = 500
# Somebody who took a hand-over that long ago is no news any more.
NEWS_FOR = timedelta(hours=1)
TRIES = 3
Condition = sa.ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a talk hands over: the person's words, and the alarm in them, empty for a request.

    ``turn_id`` names the turn up to which staff may read the talk.
    """

    reason: str
    session_id: str
    turn_id: str
    flag: str = ""


def ask(session: Session, actor: Actor, asked: Asked, now: datetime) -> tuple[Handover, bool]:
    """Hand a talk over; says too whether one of this person waited already and was only added to.

    A person has one that waits, whatever talk it began in: it goes on in the talk that asked last,
    which is told the news. An alarm makes it an alarm, and never the reverse.
    """
    row, already = _waiting_or_new(session, actor, now)
    row.session_id, row.turn_id = asked.session_id, asked.turn_id[:64]
    row.reason = joined_reason(row.reason, asked.reason, REASON_LENGTH)
    _wait_anew(row, asked.flag, now)
    session.flush()
    return row, already


def _waiting_or_new(session: Session, actor: Actor, now: datetime) -> tuple[Handover, bool]:
    """The locked one that waits, or a new one; of two talks that ask at once one adds to it."""
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    insert = postgresql.insert if on_postgresql else sqlite.insert
    once = insert(Handover).on_conflict_do_nothing(
        index_elements=["clinic_id", "user_id"], index_where=UNTAKEN
    )
    values = {"clinic_id": actor.clinic_id, "user_id": actor.user_id, "created_at": now}
    waiting = (
        sa.select(Handover).where(Handover.user_id == actor.user_id, *waits()).with_for_update()
    )
    for _ in range(TRIES):
        made = session.execute(once.returning(Handover.id), [values]).first() is not None
        row = session.scalar(waiting.execution_options(populate_existing=True))
        # There is none where somebody has taken it in this very moment.
        if row is not None:
            return row, not made
    raise errors.TryAgain()


def _wait_anew(row: Handover, flag: str, now: datetime) -> None:
    """Let it wait, be mailed and be told anew: a request that becomes an alarm, and one that is
    repeated when nothing more would come of the first time.
    """
    spent = is_spent(waiting_of(row), now)
    if (flag and not row.flag) or spent:
        row.escalated_at, row.told_at, row.escalations = None, None, 0
        row.alarm_at = now if flag else row.alarm_at
    if spent:
        row.created_at = now
    row.flag = more_telling(row.flag, flag)


def waits() -> list[Condition]:
    """The conditions of a hand-over that nobody has taken."""
    return [Handover.taken_at.is_(None), Handover.closed_at.is_(None)]


def visible_to(actor: Actor) -> list[Condition]:
    """The conditions of what the actor may see: an admin all, a doctor those of own patients."""
    if actor.role is Role.ADMIN:
        return []
    if actor.role is not Role.DOCTOR:
        return [sa.false()]
    # The same rule as for records: somebody they have, or had, an appointment with.
    treated = (
        sa.select(Appointment.id)
        .join(Patient, Patient.id == Appointment.patient_id)
        .where(
            Patient.user_id == Handover.user_id,
            Appointment.doctor_id == actor.profile_id,
            Appointment.status != "Cancelled",
        )
    )
    return [treated.exists()]


def get_handover(session: Session, actor: Actor, handover_id: object) -> Handover:
    """One that the actor may see, or NotFound."""
    found = None
    if is_known_id(handover_id):
        found = session.scalar(
            sa.select(Handover).where(Handover.id == handover_id, *visible_to(actor))
        )
    if found is None:
        raise errors.NotFound()
    return found


@dataclass(frozen=True, slots=True)
class Taken:
    """Who looks after a hand-over; ``mine`` if that is the actor."""

    mine: bool
    name: str


def take(session: Session, actor: Actor, handover_id: object, now: datetime) -> Taken:
    """Say that the actor looks after it; the first one counts, the second is told who that is."""
    row = get_handover(session, actor, handover_id)
    done = session.execute(
        sa.update(Handover)
        .where(Handover.id == row.id, *waits())
        .values(taken_at=now, taken_by_id=actor.user_id)
    )
    if done.rowcount == 1:
        audit.record(session, actor, "handover.taken", SUBJECT, row.id)
    session.flush()
    session.refresh(row)
    mine = row.taken_by_id == actor.user_id
    return Taken(mine, actor.name if mine else person_name(session, row.taken_by_id))


def close(
    session: Session, actor: Actor, handover_id: object, outcome: str, now: datetime
) -> Handover:
    """Close it with a note of what came of it; whoever closes an open one has taken it."""
    row = get_handover(session, actor, handover_id)
    done = session.execute(
        sa.update(Handover)
        .where(Handover.id == row.id, Handover.closed_at.is_(None))
        .values(
            closed_at=now,
            outcome=outcome,
            taken_at=sa.func.coalesce(Handover.taken_at, now),
            taken_by_id=sa.func.coalesce(Handover.taken_by_id, actor.user_id),
        )
    )
    if done.rowcount == 1:
        audit.record(session, actor, "handover.closed", SUBJECT, row.id)
    session.flush()
    session.refresh(row)
    if done.rowcount == 0 and row.outcome != outcome:
        raise errors.Conflict(errors.N_("Somebody else has closed this in the meantime."))
    return row


def reopen(session: Session, actor: Actor, handover_id: object, now: datetime) -> Handover:
    """Open a closed one again, for whoever does so; its note stays until it is closed anew."""
    row = get_handover(session, actor, handover_id)
    done = session.execute(
        sa.update(Handover)
        .where(Handover.id == row.id, Handover.closed_at.is_not(None))
        .values(closed_at=None, taken_at=now, taken_by_id=actor.user_id)
    )
    if done.rowcount == 1:
        audit.record(session, actor, "handover.reopened", SUBJECT, row.id)
    session.flush()
    session.refresh(row)
    return row


def forget_words(session: Session, before: datetime) -> int:
    """Wipe what was said and noted in closed hand-overs that are older than talks are kept.

    That there was one, and how it was looked after, stays; returns how many were wiped.
    """
    done = session.execute(
        sa.update(Handover)
        .where(
            Handover.created_at < before,
            Handover.closed_at.is_not(None),
            sa.or_(Handover.reason != "", Handover.outcome != ""),
        )
        .values(reason="", outcome=""),
        execution_options={"synchronize_session": False},
    )
    return done.rowcount


def person_name(session: Session, user_id: int | None) -> str:
    """What staff are called, or nothing once they are gone."""
    user = lookup.find(session, User, user_id)
    if user is None:
        return ""
    is_doctor = user.role is Role.DOCTOR
    return doctor_title(user.first_name, user.last_name) if is_doctor else user.name


def waiting_of(row: Handover) -> Waiting:
    return Waiting(row.created_at, row.alarm_at, row.escalations, row.escalated_at, row.told_at)


def patience_of(clinic: Clinic) -> Patience:
    return Patience(clinic.handover_minutes, clinic.alarm_minutes)


@dataclass(frozen=True, slots=True)
class HandoverNews:
    """What a talk has to tell of its hand-over; ``text`` and ``card`` word it in a language.

    ``since`` is when it began to wait, in seconds since 1970.
    """

    session_id: str
    handover_id: int
    kind: NewsKind
    text_key: str
    parts: dict[str, str] = field(default_factory=dict)
    call: str = ""
    since: int = 0

    @property
    def name(self) -> str:
        """Names it within its talk: what waits anew is told of anew."""
        return f"{self.kind.value}{self.handover_id}-{self.since}"

    def text(self, language: str) -> str:
        return say(_known(language), self.text_key, **self.parts)

    def card(self, language: str) -> Card:
        language = _known(language)
        if self.kind is NewsKind.TAKEN:
            return Card("handover", say(language, "handover_taken_card"))
        title = say(language, "emergency_card", number=self.call)
        return Card("handover", title, url=f"tel:{self.call.replace(' ', '')}")


def _known(language: str) -> str:
    return language if language in LANGUAGES else LANGUAGES[0]


def news_for(session: Session, session_ids: Collection[str], now: datetime) -> list[HandoverNews]:
    """What these talks of the clinic in scope have to tell now and have not told yet, in two
    queries; none where none is due.

    Whoever tells calls :func:`mark_told` first and tells what that gives back.
    """
    if not session_ids:
        return []
    rows = session.execute(
        sa.select(Handover, User.first_name, User.last_name, User.role)
        .outerjoin(User, User.id == Handover.taken_by_id)
        .where(
            Handover.session_id.in_(sorted(session_ids)),
            sa.or_(
                sa.and_(*waits(), Handover.told_at.is_(None)),
                sa.and_(
                    Handover.taken_told_at.is_(None),
                    Handover.taken_at > now - NEWS_FOR,
                    Handover.closed_at.is_(None),
                ),
            ),
        )
        .order_by(Handover.id)
    ).all()
    if not rows:
        return []
    clinic = lookup.get_clinic(session, rows[0][0].clinic_id)
    found = (
        _news(clinic, row, _first_name(first, last, role), now) for row, first, last, role in rows
    )
    return [each for each in found if each is not None]


def _first_name(first: str | None, last: str | None, role: Role | None) -> str:
    if not first:
        return ""
    return doctor_title(first, last or "") if role is Role.DOCTOR else first


def _news(clinic: Clinic, row: Handover, taker: str, now: datetime) -> HandoverNews | None:
    if row.taken_at is not None:
        key = "handover_taken" if taker else "handover_taken_by_staff"
        parts = {"name": taker, "clinic": clinic.name} if taker else {"clinic": clinic.name}
        return HandoverNews(row.session_id, row.id, NewsKind.TAKEN, key, parts)
    if not needs_telling(waiting_of(row), patience_of(clinic), now):
        return None
    number = emergency_number(clinic.country)
    key, parts = ("alarm_untaken" if row.flag else "handover_untaken"), {"number": number}
    if clinic.phone:
        key, parts = f"{key}_call", {**parts, "phone": clinic.phone}
    call = number if row.flag or not clinic.phone else clinic.phone
    since = int(waiting_of(row).since.timestamp())
    return HandoverNews(row.session_id, row.id, NewsKind.WAITING, key, parts, call, since)


def mark_told(
    session: Session, handover_ids: Collection[int], kind: NewsKind, now: datetime
) -> set[int]:
    """Note that the patients are told; gives back those that nobody else had noted before.

    One that was taken meanwhile is told as waiting no more.
    """
    told = Handover.told_at if kind is NewsKind.WAITING else Handover.taken_told_at
    unless = waits() if kind is NewsKind.WAITING else [Handover.taken_at.is_not(None)]
    marked = set()
    for handover_id in sorted(handover_ids):
        done = session.execute(
            sa.update(Handover)
            .where(Handover.id == handover_id, told.is_(None), *unless)
            .values({told: now}),
            execution_options={"synchronize_session": False},
        )
        if done.rowcount == 1:
            marked.add(handover_id)
    return marked


def take_back_told(session: Session, news: HandoverNews, message_id: str) -> None:
    """Note that nobody heard what was noted as told: it is to be told again, or mailed."""
    told = Handover.told_at if news.kind is NewsKind.WAITING else Handover.taken_told_at
    for change in (
        sa.update(Handover).where(Handover.id == news.handover_id).values({told: None}),
        sa.delete(ConversationMessage).where(
            ConversationMessage.message_id == message_id, ConversationMessage.shipped_at.is_(None)
        ),
    ):
        session.execute(change, execution_options={"synchronize_session": False})
