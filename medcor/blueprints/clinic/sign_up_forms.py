"""What somebody tells who opens a clinic."""

from __future__ import annotations

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import (
    EmailField,
    Field,
    PasswordField,
    SelectChoice,
    SelectField,
    StringField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length

from medcor.domain import places
from medcor.web.clinic_words import country_choices, currency_choices
from medcor.web.forms import NewPasswordForm, choices_of, name_of, tidy, usable_email
from medcor.web.locale import LANGUAGES
from medcor.web.state import now


def _countries() -> list[SelectChoice]:
    return choices_of([("", gettext("Choose the country")), *country_choices()])


def _currencies() -> list[SelectChoice]:
    return choices_of([("", gettext("The country's own")), *currency_choices()])


class SignUpForm(NewPasswordForm):
    """A new clinic and its first admin; zone and currency are the country's unless told."""

    name = StringField(
        _l("Name of the clinic"),
        [
            DataRequired(_l("Enter the clinic's name.")),
            Length(max=120, message=_l("Use at most %(max)d characters.")),
        ],
        filters=[tidy],
    )
    country = SelectField(
        _l("Country"), [DataRequired(_l("Choose the country."))], choices=_countries
    )
    zone = StringField(_l("Time zone"), filters=[tidy])
    language = SelectField(_l("Language"), choices=choices_of(LANGUAGES.items()))
    currency = SelectField(_l("Currency"), choices=_currencies)
    first_name = StringField(
        _l("First name"), name_of(_l("Enter your first name.")), filters=[tidy]
    )
    last_name = StringField(_l("Last name"), name_of(_l("Enter your last name.")), filters=[tidy])
    email = EmailField(
        _l("Email"), [DataRequired(_l("Enter your email.")), usable_email], filters=[tidy]
    )
    password = PasswordField(_l("Password"), [InputRequired(_l("Choose a password."))])

    def own_words(self) -> tuple[str, ...]:
        typed = (self.email.data, self.first_name.data, self.last_name.data, self.name.data)
        return tuple(word or "" for word in typed)

    def validate_zone(self, field: Field) -> None:
        if field.data and field.data not in places.zones():
            raise ValidationError(_l("Choose a time zone of the list, as Europe/Istanbul."))
        if not field.data and len(places.clocks_of(self.country.data or "", now())) > 1:
            raise ValidationError(_l("This country has several time zones. Choose the clinic's."))

    def validate_currency(self, field: Field) -> None:
        if not field.data and self.country.data and not self.chosen_currency:
            raise ValidationError(_l("Choose a currency."))

    @property
    def chosen_zone(self) -> str:
        """The zone that was chosen, else the only one of the country."""
        return self.zone.data or places.clocks_of(self.country.data, now())[0]

    @property
    def chosen_currency(self) -> str:
        """The currency that was chosen, else the country's own; empty where there is none."""
        own = places.currency_of(self.country.data or "")
        return self.currency.data or (own if own in dict(currency_choices()) else "")
