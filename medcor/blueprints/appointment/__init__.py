"""Booking in four steps, appointments and their details."""

from flask import Blueprint

blueprint = Blueprint("appointment", __name__)

from . import booking, lists  # noqa: E402, F401  (they hang their routes on the blueprint)

__all__ = ["blueprint"]
