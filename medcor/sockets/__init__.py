"""The ``/ws/transcription`` namespace: auth, queues, emits; no rules.

Read in this order: `namespace` (events), `registry` (who talks), `session` (one talk), `replies`.
"""

from __future__ import annotations

from flask_socketio import Namespace

from .assembly import install as install_voice
from .assembly import origin_check
from .door import hang_up
from .namespace import TranscriptionNamespace

__all__ = ["hang_up", "install_voice", "namespaces", "origin_check"]


def namespaces() -> list[type[Namespace]]:
    """The namespaces that an application serves; their ``on_`` methods are its socket events."""
    return [TranscriptionNamespace]
