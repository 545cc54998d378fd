"""Create appointments and the claims that keep them apart."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_appointments()
    create_claims()


def downgrade() -> None:
    for table in (
        "claims",
        "appointments",
    ):
        op.drop_table(table)


def create_appointments() -> None:
    op.create_table(
        "appointments",
        sa.Column("doctor_id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("treatment_id", sa.Integer(), nullable=False),
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("start_time", sa.Time(), nullable=False),
        sa.Column("end_time", sa.Time(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "Pending",
                "Confirmed",
                "Completed",
                "No-show",
                "Cancelled",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("price_minor", sa.Integer(), nullable=False),
        sa.Column("door", sa.String(length=16), nullable=False),
        sa.Column("request_key", sa.String(length=64), nullable=True),
        sa.Column("cancel_reason", sa.String(length=300), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        *appointments_constraints(),
    )
    index_appointments()


def appointments_constraints() -> list[sa.SchemaItem]:
    return [
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_appointments_starts_before_end")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "doctor_id"],
            ["doctors.clinic_id", "doctors.id"],
            name=op.f("fk_appointments_clinic_id_doctor_id_doctors"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "patient_id"],
            ["patients.clinic_id", "patients.id"],
            name=op.f("fk_appointments_clinic_id_patient_id_patients"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "slot_id"],
            ["slots.clinic_id", "slots.id"],
            name=op.f("fk_appointments_clinic_id_slot_id_slots"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "treatment_id"],
            ["treatments.clinic_id", "treatments.id"],
            name=op.f("fk_appointments_clinic_id_treatment_id_treatments"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinics.id"], name=op.f("fk_appointments_clinic_id_clinics")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointments")),
        sa.UniqueConstraint(
            "clinic_id", "id", "doctor_id", name=op.f("uq_appointments_clinic_id_id_doctor_id")
        ),
        sa.UniqueConstraint(
            "clinic_id", "id", "patient_id", name=op.f("uq_appointments_clinic_id_id_patient_id")
        ),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_appointments_clinic_id_id")),
        sa.UniqueConstraint(
            "clinic_id", "patient_id", "request_key", name="uq_appointments_request_key"
        ),
    ]


def index_appointments() -> None:
    with op.batch_alter_table("appointments", schema=None) as batch_op:
        batch_op.create_index(
            "ix_appointments_doctor_start", ["clinic_id", "doctor_id", "starts_at"], unique=False
        )
        batch_op.create_index(
            "ix_appointments_patient_start", ["clinic_id", "patient_id", "starts_at"], unique=False
        )
        batch_op.create_index("ix_appointments_start", ["clinic_id", "starts_at"], unique=False)
        batch_op.create_index(
            "ix_appointments_status_start", ["clinic_id", "status", "starts_at"], unique=False
        )


def create_claims() -> None:
    op.create_table(
        "claims",
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("doctor_id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=True),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "appointment_id", "doctor_id"],
            ["appointments.clinic_id", "appointments.id", "appointments.doctor_id"],
            name=op.f("fk_claims_clinic_id_appointment_id_doctor_id_appointments"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "appointment_id", "patient_id"],
            ["appointments.clinic_id", "appointments.id", "appointments.patient_id"],
            name=op.f("fk_claims_clinic_id_appointment_id_patient_id_appointments"),
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinics.id"], name=op.f("fk_claims_clinic_id_clinics")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims")),
        sa.UniqueConstraint("doctor_id", "step", name="uq_claims_doctor_step"),
        sa.UniqueConstraint("patient_id", "step", name="uq_claims_patient_step"),
    )
    with op.batch_alter_table("claims", schema=None) as batch_op:
        batch_op.create_index(
            "ix_claims_appointment", ["clinic_id", "appointment_id"], unique=False
        )
