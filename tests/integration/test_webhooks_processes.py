"""Webhooks with several processes of the server's own command, one of which is killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from medcor.domain.webhooks import DeliveryState
from medcor.extensions import db
from medcor.models import WebhookEvent
from medcor.web.transaction import transaction
from medcor.web.webhook_ticker import send_due
from tests.appointment_helpers import at, book
from tests.conftest import NOW
from tests.webhook_helpers import add_endpoint, deliveries, receiver, status

ROOT = Path(__file__).resolve().parents[2]
# A process takes seconds to start, on a busy machine many.
SECONDS = 180


@pytest.fixture(autouse=True)
def sender(app):
    app.extensions["medcor"].parts.pop("webhook_sender", None)
    yield
    app.extensions["medcor"].parts.pop("webhook_sender", None)


def send_in_a_process(app: Flask) -> subprocess.Popen[str]:
    settings = app.extensions["medcor"].settings
    environment = {
        **os.environ,
        "MEDCOR_ENV": "testing",
        "MEDCOR_INSTANCE": str(settings.medcor_instance),
        "DATABASE_URL": settings.database_url,
        "SECRET_KEY": settings.secret_key,
    }
    command = [Path(sys.executable).with_name("flask"), "--app", "wsgi", "webhooks", "send-due"]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        stderr=subprocess.PIPE,
    )


def make_recent(clinic) -> None:
    """Date the events by the real clock, which the processes have: they delete what is old."""
    with transaction(clinic.id) as session:
        session.execute(sa.update(WebhookEvent).values(created_at=datetime.now(UTC)))
    db.session.remove()


def test_processes_share_the_work_and_send_each_event_once(app, world):
    with receiver() as first, receiver() as second:
        for listening in (first, second):
            listening.usual = status(200)
            add_endpoint(world.one, listening.url)
        for slot in range(6):
            book(world.one, slot, (NOW + timedelta(days=5 + 2 * (slot // 3))).date())
        make_recent(world.one)
        running = [send_in_a_process(app) for _ in range(2)]
        try:
            told = [each.communicate(timeout=SECONDS) for each in running]
        finally:
            for each in running:
                each.kill()
        assert [each.returncode for each in running] == [0, 0], told
        # One address has one sender at a time: what was left over is sent by the next round.
        send_due()
        for listening in (first, second):
            ids = [json.loads(call.body)["id"] for call in listening.calls]
            assert len(ids) == 6 == len(set(ids))
    assert {row.state for row in deliveries(world.one)} == {DeliveryState.DELIVERED}


def test_what_a_killed_process_had_in_hand_is_sent_by_another(app, world):
    reached, over = threading.Event(), threading.Event()

    def hang(handler) -> None:
        reached.set()
        over.wait(SECONDS)

    with receiver() as hooks:
        hooks.replies.append(hang)
        add_endpoint(world.one, hooks.url)
        book(world.one)
        make_recent(world.one)
        doomed = send_in_a_process(app)
        try:
            assert reached.wait(SECONDS)
        finally:
            doomed.kill()
            doomed.communicate(timeout=20)
            over.set()
        # The process had the real clock.
        at(app, datetime.now(UTC) + timedelta(seconds=30))
        assert send_due() == Counter()
        at(app, datetime.now(UTC) + timedelta(seconds=70))
        assert send_due() == Counter(delivered=1)
        assert len({call.headers["webhook-id"] for call in hooks.calls}) == 1
    (row,) = deliveries(world.one)
    assert (row.state, row.attempts) == (DeliveryState.DELIVERED, 2)
