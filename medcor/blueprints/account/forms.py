"""What people type to get in, to register and to choose a new password."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import EmailField, Field, PasswordField, StringField, TelField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length, Optional, Regexp

from medcor.domain.identity import email_key
from medcor.domain.passwords import MIN_LENGTH, Weakness
from medcor.services import passwords
from medcor.web.inputs import json_object
from medcor.web.state import settings

MAX_EMAIL = 254
_WEAK = {
    Weakness.TOO_SHORT: _l("Use at least %(number)s characters.", number=MIN_LENGTH),
    Weakness.TOO_LONG: _l("This password is too long."),
    Weakness.PERSONAL: _l("Choose a password that is not made of your name or email."),
    Weakness.COMMON: _l("Too many people use this password. Choose one that is harder to guess."),
}


class PostedForm(FlaskForm):
    """A form that takes its values from a form body or from a JSON object alike."""

    class Meta(FlaskForm.Meta):
        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            if not request.is_json:
                return super().wrap_formdata(form, formdata)
            items = json_object().items()
            return MultiDict((name, value) for name, value in items if isinstance(value, str))


def tidy(value: str | None) -> str:
    """Trim a line of text and drop what no keyboard types and a database may refuse."""
    return "".join(each for each in value or "" if each.isprintable()).strip()


def name_of(missing: str) -> list[Callable]:
    """The rules of a name: something in it, and no more than its column holds."""
    return [DataRequired(missing), Length(max=80, message=_l("Use at most 80 characters."))]


def usable_email(_form: FlaskForm, field: Field) -> None:
    """Check an address' form, not whether it exists: its mail decides that."""
    testing = settings().medcor_env != "production"
    try:
        checked = validate_email(field.data, check_deliverability=False, test_environment=testing)
    except EmailNotValidError as error:
        raise ValidationError(_l("Enter an email like name@example.com.")) from error
    if max(len(checked.normalized), len(email_key(checked.normalized))) > MAX_EMAIL:
        raise ValidationError(_l("Enter an email like name@example.com."))
    field.data = checked.normalized


class SignInForm(PostedForm):
    """Fields of both sign-in pages; what is wrong with them is never told apart."""

    email = EmailField(_l("Email"), [DataRequired(_l("Enter your email."))], filters=[tidy])
    password = PasswordField(_l("Password"), [InputRequired(_l("Enter your password."))])


class EmailForm(PostedForm):
    """An address to send a mail to."""

    email = EmailField(
        _l("Email"), [DataRequired(_l("Enter your email.")), usable_email], filters=[tidy]
    )


class NewPasswordForm(PostedForm):
    """A new password for the person whose words are ``own_words``."""

    password = PasswordField(_l("New password"), [InputRequired(_l("Choose a password."))])

    def __init__(self, own_words: tuple[str, ...] = ()) -> None:
        super().__init__()
        self._own_words = own_words

    def own_words(self) -> tuple[str, ...]:
        return self._own_words

    def validate_password(self, field: Field) -> None:
        weakness = passwords.weakness(field.data, self.own_words())
        if weakness:
            raise ValidationError(_WEAK[weakness])


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
        [Optional(), Regexp(r"^\+?[0-9][0-9 ()/.-]{4,30}$", message=_l("Enter a phone number."))],
        filters=[tidy],
    )
    password = PasswordField(_l("Password"), [InputRequired(_l("Choose a password."))])

    def own_words(self) -> tuple[str, ...]:
        typed = (self.email.data, self.first_name.data, self.last_name.data)
        return tuple(word or "" for word in typed)
