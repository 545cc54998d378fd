"""Change something on behalf of whoever is signed in."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.orm import Session

from medcor.domain.permissions import Actor
from medcor.web.access import actor
from medcor.web.transaction import in_transaction

T = TypeVar("T")


def acting(work: Callable[[Session, Actor], T]) -> T:
    """Run ``work(session, who)`` as the signed-in person, in a transaction of their clinic."""
    who = actor()
    return in_transaction(who.clinic_id, who, lambda session: work(session, who))
