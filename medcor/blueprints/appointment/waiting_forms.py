"""What somebody waits for, as a form."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, SelectField
from wtforms.validators import InputRequired

from medcor.domain.offers import days_of
from medcor.models import WaitingEntry
from medcor.services.waiting_list import Wish
from medcor.web.forms import RowForm

from .week_forms import ClockField, DaysField, weekday_choices

ANY_DOCTOR = 0


class WaitingForm(RowForm):
    """Treatment, doctor or any, and the days and times that suit."""

    patient_id = HiddenField()
    treatment_id = SelectField(_l("Treatment"), coerce=int, choices=[], validate_choice=False)
    doctor_id = SelectField(_l("Doctor"), coerce=int, choices=[], validate_choice=False)
    first_day = DateField(_l("From"), [InputRequired(_l("Choose a day."))])
    last_day = DateField(_l("Until"), [InputRequired(_l("Choose a day."))])
    weekdays = DaysField(_l("On these days"), coerce=int, choices=[])
    earliest = ClockField(_l("Earliest start"), [InputRequired(_l("Enter a time like 09:30."))])
    latest = ClockField(_l("Latest start"), [InputRequired(_l("Enter a time like 09:30."))])

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.weekdays.choices = weekday_choices()

    @property
    def wish(self) -> Wish:
        return Wish(
            self.treatment_id.data,
            self.doctor_id.data or None,
            self.first_day.data,
            self.last_day.data,
            tuple(self.weekdays.data or ()),
            self.earliest.data,
            self.latest.data,
        )


def shown_values(entry: WaitingEntry) -> dict[str, Any]:
    """An entry as the form shows it."""
    return {
        "patient_id": entry.patient_id,
        "treatment_id": entry.treatment_id,
        "doctor_id": entry.doctor_id or ANY_DOCTOR,
        "first_day": entry.first_day,
        "last_day": entry.last_day,
        "weekdays": days_of(entry.weekdays),
        "earliest": entry.earliest,
        "latest": entry.latest,
        "version": entry.version,
    }
