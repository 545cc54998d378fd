"""What every page shows around its content: the clinic, and where else one can go."""

from __future__ import annotations

from typing import Any

from flask import Flask, request, url_for
from flask import session as cookie
from flask_babel import get_locale, gettext
from flask_login import current_user

from medcor.extensions import db
from medcor.models import Clinic
from medcor.services import lookup
from medcor.web.locale import LANGUAGES
from medcor.web.state import settings

_STAFF = (("clinic.today", "Today", "sun"),)
_PATIENT = (
    ("clinic.patient_home", "Home", "house"),
    ("appointment.treatment_list_for_new_appointment_booking", "Book", "calendar-plus"),
    ("appointment.view_appointments", "Appointments", "calendar-days"),
)


def init_app(app: Flask) -> None:
    @app.context_processor
    def around() -> dict[str, Any]:
        return {
            "clinic": shown_clinic(),
            "nav": nav_items(),
            "locale": str(get_locale()),
            "languages": LANGUAGES,
            "theme": request.cookies.get("theme", ""),
            "development": settings().development,
        }


def shown_clinic() -> Clinic | None:
    """The clinic of the signed-in person, else the one that the visitor chose."""
    signed = current_user.clinic_id if current_user and current_user.is_authenticated else None
    return lookup.find(db.session(), Clinic, signed or cookie.get("clinic_id"))


def nav_items() -> list[dict[str, Any]]:
    """The rail or bottom bar of the signed-in person's role, the current place marked."""
    if not (current_user and current_user.is_authenticated):
        return []
    places = _PATIENT if current_user.role == "patient" else _STAFF
    return [
        {"url": url_for(view), "label": gettext(label), "icon": symbol,
         "current": request.endpoint == view}
        for view, label, symbol in places
    ]
