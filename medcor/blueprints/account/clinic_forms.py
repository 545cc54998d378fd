"""What an admin sets of the clinic, one form for each part of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from sqlalchemy.orm import Session
from wtforms import (
    BooleanField,
    EmailField,
    Field,
    IntegerField,
    SelectField,
    StringField,
    TelField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    StopValidation,
)
from wtforms.widgets import ColorInput

from medcor.domain import places
from medcor.domain.colour import DEFAULT_ACCENT, is_colour
from medcor.domain.durations import MINUTES_IN, Unit, in_minutes, said
from medcor.domain.opening_hours import Hours
from medcor.domain.permissions import Actor
from medcor.models import Clinic
from medcor.services import clinics, files
from medcor.web.clinic_words import country_choices, currency_choices
from medcor.web.forms import PHONE, RowForm, choices_of, tidy, tidy_text, usable_email
from medcor.web.locale import LANGUAGES
from medcor.web.uploads import uploaded_picture

from .hours_field import HoursField

LONGEST_NOTICE = 30 * MINUTES_IN[Unit.DAYS]
HORIZON = (1, 730)
KEEP_YEARS = (1, 50)
KEEP_DAYS = (1, 3650)
OFFER_HOURS = (1, 168)
WAITING_MINUTES = (15, 1440)
HANDOVER_MINUTES = (1, 1440)
ALARM_MINUTES = (1, 60)
NOTICE_UNITS = (Unit.MINUTES, Unit.HOURS, Unit.DAYS)
HORIZON_UNITS = (Unit.DAYS, Unit.WEEKS)
_UNIT_NAMES = {
    Unit.MINUTES: _l("minutes"),
    Unit.HOURS: _l("hours"),
    Unit.DAYS: _l("days"),
    Unit.WEEKS: _l("weeks"),
}
Work = Callable[[Session], Clinic]


def at_most(length: int) -> Length:
    return Length(max=length, message=_l("Use at most %(max)d characters."))


class ClinicForm(RowForm):
    """One part of the clinic's settings; saved only over the version that it showed."""

    @classmethod
    def of(cls, session: Session, clinic: Clinic) -> ClinicForm:
        """The form with what is saved, or with what was posted."""
        return cls(obj=clinic, **cls.shown(session, clinic))

    @classmethod
    def shown(cls, session: Session, clinic: Clinic) -> dict[str, Any]:
        """What the form shows that no column of the clinic has the name of."""
        return {}

    def changes(self) -> dict[str, object]:
        """The columns that this form sets."""
        return {each.name: each.data for each in self if each.name not in ("version", "csrf_token")}

    def work(self, who: Actor, at: datetime) -> Work:
        """What saves the form, in a transaction of its own."""
        changes = self.changes()
        return lambda session: clinics.edit_clinic(session, who, changes, self.seen_version, at)


class DetailsForm(ClinicForm):
    """Who and where the clinic is."""

    name = StringField(
        _l("Name of the clinic"),
        [DataRequired(_l("Enter the clinic's name.")), at_most(120)],
        filters=[tidy],
    )
    about = TextAreaField(_l("About the clinic"), [at_most(2000)], filters=[tidy_text])
    email = EmailField(_l("Email"), [Optional(), usable_email], filters=[tidy])
    phone = TelField(_l("Phone"), PHONE, filters=[tidy])
    street = StringField(_l("Street and number"), [at_most(120)], filters=[tidy])
    postcode = StringField(_l("Postcode"), [at_most(16)], filters=[tidy])
    city = StringField(_l("City"), [at_most(80)], filters=[tidy])
    country = SelectField(_l("Country"), choices=lambda: choices_of(country_choices()))
    directions = TextAreaField(_l("How to find it"), [at_most(1000)], filters=[tidy_text])


class HoursForm(ClinicForm):
    """When the door is open."""

    hours = HoursField(_l("Opening hours"))

    @classmethod
    def shown(cls, session: Session, clinic: Clinic) -> dict[str, Any]:
        return {"hours": clinics.weekly_hours(session)}

    def work(self, who: Actor, at: datetime) -> Work:
        hours: list[Hours] = self.hours.data
        return lambda session: clinics.set_hours(session, who, hours, self.seen_version, at)


class RegionForm(ClinicForm):
    """The clinic's clock, money and language."""

    zone = StringField(_l("Time zone"), [DataRequired(_l("Choose a time zone."))], filters=[tidy])
    currency = SelectField(_l("Currency"), choices=lambda: choices_of(currency_choices()))
    language = SelectField(_l("Language"), choices=choices_of(LANGUAGES.items()))

    def validate_zone(self, field: Field) -> None:
        if field.data not in places.zones():
            raise ValidationError(_l("Choose a time zone of the list, as Europe/Istanbul."))


class LookForm(ClinicForm):
    """The clinic's logo and colour."""

    picture = FileField(_l("The clinic's logo"))
    remove_picture = BooleanField(_l("Remove the logo"))
    own_accent = BooleanField(_l("Use the clinic's own colour"))
    accent = StringField(_l("Colour"), filters=[tidy], widget=ColorInput())

    @classmethod
    def shown(cls, session: Session, clinic: Clinic) -> dict[str, Any]:
        return {"own_accent": bool(clinic.accent)}

    @property
    def shown_accent(self) -> str:
        """The colour that the preview shows."""
        chosen = self.accent.data or ""
        return chosen if is_colour(chosen) else DEFAULT_ACCENT

    def validate_accent(self, field: Field) -> None:
        if self.own_accent.data and not is_colour(field.data or ""):
            raise ValidationError(_l("Choose a colour, as #0f766e."))

    def work(self, who: Actor, at: datetime) -> Work:
        accent = self.accent.data.lower() if self.own_accent.data else ""
        drawn = uploaded_picture(self.picture.data, files.LOGO_SIDE)
        drop, seen = self.remove_picture.data, self.seen_version
        return lambda session: clinics.edit_look(session, who, accent, drawn, drop, seen, at)


def amount(label: Any, least: int, most: int) -> IntegerField:
    return IntegerField(
        label,
        [
            InputRequired(_l("Enter a whole number.")),
            NumberRange(least, most, _l("Enter a number from %(min)d to %(max)d.")),
        ],
    )


def kept_amount(label: Any, least: int, most: int) -> IntegerField:
    """A number that stays as it is where a script does not send it."""
    return IntegerField(
        label,
        [_not_blank, NumberRange(least, most, _l("Enter a number from %(min)d to %(max)d."))],
    )


def _not_blank(_form: Any, field: Field) -> None:
    if field.raw_data and not str(field.raw_data[0]).strip():
        raise StopValidation(_l("Enter a whole number."))


def unit(units: Iterable[Unit]) -> SelectField:
    return SelectField(
        _l("Unit"), choices=choices_of((each.value, _UNIT_NAMES[each]) for each in units)
    )


class BookingForm(ClinicForm):
    """How patients book and cancel, and what reminds them."""

    cancel_amount = amount(_l("Patients cancel until"), 0, LONGEST_NOTICE)
    cancel_unit = unit(NOTICE_UNITS)
    notice_amount = amount(_l("Shortest notice"), 0, LONGEST_NOTICE)
    notice_unit = unit(NOTICE_UNITS)
    horizon_amount = amount(_l("How far ahead"), *HORIZON)
    horizon_unit = unit(HORIZON_UNITS)
    offer_answer_hours = kept_amount(_l("Hours to answer another time"), *OFFER_HOURS)
    waiting_answer_minutes = kept_amount(_l("Minutes to answer a freed time"), *WAITING_MINUTES)
    remind_day_before = BooleanField(_l("A day before"))
    remind_two_hours = BooleanField(_l("Two hours before"))

    @classmethod
    def shown(cls, session: Session, clinic: Clinic) -> dict[str, Any]:
        cancel = said(clinic.cancel_notice_minutes, NOTICE_UNITS, least=2)
        notice = said(clinic.min_notice_minutes, NOTICE_UNITS, least=2)
        horizon = said(in_minutes(clinic.horizon_days, Unit.DAYS), (Unit.DAYS,))
        pairs = {"cancel": cancel, "notice": notice, "horizon": horizon}
        return {f"{name}_amount": each[0] for name, each in pairs.items()} | {
            f"{name}_unit": each[1].value for name, each in pairs.items()
        }

    def minutes(self, name: str) -> int:
        chosen = Unit(self[f"{name}_unit"].data)
        return in_minutes(self[f"{name}_amount"].data or 0, chosen)

    def _unit_is_known(self, name: str) -> bool:
        return self[f"{name}_unit"].data in {each.value for each in Unit}

    def validate_cancel_amount(self, field: Field) -> None:
        self._check_notice("cancel")

    def validate_notice_amount(self, field: Field) -> None:
        self._check_notice("notice")

    def _check_notice(self, name: str) -> None:
        if self._unit_is_known(name) and self.minutes(name) > LONGEST_NOTICE:
            raise ValidationError(_l("A notice of at most 30 days is possible."))

    def validate_horizon_amount(self, field: Field) -> None:
        if not (self._unit_is_known("horizon") and self._unit_is_known("notice")):
            return
        if self.minutes("horizon") > in_minutes(HORIZON[1], Unit.DAYS):
            raise ValidationError(_l("Bookings are possible at most two years ahead."))
        if self.minutes("horizon") <= self.minutes("notice"):
            raise ValidationError(
                _l("With this and the shortest notice, no time at all could be booked.")
            )

    def changes(self) -> dict[str, object]:
        return {
            "cancel_notice_minutes": self.minutes("cancel"),
            "min_notice_minutes": self.minutes("notice"),
            "horizon_days": self.minutes("horizon") // MINUTES_IN[Unit.DAYS],
            "offer_answer_hours": self.offer_answer_hours.data,
            "waiting_answer_minutes": self.waiting_answer_minutes.data,
            "remind_day_before": self.remind_day_before.data,
            "remind_two_hours": self.remind_two_hours.data,
        }


class TalksForm(ClinicForm):
    """How long talks with the assistant are kept."""

    talks_keep_days = amount(_l("Days that talks are kept"), *KEEP_DAYS)


class RecordsForm(ClinicForm):
    """Who reads medical records, and how long they are kept."""

    admins_read_records = BooleanField(_l("Admins may read medical records"))
    records_keep_years = amount(_l("Years that records are kept"), *KEEP_YEARS)


class SafetyForm(ClinicForm):
    """How long what the assistant hands to staff may wait."""

    alarm_minutes = amount(_l("Minutes that an alarm may wait"), *ALARM_MINUTES)
    handover_minutes = amount(_l("Minutes that a request may wait"), *HANDOVER_MINUTES)


FORMS: dict[str, type[ClinicForm]] = {
    "details": DetailsForm,
    "hours": HoursForm,
    "region": RegionForm,
    "look": LookForm,
    "booking": BookingForm,
    "talks": TalksForm,
    "records": RecordsForm,
    "safety": SafetyForm,
}
