"""Why a time is not offered, in words: for staff in full, for patients kindly and discreetly.

The assistant says the same in its own sentences (``medcor.domain.dialogue.wording``); a test keeps
the two tables in step.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l

from medcor.domain.scheduling import Refusal

# For patients, then for staff. A patient is told nothing about another one.
WORDS: dict[Refusal, tuple[Any, Any]] = {
    Refusal.DOCTOR_INACTIVE: (
        _l("This doctor can't be booked at the moment."),
        _l("The doctor is deactivated."),
    ),
    Refusal.TREATMENT_INACTIVE: (
        _l("This treatment is not offered at the moment."),
        _l("The treatment is no longer offered."),
    ),
    Refusal.TREATMENT_NOT_GIVEN: (
        _l("This doctor does not offer this treatment."),
        _l("The doctor is not among those who give this treatment."),
    ),
    Refusal.NO_SLOT_THAT_DAY: (
        _l("The doctor has no consulting hours on that day of the week."),
        _l("The doctor's week has no opening on that day of the week."),
    ),
    Refusal.NO_SLOT_AT_THAT_TIME: (
        _l("The doctor sees patients on that day, but not at that time."),
        _l("The doctor's week has openings on that day, but none at that time."),
    ),
    Refusal.NOT_FOR_TREATMENT: (
        _l("This time is meant for other treatments, or is too short for this one."),
        _l("The opening is limited to other treatments, or too short for this one."),
    ),
    Refusal.CLINIC_CLOSED: (
        _l("The clinic is closed at that time."),
        _l("The opening lies outside the clinic's opening hours."),
    ),
    Refusal.EXCLUDED: (
        _l("The doctor is away on that day."),
        _l("The doctor has a day off."),
    ),
    Refusal.TOO_FAR: (
        _l("That is too far ahead: it can't be booked yet."),
        _l("That is too far ahead: it lies past the last day that the clinic lets one book."),
    ),
    Refusal.IMPOSSIBLE_TIME: (
        _l("This time does not exist on that day, because the clocks are changed."),
        _l("The clocks are changed on that day: the opening does not exist, or is too short."),
    ),
    Refusal.PAST: (
        _l("This time is over."),
        _l("This time has passed."),
    ),
    Refusal.TOO_SOON: (
        _l("That is too soon to be booked online. Please call the clinic."),
        _l("That is sooner than the notice that the clinic asks of patients."),
    ),
    Refusal.DOCTOR_BUSY: (
        _l("Somebody else has this time."),
        _l("The doctor has another appointment then, counting the breaks before and after it."),
    ),
    Refusal.HELD: (
        _l("Somebody is just confirming this time; it may be free again in a few minutes."),
        _l("Being confirmed: the time is kept for a patient who has not answered yet."),
    ),
    Refusal.PATIENT_BUSY: (
        _l("You already have an appointment at that time."),
        _l("The patient already has an appointment at that time."),
    ),
}


def refusal_text(refusal: Refusal, *, staff: bool) -> str:
    """One reason in the reader's language, said to staff or to the patient."""
    kind, full = WORDS[refusal]
    return str(full if staff else kind)


def refusal_texts(refusals: Iterable[Refusal], *, staff: bool) -> list[str]:
    """Every reason, in the order given."""
    return [refusal_text(each, staff=staff) for each in refusals]


def reasons_body(refusals: Iterable[Refusal], *, staff: bool) -> list[dict[str, str]]:
    """Every reason as JSON: a stable ``code`` and its ``text``."""
    return [{"code": each.value, "text": refusal_text(each, staff=staff)} for each in refusals]
