"""The doctor's tools as a language model sees them: they read, or put a question to the doctor."""

from __future__ import annotations

from collections.abc import Generator

from medcor.domain import errors
from medcor.domain.dialogue.absence import MAX_REASON
from medcor.domain.talk import ToolStep
from medcor.services.assistant import dictating, doctor_days_off, doctor_patients, doctor_tools
from medcor.services.assistant.doctor_facts import DaysOffPlan, NoPastVisit, PastVisit
from medcor.services.assistant.facts import AppointmentFact
from medcor.services.assistant.model_base import (
    DAY,
    ID,
    TIME,
    Arguments,
    BadArguments,
    ModelTool,
    Result,
    read_clock,
    read_day,
    read_id,
)
from medcor.services.assistant.proposals import today
from medcor.services.assistant.state import Ask, Desk

Using = Generator[ToolStep, None, Result]
UNKNOWN = {"error": "the doctor treats no such patient"}
_LONGEST_NAME = 80


def _my_day(desk: Desk, arguments: Arguments) -> Using:
    found: tuple[AppointmentFact, ...] = yield from desk.box.step(
        "my_day", desk.language, day=read_day(arguments, "day")
    )
    return Result([each.as_json(for_doctor=True) for each in found])


def _next_patient(desk: Desk, arguments: Arguments) -> Using:
    found: AppointmentFact | None = yield from desk.box.step("next_patient", desk.language)
    if found is None:
        return Result(None)
    minutes = doctor_tools.minutes_until(found, desk.box.clock())
    return Result({**found.as_json(for_doctor=True), "begins_in_minutes": minutes})


def _name(arguments: Arguments) -> str:
    value = arguments.get("patient")
    if value is not None and not isinstance(value, str):
        raise BadArguments("patient must be a name")
    return (value or "")[:_LONGEST_NAME]


def _last_visit(desk: Desk, arguments: Arguments) -> Using:
    """The record's words are data of somebody else's making: no tool may be used after them."""
    appointment_id, name = read_id(arguments, "appointment_id"), _name(arguments)
    which: dict[str, int] = {}
    if name:
        meant = yield from doctor_patients.find_patients(desk, name)
        if len(meant.found) > 1:
            asked = doctor_patients.ask_which(desk, meant.found, Ask.WHICH_LAST)
            return Result({"status": "the server asks which one is meant"}, final=asked)
        if not meant.found:
            return Result(UNKNOWN)
        which = {"patient_id": meant.found[0].id}
    elif appointment_id is None:
        following: AppointmentFact | None = yield from desk.box.step("next_patient", desk.language)
        if following is None:
            return Result(None)
        which = {"appointment_id": following.id}
    else:
        which = {"appointment_id": appointment_id}
    try:
        found: PastVisit | NoPastVisit = yield from desk.box.step(
            "last_visit", desk.language, **which
        )
    except (errors.PatientNotFound, errors.AppointmentNotFound):
        return Result(UNKNOWN)
    written = isinstance(found, PastVisit)
    cards = (doctor_patients.last_visit_card(desk.language, found, today(desk)),) if written else ()
    return Result(found.as_json(), cards, foreign=written)


def _free_days(desk: Desk, arguments: Arguments) -> Using:
    """Put the days to the doctor; nothing is entered here, whatever the model was told."""
    first = read_day(arguments, "first_day")
    if first is None:
        raise BadArguments("first_day must be YYYY-MM-DD")
    last = read_day(arguments, "last_day") or first
    reason = arguments.get("reason") or ""
    if not isinstance(reason, str):
        raise BadArguments("reason must be a text")
    plan = DaysOffPlan(first, last, " ".join(reason.split())[:MAX_REASON])
    asked = yield from doctor_days_off.propose(desk, plan)
    return Result({"status": "the server asks the doctor to confirm"}, final=asked)


def _start_dictation(desk: Desk, arguments: Arguments) -> Using:
    appointment_id, name = read_id(arguments, "appointment_id"), _name(arguments)
    if appointment_id is not None:
        begun = yield from dictating.find_visit(desk, appointment_id=appointment_id)
        return Result({"status": "the server answers"}, final=begun)
    ids: list[int] = []
    if name:
        meant = yield from doctor_patients.find_patients(desk, name)
        if not meant.found:
            return Result(UNKNOWN)
        ids = [each.id for each in meant.found[: doctor_patients.SHOWN]]
    at = read_clock(arguments, "time")
    begun = yield from dictating.find_visit(desk, patient_ids=ids, at=None if ids else at)
    return Result({"status": "the server answers"}, final=begun)


def _list_drafts(desk: Desk, arguments: Arguments) -> Using:
    told = yield from dictating.tell_drafts(desk)
    return Result({"status": "the server answers"}, final=told)


_PATIENT = {"type": "string", "description": "The patient's name as the doctor said it"}
_OF_A_TOOL = {**ID, "description": "An appointment_id that my_day or next_patient has given"}

TOOLS = (
    ModelTool(
        "my_day",
        "The doctor's own appointments of a day, today by default.",
        {"day": DAY},
        (),
        _my_day,
    ),
    ModelTool("next_patient", "The doctor's next appointment.", {}, (), _next_patient),
    ModelTool(
        "last_visit",
        "What the record of a patient's last visit says; of the next patient by default. Only the "
        "doctor's own patients are known.",
        {"patient": _PATIENT, "appointment_id": _OF_A_TOOL},
        (),
        _last_visit,
    ),
    ModelTool(
        "free_days",
        "Propose days off for the doctor; the server says whom it hits and asks for a yes.",
        {
            "first_day": DAY,
            "last_day": DAY,
            "reason": {"type": "string", "description": "Only if the doctor gave one"},
        },
        ("first_day",),
        _free_days,
    ),
    ModelTool(
        "start_dictation",
        "Begin to take down a note of a visit; of the visit going on by default.",
        {"patient": _PATIENT, "appointment_id": _OF_A_TOOL, "time": TIME},
        (),
        _start_dictation,
    ),
    ModelTool(
        "list_drafts", "The doctor's dictated notes that are not signed yet.", {}, (), _list_drafts
    ),
)
