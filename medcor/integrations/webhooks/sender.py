"""Post one delivery: to a checked address, within a deadline, following nothing, reading little.

Below httpcore lies a network backend of our own: it resolves the name once, refuses any address
that is not public, and connects to the very address that it checked, so that the name can't mean
another one a moment later. TLS is still verified against the name.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import httpcore2 as httpcore

from medcor.domain.webhooks import AddressRefused, Reach, check_address, is_success

CONNECT_SECONDS, TOTAL_SECONDS = 5.0, 10.0
MOST_BODY_BYTES = 2048
AGENT = "Medcor-Webhooks/1"
Resolve = Callable[..., list[Any]]


class Fault(StrEnum):
    """What kind of failure a try ended with."""

    ADDRESS = "address"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    BROKEN = "broken"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Answer:
    """How a try ended. ``status`` is None where no answer came; ``detail`` is for the log."""

    status: int | None
    fault: Fault | None
    detail: str
    duration_ms: int


class _Failed(Exception):
    def __init__(self, fault: Fault, detail: str = "") -> None:
        super().__init__(detail)
        self.fault, self.detail = fault, detail


class _TimedStream(httpcore.NetworkStream):
    """A stream whose operations end together: a receiver that drips can't hold a sender."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: float) -> None:
        self._inner, self._deadline = inner, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._left(httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._left(httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = min(self._left(httpcore.ConnectTimeout), CONNECT_SECONDS)
        inner = self._inner.start_tls(ssl_context, server_hostname, left)
        return _TimedStream(inner, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)

    def _left(self, late: type[Exception]) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise late("the deadline has passed")
        return left


class _CheckedBackend(httpcore.NetworkBackend):
    """Connects to public addresses only, and only to the ones that it looked at."""

    def __init__(self, reach: Reach, resolve: Resolve, connect: float, deadline: float) -> None:
        self._reach, self._resolve = reach, resolve
        self._connect, self._deadline = connect, deadline
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = self._checked(host, port)
        until = min(self._deadline, time.monotonic() + self._connect)
        for address in addresses[:-1]:
            with suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                # A share of the time, so that a dead first address leaves some for the others.
                share = (until - time.monotonic()) / len(addresses)
                return self._reached(address, port, share, socket_options)
        return self._reached(addresses[-1], port, until - time.monotonic(), socket_options)

    def _reached(
        self, address: str, port: int, seconds: float, options: Any
    ) -> httpcore.NetworkStream:
        if seconds <= 0:
            raise httpcore.ConnectTimeout("the deadline has passed")
        stream = self._plain.connect_tcp(address, port, seconds, socket_options=options)
        return _TimedStream(stream, self._deadline)

    def _checked(self, host: str, port: int) -> list[str]:
        """Every address of the name; one that is not public refuses them all."""
        try:
            found = self._resolve(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise _Failed(Fault.ADDRESS) from error
        addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
        if not addresses:
            raise _Failed(Fault.ADDRESS)
        for address in addresses:
            try:
                check_address(address, self._reach)
            except (AddressRefused, ValueError) as error:
                # Nobody learns which names of the network around here exist, or where they lead.
                raise _Failed(Fault.ADDRESS) from error
        return addresses


class WebhookSender:
    """Sends deliveries, each over a connection of its own."""

    def __init__(
        self,
        reach: Reach,
        *,
        trust: ssl.SSLContext | None = None,
        resolve: Resolve | None = None,
        connect_seconds: float = CONNECT_SECONDS,
        total_seconds: float = TOTAL_SECONDS,
    ) -> None:
        self._reach = reach
        self._trust = trust or ssl.create_default_context()
        self._resolve = resolve or _resolve
        self._connect_seconds, self._total_seconds = connect_seconds, total_seconds

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Post ``body`` and say how it went; never raises for anything that a receiver does."""
        began = time.monotonic()
        status: int | None = None
        fault: Fault | None = None
        detail = ""
        try:
            status = self._post(url, headers, body, began + self._total_seconds)
            if not is_success(status):
                fault = Fault.ANSWER
        except _Failed as error:
            fault, detail = error.fault, error.detail
        except httpcore.TimeoutException:
            fault = Fault.TIMEOUT
        except httpcore.ConnectError as error:
            secure = isinstance(_first(error), ssl.SSLError)
            fault, detail = (Fault.TLS if secure else Fault.CONNECT), _reason(error)
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError, ValueError) as error:
            fault, detail = Fault.BROKEN, _reason(error)
        return Answer(status, fault, detail, int((time.monotonic() - began) * 1000))

    def _post(self, url: str, headers: Mapping[str, str], body: bytes, deadline: float) -> int:
        if url.startswith("http://") and not self._reach.http:
            raise _Failed(Fault.ADDRESS, "http")
        backend = _CheckedBackend(self._reach, self._resolve, self._connect_seconds, deadline)
        fields = {
            "Content-Type": "application/json",
            "User-Agent": AGENT,
            "Connection": "close",
            **headers,
        }
        pool = httpcore.ConnectionPool(
            ssl_context=self._trust, network_backend=backend, retries=0, max_connections=1
        )
        with pool, pool.stream("POST", url, headers=fields, content=body) as response:
            _skim(response)
            return response.status


def _skim(response: httpcore.Response) -> None:
    """Read a little of the body, so that a small answer ends in order; its status is known."""
    read = 0
    with suppress(httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError):
        for piece in response.iter_stream():
            read += len(piece)
            if read >= MOST_BODY_BYTES:
                break


def _resolve(host: str, port: int, **options: Any) -> list[Any]:
    return socket.getaddrinfo(host, port, **options)


def _first(error: Exception) -> object:
    """What the network said: httpcore carries it as the only argument of its own error."""
    return error.args[0] if error.args else error


def _reason(error: Exception) -> str:
    text = getattr(_first(error), "verify_message", "") or str(error)
    return text or type(error).__name__
