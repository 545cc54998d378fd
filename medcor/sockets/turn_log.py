"""What was said, logged before it is answered: in order, again and again until it is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import structlog
from sqlalchemy.orm import Session

from medcor import runtime
from medcor.domain import errors
from medcor.domain.talk import Reply, Turn
from medcor.models import MessageType
from medcor.services import conversations
from medcor.services.measures import Stages

from .keeper import Keeper

log = structlog.get_logger("medcor.voice")


@dataclass(slots=True)
class Said:
    """A turn on its way: what was shown of it, how long its stages took, when it was over.

    ``audio`` is up to where, in which epoch, the page's audio has become turns. ``alarm`` is what
    was said at once to a red flag: the beginning of its reply.
    """

    turn: Turn
    segments: tuple[tuple[str, str], ...] = ()
    stages: Stages = field(default_factory=Stages)
    over_at: float = 0.0
    audio: tuple[str, int] | None = None
    alarm: Reply | None = None


class TurnLog:
    """Turns that wait to be written, and those that wait for an answer. One greenlet uses it.

    ``written`` is called with each one that is safe now.
    """

    def __init__(self, keeper: Keeper, written: Callable[[Said], None]) -> None:
        self._keeper, self._written = keeper, written
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
                said = self._unlogged.pop(0)
                self.waiting.append(said)
                self._written(said)
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
        """All turns that wait, as one to be answered: what is said meanwhile joins the next.

        An alarm waits for nothing and is answered alone, which is the answer to what was said
        before it as well.
        """
        if not self.waiting:
            return None
        alarms = [number for number, each in enumerate(self.waiting) if each.alarm]
        if alarms:
            said = self.waiting[alarms[0]]
            del self.waiting[: alarms[0] + 1]
            return said
        found, self.waiting = self.waiting, []
        turn = _joined([each.turn for each in found])
        return Said(turn, (), found[-1].stages, found[-1].over_at)

    def drop_waiting(self) -> None:
        """Answer nothing more but an alarm."""
        self.waiting = [each for each in self.waiting if each.alarm]


def _joined(turns: list[Turn]) -> Turn:
    """Several turns as one, which has the last one's name and source."""
    if len(turns) == 1:
        return turns[0]
    return replace(
        turns[-1],
        text="\n".join(each.text for each in turns),
        parts=tuple((each.turn_id, each.text) for each in turns),
        recovered=any(each.recovered for each in turns),
    )
