"""The private calendar address: made, shown once, read, renewed, revoked, and never logged."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from icalendar import Calendar

from medcor.domain.permissions import Actor
from medcor.models import CalendarFeed, Doctor, User
from medcor.services import booking
from medcor.web.transaction import reading, transaction
from tests.appointment_helpers import (
    MONDAY,
    TODAY,
    acts,
    at,
    book,
    browser,
    confirm,
    counted_queries,
)
from tests.conftest import NOW
from tests.page_helpers import text_of

pytestmark = pytest.mark.usefixtures("plain_forms")

PAGE = "/calendar-feeds/"


def make(app, actor: Actor) -> str:
    """Make an address as a script does and give its path."""
    url = browser(app, actor).post(PAGE, json={}).json["url"]
    return "/" + url.split("/", 3)[3]


def read(app, path: str, **headers: str):
    """What a calendar program gets: it has no session."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return app.test_client().get(path, headers=named)


def entries(answer) -> dict[str, dict[str, str]]:
    assert answer.status_code == 200 and answer.mimetype == "text/calendar"
    calendar = Calendar.from_ical(answer.get_data())
    return {
        str(each["uid"]).split("@")[0]: {name.lower(): str(each[name]) for name in each}
        for each in calendar.walk("VEVENT")
    }


def test_the_address_is_shown_once_and_only_its_hash_is_kept(app, one):
    client = browser(app, one.patient)
    assert "You have no address yet" in text_of(client.get(PAGE))
    answer = client.post(PAGE)
    assert answer.status_code == 302
    page = client.get(PAGE).get_data(as_text=True)
    url = re.search(r'value="(http[^"]+/calendar-feeds/(\d+\.[\w-]{43})\.ics)" readonly', page)
    assert url and f'href="webcal://{url.group(1).split("//")[1]}"' in page
    again = client.get(PAGE)
    assert url.group(2) not in again.get_data(as_text=True)
    assert "It can't be shown again" in text_of(again)
    (feed,) = reading(one.id).scalars(sa.select(CalendarFeed))
    assert url.group(2).split(".")[1] not in feed.token_hash and len(feed.token_hash) == 64
    assert read(app, f"/calendar-feeds/{url.group(2)}.ics").status_code == 200


def test_a_patient_reads_their_own_appointments_in_every_state(app, one):
    made, gone = book(one), book(one, 1)
    book(one, 2, MONDAY, one.other_patient)
    confirm(one, made)
    with transaction(one.id) as session:
        booking.cancel_appointment(session, one.patient, gone, "", NOW)
    answer = read(app, make(app, one.patient))
    found = entries(answer)
    assert set(found) == {f"appointment-{one.id}-{each}" for each in (made, gone)}
    first = found[f"appointment-{one.id}-{made}"]
    assert first["status"] == "CONFIRMED" and first["summary"].startswith("Dental Cleaning · ")
    assert "Dr. Doctor Test" in first["description"]
    assert found[f"appointment-{one.id}-{gone}"]["status"] == "CANCELLED"
    assert b"DTSTART:20260309T060000Z" in answer.get_data()
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_a_doctor_reads_initials_and_no_name(app, one):
    made = book(one)
    with transaction(one.id) as session:
        user = session.get(User, one.patient.user_id)
        user.first_name, user.last_name = "Ömer", "van der Berg"
    answer = read(app, make(app, one.doctor))
    (entry,) = entries(answer).values()
    assert entry["summary"] == "Ö. V. · Dental Cleaning"
    assert entry["url"].endswith(f"/appointment-details/{made}/")
    body = answer.get_data(as_text=True)
    assert "Berg" not in body and one.patient.email not in body and "DESCRIPTION" not in body


def test_the_last_thirty_days_and_all_ahead(app, one):
    book(one, 5, TODAY), book(one, 0, MONDAY + timedelta(days=63), one.patient)
    path = make(app, one.patient)
    assert len(entries(read(app, path))) == 2
    at(app, NOW + timedelta(days=30, hours=2))
    assert len(entries(read(app, path))) == 2
    at(app, NOW + timedelta(days=30, hours=3))
    assert len(entries(read(app, path))) == 1


def test_renewing_and_revoking_make_the_old_address_worthless(app, one):
    first = make(app, one.patient)
    second = make(app, one.patient)
    assert read(app, first).status_code == 404 and read(app, second).status_code == 200
    client = browser(app, one.patient)
    assert "Revoke the address?" in text_of(client.get(f"{PAGE}revocation/"))
    for _again in range(2):
        assert client.post(f"{PAGE}revocation/").headers["Location"] == PAGE
    assert read(app, second).status_code == 404
    for action in ("feed.made", "feed.renewed", "feed.revoked"):
        assert len(acts(one, action)) == 1, action


def test_an_address_made_elsewhere_meanwhile_is_not_shown_as_mine(app, one):
    client = browser(app, one.patient)
    client.post(PAGE)
    make(app, one.patient)
    assert "readonly" not in client.get(PAGE).get_data(as_text=True)


@pytest.mark.parametrize("who", ["patient", "doctor"])
def test_an_inactive_account_reads_nothing(app, one, who):
    actor = getattr(one, who)
    path = make(app, actor)
    with transaction(one.id) as session:
        session.get(User, actor.user_id).is_active = False
    assert read(app, path).status_code == 404


def test_a_doctor_who_left_reads_nothing(app, one):
    path = make(app, one.doctor)
    with transaction(one.id) as session:
        session.get(Doctor, one.doctor.profile_id).is_active = False
    assert read(app, path).status_code == 404


def test_only_a_true_address_is_an_address(app, world):
    path = make(app, world.one.patient)
    token = path.split("/")[-1].removesuffix(".ics")
    secret = token.split(".")[1]
    for wrong in (
        f"{world.two.id}.{secret}",
        f"99.{secret}",
        f"{2**40}.{secret}",
        f"{token}x",
        token[:-1],
        secret,
        "1.",
        ".",
        "x.y",
        f"１.{secret}",
    ):
        assert read(app, f"/calendar-feeds/{wrong}.ics").status_code == 404, wrong


def test_the_readers_own_session_is_no_matter(app, world):
    book(world.one)
    path = make(app, world.one.patient)
    assert len(entries(browser(app, world.two.admin).get(path))) == 1


def test_an_unchanged_calendar_is_not_sent_again(app, one):
    made = book(one)
    path = make(app, one.patient)
    first = read(app, path)
    tag = first.headers["ETag"]
    assert read(app, path, If_None_Match=tag).status_code == 304
    assert read(app, path, If_Modified_Since=first.headers["Last-Modified"]).status_code == 304
    confirm(one, made)
    second = read(app, path, If_None_Match=tag)
    assert second.status_code == 200 and second.headers["ETag"] != tag
    uid = f"appointment-{one.id}-{made}"
    before, after = entries(first)[uid], entries(second)[uid]
    assert (before["status"], after["status"]) == ("TENTATIVE", "CONFIRMED")
    assert int(after["sequence"]) == int(before["sequence"]) + 1


def test_reading_is_noted_once_an_hour_and_costs_few_queries(app, one):
    book(one), book(one, 3, MONDAY + timedelta(days=2))
    path = make(app, one.patient)
    read(app, path)
    with counted_queries() as seen:
        read(app, path)
    assert len([each for each in seen if each.startswith("SELECT")]) <= 4
    assert not [each for each in seen if each.startswith("UPDATE")]
    page = text_of(browser(app, one.patient).get(PAGE))
    assert "Last read by a calendar Wednesday, 4 March 2026, 09:00" in page


def test_an_admin_has_no_appointments_to_read(app, one):
    client = browser(app, one.admin)
    assert "Only for doctors and patients" in text_of(client.get(PAGE))
    assert client.post(PAGE, json={}).status_code == 400


def test_the_address_is_in_no_log(app, one, caplog, capsys):
    path = make(app, one.patient)
    secret = path.split(".")[1]
    caplog.clear()
    capsys.readouterr()
    read(app, path)
    read(app, path + "/")
    written = caplog.text + "".join(capsys.readouterr())
    assert secret not in written
