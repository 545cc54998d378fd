"""The writes of one talk: each asks first whether this process still serves it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from medcor.domain.permissions import Actor
from medcor.services import talk_sessions

from .work import Work

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Keeper:
    """``owner`` names this process; TalkMoved leaves :meth:`run` once another one serves it."""

    work: Work
    session_id: str
    owner: str

    @property
    def actor(self) -> Actor:
        return self.work.actor

    def run(self, write: Callable[[Session], T], **kept: Any) -> T:
        """Do ``write(session)`` in one transaction, with ``kept`` columns of the talk's row."""

        def guarded(session: Session) -> T:
            talk_sessions.hold_talk(session, self.session_id, self.owner, self.work.now(), **kept)
            return write(session)

        return self.work.run(guarded)
