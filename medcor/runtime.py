"""The async mode and nothing else: patches, spawn, offload to a real thread, sleep, bounded queues.

No other module names eventlet. Under ``eventlet`` the standard library is green after
:func:`patch`, so ``threading`` and ``queue`` primitives taken from here are the right ones for
either mode.
"""

from __future__ import annotations

import logging
import os
import queue
import socket
import sys
import threading
import time
import warnings
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol, TypeVar

from medcor import wire

T = TypeVar("T")
Full, Empty = queue.Full, queue.Empty
MOST_CONNECTIONS = 10_000
IDLE_CONNECTION_SECONDS = 75

log = logging.getLogger("medcor.runtime")
_mode = "threading"
_clock: Callable[[], float] = time.monotonic


def patch(mode: str | None = None) -> str:
    """Choose the async mode and patch for it; must run before anything else is imported."""
    global _mode
    # A command (`flask ...`) has imported its libraries already and needs no greenlets.
    late = "threading" if "flask" in sys.modules else None
    _mode = mode or late or os.environ.get("SOCKETIO_ASYNC_MODE") or "eventlet"
    if _mode == "eventlet":
        _patch_eventlet()
    return _mode


def mode() -> str:
    """Name the async mode in force: ``eventlet`` or ``threading``."""
    return _mode


def _patch_eventlet() -> None:
    warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
    import eventlet

    eventlet.monkey_patch()
    from eventlet import websocket

    connection = websocket.RFC6455WebSocket
    plain_init = connection.__init__

    def init(self: Any, sock: Any, *args: Any, **kwargs: Any) -> None:
        plain_init(self, wire.ReadAhead(sock), *args, **kwargs)

    connection.__init__ = init
    connection._apply_mask = staticmethod(wire.unmask)
    connection._get_bytes = wire.bytes_reader(websocket.ConnectionClosedError)
    connection._recv_frame = wire.frame_reader(connection._recv_frame)
    connection.Message = wire.bounded(connection.Message, websocket.FailedConnectionError)
    # Browsers offer to compress; speech is as good as random, so that only costs, on both sides.
    websocket.WebSocketWSGI._negotiate_permessage_deflate = lambda *_: None


def bound_messages(driver: dict[str, Any], most: int) -> dict[str, Any]:
    """The Engine.IO driver of the mode in force with messages of at most ``most`` bytes.

    On threads its WebSocket knows no bound; under eventlet :func:`patch` has seen to it.
    """
    if _mode == "eventlet":
        return driver
    return {**driver, "websocket": partial(driver["websocket"], max_message_size=most)}


def offload(function: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Run a blocking or CPU-bound call in a real thread while other greenlets go on."""
    if _mode != "eventlet":
        return function(*args, **kwargs)
    from eventlet import tpool

    return tpool.execute(function, *args, **kwargs)


class Task:
    """A started background task; ``join`` waits for it at most ``timeout`` seconds."""

    running = 0

    def __init__(self, function: Callable[..., Any], *args: Any) -> None:
        self._done = threading.Event()
        self._name = getattr(function, "__qualname__", "task")
        Task.running += 1
        _start(self._run, self._name, function, *args)

    def _run(self, function: Callable[..., Any], *args: Any) -> None:
        try:
            function(*args)
        except Exception:
            log.exception("the task %s failed", self._name)
        finally:
            Task.running -= 1
            self._done.set()

    @property
    def done(self) -> bool:
        return self._done.is_set()

    def join(self, timeout: float) -> bool:
        return self._done.wait(timeout)


def _start(function: Callable[..., Any], name: str, *args: Any) -> None:
    if _mode == "eventlet":
        import eventlet

        eventlet.spawn_n(function, *args)
        return
    threading.Thread(target=function, args=args, daemon=True, name=name).start()


def spawn(function: Callable[..., Any], *args: Any) -> Task:
    """Start a greenlet (or a daemon thread); whoever starts it must end it."""
    return Task(function, *args)


def monotonic() -> float:
    """Seconds on the clock that all waits and deadlines of the voice path are measured with."""
    return _clock()


def sleep(seconds: float = 0.0) -> None:
    """Give way to the others for at least ``seconds``."""
    time.sleep(seconds)


class Mailbox(Protocol):
    """A bounded queue with one reader that drops its oldest item instead of blocking a writer."""

    def put(self, item: Any) -> Any:
        """Add ``item``; returns what had to be dropped for it, else None."""

    def get(self, timeout: float | None = None) -> Any:
        """Take the oldest item, waiting at most ``timeout`` seconds; raises Empty."""

    def __len__(self) -> int: ...


def mailbox(size: int) -> Mailbox:
    """Make a mailbox of ``size`` items for the async mode in force."""
    if size < 1:
        raise ValueError("a queue needs a bound")
    return _GreenMailbox(size) if _mode == "eventlet" else _ThreadMailbox(size)


class _ThreadMailbox:
    def __init__(self, size: int) -> None:
        self._size, self._items = size, deque()
        self._changed = threading.Condition()

    def put(self, item: Any) -> Any:
        with self._changed:
            dropped = self._items.popleft() if len(self._items) >= self._size else None
            self._items.append(item)
            self._changed.notify()
        return dropped

    def get(self, timeout: float | None = None) -> Any:
        with self._changed:
            if not self._changed.wait_for(lambda: self._items, timeout):
                raise Empty
            return self._items.popleft()

    def __len__(self) -> int:
        return len(self._items)


class _GreenMailbox:
    """The same without a lock: one switch for a wait, no timer unless one is asked for."""

    def __init__(self, size: int) -> None:
        from eventlet import hubs
        from greenlet import getcurrent

        self._size, self._items = size, deque()
        self._reader: Any = None
        self._hub, self._current = hubs.get_hub, getcurrent

    def put(self, item: Any) -> Any:
        dropped = self._items.popleft() if len(self._items) >= self._size else None
        self._items.append(item)
        reader, self._reader = self._reader, None
        if reader is not None:
            self._hub().schedule_call_global(0, reader.switch)
        return dropped

    def get(self, timeout: float | None = None) -> Any:
        if not self._items:
            self._wait(timeout)
        if not self._items:
            raise Empty
        return self._items.popleft()

    def _wait(self, timeout: float | None) -> None:
        hub, reader = self._hub(), self._current()
        self._reader = reader
        timer = None
        if timeout is not None:
            timer = hub.schedule_call_global(max(0.0, timeout), self._expire, reader)
        try:
            hub.switch()
        finally:
            self._reader = None
            if timer is not None:
                timer.cancel()

    def _expire(self, reader: Any) -> None:
        # A put in the same round of the hub has taken the reader already.
        if self._reader is reader:
            self._reader = None
            reader.switch()

    def __len__(self) -> int:
        return len(self._items)


def lock() -> threading.Lock:
    return threading.Lock()


def event() -> threading.Event:
    return threading.Event()


class Listener:
    """A WSGI server on one port; small packets leave at once (TCP_NODELAY)."""

    def __init__(self, app: Callable[..., Any], host: str, port: int) -> None:
        """Bind and listen; raises OSError when the port is taken."""
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        self._socket = socket.create_server((host, port), family=family, backlog=512)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port = self._socket.getsockname()[1]
        self._app = app
        self._server: Any = None

    def serve(self) -> None:
        """Answer until ``close``."""
        if _mode == "eventlet":
            self._serve_green()
        else:
            self._server = _threaded_server(self._app, self._socket)
            self._server.serve_forever()

    def _serve_green(self) -> None:
        from eventlet import wsgi

        class Protocol(wsgi.HttpProtocol):
            def log_message(self, *_: Any) -> None:
                # The line may hold a key, and would go to the log past all redaction.
                log.info("a request could not be read")

        wsgi.server(
            self._socket,
            self._app,
            protocol=Protocol,
            max_size=MOST_CONNECTIONS,
            socket_timeout=IDLE_CONNECTION_SECONDS,
            log=logging.getLogger("medcor.wsgi"),
            log_output=False,
            debug=False,
        )

    def close(self) -> None:
        """Take no more connections."""
        if self._server is not None:
            self._server.shutdown()
        self._socket.close()


def _threaded_server(app: Callable[..., Any], listening: socket.socket) -> Any:
    from werkzeug.serving import make_server

    host, port = listening.getsockname()[:2]
    return make_server(host, port, app, threaded=True, fd=listening.fileno())
