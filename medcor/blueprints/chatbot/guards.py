"""Who may call: the clinic, its chatbot token, the page's origin and the patient's own key."""

from __future__ import annotations

import secrets
from typing import NamedTuple

from flask import request
from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.domain.identity import email_key, is_known_id
from medcor.domain.permissions import Actor
from medcor.extensions import db
from medcor.models import Clinic
from medcor.services import lookup
from medcor.services.sessions import SignedIn
from medcor.web import access, cors, tokens
from medcor.web.transaction import reading


class Caller(NamedTuple):
    """A checked call: the session that is at work for the clinic, and the clinic."""

    session: Session
    clinic: Clinic


def open_clinic(clinic_id: int) -> Caller:
    """Put the session to work for a clinic, or ClinicNotFound."""
    if not is_known_id(clinic_id):
        raise errors.ClinicNotFound()
    session = reading(clinic_id)
    return Caller(session, lookup.get_clinic(session, clinic_id))


def with_bearer(clinic_id: int) -> Caller:
    """A clinic and its chatbot token in the Authorization header; ChatbotTokenRefused otherwise."""
    caller = open_clinic(clinic_id)
    check_chatbot_token(caller.clinic, tokens.bearer(request.headers.get("Authorization")))
    return caller


def is_token_of(clinic: Clinic, raw: str) -> bool:
    """Say whether ``raw`` is a chatbot token of this very clinic and still in force."""
    claims = tokens.read_token(raw, "chatbot")
    return claims is not None and claims.clinic_id == clinic.id


def check_chatbot_token(clinic: Clinic, raw: str) -> None:
    if not is_token_of(clinic, raw):
        raise errors.ChatbotTokenRefused()


def open_by_token(raw: str) -> Caller:
    """The clinic that a chatbot token in the path names; ChatbotTokenRefused if it names none."""
    claims = tokens.read_token(raw, "chatbot")
    if claims is None:
        raise errors.ChatbotTokenRefused()
    try:
        return open_clinic(claims.clinic_id)
    except errors.ClinicNotFound:
        raise errors.ChatbotTokenRefused() from None


def check_origin(clinic: Clinic) -> None:
    """Refuse a page that the clinic has not listed, whatever token it holds."""
    if not cors.is_allowed(clinic):
        raise errors.OriginRefused()


def patient_by_key(clinic: Clinic, *, needed: bool) -> SignedIn | None:
    """The patient whose ``X-Api-Key`` came along; None without one that is not ``needed``.

    KeyRefused for a missing key that is needed, and for any key that is not a live key of a
    patient of this clinic.
    """
    raw = request.headers.get("X-Api-Key", "").strip()
    if not raw and not needed:
        return None
    claims = tokens.read_token(raw, "api")
    if claims is None or claims.clinic_id != clinic.id:
        raise errors.KeyRefused()
    person = access.load_signed_in(clinic.id, claims.session_id)
    if person is None or not person.actor.is_patient or person.actor.user_id != claims.user_id:
        raise errors.KeyRefused()
    return person


def actor_for(clinic: Clinic, person: SignedIn | None, email: str) -> Actor:
    """Who books: the key's patient, who must be the one named, else the clinic's widget."""
    if person is None:
        return Actor(clinic_id=clinic.id, name="chatbot")
    named, own = email_key(email).encode(), email_key(person.actor.email).encode()
    if email and not secrets.compare_digest(named, own):
        raise errors.KeyRefused()
    return person.actor


def shown_clinic() -> Clinic | None:
    """The clinic that the path names, by id or by token, for the CORS headers of any answer."""
    named = request.view_args or {}
    clinic_id = named.get("clinic_id")
    if "clinc_token" in named:
        claims = tokens.read_token(named["clinc_token"], "chatbot")
        clinic_id = claims.clinic_id if claims else None
    return lookup.find(db.session(), Clinic, clinic_id)
