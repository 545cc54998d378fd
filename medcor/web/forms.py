"""What the forms of several blueprints share: input, rules of a field, the way back with errors.

A form is shown, sent, and either done or shown again with what was typed and what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask import Response, make_response, request
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import Field, HiddenField, PasswordField, SelectChoice, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length, Optional, Regexp

from medcor.domain import errors
from medcor.domain.identity import email_key
from medcor.domain.passwords import MIN_LENGTH, Weakness
from medcor.extensions import db
from medcor.services import passwords
from medcor.web.errors import wants_json
from medcor.web.inputs import json_object
from medcor.web.state import settings

MAX_EMAIL = 254
# What a person can mend on the form itself; every other error has its own page.
MENDABLE = (
    errors.InvalidInput,
    errors.InvalidCredentials,
    errors.TooManyRequests,
    errors.Conflict,
)
# The field that an error of the database is about, where the form has such a field.
_FIELD_OF: dict[type[errors.DomainError], str] = {
    errors.EmailTaken: "email",
    errors.NameTaken: "name",
    errors.SlotOverlap: "start_time",
}
PHONE = [
    Optional(),
    Regexp(r"^\+?[0-9][0-9 ()/.-]{4,30}$", message=_l("Enter a phone number.")),
]
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


def tidy_text(value: str | None) -> str:
    """Trim a text of several lines, and drop what no keyboard types; its line breaks stay."""
    lines = (value or "").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept = ("".join(each for each in line if each.isprintable()).rstrip() for line in lines)
    return "\n".join(kept).strip()


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


class EditForm(PostedForm):
    """A form over a row that somebody else may edit too: it carries the version that it shows.

    A script that sends no version overwrites whatever stands.
    """

    version = HiddenField()

    @property
    def seen_version(self) -> int | None:
        """The version that the page showed; None if none was sent."""
        value = str(self.version.data or "")
        return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None


class RowForm(EditForm):
    """An edit form whose JSON may also hold numbers, truth values and lists of them."""

    class Meta(PostedForm.Meta):
        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            if not request.is_json:
                return super().wrap_formdata(form, formdata)
            return MultiDict(_json_values())


def _json_values() -> Iterator[tuple[str, str]]:
    for name, value in json_object().items():
        for each in value if isinstance(value, list) else [value]:
            if each is True:
                yield name, "y"
            elif isinstance(each, (str, int, float)) and each is not False:
                yield name, str(each)


def choices_of(pairs: Iterable[tuple[Any, Any]]) -> list[SelectChoice]:
    """Values and labels as select fields take them."""
    return [SelectChoice(value, label) for value, label in pairs]


def answer_form(form: FlaskForm, work: Callable[[], Any], page: Callable[[], str]) -> Any:
    """Show a form; once it is sent, do its work, or show it again with what was typed and wrong."""
    if not form.is_submitted():
        return page()
    try:
        if not form.validate():
            raise errors.InvalidInput(fields=form.errors)
        return work()
    except MENDABLE as error:
        if wants_json():
            raise
        return _show_again(form, error, page)


def _show_again(form: FlaskForm, error: errors.DomainError, page: Callable[[], str]) -> Response:
    # The work may have looked at a clinic other than the signed-in person's, which the page shows.
    db.session.remove()
    wait = error.details.get("retry_after")
    if wait is not None:
        form.form_errors.append(_wait_text(int(str(wait))))
    elif not form.errors:
        _place(form, error)
    if isinstance(error, errors.StaleEdit) and "version" in form:
        # The next save is a knowing one.
        form.version.data = str(error.details["current"])
    response = make_response(page(), error.status)
    if wait is not None:
        response.headers["Retry-After"] = str(wait)
    return response


def _place(form: FlaskForm, error: errors.DomainError) -> None:
    """Put an error beside the field that it is about, else at the top of the form."""
    name = str(error.details.get("field") or _FIELD_OF.get(type(error), ""))
    text = gettext(error.text)
    if name in form and form[name].type not in ("HiddenField", "CSRFTokenField"):
        form[name].errors = [*form[name].errors, text]
    else:
        form.form_errors.append(text)


def _wait_text(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return ngettext(
        "Too many tries. Please wait %(num)s minute and try again.",
        "Too many tries. Please wait %(num)s minutes and try again.",
        minutes,
    )
