"""Times that are kept for a while: by a patient who is confirming, or by an offer."""

from __future__ import annotations

from datetime import date, datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, TenantOwned, UtcDateTime, link, tenant_table, utcnow


class Hold(TenantOwned, Base):
    """A time that is kept for one patient until ``expires_at``; its claims bind the doctor alone.

    ``seat`` is 1 or 2 for a time that the patient is confirming, and unique among the patient's
    own, so that nobody can hold more than two; an offer's hold has ``offer_id`` instead. After
    ``expires_at`` its claims count for nothing, and whoever books next clears them away.
    """

    __tablename__ = "holds"
    __table_args__ = tenant_table(
        link("doctor_id", "doctors", ondelete="CASCADE"),
        link("patient_id", "patients", ondelete="CASCADE"),
        link("treatment_id", "treatments", ondelete="CASCADE"),
        link("slot_id", "slots", ondelete="CASCADE"),
        link("offer_id", "offers", ondelete="CASCADE"),
        sa.UniqueConstraint("clinic_id", "id", "doctor_id"),
        sa.UniqueConstraint("patient_id", "seat", name="uq_holds_patient_seat"),
        sa.UniqueConstraint("offer_id", name="uq_holds_offer"),
        sa.CheckConstraint("seat IN (1, 2)", name="two_seats"),
        sa.CheckConstraint("(seat IS NULL) <> (offer_id IS NULL)", name="seat_or_offer"),
        sa.CheckConstraint("starts_at < ends_at", name="starts_before_end"),
        sa.Index("ix_holds_doctor", "clinic_id", "doctor_id"),
        sa.Index("ix_holds_expiry", "expires_at"),
    )

    doctor_id: Mapped[int]
    patient_id: Mapped[int]
    treatment_id: Mapped[int]
    slot_id: Mapped[int]
    offer_id: Mapped[int | None]
    seat: Mapped[int | None]
    day: Mapped[date]
    start_time: Mapped[time]
    end_time: Mapped[time]
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
