"""Chatbot tokens, and a patient's sign-in, refresh and sign-out through the widget."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request
from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.models import AuthSession, Clinic
from medcor.services import accounts, chatbot, passwords
from medcor.services.sessions import SignedIn, get_session, revoke_session, rotate_refresh
from medcor.web import cors, limits, tokens
from medcor.web.access import load_signed_in, widget
from medcor.web.state import now, settings
from medcor.web.tokens import TokenClaims
from medcor.web.transaction import in_transaction

from . import blueprint, guards, schemas

COOKIE_PATH = "/chatbot/token/"


@blueprint.post("/generate-chatbot-token/<row_id:clinic_id>/")
@widget("a token names a widget, never a person; listed origins may have one")
def generate_chatbot_token(clinic_id: int):
    """Issue the clinic's chatbot token for 24 hours."""
    caller = guards.open_clinic(clinic_id)
    guards.check_origin(caller.clinic)
    return jsonify(data_token=tokens.issue_chatbot_token(caller.clinic.id))


@blueprint.get("/verify-token/<row_id:clinic_id>/<token>/")
@widget("says nothing but whether the token in the path is good")
def verify_token(clinic_id: int, token: str):
    """Say whether a token is a chatbot token of this clinic."""
    caller = guards.open_clinic(clinic_id)
    return jsonify(success=guards.is_token_of(caller.clinic, token))


@blueprint.post("/chatbot/login/<row_id:clinic_id>/<token>/")
@widget("the clinic's chatbot token, then the patient's password")
def login(clinic_id: int, token: str):
    """Sign a patient in: a key, who they are, and the appointment they may ask about."""
    session, clinic = guards.open_clinic(clinic_id)
    guards.check_chatbot_token(clinic, token)
    guards.check_origin(clinic)
    email = schemas.read_text(schemas.body().get("email")).strip()
    password = schemas.read_text(schemas.body().get("password"))
    if not email or not password:
        raise errors.MissingParameter()
    limits.count_sign_in(email, clinic.id)
    user = accounts.authenticate_patient(session, clinic.id, email, password)
    signed, row = _begin(clinic, user.id, passwords.fingerprint(user.password_hash))
    limits.forgive_sign_ins(email, clinic.id)
    recent = chatbot.find_recent(session, signed.actor.profile_id, now())
    answer = jsonify(
        api_key=_api_key(signed),
        recent_appointment=schemas.recent_body(recent),
        appointment_prompt=schemas.prompt(signed.actor.name, recent, now()),
        user_data=schemas.user_body(clinic, signed),
    )
    return _keep_refresh_token(answer, clinic, signed, row)


def _begin(clinic: Clinic, user_id: int, fingerprint: str) -> tuple[SignedIn, AuthSession]:
    agent = request.headers.get("User-Agent", "")

    def begin(session: Session) -> tuple[SignedIn, AuthSession]:
        signed = accounts.sign_in(session, user_id, fingerprint, agent, now())
        return signed, get_session(session, signed.session_id)

    return in_transaction(clinic.id, None, begin)


def _signed_in(clinic: Clinic, row: AuthSession | None) -> SignedIn:
    """The patient whose session this is, or RefreshRefused once it is over."""
    signed = load_signed_in(clinic.id, row.public_id) if row else None
    if signed is None or not signed.actor.is_patient:
        raise errors.RefreshRefused()
    return signed


def _api_key(signed: SignedIn) -> str:
    return tokens.issue_api_key(signed.actor.clinic_id, signed.actor.user_id, signed.session_id)


@blueprint.post("/chatbot/token/login/<clinc_token>/")
@widget("the clinic's chatbot token and the refresh token in its cookie")
def token_login(clinc_token: str):
    """Exchange the refresh token for a new key; the refresh token itself is exchanged too."""
    _session, clinic = guards.open_by_token(clinc_token)
    guards.check_origin(clinic)
    claims = _refresh_claims(clinic)
    row = in_transaction(
        clinic.id,
        None,
        lambda session: rotate_refresh(session, claims.session_id, claims.token_id, now()),
    )
    signed = _signed_in(clinic, row)
    answer = jsonify(api_key=_api_key(signed), user_data=schemas.user_body(clinic, signed))
    return _keep_refresh_token(answer, clinic, signed, row)


@blueprint.post("/chatbot/token/logout/<clinc_token>/")
@widget("the clinic's chatbot token and the refresh token in its cookie")
def token_logout(clinc_token: str):
    """End the session: the key, the refresh token and any page opened with the key die with it."""
    _session, clinic = guards.open_by_token(clinc_token)
    guards.check_origin(clinic)
    session_id = _session_to_end(clinic)
    if load_signed_in(clinic.id, session_id) is None:
        raise errors.RefreshRefused()
    in_transaction(clinic.id, None, lambda session: revoke_session(session, session_id, now()))
    answer = jsonify(message="logout successfully")
    answer.delete_cookie(tokens.REFRESH_COOKIE, **_cookie_rules(clinic))
    return answer


def _session_to_end(clinic: Clinic) -> str:
    """The cookie's session, or the key's where a browser keeps no cookie; else RefreshRefused."""
    if tokens.REFRESH_COOKIE not in request.cookies and "X-Api-Key" in request.headers:
        person = guards.patient_by_key(clinic, needed=False)
        if person is not None:
            return person.session_id
    return _refresh_claims(clinic).session_id


def _refresh_claims(clinic: Clinic) -> TokenClaims:
    """The refresh token in the cookie: RefreshRefused without one, refused if another clinic's."""
    claims = tokens.read_token(request.cookies.get(tokens.REFRESH_COOKIE, ""), "refresh")
    if claims is None:
        raise errors.RefreshRefused()
    if claims.clinic_id != clinic.id:
        raise errors.ChatbotTokenRefused()
    return claims


def _keep_refresh_token(
    answer: Response, clinic: Clinic, signed: SignedIn, row: AuthSession
) -> Response:
    value = tokens.issue_refresh_token(
        clinic.id, signed.actor.user_id, row.public_id, row.refresh_id
    )
    answer.set_cookie(
        tokens.REFRESH_COOKIE, value, max_age=tokens.REFRESH_LIFE, **_cookie_rules(clinic)
    )
    return answer


def _cookie_rules(clinic: Clinic) -> dict[str, Any]:
    """Where the cookie goes: the token routes only, and other sites' frames only for a widget."""
    across_sites = cors.is_widget(clinic)
    return {
        "path": COOKIE_PATH,
        "httponly": True,
        "secure": across_sites or settings().secure_cookies,
        "samesite": "None" if across_sites else "Lax",
        "partitioned": across_sites,
    }
