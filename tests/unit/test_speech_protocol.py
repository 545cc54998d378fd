"""The query, the controls and the messages of the speech server, as tables."""

import json

import pytest

from medcor.speech import protocol, words
from medcor.speech.protocol import BadQuery, Span

RAW = "encoding=linear16&sample_rate=16000"


@pytest.mark.parametrize(
    ("raw", "name", "value"),
    [
        (RAW, "endpointing", 10),
        (RAW, "interim_results", False),
        (RAW, "utterance_end_ms", None),
        (RAW, "punctuated", False),
        (RAW + "&punctuate=true", "punctuated", True),
        (RAW + "&smart_format=true", "punctuated", True),
        (RAW + "&endpointing=false", "endpointing", None),
        (RAW + "&endpointing=true", "endpointing", 10),
        (RAW + "&endpointing=300", "endpointing", 300),
        (RAW + "&language=en-GB", "language", "en-GB"),
        (RAW + "&model=nova-2-medical", "model", "nova-2-medical"),
        (RAW + "&vad_events=true", "vad_events", True),
        (RAW + "&filler_words=true", "filler_words", True),
        (RAW + "&keyterm=molar&keyterm=crown&tag=x&unheard_of=1", "language", "en"),
        (RAW + "&interim_results=true&utterance_end_ms=1000", "utterance_end_ms", 1000),
        ("encoding=linear16&sample_rate=44100", "sample_rate", 44100),
    ],
)
def test_a_good_query_is_read(raw, name, value):
    assert getattr(protocol.parse_query(raw), name) == value


@pytest.mark.parametrize(
    ("raw", "named"),
    [
        ("", "encoding and sample_rate"),
        ("encoding=linear16", "encoding and sample_rate"),
        ("sample_rate=16000", "encoding and sample_rate"),
        ("encoding=opus&sample_rate=16000", "encoding"),
        ("encoding=linear16&sample_rate=22050", "sample_rate"),
        ("encoding=linear16&sample_rate=-1", "sample_rate"),
        ("encoding=linear16&sample_rate=16e3", "sample_rate"),
        (RAW + "&language=tr", "English"),
        (RAW + "&language=multi", "English"),
        (RAW + "&language=english", "English"),
        (RAW + "&language=en%0d%0aX", "language"),
        (RAW + "&interim_results=maybe", "interim_results"),
        (RAW + "&endpointing=soon", "endpointing"),
        (RAW + "&endpointing=-5", "endpointing"),
        (RAW + "&utterance_end_ms=1000", "interim_results"),
        (RAW + "&interim_results=true&utterance_end_ms=999", "utterance_end_ms"),
        (RAW + "&channels=2", "channels"),
        (RAW + "&multichannel=true", "multichannel"),
        (RAW + "&callback=http://example.test/", "callback"),
        (RAW + "&redact=pci", "redact"),
    ],
)
def test_a_bad_query_is_named(raw, named):
    with pytest.raises(BadQuery, match=named):
        protocol.parse_query(raw)


@pytest.mark.parametrize(
    ("authorization", "subprotocol", "keys"),
    [
        (None, None, []),
        ("Token abc", None, ["abc"]),
        ("token abc", None, ["abc"]),
        ("Bearer abc", None, ["abc"]),
        ("Basic abc", None, []),
        (None, "token, abc", ["abc"]),
        (None, "token", []),
        (None, "chat, abc", []),
        ("Token abc", "token, def", ["abc", "def"]),
    ],
)
def test_keys_are_found(authorization, subprotocol, keys):
    assert protocol.presented_keys(authorization, subprotocol) == keys


@pytest.mark.parametrize(
    ("expected", "keys", "verdict"),
    [
        (None, [], True),
        (None, ["anything"], True),
        ("right", ["right"], True),
        ("right", ["wrong", "right"], True),
        ("right", [], False),
        ("right", [""], False),
        ("right", ["Right"], False),
        ("right", ["rîght"], False),
    ],
)
def test_only_the_key_lets_in(expected, keys, verdict):
    assert protocol.authorised(expected, keys) is verdict


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('{"type": "KeepAlive"}', "KeepAlive"),
        ('{"type": "Finalize", "channel": 0}', "Finalize"),
        ('{"type": "CloseStream"}', "CloseStream"),
        ('{"type": "Configure"}', "Configure"),
        ('{"type": "Dance"}', None),
        ('{"type": ["Finalize"]}', None),
        ('{"kind": "Finalize"}', None),
        ("[]", None),
        ("null", None),
        ("Finalize", None),
        ("", None),
        ("[" * 100_000, None),
    ],
)
def test_controls_are_recognised(text, kind):
    assert protocol.control_type(text) == kind


def test_results_have_deepgrams_shape():
    heard = words.timed_words(["Yes,", "please."], [Span(1.0, 2.0)], punctuated=True)
    message = protocol.results(Span(0.5, 2.25), heard, "id", is_final=True, speech_final=True)
    alternative = message["channel"]["alternatives"][0]
    assert message["type"] == "Results"
    assert (message["start"], message["duration"]) == (0.5, 1.75)
    assert (message["is_final"], message["speech_final"], message["from_finalize"]) == (
        True,
        True,
        False,
    )
    assert alternative["transcript"] == "Yes, please."
    assert alternative["words"][0]["word"] == "yes"
    assert alternative["words"][0]["punctuated_word"] == "Yes,"
    assert message["metadata"]["request_id"] == "id"
    json.dumps(message)


def test_without_punctuation_the_transcript_is_bare():
    heard = words.timed_words(["It's", "ten", "o'clock."], [Span(0, 1)], punctuated=False)
    message = protocol.results(Span(0, 1), heard, "id")
    alternative = message["channel"]["alternatives"][0]
    assert alternative["transcript"] == "it's ten o'clock"
    assert "punctuated_word" not in alternative["words"][0]


def test_an_empty_result_has_no_confidence():
    message = protocol.results(Span(0, 1), [], "id")
    assert message["channel"]["alternatives"][0] == {
        "transcript": "",
        "confidence": 0.0,
        "words": [],
    }


def test_the_other_messages():
    assert protocol.speech_started(1.23456)["timestamp"] == 1.235
    assert protocol.utterance_end(2.0) == {
        "type": "UtteranceEnd",
        "channel": [0, 1],
        "last_word_end": 2.0,
    }
    assert protocol.schema_error("x" * 999)["message"] == "x" * 200
    assert protocol.metadata("id", "sha", "now", 0.0)["channels"] == 0
    assert protocol.metadata("id", "sha", "now", 1.5)["channels"] == 1


@pytest.mark.parametrize(
    ("said", "tidied"),
    [
        ("Yes.", "Yes."),
        ("  In short,, the  period ", "In short, the period"),
        ("♪♪♪", ""),
        ("...", ""),
        ("", ""),
        ("♪ Hello ♪", "Hello"),
        ("10:30, please", "10:30, please"),
    ],
)
def test_text_is_tidied(said, tidied):
    assert words.tidy(said) == tidied


@pytest.mark.parametrize(
    ("fillers", "found"), [(True, ["Uh,", "the", "um", "first."]), (False, ["the", "first."])]
)
def test_filler_words_are_left_out_unless_wanted(fillers, found):
    assert words.tokens("Uh, the um - first.", fillers=fillers) == found


def test_word_times_skip_the_pauses():
    heard = words.timed_words(["aaa", "bbb"], [Span(1, 2), Span(5, 6)], punctuated=False)
    assert [(word["start"], word["end"]) for word in heard] == [(1, 2), (5, 6)]


def test_word_times_are_ordered_and_inside():
    found = ["I", "would", "like", "to", "book", "a", "dental", "cleaning"]
    heard = words.timed_words(found, [Span(0.3, 0.9), Span(1.1, 2.4)], punctuated=False)
    times = [time for word in heard for time in (word["start"], word["end"])]
    assert times == sorted(times)
    assert (times[0], times[-1]) == (0.3, 2.4)


def test_no_words_no_times():
    assert words.timed_words([], [], punctuated=False) == []
