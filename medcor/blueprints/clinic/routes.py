"""Routes of the clinic's front."""

from __future__ import annotations

import hmac
from datetime import date, timedelta

from flask import Response, jsonify, redirect, render_template, request, url_for
from flask_login import current_user

from medcor.domain import errors
from medcor.domain import scheduling as rules
from medcor.domain.permissions import Permission, may
from medcor.extensions import db
from medcor.models import Clinic
from medcor.services import (
    agenda,
    catalogue,
    erasure,
    files,
    lookup,
    offers,
    record_drafts,
    unanswered,
)
from medcor.web import health
from medcor.web.access import actor, needs, public
from medcor.web.calendar_days import parse_day
from medcor.web.metrics import exposition
from medcor.web.navigation import open_handovers
from medcor.web.offer_words import offer_view
from medcor.web.state import now, settings
from medcor.web.transaction import reading
from medcor.web.uploads import picture_answer

from . import presenters
from .blueprint import blueprint
from .setup_steps import setup_card


@blueprint.get("/")
@public("the front door")
def landing():
    """Show what Medcor is and where to sign in; whoever is signed in goes home."""
    if current_user.is_authenticated:
        return redirect(url_for("account.admin_home"))
    clinics = catalogue.list_clinics(db.session(), request.args.get("q", ""))
    demo = settings().development and any(clinic.is_demo for clinic in clinics)
    return render_template(
        "clinic/landing.html",
        clinics=clinics,
        search=request.args.get("q", ""),
        demo_password=settings().demo_password if demo else "",
    )


@blueprint.get("/healthz")
@public("a probe has no account")
def healthz():
    """Answer 200 once database, journal and bundled parts answer, else 503 naming the part."""
    failing = health.failing_parts()
    status = "ok" if not failing else "unavailable"
    return jsonify(status=status, failing=failing), 200 if not failing else 503


@blueprint.get("/metrics")
@public("a scraper has no account; it shows METRICS_TOKEN")
def metrics():
    """Show this process's measures to whoever has the token; without one there is no such page."""
    token = settings().metrics_token
    shown = request.headers.get("Authorization", "")
    if not token or not hmac.compare_digest(shown.encode(), f"Bearer {token}".encode()):
        raise errors.NotFound()
    return Response(exposition(), mimetype="text/plain; version=0.0.4; charset=utf-8")


@blueprint.get("/media/<int:clinic_id>/<name>")
@public("pictures of doctors, treatments and clinics; their names can't be guessed")
def media(clinic_id: int, name: str):
    """Show an uploaded picture."""
    # The picture's clinic, whichever one the visitor is signed in at.
    db.session.remove()
    if lookup.find(db.session(), Clinic, clinic_id) is None:
        raise errors.NotFound()
    return picture_answer(files.get_picture(reading(clinic_id), name))


@blueprint.get("/patient/")
@needs(Permission.VIEW_PATIENT_HOME)
def patient_home():
    """The patient's home: what comes next, what they can do, and the assistant."""
    session = reading(actor().clinic_id)
    clinic = lookup.get_clinic(session, actor().clinic_id)
    following = agenda.next_of_patient(session, actor().profile_id, now())
    return render_template(
        "clinic/patient_home.html",
        first_name=current_user.name.split()[0] if current_user.name else "",
        following=presenters.appointment_line(following) if following else None,
        offers=[
            offer_view(each, clinic, now())
            for each in offers.list_open(session, actor().profile_id, now())
        ],
        treatments=presenters.treatment_links(session, clinic),
        hours=presenters.hours_lines(catalogue.opening_hours(session)),
        clinic=clinic,
    )


@blueprint.get("/today/")
@needs(Permission.VIEW_DAY)
def today():
    """The staff's day in one look: who is next, what waits for an answer, what went wrong."""
    session = reading(actor().clinic_id)
    clinic = lookup.get_clinic(session, actor().clinic_id)
    actual = rules.local_today(clinic.zone_info, now())
    wanted = request.args.get("date", "")
    day = parse_day(wanted) if wanted else actual
    if not date.min < day < date.max:
        raise errors.InvalidDate()
    open_days = {row.weekday for row in catalogue.opening_hours(session)}
    anybody_waits = bool(open_handovers().open)
    held = agenda.load_day(session, actor(), day, now(), with_handovers=anybody_waits)
    return render_template(
        "clinic/today.html",
        day=day,
        actual=actual,
        closed=bool(open_days) and day.weekday() not in open_days,
        clinic=clinic,
        setup=setup_card(session, clinic, actor()),
        erasures=erasure.count_open(session)
        if may(actor().role, Permission.MANAGE_ERASURES)
        else 0,
        to_call=unanswered.count(session, actor(), now()),
        drafts=presenters.draft_lines(
            record_drafts.list_unsigned(session, actor()) if day == actual else [], clinic, now()
        ),
        before=day - timedelta(days=1),
        after=day + timedelta(days=1),
        **presenters.day_context(held, clinic, day == actual, now()),
    )
