"""Two pieces of work on one clinic, the second begun while the first is under way."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from medcor.domain import errors
from medcor.extensions import db
from medcor.web.transaction import in_transaction

Work = Callable[[Session], Any]


def side_by_side(app: Flask, clinic_id: int, first: Work, second: Work) -> tuple[Any, Any]:
    """Run ``second`` while the transaction of ``first`` is still open; results or errors."""
    under_way, outcomes = threading.Event(), {}

    def held(session: Session) -> Any:
        done = first(session)
        under_way.set()
        # Long enough for the other one to come to the rows that this one holds.
        threading.Event().wait(0.3)
        return done

    def run(name: str, work: Work) -> None:
        with app.app_context():
            try:
                outcomes[name] = in_transaction(clinic_id, None, work)
            except errors.DomainError as error:
                under_way.set()
                outcomes[name] = error
            finally:
                db.session.remove()

    leading = threading.Thread(target=run, args=("first", held))
    leading.start()
    assert under_way.wait(10)
    run("second", second)
    leading.join(30)
    return outcomes["first"], outcomes["second"]
