"""How often the API may be called: by one address, for one account, for one address's look-ups."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_limiter import RequestLimit
from flask_limiter.util import get_remote_address
from limits import parse_many

from medcor.domain import errors
from medcor.domain.identity import email_key
from medcor.extensions import limiter
from medcor.web.state import settings

from . import schemas


def register(blueprint: Blueprint) -> None:
    """Count every call of the API by its address."""
    limiter.shared_limit(
        lambda: f"{settings().limit_api_calls_per_minute} per minute",
        scope="chatbot-api",
        override_defaults=False,
    )(blueprint)


def _account() -> str:
    email = schemas.read_text(schemas.body().get("email"))
    return f"{(request.view_args or {}).get('clinic_id')}:{email_key(email)[:254]}"


def _clinic_and_address() -> str:
    return f"{(request.view_args or {}).get('clinic_id')}:{get_remote_address()}"


def _was_wrong(response: Response) -> bool:
    return response.status_code == 400


sign_in_by_address = limiter.shared_limit(
    lambda: f"{settings().limit_sign_ins_per_minute} per minute",
    scope="sign-in-address",
    override_defaults=False,
)

# Only wrong tries count, so that a guesser locks nobody out by signing in as themselves.
sign_in_by_account = limiter.shared_limit(
    lambda: settings().limit_sign_ins_per_account,
    scope="sign-in-account",
    key_func=_account,
    deduct_when=_was_wrong,
    override_defaults=False,
)


def count_email_lookup() -> None:
    """Count a look-up by address alone: it tells whether the address has an account."""
    for item in parse_many(settings().limit_email_lookups):
        counted = (_clinic_and_address(), "email-lookup")
        if not limiter.limiter.hit(item, *counted):
            # Named here so that the extension puts its standard headers on the refusal.
            limiter.context.view_rate_limit = RequestLimit(limiter, item, counted, True, True)
            raise errors.TooManyRequests()
