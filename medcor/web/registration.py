"""How a new patient registers, through the page and through the widget alike."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from wtforms import EmailField, PasswordField, StringField, TelField
from wtforms.validators import DataRequired, InputRequired

from medcor import runtime
from medcor.domain import errors
from medcor.extensions import db
from medcor.services import accounts, passwords
from medcor.web import limits
from medcor.web.forms import PHONE, NewPasswordForm, name_of, tidy, usable_email
from medcor.web.state import now
from medcor.web.transaction import in_transaction

EVEN_SECONDS = 0.2


class RegistrationForm(NewPasswordForm):
    """What a new patient tells of themselves."""

    first_name = StringField(
        _l("First name"), name_of(_l("Enter your first name.")), filters=[tidy]
    )
    last_name = StringField(_l("Last name"), name_of(_l("Enter your last name.")), filters=[tidy])
    email = EmailField(
        _l("Email"), [DataRequired(_l("Enter your email.")), usable_email], filters=[tidy]
    )
    phone = TelField(
        _l("Phone"),
        PHONE,
        filters=[tidy],
    )
    password = PasswordField(_l("Password"), [InputRequired(_l("Choose a password."))])

    def own_words(self) -> tuple[str, ...]:
        typed = (self.email.data, self.first_name.data, self.last_name.data)
        return tuple(word or "" for word in typed)


@contextmanager
def in_even_time(seconds: float = EVEN_SECONDS) -> Iterator[None]:
    """Take the same time whatever is found, so that a stop-watch does not tell who is known."""
    began = time.monotonic()
    try:
        yield
    finally:
        runtime.sleep(max(0.0, seconds - (time.monotonic() - began)))


def register(form: RegistrationForm, clinic_id: int) -> None:
    """Register who filled in a valid form; whether the address was known shows in its mail only.

    TooManyRequests past the limits on mails.
    """
    limits.count_mail(form.email.data, clinic_id)
    registration = accounts.Registration(
        first_name=form.first_name.data,
        last_name=form.last_name.data,
        email=form.email.data,
        phone=form.phone.data or "",
        language=str(get_locale() or "en")[:2],
        password_hash=passwords.hash_password(form.password.data),
    )
    db.session.remove()
    try:
        with in_even_time():
            in_transaction(
                clinic_id,
                None,
                lambda session: accounts.register_patient(session, clinic_id, registration, now()),
            )
    except errors.EmailTaken:
        # Two registrations of one address at once: the first one's mail is on its way.
        db.session.remove()
