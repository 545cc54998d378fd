"""What a voice session is made of and how long it may take; tests shorten the times."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from medcor.domain.talk import Talk
from medcor.domain.turns import Timing
from medcor.integrations.recognisers import AudioFormat, Post, Recogniser

from .work import Work

MakeTalk = Callable[[Work, dict[str, Any], str], Talk]
MakeRecogniser = Callable[[AudioFormat, Post], Recogniser]


@dataclass
class Limits:
    """Seconds, except ``per_user``: sessions of one person at a time."""

    session: float = 30 * 60.0
    warning: float = 60.0
    detached: float = 120.0
    revocation: float = 10.0
    sweep: float = 1.0
    drain: float = 5.0
    per_user: int = 3
    timing: Timing = field(default_factory=Timing)


@dataclass
class Parts:
    """How the pieces are made; the one place where a test puts its own."""

    make_talk: MakeTalk
    make_recogniser: MakeRecogniser
    send: Callable[[str, str], bool]
    hang_up: Callable[[str], None]
    limits: Limits = field(default_factory=Limits)
