"""The same migrations go up, down and up on both databases, and never drift from the models."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade

from medcor import create_app
from medcor.extensions import db
from tests.conftest import DATABASES, test_settings
from tests.postgres import make_database


@pytest.fixture(params=DATABASES)
def fresh_app(request, tmp_path):
    url = make_database() if request.param == "postgresql" else ""
    app = create_app(test_settings(tmp_path, database_url=url))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def tables() -> set[str]:
    return set(sa.inspect(db.engine).get_table_names()) - {"alembic_version"}


def test_up_down_and_up_again(fresh_app):
    upgrade()
    assert tables() == set(db.metadata.tables)
    downgrade(revision="base")
    assert tables() == set()
    upgrade()
    assert tables() == set(db.metadata.tables)


def test_models_and_migrations_agree(fresh_app):
    upgrade()
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, db.metadata) == []


def test_every_constraint_has_a_name(fresh_app):
    nameless = [
        (table.name, constraint)
        for table in db.metadata.tables.values()
        for constraint in table.constraints
        if constraint.name is None
    ]
    assert not nameless


def test_every_link_between_tenant_rows_carries_the_clinic(fresh_app):
    single = [
        (table.name, key.column.table.name)
        for table in db.metadata.tables.values()
        for constraint in table.foreign_key_constraints
        for key in constraint.elements
        if len(constraint.elements) == 1 and key.column.table.name != "clinics"
    ]
    assert not single
