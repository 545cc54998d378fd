"""Appointments as iCalendar files (RFC 5545) that every calendar program takes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
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
    entry = patient_entry(clinic, appointment, treatment_name, doctor_name)
    return entries_ics(clinic, [entry], public_url, method)


def entries_ics(
    clinic: Clinic, entries: Sequence[Entry], public_url: str, method: str = "PUBLISH"
) -> bytes:
    """Several appointments in one calendar file, each as :func:`appointment_ics` has it."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    for entry in entries:
        calendar.add_component(appointment_event(clinic, entry, public_url))
    return calendar.to_ical()


@dataclass(frozen=True, slots=True)
class Entry:
    """What one entry of a calendar says; ``path`` is the page behind it."""

    appointment: Appointment
    summary: str
    description: str
    path: str


def patient_entry(
    clinic: Clinic, appointment: Appointment, treatment_name: str, doctor_name: str
) -> Entry:
    """An appointment as its patient's calendar shows it."""
    lines = (doctor_name, clinic.name, clinic.address, clinic.phone)
    return Entry(
        appointment,
        f"{treatment_name} · {clinic.name}",
        "\n".join(line for line in lines if line),
        "/view_appointments/",
    )


def doctor_entry(appointment: Appointment) -> Entry:
    """An appointment as its doctor's calendar shows it: other people's servers get no name."""
    user = appointment.patient.user
    initials = " ".join(f"{name[0].upper()}." for name in (user.first_name, user.last_name) if name)
    path = f"/appointment-details/{appointment.id}/"
    return Entry(appointment, f"{initials} · {appointment.treatment.name}", "", path)


def feed_ics(clinic: Clinic, entries: Sequence[Entry], public_url: str) -> bytes:
    """Many appointments as one calendar that a program reads again and again (RFC 7986)."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for name in ("name", "x-wr-calname"):
        calendar.add(name, vText(clinic.name))
    calendar.add("x-wr-timezone", vText(clinic.zone))
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vText("PT1H"))
    for entry in entries:
        calendar.add_component(appointment_event(clinic, entry, public_url))
    return calendar.to_ical()


def feed_fingerprint(clinic: Clinic, entries: Sequence[Entry], public_url: str) -> str:
    """Tell one state of a feed from another without writing it."""
    held = hashlib.sha256(f"{clinic.id} {clinic.version} {public_url}".encode())
    for entry in entries:
        row = entry.appointment
        facts = (row.id, row.version, entry.summary, entry.description)
        held.update(repr(facts).encode())
    return held.hexdigest()[:32]


def appointment_event(clinic: Clinic, entry: Entry, public_url: str) -> Event:
    """The appointment as one entry, for a file of its own or for a feed."""
    event, appointment = Event(), entry.appointment
    host = urlsplit(public_url).hostname or "medcor"
    event.add("uid", f"appointment-{clinic.id}-{appointment.id}@{host}")
    event.add("sequence", appointment.version - 1)
    event.add("dtstamp", appointment.updated_at)
    event.add("last-modified", appointment.updated_at)
    event.add("dtstart", appointment.starts_at)
    event.add("dtend", appointment.ends_at)
    event.add("summary", vText(entry.summary))
    if entry.description:
        event.add("description", vText(entry.description))
    if clinic.address:
        event.add("location", vText(f"{clinic.name}, {clinic.address}"))
    event.add("url", f"{public_url}{entry.path}")
    event.add("status", _STATES.get(appointment.status, "CONFIRMED"))
    return event
