"""The turns of one talk: counted, logged before they are answered, and answered one at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from medcor import runtime
from medcor.domain import errors
from medcor.domain.talk import Talk, Turn
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
    """See the module; the session's greenlet alone uses it.

    ``make_talk`` opens the assistant, anew where one hangs; ``post`` takes a reply's end to the
    session's inbox; ``failed`` is called when the log can't be reached. A ``mute`` one answers
    nothing more but alarms.
    """

    def __init__(
        self,
        keeper: Keeper,
        outbox: Outbox,
        make_talk: Callable[[], Talk],
        post: Callable[[Any], None],
        failed: Callable[[], None],
        found: Recovered | None = None,
    ) -> None:
        self._keeper, self._outbox, self._make_talk = keeper, outbox, make_talk
        self._post, self._failed = post, failed
        self._talk = make_talk()
        self._log = TurnLog(keeper, self._written)
        self._reply: ReplyRun | None = None
        self.mute = False
        self.count = found.turn_count if found else 0
        # Typed lines by the name that their page gave them, and whether they are safe.
        self._lines = dict.fromkeys(found.lines, True) if found else {}
        if found:
            self._log.waiting += [self._alarmed(Said(turn)) for turn in found.waiting]

    @property
    def busy(self) -> bool:
        """Something is to be logged or answered."""
        return bool(self._reply or self._log.busy)

    @property
    def full(self) -> bool:
        return len(self._log.waiting) >= MOST_WAITING_TURNS

    @property
    def failing(self) -> bool:
        """The log can't be reached: :meth:`go_on` is to be called until it can."""
        return self._log.failing

    def take_spoken(self, spoken: Spoken, audio: tuple[str, int]) -> bool:
        """Make what was said a turn; False where nothing was. Raises TalkMoved."""
        stages = Stages(recogniser=spoken.recogniser_ms, floor=spoken.floor_ms)
        said = self._turn(spoken.text, "voice", spoken.segments, stages)
        if said is None:
            return False
        said.audio = audio
        self._add(said)
        return True

    def take_typed(self, line: Line) -> None:
        """Make a line a turn, once: a page that is not sure sends it again. Raises TalkMoved."""
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
        return self._alarmed(Said(turn, segments, stages, runtime.monotonic()))

    def _alarmed(self, said: Said) -> Said:
        said.alarm = self._talk.alarm(said.turn.text)
        return said

    def _add(self, said: Said) -> None:
        if said.alarm:
            self._sound(said)
        self._log.add(said)
        self.go_on()

    def _sound(self, said: Said) -> None:
        """An alarm waits for nothing: not for the log, and not for a reply that is under way."""
        alarm = said.alarm
        cards = [card.as_json() for card in alarm.cards]
        text, turn_id = f"{alarm.text} ", said.turn.turn_id
        self._outbox.emit("reply_delta", turn_id=turn_id, text=text, cards=cards)
        self.cut()

    def go_on(self) -> None:
        """Log in order; what can't be logged now is kept and tried again, and not answered yet."""
        told = self._log.failing
        if not self._log.write() and not told:
            self._failed()
        self.next_reply()

    def _written(self, said: Said) -> None:
        """A typed line is shown once it is safe: until then its page keeps it."""
        if said.turn.source == "text":
            ((name, text),) = said.segments
            self._lines[name] = True
            self._echo(name, text)

    def _echo(self, name: str, text: str) -> None:
        self._outbox.emit("transcript", utterance_id=name, text=text, is_final=True)

    def begin(self) -> None:
        """Answer what another process has left; whether it has said an alarm is not known."""
        for said in self._log.waiting:
            if said.alarm:
                self._sound(said)
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
        if self._reply is not None:
            self._reply.abandon()
