"""What a voice session is made of and how long it may take; tests shorten the times."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from medcor.domain.talk import Talk
from medcor.domain.turns import Timing
from medcor.integrations.recognisers import AudioFormat, Post, Recogniser

from .keeper import Keeper

# From the prompt, and what the talk remembers where another process had it before.
MakeTalk = Callable[[Keeper, dict[str, Any], dict[str, Any] | None], Talk]
MakeRecogniser = Callable[[AudioFormat, Post], Recogniser]


@dataclass
class Limits:
    """Seconds, except ``per_user`` and ``sockets_per_user``: of one person at a time.

    ``handed_over`` is how long a page waits for the process that still serves its talk.
    """

    session: float = 30 * 60.0
    warning: float = 60.0
    detached: float = 120.0
    revocation: float = 10.0
    sweep: float = 1.0
    drain: float = 5.0
    handed_over: float = 3.0
    per_user: int = 3
    sockets_per_user: int = 8
    timing: Timing = field(default_factory=Timing)


@dataclass
class Parts:
    """How the pieces are made; the one place where a test puts its own.

    ``owner`` names this process among those that serve talks.
    """

    make_talk: MakeTalk
    make_recogniser: MakeRecogniser
    send: Callable[[str, str], bool]
    hang_up: Callable[[str], None]
    limits: Limits = field(default_factory=Limits)
    owner: str = field(default_factory=lambda: uuid.uuid4().hex)
