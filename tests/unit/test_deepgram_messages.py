"""Deepgram's messages as its documents show them."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from medcor.domain.events import Heard, UtteranceEnded
from medcor.integrations.recognisers import AudioFormat
from medcor.integrations.recognisers.deepgram import Options, listen_url, parse_message

RESULT = {
    "type": "Results",
    "channel_index": [0, 1],
    "duration": 1.73,
    "start": 5.9,
    "is_final": True,
    "speech_final": True,
    "from_finalize": False,
    "channel": {
        "alternatives": [
            {
                "transcript": "Ensure domestic tranquility.",
                "confidence": 0.98,
                "words": [
                    {"word": "ensure", "start": 6.25, "end": 6.64, "confidence": 0.98},
                    {"word": "tranquility", "start": 6.9, "end": 7.4, "confidence": 0.98},
                ],
            }
        ]
    },
}


def test_a_result_is_put_on_the_sessions_clock():
    heard = parse_message(json.dumps(RESULT), offset=10.0)
    assert heard == Heard(
        "Ensure domestic tranquility.",
        True,
        True,
        False,
        15.9,
        pytest.approx(17.63),
        pytest.approx(17.4),
        ((pytest.approx(16.64), "ensure"), (pytest.approx(17.4), "tranquility")),
    )


def test_a_result_without_words_has_no_last_word():
    silent = {**RESULT, "channel": {"alternatives": [{"transcript": "", "words": []}]}}
    assert parse_message(json.dumps(silent), 0).last_word_end is None


def test_utterance_end():
    raw = json.dumps({"type": "UtteranceEnd", "channel": [0, 1], "last_word_end": 2.395})
    assert parse_message(raw, 1.0) == UtteranceEnded(pytest.approx(3.395))


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "{",
        "[]",
        "3",
        b"\xff\xfe",
        "null",
        '{"type":"Results"}',
        '{"type":"Results","channel":{"alternatives":[]}}',
        '{"type":"UtteranceEnd"}',
        '{"type":"Metadata","request_id":"x"}',
        '{"type":"SpeechStarted","timestamp":9.5}',
        '{"type":"Error","variant":"SchemaError"}',
        '{"type":"Results","channel":null}',
    ],
)
def test_anything_else_says_nothing(raw):
    assert parse_message(raw, 0) is None


def test_the_query_has_what_the_contract_asks_for():
    audio = AudioFormat("linear16", 16000, "en")
    url = listen_url("wss://api.deepgram.com/v1/listen", Options(), audio)
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert query == {
        "model": "nova-2",
        "language": "en",
        "smart_format": "true",
        "filler_words": "true",
        "punctuate": "true",
        "interim_results": "true",
        "endpointing": "300",
        "utterance_end_ms": "1000",
        "encoding": "linear16",
        "sample_rate": "16000",
        "channels": "1",
    }
