"""States of an appointment and who may move it from one to the next."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from .permissions import Role


class AppointmentStatus(StrEnum):
    """Stored and shown to the letter; the chatbot API answers ``Pending`` for a new booking."""

    PENDING = "Pending"
    CONFIRMED = "Confirmed"
    COMPLETED = "Completed"
    NO_SHOW = "No-show"
    CANCELLED = "Cancelled"


LIVE = frozenset({AppointmentStatus.PENDING, AppointmentStatus.CONFIRMED})
# A slip of the hand is noticed at once; later the patient has acted on what the mail said.
TAKE_BACK_WITHIN = timedelta(minutes=10)

_NEXT: dict[AppointmentStatus, frozenset[AppointmentStatus]] = {
    AppointmentStatus.PENDING: frozenset(
        {AppointmentStatus.CONFIRMED, AppointmentStatus.CANCELLED}
    ),
    AppointmentStatus.CONFIRMED: frozenset(
        {AppointmentStatus.COMPLETED, AppointmentStatus.NO_SHOW, AppointmentStatus.CANCELLED}
    ),
}


def is_live(status: AppointmentStatus) -> bool:
    """A live appointment holds its time; every other state has released it."""
    return status in LIVE


def can_move(current: AppointmentStatus, target: AppointmentStatus) -> bool:
    """Say whether the state machine has an edge from ``current`` to ``target``."""
    return target in _NEXT.get(current, frozenset())


def may_cancel(
    status: AppointmentStatus, starts_at: datetime, role: Role, notice: timedelta, now: datetime
) -> bool:
    """Patients cancel up to the clinic's notice; staff at any time while the appointment lives."""
    if not is_live(status):
        return False
    return role is not Role.PATIENT or now + notice <= starts_at


def may_close(target: AppointmentStatus, starts_at: datetime, now: datetime) -> bool:
    """Completed and No-show describe what happened, so they wait for the start."""
    if target in (AppointmentStatus.COMPLETED, AppointmentStatus.NO_SHOW):
        return starts_at <= now
    return True


def may_move(
    status: AppointmentStatus, starts_at: datetime, role: Role, notice: timedelta, now: datetime
) -> bool:
    """Moving gives a time up as cancelling does, so patients keep the same notice of it."""
    return may_cancel(status, starts_at, role, notice, now)


def may_take_back(
    status: AppointmentStatus,
    was: AppointmentStatus,
    done_by: Role | None,
    done_at: datetime,
    starts_at: datetime,
    now: datetime,
) -> bool:
    """Say whether staff may undo the step from ``was`` to ``status``.

    Only an end can be undone, only one that staff set themselves, and only shortly after; a
    cancelled appointment must lie ahead, or it would wake up in the past.
    """
    if is_live(status) or not is_live(was) or not can_move(was, status):
        return False
    if done_by not in (Role.ADMIN, Role.DOCTOR) or not done_at <= now <= done_at + TAKE_BACK_WITHIN:
        return False
    return status is not AppointmentStatus.CANCELLED or now < starts_at
