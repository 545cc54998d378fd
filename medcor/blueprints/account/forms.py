"""What people type to get in, to register and to choose a new password."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, PasswordField, StringField, TelField
from wtforms.validators import DataRequired, InputRequired

from medcor.web.forms import (
    PHONE,
    NewPasswordForm,
    PostedForm,
    name_of,
    tidy,
    usable_email,
)

__all__ = ["EmailForm", "NewPasswordForm", "RegistrationForm", "SignInForm"]


class SignInForm(PostedForm):
    """Fields of both sign-in pages; what is wrong with them is never told apart."""

    email = EmailField(_l("Email"), [DataRequired(_l("Enter your email."))], filters=[tidy])
    password = PasswordField(_l("Password"), [InputRequired(_l("Enter your password."))])


class EmailForm(PostedForm):
    """An address to send a mail to."""

    email = EmailField(
        _l("Email"), [DataRequired(_l("Enter your email.")), usable_email], filters=[tidy]
    )


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
