"""A clinic's own row and its hours: what an admin sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.domain.appointments import LIVE
from medcor.domain.opening_hours import Hours, is_sound
from medcor.domain.permissions import Actor
from medcor.models import (
    Appointment,
    Clinic,
    ClinicHours,
    Doctor,
    Patient,
    Treatment,
    User,
)
from medcor.services import audit, catalogue, files, lookup
from medcor.services.edits import begin_edit

EDITABLE = frozenset(
    {
        "name",
        "about",
        "email",
        "phone",
        "street",
        "postcode",
        "city",
        "country",
        "directions",
        "zone",
        "currency",
        "language",
        "accent",
        "logo",
        "min_notice_minutes",
        "cancel_notice_minutes",
        "horizon_days",
        "remind_day_before",
        "remind_two_hours",
        "widget_origins",
        "booking_needs_key",
        "admins_read_records",
        "records_keep_years",
        "talks_keep_days",
        "offer_answer_hours",
        "waiting_answer_minutes",
        "handover_minutes",
        "alarm_minutes",
    }
)


def edit_clinic(
    session: Session, actor: Actor, wished: Mapping[str, object], seen: int | None, now: datetime
) -> Clinic:
    """Change columns of the clinic; StaleEdit if somebody else did since version ``seen``.

    A save that changes nothing, such as a second press of the button, is done already.
    InvalidInput for a new zone while appointments lie ahead.
    """
    clinic = lookup.get_clinic(session, actor.clinic_id)
    unknown = set(wished) - EDITABLE
    if unknown:
        raise ValueError(f"no settings of a clinic: {sorted(unknown)}")
    changes = {name: value for name, value in wished.items() if getattr(clinic, name) != value}
    if not changes:
        return clinic
    begin_edit(clinic, seen, now)
    if "zone" in changes:
        _check_zone_is_free(session, now)
    for name, value in changes.items():
        setattr(clinic, name, value)
    audit.record(session, actor, "clinic.edited", "clinic", clinic.id, fields=sorted(changes))
    if "admins_read_records" in changes:
        act = "clinic.records_opened" if clinic.admins_read_records else "clinic.records_closed"
        audit.record(session, actor, act, "clinic", clinic.id)
    session.flush()
    return clinic


def edit_look(
    session: Session,
    actor: Actor,
    accent: str,
    drawn: bytes | None,
    remove_logo: bool,
    seen: int | None,
    now: datetime,
) -> Clinic:
    """Set the clinic's accent (``#rrggbb`` or empty) and its logo, a picture drawn already."""
    before = lookup.get_clinic(session, actor.clinic_id).logo
    wished: dict[str, object] = {"accent": accent}
    if drawn is not None:
        wished["logo"] = files.add_picture(session, actor, drawn)
    elif remove_logo:
        wished["logo"] = ""
    clinic = edit_clinic(session, actor, wished, seen, now)
    if before and before != clinic.logo:
        files.drop_picture(session, before)
    return clinic


def count_ahead(session: Session, now: datetime) -> int:
    """How many live appointments of the clinic are not over yet."""
    wanted = (
        sa.select(sa.func.count())
        .select_from(Appointment)
        .where(Appointment.status.in_(LIVE), Appointment.ends_at > now)
    )
    return session.scalar(wanted) or 0


def count_rows(session: Session, now: datetime) -> dict[str, int]:
    """How much the clinic in scope holds, for its operator."""
    models = {"users": User, "doctors": Doctor, "patients": Patient, "treatments": Treatment}
    counts = {
        name: session.scalar(sa.select(sa.func.count()).select_from(model)) or 0
        for name, model in models.items()
    }
    return {**counts, "appointments ahead": count_ahead(session, now)}


def _check_zone_is_free(session: Session, now: datetime) -> None:
    # Booked people were told a local time and hold its instant in their calendars: a new zone
    # would make one of the two untrue.
    if count_ahead(session, now):
        raise errors.InvalidInput(
            errors.N_(
                "The time zone can't change while appointments lie ahead: each would move to "
                "another time. Move or cancel them first."
            ),
            field="zone",
        )


def set_hours(
    session: Session, actor: Actor, hours: Sequence[Hours], seen: int | None, now: datetime
) -> Clinic:
    """Replace the clinic's opening hours; StaleEdit as in :func:`edit_clinic`.

    InvalidInput if an opening ends before it begins, or two of a day overlap.
    """
    if not is_sound(hours):
        raise errors.InvalidInput(errors.N_("These opening hours overlap."), field="hours")
    clinic = lookup.get_clinic(session, actor.clinic_id)
    if sorted(hours) == weekly_hours(session):
        return clinic
    begin_edit(clinic, seen, now)
    session.execute(sa.delete(ClinicHours))
    session.add_all(
        ClinicHours(clinic_id=clinic.id, weekday=each.weekday, opens=each.opens, closes=each.closes)
        for each in hours
    )
    audit.record(session, actor, "clinic.hours_changed", "clinic", clinic.id)
    session.flush()
    return clinic


def weekly_hours(session: Session) -> list[Hours]:
    """The clinic's opening hours as plain values, Monday first."""
    return [Hours(row.weekday, row.opens, row.closes) for row in catalogue.opening_hours(session)]
