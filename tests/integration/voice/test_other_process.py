"""A talk that goes on in another server process: nothing lost, nothing twice, never two at once."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
import sqlalchemy as sa

from medcor.extensions import db
from medcor.models import Appointment, CreditReservation, TalkSession
from medcor.web.transaction import reading
from tests.conftest import DATABASES
from tests.openai_server import MODEL, Say, Stall, scripted_openai
from tests.postgres import make_database
from tests.servers import Served, end, made_instance, served, wait_until
from tests.voice.client import Page, prepare
from tests.voice.scripted_deepgram import frame

from .conftest import MODE, START, Clinics


@pytest.fixture(params=DATABASES, scope="module")
def shared(request, tmp_path_factory) -> Clinics:
    """One database that several server processes use."""
    url = make_database() if request.param == "postgresql" else ""
    return Clinics(made_instance(tmp_path_factory.mktemp("two"), database_url=url))


Serve = Callable[..., Served]


@pytest.fixture()
def serve(shared, deepgram) -> Iterator[Serve]:
    """Start another server process on the shared database."""
    url = shared.app.config["SQLALCHEMY_DATABASE_URI"]
    with ExitStack() as running:

        def start(**env: str) -> Served:
            env = {"DEEPGRAM_WS_URL": f"ws://127.0.0.1:{deepgram.port}/v1/listen", **env}
            return running.enter_context(served(shared.folder, MODE, DATABASE_URL=url, **env))

        yield start


@pytest.fixture()
def page_at(shared) -> Iterator[Callable[..., Page]]:
    made: list[Page] = []

    def make(server: Served, actor, *, prepared: bool = True) -> Page:
        key = shared.sign_in(actor)[0]
        if prepared:
            prepare(server.url, key)
        made.append(Page(server.url, key))
        return made[-1]

    yield make
    for page in made:
        page.close()


def count(shared: Clinics, wanted: sa.Select) -> int:
    with shared.app.app_context():
        found = reading(1).scalar(wanted)
        db.session.remove()
    return found


def appointments(shared: Clinics) -> int:
    return count(shared, sa.select(sa.func.count(Appointment.id)))


def row_of(shared: Clinics, session_id: str) -> TalkSession:
    with shared.app.app_context():
        row = (
            reading(1)
            .scalars(sa.select(TalkSession).where(TalkSession.session_id == session_id))
            .one()
        )
        db.session.expunge(row)
        db.session.remove()
    return row


def say_and_wait(page: Page, text: str) -> dict:
    after = len(page.heard)
    page.ask("text", {"text": text})
    return page.wait("reply", after=after)


@pytest.mark.parametrize("ending", [None, signal.SIGTERM, signal.SIGKILL], ids=str)
def test_a_booking_goes_on_where_it_stood(shared, serve, page_at, ending):
    """The offers of the first process are chosen from, and confirmed, at the second."""
    actor = shared.world.one.patient
    one, two = serve(), serve()
    before = appointments(shared)
    page = page_at(one, actor)
    session_id = page.ask("start", {})["session_id"]
    say_and_wait(page, "I would like to book a dental cleaning")
    offered = say_and_wait(page, "Any time is fine")
    assert any(card["kind"] == "times" for card in offered["cards"]), offered
    last = page.heard[-1][1]["seq"]
    if ending is not None:
        end(one.process, ending)
    else:
        page.drop()

    again = page_at(two, actor, prepared=False)
    answer = again.ask("start", {"session_id": session_id, "last_seq": last})
    assert answer["ok"] and answer["session_id"] == session_id
    say_and_wait(again, "The first one please")
    booked = say_and_wait(again, "Yes, book it")
    assert appointments(shared) == before + 1, booked
    assert row_of(shared, session_id).ended_at is None
    again.ask("stop")
    again.wait("status", lambda event: event["state"] == "closed")
    wait_until(lambda: row_of(shared, session_id).ended_at, 5, "the talk's row was not closed")
    assert row_of(shared, session_id).memory is None and row_of(shared, session_id).prompt is None


def test_what_a_page_missed_is_shown_by_the_other_process(shared, serve, page_at):
    actor = shared.world.one.patient
    one, two = serve(), serve()
    page = page_at(one, actor)
    session_id = page.ask("start", START)["session_id"]
    page.wait("status", lambda event: event["state"] == "listening")
    page.say(frame({"final": "What time do you open?"}), *[b"\0" * 3200] * 8)
    reply = page.wait("reply")
    transcript = page.all("transcript")[-1]
    end(one.process, signal.SIGKILL)

    # As if the connection had been lost before any of it arrived.
    again = page_at(two, actor, prepared=False)
    again.ask("start", {**START, "session_id": session_id, "last_seq": 1})
    shown = again.wait("transcript")
    assert shown["again"] and shown["utterance_id"] == transcript["utterance_id"]
    assert shown["text"] == transcript["text"]
    replied = again.wait("reply")
    same = ("turn_id", "text", "interrupted", "cards")
    assert [replied[key] for key in same] == [reply[key] for key in same]
    numbers = [event["seq"] for _, event in again.heard]
    assert numbers == list(range(2, 2 + len(numbers)))


def test_a_turn_that_was_never_answered_is_answered_and_paid_once(shared, serve, page_at):
    """The process dies while the model is silent; the other one answers the logged turn."""
    actor = shared.world.one.doctor
    with scripted_openai() as model:
        model.script(Stall(), Say("You have no patients today."))
        env = {"OPENAI_BASE_URL": model.url, "OPENAI_MODEL": MODEL}
        one, two = serve(**env), serve(**env)
        before = shared.credits(1)
        page = page_at(one, actor)
        session_id = page.ask("start", {})["session_id"]
        page.ask("text", {"text": "Tell me something about the clinic"})
        page.wait("credits")
        wait_until(lambda: model.requests, 5, "the model was not asked")
        end(one.process, signal.SIGKILL)

        again = page_at(two, actor, prepared=False)
        again.ask("start", {"session_id": session_id, "last_seq": 3})
        reply = again.wait("reply")
        model.release.set()
    assert reply["text"] == "You have no patients today."
    assert not reply["interrupted"]
    log = shared.messages(1, session_id)
    assert [kind for kind, _, _ in log] == ["user", "llm"]
    assert shared.credits(1) == before - 1
    turns = sa.select(sa.func.count(CreditReservation.id)).where(
        CreditReservation.turn_id == reply["turn_id"]
    )
    assert count(shared, turns) == 1


def test_a_process_that_lost_the_talk_can_write_nothing_for_it(shared, serve, page_at):
    """It is frozen, taken for dead, and wakes up with a reply in its hands."""
    actor = shared.world.one.doctor
    with scripted_openai() as model:
        model.script(Stall(("One moment. ", "Then")), Say("Here I am."))
        env = {"OPENAI_BASE_URL": model.url, "OPENAI_MODEL": MODEL}
        one, two = serve(**env), serve(**env)
        before = shared.credits(1)
        page = page_at(one, actor)
        session_id = page.ask("start", {})["session_id"]
        page.ask("text", {"text": "Tell me something about the clinic"})
        page.wait("reply_delta")
        one.process.send_signal(signal.SIGSTOP)
        try:
            again = page_at(two, actor, prepared=False)
            again.ask("start", {"session_id": session_id, "last_seq": 3})
            again.wait("reply", lambda event: event["text"] == "Here I am.")
        finally:
            one.process.send_signal(signal.SIGCONT)
        model.release.set()
        assert page.gone.wait(15)
    log = shared.messages(1, session_id)
    assert log == [
        ("user", "Tell me something about the clinic", False),
        ("llm", "Here I am.", False),
    ]
    assert shared.credits(1) == before - 1


def test_nobody_takes_another_persons_talk_over(shared, serve, page_at):
    one, two = serve(), serve()
    page = page_at(one, shared.world.one.patient)
    session_id = page.ask("start", {})["session_id"]
    owner = row_of(shared, session_id).owner
    for other in (shared.world.one.doctor, shared.world.two.patient):
        stranger = page_at(two, other)
        answer = stranger.ask("start", {"session_id": session_id, "last_seq": 0})
        assert answer["ok"] and answer["session_id"] != session_id
        assert not stranger.all("transcript")
    row = row_of(shared, session_id)
    assert (row.owner, row.wanted_by) == (owner, "")
    say_and_wait(page, "Hello")


def test_an_ended_talk_is_not_taken_up_again(shared, serve, page_at):
    actor = shared.world.one.patient
    one, two = serve(), serve()
    page = page_at(one, actor)
    session_id = page.ask("start", {})["session_id"]
    page.ask("stop")
    page.wait("status", lambda event: event["state"] == "closed")
    again = page_at(two, actor)
    assert again.ask("start", {"session_id": session_id})["session_id"] != session_id


def test_sessions_are_counted_over_all_processes(shared, serve, page_at):
    actor = shared.world.two.patient
    one, two = (serve(VOICE_SESSIONS_PER_USER="2") for _ in range(2))
    pages = [page_at(server, actor) for server in (one, two, one, two)]
    answers = [page.ask("start", {}) for page in pages]
    assert [answer["ok"] for answer in answers[:2]] == [True, True]
    assert {answer.get("code") for answer in answers[2:]} == {"too_many_sessions"}
