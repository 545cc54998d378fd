"""What is gone here and may still be in MongoDB: taken out there until that is certain."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from medcor.integrations.conversation_log import LogStore
from medcor.models.tenancy import across_clinics

BATCH = 200
# A batch that was read before something went is in MongoDB well within this.
FORGET_FOR = timedelta(minutes=1)
Work = Callable[[Session], Any]


@dataclass(frozen=True, slots=True)
class Copies:
    """One kind of such copies: rows as (id, clinic, name in the log, when it went), earliest first.

    ``take_out(store, tenant, names)`` may be repeated; ``gone_at`` is the column that says of a row
    that its copy is certain to be gone.
    """

    rows: sa.Select
    gone_at: InstrumentedAttribute
    take_out: Callable[[LogStore, str, Sequence[str]], None]

    @property
    def row_id(self) -> InstrumentedAttribute:
        return self.gone_at.class_.id


def clear(
    look: Callable[[Work], Any],
    run: Callable[[Work], Any],
    store: LogStore,
    now: datetime,
    kind: Copies,
) -> int:
    """Take a batch of copies out of MongoDB; returns for how many that is over.

    It is done at once, and again until a batch that was under way then has certainly arrived.
    LogUnavailable leaves what is not done yet for the next round.
    """
    found = look(lambda session: _read(session, kind))
    by_clinic: dict[int, list[str]] = {}
    for _row_id, clinic_id, name, _went_at in found:
        by_clinic.setdefault(clinic_id, []).append(name)
    for clinic_id, names in by_clinic.items():
        kind.take_out(store, f"clinic_{clinic_id}", names)
    over = [row_id for row_id, _, _, went_at in found if now - went_at >= FORGET_FOR]
    if over:
        run(lambda session: _mark_gone(session, kind, over, now))
    return len(over)


def _read(session: Session, kind: Copies) -> list[Any]:
    with across_clinics(session, "one shipper serves the journals of all clinics"):
        return list(session.execute(kind.rows.order_by(kind.row_id).limit(BATCH)))


def _mark_gone(session: Session, kind: Copies, row_ids: Collection[int], now: datetime) -> None:
    change = sa.update(kind.gone_at.class_).where(kind.row_id.in_(row_ids))
    with across_clinics(session, "one shipper serves the journals of all clinics"):
        session.execute(
            change.values({kind.gone_at: now}), execution_options={"synchronize_session": False}
        )
