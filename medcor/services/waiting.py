"""Offer a time that becomes free to the first on the waiting list whom it suits, and pass it on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain import offers as rules
from medcor.domain import scheduling
from medcor.domain.offers import WaitingWish
from medcor.domain.permissions import Actor, system_actor
from medcor.domain.scheduling import Opening, Span
from medcor.models import (
    Appointment,
    Clinic,
    Doctor,
    Offer,
    OfferState,
    Patient,
    Slot,
    Treatment,
    TreatmentDoctor,
    User,
    WaitingEntry,
    WaitingState,
)
from medcor.services import lookup, offered
from medcor.services import scheduling as search
from medcor.services.free_windows import FreeWindow
from medcor.services.offered import Cause


@dataclass(frozen=True, slots=True)
class Freed:
    """What became free of a doctor's time, between two local days (both included).

    Only what meets ``span``, or is one of ``slot_ids``, is offered where these are given: other
    free times of the day were there for everybody before. ``left_by`` is the patient who has just
    given the time up, and wants it least.
    """

    doctor_id: int
    first_day: date
    last_day: date
    span: Span | None = None
    slot_ids: frozenset[int] | None = None
    left_by: int | None = None

    @classmethod
    def by_leaving(cls, session: Session, appointment: Appointment) -> Freed:
        """The time that an appointment gives up, with the doctor's buffers around it."""
        span = Span(appointment.starts_at, appointment.ends_at)
        whole = _with_buffers(session, span, appointment.treatment_id)
        day = appointment.day
        return cls(appointment.doctor_id, day, day, whole, left_by=appointment.patient_id)

    @classmethod
    def by_ending(cls, session: Session, clinic: Clinic, offer: Offer) -> Freed:
        """The time that was held for an offer, with the doctor's buffers around it."""
        instead = lookup.find(session, Appointment, offer.appointment_id)
        cause = instead or lookup.find(session, WaitingEntry, offer.waiting_id)
        whole = _with_buffers(session, offered.span_of(clinic, offer), cause.treatment_id)
        return cls(offer.doctor_id, offer.day, offer.day, whole)

    @classmethod
    def by_opening(cls, clinic: Clinic, slots: Sequence[Slot], now: datetime) -> Freed:
        """What openings of one doctor make free from now on."""
        today = scheduling.local_today(clinic.zone_info, now)
        ids = frozenset(each.id for each in slots)
        return cls(slots[0].doctor_id, today, search.last_day(clinic, now), slot_ids=ids)

    def frees(self, opening: Opening, treatment: scheduling.TreatmentRule) -> bool:
        """Say whether an opening is free because of this, and was not before."""
        if self.slot_ids is not None:
            return opening.slot.id in self.slot_ids
        if self.span is None:
            return True
        return scheduling.with_buffers(opening.span, treatment).overlaps(self.span)


def _with_buffers(session: Session, span: Span, treatment_id: int) -> Span:
    treatment = lookup.find(session, Treatment, treatment_id)
    return scheduling.with_buffers(span, search.treatment_rule(treatment))


def offer_freed(session: Session, clinic: Clinic, freed: Freed, now: datetime) -> int:
    """Offer what became free to those who wait, who came first first; how many were offered.

    Call it in the transaction that frees the time, once its claims are released, so that nobody
    slips in between. Nobody is offered the same time twice, or two times at once.
    """
    line = _line(session, freed)
    if not line:
        return 0
    known = _offered_before(session, freed, {each.patient_id for each in line})
    days = freed.first_day, freed.last_day
    window = FreeWindow.load(session, clinic, [freed.doctor_id], *days, now)
    asked = {each.treatment_id for each in line}
    treatments = session.scalars(sa.select(Treatment).where(Treatment.id.in_(asked)))
    rule_of = {each.id: search.treatment_rule(each) for each in treatments}
    made = 0
    for each in line:
        rule = rule_of[each.treatment_id]
        free = [one for one in window.free(freed.doctor_id, rule) if freed.frees(one, rule)]
        taken = _offer_to(session, clinic, each, free, known, now)
        if taken is not None:
            made += 1
            window.hold(taken, rule)
    return made


def offer_opened(session: Session, slots: Sequence[Slot], now: datetime) -> None:
    """Offer what openings of one doctor that were added, changed or resumed make free."""
    offered_slots = [each for each in slots if each.is_active and not each.is_paused]
    if offered_slots:
        clinic = lookup.get_clinic(session, offered_slots[0].clinic_id)
        offer_freed(session, clinic, Freed.by_opening(clinic, offered_slots, now), now)


def _line(session: Session, freed: Freed) -> Sequence[sa.Row]:
    """Who waits for a time of the doctor on these days and has no offer open, in order."""
    wanted = (
        sa.select(
            WaitingEntry.id,
            WaitingEntry.patient_id,
            WaitingEntry.treatment_id,
            WaitingEntry.doctor_id,
            WaitingEntry.first_day,
            WaitingEntry.last_day,
            WaitingEntry.weekdays,
            WaitingEntry.earliest,
            WaitingEntry.latest,
        )
        .join(Treatment, Treatment.id == WaitingEntry.treatment_id)
        .join(TreatmentDoctor, TreatmentDoctor.treatment_id == Treatment.id)
        .join(Doctor, Doctor.id == TreatmentDoctor.doctor_id)
        .join(User, User.id == Doctor.user_id)
        .where(
            WaitingEntry.state == WaitingState.WAITING,
            WaitingEntry.first_day <= freed.last_day,
            WaitingEntry.last_day >= freed.first_day,
            WaitingEntry.doctor_id.is_(None) | (WaitingEntry.doctor_id == freed.doctor_id),
            Treatment.is_active,
            TreatmentDoctor.doctor_id == freed.doctor_id,
            Doctor.is_active,
            User.is_active,
            ~_has_open_offer(),
            WaitingEntry.patient_id != (freed.left_by or 0),
        )
    )
    return session.execute(wanted.order_by(WaitingEntry.created_at, WaitingEntry.id)).all()


def _has_open_offer() -> sa.ColumnElement[bool]:
    is_open = sa.select(Offer.id).where(
        Offer.patient_id == WaitingEntry.patient_id,
        Offer.waiting_id.is_not(None),
        Offer.state == OfferState.OPEN,
    )
    return is_open.exists()


def _offered_before(
    session: Session, freed: Freed, patient_ids: Iterable[int]
) -> set[tuple[int, datetime]]:
    """Which of the doctor's times were offered to which patients already."""
    wanted = sa.select(Offer.patient_id, Offer.starts_at).where(
        Offer.patient_id.in_(sorted(patient_ids)),
        Offer.waiting_id.is_not(None),
        Offer.doctor_id == freed.doctor_id,
        Offer.day.between(freed.first_day, freed.last_day),
    )
    return {(patient_id, starts_at) for patient_id, starts_at in session.execute(wanted)}


def _offer_to(
    session: Session,
    clinic: Clinic,
    row: sa.Row,
    free: Sequence[Opening],
    known: set[tuple[int, datetime]],
    now: datetime,
) -> Opening | None:
    """Offer somebody the first of the free times that suits, and give it; None if none does."""
    wish = wish_of(row)
    notice = timedelta(minutes=clinic.min_notice_minutes)
    answer_time = timedelta(minutes=clinic.waiting_answer_minutes)
    for opening in free:
        start = opening.span.start
        until = rules.waiting_answer_by(now, answer_time, start, notice)
        if (
            until is None
            or not wish.suits(opening.slot.doctor_id, opening.day, opening.slot.start)
            or (row.patient_id, start) in known
            or search.is_patient_busy(
                session, opening.span, opening.day, search.Search(now, row.patient_id)
            )
        ):
            continue
        entry = _lock_waiting(session, row.id)
        if entry is None or not _is_active(entry.patient):
            return None
        cause = Cause(until, waiting_id=entry.id)
        actor = system_actor(clinic.id)
        made = offered.make_offer(
            session, actor, entry.patient, entry.treatment, opening, cause, now
        )
        if made is not None:
            return opening
    return None


def wish_of(entry: WaitingEntry | sa.Row) -> WaitingWish:
    """What an entry of the list, or a row of its columns, waits for."""
    return WaitingWish(
        entry.doctor_id,
        entry.first_day,
        entry.last_day,
        entry.weekdays,
        entry.earliest,
        entry.latest,
    )


def _is_active(patient: Patient) -> bool:
    return patient.is_active and patient.user.is_active


def _lock_waiting(session: Session, entry_id: int) -> WaitingEntry | None:
    """The entry, locked, if it still waits; one that somebody else is just at is passed over."""
    wanted = sa.select(WaitingEntry).where(
        WaitingEntry.id == entry_id, WaitingEntry.state == WaitingState.WAITING, ~_has_open_offer()
    )
    locked = wanted.with_for_update(skip_locked=True, of=WaitingEntry)
    return session.scalar(locked.execution_options(populate_existing=True))


def give_back(
    session: Session, actor: Actor, clinic: Clinic, offer: Offer, state: OfferState, now: datetime
) -> None:
    """Settle an offer that came to nothing, and offer its time to whoever waits next."""
    offered.close(session, actor, offer, state, now)
    offer_freed(session, clinic, Freed.by_ending(session, clinic, offer), now)


def give_up_time(
    session: Session,
    actor: Actor,
    clinic: Clinic,
    appointment: Appointment,
    freed: Freed,
    now: datetime,
) -> None:
    """An appointment has left ``freed``: offer that, and end what was offered instead of it."""
    for offer in offered.lock_open(session, Offer.appointment_id == appointment.id):
        give_back(session, actor, clinic, offer, OfferState.OVERTAKEN, now)
    offer_freed(session, clinic, freed, now)
