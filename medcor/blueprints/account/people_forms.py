"""What is typed about doctors and patients, by an admin or by themselves."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    Field,
    IntegerField,
    PasswordField,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from medcor.domain.people import (
    MAX_SPECIALISATION,
    MAX_SPECIALISATIONS,
    OLDEST_BIRTH,
    split_names,
)
from medcor.services.doctors import DoctorDetails
from medcor.services.patients import PatientDetails
from medcor.services.people import PersonDetails
from medcor.services.profiles import OwnDetails
from medcor.web.forms import (
    PHONE,
    NewPasswordForm,
    RowForm,
    choices_of,
    name_of,
    tidy,
    tidy_text,
    usable_email,
)
from medcor.web.inputs import json_object
from medcor.web.locale import LANGUAGES
from medcor.web.state import now
from medcor.web.uploads import uploaded_picture

MAX_BIO, MAX_YEARS = 2000, 70
GENDERS = [
    ("", _l("Not stated")),
    ("Female", _l("Female")),
    ("Male", _l("Male")),
    ("Other", _l("Other")),
]
_LONG = _l("Use at most %(number)s characters.", number=MAX_BIO)


class CheckedList(SelectMultipleField):
    """A list of check boxes; a script that leaves it out changes nothing of it."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def process_formdata(self, valuelist: list[Any]) -> None:
        if not (request.is_json and self.name not in json_object()):
            super().process_formdata(valuelist)


class WholeNumber(IntegerField):
    """A number whose range is the only thing told about what is none."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        typed = valuelist[0].strip() if valuelist else ""
        known = typed.isascii() and typed.isdigit() and len(typed) < 10
        if valuelist:
            self.data = int(typed) if known else None


class PersonForm(RowForm):
    """What everybody has: a name, a language, a picture."""

    first_name = StringField(_l("First name"), name_of(_l("Enter a first name.")), filters=[tidy])
    last_name = StringField(_l("Last name"), name_of(_l("Enter a last name.")), filters=[tidy])
    language = SelectField(_l("Language"), choices=choices_of(LANGUAGES.items()))
    picture = FileField(_l("Picture"))
    remove_picture = BooleanField(_l("Remove the picture"))

    def drawn_picture(self) -> bytes | None:
        """The uploaded picture drawn anew; InvalidInput for what is none. No transaction yet."""
        return uploaded_picture(self.picture.data)


class _Addressed(PersonForm):
    email = EmailField(
        _l("Email"), [DataRequired(_l("Enter an email.")), usable_email], filters=[tidy]
    )

    def person(self) -> PersonDetails:
        return PersonDetails(
            first_name=self.first_name.data,
            last_name=self.last_name.data,
            email=self.email.data,
            language=self.language.data,
            picture=self.drawn_picture(),
            drop_picture=self.remove_picture.data,
        )


class _Doctoral(PersonForm):
    phone = TelField(_l("Phone"), PHONE, filters=[tidy])
    bio = TextAreaField(
        _l("About the doctor"), [Length(max=MAX_BIO, message=_LONG)], filters=[tidy_text]
    )


class _Personal(PersonForm):
    phone = TelField(_l("Phone"), PHONE, filters=[tidy])
    gender = SelectField(_l("Gender"), choices=choices_of(GENDERS))
    birth_date = DateField(_l("Date of birth"), [Optional()])

    def validate_birth_date(self, field: Field) -> None:
        if field.data and not OLDEST_BIRTH <= field.data <= now().date():
            raise ValidationError(_l("Enter a day in the past, after 1900."))


class DoctorForm(_Addressed, _Doctoral):
    """A doctor as the admin describes them."""

    gender = SelectField(_l("Gender"), choices=choices_of(GENDERS))
    years_of_experience = WholeNumber(
        _l("Years of experience"),
        [NumberRange(0, MAX_YEARS, _l("Enter a whole number from 0 to 70."))],
    )
    specialisations = StringField(_l("Specialisations"), filters=[tidy])
    treatments = CheckedList(_l("Treatments given"), coerce=int)

    def validate_specialisations(self, field: Field) -> None:
        names = split_names(field.data)
        if len(names) > MAX_SPECIALISATIONS:
            raise ValidationError(_l("Name at most 12 specialisations."))
        if any(len(name) > MAX_SPECIALISATION for name in names):
            raise ValidationError(_l("A specialisation may have 80 characters at most."))

    def details(self) -> DoctorDetails:
        """What was typed; InvalidInput if the picture is none."""
        return DoctorDetails(
            person=self.person(),
            gender=self.gender.data,
            phone=self.phone.data or "",
            years=self.years_of_experience.data,
            bio=self.bio.data,
            specialisations=split_names(self.specialisations.data),
            treatment_ids=self.treatments.data,
        )


class PatientForm(_Addressed, _Personal):
    """A patient as the admin describes them."""

    def details(self) -> PatientDetails:
        """What was typed; InvalidInput if the picture is none."""
        return PatientDetails(
            person=self.person(),
            phone=self.phone.data or "",
            gender=self.gender.data,
            birth_date=self.birth_date.data,
        )


class OwnForm(PersonForm):
    """What an admin changes about themselves; the other roles have fields more."""

    def own_details(self) -> OwnDetails:
        """What was typed; InvalidInput if the picture is none."""
        more: dict[str, Any] = {
            name: self[name].data or ("" if name != "birth_date" else None)
            for name in ("phone", "gender", "birth_date", "bio")
            if name in self
        }
        return OwnDetails(
            first_name=self.first_name.data,
            last_name=self.last_name.data,
            language=self.language.data,
            picture=self.drawn_picture(),
            drop_picture=self.remove_picture.data,
            **more,
        )


class OwnDoctorForm(OwnForm, _Doctoral):
    """What a doctor changes about themselves."""


class OwnPatientForm(OwnForm, _Personal):
    """What a patient changes about themselves."""


class ChangePasswordForm(NewPasswordForm):
    """A new password, by somebody who still knows the old one."""

    current_password = PasswordField(
        _l("Current password"), [InputRequired(_l("Enter your current password."))]
    )
