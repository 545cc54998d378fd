"""Run the migrations; the same ones on SQLite and on PostgreSQL."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context
from flask import current_app
from sqlalchemy import event, pool

import medcor.models  # noqa: F401  (fills the metadata)
from medcor.extensions import db
from medcor.models.base import UtcDateTime

url = current_app.config["SQLALCHEMY_DATABASE_URI"]


def make_engine() -> sa.Engine:
    """Open the database without the application's guards; on SQLite with foreign keys off.

    A batch migration copies a table and drops the old one: with foreign keys on, SQLite would
    silently delete every row that cascades from it.
    """
    engine = sa.create_engine(url, poolclass=pool.NullPool)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def connect(connection, _record) -> None:
            connection.isolation_level = None
            connection.execute("PRAGMA foreign_keys=OFF")
            connection.execute("PRAGMA busy_timeout=5000")

        @event.listens_for(engine, "begin")
        def begin(connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def skip_empty(_context, _revision, directives) -> None:
    """Write no revision when the models and the migrations agree."""
    if (
        getattr(context.config.cmd_opts, "autogenerate", False)
        and directives[0].upgrade_ops.is_empty()
    ):
        directives[:] = []


def render_item(kind, item, _autogen):
    """Write an instant as what the database stores, so that a migration needs no model code."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


engine = make_engine()
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        process_revision_directives=skip_empty,
        render_item=render_item,
        compare_type=True,
        render_as_batch=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
