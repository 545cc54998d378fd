"""Appointments that recur: planned day by day, booked all or none, cancelled from one on.

The doctor works on Monday and Wednesday at nine, ten and eleven; 90 days ahead can be booked.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa

from medcor.domain import errors
from medcor.domain.appointments import AppointmentStatus as State
from medcor.domain.permissions import system_actor
from medcor.domain.scheduling import Refusal
from medcor.models import (
    AppointmentSeries,
    Clinic,
    Slot,
    TreatmentDoctor,
)
from medcor.services import holds, series, series_members
from medcor.services.holds import HoldWish
from medcor.services.series import Choice, SeriesWish
from medcor.services.slots import add_slot, exclude_days
from medcor.web.transaction import reading, transaction
from tests.appointment_helpers import MONDAY, acts, book, colleague_slot
from tests.conftest import NOW
from tests.series_helpers import book_series, booked, mail_kinds, planned, wish_of

WEEK = timedelta(days=7)


@pytest.fixture()
def plan(clinic):
    def make(actor=None, now=NOW, **changes):
        return series.plan_series(
            reading(clinic.id), actor or clinic.patient, wish_of(clinic, **changes), now
        )

    return make


def test_a_free_plan_lists_every_day_and_writes_nothing(clinic, plan):
    made = plan(weeks=2, times=5)
    assert [each.day for each in made.occurrences] == [MONDAY + 2 * WEEK * n for n in range(5)]
    assert all(each.is_free and not each.alternatives for each in made.occurrences)
    assert made.conflicts == 0
    assert booked(clinic) == []


def test_conflicts_are_named_and_alternatives_lie_in_the_same_week(clinic, plan):
    book(clinic, 0, MONDAY + WEEK, clinic.other_patient)
    with transaction(clinic.id) as session:
        day = MONDAY + 2 * WEEK
        exclude_days(session, clinic.admin, clinic.doctor.profile_id, day, day)
    made = plan()
    assert [each.refusals for each in made.occurrences] == [
        (),
        (Refusal.DOCTOR_BUSY,),
        (Refusal.EXCLUDED,),
        (),
    ]
    second, third = made.occurrences[1:3]
    assert [(each.day, each.slot.start) for each in second.alternatives] == [
        (MONDAY + WEEK, time(10)),
        (MONDAY + WEEK, time(11)),
        (MONDAY + WEEK + timedelta(days=2), time(9)),
    ]
    assert [each.day for each in third.alternatives] == [MONDAY + 2 * WEEK + timedelta(days=2)] * 3


def test_others_stand_in_where_the_doctor_has_nothing(clinic, plan):
    colleague_slot(clinic, 3, 9)
    with transaction(clinic.id) as session:
        first = MONDAY + WEEK
        exclude_days(
            session, clinic.admin, clinic.doctor.profile_id, first, first + timedelta(days=6)
        )
    made = plan()
    (stand_in,) = made.occurrences[1].alternatives
    assert stand_in.slot.doctor_id == clinic.other_doctor.profile_id
    assert stand_in.day == MONDAY + WEEK + timedelta(days=3)
    assert made.names[clinic.other_doctor.profile_id] == "Dr. Second-Doctor Test"
    # A doctor plans in their own times only.
    own = plan(clinic.doctor, patient_id=clinic.patient.profile_id)
    assert own.occurrences[1].alternatives == ()


def test_what_lies_past_the_horizon_is_too_far(clinic, plan):
    made = plan(times=26)
    far = [each for each in made.occurrences if not each.is_free]
    assert {each.refusals for each in far} == {(Refusal.TOO_FAR,)}
    horizon = date(2026, 3, 4) + timedelta(days=90)
    assert [each.day > horizon for each in made.occurrences] == [
        not each.is_free for each in made.occurrences
    ]
    assert all(alternative.day <= horizon for each in far for alternative in each.alternatives)


def test_the_patients_own_appointments_are_in_the_way_and_own_holds_are_not(clinic, plan):
    other = colleague_slot(clinic, 0, 9)
    book(clinic, day=MONDAY + WEEK, doctor_id=clinic.other_doctor.profile_id, slot_id=other)
    held = HoldWish(clinic.doctor.profile_id, clinic.treatment_id, clinic.slot_ids[0], MONDAY)
    with transaction(clinic.id, clinic.patient) as session:
        holds.hold_time(session, clinic.patient, held, NOW)
    assert [each.refusals for each in plan(times=2).occurrences] == [(), (Refusal.PATIENT_BUSY,)]
    theirs = plan(clinic.other_patient, times=2)
    assert [each.refusals for each in theirs.occurrences] == [(Refusal.HELD,), ()]


@pytest.mark.parametrize(("weeks", "times"), [(0, 4), (3, 4), (1, 1), (1, 27), (-1, -1)])
def test_a_rhythm_that_nobody_may_have_is_refused(plan, weeks, times):
    with pytest.raises(errors.InvalidInput):
        plan(weeks=weeks, times=times)


def test_all_are_booked_with_one_mail_and_their_places(clinic, plan):
    wish = wish_of(clinic)
    made = book_series(clinic, wish, planned(plan()))
    rows = booked(clinic, made)
    assert [each.day for each in rows] == [MONDAY + WEEK * n for n in range(4)]
    assert {(each.status, each.door) for each in rows} == {(State.PENDING, "page")}
    assert mail_kinds(clinic) == ["series_booked"]
    session = reading(clinic.id)
    places = [series_members.find_place(session, clinic.patient, each) for each in rows]
    assert [(each.number, each.total) for each in places] == [(n, 4) for n in (1, 2, 3, 4)]
    assert [(each.before, each.after) for each in places] == [
        (0, rows[1].id),
        (rows[0].id, rows[2].id),
        (rows[1].id, rows[3].id),
        (rows[2].id, 0),
    ]
    assert [each.follow for each in places] == [4, 3, 2, 1]
    assert len(acts(clinic, "series.booked")) == 1
    assert len(acts(clinic, "appointment.booked")) == 4


def test_some_are_left_out_and_others_replaced(clinic, plan):
    book(clinic, 0, MONDAY + WEEK, clinic.other_patient)
    made = plan()
    instead = made.occurrences[1].alternatives[2]
    choices = planned(made)
    choices[2] = Choice(instead.slot.id, instead.day)
    del choices[3]
    rows = booked(clinic, book_series(clinic, wish_of(clinic), choices))
    assert [(each.day, each.start_time) for each in rows] == [
        (MONDAY, time(9)),
        (instead.day, instead.slot.start),
        (MONDAY + 3 * WEEK, time(9)),
    ]


def test_a_repeat_of_the_request_changes_nothing(clinic, plan):
    choices = planned(plan())
    made = book_series(clinic, wish_of(clinic), choices)
    assert book_series(clinic, wish_of(clinic), choices) == made
    assert book_series(clinic, wish_of(clinic), {}) == made
    assert len(booked(clinic)) == 4 and mail_kinds(clinic) == ["series_booked"]


def test_a_time_that_went_meanwhile_books_nothing_and_tells_the_fresh_plan(clinic, plan):
    choices = planned(plan())
    book(clinic, 0, MONDAY + 2 * WEEK, clinic.other_patient)
    with pytest.raises(errors.SeriesConflict) as refused:
        book_series(clinic, wish_of(clinic), choices)
    assert refused.value.details["numbers"] == [3]
    fresh = refused.value.details["plan"]
    assert [each.is_free for each in fresh.occurrences] == [True, True, False, True]
    assert len(booked(clinic)) == 1
    session = reading(clinic.id)
    assert session.scalars(sa.select(AppointmentSeries)).all() == []


def test_an_alternative_that_went_meanwhile_books_nothing_either(clinic, plan):
    book(clinic, 0, MONDAY + WEEK, clinic.other_patient)
    made = plan()
    instead = made.occurrences[1].alternatives[0]
    choices = {**planned(made), 2: Choice(instead.slot.id, instead.day)}
    book(clinic, 1, instead.day, clinic.other_patient)
    with pytest.raises((errors.SeriesConflict, errors.SlotTaken)):
        book_series(clinic, wish_of(clinic), choices)
    assert len(booked(clinic)) == 2


def test_a_paused_opening_is_no_series(clinic, plan):
    choices = planned(plan())
    with transaction(clinic.id) as session:
        session.execute(sa.update(Slot).where(Slot.id == clinic.slot_ids[0]).values(is_paused=True))
    assert {each.refusals for each in plan().occurrences} == {(Refusal.NO_SLOT_AT_THAT_TIME,)}
    with pytest.raises(errors.SeriesConflict):
        book_series(clinic, wish_of(clinic), choices)


@pytest.mark.parametrize(
    "bad",
    [
        lambda clinic: Choice(clinic.slot_ids[1], MONDAY + WEEK),
        lambda clinic: Choice(10**6, MONDAY),
        lambda clinic: Choice(clinic.slot_ids[1], MONDAY - timedelta(days=1)),
    ],
    ids=["another week", "no opening", "the week before"],
)
def test_only_a_time_of_the_same_week_stands_in(clinic, bad):
    with pytest.raises(errors.SeriesConflict):
        book_series(clinic, wish_of(clinic), {1: bad(clinic)})
    assert booked(clinic) == []


def test_another_clinics_opening_stands_in_for_nothing(world):
    foreign = Choice(world.two.slot_ids[0], MONDAY)
    with pytest.raises(errors.SeriesConflict):
        book_series(world.one, wish_of(world.one), {1: foreign})
    with pytest.raises(errors.SlotNotFound):
        book_series(world.one, wish_of(world.two), {1: foreign})


def test_nothing_chosen_is_no_series(clinic):
    with pytest.raises(errors.MissingParameter):
        book_series(clinic, wish_of(clinic), {})
    with pytest.raises(errors.MissingParameter):
        book_series(clinic, wish_of(clinic), {9: Choice(clinic.slot_ids[0], MONDAY)})


def test_staff_book_for_a_patient_and_confirm_at_once(clinic, plan):
    wish = wish_of(clinic, patient_id=clinic.patient.profile_id)
    made = book_series(clinic, wish, planned(plan(times=4)), actor=clinic.doctor, confirmed=True)
    rows = booked(clinic, made)
    assert {(each.status, each.door) for each in rows} == {(State.CONFIRMED, "desk")}
    assert mail_kinds(clinic) == ["series_booked"]
    with pytest.raises(errors.SlotNotFound):
        book_series(clinic, wish, planned(plan()), actor=clinic.other_doctor, key="another")
    with pytest.raises(errors.PatientNotFound):
        book_series(clinic, wish_of(clinic), planned(plan()), actor=clinic.admin, key="third")


def test_a_series_keeps_its_local_time_when_the_clocks_change(clinic):
    """Berlin: summer time begins on 29 March 2026 and ends on 25 October."""
    with transaction(clinic.id) as session:
        session.get(Clinic, clinic.id).zone = "Europe/Berlin"
        session.get(Clinic, clinic.id).horizon_days = 365
    for first in (date(2026, 3, 23), date(2026, 10, 19)):
        now = datetime.combine(first, time(), UTC) - timedelta(days=3)
        wish = wish_of(clinic, first=first, times=3)
        made = series.plan_series(reading(clinic.id), clinic.patient, wish, now)
        key = first.isoformat()
        rows = booked(clinic, book_series(clinic, wish, planned(made), key=key, now=now))
        assert {each.start_time for each in rows} == {time(9)}
        apart = [later.starts_at - each.starts_at for each, later in pairwise(rows)]
        change = timedelta(hours=-1 if first.month == 3 else 1)
        assert apart == [WEEK + change, WEEK]


def test_an_opening_in_the_gap_of_spring_is_impossible_that_once(clinic):
    with transaction(clinic.id) as session:
        session.get(Clinic, clinic.id).zone = "Europe/Berlin"
        doctor, actor = clinic.doctor.profile_id, system_actor(clinic.id)
        night = add_slot(session, actor, doctor, 6, time(2), time(2, 30)).id
    wish = SeriesWish(clinic.treatment_id, night, date(2026, 3, 22), 1, 3)
    made = series.plan_series(reading(clinic.id), clinic.patient, wish, NOW)
    assert [each.refusals for each in made.occurrences] == [(), (Refusal.IMPOSSIBLE_TIME,), ()]


def test_a_treatment_of_another_doctor_is_not_repeated(clinic, plan):
    with pytest.raises(errors.TreatmentNotFound):
        series.plan_series(
            reading(clinic.id),
            clinic.patient,
            SeriesWish(clinic.other_treatment_id, clinic.slot_ids[0], MONDAY, 1, 3),
            NOW,
        )
    with transaction(clinic.id) as session:
        session.add(
            TreatmentDoctor(
                treatment_id=clinic.other_treatment_id, doctor_id=clinic.doctor.profile_id
            )
        )
    made = series.plan_series(
        reading(clinic.id),
        clinic.patient,
        SeriesWish(clinic.other_treatment_id, clinic.slot_ids[0], MONDAY, 1, 3),
        NOW,
    )
    assert made.conflicts == 0
