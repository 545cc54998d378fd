"""The search for free times: every doctor's openings in order of time, judged only as far as read.

It must say the same as :func:`medcor.domain.scheduling.refusals`, opening by opening, which a test
holds against it in thousands of made-up weeks. What makes it fast: a day's offset from UTC is
looked up once, a doctor's taken steps are one row of bytes, and nothing is built for a time that
is not free.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from medcor.domain.scheduling import (
    STEP_SECONDS,
    Busy,
    ClinicRule,
    Opening,
    Refusal,
    SlotRule,
    Span,
    TreatmentRule,
    day_refusals,
    fits_treatment,
    is_excluded,
    is_open,
    last_day,
    local_today,
    refusals,
    slot_span,
    to_instant,
)

_DAY = 86400
_EPOCH = date(1970, 1, 1).toordinal()
# A local day begins at most 14 hours before or after the UTC day; a span and its buffers, the end
# of summer time included, ends within two days more.
_MARGIN = 3 * _DAY // STEP_SECONDS


@dataclass(frozen=True, slots=True)
class Schedule:
    """A doctor's weekly openings, and what is in their way."""

    slots: Sequence[SlotRule]
    busy: Busy


class _Place(NamedTuple):
    """An opening of a weekday: seconds since local midnight, in order of time, then doctor."""

    start: int
    doctor_id: int
    end: int
    slot: SlotRule


def _row_of_steps(first: int, last: int, spans: Iterable[range]) -> bytearray:
    """The steps from ``first`` up to ``last``, a byte each: 1 where one is taken."""
    row = bytearray(last - first)
    for span in spans:
        low, high = max(span.start, first), min(span.stop, last)
        if low < high:
            row[low - first : high - first] = b"\1" * (high - low)
    return row


def free_times(
    clinic: ClinicRule,
    treatment: TreatmentRule,
    schedules: Mapping[int, Schedule],
    days: Sequence[date],
    now: datetime,
) -> Iterator[Opening]:
    """Yield what can be booked on ``days`` (ascending), in order of start, then doctor."""
    last = last_day(clinic.zone, clinic.horizon_days, now)
    days = [day for day in days if day <= last]
    if not days:
        return
    search = _Search(clinic, treatment, schedules, days, now)
    week: dict[int, list[_Place]] = {}
    for day in days:
        weekday = day.weekday()
        if weekday not in week:
            week[weekday] = _places(clinic, treatment, schedules, weekday)
        if week[weekday]:
            yield from search.of_day(day, week[weekday])


def list_openings(
    clinic: ClinicRule,
    treatment: TreatmentRule,
    schedules: Mapping[int, Schedule],
    days: Iterable[date],
    now: datetime,
) -> Iterator[Opening]:
    """Yield every opening of the days that the treatment fits in, each with what is against it.

    For a few days: each opening is held against all that is taken.
    """
    for day in days:
        for place in _places(clinic, treatment, schedules, day.weekday(), closed_too=True):
            span = slot_span(clinic.zone, day, place.slot, treatment.minutes)
            if span is not None:
                busy = schedules[place.doctor_id].busy
                found = refusals(clinic, place.slot, treatment, day, busy, now)
                yield Opening(place.slot, day, span, tuple(found))


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a wished time is not offered; with the slot that it means, where the doctor has one.

    No refusals means that it can be booked.
    """

    slot: SlotRule | None
    refusals: tuple[Refusal, ...]


def judge(
    clinic: ClinicRule,
    schedule: Schedule,
    treatment: TreatmentRule,
    day: date,
    clock: time,
    now: datetime,
) -> Verdict:
    """Judge a local time that somebody named: the slot that holds it, else why there is none."""
    of_day = [each for each in schedule.slots if each.weekday == day.weekday()]
    slot = next((each for each in of_day if each.start <= clock < each.end), None)
    if slot is not None:
        return Verdict(slot, tuple(refusals(clinic, slot, treatment, day, schedule.busy, now)))
    missing = Refusal.NO_SLOT_AT_THAT_TIME if of_day else Refusal.NO_SLOT_THAT_DAY
    found = [missing, *day_refusals(clinic, day, schedule.busy, now)]
    instant = to_instant(clinic.zone, day, clock)
    if day < local_today(clinic.zone, now) or (instant is not None and instant <= now):
        found.append(Refusal.PAST)
    elif instant is not None and instant < now + clinic.min_notice:
        found.append(Refusal.TOO_SOON)
    return Verdict(None, tuple(found))


def _places(
    clinic: ClinicRule,
    treatment: TreatmentRule,
    schedules: Mapping[int, Schedule],
    weekday: int,
    *,
    closed_too: bool = False,
) -> list[_Place]:
    """The openings of a weekday that can hold the treatment, in order of time, then doctor."""
    hours = None if closed_too else clinic.hours
    places = [
        _Place(_seconds(slot.start), doctor_id, _seconds(slot.end), slot)
        for doctor_id, schedule in schedules.items()
        for slot in schedule.slots
        if slot.weekday == weekday and fits_treatment(slot, treatment) and is_open(slot, hours)
    ]
    return sorted(places, key=lambda each: each[:3])


def _seconds(clock: time) -> int:
    return clock.hour * 3600 + clock.minute * 60 + clock.second


class _Search:
    def __init__(
        self,
        clinic: ClinicRule,
        treatment: TreatmentRule,
        schedules: Mapping[int, Schedule],
        days: Sequence[date],
        now: datetime,
    ) -> None:
        self.clinic, self.treatment, self.schedules = clinic, treatment, schedules
        self.after = now.timestamp()
        self.earliest = (now + clinic.min_notice).timestamp()
        self.before, self.behind = treatment.buffer_before * 60, treatment.buffer_after * 60
        first = _days_since_epoch(days[0]) * _DAY // STEP_SECONDS - _MARGIN
        last = (_days_since_epoch(days[-1]) + 1) * _DAY // STEP_SECONDS + _MARGIN
        self.first = first
        self.doctors = {
            doctor_id: _row_of_steps(first, last, (*each.busy.doctor, *each.busy.held))
            for doctor_id, each in schedules.items()
        }
        own = {span for each in schedules.values() for span in each.busy.patient}
        self.patient = _row_of_steps(first, last, own)

    def of_day(self, day: date, places: Sequence[_Place]) -> Iterator[Opening]:
        away = {
            doctor_id
            for doctor_id, each in self.schedules.items()
            if is_excluded(day, each.busy.excluded)
        }
        open_places = [place for place in places if place.doctor_id not in away]
        midnight = _plain_midnight(self.clinic.zone, day)
        if midnight is None:
            spans = self._around_a_change(day, open_places)
        else:
            spans = [(midnight + each.start, midnight + each.end, each) for each in open_places]
        for start, end, place in spans:
            if start > self.after and start >= self.earliest and self._is_free(start, end, place):
                span = Span(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC))
                yield Opening(place.slot, day, span)

    def _around_a_change(
        self, day: date, places: Sequence[_Place]
    ) -> list[tuple[int, int, _Place]]:
        """The spans of a day on which the zone's clock changes; some openings have none."""
        found = []
        for place in places:
            span = slot_span(self.clinic.zone, day, place.slot, self.treatment.minutes)
            if span is not None:
                found.append((int(span.start.timestamp()), int(span.end.timestamp()), place))
        return sorted(found, key=lambda each: (each[0], each[2].doctor_id))

    def _is_free(self, start: int, end: int, place: _Place) -> bool:
        low = (start - self.before) // STEP_SECONDS - self.first
        high = -(-(end + self.behind) // STEP_SECONDS) - self.first
        if self.doctors[place.doctor_id].find(1, low, high) >= 0:
            return False
        low, high = start // STEP_SECONDS, -(-end // STEP_SECONDS)
        return self.patient.find(1, low - self.first, high - self.first) < 0


def _days_since_epoch(day: date) -> int:
    return day.toordinal() - _EPOCH


def _plain_midnight(zone: ZoneInfo, day: date) -> int | None:
    """Seconds since the epoch at the day's start; None for a day on which the clock changes."""
    if day in (date.min, date.max):
        return None
    midnight = datetime.combine(day, time(), zone)
    offset = midnight.utcoffset()
    if offset != (midnight + timedelta(days=1)).utcoffset():
        return None
    return _days_since_epoch(day) * _DAY - int(offset.total_seconds())
