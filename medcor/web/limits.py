"""How often somebody may try: by network address, and stricter by account, over Flask-Limiter."""

from __future__ import annotations

import ipaddress
import math
import time
from typing import NamedTuple

from flask import Response, g, request
from limits import RateLimitItem, parse

from medcor.domain import errors
from medcor.domain.identity import email_key
from medcor.extensions import limiter
from medcor.web.state import settings

# The limits by network address, by the names that the headers tell. Those by account stay untold:
# they begin anew when the account's owner signs in, which is nobody else's business.
CALLS = "calls"
_TOLD = {"sign-in": "sign-ins", "email-lookup": "email-lookups", "mail": "mails"}


class _Counted(NamedTuple):
    """A limit that this request counted on, with what it is counted by."""

    item: RateLimitItem
    key: tuple[str, ...]


def client_network() -> str:
    """The caller's address; of IPv6 the /64, which is what one customer gets."""
    address = request.remote_addr or "unknown"
    if ":" not in address:
        return address
    try:
        known = ipaddress.IPv6Address(address.partition("%")[0])
    except ValueError:
        # Some proxies forward an address with its port.
        return address.rpartition(":")[0]
    if known.ipv4_mapped:
        # A server that listens on both kinds sees every IPv4 caller so, all in one /64.
        return str(known.ipv4_mapped)
    return str(ipaddress.ip_network((known, 64), strict=False))


def count_sign_in(email: str, clinic_id: int | None) -> None:
    """Count a try to sign in, before the password is looked at; TooManyRequests past a limit."""
    _count(f"{settings().limit_sign_ins_per_minute} per minute", "sign-in", client_network())
    _count(settings().limit_sign_ins_per_account, "account", *_account(email, clinic_id))


def forgive_sign_ins(email: str, clinic_id: int | None) -> None:
    """Forget an account's tries once its owner is in; who guesses never gets here."""
    item = parse(settings().limit_sign_ins_per_account)
    limiter.limiter.clear(item, "account", *_account(email, clinic_id))


def count_mail(email: str, clinic_id: int | None) -> None:
    """Count a wish for a mail to an address that may not be the visitor's own."""
    _count(f"{settings().limit_sign_ins_per_minute} per minute", "mail", client_network())
    _count(settings().limit_mails_per_account, "mail-to", *_account(email, clinic_id))


def count_email_lookup(clinic_id: int) -> None:
    """Count a look-up of a patient by address alone: it tells whether there is an account."""
    _count(settings().limit_email_lookups, "email-lookup", str(clinic_id), client_network())


def count_export(clinic_id: int, user_id: int | None) -> None:
    """Count a download of all of a person's data, which is heavy to make."""
    _count("20 per hour", "own-data", str(clinic_id), str(user_id))


def _account(email: str, clinic_id: int | None) -> tuple[str, str]:
    return str(clinic_id or "any"), email_key(email)[:254]


def _count(limit: str, *key: str) -> None:
    item = parse(limit)
    if not limiter.enabled:
        return
    if key[0] in _TOLD:
        _counted()[_TOLD[key[0]]] = _Counted(item, key)
    if not limiter.limiter.hit(item, *key):
        reset = limiter.limiter.get_window_stats(item, *key).reset_time
        raise errors.TooManyRequests(retry_after=_seconds_until(reset))


def _counted() -> dict[str, _Counted]:
    if "counted_limits" not in g:
        g.counted_limits = {}
    return g.counted_limits


def _seconds_until(instant: float) -> int:
    return max(1, math.ceil(instant - time.time()))


def too_many_calls() -> errors.TooManyRequests:
    """The error of a call that Flask-Limiter refused, with the seconds to wait."""
    broken = limiter.current_limit
    wait = {"retry_after": _seconds_until(broken.window.reset_time)} if broken else {}
    return errors.TooManyRequests(**wait)


def add_headers(response: Response) -> Response:
    """Tell each limit that the call counted on and what is left of it.

    As ``RateLimit-Policy`` and ``RateLimit`` have it in draft-ietf-httpapi-ratelimit-headers-10:
    ``q`` calls in ``w`` seconds, ``r`` left, anew in ``t`` seconds.
    """
    counted: dict[str, _Counted] = {}
    for each in limiter.current_limits:
        counted[CALLS] = _Counted(each.limit, tuple(each.request_args))
    policies, left = [], []
    for name, (item, key) in (counted | _counted()).items():
        stats = limiter.limiter.get_window_stats(item, *key)
        policies.append(f'"{name}";q={item.amount};w={item.get_expiry()}')
        left.append(f'"{name}";r={max(0, stats.remaining)};t={_seconds_until(stats.reset_time)}')
    if policies:
        response.headers["RateLimit-Policy"] = ", ".join(policies)
        response.headers["RateLimit"] = ", ".join(left)
    return response
