"""What a scraper reads at ``/metrics``: of this process, without a word or a name of anybody."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from medcor import runtime
from medcor.models import TurnOutcome
from medcor.services.measures import STAGES, Stages

REGISTRY = CollectorRegistry()
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 0.75, 1.0, 1.5, 2.5, 5.0, 10.0, 30.0)

_stage = Histogram(
    "medcor_turn_stage_seconds",
    "Seconds of a stage of a turn: recogniser, floor, wait, first words, whole reply, log",
    ("stage",),
    buckets=_BUCKETS,
    registry=REGISTRY,
)
_turns = Counter("medcor_turns", "Turns by how they ended", ("outcome",), registry=REGISTRY)
_talks = Counter("medcor_talks", "Talks by why they ended", ("reason",), registry=REGISTRY)
_heard = Counter("medcor_audio_heard_seconds", "Audio that came in", registry=REGISTRY)
_lost = Counter("medcor_audio_lost_seconds", "Audio that was not heard", registry=REGISTRY)
_reconnected = Counter(
    "medcor_recogniser_reconnections", "Lost connections to the recogniser", registry=REGISTRY
)
_running = Gauge("medcor_talks_running", "Talks that this process serves", registry=REGISTRY)
_tasks = Gauge("medcor_tasks_running", "Background tasks of this process", registry=REGISTRY)
_tasks.set_function(lambda: runtime.Task.running)


def observe_turn(outcome: TurnOutcome, stages: Stages) -> None:
    """Count a turn that is settled, and its stages."""
    _turns.labels(outcome.value).inc()
    for name in STAGES:
        value = getattr(stages, name)
        if value is not None:
            _stage.labels(name).observe(value / 1000)


def observe_talk(reason: str, heard_ms: int, lost_ms: int, reconnections: int) -> None:
    """Count a talk that is over."""
    _talks.labels(reason).inc()
    _heard.inc(heard_ms / 1000)
    _lost.inc(lost_ms / 1000)
    _reconnected.inc(reconnections)


def count_talks(running: int) -> None:
    _running.set(running)


def exposition() -> bytes:
    """All of it in Prometheus's text format."""
    return generate_latest(REGISTRY)
