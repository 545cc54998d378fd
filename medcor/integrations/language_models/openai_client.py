"""A LanguageModel over the openai client, for OpenAI and every server that speaks its protocol."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
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

    def add(self, fragments: Sequence[dict[str, Any]]) -> None:
        for each in fragments:
            part = self.parts.setdefault(each.get("index", 0), ["", "", ""])
            function = each.get("function") or {}
            part[0] = part[0] or each.get("id") or ""
            part[1] += function.get("name") or ""
            part[2] += function.get("arguments") or ""
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
        except Exception as error:
            # Whatever a server sends in the wrong shape is its fault, not the talk's.
            outcome = self._breaker.failed
            raise ModelFailed("protocol", type(error).__name__) from error
        finally:
            outcome()

    def _generate(
        self, messages: Sequence[Message], tools: Sequence[dict[str, Any]], deadline: float
    ) -> Iterator[TextPiece | ToolCall]:
        calls, length, finished = _Calls(), 0, False
        with ExitStack() as open_stream:
            lines = self._open(open_stream, messages, tools, deadline).iter_lines()
            for choice in _choices(lines, self._patience.piece, deadline):
                delta = choice.get("delta") or {}
                finished = finished or choice.get("finish_reason") is not None
                calls.add(delta.get("tool_calls") or ())
                if text := delta.get("content"):
                    length += len(text)
                    if length > MAX_TEXT:
                        raise ModelFailed("too_long", "text")
                    yield TextPiece(text)
        if not finished:
            raise ModelFailed("cut", "the stream ended early")
        yield from calls.whole()

    def _open(
        self,
        stack: ExitStack,
        messages: Sequence[Message],
        tools: Sequence[dict[str, Any]],
        deadline: float,
    ) -> Any:
        """Begin the stream; a fault that may pass is tried once more."""
        try:
            return stack.enter_context(self._request(messages, tools))
        except openai.APITimeoutError as error:
            raise ModelFailed("timeout") from error
        except (openai.APIConnectionError, openai.APIStatusError) as error:
            pause = self._pause_before_retry(error)
            if pause is None or runtime.monotonic() + pause >= deadline:
                raise ModelFailed(_kind(error)) from error
            runtime.sleep(pause)
        except openai.OpenAIError as error:
            raise ModelFailed("protocol", type(error).__name__) from error
        try:
            return stack.enter_context(self._request(messages, tools))
        except openai.OpenAIError as error:
            raise ModelFailed(_kind(error)) from error

    def _request(self, messages: Sequence[Message], tools: Sequence[dict[str, Any]]) -> Any:
        # Its lines are read here: the client's own stream hides the comments with which some
        # servers keep a silent connection alive, and no deadline would ever be looked at.
        extra = {"tools": list(tools)} if tools else {}
        return self._client.chat.completions.with_streaming_response.create(
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


def _choices(lines: Iterator[str], patience: float, deadline: float) -> Iterator[dict[str, Any]]:
    """The first choice of each chunk; silence, the deadline and any fault below are a failed model.

    ``patience`` is how many seconds may pass without a chunk, comments notwithstanding.
    """
    heard = runtime.monotonic()
    try:
        for line in lines:
            now = runtime.monotonic()
            if now > deadline or now - heard > patience:
                raise ModelFailed("timeout", "whole answer" if now > deadline else "silence")
            data = line.removeprefix("data:").strip() if line.startswith("data:") else ""
            if not data or data == "[DONE]":
                continue
            heard = now
            yield from _choice(data)
    except (ModelFailed, GeneratorExit):
        raise
    except Exception as error:
        kind = "timeout" if "Timeout" in type(error).__name__ else "cut"
        raise ModelFailed(kind, type(error).__name__) from error


def _choice(data: str) -> Iterator[dict[str, Any]]:
    chunk = json.loads(data)
    if chunk.get("error"):
        raise ModelFailed("protocol", "an error inside the stream")
    yield from (chunk.get("choices") or ())[:1]


def _kind(error: openai.OpenAIError) -> str:
    status = getattr(error, "status_code", None)
    if status is not None:
        return f"status_{status}"
    return "timeout" if isinstance(error, openai.APITimeoutError) else "unreachable"
