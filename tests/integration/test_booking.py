"""Booking, cancelling and the claims, on both databases."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from medcor.domain import errors
from medcor.domain.appointments import AppointmentStatus
from medcor.models import Appointment, Claim, Treatment
from medcor.services import booking
from medcor.services.booking import BookingRequest
from medcor.services.slots import exclude_days
from medcor.web.transaction import reading, transaction
from tests.conftest import NOW

TODAY = date(2026, 3, 4)
MONDAY = date(2026, 3, 9)


def wish(clinic, **changes) -> BookingRequest:
    values = {
        "doctor_id": clinic.doctor.profile_id,
        "treatment_id": clinic.treatment_id,
        "slot_id": clinic.slot_ids[0],
        "day": MONDAY,
    }
    return BookingRequest(**{**values, **changes})


def book(actor, request) -> int:
    with transaction(actor.clinic_id, actor) as session:
        return booking.book_appointment(session, actor, request, NOW).id


def test_a_booking_copies_its_span_and_claims_its_steps(world):
    made = book(world.one.patient, wish(world.one))
    session = reading(world.one.id)
    row = session.get(Appointment, made)
    assert row.status is AppointmentStatus.PENDING
    assert row.starts_at.isoformat() == "2026-03-09T06:00:00+00:00"
    assert session.scalar(sa.select(sa.func.count(Claim.id))) == 6


def test_buffers_bind_the_doctor_only(world):
    with transaction(world.one.id) as session:
        session.execute(sa.update(Treatment).values(buffer_before=5, buffer_after=10))
    book(world.one.patient, wish(world.one))
    session = reading(world.one.id)
    assert session.scalar(sa.select(sa.func.count(Claim.id))) == 9
    assert session.scalar(sa.select(sa.func.count(Claim.patient_id))) == 6


def test_the_same_time_is_refused_for_doctor_and_for_patient(world):
    book(world.one.patient, wish(world.one))
    with pytest.raises(errors.SlotTaken):
        book(world.one.other_patient, wish(world.one))


def test_a_patient_is_not_in_two_places(world):
    with transaction(world.one.id) as session:
        from datetime import time

        from medcor.domain.permissions import system_actor
        from medcor.services.slots import add_slot

        other = add_slot(
            session,
            system_actor(world.one.id),
            world.one.other_doctor.profile_id,
            0,
            time(9, 15),
            time(9, 45),
        ).id
    book(world.one.patient, wish(world.one))
    with pytest.raises(errors.PatientBusy):
        book(
            world.one.patient,
            wish(world.one, doctor_id=world.one.other_doctor.profile_id, slot_id=other),
        )


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"day": TODAY - timedelta(days=2)}, errors.PastDate),
        ({"doctor_id": 2**40}, errors.DoctorNotFound),
        ({"treatment_id": 999}, errors.TreatmentNotFound),
        ({"slot_id": 999}, errors.SlotNotFound),
        ({"day": MONDAY + timedelta(days=1)}, errors.SlotUnavailable),
        ({"day": MONDAY + timedelta(days=7 * 40)}, errors.SlotUnavailable),
    ],
)
def test_what_is_wrong_is_named(world, change, error):
    with pytest.raises(error):
        book(world.one.patient, wish(world.one, **change))


def test_another_doctors_slot_and_treatment_are_not_found(world):
    with pytest.raises(errors.TreatmentNotFound):
        book(world.one.patient, wish(world.one, treatment_id=world.one.other_treatment_id))
    with pytest.raises(errors.SlotNotFound):
        book(world.one.patient, wish(world.one, doctor_id=world.one.other_doctor.profile_id))


def test_an_excluded_day_is_unavailable(world):
    with transaction(world.one.id) as session:
        exclude_days(session, world.one.admin, world.one.doctor.profile_id, MONDAY, MONDAY)
    with pytest.raises(errors.SlotUnavailable):
        book(world.one.patient, wish(world.one))


def test_cancelling_frees_the_time_and_keeps_the_row(world):
    made = book(world.one.patient, wish(world.one))
    with transaction(world.one.id) as session:
        booking.cancel_appointment(session, world.one.patient, made, "", NOW)
    session = reading(world.one.id)
    assert session.get(Appointment, made).status is AppointmentStatus.CANCELLED
    assert session.scalar(sa.select(sa.func.count(Claim.id))) == 0
    book(world.one.other_patient, wish(world.one))


def test_a_patient_keeps_the_cancellation_notice_and_staff_give_a_reason(world):
    late = wish(world.one, slot_id=world.one.slot_ids[5], day=TODAY)
    made = book(world.one.patient, late)
    with pytest.raises(errors.CancellationTooLate), transaction(world.one.id) as session:
        booking.cancel_appointment(session, world.one.patient, made, "", NOW)
    with pytest.raises(errors.MissingParameter), transaction(world.one.id) as session:
        booking.cancel_appointment(session, world.one.doctor, made, " ", NOW)
    with transaction(world.one.id) as session:
        booking.cancel_appointment(session, world.one.doctor, made, "ill", NOW)


def test_others_do_not_see_the_appointment(world):
    made = book(world.one.patient, wish(world.one))
    for actor in (world.one.other_patient, world.one.other_doctor, world.two.admin):
        with pytest.raises(errors.AppointmentNotFound), transaction(actor.clinic_id) as session:
            booking.get_appointment(session, actor, made)


def test_closing_waits_for_the_start(world):
    made = book(world.one.patient, wish(world.one))
    with transaction(world.one.id) as session:
        booking.confirm_appointment(session, world.one.admin, made, NOW)
    with pytest.raises(errors.TransitionRefused), transaction(world.one.id) as session:
        booking.complete_appointment(session, world.one.admin, made, NOW)
    with transaction(world.one.id) as session:
        booking.complete_appointment(session, world.one.admin, made, NOW + timedelta(days=6))
    assert reading(world.one.id).scalar(sa.select(sa.func.count(Claim.id))) == 0
