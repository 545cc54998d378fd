"""What an admin sets of a treatment."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from sqlalchemy.orm import Session
from wtforms import (
    BooleanField,
    IntegerField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange
from wtforms.widgets import CheckboxInput, ListWidget

from medcor.domain.money import parse_minor, typed_amount
from medcor.models import Treatment
from medcor.services.treatments import TreatmentFacts, active_doctors, doctors_by_treatment
from medcor.web.forms import RowForm, choices_of, tidy, tidy_text

STEP = 5
MINUTES, BUFFER = (5, 720), (0, 240)


class PriceField(StringField):
    """An amount as the reader's language writes it; ``data`` is in hundredths, never a float."""

    def __init__(self, label: Any, validators: Any = None, **options: Any) -> None:
        super().__init__(label, validators, **options)
        self.typed = ""

    def process_data(self, value: int | None) -> None:
        self.data = value
        self.typed = "" if value is None else typed_amount(value, get_locale() or "en")

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        self.typed = tidy(valuelist[0])
        self.data = parse_minor(self.typed, get_locale() or "en")
        if self.typed and self.data is None:
            raise ValueError(self.gettext(str(_l("Enter an amount with at most two decimals."))))

    def _value(self) -> str:
        return self.typed


def on_steps(_form: Any, field: IntegerField) -> None:
    if isinstance(field.data, int) and field.data % STEP:
        raise ValidationError(_l("Use steps of 5 minutes."))


def minutes_field(label: Any, span: tuple[int, int]) -> IntegerField:
    return IntegerField(
        label,
        [
            InputRequired(_l("Enter a whole number.")),
            NumberRange(*span, _l("Enter a number from %(min)d to %(max)d.")),
            on_steps,
        ],
    )


class TreatmentForm(RowForm):
    """A treatment; its doctors are offered by :meth:`offer_doctors`."""

    name = StringField(
        _l("Name"),
        [
            DataRequired(_l("Enter a name.")),
            Length(max=120, message=_l("Use at most %(max)d characters.")),
        ],
        filters=[tidy],
    )
    description = TextAreaField(
        _l("Description"),
        [Length(max=1000, message=_l("Use at most %(max)d characters."))],
        filters=[tidy_text],
    )
    price_minor = PriceField(_l("Price"), [InputRequired(_l("Enter a price; 0 if it is free."))])
    minutes = minutes_field(_l("Length in minutes"), MINUTES)
    buffer_before = minutes_field(_l("Minutes kept free before"), BUFFER)
    buffer_after = minutes_field(_l("Minutes kept free after"), BUFFER)
    doctors = SelectMultipleField(
        _l("Who gives it"),
        coerce=int,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    picture = FileField(_l("Picture"))
    remove_picture = BooleanField(_l("Remove the picture"))
    is_active = BooleanField(_l("Patients can book it"))

    @classmethod
    def of(cls, session: Session, treatment: Treatment | None) -> TreatmentForm:
        """The form of a treatment, or of a new one; it shows what was posted, if anything was."""
        offered = active_doctors(session)
        if treatment is None:
            everyone = [each.id for each in offered] if len(offered) == 1 else []
            form = cls(
                doctors=everyone, is_active=True, minutes=30, buffer_before=0, buffer_after=0
            )
        else:
            given = doctors_by_treatment(session, [treatment.id])[treatment.id]
            form = cls(obj=treatment, doctors=[doctor_id for doctor_id, _name in given])
        form.doctors.choices = choices_of((each.id, each.name) for each in offered)
        return form

    @property
    def facts(self) -> TreatmentFacts:
        return TreatmentFacts(
            name=self.name.data,
            description=self.description.data,
            price_minor=self.price_minor.data,
            minutes=self.minutes.data,
            buffer_before=self.buffer_before.data,
            buffer_after=self.buffer_after.data,
            is_active=self.is_active.data,
        )

    @property
    def doctor_ids(self) -> Iterable[int]:
        return self.doctors.data or []
