"""Somebody is deleted in the moment in which they are booked, or edited by two at once."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.extensions import db
from medcor.models import Appointment, Specialisation, User
from medcor.services import booking, doctors, patients
from medcor.services.booking import BookingRequest
from medcor.services.doctors import DoctorDetails
from medcor.services.people import PersonDetails, Removal
from medcor.web.transaction import reading
from tests.conftest import NOW
from tests.people_helpers import MONDAY
from tests.race_helpers import Work, side_by_side


def delete(clinic, kind: str) -> Work:
    service = doctors.delete_doctor if kind == "doctor" else patients.delete_patient
    return lambda session: service(session, clinic.admin, getattr(clinic, kind).profile_id, NOW)


def book(clinic) -> Work:
    wish = BookingRequest(clinic.doctor.profile_id, clinic.treatment_id, clinic.slot_ids[0], MONDAY)
    return lambda session: booking.book_appointment(session, clinic.patient, wish, NOW).id


def booked(clinic) -> int:
    db.session.remove()
    return reading(clinic.id).scalar(sa.select(sa.func.count(Appointment.id)))


@pytest.mark.parametrize("kind", ["doctor", "patient"])
def test_a_booking_that_comes_while_somebody_is_erased_finds_them_gone(app, world, kind):
    removal, refused = side_by_side(app, world.one.id, delete(world.one, kind), book(world.one))
    assert removal is Removal.ERASED
    assert isinstance(refused, errors.NotFound) and booked(world.one) == 0


@pytest.mark.parametrize("kind", ["doctor", "patient"])
def test_who_is_booked_while_they_are_deleted_is_deactivated(app, world, kind):
    made, removal = side_by_side(app, world.one.id, book(world.one), delete(world.one, kind))
    assert removal is Removal.DEACTIVATED
    assert isinstance(made, int) and booked(world.one) == 1


def test_deleting_twice_at_once_erases_once(app, world):
    work = delete(world.one, "doctor")
    first, second = side_by_side(app, world.one.id, work, work)
    assert first is Removal.ERASED and isinstance(second, errors.NotFound)


def details(name: str, *fields: str) -> DoctorDetails:
    return DoctorDetails(PersonDetails(name, "Test", "doctor@one.test"), specialisations=fields)


def edit(clinic, seen: int | None, what: DoctorDetails, who: str = "doctor") -> Work:
    doctor_id = getattr(clinic, who).profile_id
    return lambda session: (
        doctors.edit_doctor(session, clinic.admin, doctor_id, what, seen, NOW).user.first_name
    )


def test_of_two_saves_in_one_moment_one_is_told(app, world):
    seen = reading(world.one.id).get_one(User, world.one.doctor.user_id).version
    db.session.remove()
    clinic = world.one
    first, second = side_by_side(
        app, clinic.id, edit(clinic, seen, details("One")), edit(clinic, seen, details("Two"))
    )
    assert first == "One" and isinstance(second, errors.Conflict)
    db.session.remove()
    assert reading(clinic.id).get_one(User, clinic.doctor.user_id).first_name == "One"


def test_two_doctors_get_one_new_specialisation_between_them(app, world):
    clinic, other = world.one, PersonDetails("Other", "Test", "second-doctor@one.test")
    first, second = side_by_side(
        app,
        clinic.id,
        edit(clinic, None, details("One", "Orthodontics")),
        edit(clinic, None, DoctorDetails(other, specialisations=("Orthodontics",)), "other_doctor"),
    )
    assert (first, second) == ("One", "Other")
    db.session.remove()
    wanted = sa.select(sa.func.count()).where(Specialisation.name == "Orthodontics")
    assert reading(clinic.id).scalar(wanted) == 1


def test_two_accounts_never_share_an_address(app, world):
    clinic = world.one
    new = DoctorDetails(PersonDetails("New", "Doctor", "new@one.test"))

    def create(session: Session) -> int:
        return doctors.create_doctor(session, clinic.admin, new, NOW).id

    first, second = side_by_side(app, clinic.id, create, create)
    assert isinstance(first, int) and isinstance(second, errors.EmailTaken)
