"""Answer an offered time: accept it, decline it, or let it run out."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from medcor.domain import errors
from medcor.domain.permissions import Actor, Role, system_actor
from medcor.models import (
    Appointment,
    Doctor,
    Offer,
    OfferState,
    Patient,
    Slot,
    WaitingEntry,
    WaitingState,
)
from medcor.services import (
    agenda,
    audit,
    booking,
    links,
    lookup,
    moving,
    notices,
    offered,
    scheduling,
    waiting,
)
from medcor.services.booking import BookingRequest
from medcor.services.moving import Target

DOOR = "waiting"


def _with_people() -> sa.Select[tuple[Offer]]:
    return sa.select(Offer).options(
        joinedload(Offer.doctor).joinedload(Doctor.user),
        joinedload(Offer.patient).joinedload(Patient.user),
        joinedload(Offer.appointment).joinedload(Appointment.treatment),
        joinedload(Offer.appointment).joinedload(Appointment.doctor).joinedload(Doctor.user),
        joinedload(Offer.waiting).joinedload(WaitingEntry.treatment),
    )


def find_by_token(session: Session, token: str) -> Offer:
    """The offer of a mailed link, settled or not; NotFound for any other token."""
    wanted = _with_people().where(Offer.token_hash == links.digest_of(token))
    offer = session.scalar(wanted)
    if offer is None or not offer.patient.is_active or not offer.patient.user.is_active:
        raise errors.NotFound()
    return offer


def get_own(session: Session, actor: Actor, offer_id: object) -> Offer:
    """One of the acting patient's offers; anybody else's is not found."""
    offer = lookup.find(session, Offer, offer_id)
    if offer is None or not actor.is_patient or offer.patient_id != actor.profile_id:
        raise errors.NotFound()
    return offer


def patient_of(offer: Offer) -> Actor:
    """The patient as the one who acts: whoever holds the link of the mail."""
    user = offer.patient.user
    return Actor(offer.clinic_id, user.id, Role.PATIENT, offer.patient_id, user.name, user.email)


def is_open(offer: Offer, now: datetime) -> bool:
    """Say whether the offer can still be accepted; its time is held until then."""
    return offer.state is OfferState.OPEN and now < offer.answer_by


def list_open(session: Session, patient_id: int, now: datetime) -> list[Offer]:
    """What a patient is offered right now, the first to run out first, in one query."""
    wanted = _with_people().where(
        Offer.patient_id == patient_id, Offer.state == OfferState.OPEN, Offer.answer_by > now
    )
    return list(session.scalars(wanted.order_by(Offer.answer_by, Offer.id)))


def open_offer_of(session: Session, appointment: Appointment, now: datetime) -> Offer | None:
    """What is offered instead of an appointment right now."""
    wanted = _with_people().where(
        Offer.appointment_id == appointment.id,
        Offer.state == OfferState.OPEN,
        Offer.answer_by > now,
    )
    return session.scalar(wanted)


def accept(session: Session, actor: Actor, offer_id: object, now: datetime) -> Appointment:
    """Take the offered time, all of it or nothing; give the appointment that has it now.

    The appointment is moved and keeps its status, or a new one is booked for who was waiting.
    Accepted twice is accepted once. Errors: NotFound, OfferOver once it is answered, over, or its
    time is no longer the doctor's, PatientBusy.
    """
    offer = get_own(session, actor, offer_id)
    try:
        if offer.appointment_id is not None:
            return _accept_instead(session, actor, offer, now)
        return _accept_freed(session, actor, offer, now)
    except (
        errors.SlotNotFound,
        errors.SlotUnavailable,
        errors.DoctorNotFound,
        errors.TreatmentNotFound,
        errors.PatientNotFound,
        errors.PastDate,
    ) as error:
        # The day was taken off, or the opening changed, since it was offered.
        raise errors.OfferOver() from error


def _accept_instead(session: Session, actor: Actor, offer: Offer, now: datetime) -> Appointment:
    # The doctors' schedules first, then the appointment, then the offer: as everybody does.
    appointment = booking.lock_appointment(session, actor, offer.appointment_id, offer.doctor_id)
    offer = _lock(session, offer.id)
    if offer.state is OfferState.ACCEPTED:
        return appointment
    _check_open(session, offer, now)
    if not appointment.is_live:
        raise errors.OfferOver()
    clinic = lookup.get_clinic(session, offer.clinic_id)
    offered.close(session, actor, offer, OfferState.ACCEPTED, now)
    target = Target(offer.slot_id, offer.day)
    return moving.relocate(session, actor, clinic, appointment, target, now, keeps_status=True)


def _accept_freed(session: Session, actor: Actor, offer: Offer, now: datetime) -> Appointment:
    scheduling.hold_schedules(session, [offer.doctor_id], to_change=False)
    offer = _lock(session, offer.id)
    entry = session.get_one(
        WaitingEntry, offer.waiting_id, with_for_update=True, populate_existing=True
    )
    made = _booked_already(session, offer, entry)
    if made is not None:
        return made
    _check_open(session, offer, now)
    if entry.state is not WaitingState.WAITING:
        raise errors.OfferOver()
    offered.close(session, actor, offer, OfferState.ACCEPTED, now)
    wish = BookingRequest(offer.doctor_id, entry.treatment_id, offer.slot_id, offer.day, door=DOOR)
    made = booking.book_appointment(session, actor, wish, now)
    _mark_done(session, actor, entry, now)
    return made


def _mark_done(session: Session, actor: Actor, entry: WaitingEntry, now: datetime) -> None:
    entry.state, entry.updated_at = WaitingState.DONE, now
    audit.record(session, actor, "waiting.done", "waiting", entry.id)
    session.flush()


def _booked_already(session: Session, offer: Offer, entry: WaitingEntry) -> Appointment | None:
    """The patient's appointment at this very time: accepted before, or booked by themselves."""
    return agenda.own_live(session, offer.patient_id, offer.slot_id, entry.treatment_id, offer.day)


def _lock(session: Session, offer_id: int) -> Offer:
    wanted = sa.select(Offer).where(Offer.id == offer_id).with_for_update()
    return session.scalars(wanted.execution_options(populate_existing=True)).one()


def _check_open(session: Session, offer: Offer, now: datetime) -> None:
    """OfferOver where it can't be had any more; its opening may have got other times, too."""
    slot = lookup.find(session, Slot, offer.slot_id)
    same = slot is not None and (slot.start_time, slot.end_time, slot.doctor_id) == (
        offer.start_time,
        offer.end_time,
        offer.doctor_id,
    )
    if not is_open(offer, now) or not same:
        raise errors.OfferOver()


def decline(session: Session, actor: Actor, offer_id: object, now: datetime) -> Offer:
    """Say that the offered time does not suit; it goes to whoever waits next.

    An appointment stays as it is, and somebody calls; who waits goes on waiting. Declined twice is
    declined once. Errors: NotFound, OfferOver.
    """
    offer = get_own(session, actor, offer_id)
    if offer.state is OfferState.DECLINED:
        return offer
    if offer.doctor_id is not None:
        scheduling.hold_schedules(session, [offer.doctor_id], to_change=False)
    offer = _lock(session, offer.id)
    if offer.state is OfferState.DECLINED:
        return offer
    if not is_open(offer, now):
        raise errors.OfferOver()
    clinic = lookup.get_clinic(session, offer.clinic_id)
    waiting.give_back(session, actor, clinic, offer, OfferState.DECLINED, now)
    return offer


def list_due(session: Session, now: datetime) -> list[tuple[int, int]]:
    """Ids of the clinic's offers that ran out of time, each with its doctor's."""
    wanted = sa.select(Offer.id, Offer.doctor_id).where(
        Offer.state == OfferState.OPEN, Offer.answer_by <= now
    )
    return [(row.id, row.doctor_id) for row in session.execute(wanted.order_by(Offer.answer_by))]


def expire(session: Session, clinic_id: int, offer_id: int, doctor_id: int, now: datetime) -> bool:
    """Settle an offer that nobody answered in time, and pass its time on; say whether it was due.

    One that is just being answered is left alone, as is one that somebody else settles.
    """
    scheduling.hold_schedules(session, [doctor_id], to_change=False)
    wanted = sa.select(Offer).where(
        Offer.id == offer_id, Offer.state == OfferState.OPEN, Offer.answer_by <= now
    )
    locked = wanted.with_for_update(skip_locked=True)
    offer = session.scalar(locked.execution_options(populate_existing=True))
    if offer is None:
        return False
    clinic, actor = lookup.get_clinic(session, clinic_id), system_actor(clinic_id)
    if offer.waiting_id is not None:
        entry = session.get_one(WaitingEntry, offer.waiting_id, with_for_update=True)
        if _booked_already(session, offer, entry) is not None:
            waiting.give_back(session, actor, clinic, offer, OfferState.OVERTAKEN, now)
            if entry.state is WaitingState.WAITING:
                _mark_done(session, actor, entry, now)
            return True
    waiting.give_back(session, actor, clinic, offer, OfferState.UNANSWERED, now)
    patient = session.get_one(Patient, offer.patient_id)
    notices.offer_lapsed(session, patient.user, offer.id)
    session.flush()
    return True
