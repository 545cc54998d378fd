"""Why a time of a link can't be had, for the pages that confirm one."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from medcor.domain.scheduling import Refusal
from medcor.models import Clinic, Slot
from medcor.services import why_not
from medcor.services.moving import Movable
from medcor.services.scheduling import Search
from medcor.services.why_not import Wish
from medcor.web.access import actor
from medcor.web.state import now


def find_refusals(
    session: Session, clinic: Clinic, slot: Slot, treatment_id: int, day: date, search: Search
) -> tuple[Refusal, ...]:
    """Every reason against booking ``slot`` on ``day``, none where it can be booked."""
    wish = Wish(slot.doctor_id, treatment_id, day, slot.start_time)
    told = why_not.explain(session, clinic, wish, search)
    if told.slot is None or told.slot.id == slot.id:
        return told.refusals
    # The opening of the link is gone, though another one now stands in its place.
    return told.refusals or (Refusal.NO_SLOT_AT_THAT_TIME,)


def find_move_refusals(
    session: Session, movable: Movable, slot: Slot, day: date
) -> tuple[Refusal, ...]:
    """Every reason against moving an appointment to ``slot`` on ``day``."""
    search = movable.search(actor(), now())
    return find_refusals(session, movable.clinic, slot, movable.treatment.id, day, search)
