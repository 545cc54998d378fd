"""Deepgram's streaming protocol as pure functions: the address and the messages.

Source: Deepgram's public documents of ``/v1/listen``. The bundled speech server speaks the same.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from medcor.domain.events import Heard, RecogniserEvent, UtteranceEnded

from . import AudioFormat

KEEP_ALIVE = '{"type":"KeepAlive"}'
FINALIZE = '{"type":"Finalize"}'
CLOSE_STREAM = '{"type":"CloseStream"}'
# Of the client's own faults (4xx) only these may pass by themselves.
_PASSING_STATUSES = frozenset({408, 429})


def is_final(status: int) -> bool:
    """Bad query, bad key, no credit, no right to the model: trying again can't help."""
    return 400 <= status < 500 and status not in _PASSING_STATUSES


@dataclass(frozen=True, slots=True)
class Options:
    """The vendor's parameters that the operator sets; times in milliseconds."""

    model: str = "nova-2"
    smart_format: bool = True
    filler_words: bool = True
    punctuate: bool = True
    endpointing: int = 300
    utterance_end_ms: int = 1000


def listen_url(base: str, options: Options, audio: AudioFormat) -> str:
    """Add the query to ``base``, which includes the path ``/v1/listen``."""
    query = {
        "model": options.model,
        "language": audio.language,
        "smart_format": _flag(options.smart_format),
        "filler_words": _flag(options.filler_words),
        "punctuate": _flag(options.punctuate),
        "interim_results": "true",
        "endpointing": options.endpointing,
        "utterance_end_ms": options.utterance_end_ms,
        "encoding": audio.encoding,
        "sample_rate": audio.sample_rate,
        "channels": 1,
    }
    return f"{base}{'&' if '?' in base else '?'}{urlencode(query)}"


def _flag(value: bool) -> str:
    return "true" if value else "false"


def parse_message(raw: str | bytes, offset: float) -> RecogniserEvent | None:
    """Read one message; None for those that say nothing about speech, and for unreadable ones.

    ``offset`` is where this connection's clock began on the session's audio clock, in seconds.
    """
    try:
        message = json.loads(raw)
        kind = message["type"]
        if kind == "Results":
            return _heard(message, offset)
        if kind == "UtteranceEnd":
            return UtteranceEnded(float(message["last_word_end"]) + offset)
    except (ValueError, KeyError, TypeError, IndexError):
        return None
    return None


def _heard(message: dict[str, Any], offset: float) -> Heard:
    best = message["channel"]["alternatives"][0]
    words = best.get("words") or ()
    start = float(message.get("start", 0.0)) + offset
    is_final = bool(message.get("is_final"))
    return Heard(
        text=str(best.get("transcript", "")),
        is_final=is_final,
        speech_final=bool(message.get("speech_final")),
        from_finalize=bool(message.get("from_finalize")),
        start=start,
        end=start + float(message.get("duration", 0.0)),
        last_word_end=float(words[-1]["end"]) + offset if words else None,
        words=tuple(_word(each, offset) for each in words) if is_final else (),
    )


def _word(word: dict[str, Any], offset: float) -> tuple[float, str]:
    return float(word["end"]) + offset, str(word.get("punctuated_word") or word.get("word", ""))
