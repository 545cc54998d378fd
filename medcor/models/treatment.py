"""Treatments and who gives them."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, TenantOwned, UtcDateTime, link, tenant_table, utcnow
from .clinic import price_text


class Treatment(TenantOwned, Base):
    """What the clinic offers: ``price_minor`` in hundredths of its currency, times in minutes."""

    __tablename__ = "treatments"
    __table_args__ = tenant_table(
        sa.UniqueConstraint("clinic_id", "name"),
        sa.CheckConstraint("price_minor >= 0", name="price_not_negative"),
        sa.CheckConstraint(
            "minutes BETWEEN 5 AND 720 AND minutes % 5 = 0", name="minutes_on_steps"
        ),
        sa.CheckConstraint(
            "buffer_before BETWEEN 0 AND 240 AND buffer_after BETWEEN 0 AND 240"
            " AND buffer_before % 5 = 0 AND buffer_after % 5 = 0",
            name="buffers_on_steps",
        ),
    )

    name: Mapped[str] = mapped_column(sa.String(120))
    description: Mapped[str] = mapped_column(sa.Text, default="")
    price_minor: Mapped[int]
    minutes: Mapped[int]
    buffer_before: Mapped[int] = mapped_column(default=0)
    buffer_after: Mapped[int] = mapped_column(default=0)
    is_active: Mapped[bool] = mapped_column(default=True)
    picture: Mapped[str] = mapped_column(sa.String(200), default="")
    # Changed with every edit, that of its doctors too, so that ``version`` tells of all.
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    @property
    def price(self) -> str:
        return price_text(self.price_minor)


class TreatmentDoctor(TenantOwned, Base):
    """A doctor gives a treatment."""

    __tablename__ = "treatment_doctors"
    __table_args__ = tenant_table(
        link("treatment_id", "treatments", ondelete="CASCADE"),
        link("doctor_id", "doctors", ondelete="CASCADE"),
        sa.UniqueConstraint("treatment_id", "doctor_id"),
    )

    treatment_id: Mapped[int]
    doctor_id: Mapped[int]
