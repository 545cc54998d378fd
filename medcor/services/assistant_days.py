"""The assistant's days in figures: counted once when they are over, read by the admin's page.

What is not counted yet, today above all, is counted from its turns and talks when it is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain.assistant_figures import DayFigures, TalkFigures, from_json, sum_of
from medcor.domain.periods import Period
from medcor.models import AssistantDay, Clinic, TalkSession, TurnMeasure
from medcor.services.measures import STAGES

# A reply that was under way at midnight is measured well within this.
SETTLED_AFTER = timedelta(minutes=15)
_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Measured:
    """A period: its days on which there was anything, and all of them together.

    The days tell of the stage ``answer`` alone, ``total`` of every one.
    """

    days: dict[date, DayFigures]
    total: DayFigures


def read_days(session: Session, clinic: Clinic, period: Period) -> Measured:
    """The figures of a period that ends today; two of its counted days tell the stages."""
    wanted = sa.select(AssistantDay.day, AssistantDay.figures).where(
        AssistantDay.day.between(period.first, period.last)
    )
    days = {day: from_json(figures) for day, figures in session.execute(wanted)}
    total = sum_of(days.values())
    if days:
        total.add_stages(_so_far(session, max(days)))
        total.add_stages(_so_far(session, min(days) - timedelta(days=1)), times=-1)
    last = _last_counted(session)
    first = period.first if last is None else max(period.first, last + timedelta(days=1))
    if first <= period.last:
        live = _count(session, clinic.zone_info, Period(first, period.last))
        total.add(sum_of(live.values()))
        days.update(live)
    return Measured(
        {day: each for day, each in sorted(days.items()) if each.turns or each.talks}, total
    )


def _so_far(session: Session, day: date) -> list[dict[str, Any]]:
    """The stages of all turns up to a counted day; none before the first one."""
    return session.scalar(sa.select(AssistantDay.so_far).where(AssistantDay.day == day)) or []


def count_next_day(session: Session, clinic: Clinic, now: datetime) -> bool:
    """Write down the figures of the earliest day that is over and not counted; False if none is.

    A day waits for the last talk that began on it. Two processes at it at once: TryAgain for one.
    """
    zone = clinic.zone_info
    day = _next_day(session, zone)
    today = (now - SETTLED_AFTER).astimezone(zone).date()
    running = session.scalar(
        sa.select(sa.func.min(TalkSession.began_at)).where(TalkSession.ended_at.is_(None))
    )
    if running is not None:
        today = min(today, running.astimezone(zone).date())
    if day is None or day >= today:
        return False
    figures = _count(session, zone, Period(day, day)).get(day, DayFigures())
    so_far = DayFigures()
    for stages in (_so_far(session, day - timedelta(days=1)), figures.stages_json()):
        so_far.add_stages(stages)
    session.add(
        AssistantDay(
            clinic_id=clinic.id,
            day=day,
            figures=figures.as_json(),
            so_far=so_far.stages_json(),
        )
    )
    session.flush()
    return True


def _last_counted(session: Session) -> date | None:
    return session.scalar(sa.select(sa.func.max(AssistantDay.day)))


def _next_day(session: Session, zone: ZoneInfo) -> date | None:
    last = _last_counted(session)
    if last is not None:
        return last + timedelta(days=1)
    begins = (
        session.scalar(sa.select(sa.func.min(TurnMeasure.at))),
        session.scalar(sa.select(sa.func.min(TalkSession.began_at))),
    )
    first = min(filter(None, begins), default=None)
    return first.astimezone(zone).date() if first else None


def _count(session: Session, zone: ZoneInfo, period: Period) -> dict[date, DayFigures]:
    """Count the days of a period from their turns and talks; running talks are left out."""
    begin = datetime.combine(period.first, time(), zone)
    end = datetime.combine(period.last + timedelta(days=1), time(), zone)
    found: dict[date, DayFigures] = {}
    for at, source, answered_by, outcome, *times in _turns(session, begin, end):
        day = found.setdefault(at.astimezone(zone).date(), DayFigures())
        stages = dict(zip(STAGES, times, strict=True))
        day.group(source, answered_by).count(outcome.value, stages)
    for row in _talks(session, begin, end):
        day = found.setdefault(row.began_at.astimezone(zone).date(), DayFigures())
        figures = TalkFigures(1, row.heard_ms, row.lost_ms, row.reconnections)
        day.ended(row.end_reason).add(figures)
    return found


def _turns(session: Session, begin: datetime, end: datetime) -> Iterator[sa.Row]:
    columns = (TurnMeasure.at, TurnMeasure.source, TurnMeasure.answered_by, TurnMeasure.outcome)
    stages = (getattr(TurnMeasure, f"{name}_ms") for name in STAGES)
    wanted = sa.select(*columns, *stages).where(TurnMeasure.at >= begin, TurnMeasure.at < end)
    return session.execute(wanted.execution_options(yield_per=_ROWS))


def _talks(session: Session, begin: datetime, end: datetime) -> Iterator[sa.Row]:
    wanted = sa.select(
        TalkSession.began_at,
        TalkSession.end_reason,
        TalkSession.heard_ms,
        TalkSession.lost_ms,
        TalkSession.reconnections,
    ).where(
        TalkSession.began_at >= begin,
        TalkSession.began_at < end,
        TalkSession.ended_at.is_not(None),
    )
    return session.execute(wanted.execution_options(yield_per=_ROWS))
