"""Who waits for a time: join, change, leave, and the list for staff and for oneself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager

from medcor.domain import errors, scheduling
from medcor.domain import offers as rules
from medcor.domain.permissions import Actor, Role, system_actor
from medcor.models import (
    Doctor,
    Offer,
    OfferState,
    Patient,
    TreatmentDoctor,
    User,
    WaitingEntry,
    WaitingState,
)
from medcor.services import audit, catalogue, lookup, offered, waiting
from medcor.services.agenda import DOCTOR_USER, PATIENT_USER
from medcor.services.edits import begin_edit

LONGEST_WAIT = timedelta(days=366)
Condition = sa.ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody waits for, the ids as they came in; ``doctor_id`` None is any doctor.

    ``weekdays`` has 0 for Monday; days and times are the clinic's, all bounds included.
    """

    treatment_id: object
    doctor_id: object
    first_day: date
    last_day: date
    weekdays: tuple[int, ...]
    earliest: time
    latest: time

    def check(self, today: date) -> None:
        """InvalidInput if no time at all could suit; its field says where."""
        if not self.weekdays or not set(self.weekdays) <= set(range(7)):
            raise errors.InvalidInput(errors.N_("Choose at least one day."), field="weekdays")
        if self.earliest > self.latest:
            raise errors.InvalidInput(
                errors.N_("The latest start must not be before the earliest."), field="latest"
            )
        if self.last_day < self.first_day:
            raise errors.InvalidInput(
                errors.N_("The last day must not be before the first."), field="last_day"
            )
        if self.last_day < today:
            raise errors.InvalidInput(
                errors.N_("These days are over. Choose days from today on."), field="last_day"
            )
        if self.last_day - max(self.first_day, today) > LONGEST_WAIT:
            raise errors.InvalidInput(
                errors.N_("One can wait for a year at most."), field="last_day"
            )
        count = (self.last_day - self.first_day).days + 1
        days = scheduling.days_from(self.first_day, min(count, 7))
        if not {day.weekday() for day in days} & set(self.weekdays):
            raise errors.InvalidInput(
                errors.N_("None of these weekdays lies between the two days."), field="weekdays"
            )


def join(
    session: Session, actor: Actor, patient_id: object, wish: Wish, now: datetime
) -> WaitingEntry:
    """Put a patient on the list; patients put themselves, whoever they name.

    Errors: PatientNotFound, TreatmentNotFound, DoctorNotFound, InvalidInput, AlreadyWaiting.
    """
    patient = lookup.get_patient(session, actor.profile_id if actor.is_patient else patient_id)
    values = _checked(session, actor, wish, now)
    standing = sa.select(WaitingEntry.id).where(
        WaitingEntry.patient_id == patient.id,
        WaitingEntry.treatment_id == values["treatment_id"],
        WaitingEntry.state == WaitingState.WAITING,
    )
    if session.scalar(standing) is not None:
        raise errors.AlreadyWaiting()
    entry = WaitingEntry(
        clinic_id=actor.clinic_id,
        patient_id=patient.id,
        created_at=now,
        updated_at=now,
        **values,
    )
    session.add(entry)
    session.flush()
    audit.record(session, actor, "waiting.joined", "waiting", entry.id)
    session.flush()
    return entry


def _checked(session: Session, actor: Actor, wish: Wish, now: datetime) -> dict[str, Any]:
    """The columns of a wish that can come true."""
    treatment = lookup.get_treatment(session, wish.treatment_id)
    if actor.role is Role.DOCTOR:
        lookup.get_treatment(session, treatment.id, actor.profile_id)
    doctor_id = _checked_doctor(session, actor, treatment.id, wish.doctor_id)
    clinic = lookup.get_clinic(session, actor.clinic_id)
    wish.check(scheduling.local_today(clinic.zone_info, now))
    return {
        "treatment_id": treatment.id,
        "doctor_id": doctor_id,
        "first_day": wish.first_day,
        "last_day": wish.last_day,
        "weekdays": rules.mask_of(wish.weekdays),
        "earliest": wish.earliest,
        "latest": wish.latest,
    }


def _checked_doctor(
    session: Session, actor: Actor, treatment_id: int, wished: object
) -> int | None:
    """The doctor who is waited for; a doctor adds nobody who waits for a colleague."""
    if wished is None:
        return None
    doctor = lookup.get_doctor(session, wished)
    if actor.role is Role.DOCTOR and doctor.id != actor.profile_id:
        raise errors.DoctorNotFound()
    if not lookup.gives_treatment(session, doctor.id, treatment_id):
        raise errors.InvalidInput(
            errors.N_("This doctor does not offer this treatment. Choose another one, or any."),
            field="doctor_id",
        )
    return doctor.id


def get_entry(session: Session, actor: Actor, entry_id: object) -> WaitingEntry:
    """An entry that the actor may see; anybody else's is not found."""
    entry = lookup.find(session, WaitingEntry, entry_id)
    if entry is None or not _concerns(session, actor, entry):
        raise errors.NotFound()
    return entry


def _concerns(session: Session, actor: Actor, entry: WaitingEntry) -> bool:
    if actor.role is Role.PATIENT:
        return entry.patient_id == actor.profile_id
    if actor.role is Role.DOCTOR:
        given = lookup.gives_treatment(session, actor.profile_id, entry.treatment_id)
        return given and entry.doctor_id in (None, actor.profile_id)
    return actor.role is Role.ADMIN


def _lock(session: Session, actor: Actor, entry_id: object) -> WaitingEntry:
    get_entry(session, actor, entry_id)
    wanted = sa.select(WaitingEntry).where(WaitingEntry.id == entry_id).with_for_update()
    session.scalar(wanted.execution_options(populate_existing=True))
    return get_entry(session, actor, entry_id)


def edit(
    session: Session, actor: Actor, entry_id: object, wish: Wish, seen: int | None, now: datetime
) -> WaitingEntry:
    """Wait for something else, at the same place in the line.

    An open offer that is no longer what is waited for goes to the next. Errors: NotFound, Conflict
    where it no longer waits, StaleEdit, and those of :func:`join`.
    """
    get_entry(session, actor, entry_id)
    open_offers = offered.lock_open(session, Offer.waiting_id == entry_id)
    entry = _lock(session, actor, entry_id)
    if entry.state is not WaitingState.WAITING:
        raise errors.Conflict()
    begin_edit(entry, seen, now)
    treatment_id = entry.treatment_id
    for name, value in _checked(session, actor, wish, now).items():
        setattr(entry, name, value)
    audit.record(session, actor, "waiting.edited", "waiting", entry.id)
    session.flush()
    clinic = lookup.get_clinic(session, actor.clinic_id)
    for offer in open_offers:
        still_suits = waiting.wish_of(entry).suits(offer.doctor_id, offer.day, offer.start_time)
        if entry.treatment_id != treatment_id or not still_suits:
            waiting.give_back(session, actor, clinic, offer, OfferState.OVERTAKEN, now)
    return entry


def leave(session: Session, actor: Actor, entry_id: object, now: datetime) -> WaitingEntry:
    """Take somebody off the list; what was just offered goes to the next. Twice is harmless."""
    get_entry(session, actor, entry_id)
    clinic = lookup.get_clinic(session, actor.clinic_id)
    open_offers = offered.lock_open(session, Offer.waiting_id == entry_id)
    entry = _lock(session, actor, entry_id)
    if entry.state is not WaitingState.WAITING:
        return entry
    entry.state, entry.updated_at = WaitingState.CANCELLED, now
    audit.record(session, actor, "waiting.left", "waiting", entry.id)
    session.flush()
    for offer in open_offers:
        waiting.give_back(session, actor, clinic, offer, OfferState.OVERTAKEN, now)
    return entry


def forget_patient(session: Session, actor: Actor, patient_id: int, now: datetime) -> None:
    """Take an erased patient off the list, and end what was offered to them."""
    clinic = lookup.get_clinic(session, actor.clinic_id)
    open_offers = offered.lock_open(session, Offer.patient_id == patient_id)
    # Off the list first, or the next of their own wishes would be offered the time.
    session.execute(
        sa.update(WaitingEntry)
        .where(WaitingEntry.patient_id == patient_id, WaitingEntry.state == WaitingState.WAITING)
        .values(state=WaitingState.CANCELLED, updated_at=now, version=WaitingEntry.version + 1),
        execution_options={"synchronize_session": "fetch"},
    )
    for offer in open_offers:
        waiting.give_back(session, actor, clinic, offer, OfferState.OVERTAKEN, now)
    # What the clinic wrote may tell of the person.
    session.execute(
        sa.update(Offer).where(Offer.patient_id == patient_id).values(message=""),
        execution_options={"synchronize_session": False},
    )


def any_over(session: Session, clinic_id: int, now: datetime) -> bool:
    """Say whether an entry's last day is over, without taking a write lock."""
    return session.scalar(_over(session, clinic_id, now).limit(1)) is not None


def _over(session: Session, clinic_id: int, now: datetime) -> sa.Select[tuple[WaitingEntry]]:
    clinic = lookup.get_clinic(session, clinic_id)
    today = scheduling.local_today(clinic.zone_info, now)
    wanted = sa.select(WaitingEntry).where(
        WaitingEntry.state == WaitingState.WAITING, WaitingEntry.last_day < today
    )
    return wanted.order_by(WaitingEntry.id)


def lapse(session: Session, clinic_id: int, now: datetime) -> int:
    """End the clinic's entries whose last day is over; how many."""
    due = _over(session, clinic_id, now).with_for_update(skip_locked=True)
    over = list(session.scalars(due))
    for entry in over:
        entry.state, entry.updated_at = WaitingState.LAPSED, now
        audit.record(session, system_actor(clinic_id), "waiting.lapsed", "waiting", entry.id)
    session.flush()
    return len(over)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the staff's list is narrowed to."""

    state: str = WaitingState.WAITING.value
    search: str = ""
    doctor_id: int | None = None
    treatment_id: int | None = None


def matching(actor: Actor, wanted: Wanted) -> sa.Select[tuple[int]]:
    """Ids of the entries that the list shows, without a join: for counting."""
    return sa.select(WaitingEntry.id).where(*_conditions(actor, wanted))


def listed(actor: Actor, wanted: Wanted) -> sa.Select[tuple[WaitingEntry]]:
    """The entries with their people and treatment, in one query."""
    return _with_people().where(*_conditions(actor, wanted))


def _with_people() -> sa.Select[tuple[WaitingEntry]]:
    return (
        sa.select(WaitingEntry)
        .join(WaitingEntry.patient)
        .join(PATIENT_USER, Patient.user_id == PATIENT_USER.id)
        .join(WaitingEntry.treatment)
        .outerjoin(WaitingEntry.doctor)
        .outerjoin(DOCTOR_USER, Doctor.user_id == DOCTOR_USER.id)
        .options(
            contains_eager(WaitingEntry.patient).contains_eager(Patient.user.of_type(PATIENT_USER)),
            contains_eager(WaitingEntry.treatment),
            contains_eager(WaitingEntry.doctor).contains_eager(Doctor.user.of_type(DOCTOR_USER)),
        )
    )


def _conditions(actor: Actor, wanted: Wanted) -> list[Condition]:
    found: list[Condition] = []
    if actor.role is Role.DOCTOR:
        given = sa.select(TreatmentDoctor.treatment_id).where(
            TreatmentDoctor.doctor_id == actor.profile_id
        )
        found.append(WaitingEntry.treatment_id.in_(given))
        found.append(
            WaitingEntry.doctor_id.is_(None) | (WaitingEntry.doctor_id == actor.profile_id)
        )
    if wanted.state:
        found.append(WaitingEntry.state == wanted.state)
    if wanted.doctor_id is not None:
        found.append(WaitingEntry.doctor_id == wanted.doctor_id)
    if wanted.treatment_id is not None:
        found.append(WaitingEntry.treatment_id == wanted.treatment_id)
    if wanted.search.strip():
        found.append(_named_like(wanted.search))
    return found


def _named_like(search: str) -> Condition:
    pattern = catalogue.contains_pattern(search)
    name = User.first_name + " " + User.last_name
    matched = name.ilike(pattern, escape="\\") | User.email.ilike(pattern, escape="\\")
    people = sa.select(Patient.id).join(User, User.id == Patient.user_id).where(matched)
    return WaitingEntry.patient_id.in_(people)


def list_own(session: Session, patient_id: int) -> list[WaitingEntry]:
    """A patient's entries: those that wait first, then what became of the others."""
    waits = sa.case((WaitingEntry.state == WaitingState.WAITING, 0), else_=1)
    wanted = _with_people().where(WaitingEntry.patient_id == patient_id)
    return list(session.scalars(wanted.order_by(waits, WaitingEntry.updated_at.desc()).limit(50)))


def offered_now(session: Session, entry_ids: Iterable[int]) -> set[int]:
    """Which of these entries have an offer open right now."""
    wanted = sa.select(Offer.waiting_id).where(
        Offer.waiting_id.in_(list(entry_ids)), Offer.state == OfferState.OPEN
    )
    return set(session.scalars(wanted))


def record_export(session: Session, actor: Actor, rows: int) -> None:
    """Note that the list was taken as a file."""
    audit.record(session, actor, "waiting.exported", "waiting", None, rows=rows)
    session.flush()
