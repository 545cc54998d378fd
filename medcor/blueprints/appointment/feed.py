"""A person's appointments in their own calendar program, at an address that only they know."""

from __future__ import annotations

from datetime import datetime

from flask import Response, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask_babel import gettext
from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.domain.permissions import Permission, Role
from medcor.extensions import db
from medcor.models import CalendarFeed, Clinic
from medcor.services import calendar_feeds, lookup
from medcor.services.calendar_feeds import FeedReader
from medcor.services.calendar_files import (
    Entry,
    doctor_entry,
    feed_fingerprint,
    feed_ics,
    patient_entry,
)
from medcor.web.access import actor, needs, public
from medcor.web.acting import acting
from medcor.web.errors import wants_json
from medcor.web.locale import format_clock, format_day
from medcor.web.state import now, settings
from medcor.web.transaction import in_transaction, reading

from . import blueprint

# Holds a new address from the form to the page that shows it, once.
_SHOWN_ONCE = "calendar_feed"


@blueprint.get("/calendar-feeds/")
@needs(Permission.USE_CALENDAR_FEED)
def calendar_feed() -> str:
    """Explain the address, make it, and show a new one once."""
    session = reading(actor().clinic_id)
    clinic = lookup.get_clinic(session, actor().clinic_id)
    feed = calendar_feeds.get_feed(session, actor())
    return render_template(
        "appointment/feed.html",
        clinic=clinic,
        layout="layouts/portal.html" if actor().is_staff else "layouts/patient.html",
        has_own=actor().role is not Role.ADMIN,
        feed=_feed_facts(feed, clinic) if feed else None,
        address=_new_address(session),
    )


def _feed_facts(feed: CalendarFeed, clinic: Clinic) -> list[tuple[str, str]]:
    read = feed.last_used_at
    never = gettext("Not yet")
    return [
        (gettext("Made"), _moment(feed.created_at, clinic)),
        (gettext("Last read by a calendar"), _moment(read, clinic) if read else never),
    ]


def _moment(at: datetime, clinic: Clinic) -> str:
    local = at.astimezone(clinic.zone_info)
    return f"{format_day(local.date())}, {format_clock(local)}"


def _new_address(session: Session) -> dict[str, str] | None:
    token = cookie.pop(_SHOWN_ONCE, "")
    if not token or not calendar_feeds.is_in_force(session, actor(), token):
        return None
    url = _url(token)
    return {"url": url, "webcal": "webcal:" + url.partition(":")[2]}


def _url(token: str) -> str:
    path = url_for("appointment.calendar_feed_file", token=token)
    return f"{settings().public_url}{path}"


@blueprint.post("/calendar-feeds/")
@needs(Permission.USE_CALENDAR_FEED)
def make_calendar_feed():
    """Make an address, or a new one in place of the old."""
    token = acting(lambda session, who: calendar_feeds.make_feed(session, who, now()))
    if wants_json():
        return {"url": _url(token)}, 201
    cookie[_SHOWN_ONCE] = token
    flash(gettext("Your calendar address is ready. It is shown this one time."), "success")
    return redirect(url_for("appointment.calendar_feed"))


@blueprint.route("/calendar-feeds/revocation/", methods=["GET", "POST"])
@needs(Permission.USE_CALENDAR_FEED)
def revoke_calendar_feed():
    """Ask once more on GET; make the address worthless on POST."""
    if request.method == "GET":
        return render_template(
            "appointment/feed_revoke.html",
            layout="layouts/portal.html" if actor().is_staff else "layouts/patient.html",
        )
    acting(lambda session, who: calendar_feeds.revoke_feed(session, who))
    if wants_json():
        return {"revoked": True}
    flash(gettext("The address is revoked. No calendar can read it any more."), "success")
    return redirect(url_for("appointment.calendar_feed"))


@blueprint.get("/calendar-feeds/<token>.ics")
@public("a calendar program has no session; the address itself is the secret")
def calendar_feed_file(token: str) -> Response:
    """Give a calendar program what its owner's appointments are now."""
    clinic_id = calendar_feeds.clinic_of(token)
    # The address' clinic, whichever one the browser is signed in at.
    db.session.remove()
    if lookup.find(db.session(), Clinic, clinic_id) is None:
        raise errors.NotFound()
    reader = calendar_feeds.find_reader(reading(clinic_id), token)
    if calendar_feeds.is_use_worth_noting(reader, now()):
        in_transaction(
            clinic_id, None, lambda session: calendar_feeds.note_use(session, reader, now())
        )
    return _calendar(clinic_id, reader)


def _calendar(clinic_id: int, reader: FeedReader) -> Response:
    session = reading(clinic_id)
    clinic = lookup.get_clinic(session, clinic_id)
    rows = calendar_feeds.list_events(session, reader, now())
    entries = [_entry(clinic, each, reader.role) for each in rows]
    public_url = settings().public_url
    answer = Response(mimetype="text/calendar")
    answer.set_etag(feed_fingerprint(clinic, entries, public_url))
    changed = [reader.created_at, clinic.updated_at, *(each.updated_at for each in rows)]
    answer.last_modified = max(changed)
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.make_conditional(request)
    if answer.status_code == 200:
        answer.set_data(feed_ics(clinic, entries, public_url))
    return answer


def _entry(clinic: Clinic, appointment, role: Role) -> Entry:
    if role is Role.DOCTOR:
        return doctor_entry(appointment)
    return patient_entry(clinic, appointment, appointment.treatment.name, appointment.doctor.name)
