"""What was said, logged before it is answered: in order, again and again until it is written."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

import structlog
from sqlalchemy.orm import Session

from medcor import runtime
from medcor.domain import errors
from medcor.domain.talk import Turn
from medcor.models import MessageType
from medcor.services import conversations
from medcor.services.measures import Stages

from .keeper import Keeper

RETRY_SECONDS = 1.0

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
    """Turns that wait to be written, and those that wait for an answer.

    The session's greenlet uses it and is never kept waiting: a task writes, and posts to the inbox
    what is to be done then: ``written(said)``, ``failed()`` once per outage, ``lost()`` when the
    talk has moved.
    """

    def __init__(
        self,
        keeper: Keeper,
        post: Callable[[Callable[[], None]], None],
        written: Callable[[Said], None],
        failed: Callable[[], None],
        lost: Callable[[], None],
    ) -> None:
        self._keeper, self._post = keeper, post
        self._written, self._failed, self._lost = written, failed, lost
        self._lock = runtime.lock()
        self._unlogged: deque[Said] = deque()
        self._writing = self._closed = False
        self._open = 0
        self.waiting: list[Said] = []

    @property
    def count(self) -> int:
        """How many turns wait to be written or answered."""
        return self._open + len(self.waiting)

    def add(self, said: Said) -> None:
        self._open += 1
        with self._lock:
            self._unlogged.append(said)
            idle, self._writing = not self._writing, True
        if idle:
            runtime.spawn(self._write_all)

    def taken(self, said: Said) -> None:
        """The session knows that a turn is written: it waits for its answer now."""
        self._open -= 1
        self.waiting.append(said)

    def close(self) -> None:
        """Try no more."""
        self._closed = True

    def _write_all(self) -> None:
        """Write in order, each until it is written."""
        failing = False
        while (said := self._next()) is not None:
            try:
                self._write(said)
            except errors.TalkMoved:
                self._closed = True
                self._post(self._lost)
            except Exception:
                log.exception("turn not logged", session_id=self._keeper.session_id)
                if not failing:
                    self._post(self._failed)
                failing = True
                runtime.sleep(RETRY_SECONDS)
            else:
                failing = False
                self._unlogged.popleft()
                self._post(partial(self._written, said))

    def _next(self) -> Said | None:
        with self._lock:
            if self._unlogged and not self._closed:
                return self._unlogged[0]
            self._writing = False
            return None

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
        alarms = [number for number, each in enumerate(self.waiting) if each.turn.alarm]
        if alarms:
            found = self.waiting[: alarms[0] + 1]
            del self.waiting[: alarms[0] + 1]
            joined = _joined([each.turn for each in found])
            return replace(found[-1], turn=replace(joined, text=found[-1].turn.text))
        found, self.waiting = self.waiting, []
        turn = _joined([each.turn for each in found])
        return Said(turn, (), found[-1].stages, found[-1].over_at)

    def drop_waiting(self) -> None:
        """Answer nothing more but an alarm."""
        self.waiting = [each for each in self.waiting if each.turn.alarm]


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
