"""What staff see of hand-overs: those that wait, the list, and one with the talk that led to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain.handovers import HandoverState, state_of
from medcor.domain.permissions import Actor, Role
from medcor.models import (
    AuditEvent,
    ConversationMessage,
    Handover,
    MessageType,
    Patient,
    User,
    doctor_title,
    full_name,
)
from medcor.services import audit
from medcor.services.catalogue import contains_pattern
from medcor.services.handovers import SUBJECT, get_handover, visible_to, waits

# So many turns of a talk are handed over with the one in which it happened, that one included.
TURNS_SHOWN = 20
HISTORY_SHOWN = 50
_TAKER = sa.orm.aliased(User)


@dataclass(frozen=True, slots=True)
class ShownHandover:
    """A hand-over with the people of it; ``flag`` is empty where the patient asked."""

    id: int
    patient_id: int | None
    name: str
    phone: str
    flag: str
    reason: str
    created_at: datetime
    alarm_at: datetime | None
    taken_at: datetime | None
    taken_by_id: int | None
    taker: str
    closed_at: datetime | None
    outcome: str
    escalations: int

    @property
    def state(self) -> HandoverState:
        return state_of(self.taken_at, self.closed_at)

    @property
    def since(self) -> datetime:
        return self.alarm_at or self.created_at


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is narrowed to: a state, alarms or requests alone, words of name or phone."""

    state: HandoverState | None = None
    alarms: bool | None = None
    search: str = ""

    @property
    def conditions(self) -> list[sa.ColumnElement[bool]]:
        found: list[sa.ColumnElement[bool]] = []
        if self.state is HandoverState.OPEN:
            found += waits()
        elif self.state is HandoverState.TAKEN:
            found += [Handover.taken_at.is_not(None), Handover.closed_at.is_(None)]
        elif self.state is HandoverState.CLOSED:
            found.append(Handover.closed_at.is_not(None))
        if self.alarms is not None:
            found.append(Handover.flag != "" if self.alarms else Handover.flag == "")
        if self.search.strip():
            found.append(Handover.user_id.in_(_found_by(self.search)))
        return found


def _found_by(search: str) -> sa.Select[tuple[int]]:
    pattern = contains_pattern(search)
    name = User.first_name + " " + User.last_name
    plain: sa.ColumnElement[str] = Patient.phone
    for sign in " ()/.-":
        plain = sa.func.replace(plain, sign, "")
    digits = "".join(each for each in search if each.isdigit())
    matching = name.ilike(pattern, escape="\\")
    if len(digits) > 2:
        matching |= plain.contains(digits)
    people = sa.select(User.id).outerjoin(Patient, Patient.user_id == User.id)
    return people.where(User.role == Role.PATIENT, matching)


def _columns() -> sa.Select:
    return (
        sa.select(
            Handover.id,
            Patient.id.label("patient_id"),
            User.first_name,
            User.last_name,
            Patient.phone,
            Handover.flag,
            Handover.reason,
            Handover.created_at,
            Handover.alarm_at,
            Handover.taken_at,
            Handover.taken_by_id,
            _TAKER.first_name.label("taker_first"),
            _TAKER.last_name.label("taker_last"),
            _TAKER.role.label("taker_role"),
            Handover.closed_at,
            Handover.outcome,
            Handover.escalations,
        )
        .select_from(Handover)
        .join(User, User.id == Handover.user_id)
        .outerjoin(Patient, Patient.user_id == User.id)
        .outerjoin(_TAKER, _TAKER.id == Handover.taken_by_id)
    )


def shown(row: sa.Row) -> ShownHandover:
    """A row of :func:`listed` as staff read it."""
    return ShownHandover(
        id=row.id,
        patient_id=row.patient_id,
        name=full_name(row.first_name, row.last_name),
        phone=row.phone or "",
        flag=row.flag,
        reason=row.reason,
        created_at=row.created_at,
        alarm_at=row.alarm_at,
        taken_at=row.taken_at,
        taken_by_id=row.taken_by_id,
        taker=staff_name(row.taker_first, row.taker_last, row.taker_role),
        closed_at=row.closed_at,
        outcome=row.outcome,
        escalations=row.escalations,
    )


def staff_name(first: str | None, last: str | None, role: Role | None) -> str:
    """What somebody of the clinic is called; nothing where there is nobody."""
    if role is None:
        return ""
    called = doctor_title if role is Role.DOCTOR else full_name
    return called(first or "", last or "")


def matching(actor: Actor, wanted: Wanted) -> sa.Select[tuple[int]]:
    """Ids of what the list shows to the actor, without a join: for counting."""
    return sa.select(Handover.id).where(*visible_to(actor), *wanted.conditions)


def sorted_ids(actor: Actor, wanted: Wanted, key: str) -> sa.Select[tuple[int]]:
    """The same ids, with no more joined than sorting by ``key`` of :data:`SORTS` needs."""
    found = matching(actor, wanted)
    return found.join(User, User.id == Handover.user_id) if key == "patient" else found


def load(session: Session, ids: Sequence[int]) -> list[ShownHandover]:
    """These hand-overs with their people, in the order of ``ids``."""
    if not ids:
        return []
    by_id = {row.id: shown(row) for row in session.execute(_columns().where(Handover.id.in_(ids)))}
    return [by_id[each] for each in ids if each in by_id]


def listed(actor: Actor, wanted: Wanted) -> sa.Select:
    """The list as plain columns, for :func:`shown`."""
    return _columns().where(*visible_to(actor), *wanted.conditions)


ALARMS_FIRST = sa.case((Handover.flag != "", 0), else_=1)
SORTS: dict[str, Sequence[sa.ColumnElement]] = {
    "asked": (Handover.created_at, Handover.id),
    "patient": (User.last_name, User.first_name, Handover.id),
    "urgency": (ALARMS_FIRST, Handover.created_at, Handover.id),
}


def open_now(session: Session, actor: Actor, limit: int) -> list[ShownHandover]:
    """What waits, alarms first and the longest first among them; to a doctor only alarms."""
    alarms = None if actor.role is Role.ADMIN else True
    wanted = listed(actor, Wanted(HandoverState.OPEN, alarms)).order_by(*SORTS["urgency"])
    return [shown(row) for row in session.execute(wanted.limit(limit))]


@dataclass(frozen=True, slots=True)
class OpenCount:
    """How much waits; ``latest`` is when the last alarm came, in milliseconds since 1970, None
    without any.
    """

    open: int
    alarms: int
    latest: int | None


def count_open(session: Session, actor: Actor) -> OpenCount:
    """Count what waits for the actor, in one query."""
    alarm = sa.case((Handover.flag != "", Handover.id))
    count, alarms, latest = session.execute(
        sa.select(
            sa.func.count(Handover.id), sa.func.count(alarm), sa.func.max(Handover.alarm_at)
        ).where(*visible_to(actor), *waits())
    ).one()
    return OpenCount(count, alarms, latest and round(latest.timestamp() * 1000))


@dataclass(frozen=True, slots=True)
class Line:
    """One message of the talk that was handed over."""

    mine: bool
    text: str
    at: datetime
    interrupted: bool


@dataclass(frozen=True, slots=True)
class Act:
    """What was done with a hand-over; ``name`` is empty where the product did it."""

    action: str
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OpenHandover:
    """One hand-over with its talk, oldest line first, and what was done with it."""

    row: ShownHandover
    talk: tuple[Line, ...]
    history: tuple[Act, ...]


def read_handover(session: Session, actor: Actor, handover_id: object) -> OpenHandover:
    """Open one that the actor may see, and note who read it; NotFound otherwise."""
    found = get_handover(session, actor, handover_id)
    audit.record(session, actor, "handover.read", SUBJECT, found.id)
    session.flush()
    return load_handover(session, found)


def load_handover(session: Session, found: Handover) -> OpenHandover:
    """A hand-over as its page shows it."""
    row = session.execute(_columns().where(Handover.id == found.id)).one()
    return OpenHandover(shown(row), _talk(session, found), _history(session, found.id))


def _talk(session: Session, found: Handover) -> tuple[Line, ...]:
    """The last turns of this talk up to the one that was handed over, and nothing after it.

    Turns stand in the order in which they were said, whenever their replies were written.
    """
    if not found.turn_id:
        return ()
    own = (
        ConversationMessage.user_id == found.user_id,
        ConversationMessage.session_id == found.session_id,
    )
    first = sa.func.min(ConversationMessage.id)
    handed = (
        sa.select(first).where(*own, ConversationMessage.turn_id == found.turn_id).scalar_subquery()
    )
    turns = (
        sa.select(ConversationMessage.turn_id)
        .where(*own)
        .group_by(ConversationMessage.turn_id)
        .having(first <= handed)
        .order_by(first.desc())
        .limit(TURNS_SHOWN)
    )
    rows = session.scalars(
        sa.select(ConversationMessage)
        .where(*own, ConversationMessage.turn_id.in_(turns))
        .order_by(ConversationMessage.created_at, ConversationMessage.id)
    )
    return tuple(
        Line(each.message_type is MessageType.USER, each.content, each.created_at, each.interrupted)
        for each in rows
    )


def _history(session: Session, handover_id: int) -> tuple[Act, ...]:
    rows = session.execute(
        sa.select(
            AuditEvent.action,
            AuditEvent.created_at,
            User.first_name,
            User.last_name,
            User.role,
        )
        .outerjoin(User, User.id == AuditEvent.actor_id)
        .where(AuditEvent.subject == SUBJECT, AuditEvent.subject_id == handover_id)
        .order_by(AuditEvent.id.desc())
        .limit(HISTORY_SHOWN)
    )
    return tuple(Act(row[0], staff_name(*row[2:]), row[1]) for row in rows)


def record_export(session: Session, actor: Actor, rows: int) -> None:
    """Note that the list was taken as a file."""
    audit.record(session, actor, "handovers.exported", SUBJECT, None, rows=rows)
