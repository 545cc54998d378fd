"""The first free times of a treatment, and why a time is not among them."""

from __future__ import annotations

from datetime import date

from flask import request

from medcor.domain import errors
from medcor.models import Clinic
from medcor.services import chatbot, nearest
from medcor.services.chatbot import TimeWish
from medcor.services.scheduling import Search
from medcor.services.why_not import Wish
from medcor.web import bodies
from medcor.web.access import widget
from medcor.web.calendar_days import parse_day
from medcor.web.state import now

from . import blueprint, guards, schemas

_TO_THE_WIDGET = "the clinic's chatbot token in the Authorization header, a patient's key beside it"
MAX_DAYS, MAX_TIMES, DEFAULT_TIMES, NEAREST = 60, 100, 10, 5


@blueprint.get("/<row_id:clinic_id>/treatments/<row_id:treatment_id>/first-free/")
@widget(_TO_THE_WIDGET)
def first_free(clinic_id: int, treatment_id: int):
    """List the first free times of a treatment, of all its doctors or of one."""
    session, clinic = guards.with_bearer(clinic_id)
    search = _search(clinic)
    wish = TimeWish(
        treatment_id=treatment_id,
        doctor_id=_doctor_id(),
        first_day=_first_day(),
        days=_count("days", MAX_DAYS, MAX_DAYS),
        limit=_count("limit", DEFAULT_TIMES, MAX_TIMES),
    )
    found = chatbot.list_first_free(session, clinic, wish, search)
    return {"times": bodies.time_bodies(found.openings, found.names), "zone": clinic.zone}


@blueprint.get(
    "/<row_id:clinic_id>/treatments/<row_id:treatment_id>/get-doctors/<row_id:doctor_id>/why-not/"
)
@widget(_TO_THE_WIDGET)
def why_not(clinic_id: int, treatment_id: int, doctor_id: int):
    """Say whether a time can be booked, if not why in kind words, and what is free near it."""
    session, clinic = guards.with_bearer(clinic_id)
    search = _search(clinic)
    asked = request.args.get("date", ""), request.args.get("time", "")
    if not all(asked):
        raise errors.MissingParameter()
    wish = Wish(doctor_id, treatment_id, parse_day(asked[0]), schemas.read_clock(asked[1]))
    judged = nearest.judge_time(session, clinic, wish, search, even_if_free=True, limit=NEAREST)
    return bodies.judged_body(judged, staff=False)


def _search(clinic: Clinic) -> Search:
    """What is free for the patient whose key came along, or for anybody."""
    person = guards.patient_by_key(clinic, needed=False)
    return Search(now(), person.actor.profile_id if person else None)


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
