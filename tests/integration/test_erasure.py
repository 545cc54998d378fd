"""Erasure carried out: what goes, what stays, and for how long."""

from __future__ import annotations

import threading
from datetime import date

import pytest
import sqlalchemy as sa

from medcor.domain.appointments import AppointmentStatus
from medcor.extensions import db
from medcor.models import (
    Appointment,
    AuditEvent,
    AuthSession,
    CalendarFeed,
    Claim,
    Clinic,
    ConversationMessage,
    ErasureState,
    MailedLink,
    MedicalRecord,
    OutboxMail,
    Patient,
    PrescriptionLine,
    RecordAttachment,
    RecordVersion,
    StoredFile,
    User,
)
from medcor.services import booking, prompts
from medcor.services.booking import BookingRequest
from medcor.services.record_files import NewFile
from medcor.web import privacy_ticker
from medcor.web.transaction import reading, transaction
from tests.conftest import NOW
from tests.erasure_helpers import (
    PERSONAL,
    WORDS,
    ahead,
    ask,
    carry_out,
    every_text,
    fill_person,
    requests,
    say,
)
from tests.page_helpers import sent_mails, sign_in_patient, sign_in_staff, text_of
from tests.record_helpers import PDF, acts, count, make_visit, post, view_path, write_record


@pytest.fixture()
def person(world):
    return fill_person(world)


# Carrying out


def test_the_account_is_gone_and_nothing_personal_is_left(app, world, person):
    request_id = ask(person)
    before = every_text(world.one.id)
    assert all(word in before for word in PERSONAL[:3])
    patient, admin = app.test_client(), app.test_client()
    sign_in_patient(patient, person)
    sign_in_staff(admin, world.one.admin)
    answer = post(admin, f"/erasure-requests/{request_id}/carry-out/")
    assert answer.status_code == 302
    assert patient.get("/my-data/").status_code == 302, "the session has ended"
    assert sign_in_patient(app.test_client(), person).status_code == 400
    session = reading(world.one.id)
    user = session.get(User, person.user_id)
    assert (user.name, user.email) == (
        f"Erased patient {person.profile_id}",
        f"erased-{person.user_id}@erased.invalid",
    )
    assert not user.is_active and user.password_hash == "" and user.verified_at is None
    profile = session.get(Patient, person.profile_id)
    assert (profile.phone, profile.gender, profile.birth_date) == ("", "", None)
    assert profile.erased_at == NOW and not profile.is_active
    for model in (MailedLink, CalendarFeed, ConversationMessage, MedicalRecord):
        assert count(world.one.id, model) == 0, model
    (mail,) = _last_mail(app)
    assert mail["To"] == "patient@one.test" and "has erased your account" in str(mail)
    privacy_ticker.purge_due()
    after = every_text(world.one.id)
    assert not [word for word in PERSONAL if word in after]
    assert "Hidden" not in after
    db.session.remove()
    assert (
        not reading(world.one.id)
        .scalars(
            sa.select(AuthSession.id).where(
                AuthSession.user_id == person.user_id, AuthSession.revoked_at.is_(None)
            )
        )
        .all()
    )


def _last_mail(app):
    return sent_mails(app.extensions["medcor"].settings.mail_folder)


def test_appointments_ahead_are_cancelled_and_past_ones_stay_without_the_person(world, person):
    make_visit(world.one)
    carry_out(world.one.admin, ask(person))
    session = reading(world.one.id)
    rows = list(session.scalars(sa.select(Appointment).order_by(Appointment.starts_at)))
    assert [each.status for each in rows] == [
        AppointmentStatus.COMPLETED,
        AppointmentStatus.CANCELLED,
        AppointmentStatus.CANCELLED,
    ]
    assert {each.patient_id for each in rows} == {person.profile_id}
    assert {each.cancel_reason for each in rows} == {"", WORDS.cancel_reason}
    assert count(world.one.id, Claim) == 0


def test_mails_that_wait_are_never_sent_and_others_keep_theirs(app, world, person):
    other = world.one.other_patient
    with transaction(world.one.id, other) as session:
        wish = BookingRequest(
            world.one.doctor.profile_id, world.one.treatment_id, world.one.slot_ids[1], ahead()
        )
        booking.book_appointment(session, other, wish, NOW)
        # A mail to an address that the person had before.
        session.add(
            OutboxMail(
                kind="appointment_booked",
                recipient="old-address@one.test",
                details={"name": "Hidden", "appointment_id": 1},
            )
        )
    carry_out(world.one.admin, ask(person))
    mails = _last_mail(app)
    assert sorted(mail["To"] for mail in mails) == ["patient@one.test", "second-patient@one.test"]
    privacy_ticker.purge_due()
    db.session.remove()
    rows = reading(world.one.id).execute(sa.select(OutboxMail.recipient, OutboxMail.details))
    left = {recipient: details for recipient, details in rows if recipient}
    assert list(left) == ["second-patient@one.test"]
    assert "Hidden" not in str(left)


def test_carrying_out_twice_is_harmless(app, world, person, client):
    request_id = ask(person)
    sign_in_staff(client, world.one.admin)
    for _press in range(2):
        assert post(client, f"/erasure-requests/{request_id}/carry-out/").status_code == 302
    assert [act for act, *_rest in acts(world.one.id, "erasure.done")] == ["erasure.done"]
    assert len(_last_mail(app)) == 1


def test_the_assistants_prompt_of_the_person_is_removed(app, world, person, client):
    folder = app.extensions["medcor"].settings.prompts_folder
    path = prompts.save_prompt(folder, {"user_id": person.user_id})
    sign_in_staff(client, world.one.admin)
    post(client, f"/erasure-requests/{ask(person)}/carry-out/")
    assert not path.exists()


def test_the_address_can_register_anew(app, world, person):
    carry_out(world.one.admin, ask(person))
    with transaction(world.one.id) as session:
        session.add(
            User(
                role=person.role,
                email="patient@one.test",
                email_key="patient@one.test",
                first_name="New",
                last_name="Person",
            )
        )
    assert count(world.one.id, User) == 6


def test_the_audit_keeps_who_did_what_and_no_words(world, person):
    write_record(world.one.doctor, make_visit(world.one))
    carry_out(world.one.admin, ask(person))
    rows = reading(world.one.id).scalars(sa.select(AuditEvent).order_by(AuditEvent.id)).all()
    done = [each for each in rows if each.action == "erasure.done"]
    assert [(each.actor_id, each.subject, each.subject_id) for each in done] == [
        (world.one.admin.user_id, "patient", person.profile_id)
    ]
    assert done[0].details == {"kept_until": "2046-03-02"}
    text = " ".join(str(each.details) for each in rows)
    assert not [word for word in PERSONAL if word in text]


def test_another_clinics_person_with_the_same_address_is_untouched(world, person):
    with transaction(world.two.id) as session:
        twin = session.get(User, world.two.patient.user_id)
        twin.email = twin.email_key = "patient@one.test"
        session.add(OutboxMail(kind="reset_password", recipient="patient@one.test", details={}))
        say(session, world.two.patient, "stays")
    db.session.remove()
    carry_out(world.one.admin, ask(person))
    session = reading(world.two.id)
    assert session.get(User, world.two.patient.user_id).email == "patient@one.test"
    assert session.scalar(sa.select(OutboxMail.recipient)) == "patient@one.test"
    assert session.scalar(sa.select(ConversationMessage.content)) == "stays"


# Records that must be kept


def records_left(clinic_id: int) -> tuple[int, ...]:
    kinds = (MedicalRecord, RecordVersion, PrescriptionLine, RecordAttachment, StoredFile)
    return tuple(count(clinic_id, kind) for kind in kinds)


@pytest.fixture()
def kept(world, person) -> int:
    """A visit with two versions of a record and a file, of a patient erased since."""
    visit = make_visit(world.one)
    write_record(world.one.doctor, visit, files=(NewFile(PDF, "report.pdf"),))
    return visit


def test_records_within_their_time_are_locked(app, world, person, kept):
    carry_out(world.one.admin, ask(person))
    assert records_left(world.one.id) == (1, 1, 1, 1, 1)
    (request,) = requests(world.one.id)
    assert request.kept_until == date(2046, 3, 2)
    doctor, admin = app.test_client(), app.test_client()
    sign_in_staff(doctor, world.one.doctor)
    sign_in_staff(admin, world.one.admin)
    page = text_of(doctor.get(view_path(kept)))
    assert "Dark spot on 36." in page and f"Erased patient {person.profile_id}" in page
    assert admin.get(view_path(kept)).status_code == 404
    told = text_of(admin.get("/erasure-requests/"))
    assert "Records kept until 2 Mar 2046" in told and "Hidden" not in told
    (mail,) = _last_mail(app)
    assert "2046" in str(mail)


def test_records_past_their_time_go_at_once(world, person):
    old = make_visit(world.one, day=date(2020, 3, 2))
    write_record(world.one.doctor, old, files=(NewFile(PDF, "report.pdf"),))
    with transaction(world.one.id) as session:
        session.get(Clinic, world.one.id).records_keep_years = 5
    carry_out(world.one.admin, ask(person))
    assert records_left(world.one.id) == (0, 0, 0, 0, 0)
    (request,) = requests(world.one.id)
    assert request.kept_until is None and request.state is ErasureState.DONE


def test_the_last_visit_counts_not_the_record(world, person):
    old = make_visit(world.one, day=date(2020, 3, 2))
    write_record(world.one.doctor, old)
    make_visit(world.one, day=date(2024, 3, 4))
    with transaction(world.one.id) as session:
        session.get(Clinic, world.one.id).records_keep_years = 5
    carry_out(world.one.admin, ask(person))
    assert requests(world.one.id)[0].kept_until == date(2029, 3, 4)
    assert count(world.one.id, MedicalRecord) == 1


@pytest.mark.parametrize(
    ("now", "left"),
    [
        # The clinic is three hours ahead of UTC: its 3 March 2046 begins at 21:00 of the 2nd.
        ("2046-03-02T20:59:00+00:00", 1),
        ("2046-03-02T21:00:00+00:00", 0),
    ],
)
def test_kept_records_go_by_themselves_the_day_after(app, world, person, kept, now, left):
    other = make_visit(world.one, hour=11, patient=world.one.other_patient)
    write_record(world.one.doctor, other)
    carry_out(world.one.admin, ask(person))
    app.extensions["medcor"].clock = lambda: type(NOW).fromisoformat(now)
    done = app.test_cli_runner().invoke(args=["privacy", "purge-due"])
    assert done.exit_code == 0 and f"{1 - left} records deleted" in done.output
    again = app.test_cli_runner().invoke(args=["privacy", "purge-due"])
    assert "0 records deleted" in again.output
    # The other patient's own record is nobody's to purge.
    assert records_left(world.one.id) == (left + 1, left + 1, left + 1, left, left)
    purged = [("erasure.purged", None, person.profile_id)] * (1 - left)
    assert acts(world.one.id, "erasure.purged") == purged


def test_the_privacy_ticker_purges_and_outlives_an_error(app, world, person, kept, monkeypatch):
    carry_out(world.one.admin, ask(person))
    app.extensions["medcor"].clock = lambda: NOW.replace(year=2050)
    stop, rounds = threading.Event(), []
    purge = privacy_ticker.purge_due

    def failing_once(stop_event):
        rounds.append(1)
        if len(rounds) == 1:
            raise RuntimeError("the database is away")
        purge(stop_event)
        stop.set()

    monkeypatch.setattr(privacy_ticker, "purge_due", failing_once)
    ticker = threading.Thread(target=privacy_ticker.run_privacy_ticker, args=(app, stop, 0.01))
    ticker.start()
    ticker.join(20)
    assert not ticker.is_alive() and len(rounds) == 2
    assert records_left(world.one.id) == (0, 0, 0, 0, 0)
