"""The shapes of what a client sends, checked against lists; nothing is passed on as text."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from unicodedata import category

from medcor.domain import errors
from medcor.domain.identity import email_key
from medcor.domain.permissions import Actor
from medcor.integrations.recognisers import AudioFormat

ENCODINGS = frozenset({"linear16"})
SAMPLE_RATES = frozenset({8000, 16000, 44100, 48000})
LONGEST_TEXT = 2000
MOST_LOST_MS = 3_600_000
CODES = frozenset(
    {
        "auth",
        "prompt_required",
        "identity_mismatch",
        "bad_message",
        "unsupported_language",
        "too_many_sessions",
        "session_ended",
        "credits_exhausted",
        "recogniser_unavailable",
        "model_unavailable",
        "rate_limited",
    }
)
_NAME = re.compile(r"t-[0-9A-Za-z-]{1,40}")
_UNTAKEN = frozenset({"Cc", "Cs"})
_AUTH = (errors.SignInRequired, errors.NotAllowed)


def code_of(error: errors.DomainError) -> str:
    """The namespace's code of a domain error; one of CODES whatever it is."""
    if isinstance(error, _AUTH):
        return "auth"
    return error.code if error.code in CODES else "bad_message"


def refusal(error: errors.DomainError, text: str) -> dict[str, Any]:
    """What a refused event is acknowledged with."""
    return {"ok": False, "code": code_of(error), "message": text}


@dataclass(frozen=True, slots=True)
class Start:
    """A checked ``start``; ``audio`` is None for a talk by typing only."""

    language: str
    audio: AudioFormat | None
    session_id: str
    last_seq: int | None
    lost_ms: int = 0


def read_start(
    payload: Any, actor: Actor, language: str, spoken: Collection[str], written: Collection[str]
) -> Start:
    """Check a ``start``. Raises BadMessage, IdentityMismatch or UnsupportedLanguage."""
    body = read_object(payload)
    _check_identity(body, actor)
    chosen = body.get("language") or language
    if not isinstance(chosen, str):
        raise errors.UnsupportedLanguage()
    audio = _read_audio(body, chosen, spoken)
    if audio is None and chosen not in written:
        raise errors.UnsupportedLanguage(
            errors.N_("The assistant does not speak this language yet.")
        )
    last_seq = body.get("last_seq")
    if last_seq is not None and (isinstance(last_seq, bool) or not isinstance(last_seq, int)):
        raise errors.BadMessage()
    session_id = body.get("session_id") or ""
    if not isinstance(session_id, str) or len(session_id) > 36:
        raise errors.BadMessage()
    return Start(chosen, audio, session_id, last_seq, read_lost(body))


def read_object(payload: Any) -> dict[str, Any]:
    """A JSON object, also where it was sent as text; nothing at all is an empty one."""
    if payload is None:
        return {}
    if isinstance(payload, str):
        try:
            payload = json.loads(payload)
        except (ValueError, RecursionError):
            raise errors.BadMessage() from None
    if not isinstance(payload, dict):
        raise errors.BadMessage()
    return payload


def _check_identity(body: dict[str, Any], actor: Actor) -> None:
    user_id, email = body.get("user_id"), body.get("user_email")
    if user_id is not None and str(user_id) != str(actor.user_id):
        raise errors.IdentityMismatch()
    if email is not None and (
        not isinstance(email, str) or email_key(email) != email_key(actor.email)
    ):
        raise errors.IdentityMismatch()


def _read_audio(body: dict[str, Any], language: str, spoken: Collection[str]) -> AudioFormat | None:
    encoding, rate = body.get("encoding"), body.get("sample_rate")
    if encoding is None and rate is None:
        return None
    known = isinstance(encoding, str) and type(rate) is int
    if not known or encoding not in ENCODINGS or rate not in SAMPLE_RATES:
        raise errors.BadMessage(errors.N_("This kind of audio is not accepted here."))
    if language not in spoken:
        raise errors.UnsupportedLanguage()
    return AudioFormat(encoding, rate, language)


def read_lost(body: dict[str, Any]) -> int:
    """Milliseconds of audio that the page had to drop; a claim for the log, so bounded."""
    lost = body.get("lost_ms", 0)
    if isinstance(lost, bool) or not isinstance(lost, int) or not 0 <= lost <= MOST_LOST_MS:
        raise errors.BadMessage()
    return lost


def stops_reply_only(payload: Any) -> bool:
    """Whether a ``stop`` is meant for the running reply and not for the whole talk."""
    what = read_object(payload).get("what", "talk")
    if what not in ("talk", "reply"):
        raise errors.BadMessage()
    return what == "reply"


@dataclass(frozen=True, slots=True)
class Line:
    """A typed turn; ``name`` is what its page calls it, empty where it gives none."""

    name: str
    text: str


def read_line(payload: Any) -> Line:
    """A typed turn; BadMessage for one without words, with too many, or with a wrong name."""
    text, name = read_text(payload), payload.get("id")
    if name is not None and not (isinstance(name, str) and _NAME.fullmatch(name)):
        raise errors.BadMessage()
    return Line(name or "", text)


def read_text(payload: Any) -> str:
    """The words of a typed turn, trimmed; BadMessage when there are none or too many."""
    text = payload.get("text") if isinstance(payload, dict) else None
    if not isinstance(text, str) or len(text) > LONGEST_TEXT:
        raise errors.BadMessage()
    text = printable(text)
    if not text:
        raise errors.BadMessage()
    return text


def printable(text: str) -> str:
    """Without control characters and lone surrogates, which no database takes; trimmed."""
    return "".join(
        char for char in text if char in "\n\t" or category(char) not in _UNTAKEN
    ).strip()


def read_frame(data: Any, audio: AudioFormat) -> bytes:
    """A frame of 16-bit PCM, at most one second of it, binary or as ``{"audio": base64}``."""
    if isinstance(data, dict):
        data = decode_audio(data.get("audio"))
    if not isinstance(data, (bytes, bytearray)):
        raise errors.BadMessage()
    if not data or len(data) % 2 or len(data) > audio.bytes_per_second:
        raise errors.BadMessage()
    return bytes(data)


def decode_audio(value: Any) -> bytes:
    if isinstance(value, (bytes, bytearray)):
        return bytes(value)
    if not isinstance(value, str):
        raise errors.BadMessage()
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise errors.BadMessage() from None
