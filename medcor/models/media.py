"""Uploaded files: they live in the database, so that one backup and one tenant border hold them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, TenantOwned, UtcDateTime, enum_type, link, tenant_table, utcnow


class FileKind(StrEnum):
    """A picture is public to whoever knows its name; an attachment belongs to a record."""

    PICTURE = "picture"
    ATTACHMENT = "attachment"


class StoredFile(TenantOwned, Base):
    """One uploaded file under an unguessable ``name``; its bytes are read only when asked for.

    Pictures are stored as the server drew them anew (WebP), attachments as they came in.
    """

    __tablename__ = "stored_files"
    __table_args__ = tenant_table(
        link("uploaded_by_id", "users"),
        sa.UniqueConstraint("name"),
        sa.CheckConstraint("size >= 0", name="size_not_negative"),
    )

    name: Mapped[str] = mapped_column(sa.String(64))
    kind: Mapped[FileKind] = mapped_column(enum_type(FileKind, "kind"))
    content_type: Mapped[str] = mapped_column(sa.String(80))
    title: Mapped[str] = mapped_column(sa.String(200), default="")
    size: Mapped[int]
    data: Mapped[bytes] = mapped_column(sa.LargeBinary, deferred=True)
    uploaded_by_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
