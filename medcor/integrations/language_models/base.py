"""What the assistant asks of a language model, whoever serves it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class TextPiece:
    """A piece of the answer as it is generated."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A whole request to use a tool; ``arguments`` is JSON as the model wrote it, unchecked."""

    id: str
    name: str
    arguments: str


class ModelFailed(Exception):
    """The model gave no whole answer; ``kind`` says why, for the log."""

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(f"{kind}: {detail}" if detail else kind)
        self.kind = kind


class LanguageModel(Protocol):
    """A streaming chat model with tools. Used by many talks at once."""

    def ready(self) -> bool:
        """Say whether a try makes sense now; False while it is known to be down."""

    def stream(
        self, messages: Sequence[Message], tools: Sequence[dict[str, Any]], deadline: float
    ) -> Iterator[TextPiece | ToolCall]:
        """Generate one message until ``deadline`` (monotonic seconds); ModelFailed on any fault.

        Closing the iterator closes the connection.
        """
