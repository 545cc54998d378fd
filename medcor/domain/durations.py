"""Lengths of time as a person says them: so many minutes, hours, days or weeks."""

from __future__ import annotations

from enum import StrEnum


class Unit(StrEnum):
    """A unit of a length of time, by the word that a form posts."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"


MINUTES_IN = {Unit.MINUTES: 1, Unit.HOURS: 60, Unit.DAYS: 24 * 60, Unit.WEEKS: 7 * 24 * 60}


def in_minutes(amount: int, unit: Unit) -> int:
    return amount * MINUTES_IN[unit]


def said(minutes: int, units: tuple[Unit, ...], least: int = 1) -> tuple[int, Unit]:
    """The amount, at least ``least``, and the largest of ``units`` that tell ``minutes`` exactly.

    Nothing and what no unit divides is told in the smallest one, rounded up.
    """
    for unit in sorted(units, key=MINUTES_IN.__getitem__, reverse=True):
        amount, rest = divmod(minutes, MINUTES_IN[unit])
        if amount >= least and not rest:
            return amount, unit
    smallest = min(units, key=MINUTES_IN.__getitem__)
    return -(-minutes // MINUTES_IN[smallest]), smallest
