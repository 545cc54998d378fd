"""Add what a clinic and its people can set, and the versions that tell two editors apart."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BEFORE = "2026-01-01 00:00:00.000000"
OLD_PURPOSES = ("verify_email", "reset_password")
PURPOSES = (*OLD_PURPOSES, "invitation", "open_clinic")


def text(name: str) -> sa.Column:
    return sa.Column(name, sa.Text(), nullable=False, server_default="")


def flag(name: str, value: bool) -> sa.Column:
    return sa.Column(
        name, sa.Boolean(), nullable=False, server_default=sa.true() if value else sa.false()
    )


def versioned() -> tuple[sa.Column, sa.Column]:
    return (
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False, server_default=BEFORE),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
    )


def columns() -> dict[str, tuple[sa.Column, ...]]:
    """What each table gets; plain ADD COLUMN, since a batch on SQLite forgets the checks."""
    return {
        "clinics": (
            text("about"),
            text("directions"),
            flag("remind_day_before", True),
            flag("remind_two_hours", True),
            flag("admins_read_records", False),
            flag("is_verified", True),
            flag("setup_done", True),
            *versioned(),
        ),
        "users": versioned(),
        "doctors": (text("bio"),),
        "patients": (sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),),
        "slots": (flag("is_paused", False), *versioned()),
        "appointments": (
            sa.Column(
                "time_chosen_at",
                sa.DateTime(timezone=True),
                nullable=False,
                server_default=BEFORE,
            ),
        ),
        "exclusion_dates": versioned(),
        "erasure_requests": (
            sa.Column("log_erased_at", sa.DateTime(timezone=True), nullable=True),
        ),
        "treatments": (
            sa.Column("picture", sa.String(length=200), nullable=False, server_default=""),
            *versioned(),
        ),
    }


def upgrade() -> None:
    for table, added in columns().items():
        for column in added:
            op.add_column(table, column)
    # With its check in the column, which SQLite can only be told while the column is made.
    op.execute(
        "ALTER TABLE clinics ADD COLUMN records_keep_years INTEGER DEFAULT 20 NOT NULL"
        " CONSTRAINT ck_clinics_keep_years_in_range CHECK (records_keep_years BETWEEN 1 AND 50)"
    )
    op.create_index("ix_users_name", "users", ["clinic_id", "role", "last_name", "first_name"])
    op.drop_index("ix_appointments_start", "appointments")
    op.create_index(
        "ix_appointments_start", "appointments", ["clinic_id", "starts_at", "ends_at", "status"]
    )
    op.create_index("ix_appointments_day", "appointments", ["clinic_id", "day"])
    op.create_index("ix_audit_events_actor", "audit_events", ["clinic_id", "actor_id"])
    op.create_index(
        "ix_appointments_treatment_start",
        "appointments",
        ["clinic_id", "treatment_id", "starts_at"],
    )
    allow_purposes(PURPOSES)


def downgrade() -> None:
    op.execute("DELETE FROM mailed_links WHERE purpose IN ('invitation', 'open_clinic')")
    allow_purposes(OLD_PURPOSES)
    op.drop_index("ix_appointments_treatment_start", "appointments")
    op.drop_index("ix_audit_events_actor", "audit_events")
    op.drop_index("ix_appointments_day", "appointments")
    op.drop_index("ix_appointments_start", "appointments")
    op.create_index("ix_appointments_start", "appointments", ["clinic_id", "starts_at"])
    op.drop_index("ix_users_name", "users")
    op.drop_column("clinics", "records_keep_years")
    for table, added in columns().items():
        for column in added:
            op.drop_column(table, column.name)


def allow_purposes(purposes: tuple[str, ...]) -> None:
    """Replace the check on a mailed link's purpose."""
    name = op.f("ck_mailed_links_purpose")
    with op.batch_alter_table("mailed_links") as batch:
        batch.drop_constraint(name, type_="check")
        batch.create_check_constraint(name, sa.column("purpose").in_(purposes))
