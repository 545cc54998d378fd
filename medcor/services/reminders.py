"""Reminders of appointments, put in the outbox once for each start, by whoever is first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain.appointments import LIVE
from medcor.domain.reminders import Reminder, due_reminders, switched_on
from medcor.models import Appointment, AppointmentReminder, Clinic, Patient, User
from medcor.services import lookup, notices


def reminding_clinics(session: Session) -> list[int]:
    """Ids of the clinics that send reminders at all."""
    wanted = sa.select(Clinic.id).where(
        Clinic.is_verified, Clinic.remind_day_before | Clinic.remind_two_hours
    )
    return list(session.scalars(wanted.order_by(Clinic.id)))


def any_due(session: Session, clinic_id: int, now: datetime) -> bool:
    """Say whether the clinic in scope has a reminder to queue, without taking a write lock."""
    return next(_due(session, clinic_id, now), None) is not None


def queue_due(session: Session, clinic_id: int, now: datetime, limit: int) -> int:
    """Queue the due reminders of the clinic in scope, ``limit`` at most; returns how many.

    What was sent is written in the same transaction. Of two that queue at once the second breaks
    the rows' uniqueness, gets TryAgain, and finds nothing left to do.
    """
    queued = 0
    for reminder, appointment, user in _due(session, clinic_id, now):
        if queued == limit:
            break
        session.add(
            AppointmentReminder(
                clinic_id=clinic_id,
                appointment_id=appointment.id,
                hours=reminder.hours,
                starts_at=appointment.starts_at,
            )
        )
        notices.appointment_reminder(session, appointment, user, reminder.hours)
        queued += 1
    session.flush()
    return queued


def _due(
    session: Session, clinic_id: int, now: datetime
) -> Iterator[tuple[Reminder, Appointment, User]]:
    clinic = lookup.get_clinic(session, clinic_id)
    on = switched_on(clinic.remind_day_before, clinic.remind_two_hours)
    for reminder in on:
        for appointment, user in session.execute(_waiting(reminder, now)).all():
            chosen = appointment.time_chosen_at
            if due_reminders([reminder], appointment.status, appointment.starts_at, chosen, now):
                yield reminder, appointment, user


def _waiting(reminder: Reminder, now: datetime) -> sa.Select:
    """Live appointments that start in the reminder's window and were not reminded of that start."""
    after, until = reminder.window(now)
    sent = sa.exists().where(
        AppointmentReminder.appointment_id == Appointment.id,
        AppointmentReminder.hours == reminder.hours,
        AppointmentReminder.starts_at == Appointment.starts_at,
    )
    return (
        sa.select(Appointment, User)
        .join(Patient, Patient.id == Appointment.patient_id)
        .join(User, User.id == Patient.user_id)
        .where(
            Appointment.status.in_(LIVE),
            Appointment.starts_at > after,
            Appointment.starts_at <= until,
            Patient.is_active,
            User.is_active,
            ~sent,
        )
        .order_by(Appointment.starts_at, Appointment.id)
    )
