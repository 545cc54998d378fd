"""The clinic's page for everybody: what it offers, when it is open, how to find it."""

from __future__ import annotations

from typing import Any

from flask import render_template, url_for

from medcor.domain import errors
from medcor.domain.identity import is_known_id
from medcor.domain.scheduling import WEEKDAYS
from medcor.extensions import db
from medcor.models import Clinic
from medcor.services import lookup
from medcor.web import clinic_words as words
from medcor.web.access import public
from medcor.web.bodies import absolute
from medcor.web.errors import wants_json
from medcor.web.locale import format_clock
from medcor.web.navigation import brand_of
from medcor.web.state import now, settings
from medcor.web.transaction import reading

from .blueprint import blueprint

DESCRIPTION_LENGTH = 160


@blueprint.get("/clinics/<int:clinic_id>/")
@public("what a clinic tells everybody about itself")
def public_page(clinic_id: int):
    """Show a clinic to people who may not have an account there yet."""
    if not is_known_id(clinic_id):
        raise errors.ClinicNotFound()
    # The page's clinic, whichever one the visitor is signed in at.
    db.session.remove()
    session = reading(clinic_id)
    clinic = lookup.get_clinic(session, clinic_id)
    facts = words.clinic_facts(session, clinic, now())
    offer = words.load_offer(session, clinic)
    if wants_json():
        return words.facts_body(clinic, facts) | words.offer_body(offer)
    return render_template(
        "clinic/public.html",
        clinic=clinic,
        brand={**(brand_of(clinic) or {}), "url": _path(clinic)},
        facts=facts,
        offer=offer,
        address=settings().public_url + _path(clinic),
        description=description_of(clinic, offer),
        structured=structured_data(clinic, facts, offer),
    )


def _path(clinic: Clinic) -> str:
    return url_for("clinic.public_page", clinic_id=clinic.id)


def description_of(clinic: Clinic, offer: words.Offer) -> str:
    """One line for search engines: the clinic's own words, else what it offers."""
    names = ", ".join(each["name"] for each in offer.treatments)
    text = " ".join(clinic.about.split()) or ": ".join(filter(None, (clinic.name, names)))
    if len(text) <= DESCRIPTION_LENGTH:
        return text
    return text[: DESCRIPTION_LENGTH - 1].rpartition(" ")[0].rstrip(",.;:") + "…"


def structured_data(clinic: Clinic, facts: words.ClinicFacts, offer: words.Offer) -> dict[str, Any]:
    """The clinic as schema.org describes a MedicalClinic; what is not known is left out."""
    found = {
        "@context": "https://schema.org",
        "@type": "MedicalClinic",
        "name": clinic.name,
        "url": settings().public_url + _path(clinic),
        "description": clinic.about,
        "telephone": clinic.phone,
        "email": clinic.email,
        "logo": absolute(clinic.logo),
        "address": _postal_address(clinic),
        "openingHoursSpecification": [
            {
                "@type": "OpeningHoursSpecification",
                "dayOfWeek": WEEKDAYS[each.weekday],
                "opens": format_clock(each.opens),
                "closes": format_clock(each.closes),
            }
            for each in facts.hours
        ],
        "makesOffer": [
            {
                "@type": "Offer",
                "price": each["amount"],
                "priceCurrency": clinic.currency,
                "itemOffered": {"@type": "MedicalProcedure", "name": each["name"]},
            }
            for each in offer.treatments
        ],
    }
    return {name: value for name, value in found.items() if value}


def _postal_address(clinic: Clinic) -> dict[str, str]:
    if not clinic.address:
        return {}
    parts = {
        "@type": "PostalAddress",
        "streetAddress": clinic.street,
        "postalCode": clinic.postcode,
        "addressLocality": clinic.city,
        "addressCountry": clinic.country,
    }
    return {name: value for name, value in parts.items() if value}
