"""Fill a fresh database for the voice measure and print one access key per speaker."""

from __future__ import annotations

import json
import sys

from medcor import runtime

runtime.patch("threading")

from flask_migrate import upgrade  # noqa: E402

from medcor import create_app  # noqa: E402
from medcor.domain.identity import email_key  # noqa: E402
from medcor.domain.permissions import Role  # noqa: E402
from medcor.extensions import db  # noqa: E402
from medcor.models import Clinic, Patient, User  # noqa: E402
from medcor.services.sessions import open_session  # noqa: E402
from medcor.web.state import now  # noqa: E402
from medcor.web.tokens import issue_api_key  # noqa: E402
from medcor.web.transaction import transaction  # noqa: E402


def make_speaker(session, clinic_id: int, number: int) -> str:
    """A patient who is signed in; returns the access key."""
    email = f"speaker{number}@bench.test"
    user = User(
        clinic_id=clinic_id,
        role=Role.PATIENT,
        email=email,
        email_key=email_key(email),
        first_name="Speaker",
        last_name=str(number),
        verified_at=now(),
    )
    session.add(user)
    session.flush()
    session.add(Patient(clinic_id=clinic_id, user_id=user.id))
    row = open_session(session, user, "bench", now())
    return issue_api_key(clinic_id, user.id, row.public_id)


def main(count: int) -> None:
    app = create_app()
    with app.app_context():
        upgrade()
        with transaction(None) as session:
            clinic = Clinic(name="Bench")
            session.add(clinic)
            session.flush()
            clinic_id = clinic.id
        with transaction(clinic_id) as session:
            keys = [make_speaker(session, clinic_id, number) for number in range(count)]
        db.session.remove()
    print(json.dumps(keys))


if __name__ == "__main__":
    main(int(sys.argv[1]))
