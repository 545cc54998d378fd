"""The clinic's pages for its own people: what it is, what it offers, and its settings."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.domain.colour import is_colour, palette
from medcor.domain.opening_hours import DAYS
from medcor.domain.permissions import Permission
from medcor.models import Clinic
from medcor.services import clinics, lookup
from medcor.web import clinic_words as words
from medcor.web.access import actor, needs
from medcor.web.errors import wants_json
from medcor.web.forms import answer_form
from medcor.web.inputs import posted, safe_next, safe_path
from medcor.web.locale import LANGUAGES
from medcor.web.state import now
from medcor.web.transaction import in_transaction, reading

from .blueprint import blueprint
from .clinic_forms import FORMS, ClinicForm


def _own_clinic() -> tuple[Session, Clinic]:
    session = reading(actor().clinic_id)
    return session, lookup.get_clinic(session, actor().clinic_id)


@blueprint.get("/view_clinic_details/")
@needs(Permission.VIEW_CLINIC)
def view_clinic_details():
    """Show where the clinic is, when it is open and how one cancels."""
    session, clinic = _own_clinic()
    facts = words.clinic_facts(session, clinic, now())
    if wants_json():
        return words.facts_body(clinic, facts)
    return render_template(
        "account/clinic_details.html", clinic=clinic, facts=facts, layout=_layout()
    )


@blueprint.get("/clinic_portfolio/")
@needs(Permission.VIEW_CLINIC)
def clinic_portfolio():
    """Show what the clinic offers, and who works there."""
    session, clinic = _own_clinic()
    offer = words.load_offer(session, clinic)
    if wants_json():
        return {"clinic": clinic.name, "currency": clinic.currency, **words.offer_body(offer)}
    return render_template(
        "account/clinic_portfolio.html", clinic=clinic, offer=offer, layout=_layout()
    )


def _layout() -> str:
    return "layouts/patient.html" if actor().is_patient else "layouts/portal.html"


@blueprint.get("/admin_clinic_details/")
@needs(Permission.MANAGE_CLINIC)
def admin_clinic_details():
    """Show everything that is set of the clinic, each part with the way to change it."""
    session, clinic = _own_clinic()
    facts = words.clinic_facts(session, clinic, now())
    if wants_json():
        return _settings_body(clinic) | words.facts_body(clinic, facts)
    return render_template(
        "account/clinic_settings.html",
        clinic=clinic,
        facts=facts,
        country=words.country_name(clinic.country),
        currency=dict(words.currency_choices()).get(clinic.currency, clinic.currency),
        language=LANGUAGES.get(clinic.language, clinic.language),
    )


@blueprint.route("/clinic/edit/", methods=["GET", "POST"])
@needs(Permission.MANAGE_CLINIC)
def edit_clinic_details():
    """Edit one part of the clinic's settings, named by ``?part=``."""
    part = request.args.get("part", "details")
    if part not in FORMS:
        raise errors.NotFound()
    if "preview" in request.args:
        return _preview(request.args["preview"])
    session, clinic = _own_clinic()
    form = FORMS[part].of(session, clinic)
    wish = posted("do") if part == "hours" and form.is_submitted() else ""
    if wish:
        form.hours.change(wish)
        return _page(part, form)
    return answer_form(form, lambda: _save(form), lambda: _page(part, form))


def _preview(accent: str) -> dict[str, Any]:
    """The readable variants of a colour, for the live preview of a script."""
    if not is_colour(accent):
        raise errors.InvalidInput(field="accent")
    return asdict(palette(accent))


def _save(form: ClinicForm):
    who = actor()
    clinic = in_transaction(who.clinic_id, who, form.work(who, now()))
    if wants_json():
        return _settings_body(clinic)
    flash(gettext("The clinic's settings are saved."), "success")
    return redirect(safe_next(url_for("account.admin_clinic_details")))


def _page(part: str, form: ClinicForm) -> str:
    session, clinic = _own_clinic()
    return render_template(
        "account/clinic_edit.html",
        clinic=clinic,
        part=part,
        form=form,
        tabs=_tabs(part),
        next=safe_path(request.args.get("next", "")),
        days=[words.weekday_name(day) for day in DAYS],
        zones=words.zone_options(now()) if part == "region" else (),
        ahead=clinics.count_ahead(session, now()) if part == "region" else 0,
    )


def _tabs(current: str) -> list[dict[str, Any]]:
    labels = {
        "details": gettext("Details"),
        "hours": gettext("Opening hours"),
        "region": gettext("Time and money"),
        "look": gettext("Appearance"),
        "booking": gettext("Booking"),
        "talks": gettext("Talks"),
        "records": gettext("Medical records"),
        "safety": gettext("Alarms and requests"),
    }
    return [
        {
            "label": label,
            "url": url_for("account.edit_clinic_details", part=part),
            "current": part == current,
        }
        for part, label in labels.items()
    ]


def _settings_body(clinic: Clinic) -> dict[str, Any]:
    """The clinic's settings for a script of its admin."""
    columns = sorted(clinics.EDITABLE | {"id", "version", "is_demo", "setup_done"})
    return {name: getattr(clinic, name) for name in columns}
