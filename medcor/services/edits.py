"""Two people edit the same row: the second one is told before anything is overwritten."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from sqlalchemy.orm.attributes import flag_modified

from medcor.domain import errors


class Versioned(Protocol):
    """A row whose ``version`` grows with every change of it."""

    version: int
    updated_at: datetime


def begin_edit(row: Versioned, seen: int | None, now: datetime) -> None:
    """Refuse an edit that was made over an older state of ``row``; else count it as changed.

    ``seen`` is the version that the editor's page showed, None for a caller that showed none.
    StaleEdit carries today's version as ``current``. Two saves in the same moment are told apart
    by the row's version column, as Conflict.
    """
    if seen is not None and seen != row.version:
        raise errors.StaleEdit(current=row.version)
    row.updated_at = now
    # Even two edits at one tick of the clock, of nothing but what hangs on the row, count as two.
    flag_modified(row, "updated_at")
