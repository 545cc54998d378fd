"""What the clinic offers: add, change, stop offering, erase."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.domain.appointments import LIVE
from medcor.domain.permissions import Actor
from medcor.domain.scheduling import fits_treatment
from medcor.models import (
    Appointment,
    Doctor,
    SlotTreatment,
    Treatment,
    TreatmentDoctor,
    User,
    doctor_title,
)
from medcor.services import audit, files, lookup, scheduling
from medcor.services.catalogue import contains_pattern
from medcor.services.edits import begin_edit


class Unbookable(StrEnum):
    """Why nobody can book a treatment although it is offered."""

    NO_DOCTOR = "no_doctor"
    NO_SLOT = "no_slot"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class TreatmentFacts:
    """What an admin sets of a treatment: price in hundredths of the currency, times in minutes."""

    name: str
    description: str
    price_minor: int
    minutes: int
    buffer_before: int
    buffer_after: int
    is_active: bool


@dataclass(frozen=True, slots=True)
class Use:
    """What depends on a treatment."""

    appointments: int
    ahead: int
    slots: int

    @property
    def has_history(self) -> bool:
        """Erasing it would leave appointments without it, or open its own slots to any other."""
        return bool(self.appointments or self.slots)


def get_any(session: Session, treatment_id: object) -> Treatment:
    """A treatment, offered or not, or TreatmentNotFound."""
    treatment = lookup.find(session, Treatment, treatment_id)
    if treatment is None:
        raise errors.TreatmentNotFound()
    return treatment


def search_treatments(search: str, active: bool | None) -> sa.Select[tuple[Treatment]]:
    """The clinic's treatments, unordered: those whose texts hold ``search``, offered or not."""
    wanted = sa.select(Treatment)
    if search.strip():
        pattern = contains_pattern(search)
        wanted = wanted.where(
            Treatment.name.ilike(pattern, escape="\\")
            | Treatment.description.ilike(pattern, escape="\\")
        )
    return wanted if active is None else wanted.where(Treatment.is_active.is_(active))


def active_doctors(session: Session) -> list[Doctor]:
    """The doctors who can be given treatments, by name; their users come along."""
    return list(
        session.scalars(
            sa.select(Doctor)
            .join(User, User.id == Doctor.user_id)
            .where(Doctor.is_active, User.is_active)
            .order_by(User.last_name, User.first_name, Doctor.id)
        )
    )


def doctors_by_treatment(
    session: Session, treatment_ids: Iterable[int]
) -> dict[int, list[tuple[int, str]]]:
    """Id and name of the active doctors of each treatment, in one query."""
    found: dict[int, list[tuple[int, str]]] = {each: [] for each in treatment_ids}
    rows = session.execute(
        sa.select(TreatmentDoctor.treatment_id, Doctor.id, User.first_name, User.last_name)
        .join(Doctor, Doctor.id == TreatmentDoctor.doctor_id)
        .join(User, User.id == Doctor.user_id)
        .where(TreatmentDoctor.treatment_id.in_(found), Doctor.is_active, User.is_active)
        .order_by(User.last_name, User.first_name, Doctor.id)
    )
    for treatment_id, doctor_id, first, last in rows:
        found[treatment_id].append((doctor_id, doctor_title(first, last)))
    return found


def unbookable_of(
    session: Session,
    treatments: Sequence[Treatment],
    given_by: dict[int, list[tuple[int, str]]],
) -> dict[int, Unbookable]:
    """Which offered treatments nobody can book, and why; two queries, however many there are."""
    doctor_ids = {doctor_id for doctors in given_by.values() for doctor_id, _name in doctors}
    slots = scheduling.load_slots(session, doctor_ids) if doctor_ids else {}
    found = {}
    for treatment in treatments:
        rule = scheduling.treatment_rule(treatment)
        theirs = [slot for doctor_id, _name in given_by[treatment.id] for slot in slots[doctor_id]]
        if not treatment.is_active or any(fits_treatment(slot, rule) for slot in theirs):
            continue
        if not given_by[treatment.id]:
            found[treatment.id] = Unbookable.NO_DOCTOR
        else:
            found[treatment.id] = Unbookable.TOO_LONG if theirs else Unbookable.NO_SLOT
    return found


def add_treatment(
    session: Session,
    actor: Actor,
    facts: TreatmentFacts,
    doctor_ids: Iterable[int],
    drawn: bytes | None,
    now: datetime,
) -> Treatment:
    """Offer a new treatment; NameTaken if the clinic has one of this name."""
    treatment = Treatment(
        clinic_id=actor.clinic_id,
        updated_at=now,
        **{each.name: getattr(facts, each.name) for each in fields(facts)},
    )
    _check_name(session, facts.name, None)
    session.add(treatment)
    session.flush()
    _set_doctors(session, treatment, set(), _checked(session, doctor_ids))
    if drawn is not None:
        treatment.picture = files.add_picture(session, actor, drawn)
    audit.record(session, actor, "treatment.added", "treatment", treatment.id)
    session.flush()
    return treatment


def edit_treatment(
    session: Session,
    actor: Actor,
    treatment_id: int,
    facts: TreatmentFacts,
    doctor_ids: Iterable[int],
    picture: bytes | None,
    remove_picture: bool,
    seen: int | None,
    now: datetime,
) -> Treatment:
    """Change a treatment and who gives it; StaleEdit, NameTaken.

    Saving what is saved already changes nothing. Booked appointments keep their time and price.
    """
    treatment = get_any(session, treatment_id)
    wished = {each.name: getattr(facts, each.name) for each in fields(facts)}
    changes = {name: each for name, each in wished.items() if getattr(treatment, name) != each}
    before = set(_doctor_ids(session, treatment_id))
    # A doctor who is away keeps their treatments: the form shows only those at work.
    shown = {doctor.id for doctor in active_doctors(session)}
    after = _checked(session, doctor_ids) | (before - shown)
    drops = remove_picture and picture is None and bool(treatment.picture)
    if not (changes or before != after or picture is not None or drops):
        return treatment
    begin_edit(treatment, seen, now)
    if "name" in changes:
        _check_name(session, facts.name, treatment.id)
    for name, value in changes.items():
        setattr(treatment, name, value)
    _set_doctors(session, treatment, before, after)
    if picture is not None or drops:
        _set_picture(session, actor, treatment, picture)
    told = [*changes, *(["doctors"] if before != after else [])]
    audit.record(session, actor, "treatment.edited", "treatment", treatment.id, fields=sorted(told))
    session.flush()
    return treatment


def _set_picture(
    session: Session, actor: Actor, treatment: Treatment, picture: bytes | None
) -> None:
    if treatment.picture:
        files.drop_picture(session, treatment.picture)
    treatment.picture = files.add_picture(session, actor, picture) if picture is not None else ""


def _check_name(session: Session, name: str, own_id: int | None) -> None:
    """Look before the database's own rule does, so that letter case makes no difference either."""
    rows = session.execute(sa.select(Treatment.id, Treatment.name))
    if any(each.id != own_id and each.name.casefold() == name.casefold() for each in rows):
        raise errors.NameTaken(field="name")


def _checked(session: Session, doctor_ids: Iterable[int]) -> set[int]:
    """Those ids, all of which must be of active doctors of this clinic; DoctorNotFound."""
    wanted = set(doctor_ids)
    if wanted - {doctor.id for doctor in active_doctors(session)}:
        raise errors.DoctorNotFound()
    return wanted


def _doctor_ids(session: Session, treatment_id: int) -> list[int]:
    wanted = sa.select(TreatmentDoctor.doctor_id)
    return list(session.scalars(wanted.where(TreatmentDoctor.treatment_id == treatment_id)))


def _set_doctors(session: Session, treatment: Treatment, before: set[int], after: set[int]) -> None:
    session.execute(
        sa.delete(TreatmentDoctor).where(
            TreatmentDoctor.treatment_id == treatment.id,
            TreatmentDoctor.doctor_id.in_(before - after),
        )
    )
    session.add_all(
        TreatmentDoctor(
            clinic_id=treatment.clinic_id, treatment_id=treatment.id, doctor_id=doctor_id
        )
        for doctor_id in sorted(after - before)
    )


def use_of(session: Session, treatment_id: int, now: datetime) -> Use:
    """How much depends on a treatment: appointments, those ahead, and slots kept for it."""
    live = sa.and_(Appointment.status.in_(LIVE), Appointment.ends_at > now)
    total, ahead = session.execute(
        sa.select(
            sa.func.count(Appointment.id), sa.func.count(sa.case((live, Appointment.id)))
        ).where(Appointment.treatment_id == treatment_id)
    ).one()
    slots = session.scalar(
        sa.select(sa.func.count(SlotTreatment.id)).where(SlotTreatment.treatment_id == treatment_id)
    )
    return Use(total, ahead, slots or 0)


def delete_treatment(session: Session, actor: Actor, treatment_id: int, now: datetime) -> bool:
    """Erase a treatment that nothing depends on, else stop offering it; True if it was erased."""
    treatment = get_any(session, treatment_id)
    # A booking of this moment is either counted or waits, and then finds no treatment.
    session.refresh(treatment, with_for_update=True)
    if use_of(session, treatment.id, now).has_history:
        set_active(session, actor, treatment.id, False, now)
        return False
    audit.record(session, actor, "treatment.erased", "treatment", treatment.id, name=treatment.name)
    if treatment.picture:
        files.drop_picture(session, treatment.picture)
    session.execute(sa.delete(TreatmentDoctor).where(TreatmentDoctor.treatment_id == treatment.id))
    session.delete(treatment)
    session.flush()
    return True


def set_active(
    session: Session, actor: Actor, treatment_id: int, active: bool, now: datetime
) -> Treatment:
    """Offer a treatment or stop to; the same wish twice does nothing."""
    treatment = get_any(session, treatment_id)
    if treatment.is_active == active:
        return treatment
    begin_edit(treatment, None, now)
    treatment.is_active = active
    act = "treatment.activated" if active else "treatment.deactivated"
    audit.record(session, actor, act, "treatment", treatment.id)
    session.flush()
    return treatment
