"""Mails about appointments and accounts, put in the outbox in the transaction they tell of."""

from __future__ import annotations

from sqlalchemy.orm import Session

from medcor.models import Appointment, Clinic, Patient


def appointment_booked(
    session: Session, clinic: Clinic, appointment: Appointment, patient: Patient
) -> None:
    """Tell the patient what was booked. (Mail templates arrive with the account pages.)"""


def appointment_cancelled(
    session: Session, clinic: Clinic, appointment: Appointment, patient: Patient
) -> None:
    """Tell the patient what was cancelled."""
