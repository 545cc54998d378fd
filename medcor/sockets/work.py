"""Units of work outside a request: each under its own context, its database session removed after.

Sockets skip ``before_request``: clinic and language are set here on purpose.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from flask import Flask, g
from flask_babel import gettext
from sqlalchemy.orm import Session

from medcor.domain.permissions import Actor
from medcor.web.state import AppState
from medcor.web.transaction import in_transaction, reading

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Work:
    """What a session may do with the database, as one person of one clinic."""

    app: Flask
    actor: Actor
    language: str

    @property
    def state(self) -> AppState:
        return self.app.extensions["medcor"]

    def now(self) -> datetime:
        return self.state.clock()

    @contextmanager
    def context(self) -> Iterator[None]:
        """An application context with the person's language; its end removes the session."""
        with self.app.app_context():
            g.language = self.language
            yield

    def run(self, work: Callable[[Session], T]) -> T:
        """Write: ``work(session)`` in one transaction."""
        with self.context():
            return in_transaction(self.actor.clinic_id, self.actor, work)

    def look(self, work: Callable[[Session], T]) -> T:
        """Read: ``work(session)`` with the clinic in scope."""
        with self.context():
            return work(reading(self.actor.clinic_id))

    def say(self, text: str) -> str:
        """A text for the person, in their language."""
        with self.context():
            return gettext(text)
