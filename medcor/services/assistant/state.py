"""What one talk remembers between turns."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from enum import StrEnum

from medcor.domain.dialogue.when import When
from medcor.domain.talk import Card
from medcor.services.assistant.doctor_facts import DaysOffPlan, Dictation, PatientFact
from medcor.services.assistant.facts import AppointmentFact, Catalogue, Offer
from medcor.services.assistant.toolbox import Toolbox


class Ask(StrEnum):
    """The question that waits for an answer."""

    NOTHING = "nothing"
    TREATMENT = "treatment"
    DOCTOR = "doctor"
    FIND = "find"
    TIME = "time"
    BOOK = "book"
    WHICH_CANCEL = "which_cancel"
    WHICH_MOVE = "which_move"
    CANCEL = "cancel"
    STAFF = "staff"
    WHICH_LAST = "which_last"
    WHICH_DICTATE = "which_dictate"
    AWAY_DAYS = "away_days"
    DAYS_OFF = "days_off"
    DAYS_MESSAGE = "days_message"


DOCTORS_QUESTIONS = frozenset(
    {Ask.WHICH_LAST, Ask.WHICH_DICTATE, Ask.AWAY_DAYS, Ask.DAYS_OFF, Ask.DAYS_MESSAGE}
)


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply; ``shown`` is how much of its text has been streamed already.

    ``answered_by`` is as in :class:`medcor.domain.talk.Reply`.
    A ``free`` one costs no credit and is nothing that a model needs to know of.
    """

    text: str
    cards: tuple[Card, ...] = ()
    shown: str = ""
    answered_by: str = "guided"
    free: bool = False

    def after(self, *texts: str) -> Answer:
        """The same answer with sentences before it."""
        joined = " ".join(filter(None, (*texts, self.text)))
        return Answer(joined, self.cards, free=self.free)

    def with_news(self, news: Answer) -> Answer:
        """The same answer with what an interrupted turn could not tell before it."""
        shown = f"{news.text} {self.shown}" if self.shown else ""
        text, cards = f"{news.text} {self.text}", (*news.cards, *self.cards)
        return replace(self, text=text, cards=cards, shown=shown)


@dataclass
class TalkState:
    """The wish so far, the question that is open, and what was said last.

    ``unsaid`` is the news of a change that was made while its turn was being interrupted.
    The last fields are a doctor's: whom they may mean, the days off they were asked about, and what
    is being dictated.
    """

    language: str
    treatment_id: int | None = None
    doctor_id: int | None = None
    when: When = field(default_factory=When)
    asking: Ask = Ask.NOTHING
    choices: tuple[int, ...] = ()
    offers: tuple[Offer, ...] = ()
    offer: Offer | None = None
    hold_id: int | None = None
    appointments: tuple[AppointmentFact, ...] = ()
    appointment: AppointmentFact | None = None
    moving: AppointmentFact | None = None
    misses: int = 0
    turns: int = 0
    said: tuple[str, ...] = ()
    last_turn: str = ""
    last: Answer | None = None
    unsaid: Answer | None = None
    patients: tuple[PatientFact, ...] = ()
    days_off: DaysOffPlan | None = None
    dictation: Dictation | None = None

    def hear(self, text: str) -> None:
        """Remember the last few things said, for the staff who may take over."""
        self.turns += 1
        self.said = (*self.said, text[:150])[-3:]

    def drop_question(self) -> None:
        """Let no later yes answer a question that was not repeated."""
        if self.asking in (Ask.BOOK, Ask.CANCEL, Ask.STAFF):
            self.asking = Ask.TIME if self.offers and self.asking is Ask.BOOK else Ask.NOTHING
        elif self.asking in DOCTORS_QUESTIONS:
            self.asking = Ask.NOTHING
        self.offer = self.appointment = self.days_off = None

    def restore(self, earlier: TalkState) -> None:
        """Take back everything since a copy was made."""
        for each in fields(self):
            setattr(self, each.name, getattr(earlier, each.name))

    def forget_wish(self) -> None:
        """Start afresh; what was said last stays for *repeat*."""
        self.treatment_id = self.doctor_id = self.offer = self.appointment = self.moving = None
        self.hold_id = None
        self.when, self.asking = When(), Ask.NOTHING
        self.choices, self.offers, self.appointments = (), (), ()
        self.patients, self.days_off = (), None


@dataclass
class Desk:
    """All that a step of the dialogue works with."""

    state: TalkState
    box: Toolbox
    catalogue: Catalogue

    @property
    def language(self) -> str:
        return self.state.language
