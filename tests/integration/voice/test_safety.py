"""A patient's alarm by voice: answered at once with the number, and on the staff's Today."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from medcor.extensions import db
from medcor.models import Handover
from medcor.web.state import now
from medcor.web.transaction import reading, transaction
from tests.servers import Served, served, wait_until
from tests.voice.client import SILENCE
from tests.voice.scripted_deepgram import frame

from .conftest import MODE, START
from .test_bundled_speech import frames

STARTING = 30


@pytest.fixture(autouse=True)
def nothing_waits(clinics) -> None:
    """What another test handed over is looked after: these begin with none that waits."""
    with clinics.app.app_context():
        with transaction(1) as session:
            session.execute(sa.update(Handover).values(taken_at=now(), closed_at=now()))
        db.session.remove()


def handovers(clinics, session_id: str) -> list[tuple[str, str]]:
    """Flag and words of what a talk handed over."""
    wanted = sa.select(Handover).where(Handover.session_id == session_id).order_by(Handover.id)
    with clinics.app.app_context():
        found = [(row.flag, row.reason) for row in reading(1).scalars(wanted)]
        db.session.remove()
    return found


@pytest.mark.parametrize(
    ("pieces", "flag"),
    [
        (("I can't breathe.",), "breathing"),
        (("I have chess pain.",), "chest_pain"),
        (("My chest.", "Hurts a lot."), "chest_pain"),
    ],
)
def test_an_alarm_by_voice(clinics, open_page, pieces, flag):
    page = open_page(clinics.world.one.patient)
    session_id = page.ask("start", START)["session_id"]
    page.wait("status", lambda event: event["state"] == "listening")
    for piece in pieces:
        after = len(page.heard)
        page.say(SILENCE, frame({"final": piece, "speech_final": True}), *[SILENCE] * 10, pace=0.1)
        reply = page.wait("reply", seconds=8, after=after)
    assert reply["text"].startswith("This sounds like an emergency. Please call 112 now.")
    assert reply["cards"][0]["url"] == "tel:112"
    assert handovers(clinics, session_id) == [(flag, " / ".join(pieces))]


def test_an_alarm_that_is_typed_in_turkish(clinics, open_page):
    page = open_page(clinics.world.one.patient)
    session_id = page.ask("start", {"language": "tr"})["session_id"]
    page.ask("text", {"text": "göğsüm sıkışıyor, nefes alamıyorum"})
    assert "hemen 112 numarasını arayın" in page.wait("reply")["text"]
    assert [flag for flag, _ in handovers(clinics, session_id)] == ["chest_pain"]


def test_a_doctor_dictates_without_an_alarm(clinics, open_page):
    page = open_page(clinics.world.one.doctor)
    session_id = page.ask("start", {})["session_id"]
    page.ask("text", {"text": "the patient has chest pain"})
    assert "112" not in page.wait("reply")["text"]
    assert handovers(clinics, session_id) == []


@pytest.fixture(scope="module")
def embedded(clinics) -> Iterator[Served]:
    """The product with the speech server that ships with it."""
    with served(clinics.folder, MODE, DEEPGRAM_WS_URL="") as made:
        yield made


@pytest.mark.parametrize(
    ("spoken", "flag"), [("i_have_chest_pain", "chest_pain"), ("i_cant_breathe", "breathing")]
)
def test_an_alarm_that_is_really_spoken(clinics, embedded, open_page, spoken, flag):
    page = open_page(clinics.world.one.patient, embedded.url)
    session_id = page.ask("start", START)["session_id"]
    page.wait("status", lambda event: event["state"] == "listening", STARTING)
    page.say(*frames(spoken), pace=0.1)
    reply = page.wait("reply", seconds=20)
    assert "Please call 112 now." in reply["text"]
    wait_until(lambda: handovers(clinics, session_id), 5, "it was not handed over")
    assert [found for found, _ in handovers(clinics, session_id)] == [flag]
