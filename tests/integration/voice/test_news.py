"""A talk is told what becomes of its hand-over: taken, or not taken by anybody yet."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from medcor.extensions import db
from medcor.models import Handover, OutboxMail
from medcor.services import handovers
from medcor.sockets import news as news_module
from medcor.web.handover_ticker import settle_due
from medcor.web.state import now
from medcor.web.transaction import reading, transaction
from tests.servers import wait_until


@pytest.fixture()
def alarmed(clinics, live, open_page):
    """A patient has said something alarming in a talk that runs: (page, session_id)."""
    url, registry = live
    limits = registry.parts.limits
    limits.sweep = limits.revocation = 0.1
    page = open_page(clinics.world.one.patient, url)
    session_id = page.ask("start", {})["session_id"]
    page.ask("text", {"text": "I have chest pain"})
    reply = page.wait("reply")
    assert "112" in reply["text"]
    return page, session_id


def handover_of(session_id: str) -> int:
    wanted = sa.select(Handover.id).where(Handover.session_id == session_id)
    return reading(1).scalars(wanted).one()


def test_the_patient_is_told_who_looks_after_it(clinics, alarmed):
    page, session_id = alarmed
    after = len(page.heard)
    with clinics.app.app_context():
        found = handover_of(session_id)
        with transaction(1, clinics.world.one.admin) as session:
            handovers.take(session, clinics.world.one.admin, found, now())
    told = page.wait("reply", after=after)
    assert "Admin" in told["text"] and told["cards"]
    assert clinics.messages(1, session_id)[-1] == ("llm", told["text"], False)
    assert len([each for each in page.all("reply") if each["text"] == told["text"]]) == 1


def test_the_patient_is_told_that_nobody_has_taken_it(clinics, alarmed):
    page, session_id = alarmed
    after = len(page.heard)
    clock = clinics.app.extensions["medcor"].clock
    clinics.app.extensions["medcor"].clock = lambda: clock() + timedelta(minutes=3)
    try:
        told = page.wait("reply", after=after)
    finally:
        clinics.app.extensions["medcor"].clock = clock
    assert told["text"] != "" and any("tel:" in card["url"] for card in told["cards"])
    assert clinics.messages(1, session_id)[-1] == ("llm", told["text"], False)


LIMIT = timedelta(minutes=2)


@pytest.fixture()
def later(clinics):
    """Set the clock forward by some time, from now on."""
    state = clinics.app.extensions["medcor"]
    clock = state.clock

    def forward(by: timedelta) -> None:
        state.clock = lambda: clock() + by

    yield forward
    state.clock = clock


@pytest.fixture()
def mailed(clinics):
    """How many mails to the patient there are since the test began."""

    def count() -> int:
        wanted = sa.select(sa.func.count(OutboxMail.id)).where(
            OutboxMail.kind == "handover_untaken"
        )
        with clinics.app.app_context():
            found = reading(1).scalar(wanted)
            db.session.remove()
        return found

    before = count()
    return lambda: count() - before


def told_in_talk(clinics, session_id: str) -> int:
    """How often the log of the talk says that nobody has taken it."""
    return sum("Nobody" in text for _kind, text, _cut in clinics.messages(1, session_id))


def leave(page, registry, session_id: str) -> None:
    page.drop()
    (talk,) = [each for each in registry.all() if each.id == session_id]
    wait_until(lambda: talk.outbox.client is None, 5, "the page is still there")


def tick(clinics) -> None:
    with clinics.app.app_context():
        settle_due()
        db.session.remove()


def page_gone(clinics, session_id: str) -> bool:
    from medcor.models import TalkSession

    wanted = sa.select(TalkSession.page_at).where(TalkSession.session_id == session_id)
    with clinics.app.app_context():
        found = reading(1).scalar(wanted)
        db.session.remove()
    return found is None


def close_all(clinics) -> None:
    """Nothing that another test left is due in this one."""
    with clinics.app.app_context():
        with transaction(1) as session:
            session.execute(sa.update(Handover).values(taken_at=now(), closed_at=now()))
        db.session.remove()


@pytest.fixture()
def alone(clinics):
    close_all(clinics)
    yield
    close_all(clinics)


def test_a_page_that_left_before_the_limit_is_mailed_and_not_told(
    clinics, alone, alarmed, live, later, mailed
):
    page, session_id = alarmed
    leave(page, live[1], session_id)
    wait_until(lambda: page_gone(clinics, session_id), 5, "it was not noted")
    later(LIMIT - timedelta(seconds=20))
    tick(clinics)
    assert (told_in_talk(clinics, session_id), mailed()) == (0, 0)
    later(LIMIT + timedelta(seconds=5))
    # Its talk still runs: the sweeper has rounds enough to tell it, and the ticker to mail.
    tick(clinics)
    wait_until(lambda: mailed() == 1, 5, "nobody was told")
    tick(clinics)
    assert (told_in_talk(clinics, session_id), mailed()) == (0, 1)


def test_a_page_that_is_there_is_told_and_not_mailed(clinics, alone, alarmed, live, later, mailed):
    page, session_id = alarmed
    after = len(page.heard)
    later(LIMIT + timedelta(seconds=5))
    page.wait("reply", after=after)
    leave(page, live[1], session_id)
    tick(clinics)
    later(LIMIT + timedelta(minutes=4))
    tick(clinics)
    assert (told_in_talk(clinics, session_id), mailed()) == (1, 0)


def test_a_page_that_comes_back_in_time_is_told(
    clinics, alone, alarmed, live, later, mailed, open_page
):
    page, session_id = alarmed
    url, registry = live
    leave(page, registry, session_id)
    again = open_page(clinics.world.one.patient, url)
    assert again.ask("start", {"session_id": session_id, "last_seq": 0})["ok"]
    after = len(again.heard)
    wait_until(lambda: not page_gone(clinics, session_id), 5, "it was not noted")
    later(LIMIT + timedelta(seconds=5))
    told = again.wait("reply", after=after)
    tick(clinics)
    assert "Nobody" in told["text"]
    assert (told_in_talk(clinics, session_id), mailed()) == (1, 0)


def test_a_page_that_leaves_while_it_is_written_down_is_mailed(
    clinics, alone, alarmed, live, later, mailed, monkeypatch
):
    """The last moment: it was there when it was due, and gone when it was to be shown."""
    page, session_id = alarmed
    _url, registry = live
    (talk,) = [each for each in registry.all() if each.id == session_id]
    plain, left = news_module.handovers.mark_told, []

    def mark(*args, **kwargs):
        marked = plain(*args, **kwargs)
        if not left:
            left.append(True)
            page.drop()
            wait_until(lambda: talk.outbox.client is None, 5, "the page is still there")
        return marked

    monkeypatch.setattr(news_module.handovers, "mark_told", mark)
    later(LIMIT + timedelta(seconds=5))
    wait_until(lambda: left and page_gone(clinics, session_id), 5, "it was not tried")
    tick(clinics)
    wait_until(lambda: mailed() == 1, 5, "nobody was told")
    assert (told_in_talk(clinics, session_id), mailed()) == (0, 1)
