"""Erasure reaches the copy of the talks in MongoDB, over outages and batches on their way."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest

from medcor.extensions import db
from medcor.integrations.conversation_log import LogUnavailable
from medcor.models import ConversationMessage, ErasureRequest, MessageType
from medcor.services import conversations, erasure
from medcor.services.conversations import log_message
from medcor.services.erasure import Wording
from medcor.web import tickers
from medcor.web.transaction import reading, transaction
from tests.conftest import NOW
from tests.mongo import Mongo
from tests.record_helpers import count
from tests.servers import wait_until


def say(actor, number: int) -> None:
    with transaction(actor.clinic_id, actor) as session:
        log_message(
            session,
            actor,
            session_id="talk",
            turn_id=f"turn-{number}",
            message_id=f"{actor.clinic_id}-{actor.user_id}-{number}",
            message_type=MessageType.USER,
            content=f"words {number}",
            source="voice",
            interrupted=False,
            now=NOW,
        )
    db.session.remove()


def erase(world) -> int:
    """Erase the first clinic's patient; gives the request's id."""
    patient, admin = world.one.patient, world.one.admin
    with transaction(world.one.id, patient) as session:
        request_id = erasure.ask_erasure(session, patient, "", NOW).id
    with transaction(world.one.id, admin) as session:
        erasure.carry_out_erasure(session, admin, request_id, Wording("Erased", "x"), NOW)
    db.session.remove()
    return request_id


def forgotten_at(world, request_id: int) -> datetime | None:
    db.session.remove()
    return reading(world.one.id).get(ErasureRequest, request_id).log_erased_at


def said_in(mongo: Mongo) -> set[str]:
    return {each["_id"] for each in mongo.messages.find()}


def test_the_copy_goes_at_once_and_others_keep_theirs(app, world, mongo):
    patient = world.one.patient
    for actor in (patient, world.one.other_patient, world.two.patient):
        say(actor, 1)
    tickers.ship_waiting()
    request_id = erase(world)
    assert len(said_in(mongo)) == 3
    assert tickers.forget_erased() == 0
    assert said_in(mongo) == {
        f"{each.clinic_id}-{each.user_id}-1"
        for each in (world.one.other_patient, world.two.patient)
    }
    assert forgotten_at(world, request_id) is None
    app.extensions["medcor"].clock = lambda: NOW + timedelta(minutes=1)
    assert tickers.forget_erased() == 1
    assert forgotten_at(world, request_id) == NOW + timedelta(minutes=1)
    assert tickers.forget_erased() == 0


def test_a_batch_that_was_under_way_is_caught(app, world, mongo):
    say(world.one.patient, 1)
    under_way = conversations.read_pending(db.session(), 10)
    db.session.remove()
    request_id = erase(world)
    tickers.forget_erased()
    # Another process had read the message before the erasure and writes it only now.
    tickers.log_store().write(under_way)
    # And a reply that was under way reaches the journal.
    say(world.one.patient, 2)
    tickers.ship_waiting()
    assert len(said_in(mongo)) == 2
    app.extensions["medcor"].clock = lambda: NOW + timedelta(minutes=1)
    tickers.forget_erased()
    assert not said_in(mongo) and count(world.one.id, ConversationMessage) == 0
    assert forgotten_at(world, request_id) is not None


def test_an_outage_only_puts_it_off(app, world, mongo, monkeypatch):
    monkeypatch.setattr(tickers, "FIRST_RETRY_SECONDS", 0.05)
    say(world.one.patient, 1)
    tickers.ship_waiting()
    request_id = erase(world)
    app.extensions["medcor"].clock = lambda: NOW + timedelta(minutes=2)
    mongo.kill()
    with pytest.raises(LogUnavailable):
        tickers.forget_erased()
    assert forgotten_at(world, request_id) is None
    stop = threading.Event()
    shipper = threading.Thread(target=tickers.run_log_shipper, args=(app, stop, 0.02))
    shipper.start()
    try:
        mongo.start()
        wait_until(lambda: forgotten_at(world, request_id), 40, "the copy was not erased")
    finally:
        stop.set()
        shipper.join(20)
    assert not said_in(mongo)


def test_without_mongodb_it_waits(app, world):
    request_id = erase(world)
    assert tickers.forget_erased() == 0
    assert forgotten_at(world, request_id) is None
