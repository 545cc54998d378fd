"""What every page shows around its content: the clinic, and where else one can go."""

from __future__ import annotations

from typing import Any

from flask import Flask, request, url_for
from flask import session as cookie
from flask_babel import gettext, lazy_gettext
from flask_login import current_user

from medcor.extensions import db
from medcor.models import Clinic
from medcor.services import lookup
from medcor.web import design
from medcor.web.state import settings

# Marked for translation here, translated where they are shown.
_STAFF = (
    ("clinic.today", lazy_gettext("Today"), "sun"),
    ("appointment.doctor_appointments", lazy_gettext("Appointments"), "calendar-days"),
)
_PATIENT = (
    ("clinic.patient_home", lazy_gettext("Home"), "house"),
    (
        "appointment.treatment_list_for_new_appointment_booking",
        lazy_gettext("Book"),
        "calendar-plus",
    ),
    ("appointment.view_appointments", lazy_gettext("Appointments"), "calendar-days"),
)


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
    return {"name": current_user.name, "note": notes[current_user.role]}


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
    places = _PATIENT if current_user.role == "patient" else _STAFF
    return [
        {
            "url": url_for(view),
            "label": str(label),
            "icon": symbol,
            "current": request.endpoint == view,
        }
        for view, label, symbol in places
    ]
