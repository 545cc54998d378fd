"""Times that the clinic offers a patient, and the waiting list that they are offered to."""

from __future__ import annotations

from datetime import date, datetime, time
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .appointment import Appointment
from .base import Base, TenantOwned, UtcDateTime, enum_type, link, tenant_table, utcnow
from .people import Doctor, Patient
from .treatment import Treatment


class WaitingState(StrEnum):
    """``DONE`` has an appointment now; ``LAPSED`` waited until its last day was over."""

    WAITING = "waiting"
    DONE = "done"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"


_WAITING = sa.column("state") == WaitingState.WAITING.value


class WaitingEntry(TenantOwned, Base):
    """A patient who waits for a time of a treatment, with a doctor or (null) with any who gives it.

    ``weekdays`` has a bit per day that suits, Monday the lowest (127 is any); ``earliest`` and
    ``latest`` bound the start, local time, both included. Who came first is first served.
    """

    __tablename__ = "waiting_entries"
    __table_args__ = tenant_table(
        link("patient_id", "patients", ondelete="CASCADE"),
        link("treatment_id", "treatments", ondelete="CASCADE"),
        link("doctor_id", "doctors", ondelete="CASCADE"),
        sa.CheckConstraint("weekdays BETWEEN 1 AND 127", name="weekdays_in_range"),
        sa.CheckConstraint("earliest <= latest", name="earliest_not_after_latest"),
        sa.CheckConstraint("first_day <= last_day", name="first_not_after_last"),
        # One wish at a time for each treatment.
        sa.Index(
            "uq_waiting_entries_open",
            "patient_id",
            "treatment_id",
            unique=True,
            sqlite_where=_WAITING,
            postgresql_where=_WAITING,
        ),
        sa.Index("ix_waiting_entries_state", "clinic_id", "state", "created_at"),
    )

    patient_id: Mapped[int]
    treatment_id: Mapped[int]
    doctor_id: Mapped[int | None]
    first_day: Mapped[date]
    last_day: Mapped[date]
    weekdays: Mapped[int] = mapped_column(default=127)
    earliest: Mapped[time]
    latest: Mapped[time]
    state: Mapped[WaitingState] = mapped_column(
        enum_type(WaitingState, "state"), default=WaitingState.WAITING
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    patient: Mapped[Patient] = relationship(
        foreign_keys="[WaitingEntry.clinic_id, WaitingEntry.patient_id]", viewonly=True
    )
    treatment: Mapped[Treatment] = relationship(
        foreign_keys="[WaitingEntry.clinic_id, WaitingEntry.treatment_id]", viewonly=True
    )
    doctor: Mapped[Doctor | None] = relationship(
        foreign_keys="[WaitingEntry.clinic_id, WaitingEntry.doctor_id]", viewonly=True
    )


class OfferState(StrEnum):
    """``UNANSWERED`` ran out of time, ``NONE_FOUND`` had no time to offer, ``OVERTAKEN`` became
    needless (the appointment was moved or cancelled, the patient booked elsewhere)."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    UNANSWERED = "unanswered"
    NONE_FOUND = "none_found"
    OVERTAKEN = "overtaken"


_OPEN = sa.column("state") == OfferState.OPEN.value


class Offer(TenantOwned, Base):
    """A time offered to one patient, held until ``answer_by``: instead of ``appointment_id``, whose
    doctor is off that day, or to ``waiting_id``, who waits for one. One of the two is set.

    The offered time is copied here, since its hold is gone once the offer is settled; its columns
    are null where nothing was free. Staff settle what the patient did not (``handled_at``). Only
    the SHA-256 of the mailed link's token is stored.
    """

    __tablename__ = "offers"
    __table_args__ = tenant_table(
        link("patient_id", "patients", ondelete="CASCADE"),
        link("appointment_id", "appointments", ondelete="CASCADE"),
        link("waiting_id", "waiting_entries", ondelete="CASCADE"),
        link("doctor_id", "doctors", ondelete="CASCADE"),
        link("slot_id", "slots", ondelete="CASCADE"),
        link("handled_by_id", "users"),
        sa.UniqueConstraint("token_hash"),
        sa.CheckConstraint("(appointment_id IS NULL) <> (waiting_id IS NULL)", name="one_cause"),
        sa.CheckConstraint(
            "state = 'none_found' OR (doctor_id IS NOT NULL AND slot_id IS NOT NULL"
            " AND day IS NOT NULL AND starts_at IS NOT NULL)",
            name="time_unless_none",
        ),
        sa.Index(
            "uq_offers_open_appointment",
            "appointment_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        sa.Index(
            "uq_offers_open_waiting",
            "waiting_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        sa.Index("ix_offers_state", "clinic_id", "state", "answer_by"),
        sa.Index("ix_offers_patient", "clinic_id", "patient_id"),
    )

    patient_id: Mapped[int]
    appointment_id: Mapped[int | None]
    waiting_id: Mapped[int | None]
    doctor_id: Mapped[int | None]
    slot_id: Mapped[int | None]
    day: Mapped[date | None]
    start_time: Mapped[time | None]
    end_time: Mapped[time | None]
    starts_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    state: Mapped[OfferState] = mapped_column(
        enum_type(OfferState, "state"), default=OfferState.OPEN
    )
    token_hash: Mapped[str | None] = mapped_column(sa.String(64))
    message: Mapped[str] = mapped_column(sa.String(300), default="")
    answer_by: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    handled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    handled_by_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)

    patient: Mapped[Patient] = relationship(
        foreign_keys="[Offer.clinic_id, Offer.patient_id]", viewonly=True
    )
    appointment: Mapped[Appointment | None] = relationship(
        foreign_keys="[Offer.clinic_id, Offer.appointment_id]", viewonly=True
    )
    waiting: Mapped[WaitingEntry | None] = relationship(
        foreign_keys="[Offer.clinic_id, Offer.waiting_id]", viewonly=True
    )
    doctor: Mapped[Doctor | None] = relationship(
        foreign_keys="[Offer.clinic_id, Offer.doctor_id]", viewonly=True
    )
