"""A wished time, asked for in the address of a page."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, SelectField, StringField, TimeField
from wtforms.validators import InputRequired, Length, Optional

from medcor.web.forms import tidy

_CLOCKS = ["%H:%M", "%H:%M:%S"]


def _known_number(value: Any) -> int:
    """An id out of the address; one that no column can hold is nobody's."""
    number = int(value)
    return number if 0 <= number < 2**31 else 0


class AskedForm(FlaskForm):
    """A form whose values live in the URL, so that an answer can be reloaded and shared."""

    class Meta(FlaskForm.Meta):
        csrf = False

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            return request.args


class WishForm(AskedForm):
    """A day and a time of day; the doctor and the treatment are the page's."""

    ask_date = DateField(_l("Day"), [InputRequired(_l("Choose a day."))])
    ask_time = TimeField(_l("Time"), [InputRequired(_l("Choose a time."))], format=_CLOCKS)

    @property
    def is_asked(self) -> bool:
        """Say whether somebody sent the form, however filled in."""
        return "ask_date" in request.args or "ask_time" in request.args


class WhyNotForm(AskedForm):
    """Whose time, for what, when and for whom."""

    doctor_id = SelectField(_l("Doctor"), coerce=_known_number)
    treatment_id = SelectField(_l("Treatment"), coerce=_known_number)
    date = DateField(_l("Day"), [InputRequired(_l("Choose a day."))])
    time = TimeField(_l("Time"), [InputRequired(_l("Choose a time."))], format=_CLOCKS)
    patient = StringField(_l("Patient"), [Optional(), Length(max=80)], filters=[tidy])

    @property
    def is_asked(self) -> bool:
        """Say whether a time was asked for; a link may only fill in the rest."""
        return "date" in request.args and "time" in request.args
