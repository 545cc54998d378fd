"""Free times as pages offer them: the first ones at once, then week by week."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import request

from medcor.domain import scheduling as rules
from medcor.models import Clinic
from medcor.services import scheduling
from medcor.web.calendar_days import parse_day

WEEK, SOONEST_SHOWN = 7, 6
Find = Callable[[date, int], list[rules.Opening]]


@dataclass(frozen=True, slots=True)
class FreeWeek:
    """A week's free times and those that come first; ``earlier`` and ``later`` start weeks."""

    soonest: list[rules.Opening]
    week: list[rules.Opening]
    start: date
    today: date
    last: date

    @property
    def end(self) -> date:
        return self.start + timedelta(days=WEEK - 1)

    @property
    def first_day(self) -> date | None:
        return self.soonest[0].day if self.soonest else None

    @property
    def earlier(self) -> date | None:
        before = max(self.start - timedelta(days=WEEK), self.today)
        return before if self.start > self.today else None

    @property
    def later(self) -> date | None:
        after = self.start + timedelta(days=WEEK)
        return after if after <= self.last else None


def find_week(clinic: Clinic, now: datetime, find: Find) -> FreeWeek:
    """The week that ``?date=`` names, else the first with a free time.

    ``find(first, count)`` looks for free times on that many days. Looks near first, where there
    mostly is one, and as far ahead as one may book only where there is none.
    """
    today, last = rules.local_today(clinic.zone_info, now), scheduling.last_day(clinic, now)
    near, seen_to = find(today, WEEK), today + timedelta(days=WEEK - 1)
    if not near:
        near, seen_to = find(today, clinic.horizon_days + 1), last
    start = near[0].day if near else today
    wanted = request.args.get("date", "")
    if wanted:
        start = min(max(parse_day(wanted), today), last)
    end = start + timedelta(days=WEEK - 1)
    if min(end, last) <= seen_to:
        week = [each for each in near if start <= each.day <= end]
    else:
        week = find(start, WEEK)
    return FreeWeek(near[:SOONEST_SHOWN], week, start, today, last)
