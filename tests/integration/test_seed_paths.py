"""Every path of the published description, by role and method: status, title, headings, forms.

Both clinics are told apart by their words, so that a page which shows a foreign object is found.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect

from medcor.models import Clinic, Treatment, User
from medcor.services import booking
from medcor.services.booking import BookingRequest
from medcor.web.transaction import transaction
from tests.conftest import NOW
from tests.html_page import HtmlPage, read_page
from tests.page_helpers import csrf_token, sign_in_patient, sign_in_staff
from tests.seed_paths import ADMIN, ALL, DOCTOR, PATHS, PATIENT, PUBLIC, SeedPath

DAY = date(2026, 3, 9)
LATER = date(2026, 3, 16)
# Two days ago, and booked before: a visit to write a record about.
VISIT = date(2026, 3, 2)
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
FOREIGN = "Foreignword"
# Words of the same clinic that a patient must not read: the other patient's name.
OTHER_PATIENT = "Otherpatientword"


def mark_foreign(world) -> None:
    """Give the second clinic's people and things, and the other patient, words of their own."""
    with transaction(world.two.id) as session:
        session.execute(sa.update(User).values(last_name=FOREIGN))
        session.execute(
            sa.update(Treatment).values(
                description=f"{FOREIGN} description", name=Treatment.name + f" {FOREIGN}"
            )
        )
        session.get_one(Clinic, world.two.id).name = f"{FOREIGN} Clinic"
    with transaction(world.one.id) as session:
        session.get_one(User, world.one.other_patient.user_id).last_name = OTHER_PATIENT


def book(clinic, patient, slot: int, day: date, now: datetime = NOW) -> int:
    with transaction(clinic.id) as session:
        wish = BookingRequest(
            clinic.doctor.profile_id, clinic.treatment_id, clinic.slot_ids[slot], day
        )
        return booking.book_appointment(session, patient, wish, now).id


@pytest.fixture()
def values(world) -> dict[str, object]:
    """What the paths name, in the first clinic; the other patient and clinic have some too."""
    mark_foreign(world)
    one = world.one
    made = book(one, one.patient, 0, DAY)
    book(one, one.other_patient, 1, DAY)
    book(world.two, world.two.patient, 0, DAY)
    return {
        "doctor_id": one.doctor.profile_id,
        "patient_id": one.patient.profile_id,
        "treatment_id": one.treatment_id,
        "slot_id": one.slot_ids[2],
        "appointment_id": made,
        "visit_id": book(one, one.patient, 0, VISIT, NOW - timedelta(days=7)),
    }


@pytest.fixture()
def people(app: Flask, world) -> dict[str, FlaskClient]:
    """A signed-in browser of each role."""
    clients = {role: app.test_client() for role in ALL}
    sign_in_staff(clients[ADMIN], world.one.admin)
    sign_in_staff(clients[DOCTOR], world.one.doctor)
    sign_in_patient(clients[PATIENT], world.one.patient)
    return clients


def url_of(seed: SeedPath, values: dict[str, object]) -> str:
    """The path with its values, and the query that two of the pages ask for."""
    if seed.view == "appointment.appointment_medical_record":
        values = {**values, "appointment_id": values["visit_id"]}
    url = seed.path.format(**values)
    if seed.view == "appointment.book_slot":
        return f"{url}?appointment_date={LATER.isoformat()}"
    if seed.view == "appointment.appointment_success":
        return f"{url}?appointment_id={values['appointment_id']}"
    if seed.view == "appointment.doctor_slots_and_excluded_dates_list":
        return f"{url}?doctor_id={values['doctor_id']}"
    return url


def takes(app: Flask, path: str, method: str) -> bool:
    """Say whether the product has a route for a path and method."""
    try:
        app.url_map.bind("localhost").match(urlsplit(path).path, method=method)
    except RequestRedirect:
        return True
    except (NotFound, MethodNotAllowed):
        return False
    except HTTPException as error:
        raise AssertionError(path) from error
    return True


def check_page(app: Flask, markup: str, path: str, clinic_name: str = "") -> HtmlPage:
    """What holds on every page: one heading, a title, forms and links that lead somewhere."""
    page = read_page(markup)
    assert page.heading, path
    assert clinic_name in page.title, (path, page.title)
    assert len(page.title.split("·")) >= 2, (path, page.title)
    for form in page.forms:
        target = form.action or path
        assert target.startswith("/"), (path, target)
        assert takes(app, target, form.method), (path, form)
        if form.method == "POST":
            assert form.fields.get("csrf_token"), (path, form)
    for link in page.links:
        if link.startswith("/"):
            assert takes(app, link, "GET"), (path, link)
        else:
            assert link.startswith(("#", "?", "tel:", "mailto:", "https://", "webcal:")), link
    return page


@pytest.mark.parametrize("seed", PATHS, ids=lambda seed: seed.path)
def test_the_path_has_its_view_and_its_methods(app, seed):
    adapter = app.url_map.bind("localhost")
    path = seed.path.format(
        **dict.fromkeys(("doctor_id", "patient_id"), 1), treatment_id=1, slot_id=1, appointment_id=1
    )
    expected = {"GET"} if seed.get else set()
    expected |= {"POST"} if seed.post else set()
    if seed.view == "treatment.delete_treatment":
        expected.add("GET")
    found = {method for method in METHODS if takes(app, path, method)}
    # A path that only takes what a form sends may show that form's page as well.
    assert expected <= found <= expected | {"GET"}, found
    assert adapter.match(path, method=sorted(expected)[-1])[0] == seed.view


def test_every_page_by_role(app, world, values, people):
    wrong = []
    for seed in PATHS:
        for role, client in people.items():
            answer = client.get(url_of(seed, values), headers={"Accept": "text/html"})
            if not seed.get:
                assert answer.status_code in (403, 405, 200, 302, 400), (seed.path, role)
                continue
            expected = 200 if role in seed.get else 403
            if answer.status_code == 302 and seed.view == "account.profile_view":
                answer = client.get(answer.headers["Location"])
            if answer.status_code != expected:
                wrong.append((seed.path, role, answer.status_code))
                continue
            if expected == 200:
                page = check_page(app, answer.text, seed.path, "Clinic one.test")
                if page.heading != seed.get[role]:
                    wrong.append((seed.path, role, page.heading))
    assert not wrong, "\n".join(map(str, wrong))


def test_no_page_shows_a_foreign_object(app, world, values, people):
    for seed in PATHS:
        for role, client in people.items():
            if role not in seed.get:
                continue
            answer = client.get(url_of(seed, values), follow_redirects=True)
            assert FOREIGN not in answer.text and "two.test" not in answer.text, (seed.path, role)
            if role == PATIENT:
                assert OTHER_PATIENT not in answer.text, seed.path
                assert "second-patient@" not in answer.text, seed.path


def test_the_words_that_must_not_show_would_be_found(app, world, values):
    """The control: the foreign words do show on pages of their own clinic."""
    client = app.test_client()
    sign_in_staff(client, world.two.admin)
    assert FOREIGN in client.get("/list_patients/").text
    assert FOREIGN in client.get("/list_treatments/").text
    own = app.test_client()
    sign_in_staff(own, world.one.admin)
    assert OTHER_PATIENT in own.get("/list_patients/").text


def test_signed_out_visitors_are_sent_to_the_right_door(app, world, values, client):
    for seed in PATHS:
        url = url_of(seed, values)
        if seed.get:
            answer = client.get(url, headers={"Accept": "text/html"})
            door = "/patient/login/" if PATIENT in seed.get else "/login/"
            assert answer.status_code == 302, seed.path
            assert urlsplit(answer.headers["Location"]).path == door, seed.path
            assert "next=" in answer.headers["Location"], seed.path
        script = client.open(
            url, method="GET" if seed.get else "POST", headers={"Accept": "application/json"}
        )
        assert script.status_code == 401 and script.is_json, seed.path


def test_posts_by_role_are_refused_or_understood(app, world, values, people):
    """A wrong role gets 403; the right one gets an answer about what it sent, never a 500."""
    for seed in PATHS:
        if not seed.post:
            continue
        for role, client in people.items():
            token = csrf_token(client, "/profile/edit/")
            answer = client.post(url_of(seed, values), data={"csrf_token": token})
            if role not in seed.post:
                assert answer.status_code == 403, (seed.path, role)
            else:
                assert answer.status_code in (302, 400, 404, 409), (seed.path, role)
                assert answer.text or answer.status_code == 302


def test_posts_as_json_get_json(app, world, values, people):
    for seed in PATHS:
        for role in seed.post:
            client = people[role]
            token = csrf_token(client, "/profile/edit/")
            answer = client.post(url_of(seed, values), json={}, headers={"X-CSRFToken": token})
            assert answer.is_json, (seed.path, role, answer.text[:200])
            assert answer.status_code < 500, (seed.path, role)


@pytest.mark.parametrize("path", PUBLIC, ids=str)
def test_public_pages(app, world, client, path):
    view, heading = PUBLIC[path]
    answer = client.get(f"{path}?clinic={world.one.id}")
    assert answer.status_code == 200
    page = check_page(app, answer.text, path, "Clinic one.test")
    assert page.heading == heading
    assert app.url_map.bind("localhost").match(path, method="POST")[0] == view
    choosing = app.test_client().get(path)
    assert choosing.status_code == 200
    assert "Clinic one.test" in choosing.text and "Clinic two.test" in choosing.text


@pytest.mark.parametrize(
    ("role", "target"), [(ADMIN, "/today/"), (DOCTOR, "/today/"), (PATIENT, "/patient/")]
)
def test_home_leads_by_role(app, world, people, role, target):
    answer = people[role].get("/home/")
    assert answer.status_code == 302
    assert answer.headers["Location"] == target
    page = check_page(app, people[role].get(target).text, target, "Clinic one.test")
    assert page.heading
