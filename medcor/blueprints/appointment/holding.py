"""Keep a time for the patient who is looking at it once more, and give it back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from math import ceil
from typing import Any

from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.domain.permissions import Permission
from medcor.models import Clinic, Hold, Slot
from medcor.services import held_times, holds, lookup, moving
from medcor.services.holds import HoldWish
from medcor.web.access import actor, needs
from medcor.web.acting import acting
from medcor.web.calendar_days import parse_day
from medcor.web.inputs import posted, posted_id
from medcor.web.locale import format_clock, format_short_day, format_span
from medcor.web.state import now
from medcor.web.transaction import reading

from . import blueprint
from .reasons import find_move_refusals

Body = dict[str, Any]


@blueprint.post("/holds/")
@needs(Permission.BOOK_OWN)
def hold_time() -> tuple[Body, int]:
    """Keep the posted time for five minutes; the same time again tells of the hold that stands."""
    slot_id, appointment_id = posted_id("slot_id"), posted_id("appointment_id")
    wish = HoldWish(
        doctor_id=posted_id("doctor_id") or _doctor_of(slot_id),
        treatment_id=posted_id("treatment_id"),
        slot_id=slot_id,
        day=parse_day(posted("appointment_date")),
    )
    try:
        made = acting(lambda session, who: holds.hold_time(session, who, wish, now(), replace=True))
    except errors.BookingRefused:
        if appointment_id is None or not _is_free_to_move(appointment_id, wish):
            raise
        # Only the appointment that would be moved is in the way: there is nothing to keep.
        return {"hold_id": None}, 200
    return _body(made), 201


def _doctor_of(slot_id: int | None) -> int | None:
    slot = lookup.find(reading(actor().clinic_id), Slot, slot_id)
    return slot.doctor_id if slot else None


def _is_free_to_move(appointment_id: int, wish: HoldWish) -> bool:
    session = reading(actor().clinic_id)
    movable = moving.find_movable(session, actor(), appointment_id)
    slot = lookup.find(session, Slot, wish.slot_id)
    if slot is None:
        return False
    return not find_move_refusals(session, movable, slot, wish.day)


def _body(hold: Hold) -> Body:
    session = reading(actor().clinic_id)
    clinic = lookup.get_clinic(session, actor().clinic_id)
    return {
        "hold_id": hold.id,
        "expires_at": hold.expires_at.isoformat().replace("+00:00", "Z"),
        "seconds": max(ceil((hold.expires_at - now()).total_seconds()), 0),
        "until": until_text(clinic, hold.expires_at),
    }


def until_text(clinic: Clinic, moment: datetime) -> str:
    """An instant as a time of day on the clinic's clock."""
    return format_clock(moment.astimezone(clinic.zone_info))


@blueprint.post("/holds/<int:hold_id>/release/")
@needs(Permission.BOOK_OWN)
def release_hold(hold_id: int) -> tuple[str, int]:
    """Give a held time back at once."""
    acting(lambda session, who: holds.release_hold(session, who, hold_id, now()))
    return "", 204


def held_lines(
    session: Session, doctor_ids: Iterable[int], first: date, last: date, at: datetime
) -> list[str]:
    """The times between two days that somebody else is confirming, in words for staff."""
    return [
        f"{format_short_day(each.day)}, {format_span(each.start, each.end)} · {each.doctor}"
        f" · {each.patient}"
        for each in held_times.list_held(session, doctor_ids, first, last, at)
    ]
