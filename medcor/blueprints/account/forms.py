"""What people type to get in, to register and to choose a new password."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, PasswordField
from wtforms.validators import DataRequired, InputRequired

from medcor.web.forms import NewPasswordForm, PostedForm, tidy, usable_email

__all__ = ["EmailForm", "NewPasswordForm", "SignInForm"]


class SignInForm(PostedForm):
    """Fields of both sign-in pages; what is wrong with them is never told apart."""

    email = EmailField(_l("Email"), [DataRequired(_l("Enter your email."))], filters=[tidy])
    password = PasswordField(_l("Password"), [InputRequired(_l("Enter your password."))])


class EmailForm(PostedForm):
    """An address to send a mail to."""

    email = EmailField(
        _l("Email"), [DataRequired(_l("Enter your email.")), usable_email], filters=[tidy]
    )
