"""Every delivery is signed as Standard Webhooks has it, by two secrets while one is changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from medcor.models import WebhookEndpoint
from medcor.services import (
    webhook_endpoints,
)
from medcor.web.transaction import transaction
from medcor.web.webhook_ticker import send_due
from tests.appointment_helpers import at, book
from tests.conftest import NOW
from tests.webhook_helpers import (
    add_endpoint,
    endpoint_of,
)


def verified(secret: str, call, **changes) -> dict:
    return Webhook(secret).verify(
        changes.pop("body", call.body), {**call.headers, **changes.pop("headers", {})}
    )


def test_the_official_verifier_takes_a_delivery_and_refuses_a_forged_or_late_one(app, world, hooks):
    actual = datetime.now(UTC)
    at(app, actual)
    number = add_endpoint(world.one, hooks.url, description="Größe, Şişli")
    book(world.one)
    send_due()
    secret, (call,) = endpoint_of(world.one, number).secret, hooks.calls
    assert secret.startswith("whsec_")
    assert verified(secret, call)["type"] == "appointment.booked"
    for forged in (
        {"body": call.body.replace(b"Pending", b"Confirmed")},
        {"headers": {"webhook-id": "evt_other"}},
        {"headers": {"webhook-timestamp": str(int(actual.timestamp()) + 1)}},
    ):
        with pytest.raises(WebhookVerificationError):
            verified(secret, call, **forged)
    at(app, actual - timedelta(minutes=6))
    with transaction(world.one.id) as session:
        webhook_endpoints.send_test(session, world.one.admin, number, NOW)
    send_due()
    with pytest.raises(WebhookVerificationError, match="too old"):
        verified(secret, hooks.calls[1])


def test_after_a_change_of_the_secret_both_sign_for_a_day(app, world, hooks):
    number = add_endpoint(world.one, hooks.url)
    actual = datetime.now(UTC)
    old = endpoint_of(world.one, number).secret
    with transaction(world.one.id) as session:
        webhook_endpoints.renew_secret(
            session, world.one.admin, number, 1, actual - timedelta(hours=23)
        )
    new = endpoint_of(world.one, number).secret
    assert new != old
    at(app, actual)
    book(world.one)
    send_due()
    assert len(hooks.calls[0].headers["webhook-signature"].split()) == 2
    assert verified(old, hooks.calls[0]) == verified(new, hooks.calls[0])
    with transaction(world.one.id) as session:
        session.get_one(WebhookEndpoint, number).previous_until = actual - timedelta(seconds=1)
    book(world.one, 1)
    send_due()
    assert verified(new, hooks.calls[1])
    with pytest.raises(WebhookVerificationError):
        verified(old, hooks.calls[1])
