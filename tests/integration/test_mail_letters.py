"""Every kind of mail in both languages: complete, translated, with links that lead somewhere."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from html import unescape
from urllib.parse import urlsplit

import pytest
from icalendar import Calendar

from medcor.domain.appointments import AppointmentStatus as State
from medcor.extensions import db
from medcor.integrations.mailer import Letter, build_message
from medcor.models import Appointment, Clinic, Treatment
from medcor.services import booking
from medcor.services.booking import BookingRequest
from medcor.services.mail import DueMail
from medcor.services.notices import WITH_LINK, MailKind
from medcor.web.letters import WRITERS, compose
from medcor.web.transaction import reading, transaction
from tests.conftest import NOW

MONDAY = date(2026, 3, 9)
START = datetime.fromisoformat("2026-03-09T06:00:00+00:00")
TOKEN = {"token": "0123456789abcdef"}
# What is in each mail's row, and the state of the appointment it tells of.
KINDS: dict[MailKind, tuple[dict[str, object], State | None]] = {
    MailKind.VERIFY: (TOKEN, None),
    MailKind.ALREADY_REGISTERED: ({"role": "patient"}, None),
    MailKind.RESET: (TOKEN, None),
    MailKind.CHANGED: ({"role": "doctor"}, None),
    MailKind.INVITED: ({**TOKEN, "role": "doctor"}, None),
    MailKind.OPEN_CLINIC: ({**TOKEN, "role": "admin"}, None),
    MailKind.ERASED: ({"kept_until": "2046-03-09"}, None),
    MailKind.ERASURE_REFUSED: ({"answer": "Qq."}, None),
    MailKind.EMAIL_CHANGED: ({}, None),
    MailKind.BOOKED: ({}, State.PENDING),
    MailKind.CONFIRMED: ({}, State.CONFIRMED),
    MailKind.MOVED: (
        {"old_day": "2026-03-04", "old_time": "11:00", "reason": "Qq."},
        State.PENDING,
    ),
    MailKind.CANCELLED: ({}, State.CANCELLED),
    MailKind.REMINDER: ({"hours": 24, "starts_at": START.isoformat()}, State.PENDING),
}
# Each kind, and each kind that says something else under other circumstances.
CASES = [
    *((kind, {}) for kind in MailKind),
    (MailKind.ALREADY_REGISTERED, {"role": "doctor"}),
    (MailKind.CHANGED, {"kept_session": True}),
    (MailKind.ERASED, {"kept_until": ""}),
    (MailKind.BOOKED, {"state": State.CONFIRMED}),
    (MailKind.MOVED, {"state": State.CONFIRMED, "reason": ""}),
    (MailKind.REMINDER, {"notice": 60}),
    (MailKind.REMINDER, {"phone": ""}),
]
METHODS = {
    MailKind.BOOKED: "PUBLISH",
    MailKind.CONFIRMED: "PUBLISH",
    MailKind.MOVED: "PUBLISH",
    MailKind.CANCELLED: "CANCEL",
}
# What comes from rows and means the same in every language: no word of it is the product's.
DATA = {"name": "Qqname", "treatment": "Qqcare", "street": "Qqroad 7", "reason": "Qq."}
ADDRESS = re.compile(r"https?://[^\s\"<>]+")


@pytest.fixture()
def clinic(world):
    with transaction(world.one.id) as session:
        row = session.get(Clinic, world.one.id)
        row.name, row.street, row.city = "Qqclinic", DATA["street"], "Qqtown"
        row.directions, row.zone = "Qqdoor", "Europe/Istanbul"
        session.get(Treatment, world.one.treatment_id).name = DATA["treatment"]
    return world.one


@pytest.fixture()
def letter(app, clinic):
    """Word a mail of a kind in a language, about an appointment in the state it needs."""
    app.extensions["medcor"].clock = lambda: START - timedelta(hours=20)
    wish = BookingRequest(clinic.doctor.profile_id, clinic.treatment_id, clinic.slot_ids[0], MONDAY)
    with transaction(clinic.id) as session:
        made = booking.book_appointment(session, clinic.patient, wish, NOW).id

    def word(
        kind: MailKind,
        language: str = "en",
        state: State | None = None,
        notice: int = 24 * 60,
        phone: str = "+90 212 000 00 00",
        **changes: object,
    ) -> Letter | None:
        details, usual = KINDS[kind]
        with transaction(clinic.id) as session:
            row = session.get(Appointment, made)
            row.status = state or usual or row.status
            row.cancel_reason = DATA["reason"]
            row = session.get(Clinic, clinic.id)
            row.phone, row.cancel_notice_minutes = phone, notice
        details = {"name": DATA["name"], "appointment_id": made, **details, **changes}
        mail = DueMail(1, clinic.id, kind, "reader@x.test", language, details, 1, NOW)
        with app.app_context():
            return compose(reading(clinic.id), mail)

    yield word
    db.session.remove()


def lines_of(text: str) -> set[str]:
    """The lines of a text without what rows and addresses bring into it."""
    text = ADDRESS.sub("", text)
    for name in ("Europe/Istanbul", "Dr. Doctor Test", "front@clinic.test"):
        text = text.replace(name, "")
    own = {
        re.sub(r"\bQq\w*\.?|[\d:–+().,]", "", line).strip(" -")
        for line in re.split(r"\n|(?<=[:.]) ", text)
    }
    return {line for line in own if re.search(r"[^\W\d_]{2,}", line)}


def seen(html: str) -> str:
    body = re.sub(r"<(style|title)\b.*?</\1>", "", html, flags=re.S)
    return unescape(re.sub(r"\s*<[^>]+>\s*", "\n", body))


def links_in(letter: Letter) -> set[str]:
    in_html = set(re.findall(r'href="([^"]+)"', letter.html))
    return {unescape(each).rstrip(".,") for each in in_html | set(ADDRESS.findall(letter.text))}


def test_every_kind_is_worded_and_tested():
    assert set(WRITERS) == set(MailKind) == set(KINDS)
    assert {kind for kind in KINDS if "token" in KINDS[kind][0]} == WITH_LINK


@pytest.mark.parametrize(("kind", "case"), CASES)
def test_no_line_is_left_untranslated(letter, kind, case):
    english, turkish = letter(kind, "en", **case), letter(kind, "tr", **case)
    for part in ("subject", "text"):
        one, other = (lines_of(getattr(each, part)) for each in (english, turkish))
        assert one and not one & other, (part, one & other)
    one, other = lines_of(seen(english.html)), lines_of(seen(turkish.html))
    assert one and not one & other, one & other
    assert '<html lang="en">' in english.html and '<html lang="tr">' in turkish.html


@pytest.mark.parametrize("language", ["en", "tr"])
@pytest.mark.parametrize("kind", list(MailKind))
def test_text_and_html_say_the_same_and_name_the_clinic(letter, kind, language):
    made = letter(kind, language)
    text, html = " ".join(made.text.split()), " ".join(seen(made.html).split())
    for line in filter(None, map(str.strip, made.text.splitlines())):
        if not line.startswith("--"):
            for part in line.rstrip(":").split(": "):
                assert " ".join(part.split()) in html, part
    assert "Qqname" in text and "Qqroad 7" in text
    assert (made.sender_name, made.reply_to) == ("Qqclinic", "front@clinic.test")
    assert "None" not in text and "{{" not in text and "%(" not in text + html


@pytest.mark.parametrize("kind", list(MailKind))
def test_every_link_is_of_this_server_and_leads_to_a_page(app, letter, kind):
    links = links_in(letter(kind))
    assert links or kind in (MailKind.ERASED, MailKind.EMAIL_CHANGED)
    base = app.extensions["medcor"].settings.public_url
    for link in links:
        assert link.startswith(f"{base}/"), link
        app.url_map.bind("").match(urlsplit(link).path, "GET")


@pytest.mark.parametrize("kind", sorted(WITH_LINK))
def test_a_link_carries_the_token_of_its_mail(letter, kind):
    assert any(TOKEN["token"] in link for link in links_in(letter(kind)))


@pytest.mark.parametrize("kind", list(MailKind))
def test_a_change_of_the_calendar_comes_as_a_file_that_says_what_to_do(letter, kind):
    files = letter(kind).attachments
    if kind not in METHODS:
        assert not files
        return
    (file,) = files
    calendar = Calendar.from_ical(file.content)
    assert str(calendar["method"]) == METHODS[kind]
    assert f"method={METHODS[kind]}" in file.media_type
    (event,) = calendar.walk("VEVENT")
    assert str(event["status"]) == {
        MailKind.CANCELLED: "CANCELLED",
        MailKind.CONFIRMED: "CONFIRMED",
    }.get(kind, "TENTATIVE")


def test_a_moved_appointment_moves_in_the_readers_calendar(letter, clinic):
    before = event_of(letter(MailKind.BOOKED))
    with transaction(clinic.id) as session:
        row = session.get(Appointment, int(str(before["uid"]).split("@")[0].split("-")[2]))
        row.starts_at, row.ends_at = START + timedelta(days=1), START + timedelta(days=1, hours=1)
    after = event_of(letter(MailKind.MOVED))
    assert str(before["uid"]) == str(after["uid"])
    assert int(after["sequence"]) > int(before["sequence"])
    assert after.decoded("dtstart") - before.decoded("dtstart") == timedelta(days=1)


def event_of(letter: Letter):
    (file,) = letter.attachments
    (event,) = Calendar.from_ical(file.content).walk("VEVENT")
    return event


def test_a_mail_of_an_appointment_that_is_gone_is_not_worded(letter):
    for kind, (_details, state) in KINDS.items():
        if state is not None:
            assert letter(kind, appointment_id=2**30) is None, kind


def test_the_calendar_file_is_a_part_that_mail_programs_know(letter):
    made = letter(MailKind.BOOKED, "tr")
    message = build_message(made, "medcor@x.test", "reader@x.test", "<1@x.test>", NOW)
    assert message.get_body(("plain",)).get_content_charset() == "utf-8"
    (file,) = message.iter_attachments()
    assert (file.get_content_type(), file.get_param("method")) == ("text/calendar", "PUBLISH")
    assert (message["Reply-To"], message["To"]) == ("front@clinic.test", "reader@x.test")


def test_an_erasure_without_kept_records_names_no_day(letter):
    assert "2046" in letter(MailKind.ERASED).text
    assert "20" not in letter(MailKind.ERASED, kept_until="").text.split("Qqroad")[0]
