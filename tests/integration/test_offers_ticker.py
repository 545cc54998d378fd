"""The ticker of offers: every clinic in turn, errors never end it, holds are cleared away."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from medcor.domain import errors
from medcor.services import holds, offers
from medcor.services.holds import HoldWish
from medcor.web.offers_ticker import run_offers_ticker, settle_due
from medcor.web.transaction import transaction
from tests.conftest import NOW
from tests.offer_helpers import cancel, check_claims, holds_of, set_clock, states_of, wait
from tests.week_helpers import MONDAY, book

LATER = NOW + timedelta(hours=2)


def offer_in(clinic) -> None:
    """Somebody on the waiting list is offered a freed time."""
    made = book(clinic, 0)
    wait(clinic, clinic.other_patient)
    cancel(clinic, clinic.patient, made)


def test_each_clinic_is_settled_in_its_own_scope(app, world):
    for clinic in (world.one, world.two):
        offer_in(clinic)
    set_clock(app, LATER)
    assert settle_due()["offers"] == 2
    assert states_of(world.one) == states_of(world.two) == ["unanswered"]


def test_one_clinics_failure_keeps_no_other_waiting(app, world, monkeypatch):
    for clinic in (world.one, world.two):
        offer_in(clinic)
    set_clock(app, LATER)
    expire = offers.expire

    def failing(session, clinic_id, *rest):
        if clinic_id == world.one.id:
            raise RuntimeError("out of order")
        return expire(session, clinic_id, *rest)

    monkeypatch.setattr(offers, "expire", failing)
    assert settle_due()["offers"] == 1
    assert states_of(world.one) == ["open"] and states_of(world.two) == ["unanswered"]


def test_the_ticker_goes_on_after_an_error_and_ends_when_told(app, world, monkeypatch):
    offer_in(world.one)
    set_clock(app, LATER)
    stop, rounds, due = threading.Event(), [], offers.list_due

    def counted(session, now):
        rounds.append(now)
        if len(rounds) == 1:
            raise RuntimeError("out of order")
        if len(rounds) > 3:
            stop.set()
        return due(session, now)

    monkeypatch.setattr(offers, "list_due", counted)
    ticker = threading.Thread(target=run_offers_ticker, args=(app, stop, 0.01))
    ticker.start()
    ticker.join(30)
    assert not ticker.is_alive()
    assert states_of(world.one) == ["unanswered"]


def test_holds_that_ran_out_are_cleared_away(app, world):
    one = world.one
    wish = HoldWish(one.doctor.profile_id, one.treatment_id, one.slot_ids[0], MONDAY)
    with transaction(one.id) as session:
        holds.hold_time(session, one.patient, wish, NOW)
    set_clock(app, NOW + timedelta(minutes=4))
    assert settle_due().total() == 0 and len(holds_of(one)) == 1
    set_clock(app, NOW + timedelta(minutes=5))
    assert settle_due()["holds"] == 1 and holds_of(one) == []
    check_claims(one)


def test_who_confirms_an_offered_time_the_usual_way_keeps_the_offer(app, world):
    one = world.one
    waits = one.other_patient
    offer_in(one)
    (kept,) = holds_of(one)
    wish = HoldWish(one.doctor.profile_id, one.treatment_id, one.slot_ids[0], MONDAY)
    with transaction(one.id, waits) as session:
        hold = holds.hold_time(session, waits, wish, NOW)
        hold_id, until = hold.id, hold.expires_at
        assert hold.offer_id is not None and until > NOW + holds.HOLD_LIFE
    assert holds_of(one) == [kept]
    # Nor is it given back by leaving the page.
    with pytest.raises(errors.NotFound), transaction(one.id, waits) as session:
        holds.release_hold(session, waits, hold_id, NOW)
    assert holds_of(one) == [kept] and states_of(one) == ["open"]
