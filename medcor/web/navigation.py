"""What every page shows around its content: the clinic, and where else one can go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, g, request, url_for
from flask import session as cookie
from flask_babel import gettext, lazy_gettext
from flask_login import current_user

from medcor.extensions import db
from medcor.models import Clinic
from medcor.services import handover_lists, lookup
from medcor.services.handover_lists import OpenCount
from medcor.web import design
from medcor.web.access import actor
from medcor.web.state import settings
from medcor.web.transaction import reading


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the rail or bar: its page, and the other pages that belong to it."""

    view: str
    label: Any
    symbol: str
    pages: frozenset[str] = frozenset()
    on_phone: bool = False


def _place(view: str, label: Any, symbol: str, *pages: str, phone: bool = False) -> Place:
    return Place(view, label, symbol, frozenset({view, *pages}), phone)


# Marked for translation here, translated where they are shown.
_TODAY = _place(
    "clinic.today",
    lazy_gettext("Today"),
    "sun",
    "appointment.confirm_waiting",
    phone=True,
)
_CALENDAR = _place(
    "appointment.calendar",
    lazy_gettext("Calendar"),
    "calendar-range",
    "appointment.calendar_feed",
    "appointment.why_not",
    phone=True,
)
_LIST = _place(
    "appointment.doctor_appointments",
    lazy_gettext("Appointments"),
    "list",
    "appointment.appointment_details",
    "appointment.cancel_appointment",
    "appointment.move_appointment",
    "appointment.book_for_patient",
    "appointment.new_series_for_patient",
    "appointment.series",
    "appointment.cancel_following",
    "appointment.record_view",
    "appointment.appointment_medical_record",
    "appointment.add_record_files",
    "appointment.unanswered_offers",
    phone=True,
)
_WAITING = _place(
    "appointment.waiting_list",
    lazy_gettext("Waiting list"),
    "list-plus",
    "appointment.join_waiting_list",
    "appointment.edit_waiting",
    "appointment.leave_waiting",
)
_WEEK_PAGES = (
    "appointment.new_slot",
    "appointment.add_slot",
    "appointment.edit_slot_form",
    "appointment.edit_slot_for_doctor",
    "appointment.confirm_delete_slot",
    "appointment.add_series",
    "appointment.copy_day",
    "appointment.new_days_off",
    "appointment.add_exclusion_date",
    "appointment.edit_days_off_form",
    "appointment.edit_exclude_date",
    "appointment.check_days_off",
    "appointment.confirm_delete_days_off",
    "appointment.close_clinic",
)
_HANDOVERS = _place(
    "clinic.handovers",
    lazy_gettext("Hand-overs"),
    "headset",
    "clinic.handover",
    "clinic.close_handover",
)
_ADMIN = (
    _TODAY,
    _HANDOVERS,
    _CALENDAR,
    _LIST,
    _WAITING,
    _place(
        "account.list_patients",
        lazy_gettext("Patients"),
        "users",
        "account.create_patient",
        "account.edit_patient",
        "account.view_patient",
        "account.patient_deletion",
        phone=True,
    ),
    _place(
        "account.list_doctors",
        lazy_gettext("Doctors"),
        "stethoscope",
        "account.create_doctor",
        "account.edit_doctor",
        "account.doctor_deletion",
        "appointment.doctor_slots_and_excluded_dates_list",
        *_WEEK_PAGES,
    ),
    _place(
        "treatment.list_treatments",
        lazy_gettext("Treatments"),
        "clipboard-list",
        "treatment.add_treatment",
        "treatment.edit_treatment",
        "treatment.delete_treatment",
    ),
    _place(
        "clinic.reports",
        lazy_gettext("Reports"),
        "chart-column",
        "clinic.audit_log",
        "clinic.assistant_measures",
    ),
    _place(
        "account.admin_clinic_details",
        lazy_gettext("Clinic"),
        "hospital",
        "account.edit_clinic_details",
        "account.clinic_portfolio",
        "clinic.webhooks",
        "clinic.add_webhook",
        "clinic.view_webhook",
        "clinic.edit_webhook",
        "clinic.delete_webhook",
        "clinic.renew_webhook_secret",
        "clinic.webhook_deliveries",
        "clinic.webhook_delivery",
        "widget.settings_page",
        "widget.add_site",
        "widget.remove_site",
    ),
)
_DOCTOR = (
    _TODAY,
    _HANDOVERS,
    _CALENDAR,
    _LIST,
    _WAITING,
    _place(
        "appointment.doctor_slots_and_excluded_dates_list",
        lazy_gettext("My week"),
        "calendar-clock",
        *_WEEK_PAGES,
        phone=True,
    ),
    _place("talks.own_talks", lazy_gettext("My talks"), "messages-square", "talks.one_talk"),
    _place("account.view_clinic_details", lazy_gettext("Clinic"), "hospital"),
)
_PATIENT = (
    _place(
        "clinic.patient_home",
        lazy_gettext("Home"),
        "house",
        "appointment.waiting_list",
        "appointment.join_waiting_list",
        "appointment.edit_waiting",
        "appointment.leave_waiting",
    ),
    _place(
        "appointment.treatment_list_for_new_appointment_booking",
        lazy_gettext("Book"),
        "calendar-plus",
        "appointment.get_doctors_for_treatment",
        "appointment.available_slots",
        "appointment.book_slot",
        "appointment.new_series",
    ),
    _place(
        "appointment.view_appointments",
        lazy_gettext("Appointments"),
        "calendar-days",
        "appointment.appointment_details",
        "appointment.cancel_appointment",
        "appointment.calendar_feed",
        "appointment.move_appointment",
        "appointment.series",
        "appointment.cancel_following",
    ),
    _place(
        "appointment.my_records", lazy_gettext("Records"), "file-heart", "appointment.record_view"
    ),
    _place(
        "account.profile_view",
        lazy_gettext("Me"),
        "user-round",
        "account.edit_user_profile",
        "account.change_password",
        "account.my_data",
        "talks.own_talks",
        "talks.one_talk",
        "talks.delete_talk",
        "talks.delete_older",
    ),
)
_PLACES = {"admin": _ADMIN, "doctor": _DOCTOR, "patient": _PATIENT}
_PROFILES = {
    "admin": "account.user_profile",
    "doctor": "account.profile_view",
    "patient": "account.profile_view",
}


def init_app(app: Flask) -> None:
    """Give every template what its layout shows."""
    design.register(app)

    @app.context_processor
    def around() -> dict[str, Any]:
        clinic = shown_clinic()
        return {
            "clinic": clinic,
            "brand": brand_of(clinic),
            "nav": nav_items(),
            "open_handovers": open_handovers,
            "person": shown_person(),
            "sign_out_url": "/logout/",
            "development": settings().development,
        }


def brand_of(clinic: Clinic | None) -> dict[str, Any] | None:
    """The clinic's name, logo and accent as the layouts take them; None shows Medcor's own."""
    if clinic is None:
        return None
    home = url_for("account.admin_home") if _is_signed_in() else url_for("clinic.landing")
    return {"name": clinic.name, "accent": clinic.accent, "logo_url": clinic.logo, "url": home}


def shown_person() -> dict[str, str] | None:
    """The signed-in person as the foot of the rail shows them."""
    if not _is_signed_in():
        return None
    notes = {"admin": gettext("Admin"), "doctor": gettext("Doctor"), "patient": gettext("Patient")}
    profile = _PROFILES[current_user.role]
    url = url_for(profile) if profile in current_app.view_functions else ""
    return {
        "name": current_user.name,
        "note": notes[current_user.role],
        "url": url,
        "image_url": current_user.picture,
    }


def _is_signed_in() -> bool:
    return bool(current_user and current_user.is_authenticated)


def shown_clinic() -> Clinic | None:
    """The clinic of the signed-in person, else the one that the visitor chose."""
    signed = current_user.clinic_id if _is_signed_in() else None
    return lookup.find(db.session(), Clinic, signed or cookie.get("clinic_id"))


def nav_items() -> list[dict[str, Any]]:
    """The rail or bottom bar of the signed-in person's role, the current place marked."""
    if not _is_signed_in():
        return []
    return [
        {
            "url": url_for(place.view),
            "label": str(place.label),
            "icon": place.symbol,
            "current": request.endpoint in place.pages,
            **({"bar": True} if place.on_phone else {}),
            **({"counts": "handovers"} if place is _HANDOVERS else {}),
        }
        for place in _PLACES[current_user.role]
        if place.view in current_app.view_functions
    ]


def open_handovers() -> OpenCount:
    """What waits for the signed-in person; asked by the pages of staff alone, which are theirs."""
    if "open_handovers" not in g:
        who = actor()
        g.open_handovers = handover_lists.count_open(reading(who.clinic_id), who)
    return g.open_handovers
