"""An appointment's place in its series, who sees it, and cancelling all that follow."""

from __future__ import annotations

from datetime import timedelta

import pytest

from medcor.domain import errors
from medcor.domain.appointments import AppointmentStatus as State
from medcor.extensions import db
from medcor.models import Appointment
from medcor.services import series, series_members
from medcor.services.series import Choice
from medcor.services.slots import exclude_days
from medcor.web.transaction import in_transaction, reading, transaction
from tests.appointment_helpers import MONDAY, acts, book, colleague_slot
from tests.conftest import NOW
from tests.series_helpers import book_series, booked, mail_kinds, planned, wish_of

WEEK = timedelta(days=7)


@pytest.fixture()
def plan(clinic):
    def make():
        return series.plan_series(reading(clinic.id), clinic.patient, wish_of(clinic), NOW)

    return make


def test_all_following_are_cancelled_with_one_mail(clinic, plan):
    made = book_series(clinic, wish_of(clinic), planned(plan()))
    rows = booked(clinic, made)

    def cancel(session):
        return series_members.cancel_following(session, clinic.patient, rows[1].id, "", NOW)

    done = in_transaction(clinic.id, clinic.patient, cancel)
    assert [each.id for each in done.can] == [each.id for each in rows[1:]]
    states = [each.status for each in booked(clinic, made)]
    assert states == [State.PENDING, *[State.CANCELLED] * 3]
    assert mail_kinds(clinic) == ["series_booked", "series_cancelled"]
    assert len(acts(clinic, "series.cancelled")) == 1
    # Their times are free again.
    book(clinic, 0, MONDAY + WEEK, clinic.other_patient)
    with pytest.raises(errors.TransitionRefused):
        in_transaction(clinic.id, clinic.patient, cancel)


def test_a_patient_cannot_cancel_what_is_too_near(clinic, plan):
    made = book_series(clinic, wish_of(clinic), planned(plan()))
    rows = booked(clinic, made)
    near = rows[0].starts_at - timedelta(hours=2)
    found = series_members.find_following(reading(clinic.id), clinic.patient, rows[0].id, near)
    assert [len(found.can), len(found.cannot)] == [3, 1]
    in_transaction(
        clinic.id,
        clinic.patient,
        lambda session: series_members.cancel_following(
            session, clinic.patient, rows[0].id, "", near
        ),
    )
    assert [each.status for each in booked(clinic, made)] == [
        State.PENDING,
        *[State.CANCELLED] * 3,
    ]
    with pytest.raises(errors.CancellationTooLate):
        in_transaction(
            clinic.id,
            clinic.patient,
            lambda session: series_members.cancel_following(
                session, clinic.patient, rows[0].id, "", near
            ),
        )


def test_staff_cancel_with_a_reason_and_strangers_not_at_all(clinic, plan):
    made = book_series(clinic, wish_of(clinic), planned(plan()))
    first = booked(clinic, made)[0].id

    def cancel(actor, reason=""):
        return in_transaction(
            clinic.id,
            actor,
            lambda session: series_members.cancel_following(session, actor, first, reason, NOW),
        )

    with pytest.raises(errors.MissingParameter):
        cancel(clinic.admin)
    for stranger in (clinic.other_patient, clinic.other_doctor):
        with pytest.raises(errors.AppointmentNotFound):
            cancel(stranger, "x")
    assert len(cancel(clinic.admin, "The doctor is away.").can) == 4
    assert {each.cancel_reason for each in booked(clinic, made)} == {"The doctor is away."}


def test_an_appointment_of_no_series_has_no_place(clinic):
    made = book(clinic)
    session = reading(clinic.id)
    row = session.get(Appointment, made)
    assert series_members.find_place(session, clinic.patient, row) is None
    with pytest.raises(errors.NotFound):
        series_members.find_following(session, clinic.patient, made, NOW)


def test_who_sees_a_series(world, plan):
    clinic = world.one
    colleague = colleague_slot(clinic, 3, 9)
    with transaction(clinic.id) as session:
        first = MONDAY + WEEK
        last = first + timedelta(days=6)
        exclude_days(session, clinic.admin, clinic.doctor.profile_id, first, last)
    instead = Choice(colleague, MONDAY + WEEK + timedelta(days=3))
    made = book_series(clinic, wish_of(clinic), {**planned(plan()), 2: instead})
    session = reading(clinic.id)

    def seen(actor) -> list[int]:
        members = series_members.list_members(session, actor, made)
        assert members.total == 4
        return [members.numbers[each.id] for each in members.appointments]

    assert seen(clinic.patient) == seen(clinic.admin) == [1, 2, 3, 4]
    assert seen(clinic.doctor) == [1, 3, 4] and seen(clinic.other_doctor) == [2]
    row = booked(clinic, made)[2]
    place = series_members.find_place(session, clinic.doctor, row)
    assert (place.number, place.total) == (3, 4)
    assert place.before == booked(clinic, made)[0].id
    with pytest.raises(errors.NotFound):
        series_members.list_members(session, clinic.other_patient, made)
    db.session.remove()
    with pytest.raises(errors.NotFound):
        series_members.list_members(reading(world.two.id), world.two.admin, made)
