"""A clinic signs itself up, is confirmed by mail, and is set up; abandoned ones are erased."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from medcor.domain.permissions import Role
from medcor.extensions import db
from medcor.models import AuditEvent, Clinic, MailedLink, User
from medcor.models.tenancy import across_clinics
from medcor.services import clinic_signup
from medcor.web.state import settings
from medcor.web.transaction import reading, transaction
from tests.conftest import NOW
from tests.html_page import read_page
from tests.page_helpers import csrf_token, link_in, send_form, sent_mails, sign_in_staff, text_of

PASSWORD = "tulip river candle"
FORM = {
    "name": "Clinic of Ada",
    "country": "TR",
    "zone": "",
    "language": "en",
    "currency": "",
    "first_name": "Ada",
    "last_name": "Kaya",
    "email": "ada@new-clinic.test",
    "password": PASSWORD,
}


@pytest.fixture()
def mails(app) -> Path:
    folder = settings().mail_folder
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.glob("*.eml"):
        file.unlink()
    return folder


def sign_up(client, **changes: object):
    return send_form(client, "/clinics/new/", **{**FORM, **changes})


def clinics_named(name: str) -> list[Clinic]:
    db.session.remove()
    return list(db.session.scalars(sa.select(Clinic).where(Clinic.name == name)))


def of(clinic_id: int) -> Session:
    db.session.remove()
    return reading(clinic_id)


def opened(client, mails) -> int:
    """Sign up, open the clinic by the mail, and give its number."""
    assert sign_up(client).status_code == 302
    (mail,) = sent_mails(mails)
    path = link_in(mail, "clinic-openings")
    token = csrf_token(client, path)
    assert client.post(path, data={"csrf_token": token}).status_code == 302
    (clinic,) = clinics_named("Clinic of Ada")
    return clinic.id


def test_from_the_form_to_the_first_sign_in(world, client, mails):
    answer = sign_up(client)
    assert answer.headers["Location"] == "/clinic-openings/"
    assert "ada@new-clinic.test" in text_of(client.get("/clinic-openings/"))
    (clinic,) = clinics_named("Clinic of Ada")
    assert (clinic.zone, clinic.currency, clinic.country) == ("Europe/Istanbul", "TRY", "TR")
    assert (clinic.is_verified, clinic.setup_done, clinic.booking_needs_key) == (False, False, True)
    number = clinic.id
    user = of(number).scalar(sa.select(User))
    assert (user.role, user.password_hash, user.verified_at) == (Role.ADMIN, "", None)
    refused = send_form(client, "/login/", email=FORM["email"], password=PASSWORD)
    assert refused.status_code == 400
    assert client.get(f"/clinics/{number}/").status_code == 404

    (mail,) = sent_mails(mails)
    assert mail["To"] == FORM["email"] and "Clinic of Ada" in mail["Subject"]
    path = link_in(mail, "clinic-openings")
    page = client.get(path)
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert read_page(page.text).heading == "Open Clinic of Ada"
    assert clinics_named("Clinic of Ada")[0].is_verified is False, "looking opens nothing"
    done = client.post(path, data={"csrf_token": csrf_token(client, path)})
    assert done.headers["Location"] == f"/login/?clinic={number}&next=/setup/"
    assert clinics_named("Clinic of Ada")[0].is_verified is True

    target = done.headers["Location"]
    signed = send_form(client, target, email=FORM["email"], password=PASSWORD)
    assert signed.headers["Location"] == "/setup/"
    assert client.get("/setup/").status_code == 200
    assert client.get(f"/clinics/{number}/").status_code == 200
    actions = set(of(number).scalars(sa.select(AuditEvent.action)))
    assert {"clinic.signed_up", "clinic.opened"} <= actions


def test_the_link_works_once(client, mails):
    sign_up(client)
    path = link_in(sent_mails(mails)[0], "clinic-openings")
    token = csrf_token(client, path)
    assert client.post(path, data={"csrf_token": token}).status_code == 302
    over = client.post(path, data={"csrf_token": token})
    assert over.status_code == 400 and "This link is over" in over.text
    assert client.get(path).status_code == 400


def test_the_link_is_over_after_two_days(app, client, mails):
    sign_up(client)
    path = link_in(sent_mails(mails)[0], "clinic-openings")
    app.extensions["medcor"].clock = lambda: NOW + timedelta(hours=49)
    assert client.get(path).status_code == 400
    assert not clinics_named("Clinic of Ada")[0].is_verified


@pytest.mark.parametrize(
    "token", ["x", "1.x", "999999.abc", f"{2**40}.abc", "0.a", "1." + "a" * 43]
)
def test_a_made_up_link_is_over(world, client, token):
    assert client.get(f"/clinic-openings/{token}/").status_code == 400
    answer = client.get(f"/clinic-openings/{token}/", headers={"Accept": "application/json"})
    assert answer.status_code == 400 and answer.json["code"] == "link_expired"


def test_a_link_of_another_purpose_opens_no_clinic(world, client, mails):
    send_form(client, "/forgot-password/", email=world.one.admin.email)
    path = link_in(sent_mails(mails)[0], "password-resets")
    answer = client.get(path.replace("password-resets", "clinic-openings"))
    assert answer.status_code == 400


def test_a_form_that_is_sent_twice_makes_one_clinic(client, mails):
    assert sign_up(client).status_code == 302
    assert sign_up(client, password="another fine password").status_code == 302
    assert len(clinics_named("Clinic of Ada")) == 1
    first, second = (link_in(mail, "clinic-openings") for mail in sent_mails(mails))
    client.post(second, data={"csrf_token": csrf_token(client, second)})
    assert client.get(first).status_code == 400
    wrong = send_form(client, "/login/", email=FORM["email"], password=PASSWORD)
    assert wrong.status_code == 400
    right = send_form(client, "/login/", email=FORM["email"], password="another fine password")
    assert right.status_code == 302


def test_each_link_sets_the_password_of_its_own_sign_up(client, mails):
    """Whoever signs up with somebody else's address does not get in by its owner's click."""
    sign_up(client, password="a stranger's password")
    sign_up(client)
    own = link_in(sent_mails(mails)[1], "clinic-openings")
    client.post(own, data={"csrf_token": csrf_token(client, own)})
    stranger = send_form(client, "/login/", email=FORM["email"], password="a stranger's password")
    assert stranger.status_code == 400


def test_an_address_known_elsewhere_gets_the_same_answer_and_its_own_clinic(world, client, mails):
    known = sign_up(client, email=world.one.admin.email)
    assert known.headers["Location"] == "/clinic-openings/"
    (mail,) = sent_mails(mails)
    assert "Clinic of Ada" in mail["Subject"]
    assert sign_in_staff(client, world.one.admin).status_code == 302


def test_the_mail_can_be_sent_again_and_a_forgotten_password_does_not_open_a_clinic(client, mails):
    sign_up(client)
    (first,) = sent_mails(mails)
    again = client.post("/clinic-openings/", data={"csrf_token": csrf_token(client)})
    assert again.headers["Location"] == "/clinic-openings/"
    (second,) = sent_mails(mails)
    assert link_in(first, "clinic-openings") != link_in(second, "clinic-openings")
    send_form(client, "/forgot-password/", email=FORM["email"])
    assert sent_mails(mails) == []
    path = link_in(second, "clinic-openings")
    client.post(path, data={"csrf_token": csrf_token(client, path)})
    assert send_form(client, "/login/", email=FORM["email"], password=PASSWORD).status_code == 302


def test_nothing_is_sent_again_to_who_never_signed_up(client, mails):
    assert client.get("/clinic-openings/").headers["Location"] == "/clinics/new/"
    answer = client.post("/clinic-openings/", data={"csrf_token": csrf_token(client)})
    assert answer.headers["Location"] == "/clinics/new/" and sent_mails(mails) == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": " "}, "Enter the clinic's name."),
        ({"country": ""}, "Choose the country."),
        ({"country": "ZZ"}, "Not a valid choice."),
        ({"country": "US"}, "This country has several time zones."),
        ({"zone": "Mars/Olympus"}, "Choose a time zone of the list"),
        ({"currency": "XXX"}, "Not a valid choice."),
        ({"country": "AQ"}, "Choose a currency."),
        ({"language": "xx"}, "Not a valid choice."),
        ({"email": "ada"}, "Enter an email like name@example.com."),
        ({"password": "short"}, "Use at least 10 characters."),
        ({"password": "ada@new-clinic.test"}, "not made of your name or email"),
        ({"first_name": ""}, "Enter your first name."),
    ],
)
def test_bad_input_is_told_and_kept(client, mails, changes, message):
    answer = sign_up(client, last_name="Kept Name", **changes)
    assert answer.status_code == 400 and message in text_of(answer)
    assert 'value="Kept Name"' in answer.text and PASSWORD not in answer.text
    assert clinics_named("Clinic of Ada") == [] and sent_mails(mails) == []


def test_a_country_of_several_zones_takes_the_one_that_is_chosen(client, mails):
    answer = sign_up(client, country="US", zone="America/Denver", currency="EUR", language="tr")
    assert answer.status_code == 302
    (clinic,) = clinics_named("Clinic of Ada")
    assert (clinic.zone, clinic.currency, clinic.language) == ("America/Denver", "EUR", "tr")
    assert "Clinic of Ada" in sent_mails(mails)[0]["Subject"]


def test_sign_ups_are_limited_by_address(client, mails):
    answers = [sign_up(client, name=f"Clinic {number}").status_code for number in range(12)]
    assert answers[0] == 302 and answers[-1] == 429
    assert len(sent_mails(mails)) < 12


def test_only_abandoned_clinics_are_erased(app, world, client, mails):
    number = opened(client, mails)
    sign_up(client, name="Abandoned")
    sent_mails(mails)
    app.extensions["medcor"].clock = lambda: NOW + timedelta(days=5)
    sign_up(client, name="Young", email="b@new-clinic.test")
    app.extensions["medcor"].clock = lambda: NOW + timedelta(days=7, hours=1)
    listed = app.test_cli_runner().invoke(args=["clinic", "list"])
    assert "unconfirmed" in listed.output and "Abandoned" in listed.output
    done = app.test_cli_runner().invoke(args=["clinic", "prune"])
    assert done.exit_code == 0 and "Abandoned" in done.output and "1 erased" in done.output
    db.session.remove()
    names = set(db.session.scalars(sa.select(Clinic.name)))
    assert {"Clinic of Ada", "Young", "Clinic one.test", "Clinic two.test"} == names
    with across_clinics(db.session(), "the test counts what is left of an erased clinic"):
        kept = set(db.session.scalars(sa.select(User.clinic_id).distinct()))
        links = set(db.session.scalars(sa.select(MailedLink.clinic_id).distinct()))
    assert number in kept and len(kept) == 4 and len(links) == 2
    state = app.test_cli_runner().invoke(args=["clinic", "state", str(number)])
    assert "state: open" in state.output and "users: 1" in state.output
    missing = app.test_cli_runner().invoke(args=["clinic", "state", "999999"])
    assert missing.exit_code != 0


def test_a_clinic_that_was_confirmed_meanwhile_is_not_erased(app, client, mails):
    number = opened(client, mails)
    with transaction(number) as session:
        late = NOW + timedelta(days=30)
        assert clinic_signup.erase_abandoned(session, number, late) is False
    assert len(clinics_named("Clinic of Ada")) == 1
