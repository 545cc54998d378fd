"""A talk is told what becomes of its hand-over: taken, or not taken by anybody yet."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from medcor.models import Handover
from medcor.services import handovers
from medcor.web.state import now
from medcor.web.transaction import reading, transaction


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
