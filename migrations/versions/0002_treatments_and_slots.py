"""Create treatments, weekly slots and exclusion dates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_treatments()
    create_exclusion_dates()
    create_slots()
    create_treatment_doctors()
    create_slot_steps()
    create_slot_treatments()


def downgrade() -> None:
    for table in (
        "slot_treatments",
        "slot_steps",
        "treatment_doctors",
        "slots",
        "exclusion_dates",
        "treatments",
    ):
        op.drop_table(table)


def create_treatments() -> None:
    op.create_table(
        "treatments",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("price_minor", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("buffer_before", sa.Integer(), nullable=False),
        sa.Column("buffer_after", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "buffer_before BETWEEN 0 AND 240 AND buffer_after BETWEEN 0 AND 240 AND buffer_before % 5 = 0 AND buffer_after % 5 = 0",
            name=op.f("ck_treatments_buffers_on_steps"),
        ),
        sa.CheckConstraint(
            "minutes BETWEEN 5 AND 720 AND minutes % 5 = 0",
            name=op.f("ck_treatments_minutes_on_steps"),
        ),
        sa.CheckConstraint("price_minor >= 0", name=op.f("ck_treatments_price_not_negative")),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinics.id"], name=op.f("fk_treatments_clinic_id_clinics")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_treatments")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_treatments_clinic_id_id")),
        sa.UniqueConstraint("clinic_id", "name", name=op.f("uq_treatments_clinic_id_name")),
    )


def create_exclusion_dates() -> None:
    op.create_table(
        "exclusion_dates",
        sa.Column("doctor_id", sa.Integer(), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "start_date <= end_date", name=op.f("ck_exclusion_dates_start_not_after_end")
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "doctor_id"],
            ["doctors.clinic_id", "doctors.id"],
            name=op.f("fk_exclusion_dates_clinic_id_doctor_id_doctors"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinics.id"], name=op.f("fk_exclusion_dates_clinic_id_clinics")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exclusion_dates")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_exclusion_dates_clinic_id_id")),
    )
    with op.batch_alter_table("exclusion_dates", schema=None) as batch_op:
        batch_op.create_index(
            "ix_exclusion_dates_doctor_end", ["clinic_id", "doctor_id", "end_date"], unique=False
        )


def create_slots() -> None:
    op.create_table(
        "slots",
        sa.Column("doctor_id", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("start_time", sa.Time(), nullable=False),
        sa.Column("end_time", sa.Time(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("start_time < end_time", name=op.f("ck_slots_start_before_end")),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_slots_weekday_in_range")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "doctor_id"],
            ["doctors.clinic_id", "doctors.id"],
            name=op.f("fk_slots_clinic_id_doctor_id_doctors"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinics.id"], name=op.f("fk_slots_clinic_id_clinics")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slots")),
        sa.UniqueConstraint(
            "clinic_id", "id", "doctor_id", name=op.f("uq_slots_clinic_id_id_doctor_id")
        ),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_slots_clinic_id_id")),
    )
    with op.batch_alter_table("slots", schema=None) as batch_op:
        batch_op.create_index(
            "ix_slots_doctor_weekday", ["clinic_id", "doctor_id", "weekday"], unique=False
        )


def create_treatment_doctors() -> None:
    op.create_table(
        "treatment_doctors",
        sa.Column("treatment_id", sa.Integer(), nullable=False),
        sa.Column("doctor_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "doctor_id"],
            ["doctors.clinic_id", "doctors.id"],
            name=op.f("fk_treatment_doctors_clinic_id_doctor_id_doctors"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "treatment_id"],
            ["treatments.clinic_id", "treatments.id"],
            name=op.f("fk_treatment_doctors_clinic_id_treatment_id_treatments"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinics.id"], name=op.f("fk_treatment_doctors_clinic_id_clinics")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_treatment_doctors")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_treatment_doctors_clinic_id_id")),
        sa.UniqueConstraint(
            "treatment_id", "doctor_id", name=op.f("uq_treatment_doctors_treatment_id_doctor_id")
        ),
    )


def create_slot_steps() -> None:
    op.create_table(
        "slot_steps",
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("doctor_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("step BETWEEN 0 AND 2015", name=op.f("ck_slot_steps_step_in_week")),
        sa.ForeignKeyConstraint(
            ["clinic_id", "slot_id", "doctor_id"],
            ["slots.clinic_id", "slots.id", "slots.doctor_id"],
            name=op.f("fk_slot_steps_clinic_id_slot_id_doctor_id_slots"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinics.id"], name=op.f("fk_slot_steps_clinic_id_clinics")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slot_steps")),
        sa.UniqueConstraint("doctor_id", "step", name="uq_slot_steps_doctor_step"),
    )


def create_slot_treatments() -> None:
    op.create_table(
        "slot_treatments",
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("treatment_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id", "slot_id"],
            ["slots.clinic_id", "slots.id"],
            name=op.f("fk_slot_treatments_clinic_id_slot_id_slots"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id", "treatment_id"],
            ["treatments.clinic_id", "treatments.id"],
            name=op.f("fk_slot_treatments_clinic_id_treatment_id_treatments"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinics.id"], name=op.f("fk_slot_treatments_clinic_id_clinics")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slot_treatments")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f("uq_slot_treatments_clinic_id_id")),
        sa.UniqueConstraint(
            "slot_id", "treatment_id", name=op.f("uq_slot_treatments_slot_id_treatment_id")
        ),
    )
