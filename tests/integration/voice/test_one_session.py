"""One talk has one session: whoever comes at the same moment, and whatever was left behind."""

from __future__ import annotations

import threading
import time
from collections import Counter

import pytest
import sqlalchemy as sa

from medcor.domain import errors
from medcor.extensions import db
from medcor.models import CreditReservation, MessageType, TalkSession
from medcor.services import conversations, talk_sessions
from medcor.services.credits import reserve_credit
from medcor.services.sessions import SignedIn
from medcor.sockets.messages import Start
from medcor.web.transaction import reading, transaction
from tests.servers import wait_until
from tests.talk_helpers import make_talk

from .conftest import ScriptedTalk, words


@pytest.fixture()
def registry(clinics, live):
    live[1].parts.make_talk = ScriptedTalk(*words(1))
    return live[1]


def person_of(actor) -> SignedIn:
    return SignedIn(actor, "a-sign-in", "", "en")


def at_once(count: int, work) -> list[object]:
    """What ``work`` gave, or raised, in threads that begin together."""
    gate, found = threading.Barrier(count), []

    def run() -> None:
        gate.wait()
        try:
            found.append(work())
        except errors.DomainError as error:
            found.append(error)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
    return found


def left_behind(clinics, actor, name: str, *texts: str) -> None:
    """A talk whose process is gone: its turns are logged and not answered."""
    now = clinics.app.extensions["medcor"].clock()
    with clinics.app.app_context():
        make_talk(actor, name, running=True, began_at=now, alive_at=now, prompt={"name": "x"})
        with transaction(actor.clinic_id, actor) as session:
            for number, text in enumerate(texts, start=1):
                conversations.log_message(
                    session,
                    actor,
                    session_id=name,
                    turn_id=f"{name}.{number}",
                    message_id=f"{name}.{number}.user",
                    message_type=MessageType.USER,
                    content=text,
                    source="voice",
                    interrupted=False,
                    now=now,
                )
        db.session.remove()


def test_two_sockets_that_come_back_at_once_get_one_session(clinics, registry):
    actor = clinics.world.one.patient
    left_behind(clinics, actor, "both", "Hello")
    start = Start("en", None, "both", 0)
    found = at_once(4, lambda: registry.take_over(person_of(actor), start))
    assert len({id(each) for each in found}) == 1 and found[0].id == "both"
    wait_until(lambda: len(clinics.messages(1, "both")) == 2, 5, "it was not answered")
    assert len(registry.parts.make_talk.turns) == 1


def test_a_lease_that_was_lost_within_the_process_writes_nothing(clinics, registry):
    actor = clinics.world.one.patient
    left_behind(clinics, actor, "lost", "Hello")
    session = registry.take_over(person_of(actor), Start("en", None, "lost", 0))
    wait_until(lambda: session.is_settled, 5, "it was not answered")
    served = talk_sessions.Served(registry.parts.owner, "another lease")
    claim = session.work.run(
        lambda db: talk_sessions.claim_talk(
            db, actor, "lost", served, session.work.now(), force=True
        )
    )
    assert claim is talk_sessions.Claim.OURS
    with pytest.raises(errors.TalkMoved):
        session.keeper.run(lambda _db: None)


def test_a_page_that_comes_back_while_its_talk_is_given_away(clinics, registry, open_page, live):
    """The old session of this very process lets go first, and does not take the new one along."""
    actor = clinics.world.one.patient
    registry.parts.make_talk = ScriptedTalk(*words(30, 0.05))
    page = open_page(actor, live[0])
    session_id = page.ask("start", {})["session_id"]
    old = registry.find(session_id, actor)
    page.ask("text", {"text": "Tell me everything"})
    page.wait("reply_delta")
    old.ask("give_away")
    wait_until(lambda: old.moved, 5, "it was not given away")
    new = registry.take_over(person_of(actor), Start("en", None, session_id, 0))
    wait_until(lambda: old.ended, 5, "the old one goes on")
    time.sleep(0.1)
    assert new is not old and registry.find(session_id, actor) is new
    with clinics.app.app_context():
        wanted = sa.select(TalkSession.owner).where(TalkSession.session_id == session_id)
        assert reading(1).scalar(wanted) == registry.parts.owner
        db.session.remove()
    replies = Counter(kind for kind, *_ in clinics.messages(1, session_id))
    assert replies == {"user": 1, "llm": 1}


def test_as_many_talks_as_a_person_may_have_however_fast_they_come(clinics, registry, monkeypatch):
    real = talk_sessions.begin_talk

    def slow(*given):
        time.sleep(0.05)
        real(*given)

    monkeypatch.setattr(talk_sessions, "begin_talk", slow)
    actor = clinics.world.one.other_patient
    found = at_once(8, lambda: registry.open(person_of(actor), "en", {"name": "x"}))
    refused = [each for each in found if isinstance(each, errors.TooManySessions)]
    assert len(refused) == 8 - registry.parts.limits.per_user


def test_talks_at_other_processes_count_too(clinics, registry):
    actor, per_user = clinics.world.two.patient, registry.parts.limits.per_user
    now = clinics.app.extensions["medcor"].clock()
    with clinics.app.app_context():
        for number in range(per_user):
            make_talk(
                actor,
                f"there-{number}",
                running=True,
                began_at=now,
                alive_at=now,
                page_at=now,
                owner="there",
            )
    with pytest.raises(errors.TooManySessions):
        registry.open(person_of(actor), "en", {"name": "x"})


def test_a_credit_that_a_lost_process_reserved_comes_back_with_the_answer(clinics, registry):
    actor = clinics.world.one.doctor
    clinics.set_credits(actor.clinic_id, 1)
    left_behind(clinics, actor, "paid", "My day", "Hello?")
    with clinics.app.app_context():
        with transaction(actor.clinic_id, actor) as session:
            reserve_credit(session, actor, "paid.1", clinics.app.extensions["medcor"].clock())
        db.session.remove()
    assert clinics.credits(actor.clinic_id) == 0
    session = registry.take_over(person_of(actor), Start("en", None, "paid", 0))
    wait_until(lambda: session.is_settled, 5, "it was not answered")
    assert registry.parts.make_talk.turns == ["My day\nHello?"]
    with clinics.app.app_context():
        rows = reading(1).scalars(sa.select(CreditReservation).order_by(CreditReservation.turn_id))
        states = {row.turn_id: row.state.value for row in rows if row.turn_id.startswith("paid")}
        db.session.remove()
    assert states == {"paid.1": "released", "paid.2": "committed"}
    assert clinics.credits(actor.clinic_id) == 0


def test_a_line_that_is_sent_again_is_one_turn(clinics, registry, open_page, live, monkeypatch):
    real, down = conversations.log_message, [True]

    def write(*args, **values):
        if down:
            raise OSError("the database is gone")
        return real(*args, **values)

    page = open_page(clinics.world.one.patient, live[0])
    session_id = page.ask("start", {})["session_id"]
    monkeypatch.setattr(conversations, "log_message", write)
    for _ in range(2):
        assert page.ask("text", {"text": "Hello", "id": "t-1-a"})["ok"]
    page.wait("error", lambda event: event["retryable"])
    assert not page.all("transcript"), "it is not safe yet"
    down.clear()
    page.wait("reply")
    after = len(page.heard)
    page.ask("text", {"text": "Hello", "id": "t-1-a"})
    page.wait("transcript", after=after)
    assert {each["utterance_id"] for each in page.all("transcript")} == {"t-1-a"}
    assert [kind for kind, *_ in clinics.messages(1, session_id)] == ["user", "llm"]
    for name in ("u0", "t-", "t-" + "a" * 41, "t-ä", 5, ["t-1"]):
        assert page.ask("text", {"text": "Hello", "id": name})["code"] == "bad_message"


def test_another_process_knows_the_lines_it_was_sent(clinics, registry, open_page, live):
    page = open_page(clinics.world.one.patient, live[0])
    session_id = page.ask("start", {})["session_id"]
    page.ask("text", {"text": "Hello", "id": "t-2-a"})
    page.wait("reply")
    found = registry.find(session_id, clinics.world.one.patient)
    found.ask("give_away")
    wait_until(lambda: found.ended, 5, "it goes on")
    again = open_page(clinics.world.one.patient, live[0], prepared=False)
    assert again.ask("start", {"session_id": session_id, "last_seq": 0})["session_id"] == session_id
    again.ask("text", {"text": "Hello", "id": "t-2-a"})
    again.ask("text", {"text": "Bye", "id": "t-2-b"})
    again.wait("transcript", lambda event: event["text"] == "Bye")
    again.wait("reply", lambda event: not event.get("again"))
    said = [text for kind, text, _ in clinics.messages(1, session_id) if kind == "user"]
    assert said == ["Hello", "Bye"]
