"""A tool as a language model sees it, and how its arguments are read: none of them is trusted."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from medcor.domain.identity import is_known_id
from medcor.domain.talk import Card, ToolStep
from medcor.services.assistant.state import Answer, Desk

Arguments = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Result:
    """What a tool gives the model; a ``final`` answer is the server's own and ends the turn.

    ``foreign`` content is what somebody wrote at length, such as a record: after it the model gets
    no more tools in this turn, so that nothing in it can use one.
    """

    content: Any
    cards: tuple[Card, ...] = ()
    final: Answer | None = None
    foreign: bool = False


class BadArguments(Exception):
    """The model's arguments make no sense; its text is told to the model."""


Use = Callable[[Desk, Arguments], Generator[ToolStep, None, Result]]


@dataclass(frozen=True, slots=True)
class ModelTool:
    """A tool with its description and JSON schema."""

    name: str
    description: str
    properties: dict[str, Any]
    required: tuple[str, ...]
    use: Use

    def schema(self) -> dict[str, Any]:
        return {
            "type": "function",
            "function": {
                "name": self.name,
                "description": self.description,
                "parameters": {
                    "type": "object",
                    "properties": self.properties,
                    "required": list(self.required),
                    "additionalProperties": False,
                },
            },
        }


def read_object(arguments: str) -> Arguments:
    try:
        found = json.loads(arguments)
    except ValueError:
        raise BadArguments("the arguments are not JSON") from None
    if not isinstance(found, dict):
        raise BadArguments("the arguments must be an object")
    return found


def read_id(arguments: Arguments, name: str, *, needed: bool = False) -> int | None:
    value = arguments.get(name)
    if value is None and not needed:
        return None
    if not is_known_id(value):
        raise BadArguments(f"{name} must be an id that a tool has given")
    return value


def read_day(arguments: Arguments, name: str) -> date | None:
    value = arguments.get(name)
    if not value:
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise BadArguments(f"{name} must be YYYY-MM-DD") from None


def read_clock(arguments: Arguments, name: str) -> time | None:
    value = arguments.get(name)
    if not value:
        return None
    try:
        return time.fromisoformat(str(value)).replace(tzinfo=None)
    except ValueError:
        raise BadArguments(f"{name} must be HH:MM") from None


ID = {"type": "integer"}
DAY = {"type": "string", "description": "YYYY-MM-DD, the clinic's calendar"}
TIME = {"type": "string", "description": "HH:MM, the clinic's clock"}
