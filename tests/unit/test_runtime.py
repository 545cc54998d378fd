"""The async mode's primitives, in each mode in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from medcor.wire import unmask

MAILBOX = """
import sys, time
from medcor import runtime
runtime.patch(sys.argv[1])
box = runtime.mailbox(3)
assert [box.put(n) for n in range(5)] == [None, None, None, 0, 1]
assert [box.get() for _ in range(3)] == [2, 3, 4]
began = time.monotonic()
try:
    box.get(0.1)
    raise SystemExit("nothing was there")
except runtime.Empty:
    assert 0.09 < time.monotonic() - began < 1
got = []
def read():
    while (item := box.get()) is not None:
        got.append(item)
reader = runtime.spawn(read)
for number in range(200):
    box.put(number)
    runtime.sleep(0)
box.put(None)
assert reader.join(5)
assert got and got == sorted(got) and got[-1] == 199, got
# A put and the end of the wait at the same moment: the item is never lost.
for _ in range(50):
    task = runtime.spawn(lambda: (runtime.sleep(0.002), box.put("late")))
    try:
        item = box.get(0.002)
    except runtime.Empty:
        item = box.get(1)
    assert item == "late" and task.join(1)
assert runtime.Task.running == 0
print("ok")
"""

FAIRNESS = """
import socket, struct, time
from medcor import runtime
runtime.patch("eventlet")
from eventlet import websocket
# Two ends of a connection: one floods with frames that are there at once.
left, right = socket.socketpair()
frame = bytes((0x82, 0x80 | 125)) + b"abcd" + b"x" * 125
right.sendall(frame * 900)
reader = websocket.RFC6455WebSocket(left, {})
gaps, running = [], True
def tick():
    last = time.monotonic()
    while running:
        runtime.sleep(0)
        now = time.monotonic()
        gaps.append(now - last)
        last = now
runtime.spawn(tick)
runtime.sleep(0)
for _ in range(900):
    assert len(reader.wait()) == 125
running = False
assert len(gaps) > 5, gaps
print("ok")
"""

FRAGMENTS = """
from medcor import runtime
runtime.patch("eventlet")
from eventlet.websocket import FailedConnectionError, RFC6455WebSocket
bounded = RFC6455WebSocket.Message
# The control: as the library has it, whatever comes is kept.
kept = bounded.__mro__[1](1, 1000)
for _ in range(500):
    kept.push(b"x" * 1000)
assert len(b"".join(kept.data)) == 500_000
def refused(*sizes):
    message = bounded(1, 1000)
    try:
        for size in sizes:
            message.push(b"x" * size)
    except FailedConnectionError as error:
        assert error.status == 1009 and not message.data
        return True
    return False
assert not refused(1000) and not refused(400, 600) and not refused(*[0] * 4000)
assert refused(1001) and refused(400, 601) and refused(*[1] * 1001) and refused(*[0] * 5000)
print("ok")
"""


def run(code: str, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, *arguments],
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.stdout == "ok\n", done.stderr


@pytest.mark.parametrize("mode", ["eventlet", "threading"])
def test_a_mailbox_drops_the_oldest_and_loses_nothing_else(mode):
    run(MAILBOX, mode)


def test_a_message_in_fragments_is_no_longer_than_a_frame_may_be():
    run(FRAGMENTS)


def test_a_flooding_client_gives_way_to_others():
    run(FAIRNESS)


@pytest.mark.parametrize("length", [0, 1, 3, 4, 5, 125, 3200])
@pytest.mark.parametrize("offset", [0, 1, 2, 3, 4, 7])
def test_unmask_is_the_rfcs_xor(length, offset):
    data, mask = os.urandom(length), (1, 0, 255, 128)
    expected = bytes(byte ^ mask[(offset + place) % 4] for place, byte in enumerate(data))
    assert unmask(data, mask, length, offset) == expected
