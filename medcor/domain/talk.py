"""What passes between a voice session and the assistant: one turn in, a stream of events out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Card:
    """What was done or found, shown beside a reply.

    ``kind`` is appointment, times, treatments, doctors or handover. A choice (numbered, so that a
    voice can pick it) and an action are buttons: a label, and what it says as a typed turn.
    """

    kind: str
    title: str
    lines: tuple[str, ...] = ()
    url: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    actions: tuple[tuple[str, str], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The card as the page gets it."""
        return {
            "kind": self.kind,
            "title": self.title,
            "lines": list(self.lines),
            "url": self.url,
            "choices": _buttons(self.choices),
            "actions": _buttons(self.actions),
        }


def _buttons(pairs: tuple[tuple[str, str], ...]) -> list[dict[str, str]]:
    return [{"label": label, "say": say} for label, say in pairs]


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of the reply as it grows."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolStep:
    """A tool began (``running``), ended (``done``) or failed; ``summary`` is for the person."""

    name: str
    state: str
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the person must know that is no reply: ``code`` is one of the namespace's codes."""

    code: str
    message: str
    retryable: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """The whole reply, always the last event of a turn.

    A ``free`` one costs no credit: it only says that something was taken down. ``answered_by`` is
    guided, model or safety, for the measures.
    """

    text: str
    cards: tuple[Card, ...] = field(default=())
    free: bool = False
    answered_by: str = "guided"


ReplyEvent = Delta | ToolStep | Notice | Reply


@dataclass(frozen=True, slots=True)
class Alarm:
    """A red flag in a patient's words: what is said at once, its name, and the words for staff."""

    reply: Reply
    flag: str
    reason: str


@dataclass(frozen=True, slots=True)
class Turn:
    """What one person said: the joined finals of an utterance, or a typed line.

    ``turn_id`` is unique and names every write that the turn causes, so that a retry is harmless.
    ``parts`` are the turns, as (id, text), that are answered together as this one: another process
    may have begun to answer some of them. ``recovered`` says that one did, perhaps. ``alarm`` is
    decided once, when the words come, and its first words have been said by then.
    """

    turn_id: str
    text: str
    source: str = "voice"
    parts: tuple[tuple[str, str], ...] = ()
    recovered: bool = False
    alarm: Alarm | None = None

    @property
    def pieces(self) -> tuple[tuple[str, str], ...]:
        """The turns in it as (id, text), the one that names it last."""
        return self.parts or ((self.turn_id, self.text),)

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(turn_id for turn_id, _text in self.pieces)


class Talk(Protocol):
    """One person's conversation. Not shared between greenlets; one turn at a time.

    ``reply`` never raises for a failed model or tool: it yields a Notice and goes on. It asks
    ``cancelled`` between events and ends early, without a Reply, when that says True; a booking
    under way is finished first.
    """

    @property
    def dictating(self) -> bool:
        """The next turn is text to be taken down: its reply is free."""

    def reply(self, turn: Turn, cancelled: Callable[[], bool]) -> Iterator[ReplyEvent]: ...

    def alarm(self, text: str, before: str = "") -> Alarm | None:
        """The red flag in these words, read with those said just ``before``; asks no database.

        The reply to a turn that has one begins with the words of the alarm's own.
        """

    def memory(self) -> dict[str, Any]:
        """What another process needs to go on with the talk, as JSON."""
