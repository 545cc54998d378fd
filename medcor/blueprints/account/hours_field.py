"""A week of opening hours as one field of a form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from typing import Any

from flask import request
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import Field, ValidationError
from wtforms.utils import unset_value

from medcor.domain.opening_hours import (
    DAYS,
    MOST_A_DAY,
    WORKDAYS,
    Hours,
    HoursFault,
    hours_fault,
)
from medcor.web.clinic_words import weekday_name
from medcor.web.forms import tidy
from medcor.web.inputs import json_object
from medcor.web.locale import format_clock

_FAULTS = {
    HoursFault.INCOMPLETE: _l("Give both times, as 09:00."),
    HoursFault.BACKWARDS: _l("It must close after it opens."),
    HoursFault.OVERLAP: _l("This overlaps another opening of the day."),
}
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(:00)?")


@dataclass
class HoursRow:
    """One opening as it was typed."""

    weekday: int
    opens: str = ""
    closes: str = ""
    error: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.opens or self.closes)


class HoursField(Field):
    """A week of openings: rows as typed, and ``data`` as sound :class:`Hours` once validated."""

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        self.process_errors = []
        self.data = list(data) if data is not unset_value and data else []
        if formdata is None:
            self.rows = [
                HoursRow(each.weekday, format_clock(each.opens), format_clock(each.closes))
                for each in self.data
            ]
        else:
            self.rows = list(_json_rows() if request.is_json else _form_rows(formdata))

    def day(self, weekday: int) -> list[HoursRow]:
        return [row for row in self.rows if row.weekday == weekday]

    def pre_validate(self, form: Any) -> None:
        kept: dict[int, list[tuple[time, time]]] = {day: [] for day in DAYS}
        self.rows = [row for row in self.rows if not row.is_empty]
        faults = []
        for row in self.rows:
            opens, closes = _clock(row.opens), _clock(row.closes)
            fault = hours_fault(opens, closes, kept[row.weekday])
            if fault:
                row.error = str(_FAULTS[fault])
                faults.append(f"{weekday_name(row.weekday)}: {row.error}")
            else:
                kept[row.weekday].append((opens, closes))
        if any(len(day) > MOST_A_DAY for day in kept.values()):
            faults.append(gettext("Give at most %(number)s openings a day.", number=MOST_A_DAY))
        if faults:
            raise ValidationError(" ".join(faults))
        self.data = sorted(Hours(day, *span) for day, spans in kept.items() for span in spans)

    def change(self, wish: str) -> None:
        """Do what a button of the form asks for, without saving: add, drop or copy rows."""
        act, _, rest = wish.partition("-")
        if act == "copy":
            monday = self.day(0)
            self.rows = [row for row in self.rows if row.weekday not in WORKDAYS] + [
                HoursRow(day, row.opens, row.closes) for day in WORKDAYS for row in monday
            ]
        elif act == "add" and rest in {str(day) for day in DAYS}:
            self.rows.append(HoursRow(int(rest)))
        elif act == "drop":
            self.rows = [row for row in self.rows if row is not self._row(rest)]

    def _row(self, place: str) -> HoursRow | None:
        day, _, number = place.partition("-")
        if not (day.isdigit() and number.isdigit()):
            return None
        rows = self.day(int(day))
        return rows[int(number)] if int(number) < len(rows) else None


def _form_rows(formdata: Any) -> Iterator[HoursRow]:
    for day in DAYS:
        pairs = zip(
            formdata.getlist(f"opens-{day}"), formdata.getlist(f"closes-{day}"), strict=False
        )
        for opens, closes in list(pairs)[: MOST_A_DAY * 2]:
            yield HoursRow(day, tidy(opens), tidy(closes))


def _json_rows() -> Iterator[HoursRow]:
    found = json_object().get("hours")
    for each in found if isinstance(found, list) else []:
        if isinstance(each, dict) and each.get("weekday") in DAYS:
            yield HoursRow(
                int(each["weekday"]), tidy(str(each.get("opens"))), tidy(str(each.get("closes")))
            )


def _clock(text: str) -> time | None:
    found = _CLOCK.fullmatch(text)
    return time(int(found[1]), int(found[2])) if found else None
