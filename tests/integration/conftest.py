"""What many of these tests start from: one of the two clinics, and who looks at its pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.factories import ClinicWorld, World
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
def admin(app: Flask, world: World) -> Desk:
    return Desk(app.test_client(), world.one.admin)


@pytest.fixture()
def doctor(app: Flask, world: World) -> Desk:
    return Desk(app.test_client(), world.one.doctor)
