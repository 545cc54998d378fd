"""What a day holds, for staff, and what a patient has ahead and behind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager

from medcor.domain.appointments import LIVE, AppointmentStatus
from medcor.domain.permissions import Actor, Role
from medcor.models import (
    Appointment,
    Doctor,
    ExclusionDate,
    Patient,
    Treatment,
    User,
    doctor_title,
)
from medcor.services import handover_lists, offered
from medcor.services.catalogue import contains_pattern
from medcor.services.handover_lists import ShownHandover

_LIVE = tuple(LIVE)
# The two people of an appointment are both users; lists are sorted by their names.
DOCTOR_USER, PATIENT_USER = sa.orm.aliased(User), sa.orm.aliased(User)
Condition = sa.ColumnElement[bool]
# What the joins of :func:`with_people` tell, as plain columns.
PEOPLE = (
    Patient.phone,
    PATIENT_USER.first_name.label("patient_first"),
    PATIENT_USER.last_name.label("patient_last"),
    DOCTOR_USER.first_name.label("doctor_first"),
    DOCTOR_USER.last_name.label("doctor_last"),
    Treatment.name.label("treatment"),
)
# A slot lies within one local day, which the end of summer time makes an hour longer.
LONGEST = timedelta(hours=25)


def appointments() -> sa.Select[tuple[Appointment]]:
    """Appointments with doctor, patient and treatment in one query."""
    return with_people(sa.select(Appointment)).options(
        contains_eager(Appointment.doctor).contains_eager(Doctor.user.of_type(DOCTOR_USER)),
        contains_eager(Appointment.patient).contains_eager(Patient.user.of_type(PATIENT_USER)),
        contains_eager(Appointment.treatment),
    )


def with_people(wanted: sa.Select) -> sa.Select:
    """Join doctor, patient and treatment to a look-up of appointments."""
    return (
        wanted.join(Appointment.doctor)
        .join(DOCTOR_USER, Doctor.user_id == DOCTOR_USER.id)
        .join(Appointment.patient)
        .join(PATIENT_USER, Patient.user_id == PATIENT_USER.id)
        .join(Treatment, Appointment.treatment_id == Treatment.id)
    )


def _concerning(actor: Actor) -> list[Condition]:
    if actor.role is Role.DOCTOR:
        return [Appointment.doctor_id == actor.profile_id]
    if actor.role is Role.PATIENT:
        return [Appointment.patient_id == actor.profile_id]
    return []


def visible_to(actor: Actor) -> sa.Select[tuple[Appointment]]:
    """The appointments that concern the actor: a clinic's for an admin, else their own."""
    return appointments().where(*_concerning(actor))


class View(StrEnum):
    """Which part of a list is looked at.

    ``PAST`` is by the clock alone; ``OVER`` is whatever is not ahead, as patients see it.
    """

    AHEAD = "ahead"
    PAST = "past"
    CANCELLED = "cancelled"
    OVER = "over"
    ATTENTION = "attention"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is narrowed to; days are the clinic's, both ends included."""

    view: View = View.AHEAD
    state: str = ""
    search: str = ""
    doctor_id: int | None = None
    treatment_id: int | None = None
    first: date | None = None
    last: date | None = None


def matching(actor: Actor, wanted: Wanted, now: datetime) -> sa.Select[tuple[int]]:
    """Ids of the appointments that a list shows, without a join: for counting."""
    return sa.select(Appointment.id).where(*_conditions(actor, wanted, now))


# What a list can be sorted by, and the joins that this takes.
SORTS: dict[str, tuple[Any, ...]] = {
    "when": (),
    "patient": (PATIENT_USER.last_name, PATIENT_USER.first_name),
    "treatment": (Treatment.name,),
    "state": (Appointment.status,),
}


def sorted_ids(actor: Actor, wanted: Wanted, now: datetime, key: str) -> sa.Select[tuple[int]]:
    """The same ids with no more joined than sorting by ``key`` needs.

    A page of them is read before the rows themselves: sorting thousands of joined rows to show
    twenty costs more than all else.
    """
    found = matching(actor, wanted, now)
    if key == "patient":
        named = found.join(Appointment.patient).join(
            PATIENT_USER, Patient.user_id == PATIENT_USER.id
        )
        # Says nothing more, but the index that has the names in order begins with the role.
        return named.where(PATIENT_USER.role == Role.PATIENT)
    return found.join(Appointment.treatment) if key == "treatment" else found


def load(session: Session, ids: Sequence[int]) -> list[Appointment]:
    """These appointments with all that a list shows of them, in the order of ``ids``."""
    if not ids:
        return []
    return _in_order(ids, session.scalars(appointments().where(Appointment.id.in_(ids))))


def load_entries(session: Session, actor: Actor, ids: Sequence[int]) -> list[sa.Row]:
    """These appointments of the actor as plain columns (see :func:`entries`), in this order."""
    if not ids:
        return []
    return _in_order(ids, session.execute(entries(actor).where(Appointment.id.in_(ids))))


def _in_order(ids: Sequence[int], rows: Iterable[Any]) -> list[Any]:
    by_id = {row.id: row for row in rows}
    return [by_id[each] for each in ids if each in by_id]


def entries(actor: Actor) -> sa.Select:
    """The actor's appointments as plain columns: a row costs a tenth of an object."""
    columns = sa.select(
        Appointment.id,
        Appointment.day,
        Appointment.start_time,
        Appointment.end_time,
        Appointment.status,
        Appointment.price_minor,
        *PEOPLE,
    ).select_from(Appointment)
    return with_people(columns).where(*_concerning(actor))


def exported(actor: Actor, wanted: Wanted, now: datetime) -> sa.Select:
    """The appointments of a list as plain columns, for a file."""
    return entries(actor).where(*_conditions(actor, wanted, now))


def doctor_rank(doctor_ids: Iterable[int]) -> sa.ColumnElement[int]:
    """Sort by doctor in this order: ten numbers are compared faster than names are joined."""
    ranks = {doctor_id: rank for rank, doctor_id in enumerate(doctor_ids)}
    return sa.case(ranks, value=Appointment.doctor_id, else_=len(ranks))


def lapsed_last(now: datetime) -> sa.ColumnElement[int]:
    """Sort what was cancelled ahead of its time behind what is truly past."""
    return sa.case((Appointment.starts_at > now, 1), else_=0)


def _conditions(actor: Actor, wanted: Wanted, now: datetime) -> list[Condition]:
    found = [*_concerning(actor), *_view_conditions(wanted.view, now)]
    if wanted.state:
        found.append(Appointment.status == wanted.state)
    if wanted.doctor_id is not None:
        found.append(Appointment.doctor_id == wanted.doctor_id)
    if wanted.treatment_id is not None:
        found.append(Appointment.treatment_id == wanted.treatment_id)
    if wanted.first is not None:
        found.append(Appointment.day >= wanted.first)
    if wanted.last is not None:
        found.append(Appointment.day <= wanted.last)
    if wanted.search.strip():
        found.append(matches(wanted.search.strip()))
    return found


def _view_conditions(view: View, now: datetime) -> list[Condition]:
    if view is View.ALL:
        return []
    over = Appointment.status.not_in(_LIVE) | (Appointment.ends_at <= now)
    if view is View.OVER:
        return [over]
    if view is View.PAST:
        return [Appointment.starts_at <= now, over]
    if view is View.CANCELLED:
        return [Appointment.status == AppointmentStatus.CANCELLED]
    ahead = [
        Appointment.status.in_(_LIVE),
        Appointment.ends_at > now,
        # Says nothing more, but lets the index by start leave out all that is long over.
        Appointment.starts_at > now - LONGEST,
    ]
    return [*ahead, _left_alone(now)] if view is View.ATTENTION else ahead


def _left_alone(now: datetime) -> Condition:
    """The doctor is gone, or off on that day; of what lies ahead."""
    gone = (
        sa.select(Doctor.id)
        .join(User, User.id == Doctor.user_id)
        .where(~Doctor.is_active | ~User.is_active)
    )
    # Asked once, from the few days off that are not over, and not anew for each appointment.
    away = sa.orm.aliased(Appointment)
    off = (
        sa.select(away.id)
        .join(ExclusionDate, ExclusionDate.doctor_id == away.doctor_id)
        .where(
            away.day.between(ExclusionDate.start_date, ExclusionDate.end_date),
            away.starts_at > now - LONGEST,
            ExclusionDate.end_date >= (now - timedelta(days=2)).date(),
        )
    )
    alone = Appointment.doctor_id.in_(gone) | Appointment.id.in_(off)
    return alone & Appointment.id.not_in(offered.asked())


def matches(search: str) -> Condition:
    """Treatments, or patients by name, that contain the words."""
    pattern = contains_pattern(search)
    name = User.first_name + " " + User.last_name
    people = sa.select(Patient.id).join(User, User.id == Patient.user_id)
    named = people.where(name.ilike(pattern, escape="\\"))
    called = sa.select(Treatment.id).where(Treatment.name.ilike(pattern, escape="\\"))
    return Appointment.treatment_id.in_(called) | Appointment.patient_id.in_(named)


def doctor_options(session: Session) -> list[tuple[int, str]]:
    """Ids and names of all doctors, those who left too: their appointments are still there."""
    found = sa.select(Doctor.id, User.first_name, User.last_name).join(Doctor.user)
    in_order = found.order_by(User.last_name, User.first_name, Doctor.id)
    return [(each, doctor_title(first, last)) for each, first, last in session.execute(in_order)]


def treatment_options(session: Session) -> list[tuple[int, str]]:
    """Ids and names of all treatments, those no longer offered too."""
    found = sa.select(Treatment.id, Treatment.name).order_by(Treatment.name, Treatment.id)
    return [(row.id, row.name) for row in session.execute(found)]


@dataclass(frozen=True, slots=True)
class Day:
    """One day for staff: its appointments, what waits for an answer, and who asked for a person."""

    appointments: list[Appointment]
    waiting: list[Appointment]
    waiting_total: int
    unclosed: list[Appointment]
    attention: list[Appointment]
    handovers: list[ShownHandover]


WAITING_SHOWN = HANDOVERS_SHOWN = 8


def load_day(
    session: Session, actor: Actor, day: date, now: datetime, *, with_handovers: bool = True
) -> Day:
    """Everything that Today shows, in a fixed number of queries.

    ``attention`` and ``handovers`` hold one more than is shown where there is more. Whoever knows
    that no hand-over waits saves the question for them.
    """
    mine = sa.select(Appointment.id).where(*_concerning(actor))
    of_day = mine.where(Appointment.day == day).order_by(Appointment.starts_at, Appointment.id)
    waits = sa.select(Appointment.id).where(*_waits(actor, now))
    unclosed = mine.where(
        Appointment.status.in_(_LIVE),
        Appointment.ends_at < now,
        Appointment.starts_at < now,
        Appointment.starts_at > now - timedelta(days=31),
        Appointment.ends_at >= now - timedelta(days=30),
    )
    alone = matching(actor, Wanted(View.ATTENTION), now).order_by(Appointment.starts_at)
    # Ids first and all rows at once: sorting joined rows to show eight of them costs far more.
    parts = [
        list(session.scalars(each))
        for each in (
            of_day,
            waits.order_by(Appointment.starts_at, Appointment.id).limit(WAITING_SHOWN),
            unclosed.order_by(Appointment.starts_at.desc()).limit(WAITING_SHOWN),
            alone.limit(WAITING_SHOWN + 1),
        )
    ]
    rows = {row.id: row for row in load(session, list({each for part in parts for each in part}))}
    shown, waiting_rows, unclosed_rows, alone_rows = (
        [rows[each] for each in part if each in rows] for part in parts
    )
    return Day(
        appointments=shown,
        waiting=waiting_rows,
        waiting_total=_count_waiting(session, actor, now),
        unclosed=unclosed_rows,
        attention=alone_rows,
        handovers=(
            handover_lists.open_now(session, actor, HANDOVERS_SHOWN + 1) if with_handovers else []
        ),
    )


def _waits(actor: Actor, now: datetime) -> list[Condition]:
    pending = Appointment.status == AppointmentStatus.PENDING
    return [*_concerning(actor), pending, Appointment.starts_at >= now]


def waiting(actor: Actor, now: datetime) -> sa.Select:
    """What waits for an answer, next first, as plain columns (see :func:`entries`)."""
    wanted = entries(actor).where(*_waits(actor, now))
    return wanted.order_by(Appointment.starts_at, Appointment.id)


def still_waiting(actor: Actor, ids: list[int], now: datetime) -> sa.Select[tuple[Appointment]]:
    """Those of ``ids`` that wait, held so that nobody answers them meanwhile."""
    wanted = sa.select(Appointment).where(*_waits(actor, now), Appointment.id.in_(ids))
    held = wanted.order_by(Appointment.id).with_for_update()
    return held.execution_options(populate_existing=True)


def _count_waiting(session: Session, actor: Actor, now: datetime) -> int:
    counted = sa.select(sa.func.count(Appointment.id)).where(*_waits(actor, now))
    return session.scalar(counted) or 0


def next_of_patient(session: Session, patient_id: int, now: datetime) -> Appointment | None:
    """The patient's next live appointment."""
    return session.scalar(
        appointments()
        .where(
            Appointment.patient_id == patient_id,
            Appointment.status.in_(_LIVE),
            Appointment.ends_at > now,
            Appointment.starts_at > now - LONGEST,
        )
        .order_by(Appointment.starts_at)
        .limit(1)
    )


def own_live(
    session: Session, patient_id: int | None, slot_id: int, treatment_id: int, day: date
) -> Appointment | None:
    """The patient's live appointment for exactly this slot, treatment and day."""
    return session.scalar(
        appointments().where(
            Appointment.patient_id == patient_id,
            Appointment.slot_id == slot_id,
            Appointment.treatment_id == treatment_id,
            Appointment.day == day,
            Appointment.status.in_(_LIVE),
        )
    )
