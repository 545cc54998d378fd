"""What a person may ask of their own data."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Base, TenantOwned, UtcDateTime, enum_type, link, tenant_table, utcnow
from .people import Patient


class ErasureState(StrEnum):
    ASKED = "asked"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


_ASKED = sa.column("state") == ErasureState.ASKED.value


class ErasureRequest(TenantOwned, Base):
    """A patient's wish that the clinic erases what it holds of them.

    Records that the law makes the clinic keep stay, without the person's account, until
    ``kept_until``; null where nothing was kept.
    """

    __tablename__ = "erasure_requests"
    __table_args__ = tenant_table(
        link("patient_id", "patients"),
        link("decided_by_id", "users"),
        sa.Index(
            "uq_erasure_requests_open",
            "clinic_id",
            "patient_id",
            unique=True,
            sqlite_where=_ASKED,
            postgresql_where=_ASKED,
        ),
    )

    patient_id: Mapped[int]
    state: Mapped[ErasureState] = mapped_column(
        enum_type(ErasureState, "state"), default=ErasureState.ASKED
    )
    note: Mapped[str] = mapped_column(sa.String(500), default="")
    answer: Mapped[str] = mapped_column(sa.String(500), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None]
    kept_until: Mapped[date | None]
    # When the copy of the person's talks in MongoDB was erased too; null while that is to be done.
    log_erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    patient: Mapped[Patient] = relationship(
        foreign_keys="[ErasureRequest.clinic_id, ErasureRequest.patient_id]", viewonly=True
    )
