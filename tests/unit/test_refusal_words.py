"""Every reason against a time has words: for staff, for patients, and in the assistant's mouth."""

from __future__ import annotations

import pytest

from medcor import create_app
from medcor.domain.dialogue.wording import en, tr
from medcor.domain.scheduling import Refusal
from medcor.web.refusal_words import WORDS, reasons_body, refusal_text, refusal_texts
from tests.conftest import test_settings as settings_of


@pytest.fixture(scope="module")
def english(tmp_path_factory):
    app = create_app(settings_of(tmp_path_factory.mktemp("words")))
    with app.test_request_context(headers={"Accept-Language": "en"}):
        yield


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize("refusal", list(Refusal))
def test_every_reason_is_worded_for_both(refusal):
    kind, full = (refusal_text(refusal, staff=staff) for staff in (False, True))
    assert kind.endswith(".") and full.endswith(".")
    assert kind != full
    # A patient hears of no other patient.
    assert "patient who" not in kind.lower() and "another patient" not in kind.lower()


@pytest.mark.usefixtures("english")
def test_no_two_reasons_sound_the_same():
    for staff in (False, True):
        texts = refusal_texts(Refusal, staff=staff)
        assert len(set(texts)) == len(Refusal)


def test_the_tables_hold_nothing_else():
    assert set(WORDS) == set(Refusal)


@pytest.mark.usefixtures("english")
def test_the_words_of_patients_are_these():
    taken = refusal_text(Refusal.DOCTOR_BUSY, staff=False)
    held = refusal_text(Refusal.HELD, staff=False)
    assert taken == "Somebody else has this time."
    assert held == ("Somebody is just confirming this time; it may be free again in a few minutes.")
    assert reasons_body([Refusal.PAST], staff=False) == [
        {"code": "past", "text": "This time is over."}
    ]


@pytest.mark.parametrize("texts", [en.TEXTS, tr.TEXTS], ids=["en", "tr"])
def test_the_assistant_knows_the_same_reasons(texts):
    said = {key.removeprefix("why_") for key in texts if key.startswith("why_")}
    assert said == {each.value for each in Refusal}
