"""Offers in the moment in which somebody answers, books, cancels, or the time runs out."""

from __future__ import annotations

import random
import threading
import time as clock
from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa

from medcor.domain import errors
from medcor.domain.appointments import LIVE
from medcor.extensions import db
from medcor.models import Appointment, Offer, OfferState
from medcor.services import booking, days_off, offers
from medcor.services.booking import BookingRequest
from medcor.services.days_off import OFFER, Absence, Decision
from medcor.web.offers_ticker import settle_due
from medcor.web.transaction import in_transaction
from tests.conftest import NOW
from tests.offer_helpers import (
    WEDNESDAY,
    cancel,
    check_claims,
    holds_of,
    new_patient,
    offers_of,
    place_of,
    set_clock,
    states_of,
    wait,
)
from tests.race_helpers import Work, side_by_side
from tests.week_helpers import MONDAY, acts, book, fresh

DUE = NOW + timedelta(hours=24)
STORM_SECONDS, WORKERS = 4.0, 6


def take_off(one, *ids: int) -> Work:
    decision = Decision(OFFER, frozenset(ids))
    doctor_id, absence = one.doctor.profile_id, Absence(MONDAY, MONDAY)
    return lambda session: (
        days_off.add_days_off(session, one.admin, doctor_id, absence, decision, NOW).outcome
    )


def booking_of(one, patient, slot: int, day) -> Work:
    wish = BookingRequest(one.doctor.profile_id, one.treatment_id, one.slot_ids[slot], day)
    return lambda session: booking.book_appointment(session, patient, wish, NOW).id


def cancelling(one, appointment_id: int) -> Work:
    return lambda session: (
        booking.cancel_appointment(session, one.admin, appointment_id, "Plans changed.", NOW).id
    )


@pytest.fixture()
def offer(one) -> Offer:
    """Wednesday at nine instead of Monday at nine."""
    made = book(one, 0)
    db.session.remove()
    in_transaction(one.id, None, take_off(one, made))
    db.session.remove()
    return offers_of(one)[0]


def accepting(offer: Offer, patient, at=DUE - timedelta(seconds=1)) -> Work:
    offer_id = offer.id
    return lambda session: offers.accept(session, patient, offer_id, at).id


def declining(offer: Offer, patient) -> Work:
    offer_id = offer.id
    return lambda session: offers.decline(session, patient, offer_id, NOW).id


def expiring(one, offer: Offer) -> Work:
    offer_id, doctor_id = offer.id, offer.doctor_id
    return lambda session: offers.expire(session, one.id, offer_id, doctor_id, DUE)


def test_an_answer_in_the_last_moment_counts(app, one, offer):
    appointment_id = offer.appointment_id
    made, expired = side_by_side(app, one.id, accepting(offer, one.patient), expiring(one, offer))
    assert made == appointment_id and expired is False
    assert states_of(one) == ["accepted"] and place_of(one, appointment_id)[0] == WEDNESDAY
    check_claims(one)


def test_an_answer_that_comes_while_it_runs_out_is_told(app, one, offer):
    appointment_id = offer.appointment_id
    expired, late = side_by_side(app, one.id, expiring(one, offer), accepting(offer, one.patient))
    assert expired is True and isinstance(late, errors.OfferOver)
    assert states_of(one) == ["unanswered"] and place_of(one, appointment_id)[0] == MONDAY
    check_claims(one)


def test_two_tickers_settle_an_offer_once(app, one):
    freed = book(one, 0)
    wait(one, one.other_patient)
    wait(one, new_patient(one, "third"), at=NOW + timedelta(seconds=1))
    cancel(one, one.patient, freed)
    (held,) = offers_of(one)
    both = side_by_side(app, one.id, expiring(one, held), expiring(one, held))
    assert both == (True, False)
    assert states_of(one) == ["unanswered", "open"] and acts(one).count("offer.unanswered") == 1
    check_claims(one)


def test_two_presses_at_once_move_once(app, one, offer):
    appointment_id = offer.appointment_id
    accept = accepting(offer, one.patient)
    assert side_by_side(app, one.id, accept, accept) == (appointment_id, appointment_id)
    assert acts(one).count("appointment.moved") == acts(one).count("offer.accepted") == 1


@pytest.mark.parametrize("accept_first", [True, False])
def test_of_yes_and_no_at_once_one_counts(app, one, offer, accept_first):
    works = [accepting(offer, one.patient), declining(offer, one.patient)]
    first, second = side_by_side(app, one.id, *(works if accept_first else works[::-1]))
    assert not isinstance(first, errors.DomainError) and isinstance(second, errors.OfferOver)
    assert states_of(one) == ["accepted" if accept_first else "declined"]
    check_claims(one)


@pytest.mark.parametrize("accept_first", [True, False])
def test_accepting_while_the_appointment_is_cancelled(app, one, offer, accept_first):
    appointment_id = offer.appointment_id
    works = [accepting(offer, one.patient), cancelling(one, appointment_id)]
    first, second = side_by_side(app, one.id, *(works if accept_first else works[::-1]))
    assert first == appointment_id
    assert second == appointment_id if accept_first else isinstance(second, errors.OfferOver)
    assert place_of(one, appointment_id)[3] == "Cancelled" and holds_of(one) == []
    assert states_of(one) == ["accepted" if accept_first else "overtaken"]
    check_claims(one)


def test_nobody_slips_in_between_a_freed_time_and_its_offer(app, one):
    freed = book(one, 0)
    third = new_patient(one, "third")
    wait(one, one.other_patient)
    done, late = side_by_side(
        app, one.id, cancelling(one, freed), booking_of(one, third, 0, MONDAY)
    )
    assert done == freed and isinstance(late, errors.SlotTaken)
    assert holds_of(one) == [(one.other_patient.profile_id, MONDAY, "09:00")]


def test_two_times_that_are_freed_at_once_go_to_two(app, one):
    both = book(one, 0), book(one, 1, patient=one.other_patient)
    people = [new_patient(one, name) for name in ("third", "fourth")]
    for number, who in enumerate(people):
        wait(one, who, at=NOW + timedelta(seconds=number))
    side_by_side(app, one.id, *(cancelling(one, each) for each in both))
    assert sorted(each.patient_id for each in offers_of(one)) == [who.profile_id for who in people]
    assert len(holds_of(one)) == 2
    check_claims(one)


def test_days_off_offer_another_time_if_one_is_just_booked(app, one):
    made, third = book(one, 0), new_patient(one, "third")
    booked, outcome = side_by_side(
        app, one.id, booking_of(one, third, 3, WEDNESDAY), take_off(one, made)
    )
    assert isinstance(booked, int) and outcome.offered == 1
    (held,) = offers_of(one)
    assert (held.day, f"{held.start_time:%H:%M}") == (WEDNESDAY, "10:00")
    check_claims(one)


def test_who_books_a_time_that_is_just_offered_is_told(app, one):
    made, third = book(one, 0), new_patient(one, "third")
    outcome, late = side_by_side(
        app, one.id, take_off(one, made), booking_of(one, third, 3, WEDNESDAY)
    )
    assert outcome.offered == 1 and isinstance(late, errors.SlotTaken)
    check_claims(one)


class Storm:
    """One of several who book, cancel, answer and settle at random."""

    def __init__(self, app, one, people, seed: int) -> None:
        self.app, self.one, self.people = app, one, people
        self.random, self.outcomes = random.Random(seed), Counter()

    def run(self, until: float) -> None:
        with self.app.app_context():
            while clock.monotonic() < until:
                act = self.random.choice((self.book, self.cancel, self.answer, self.settle))
                try:
                    self.outcomes[act()] += 1
                except errors.DomainError as error:
                    self.outcomes[error.code] += 1
                finally:
                    db.session.remove()

    def book(self) -> str:
        who, slot = self.random.choice(self.people), self.random.randrange(3)
        in_transaction(self.one.id, who, booking_of(self.one, who, slot, MONDAY))
        return "booked"

    def pick(self, wanted) -> int | None:
        found = list(fresh(self.one.id).scalars(wanted))
        db.session.remove()
        return self.random.choice(found) if found else None

    def cancel(self) -> str:
        live = sa.select(Appointment.id).where(Appointment.status.in_(sorted(LIVE)))
        chosen = self.pick(live)
        if chosen is None:
            return "nothing"
        in_transaction(self.one.id, None, cancelling(self.one, chosen))
        return "cancelled"

    def answer(self) -> str:
        chosen = self.pick(sa.select(Offer.id).where(Offer.state == OfferState.OPEN))
        if chosen is None:
            return "nothing"
        patient_id = fresh(self.one.id).get_one(Offer, chosen).patient_id
        who = next(each for each in self.people if each.profile_id == patient_id)
        answer = self.random.choice((offers.accept, offers.decline))
        db.session.remove()
        in_transaction(self.one.id, who, lambda session: answer(session, who, chosen, NOW).id)
        return answer.__name__

    def settle(self) -> str:
        settle_due()
        return "settled"


def test_a_storm_leaves_no_time_to_two_and_no_loser_untold(app, one):
    people = [one.patient, one.other_patient, *(new_patient(one, f"p{n}") for n in range(6))]
    for number, who in enumerate(people[2:]):
        wait(one, who, at=NOW + timedelta(seconds=number))
    until = clock.monotonic() + STORM_SECONDS
    storms = [Storm(app, one, people, seed) for seed in range(WORKERS)]
    threads = [threading.Thread(target=each.run, args=(until,)) for each in storms]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    total = sum((each.outcomes for each in storms), Counter())
    assert total["booked"] and total["cancelled"] and total["accept"] + total["decline"], total
    # Every loser got a word that names why; nothing was given up for the database's sake.
    assert set(total) <= {
        "booked",
        "cancelled",
        "accept",
        "decline",
        "settled",
        "nothing",
        "slot_taken",
        "patient_busy",
        "transition_refused",
        "offer_over",
    }, total
    check_claims(one)
    opened = [each for each in offers_of(one) if each.state is OfferState.OPEN]
    # Who books an offered time by themselves ends its hold; the offer is answered, or runs out.
    assert len(holds_of(one)) <= len(opened)
    assert len({each.waiting_id for each in opened}) == len(opened)
    known = Counter((each.waiting_id, each.starts_at) for each in offers_of(one))
    assert max(known.values(), default=0) <= 1
    # What runs out is passed on to the next in line, until everybody has been asked.
    for hours in range(3, 3 * len(people) + 3, 3):
        set_clock(app, NOW + timedelta(hours=hours))
        settle_due()
    assert "open" not in states_of(one) and holds_of(one) == []
