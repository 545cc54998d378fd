"""Mails about appointments and accounts, put in the outbox in the transaction they tell of."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from medcor.models import Appointment, Clinic, Patient, User
from medcor.services.mail import queue_mail


class MailKind(StrEnum):
    """What a mail is about; :mod:`medcor.web.letters` words each kind."""

    VERIFY = "verify_email"
    ALREADY_REGISTERED = "already_registered"
    RESET = "reset_password"
    CHANGED = "password_changed"
    BOOKED = "appointment_booked"
    CANCELLED = "appointment_cancelled"


def appointment_booked(
    session: Session, clinic: Clinic, appointment: Appointment, patient: Patient
) -> None:
    """Tell the patient what was booked."""
    _tell(session, patient.user, MailKind.BOOKED, appointment_id=appointment.id)


def appointment_cancelled(
    session: Session, clinic: Clinic, appointment: Appointment, patient: Patient
) -> None:
    """Tell the patient what was cancelled."""
    _tell(session, patient.user, MailKind.CANCELLED, appointment_id=appointment.id)


def verify_email(session: Session, user: User, token: str) -> None:
    """Ask whoever reads the address to confirm it."""
    _tell(session, user, MailKind.VERIFY, token=token)


def already_registered(session: Session, user: User) -> None:
    """Tell the owner of an account that somebody registered their address again."""
    _tell(session, user, MailKind.ALREADY_REGISTERED, role=user.role.value)


def reset_password(session: Session, user: User, token: str) -> None:
    """Send the link to a new password."""
    _tell(session, user, MailKind.RESET, token=token)


def password_changed(session: Session, user: User) -> None:
    """Tell the owner of an account that its password was changed."""
    _tell(session, user, MailKind.CHANGED, role=user.role.value)


def _tell(session: Session, user: User, kind: MailKind, **details: Any) -> None:
    named = {"name": user.first_name, **details}
    queue_mail(session, user.clinic_id, kind, user.email, user.language, **named)
