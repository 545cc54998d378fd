"""Create stored files, medical records, reminders, calendar feeds and erasure requests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = (
    "stored_files",
    "medical_records",
    "record_versions",
    "prescription_lines",
    "record_attachments",
    "appointment_reminders",
    "calendar_feeds",
    "erasure_requests",
)


def upgrade() -> None:
    create_stored_files()
    create_medical_records()
    create_record_versions()
    create_prescription_lines()
    create_record_attachments()
    create_appointment_reminders()
    create_calendar_feeds()
    create_erasure_requests()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def create_stored_files() -> None:
    op.create_table(
        "stored_files",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "picture",
                "attachment",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("content_type", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("size >= 0", name=op.f("ck_stored_files_size_not_negative")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "uploaded_by_id"],
            ["users.clinic_id", "users.id"],
            name=op.f("fk_stored_files_clinic_id_uploaded_by_id_users"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinics.id"], name=op.f("fk_stored_files_clinic_id_clinics")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_files")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_stored_files_clinic_id_id")),
        sa.UniqueConstraint("name", name=op.f("uq_stored_files_name")),
    )


def create_medical_records() -> None:
    op.create_table(
        "medical_records",
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("doctor_id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
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
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinics.id"], name=op.f("fk_medical_records_clinic_id_clinics")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_medical_records")),
        sa.UniqueConstraint("appointment_id", name=op.f("uq_medical_records_appointment_id")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_medical_records_clinic_id_id")),
    )
    with op.batch_alter_table("medical_records", schema=None) as batch_op:
        batch_op.create_index("ix_medical_records_doctor", ["clinic_id", "doctor_id"], unique=False)
        batch_op.create_index(
            "ix_medical_records_patient", ["clinic_id", "patient_id"], unique=False
        )


def create_record_versions() -> None:
    op.create_table(
        "record_versions",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("complaint", sa.Text(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("diagnosis_code", sa.String(length=10), nullable=False),
        sa.Column("diagnosis", sa.Text(), nullable=False),
        sa.Column("advice", sa.Text(), nullable=False),
        sa.Column("follow_up", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_record_versions_number_from_one")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "author_id"],
            ["users.clinic_id", "users.id"],
            name=op.f("fk_record_versions_clinic_id_author_id_users"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "record_id"],
            ["medical_records.clinic_id", "medical_records.id"],
            name=op.f("fk_record_versions_clinic_id_record_id_medical_records"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinics.id"], name=op.f("fk_record_versions_clinic_id_clinics")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_versions")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_record_versions_clinic_id_id")),
        sa.UniqueConstraint("record_id", "number", name="uq_record_versions_number"),
    )


def create_prescription_lines() -> None:
    op.create_table(
        "prescription_lines",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("medicine", sa.String(length=120), nullable=False),
        sa.Column("dose", sa.String(length=80), nullable=False),
        sa.Column("frequency", sa.String(length=80), nullable=False),
        sa.Column("duration", sa.String(length=80), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "version_id"],
            ["record_versions.clinic_id", "record_versions.id"],
            name=op.f("fk_prescription_lines_clinic_id_version_id_record_versions"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinics.id"], name=op.f("fk_prescription_lines_clinic_id_clinics")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prescription_lines")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_prescription_lines_clinic_id_id")),
        sa.UniqueConstraint(
            "version_id", "position", name=op.f("uq_prescription_lines_version_id_position")
        ),
    )


def create_record_attachments() -> None:
    op.create_table(
        "record_attachments",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "added_by_id"],
            ["users.clinic_id", "users.id"],
            name=op.f("fk_record_attachments_clinic_id_added_by_id_users"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "file_id"],
            ["stored_files.clinic_id", "stored_files.id"],
            name=op.f("fk_record_attachments_clinic_id_file_id_stored_files"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "record_id"],
            ["medical_records.clinic_id", "medical_records.id"],
            name=op.f("fk_record_attachments_clinic_id_record_id_medical_records"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "removed_by_id"],
            ["users.clinic_id", "users.id"],
            name=op.f("fk_record_attachments_clinic_id_removed_by_id_users"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinics.id"], name=op.f("fk_record_attachments_clinic_id_clinics")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_attachments")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_record_attachments_clinic_id_id")),
        sa.UniqueConstraint(
            "record_id", "file_id", name=op.f("uq_record_attachments_record_id_file_id")
        ),
    )


def create_appointment_reminders() -> None:
    op.create_table(
        "appointment_reminders",
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "appointment_id"],
            ["appointments.clinic_id", "appointments.id"],
            name=op.f("fk_appointment_reminders_clinic_id_appointment_id_appointments"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinics.id"], name=op.f("fk_appointment_reminders_clinic_id_clinics")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment_reminders")),
        sa.UniqueConstraint(
            "appointment_id", "hours", "starts_at", name="uq_appointment_reminders_once"
        ),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_appointment_reminders_clinic_id_id")),
    )


def create_calendar_feeds() -> None:
    op.create_table(
        "calendar_feeds",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "user_id"],
            ["users.clinic_id", "users.id"],
            name=op.f("fk_calendar_feeds_clinic_id_user_id_users"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinics.id"], name=op.f("fk_calendar_feeds_clinic_id_clinics")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feeds")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_calendar_feeds_clinic_id_id")),
        sa.UniqueConstraint("clinic_id", "user_id", name="uq_calendar_feeds_user"),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feeds_token_hash")),
    )


def create_erasure_requests() -> None:
    op.create_table(
        "erasure_requests",
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "asked",
                "done",
                "refused",
                "withdrawn",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("answer", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("kept_until", sa.Date(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "decided_by_id"],
            ["users.clinic_id", "users.id"],
            name=op.f("fk_erasure_requests_clinic_id_decided_by_id_users"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patients.clinic_id", "patients.id"],
            name=op.f("fk_erasure_requests_clinic_id_patient_id_patients"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinics.id"], name=op.f("fk_erasure_requests_clinic_id_clinics")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure_requests")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_erasure_requests_clinic_id_id")),
    )
    with op.batch_alter_table("erasure_requests", schema=None) as batch_op:
        batch_op.create_index(
            "uq_erasure_requests_open",
            ["clinic_id", "patient_id"],
            unique=True,
            sqlite_where=sa.text("state = 'asked'"),
            postgresql_where=sa.text("state = 'asked'"),
        )
