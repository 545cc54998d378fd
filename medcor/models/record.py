"""Medical records: one per appointment, in versions that are added and never changed."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Base, TenantOwned, UtcDateTime, link, tenant_table, utcnow
from .media import StoredFile


class MedicalRecord(TenantOwned, Base):
    """What a doctor found at one appointment. What it says is in its versions."""

    __tablename__ = "medical_records"
    __table_args__ = tenant_table(
        sa.ForeignKeyConstraint(
            ["clinic_id", "appointment_id", "doctor_id"],
            ["appointments.clinic_id", "appointments.id", "appointments.doctor_id"],
            name="fk_medical_records_doctor_of_appointment",
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "appointment_id", "patient_id"],
            ["appointments.clinic_id", "appointments.id", "appointments.patient_id"],
            name="fk_medical_records_patient_of_appointment",
        ),
        sa.UniqueConstraint("appointment_id"),
        sa.Index("ix_medical_records_patient", "clinic_id", "patient_id"),
        sa.Index("ix_medical_records_doctor", "clinic_id", "doctor_id"),
    )

    appointment_id: Mapped[int]
    doctor_id: Mapped[int]
    patient_id: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)

    versions: Mapped[list[RecordVersion]] = relationship(
        foreign_keys="[RecordVersion.clinic_id, RecordVersion.record_id]",
        primaryjoin="and_(MedicalRecord.id == RecordVersion.record_id,"
        " MedicalRecord.clinic_id == RecordVersion.clinic_id)",
        order_by="RecordVersion.number",
        viewonly=True,
    )
    attachments: Mapped[list[RecordAttachment]] = relationship(
        foreign_keys="[RecordAttachment.clinic_id, RecordAttachment.record_id]",
        primaryjoin="and_(MedicalRecord.id == RecordAttachment.record_id,"
        " MedicalRecord.clinic_id == RecordAttachment.clinic_id)",
        order_by="RecordAttachment.id",
        viewonly=True,
    )


class RecordVersion(TenantOwned, Base):
    """One saved state of a record; ``number`` counts from 1 and is taken once.

    ``diagnosis_code`` is an ICD-10 code or empty, ``diagnosis`` the words beside it.
    """

    __tablename__ = "record_versions"
    __table_args__ = tenant_table(
        link("record_id", "medical_records"),
        link("author_id", "users"),
        sa.UniqueConstraint("record_id", "number", name="uq_record_versions_number"),
        sa.CheckConstraint("number >= 1", name="number_from_one"),
    )

    record_id: Mapped[int]
    number: Mapped[int]
    author_id: Mapped[int]
    complaint: Mapped[str] = mapped_column(sa.Text, default="")
    findings: Mapped[str] = mapped_column(sa.Text, default="")
    diagnosis_code: Mapped[str] = mapped_column(sa.String(10), default="")
    diagnosis: Mapped[str] = mapped_column(sa.Text, default="")
    advice: Mapped[str] = mapped_column(sa.Text, default="")
    follow_up: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)

    prescriptions: Mapped[list[PrescriptionLine]] = relationship(
        foreign_keys="[PrescriptionLine.clinic_id, PrescriptionLine.version_id]",
        primaryjoin="and_(RecordVersion.id == PrescriptionLine.version_id,"
        " RecordVersion.clinic_id == PrescriptionLine.clinic_id)",
        order_by="PrescriptionLine.position",
        viewonly=True,
    )


class RecordDraft(TenantOwned, Base):
    """What a doctor dictated about a visit: no record before they have read and signed it.

    One per visit and doctor; dictating again adds to it. ``transcript`` is all that was heard, a
    line for each turn. A discarded one is kept for a day, so that it can be brought back.
    """

    __tablename__ = "record_drafts"
    __table_args__ = tenant_table(
        sa.ForeignKeyConstraint(
            ["clinic_id", "appointment_id", "doctor_id"],
            ["appointments.clinic_id", "appointments.id", "appointments.doctor_id"],
            name="fk_record_drafts_doctor_of_appointment",
        ),
        sa.UniqueConstraint("appointment_id", name="uq_record_drafts_appointment"),
        sa.Index("ix_record_drafts_doctor", "clinic_id", "doctor_id", "updated_at"),
    )

    appointment_id: Mapped[int]
    doctor_id: Mapped[int]
    session_id: Mapped[str] = mapped_column(sa.String(36), default="")
    complaint: Mapped[str] = mapped_column(sa.Text, default="")
    findings: Mapped[str] = mapped_column(sa.Text, default="")
    diagnosis: Mapped[str] = mapped_column(sa.Text, default="")
    plan: Mapped[str] = mapped_column(sa.Text, default="")
    transcript: Mapped[str] = mapped_column(sa.Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    discarded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PrescriptionLine(TenantOwned, Base):
    """One medicine of a version: what, how much, how often, for how long."""

    __tablename__ = "prescription_lines"
    __table_args__ = tenant_table(
        link("version_id", "record_versions"),
        sa.UniqueConstraint("version_id", "position"),
    )

    version_id: Mapped[int]
    position: Mapped[int]
    medicine: Mapped[str] = mapped_column(sa.String(120))
    dose: Mapped[str] = mapped_column(sa.String(80), default="")
    frequency: Mapped[str] = mapped_column(sa.String(80), default="")
    duration: Mapped[str] = mapped_column(sa.String(80), default="")
    note: Mapped[str] = mapped_column(sa.String(200), default="")


class RecordAttachment(TenantOwned, Base):
    """A file beside a record: ``removed_at`` takes it out of sight, never out of the record."""

    __tablename__ = "record_attachments"
    __table_args__ = tenant_table(
        link("record_id", "medical_records"),
        link("file_id", "stored_files"),
        link("added_by_id", "users"),
        link("removed_by_id", "users"),
        sa.UniqueConstraint("record_id", "file_id"),
    )

    record_id: Mapped[int]
    file_id: Mapped[int]
    added_by_id: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    removed_by_id: Mapped[int | None]

    file: Mapped[StoredFile] = relationship(
        foreign_keys="[RecordAttachment.clinic_id, RecordAttachment.file_id]",
        primaryjoin="and_(StoredFile.id == RecordAttachment.file_id,"
        " StoredFile.clinic_id == RecordAttachment.clinic_id)",
        viewonly=True,
    )
