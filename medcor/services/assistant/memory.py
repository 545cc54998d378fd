"""What a talk remembers, as JSON and back: another process may go on with it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import structlog
from pydantic import TypeAdapter, ValidationError

from medcor.services.assistant.model_turn import ModelMemory
from medcor.services.assistant.state import TalkState

_STATE = TypeAdapter(TalkState)
log = structlog.get_logger("medcor.assistant")


def dump_memory(state: TalkState, model: ModelMemory) -> dict[str, Any]:
    """The state of the dialogue, and what a model was shown of it."""
    amounts, clocks = model.grounding.backed()
    return {
        "state": _STATE.dump_python(state, mode="json"),
        "messages": list(model.messages),
        "amounts": [str(each) for each in amounts if each is not None],
        "clocks": [list(each) for each in clocks],
    }


def load_memory(kept: dict[str, Any], state: TalkState, model: ModelMemory) -> None:
    """Put back what was kept. What another version of the program wrote is dropped, not guessed."""
    try:
        found = _STATE.validate_python(kept["state"])
        amounts = {Decimal(each) for each in kept["amounts"]}
        clocks = {(int(hour), int(minute)) for hour, minute in kept["clocks"]}
        messages = [dict(each) for each in kept["messages"]]
    except (KeyError, TypeError, ValueError, ArithmeticError, ValidationError) as error:
        log.warning("talk_memory_dropped", error=type(error).__name__)
        return
    state.restore(found)
    model.messages[:] = messages
    model.grounding.back(amounts, clocks)
