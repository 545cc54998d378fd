"""Appointments that recur: booked together, and cancelled together where that is wished."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, TenantOwned, UtcDateTime, link, tenant_table, utcnow


class AppointmentSeries(TenantOwned, Base):
    """What was booked at one go, every ``every_weeks`` weeks; ``request_key`` tells a repeat."""

    __tablename__ = "appointment_series"
    __table_args__ = tenant_table(
        link("patient_id", "patients", ondelete="CASCADE"),
        link("treatment_id", "treatments"),
        sa.UniqueConstraint("clinic_id", "patient_id", "request_key"),
        sa.CheckConstraint("every_weeks BETWEEN 1 AND 4", name="weeks_in_range"),
    )

    patient_id: Mapped[int]
    treatment_id: Mapped[int]
    every_weeks: Mapped[int]
    request_key: Mapped[str] = mapped_column(sa.String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)


class SeriesAppointment(TenantOwned, Base):
    """An appointment's place in its series, from 1 on."""

    __tablename__ = "series_appointments"
    __table_args__ = tenant_table(
        link("series_id", "appointment_series", ondelete="CASCADE"),
        link("appointment_id", "appointments", ondelete="CASCADE"),
        sa.UniqueConstraint("appointment_id"),
        sa.UniqueConstraint("series_id", "number"),
        sa.CheckConstraint("number >= 1", name="number_from_one"),
    )

    series_id: Mapped[int]
    appointment_id: Mapped[int]
    number: Mapped[int]
