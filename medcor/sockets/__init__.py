"""The ``/ws/transcription`` namespace: auth, queues, emits; no rules."""

from __future__ import annotations

from flask_socketio import Namespace


def namespaces() -> list[Namespace]:
    """The namespaces that an application serves."""
    return []
