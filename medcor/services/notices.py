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
    CONFIRMED = "appointment_confirmed"
    MOVED = "appointment_moved"
    REMINDER = "appointment_reminder"
    INVITED = "invited"
    OPEN_CLINIC = "open_clinic"
    ERASED = "erased"
    ERASURE_REFUSED = "erasure_refused"
    EMAIL_CHANGED = "email_changed"
    SERIES_BOOKED = "series_booked"
    SERIES_CANCELLED = "series_cancelled"
    WEBHOOK_STOPPED = "webhook_stopped"
    TIME_OFFERED = "time_offered"
    FREED_TIME_OFFERED = "freed_time_offered"
    OFFER_LAPSED = "offer_lapsed"
    OFFER_NEEDLESS = "offer_needless"
    HANDOVER_WAITS = "handover_waits"
    HANDOVER_UNTAKEN = "handover_untaken"


# Their link's token is forgotten once they are settled, so they can't be sent again.
WITH_LINK = frozenset(
    {
        MailKind.VERIFY,
        MailKind.RESET,
        MailKind.INVITED,
        MailKind.OPEN_CLINIC,
        MailKind.TIME_OFFERED,
        MailKind.FREED_TIME_OFFERED,
    }
)


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


def appointment_confirmed(session: Session, appointment: Appointment, patient: Patient) -> None:
    """Tell the patient that the clinic has confirmed."""
    _tell(session, patient.user, MailKind.CONFIRMED, appointment_id=appointment.id)


def appointment_moved(
    session: Session,
    appointment: Appointment,
    patient: Patient,
    *,
    old_day: str,
    old_time: str,
    reason: str = "",
) -> None:
    """Tell the patient the new time; ``old_day`` is an ISO date, ``old_time`` ``HH:MM``, local."""
    facts = {"old_day": old_day, "old_time": old_time, "reason": reason}
    _tell(session, patient.user, MailKind.MOVED, appointment_id=appointment.id, **facts)


def series_booked(session: Session, user: User, series_id: int) -> None:
    """Tell the patient of all appointments of a series at once."""
    _tell(session, user, MailKind.SERIES_BOOKED, series_id=series_id)


def series_cancelled(
    session: Session, user: User, series_id: int, appointment_ids: list[int]
) -> None:
    """Tell the patient at once which appointments of a series were cancelled together."""
    facts = {"series_id": series_id, "appointment_ids": appointment_ids}
    _tell(session, user, MailKind.SERIES_CANCELLED, **facts)


def appointment_reminder(
    session: Session, appointment: Appointment, user: User, hours: int
) -> None:
    """Remind the patient, ``hours`` ahead, of the time that the appointment has now."""
    facts = {"starts_at": appointment.starts_at.isoformat(), "hours": hours}
    _tell(session, user, MailKind.REMINDER, appointment_id=appointment.id, **facts)


def invited(session: Session, user: User, token: str) -> None:
    """Send the link by which somebody chooses the password of an account made for them."""
    _tell(session, user, MailKind.INVITED, token=token, role=user.role.value)


def open_clinic(session: Session, user: User, token: str) -> None:
    """Ask whoever signed a clinic up to confirm the address."""
    _tell(session, user, MailKind.OPEN_CLINIC, token=token, role=user.role.value)


def erased(session: Session, user: User, kept_until: str) -> None:
    """Tell a person, under the address that goes with this mail, that the account is erased.

    ``kept_until`` is an ISO date, or empty where no records were kept.
    """
    _tell(session, user, MailKind.ERASED, kept_until=kept_until)


def erasure_refused(session: Session, user: User, answer: str) -> None:
    """Tell a person why their data is not erased now."""
    _tell(session, user, MailKind.ERASURE_REFUSED, answer=answer)


def verify_email(session: Session, user: User, token: str) -> None:
    """Ask whoever reads the address to confirm it."""
    _tell(session, user, MailKind.VERIFY, token=token)


def already_registered(session: Session, user: User) -> None:
    """Tell the owner of an account that somebody registered their address again."""
    _tell(session, user, MailKind.ALREADY_REGISTERED, role=user.role.value)


def reset_password(session: Session, user: User, token: str) -> None:
    """Send the link to a new password."""
    _tell(session, user, MailKind.RESET, token=token)


def password_changed(session: Session, user: User, *, kept_session: bool = False) -> None:
    """Tell the owner of an account that its password was changed.

    ``kept_session``: whoever changed it is still signed in where they did so.
    """
    _tell(session, user, MailKind.CHANGED, role=user.role.value, kept_session=kept_session)


def email_changed(session: Session, user: User) -> None:
    """Tell the address that an account has had so far that the clinic gives it another one."""
    _tell(session, user, MailKind.EMAIL_CHANGED)


def webhook_stopped(session: Session, user: User, endpoint_id: int) -> None:
    """Tell an admin that a webhook was switched off because its receiver does not take it."""
    _tell(session, user, MailKind.WEBHOOK_STOPPED, endpoint_id=endpoint_id)


def time_offered(session: Session, user: User, offer_id: int, token: str) -> None:
    """Offer the patient another time, since the doctor is off on the day of the appointment."""
    _tell(session, user, MailKind.TIME_OFFERED, offer_id=offer_id, token=token)


def freed_time_offered(session: Session, user: User, offer_id: int, token: str) -> None:
    """Offer a time that became free to somebody on the waiting list."""
    _tell(session, user, MailKind.FREED_TIME_OFFERED, offer_id=offer_id, token=token)


def offer_lapsed(session: Session, user: User, offer_id: int) -> None:
    """Tell the patient that an offered time is no longer held, and what comes next."""
    _tell(session, user, MailKind.OFFER_LAPSED, offer_id=offer_id)


def offer_needless(session: Session, user: User, offer_id: int) -> None:
    """Tell the patient that the appointment stands after all, and the offer is over."""
    _tell(session, user, MailKind.OFFER_NEEDLESS, offer_id=offer_id)


def handover_waits(session: Session, user: User, handover_id: int) -> None:
    """Tell an admin that nobody has taken what a talk handed over."""
    _tell(session, user, MailKind.HANDOVER_WAITS, handover_id=handover_id)


def handover_waits_at_desk(session: Session, clinic: Clinic, handover_id: int) -> None:
    """The same to the clinic's own address."""
    queue_mail(
        session,
        clinic.id,
        MailKind.HANDOVER_WAITS,
        clinic.email,
        clinic.language,
        name="",
        handover_id=handover_id,
    )


def handover_untaken(session: Session, user: User, handover_id: int) -> None:
    """Tell a patient who has left the talk that nobody has looked at their message yet."""
    _tell(session, user, MailKind.HANDOVER_UNTAKEN, handover_id=handover_id)


def _tell(session: Session, user: User, kind: MailKind, **details: Any) -> None:
    named = {"name": user.first_name, **details}
    queue_mail(session, user.clinic_id, kind, user.email, user.language, **named)
