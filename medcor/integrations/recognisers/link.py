"""One voice session's connection to Deepgram (or what speaks its protocol), over websocket-client.

A writer greenlet owns the connection: it opens it, sends, and opens it again when it is lost. A
reader greenlet per connection posts what is heard. Audio that a lost connection has not confirmed
by a final transcript is said again, no faster than the vendor takes it.
"""

from __future__ import annotations

import contextlib
import random
import socket
from collections import deque
from collections.abc import Callable
from typing import Any

import structlog
import websocket

from medcor import runtime
from medcor.domain.events import Heard, LinkChanged, LinkState
from medcor.domain.pacing import Bucket, backoff

from . import AudioFormat, Post, deepgram
from .audio_buffer import AudioBuffer

CONNECT_SECONDS = 10.0
SEND_SECONDS = 5.0
CLOSE_SECONDS = 2.0
KEEP_ALIVE_SECONDS = 4.0
QUIET_SECONDS = 8.0
# A vendor that takes this much audio and says nothing, not even that it is silence, is deaf.
DEAF_SECONDS = 20.0
STEADY_SECONDS = 5.0
TRIES = 5
# The vendor takes at most 1.25 seconds of audio a second.
CATCH_UP_RATE, CATCH_UP_BURST = 1.25, 1.0
# A small send buffer shows a vendor that has stopped reading before minutes of audio are in it.
SOCKET_OPTIONS = (
    (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
    (socket.SOL_SOCKET, socket.SO_SNDBUF, 65_536),
)
_CLOSE = "close"
_ERRORS = (websocket.WebSocketException, OSError, ValueError)

log = structlog.get_logger("medcor.recogniser")


class Refused(Exception):
    """The vendor will not have this connection; trying again can't help."""


class DeepgramLink:
    """A ``Recogniser``. ``address`` gives base URL and key at each try: both may change."""

    def __init__(
        self,
        address: Callable[[], tuple[str, str]],
        options: deepgram.Options,
        audio: AudioFormat,
        post: Post,
    ) -> None:
        self.audio = audio
        self._address, self._options, self._post = address, options, post
        self._buffer = AudioBuffer(audio.bytes_per_second)
        self._lock = runtime.lock()
        self._signal = runtime.mailbox(1)
        self._controls: deque[str] = deque()
        self._pace = Bucket(CATCH_UP_RATE, CATCH_UP_BURST)
        self._offset = 0.0
        self._lost_bytes = 0
        self._answered, self._silent = 0.0, True
        self._socket: websocket.WebSocket | None = None
        self._broken = ""
        self._closing = False
        self._sent_at = self._fed_at = self._opened_at = runtime.monotonic()
        self.ended = False

    def start(self) -> None:
        runtime.spawn(self._run)

    @property
    def seconds(self) -> float:
        return self._buffer.given_seconds

    @property
    def behind(self) -> float:
        return self._buffer.waiting_seconds

    def feed(self, frame: bytes) -> None:
        with self._lock:
            self._lost_bytes += self._buffer.add(frame)
        self._fed_at = runtime.monotonic()
        self._wake()

    def finalize(self) -> None:
        self._control(deepgram.FINALIZE)

    def close(self) -> None:
        self._closing = True
        self._control(_CLOSE)

    def tick(self, now: float) -> None:
        if self._socket is None:
            return
        if now - self._sent_at >= KEEP_ALIVE_SECONDS and not self._controls:
            self._control(deepgram.KEEP_ALIVE)
        if self._lost_bytes:
            self._tell(LinkState.LISTENING)
        if self.seconds - self._answered >= DEAF_SECONDS:
            self._broken = "takes audio and says nothing"
            _hang_up(self._socket)

    def _control(self, text: str) -> None:
        self._controls.append(text)
        self._wake()

    def _wake(self) -> None:
        if not len(self._signal):
            self._signal.put(True)

    def _run(self) -> None:
        try:
            self._keep_connected()
        except Exception:
            log.exception("recogniser link failed")
            self._tell(LinkState.CLOSED, final=True, reason="internal error")
        finally:
            self.ended = True

    def _keep_connected(self) -> None:
        state, attempt = LinkState.CONNECTING, 0
        while not self._closing:
            self._tell(state)
            opened = self._open(attempt)
            if opened is None:
                return
            self._use(opened)
            attempt = 0 if self._was_steady() else attempt + 1
            state = LinkState.RECONNECTING
            if self._closing or self._out_of_tries(attempt):
                break
            self._rewind()
            self._wait_until_needed()
        if self._closing:
            self._tell(LinkState.CLOSED)

    def _was_steady(self) -> bool:
        """A connection that lasted, and answered what it was given, starts the tries afresh."""
        deaf = self._silent and self.seconds - self._offset > STEADY_SECONDS
        return runtime.monotonic() - self._opened_at >= STEADY_SECONDS and not deaf

    def _open(self, attempt: int) -> websocket.WebSocket | None:
        """Connect, waiting between tries; None when it is over, which was told."""
        while not self._closing:
            if attempt:
                self._pause(backoff(attempt - 1, random.random()))  # noqa: S311
            try:
                return self._connect()
            except Refused as refused:
                self._tell(LinkState.CLOSED, final=True, reason=str(refused))
                return None
            except _ERRORS as error:
                self._broken = f"{type(error).__name__}: {error}"
            attempt += 1
            if self._out_of_tries(attempt):
                return None
            self._tell(LinkState.RECONNECTING)
        self._tell(LinkState.CLOSED)
        return None

    def _out_of_tries(self, attempt: int) -> bool:
        if attempt < TRIES:
            return False
        self._tell(LinkState.CLOSED, final=True, reason=self._broken)
        return True

    def _connect(self) -> websocket.WebSocket:
        base, key = self._address()
        url = deepgram.listen_url(base, self._options, self.audio)
        header = [f"Authorization: Token {key}"] if key else []
        try:
            return websocket.create_connection(
                url,
                timeout=CONNECT_SECONDS,
                header=header,
                suppress_origin=True,
                sockopt=SOCKET_OPTIONS,
                skip_utf8_validation=True,
            )
        except websocket.WebSocketBadStatusException as error:
            if deepgram.is_final(error.status_code):
                raise Refused(f"refused with {error.status_code}") from error
            raise

    def _use(self, opened: websocket.WebSocket) -> None:
        """Send until the connection is lost or closed; the reader ends with it."""
        opened.settimeout(SEND_SECONDS)
        self._broken, self._opened_at = "", runtime.monotonic()
        self._sent_at = self._opened_at
        self._offset = self._answered = self._buffer.given_seconds
        self._silent = True
        self._socket = opened
        self._tell(LinkState.LISTENING)
        reader = runtime.spawn(self._read, opened, self._offset)
        try:
            while not self._broken and self._send_next(opened):
                pass
            if self._closing and not self._broken:
                reader.join(CLOSE_SECONDS)
        except _ERRORS as error:
            self._broken = f"{type(error).__name__}: {error}"
        finally:
            self._socket = None
            _hang_up(opened)
            reader.join(CLOSE_SECONDS)

    def _send_next(self, opened: websocket.WebSocket) -> bool:
        """Send one thing, audio first, or wait for one; False after CloseStream."""
        with self._lock:
            frame = self._buffer.next()
        if frame is not None:
            opened.send_binary(frame)
            self._sent_at = runtime.monotonic()
            self._keep_pace(len(frame))
        elif self._controls:
            return self._send_control(opened, self._controls.popleft())
        else:
            self._signal.get()
        return True

    def _keep_pace(self, size: int) -> None:
        wait = self._pace.wait(self._sent_at, size / self.audio.bytes_per_second)
        if wait > 0:
            runtime.sleep(wait)

    def _send_control(self, opened: websocket.WebSocket, text: str) -> bool:
        opened.send(deepgram.CLOSE_STREAM if text is _CLOSE else text)
        self._sent_at = runtime.monotonic()
        return text is not _CLOSE

    def _read(self, opened: websocket.WebSocket, offset: float) -> None:
        try:
            while opened is self._socket:
                self._read_one(opened, offset)
        except _ERRORS as error:
            self._broken = self._broken or f"{type(error).__name__}: {error}"
        finally:
            self._wake()

    def _read_one(self, opened: websocket.WebSocket, offset: float) -> None:
        try:
            opcode, data = opened.recv_data()
        except websocket.WebSocketTimeoutException:
            return
        if opcode == websocket.ABNF.OPCODE_CLOSE:
            raise websocket.WebSocketConnectionClosedException(_close_reason(data))
        self._answered, self._silent = self.seconds, False
        event = deepgram.parse_message(data, offset)
        if event is None:
            return
        if isinstance(event, Heard) and event.is_final:
            with self._lock:
                self._buffer.confirm(event.end)
        self._post(event)

    def _rewind(self) -> None:
        with self._lock:
            self._lost_bytes += self._buffer.rewind()

    def _wait_until_needed(self) -> None:
        """A connection that ended in silence is not missed before there is something to say."""
        while not self._closing:
            quiet = runtime.monotonic() - self._fed_at >= QUIET_SECONDS
            if not quiet:
                return
            self._signal.get()

    def _pause(self, seconds: float) -> None:
        """Wait; a close ends it early."""
        until = runtime.monotonic() + seconds
        while not self._closing and runtime.monotonic() < until:
            try:
                self._signal.get(until - runtime.monotonic())
            except runtime.Empty:
                return

    def _tell(self, state: LinkState, *, final: bool = False, reason: str = "") -> None:
        with self._lock:
            lost, self._lost_bytes = self._lost_bytes, 0
            if final:
                lost += self._buffer.drop_waiting()
        lost_ms = round(lost * 1000 / self.audio.bytes_per_second)
        if reason:
            log.warning("recogniser", state=state.value, reason=reason)
        self._post(LinkChanged(state, lost_ms, final, reason))


def _hang_up(opened: websocket.WebSocket) -> None:
    # Closing alone would leave a reader waiting for its time-out.
    with contextlib.suppress(*_ERRORS, AttributeError):
        opened.sock.shutdown(socket.SHUT_RDWR)
    opened.shutdown()


def _close_reason(data: Any) -> str:
    code = int.from_bytes(data[:2], "big") if len(data) >= 2 else 1005
    return f"closed with {code} {bytes(data[2:]).decode(errors='replace')}".strip()
