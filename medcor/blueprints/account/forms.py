"""What people type to get in, to register and to choose a new password."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, Field, PasswordField, StringField, TelField, ValidationError
from wtforms.validators import DataRequired, InputRequired

from medcor.domain.passwords import MIN_LENGTH, Weakness
from medcor.services import passwords
from medcor.web.forms import PHONE, PostedForm, name_of, tidy, usable_email

_WEAK = {
    Weakness.TOO_SHORT: _l("Use at least %(number)s characters.", number=MIN_LENGTH),
    Weakness.TOO_LONG: _l("This password is too long."),
    Weakness.PERSONAL: _l("Choose a password that is not made of your name or email."),
    Weakness.COMMON: _l("Too many people use this password. Choose one that is harder to guess."),
}


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
        PHONE,
        filters=[tidy],
    )
    password = PasswordField(_l("Password"), [InputRequired(_l("Choose a password."))])

    def own_words(self) -> tuple[str, ...]:
        typed = (self.email.data, self.first_name.data, self.last_name.data)
        return tuple(word or "" for word in typed)
