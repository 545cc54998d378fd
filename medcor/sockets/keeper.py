"""The writes of one talk: each asks first whether it is still served from here."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from medcor.domain.permissions import Actor
from medcor.services import talk_sessions

from .work import Work

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Keeper:
    """``lease`` is the right of one session to write for the talk; TalkMoved leaves :meth:`run`
    once another session has it, of this process or of another one.
    """

    work: Work
    session_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    lease: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def actor(self) -> Actor:
        return self.work.actor

    def run(self, write: Callable[[Session], T], **kept: Any) -> T:
        """Do ``write(session)`` in one transaction, with ``kept`` columns of the talk's row."""

        def guarded(session: Session) -> T:
            talk_sessions.hold_talk(session, self.session_id, self.lease, self.work.now(), **kept)
            return write(session)

        return self.work.run(guarded)
