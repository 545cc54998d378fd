"""When a doctor can be booked: weekly slots, exclusion dates, zones with DST, 5-minute steps.

Facts in, verdict out. Instants are aware UTC datetimes; ``day`` and slot times are the clinic's
local calendar and clock. Steps are whole 5-minute intervals since the Unix epoch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

STEP = timedelta(minutes=5)
STEP_SECONDS = 300
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Refusal(StrEnum):
    """Each kind of clash in the schedule, by name, in the order in which it is reported."""

    DOCTOR_INACTIVE = "doctor_inactive"
    TREATMENT_INACTIVE = "treatment_inactive"
    TREATMENT_NOT_GIVEN = "treatment_not_given"
    NO_SLOT_THAT_DAY = "no_slot_that_day"
    NO_SLOT_AT_THAT_TIME = "no_slot_at_that_time"
    NOT_FOR_TREATMENT = "not_for_treatment"
    CLINIC_CLOSED = "clinic_closed"
    EXCLUDED = "excluded"
    TOO_FAR = "too_far"
    IMPOSSIBLE_TIME = "impossible_time"
    PAST = "past"
    TOO_SOON = "too_soon"
    DOCTOR_BUSY = "doctor_busy"
    HELD = "held"
    PATIENT_BUSY = "patient_busy"


# The time itself is the doctor's, and only somebody else has it.
TAKEN = frozenset({Refusal.DOCTOR_BUSY, Refusal.HELD})


class SlotRule(NamedTuple):
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
    """The clinic's clock, how soon and how far ahead one may book, and when its door is open.

    ``hours`` are (weekday, opens, closes), local; None where the clinic has told none, which binds
    nobody.
    """

    zone: ZoneInfo
    min_notice: timedelta = timedelta(0)
    horizon_days: int = 90
    hours: frozenset[tuple[int, time, time]] | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open interval of UTC instants, ``[start, end)``."""

    start: datetime
    end: datetime

    def overlaps(self, other: Span) -> bool:
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Busy:
    """What is in the way: steps that the doctor's and the patient's appointments take, steps that
    are held for others, and the doctor's days off (first and last, both included).
    """

    doctor: Sequence[range] = ()
    patient: Sequence[range] = ()
    excluded: Sequence[tuple[date, date]] = ()
    held: Sequence[range] = ()


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


def fits_treatment(slot: SlotRule, treatment: TreatmentRule) -> bool:
    """A treatment longer than the slot, or outside its list, is not offered in it."""
    if slot.treatment_ids and treatment.id not in slot.treatment_ids:
        return False
    start, end = slot.start, slot.end
    return treatment.minutes <= (end.hour - start.hour) * 60 + end.minute - start.minute


def is_open(slot: SlotRule, hours: Iterable[tuple[int, time, time]] | None) -> bool:
    """Say whether the clinic's door is open from the slot's start to its end."""
    return hours is None or any(
        weekday == slot.weekday and opens <= slot.start and slot.end <= closes
        for weekday, opens, closes in hours
    )


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
    fits = fits_treatment(slot, treatment)
    if not fits:
        yield Refusal.NOT_FOR_TREATMENT
    if not is_open(slot, clinic.hours):
        yield Refusal.CLINIC_CLOSED
    yield from day_refusals(clinic, day, busy, now)
    # What does not fit on any day is not to be blamed on a change of the clocks.
    span = slot_span(clinic.zone, day, slot, treatment.minutes if fits else 0)
    if span is None:
        yield Refusal.PAST if day < local_today(clinic.zone, now) else Refusal.IMPOSSIBLE_TIME
        return
    yield from _span_refusals(clinic, span, treatment, busy, now)


def day_refusals(clinic: ClinicRule, day: date, busy: Busy, now: datetime) -> Iterator[Refusal]:
    """Name what speaks against any time of the day."""
    if is_excluded(day, busy.excluded):
        yield Refusal.EXCLUDED
    if day > last_day(clinic.zone, clinic.horizon_days, now):
        yield Refusal.TOO_FAR


def _span_refusals(
    clinic: ClinicRule, span: Span, treatment: TreatmentRule, busy: Busy, now: datetime
) -> Iterator[Refusal]:
    if span.start <= now:
        yield Refusal.PAST
    elif span.start < now + clinic.min_notice:
        yield Refusal.TOO_SOON
    needed = steps(with_buffers(span, treatment))
    if meets(needed, busy.doctor):
        yield Refusal.DOCTOR_BUSY
    if meets(needed, busy.held):
        yield Refusal.HELD
    if meets(steps(span), busy.patient):
        yield Refusal.PATIENT_BUSY


def meets(wanted: range, taken: Iterable[range]) -> bool:
    """Say whether one of the stretches of steps in ``taken`` shares a step with ``wanted``."""
    return any(each.start < wanted.stop and wanted.start < each.stop for each in taken)


def last_day(zone: ZoneInfo, horizon_days: int, now: datetime) -> date:
    """The last day on the clinic's calendar that can be booked at ``now``."""
    today = local_today(zone, now)
    return today + timedelta(days=min(horizon_days, (date.max - today).days))


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
