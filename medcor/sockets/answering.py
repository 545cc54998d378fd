"""The turns of one talk: counted, logged before they are answered, and answered one at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from medcor import runtime
from medcor.domain import errors
from medcor.domain.talk import Talk, Turn
from medcor.domain.triage import said_just_before
from medcor.services.measures import Stages
from medcor.services.talk_sessions import Recovered

from .ears import Spoken
from .keeper import Keeper
from .messages import Line, printable
from .outbox import Outbox
from .replies import ReplyRun
from .turn_log import Said, TurnLog

MOST_WAITING_TURNS = 20


class Answering:
    """See the module; the session's greenlet alone uses it, and is never kept waiting by it.

    ``make_talk`` opens the assistant, anew where one hangs; ``post`` takes to the session's inbox
    what is to be done there. ``written`` is called with each turn that is safe, ``failed`` when the
    log can't be reached. A ``mute`` one answers nothing more but alarms.
    """

    def __init__(
        self,
        keeper: Keeper,
        outbox: Outbox,
        make_talk: Callable[[], Talk],
        post: Callable[[Any], None],
        written: Callable[[Said], None],
        failed: Callable[[], None],
        found: Recovered | None = None,
    ) -> None:
        self._keeper, self._outbox, self._make_talk = keeper, outbox, make_talk
        self._post, self._tell_written = post, written
        self._talk = make_talk()
        self._log = TurnLog(keeper, post, self._written, failed, _move)
        self._reply: ReplyRun | None = None
        self.mute = False
        self.count = found.turn_count if found else 0
        # Typed lines by the name that their page gave them, and whether they are safe.
        self._lines = dict.fromkeys(found.lines, True) if found else {}
        # What was said last, and when: an alarm may come in two halves.
        self._last = found.last if found else None
        if found:
            self._log.waiting += [
                Said(self._with_alarm(turn, said_at)) for turn, said_at in found.waiting
            ]

    @property
    def busy(self) -> bool:
        """Something is to be logged or answered."""
        return bool(self._reply or self._log.count)

    @property
    def full(self) -> bool:
        return self._log.count >= MOST_WAITING_TURNS

    def take_spoken(self, spoken: Spoken, audio: tuple[str, int]) -> bool:
        """Make what was said a turn; False where nothing was."""
        stages = Stages(recogniser=spoken.recogniser_ms, floor=spoken.floor_ms)
        said = self._turn(spoken.text, "voice", spoken.segments, stages)
        if said is None:
            return False
        said.audio = audio
        self._add(said)
        return True

    def take_typed(self, line: Line) -> None:
        """Make a line a turn, once: a page that is not sure sends it again."""
        name = line.name or f"t{self.count + 1}"
        if name in self._lines:
            if self._lines[name]:
                self._echo(name, line.text)
            return
        said = self._turn(line.text, "text", ((name, line.text),), Stages())
        if said is not None:
            self._lines[name] = False
            self._add(said)

    def _turn(
        self, text: str, source: str, segments: tuple[tuple[str, str], ...], stages: Stages
    ) -> Said | None:
        text = printable(text)
        if not text:
            return None
        self.count += 1
        turn = Turn(f"{self._keeper.session_id}.{self.count}", text, source)
        turn = self._with_alarm(turn, self._keeper.work.now())
        return Said(turn, segments, stages, runtime.monotonic())

    def _with_alarm(self, turn: Turn, said_at: datetime) -> Turn:
        """Decide once, when the words come, whether they are an alarm."""
        before, self._last = said_just_before(self._last, said_at), (turn.text, said_at)
        return replace(turn, alarm=self._talk.alarm(turn.text, before))

    def _add(self, said: Said) -> None:
        if said.turn.alarm:
            self._sound(said.turn)
        self._log.add(said)

    def _sound(self, turn: Turn) -> None:
        """An alarm waits for nothing: not for the log, and not for a reply that is under way."""
        told = turn.alarm.reply
        cards = [card.as_json() for card in told.cards]
        text = f"{told.text} "
        self._outbox.emit("reply_delta", turn_id=turn.turn_id, text=text, cards=cards)
        self.cut()

    def _written(self, said: Said) -> None:
        """A turn is safe: a typed line is shown, until then its page keeps it; then answer it."""
        self._log.taken(said)
        if said.turn.source == "text":
            ((name, text),) = said.segments
            self._lines[name] = True
            self._echo(name, text)
        self._tell_written(said)
        self.next_reply()

    def _echo(self, name: str, text: str) -> None:
        self._outbox.emit("transcript", utterance_id=name, text=text, is_final=True)

    def begin(self) -> None:
        """Answer what another process has left; whether it has said an alarm is not known."""
        for said in self._log.waiting:
            if said.turn.alarm:
                self._sound(said.turn)
        self.next_reply()

    def next_reply(self) -> None:
        """Begin to answer what waits, unless a reply is under way."""
        if self.mute:
            self._log.drop_waiting()
        if self._reply is not None:
            return
        said = self._log.take_waiting()
        if said is not None:
            self._reply = ReplyRun(said, self._talk, self._keeper, self._outbox, self._post)
            runtime.spawn(self._reply.run)

    def reply_over(self, run: ReplyRun) -> None:
        """A reply has ended: answer what was said meanwhile. Raises TalkMoved."""
        if run is not self._reply:
            return
        self._reply = None
        if run.moved:
            raise errors.TalkMoved()
        if run.stuck:
            # A talk serves one turn at a time: a new one is made beside the one that hangs.
            self._talk = self._make_talk()
        self.next_reply()

    def cut(self) -> None:
        """Cut the running reply; the talk goes on."""
        if self._reply is not None:
            self._reply.cancel()

    def abandon(self) -> None:
        """Stop and write nothing more: another process answers."""
        self.close()
        if self._reply is not None:
            self._reply.abandon()

    def close(self) -> None:
        """Write nothing more of what was said."""
        self._log.close()


def _move() -> None:
    """Let the session's greenlet know that another session has the talk."""
    raise errors.TalkMoved()
