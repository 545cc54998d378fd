"""Mails about appointments, each with the file that keeps the reader's calendar right."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask_babel import gettext
from sqlalchemy.orm import Session

from medcor.domain.appointments import AppointmentStatus, may_move
from medcor.domain.permissions import Role
from medcor.domain.reminders import BY_HOURS
from medcor.integrations.mailer import Attachment
from medcor.models import Appointment, Clinic
from medcor.services import lookup
from medcor.services.calendar_files import appointment_ics
from medcor.services.mail import DueMail
from medcor.services.notices import MailKind
from medcor.web.locale import format_day, format_short_day
from medcor.web.state import now, settings

from .content import Content, Writer, page


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
        button=_details_link(appointment),
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
        button=(
            gettext("Book another time"),
            page("appointment.treatment_list_for_new_appointment_booking"),
        ),
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


def _live(session: Session, mail: DueMail) -> Appointment | None:
    appointment = lookup.find(session, Appointment, mail.details.get("appointment_id"))
    return appointment if appointment is not None and appointment.is_live else None


def _details_link(appointment: Appointment) -> tuple[str, str]:
    address = page("appointment.appointment_details", appointment_id=appointment.id)
    return gettext("See the appointment"), address


def _confirmed(session: Session, clinic: Clinic, mail: DueMail) -> Content | None:
    appointment = _live(session, mail)
    if appointment is None or appointment.status is not AppointmentStatus.CONFIRMED:
        return None
    return Content(
        subject=gettext("Confirmed: your appointment on %(day)s, %(time)s", **_when(appointment)),
        lines=(gettext("%(clinic)s has confirmed your appointment.", clinic=clinic.name),),
        facts=_facts(clinic, appointment),
        button=_details_link(appointment),
        note=gettext("The attached file puts it in your calendar."),
        attachments=(_calendar_file(clinic, appointment, "PUBLISH"),),
    )


def _moved(session: Session, clinic: Clinic, mail: DueMail) -> Content | None:
    appointment = _live(session, mail)
    if appointment is None:
        return None
    lines = [
        gettext(
            "Your appointment has a new time. The old one, %(day)s at %(time)s, no longer holds.",
            day=_day_of(mail.details["old_day"]),
            time=mail.details["old_time"],
        )
    ]
    if appointment.status is AppointmentStatus.PENDING:
        lines.append(gettext("The clinic will confirm the new time."))
    facts = _facts(clinic, appointment)
    if mail.details.get("reason"):
        facts = (*facts, (gettext("Reason"), mail.details["reason"]))
    return Content(
        subject=gettext("New time: your appointment on %(day)s, %(time)s", **_when(appointment)),
        lines=tuple(lines),
        facts=facts,
        button=_details_link(appointment),
        note=gettext("The attached file moves it in your calendar."),
        attachments=(_calendar_file(clinic, appointment, "PUBLISH"),),
    )


def _day_of(text: str) -> str:
    return format_day(datetime.fromisoformat(text).date())


def _reminder(session: Session, clinic: Clinic, mail: DueMail) -> Content | None:
    appointment = _live(session, mail)
    if appointment is None or appointment.starts_at.isoformat() != mail.details["starts_at"]:
        return None
    if not BY_HOURS[mail.details["hours"]].is_useful(appointment.starts_at, now()):
        return None
    lines = [gettext("We look forward to seeing you at %(clinic)s.", clinic=clinic.name)]
    if appointment.status is AppointmentStatus.PENDING:
        lines.append(gettext("The clinic has not confirmed it yet and will write to you."))
    facts = _facts(clinic, appointment)
    if clinic.directions:
        facts = (*facts, (gettext("How to find us"), clinic.directions))
    may_change = _patient_may_change(clinic, appointment)
    return Content(
        subject=gettext("Reminder: your appointment on %(day)s, %(time)s", **_when(appointment)),
        lines=tuple(lines),
        facts=facts,
        button=_details_link(appointment),
        links=_change_links(appointment) if may_change else (),
        note=_if_you_cannot_come(clinic, may_change),
    )


def _patient_may_change(clinic: Clinic, appointment: Appointment) -> bool:
    notice = timedelta(minutes=clinic.cancel_notice_minutes)
    return may_move(appointment.status, appointment.starts_at, Role.PATIENT, notice, now())


def _change_links(appointment: Appointment) -> tuple[tuple[str, str], ...]:
    move = page("appointment.move_appointment", appointment_id=appointment.id)
    cancel = page("appointment.cancel_appointment", appointment_id=appointment.id)
    return (gettext("Move it"), move), (gettext("Cancel it"), cancel)


def _if_you_cannot_come(clinic: Clinic, may_change: bool) -> str:
    if may_change:
        return gettext("If you can't come, please move or cancel it in time, so that others can.")
    if clinic.phone:
        return gettext(
            "It is too late to change it online. If you can't come, please call %(phone)s.",
            phone=clinic.phone,
        )
    return gettext("It is too late to change it online. If you can't come, please tell the clinic.")


WRITERS: dict[MailKind, Writer] = {
    MailKind.BOOKED: _booked,
    MailKind.CONFIRMED: _confirmed,
    MailKind.MOVED: _moved,
    MailKind.CANCELLED: _cancelled,
    MailKind.REMINDER: _reminder,
}
