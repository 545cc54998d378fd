"""Everything that one turn says, read once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from medcor.domain.dialogue import answers, intents, match, when
from medcor.domain.dialogue.answers import Other
from medcor.domain.dialogue.intents import Intent
from medcor.domain.dialogue.text import has, plain
from medcor.domain.dialogue.when import When
from medcor.services.assistant.facts import Catalogue, DoctorFact, TreatmentFact


@dataclass(frozen=True, slots=True)
class Heard:
    """The entities, the goal and the verdict of a turn."""

    text: str
    language: str
    today: date
    order: str
    treatments: tuple[TreatmentFact, ...]
    doctors: tuple[DoctorFact, ...]
    when: When
    intent: Intent | None
    consent: bool | None
    other: Other | None
    any_doctor: bool
    symptom: bool

    @property
    def cancels_own(self) -> bool:
        """Say whether an appointment is to be cancelled, and not only this talk's wish."""
        said = plain(self.text, self.language)
        return self.intent is Intent.CANCEL and has(said, "appointment*", "booking*", "randevu*")

    @property
    def names_something(self) -> bool:
        return bool(self.treatments or self.doctors or self.when)

    def loosely(self) -> When:
        """The wish for a time with a bare number read as an hour."""
        return when.parse(self.text, self.language, self.today, order=self.order, loose=True)


def hear(text: str, language: str, catalogue: Catalogue, today: date) -> Heard:
    """Understand a turn against what the clinic has; pure, a millisecond or two."""
    treatments = match.treatments(
        text, language, [match.Named(each.id, each.name) for each in catalogue.treatments]
    )
    doctors = match.doctors(
        text, language, [match.Named(each.id, each.name) for each in catalogue.doctors]
    )
    order = catalogue.clinic.date_order
    return Heard(
        text=text,
        language=language,
        today=today,
        order=order,
        treatments=tuple(filter(None, (catalogue.treatment(each.id) for each in treatments))),
        doctors=tuple(filter(None, (catalogue.doctor(each.id) for each in doctors))),
        when=when.parse(text, language, today, order=order),
        intent=intents.detect(text, language),
        consent=answers.yes_or_no(text, language),
        other=answers.other(text, language),
        any_doctor=match.anyone(text, language),
        symptom=intents.tells_symptom(text, language),
    )
