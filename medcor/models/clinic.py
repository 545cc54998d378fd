"""The tenant itself and its opening hours."""

from __future__ import annotations

from datetime import datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, TenantOwned, UtcDateTime, tenant_table, utcnow


class Clinic(Base):
    """A clinic: the tenant. Its own row is visible to everyone; all it owns is not."""

    __tablename__ = "clinics"
    __table_args__ = (
        sa.CheckConstraint("credits >= 0", name="credits_not_negative"),
        sa.CheckConstraint("min_notice_minutes >= 0", name="min_notice_not_negative"),
        sa.CheckConstraint("cancel_notice_minutes >= 0", name="cancel_notice_not_negative"),
        sa.CheckConstraint("horizon_days BETWEEN 1 AND 730", name="horizon_in_range"),
        sa.CheckConstraint("records_keep_years BETWEEN 1 AND 50", name="keep_years_in_range"),
        sa.CheckConstraint("offer_answer_hours BETWEEN 1 AND 168", name="offer_hours_in_range"),
        sa.CheckConstraint(
            "waiting_answer_minutes BETWEEN 15 AND 1440", name="waiting_minutes_in_range"
        ),
        sa.CheckConstraint("talks_keep_days BETWEEN 1 AND 3650", name="talks_days_in_range"),
        sa.CheckConstraint("handover_minutes BETWEEN 1 AND 1440", name="handover_in_range"),
        sa.CheckConstraint("alarm_minutes BETWEEN 1 AND 60", name="alarm_in_range"),
    )

    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    zone: Mapped[str] = mapped_column(sa.String(64), default="Europe/Istanbul")
    country: Mapped[str] = mapped_column(sa.String(2), default="TR")
    currency: Mapped[str] = mapped_column(sa.String(3), default="EUR")
    language: Mapped[str] = mapped_column(sa.String(5), default="en")
    email: Mapped[str] = mapped_column(sa.String(254), default="")
    phone: Mapped[str] = mapped_column(sa.String(32), default="")
    street: Mapped[str] = mapped_column(sa.String(120), default="")
    city: Mapped[str] = mapped_column(sa.String(80), default="")
    postcode: Mapped[str] = mapped_column(sa.String(16), default="")
    accent: Mapped[str] = mapped_column(sa.String(7), default="")
    logo: Mapped[str] = mapped_column(sa.String(200), default="")
    min_notice_minutes: Mapped[int] = mapped_column(default=0)
    cancel_notice_minutes: Mapped[int] = mapped_column(default=24 * 60)
    horizon_days: Mapped[int] = mapped_column(default=90)
    widget_origins: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    booking_needs_key: Mapped[bool] = mapped_column(default=True)
    credits: Mapped[int] = mapped_column(default=0)
    about: Mapped[str] = mapped_column(sa.Text, default="")
    directions: Mapped[str] = mapped_column(sa.Text, default="")
    remind_day_before: Mapped[bool] = mapped_column(default=True)
    remind_two_hours: Mapped[bool] = mapped_column(default=True)
    admins_read_records: Mapped[bool] = mapped_column(default=False)
    records_keep_years: Mapped[int] = mapped_column(default=20)
    # How long patients have to answer: an offer for a time that fell away, and a freed time.
    offer_answer_hours: Mapped[int] = mapped_column(default=24)
    waiting_answer_minutes: Mapped[int] = mapped_column(default=120)
    # How long talks with the assistant are kept, and how long a request for a person, or an alarm,
    # may wait for somebody before the clinic is mailed about it.
    talks_keep_days: Mapped[int] = mapped_column(default=365)
    handover_minutes: Mapped[int] = mapped_column(default=15)
    alarm_minutes: Mapped[int] = mapped_column(default=2)
    # A clinic that signed itself up is shown to nobody until its admin's address is confirmed.
    is_verified: Mapped[bool] = mapped_column(default=True)
    setup_done: Mapped[bool] = mapped_column(default=True)
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    @property
    def schema_name(self) -> str:
        return f"clinic_{self.id}"

    @property
    def zone_info(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @property
    def address(self) -> str:
        parts = (self.street, " ".join(filter(None, (self.postcode, self.city))))
        return ", ".join(part for part in parts if part)


class ClinicHours(TenantOwned, Base):
    """When the clinic's door is open; ``weekday`` 0 is Monday, times are local."""

    __tablename__ = "clinic_hours"
    __table_args__ = tenant_table(
        sa.UniqueConstraint("clinic_id", "weekday", "opens"),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday_in_range"),
        sa.CheckConstraint("opens < closes", name="opens_before_closing"),
    )

    weekday: Mapped[int]
    opens: Mapped[time]
    closes: Mapped[time]


def price_text(minor: int) -> str:
    """Show minor units as the chatbot API does: ``10000`` is ``"100.00"``."""
    return str((Decimal(minor) / 100).quantize(Decimal("0.01")))
