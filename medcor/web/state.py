"""What one running application holds beside Flask's own config."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from flask import current_app

from config import Settings


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class AppState:
    """Settings, the clock and the long-lived parts; tests replace the clock, nothing else."""

    settings: Settings
    clock: Callable[[], datetime] = _utc_now
    parts: dict[str, Any] = field(default_factory=dict)


def state() -> AppState:
    """The state of the current application."""
    return current_app.extensions["medcor"]


def settings() -> Settings:
    return state().settings


def now() -> datetime:
    """The application's clock, an aware UTC instant."""
    return state().clock()
