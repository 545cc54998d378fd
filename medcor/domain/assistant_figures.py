"""The assistant in figures: how long each stage took and how turns and talks ended, day by day.

Times are kept as counts in buckets, each a tenth longer than the one before: a percentile of many
days is then found without their turns, and is at most 5% off. What is only ever asked of a whole
period, the stages, is counted up from day to day: a period's is the difference of two days.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

# The stages of a turn, in their order; ``answer`` is from the end of what was said to the first
# words of the reply.
ANSWER = "answer"
STAGES = (ANSWER, "recogniser", "floor", "wait", "first", "reply", "log")
_UNTIL_FIRST_WORDS = ("recogniser", "floor", "wait", "first")
_STEP = math.log(1.1)
_NONE_AT_ALL = -1

Histogram = dict[int, int]


@lru_cache(maxsize=8192)
def bucket_of(ms: int) -> int:
    """The bucket of a time in milliseconds."""
    return round(math.log(ms) / _STEP) if ms >= 1 else _NONE_AT_ALL


def time_of(bucket: int) -> int:
    """The time in milliseconds that a bucket stands for."""
    return 0 if bucket == _NONE_AT_ALL else round(math.exp(bucket * _STEP))


def percentile(counts: Mapping[int, int], share: float) -> int | None:
    """The time within which ``share`` of all lie, in milliseconds; None where nothing was counted.

    By nearest rank: of ten times, the 0.95 percentile is the longest.
    """
    total = sum(counts.values())
    if not total:
        return None
    left = math.ceil(share * total)
    for bucket in sorted(counts):
        left -= counts[bucket]
        if left <= 0:
            return time_of(bucket)
    return None


def answer_time(stages: Mapping[str, int | None]) -> int | None:
    """From the end of what was said to the first words of the reply; None if there were none."""
    if stages.get("first") is None:
        return None
    return sum(stages.get(name) or 0 for name in _UNTIL_FIRST_WORDS)


@dataclass(slots=True)
class TurnFigures:
    """Some turns: how many ended how, and how long their stages took."""

    outcomes: dict[str, int] = field(default_factory=dict)
    stages: dict[str, Histogram] = field(default_factory=dict)

    @property
    def turns(self) -> int:
        return sum(self.outcomes.values())

    @property
    def unanswered(self) -> int:
        """Those whose person got no reply: it failed, or there was no credit for it."""
        return self.outcomes.get("failed", 0) + self.outcomes.get("no_credit", 0)

    @property
    def unanswered_share(self) -> float | None:
        return self.unanswered / self.turns if self.turns else None

    def count(self, outcome: str, stages: Mapping[str, int | None]) -> None:
        """Add one turn; ``stages`` are milliseconds, without ``answer``."""
        _add(self.outcomes, outcome, 1)
        for name, ms in stages.items():
            self._note(name, ms)
        self._note(ANSWER, answer_time(stages))

    def _note(self, stage: str, ms: int | None) -> None:
        if ms is not None:
            counts = self.stages.get(stage)
            if counts is None:
                counts = self.stages[stage] = {}
            bucket = bucket_of(ms)
            counts[bucket] = counts.get(bucket, 0) + 1

    def add(self, other: TurnFigures) -> None:
        for outcome, number in other.outcomes.items():
            _add(self.outcomes, outcome, number)
        self.add_stages(other.stages)

    def add_stages(self, stages: Mapping[str, Histogram], times: int = 1) -> None:
        """Add times alone; ``times`` -1 takes them away again."""
        for name, counts in stages.items():
            mine = self.stages.setdefault(name, {})
            for bucket, number in counts.items():
                mine[bucket] = mine.get(bucket, 0) + times * number

    def within(self, stage: str, share: float) -> int | None:
        """Milliseconds within which ``share`` of the turns had this stage behind them."""
        return percentile(self.stages.get(stage, {}), share)

    def measured(self, stage: str) -> int:
        """How many turns had this stage."""
        return sum(self.stages.get(stage, {}).values())


@dataclass(slots=True)
class TalkFigures:
    """Some talks; times in milliseconds of audio."""

    talks: int = 0
    heard_ms: int = 0
    lost_ms: int = 0
    reconnections: int = 0

    @property
    def lost_share(self) -> float | None:
        """Lost audio among all that was spoken; None where none was."""
        spoken = self.heard_ms + self.lost_ms
        return self.lost_ms / spoken if spoken else None

    def add(self, other: TalkFigures) -> None:
        self.talks += other.talks
        self.heard_ms += other.heard_ms
        self.lost_ms += other.lost_ms
        self.reconnections += other.reconnections


@dataclass(slots=True)
class DayFigures:
    """A day, or many: turns by where they came from and who answered, talks by how they ended."""

    turns: dict[tuple[str, str], TurnFigures] = field(default_factory=dict)
    talks: dict[str, TalkFigures] = field(default_factory=dict)

    def group(self, source: str, answered_by: str) -> TurnFigures:
        """The figures of one kind of turn, to be added to."""
        return self.turns.setdefault((source, answered_by), TurnFigures())

    def ended(self, reason: str) -> TalkFigures:
        """The figures of the talks that ended so, to be added to."""
        return self.talks.setdefault(reason, TalkFigures())

    def add(self, other: DayFigures) -> None:
        for (source, answered_by), each in other.turns.items():
            self.group(source, answered_by).add(each)
        for reason, ended in other.talks.items():
            self.ended(reason).add(ended)

    def all_turns(self, source: str = "", answered_by: str | None = None) -> TurnFigures:
        """All turns together, of one source or of one that answers where it is named."""
        found = TurnFigures()
        for (theirs, by), each in self.turns.items():
            if source in ("", theirs) and answered_by in (None, by):
                found.add(each)
        return found

    def all_talks(self) -> TalkFigures:
        found = TalkFigures()
        for each in self.talks.values():
            found.add(each)
        return found

    def as_json(self) -> dict[str, Any]:
        """All but the stages, of which only ``answer`` is in it."""
        return {
            "turns": [
                {
                    "source": source,
                    "answered_by": answered_by,
                    "outcomes": each.outcomes,
                    ANSWER: _flat(each.stages.get(ANSWER, {})),
                }
                for (source, answered_by), each in self.turns.items()
            ],
            "talks": {
                reason: [each.talks, each.heard_ms, each.lost_ms, each.reconnections]
                for reason, each in self.talks.items()
            },
        }

    def stages_json(self) -> list[dict[str, Any]]:
        """The stages without ``answer``."""
        return [
            {
                "source": source,
                "answered_by": answered_by,
                "stages": {
                    name: _flat(counts) for name, counts in each.stages.items() if name != ANSWER
                },
            }
            for (source, answered_by), each in self.turns.items()
        ]

    def add_stages(self, body: Iterable[Mapping[str, Any]], times: int = 1) -> None:
        """Add what :meth:`stages_json` gave; ``times`` -1 takes it away again."""
        for each in body:
            stages = {name: _histogram(counts) for name, counts in each["stages"].items()}
            self.group(each["source"], each["answered_by"]).add_stages(stages, times)


def from_json(body: Mapping[str, Any]) -> DayFigures:
    """Read back what :meth:`DayFigures.as_json` gave."""
    return DayFigures(
        {
            (each["source"], each["answered_by"]): TurnFigures(
                dict(each["outcomes"]), {ANSWER: _histogram(each[ANSWER])}
            )
            for each in body["turns"]
        },
        {reason: TalkFigures(*numbers) for reason, numbers in body["talks"].items()},
    )


def _flat(counts: Histogram) -> list[int]:
    """Buckets and counts in turn: one list, where pairs would be thousands of them to read."""
    return [number for pair in sorted(counts.items()) for number in pair]


def _histogram(flat: list[int]) -> Histogram:
    return dict(zip(flat[::2], flat[1::2], strict=True))


def sum_of(days: Iterable[DayFigures]) -> DayFigures:
    total = DayFigures()
    for each in days:
        total.add(each)
    return total


def _add(counts: dict[Any, int], key: Any, number: int) -> None:
    counts[key] = counts.get(key, 0) + number
