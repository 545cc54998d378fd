"""Plan appointments that recur, each day checked, and book them: all of them or none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.domain import scheduling as rules
from medcor.domain import series as series_rules
from medcor.domain.free_times import Schedule, free_times
from medcor.domain.permissions import Actor, Role
from medcor.domain.scheduling import Opening, Refusal
from medcor.models import (
    AppointmentSeries,
    Clinic,
    Doctor,
    Patient,
    SeriesAppointment,
    Slot,
    Treatment,
)
from medcor.services import (
    audit,
    booking,
    lookup,
    notices,
    scheduling,
    staff_booking,
)
from medcor.services.booking import BookingRequest
from medcor.services.scheduling import Search

MOST_ALTERNATIVES = 3
BOOKED = "series.booked"


@dataclass(frozen=True, slots=True)
class SeriesWish:
    """A time and how it recurs: ids as they came in, the first local day, ``times`` in all.

    ``patient_id`` is for staff; a patient books for themselves.
    """

    treatment_id: object
    slot_id: object
    first: date
    every_weeks: int
    times: int
    patient_id: object = None


@dataclass(frozen=True, slots=True)
class Choice:
    """The time that is wanted for one occurrence: as planned, or an alternative."""

    slot_id: int
    day: date


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One planned day, what is against it, and what is free instead in the same week."""

    number: int
    day: date
    refusals: tuple[Refusal, ...]
    alternatives: tuple[Opening, ...] = ()

    @property
    def is_free(self) -> bool:
        return not self.refusals


@dataclass(frozen=True, slots=True)
class Plan:
    """Every occurrence of a wish, judged as of now; nothing is kept for it.

    ``names`` are those of the doctors who may stand in, by id.
    """

    wish: SeriesWish
    patient: Patient
    doctor: Doctor
    treatment: Treatment
    slot: Slot
    occurrences: tuple[Occurrence, ...]
    names: dict[int, str]

    @property
    def conflicts(self) -> int:
        return sum(not each.is_free for each in self.occurrences)


@dataclass(frozen=True, slots=True)
class Parts:
    """The rows behind a wish, and whose times may stand in: names by id, the doctor's own first."""

    clinic: Clinic
    patient: Patient
    doctor: Doctor
    treatment: Treatment
    slot: Slot
    doctors: dict[int, str]


def find_parts(session: Session, actor: Actor, wish: SeriesWish) -> Parts:
    """The rows that a wish names.

    A doctor plans their own times only. Errors: PatientNotFound, SlotNotFound, DoctorNotFound,
    TreatmentNotFound.
    """
    clinic = lookup.get_clinic(session, actor.clinic_id)
    patient = lookup.get_patient(session, actor.profile_id if actor.is_patient else wish.patient_id)
    slot = lookup.find(session, Slot, wish.slot_id)
    own_only = actor.role is Role.DOCTOR
    if slot is None or not slot.is_active:
        raise errors.SlotNotFound()
    if own_only and slot.doctor_id != actor.profile_id:
        raise errors.SlotNotFound()
    doctor = lookup.get_doctor(session, slot.doctor_id)
    treatment = lookup.get_treatment(session, wish.treatment_id, doctor.id)
    giving = [] if own_only else scheduling.doctor_ids_for(session, treatment.id)
    doctors = {doctor.id: doctor.name, **lookup.doctor_names(session, giving)}
    return Parts(clinic, patient, doctor, treatment, slot, doctors)


def plan_series(session: Session, actor: Actor, wish: SeriesWish, now: datetime) -> Plan:
    """Judge every day of the wish and find alternatives where one can't be booked.

    Writes nothing. An alternative lies in the same week, with the same doctor where possible, else
    with another who gives the treatment. Errors: InvalidInput for a rhythm that nobody may have,
    then those of :func:`find_parts`.
    """
    if not series_rules.is_series(wish.every_weeks, wish.times):
        raise errors.InvalidInput(
            errors.N_("Choose how often: every week or every second week, 2 to 26 times."),
            field="times",
        )
    parts = find_parts(session, actor, wish)
    search = Search(now, parts.patient.id, staff=actor.is_staff)
    days = series_rules.days_of(wish.first, wish.every_weeks, wish.times)
    facts = _Facts.load(session, parts, days, search)
    judged = [
        Occurrence(number, day, facts.refusals(parts, day, now))
        for number, day in enumerate(days, 1)
    ]
    return Plan(
        wish,
        parts.patient,
        parts.doctor,
        parts.treatment,
        parts.slot,
        _with_alternatives(parts, facts, judged, now),
        parts.doctors,
    )


@dataclass(frozen=True, slots=True)
class _Facts:
    """All that speaks for or against a time of the span, read in as many queries however long."""

    clinic: rules.ClinicRule
    treatment: rules.TreatmentRule
    schedules: dict[int, Schedule]

    @classmethod
    def load(cls, session: Session, parts: Parts, days: Sequence[date], search: Search) -> _Facts:
        clinic = scheduling.clinic_rule(session, parts.clinic, staff=search.staff)
        # What lies past the last day is too far whoever is booked on it; every weekday is wanted.
        week, last = series_rules.week_of(days[0]), series_rules.week_of(days[-1])[-1]
        last = max(week[-1], min(last, scheduling.last_day(parts.clinic, search.now)))
        span = rules.days_from(week[0], (last - week[0]).days + 1)
        schedules = scheduling.load_schedules(session, parts.doctors, span, search)
        return cls(clinic, scheduling.treatment_rule(parts.treatment), schedules)

    def refusals(self, parts: Parts, day: date, now: datetime) -> tuple[Refusal, ...]:
        """What is against the planned time on a day."""
        own = self.schedules[parts.doctor.id]
        slot = next((each for each in own.slots if each.id == parts.slot.id), None)
        if slot is None:
            # Paused: its place in the week stays, but nobody can book it.
            return (Refusal.NO_SLOT_AT_THAT_TIME,)
        return tuple(rules.refusals(self.clinic, slot, self.treatment, day, own.busy, now))

    def free(
        self, doctor_ids: Iterable[int], days: Sequence[date], now: datetime
    ) -> dict[date, list[Opening]]:
        """Free times of some doctors by day."""
        today = rules.local_today(self.clinic.zone, now)
        schedules = {each: self.schedules[each] for each in doctor_ids}
        found: dict[date, list[Opening]] = {}
        ahead = [day for day in days if day >= today]
        for opening in free_times(self.clinic, self.treatment, schedules, ahead, now):
            found.setdefault(opening.day, []).append(opening)
        return found


def _with_alternatives(
    parts: Parts, facts: _Facts, judged: Sequence[Occurrence], now: datetime
) -> tuple[Occurrence, ...]:
    """Give each occurrence that can't be booked what is free in its week, nearest first."""
    days = [day for each in judged if not each.is_free for day in series_rules.week_of(each.day)]
    own = facts.free([parts.doctor.id], days, now)
    others = facts.free([each for each in parts.doctors if each != parts.doctor.id], days, now)
    return tuple(
        each if each.is_free else replace(each, alternatives=_best(each, own, others, parts.slot))
        for each in judged
    )


def _best(
    wanted: Occurrence,
    own: Mapping[date, list[Opening]],
    others: Mapping[date, list[Opening]],
    slot: Slot,
) -> tuple[Opening, ...]:
    near = (*_near(wanted, own, slot), *_near(wanted, others, slot))
    return near[:MOST_ALTERNATIVES]


def _near(
    wanted: Occurrence, free: Mapping[date, list[Opening]], slot: Slot
) -> tuple[Opening, ...]:
    """The free times of the occurrence's week, those closest to the planned time first."""
    planned = datetime.combine(wanted.day, slot.start_time)
    found = [each for day in series_rules.week_of(wanted.day) for each in free.get(day, ())]
    found.sort(key=lambda each: _distance(each, planned))
    return tuple(found[:MOST_ALTERNATIVES])


def _distance(opening: Opening, planned: datetime) -> tuple[timedelta, datetime, int]:
    start = datetime.combine(opening.day, opening.slot.start)
    return abs(start - planned), start, opening.slot.doctor_id


def find_repeat(session: Session, patient_id: int, request_key: str) -> AppointmentSeries | None:
    """What the same request has booked before."""
    return session.scalar(
        sa.select(AppointmentSeries).where(
            AppointmentSeries.patient_id == patient_id,
            AppointmentSeries.request_key == request_key,
        )
    )


def book_series(
    session: Session,
    actor: Actor,
    wish: SeriesWish,
    choices: Mapping[int, Choice],
    now: datetime,
    *,
    request_key: str,
    confirmed: bool = False,
) -> AppointmentSeries:
    """Book the chosen time of each occurrence, by its number; one without a choice is left out.

    The same ``request_key`` (64 characters at most) books once. Errors: those of
    :func:`plan_series`, MissingParameter without any choice, SeriesConflict with the fresh
    ``plan`` and the ``numbers`` of what can't be had any more. A race that the claims decide
    leaves as SlotTaken or PatientBusy. Either way nothing is booked.
    """
    parts = find_parts(session, actor, wish)
    made = find_repeat(session, parts.patient.id, request_key)
    if made is not None:
        return made
    slots = _slots_of(session, choices.values())
    scheduling.hold_schedules(session, {each.doctor_id for each in slots.values()}, to_change=False)
    plan = plan_series(session, actor, wish, now)
    chosen = [(each, choices[each.number]) for each in plan.occurrences if each.number in choices]
    if not chosen:
        raise errors.MissingParameter(errors.N_("Choose at least one time to book."))
    lost = [each.number for each, choice in chosen if not _stands(parts, each, choice, slots)]
    if lost:
        raise errors.SeriesConflict(plan=plan, numbers=lost)
    row = _add_series(session, parts, wish, request_key, now)
    in_order = sorted(chosen, key=lambda pair: (pair[1].day, slots[pair[1].slot_id].start_time))
    for number, (occurrence, choice) in enumerate(in_order, 1):
        request = _request(actor, parts, slots[choice.slot_id], choice)
        try:
            booked = _book_one(session, actor, request, now, confirmed)
        except errors.BookingRefused as error:
            raise errors.SeriesConflict(plan=plan, numbers=[occurrence.number]) from error
        session.add(
            SeriesAppointment(
                clinic_id=row.clinic_id, series_id=row.id, appointment_id=booked, number=number
            )
        )
    session.flush()
    audit.record(session, actor, BOOKED, "series", row.id, appointments=len(chosen))
    notices.series_booked(session, parts.patient.user, row.id)
    return row


def _slots_of(session: Session, choices: Iterable[Choice]) -> dict[int, Slot]:
    ids = {each.slot_id for each in choices}
    return {each.id: each for each in session.scalars(sa.select(Slot).where(Slot.id.in_(ids)))}


def _stands(
    parts: Parts, occurrence: Occurrence, choice: Choice, slots: Mapping[int, Slot]
) -> bool:
    """Say whether a choice is the planned time and free, or may stand in for it.

    Whether what stands in is free, its booking finds out.
    """
    slot = slots.get(choice.slot_id)
    if (choice.slot_id, choice.day) == (parts.slot.id, occurrence.day):
        return occurrence.is_free
    if slot is None or slot.doctor_id not in parts.doctors:
        return False
    return series_rules.stands_in(choice.day, occurrence.day)


def _add_series(
    session: Session, parts: Parts, wish: SeriesWish, request_key: str, now: datetime
) -> AppointmentSeries:
    row = AppointmentSeries(
        clinic_id=parts.clinic.id,
        patient_id=parts.patient.id,
        treatment_id=parts.treatment.id,
        every_weeks=wish.every_weeks,
        request_key=request_key,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row


def _request(actor: Actor, parts: Parts, slot: Slot, choice: Choice) -> BookingRequest:
    return BookingRequest(
        doctor_id=slot.doctor_id,
        treatment_id=parts.treatment.id,
        slot_id=slot.id,
        day=choice.day,
        patient_id=parts.patient.id,
        door=staff_booking.DOOR if actor.is_staff else "page",
    )


def _book_one(
    session: Session, actor: Actor, request: BookingRequest, now: datetime, confirmed: bool
) -> int:
    if actor.is_staff:
        made = staff_booking.book_for_patient(
            session, actor, request, now, confirmed=confirmed, mail=False
        )
    else:
        made = booking.book_appointment(session, actor, request, now, mail=False)
    return made.id
