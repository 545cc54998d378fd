"""Every kind of mail in both languages: complete, translated, with links that lead somewhere."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from html import unescape
from urllib.parse import urlsplit

import pytest
from icalendar import Calendar

from medcor.domain.appointments import AppointmentStatus as State
from medcor.domain.webhooks import StoppedBecause
from medcor.extensions import db
from medcor.integrations.mailer import Letter, build_message
from medcor.models import (
    Appointment,
    AppointmentSeries,
    Clinic,
    Handover,
    Offer,
    SeriesAppointment,
    Treatment,
    User,
    WebhookEndpoint,
)
from medcor.services import booking, waiting_list
from medcor.services.booking import BookingRequest
from medcor.services.mail import DueMail
from medcor.services.notices import WITH_LINK, MailKind
from medcor.services.waiting_list import Wish
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
    MailKind.WEBHOOK_STOPPED: ({"because": "failing"}, None),
    MailKind.BOOKED: ({}, State.PENDING),
    MailKind.CONFIRMED: ({}, State.CONFIRMED),
    MailKind.MOVED: (
        {"old_day": "2026-03-04", "old_time": "11:00", "reason": "Qq."},
        State.PENDING,
    ),
    MailKind.CANCELLED: ({}, State.CANCELLED),
    MailKind.REMINDER: ({"hours": 24, "starts_at": START.isoformat()}, State.PENDING),
    MailKind.SERIES_BOOKED: ({}, State.PENDING),
    MailKind.SERIES_CANCELLED: ({}, State.CANCELLED),
    MailKind.TIME_OFFERED: ({**TOKEN, "about": "instead"}, None),
    MailKind.FREED_TIME_OFFERED: ({**TOKEN, "about": "freed"}, None),
    MailKind.OFFER_LAPSED: ({"about": "instead"}, None),
    MailKind.OFFER_NEEDLESS: ({"about": "instead"}, None),
    MailKind.HANDOVER_WAITS: ({"flag": "breathing"}, None),
    MailKind.HANDOVER_UNTAKEN: ({"flag": ""}, None),
}
# Each kind, and each kind that says something else under other circumstances.
CASES = [
    *((kind, {}) for kind in MailKind),
    (MailKind.ALREADY_REGISTERED, {"role": "doctor"}),
    (MailKind.CHANGED, {"kept_session": True}),
    (MailKind.WEBHOOK_STOPPED, {"because": "gone"}),
    (MailKind.ERASED, {"kept_until": ""}),
    (MailKind.BOOKED, {"state": State.CONFIRMED}),
    (MailKind.SERIES_BOOKED, {"state": State.CONFIRMED}),
    (MailKind.MOVED, {"state": State.CONFIRMED, "reason": ""}),
    (MailKind.REMINDER, {"notice": 60}),
    (MailKind.REMINDER, {"phone": ""}),
    (MailKind.OFFER_LAPSED, {"about": "freed"}),
    (MailKind.OFFER_LAPSED, {"phone": ""}),
    (MailKind.HANDOVER_WAITS, {"flag": ""}),
    (MailKind.HANDOVER_UNTAKEN, {"flag": "breathing"}),
    (MailKind.HANDOVER_UNTAKEN, {"flag": "", "phone": ""}),
]
METHODS = {
    MailKind.BOOKED: "PUBLISH",
    MailKind.CONFIRMED: "PUBLISH",
    MailKind.MOVED: "PUBLISH",
    MailKind.CANCELLED: "CANCEL",
    MailKind.SERIES_BOOKED: "PUBLISH",
    MailKind.SERIES_CANCELLED: "CANCEL",
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
        patient = session.get(User, world.one.patient.user_id)
        patient.first_name, patient.last_name = "Qqfirst", "Qqlast"
    return world.one


def stopped_webhooks(session) -> dict[str, int]:
    """A webhook for each reason why one is switched off."""
    made = {}
    for because in StoppedBecause:
        row = WebhookEndpoint(
            url=f"https://{because.value}.test/hooks",
            secret="whsec_cXE=",
            is_active=False,
            stopped_because=because,
        )
        session.add(row)
        session.flush()
        made[because.value] = row.id
    return made


@pytest.fixture()
def letter(app, clinic):
    """Word a mail of a kind in a language, about an appointment in the state it needs."""
    app.extensions["medcor"].clock = lambda: START - timedelta(hours=20)
    wish = BookingRequest(clinic.doctor.profile_id, clinic.treatment_id, clinic.slot_ids[0], MONDAY)
    with transaction(clinic.id) as session:
        made = booking.book_appointment(session, clinic.patient, wish, NOW).id
        series_id = series_of(session, clinic, made)
        offers = offers_of(session, clinic, made)
        hooks = stopped_webhooks(session)
        handed = Handover(user_id=clinic.patient.user_id, created_at=START)
        session.add(handed)
        session.flush()
        handed_id = handed.id

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
        flag_handover(clinic.id, handed_id, str(details.pop("flag", "")))
        details["handover_id"] = handed_id
        details["endpoint_id"] = hooks[str(details.pop("because", "failing"))]
        details["offer_id"] = offers[str(details.pop("about", "instead"))]
        told = details["appointment_id"]
        details |= {"series_id": series_id if told == made else 0, "appointment_ids": [told]}
        mail = DueMail(1, clinic.id, kind, "reader@x.test", language, details, 1, NOW)
        with app.app_context():
            return compose(reading(clinic.id), mail)

    yield word
    db.session.remove()


def flag_handover(clinic_id: int, handover_id: int, flag: str) -> None:
    with transaction(clinic_id) as session:
        session.get_one(Handover, handover_id).flag = flag


def series_of(session, clinic, appointment_id: int) -> int:
    """A series that this appointment is the first of."""
    row = AppointmentSeries(
        patient_id=clinic.patient.profile_id,
        treatment_id=clinic.treatment_id,
        every_weeks=1,
        request_key="key",
    )
    session.add(row)
    session.flush()
    session.add(SeriesAppointment(series_id=row.id, appointment_id=appointment_id, number=1))
    return row.id


def offers_of(session, clinic, appointment_id: int) -> dict[str, int]:
    """A time offered instead of the appointment, and one offered from the waiting list."""
    wish = Wish(clinic.treatment_id, None, MONDAY, MONDAY, (0,), time(9), time(18))
    entry = waiting_list.join(session, clinic.patient, None, wish, NOW)
    place = {
        "patient_id": clinic.patient.profile_id,
        "doctor_id": clinic.doctor.profile_id,
        "slot_id": clinic.slot_ids[1],
        "day": MONDAY,
        "start_time": time(10),
        "end_time": time(10, 30),
        "starts_at": START + timedelta(hours=1),
        "message": DATA["reason"],
        "answer_by": START,
    }
    made = {
        "instead": Offer(appointment_id=appointment_id, **place),
        "freed": Offer(waiting_id=entry.id, **place),
    }
    session.add_all(made.values())
    session.flush()
    return {name: row.id for name, row in made.items()}


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
        MailKind.SERIES_CANCELLED: "CANCELLED",
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
