"""A patient's own data as one download: complete, their own only, and noted."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta

import pytest
from PIL import Image

from medcor.domain.records import RecordText
from medcor.models import AuthSession, Handover, MessageType, User
from medcor.services.conversations import log_message
from medcor.services.files import add_picture, draw_picture
from medcor.services.record_files import NewFile
from medcor.services.records import READ, open_record
from medcor.web.transaction import transaction
from tests.conftest import NOW
from tests.page_helpers import sign_in_patient, sign_in_staff, text_of
from tests.record_helpers import PDF, PNG, VISIT, acts, make_visit, write_record

SECRETS = ("password", "token", "refresh", "$argon2")


@pytest.fixture()
def held(world) -> int:
    """A patient with one of everything, and another person with the same."""
    for patient, words in (
        (world.one.patient, "my own words"),
        (world.one.other_patient, "somebody else's words"),
    ):
        visit = make_visit(world.one, patient=patient, hour=9 if "own" in words else 11)
        write_record(world.one.doctor, visit, RecordText(complaint=f"First, {words}"))
        file = NewFile(PDF + words.encode(), f"../{words} é.pdf")
        write_record(world.one.doctor, visit, RecordText(complaint=words), files=(file,))
        with transaction(world.one.id, patient) as session:
            open_record(session, world.one.doctor, visit, act=READ)
            row = Handover(user_id=patient.user_id, reason=f"call me, {words}", flag="stroke")
            row.outcome, row.closed_at = f"called, {words}", NOW
            session.add(row)
            log_message(
                session,
                patient,
                session_id="talk",
                turn_id="turn",
                message_id=f"message-{patient.user_id}",
                message_type=MessageType.USER,
                content=f"I said <b>{words}</b>",
                source="voice",
                interrupted=False,
                now=NOW,
            )
    return visit


def archive_of(answer) -> zipfile.ZipFile:
    assert answer.status_code == 200 and answer.mimetype == "application/zip"
    return zipfile.ZipFile(io.BytesIO(answer.data))


def test_the_page_says_what_there_is(world, held, client):
    sign_in_patient(client, world.one.patient)
    told = text_of(client.get("/my-data/"))
    assert "Medical records 1" in told and "Lines with the assistant 1" in told
    assert "Appointments 1" in told and "Sign-ins 1" in told
    assert "Download my data" in told and "Ask to erase my data" in told


def test_the_download_holds_everything_of_ones_own(world, held, client):
    sign_in_patient(client, world.one.patient)
    answer = client.get("/my-data/download/")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="my-data-2026-03-04.zip"'
    archive = archive_of(answer)
    assert archive.testzip() is None
    data = json.loads(archive.read("data.json"))
    assert data["profile"]["email"] == "patient@one.test"
    (record,) = data["records"]
    assert [each["complaint"] for each in record["versions"]] == [
        "First, my own words",
        "my own words",
    ]
    assert [each["number"] for each in record["versions"]] == [1, 2]
    assert record["opened_by"][0]["name"] == "Dr. Doctor Test"
    assert record["opened_by"][0]["act"] == "record.read"
    (visit,) = data["appointments"]
    assert (visit["date"], visit["start"], visit["state"]) == (
        VISIT.isoformat(),
        "09:00:00",
        "Completed",
    )
    assert data["talks_with_the_assistant"][0]["text"] == "I said <b>my own words</b>"
    assert data["asked_for_a_person"][0]["reason"] == "call me, my own words"
    assert len(data["sign_ins"]) == 1
    assert "account.signed_in" in [each["act"] for each in data["acts"]]
    folder = f"records/{VISIT.isoformat()}-{visit['id']}"
    names = archive.namelist()
    assert names[:3] == ["data.json", "index.html", f"{folder}/record.pdf"]
    assert archive.read(f"{folder}/record.pdf").startswith(b"%PDF-")
    (file,) = names[3:]
    assert archive.read(file) == PDF + b"my own words" and file.startswith(f"{folder}/")
    assert ".." not in file and "\\" not in file and file.isascii()


def test_the_page_in_the_archive_is_readable_and_runs_nothing(world, held, client):
    sign_in_patient(client, world.one.patient)
    archive = archive_of(client.get("/my-data/download/"))
    page = archive.read("index.html").decode()
    assert "I said &lt;b&gt;my own words" in page and "<script" not in page
    for name in archive.namelist()[2:]:
        assert f'href="{name}"' in page
    assert "patient@one.test" in page and "Dr. Doctor Test" in page


def test_nothing_of_others_and_no_secret_is_in_it(world, held, client):
    sign_in_patient(client, world.one.patient)
    archive = archive_of(client.get("/my-data/download/"))
    for name in archive.namelist():
        content = archive.read(name)
        assert b"somebody else" not in content and b"second-patient" not in content, name
        if name.endswith((".json", ".html")):
            assert not [word for word in SECRETS if word in content.decode()], name


def test_the_picture_is_in_it(world, client):
    drawing = draw_picture(_png())
    with transaction(world.one.id, world.one.patient) as session:
        path = add_picture(session, world.one.patient, drawing)
        session.get(User, world.one.patient.user_id).picture = path
    sign_in_patient(client, world.one.patient)
    assert archive_of(client.get("/my-data/download/")).read("picture.webp") == drawing


def _png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (20, 20), "teal").save(out, "PNG")
    return out.getvalue()


def test_a_person_with_nothing_gets_a_download_too(world, client):
    sign_in_patient(client, world.one.other_patient)
    data = json.loads(archive_of(client.get("/my-data/download/")).read("data.json"))
    assert data["records"] == [] and data["appointments"] == []


def test_large_files_are_streamed_through_a_temporary_file(world, client):
    visit = make_visit(world.one)
    large = tuple(NewFile(PNG + bytes([n]) * 3 * 1024 * 1024, f"{n}.png") for n in range(3))
    write_record(world.one.doctor, visit, RecordText(complaint="x"), files=large)
    sign_in_patient(client, world.one.patient)
    answer = client.get("/my-data/download/")
    archive = archive_of(answer)
    assert sum(each.file_size for each in archive.infolist()) > 9 * 1024 * 1024
    answer.close()


def test_the_export_is_noted(world, held, client):
    sign_in_patient(client, world.one.patient)
    client.get("/my-data/download/")
    who = world.one.patient
    assert acts(world.one.id, "data.") == [("data.exported", who.user_id, who.profile_id)]


def test_a_download_is_not_made_without_end(world, client):
    sign_in_patient(client, world.one.patient)
    answers = [client.get("/my-data/download/").status_code for _number in range(21)]
    assert answers == [200] * 20 + [429]


@pytest.mark.parametrize("path", ["/my-data/", "/my-data/download/", "/my-data/erasure/"])
@pytest.mark.parametrize("who", ["doctor", "admin"])
def test_it_is_for_patients(world, client, path, who):
    sign_in_staff(client, getattr(world.one, who))
    assert client.get(path).status_code == 403


def test_sign_ins_of_before_are_counted(world, client):
    with transaction(world.one.id) as session:
        session.add(
            AuthSession(
                user_id=world.one.patient.user_id,
                public_id="old",
                user_agent="An old browser",
                expires_at=NOW - timedelta(days=1),
            )
        )
    sign_in_patient(client, world.one.patient)
    archive = archive_of(client.get("/my-data/download/"))
    assert "An old browser" in archive.read("index.html").decode()
