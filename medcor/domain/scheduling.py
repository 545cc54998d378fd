"""When a doctor can be booked: weekly slots, exclusion dates, zones with DST, 5-minute steps.

Facts in, verdict out. Instants are aware UTC datetimes; ``day`` and slot times are the clinic's
local calendar and clock. Steps are whole 5-minute intervals since the Unix epoch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

STEP = timedelta(minutes=5)
STEP_SECONDS = 300
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Refusal(StrEnum):
    """Each kind of clash in the schedule, by name, in the order in which it is reported."""

    NO_SLOT_THAT_DAY = "no_slot_that_day"
    NOT_FOR_TREATMENT = "not_for_treatment"
    IMPOSSIBLE_TIME = "impossible_time"
    PAST = "past"
    TOO_SOON = "too_soon"
    TOO_FAR = "too_far"
    EXCLUDED = "excluded"
    DOCTOR_BUSY = "doctor_busy"
    PATIENT_BUSY = "patient_busy"


@dataclass(frozen=True, slots=True)
class SlotRule:
    """A weekly opening of a doctor; ``treatment_ids`` empty means any treatment they give."""

    id: int
    doctor_id: int
    weekday: int
    start: time
    end: time
    treatment_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class TreatmentRule:
    """What a treatment asks of a time: its length and the doctor's buffers, in minutes."""

    id: int
    minutes: int
    buffer_before: int = 0
    buffer_after: int = 0


@dataclass(frozen=True, slots=True)
class ClinicRule:
    """The clinic's clock and how soon and how far ahead one may book."""

    zone: ZoneInfo
    min_notice: timedelta = timedelta(0)
    horizon_days: int = 90


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open interval of UTC instants, ``[start, end)``."""

    start: datetime
    end: datetime

    def overlaps(self, other: Span) -> bool:
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Busy:
    """What is taken, as sorted spans: the doctor's claims and the patient's."""

    doctor: Sequence[Span] = ()
    patient: Sequence[Span] = ()
    excluded: Sequence[tuple[date, date]] = field(default=())


@dataclass(frozen=True, slots=True)
class Opening:
    """One bookable time: a slot on a day, and whether it is free."""

    slot: SlotRule
    day: date
    span: Span
    refusals: tuple[Refusal, ...] = ()

    @property
    def free(self) -> bool:
        return not self.refusals


def to_instant(zone: ZoneInfo, day: date, clock: time) -> datetime | None:
    """Turn a local time into UTC; None in a DST gap, the first of two in a fold."""
    local = datetime.combine(day, clock, zone)
    try:
        instant = local.astimezone(UTC)
        back = instant.astimezone(zone)
    except OverflowError:
        # The calendar's first and last day have no neighbour in another zone.
        return None
    return instant if back.replace(tzinfo=None) == local.replace(tzinfo=None) else None


def slot_span(zone: ZoneInfo, day: date, slot: SlotRule, minutes: int) -> Span | None:
    """Give the slot's UTC span on ``day``; None if a DST change leaves less than ``minutes``."""
    start, end = to_instant(zone, day, slot.start), to_instant(zone, day, slot.end)
    if start is None or end is None or end - start < timedelta(minutes=minutes):
        return None
    return Span(start, end)


def with_buffers(span: Span, treatment: TreatmentRule) -> Span:
    """Extend a span by the treatment's buffers; they bind the doctor only."""
    return Span(
        span.start - timedelta(minutes=treatment.buffer_before),
        span.end + timedelta(minutes=treatment.buffer_after),
    )


def steps(span: Span) -> range:
    """List the 5-minute steps that a span touches, as integers since the epoch."""
    first = int(span.start.timestamp()) // STEP_SECONDS
    last = -(-int(span.end.timestamp()) // STEP_SECONDS)
    return range(first, last)


def span_of_steps(first: int, last: int) -> Span:
    """Turn the first and last claimed step back into a span."""
    return Span(
        datetime.fromtimestamp(first * STEP_SECONDS, UTC),
        datetime.fromtimestamp((last + 1) * STEP_SECONDS, UTC),
    )


def fits_treatment(slot: SlotRule, treatment: TreatmentRule) -> bool:
    """A treatment longer than the slot, or outside its list, is not offered in it."""
    length = timedelta(hours=slot.end.hour, minutes=slot.end.minute) - timedelta(
        hours=slot.start.hour, minutes=slot.start.minute
    )
    if slot.treatment_ids and treatment.id not in slot.treatment_ids:
        return False
    return timedelta(minutes=treatment.minutes) <= length


def is_excluded(day: date, excluded: Iterable[tuple[date, date]]) -> bool:
    return any(first <= day <= last for first, last in excluded)


def refusals(
    clinic: ClinicRule,
    slot: SlotRule,
    treatment: TreatmentRule,
    day: date,
    busy: Busy,
    now: datetime,
) -> Iterator[Refusal]:
    """Name every reason why ``slot`` on ``day`` can't be booked; nothing means it can."""
    if slot.weekday != day.weekday():
        yield Refusal.NO_SLOT_THAT_DAY
    if not fits_treatment(slot, treatment):
        yield Refusal.NOT_FOR_TREATMENT
    if is_excluded(day, busy.excluded):
        yield Refusal.EXCLUDED
    if day > local_today(clinic.zone, now) + timedelta(days=clinic.horizon_days):
        yield Refusal.TOO_FAR
    span = slot_span(clinic.zone, day, slot, treatment.minutes)
    if span is None:
        yield Refusal.PAST if day < local_today(clinic.zone, now) else Refusal.IMPOSSIBLE_TIME
        return
    yield from _span_refusals(clinic, span, treatment, busy, now)


def _span_refusals(
    clinic: ClinicRule, span: Span, treatment: TreatmentRule, busy: Busy, now: datetime
) -> Iterator[Refusal]:
    if span.start <= now:
        yield Refusal.PAST
    elif span.start < now + clinic.min_notice:
        yield Refusal.TOO_SOON
    needed = with_buffers(span, treatment)
    if any(taken.overlaps(needed) for taken in busy.doctor):
        yield Refusal.DOCTOR_BUSY
    if any(taken.overlaps(span) for taken in busy.patient):
        yield Refusal.PATIENT_BUSY


def openings(
    clinic: ClinicRule,
    slots: Sequence[SlotRule],
    treatment: TreatmentRule,
    days: Iterable[date],
    busy: Busy,
    now: datetime,
) -> Iterator[Opening]:
    """Yield the slots of each day that fit the treatment, in order of time, with their refusals."""
    by_weekday: dict[int, list[SlotRule]] = {}
    for slot in sorted(slots, key=lambda each: (each.start, each.id)):
        if fits_treatment(slot, treatment):
            by_weekday.setdefault(slot.weekday, []).append(slot)
    doctor, patient = _by_utc_day(busy.doctor), _by_utc_day(busy.patient)
    for day in days:
        near = Busy(_around(doctor, day), _around(patient, day), busy.excluded)
        for slot in by_weekday.get(day.weekday(), ()):
            span = slot_span(clinic.zone, day, slot, treatment.minutes)
            if span is not None:
                yield Opening(
                    slot, day, span, tuple(refusals(clinic, slot, treatment, day, near, now))
                )


def _by_utc_day(spans: Iterable[Span]) -> dict[int, list[Span]]:
    """Sort spans into the UTC days on which they start, so that a day is held against few."""
    found: dict[int, list[Span]] = {}
    for span in spans:
        found.setdefault(span.start.toordinal(), []).append(span)
    return found


def _around(by_day: dict[int, list[Span]], day: date) -> list[Span]:
    """Every span that can touch a local ``day``: zones and a night's length reach two days far."""
    near = range(day.toordinal() - 2, day.toordinal() + 3)
    return [span for each in near for span in by_day.get(each, ())]


def local_today(zone: ZoneInfo, now: datetime) -> date:
    """The calendar day on the clinic's wall at ``now``."""
    return now.astimezone(zone).date()


def days_from(first: date, count: int) -> list[date]:
    """``count`` days from ``first`` on, fewer where the calendar itself ends."""
    count = min(count, (date.max - first).days + 1)
    return [first + timedelta(days=offset) for offset in range(count)]


def available_days(slots: Iterable[SlotRule]) -> list[str]:
    """English names of the weekdays that have a slot, Monday first."""
    return [WEEKDAYS[number] for number in sorted({slot.weekday for slot in slots})]
