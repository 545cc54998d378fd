"""Decoding, resampling, buffering and pacing of the speech server."""

import numpy as np
import pytest

from medcor.speech.audio import HOP, RATE, HopBuffer, Resampler, decode_linear16, loudness
from medcor.speech.pace import Pace


def tone(rate: int, hertz: float, seconds: float = 1.0) -> np.ndarray:
    return np.sin(2 * np.pi * hertz * np.arange(int(rate * seconds)) / rate).astype(np.float32)


def test_linear16_is_little_endian():
    assert decode_linear16(b"\x00\x80\xff\x7f").tolist() == pytest.approx([-1.0, 1.0], abs=1e-4)


def test_half_a_sample_is_refused():
    with pytest.raises(ValueError, match="even"):
        decode_linear16(b"\x00\x01\x02")


@pytest.mark.parametrize("rate", [8000, 16000, 44100, 48000])
def test_resampling_keeps_length_and_speech(rate):
    out = Resampler(rate).feed(tone(rate, 1000))
    assert len(out) == pytest.approx(RATE, abs=2)
    assert loudness(out[400:-400]) == pytest.approx(np.sqrt(0.5), rel=0.01)


@pytest.mark.parametrize("rate", [44100, 48000])
def test_resampling_removes_what_would_fold_back(rate):
    assert loudness(Resampler(rate).feed(tone(rate, 11_000))[400:-400]) < 0.01


@pytest.mark.parametrize("rate", [8000, 44100, 48000])
@pytest.mark.parametrize("size", [1, 7, 160, 4410])
def test_the_size_of_the_chunks_does_not_matter(rate, size):
    sound = tone(rate, 440, 0.2)
    whole = Resampler(rate).feed(sound)
    piecewise = Resampler(rate)
    parts = [piecewise.feed(sound[i : i + size]) for i in range(0, len(sound), size)]
    assert np.concatenate(parts) == pytest.approx(whole, abs=1e-6)


def test_the_buffer_is_addressed_by_hops_and_forgets():
    buffer = HopBuffer()
    buffer.append(np.repeat(np.arange(4, dtype=np.float32), HOP))
    buffer.append(np.ones(10, np.float32))
    assert (buffer.end, buffer.rest) == (4, 10)
    buffer.forget(2)
    assert buffer.hops(0, 3).tolist() == [2.0] * HOP
    assert buffer.hops(-5, 1).tolist() == []
    assert buffer.end == 4
    buffer.forget(1)
    assert buffer.first == 2


def test_audio_in_real_time_never_waits():
    pace = Pace(4.0)
    assert [pace.wait(second / 10, 0.1) for second in range(50)] == [0.0] * 50


def test_audio_ahead_of_time_is_slowed_to_the_limit():
    pace, now = Pace(4.0), 0.0
    for _ in range(100):
        now += pace.wait(now, 1.0)
    assert now == pytest.approx(100 / 4, abs=1)
