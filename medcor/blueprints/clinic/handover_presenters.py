"""From hand-overs to what staff read of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l

from medcor.domain.handovers import HandoverState
from medcor.domain.triage import Flag
from medcor.models import Clinic
from medcor.services.handover_lists import Act, Line, OpenHandover, ShownHandover
from medcor.web.documents import format_stamp
from medcor.web.locale import format_clock, format_short_day

from .audit_words import act_text

Shown = dict[str, Any]
FLAG_WORDS: dict[str, Any] = {
    Flag.SELF_HARM: _l("Self-harm"),
    Flag.CHEST_PAIN: _l("Chest pain"),
    Flag.BREATHING: _l("Trouble breathing"),
    Flag.STROKE: _l("Signs of a stroke"),
    Flag.PREGNANCY: _l("Pregnancy"),
    Flag.BABY: _l("A baby"),
    Flag.BLEEDING: _l("Bleeding"),
    Flag.UNCONSCIOUS: _l("Unconsciousness"),
    Flag.SEIZURE: _l("A seizure"),
    Flag.ALLERGY: _l("Allergic reaction"),
    Flag.OVERDOSE: _l("Overdose or poison"),
    Flag.INJURY: _l("Severe injury"),
    Flag.EMERGENCY: _l("Emergency"),
}


def state_words() -> dict[str, str]:
    return {
        HandoverState.OPEN.value: gettext("Nobody has taken it"),
        HandoverState.TAKEN.value: gettext("Taken"),
        HandoverState.CLOSED.value: gettext("Closed"),
    }


def length_text(length: timedelta) -> str:
    """How long something took or waits, in its largest unit."""
    minutes = max(int(length.total_seconds() // 60), 0)
    if minutes < 60:
        return ngettext("%(num)s minute", "%(num)s minutes", minutes)
    if minutes < 48 * 60:
        return ngettext("%(num)s hour", "%(num)s hours", minutes // 60)
    return ngettext("%(num)s day", "%(num)s days", minutes // (24 * 60))


def handover_lines(held: Iterable[ShownHandover], clinic: Clinic, now: datetime) -> list[Shown]:
    """Hand-overs as a list or Today shows them, in the order in which they come."""
    return [handover_line(each, clinic, now) for each in held]


def handover_line(held: ShownHandover, clinic: Clinic, now: datetime) -> Shown:
    """Who asked for a person or is in danger, since when, and where to reach them."""
    local = held.created_at.astimezone(clinic.zone_info)
    return {
        "id": held.id,
        "url": url_for("clinic.handover", handover_id=held.id),
        "name": held.name,
        "phone": held.phone,
        "dial": "".join(held.phone.split()),
        "urgent": bool(held.flag),
        "alarm": str(FLAG_WORDS.get(held.flag, held.flag)) if held.flag else "",
        "reason": held.reason or gettext("The patient asked for a person."),
        "since": f"{format_short_day(local.date())}, {format_clock(local)}",
        "state": held.state.value,
        "label": state_words()[held.state.value],
        "waits": length_text((held.taken_at or held.closed_at or now) - held.since),
        "taker": held.taker,
        "taken": _stamp(held.taken_at, clinic),
        "closed": _stamp(held.closed_at, clinic),
        "outcome": held.outcome,
        "escalations": held.escalations,
    }


def _stamp(instant: datetime | None, clinic: Clinic) -> str:
    return format_stamp(instant, clinic) if instant else ""


def handover_view(held: OpenHandover, clinic: Clinic, now: datetime) -> Shown:
    """One hand-over with its talk and its history."""
    return {
        "line": handover_line(held.row, clinic, now),
        "patient_id": held.row.patient_id,
        "talk": [_talk_line(each, clinic) for each in held.talk],
        "history": [_act_line(each, clinic) for each in held.history],
    }


def _talk_line(line: Line, clinic: Clinic) -> Shown:
    local = line.at.astimezone(clinic.zone_info)
    return {
        "mine": line.mine,
        "text": line.text,
        "time": format_clock(local),
        "interrupted": line.interrupted,
    }


def _act_line(act: Act, clinic: Clinic) -> Shown:
    return {
        "what": act_text(act.action),
        "who": act.name or gettext("Medcor itself"),
        "when": format_stamp(act.at, clinic),
    }


def handover_body(held: ShownHandover) -> Shown:
    """One for a script: no word of what was said."""
    return {
        "id": held.id,
        "patient": held.name,
        "phone": held.phone,
        "alarm": bool(held.flag),
        "state": held.state.value,
        "asked_at": held.created_at.isoformat(),
        "taken_at": held.taken_at.isoformat() if held.taken_at else None,
        "taken_by": held.taker or None,
        "closed_at": held.closed_at.isoformat() if held.closed_at else None,
    }
