"""When a patient is reminded of an appointment, and when a reminder would be of no use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from .appointments import AppointmentStatus, is_live


@dataclass(frozen=True, slots=True)
class Reminder:
    """One kind of reminder; every length counts back from the appointment's start.

    It is due at ``lead`` and, after an outage, still sent until ``latest``. Somebody who chose the
    time, or was told a new one, later than ``known`` has only just read of it.
    """

    hours: int
    lead: timedelta
    latest: timedelta
    known: timedelta

    def window(self, now: datetime) -> tuple[datetime, datetime]:
        """Starts for which it is due at ``now``: after the first instant, up to the second."""
        return now + self.latest, now + self.lead

    def is_due(self, starts_at: datetime, chosen_at: datetime, now: datetime) -> bool:
        """Say whether it is to be sent for a start that was ``chosen_at`` that instant."""
        return self.is_useful(starts_at, now) and (
            now >= starts_at - self.lead and chosen_at <= starts_at - self.known
        )

    def is_useful(self, starts_at: datetime, now: datetime) -> bool:
        """Say whether it still comes in time, however late it is sent."""
        return now < starts_at - self.latest


DAY_BEFORE = Reminder(24, timedelta(hours=24), timedelta(hours=3), timedelta(hours=26))
TWO_HOURS = Reminder(2, timedelta(hours=2), timedelta(minutes=30), timedelta(hours=3))
BY_HOURS = {each.hours: each for each in (DAY_BEFORE, TWO_HOURS)}


def switched_on(day_before: bool, two_hours: bool) -> list[Reminder]:
    """The reminders that a clinic sends, the earlier one first."""
    wanted = ((day_before, DAY_BEFORE), (two_hours, TWO_HOURS))
    return [reminder for on, reminder in wanted if on]


def due_reminders(
    sent_by_clinic: Iterable[Reminder],
    status: AppointmentStatus,
    starts_at: datetime,
    chosen_at: datetime,
    now: datetime,
) -> list[Reminder]:
    """Which of the clinic's reminders are due for an appointment, sent before or not."""
    if not is_live(status):
        return []
    return [each for each in sent_by_clinic if each.is_due(starts_at, chosen_at, now)]
