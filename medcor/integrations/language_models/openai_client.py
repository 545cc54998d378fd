"""A LanguageModel over the openai client, for OpenAI and every server that speaks its protocol."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import openai

from medcor import runtime

from .base import Message, ModelFailed, TextPiece, ToolCall
from .breaker import Breaker

MAX_TEXT = 4000
MAX_ARGUMENTS = 4000
MAX_CALLS = 6
# 429 and server errors may pass; other statuses are our own fault and don't.
_PASSING = frozenset({408, 409, 429, 500, 502, 503, 504})
_LONGEST_PAUSE = 2.0


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds to wait for a connection, for the next piece, and at most before the one retry."""

    connect: float = 3.0
    piece: float = 8.0
    pause: float = 0.3


@dataclass
class _Calls:
    """Tool calls arrive in fragments by index; they are whole when the stream has ended."""

    parts: dict[int, list[str]] = field(default_factory=dict)

    def add(self, fragments: Sequence[Any]) -> None:
        for each in fragments:
            part = self.parts.setdefault(each.index, ["", "", ""])
            function = each.function
            part[0] = part[0] or each.id or ""
            part[1] += (function.name or "") if function else ""
            part[2] += (function.arguments or "") if function else ""
            if len(part[2]) > MAX_ARGUMENTS or len(self.parts) > MAX_CALLS:
                raise ModelFailed("too_long", "tool call")

    def whole(self) -> list[ToolCall]:
        return [
            ToolCall(call_id or f"call_{index}", name, arguments or "{}")
            for index, (call_id, name, arguments) in sorted(self.parts.items())
        ]


class OpenAIModel:
    """See :class:`LanguageModel`. One per process; its connections are shared."""

    def __init__(
        self,
        base_url: str,
        api_key: str,
        model: str,
        patience: Patience | None = None,
        breaker: Breaker | None = None,
    ) -> None:
        self._patience = patience or Patience()
        self._model = model
        self._breaker = breaker or Breaker()
        wait = openai.Timeout(
            self._patience.piece, connect=self._patience.connect, pool=self._patience.connect
        )
        # Servers of one's own often ask for no key; the client insists on one.
        self._client = openai.OpenAI(
            base_url=base_url, api_key=api_key or "none", timeout=wait, max_retries=0
        )

    def ready(self) -> bool:
        return self._breaker.allows()

    def close(self) -> None:
        self._client.close()

    def stream(
        self, messages: Sequence[Message], tools: Sequence[dict[str, Any]], deadline: float
    ) -> Iterator[TextPiece | ToolCall]:
        """Generate one message; tool calls come whole, after its text."""
        if not self._breaker.enter():
            raise ModelFailed("down")
        outcome = self._breaker.abandoned
        try:
            yield from self._generate(messages, tools, deadline)
            outcome = self._breaker.succeeded
        except ModelFailed:
            outcome = self._breaker.failed
            raise
        finally:
            outcome()

    def _generate(
        self, messages: Sequence[Message], tools: Sequence[dict[str, Any]], deadline: float
    ) -> Iterator[TextPiece | ToolCall]:
        stream = self._open(messages, tools, deadline)
        calls, length, finished = _Calls(), 0, False
        try:
            for chunk in _pieces(stream, deadline):
                choice = chunk.choices[0] if chunk.choices else None
                if choice is None:
                    continue
                finished = finished or choice.finish_reason is not None
                calls.add(choice.delta.tool_calls or ())
                if choice.delta.content:
                    length += len(choice.delta.content)
                    if length > MAX_TEXT:
                        raise ModelFailed("too_long", "text")
                    yield TextPiece(choice.delta.content)
        finally:
            with suppress(Exception):
                stream.close()
        if not finished:
            raise ModelFailed("cut", "the stream ended early")
        yield from calls.whole()

    def _open(
        self, messages: Sequence[Message], tools: Sequence[dict[str, Any]], deadline: float
    ) -> Any:
        """Begin the stream; a fault that may pass is tried once more."""
        try:
            return self._request(messages, tools)
        except openai.APITimeoutError as error:
            raise ModelFailed("timeout") from error
        except (openai.APIConnectionError, openai.APIStatusError) as error:
            pause = self._pause_before_retry(error)
            if pause is None or time.monotonic() + pause >= deadline:
                raise ModelFailed(_kind(error)) from error
            runtime.sleep(pause)
        except openai.OpenAIError as error:
            raise ModelFailed("protocol", type(error).__name__) from error
        try:
            return self._request(messages, tools)
        except openai.OpenAIError as error:
            raise ModelFailed(_kind(error)) from error

    def _request(self, messages: Sequence[Message], tools: Sequence[dict[str, Any]]) -> Any:
        extra = {"tools": list(tools)} if tools else {}
        return self._client.chat.completions.create(
            model=self._model, messages=list(messages), stream=True, **extra
        )

    def _pause_before_retry(self, error: openai.OpenAIError) -> float | None:
        status = getattr(error, "status_code", None)
        if status is not None and status not in _PASSING:
            return None
        asked = 0.0
        response = getattr(error, "response", None)
        with suppress(TypeError, ValueError, AttributeError):
            asked = float(response.headers.get("retry-after"))
        if asked > _LONGEST_PAUSE:
            return None
        return max(asked, self._patience.pause * random.uniform(0.5, 1.5))  # noqa: S311


def _pieces(stream: Any, deadline: float) -> Iterator[Any]:
    """The chunks until the deadline; whatever breaks underneath is a failed model."""
    try:
        for chunk in stream:
            if time.monotonic() > deadline:
                raise ModelFailed("timeout", "whole answer")
            yield chunk
    except (ModelFailed, GeneratorExit):
        raise
    except openai.APITimeoutError as error:
        raise ModelFailed("timeout") from error
    except Exception as error:
        # The client lets errors of its transport through while a stream is read.
        kind = "timeout" if "Timeout" in type(error).__name__ else "cut"
        raise ModelFailed(kind, type(error).__name__) from error


def _kind(error: openai.OpenAIError) -> str:
    status = getattr(error, "status_code", None)
    if status is not None:
        return f"status_{status}"
    return "timeout" if isinstance(error, openai.APITimeoutError) else "unreachable"
