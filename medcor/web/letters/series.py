"""Mails about appointments that recur: one for the whole series, with one calendar file."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session

from medcor.domain.appointments import AppointmentStatus
from medcor.integrations.mailer import Attachment
from medcor.models import Appointment, Clinic
from medcor.services import agenda, series_members
from medcor.services.calendar_files import entries_ics, patient_entry
from medcor.services.mail import DueMail
from medcor.services.notices import MailKind
from medcor.web.locale import format_day, format_short_day, format_span
from medcor.web.state import settings

from .content import Content, Writer, page


def _booked(session: Session, clinic: Clinic, mail: DueMail) -> Content | None:
    series_id = mail.details.get("series_id")
    ids = series_members.appointment_ids(session, series_id)
    found = [each for each in agenda.load(session, ids) if each.is_live]
    if not found:
        return None
    waits = any(each.status is AppointmentStatus.PENDING for each in found)
    lines = [
        ngettext("%(num)s appointment is booked.", "%(num)s appointments are booked.", len(found)),
        gettext("The clinic will confirm them.") if waits else gettext("They are confirmed."),
    ]
    return Content(
        subject=_subject(found[0], len(found)),
        lines=(" ".join(lines),),
        facts=_facts(clinic, found),
        button=(gettext("See the series"), page("appointment.series", series_id=series_id)),
        note=gettext("The attached file puts them all in your calendar."),
        attachments=(_calendar_file(clinic, found, "PUBLISH"),),
    )


def _subject(first: Appointment, count: int) -> str:
    texts = {"treatment": first.treatment.name, "day": format_short_day(first.day)}
    return ngettext(
        "Your %(num)s appointment: %(treatment)s, from %(day)s on",
        "Your %(num)s appointments: %(treatment)s, from %(day)s on",
        count,
        **texts,
    )


def _cancelled(session: Session, clinic: Clinic, mail: DueMail) -> Content | None:
    ids = mail.details.get("appointment_ids") or []
    gone = AppointmentStatus.CANCELLED
    found = [each for each in agenda.load(session, ids) if each.status is gone]
    if not found:
        return None
    facts = _facts(clinic, found)
    if found[0].cancel_reason:
        facts = (*facts, (gettext("Reason"), found[0].cancel_reason))
    return Content(
        subject=ngettext(
            "Cancelled: %(num)s appointment", "Cancelled: %(num)s appointments", len(found)
        ),
        lines=(gettext("These appointments were cancelled:"),),
        facts=facts,
        button=(
            gettext("Book another time"),
            page("appointment.treatment_list_for_new_appointment_booking"),
        ),
        note=gettext("The attached files take them out of your calendar."),
        # A file that cancels is about one entry only (RFC 5546, 3.2.5).
        attachments=tuple(
            _calendar_file(clinic, [each], "CANCEL", f"appointment-{number}.ics")
            for number, each in enumerate(found, 1)
        ),
    )


def _facts(clinic: Clinic, found: Sequence[Appointment]) -> tuple[tuple[str, str], ...]:
    """The treatment, each appointment by its day, and where."""
    dates = (
        (
            format_day(each.day),
            f"{format_span(each.start_time, each.end_time)} · {each.doctor.name}",
        )
        for each in found
    )
    facts = (
        (gettext("Treatment"), found[0].treatment.name),
        *dates,
        (gettext("Time zone"), clinic.zone),
        (gettext("Where"), clinic.address),
    )
    return tuple(fact for fact in facts if fact[1])


def _calendar_file(
    clinic: Clinic, found: Sequence[Appointment], method: str, name: str = "appointments.ics"
) -> Attachment:
    entries = [patient_entry(clinic, each, each.treatment.name, each.doctor.name) for each in found]
    body = entries_ics(clinic, entries, settings().public_url, method)
    return Attachment(name, f"text/calendar; method={method}", body)


WRITERS: dict[MailKind, Writer] = {
    MailKind.SERIES_BOOKED: _booked,
    MailKind.SERIES_CANCELLED: _cancelled,
}
