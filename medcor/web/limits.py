"""How often somebody may try: by network address, and stricter by account, over Flask-Limiter."""

from __future__ import annotations

import ipaddress
import math
import time

from flask import request
from limits import parse

from medcor.domain import errors
from medcor.domain.identity import email_key
from medcor.extensions import limiter
from medcor.web.state import settings


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
    if limiter.enabled and not limiter.limiter.hit(item, *key):
        reset = limiter.limiter.get_window_stats(item, *key).reset_time
        raise errors.TooManyRequests(retry_after=max(1, math.ceil(reset - time.time())))
