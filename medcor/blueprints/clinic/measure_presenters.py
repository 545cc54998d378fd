"""From the assistant's counted days to charts, tables, files and JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from babel import numbers
from flask import url_for
from flask_babel import get_locale, gettext, ngettext
from flask_babel import lazy_gettext as _l

from medcor.domain.assistant_figures import (
    ANSWER,
    STAGES,
    DayFigures,
    TurnFigures,
    sum_of,
)
from medcor.domain.periods import Period, Piece
from medcor.services.assistant_days import Measured

from .report_presenters import Line, Table, every_nth, percent, piece_name

PERIODS, USUAL = (7, 30, 90), 30
HALF, MOST = 0.5, 0.95
SOURCES: dict[str, Any] = {"voice": _l("Spoken"), "text": _l("Typed")}
ANSWERERS: dict[str, Any] = {
    "guided": _l("The guided assistant"),
    "model": _l("The language model"),
    "safety": _l("The rules for emergencies"),
    "nobody": _l("Nobody"),
}
STAGE_NAMES: dict[str, Any] = {
    "answer": _l("From the end of speech to the first words"),
    "recogniser": _l("Recogniser: last word to text"),
    "floor": _l("Pause before the turn is taken"),
    "wait": _l("Waiting for the reply before"),
    "first": _l("First words of the reply"),
    "reply": _l("Whole reply"),
    "log": _l("Writing it down"),
}
OUTCOMES: dict[str, Any] = {
    "answered": _l("Answered"),
    "interrupted": _l("Interrupted by the person"),
    "failed": _l("Failed"),
    "no_credit": _l("No credit left"),
}
ENDINGS: dict[str, Any] = {
    "stopped": _l("The person ended it"),
    "left": _l("The page was left"),
    "time": _l("The longest time was over"),
    "replaced": _l("Another talk began"),
    "signed_out": _l("The person signed out"),
    "lost": _l("The connection was lost"),
    "": _l("Not known"),
}


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Which turns are looked at: of one source, of one that answers; empty means all."""

    source: str = ""
    by: str = ""

    def turns(self, figures: DayFigures) -> TurnFigures:
        answered_by = {"": None, "nobody": ""}.get(self.by, self.by)
        return figures.all_turns(self.source, answered_by)


def period_tabs(current: int, args: Mapping[str, str]) -> list[Line]:
    """The periods as links, which keep the filters."""
    kept = {name: args[name] for name in ("source", "by") if args.get(name)}
    return [
        {
            "label": ngettext("Last %(num)s day", "Last %(num)s days", days),
            "url": url_for("clinic.assistant_measures", days=days, **kept),
            "current": days == current,
        }
        for days in PERIODS
    ]


def filters(narrowed: Narrowed) -> list[Line]:
    anyone = [("", gettext("All"))]
    return [
        {
            "name": "source",
            "label": gettext("Said by"),
            "value": narrowed.source,
            "options": [*anyone, *((key, str(label)) for key, label in SOURCES.items())],
        },
        {
            "name": "by",
            "label": gettext("Answered by"),
            "value": narrowed.by,
            "options": [*anyone, *((key, str(label)) for key, label in ANSWERERS.items())],
        },
    ]


def seconds(ms: int | None) -> str:
    """A time as the reader's language writes it, with three figures or so."""
    if ms is None:
        return "–"
    if ms < 1000:
        return gettext("%(ms)s ms", ms=ms)
    form = "#,##0.0" if ms < 100_000 else "#,##0"
    return gettext("%(s)s s", s=numbers.format_decimal(ms / 1000, form, locale=get_locale()))


def measures_context(found: Measured, narrowed: Narrowed, period: Period) -> Line:
    """The figures, charts and tables of the page."""
    total = found.total
    turns = narrowed.turns(total)
    pieces = [(piece, _within(found, piece)) for piece in period.pieces()]
    counted = [(piece_name(each, period.piece), narrowed.turns(day)) for each, day in pieces]
    return {
        "is_empty": not found.days,
        "turns": turns.turns,
        "stats": [*_turn_stats(turns), *_talk_stats(total)],
        "weekly": period.piece is Piece.WEEK,
        "every": every_nth(len(pieces)),
        "answers": [
            (name, each.within(ANSWER, HALF) or 0, each.within(ANSWER, MOST) or 0)
            for name, each in counted
        ],
        "outcomes": [
            (name, each.turns - each.unanswered, each.unanswered) for name, each in counted
        ],
        "stages": [
            (str(STAGE_NAMES[stage]), turns.measured(stage), *_times(turns, stage))
            for stage in STAGES
        ],
        "by_outcome": [
            (str(label), turns.outcomes.get(key, 0), percent(_share(turns, key)))
            for key, label in OUTCOMES.items()
        ],
        "by_source": _groups(_by_source(total, narrowed)),
        "by_answerer": _groups(_by_answerer(total, narrowed)),
        "by_ending": _endings(total),
    }


def _within(found: Measured, piece: Period) -> DayFigures:
    return sum_of(each for day, each in found.days.items() if piece.first <= day <= piece.last)


def _turn_stats(turns: TurnFigures) -> list[tuple[str, str, str]]:
    return [
        (gettext("Turns"), str(turns.turns), gettext("each is what somebody said until a pause")),
        (
            gettext("First words after"),
            seconds(turns.within(ANSWER, HALF)),
            gettext("for half of the turns; 95 of 100: %(time)s", time=_most(turns, ANSWER)),
        ),
        (
            gettext("Without a reply"),
            percent(turns.unanswered_share),
            ngettext("%(num)s turn", "%(num)s turns", turns.unanswered),
        ),
    ]


def _talk_stats(total: DayFigures) -> list[tuple[str, str, str]]:
    talks = total.all_talks()
    spoken = gettext("%(share)s of what was spoken", share=percent(talks.lost_share))
    again = ngettext(
        "%(num)s reconnection to the recogniser",
        "%(num)s reconnections to the recogniser",
        talks.reconnections,
    )
    return [
        (gettext("Talks"), str(talks.talks), again),
        (gettext("Audio not heard"), seconds(talks.lost_ms), spoken),
    ]


def _most(turns: TurnFigures, stage: str) -> str:
    return seconds(turns.within(stage, MOST))


def _times(turns: TurnFigures, stage: str) -> tuple[str, str]:
    return seconds(turns.within(stage, HALF)), _most(turns, stage)


def _share(turns: TurnFigures, outcome: str) -> float | None:
    return turns.outcomes.get(outcome, 0) / turns.turns if turns.turns else None


def _by_source(total: DayFigures, narrowed: Narrowed) -> list[tuple[str, TurnFigures]]:
    keys = [narrowed.source] if narrowed.source else list(SOURCES)
    return [(str(SOURCES[key]), Narrowed(key, narrowed.by).turns(total)) for key in keys]


def _by_answerer(total: DayFigures, narrowed: Narrowed) -> list[tuple[str, TurnFigures]]:
    keys = [narrowed.by] if narrowed.by else list(ANSWERERS)
    return [(str(ANSWERERS[key]), Narrowed(narrowed.source, key).turns(total)) for key in keys]


def _groups(found: list[tuple[str, TurnFigures]]) -> list[tuple[object, ...]]:
    return [
        (name, each.turns, percent(each.unanswered_share), *_times(each, ANSWER))
        for name, each in found
    ]


def _endings(total: DayFigures) -> list[tuple[str, int, str]]:
    all_of_them = total.all_talks().talks
    counted = sorted(total.talks.items(), key=lambda each: -each[1].talks)
    return [
        (str(ENDINGS.get(reason, reason)), each.talks, percent(each.talks / all_of_them))
        for reason, each in counted
    ]


def csv_tables(found: Measured, narrowed: Narrowed) -> dict[str, Table]:
    """Each table as a file, times in milliseconds: its header and rows, by the name in a URL."""
    total = found.total
    times = [gettext("Half within (ms)"), gettext("95 of 100 within (ms)")]
    outcomes = [str(label) for label in OUTCOMES.values()]
    counted = [gettext("Turns"), *outcomes, *times]
    return {
        "days": (
            [gettext("Day"), *counted],
            [
                [day.isoformat(), *_counted(narrowed.turns(each))]
                for day, each in found.days.items()
                if narrowed.turns(each).turns
            ],
        ),
        "stages": (
            [gettext("Stage"), gettext("Turns"), *times],
            [[str(STAGE_NAMES[name]), *_stage(narrowed.turns(total), name)] for name in STAGES],
        ),
        "sources": (
            [gettext("Said by"), *counted],
            [[name, *_counted(each)] for name, each in _by_source(total, narrowed)],
        ),
        "answerers": (
            [gettext("Answered by"), *counted],
            [[name, *_counted(each)] for name, each in _by_answerer(total, narrowed)],
        ),
        "talks": (
            [
                gettext("Ended by"),
                gettext("Talks"),
                gettext("Audio heard (ms)"),
                gettext("Audio not heard (ms)"),
                gettext("Reconnections"),
            ],
            [
                [
                    str(ENDINGS.get(reason, reason)),
                    each.talks,
                    each.heard_ms,
                    each.lost_ms,
                    each.reconnections,
                ]
                for reason, each in sorted(total.talks.items())
            ],
        ),
    }


def _counted(turns: TurnFigures) -> list[object]:
    return [
        turns.turns,
        *(turns.outcomes.get(key, 0) for key in OUTCOMES),
        turns.within(ANSWER, HALF),
        turns.within(ANSWER, MOST),
    ]


def _stage(turns: TurnFigures, name: str) -> list[object]:
    return [turns.measured(name), turns.within(name, HALF), turns.within(name, MOST)]


def measures_body(found: Measured, narrowed: Narrowed, period: Period) -> Line:
    """The same figures as JSON, times in milliseconds."""
    total = found.total
    talks = total.all_talks()
    return {
        "from": period.first.isoformat(),
        "to": period.last.isoformat(),
        "total": _turns_body(narrowed.turns(total)),
        "by_day": [
            {"day": day.isoformat(), **_turns_body(narrowed.turns(each), (ANSWER,))}
            for day, each in found.days.items()
        ],
        "talks": {
            "count": talks.talks,
            "heard_ms": talks.heard_ms,
            "lost_ms": talks.lost_ms,
            "reconnections": talks.reconnections,
            "ended_by": {reason: each.talks for reason, each in total.talks.items()},
        },
    }


def _turns_body(turns: TurnFigures, stages: Sequence[str] = STAGES) -> Line:
    return {
        "turns": turns.turns,
        "outcomes": {key: turns.outcomes.get(key, 0) for key in OUTCOMES},
        "stages": {
            name: {"count": count, "p50_ms": half, "p95_ms": most}
            for name in stages
            for count, half, most in [_stage(turns, name)]
        },
    }
