"""Add holds with their claims, offers, the waiting list and recurring appointments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

OFFER_STATES = ("open", "accepted", "declined", "unanswered", "none_found", "overtaken")
WAITING_STATES = ("waiting", "done", "cancelled", "lapsed")
OPEN = sa.text("state = 'open'")
WAITING = sa.text("state = 'waiting'")
RUN = sa.text("last_step IS NOT NULL")


def upgrade() -> None:
    create_waiting_entries()
    create_offers()
    create_holds()
    create_series()
    change_claims()
    # With their checks in the columns, which SQLite can only be told while a column is made.
    op.execute(
        "ALTER TABLE clinics ADD COLUMN offer_answer_hours INTEGER DEFAULT 24 NOT NULL"
        " CONSTRAINT ck_clinics_offer_hours_in_range"
        " CHECK (offer_answer_hours BETWEEN 1 AND 168)"
    )
    op.execute(
        "ALTER TABLE clinics ADD COLUMN waiting_answer_minutes INTEGER DEFAULT 120 NOT NULL"
        " CONSTRAINT ck_clinics_waiting_minutes_in_range"
        " CHECK (waiting_answer_minutes BETWEEN 15 AND 1440)"
    )


def downgrade() -> None:
    op.drop_column("clinics", "waiting_answer_minutes")
    op.drop_column("clinics", "offer_answer_hours")
    op.execute("DELETE FROM claims WHERE hold_id IS NOT NULL")
    op.drop_index("ix_claims_runs", table_name="claims")
    op.drop_index("ix_claims_hold", table_name="claims")
    with op.batch_alter_table("claims") as batch_op:
        for name in ("one_owner", "holds_bind_doctors_only", "last_not_before_first"):
            batch_op.drop_constraint(op.f(f"ck_claims_{name}"), type_="check")
        batch_op.drop_constraint("fk_claims_clinic_id_hold_id_doctor_id_holds", type_="foreignkey")
        batch_op.drop_column("last_step")
        batch_op.drop_column("hold_id")
        batch_op.alter_column("appointment_id", existing_type=sa.Integer(), nullable=False)
    for table in ("series_appointments", "appointment_series", "holds", "offers"):
        op.drop_table(table)
    op.drop_table("waiting_entries")


def number(name: str, *, null: bool = False) -> sa.Column:
    return sa.Column(name, sa.Integer(), nullable=null)


def instant(name: str, *, null: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def state(*values: str) -> sa.Column:
    kind = sa.Enum(*values, name="state", native_enum=False, create_constraint=True, length=32)
    return sa.Column("state", kind, nullable=False)


def owned(table: str, links: dict[str, tuple[str, str | None]]) -> list[sa.SchemaItem]:
    """The keys of a tenant's table: its own, its clinic's, and ``links`` to (table, ondelete)."""
    foreign = [
        sa.ForeignKeyConstraint(
            ["clinic_id", column],
            [f"{target}.clinic_id", f"{target}.id"],
            name=op.f(f"fk_{table}_clinic_id_{column}_{target}"),
            ondelete=ondelete,
        )
        for column, (target, ondelete) in links.items()
    ]
    return [
        number("id"),
        number("clinic_id"),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinics.id"], name=op.f(f"fk_{table}_clinic_id_clinics")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f(f"uq_{table}_clinic_id_id")),
        *foreign,
    ]


def check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def create_waiting_entries() -> None:
    table = "waiting_entries"
    op.create_table(
        table,
        number("patient_id"),
        number("treatment_id"),
        number("doctor_id", null=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        number("weekdays"),
        sa.Column("earliest", sa.Time(), nullable=False),
        sa.Column("latest", sa.Time(), nullable=False),
        state(*WAITING_STATES),
        instant("created_at"),
        instant("updated_at"),
        number("version"),
        *owned(
            table,
            {
                "patient_id": ("patients", "CASCADE"),
                "treatment_id": ("treatments", "CASCADE"),
                "doctor_id": ("doctors", "CASCADE"),
            },
        ),
        check(table, "weekdays_in_range", "weekdays BETWEEN 1 AND 127"),
        check(table, "earliest_not_after_latest", "earliest <= latest"),
        check(table, "first_not_after_last", "first_day <= last_day"),
    )
    op.create_index(
        "uq_waiting_entries_open",
        table,
        ["patient_id", "treatment_id"],
        unique=True,
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
    op.create_index("ix_waiting_entries_state", table, ["clinic_id", "state", "created_at"])


def create_offers() -> None:
    table = "offers"
    op.create_table(
        table,
        number("patient_id"),
        number("appointment_id", null=True),
        number("waiting_id", null=True),
        number("doctor_id", null=True),
        number("slot_id", null=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("start_time", sa.Time(), nullable=True),
        sa.Column("end_time", sa.Time(), nullable=True),
        instant("starts_at", null=True),
        state(*OFFER_STATES),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("message", sa.String(length=300), nullable=False),
        instant("answer_by"),
        instant("answered_at", null=True),
        instant("handled_at", null=True),
        number("handled_by_id", null=True),
        instant("created_at"),
        *owned(
            table,
            {
                "patient_id": ("patients", "CASCADE"),
                "appointment_id": ("appointments", "CASCADE"),
                "waiting_id": ("waiting_entries", "CASCADE"),
                "doctor_id": ("doctors", "CASCADE"),
                "slot_id": ("slots", "CASCADE"),
                "handled_by_id": ("users", None),
            },
        ),
        sa.UniqueConstraint("token_hash", name=op.f("uq_offers_token_hash")),
        check(table, "one_cause", "(appointment_id IS NULL) <> (waiting_id IS NULL)"),
        check(
            table,
            "time_unless_none",
            "state = 'none_found' OR (doctor_id IS NOT NULL AND slot_id IS NOT NULL"
            " AND day IS NOT NULL AND starts_at IS NOT NULL)",
        ),
    )
    index_offers(table)


def index_offers(table: str) -> None:
    for name, column in (("appointment", "appointment_id"), ("waiting", "waiting_id")):
        op.create_index(
            f"uq_offers_open_{name}",
            table,
            [column],
            unique=True,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        )
    op.create_index("ix_offers_state", table, ["clinic_id", "state", "answer_by"])
    op.create_index("ix_offers_patient", table, ["clinic_id", "patient_id"])


def create_holds() -> None:
    table = "holds"
    op.create_table(
        table,
        *(number(name) for name in ("doctor_id", "patient_id", "treatment_id", "slot_id")),
        number("offer_id", null=True),
        number("seat", null=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("start_time", sa.Time(), nullable=False),
        sa.Column("end_time", sa.Time(), nullable=False),
        *(instant(name) for name in ("starts_at", "ends_at", "expires_at", "created_at")),
        *owned(
            table,
            {
                "doctor_id": ("doctors", "CASCADE"),
                "patient_id": ("patients", "CASCADE"),
                "treatment_id": ("treatments", "CASCADE"),
                "slot_id": ("slots", "CASCADE"),
                "offer_id": ("offers", "CASCADE"),
            },
        ),
        sa.UniqueConstraint(
            "clinic_id", "id", "doctor_id", name=op.f("uq_holds_clinic_id_id_doctor_id")
        ),
        sa.UniqueConstraint("patient_id", "seat", name="uq_holds_patient_seat"),
        sa.UniqueConstraint("offer_id", name="uq_holds_offer"),
        check(table, "two_seats", "seat IN (1, 2)"),
        check(table, "seat_or_offer", "(seat IS NULL) <> (offer_id IS NULL)"),
        check(table, "starts_before_end", "starts_at < ends_at"),
    )
    op.create_index("ix_holds_doctor", table, ["clinic_id", "doctor_id"])
    op.create_index("ix_holds_expiry", table, ["expires_at"])


def create_series() -> None:
    series = "appointment_series"
    op.create_table(
        series,
        *(number(name) for name in ("patient_id", "treatment_id", "every_weeks")),
        sa.Column("request_key", sa.String(length=64), nullable=False),
        instant("created_at"),
        *owned(
            series, {"patient_id": ("patients", "CASCADE"), "treatment_id": ("treatments", None)}
        ),
        sa.UniqueConstraint(
            "clinic_id",
            "patient_id",
            "request_key",
            name=op.f("uq_appointment_series_clinic_id_patient_id_request_key"),
        ),
        check(series, "weeks_in_range", "every_weeks BETWEEN 1 AND 4"),
    )
    places = "series_appointments"
    op.create_table(
        places,
        *(number(name) for name in ("series_id", "appointment_id", "number")),
        *owned(
            places,
            {
                "series_id": ("appointment_series", "CASCADE"),
                "appointment_id": ("appointments", "CASCADE"),
            },
        ),
        sa.UniqueConstraint("appointment_id", name=op.f("uq_series_appointments_appointment_id")),
        sa.UniqueConstraint(
            "series_id", "number", name=op.f("uq_series_appointments_series_id_number")
        ),
        check(places, "number_from_one", "number >= 1"),
    )


def change_claims() -> None:
    """Let a hold own claims too, and tell on the first row of a run where the run ends."""
    with op.batch_alter_table("claims") as batch_op:
        batch_op.add_column(number("hold_id", null=True))
        batch_op.add_column(number("last_step", null=True))
        batch_op.alter_column("appointment_id", existing_type=sa.Integer(), nullable=True)
        batch_op.create_foreign_key(
            "fk_claims_clinic_id_hold_id_doctor_id_holds",
            "holds",
            ["clinic_id", "hold_id", "doctor_id"],
            ["clinic_id", "id", "doctor_id"],
            ondelete="CASCADE",
        )
        for name, condition in (
            ("one_owner", "(appointment_id IS NULL) <> (hold_id IS NULL)"),
            ("holds_bind_doctors_only", "hold_id IS NULL OR patient_id IS NULL"),
            ("last_not_before_first", "last_step >= step"),
        ):
            batch_op.create_check_constraint(op.f(f"ck_claims_{name}"), condition)
    op.execute(
        "UPDATE claims SET last_step = (SELECT max(other.step) FROM claims AS other"
        " WHERE other.clinic_id = claims.clinic_id"
        " AND other.appointment_id = claims.appointment_id)"
        " WHERE step = (SELECT min(other.step) FROM claims AS other"
        " WHERE other.clinic_id = claims.clinic_id"
        " AND other.appointment_id = claims.appointment_id)"
    )
    op.create_index("ix_claims_hold", "claims", ["clinic_id", "hold_id"])
    op.create_index(
        "ix_claims_runs",
        "claims",
        ["doctor_id", "step", "last_step"],
        sqlite_where=RUN,
        postgresql_where=RUN,
    )
