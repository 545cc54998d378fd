"""The tools of the assistant: one registry for the guided assistant and for a language model.

Who asks, for which clinic, with which doctor and at which price is never an argument that a model
or a person can fill in: it comes from the actor, the database, or an offer issued in this talk.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.domain.dialogue import wording
from medcor.domain.permissions import Actor, Role
from medcor.domain.talk import ToolStep
from medcor.models import Appointment, TreatmentDoctor
from medcor.models import Doctor as DoctorRow
from medcor.services import agenda, catalogue, holds, lookup
from medcor.services.assistant import acts, doctor_tools, times
from medcor.services.assistant.facts import (
    AppointmentFact,
    Catalogue,
    ClinicFact,
    DoctorFact,
    FreeTimes,
    HandoverFact,
    Offer,
    TreatmentFact,
)
from medcor.services.handovers import Asked
from medcor.services.holds import HoldWish

T = TypeVar("T")
Work = Callable[[Session], T]
Steps = Generator[ToolStep, None, T]
MAX_STEPS = 3
MAX_LISTED = 10


class StepLimitReached(errors.DomainError):
    """A turn asked for more tool steps than it may have."""

    code = "step_limit"
    text = errors.N_("That needed too many steps. Please ask for one thing at a time.")


@dataclass(frozen=True, slots=True)
class Tool:
    """One thing the assistant can do; ``writes`` marks those that change something."""

    name: str
    roles: frozenset[Role]
    use: Callable[..., Any]
    writes: bool = False


@dataclass
class Toolbox:
    """The tools at work for one talk. ``begin`` is called at the start of each turn.

    ``country`` is the clinic's when the talk began: an alarm's number must not wait for a look-up.
    """

    actor: Actor
    session_id: str
    run: Callable[[Work[Any]], Any]
    look: Callable[[Work[Any]], Any]
    clock: Callable[[], datetime]
    country: str = ""
    turn_ids: tuple[str, ...] = ("",)
    steps: int = 0
    acting: bool = False

    def begin(self, *turn_ids: str) -> None:
        """Begin a turn; where several are answered as one, the ids of all, its own last."""
        self.turn_ids, self.steps, self.acting = turn_ids, 0, False

    @property
    def turn_id(self) -> str:
        return self.turn_ids[-1]

    def step(self, name: str, language: str, **arguments: Any) -> Steps[Any]:
        """Use a tool and tell of it; from the moment a writing tool starts the turn must finish.

        Raises the tool's DomainError, NotAllowed for another role's tool, or StepLimitReached.
        """
        tool = TOOLS[name]
        if self.actor.role not in tool.roles:
            raise errors.NotAllowed()
        if self.steps >= MAX_STEPS:
            raise StepLimitReached()
        self.steps += 1
        summary = wording.say(language, f"step_{name}")
        yield ToolStep(name, "running", summary)
        self.acting = self.acting or tool.writes
        try:
            result = tool.use(self, **arguments)
        except Exception:
            yield ToolStep(name, "failed", summary)
            raise
        yield ToolStep(name, "done", summary)
        return result

    def hold(self, offer: Offer) -> int:
        """Keep an offer's time for the person while they answer; a third one replaces the first.

        Raises what a booking of it would be refused with. No tool step: it is nobody's wish.
        """
        wish = HoldWish(offer.doctor_id, offer.treatment.id, offer.slot_id, offer.day)
        return self.run(
            lambda session: (
                holds.hold_time(session, self.actor, wish, self.clock(), replace=True).id
            )
        )

    def release(self, hold_id: int) -> None:
        """Give such a time back; one that has run out is given back already."""
        try:
            self.run(lambda session: holds.release_hold(session, self.actor, hold_id, self.clock()))
        except (errors.NotFound, errors.TryAgain):
            return

    def load_catalogue(self) -> Catalogue:
        """What the clinic offers now; a background for understanding and no tool step."""
        return self.look(lambda session: read_catalogue(session, self.actor.clinic_id))


def read_catalogue(session: Session, clinic_id: int) -> Catalogue:
    """The clinic, its bookable treatments and its active doctors, in four queries."""
    given: dict[int, set[int]] = {}
    pairs = sa.select(TreatmentDoctor.doctor_id, TreatmentDoctor.treatment_id)
    for doctor_id, treatment_id in session.execute(pairs):
        given.setdefault(doctor_id, set()).add(treatment_id)
    treatments = [
        TreatmentFact(row.id, row.name, row.price_minor, row.minutes)
        for row in session.scalars(catalogue.bookable_treatments())
    ]
    offered = {each.id for each in treatments}
    rows = [
        row
        for row in session.scalars(
            sa.select(DoctorRow).where(DoctorRow.is_active).order_by(DoctorRow.id)
        )
        if row.user.is_active
    ]
    fields = catalogue.specialisations_of(session, [row.id for row in rows])
    doctors = [
        DoctorFact(
            row.id, row.name, tuple(fields[row.id]), frozenset(given.get(row.id, set()) & offered)
        )
        for row in rows
    ]
    return Catalogue(_read_clinic(session, clinic_id), tuple(treatments), tuple(doctors))


def _read_clinic(session: Session, clinic_id: int, *, with_hours: bool = False) -> ClinicFact:
    row = lookup.get_clinic(session, clinic_id)
    hours = catalogue.opening_hours(session) if with_hours else []
    return ClinicFact(
        name=row.name,
        zone=row.zone_info,
        country=row.country,
        currency=row.currency,
        horizon_days=row.horizon_days,
        address=row.address,
        phone=row.phone,
        email=row.email,
        hours=tuple((each.weekday, each.opens, each.closes) for each in hours),
    )


def _list_treatments(box: Toolbox) -> tuple[TreatmentFact, ...]:
    return box.load_catalogue().treatments


def _list_doctors(box: Toolbox, treatment_id: int | None = None) -> tuple[DoctorFact, ...]:
    found = box.load_catalogue()
    return found.doctors_for(treatment_id) if treatment_id else found.doctors


def _find_free_times(box: Toolbox, wish: times.TimesWish) -> FreeTimes:
    return box.look(
        lambda session: times.find_free_times(
            session, box.actor.clinic_id, box.actor.profile_id, wish, box.clock()
        )
    )


def _book_appointment(box: Toolbox, offer: Offer) -> AppointmentFact:
    """Book an offer of this talk. A lost race against the same turn gives that turn's result."""
    try:
        return box.run(
            lambda session: acts.book_offer(session, box.actor, offer, box.turn_ids, box.clock())
        )
    except errors.Conflict:
        known = _known_result(box, "book_appointment")
        if known is None:
            raise
        return known


def _cancel_appointment(box: Toolbox, appointment_id: int) -> AppointmentFact:
    try:
        return box.run(
            lambda session: acts.cancel_own(
                session, box.actor, appointment_id, box.turn_ids, box.clock()
            )
        )
    except errors.Conflict:
        known = _known_result(box, "cancel_appointment")
        if known is None:
            raise
        return known


def _known_result(box: Toolbox, tool: str) -> AppointmentFact | None:
    def find(session: Session) -> AppointmentFact | None:
        act = acts.find_act(session, box.actor, box.turn_ids, tool)
        row = lookup.find(session, Appointment, act.subject_id) if act else None
        return AppointmentFact.of(row) if row else None

    return box.look(find)


def _list_my_appointments(box: Toolbox) -> tuple[AppointmentFact, ...]:
    def read(session: Session) -> tuple[AppointmentFact, ...]:
        wanted = agenda.visible_to(box.actor).where(
            Appointment.status.in_(("Pending", "Confirmed")), Appointment.ends_at > box.clock()
        )
        rows = session.scalars(
            wanted.order_by(Appointment.starts_at, Appointment.id).limit(MAX_LISTED)
        )
        return tuple(AppointmentFact.of(row) for row in rows)

    return box.look(read)


def _clinic_info(box: Toolbox) -> ClinicFact:
    return box.look(lambda session: _read_clinic(session, box.actor.clinic_id, with_hours=True))


def _hand_over_to_staff(box: Toolbox, reason: str, flag: str = "") -> HandoverFact:
    asked = Asked(reason, box.session_id, box.turn_id, flag)
    return box.run(
        lambda session: acts.hand_over(session, box.actor, asked, box.turn_ids, box.clock())
    )


_PATIENT = frozenset({Role.PATIENT})
_DOCTOR = frozenset({Role.DOCTOR})
_BOTH = _PATIENT | _DOCTOR

TOOLS: dict[str, Tool] = {
    tool.name: tool
    for tool in (
        Tool("list_treatments", _BOTH, _list_treatments),
        Tool("list_doctors", _BOTH, _list_doctors),
        Tool("find_free_times", _PATIENT, _find_free_times),
        Tool("book_appointment", _PATIENT, _book_appointment, writes=True),
        Tool("cancel_appointment", _PATIENT, _cancel_appointment, writes=True),
        Tool("list_my_appointments", _PATIENT, _list_my_appointments),
        Tool("clinic_info", _BOTH, _clinic_info),
        Tool("hand_over_to_staff", _PATIENT, _hand_over_to_staff, writes=True),
        Tool("my_day", _DOCTOR, doctor_tools.my_day),
        Tool("next_patient", _DOCTOR, doctor_tools.next_patient),
        Tool("present_visit", _DOCTOR, doctor_tools.present_visit),
        Tool("find_patient", _DOCTOR, doctor_tools.list_patients),
        # Reading a record is noted, and nothing is changed by it.
        Tool("last_visit", _DOCTOR, doctor_tools.last_visit),
        Tool("check_days_off", _DOCTOR, doctor_tools.check_days_off),
        Tool("free_days", _DOCTOR, doctor_tools.free_days, writes=True),
        Tool("start_dictation", _DOCTOR, doctor_tools.start_dictation),
        Tool("list_drafts", _DOCTOR, doctor_tools.list_drafts),
    )
}
