"""Shared fixtures: one application per database, emptied before each test."""

from __future__ import annotations

import contextvars
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from werkzeug.test import TestResponse

from config import Settings
from medcor import create_app
from medcor.extensions import db, limiter
from medcor.models.tenancy import across_clinics
from medcor.web.transaction import transaction
from tests.factories import World, build_world
from tests.openapi_check import check_answer
from tests.postgres import make_database

DATABASES = os.environ.get("MEDCOR_TEST_DATABASES", "sqlite,postgresql").split(",")
# A Wednesday morning in the demo clinic's zone (Europe/Istanbul, UTC+3).
NOW = datetime(2026, 3, 4, 6, 0, tzinfo=UTC)


def test_settings(instance: Path, **changes: object) -> Settings:
    values = {
        "_env_file": None,
        "medcor_env": "testing",
        "medcor_instance": instance,
        "socketio_async_mode": "threading",
    }
    return Settings(**{**values, **changes})


test_settings.__test__ = False


class FreshClient(FlaskClient):
    """Gives each request a context of its own, as a server does.

    Flask would put the request into the test's application context, where ``g``, the signed-in
    person and the database session of one request are still there in the next. Whatever test calls
    the chatbot API: its answer must be one that the API's document describes.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        answer = contextvars.Context().run(super().open, *args, **kwargs)
        check_answer(self.application, answer)
        return answer


def _make_app(backend: str, folder: Path) -> Flask:
    url = make_database() if backend == "postgresql" else ""
    app = create_app(test_settings(folder, database_url=url))
    app.extensions["medcor"].clock = lambda: NOW
    app.testing = False
    app.test_client_class = FreshClient
    with app.app_context():
        upgrade()
    return app


@pytest.fixture(scope="session", params=DATABASES)
def database_app(request: pytest.FixtureRequest, tmp_path_factory) -> Iterator[Flask]:
    """An application with a migrated database of each kind."""
    app = _make_app(request.param, tmp_path_factory.mktemp(request.param))
    yield app
    with app.app_context():
        db.engine.dispose()


def empty_database() -> None:
    with db.engine.begin() as connection:
        tables = [table for table in db.metadata.sorted_tables]
        if connection.dialect.name == "postgresql":
            names = ", ".join(table.name for table in tables)
            connection.exec_driver_sql(f"TRUNCATE {names} RESTART IDENTITY CASCADE")
            return
        for table in reversed(tables):
            connection.exec_driver_sql(f"DELETE FROM {table.name}")


@pytest.fixture()
def app(database_app: Flask) -> Iterator[Flask]:
    """The application with an empty database and its clock at NOW."""
    database_app.extensions["medcor"].clock = lambda: NOW
    shutil.rmtree(database_app.extensions["medcor"].settings.mail_folder, ignore_errors=True)
    with database_app.app_context():
        limiter.reset()
        empty_database()
        yield database_app
        db.session.remove()


@pytest.fixture()
def world(app: Flask) -> World:
    """Two clinics with people, treatments and slots; plain ids, readable outside a session."""
    with transaction(None) as session, across_clinics(session, "tests build two clinics"):
        return build_world(session)


@pytest.fixture()
def client(app: Flask):
    return app.test_client()


@pytest.fixture()
def engine(app: Flask) -> sa.Engine:
    return db.engine
