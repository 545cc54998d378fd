"""What every answer of the chatbot API tells of its limits."""

from __future__ import annotations

import re

import pytest
from werkzeug.test import TestResponse

from tests.chatbot_helpers import Widget
from tests.integration.test_chatbot_cors import calls
from tests.integration.test_chatbot_registration import register

_POLICY = re.compile(r'"([a-z-]+)";q=(\d+);w=(\d+)')
_LEFT = re.compile(r'"([a-z-]+)";r=(\d+);t=(\d+)')


@pytest.fixture()
def widget(client, world) -> Widget:
    return Widget(client, world.one)


@pytest.fixture()
def limits(app, monkeypatch):
    """Lower one limit for a test."""
    return lambda name, value: monkeypatch.setattr(app.extensions["medcor"].settings, name, value)


def policies(answer: TestResponse) -> dict[str, tuple[int, int]]:
    """Each limit that an answer tells: so many calls in so many seconds."""
    return _items(_POLICY, answer.headers["RateLimit-Policy"])


def left(answer: TestResponse) -> dict[str, tuple[int, int]]:
    """What an answer says is left of each limit, and for how many seconds."""
    return _items(_LEFT, answer.headers["RateLimit"])


def _items(form: re.Pattern[str], header: str) -> dict[str, tuple[int, int]]:
    matches = [form.fullmatch(item) for item in header.split(", ")]
    assert all(matches), header
    return {each[1]: (int(each[2]), int(each[3])) for each in matches}


def test_every_endpoint_tells_the_limit_of_calls(app, widget):
    for number, (rule, answer) in enumerate(calls(app, widget, None), start=1):
        assert policies(answer)["calls"] == (1200, 60), rule
        rest, seconds = left(answer)["calls"]
        assert rest == 1200 - number and 0 < seconds <= 60, rule
        assert set(left(answer)) == set(policies(answer)), rule
        assert "Retry-After" not in answer.headers, rule
        assert not [name for name, _ in answer.headers if name.startswith("X-RateLimit")], rule


def test_a_preflight_tells_it_too(widget):
    answer = widget.client.options(widget.book_path, headers={"Origin": "https://any.test"})
    assert left(answer)["calls"][0] == 1199


def test_past_the_limit_nothing_is_left_and_the_wait_is_told(widget, limits):
    limits("limit_api_calls_per_minute", 2)
    answers = [widget.get(widget.treatments_path) for _ in range(3)]
    assert [left(each)["calls"][0] for each in answers] == [1, 0, 0]
    assert [each.status_code for each in answers] == [200, 200, 429]
    wait = int(answers[2].headers["Retry-After"])
    assert 1 <= wait <= 60 and abs(wait - left(answers[2])["calls"][1]) <= 1
    assert policies(answers[2]) == {"calls": (2, 60)}


def test_a_sign_in_tells_its_own_limit_beside(widget, limits):
    limits("limit_sign_ins_per_minute", 3)
    answers = [widget.login(password="wrong") for _ in range(4)]
    assert [left(each)["sign-ins"][0] for each in answers] == [2, 1, 0, 0]
    assert [each.status_code for each in answers] == [400, 400, 400, 429]
    assert policies(answers[3]) == {"calls": (1200, 60), "sign-ins": (3, 60)}
    assert 1 <= int(answers[3].headers["Retry-After"]) <= 60


def test_look_ups_by_address_and_mails_tell_theirs(widget, limits):
    limits("limit_email_lookups", "5 per 2 minutes")
    booked = widget.book()
    assert policies(booked) == {"calls": (1200, 60), "email-lookups": (5, 120)}
    assert left(booked)["email-lookups"][0] == 4
    by_key = widget.post(widget.book_path, widget.wish(), X_Api_Key=widget.key())
    assert set(policies(by_key)) == {"calls"}
    assert set(policies(register(widget))) == {"calls", "mails"}


def test_the_limit_of_one_account_is_nobodys_to_read(widget, limits):
    """It begins anew when the account's owner signs in, which a stranger must not see."""
    limits("limit_sign_ins_per_account", "2 per 5 minutes")
    answers = [widget.login(password="wrong") for _ in range(3)]
    assert [each.status_code for each in answers] == [400, 400, 429]
    assert set(policies(answers[0])) == {"calls", "sign-ins"}
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 300


def test_a_refused_call_has_an_id_in_the_log_as_well(widget, limits):
    limits("limit_api_calls_per_minute", 1)
    ids = [widget.get(widget.treatments_path).headers["X-Request-Id"] for _ in range(2)]
    assert all(re.fullmatch("[0-9a-f]{16}", each) for each in ids) and len(set(ids)) == 2


def test_other_pages_tell_no_limits(client, world):
    answer = client.get("/login/")
    assert "RateLimit" not in answer.headers and "Retry-After" not in answer.headers
