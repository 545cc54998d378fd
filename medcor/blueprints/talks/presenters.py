"""From talks to what their pages and files say."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext, ngettext

from medcor.models import Clinic
from medcor.services.own_talks import SaidLine, TalkLine, WholeTalk
from medcor.web.documents import format_stamp
from medcor.web.locale import format_clock, format_day

Line = dict[str, Any]
LONGEST_WORDS = 160


def layout(is_patient: bool) -> str:
    return "layouts/patient.html" if is_patient else "layouts/portal.html"


def ending_text(reason: str, ended_at: datetime | None) -> str:
    """How a talk ended, in words; nothing where that is not known."""
    if ended_at is None:
        return gettext("Going on now")
    texts = {
        "stopped": gettext("Ended by you"),
        "left": gettext("Ended when the page was left"),
        "time": gettext("Ended when its time was over"),
        "replaced": gettext("Ended when another talk began"),
        "signed_out": gettext("Ended by signing out"),
        "lost": gettext("Ended when the connection was lost"),
    }
    return texts.get(reason, "")


def length_text(began_at: datetime, ended_at: datetime | None) -> str:
    """How long a talk took, in minutes; nothing while it is going on."""
    if ended_at is None:
        return ""
    minutes = max(round((ended_at - began_at) / timedelta(minutes=1)), 0)
    if not minutes:
        return gettext("Under a minute")
    return ngettext("%(num)s minute", "%(num)s minutes", minutes)


def turns_text(turns: int) -> str:
    return ngettext("%(num)s turn", "%(num)s turns", turns)


def shortened(text: str, around: str = "") -> str:
    """The beginning of a text, or the part of it with what was searched for."""
    text = " ".join(text.split())
    at = max(text.casefold().find(around.casefold()) - LONGEST_WORDS // 4, 0) if around else 0
    piece = text[at : at + LONGEST_WORDS]
    return f"{'…' if at else ''}{piece}{'…' if at + LONGEST_WORDS < len(text) else ''}"


def talk_line(each: TalkLine, clinic: Clinic, found: str, words: str) -> Line:
    """One talk in the list; ``found`` is its line that has the searched ``words``."""
    return {
        "url": url_for("talks.one_talk", session_id=each.session_id),
        "when": format_stamp(each.began_at, clinic),
        "length": length_text(each.began_at, each.ended_at),
        "words": shortened(found, words) if found else _first_words(each),
        "turns": each.turns,
        "ending": ending_text(each.end_reason, each.ended_at),
        "is_running": each.ended_at is None,
        "handed_over": each.handed_over,
    }


def _first_words(each: TalkLine) -> str:
    return removed_text() if each.removed else shortened(each.first_words)


def removed_text() -> str:
    """What stands where words about a patient were."""
    return gettext("Removed: this was about a patient's record.")


def talk_body(each: TalkLine, found: str) -> Line:
    return {
        "session_id": each.session_id,
        "began_at": each.began_at.isoformat(),
        "ended_at": each.ended_at.isoformat() if each.ended_at else None,
        "ended_by": each.end_reason,
        "first_words": each.first_words,
        "found": found,
        "turns": each.turns,
        "handed_over": each.handed_over,
    }


def whole_context(talk: WholeTalk, clinic: Clinic) -> Line:
    """A talk as a conversation to read."""
    local = talk.began_at.astimezone(clinic.zone_info)
    turns = sum(each.by_person for each in talk.lines)
    facts = (
        length_text(talk.began_at, talk.ended_at),
        turns_text(turns),
        ending_text(talk.end_reason, talk.ended_at),
    )
    return {
        "session_id": talk.session_id,
        "title": gettext("Talk at %(time)s", time=format_clock(local)),
        "day": format_day(local.date()),
        "note": " · ".join(filter(None, facts)),
        "is_running": talk.ended_at is None,
        "lines": [_said(each, clinic) for each in talk.lines],
    }


def _said(each: SaidLine, clinic: Clinic) -> Line:
    return {
        "by_person": each.by_person,
        "who": who_text(each),
        "time": format_clock(each.at.astimezone(clinic.zone_info)),
        "at": each.at.isoformat(),
        "text": removed_text() if each.removed else each.text,
        "removed": each.removed,
        "typed": each.by_person and each.source == "text",
        "interrupted": each.interrupted,
        "cards": each.cards,
    }


def who_text(each: SaidLine) -> str:
    return gettext("You") if each.by_person else gettext("Assistant")


def whole_body(talk: WholeTalk) -> Line:
    """A talk as JSON."""
    return {
        "session_id": talk.session_id,
        "began_at": talk.began_at.isoformat(),
        "ended_at": talk.ended_at.isoformat() if talk.ended_at else None,
        "ended_by": talk.end_reason,
        "messages": [
            {
                "from": "user" if each.by_person else "llm",
                "at": each.at.isoformat(),
                "text": each.text,
                "removed": each.removed,
                "source": each.source,
                "interrupted": each.interrupted,
                "cards": list(each.cards),
            }
            for each in talk.lines
        ],
    }


def whole_text(talk: WholeTalk, clinic: Clinic) -> str:
    """A talk as plain text, a paragraph for each line."""
    shown = whole_context(talk, clinic)
    head = f"{shown['day']}, {format_clock(talk.began_at.astimezone(clinic.zone_info))}"
    parts = [f"{head}\n{shown['note']}"]
    for each in shown["lines"]:
        mark = f" ({gettext('interrupted')})" if each["interrupted"] else ""
        cards = "".join(f"\n  - {card}" for card in each["cards"])
        parts.append(f"{each['time']} {each['who']}{mark}: {each['text']}{cards}")
    return "\n\n".join(parts) + "\n"
