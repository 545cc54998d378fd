"""Add talks that outlive a process, their measures, paid turns, drafts of records, and alarms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

OUTCOMES = ("answered", "interrupted", "failed", "no_credit")
RESERVATIONS = ("reserved", "committed", "released")
FLAGS = (
    "chest_pain",
    "breathing",
    "stroke",
    "bleeding",
    "unconscious",
    "seizure",
    "allergy",
    "overdose",
    "self_harm",
    "emergency",
)
# Name, default, smallest and largest: checks go into the columns, which SQLite can only be told
# while a column is made.
CLINIC_COLUMNS = (
    ("talks_keep_days", 365, 1, 3650, "talks_days_in_range"),
    ("handover_minutes", 15, 1, 1440, "handover_in_range"),
    ("alarm_minutes", 2, 1, 60, "alarm_in_range"),
)
SHOWN = ("cards", "segments")
ABOUT = "fk_conversation_messages_clinic_id_about_patient_id_patients"
WIPED = sa.and_(sa.column("wiped_at").is_not(None), sa.column("log_wiped_at").is_(None))
UNTAKEN = sa.and_(sa.column("taken_at").is_(None), sa.column("closed_at").is_(None))


def upgrade() -> None:
    create_talk_sessions()
    create_turn_measures()
    create_credit_reservations()
    create_record_drafts()
    create_assistant_days()
    create_forgotten_talks()
    fill_talk_sessions()
    change_messages()
    for name, length in (("flag", 20), ("turn_id", 64), ("outcome", 500)):
        op.add_column("handovers", text(name, length, server_default=""))
    for name in ("alarm_at", "escalated_at", "told_at", "taken_told_at", "closed_at"):
        op.add_column("handovers", instant(name, null=True))
    count = sa.Column("escalations", sa.Integer(), nullable=False, server_default="0")
    op.add_column("handovers", count)
    op.create_index("ix_handovers_created_at", "handovers", ["clinic_id", "created_at"])
    op.create_index("ix_handovers_session", "handovers", ["session_id"])
    name_flags()
    close_taken_handovers()
    join_untaken_handovers()
    op.create_index(
        "uq_handovers_untaken",
        "handovers",
        ["clinic_id", "user_id"],
        unique=True,
        sqlite_where=UNTAKEN,
        postgresql_where=UNTAKEN,
    )
    for name, default, least, most, check_name in CLINIC_COLUMNS:
        op.execute(
            f"ALTER TABLE clinics ADD COLUMN {name} INTEGER DEFAULT {default} NOT NULL"
            f" CONSTRAINT ck_clinics_{check_name} CHECK ({name} BETWEEN {least} AND {most})"
        )


def downgrade() -> None:
    for name, *_ in CLINIC_COLUMNS:
        op.drop_column("clinics", name)
    op.drop_index("uq_handovers_untaken", "handovers")
    op.execute("UPDATE handovers SET reason = '[' || flag || '] ' || reason WHERE flag <> ''")
    op.drop_index("ix_handovers_session", "handovers")
    op.drop_index("ix_handovers_created_at", "handovers")
    for name in (
        *("closed_at", "taken_told_at", "told_at", "escalations", "escalated_at", "alarm_at"),
        *("outcome", "turn_id", "flag"),
    ):
        op.drop_column("handovers", name)
    for name in ("wiped", "draft", "about"):
        op.drop_index(f"ix_conversation_messages_{name}", "conversation_messages")
    with op.batch_alter_table("conversation_messages") as batch:
        batch.drop_constraint(ABOUT, type_="foreignkey")
        for name in ("log_wiped_at", "wiped_at", "draft_id", "about_patient_id", *SHOWN):
            batch.drop_column(name)
    op.drop_table("forgotten_talks")
    op.drop_table("assistant_days")
    for table in ("record_drafts", "credit_reservations", "turn_measures", "talk_sessions"):
        op.drop_table(table)


def name_flags() -> None:
    """An alarm stood in its hand-over's reason, as ``[name] what was said``."""
    names = ("flag", "reason", "alarm_at", "created_at")
    table = sa.table("handovers", *(sa.column(name) for name in names))
    for flag in FLAGS:
        prefix = f"[{flag}] "
        op.execute(
            sa.update(table)
            .where(table.c.reason.startswith(prefix, autoescape=True))
            .values(
                flag=flag,
                reason=sa.func.substr(table.c.reason, len(prefix) + 1),
                alarm_at=table.c.created_at,
            )
        )


def number(name: str, *, null: bool = False) -> sa.Column:
    return sa.Column(name, sa.Integer(), nullable=null)


def text(name: str, length: int, **options: str) -> sa.Column:
    return sa.Column(name, sa.String(length=length), nullable=False, **options)


def instant(name: str, *, null: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def state(name: str, kind: str, values: tuple[str, ...]) -> sa.Column:
    enum = sa.Enum(*values, name=kind, native_enum=False, create_constraint=True, length=32)
    return sa.Column(name, enum, nullable=False)


def owned(table: str, *, user: bool = False) -> list[sa.SchemaItem]:
    """The keys of a tenant's table: its own, its clinic's and, with ``user``, a person's."""
    person = [
        number("user_id"),
        sa.ForeignKeyConstraint(
            ["clinic_id", "user_id"],
            ["users.clinic_id", "users.id"],
            name=op.f(f"fk_{table}_clinic_id_user_id_users"),
        ),
    ]
    return [
        number("id"),
        number("clinic_id"),
        sa.ForeignKeyConstraint(
            ["clinic_id"], ["clinics.id"], name=op.f(f"fk_{table}_clinic_id_clinics")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("clinic_id", "id", name=op.f(f"uq_{table}_clinic_id_id")),
        *(person if user else ()),
    ]


def create_talk_sessions() -> None:
    table = "talk_sessions"
    op.create_table(
        table,
        text("session_id", 36),
        text("language", 5),
        text("owner", 40),
        text("lease", 40),
        text("wanted_by", 40),
        instant("began_at"),
        instant("alive_at"),
        instant("page_at", null=True),
        instant("ended_at", null=True),
        text("end_reason", 20),
        *(number(name) for name in ("heard_ms", "lost_ms", "reconnections")),
        text("audio_epoch", 8),
        number("audio_ms"),
        sa.Column("prompt", sa.JSON(), nullable=True),
        sa.Column("memory", sa.JSON(), nullable=True),
        *owned(table, user=True),
        sa.UniqueConstraint("session_id", name=op.f(f"uq_{table}_session_id")),
        sa.CheckConstraint(
            "heard_ms >= 0 AND lost_ms >= 0", name=op.f(f"ck_{table}_audio_not_negative")
        ),
    )
    op.create_index("ix_talk_sessions_user", table, ["clinic_id", "user_id", "began_at"])
    op.create_index("ix_talk_sessions_began_at", table, ["clinic_id", "began_at"])
    op.create_index("ix_talk_sessions_owner", table, ["owner", "ended_at"])


def create_turn_measures() -> None:
    table = "turn_measures"
    stages = ("recogniser_ms", "floor_ms", "wait_ms", "first_ms", "reply_ms", "log_ms")
    op.create_table(
        table,
        text("session_id", 36),
        text("turn_id", 64),
        instant("at"),
        text("source", 16),
        text("answered_by", 16),
        state("outcome", "turn_outcome", OUTCOMES),
        *(number(name, null=True) for name in stages),
        *owned(table),
        sa.UniqueConstraint("clinic_id", "turn_id", name=op.f(f"uq_{table}_clinic_id_turn_id")),
    )
    op.create_index("ix_turn_measures_at", table, ["clinic_id", "at"])
    op.create_index("ix_turn_measures_session", table, ["clinic_id", "session_id"])


def create_credit_reservations() -> None:
    table = "credit_reservations"
    op.create_table(
        table,
        text("turn_id", 64),
        state("state", "reservation_state", RESERVATIONS),
        instant("reserved_at"),
        instant("settled_at", null=True),
        *owned(table, user=True),
        sa.UniqueConstraint("clinic_id", "turn_id", name=op.f(f"uq_{table}_clinic_id_turn_id")),
    )
    op.create_index("ix_credit_reservations_open", table, ["state", "reserved_at"])


def create_record_drafts() -> None:
    table = "record_drafts"
    op.create_table(
        table,
        number("appointment_id"),
        number("doctor_id"),
        text("session_id", 36),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("complaint", "findings", "diagnosis", "plan", "transcript")
        ),
        instant("created_at"),
        instant("updated_at"),
        instant("discarded_at", null=True),
        *owned(table),
        sa.ForeignKeyConstraint(
            ["clinic_id", "appointment_id", "doctor_id"],
            ["appointments.clinic_id", "appointments.id", "appointments.doctor_id"],
            name=op.f("fk_record_drafts_doctor_of_appointment"),
        ),
        sa.UniqueConstraint("appointment_id", name=op.f("uq_record_drafts_appointment")),
    )
    op.create_index("ix_record_drafts_doctor", table, ["clinic_id", "doctor_id", "updated_at"])


def create_assistant_days() -> None:
    table = "assistant_days"
    op.create_table(
        table,
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("so_far", sa.JSON(), nullable=False),
        *owned(table),
        sa.UniqueConstraint("clinic_id", "day", name=op.f("uq_assistant_days_day")),
    )


def create_forgotten_talks() -> None:
    table = "forgotten_talks"
    op.create_table(
        table,
        text("session_id", 36),
        number("user_id"),
        sa.Column("shipped", sa.Boolean(), nullable=False),
        instant("forgotten_at"),
        instant("log_erased_at", null=True),
        *owned(table),
        sa.UniqueConstraint("session_id", name=op.f(f"uq_{table}_session_id")),
    )
    op.create_index("ix_forgotten_talks_log_erased_at", table, ["log_erased_at", "id"])


def fill_talk_sessions() -> None:
    """Talks of before have messages alone: each gets its row, by which it is listed and purged."""
    op.execute(
        "INSERT INTO talk_sessions (clinic_id, user_id, session_id, language, owner, lease, wanted_by,"
        " began_at, alive_at, ended_at, end_reason, heard_ms, lost_ms, reconnections,"
        " audio_epoch, audio_ms)"
        " SELECT clinic_id, MIN(user_id), session_id, 'en', '', '', '', MIN(created_at),"
        " MAX(created_at), MAX(created_at), '', 0, 0, 0, '', 0"
        " FROM conversation_messages GROUP BY clinic_id, session_id"
    )


def close_taken_handovers() -> None:
    """Until now nothing came after somebody had taken a hand-over."""
    op.execute("UPDATE handovers SET closed_at = taken_at WHERE taken_at IS NOT NULL")


def change_messages() -> None:
    """Keep what a page was shown, and whose record a doctor's words are about."""
    table = "conversation_messages"
    with op.batch_alter_table(table) as batch:
        for name in SHOWN:
            batch.add_column(sa.Column(name, sa.JSON(), nullable=True))
        for name in ("about_patient_id", "draft_id"):
            batch.add_column(number(name, null=True))
        for name in ("wiped_at", "log_wiped_at"):
            batch.add_column(instant(name, null=True))
        batch.create_foreign_key(
            ABOUT, "patients", ["clinic_id", "about_patient_id"], ["clinic_id", "id"]
        )
    op.create_index(f"ix_{table}_about", table, ["clinic_id", "about_patient_id"])
    op.create_index(f"ix_{table}_draft", table, ["clinic_id", "draft_id"])
    op.create_index(f"ix_{table}_wiped", table, ["id"], sqlite_where=WIPED, postgresql_where=WIPED)


def join_untaken_handovers() -> None:
    """A person has one that waits: the first alarm, else the first, takes up the others' words."""
    names = ("id", "user_id", "session_id", "reason", "flag", "created_at", "taken_at", "closed_at")
    table = sa.table("handovers", *(sa.column(name) for name in names))
    waiting = sa.select(table).where(table.c.closed_at.is_(None)).order_by(table.c.id)
    by_person: dict[int, list[sa.Row]] = {}
    for row in op.get_bind().execute(waiting).all():
        by_person.setdefault(row.user_id, []).append(row)
    for rows in by_person.values():
        kept = next((row for row in rows if row.flag), rows[0])
        others = [row.id for row in rows if row is not kept]
        if not others:
            continue
        words = "\n".join(filter(None, (row.reason for row in rows)))[:500]
        talk = rows[-1].session_id
        change = sa.update(table).where(table.c.id == kept.id)
        op.execute(change.values(reason=words, session_id=talk))
        op.execute(
            sa.update(table)
            .where(table.c.id.in_(others))
            .values(taken_at=table.c.created_at, closed_at=table.c.created_at)
        )
