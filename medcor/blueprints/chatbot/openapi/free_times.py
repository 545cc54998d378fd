"""The first free times of a treatment, and why a time is not among them."""

from __future__ import annotations

from medcor.domain import errors
from medcor.domain.scheduling import Refusal

from ..free_times import DEFAULT_TIMES, MAX_DAYS, MAX_TIMES, number_expected
from ..schemas import clock_expected
from .parts import Part, answer, failing, operation, parameters, refusals, schema
from .shared import BY_KEY, TOKEN_MAYBE_KEY

_TIME = {
    "slot_id": 21,
    "doctor_id": 13,
    "doctor": "Dr. John Doe",
    "date": "2026-03-09",
    "start_time": "09:00",
    "end_time": "09:30",
}


def _optional(name: str, told: str, shape: Part, example: object) -> Part:
    """A part of the query that counts as absent while it is empty."""
    return {
        "name": name,
        "in": "query",
        "description": told,
        "schema": {"anyOf": [shape, {"const": ""}]},
        "example": example,
    }


def _number(name: str, told: str, most: int, example: int) -> Part:
    return _optional(name, told, {"type": "integer", "minimum": 1, "maximum": most}, example)


_FIRST_FREE: Part = {
    "/{clinic_id}/treatments/{treatment_id}/first-free/": {
        "get": operation(
            "booking",
            "first_free",
            "List the first free times of a treatment, of all its doctors or of one.",
            {
                "200": answer(
                    "The times, the soonest first; none if nothing is free in these days.",
                    schema("FreeTimes"),
                    {
                        "times": {"times": [_TIME], "zone": "Europe/Istanbul"},
                        "nothing_free": {"times": [], "zone": "Europe/Istanbul"},
                    },
                ),
                **refusals(
                    "first_free",
                    *BY_KEY,
                    errors.InvalidDate(),
                    number_expected("days", MAX_DAYS),
                    number_expected("limit", MAX_TIMES),
                    errors.TreatmentNotFound(),
                    errors.DoctorNotFound(),
                ),
                **failing(),
            },
            security=TOKEN_MAYBE_KEY,
            description="With a patient's key their own appointments are in the way, and the times "
            "that they hold themselves are free.",
            parameters=[
                *parameters("ClinicId", "TreatmentId"),
                _optional(
                    "doctor_id", "Of this doctor only.", {"type": "integer", "minimum": 1}, 13
                ),
                _optional(
                    "from",
                    "The first day; a day that is over counts as today.",
                    {"type": "string", "format": "date"},
                    "2026-03-09",
                ),
                _number("days", f"How many days to look at, {MAX_DAYS} unless told.", MAX_DAYS, 60),
                _number("limit", f"How many times, {DEFAULT_TIMES} unless told.", MAX_TIMES, 10),
            ],
        )
    }
}

_WHY_NOT: Part = {
    "/{clinic_id}/treatments/{treatment_id}/get-doctors/{doctor_id}/why-not/": {
        "get": operation(
            "booking",
            "why_not",
            "Say whether a time can be booked, if not why, and what is free near it.",
            {
                "200": answer(
                    "Every reason against the time, and the nearest free times.",
                    schema("WhyNot"),
                    {
                        "taken": {
                            "available": False,
                            "reasons": [
                                {
                                    "code": Refusal.DOCTOR_BUSY.value,
                                    "text": "Somebody else has this time.",
                                }
                            ],
                            "nearest": [_TIME],
                        },
                        "free": {"available": True, "reasons": [], "nearest": [_TIME]},
                    },
                ),
                **refusals(
                    "why_not",
                    *BY_KEY,
                    errors.MissingParameter(),
                    errors.InvalidDate(),
                    clock_expected(),
                    errors.TreatmentNotFound(),
                    errors.DoctorNotFound(),
                ),
                **failing(),
            },
            security=TOKEN_MAYBE_KEY,
            description="With a patient's key the times that they hold themselves are free.",
            parameters=[
                *parameters("ClinicId", "TreatmentId", "DoctorId"),
                {
                    "name": "date",
                    "in": "query",
                    "required": True,
                    "schema": {"type": "string", "format": "date"},
                    "example": "2026-03-09",
                },
                {
                    "name": "time",
                    "in": "query",
                    "required": True,
                    "schema": schema("Clock"),
                    "example": "09:00",
                },
            ],
        )
    }
}

PATHS: Part = _FIRST_FREE | _WHY_NOT
