"""Deepgram's streaming protocol as pure functions: the query, the controls, the messages.

Source: Deepgram's public documents of `/v1/listen` (2025-07 to 2026-10). Nothing here touches a
socket, a clock or the model.
"""

import hmac
import json
import re
from dataclasses import dataclass
from urllib.parse import parse_qs

SAMPLE_RATES = (8000, 16000, 44100, 48000)
DEFAULT_ENDPOINTING_MS = 10
MIN_UTTERANCE_END_MS = 1000
MAX_MS = 60_000
CHANNEL = [0, 1]
MODEL_UUID = "00000000-0000-0000-0000-6d6f6f6e7368"
# Ignoring these would change what the caller believes about the answer (or about privacy).
REFUSED = ("callback", "multichannel", "diarize", "redact", "profanity_filter")


class BadQuery(Exception):
    """The query can't be served; `str(error)` is the sentence for the client."""


@dataclass(frozen=True)
class Query:
    """A validated query. Times are milliseconds; `endpointing` is None when switched off."""

    sample_rate: int
    model: str = "nova-2"
    language: str = "en"
    interim_results: bool = False
    endpointing: int | None = DEFAULT_ENDPOINTING_MS
    utterance_end_ms: int | None = None
    vad_events: bool = False
    punctuate: bool = False
    smart_format: bool = False
    filler_words: bool = False

    @property
    def punctuated(self) -> bool:
        """Tell whether the transcript keeps case and punctuation."""
        return self.punctuate or self.smart_format


def parse_query(raw: str) -> Query:
    """Validate the part after `?`. Parameters without a meaning here are ignored.

    Raises BadQuery with one sentence that names the parameter.
    """
    given = parse_qs(raw, keep_blank_values=True)
    values = {name: items[-1] for name, items in given.items()}
    _refuse_unsupported(values)
    interim = _flag(values, "interim_results")
    return Query(
        sample_rate=_sample_rate(values),
        model=_word(values, "model", "nova-2"),
        language=_language(values),
        interim_results=interim,
        endpointing=_endpointing(values),
        utterance_end_ms=_utterance_end(values, interim),
        vad_events=_flag(values, "vad_events"),
        punctuate=_flag(values, "punctuate"),
        smart_format=_flag(values, "smart_format"),
        filler_words=_flag(values, "filler_words"),
    )


def _refuse_unsupported(values: dict) -> None:
    for name in REFUSED:
        if values.get(name, "false").lower() != "false":
            raise BadQuery(f"{name} is not supported by this recogniser.")
    if values.get("channels", "1") != "1":
        raise BadQuery("channels must be 1.")


def _flag(values: dict, name: str) -> bool:
    text = values.get(name, "false").lower()
    if text not in ("true", "false"):
        raise BadQuery(f"{name} must be true or false.")
    return text == "true"


def _number(values: dict, name: str, low: int, high: int) -> int:
    text = values[name]
    if not re.fullmatch(r"[0-9]{1,6}", text) or not low <= int(text) <= high:
        raise BadQuery(f"{name} must be a whole number from {low} to {high}.")
    return int(text)


def _word(values: dict, name: str, default: str) -> str:
    text = values.get(name, default)
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,64}", text):
        raise BadQuery(f"{name} is not a valid name.")
    return text


def _sample_rate(values: dict) -> int:
    if "encoding" not in values or "sample_rate" not in values:
        raise BadQuery("encoding and sample_rate are required together: containers are not read.")
    if values["encoding"] != "linear16":
        raise BadQuery("encoding must be linear16.")
    rate = _number(values, "sample_rate", 1, 999_999)
    if rate not in SAMPLE_RATES:
        raise BadQuery(f"sample_rate must be one of {', '.join(map(str, SAMPLE_RATES))}.")
    return rate


def _language(values: dict) -> str:
    language = _word(values, "language", "en")
    if language.lower() != "en" and not language.lower().startswith("en-"):
        raise BadQuery("No such model/language combination found: this recogniser is English.")
    return language


def _endpointing(values: dict) -> int | None:
    text = values.get("endpointing", str(DEFAULT_ENDPOINTING_MS)).lower()
    if text == "false":
        return None
    if text == "true":
        return DEFAULT_ENDPOINTING_MS
    return _number({"endpointing": text}, "endpointing", 0, MAX_MS)


def _utterance_end(values: dict, interim: bool) -> int | None:
    if "utterance_end_ms" not in values:
        return None
    if not interim:
        raise BadQuery("utterance_end_ms needs interim_results=true.")
    return _number(values, "utterance_end_ms", MIN_UTTERANCE_END_MS, MAX_MS)


def presented_keys(authorization: str | None, subprotocol: str | None) -> list[str]:
    """List the keys a request carries: `Token KEY`, `Bearer KEY`, or subprotocols `token, KEY`."""
    scheme, _, key = (authorization or "").strip().partition(" ")
    keys = [key.strip()] if scheme.lower() in ("token", "bearer") else []
    offered = [part.strip() for part in (subprotocol or "").split(",")]
    if len(offered) == 2 and offered[0].lower() in ("token", "bearer"):
        keys.append(offered[1])
    return keys


def authorised(expected: str | None, keys: list[str]) -> bool:
    """Accept every request when no key is configured, otherwise only an equal key."""
    if not expected:
        return True
    return any(hmac.compare_digest(key.encode(), expected.encode()) for key in keys)


def control_type(text: str) -> str | None:
    """Name a control message, or None when the text is no JSON object with a known `type`."""
    try:
        kind = json.loads(text).get("type")
    except (ValueError, AttributeError, RecursionError):
        return None
    return kind if kind in ("KeepAlive", "Finalize", "CloseStream", "Configure") else None


def upgrade_error(code: str, message: str, request_id: str) -> dict:
    """Build the JSON body of a refused upgrade."""
    return {"err_code": code, "err_msg": message, "request_id": request_id}


@dataclass(frozen=True)
class Span:
    """A stretch of the stream on the audio clock, in seconds."""

    start: float
    end: float


def results(
    span: Span,
    words: list[dict],
    request_id: str,
    *,
    is_final: bool = False,
    speech_final: bool = False,
    from_finalize: bool = False,
) -> dict:
    """Build a Results message; the transcript is the words joined (see `words.timed_words`)."""
    transcript = " ".join(word.get("punctuated_word", word["word"]) for word in words)
    confidence = round(sum(w["confidence"] for w in words) / len(words), 4) if words else 0.0
    alternative = {"transcript": transcript, "confidence": confidence, "words": words}
    return {
        "type": "Results",
        "channel_index": CHANNEL,
        "duration": round(span.end - span.start, 3),
        "start": round(span.start, 3),
        "is_final": is_final,
        "speech_final": speech_final,
        "from_finalize": from_finalize,
        "channel": {"alternatives": [alternative]},
        "metadata": {
            "request_id": request_id,
            "model_info": {"name": "moonshine-tiny-en", "version": "0.1.0", "arch": "moonshine"},
            "model_uuid": MODEL_UUID,
        },
    }


def speech_started(timestamp: float) -> dict:
    """Build SpeechStarted; `timestamp` is seconds on the audio clock."""
    return {"type": "SpeechStarted", "channel": CHANNEL, "timestamp": round(timestamp, 3)}


def utterance_end(last_word_end: float) -> dict:
    """Build UtteranceEnd; `last_word_end` is seconds on the audio clock."""
    return {"type": "UtteranceEnd", "channel": CHANNEL, "last_word_end": round(last_word_end, 3)}


def metadata(request_id: str, sha256: str, created: str, duration: float) -> dict:
    """Build the Metadata that answers CloseStream; `created` is ISO 8601, `duration` seconds."""
    return {
        "type": "Metadata",
        "transaction_key": "deprecated",
        "request_id": request_id,
        "sha256": sha256,
        "created": created,
        "duration": round(duration, 3),
        "channels": 1 if duration else 0,
    }


def schema_error(text: str) -> dict:
    """Build the answer to a text frame that is no known control message."""
    return {
        "type": "Error",
        "variant": "SchemaError",
        "description": "Could not deserialize last text message: expected a known type.",
        "message": text[:200],
    }


def configure_failure(request_id: str) -> dict:
    """Build the answer to Configure, which this server doesn't do: a query holds for a stream."""
    return {
        "type": "ConfigureFailure",
        "request_id": request_id,
        "description": "Configure is not supported by this recogniser.",
    }
