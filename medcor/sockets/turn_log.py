"""What was said, logged before it is answered: in order, again and again until it is written."""

from __future__ import annotations

from dataclasses import dataclass, field

import structlog
from sqlalchemy.orm import Session

from medcor import runtime
from medcor.domain import errors
from medcor.domain.talk import Turn
from medcor.models import MessageType
from medcor.services import conversations
from medcor.services.measures import Stages

from .keeper import Keeper

log = structlog.get_logger("medcor.voice")


@dataclass(slots=True)
class Said:
    """A turn on its way: what was shown of it, how long its stages took, when it was over.

    ``audio`` is up to where, in which epoch, the page's audio has become turns.
    """

    turn: Turn
    segments: tuple[tuple[str, str], ...] = ()
    stages: Stages = field(default_factory=Stages)
    over_at: float = 0.0
    audio: tuple[str, int] | None = None


class TurnLog:
    """Turns that wait to be written, and those that wait for an answer. One greenlet uses it."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._unlogged: list[Said] = []
        self.waiting: list[Said] = []
        self.failing = False

    @property
    def busy(self) -> bool:
        return bool(self._unlogged or self.waiting)

    @property
    def unlogged(self) -> bool:
        return bool(self._unlogged)

    def add(self, said: Said) -> None:
        self._unlogged.append(said)

    def write(self) -> bool:
        """Write what can be; False when the log can't be reached. Raises TalkMoved."""
        try:
            while self._unlogged:
                self._write(self._unlogged[0])
                self.waiting.append(self._unlogged.pop(0))
            self.failing = False
        except errors.TalkMoved:
            raise
        except Exception:
            log.exception("turn not logged", session_id=self._keeper.session_id)
            self.failing = True
        return not self.failing

    def _write(self, said: Said) -> None:
        began = runtime.monotonic()
        kept = {"audio_epoch": said.audio[0], "audio_ms": said.audio[1]} if said.audio else {}
        self._keeper.run(lambda session: self._record(session, said), **kept)
        said.stages.log = round((runtime.monotonic() - began) * 1000)

    def _record(self, session: Session, said: Said) -> None:
        keeper, turn = self._keeper, said.turn
        conversations.log_message(
            session,
            keeper.actor,
            session_id=keeper.session_id,
            turn_id=turn.turn_id,
            message_id=f"{turn.turn_id}.user",
            message_type=MessageType.USER,
            content=turn.text,
            source=turn.source,
            interrupted=False,
            segments=[list(each) for each in said.segments],
            now=keeper.work.now(),
        )

    def take_waiting(self) -> Said | None:
        """All turns that wait, as one to be answered: what is said meanwhile joins the next."""
        if not self.waiting:
            return None
        last = self.waiting[-1]
        text = "\n".join(each.turn.text for each in self.waiting)
        self.waiting.clear()
        turn = Turn(last.turn.turn_id, text, last.turn.source)
        return Said(turn, (), last.stages, last.over_at)

    def drop_waiting(self) -> None:
        self.waiting.clear()
