"""What many of these tests start from: one of the two clinics, and who looks at its pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from medcor.integrations.conversation_log import MongoLog
from tests.doctor_helpers import name_patient
from tests.factories import ClinicWorld, World
from tests.mongo import Mongo
from tests.week_helpers import Desk


@pytest.fixture()
def plain_forms(app: Flask) -> Iterator[None]:
    """Forms are sent without the token that their page shows."""
    app.config["WTF_CSRF_ENABLED"] = False
    yield
    app.config["WTF_CSRF_ENABLED"] = True


@pytest.fixture()
def one(world: World) -> ClinicWorld:
    return world.one


@pytest.fixture()
def clinic(world: World) -> ClinicWorld:
    """The same clinic, for tests to which a ``one`` is somebody."""
    return world.one


@pytest.fixture()
def people(world: World) -> ClinicWorld:
    """The same clinic, where both patients have names that can be said."""
    name_patient(world.one.patient, "Ayşe", "Kaya")
    name_patient(world.one.other_patient, "Mehmet", "Yılmaz")
    return world.one


@pytest.fixture()
def admin(app: Flask, world: World) -> Desk:
    return Desk(app.test_client(), world.one.admin)


@pytest.fixture()
def doctor(app: Flask, world: World) -> Desk:
    return Desk(app.test_client(), world.one.doctor)


@pytest.fixture(scope="module")
def running(tmp_path_factory) -> Iterator[Mongo]:
    """A server of MongoDB's protocol for the tests of a module."""
    server = Mongo(tmp_path_factory.mktemp("mongo"))
    yield server
    server.stop()


@pytest.fixture()
def mongo(app: Flask, running: Mongo) -> Iterator[Mongo]:
    """The same, empty, with the application shipping its log there."""
    running.messages.delete_many({})
    store = MongoLog(running.uri, connect_ms=500, answer_ms=1000)
    app.extensions["medcor"].parts["conversation_log"] = store
    yield running
    app.extensions["medcor"].parts.pop("conversation_log")
    store.close()
