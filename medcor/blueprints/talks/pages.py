"""The list of one's own talks, and one of them as a conversation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import render_template, request
from flask_babel import gettext

from medcor.domain import errors
from medcor.domain.permissions import Permission
from medcor.extensions import db
from medcor.services import deleted_talks, lookup, own_talks
from medcor.services.own_talks import Found, Wanted
from medcor.web.access import actor, needs
from medcor.web.calendar_days import parse_day
from medcor.web.errors import wants_json
from medcor.web.paging import paginate
from medcor.web.tickers import log_store
from medcor.web.transaction import reading

from . import presenters
from .blueprint import blueprint


@dataclass(frozen=True, slots=True)
class Asked:
    """What the URL asks for, and why its days can't be used."""

    words: str = ""
    wanted: Wanted = field(default_factory=Wanted)
    found: Found = field(default_factory=lambda: Found({}, cut=False))
    refusal: str = ""

    @property
    def is_narrowed(self) -> bool:
        return bool(self.words or self.refusal or self.wanted != Wanted())


@blueprint.get("/", endpoint="own_talks")
@needs(Permission.TALK_TO_ASSISTANT)
def list_talks():
    """List the person's own talks, newest first; by words and by day."""
    asked, who = _asked(), actor()
    session = reading(who.clinic_id)
    clinic = lookup.get_clinic(session, who.clinic_id)
    page = paginate(
        own_talks.listed(who, asked.wanted, clinic.zone_info),
        counted=own_talks.matching(who, asked.wanted, clinic.zone_info),
    )
    talks, found = own_talks.describe(session, page.items), asked.found.lines
    if wants_json():
        rows = [presenters.talk_body(each, found.get(each.session_id, "")) for each in talks]
        return {"count": page.total, "results": rows}, 400 if asked.refusal else 200
    shown = render_template(
        "talks/list.html",
        layout=presenters.layout(who.is_patient),
        rows=[
            presenters.talk_line(each, clinic, found.get(each.session_id, ""), asked.words)
            for each in talks
        ],
        page=page,
        asked=asked,
        filters=_filters(),
        keep_days=clinic.talks_keep_days,
    )
    return shown, 400 if asked.refusal else 200


def _asked() -> Asked:
    words = request.args.get("q", "").strip()
    try:
        first, last = _day("from"), _day("to")
    except errors.InvalidDate as error:
        return Asked(words, Wanted(), refusal=gettext(error.text))
    if not words:
        return Asked("", Wanted(first, last))
    found = _search(words)
    return Asked(words, Wanted(first, last, tuple(found.lines)), found)


def _search(words: str) -> Found:
    who = actor()

    def look(work: Callable[[Any], Any]) -> Any:
        return work(reading(who.clinic_id))

    # No connection is held while MongoDB searches.
    db.session.remove()
    return own_talks.search(look, log_store(), who, words)


def _day(name: str) -> date | None:
    value = request.args.get(name, "")
    day = parse_day(value) if value else None
    # Midnight of the first and the last days of the calendar is outside of it in some zone.
    if day is not None and not 1900 < day.year < 9000:
        raise errors.InvalidDate()
    return day


def _filters() -> list[dict[str, Any]]:
    args = request.args
    return [
        {"name": "from", "label": gettext("From"), "value": args.get("from"), "type": "date"},
        {"name": "to", "label": gettext("To"), "value": args.get("to"), "type": "date"},
    ]


@blueprint.get("/<session_id>/", endpoint="one_talk")
@needs(Permission.TALK_TO_ASSISTANT)
def show_talk(session_id: str):
    """Show one of the person's own talks from its first line to its last."""
    who = actor()
    session = reading(who.clinic_id)
    talk = own_talks.read_talk(session, who, session_id)
    if wants_json():
        return presenters.whole_body(talk)
    clinic = lookup.get_clinic(session, who.clinic_id)
    row = own_talks.get_talk(session, who, session_id)
    return render_template(
        "talks/talk.html",
        layout=presenters.layout(who.is_patient),
        talk=presenters.whole_context(talk, clinic),
        kept=deleted_talks.why_kept(session, row),
        keep_days=clinic.talks_keep_days,
    )
