"""Judge a time that somebody named, and find what is free around it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from medcor.domain import scheduling as rules
from medcor.domain.scheduling import Refusal
from medcor.models import Clinic
from medcor.services import lookup, scheduling, why_not
from medcor.services.scheduling import Search
from medcor.services.why_not import Explained, Wish

NEAREST = 6
# No time of this doctor can help: only somebody else's can.
_NEVER_WITH_DOCTOR = frozenset({Refusal.DOCTOR_INACTIVE, Refusal.TREATMENT_NOT_GIVEN})


@dataclass(frozen=True, slots=True)
class Judged:
    """What speaks against a time, and the free times nearest to it, in order of time.

    ``names`` are the doctors of the nearest times, by id.
    """

    told: Explained
    nearest: list[rules.Opening]
    names: dict[int, str]

    @property
    def is_free(self) -> bool:
        return not self.told.refusals

    @property
    def other_names(self) -> dict[int, str]:
        """The names of those doctors who are not the one that was asked for."""
        return {key: name for key, name in self.names.items() if key != self.told.doctor.id}


def judge_time(
    session: Session,
    clinic: Clinic,
    wish: Wish,
    search: Search,
    *,
    doctor_ids: set[int] | None = None,
    even_if_free: bool = False,
    limit: int = NEAREST,
) -> Judged:
    """Say whether a time can be booked, if not why, and what is free near it.

    Near it is with the same doctor, else with any who gives the treatment and is in
    ``doctor_ids`` (None: any). A time that can be booked needs none near it, unless they are
    wanted ``even_if_free``: it is one of them. Errors: those of :func:`why_not.explain`.
    """
    told = why_not.explain(session, clinic, wish, search)
    if not told.treatment.is_active or not (told.refusals or even_if_free):
        return Judged(told, [], {})
    # Past the last day that can be booked, what is free before it is nearest.
    day = min(wish.day, scheduling.last_day(clinic, search.now))
    near = _with_doctor(session, clinic, told, replace(wish, day=day), search, limit)
    if not near:
        giving = scheduling.doctor_ids_for(session, told.treatment.id)
        others = [each for each in giving if doctor_ids is None or each in doctor_ids]
        days = scheduling.bookable_days(clinic, search.now, day, clinic.horizon_days + 1)
        near = scheduling.find_free(session, clinic, told.treatment, others, days, search, limit)
    return Judged(told, near, names_of(session, near))


def _with_doctor(
    session: Session, clinic: Clinic, told: Explained, wish: Wish, search: Search, limit: int
) -> list[rules.Opening]:
    if _NEVER_WITH_DOCTOR.intersection(told.refusals):
        return []
    return scheduling.find_nearest(
        session,
        clinic,
        told.treatment,
        search,
        doctor_id=told.doctor.id,
        day=wish.day,
        clock=wish.start,
        limit=limit,
    )


def names_of(session: Session, openings: Iterable[rules.Opening]) -> dict[int, str]:
    """The names of the doctors of some free times, by id."""
    return lookup.doctor_names(session, (each.slot.doctor_id for each in openings))
