"""Create the endpoints of webhooks, the events that they are told, and the deliveries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = ("webhook_endpoints", "webhook_events", "webhook_deliveries")


def upgrade() -> None:
    create_endpoints()
    create_events()
    create_deliveries()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def checked(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def instant(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def owned(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    """What every row of a clinic has."""
    return (
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinic_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinics.id"], name=op.f(f"fk_{table}_clinic_id_clinics")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f(f"uq_{table}_clinic_id_id")),
    )


def linked(table: str, column: str, other: str, ondelete: str | None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["clinic_id", column],
        [f"{other}.clinic_id", f"{other}.id"],
        name=op.f(f"fk_{table}_clinic_id_{column}_{other}"),
        ondelete=ondelete,
    )


def create_endpoints() -> None:
    op.create_table(
        "webhook_endpoints",
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("description", sa.String(length=120), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("with_contact", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("secret", sa.String(length=80), nullable=False),
        sa.Column("previous_secret", sa.String(length=80), nullable=False),
        instant("previous_until", nullable=True),
        instant("failing_since", nullable=True),
        sa.Column("stopped_because", checked("stopped_because", "gone", "failing"), nullable=True),
        instant("created_at"),
        instant("updated_at"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.UniqueConstraint("clinic_id", "url", name="uq_webhook_endpoints_url"),
        *owned("webhook_endpoints"),
    )


def create_events() -> None:
    op.create_table(
        "webhook_events",
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=True),
        sa.Column("payload", sa.JSON(), nullable=False),
        instant("created_at"),
        linked("webhook_events", "appointment_id", "appointments", "CASCADE"),
        sa.UniqueConstraint("public_id", name=op.f("uq_webhook_events_public_id")),
        *owned("webhook_events"),
    )
    op.create_index("ix_webhook_events_created", "webhook_events", ["created_at"])
    op.create_index(
        "ix_webhook_events_appointment", "webhook_events", ["clinic_id", "appointment_id"]
    )


def create_deliveries() -> None:
    table = "webhook_deliveries"
    op.create_table(
        table,
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("endpoint_id", sa.Integer(), nullable=False),
        sa.Column("state", checked("state", "waiting", "delivered", "failed"), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        instant("next_try_at", nullable=True),
        instant("leased_until", nullable=True),
        instant("tried_at", nullable=True),
        instant("settled_at", nullable=True),
        sa.Column("status_code", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(length=200), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("signature", sa.String(length=200), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        instant("created_at"),
        linked(table, "event_id", "webhook_events", "CASCADE"),
        linked(table, "endpoint_id", "webhook_endpoints", "CASCADE"),
        linked(table, "asked_by_id", "users", None),
        *owned(table),
    )
    op.create_index("ix_webhook_deliveries_due", table, ["next_try_at"])
    op.create_index("ix_webhook_deliveries_leased", table, ["leased_until"])
    op.create_index("ix_webhook_deliveries_endpoint", table, ["clinic_id", "endpoint_id", "id"])
    op.create_index(
        "ix_webhook_deliveries_state", table, ["clinic_id", "endpoint_id", "state", "id"]
    )
    op.create_index("ix_webhook_deliveries_event", table, ["clinic_id", "event_id"])
