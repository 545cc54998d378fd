"""Sign deliveries as the Standard Webhooks specification says, with its own library."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable
from datetime import datetime

from standardwebhooks import Webhook

SECRET_BYTES = 32


def new_secret() -> str:
    """A fresh signing secret, as ``whsec_`` and base64 of 32 random bytes."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signed_headers(
    signing: Iterable[str], event_id: str, at: datetime, body: str
) -> dict[str, str]:
    """The three headers of the specification; one signature for each secret, the newest first."""
    signatures = [Webhook(secret).sign(event_id, at, body) for secret in signing]
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
