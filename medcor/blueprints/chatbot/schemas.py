"""What comes in, read without trust, and the two answers of its own that the API gives a person."""

from __future__ import annotations

import re
from datetime import datetime, time
from typing import Any

from flask import request

from medcor.domain import errors
from medcor.domain.identity import MAX_ID
from medcor.models import Clinic
from medcor.services.chatbot import RecentAppointment
from medcor.services.sessions import SignedIn
from medcor.web import bodies

MAX_BODY_BYTES = 64 * 1024
_WHOLE_NUMBER = re.compile(r"-?[0-9]+")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_LONGEST_NUMBER = 18


def body() -> dict[str, Any]:
    """The posted JSON object, or form; anything else is an empty one."""
    request.max_content_length = MAX_BODY_BYTES
    try:
        parsed = request.get_json(force=True, silent=True)
    except RecursionError:
        # Thousands of nested brackets are no request, and no reason to fail.
        return {}
    return parsed if isinstance(parsed, dict) else request.form.to_dict()


def read_text(value: object) -> str:
    """A text that a database can hold; empty for anything else."""
    if not isinstance(value, str) or "\x00" in value:
        return ""
    try:
        value.encode()
    except UnicodeEncodeError:
        return ""
    return value


def read_id(value: object) -> int | None:
    """A whole number, also one sent as text, else None; one too large is merely unknown."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if not isinstance(value, str) or not _WHOLE_NUMBER.fullmatch(value.strip()):
        return None
    return int(value) if len(value.strip()) <= _LONGEST_NUMBER else MAX_ID + 1


# The API speaks English alone, as published.
CLOCK_EXPECTED = "Invalid time format. Use HH:MM."


def read_clock(text: str) -> time:
    """Read ``HH:MM`` of the 24-hour clock and nothing looser; InvalidInput otherwise."""
    if not _CLOCK.fullmatch(text):
        raise clock_expected()
    return time.fromisoformat(text)


def clock_expected() -> errors.InvalidInput:
    return errors.InvalidInput(CLOCK_EXPECTED, field="time")


def user_body(clinic: Clinic, signed: SignedIn) -> bodies.Body:
    """Who signed in; ``profile_pic`` is null where there is no picture."""
    return {
        "user_id": signed.actor.user_id,
        "email": signed.actor.email,
        "name": signed.actor.name,
        "profile_pic": bodies.absolute(signed.picture),
        "schema_name": clinic.schema_name,
    }


def recent_body(recent: RecentAppointment | None) -> bodies.Body | None:
    if recent is None:
        return None
    return {
        "id": recent.id,
        "treatment__name": recent.treatment,
        "doctor__users__first_name": recent.doctor_first_name,
        "doctor__users__last_name": recent.doctor_last_name,
        "appointment_slot_date": recent.day.isoformat(),
        "appointment_slot_start_time": recent.start.strftime("%H:%M:%S"),
        "appointment_slot_end_time": recent.end.strftime("%H:%M:%S"),
    }


def prompt(name: str, recent: RecentAppointment | None, now: datetime) -> str:
    """The widget's greeting; it speaks of an appointment only while that lies ahead."""
    if recent is None or not recent.is_ahead(now):
        return f"Hi {name}."
    doctor = f"{recent.doctor_first_name} {recent.doctor_last_name}".strip()
    return (
        f"Hi {name}, you have an appointment for {recent.treatment} with Dr. {doctor}. "
        f"Your appointment is scheduled from {recent.start:%H:%M:%S} to {recent.end:%H:%M:%S} "
        f"on {recent.day.isoformat()}."
    )
