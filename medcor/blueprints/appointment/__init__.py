"""Booking in four steps, appointments and their details."""

from flask import Blueprint

blueprint = Blueprint("appointment", __name__)

from . import (  # noqa: E402, F401  (they hang their routes on the blueprint)
    booking,
    calendar,
    days_off,
    details,
    feed,
    holding,
    lists,
    moving,
    my_records,
    offers,
    record_drafts,
    record_files,
    records,
    series,
    series_cancelling,
    staff_booking,
    states,
    waiting,
    week,
    week_days,
    why_not,
)

__all__ = ["blueprint"]
