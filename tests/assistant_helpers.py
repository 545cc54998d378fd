"""A person who talks to the assistant in a test, over the real database."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

import sqlalchemy as sa

from medcor.domain.permissions import Actor, system_actor
from medcor.domain.talk import Card, Delta, Notice, Reply, ReplyEvent, Talk, ToolStep, Turn
from medcor.domain.triage import said_just_before
from medcor.extensions import db
from medcor.integrations.language_models import LanguageModel
from medcor.models import Appointment, ClinicHours, Handover, Treatment
from medcor.services import booking
from medcor.services.assistant import open_talk
from medcor.services.booking import BookingRequest
from medcor.services.slots import add_slot
from medcor.web.transaction import in_transaction, reading, transaction
from tests.conftest import NOW
from tests.factories import ClinicWorld

_numbers = itertools.count(1)


@dataclass
class Said:
    """All that one turn brought."""

    events: list[ReplyEvent]

    @property
    def reply(self) -> Reply | None:
        last = self.events[-1] if self.events else None
        return last if isinstance(last, Reply) else None

    @property
    def text(self) -> str:
        assert self.reply is not None
        return self.reply.text

    @property
    def cards(self) -> tuple[Card, ...]:
        assert self.reply is not None
        return self.reply.cards

    @property
    def streamed(self) -> str:
        return "".join(each.text for each in self.events if isinstance(each, Delta))

    @property
    def tools(self) -> list[tuple[str, str]]:
        return [(each.name, each.state) for each in self.events if isinstance(each, ToolStep)]

    @property
    def notices(self) -> list[str]:
        return [each.code for each in self.events if isinstance(each, Notice)]


@dataclass
class Person:
    """Someone with a talk; ``say`` is one turn."""

    actor: Actor
    language: str = "en"
    model: LanguageModel | None = None
    prompt: dict[str, Any] = field(default_factory=dict)
    now: datetime = NOW
    session_id: str = "a-talk"
    before_run: Callable[[], None] | None = None
    memory: dict[str, Any] | None = None
    reopened: bool = False
    last: tuple[str, datetime] | None = None
    talk: Talk = field(init=False)

    def __post_init__(self) -> None:
        self._open()

    def reopen(self, memory: dict[str, Any] | None = None) -> None:
        """Open the talk anew, as another process would, with what the first one has remembered."""
        self.memory, self.reopened = memory, True
        self._open()

    def _open(self) -> None:
        self.talk = open_talk(
            self.actor,
            {"name": self.actor.name, **self.prompt},
            language=self.language,
            session_id=self.session_id,
            run=self._run,
            look=self._look,
            clock=lambda: self.now,
            model=self.model,
            memory=self.memory,
        )

    def _run(self, work: Callable[[Any], Any]) -> Any:
        if self.before_run is not None:
            before, self.before_run = self.before_run, None
            before()
        return in_transaction(self.actor.clinic_id, self.actor, work)

    def _look(self, work: Callable[[Any], Any]) -> Any:
        try:
            return work(reading(self.actor.clinic_id))
        finally:
            db.session.remove()

    def say(
        self,
        text: str,
        turn_id: str = "",
        cancelled: Callable[[], bool] = lambda: False,
        earlier: tuple[tuple[str, str], ...] = (),
    ) -> Said:
        """One turn; ``earlier`` ones, as (id, text), are answered together with it.

        A turn that is named is one that a process before may have begun to answer.
        """
        turn_id, recovered = turn_id or f"turn-{next(_numbers)}", self.reopened and bool(turn_id)
        parts = (*earlier, (turn_id, text)) if earlier else ()
        whole = "\n".join([*(words for _, words in earlier), text])
        before, self.last = said_just_before(self.last, self.now), (text, self.now)
        alarm = self.talk.alarm(text, before)
        turn = Turn(turn_id, text if alarm else whole, "voice", parts, recovered, alarm)
        return Said(list(self.talk.reply(turn, cancelled)))

    def says(self, *texts: str) -> Said:
        """Say several things in turn; gives the last answer."""
        return [self.say(each) for each in texts][-1]


def appointments(clinic_id: int) -> list[Appointment]:
    db.session.remove()
    return list(reading(clinic_id).scalars(sa.select(Appointment).order_by(Appointment.id)))


def handovers(clinic_id: int) -> list[Handover]:
    db.session.remove()
    return list(reading(clinic_id).scalars(sa.select(Handover).order_by(Handover.id)))


def book(
    clinic: ClinicWorld, actor: Actor, slot: int, day: Any, now: datetime = NOW, **changes: Any
) -> int:
    """Book by the page's door."""
    request = BookingRequest(
        **{
            "doctor_id": clinic.doctor.profile_id,
            "treatment_id": clinic.treatment_id,
            "slot_id": clinic.slot_ids[slot],
            "day": day,
            **changes,
        }
    )
    with transaction(clinic.id, actor) as session:
        return booking.book_appointment(session, actor, request, now).id


def give_times(clinic: ClinicWorld, doctor: Actor, *times: tuple[int, time, time]) -> list[int]:
    """Open weekly slots; gives their ids."""
    with transaction(clinic.id) as session:
        return [
            add_slot(session, system_actor(clinic.id), doctor.profile_id, *each).id
            for each in times
        ]


def set_price(clinic: ClinicWorld, minor: int) -> None:
    with transaction(clinic.id) as session:
        session.execute(
            sa.update(Treatment)
            .where(Treatment.id == clinic.treatment_id)
            .values(price_minor=minor)
        )


def open_on_weekdays(clinic: ClinicWorld) -> None:
    with transaction(clinic.id) as session:
        for weekday in range(5):
            session.add(
                ClinicHours(clinic_id=clinic.id, weekday=weekday, opens=time(9), closes=time(17))
            )
