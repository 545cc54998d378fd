"""Rules of webhooks: what is told, how long to wait, when to give up, and where to never send."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from medcor.domain import errors
from medcor.domain.appointments import AppointmentStatus

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# The wait after each failed try; after one more failure the delivery is given up.
WAITS = tuple(
    timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 3600, 3 * 3600, 8 * 3600, 24 * 3600)
)
# Deliveries that failed together don't come back together.
JITTER = 0.2
STOP_AFTER = timedelta(days=3)
OLD_SECRET_SIGNS_FOR = timedelta(hours=24)
KEEP = timedelta(days=30)
GONE = 410
MAX_URL = 500
# IPv6 addresses that stand for IPv4 ones behind a translator (RFC 6052).
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
# What this Python takes for global and is not: site-local (RFC 3879), documentation (RFC 9637),
# and the IETF's own assignments (RFC 6890).
_NOT_PUBLIC = tuple(map(ipaddress.ip_network, ("fec0::/10", "3fff::/20", "192.0.0.0/24", "::/128")))


class Event(StrEnum):
    """What happened to an appointment, by the name that receivers see."""

    BOOKED = "appointment.booked"
    CONFIRMED = "appointment.confirmed"
    MOVED = "appointment.moved"
    CANCELLED = "appointment.cancelled"
    COMPLETED = "appointment.completed"
    NO_SHOW = "appointment.no_show"
    RESTORED = "appointment.restored"


EVENT_OF = {
    AppointmentStatus.CONFIRMED: Event.CONFIRMED,
    AppointmentStatus.COMPLETED: Event.COMPLETED,
    AppointmentStatus.NO_SHOW: Event.NO_SHOW,
    AppointmentStatus.CANCELLED: Event.CANCELLED,
}
# Sent by hand only; every endpoint gets it, whatever it listens to.
TEST = "webhook.test"


class DeliveryState(StrEnum):
    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


class StoppedBecause(StrEnum):
    """Why Medcor itself stopped sending to an endpoint."""

    GONE = "gone"
    FAILING = "failing"


@dataclass(frozen=True, slots=True)
class Reach:
    """Where deliveries may go: in production only by https and only to public addresses."""

    http: bool = False
    loopback: bool = False


class AddressRefused(Exception):
    """An address that a delivery may not be sent to."""


def wait_after(attempts: int, chance: float) -> timedelta | None:
    """How long to wait after so many tries, give or take JITTER; None when it is given up.

    ``chance`` is a random number from 0 to 1.
    """
    if attempts > len(WAITS):
        return None
    return WAITS[attempts - 1] * (1 + JITTER * (2 * chance - 1))


def is_success(status: int | None) -> bool:
    """Say whether the receiver took it: any 2xx; a redirect is an answer like any other failure."""
    return status is not None and 200 <= status < 300


def reason_to_stop(
    status: int | None, failing_since: datetime | None, now: datetime
) -> StoppedBecause | None:
    """Why a failure ends the sending to its endpoint, if it does."""
    if status == GONE:
        return StoppedBecause.GONE
    if failing_since is not None and now - failing_since >= STOP_AFTER:
        return StoppedBecause.FAILING
    return None


def check_address(text: str, reach: Reach) -> None:
    """AddressRefused unless ``text``, a numeric address, may be connected to.

    Every address within an address counts: mapped, translated and tunnelled ones.
    """
    for each in _meant(ipaddress.ip_address(text.partition("%")[0])):
        if each.is_loopback and reach.loopback:
            continue
        closed = any(each in network for network in _NOT_PUBLIC if network.version == each.version)
        if closed or not each.is_global or each.is_multicast or each.is_reserved:
            raise AddressRefused("the address is not public")


def _meant(address: Address) -> Iterator[Address]:
    """The address that a packet would end at: itself, or those that it carries."""
    if isinstance(address, ipaddress.IPv4Address):
        yield address
        return
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
        return
    if address in _TRANSLATED:
        yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        return
    yield address
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield from address.teredo


def normal_url(text: str, reach: Reach) -> str:
    """An endpoint's address as it is kept, its host in ASCII; InvalidInput says what is wrong."""
    try:
        parts = urlsplit(text.strip())
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode("ascii")
    except ValueError:
        raise _refused(errors.N_("Enter an address like https://example.com/hooks.")) from None
    if parts.scheme not in ("https", "http") or not host or port == 0:
        raise _refused(errors.N_("Enter an address like https://example.com/hooks."))
    if parts.scheme == "http" and not reach.http:
        raise _refused(errors.N_("The address must begin with https://."))
    if parts.username is not None or parts.password is not None:
        raise _refused(
            errors.N_("Leave user and password out of the address: the signature is the proof.")
        )
    _check_literal(host, reach)
    named = f"[{host}]" if ":" in host else host
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    made = f"{parts.scheme}://{named}{f':{port}' if port else ''}{path}"
    if len(made) > MAX_URL:
        raise _refused(errors.N_("This address is too long."))
    if not made.isascii() or not made.isprintable() or " " in made:
        raise _refused(errors.N_("Write the address as a browser copies it, without spaces."))
    return made


def _check_literal(host: str, reach: Reach) -> None:
    """Refuse a numeric address that no delivery could be sent to; names are checked on sending."""
    try:
        check_address(host, reach)
    except AddressRefused:
        raise _refused(
            errors.N_("This address is inside a private network. Use one that is public.")
        ) from None
    except ValueError:
        if host == "localhost" and not reach.loopback:
            raise _refused(
                errors.N_("This address is inside a private network. Use one that is public.")
            ) from None


def _refused(text: str) -> errors.InvalidInput:
    return errors.InvalidInput(text, field="url")
