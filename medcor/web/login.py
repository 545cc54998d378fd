"""Flask-Login for pages: the cookie carries clinic and session id, the database says if it lives."""

from __future__ import annotations

from flask import Flask
from flask import session as cookie
from flask_login import UserMixin, login_user, logout_user

from medcor.extensions import login
from medcor.services.sessions import SignedIn
from medcor.web.access import load_signed_in


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
    kept = {key: cookie[key] for key in ("language", "clinic_id") if key in cookie}
    cookie.clear()
    cookie.update(kept)
    cookie["clinic_id"] = signed_in.actor.clinic_id
    cookie.permanent = remember
    login_user(PagePerson(signed_in))


def sign_out_page() -> None:
    logout_user()
    clinic_id = cookie.get("clinic_id")
    cookie.clear()
    if clinic_id:
        cookie["clinic_id"] = clinic_id
