"""From rows to what the pages of doctors, patients and profiles show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from babel import dates
from flask import current_app, url_for
from flask_babel import get_locale, gettext, ngettext
from wtforms import Field, SelectField, SelectMultipleField

from medcor.domain.appointments import AppointmentStatus
from medcor.domain.people import PersonState, age_on, device_of, state_of
from medcor.domain.permissions import Actor, Role
from medcor.models import Appointment, AuthSession, Clinic, Doctor, Patient, User
from medcor.services.doctors import DoctorFigures
from medcor.web.bodies import doctor_body
from medcor.web.forms import EditForm
from medcor.web.locale import LANGUAGES, format_clock, format_day, format_short_day, format_span

Line = dict[str, Any]
_WEEK = "appointment.doctor_slots_and_excluded_dates_list"
_BOOK = "appointment.book_for_patient"
_MOVE = "appointment.move_appointment"
# What a comparison of typed and saved values leaves out.
_UNCOMPARED = {"version", "csrf_token", "picture", "remove_picture"}


def page_url(view: str, **values: object) -> str:
    """Where a page is; empty while the product has no such page."""
    return url_for(view, **values) if view in current_app.view_functions else ""


def chosen_state(text: str | None) -> PersonState | None:
    """The state that a list is filtered by; None for any."""
    return PersonState(text) if text in set(PersonState) else None


def state_options(waiting: str) -> list[tuple[str, str]]:
    """The states of an account as a filter offers them; ``waiting`` names the one in between."""
    return [
        ("", gettext("Any")),
        (PersonState.ACTIVE.value, gettext("Active")),
        (PersonState.WAITING.value, waiting),
        (PersonState.INACTIVE.value, gettext("Deactivated")),
    ]


def person_state(person: Doctor | Patient) -> PersonState:
    """The state of a doctor's or patient's account."""
    is_active = person.is_active and person.user.is_active
    return state_of(is_active=is_active, is_verified=person.user.verified_at is not None)


def doctor_lines(doctors: Iterable[Doctor], figures: DoctorFigures) -> list[Line]:
    """Doctors as their list shows them."""
    return [
        {
            "id": doctor.id,
            "name": doctor.name,
            "email": doctor.user.email,
            "phone": doctor.contact_number,
            "picture": doctor.user.picture,
            "fields": ", ".join(figures.specialisations.get(doctor.id, [])),
            "years": doctor.years_of_experience,
            "treatments": figures.treatments.get(doctor.id, 0),
            "ahead": figures.ahead.get(doctor.id, 0),
            "state": person_state(doctor).value,
            "url": url_for("account.edit_doctor", doctor_id=doctor.id),
            "week_url": page_url(_WEEK, doctor_id=doctor.id),
        }
        for doctor in doctors
    ]


def doctor_json(doctor: Doctor, fields: list[str]) -> Line:
    """A doctor as the product's JSON shows one, and the state of the account."""
    return {**doctor_body(doctor, fields), "state": person_state(doctor).value}


def patient_lines(
    patients: Iterable[Patient], next_starts: Mapping[int, datetime], clinic: Clinic
) -> list[Line]:
    """Patients as their list shows them."""
    return [
        {
            "id": patient.id,
            "name": patient.name,
            "email": patient.user.email,
            "phone": patient.phone,
            "picture": patient.user.picture,
            "born": format_birth(patient.birth_date),
            "next": _short_instant(next_starts.get(patient.id), clinic),
            "state": person_state(patient).value,
            "url": url_for("account.view_patient", patient_id=patient.id),
            "book_url": page_url(_BOOK, patient_id=patient.id),
        }
        for patient in patients
    ]


def patient_json(patient: Patient) -> Line:
    """A patient as the product's JSON shows one to an admin."""
    return {
        "id": patient.id,
        "name": patient.name,
        "email": patient.user.email,
        "phone": patient.phone,
        "gender": patient.gender,
        "birth_date": patient.birth_date.isoformat() if patient.birth_date else None,
        "is_active": patient.is_active and patient.user.is_active,
        "state": person_state(patient).value,
    }


def format_birth(day: date | None) -> str:
    """A day of birth in the reader's way of writing days; empty if it is not known."""
    return dates.format_date(day, "d MMM y", locale=get_locale()) if day else ""


def day_and_time(moment: datetime, clinic: Clinic) -> tuple[str, str]:
    """An instant on the clinic's clock, for narrow places."""
    local = moment.astimezone(clinic.zone_info)
    return format_short_day(local.date()), format_clock(local)


def _short_instant(moment: datetime | None, clinic: Clinic) -> str:
    return ", ".join(day_and_time(moment, clinic)) if moment else ""


def gender_text(gender: str) -> str:
    """A gender as it is stored, in the reader's language; empty if it was not stated."""
    return {
        "Female": gettext("Female"),
        "Male": gettext("Male"),
        "Other": gettext("Other"),
    }.get(gender, gender)


def patient_facts(patient: Patient, clinic: Clinic, today: date) -> list[tuple[str, str]]:
    """What a patient's page tells of them, beside how to reach them."""
    since = patient.user.created_at.astimezone(clinic.zone_info).date()
    facts = [
        (gettext("Date of birth"), _born_text(patient.birth_date, today)),
        (gettext("Gender"), gender_text(patient.gender)),
        (gettext("Language"), LANGUAGES.get(patient.user.language, patient.user.language)),
        (gettext("Patient since"), format_birth(since)),
    ]
    return [(term, value) for term, value in facts if value]


def _born_text(born: date | None, today: date) -> str:
    if born is None:
        return ""
    age = ngettext("%(num)s year old", "%(num)s years old", age_on(born, today))
    return f"{format_birth(born)} ({age})"


def appointment_lines(held: Iterable[Appointment]) -> list[Line]:
    """Appointments of one person: when, what, with whom, and the way to each."""
    return [
        {
            "when": f"{format_day(each.day)}, {format_span(each.start_time, each.end_time)}",
            "treatment": each.treatment.name,
            "doctor": each.doctor.name,
            "patient": each.patient.name,
            "state": each.status.value,
            "url": url_for("appointment.appointment_details", appointment_id=each.id),
            "move_url": page_url(_MOVE, appointment_id=each.id),
            "cancel_url": url_for("appointment.cancel_appointment", appointment_id=each.id),
        }
        for each in held
    ]


def visit_figures(counts: Mapping[AppointmentStatus, int]) -> dict[str, int]:
    """How often a patient came, and did not come."""
    return {
        "came": counts.get(AppointmentStatus.COMPLETED, 0),
        "missed": counts.get(AppointmentStatus.NO_SHOW, 0),
        "cancelled": counts.get(AppointmentStatus.CANCELLED, 0),
    }


def book_url(patient: Patient) -> str:
    """Where to book for a patient; empty for one who can't have appointments now."""
    opened = patient.is_active and patient.user.is_active
    return page_url(_BOOK, patient_id=patient.id) if opened else ""


def own_data_url(who: Actor) -> str:
    """Where a patient gets a copy of their own data, or asks to have it erased; else empty."""
    return page_url("account.my_data") if who.role is Role.PATIENT else ""


def week_url(doctor_id: int) -> str:
    """The page of a doctor's weekly slots."""
    return page_url(_WEEK, doctor_id=doctor_id)


def saved_text(name: str, email: str, *, moved: bool) -> str:
    """Say that a person was saved, and what a new address means for them."""
    if not moved:
        return gettext("%(name)s is saved.", name=name)
    return gettext(
        "%(name)s is saved. A mail to %(email)s asks for a new password; until then the account "
        "is closed.",
        name=name,
        email=email,
    )


def differences(
    form: EditForm, load_saved: Callable[[], Mapping[str, Any]]
) -> list[tuple[str, str]]:
    """What is saved now where it differs from what was typed over an older state, by label.

    Empty for a form that was filled in over today's state, whose ``version`` tells it.
    """
    if not (form.is_submitted() and form.version.raw_data):
        return []
    saved = load_saved()
    if str(form.version.raw_data[0]) == str(saved["version"]):
        return []
    return [
        (field.label.text, _value_text(field, saved[field.name]))
        for field in form
        if field.name in saved
        and field.name not in _UNCOMPARED
        and (field.data or None) != (saved[field.name] or None)
    ]


def _value_text(field: Field, value: Any) -> str:
    if isinstance(field, SelectField):
        kept = value if isinstance(field, SelectMultipleField) else [value]
        return ", ".join(str(each.label) for each in field.choices if each.value in kept) or "–"
    if isinstance(value, date):
        return format_birth(value)
    return str(value or "–")


def profile_facts(user: User, fields: list[str], treatments: list[str]) -> list[tuple[str, str]]:
    """What a person's own page tells of them."""
    facts = [
        (gettext("Email"), user.email),
        (gettext("Language"), LANGUAGES.get(user.language, user.language)),
    ]
    if user.doctor is not None:
        years = user.doctor.years_of_experience
        facts += [
            (gettext("Phone"), user.doctor.contact_number),
            (gettext("Specialisations"), ", ".join(fields)),
            (gettext("Treatments given"), ", ".join(treatments)),
            (gettext("Experience"), ngettext("%(num)s year", "%(num)s years", years)),
            (gettext("About you"), user.doctor.bio),
        ]
    if user.patient is not None:
        facts += [
            (gettext("Phone"), user.patient.phone),
            (gettext("Date of birth"), format_birth(user.patient.birth_date)),
            (gettext("Gender"), gender_text(user.patient.gender)),
        ]
    return [(term, value) for term, value in facts if value]


def sign_in_lines(held: Iterable[AuthSession], own: str, clinic: Clinic) -> list[Line]:
    """A person's sign-ins; ``own`` is the public id of the one in use."""
    return [
        {
            "device": _device_text(each.user_agent),
            "since": gettext("since %(when)s", when=_short_instant(each.created_at, clinic)),
            "is_own": each.public_id == own,
        }
        for each in held
    ]


def _device_text(user_agent: str) -> str:
    browser, system = device_of(user_agent)
    if browser and system:
        return gettext("%(browser)s on %(system)s", browser=browser, system=system)
    return browser or system or gettext("Another program")
