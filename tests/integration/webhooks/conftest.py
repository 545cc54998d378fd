"""A sender that may reach this machine, and a receiver that listens on it."""

from __future__ import annotations

import pytest

from tests.webhook_helpers import receiver, use_sender


@pytest.fixture(autouse=True)
def sender(app):
    parts = app.extensions["medcor"].parts
    parts.pop("webhook_sender", None)
    yield use_sender(app)
    parts.pop("webhook_sender", None)


@pytest.fixture()
def hooks():
    with receiver() as listening:
        yield listening
