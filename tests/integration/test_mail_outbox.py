"""The outbox: written with what it tells of, sent after the commit, once, by whoever is first."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import date, timedelta
from email.message import EmailMessage

import pytest
import sqlalchemy as sa
from icalendar import Calendar

from medcor.cli_mail import mail_commands
from medcor.domain import errors
from medcor.extensions import db
from medcor.integrations.mailer import MailFailed
from medcor.models import Appointment, Clinic, OutboxMail, User
from medcor.services import booking, mail
from medcor.services.booking import BookingRequest
from medcor.services.calendar_files import appointment_ics
from medcor.web import mail_ticker
from medcor.web.mail_ticker import run_mail_ticker, send_due
from medcor.web.transaction import reading, transaction
from tests.conftest import NOW
from tests.page_helpers import sent_mails

MONDAY = date(2026, 3, 9)


class Post:
    """A mailer that keeps what it takes, and fails as it is told to."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.failures: list[MailFailed] = []
        self.tries = 0

    def send(self, message: EmailMessage) -> None:
        self.tries += 1
        if self.failures:
            raise self.failures.pop(0)
        self.taken.append(message)


@pytest.fixture()
def post(app):
    parts = app.extensions["medcor"].parts
    kept = parts.pop("mailer", None)
    parts["mailer"] = Post()
    yield parts["mailer"]
    parts.pop("mailer")
    if kept:
        parts["mailer"] = kept


@pytest.fixture()
def folder(app):
    app.extensions["medcor"].parts.pop("mailer", None)
    path = app.extensions["medcor"].settings.mail_folder
    sent_mails(path)
    return path


def book(clinic, slot: int = 0, actor=None) -> int:
    actor = actor or clinic.patient
    wish = BookingRequest(
        clinic.doctor.profile_id, clinic.treatment_id, clinic.slot_ids[slot], MONDAY
    )
    with transaction(clinic.id, actor) as session:
        return booking.book_appointment(session, actor, wish, NOW).id


def queue(clinic, number: int) -> None:
    with transaction(clinic.id) as session:
        for each in range(number):
            mail.queue_mail(session, clinic.id, "password_changed", f"p{each}@x.test", "en")


def rows(clinic):
    db.session.remove()
    return list(reading(clinic.id).scalars(sa.select(OutboxMail).order_by(OutboxMail.id)))


def at(app, later: timedelta) -> None:
    app.extensions["medcor"].clock = lambda: NOW + later


def test_a_booking_and_its_mail_are_one(world, post):
    book(world.one)
    with pytest.raises(errors.SlotTaken):
        book(world.one, actor=world.one.other_patient)
    assert [row.recipient for row in rows(world.one)] == [world.one.patient.email]
    assert send_due() == Counter(sent=1)
    assert send_due() == Counter()
    assert [each["To"] for each in post.taken] == [world.one.patient.email]


def test_the_booking_mail_tells_where_and_when_and_carries_a_calendar_file(world, folder):
    made = book(world.one)
    (told,) = sent_mails(folder)
    text = told.get_body(("plain",)).get_content()
    assert told["Subject"] == "Your appointment on Mon 9 Mar, 09:00"
    for part in (
        "Dental Cleaning",
        "Dr. Doctor Test",
        "Monday, 9 March 2026",
        "09:00–09:30",
        "Europe/Istanbul",
        "Test Street 1",
    ):
        assert part in text
        assert part in told.get_body(("html",)).get_content()
    (file,) = told.iter_attachments()
    assert file.get_content_type() == "text/calendar" and file.get_param("method") == "PUBLISH"
    (event,) = Calendar.from_ical(file.get_payload(decode=True)).walk("VEVENT")
    assert event.decoded("dtstart").isoformat() == "2026-03-09T06:00:00+00:00"
    assert event.decoded("dtend").isoformat() == "2026-03-09T06:30:00+00:00"
    assert str(event["uid"]).startswith(f"appointment-{world.one.id}-{made}@")
    assert (int(event["sequence"]), str(event["status"])) == (0, "TENTATIVE")


def test_the_cancellation_takes_the_entry_out_again(world, folder):
    made = book(world.one)
    (booked,) = sent_mails(folder)
    with transaction(world.one.id) as session:
        booking.cancel_appointment(session, world.one.admin, made, "the doctor is ill", NOW)
    (told,) = sent_mails(folder)
    assert told["Subject"] == "Cancelled: your appointment on Mon 9 Mar, 09:00"
    assert "the doctor is ill" in told.get_body(("plain",)).get_content()
    first, second = (
        next(
            iter(
                Calendar.from_ical(
                    next(iter(each.iter_attachments())).get_payload(decode=True)
                ).walk("VEVENT")
            )
        )
        for each in (booked, told)
    )
    assert str(first["uid"]) == str(second["uid"])
    assert int(second["sequence"]) > int(first["sequence"])
    assert str(second["status"]) == "CANCELLED"
    (file,) = told.iter_attachments()
    assert file.get_param("method") == "CANCEL"


def test_a_mail_that_was_overtaken_is_not_sent(world, post):
    made = book(world.one)
    with transaction(world.one.id) as session:
        booking.cancel_appointment(session, world.one.patient, made, "", NOW)
    assert send_due() == Counter(dropped=1, sent=1)
    assert [each["Subject"][:9] for each in post.taken] == ["Cancelled"]


def test_mails_are_in_the_language_of_the_reader(world, folder):
    with transaction(world.one.id) as session:
        session.execute(
            sa.update(User).where(User.id == world.one.patient.user_id).values(language="tr")
        )
    book(world.one)
    (told,) = sent_mails(folder)
    html = told.get_body(("html",)).get_content()
    assert '<html lang="tr">' in html
    assert "9 Mart 2026 Pazartesi" in html or "9 Mart 2026" in html


def test_what_people_type_is_no_markup_and_no_header(world, folder):
    with transaction(world.one.id) as session:
        session.execute(
            sa.update(User)
            .where(User.id == world.one.patient.user_id)
            .values(first_name="<script>x</script>\r\nBcc: all@x.test")
        )
    book(world.one)
    (told,) = sent_mails(folder)
    assert told["Bcc"] is None
    assert "<script>" not in told.get_body(("html",)).get_content()


def test_what_is_refused_for_good_is_marked_with_its_reason(world, post):
    queue(world.one, 2)
    post.failures = [MailFailed("550 no such mailbox", permanent=True)]
    assert send_due() == Counter(failed=1, sent=1)
    first, second = rows(world.one)
    assert (first.next_try_at, first.sent_at) == (None, None)
    assert first.last_error == "550 no such mailbox"
    assert (second.next_try_at, second.sent_at) == (None, NOW)


def test_what_may_pass_is_tried_again_later_and_later_under_the_same_id(app, world, post):
    queue(world.one, 1)
    waited = []
    for _ in range(9):
        post.failures = [MailFailed("451 try later")]
        assert send_due() == Counter(postponed=1)
        assert send_due() == Counter()
        (row,) = rows(world.one)
        waited.append(row.next_try_at - (NOW + sum(waited, timedelta())))
        at(app, sum(waited, timedelta()))
    minutes = [wait.total_seconds() / 60 for wait in waited]
    assert minutes == [1, 3, 9, 27, 81, 243, 360, 360, 360]
    assert send_due() == Counter(sent=1)
    assert post.tries == 10 and len({each["Message-ID"] for each in post.taken}) == 1
    (row,) = rows(world.one)
    assert (row.attempts, row.last_error, row.next_try_at) == (10, "", None)


def test_after_two_days_a_mail_is_given_up(app, world, post):
    queue(world.one, 1)
    with transaction(world.one.id) as session:
        session.execute(sa.update(OutboxMail).values(created_at=NOW))
    at(app, timedelta(hours=48))
    post.failures = [MailFailed("451 try later")]
    assert send_due() == Counter(failed=1)
    (row,) = rows(world.one)
    assert (row.next_try_at, row.last_error) == (None, "451 try later")


def test_a_server_that_is_down_is_asked_once_a_round(world, post):
    queue(world.one, 5)
    post.failures = [MailFailed("connection refused", unreachable=True)] * 5
    assert send_due() == Counter(postponed=1)
    assert post.tries == 1


def test_one_bad_mail_keeps_no_other_from_being_sent(world, post):
    with transaction(world.one.id) as session:
        mail.queue_mail(session, world.one.id, "no such kind", "p@x.test", "en")
        mail.queue_mail(session, world.one.id, "password_changed", "not an address", "en")
    queue(world.two, 1)
    assert send_due() == Counter(postponed=2, sent=1)


def test_two_senders_send_each_mail_once(app, world, post):
    queue(world.one, 12)
    queue(world.two, 12)
    ready, counts = threading.Barrier(3), []

    def sender():
        with app.app_context():
            ready.wait(10)
            counts.append(send_due())

    senders = [threading.Thread(target=sender) for _ in range(3)]
    for each in senders:
        each.start()
    for each in senders:
        each.join(30)
    assert sum(counts, Counter()) == Counter(sent=24)
    assert Counter(Counter(each["Message-ID"] for each in post.taken).values()) == {1: 24}


def test_a_claim_of_a_sender_that_died_comes_back(app, world, post):
    queue(world.one, 1)
    with transaction(None) as session:
        assert mail.claim_next(session, NOW).attempts == 1
        assert mail.claim_next(session, NOW) is None
    at(app, timedelta(minutes=9))
    assert send_due() == Counter()
    at(app, timedelta(minutes=10))
    assert send_due() == Counter(sent=1)


def test_no_transaction_is_open_while_a_mail_is_handed_over(world, app, post, engine):
    queue(world.one, 1)
    seen = []
    post.send = lambda message: seen.append(engine.pool.checkedout())
    send_due()
    assert seen == [0]


def test_the_ticker_goes_on_after_an_error_and_ends_when_told(app, world, post, monkeypatch):
    queue(world.one, 1)
    stop, rounds = threading.Event(), []

    def failing_first(stop_event):
        rounds.append(1)
        if len(rounds) == 1:
            raise RuntimeError("the database is away")
        counts = send_due(stop_event)
        stop_event.set()
        return counts

    monkeypatch.setattr(mail_ticker, "send_due", failing_first)
    monkeypatch.setattr(mail_ticker, "TICK_SECONDS", 0.01)
    ticker = threading.Thread(target=run_mail_ticker, args=(app, stop))
    ticker.start()
    ticker.join(20)
    assert not ticker.is_alive()
    assert (len(rounds), len(post.taken)) == (2, 1)


def test_cron_sends_what_is_due(app, world, post):
    queue(world.one, 2)
    runner = app.test_cli_runner()
    assert runner.invoke(mail_commands, ["send-due"]).output == "2 sent\n"
    assert runner.invoke(mail_commands, ["send-due"]).output == "nothing to send\n"


def test_an_operator_sees_what_was_given_up_and_sends_it_again(app, world, post):
    queue(world.one, 1)
    queue(world.two, 1)
    post.failures = [MailFailed("550 no such mailbox", permanent=True)]
    assert send_due() == Counter(failed=1, sent=1)
    runner, number = app.test_cli_runner(), rows(world.one)[0].id
    (line,) = runner.invoke(mail_commands, ["failed"]).output.splitlines()
    told = line.split("\t")
    assert [told[0], *told[2:]] == [
        str(number),
        f"clinic {world.one.id}",
        "password_changed",
        "p0@x.test",
        "1 tries",
        "550 no such mailbox",
    ]
    assert runner.invoke(mail_commands, ["retry", str(number)]).exit_code == 0
    assert runner.invoke(mail_commands, ["failed"]).output == "no mail was given up\n"
    assert send_due() == Counter(sent=1)
    assert [each["To"] for each in post.taken] == ["p0@x.test"] * 2


def test_only_a_mail_that_was_given_up_is_sent_again(app, world, post):
    made = book(world.one)
    with transaction(world.one.id) as session:
        booking.cancel_appointment(session, world.one.patient, made, "", NOW)
    send_due()
    runner = app.test_cli_runner()
    assert runner.invoke(mail_commands, ["failed"]).output == "no mail was given up\n"
    for each in rows(world.one):
        assert runner.invoke(mail_commands, ["retry", str(each.id)]).exit_code == 1
    assert runner.invoke(mail_commands, ["retry", "99999"]).exit_code == 1
    assert send_due() == Counter()


def test_a_mail_whose_link_is_gone_is_not_sent_again(app, world, post):
    with transaction(world.one.id) as session:
        mail.queue_mail(session, world.one.id, "verify_email", "p@x.test", "en", token="t" * 20)
    post.failures = [MailFailed("550 no such mailbox", permanent=True)]
    assert send_due() == Counter(failed=1)
    (row,) = rows(world.one)
    done = app.test_cli_runner().invoke(mail_commands, ["retry", str(row.id)])
    assert (done.exit_code, "a link that is gone" in done.output) == (1, True)


def test_written_mails_are_for_their_owner_only(world, app, folder):
    book(world.one)
    send_due()
    (file,) = folder.glob("*")
    assert (file.suffix, oct(file.stat().st_mode & 0o777)) == (".eml", "0o600")
    assert oct(folder.stat().st_mode & 0o777) == "0o700"


def test_the_calendar_file_follows_the_row(world):
    made = book(world.one)
    with transaction(world.one.id) as session:
        booking.confirm_appointment(session, world.one.admin, made, NOW)
    session = reading(world.one.id)
    row, clinic = session.get(Appointment, made), session.get(Clinic, world.one.id)
    file = appointment_ics(clinic, row, 'Çene, "ağrı"; x', "Dr. X", "https://m.test")
    (event,) = Calendar.from_ical(file).walk("VEVENT")
    assert (str(event["status"]), int(event["sequence"])) == ("CONFIRMED", 1)
    assert str(event["summary"]) == 'Çene, "ağrı"; x · Clinic one.test'
    assert str(event["uid"]) == f"appointment-{clinic.id}-{made}@m.test"
    assert b"DTSTART:20260309T060000Z\r\n" in file
