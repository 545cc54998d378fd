"""The wording of every mail, in the language of its reader, from what is true when it is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import current_app
from flask_babel import force_locale, gettext
from sqlalchemy.orm import Session

from medcor.domain import colour
from medcor.domain.appointments import AppointmentStatus
from medcor.integrations.mailer import Attachment, Letter
from medcor.models import Appointment, Clinic
from medcor.services import lookup
from medcor.services.calendar_files import appointment_ics
from medcor.services.mail import DueMail
from medcor.services.notices import MailKind
from medcor.web.locale import LANGUAGES, format_day, format_short_day
from medcor.web.state import settings

_OWN_ACCENT = "#0b655d"


@dataclass(frozen=True, slots=True)
class Content:
    """What one mail says; the templates ``emails/letter.html`` and ``.txt`` give it its form."""

    subject: str
    lines: tuple[str, ...]
    facts: tuple[tuple[str, str], ...] = ()
    button: tuple[str, str] | None = None
    note: str = ""
    attachments: tuple[Attachment, ...] = ()


def compose(session: Session, mail: DueMail) -> Letter | None:
    """Word a mail; None if what it would tell is no longer so. ``session`` is the clinic's."""
    clinic = lookup.get_clinic(session, mail.clinic_id)
    language = mail.language if mail.language in LANGUAGES else "en"
    with force_locale(language):
        content = _WRITERS[MailKind(mail.kind)](session, clinic, mail)
        return _form(clinic, mail, language, content) if content else None


def _form(clinic: Clinic, mail: DueMail, language: str, content: Content) -> Letter:
    values = {
        "content": content,
        "clinic": clinic,
        "language": language,
        "name": mail.details.get("name", ""),
        "public_url": settings().public_url,
        "accent": colour.palette(
            clinic.accent if colour.is_colour(clinic.accent) else _OWN_ACCENT
        ).light,
    }
    environment = current_app.jinja_env
    return Letter(
        subject=content.subject,
        text=environment.get_template("emails/letter.txt").render(values),
        html=environment.get_template("emails/letter.html").render(values),
        sender_name=clinic.name,
        reply_to=clinic.email,
        attachments=content.attachments,
    )


def _url(path: str) -> str:
    return f"{settings().public_url}{path}"


def _sign_in_path(mail: DueMail) -> str:
    return f"/patient/login/?clinic={mail.clinic_id}" if _to_patient(mail) else "/login/"


def _forgot_path(mail: DueMail) -> str:
    if _to_patient(mail):
        return f"/patient/forgot-password/?clinic={mail.clinic_id}"
    return "/forgot-password/"


def _to_patient(mail: DueMail) -> bool:
    return mail.details.get("role", "patient") == "patient"


def _verify_email(session: Session, clinic: Clinic, mail: DueMail) -> Content:
    url = _url(f"/email-verifications/{mail.details['token']}/")
    return Content(
        subject=gettext("Confirm your email for %(clinic)s", clinic=clinic.name),
        lines=(
            gettext(
                "One step is left until you can book with %(clinic)s online: tell us that this "
                "address is yours.",
                clinic=clinic.name,
            ),
        ),
        button=(gettext("Confirm my email"), url),
        note=gettext(
            "The link works once, for 48 hours. If you did not register, ignore this "
            "mail: without your confirmation nobody can use the account."
        ),
    )


def _already_registered(session: Session, clinic: Clinic, mail: DueMail) -> Content:
    return Content(
        subject=gettext("You already have an account at %(clinic)s", clinic=clinic.name),
        lines=(
            gettext(
                "Somebody, probably you, tried to register this address again. You already "
                "have an account: sign in with your password."
            ),
            gettext(
                "If you forgot the password, you can set a new one here: %(url)s",
                url=_url(_forgot_path(mail)),
            ),
        ),
        button=(gettext("Sign in"), _url(_sign_in_path(mail))),
        note=gettext("If it was not you, there is nothing to do. Your account was not changed."),
    )


def _reset_password(session: Session, clinic: Clinic, mail: DueMail) -> Content:
    url = _url(f"/password-resets/{mail.details['token']}/")
    return Content(
        subject=gettext("A new password for %(clinic)s", clinic=clinic.name),
        lines=(
            gettext(
                "You asked for a new password for your account at %(clinic)s.", clinic=clinic.name
            ),
        ),
        button=(gettext("Set a new password"), url),
        note=gettext(
            "The link works once, for one hour. If you did not ask for it, ignore this "
            "mail: your password stays as it is."
        ),
    )


def _password_changed(session: Session, clinic: Clinic, mail: DueMail) -> Content:
    return Content(
        subject=gettext("Your password at %(clinic)s was changed", clinic=clinic.name),
        lines=(
            gettext(
                "The password of your account was just changed. You were signed out "
                "everywhere; sign in with the new one."
            ),
        ),
        button=(gettext("Sign in"), _url(_sign_in_path(mail))),
        note=gettext(
            "If it was not you, set a new password at once at %(url)s and tell the clinic.",
            url=_url(_forgot_path(mail)),
        ),
    )


def _booked(session: Session, clinic: Clinic, mail: DueMail) -> Content | None:
    appointment = lookup.find(session, Appointment, mail.details.get("appointment_id"))
    if appointment is None or not appointment.is_live:
        return None
    waits = appointment.status is AppointmentStatus.PENDING
    return Content(
        subject=gettext("Your appointment on %(day)s, %(time)s", **_when(appointment)),
        lines=(
            gettext("Your appointment is booked. The clinic will confirm it.")
            if waits
            else gettext("Your appointment is booked and confirmed."),
        ),
        facts=_facts(clinic, appointment),
        button=(gettext("See my appointments"), _url("/view_appointments/")),
        note=gettext("The attached file puts it in your calendar."),
        attachments=(_calendar_file(clinic, appointment, "PUBLISH"),),
    )


def _cancelled(session: Session, clinic: Clinic, mail: DueMail) -> Content | None:
    appointment = lookup.find(session, Appointment, mail.details.get("appointment_id"))
    if appointment is None or appointment.status is not AppointmentStatus.CANCELLED:
        return None
    facts = _facts(clinic, appointment)
    if appointment.cancel_reason:
        facts = (*facts, (gettext("Reason"), appointment.cancel_reason))
    return Content(
        subject=gettext("Cancelled: your appointment on %(day)s, %(time)s", **_when(appointment)),
        lines=(gettext("This appointment was cancelled."),),
        facts=facts,
        button=(gettext("Book another time"), _url("/treatment_list_for_new_appointment_booking/")),
        note=gettext("The attached file takes it out of your calendar."),
        attachments=(_calendar_file(clinic, appointment, "CANCEL"),),
    )


def _when(appointment: Appointment) -> dict[str, str]:
    return {
        "day": format_short_day(appointment.day),
        "time": f"{appointment.start_time:%H:%M}",
    }


def _facts(clinic: Clinic, appointment: Appointment) -> tuple[tuple[str, str], ...]:
    facts = (
        (gettext("Treatment"), appointment.treatment.name),
        (gettext("Doctor"), appointment.doctor.name),
        (gettext("Day"), format_day(appointment.day)),
        (
            gettext("Time"),
            f"{appointment.start_time:%H:%M}–{appointment.end_time:%H:%M} ({clinic.zone})",
        ),
        (gettext("Where"), clinic.address),
    )
    return tuple(fact for fact in facts if fact[1])


def _calendar_file(clinic: Clinic, appointment: Appointment, method: str) -> Attachment:
    content = appointment_ics(
        clinic,
        appointment,
        appointment.treatment.name,
        appointment.doctor.name,
        settings().public_url,
        method,
    )
    return Attachment("appointment.ics", f"text/calendar; method={method}", content)


_WRITERS: dict[MailKind, Callable[[Session, Clinic, Any], Content | None]] = {
    MailKind.VERIFY: _verify_email,
    MailKind.ALREADY_REGISTERED: _already_registered,
    MailKind.RESET: _reset_password,
    MailKind.CHANGED: _password_changed,
    MailKind.BOOKED: _booked,
    MailKind.CANCELLED: _cancelled,
}
