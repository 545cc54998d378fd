"""Appointments as iCalendar files (RFC 5545) that every calendar program takes."""

from __future__ import annotations

from urllib.parse import urlsplit

from icalendar import Calendar, Event, vText

from medcor.domain.appointments import AppointmentStatus
from medcor.models import Appointment, Clinic

PRODUCT = "-//Medcor//Appointments//EN"
_STATES = {
    AppointmentStatus.PENDING: "TENTATIVE",
    AppointmentStatus.CANCELLED: "CANCELLED",
}


def appointment_ics(
    clinic: Clinic,
    appointment: Appointment,
    treatment_name: str,
    doctor_name: str,
    public_url: str,
    method: str = "PUBLISH",
) -> bytes:
    """One appointment as a calendar file, its times in UTC.

    The UID never changes and SEQUENCE grows with the row's version, so that a later file moves or,
    with ``method`` CANCEL, takes away the entry that an earlier one made (RFC 5546, 2.1.4).
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(
        appointment_event(clinic, appointment, treatment_name, doctor_name, public_url)
    )
    return calendar.to_ical()


def appointment_event(
    clinic: Clinic, appointment: Appointment, treatment_name: str, doctor_name: str, public_url: str
) -> Event:
    """The appointment as one entry, for a file of its own or for a feed."""
    event = Event()
    host = urlsplit(public_url).hostname or "medcor"
    event.add("uid", f"appointment-{clinic.id}-{appointment.id}@{host}")
    event.add("sequence", appointment.version - 1)
    event.add("dtstamp", appointment.updated_at)
    event.add("last-modified", appointment.updated_at)
    event.add("dtstart", appointment.starts_at)
    event.add("dtend", appointment.ends_at)
    event.add("summary", vText(f"{treatment_name} · {clinic.name}"))
    event.add("description", vText(_description(clinic, doctor_name)))
    if clinic.address:
        event.add("location", vText(f"{clinic.name}, {clinic.address}"))
    event.add("url", f"{public_url}/view_appointments/")
    event.add("status", _STATES.get(appointment.status, "CONFIRMED"))
    return event


def _description(clinic: Clinic, doctor_name: str) -> str:
    lines = (doctor_name, clinic.name, clinic.address, clinic.phone)
    return "\n".join(line for line in lines if line)
