"""The first free times of a treatment, and why a time is not among them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from flask import request

from medcor.domain import errors
from medcor.models import Clinic
from medcor.services import chatbot
from medcor.services.chatbot import FreeTime, TimeWish
from medcor.services.why_not import Wish
from medcor.web import bodies
from medcor.web.access import widget
from medcor.web.calendar_days import parse_day
from medcor.web.refusal_words import reasons_body
from medcor.web.state import now

from . import blueprint, guards, schemas

_TO_THE_WIDGET = "the clinic's chatbot token in the Authorization header, a patient's key beside it"
MAX_DAYS, MAX_TIMES, DEFAULT_TIMES = 60, 100, 10


@blueprint.get("/<row_id:clinic_id>/treatments/<row_id:treatment_id>/first-free/")
@widget(_TO_THE_WIDGET)
def first_free(clinic_id: int, treatment_id: int):
    """List the first free times of a treatment, of all its doctors or of one."""
    session, clinic = guards.with_bearer(clinic_id)
    patient_id = _patient_id(clinic)
    wish = TimeWish(
        treatment_id=treatment_id,
        doctor_id=_doctor_id(),
        first_day=_first_day(),
        days=_count("days", MAX_DAYS, MAX_DAYS),
        limit=_count("limit", DEFAULT_TIMES, MAX_TIMES),
    )
    found = chatbot.list_first_free(session, clinic, wish, now(), patient_id)
    return {"times": time_bodies(found), "zone": clinic.zone}


@blueprint.get(
    "/<row_id:clinic_id>/treatments/<row_id:treatment_id>/get-doctors/<row_id:doctor_id>/why-not/"
)
@widget(_TO_THE_WIDGET)
def why_not(clinic_id: int, treatment_id: int, doctor_id: int):
    """Say whether a time can be booked, if not why in kind words, and what is free near it."""
    session, clinic = guards.with_bearer(clinic_id)
    patient_id = _patient_id(clinic)
    asked = request.args.get("date", ""), request.args.get("time", "")
    if not all(asked):
        raise errors.MissingParameter()
    wish = Wish(doctor_id, treatment_id, parse_day(asked[0]), schemas.read_clock(asked[1]))
    verdict = chatbot.judge_time(session, clinic, wish, now(), patient_id)
    return {
        "available": not verdict.refusals,
        "reasons": reasons_body(verdict.refusals, staff=False),
        "nearest": time_bodies(verdict.nearest),
    }


def time_bodies(times: Iterable[FreeTime]) -> list[bodies.Body]:
    return [
        {
            "slot_id": each.opening.slot.id,
            "doctor_id": each.opening.slot.doctor_id,
            "doctor": each.doctor,
            "date": each.opening.day.isoformat(),
            "start_time": each.opening.slot.start.strftime("%H:%M"),
            "end_time": each.opening.slot.end.strftime("%H:%M"),
        }
        for each in times
    ]


def _patient_id(clinic: Clinic) -> int | None:
    """The patient whose key came along: their own appointments are in the way, not their holds."""
    person = guards.patient_by_key(clinic, needed=False)
    return person.actor.profile_id if person else None


def _doctor_id() -> int | None:
    """The doctor that is asked for, None for any; what is no number is nobody's id."""
    text = request.args.get("doctor_id", "").strip()
    if not text:
        return None
    number = schemas.read_id(text)
    return 0 if number is None else number


def _first_day() -> date | None:
    text = request.args.get("from", "")
    return parse_day(text) if text else None


def _count(name: str, default: int, most: int) -> int:
    """A number from 1 to ``most`` in the query; InvalidInput names one that is none."""
    text = request.args.get(name, "")
    if not text:
        return default
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    if not 1 <= number <= most:
        raise number_expected(name, most)
    return number


def number_expected(name: str, most: int) -> errors.InvalidInput:
    # The API speaks English alone, as published.
    text = f"{name} must be a number from 1 to {most}."
    return errors.InvalidInput(text, field=name)
