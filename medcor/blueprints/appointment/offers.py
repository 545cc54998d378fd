"""Offered times: the page behind the mailed link, the patient's own answer, the staff's list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.domain.permissions import Permission, Role
from medcor.extensions import db
from medcor.models import Appointment, Clinic, Offer, OfferState
from medcor.services import agenda, links, lookup, offers, unanswered
from medcor.services.unanswered import Wanted
from medcor.web import bodies
from medcor.web.access import actor, needs, public
from medcor.web.acting import acting
from medcor.web.errors import wants_json
from medcor.web.inputs import safe_next
from medcor.web.offer_words import new_text, offer_view
from medcor.web.paging import Sorting, csv_answer, paginate, sorting, wants_csv
from medcor.web.state import now
from medcor.web.transaction import in_transaction, reading

from . import appointment_presenters as shown
from . import blueprint, presenters
from . import offer_presenters as offered

REFUSED = (errors.OfferOver, errors.BookingRefused, errors.TransitionRefused)
_BY_LINK = "the link in the mail is the proof"


@blueprint.route("/offers/<offer_token>/", methods=["GET", "POST"])
@public(_BY_LINK)
def offer(offer_token: str):
    """Show an offered time to whoever has the mail; accept it on POST."""
    if request.method == "GET":
        return _link_page(offer_token)
    try:
        made = _by_link(offer_token, offers.accept)
    except REFUSED as error:
        if wants_json():
            raise
        return _link_page(offer_token, gettext(error.text)), error.status
    if wants_json():
        return bodies.appointment_body(made)
    return redirect(url_for("appointment.offer", offer_token=offer_token))


@blueprint.route("/offers/<offer_token>/decline/", methods=["GET", "POST"])
@public(_BY_LINK)
def decline_offer(offer_token: str):
    """Ask once more on GET; say on POST that the offered time does not suit."""
    back = url_for("appointment.offer", offer_token=offer_token)
    if request.method == "GET":
        _session, clinic, found = _find(offer_token)
        page = _decline_context(found, clinic) | {"cancel_url": back, "action": request.path}
        brand = {"name": clinic.name, "accent": clinic.accent, "logo_url": clinic.logo, "url": "/"}
        return render_template(
            "layouts/confirm.html", layout="layouts/public.html", brand=brand, **page
        )
    try:
        found = _by_link(offer_token, offers.decline)
    except errors.OfferOver as error:
        if wants_json():
            raise
        return _link_page(offer_token, gettext(error.text)), error.status
    return offered.offer_body(found) if wants_json() else redirect(back)


def _find(token: str) -> tuple[Session, Clinic, Offer]:
    """The offer of a link with its clinic's session; NotFound for what is no such link."""
    # The link's clinic, whichever one the visitor is signed in at.
    db.session.remove()
    try:
        session = reading(links.clinic_of(token))
    except errors.LinkExpired as error:
        raise errors.NotFound() from error
    found = offers.find_by_token(session, token)
    return session, lookup.get_clinic(session, found.clinic_id), found


def _by_link(token: str, answer: Callable[..., Any]) -> Any:
    """Answer as the patient whom the mail went to."""
    _session, clinic, found = _find(token)
    clinic_id, patient, offer_id = clinic.id, offers.patient_of(found), found.id
    db.session.remove()
    return in_transaction(
        clinic_id, patient, lambda session: answer(session, patient, offer_id, now())
    )


def _link_page(token: str, refusal: str = "") -> str | dict[str, Any]:
    _session, clinic, found = _find(token)
    if wants_json():
        return offered.offer_body(found)
    return render_template(
        "appointment/offer.html",
        chosen=clinic,
        view=offer_view(found, clinic, now()),
        refusal=refusal,
        offer_token=token,
    )


def _decline_context(found: Offer, clinic: Clinic) -> dict[str, Any]:
    """What declining does, for the page that asks once more."""
    instead = found.appointment_id is not None
    return {
        "title": gettext("Does this time not suit you?"),
        "message": new_text(found) if found.doctor else "",
        "consequences": [
            gettext("The time is no longer held for you."),
            gettext("Your appointment stays as it is for now, and the clinic calls you.")
            if instead
            else gettext("You stay on the waiting list, and hear of the next time that suits."),
        ],
        "confirm_label": gettext("It does not suit me"),
        "tone": "primary",
    }


@blueprint.post("/my-offers/<int:offer_id>/accept/")
@needs(Permission.BOOK_OWN)
def accept_own_offer(offer_id: int):
    """Take the time that the signed-in patient was offered."""
    try:
        made = acting(lambda session, who: offers.accept(session, who, offer_id, now()))
    except REFUSED as error:
        return _refused(error)
    if wants_json():
        return bodies.appointment_body(made)
    flash(_accepted_text(made), "success")
    return redirect(shown.details_url(made.id))


def _accepted_text(made: Appointment) -> str:
    when, doctor = presenters.when_text(made), made.doctor.name
    return gettext("Done: your time is %(when)s, %(doctor)s.", when=when, doctor=doctor)


def _refused(error: errors.DomainError) -> Response:
    if wants_json():
        raise error
    flash(gettext(error.text), "error")
    return redirect(safe_next(url_for("clinic.patient_home")))


@blueprint.route("/my-offers/<int:offer_id>/decline/", methods=["GET", "POST"])
@needs(Permission.BOOK_OWN)
def decline_own_offer(offer_id: int):
    """Ask once more on GET; decline on POST."""
    home = url_for("clinic.patient_home")
    if request.method == "GET":
        session = reading(actor().clinic_id)
        found = offers.get_own(session, actor(), offer_id)
        clinic = lookup.get_clinic(session, actor().clinic_id)
        page = _decline_context(found, clinic)
        return render_template(
            "layouts/confirm.html",
            layout="layouts/patient.html",
            action=request.path,
            cancel_url=home,
            **page,
        )
    try:
        found = acting(lambda session, who: offers.decline(session, who, offer_id, now()))
    except errors.OfferOver as error:
        return _refused(error)
    if wants_json():
        return offered.offer_body(found)
    flash(gettext("The time is no longer held for you."), "success")
    return redirect(safe_next(home))


@blueprint.get("/unanswered-offers/")
@needs(Permission.MANAGE_APPOINTMENTS)
def unanswered_offers():
    """List the patients on days off who have no new time yet, to be called."""
    session = reading(actor().clinic_id)
    clinic = lookup.get_clinic(session, actor().clinic_id)
    doctors = agenda.doctor_options(session) if actor().role is Role.ADMIN else []
    wanted, order = _wanted(), _order()
    if wants_csv():
        rows = unanswered.listed(actor(), wanted, now()).order_by(*order.clauses)
        return _csv([offered.unanswered_line(each, clinic) for each in session.execute(rows)])
    ids = unanswered.sorted_ids(actor(), wanted, now(), order.key).order_by(*order.clauses)
    page = paginate(ids, counted=unanswered.matching(actor(), wanted, now()))
    found = {row.id: row for row in session.execute(unanswered.rows_of(page.items))}
    lines = [offered.unanswered_line(found[each], clinic) for each in page.items if each in found]
    if wants_json():
        return {"count": page.total, "results": lines}
    return render_template(
        "appointment/unanswered.html",
        rows=lines,
        page=page,
        sort=order.shown,
        search=wanted.search,
        narrowed=wanted != Wanted(),
        asked=wanted.state == OfferState.OPEN.value,
        filters=_filters(wanted, doctors),
        clinic=clinic,
    )


def _wanted() -> Wanted:
    args = request.args
    state = args.get("state", "")
    doctor_id = args.get("doctor_id", type=int) if actor().role is Role.ADMIN else None
    if doctor_id is not None and not 0 < doctor_id < 2**31:
        doctor_id = 0
    known = state if state in offered.offer_states() else ""
    return Wanted(known, args.get("q", ""), doctor_id)


def _order() -> Sorting:
    last = (Appointment.starts_at, Offer.id)
    columns = {key: (*each, *last) for key, each in unanswered.SORTS.items()}
    return sorting(columns, "when")


def _filters(wanted: Wanted, doctors: list[tuple[int, str]]) -> list[dict[str, Any]]:
    any_of = ("", gettext("Any"))
    whose = {
        "name": "doctor_id",
        "label": gettext("Doctor"),
        "value": wanted.doctor_id,
        "options": [any_of, *doctors],
    }
    state = {
        "name": "state",
        "label": gettext("State"),
        "value": wanted.state,
        "options": [("", gettext("To be called")), *offered.offer_states().items()],
    }
    return [*([whose] if doctors else []), state]


def _csv(lines: list[dict[str, Any]]) -> Response:
    """The list as a file; that it was taken is written down first."""
    acting(lambda session, who: unanswered.record_export(session, who, len(lines)))
    header = (
        gettext("Appointment"),
        gettext("Patient"),
        gettext("Phone"),
        gettext("Email"),
        gettext("Treatment"),
        gettext("Doctor"),
        gettext("State"),
        gettext("Offered"),
        gettext("Since"),
    )
    keys = (
        "when",
        "patient",
        "phone",
        "email",
        "treatment",
        "doctor",
        "label",
        "offered",
        "since",
    )
    return csv_answer("unanswered-offers", header, [[line[key] for key in keys] for line in lines])


@blueprint.post("/unanswered-offers/<int:offer_id>/again/")
@needs(Permission.MANAGE_APPOINTMENTS)
def offer_again(offer_id: int):
    """Offer the patient another time anew."""
    try:
        made = acting(lambda session, who: unanswered.offer_again(session, who, offer_id, now()))
    except errors.OfferOver:
        if wants_json():
            raise
        flash(gettext("This is settled already."), "info")
        return _back_to_list()
    if wants_json():
        return {"offered": made}
    if made:
        flash(gettext("Another time is offered to the patient by mail, and held."), "success")
    else:
        flash(gettext("Nothing is free in time. Call the patient, or move it yourself."), "warning")
    return _back_to_list()


@blueprint.post("/unanswered-offers/<int:offer_id>/handled/")
@needs(Permission.MANAGE_APPOINTMENTS)
def mark_offer_handled(offer_id: int):
    """Take a patient off the list with whom it is settled."""
    found = acting(lambda session, who: unanswered.mark_handled(session, who, offer_id, now()))
    if wants_json():
        return offered.offer_body(found)
    flash(gettext("Marked as settled with the patient."), "success")
    return _back_to_list()


def _back_to_list() -> Response:
    return redirect(safe_next(url_for("appointment.unanswered_offers")))
