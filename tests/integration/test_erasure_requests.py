"""Requests for erasure: asked, withdrawn, listed, refused; who may, and what is told."""

from __future__ import annotations

import threading

import pytest

from medcor.extensions import db
from medcor.models import (
    ErasureState,
    User,
)
from medcor.services import erasure
from medcor.web.transaction import in_transaction, reading, transaction
from tests.conftest import NOW
from tests.erasure_helpers import ASK, ask, fill_person, requests, state_of
from tests.factories import PASSWORD
from tests.page_helpers import sent_mails, sign_in_patient, sign_in_staff, text_of
from tests.record_helpers import acts, make_visit, post, write_record


@pytest.fixture()
def person(world):
    return fill_person(world)


# Asking and withdrawing


def test_a_patient_asks_with_their_password_and_withdraws(world, person, client):
    sign_in_patient(client, person)
    page = text_of(client.get(ASK))
    assert "1 appointment ahead is cancelled." in page and "It can't be undone." in page
    answer = post(client, ASK, note="I move abroad.\r\nThank you.", password=PASSWORD)
    assert answer.status_code == 302 and answer.headers["Location"] == "/my-data/"
    told = text_of(client.get("/my-data/"))
    assert "You asked on 4 Mar 2026, 09:00" in told and "Ask to erase my data" not in told
    (request,) = requests(world.one.id)
    assert (request.state, request.note) == (ErasureState.ASKED, "I move abroad.\nThank you.")
    for _press in range(2):
        assert post(client, "/my-data/erasure/withdrawal/").status_code == 302
    assert state_of(world.one.id, request.id) is ErasureState.WITHDRAWN
    assert "Ask to erase my data" in text_of(client.get("/my-data/"))
    assert acts(world.one.id, "erasure.") == [
        ("erasure.asked", person.user_id, person.profile_id),
        ("erasure.withdrawn", person.user_id, person.profile_id),
    ]


def test_asking_twice_leaves_one_request(world, person, client):
    sign_in_patient(client, person)
    for _press in range(2):
        assert post(client, ASK, note="", password=PASSWORD).status_code == 302
    assert len(requests(world.one.id)) == 1


def test_asking_at_once_leaves_one_request(app, world, person):
    line, failed = threading.Barrier(4), []

    def run() -> None:
        with app.app_context():
            line.wait(20)
            try:
                work = lambda session: erasure.ask_erasure(session, person, "", NOW)  # noqa: E731
                in_transaction(person.clinic_id, person, work)
            except Exception as error:
                failed.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not failed and len(requests(world.one.id)) == 1


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"password": "not it"}, "This is not your password."),
        ({"password": ""}, "Enter your password."),
        ({"password": PASSWORD, "note": "x" * 501}, "Use at most 500 characters."),
    ],
)
def test_a_wrong_form_is_told_and_kept(world, person, client, fields, told):
    sign_in_patient(client, person)
    answer = post(client, ASK, **{"note": "Kept words", **fields})
    assert answer.status_code == 400 and told in text_of(answer)
    assert "data-error-summary" in answer.text
    assert "Kept words" in answer.text or "x" * 501 in answer.text
    assert PASSWORD not in answer.text and not requests(world.one.id)


def test_passwords_can_not_be_guessed_here_without_end(world, person, client):
    sign_in_patient(client, person)
    answers = [post(client, ASK, password="no").status_code for _try in range(12)]
    assert answers[0] == 400 and answers[-1] == 429


# The admin's answer


def test_an_admin_sees_what_would_happen_and_refuses_with_an_answer(world, person, app, client):
    write_record(world.one.doctor, make_visit(world.one))
    request_id = ask(person)
    sign_in_staff(client, world.one.admin)
    told = text_of(client.get("/erasure-requests/"))
    assert "Hidden Name" in told and "Waits for an answer" in told
    page = text_of(client.get(f"/erasure-requests/{request_id}/carry-out/"))
    assert "Erase Hidden Name?" in page and "This 1 appointment is cancelled:" in page
    assert "Monday, 9 March 2026, 09:00 · Dental Cleaning · Dr. Doctor Test" in page
    assert "1 medical record is kept and locked until 2 Mar 2046, 20 years after" in page
    assert "A last mail goes to patient@one.test." in page
    path = f"/erasure-requests/{request_id}/refuse/"
    empty = post(client, path, answer="  ")
    assert empty.status_code == 400 and "Say why, so that the patient knows." in text_of(empty)
    assert post(client, path, answer="There is an open bill.").status_code == 302
    assert state_of(world.one.id, request_id) is ErasureState.REFUSED
    patient = app.test_client()
    sign_in_patient(patient, person)
    told = text_of(patient.get("/my-data/"))
    assert "There is an open bill." in told and "Ask to erase my data" in told
    # In between: that nobody has looked after their hand-over yet.
    (_booked, _waits, refusal) = sent_mails(app.extensions["medcor"].settings.mail_folder)
    assert refusal["To"] == "patient@one.test" and "There is an open bill." in str(refusal)
    assert acts(world.one.id, "erasure.")[-1] == (
        "erasure.refused",
        world.one.admin.user_id,
        person.profile_id,
    )
    assert post(client, path, answer="Again").status_code == 409
    assert post(client, f"/erasure-requests/{request_id}/carry-out/").status_code == 409


def test_a_withdrawn_request_can_not_be_carried_out(world, person, client):
    request_id = ask(person)
    with transaction(world.one.id, person) as session:
        erasure.withdraw_erasure(session, person, NOW)
    sign_in_staff(client, world.one.admin)
    assert client.get(f"/erasure-requests/{request_id}/carry-out/").status_code == 409
    assert post(client, f"/erasure-requests/{request_id}/carry-out/").status_code == 409
    db.session.remove()
    assert reading(world.one.id).get(User, person.user_id).first_name == "Hidden"


@pytest.mark.parametrize("who", ["doctor", "patient", "foreign"])
def test_only_the_clinics_admin_decides(world, person, client, who):
    request_id = ask(person)
    actor = world.two.admin if who == "foreign" else getattr(world.one, who)
    (sign_in_patient if actor.is_patient else sign_in_staff)(client, actor)
    wrong = 404 if who == "foreign" else 403
    for step in ("carry-out", "refuse"):
        path = f"/erasure-requests/{request_id}/{step}/"
        assert client.get(path).status_code == wrong
        assert post(client, path, answer="x").status_code == wrong
    if who != "foreign":
        assert client.get("/erasure-requests/").status_code == 403
    else:
        assert "Nobody has asked" in text_of(client.get("/erasure-requests/"))
    assert state_of(world.one.id, request_id) is ErasureState.ASKED


def test_the_list_is_searched_filtered_sorted_and_exported(world, client):
    ask(world.one.patient)
    ask(world.one.other_patient)
    with transaction(world.one.id, world.one.patient) as session:
        erasure.withdraw_erasure(session, world.one.patient, NOW)
    sign_in_staff(client, world.one.admin)
    names = ("Patient Test", "Second-Patient Test")
    first, second = "Patient Test 4 Mar 2026", "Second-Patient Test 4 Mar 2026"
    told = text_of(client.get("/erasure-requests/?sort=patient&direction=asc"))
    assert told.index(f" {first}") < told.index(second)
    for one_only in ("state=asked", "q=second"):
        told = text_of(client.get(f"/erasure-requests/?{one_only}"))
        assert second in told and f" {first}" not in told
    assert "No request found" in text_of(client.get("/erasure-requests/?state=done"))
    assert client.get("/erasure-requests/?state=odd&sort=odd&page=99").status_code == 200
    file = client.get("/erasure-requests/?format=csv&sort=patient", buffered=True)
    assert file.mimetype == "text/csv"
    assert [line.split(",")[0] for line in file.text.splitlines()[1:]] == [*names]
    assert acts(world.one.id, "erasure.exported")[0][:2] == (
        "erasure.exported",
        world.one.admin.user_id,
    )
    body = client.get("/erasure-requests/", headers={"Accept": "application/json"}).json
    assert body["count"] == 2
