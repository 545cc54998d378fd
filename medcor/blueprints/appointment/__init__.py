"""Booking in four steps, appointments and their details."""

from flask import Blueprint

blueprint = Blueprint("appointment", __name__)

from . import (  # noqa: E402, F401  (they hang their routes on the blueprint)
    booking,
    calendar,
    days_off,
    details,
    feed,
    lists,
    moving,
    my_records,
    record_files,
    records,
    staff_booking,
    states,
    week,
    week_days,
)

__all__ = ["blueprint"]
