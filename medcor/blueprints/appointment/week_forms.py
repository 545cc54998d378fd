"""Forms of a doctor's week and days off; names of fields are those of the published paths."""

from __future__ import annotations

from datetime import datetime, time

from babel import dates
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from wtforms import (
    DateField,
    Field,
    HiddenField,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget, TimeInput

from medcor.domain import week
from medcor.domain.week import WeekTime
from medcor.services.days_off import CANCEL, KEEP, OFFER, Absence, Decision
from medcor.services.week import CopyWish, Series
from medcor.web.forms import RowForm, tidy, tidy_text

MAX_MINUTES = 24 * 60
_NO_LINE = Length(max=200, message=_l("Use at most 200 characters."))


def weekday_names() -> list[str]:
    """Monday to Sunday in the reader's language, as a heading writes them."""
    names = dates.get_day_names("wide", "stand-alone", locale=get_locale())
    return [names[day].capitalize() for day in week.DAYS]


def weekday_choices() -> list[SelectChoice]:
    return [SelectChoice(day, name) for day, name in enumerate(weekday_names())]


class ClockField(Field):
    """A time of day on 5-minute steps, as ``09:30``; a script's seconds must be zero."""

    widget = TimeInput()

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.data.strftime("%H:%M") if self.data else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist or not valuelist[0].strip():
            return
        self.data = _read_clock(valuelist[0].strip())
        if self.data is None:
            raise ValueError(_l("Enter a time like 09:30."))
        if not week.on_step(self.data):
            raise ValueError(_l("Times must be on 5-minute steps."))


def _read_clock(text: str) -> time | None:
    for form in ("%H:%M", "%H:%M:%S"):
        try:
            return datetime.strptime(text, form).time()
        except ValueError:
            continue
    return None


class DaysField(SelectMultipleField):
    """Any of the seven weekdays, as check boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class TreatmentsField(SelectMultipleField):
    """Treatments by id, as check boxes; which ones are allowed the service knows."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class _DoctorForm(RowForm):
    """A form about a doctor's week; an admin's names the doctor."""

    doctor_id = HiddenField()


def _hour(label: object) -> ClockField:
    return ClockField(label, [InputRequired(_l("Enter a time like 09:30."))])


def _treatments() -> TreatmentsField:
    return TreatmentsField(
        _l("Only for these treatments"), coerce=int, choices=[], validate_choice=False
    )


def _weekday(label: object) -> SelectField:
    return SelectField(label, coerce=int, choices=[])


class SlotForm(_DoctorForm):
    """One weekly opening."""

    slot_id = HiddenField()
    weekday = _weekday(_l("Day"))
    start_time = _hour(_l("From"))
    end_time = _hour(_l("Until"))
    treatment_ids = _treatments()

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.weekday.choices = weekday_choices()

    @property
    def times(self) -> WeekTime:
        return WeekTime(self.weekday.data, self.start_time.data, self.end_time.data)


class SeriesForm(_DoctorForm):
    """Many openings at once."""

    weekdays = DaysField(_l("On these days"), coerce=int, choices=[])
    start_time = _hour(_l("From"))
    end_time = _hour(_l("Until"))
    minutes = IntegerField(
        _l("Length of each, in minutes"),
        [
            InputRequired(_l("Enter a number of minutes.")),
            NumberRange(5, MAX_MINUTES, message=_l("Enter 5 minutes or more.")),
        ],
    )
    pause = IntegerField(
        _l("Pause between them, in minutes"),
        [
            Optional(),
            NumberRange(0, MAX_MINUTES, message=_l("Enter 0 for no pause, or more.")),
        ],
    )
    treatment_ids = _treatments()

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.weekdays.choices = weekday_choices()

    @property
    def series(self) -> Series:
        return Series(
            tuple(self.weekdays.data or ()),
            self.start_time.data,
            self.end_time.data,
            self.minutes.data,
            self.pause.data or 0,
            tuple(self.treatment_ids.data or ()),
        )


REPLACE, FIT = "replace", "fit"


class CopyForm(_DoctorForm):
    """One day made like another; ``mark`` names the week that its preview showed."""

    weekday = _weekday(_l("Copy this day"))
    weekdays = DaysField(_l("To these days"), coerce=int, choices=[])
    mode = RadioField(
        _l("What about the openings already there?"),
        choices=[
            SelectChoice(FIT, _l("Keep them, and add what fits beside them")),
            SelectChoice(REPLACE, _l("Replace them: the days become exactly alike")),
        ],
        default=FIT,
    )
    mark = HiddenField()

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.weekday.choices = weekday_choices()
        self.weekdays.choices = weekday_choices()

    @property
    def wish(self) -> CopyWish:
        return CopyWish(
            self.weekday.data, tuple(self.weekdays.data or ()), self.mode.data == REPLACE
        )


class DaysOffForm(_DoctorForm):
    """Days off, and what happens to the patients booked on them once they were shown."""

    exclusion_id = HiddenField()
    date = DateField(_l("First day"), [InputRequired(_l("Choose a day."))])
    end_date = DateField(_l("Last day"), [Optional()])
    reason = StringField(_l("Reason"), [_NO_LINE], filters=[tidy])
    decision = RadioField(
        _l("What should happen to these appointments?"),
        choices=[
            SelectChoice(OFFER, _l("Offer each patient another time")),
            SelectChoice(KEEP, _l("Keep them")),
            SelectChoice(CANCEL, _l("Cancel them all")),
        ],
        validate_choice=False,
    )
    cancel_reason = TextAreaField(
        _l("What the patients read"),
        [Length(max=300, message=_l("Use at most 300 characters."))],
        filters=[tidy_text],
    )
    seen = HiddenField()

    @property
    def absence(self) -> Absence:
        first = self.date.data
        return Absence(first, self.end_date.data or first, self.reason.data or "")

    @property
    def what_to_do(self) -> Decision:
        sent = ",".join(str(each) for each in self.seen.raw_data or []).split(",")
        ids = frozenset(int(each) for each in sent if _is_id(each))
        return Decision(self.decision.data or "", ids, self.cancel_reason.data or "")


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 20
