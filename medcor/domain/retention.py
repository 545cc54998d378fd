"""How long a clinic must keep medical records, whoever asks for their erasure."""

from __future__ import annotations

from datetime import date


def keep_until(last_visit: date | None, years: int) -> date | None:
    """The last day on which records must be kept, ``years`` after the last visit.

    None where there is nothing to keep. 29 February ends on the 28th in a year that has none.
    """
    if last_visit is None:
        return None
    wanted = min(last_visit.year + years, date.max.year)
    try:
        return last_visit.replace(year=wanted)
    except ValueError:
        return last_visit.replace(year=wanted, day=28)


def must_keep(until: date | None, today: date) -> bool:
    """Say whether records must still be kept on ``today``, the last day included."""
    return until is not None and today <= until
