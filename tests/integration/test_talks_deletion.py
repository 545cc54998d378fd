"""A patient deletes talks: what goes, what stays, and that no copy of them comes back."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from medcor.domain import errors
from medcor.extensions import db
from medcor.integrations.conversation_log import LogUnavailable
from medcor.models import Appointment, Handover
from medcor.services import conversations, deleted_talks, talk_sessions
from medcor.services.conversations import HistoryWish, LogReader
from medcor.services.deleted_talks import REMEMBERED_FOR
from medcor.services.log_copies import FORGET_FOR
from medcor.web import talk_ticker, tickers
from medcor.web.transaction import in_transaction, reading, transaction
from tests.conftest import NOW
from tests.mongo import Mongo
from tests.page_helpers import text_of
from tests.servers import wait_until
from tests.talk_helpers import (
    ALL_ROWS,
    Reader,
    audited,
    forgotten,
    hand_over,
    left_of,
    make_talk,
    names_of,
)
from tests.week_helpers import book

SAID = ("My tooth hurts", "I am sorry.")


@pytest.fixture()
def patient(app, world) -> Reader:
    return Reader(app.test_client(), world.one.patient)


def later(app, after: timedelta) -> None:
    app.extensions["medcor"].clock = lambda: NOW + after


def copies(mongo: Mongo) -> set[str]:
    return {each["session_id"] for each in mongo.messages.find()}


def delete(actor, name: str, now=NOW) -> bool:
    done = in_transaction(
        actor.clinic_id,
        actor,
        lambda session: deleted_talks.delete_talk(session, actor, name, now),
    )
    db.session.remove()
    return done


def test_the_page_says_what_goes_and_what_stays(patient, world):
    make_talk(world.one.patient, "gone", SAID)
    text = text_of(patient.page("/talks/gone/delete/"))
    assert "Delete this talk?" in text and "deleted, in every copy. This can't be undone." in text
    assert "appointments that you booked" in text and "If you asked for a person" in text
    assert left_of(world.one.id, "gone") == ALL_ROWS


def test_a_deleted_talk_is_gone_and_nothing_else(patient, world):
    one = world.one
    visit = book(one, patient=one.patient)
    make_talk(one.patient, "gone", SAID)
    make_talk(one.patient, "gone2", SAID)
    make_talk(one.other_patient, "theirs", SAID)
    hand_over(one.patient, "gone", closed=True)
    answer = patient.send("/talks/gone/delete/")
    assert answer.status_code == 302 and answer.headers["Location"] == "/talks/"
    assert "The talk is deleted." in text_of(patient.page("/talks/"))
    assert left_of(one.id, "gone") == set()
    assert left_of(one.id, "gone2") == left_of(one.id, "theirs") == ALL_ROWS
    session = reading(one.id)
    assert session.get(Appointment, visit) is not None
    kept = session.scalars(sa.select(Handover)).one()
    assert (kept.reason, kept.outcome) == ("Please call me.", "Called.")
    db.session.remove()
    assert patient.page("/talks/gone/").status_code == 404
    assert [action for action, _details in audited(one.id, "talk.deleted")] == ["talk.deleted"]


def test_sending_it_twice_is_harmless(patient, world):
    make_talk(world.one.patient, "gone", SAID)
    patient.send("/talks/gone/delete/")
    again = patient.send("/talks/gone/delete/")
    assert again.status_code == 302
    assert "This talk was deleted before." in text_of(patient.page("/talks/"))
    assert len(audited(world.one.id, "talk.deleted")) == 1


def test_it_needs_the_token(patient, world):
    make_talk(world.one.patient, "kept", SAID)
    assert patient.client.post("/talks/kept/delete/").status_code == 400
    assert patient.client.post("/talks/delete/", data={"before": "2026-04-01"}).status_code == 400
    assert left_of(world.one.id, "kept") == ALL_ROWS


@pytest.mark.parametrize(
    ("why", "told"),
    [("running", "This talk is still going on."), ("handed", "staff are still looking after")],
)
def test_what_can_not_be_deleted_now(patient, world, why, told):
    make_talk(world.one.patient, "kept", SAID, running=why == "running")
    if why == "handed":
        hand_over(world.one.patient, "kept", closed=False)
        hand_over(world.one.patient, "kept", closed=True)
    page = patient.page("/talks/kept/delete/")
    assert told in text_of(page) and "Delete the talk" not in page.text
    answer = patient.send("/talks/kept/delete/")
    assert answer.status_code == 409 and told in text_of(answer)
    assert left_of(world.one.id, "kept") == ALL_ROWS
    assert forgotten(world.one.id) == {}


def test_a_talk_that_ends_meanwhile_writes_nothing_more(world):
    """A deleted talk's process holds no row any more, and so can write no message."""
    make_talk(world.one.patient, "gone", SAID, lease="here")
    delete(world.one.patient, "gone")
    with transaction(world.one.id) as session, pytest.raises(errors.TalkMoved):
        talk_sessions.hold_talk(session, "gone", "here", NOW)


def test_all_before_a_day_after_seeing_how_many(patient, world):
    one = world.one
    for number in range(3):
        make_talk(one.patient, f"old-{number}", SAID, ago=timedelta(days=30 + number))
    make_talk(one.patient, "silent", ago=timedelta(days=30))
    make_talk(one.patient, "handed", SAID, ago=timedelta(days=33))
    make_talk(one.patient, "that-day", SAID, ago=timedelta(days=29))
    make_talk(one.other_patient, "theirs", SAID, ago=timedelta(days=50))
    hand_over(one.patient, "handed", closed=False)
    asked = patient.send("/talks/delete/", before="2026-02-03")
    text = text_of(asked)
    assert asked.status_code == 200 and "Delete all talks before 3 Feb 2026?" in text
    assert "3 talks are deleted." in text and "1 talk stays for now" in text
    assert len(names_of(one.id)) == 7
    done = patient.send("/talks/delete/", before="2026-02-03", sure="yes")
    assert done.status_code == 302 and "3 talks were deleted." in text_of(patient.page("/talks/"))
    assert names_of(one.id) == {"handed", "that-day", "theirs"}
    patient.send("/talks/delete/", before="2026-02-03", sure="yes")
    assert "There was no talk to delete any more." in text_of(patient.page("/talks/"))
    assert audited(one.id, "talks.deleted") == [("talks.deleted", {"talks": 3})]
    assert "no talk before that day" in text_of(patient.send("/talks/delete/", before="2026-02-03"))


@pytest.mark.parametrize("before", ["", "soon", "0001-01-01", "9999-12-31", "2026-02-30"])
def test_a_day_that_is_none(patient, before):
    answer = patient.send("/talks/delete/", before=before, sure="yes")
    assert answer.status_code == 400 and "Delete old talks" in text_of(answer)


def test_more_than_one_batch_goes(world, monkeypatch):
    monkeypatch.setattr(deleted_talks, "BATCH", 2)
    for number in range(5):
        make_talk(world.one.patient, f"old-{number}", SAID, ago=timedelta(days=9))
    with transaction(world.one.id) as session:
        done = deleted_talks.delete_older(session, world.one.patient, NOW, NOW)
    assert (done.deleted, done.kept) == (5, 0) and names_of(world.one.id) == set()


def test_the_copy_in_mongodb_goes_too(app, world, mongo):
    for actor, name in ((world.one.patient, "gone"), (world.one.patient, "kept")):
        make_talk(actor, name, SAID)
    make_talk(world.two.patient, "foreign", SAID)
    tickers.ship_waiting()
    delete(world.one.patient, "gone")
    assert copies(mongo) == {"gone", "kept", "foreign"}
    assert tickers.forget_deleted() == 0
    assert copies(mongo) == {"kept", "foreign"}
    assert forgotten(world.one.id) == {"gone": None}
    later(app, FORGET_FOR)
    assert tickers.forget_deleted() == 1
    assert forgotten(world.one.id) == {"gone": NOW + FORGET_FOR}
    assert tickers.forget_deleted() == 0


def test_a_batch_that_was_on_its_way_does_not_bring_it_back(app, world, mongo):
    make_talk(world.one.patient, "gone", SAID)
    on_its_way = conversations.read_pending(db.session(), 10)
    db.session.remove()
    delete(world.one.patient, "gone")
    tickers.forget_deleted()
    # Another process had read the messages before they were deleted and writes them only now.
    tickers.log_store().write(on_its_way)
    assert copies(mongo) == {"gone"}
    later(app, FORGET_FOR)
    tickers.forget_deleted()
    assert copies(mongo) == set()


def test_a_copy_that_is_late_is_on_no_page(app, world, mongo, patient):
    make_talk(world.one.patient, "gone", SAID)
    tickers.ship_waiting()
    delete(world.one.patient, "gone")
    assert copies(mongo) == {"gone"}
    assert patient.json("/talks/?q=tooth").json["count"] == 0


def test_an_outage_only_puts_it_off(app, world, mongo, monkeypatch):
    monkeypatch.setattr(tickers, "FIRST_RETRY_SECONDS", 0.05)
    make_talk(world.one.patient, "gone", SAID)
    tickers.ship_waiting()
    delete(world.one.patient, "gone")
    later(app, FORGET_FOR)
    mongo.kill()
    with pytest.raises(LogUnavailable):
        tickers.forget_deleted()
    assert forgotten(world.one.id) == {"gone": None}
    stop = threading.Event()
    shipper = threading.Thread(target=tickers.run_log_shipper, args=(app, stop, 0.02))
    shipper.start()
    try:
        mongo.start()
        wait_until(lambda: forgotten(world.one.id)["gone"], 40, "the copy was not deleted")
    finally:
        stop.set()
        shipper.join(20)
    assert copies(mongo) == set()


def test_search_reads_mongodb_and_the_journal_alike(app, world, mongo, patient):
    make_talk(world.one.patient, "shipped", SAID)
    tickers.ship_waiting()
    make_talk(world.one.patient, "waiting", SAID)
    make_talk(world.one.other_patient, "theirs", SAID)
    mongo.messages.update_many({"session_id": "shipped"}, {"$set": {"content": "TOOTH, there"}})
    found = patient.json("/talks/?q=tooth").json["results"]
    assert {each["session_id"]: each["found"] for each in found} == {
        "shipped": "TOOTH, there",
        "waiting": "My tooth hurts",
    }
    mongo.kill()
    try:
        found = patient.json("/talks/?q=tooth").json["results"]
        assert {each["session_id"] for each in found} == {"shipped", "waiting"}
    finally:
        mongo.start()


def test_that_it_was_deleted_is_forgotten_in_the_end(app, world):
    make_talk(world.one.patient, "gone", SAID)
    delete(world.one.patient, "gone")
    talk_ticker.purge_talks()
    assert set(forgotten(world.one.id)) == {"gone"}
    later(app, REMEMBERED_FOR + timedelta(seconds=1))
    talk_ticker.purge_talks()
    assert forgotten(world.one.id) == {}


def test_it_is_not_forgotten_while_a_copy_may_be_left(app, world, mongo):
    for name in ("shipped", "not-yet"):
        make_talk(world.one.patient, name, SAID)
        if name == "shipped":
            tickers.ship_waiting()
        delete(world.one.patient, name)
    later(app, REMEMBERED_FOR + timedelta(seconds=1))
    talk_ticker.purge_talks()
    assert set(forgotten(world.one.id)) == {"shipped", "not-yet"}
    # Without MongoDB only the one that never reached it has no copy for certain.
    store = app.extensions["medcor"].parts.pop("conversation_log")
    talk_ticker.purge_talks()
    assert set(forgotten(world.one.id)) == {"shipped"}
    app.extensions["medcor"].parts["conversation_log"] = store
    tickers.forget_deleted()
    talk_ticker.purge_talks()
    assert forgotten(world.one.id) == {}


def test_the_reader_of_the_log_finds_nothing_of_it(world, mongo):
    make_talk(world.one.patient, "gone", SAID)
    tickers.ship_waiting()
    delete(world.one.patient, "gone")
    tickers.forget_deleted()
    reader = LogReader(lambda work: work(reading(world.one.id)), tickers.log_store())
    assert reader.read(world.one.patient, HistoryWish(world.one.patient.user_id)) == []
