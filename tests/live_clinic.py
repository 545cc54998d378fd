"""A clinic in a database of its own, for tests whose servers are other processes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade

from medcor import create_app
from medcor.domain.permissions import Actor, system_actor
from medcor.extensions import db
from medcor.models import Clinic, User
from medcor.models.tenancy import across_clinics
from medcor.services.sessions import open_session
from medcor.services.slots import add_slot
from medcor.web import tokens
from medcor.web.transaction import transaction
from tests.conftest import test_settings
from tests.factories import ClinicWorld, build_clinic, make_patient
from tests.postgres import make_database
from tests.servers import SECRET


def next_monday() -> date:
    """A Monday a week ahead or more, so that nothing of it is past or too soon."""
    today = datetime.now(UTC).date()
    return today + timedelta(days=14 - today.weekday())


@dataclass
class LiveClinic:
    """The clinic's ids, its patients and what calls of it carry."""

    app: Flask
    database_url: str
    folder: Path
    clinic: ClinicWorld
    patients: list[Actor] = field(default_factory=list)
    other_slot_id: int = 0

    @property
    def bearer(self) -> str:
        return f"Bearer {tokens.issue_chatbot_token(self.clinic.id)}"

    def book_path(self, slot_id: int) -> str:
        treatment = f"/{self.clinic.id}/treatments/{self.clinic.treatment_id}"
        return f"{treatment}/get-doctors/slots/{slot_id}/book/"

    def sign_in(self, patient: Actor) -> str:
        """Open a session for a patient and give its access key."""
        with transaction(self.clinic.id) as session:
            user = session.get(User, patient.user_id)
            row = open_session(session, user, "", datetime.now(UTC))
            return tokens.issue_api_key(self.clinic.id, user.id, row.public_id)


def _build(patients: int) -> tuple[ClinicWorld, list[Actor], int]:
    with transaction(None) as session, across_clinics(session, "tests build two clinics"):
        made = build_clinic(session, "one.test")
        build_clinic(session, "two.test")
        session.get(Clinic, made.id).cancel_notice_minutes = 0
        people = [make_patient(session, made.id, f"racer{n}@one.test") for n in range(patients)]
        other = add_slot(
            session,
            system_actor(made.id),
            made.other_doctor.profile_id,
            0,
            time(9, 15),
            time(9, 45),
        )
        return made, people, other.id


@contextmanager
def live_clinic(backend: str, folder: Path, patients: int = 0) -> Iterator[LiveClinic]:
    """Make, migrate and fill a database of ``backend``; yields within its application's context."""
    url = make_database() if backend == "postgresql" else f"sqlite:///{folder / 'live.db'}"
    app = create_app(test_settings(folder, database_url=url, secret_key=SECRET))
    with app.app_context():
        upgrade()
        clinic, people, other = _build(patients)
        try:
            yield LiveClinic(app, url, folder, clinic, people, other)
        finally:
            db.session.remove()
            db.engine.dispose()
