"""The tools as a language model sees them: JSON in, JSON out, nothing changed without the person.

Booking and cancelling end the turn with the server's own summary and question. Only the person's
explicit yes in a later turn does it, and then it is the server that acts.
"""

from __future__ import annotations

from collections.abc import Generator

from medcor.domain import errors
from medcor.domain.dialogue.when import When
from medcor.domain.permissions import Role
from medcor.domain.talk import ToolStep
from medcor.services.assistant import (
    appointments_flow,
    booking_flow,
    doctor_model_tools,
    proposals,
    show,
)
from medcor.services.assistant.facts import (
    AppointmentFact,
    ClinicFact,
    DoctorFact,
    FreeTimes,
    HandoverFact,
    TreatmentFact,
)
from medcor.services.assistant.info import handover_card
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
    read_object,
)
from medcor.services.assistant.state import Answer, Ask, Desk
from medcor.services.assistant.times import TimesWish
from medcor.services.assistant.toolbox import TOOLS


def tools_for(role: Role) -> list[ModelTool]:
    """The tools that a role may use, in a stable order."""
    return [each for each in _TOOLS.values() if role in TOOLS[each.name].roles]


def use_tool(
    desk: Desk, role: Role, name: str, arguments: str
) -> Generator[ToolStep, None, Result]:
    """Use one tool; what a model got wrong comes back to it as an error, not as an exception."""
    tool = _TOOLS.get(name)
    if tool is None or role not in TOOLS[tool.name].roles:
        return Result({"error": "there is no such tool"})
    try:
        return (yield from tool.use(desk, read_object(arguments)))
    except BadArguments as error:
        return Result({"error": str(error)})
    except (errors.TryAgain, errors.TalkMoved):
        raise
    except errors.DomainError as error:
        return Result({"error": error.code})


def _list_treatments(desk: Desk, arguments: Arguments) -> Generator[ToolStep, None, Result]:
    found: tuple[TreatmentFact, ...] = yield from desk.box.step("list_treatments", desk.language)
    currency = desk.catalogue.clinic.currency
    return Result(
        [each.as_json(currency) for each in found],
        (show.treatments_card(desk.language, found, currency),),
    )


def _list_doctors(desk: Desk, arguments: Arguments) -> Generator[ToolStep, None, Result]:
    found: tuple[DoctorFact, ...] = yield from desk.box.step(
        "list_doctors", desk.language, treatment_id=read_id(arguments, "treatment_id")
    )
    return Result([each.as_json() for each in found], (show.doctors_card(desk.language, found),))


def _find_free_times(desk: Desk, arguments: Arguments) -> Generator[ToolStep, None, Result]:
    state = desk.state
    wish = TimesWish(
        treatment_id=read_id(arguments, "treatment_id", needed=True) or 0,
        doctor_id=read_id(arguments, "doctor_id"),
        when=When(
            first=read_day(arguments, "first_day"),
            last=read_day(arguments, "last_day"),
            at=read_clock(arguments, "exact_time"),
            after=read_clock(arguments, "earliest_time"),
            before=read_clock(arguments, "latest_time"),
        ),
        limit=5,
    )
    found: FreeTimes = yield from desk.box.step("find_free_times", desk.language, wish=wish)
    state.treatment_id, state.doctor_id, state.when = wish.treatment_id, wish.doctor_id, wish.when
    state.offers, state.offer = found.offers, None
    told = {**found.as_json(), **_why_not(desk, found)}
    if not found.offers:
        return Result(told)
    state.asking = Ask.TIME
    card = show.times_card(desk.language, found.offers, booking_flow.today(desk))
    return Result(told, (card,))


def _why_not(desk: Desk, found: FreeTimes) -> Arguments:
    """The reasons against the exact time that was asked for, where it can't be had."""
    if not found.why_not:
        return {}
    day = booking_flow.today(desk)
    texts = [
        {"code": each.value, "text": proposals.why_text(desk.language, each, found, day)}
        for each in found.why_not
    ]
    return {"why_not": texts}


def _book(desk: Desk, arguments: Arguments) -> Generator[ToolStep, None, Result]:
    """Put the summary to the person; nothing is booked here, whatever the model was told."""
    key = arguments.get("option_id")
    offer = next((each for each in desk.state.offers if each.key == key), None)
    if offer is None:
        raise BadArguments("option_id must be one that find_free_times has just returned")
    summary = yield from booking_flow.propose(desk, offer)
    return Result({"status": "the server asks the person to confirm"}, final=summary)


def _cancel(desk: Desk, arguments: Arguments) -> Generator[ToolStep, None, Result]:
    """Ask the person; only an appointment of their own can be meant."""
    wanted = read_id(arguments, "appointment_id", needed=True)
    found: tuple[AppointmentFact, ...] = yield from desk.box.step(
        "list_my_appointments", desk.language
    )
    fact = next((each for each in found if each.id == wanted), None)
    if fact is None:
        raise BadArguments("appointment_id must be one that list_my_appointments has given")
    asked = appointments_flow.ask_cancel(desk, fact)
    return Result({"status": "the server asks the person to confirm"}, final=asked)


def _list_mine(desk: Desk, arguments: Arguments) -> Generator[ToolStep, None, Result]:
    found: tuple[AppointmentFact, ...] = yield from desk.box.step(
        "list_my_appointments", desk.language
    )
    title = show.say(desk.language, "appointments_card")
    cards = tuple(
        show.appointment_card(
            desk.language, title, each, desk.catalogue.clinic.currency, booking_flow.today(desk)
        )
        for each in found[:3]
    )
    return Result([each.as_json() for each in found], cards)


def _clinic_info(desk: Desk, arguments: Arguments) -> Generator[ToolStep, None, Result]:
    found: ClinicFact = yield from desk.box.step("clinic_info", desk.language)
    return Result(found.as_json())


def _hand_over(desk: Desk, arguments: Arguments) -> Generator[ToolStep, None, Result]:
    """The staff read what the person said, never what a model made of it."""
    made: HandoverFact = yield from desk.box.step(
        "hand_over_to_staff", desk.language, reason=" / ".join(desk.state.said)
    )
    key = "handed_over_already" if made.already else "handed_over"
    answer = Answer(show.say(desk.language, key), (handover_card(desk.language),))
    return Result(made.as_json(), final=answer)


_TOOLS: dict[str, ModelTool] = {
    tool.name: tool
    for tool in (
        ModelTool(
            "list_treatments",
            "Treatments that can be booked, with price and length.",
            {},
            (),
            _list_treatments,
        ),
        ModelTool(
            "list_doctors",
            "The doctors, or those who give one treatment.",
            {"treatment_id": ID},
            (),
            _list_doctors,
        ),
        ModelTool(
            "find_free_times",
            "Free times of a treatment. If none meets the wish, the nearest ones are given, and "
            "why_not says what is against an exact time.",
            {
                "treatment_id": ID,
                "doctor_id": ID,
                "first_day": DAY,
                "last_day": DAY,
                "earliest_time": TIME,
                "latest_time": TIME,
                "exact_time": TIME,
            },
            ("treatment_id",),
            _find_free_times,
        ),
        ModelTool(
            "book_appointment",
            "Propose an option of find_free_times for booking; the server asks for a yes.",
            {"option_id": {"type": "string"}},
            ("option_id",),
            _book,
        ),
        ModelTool(
            "cancel_appointment",
            "Propose to cancel one of the person's appointments; the server asks for a yes.",
            {"appointment_id": ID},
            ("appointment_id",),
            _cancel,
        ),
        ModelTool(
            "list_my_appointments", "The person's own coming appointments.", {}, (), _list_mine
        ),
        ModelTool(
            "clinic_info",
            "Opening hours, address, phone and email of the clinic.",
            {},
            (),
            _clinic_info,
        ),
        ModelTool(
            "hand_over_to_staff",
            "Ask the clinic's staff to contact the person.",
            {},
            (),
            _hand_over,
        ),
        *doctor_model_tools.TOOLS,
    )
}
