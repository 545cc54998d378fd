"""The three JSON Web Tokens: ``api`` (15 minutes), ``refresh`` (30 days), ``chatbot`` (24 hours).

All are HS256 by Flask-JWT-Extended; the claim ``typ`` tells them apart and is checked at every
reading, so that none is ever accepted in another's place.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask_jwt_extended import create_access_token, create_refresh_token, decode_token
from flask_jwt_extended.exceptions import JWTExtendedException
from jwt.exceptions import PyJWTError

API_LIFE = timedelta(minutes=15)
REFRESH_LIFE = timedelta(days=30)
CHATBOT_LIFE = timedelta(hours=24)
REFRESH_COOKIE = "refresh_token"


@dataclass(frozen=True, slots=True)
class TokenClaims:
    """What a checked token says; ``session_id`` and ``user_id`` are empty for a chatbot token."""

    typ: str
    clinic_id: int
    user_id: int | None
    session_id: str
    token_id: str


def issue_api_key(clinic_id: int, user_id: int, session_id: str) -> str:
    claims = {"typ": "api", "clinic": clinic_id, "sid": session_id}
    return create_access_token(str(user_id), additional_claims=claims, expires_delta=API_LIFE)


def issue_refresh_token(clinic_id: int, user_id: int, session_id: str, token_id: str) -> str:
    claims = {"typ": "refresh", "clinic": clinic_id, "sid": session_id, "rid": token_id}
    return create_refresh_token(str(user_id), additional_claims=claims, expires_delta=REFRESH_LIFE)


def issue_chatbot_token(clinic_id: int) -> str:
    claims = {"typ": "chatbot", "clinic": clinic_id}
    return create_access_token(
        f"clinic_{clinic_id}", additional_claims=claims, expires_delta=CHATBOT_LIFE
    )


def read_token(raw: str, typ: str) -> TokenClaims | None:
    """Check signature, expiry and ``typ``; None for anything else, without saying why."""
    try:
        claims = decode_token(raw)
    except (PyJWTError, JWTExtendedException, ValueError, TypeError, RecursionError):
        return None
    if claims.get("typ") != typ or not isinstance(claims.get("clinic"), int):
        return None
    subject = str(claims.get("sub", ""))
    return TokenClaims(
        typ=typ,
        clinic_id=claims["clinic"],
        user_id=int(subject) if subject.isdigit() else None,
        session_id=str(claims.get("sid", "")),
        token_id=str(claims.get("rid", "")),
    )


def bearer(header: str | None) -> str:
    """The token of an ``Authorization: Bearer`` header, else an empty string."""
    scheme, _, token = (header or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
