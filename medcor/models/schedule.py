"""A doctor's weekly slots and exclusion dates."""

from __future__ import annotations

from datetime import date, datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, TenantOwned, UtcDateTime, link, tenant_table, utcnow


class Slot(TenantOwned, Base):
    """A weekly opening: ``weekday`` 0 is Monday, local times on 5-minute steps.

    A paused one keeps its place in the week and is not offered; an inactive one was deleted and
    stays for the appointments that were booked in it.
    """

    __tablename__ = "slots"
    __table_args__ = tenant_table(
        link("doctor_id", "doctors", ondelete="CASCADE"),
        sa.UniqueConstraint("clinic_id", "id", "doctor_id"),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday_in_range"),
        sa.CheckConstraint("start_time < end_time", name="start_before_end"),
        sa.Index("ix_slots_doctor_weekday", "clinic_id", "doctor_id", "weekday"),
    )

    doctor_id: Mapped[int]
    weekday: Mapped[int]
    start_time: Mapped[time]
    end_time: Mapped[time]
    is_active: Mapped[bool] = mapped_column(default=True)
    is_paused: Mapped[bool] = mapped_column(default=False)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class SlotStep(TenantOwned, Base):
    """One 5-minute step of an active slot's week: unique, so two slots of a doctor never overlap.

    ``step`` counts from Monday 00:00, 0 to 2015.
    """

    __tablename__ = "slot_steps"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["clinic_id", "slot_id", "doctor_id"],
            ["slots.clinic_id", "slots.id", "slots.doctor_id"],
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("doctor_id", "step", name="uq_slot_steps_doctor_step"),
        sa.CheckConstraint("step BETWEEN 0 AND 2015", name="step_in_week"),
    )

    slot_id: Mapped[int]
    doctor_id: Mapped[int]
    step: Mapped[int]


class SlotTreatment(TenantOwned, Base):
    """Limits a slot to some treatments; a slot without rows takes any that its doctor gives."""

    __tablename__ = "slot_treatments"
    __table_args__ = tenant_table(
        link("slot_id", "slots", ondelete="CASCADE"),
        link("treatment_id", "treatments", ondelete="CASCADE"),
        sa.UniqueConstraint("slot_id", "treatment_id"),
    )

    slot_id: Mapped[int]
    treatment_id: Mapped[int]


class ExclusionDate(TenantOwned, Base):
    """Days, first and last included, on which a doctor is not available."""

    __tablename__ = "exclusion_dates"
    __table_args__ = tenant_table(
        link("doctor_id", "doctors", ondelete="CASCADE"),
        sa.CheckConstraint("start_date <= end_date", name="start_not_after_end"),
        sa.Index("ix_exclusion_dates_doctor_end", "clinic_id", "doctor_id", "end_date"),
    )

    doctor_id: Mapped[int]
    start_date: Mapped[date]
    end_date: Mapped[date]
    reason: Mapped[str] = mapped_column(sa.String(200), default="")
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
