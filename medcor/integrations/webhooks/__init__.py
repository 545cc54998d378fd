"""Webhooks: signed as Standard Webhooks says, sent to public addresses only."""

from __future__ import annotations

from .sender import Answer, Fault, WebhookSender
from .signature import new_secret, signed_headers

__all__ = ["Answer", "Fault", "WebhookSender", "new_secret", "signed_headers"]
