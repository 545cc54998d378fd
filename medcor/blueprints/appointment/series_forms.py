"""How an appointment recurs, and which of its times are wanted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from flask import request
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, RadioField, SelectChoice
from wtforms.validators import InputRequired, NumberRange

from medcor.domain.series import LEAST_TIMES, MOST_TIMES
from medcor.services.series import Choice, Plan
from medcor.web.calendar_days import parse_day
from medcor.web.inputs import json_object

from .why_not_forms import AskedForm

USUAL_TIMES = 6
_VALUE = re.compile(r"(\d{1,9}):(\d{4}-\d{2}-\d{2})")


class RhythmForm(AskedForm):
    """Every week or every second one, and how often."""

    every_weeks = RadioField(
        _l("How often?"),
        [InputRequired(_l("Choose one."))],
        choices=[
            SelectChoice("1", _l("Every week")),
            SelectChoice("2", _l("Every second week")),
        ],
        default="1",
    )
    times = IntegerField(
        _l("How many times in all?"),
        [
            InputRequired(_l("Enter a number.")),
            NumberRange(LEAST_TIMES, MOST_TIMES, _l("Choose a number from 2 to 26.")),
        ],
        default=USUAL_TIMES,
    )

    @property
    def is_asked(self) -> bool:
        """Say whether the rhythm was chosen, however well."""
        return "times" in request.args


def value_of(slot_id: int, day: date) -> str:
    """A time as the page's radio buttons send it."""
    return f"{slot_id}:{day.isoformat()}"


@dataclass(frozen=True, slots=True)
class Ticked:
    """What was chosen on the page, by the number of the occurrence; ``sent`` as it was sent."""

    choices: dict[int, Choice]
    sent: dict[int, str]

    def unanswered(self, plan: Plan) -> set[int]:
        """Numbers of times that can't be booked and for which nothing else was chosen."""
        return {each.number for each in plan.occurrences if not each.is_free} - set(self.sent)


def read_ticked() -> Ticked:
    """The choices of the posted form, or of a JSON list ``choices``; what makes no sense is not."""
    if request.is_json:
        sent = dict(_json_choices())
    else:
        named = ((name.removeprefix("choice-"), value) for name, value in request.form.items())
        sent = {int(number): value for number, value in named if re.fullmatch(r"\d{1,2}", number)}
    found = {}
    for number, value in sent.items():
        read = _VALUE.fullmatch(value)
        if read:
            found[number] = Choice(int(read[1]), parse_day(read[2]))
    return Ticked(found, sent)


def _json_choices() -> list[tuple[int, str]]:
    listed = json_object().get("choices")
    found = []
    for each in listed if isinstance(listed, list) else []:
        number = each.get("number") if isinstance(each, dict) else None
        if isinstance(number, int) and 0 < number <= MOST_TIMES:
            found.append((number, f"{each.get('slot_id')}:{each.get('date')}"))
    return found
