"""Flask-Login for pages: the cookie names clinic and session, the database says if it lives."""

from __future__ import annotations

from flask import Flask
from flask import session as cookie
from flask_login import UserMixin, login_user, logout_user

from medcor.extensions import db, login
from medcor.services.sessions import SignedIn, revoke_session
from medcor.web.access import load_signed_in
from medcor.web.state import now
from medcor.web.transaction import transaction

# What a browser may keep from before a sign-in, and after a sign-out.
KEPT = ("language", "clinic_id")


class PagePerson(UserMixin):
    """What templates know as ``current_user``: plain values, never a database row."""

    def __init__(self, signed_in: SignedIn) -> None:
        self.signed_in = signed_in
        self.role = signed_in.actor.role.value
        self.name = signed_in.actor.name
        self.email = signed_in.actor.email
        self.clinic_id = signed_in.actor.clinic_id
        self.picture = signed_in.picture
        self.language = signed_in.language

    def get_id(self) -> str:
        return f"{self.signed_in.actor.clinic_id}:{self.signed_in.session_id}"

    @property
    def key(self) -> str:
        """Clinic and user, the same in every session of this person."""
        return f"{self.clinic_id}:{self.signed_in.actor.user_id}"

    @property
    def initials(self) -> str:
        words = self.name.split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


def init_app(app: Flask) -> None:
    login.init_app(app)
    login.session_protection = None

    @login.user_loader
    def load(identifier: str) -> PagePerson | None:
        clinic_id, _, session_id = identifier.partition(":")
        if not clinic_id.isdigit():
            return None
        found = load_signed_in(int(clinic_id), session_id)
        return PagePerson(found) if found else None


def sign_in_page(signed_in: SignedIn, *, remember: bool = True) -> None:
    """Open the page session; a fresh cookie, so that nothing set before survives the sign-in."""
    kept = {key: cookie[key] for key in KEPT if key in cookie}
    cookie.clear()
    cookie.update(kept)
    cookie["clinic_id"] = signed_in.actor.clinic_id
    cookie.permanent = remember
    login_user(PagePerson(signed_in))


def end_page_session() -> None:
    """Revoke the browser's page session, and with it the key and the cookie of the same sign-in.

    Works from the cookie alone, so that the request may go on for another clinic.
    """
    clinic_id, _, session_id = str(cookie.get("_user_id", "")).partition(":")
    db.session.remove()
    if not clinic_id.isdigit():
        return
    with transaction(int(clinic_id)) as session:
        revoke_session(session, session_id, now())
    db.session.remove()


def sign_out_page() -> None:
    """Forget the person; the browser keeps its language and its clinic."""
    end_page_session()
    logout_user()
    kept = {key: cookie[key] for key in KEPT if key in cookie}
    cookie.clear()
    cookie.update(kept)
