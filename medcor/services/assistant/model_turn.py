"""One turn answered by a language model with tools, under the server's rules."""

from __future__ import annotations

import json
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

from medcor import runtime
from medcor.domain.dialogue import wording
from medcor.domain.permissions import Role
from medcor.domain.talk import Card, Delta, ToolStep
from medcor.integrations.language_models import (
    LanguageModel,
    Message,
    ModelFailed,
    TextPiece,
    ToolCall,
)
from medcor.services.assistant.grounding import Grounding
from medcor.services.assistant.model_prompt import as_data, system_prompt
from medcor.services.assistant.model_tools import Result, tools_for, use_tool
from medcor.services.assistant.state import Answer, Desk
from medcor.services.assistant.toolbox import MAX_STEPS

Events = Generator[Delta | ToolStep, None, Any]
KEPT_MESSAGES = 12
LONGEST_MESSAGE = 1500
TURN_SECONDS = 20.0


@dataclass
class ModelMemory:
    """What the model is shown of the talk so far, and the numbers that were backed in it."""

    messages: list[Message] = field(default_factory=list)
    grounding: Grounding = field(default_factory=Grounding)

    def add(self, role: str, text: str) -> None:
        self.messages.append({"role": role, "content": text[:LONGEST_MESSAGE]})
        del self.messages[:-KEPT_MESSAGES]
        self.grounding.allow(text)


@dataclass
class ModelTurn:
    """Ask the model, use the tools it wants, at most three, and check every sentence it says."""

    model: LanguageModel
    desk: Desk
    prompt: dict[str, Any]
    memory: ModelMemory
    seconds: float = TURN_SECONDS
    cards: tuple[Card, ...] = ()
    said: str = ""
    calls: int = 0

    @property
    def role(self) -> Role:
        return self.desk.box.actor.role or Role.PATIENT

    def run(self, text: str) -> Events:
        """Give the Answer; ModelFailed when the model fails, stalls or says what nothing backs."""
        deadline = runtime.monotonic() + self.seconds
        self.memory.grounding.allow(text)
        clinic, now = self.desk.catalogue.clinic, self.desk.box.clock()
        system = system_prompt(self.prompt, self.role, self.desk.language, clinic, now)
        system += _open_options(self.desk)
        self.memory.grounding.allow_given(system)
        messages: list[Message] = [
            {"role": "system", "content": system},
            *self.memory.messages,
            {"role": "user", "content": text[:LONGEST_MESSAGE]},
        ]
        for _round in range(MAX_STEPS + 1):
            wanted = yield from self._generate(messages, deadline)
            if not wanted:
                return self._answer()
            final = yield from self._use(messages, wanted)
            if final is not None:
                return final
        raise ModelFailed("too_many_steps")

    def _answer(self) -> Answer:
        text = self.said.strip()
        if not text:
            raise ModelFailed("empty")
        return Answer(text, self.cards, shown=text, answered_by="model")

    def _ended_by_server(self, final: Answer) -> Answer:
        """The server's own words end the turn, after what the model has said so far."""
        said = self.said.strip()
        if not said:
            return final
        return Answer(f"{said} {final.text}", final.cards, shown=said, answered_by="model")

    def _generate(self, messages: list[Message], deadline: float) -> Events:
        """Stream one message sentence by sentence; returns the tools it asks for."""
        tools = [each.schema() for each in tools_for(self.role)] if self.calls < MAX_STEPS else []
        wanted: list[ToolCall] = []
        waiting = ""
        if self.said and not self.said.endswith((" ", "\n")):
            waiting = " "
        stream = self.model.stream(messages, tools, deadline)
        try:
            for piece in stream:
                if isinstance(piece, TextPiece):
                    waiting += piece.text
                    *whole, waiting = wording.sentences(waiting) or [""]
                    for sentence in whole:
                        yield self._checked(sentence)
                else:
                    wanted.append(piece)
        finally:
            stream.close()
        if waiting.strip():
            yield self._checked(waiting)
        return wanted

    def _checked(self, sentence: str) -> Delta:
        to_patient = self.role is Role.PATIENT
        objection = self.memory.grounding.objection(sentence, to_patient=to_patient)
        if objection:
            raise ModelFailed("ungrounded", objection)
        self.said += sentence
        return Delta(sentence)

    def _use(self, messages: list[Message], wanted: list[ToolCall]) -> Events:
        messages.append(
            {
                "role": "assistant",
                "content": self.said or None,
                "tool_calls": [_as_message(each) for each in wanted],
            }
        )
        for call in wanted:
            self.calls += 1
            if self.calls > MAX_STEPS:
                result = Result({"error": "no more tools in this turn"})
            else:
                result = yield from use_tool(self.desk, self.role, call.name, call.arguments)
            if result.final is not None:
                return self._ended_by_server(result.final)
            if result.foreign:
                self.calls = MAX_STEPS
            content = as_data(result.content)
            self.memory.grounding.allow_given(content)
            self.cards = (*self.cards, *result.cards)
            messages.append({"role": "tool", "tool_call_id": call.id, "content": content})
        return None


def _open_options(desk: Desk) -> str:
    """The options that stand, with their ids, so that a later turn can choose one."""
    if not desk.state.offers:
        return ""
    options = as_data([each.as_json() for each in desk.state.offers])
    return f"\n\nThe options on offer, in their order:\n<data>\n{options}\n</data>"


def _as_message(call: ToolCall) -> dict[str, Any]:
    try:
        arguments = json.dumps(json.loads(call.arguments))
    except ValueError:
        arguments = "{}"
    function = {"name": call.name, "arguments": arguments}
    return {"id": call.id, "type": "function", "function": function}
