"""A patient of whom a clinic holds one of everything, and the way to their erasure."""

from __future__ import annotations

from datetime import date, timedelta

import sqlalchemy as sa

from medcor.domain.appointments import AppointmentStatus
from medcor.extensions import db
from medcor.models import (
    Appointment,
    CalendarFeed,
    ErasureRequest,
    ErasureState,
    Handover,
    LinkPurpose,
    MessageType,
    Patient,
    User,
)
from medcor.services import booking, erasure, links, notices
from medcor.services.booking import BookingRequest
from medcor.services.conversations import log_message
from medcor.services.erasure import Wording
from medcor.web.transaction import in_transaction, reading, transaction
from tests.conftest import NOW
from tests.record_helpers import make_visit

ASK = "/my-data/erasure/"
WORDS = Wording("Erased patient", "The patient's data was erased.")
PERSONAL = ("patient@one.test", "+90 555 010 20 30", "Hidden Name", "my secret words")


def fill_person(world):
    """Let the clinic hold one of everything of its patient, who is given back."""
    who = world.one.patient
    with transaction(world.one.id, who) as session:
        user = session.get(User, who.user_id)
        user.first_name, user.last_name = "Hidden", "Name"
        patient = session.get(Patient, who.profile_id)
        patient.phone, patient.gender = "+90 555 010 20 30", "Female"
        patient.birth_date = date(1980, 1, 1)
        wish = BookingRequest(
            world.one.doctor.profile_id, world.one.treatment_id, world.one.slot_ids[0], ahead()
        )
        booking.book_appointment(session, who, wish, NOW)
        links.issue_link(session, user, LinkPurpose.RESET_PASSWORD, NOW)
        session.add(CalendarFeed(user_id=user.id, token_hash="x" * 64))
        words = "my secret words"
        session.add(Handover(user_id=user.id, reason=words, outcome=words, flag="stroke"))
        notices.handover_untaken(session, user, 1)
        say(session, who, "my secret words")
    make_visit(world.one, hour=11, status=AppointmentStatus.CANCELLED)
    with transaction(world.one.id) as session:
        gone = sa.select(Appointment).where(Appointment.status == AppointmentStatus.CANCELLED)
        session.scalars(gone).one().cancel_reason = "Hidden Name is ill"
    return who


def ahead() -> date:
    return (NOW + timedelta(days=5)).date()


def say(session, who, words: str, number: int = 1) -> None:
    log_message(
        session,
        who,
        session_id="talk",
        turn_id="turn",
        message_id=f"said-{who.user_id}-{number}",
        message_type=MessageType.USER,
        content=words,
        source="voice",
        interrupted=False,
        now=NOW,
    )


def ask(actor) -> int:
    with transaction(actor.clinic_id, actor) as session:
        return erasure.ask_erasure(session, actor, "", NOW).id


def carry_out(actor, request_id: int, now=NOW) -> None:
    work = lambda session: erasure.carry_out_erasure(  # noqa: E731
        session, actor, request_id, WORDS, now
    )
    in_transaction(actor.clinic_id, actor, work)
    db.session.remove()


def state_of(clinic_id: int, request_id: int) -> ErasureState:
    db.session.remove()
    return reading(clinic_id).get(ErasureRequest, request_id).state


def requests(clinic_id: int) -> list[ErasureRequest]:
    db.session.remove()
    return list(reading(clinic_id).scalars(sa.select(ErasureRequest).order_by(ErasureRequest.id)))


def every_text(clinic_id: int) -> str:
    """All that the tables hold of a clinic, as one text."""
    db.session.remove()
    with db.engine.connect() as connection:
        dump = []
        for table in db.metadata.sorted_tables:
            if "clinic_id" in table.c:
                rows = connection.exec_driver_sql(
                    f"SELECT * FROM {table.name} WHERE clinic_id = {clinic_id}"
                )
                dump += [repr(tuple(row)) for row in rows]
    # The other patient's address ends like this one's.
    return "\n".join(dump).replace("second-patient@one.test", "")
