"""Column types and the mixin that makes a row belong to a clinic."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, declared_attr, mapped_column
from sqlalchemy.types import TypeDecorator

from medcor.extensions import Base, db

__all__ = [
    "Base",
    "TenantOwned",
    "UtcDateTime",
    "db",
    "enum_type",
    "link",
    "tenant_table",
    "utcnow",
]


def utcnow() -> datetime:
    """The clock of ``created_at`` columns; rules get their clock as an argument instead."""
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC instant; SQLite keeps no zone, so it is put back on the way out."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def enum_type(enum: type[StrEnum], name: str) -> sa.Enum:
    """Store an enum by its value as text, held by a named check on every database."""
    return sa.Enum(
        enum,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )


class TenantOwned:
    """A row of one clinic. Every ORM statement on it is filtered by the clinic in scope."""

    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)

    @declared_attr
    def clinic_id(cls) -> Mapped[int]:
        return mapped_column(sa.ForeignKey("clinics.id"), nullable=False)


def tenant_table(*constraints: Any) -> tuple[Any, ...]:
    """Add the key ``(clinic_id, id)`` that composite foreign keys of other tables point at."""
    return (sa.UniqueConstraint("clinic_id", "id"), *constraints)


def link(column: str, table: str, *, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    """Point at a row of the same clinic: a plain key alone would accept another clinic's row."""
    return sa.ForeignKeyConstraint(
        ["clinic_id", column], [f"{table}.clinic_id", f"{table}.id"], ondelete=ondelete
    )
