"""Appointments and the claims that make an overlap impossible."""

from __future__ import annotations

from datetime import date, datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from medcor.domain.appointments import AppointmentStatus, is_live

from .base import Base, TenantOwned, UtcDateTime, enum_type, link, tenant_table, utcnow
from .people import Doctor, Patient
from .treatment import Treatment


class Appointment(TenantOwned, Base):
    """A slot on a date. Its span is copied at booking; later edits of the slot don't move it.

    ``day``, ``start_time`` and ``end_time`` are the clinic's local ones, ``starts_at`` and
    ``ends_at`` the UTC instants they meant at booking. ``request_key`` names the request that made
    it, so that a repeated one finds it instead of booking again.
    """

    __tablename__ = "appointments"
    __table_args__ = tenant_table(
        link("doctor_id", "doctors"),
        link("patient_id", "patients"),
        link("treatment_id", "treatments"),
        link("slot_id", "slots"),
        sa.UniqueConstraint("clinic_id", "id", "doctor_id"),
        sa.UniqueConstraint("clinic_id", "id", "patient_id"),
        sa.UniqueConstraint(
            "clinic_id", "patient_id", "request_key", name="uq_appointments_request_key"
        ),
        sa.CheckConstraint("starts_at < ends_at", name="starts_before_end"),
        sa.Index("ix_appointments_doctor_start", "clinic_id", "doctor_id", "starts_at"),
        sa.Index("ix_appointments_patient_start", "clinic_id", "patient_id", "starts_at"),
        # With what tells past from ahead, so that thousands are counted without their rows.
        sa.Index("ix_appointments_start", "clinic_id", "starts_at", "ends_at", "status"),
        sa.Index("ix_appointments_day", "clinic_id", "day"),
        sa.Index("ix_appointments_treatment_start", "clinic_id", "treatment_id", "starts_at"),
        sa.Index("ix_appointments_status_start", "clinic_id", "status", "starts_at"),
    )

    doctor_id: Mapped[int]
    patient_id: Mapped[int]
    treatment_id: Mapped[int]
    slot_id: Mapped[int]
    day: Mapped[date]
    start_time: Mapped[time]
    end_time: Mapped[time]
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # When the present start was chosen, by booking or by moving: nobody is reminded right after.
    time_chosen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    status: Mapped[AppointmentStatus] = mapped_column(
        enum_type(AppointmentStatus, "status"), default=AppointmentStatus.PENDING
    )
    price_minor: Mapped[int]
    door: Mapped[str] = mapped_column(sa.String(16), default="page")
    request_key: Mapped[str | None] = mapped_column(sa.String(64))
    cancel_reason: Mapped[str] = mapped_column(sa.String(300), default="")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow, onupdate=utcnow)

    __mapper_args__ = {"version_id_col": version}

    doctor: Mapped[Doctor] = relationship(
        foreign_keys="[Appointment.clinic_id, Appointment.doctor_id]", viewonly=True
    )
    patient: Mapped[Patient] = relationship(
        foreign_keys="[Appointment.clinic_id, Appointment.patient_id]", viewonly=True
    )
    treatment: Mapped[Treatment] = relationship(
        foreign_keys="[Appointment.clinic_id, Appointment.treatment_id]", viewonly=True
    )

    @property
    def is_live(self) -> bool:
        return is_live(self.status)


_RUN = sa.column("last_step").is_not(None)


class Claim(TenantOwned, Base):
    """One 5-minute step taken by a live appointment or by a hold.

    Uniqueness on (doctor, step) and (patient, step) is what makes an overlap impossible, whichever
    door it comes through. A step of a buffer or of a hold binds the doctor only: its ``patient_id``
    is null. ``last_step`` stands on the first of a run alone, so that the whole run is read from
    one row.
    """

    __tablename__ = "claims"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["clinic_id", "appointment_id", "doctor_id"],
            ["appointments.clinic_id", "appointments.id", "appointments.doctor_id"],
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "appointment_id", "patient_id"],
            ["appointments.clinic_id", "appointments.id", "appointments.patient_id"],
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "hold_id", "doctor_id"],
            ["holds.clinic_id", "holds.id", "holds.doctor_id"],
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("doctor_id", "step", name="uq_claims_doctor_step"),
        sa.UniqueConstraint("patient_id", "step", name="uq_claims_patient_step"),
        sa.CheckConstraint("(appointment_id IS NULL) <> (hold_id IS NULL)", name="one_owner"),
        sa.CheckConstraint("hold_id IS NULL OR patient_id IS NULL", name="holds_bind_doctors_only"),
        sa.CheckConstraint("last_step >= step", name="last_not_before_first"),
        sa.Index("ix_claims_appointment", "clinic_id", "appointment_id"),
        sa.Index("ix_claims_hold", "clinic_id", "hold_id"),
        sa.Index(
            "ix_claims_runs",
            "doctor_id",
            "step",
            "last_step",
            sqlite_where=_RUN,
            postgresql_where=_RUN,
        ),
    )

    appointment_id: Mapped[int | None]
    hold_id: Mapped[int | None]
    doctor_id: Mapped[int]
    patient_id: Mapped[int | None]
    step: Mapped[int]
    last_step: Mapped[int | None]


class AppointmentReminder(TenantOwned, Base):
    """A reminder that was queued, once for each time that the appointment was moved to.

    ``hours`` before the start; ``starts_at`` is the start that it told of.
    """

    __tablename__ = "appointment_reminders"
    __table_args__ = tenant_table(
        link("appointment_id", "appointments", ondelete="CASCADE"),
        sa.UniqueConstraint(
            "appointment_id", "hours", "starts_at", name="uq_appointment_reminders_once"
        ),
    )

    appointment_id: Mapped[int]
    hours: Mapped[int]
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
