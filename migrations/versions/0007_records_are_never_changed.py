"""Let the database itself refuse a change of what a version of a record says.

Deleting stays possible: what a clinic need not keep any longer is erased.
"""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = ("record_versions", "prescription_lines")
REFUSAL = "a version of a record is never changed"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
        )
    for table in TABLES:
        op.execute(f"CREATE TRIGGER {table}_never_change BEFORE UPDATE ON {table} {action()}")


def action() -> str:
    if op.get_bind().dialect.name == "postgresql":
        return "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    return f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"


def downgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    for table in TABLES:
        op.execute(f"DROP TRIGGER {table}_never_change" + (f" ON {table}" if postgresql else ""))
    if postgresql:
        op.execute("DROP FUNCTION refuse_change()")
