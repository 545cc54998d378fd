"""From rows to what the week, its forms and the days off show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, time
from itertools import groupby
from typing import Any

from babel import dates, numbers
from flask import url_for
from flask_babel import get_locale, gettext, ngettext

from medcor.domain import week as rules
from medcor.domain.scheduling import SlotRule, is_open
from medcor.domain.week import CopyPlan, WeekTime
from medcor.models import ClinicHours, ExclusionDate, Slot
from medcor.services.days_off import Absence, Affected
from medcor.services.days_off_lists import DaysOff
from medcor.services.week import OpenSlot, Week
from medcor.web.locale import format_clock, format_day, format_span

from .week_forms import weekday_names

Line = dict[str, Any]
# One line of text needs this many pixels; a week is drawn no denser and no wider than this.
LINE_HEIGHT = 34
LEAST_SCALE, MOST_SCALE = 1.0, 2.4
OPENS, CLOSES = 9 * 60, 17 * 60
NAMED_CLASHES = 4


def size_text(openings: int, minutes: int) -> str:
    """A week in a few words, as ``26 openings, 18 h a week``."""
    hours = numbers.format_decimal(round(minutes / 60, 1), locale=get_locale())
    return ngettext(
        "%(num)s opening, %(hours)s h a week",
        "%(num)s openings, %(hours)s h a week",
        openings,
        hours=hours,
    )


def range_text(first: date, last: date) -> str:
    """A range of days, as ``Tue 24 – Fri 27 Nov 2026`` would be said in the reader's language."""
    if first == last:
        return format_day(first)
    turkish = str(get_locale()) == "tr"
    with_year = "d MMM y EEE" if turkish else "EEE d MMM y"
    without = "d MMM EEE" if turkish else "EEE d MMM"
    begin = without if first.year == last.year else with_year
    parts = [
        dates.format_date(day, form, locale=get_locale())
        for day, form in ((first, begin), (last, with_year))
    ]
    return " – ".join(parts)


def time_text(span: WeekTime | Slot) -> str:
    """A weekly opening, as ``Monday 09:00–09:30``."""
    return f"{weekday_names()[span.weekday]} {format_span(span.start_time, span.end_time)}"


def clash_text(clashes: Sequence[WeekTime]) -> str:
    """Which openings are in the way of a new one."""
    named = ", ".join(time_text(each) for each in clashes[:NAMED_CLASHES])
    more = len(clashes) - NAMED_CLASHES
    if more > 0:
        return ngettext(
            "Already open: %(times)s and %(num)s more.",
            "Already open: %(times)s and %(num)s more.",
            more,
            times=named,
        )
    return gettext("Already open: %(times)s.", times=named)


def absence_clash_text(clash: Absence) -> str:
    """Which days off are in the way of new ones."""
    days = range_text(clash.first, clash.last)
    if clash.reason:
        return gettext(
            "Already off: %(days)s (%(reason)s). Change those days instead.",
            days=days,
            reason=clash.reason,
        )
    return gettext("Already off: %(days)s. Change those days instead.", days=days)


Doors = frozenset[tuple[int, time, time]]


def doors_of(hours: Iterable[ClinicHours]) -> Doors | None:
    """The clinic's opening hours as the rules take them; None where it has told none."""
    return frozenset((row.weekday, row.opens, row.closes) for row in hours) or None


def is_behind_doors(slot: Slot, doors: Doors | None) -> bool:
    """Say whether nobody can book an opening, since the clinic is closed for some of it."""
    rule = SlotRule(slot.id, slot.doctor_id, slot.weekday, slot.start_time, slot.end_time)
    return not is_open(rule, doors)


def count_behind_doors(held: Week, hours: Iterable[ClinicHours]) -> int:
    """How many openings of a week nobody can book for that reason."""
    doors = doors_of(hours)
    return sum(is_behind_doors(each.slot, doors) for each in held.offered)


def opening_line(opening: OpenSlot, doors: Doors | None = None) -> Line:
    """One opening as a block of the week."""
    return {
        "id": opening.slot.id,
        "span": format_span(opening.start_time, opening.end_time),
        "url": url_for("appointment.edit_slot_form", slot_id=opening.slot.id),
        "paused": opening.slot.is_paused,
        "limits": [treatment.name for treatment in opening.limits],
        "booked": opening.booked,
        "fits": opening.fits,
        "closed": is_behind_doors(opening.slot, doors),
    }


def week_grid(held: Week, hours: Sequence[ClinicHours]) -> Line:
    """The week as drawn: pixels from the top for each opening, the hours and the closed times."""
    doors, open_doors = _doors(hours), doors_of(hours)
    low, high = _bounds(held, doors)
    shortest = min((each.minutes for each in held.openings), default=30)
    scale = min(max(LINE_HEIGHT / shortest, LEAST_SCALE), MOST_SCALE)

    def pixels(minute: int) -> int:
        return round((minute - low) * scale)

    return {
        "height": pixels(high),
        "first_minute": low,
        "minutes": high - low,
        "hours": [(f"{minute // 60:02}:00", pixels(minute)) for minute in range(low, high, 60)],
        "days": [
            {
                "weekday": weekday,
                "name": name,
                "openings": _blocks(held.of_day(weekday), pixels, open_doors),
                "paused": _all_paused(held.of_day(weekday)),
                "closed": [
                    (pixels(start), pixels(end) - pixels(start))
                    for start, end in _closed(doors, weekday, low, high)
                ],
            }
            for weekday, name in enumerate(weekday_names())
        ],
    }


def _doors(hours: Iterable[ClinicHours]) -> dict[int, list[tuple[int, int]]]:
    found: dict[int, list[tuple[int, int]]] = {}
    for row in hours:
        span = rules.minute_of(row.opens), rules.minute_of(row.closes)
        found.setdefault(row.weekday, []).append(span)
    return found


def _bounds(held: Week, doors: dict[int, list[tuple[int, int]]]) -> tuple[int, int]:
    spans = [span for day in doors.values() for span in day] + [
        (rules.minute_of(each.start_time), rules.minute_of(each.end_time)) for each in held.openings
    ]
    low = min((start for start, _end in spans), default=OPENS)
    high = max((end for _start, end in spans), default=CLOSES)
    return low // 60 * 60, -(-high // 60) * 60


def _blocks(openings: Sequence[OpenSlot], pixels: Any, doors: Doors | None) -> list[Line]:
    lines, below = [], 0
    for each in openings:
        top, end = pixels(rules.minute_of(each.start_time)), pixels(rules.minute_of(each.end_time))
        lines.append(opening_line(each, doors) | {"gap": max(top - below, 0), "height": end - top})
        below = end
    return lines


def _all_paused(openings: Sequence[OpenSlot]) -> bool:
    return bool(openings) and all(each.slot.is_paused for each in openings)


def _closed(
    doors: dict[int, list[tuple[int, int]]], weekday: int, low: int, high: int
) -> list[tuple[int, int]]:
    """When the clinic's door is shut; a clinic that told no hours is not shut at all."""
    if not doors:
        return []
    shut, begin = [], low
    for opens, closes in sorted(doors.get(weekday, [])):
        if opens > begin:
            shut.append((begin, opens))
        begin = max(begin, closes)
    return [*shut, (begin, high)] if begin < high else shut


def absence_line(row: ExclusionDate, booked: int = 0) -> Line:
    """Days off as a line of the list."""
    count = rules.days_between(row.start_date, row.end_date)
    return {
        "id": row.id,
        "days": range_text(row.start_date, row.end_date),
        "count": ngettext("%(num)s day", "%(num)s days", count),
        "reason": row.reason,
        "booked": booked,
        "version": row.version,
    }


def absence_lines(held: DaysOff) -> dict[str, list[Line]]:
    return {
        "ahead": [absence_line(row, booked) for row, booked in held.ahead],
        "past": [absence_line(row) for row in held.past],
    }


def affected_days(affected: Iterable[Affected]) -> list[tuple[str, list[Affected]]]:
    """The patients whom days off would hit, by day."""
    return [
        (format_day(day), list(group)) for day, group in groupby(affected, key=lambda one: one.day)
    ]


def plan_lines(plans: dict[int, CopyPlan[OpenSlot]]) -> list[Line]:
    """What copying a day would do to each of the others."""
    names = weekday_names()
    return [
        {
            "name": names[day],
            "added": [_span(each) for each in plan.added],
            "left_out": [_span(each) for each in plan.left_out],
            "removed": [_span(each) for each in plan.removed],
            "kept": [_span(own) for _each, own in plan.kept],
            "booked": sum(each.booked for each in plan.removed),
        }
        for day, plan in plans.items()
    ]


def _span(opening: OpenSlot) -> str:
    return format_span(opening.start_time, opening.end_time)


def slot_body(slot: Slot, treatment_ids: Iterable[int] = (), booked: int | None = None) -> Line:
    """A weekly opening as JSON; times are the clinic's local ones."""
    body: Line = {
        "id": slot.id,
        "doctor_id": slot.doctor_id,
        "weekday": slot.weekday,
        "start_time": format_clock(slot.start_time),
        "end_time": format_clock(slot.end_time),
        "treatment_ids": sorted(treatment_ids),
        "is_paused": slot.is_paused,
        "version": slot.version,
    }
    return body if booked is None else {**body, "booked": booked}


def absence_body(row: ExclusionDate) -> Line:
    """Days off as JSON."""
    return {
        "id": row.id,
        "doctor_id": row.doctor_id,
        "date": row.start_date.isoformat(),
        "end_date": row.end_date.isoformat(),
        "reason": row.reason,
        "version": row.version,
    }


def week_body(held: Week, days_off: DaysOff) -> Line:
    """A doctor's week and days off as JSON."""
    return {
        "doctor": {"id": held.doctor.id, "name": held.doctor.name},
        "slots": [
            slot_body(each.slot, [treatment.id for treatment in each.limits], each.booked)
            for each in held.openings
        ],
        "openings_a_week": len(held.offered),
        "minutes_a_week": held.minutes,
        "excluded_dates": [absence_body(row) for row, _booked in days_off.ahead]
        + [absence_body(row) for row in days_off.past],
    }


def affected_body(affected: Iterable[Affected]) -> list[Line]:
    """The patients whom days off would hit, as JSON."""
    return [
        {
            "appointment_id": each.id,
            "date": each.day.isoformat(),
            "start_time": format_clock(each.start_time),
            "end_time": format_clock(each.end_time),
            "patient": each.patient,
            "phone": each.phone,
            "treatment": each.treatment,
            "doctor": each.doctor,
            "status": each.status,
        }
        for each in affected
    ]
