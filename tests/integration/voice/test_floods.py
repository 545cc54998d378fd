"""What a connection can make the server keep: no message without end, no stranger who stays."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from websocket import (
    ABNF,
    WebSocket,
    WebSocketConnectionClosedException,
    WebSocketTimeoutException,
    create_connection,
)

from medcor.extensions import socketio
from medcor.sockets import door
from tests.servers import wait_until

from .conftest import MODE

PIECE = b"x" * 500_000
GONE = (WebSocketConnectionClosedException, ConnectionError)


@pytest.fixture()
def connect(server) -> Iterator[Callable[..., WebSocket]]:
    """Open WebSockets that have not said yet who they are; closed at the end."""
    made: list[WebSocket] = []

    def opened(url: str = "") -> WebSocket:
        address = (url or server.url).replace("http", "ws")
        wire = create_connection(f"{address}/socket.io/?EIO=4&transport=websocket", timeout=10)
        made.append(wire)
        assert wire.recv().startswith("0{")
        return wire

    yield opened
    for each in made:
        each.shutdown()


def join(wire, key: str) -> None:
    wire.send(f"40/ws/transcription,{json.dumps({'api_key': key})}")
    assert wire.recv().startswith("40/ws/transcription,")


def ends(wire, seconds: float = 8.0) -> bool:
    """Whether the server ends the connection in time, whatever else it says."""
    deadline = time.monotonic() + seconds
    wire.settimeout(0.5)
    while time.monotonic() < deadline:
        try:
            if wire.recv_data(control_frame=True)[0] == ABNF.OPCODE_CLOSE:
                return True
        except WebSocketTimeoutException:
            continue
        except GONE:
            return True
    return False


def resident(pid: int) -> int:
    """Bytes of memory that a process has."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096


def pour(wire, opcode: int, pieces: int, size: int = len(PIECE)) -> bool:
    """Send fragments of a message that does not end; False once nobody reads them any more."""
    wire.settimeout(3)
    try:
        for number in range(pieces):
            kind = opcode if number == 0 else ABNF.OPCODE_CONT
            wire.send_frame(ABNF.create_frame(PIECE[:size], kind, fin=0))
    except (*GONE, WebSocketTimeoutException):
        # On threads the reader ends at once, and the connection with the next ping.
        return False
    return not ends(wire, 2)


@pytest.mark.parametrize("opcode", [ABNF.OPCODE_TEXT, ABNF.OPCODE_BINARY])
def test_a_message_that_never_ends_is_not_kept(server, connect, opcode):
    before = resident(server.pid)
    for _ in range(3):
        wire = connect()
        assert not pour(wire, opcode, 100)
    assert resident(server.pid) - before < 30_000_000
    assert server.get("/healthz")[0] == 200


def test_neither_are_ever_smaller_pieces_of_one(connect):
    # On threads they are gathered in one array of bytes, so that a piece costs what it holds.
    assert pour(connect(), ABNF.OPCODE_TEXT, 6000, 1) is (MODE != "eventlet")


def test_a_message_in_pieces_is_read_as_one(clinics, connect):
    wire = connect()
    packet = f"40/ws/transcription,{json.dumps({'api_key': key_of(clinics)})}".encode()
    third = len(packet) // 3
    for number, part in enumerate((packet[:third], packet[third:-third], packet[-third:])):
        kind = ABNF.OPCODE_CONT if number else ABNF.OPCODE_TEXT
        wire.send_frame(ABNF.create_frame(part, kind, fin=int(number == 2)))
    assert wire.recv().startswith("40/ws/transcription,")


def key_of(clinics) -> str:
    return clinics.sign_in(clinics.world.one.patient)[0]


@pytest.mark.parametrize(
    "header",
    [
        '45999999999-/ws/transcription,["text"]',
        '452-/ws/transcription,["audio",{"_placeholder":true,"num":0}]',
        '46999999999-/ws/transcription,1["text"]',
        '45\u0669\u0669-/ws/transcription,["text"]',
    ],
)
def test_nobody_announces_binaries_without_end(clinics, connect, header):
    wire = connect()
    join(wire, key_of(clinics))
    wire.send(header)
    assert ends(wire)


def test_without_the_check_the_library_keeps_whatever_comes(clinics, connect, live, monkeypatch):
    """The control: what the door keeps out does pile up."""
    monkeypatch.setattr(door, "_check_attachments", lambda _data: None)
    url, _registry = live
    wire = connect(url)
    join(wire, key_of(clinics))
    wire.send('45999999999-/ws/transcription,["text"]')
    for _ in range(20):
        wire.send_binary(b"y" * 100_000)

    def kept() -> int:
        waiting = socketio.server._binary_packet.values()
        return sum(len(each) for packet in waiting for each in packet.attachments)

    wait_until(lambda: kept() == 2_000_000, 5, "nothing piled up")


def test_a_stranger_may_say_little(connect):
    wire = connect()
    for _ in range(door.STRANGE_MESSAGES + 1):
        wire.send('40/ws/transcription,{"api_key":"guessed"}')
    assert ends(wire)
    wordy = connect()
    wordy.send("42" + json.dumps(["x" * door.STRANGE_BYTES]))
    assert ends(wordy)


def test_a_stranger_may_not_stay(clinics, connect, live, monkeypatch):
    monkeypatch.setattr(door, "STRANGE_SECONDS", 0.5)
    url, _registry = live
    known = connect(url)
    join(known, key_of(clinics))
    silent = connect(url)
    assert ends(silent)
    left = connect(url)
    join(left, key_of(clinics))
    left.send("41/ws/transcription,")
    left.send("42/ws/transcription,[]")
    assert ends(left)
    # Who has said who they are stays.
    known.send('42/ws/transcription,7["resume_backend"]')
    heard = [known.recv(), known.recv()]
    assert any(each.startswith("43/ws/transcription,7") for each in heard)


def test_the_watch_ends_when_there_are_no_strangers(clinics, connect, live):
    url, _registry = live
    guard = socketio.server.eio.handlers["message"].__self__
    wire = connect(url)
    assert guard._watching and guard._strangers
    join(wire, key_of(clinics))
    wait_until(lambda: not guard._watching and not guard._strangers, 5, "it watches nobody")
