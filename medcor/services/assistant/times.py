"""Find free times that meet a wish, or the nearest ones; only the scheduling engine knows them."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from medcor.domain import scheduling as rules
from medcor.domain.dialogue.when import When
from medcor.domain.free_times import judge
from medcor.domain.scheduling import Refusal
from medcor.models import Clinic, Treatment
from medcor.services import lookup, scheduling
from medcor.services.assistant.facts import FreeTimes, Offer, TreatmentFact

# Most wishes are met within days: the search looks a few days ahead at first, then further.
CHUNK_DAYS = (2, 5, 7, 14, 28)
# Times whose number says how far the search for the nearest ones goes around the wish.
NEAREST_POOL = 12
DEFAULT_OFFERS = 3


@dataclass(frozen=True, slots=True)
class TimesWish:
    """What to look for. ``since`` and ``until`` bound the start: after it, or before it."""

    treatment_id: int
    doctor_id: int | None = None
    when: When = field(default_factory=When)
    since: datetime | None = None
    until: datetime | None = None
    near: datetime | None = None
    limit: int = DEFAULT_OFFERS


@dataclass(frozen=True, slots=True)
class _Search:
    session: Session
    clinic: Clinic
    treatment: Treatment
    doctors: list[int]
    whose: scheduling.Search

    def free(self, first: date, last: date) -> list[rules.Opening]:
        days = rules.days_from(first, (last - first).days + 1)
        return scheduling.find_free(
            self.session, self.clinic, self.treatment, self.doctors, days, self.whose
        )

    @property
    def now(self) -> datetime:
        return self.whose.now

    @property
    def today(self) -> date:
        return rules.local_today(self.clinic.zone_info, self.now)

    @property
    def horizon(self) -> date:
        return scheduling.last_day(self.clinic, self.now)


def find_free_times(
    session: Session, clinic_id: int, patient_id: int | None, wish: TimesWish, now: datetime
) -> FreeTimes:
    """Free times that meet the wish, at most ``limit``; if there is none, the nearest ones.

    TreatmentNotFound or DoctorNotFound when the ids do not belong together.
    """
    clinic = lookup.get_clinic(session, clinic_id)
    treatment = lookup.get_treatment(session, wish.treatment_id, wish.doctor_id)
    if wish.doctor_id:
        doctors = [lookup.get_doctor(session, wish.doctor_id).id]
    else:
        doctors = scheduling.doctor_ids_for(session, treatment.id)
    whose = scheduling.Search(now, patient_id)
    search = _Search(session, clinic, treatment, doctors, whose)
    if wish.near:
        return FreeTimes(_offers(search, _nearest_to(search, wish.near, wish.limit)), exact=False)
    met = _matching(search, wish)
    if met or wish.until:
        return FreeTimes(_offers(search, met))
    if wish.since:
        return FreeTimes(())
    near = _nearest_to(search, _anchor(search, wish.when), wish.limit)
    asked = _asked(search, wish.when)
    why_not = _why_not(search, *asked) if asked else ()
    return FreeTimes(_offers(search, near), exact=False, why_not=why_not, asked=asked)


def _asked(search: _Search, when: When) -> tuple[date, time] | None:
    """The one time that a wish names, if it names a day and a time of day."""
    if when.at is None:
        return None
    if when.first and when.last in (None, when.first):
        return when.first, when.at
    if len(when.weekdays) == 1 and when.first is None:
        ahead = (min(when.weekdays) - search.today.weekday()) % 7
        return search.today + timedelta(days=ahead), when.at
    return None


def _why_not(search: _Search, day: date, clock: time) -> tuple[Refusal, ...]:
    """What is against a time, with the doctor who comes nearest to having it."""
    facts = scheduling.clinic_rule(search.session, search.clinic)
    asked = scheduling.treatment_rule(search.treatment)
    schedules = scheduling.load_schedules(search.session, search.doctors, [day], search.whose)
    told = [
        judge(facts, each, asked, day, clock, search.now).refusals for each in schedules.values()
    ]
    # Reasons stand in the order in which a time fails: the later the first one, the nearer.
    order = list(Refusal)
    return max(filter(None, told), key=lambda each: order.index(each[0]), default=())


def _matching(search: _Search, wish: TimesWish) -> list[rules.Opening]:
    """The first openings that meet the wish, on different times where there are enough."""
    allowed = _allowed(search, wish)
    found: list[rules.Opening] = []
    for first, last in _chunks(search, wish):
        found.extend(each for each in search.free(first, last) if allowed(each))
        if not wish.until and len(_spread(found, wish)) >= wish.limit:
            break
    if wish.until:
        found = found[-wish.limit * 4 :]
        return _spread(found[::-1], wish)
    return _spread(found, wish)


def _allowed(search: _Search, wish: TimesWish) -> Callable[[rules.Opening], bool]:
    def test(each: rules.Opening) -> bool:
        if wish.since and each.span.start <= wish.since:
            return False
        if wish.until and each.span.start >= wish.until:
            return False
        return wish.when.allows(each.day, each.slot.start)

    return test


def _chunks(search: _Search, wish: TimesWish) -> Iterator[tuple[date, date]]:
    """Spans of days from the first that can count to the last, longer and longer."""
    zone = search.clinic.zone_info
    first = max(search.today, wish.when.first or search.today)
    last = min(search.horizon, wish.when.last or search.horizon)
    if wish.since:
        first = max(first, rules.local_today(zone, wish.since))
    if wish.until:
        last = min(last, rules.local_today(zone, wish.until))
        first = max(first, last - timedelta(days=28))
    sizes = itertools.chain(CHUNK_DAYS, itertools.repeat(CHUNK_DAYS[-1]))
    while first <= last:
        size = next(sizes)
        yield first, min(last, first + timedelta(days=size - 1))
        first += timedelta(days=size)


def _spread(found: Sequence[rules.Opening], wish: TimesWish) -> list[rules.Opening]:
    """Different starts first; the same start with another doctor only to fill up."""
    seen: set[datetime] = set()
    firsts, others = [], []
    for each in found:
        (others if each.span.start in seen else firsts).append(each)
        seen.add(each.span.start)
    chosen = firsts[: wish.limit]
    if wish.when.at:
        chosen += others[: wish.limit - len(chosen)]
    return sorted(chosen, key=lambda each: (each.span.start, each.slot.doctor_id))


def _anchor(search: _Search, when: When) -> datetime:
    """The instant that a wish means most: its day, today or later, at its time of day."""
    day = min(max(when.first or search.today, search.today), search.horizon)
    while not when.allows_day(day) and day < search.horizon and when.weekdays:
        day += timedelta(days=1)
    clock = when.at or when.after or datetime.min.time()
    return rules.to_instant(search.clinic.zone_info, day, clock) or search.now


def _nearest_to(search: _Search, anchor: datetime, limit: int) -> list[rules.Opening]:
    """The free times with the least distance to an instant, in order of time."""
    centre = rules.local_today(search.clinic.zone_info, anchor)
    found: list[rules.Opening] = []
    for reach in (3, 14, search.clinic.horizon_days):
        first = max(search.today, centre - timedelta(days=reach))
        last = min(search.horizon, centre + timedelta(days=reach))
        found = search.free(first, last) if first <= last else []
        if len({each.span.start for each in found}) >= NEAREST_POOL:
            break
    by_distance = sorted(
        found, key=lambda each: (abs(each.span.start - anchor), each.slot.doctor_id)
    )
    return _spread(by_distance, TimesWish(search.treatment.id, limit=limit))


def _offers(search: _Search, openings: Sequence[rules.Opening]) -> tuple[Offer, ...]:
    names = lookup.doctor_names(search.session, (each.slot.doctor_id for each in openings))
    row = search.treatment
    treatment = TreatmentFact(row.id, row.name, row.price_minor, row.minutes)
    return tuple(
        Offer(
            key=secrets.token_hex(4),
            treatment=treatment,
            doctor_id=each.slot.doctor_id,
            doctor=names[each.slot.doctor_id],
            slot_id=each.slot.id,
            day=each.day,
            start=each.slot.start,
            starts_at=each.span.start,
            currency=search.clinic.currency,
        )
        for each in openings
    )
