"""Whether this process can do its work: database, journal, bundled parts; no vendor."""

from __future__ import annotations

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import SQLAlchemyError

from medcor.extensions import db
from medcor.models import Clinic
from medcor.web.state import state

log = structlog.get_logger("medcor.health")


def failing_parts() -> list[str]:
    """Names of the parts that don't answer; empty means healthy."""
    failing = [] if _database_answers() else ["database"]
    for name, part in state().parts.items():
        healthy = getattr(part, "healthy", None)
        if healthy is not None and not healthy():
            failing.append(name)
    return failing


def _database_answers() -> bool:
    try:
        db.session.execute(sa.select(Clinic.id).limit(1)).first()
    except SQLAlchemyError as error:
        log.error("database does not answer", error=str(error))
        return False
    return True
