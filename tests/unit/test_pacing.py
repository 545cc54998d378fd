"""Rates, back-off and the audio buffer, on clocks of their own."""

from __future__ import annotations

import pytest

from medcor.domain.pacing import Bucket, backoff
from medcor.integrations.recognisers.audio_buffer import AudioBuffer

FRAME = b"\0" * 3200
RATE = 32_000


def test_a_bucket_lets_a_burst_pass_and_then_its_rate():
    bucket = Bucket(rate=2, burst=4)
    assert [bucket.take(0.0) for _ in range(5)] == [True] * 4 + [False]
    assert bucket.take(0.5) and not bucket.take(0.5)
    assert [bucket.take(10.0) for _ in range(5)] == [True] * 4 + [False]


def test_catching_up_takes_no_less_than_the_vendors_time():
    bucket, now = Bucket(rate=1.25, burst=1.0), 0.0
    for _ in range(200):
        now += bucket.wait(now, 0.1)
    assert now == pytest.approx((20 - 1) / 1.25, abs=0.2)


def test_real_time_is_never_held_back():
    bucket = Bucket(rate=1.25, burst=1.0)
    assert all(bucket.wait(step * 0.1, 0.1) == 0 for step in range(1000))


@pytest.mark.parametrize(("attempt", "low", "high"), [(0, 1, 1), (1, 1, 2), (3, 4, 8), (9, 5, 10)])
def test_backoff_doubles_within_one_and_ten_seconds(attempt, low, high):
    waits = [backoff(attempt, share / 10) for share in range(11)]
    assert min(waits) >= low and max(waits) <= high and waits == sorted(waits)


def seconds(count: float) -> list[bytes]:
    return [FRAME] * round(count * 10)


def test_the_oldest_waiting_audio_is_dropped_and_counted():
    buffer = AudioBuffer(RATE, gap=1.0)
    lost = sum(buffer.add(frame) for frame in seconds(1.5))
    assert lost == 5 * len(FRAME)
    assert buffer.waiting_seconds == pytest.approx(1.0)


def test_what_no_final_covers_is_said_again():
    buffer = AudioBuffer(RATE)
    for frame in seconds(3):
        buffer.add(frame)
        buffer.next()
    buffer.confirm(1.95)
    assert buffer.rewind() == 0
    # The frame that holds 1.95 s is kept: half of it was not heard.
    assert buffer.given_seconds == pytest.approx(1.9)
    assert buffer.waiting_seconds == pytest.approx(1.1)


def test_the_clock_goes_on_over_a_reconnection():
    buffer = AudioBuffer(RATE)
    for frame in seconds(2):
        buffer.add(frame)
        buffer.next()
    buffer.confirm(2.0)
    buffer.rewind()
    assert buffer.given_seconds == pytest.approx(2.0)
    buffer.add(FRAME)
    buffer.next()
    assert buffer.given_seconds == pytest.approx(2.1)


def test_sent_audio_is_kept_for_so_long_only():
    buffer = AudioBuffer(RATE, kept=2.0)
    for frame in seconds(10):
        buffer.add(frame)
        buffer.next()
    buffer.rewind()
    assert buffer.waiting_seconds == pytest.approx(2.0)


def test_order_survives_a_rewind():
    buffer = AudioBuffer(RATE)
    frames = [bytes([number]) * 3200 for number in range(10)]
    for frame in frames:
        buffer.add(frame)
    assert [buffer.next() for _ in range(4)] == frames[:4]
    buffer.rewind()
    assert [buffer.next() for _ in range(10)] == frames
    assert buffer.next() is None


def test_a_frame_that_was_heard_is_not_kept_for_a_rounding():
    buffer = AudioBuffer(32_000)
    for _ in range(17):
        buffer.add(b"\0" * 3200)
        buffer.next()
    # Seventeen tenths as a sum of a start and a duration.
    buffer.confirm(1.6999999999999997)
    assert buffer.rewind() == 0 and buffer.waiting_seconds == 0
    buffer.add(b"\0" * 3200)
    buffer.next()
    buffer.confirm(1.75)
    buffer.rewind()
    assert buffer.waiting_seconds == 0.1, "half a frame is heard again, whole"
