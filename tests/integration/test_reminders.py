"""Reminders: queued once for each start, by whoever is first, and only while they are of use."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from datetime import UTC, date, datetime, time, timedelta
from email import message_from_bytes, policy

import pytest
import sqlalchemy as sa

from medcor.cli_mail import mail_commands
from medcor.extensions import db
from medcor.models import Appointment, AppointmentReminder, Clinic, OutboxMail, Patient, User
from medcor.services import booking, reminders
from medcor.services.booking import BookingRequest
from medcor.services.notices import MailKind
from medcor.web import mail_ticker
from medcor.web.mail_ticker import queue_reminders, run_mail_ticker, send_due
from medcor.web.transaction import reading, transaction
from tests.conftest import DATABASES, NOW
from tests.page_helpers import sent_mails
from tests.postgres import make_database
from tests.servers import ROOT, SECRET, made_instance

MONDAY = date(2026, 3, 9)
LONG_AGO = NOW - timedelta(days=30)


@pytest.fixture()
def folder(app):
    app.extensions["medcor"].parts.pop("mailer", None)
    path = app.extensions["medcor"].settings.mail_folder
    sent_mails(path)
    return path


@pytest.fixture()
def clock(app):
    """Set the application's clock to a length before the first Monday's 09:00 appointment."""
    start = datetime.fromisoformat("2026-03-09T06:00:00+00:00")

    def set_to(**before: float) -> None:
        app.extensions["medcor"].clock = lambda: start - timedelta(**before)

    return set_to


def book(clinic, slot: int = 0, actor=None, day: date = MONDAY) -> int:
    """Book long ago, and let the mail that tells of it be sent."""
    actor = actor or clinic.patient
    wish = BookingRequest(clinic.doctor.profile_id, clinic.treatment_id, clinic.slot_ids[slot], day)
    with transaction(clinic.id, actor) as session:
        made = booking.book_appointment(session, actor, wish, NOW)
        made.time_chosen_at = LONG_AGO
        number = made.id
    send_due()
    return number


def change(clinic, model, row_id: int, **values: object) -> None:
    db.session.remove()
    with transaction(clinic.id) as session:
        row = session.get(model, row_id)
        for name, value in values.items():
            setattr(row, name, value)


def queued(clinic) -> list[tuple[int, int, str]]:
    """What reminders wait or were sent: appointment, hours, recipient."""
    db.session.remove()
    wanted = sa.select(OutboxMail).where(OutboxMail.kind == MailKind.REMINDER)
    rows = reading(clinic.id).scalars(wanted.order_by(OutboxMail.id)).all()
    return [
        (each.details["appointment_id"], each.details["hours"], each.recipient) for each in rows
    ]


def noted(clinic) -> int:
    db.session.remove()
    return reading(clinic.id).scalar(sa.select(sa.func.count()).select_from(AppointmentReminder))


def test_each_appointment_is_reminded_of_a_day_and_two_hours_before(world, clock):
    made = book(world.one)
    told = []
    for hours in (25, 24, 23, 3, 2, 1, 0, -1):
        clock(hours=hours)
        told.append(queue_reminders())
    assert told == [0, 1, 0, 0, 1, 0, 0, 0]
    to = world.one.patient.email
    assert queued(world.one) == [(made, 24, to), (made, 2, to)]


def test_the_day_before_reminder_is_a_mail_with_links(world, folder, clock):
    change(
        world.one, Clinic, world.one.id, cancel_notice_minutes=60, directions="Door\non the left"
    )
    made = book(world.one)
    sent_mails(folder)
    clock(hours=24)
    queue_reminders()
    (mail,) = sent_mails(folder)
    text = mail.get_body(("plain",)).get_content()
    assert mail["Subject"] == "Reminder: your appointment on Mon 9 Mar, 09:00"
    assert mail["To"] == world.one.patient.email
    assert mail["Reply-To"] == "front@clinic.test"
    for part in ("Dental Cleaning", "Monday, 9 March 2026", "09:00–09:30", "on the left"):
        assert part in text
    base = "http://127.0.0.1:5000"
    assert f"{base}/appointment-details/{made}/" in text
    assert f"{base}/cancel_appointment/{made}/" in text
    assert f"{base}/appointments/{made}/move/" in text
    assert "has not confirmed it yet" in text
    assert not list(mail.iter_attachments())


def test_a_reminder_offers_no_link_that_would_be_refused(world, folder, clock):
    made = book(world.one)
    with transaction(world.one.id) as session:
        booking.confirm_appointment(session, world.one.admin, made, NOW)
    sent_mails(folder)
    clock(hours=20)
    queue_reminders()
    (mail,) = sent_mails(folder)
    text = mail.get_body(("plain",)).get_content()
    assert "/cancel_appointment/" not in text
    assert "please call +90 212 000 00 00" in text
    assert "has not confirmed it yet" not in text


@pytest.mark.parametrize("off", ["remind_day_before", "remind_two_hours"])
def test_a_clinic_switches_each_reminder_off(world, clock, off):
    change(world.one, Clinic, world.one.id, **{off: False})
    book(world.one)
    for hours in (24, 2):
        clock(hours=hours)
        queue_reminders()
    kept = {"remind_day_before": 2, "remind_two_hours": 24}[off]
    assert [hours for _id, hours, _to in queued(world.one)] == [kept]


def test_every_clinic_reminds_its_own_patients_only(world, clock):
    first, second = book(world.one), book(world.two)
    change(world.two, Clinic, world.two.id, remind_day_before=False)
    clock(hours=24)
    assert queue_reminders() == 1
    assert queued(world.one) == [(first, 24, world.one.patient.email)]
    clock(hours=2)
    assert queue_reminders() == 2
    assert queued(world.two) == [(second, 2, world.two.patient.email)]


def test_what_is_over_or_cancelled_is_not_reminded_of(world, clock):
    made, other = book(world.one), book(world.one, 1, world.one.other_patient)
    with transaction(world.one.id) as session:
        booking.cancel_appointment(session, world.one.admin, made, "ill", NOW)
    change(world.one, Patient, world.one.other_patient.profile_id, is_active=False)
    clock(hours=24)
    assert queue_reminders() == 0
    change(world.one, Patient, world.one.other_patient.profile_id, is_active=True)
    change(world.one, User, world.one.other_patient.user_id, is_active=False)
    assert queue_reminders() == 0
    change(world.one, User, world.one.other_patient.user_id, is_active=True)
    clock(hours=23)
    assert queue_reminders() == 1
    assert [each[0] for each in queued(world.one)] == [other]


def test_who_booked_within_the_last_day_gets_the_two_hour_reminder_only(world, clock):
    made = book(world.one)
    start = datetime.fromisoformat("2026-03-09T06:00:00+00:00")
    change(world.one, Appointment, made, time_chosen_at=start - timedelta(hours=25))
    for hours in (24, 12, 2):
        clock(hours=hours)
        queue_reminders()
    assert [hours for _id, hours, _to in queued(world.one)] == [2]


def test_a_moved_appointment_is_reminded_of_again(world, clock):
    made = book(world.one)
    clock(hours=24)
    assert queue_reminders() == 1
    db.session.remove()
    with transaction(world.one.id) as session:
        row = session.get(Appointment, made)
        for name in ("starts_at", "ends_at"):
            setattr(row, name, getattr(row, name) + timedelta(days=2))
        row.time_chosen_at = NOW
    assert queue_reminders() == 0
    clock(hours=-24)
    assert queue_reminders() == 1
    assert [hours for _id, hours, _to in queued(world.one)] == [24, 24]
    assert noted(world.one) == 2


def test_a_reminder_of_a_time_that_no_longer_holds_is_not_sent(world, folder, clock):
    made = book(world.one)
    sent_mails(folder)
    clock(hours=24)
    queue_reminders()
    moved = NOW + timedelta(days=9)
    change(world.one, Appointment, made, starts_at=moved, ends_at=moved + timedelta(minutes=30))
    assert sent_mails(folder) == []


def test_a_reminder_that_waited_too_long_in_the_outbox_is_not_sent(world, folder, clock):
    book(world.one)
    sent_mails(folder)
    clock(hours=2)
    assert queue_reminders() == 1
    clock(minutes=20)
    assert send_due() == {"dropped": 1}
    assert sent_mails(folder) == []


def test_after_an_outage_only_what_is_still_of_use_is_sent(world, clock):
    for slot, who in enumerate((world.one.patient, world.one.other_patient)):
        book(world.one, slot, who)
    book(world.one, 3, world.one.patient, date(2026, 3, 11))
    # Ten minutes are left until 09:00, seventy until 10:00, two days until Wednesday's.
    clock(minutes=10)
    assert queue_reminders() == 1
    assert [(hours, to) for _id, hours, to in queued(world.one)] == [
        (2, world.one.other_patient.email)
    ]


def test_more_than_a_round_is_queued_round_by_round(world, clock, monkeypatch):
    monkeypatch.setattr(mail_ticker, "ROUND", 2)
    for slot, who in ((0, world.one.patient), (1, world.one.other_patient)):
        book(world.one, slot, who)
    book(world.one, 2, world.one.patient)
    clock(hours=24)
    assert queue_reminders() == 1
    clock(hours=22)
    assert queue_reminders() == 2
    assert len(queued(world.one)) == noted(world.one) == 3


def test_several_tickers_at_once_remind_once(app, world, clock):
    for slot in range(3):
        book(world.one, slot, [world.one.patient, world.one.other_patient][slot % 2])
    book(world.two)
    clock(hours=22)
    line, told = threading.Barrier(4), []

    def ticker():
        with app.app_context():
            line.wait(10)
            told.append(queue_reminders())

    tickers = [threading.Thread(target=ticker) for _ in range(4)]
    for each in tickers:
        each.start()
    for each in tickers:
        each.join(60)
    assert sum(told) == 4 and len(told) == 4
    assert len(queued(world.one)) == len(set(queued(world.one))) == 3
    assert (len(queued(world.two)), noted(world.one)) == (1, 3)


@pytest.mark.parametrize("database", DATABASES)
def test_two_processes_at_once_remind_once_and_nothing_is_lost(tmp_path, database):
    url = make_database() if database == "postgresql" else ""
    made = made_instance(tmp_path, database_url=url)
    with made.app.app_context():
        for hours in (5, 6, 7, 8):
            add_appointment(made.world.one, datetime.now(UTC) + timedelta(hours=hours))
        db.session.remove()
        db.engine.dispose()
    env = {
        **os.environ,
        "MEDCOR_ENV": "testing",
        "MEDCOR_INSTANCE": str(tmp_path),
        "SECRET_KEY": SECRET,
        "DATABASE_URL": url,
    }
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "mail", "send-due"]
    ran = [
        subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    ended = [(*each.communicate(timeout=60), each.returncode) for each in ran]
    assert [code for _out, _err, code in ended] == [0, 0, 0], ended
    mails = [
        message_from_bytes(file.read_bytes(), policy=policy.default)
        for file in made.app.extensions["medcor"].settings.mail_folder.glob("*.eml")
    ]
    assert len(mails) == len({each["Message-ID"] for each in mails}) == 4
    assert {each["Subject"][:8] for each in mails} == {"Reminder"}


def add_appointment(clinic, start: datetime) -> None:
    with transaction(clinic.id) as session:
        session.add(
            Appointment(
                doctor_id=clinic.doctor.profile_id,
                patient_id=clinic.patient.profile_id,
                treatment_id=clinic.treatment_id,
                slot_id=clinic.slot_ids[0],
                day=start.date(),
                start_time=time(9),
                end_time=time(9, 30),
                starts_at=start,
                ends_at=start + timedelta(minutes=30),
                price_minor=100,
                time_chosen_at=LONG_AGO,
            )
        )


def test_the_rows_alone_keep_a_reminder_from_being_sent_twice(world, clock, engine):
    """Two that have both looked before either wrote: the second one's whole batch is undone."""
    made = book(world.one)
    clock(hours=24)
    queue_reminders()
    start = datetime.fromisoformat("2026-03-09T06:00:00+00:00")
    twin = AppointmentReminder(appointment_id=made, hours=24, starts_at=start)
    with pytest.raises(Exception, match="again"), transaction(world.one.id) as session:
        session.add(twin)
        session.flush()
    assert len(queued(world.one)) == 1


def test_one_clinics_failure_keeps_no_other_patients_from_being_reminded(world, clock, monkeypatch):
    book(world.one)
    book(world.two)
    clock(hours=24)
    whole = reminders.queue_due

    def failing(session, clinic_id, *rest):
        if clinic_id == world.one.id:
            raise RuntimeError("a row that can't be read")
        return whole(session, clinic_id, *rest)

    monkeypatch.setattr(reminders, "queue_due", failing)
    assert queue_reminders() == 1
    assert (len(queued(world.one)), len(queued(world.two))) == (0, 1)


def test_the_ticker_reminds_and_sends_and_a_failed_look_stops_neither(
    app, world, folder, clock, monkeypatch
):
    book(world.one)
    sent_mails(folder)
    clock(hours=24)
    stop, looks = threading.Event(), []

    def failing_first(stop_event):
        looks.append(1)
        if len(looks) == 1:
            raise RuntimeError("the database is away")
        return queue_reminders(stop_event)

    def sending(stop_event):
        counts = send_due(stop_event)
        if counts["sent"]:
            stop.set()
        return counts

    monkeypatch.setattr(mail_ticker, "queue_reminders", failing_first)
    monkeypatch.setattr(mail_ticker, "send_due", sending)
    monkeypatch.setattr(mail_ticker, "TICK_SECONDS", 0.01)
    monkeypatch.setattr(mail_ticker, "REMIND_SECONDS", 0.01)
    ticker = threading.Thread(target=run_mail_ticker, args=(app, stop))
    ticker.start()
    ticker.join(20)
    assert not ticker.is_alive()
    assert len(looks) >= 2
    assert [each["Subject"][:8] for each in sent_mails(folder)] == ["Reminder"]


def test_cron_queues_and_sends(app, world, folder, clock):
    book(world.one)
    sent_mails(folder)
    clock(hours=24)
    runner = app.test_cli_runner()
    told = runner.invoke(mail_commands, ["send-due"])
    assert told.output == "1 reminders queued, 1 sent\n", told.exception
    assert runner.invoke(mail_commands, ["send-due"]).output == "nothing to send\n"
