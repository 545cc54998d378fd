"""The log of talks: written once, shipped once to MongoDB over TCP, caught up after outages."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from medcor.extensions import db
from medcor.integrations.conversation_log import LogUnavailable, MongoLog
from medcor.models import ConversationMessage, MessageType
from medcor.models.tenancy import across_clinics
from medcor.services import conversations
from medcor.services.conversations import HistoryWish, LogReader, log_message
from medcor.web import tickers
from medcor.web.transaction import reading, transaction
from tests.conftest import NOW
from tests.servers import wait_until


@pytest.fixture()
def store(app, mongo) -> MongoLog:
    return app.extensions["medcor"].parts["conversation_log"]


def write(actor, number: int, kind: MessageType = MessageType.USER, **changes) -> bool:
    values = {
        "session_id": "talk-1",
        "turn_id": f"turn-{number}",
        "message_id": f"{actor.clinic_id}-{number}",
        "message_type": kind,
        "content": f"Öneri {number}: a cleaning, please.",
        "source": "voice",
        "interrupted": False,
        "now": NOW + timedelta(seconds=number),
    }
    with transaction(actor.clinic_id, actor) as session:
        return log_message(session, actor, **{**values, **changes})


def look(clinic_id: int):
    def run(work):
        try:
            return work(reading(clinic_id))
        finally:
            db.session.remove()

    return run


def waiting() -> int:
    db.session.remove()
    session = db.session()
    with across_clinics(session, "tests count what waits"):
        found = sa.select(sa.func.count(ConversationMessage.id)).where(
            ConversationMessage.shipped_at.is_(None)
        )
        return session.scalar(found)


def test_a_message_is_written_once(world):
    actor = world.one.patient
    assert write(actor, 1) is True
    assert write(actor, 1) is False
    assert write(actor, 1, content="something else") is False
    (row,) = conversations.list_messages(reading(world.one.id), HistoryWish(actor.user_id))
    assert row.content == "Öneri 1: a cleaning, please."
    assert (row.message_type, row.created_at, row.turn_id) == (
        MessageType.USER,
        NOW + timedelta(seconds=1),
        "turn-1",
    )


def test_a_repeat_does_not_spoil_the_transaction_it_is_in(world):
    actor = world.one.patient
    write(actor, 1)
    with transaction(world.one.id, actor) as session:
        common = {
            "session_id": "s",
            "turn_id": "t",
            "message_type": MessageType.LLM,
            "content": "x",
            "source": "assistant",
            "interrupted": False,
            "now": NOW,
        }
        assert not log_message(session, actor, message_id="1-1", **common)
        assert log_message(session, actor, message_id="1-2", **common)
    assert waiting() == 2


def test_writers_of_one_id_at_the_same_time_leave_one_row(app, world):
    actor, results = world.one.patient, []
    start = threading.Barrier(6)

    def run() -> None:
        with app.app_context():
            start.wait(10)
            results.append(write(actor, 7))

    threads = [threading.Thread(target=run) for _number in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(20)
    assert sorted(results) == [False] * 5 + [True]


def test_history_is_ones_own_newest_first_and_searched(world):
    actor = world.one.patient
    for number in range(5):
        write(actor, number, session_id="old" if number < 2 else "new")
    write(world.one.other_patient, 50)
    write(world.two.patient, 60)
    session = reading(world.one.id)
    all_of_it = conversations.list_messages(session, HistoryWish(actor.user_id))
    assert [each.message_id for each in all_of_it] == ["1-4", "1-3", "1-2", "1-1", "1-0"]
    one_talk = conversations.list_messages(session, HistoryWish(actor.user_id, session_id="old"))
    assert [each.message_id for each in one_talk] == ["1-1", "1-0"]
    found = conversations.list_messages(
        session, HistoryWish(actor.user_id, search="NERI 3: A CLEAN")
    )
    assert [each.message_id for each in found] == ["1-3"]
    assert not conversations.list_messages(session, HistoryWish(actor.user_id, search="%"))
    page = HistoryWish(actor.user_id, before=all_of_it[1].created_at, limit=2)
    assert [each.message_id for each in conversations.list_messages(session, page)] == [
        "1-2",
        "1-1",
    ]


def test_everything_is_shipped_once_with_all_its_fields(world, mongo, store):
    write(world.one.patient, 1)
    write(world.one.patient, 2, MessageType.LLM, content="Which one?", interrupted=True)
    write(world.two.doctor, 3)
    assert tickers.ship_waiting() == 3
    assert tickers.ship_waiting() == 0
    assert waiting() == 0
    found = list(mongo.messages.find().sort("journal_id", 1))
    assert [each["_id"] for each in found] == ["1-1", "1-2", "2-3"]
    assert found[0] | {"journal_id": 0} == {
        "_id": "1-1",
        "message_type": "user",
        "timestamp": NOW + timedelta(seconds=1),
        "content": "Öneri 1: a cleaning, please.",
        "user_id": world.one.patient.user_id,
        "user_email": "patient@one.test",
        "role": "patient",
        "tenant": f"clinic_{world.one.id}",
        "session_id": "talk-1",
        "turn_id": "turn-1",
        "source": "voice",
        "interrupted": False,
        "journal_id": 0,
    }
    assert (found[1]["message_type"], found[1]["interrupted"]) == ("llm", True)
    assert (found[2]["tenant"], found[2]["role"]) == (f"clinic_{world.two.id}", "doctor")


def test_a_shipper_that_died_before_marking_doubles_nothing(world, mongo, store):
    for number in range(3):
        write(world.one.patient, number)
    documents = conversations.read_pending(db.session(), 10)
    db.session.remove()
    store.write(documents)
    mongo.messages.update_one({"_id": "1-0"}, {"$set": {"seen": "yes"}})
    assert tickers.ship_waiting() == 3
    assert mongo.messages.count_documents({}) == 3
    assert mongo.messages.find_one({"_id": "1-0"})["seen"] == "yes"


def test_two_shippers_at_once_ship_each_message_once(app, world, mongo, store, monkeypatch):
    monkeypatch.setattr(conversations, "BATCH", 7)
    for number in range(60):
        write(world.one.patient, number)
    errors: list[BaseException] = []

    def ship() -> None:
        with app.app_context():
            try:
                while tickers.ship_waiting():
                    pass
            except BaseException as error:
                errors.append(error)

    threads = [threading.Thread(target=ship) for _number in range(3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    assert not errors
    assert waiting() == 0
    assert mongo.messages.count_documents({}) == 60


def test_an_outage_loses_nothing_and_is_caught_up(app, world, mongo, store, monkeypatch):
    monkeypatch.setattr(tickers, "FIRST_RETRY_SECONDS", 0.05)
    stop = threading.Event()
    shipper = threading.Thread(target=tickers.run_log_shipper, args=(app, stop, 0.02))
    shipper.start()
    try:
        write(world.one.patient, 1)
        wait_until(lambda: waiting() == 0, 20, "the first message was not shipped")
        mongo.kill()
        for number in range(2, 30):
            write(world.one.patient, number)
        with pytest.raises(LogUnavailable):
            store.write(conversations.read_pending(db.session(), 5))
        db.session.remove()
        assert waiting() == 28
        assert shipper.is_alive()
        mongo.start()
        wait_until(lambda: waiting() == 0, 40, "the log was not caught up")
    finally:
        stop.set()
        shipper.join(20)
    assert not shipper.is_alive()
    found = [each["_id"] for each in mongo.messages.find().sort("journal_id", 1)]
    assert found == [f"1-{number}" for number in range(1, 30)]


def test_the_shipper_ends_at_once_without_mongodb(app):
    tickers.run_log_shipper(app, threading.Event(), 60)


def test_history_is_read_from_mongodb_with_what_still_waits(world, mongo, store):
    actor = world.one.patient
    write(actor, 1)
    write(actor, 2)
    write(world.one.other_patient, 10)
    tickers.ship_waiting()
    write(actor, 3)
    mongo.messages.update_one({"_id": "1-1"}, {"$set": {"content": "from MongoDB"}})
    reader = LogReader(look(world.one.id), store)
    found = reader.read(actor, HistoryWish(actor.user_id))
    assert [each.message_id for each in found] == ["1-3", "1-2", "1-1"]
    assert found[2].content == "from MongoDB"
    assert found[0].created_at == NOW + timedelta(seconds=3)
    searched = reader.read(actor, HistoryWish(actor.user_id, search="FROM mongo"))
    assert [each.message_id for each in searched] == ["1-1"]
    assert not reader.read(actor, HistoryWish(actor.user_id, search=".*"))
    before = HistoryWish(actor.user_id, before=found[0].created_at, limit=1)
    assert [each.message_id for each in reader.read(actor, before)] == ["1-2"]
    assert not reader.read(world.two.patient, HistoryWish(world.two.patient.user_id))


def test_without_mongodb_the_journal_answers(world, mongo, store):
    actor = world.one.patient
    write(actor, 1)
    tickers.ship_waiting()
    assert [
        each.message_id
        for each in LogReader(look(world.one.id)).read(actor, HistoryWish(actor.user_id))
    ] == ["1-1"]
    gone = MongoLog("mongodb://127.0.0.1:1", connect_ms=100, answer_ms=100)
    try:
        reader = LogReader(look(world.one.id), gone)
        assert [each.message_id for each in reader.read(actor, HistoryWish(actor.user_id))] == [
            "1-1"
        ]
    finally:
        gone.close()
