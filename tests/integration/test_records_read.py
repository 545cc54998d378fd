"""Reading records: who may, what is noted, print and PDF, files, and the patient's own list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa

from medcor.domain.appointments import AppointmentStatus
from medcor.domain.records import RecordText
from medcor.extensions import db
from medcor.models import Clinic, Patient
from medcor.services import records
from medcor.services.record_files import NewFile
from medcor.web import documents
from medcor.web.transaction import reading, transaction
from tests.conftest import NOW
from tests.page_helpers import text_of
from tests.record_helpers import (
    PDF,
    PNG,
    TEXT,
    VISIT,
    acts,
    first_file,
    make_visit,
    post,
    sign_in,
    view_path,
    write_record,
)

READING = ("record.read", "record.printed", "record.file_opened")


@pytest.fixture()
def visit(world) -> int:
    made = make_visit(world.one)
    write_record(world.one.doctor, made, files=(NewFile(PDF, "report.pdf"),))
    return made


def pages_of(visit: int, file_id: int) -> list[str]:
    base = f"/appointments/{visit}/"
    return [
        f"{base}record/",
        f"{base}record/print/",
        f"{base}record.pdf",
        f"{base}record/prescription.pdf",
        f"{base}record/files/{file_id}/",
    ]


def test_the_patient_reads_and_sees_who_opened_it(app, world, visit):
    doctor, patient = app.test_client(), app.test_client()
    sign_in(doctor, world.one.doctor).get(view_path(visit))
    sign_in(patient, world.one.patient)
    page = patient.get(view_path(visit))
    told = text_of(page)
    assert page.status_code == 200 and "Dark spot on 36." in told
    assert "Who opened this record" in told and "Dr. Doctor Test · Doctor Read" in told
    assert "Patient Test · You Read" in told and "4 Mar 2026, 09:00" in told
    assert "Change" not in told and "/add-medical-record/" not in page.text
    assert "Remove" not in told and "Last time" not in told


def test_every_opening_is_noted_with_who_and_how(world, visit, client):
    sign_in(client, world.one.patient)
    file_id = first_file(world.one.id)
    for path in pages_of(visit, file_id):
        assert client.get(path).status_code == 200, path
    user = world.one.patient.user_id
    record_id = records.record_of(reading(world.one.id), visit).id
    assert acts(world.one.id, *READING) == [
        ("record.read", user, record_id),
        ("record.printed", user, record_id),
        ("record.printed", user, record_id),
        ("record.printed", user, record_id),
        ("record.file_opened", user, record_id),
    ]
    told = text_of(client.get(view_path(visit)))
    assert "Printed or saved as PDF" in told and "Opened a file" in told


@pytest.mark.parametrize("who", ["other_patient", "other_doctor", "admin", "stranger", "foreign"])
def test_whom_it_does_not_concern_reads_nothing(world, visit, client, who):
    actor = {"stranger": world.two.patient, "foreign": world.two.doctor}.get(who)
    sign_in(client, actor or getattr(world.one, who))
    file_id = first_file(world.one.id)
    for path in pages_of(visit, file_id):
        answer = client.get(path)
        assert answer.status_code == (403 if who == "admin" else 404), path
        assert b"Dark spot" not in answer.data and b"%PDF" not in answer.data
        script = client.get(path, headers={"Accept": "application/json"})
        assert script.status_code == answer.status_code and script.is_json
    assert not acts(world.one.id, *READING)


def test_an_admin_is_told_why_and_reads_once_the_clinic_turned_it_on(world, visit, client):
    sign_in(client, world.one.admin)
    refused = client.get(view_path(visit))
    assert refused.status_code == 403
    assert "has not turned on that admins read medical records" in text_of(refused)
    with transaction(world.one.id) as session:
        session.get(Clinic, world.one.id).admins_read_records = True
    page = client.get(view_path(visit))
    assert page.status_code == 200 and "Dark spot on 36." in text_of(page)
    assert "Change" not in text_of(page) and "Last time" not in text_of(page)
    assert [act for act, *_rest in acts(world.one.id, *READING)] == ["record.read"]


def test_an_admin_learns_nothing_of_a_visit_without_a_record(world, client):
    visit = make_visit(world.one)
    assert sign_in(client, world.one.admin).get(view_path(visit)).status_code == 404


@pytest.mark.parametrize(
    ("status", "reads"),
    [
        (AppointmentStatus.CONFIRMED, True),
        (AppointmentStatus.COMPLETED, True),
        (AppointmentStatus.CANCELLED, False),
    ],
)
def test_a_doctor_who_treats_the_patient_reads_but_does_not_write(
    world, visit, client, status, reads
):
    ahead = VISIT + timedelta(days=14)
    make_visit(world.one, doctor=world.one.other_doctor, day=ahead, status=status)
    sign_in(client, world.one.other_doctor)
    page = client.get(view_path(visit))
    assert page.status_code == (200 if reads else 404)
    if reads:
        assert "/add-medical-record/" not in page.text and "Add files" not in text_of(page)
        assert "/appointment-details/" not in page.text
        path = f"/appointments/{visit}/record/files/"
        assert post(client, path, attachment=[(PNG, "x.png")]).status_code == 404


def test_a_locked_record_is_open_to_its_own_doctor_only(app, world, visit):
    make_visit(world.one, doctor=world.one.other_doctor)
    with transaction(world.one.id) as session:
        session.get(Patient, world.one.patient.profile_id).erased_at = NOW
        session.get(Clinic, world.one.id).admins_read_records = True
    for who, status in (("doctor", 200), ("other_doctor", 404), ("admin", 404)):
        client = sign_in(app.test_client(), getattr(world.one, who))
        page = client.get(view_path(visit))
        assert page.status_code == status, who
        if status == 200:
            assert "data was erased at their request" in text_of(page)
            assert "/add-medical-record/" not in page.text


def test_without_a_record_there_is_nothing_to_open(world, client):
    visit = make_visit(world.one)
    sign_in(client, world.one.doctor)
    for path in pages_of(visit, 1):
        assert client.get(path).status_code == 404, path
    for path in pages_of(2**40, 2**40):
        assert client.get(path).status_code == 404, path


def test_the_print_page_holds_the_record_and_nothing_around_it(world, visit, client):
    sign_in(client, world.one.doctor)
    page = client.get(view_path(visit) + "print/")
    told = text_of(page)
    assert "Clinic one.test" in told and "K02.1 Caries of dentine" in told
    assert "Version 1, saved on 4 Mar 2026, 09:00 by Dr. Doctor Test." in told
    assert "<nav" not in page.text and "data-print" in page.text


def test_the_pdf_is_made_of_what_was_written_and_kept_nowhere(world, visit, client):
    sign_in(client, world.one.patient)
    answer = client.get(f"/appointments/{visit}/record.pdf")
    assert answer.mimetype == "application/pdf" and answer.data.startswith(b"%PDF-")
    assert answer.headers["Cache-Control"] == "no-store"
    name = f"record-{VISIT.isoformat()}-{visit}.pdf"
    assert answer.headers["Content-Disposition"] == f'inline; filename="{name}"'
    own = client.get(f"/appointments/{visit}/record/prescription.pdf")
    assert own.data.startswith(b"%PDF-") and b"prescription-" in str(own.headers).encode()


def test_a_record_without_medicines_has_no_prescription_to_print(world, client):
    visit = make_visit(world.one)
    write_record(world.one.doctor, visit, RecordText(complaint="Only words"))
    sign_in(client, world.one.doctor)
    assert client.get(f"/appointments/{visit}/record/prescription.pdf").status_code == 404
    assert "/prescription.pdf" not in client.get(view_path(visit)).text


HOSTILE = RecordText(
    complaint='#panic("no") #read("/etc/passwd") $x$ *b* _i_ @ref <label> \\ ` // /* [',
    findings="İğne ucu; şüpheli lezyon — çürük, öğütücü diş\n\n" + "satır\n" * 400,
    diagnosis='"]#sys.exit() " \\u{0}',
)


class Spy:
    """Keeps what the printer is given and prints it."""

    def __init__(self, printer) -> None:
        self.printer, self.facts = printer, {}

    def print(self, layout, facts):
        self.facts = facts
        return self.printer.print(layout, facts)


@pytest.mark.parametrize(("language", "word"), [("en", "Medical record"), ("tr", None)])
def test_nothing_that_was_typed_runs_in_the_pdf(app, world, client, language, word):
    visit = make_visit(world.one)
    write_record(world.one.doctor, visit, HOSTILE)
    sign_in(client, world.one.doctor)
    with app.test_request_context():
        spy = Spy(documents.printer())
    app.extensions["medcor"].parts["printer"] = spy
    try:
        with client.session_transaction() as cookie:
            cookie["language"] = language
        answer = client.get(f"/appointments/{visit}/record.pdf")
    finally:
        app.extensions["medcor"].parts["printer"] = spy.printer
    assert answer.data.startswith(b"%PDF-")
    # Four hundred lines need more than one page, and the document says its language.
    assert len(re.findall(rb"/Type\s*/Page\b", answer.data)) > 3
    assert f"/Lang ({language})".encode() in answer.data or spy.facts["language"] == language
    assert HOSTILE.complaint in [each["text"] for each in spy.facts["sections"]]
    assert word is None or spy.facts["title"] == word
    assert "{page}" in spy.facts["page"] and "{pages}" in spy.facts["page"]


def test_the_patients_list_holds_their_own_newest_first(world, client):
    for days, text in ((14, TEXT), (7, RecordText(diagnosis="Bruised knee"))):
        visit = make_visit(world.one, day=VISIT - timedelta(days=days))
        write_record(world.one.doctor, visit, text)
    again = make_visit(world.one, hour=11)
    write_record(world.one.doctor, again, RecordText(diagnosis="First word"))
    write_record(world.one.doctor, again, RecordText(diagnosis="Healed"))
    other = make_visit(world.one, hour=10, patient=world.one.other_patient)
    write_record(world.one.doctor, other, RecordText(diagnosis="Somebody else's"))
    make_visit(world.one, day=VISIT - timedelta(days=1))
    sign_in(client, world.one.patient)
    told = text_of(client.get("/my-records/"))
    order = [told.index(each) for each in ("Healed", "Bruised knee", "K02.1 Caries of dentine")]
    assert order == sorted(order) and "1–3 of 3" in told
    assert "Somebody else's" not in told and "First word" not in told
    for search, found in (("knee", 1), ("k02", 1), ("dental clean", 3), ("doctor test", 3)):
        body = client.get(f"/my-records/?q={search}", headers={"Accept": "application/json"}).json
        assert body["count"] == found, search
    assert "No record holds these words" in text_of(client.get("/my-records/?q=First"))
    assert "No record found" in text_of(client.get("/my-records/?q=%25"))


def test_an_empty_list_says_what_comes(world, client):
    sign_in(client, world.one.patient)
    assert "No records yet" in text_of(client.get("/my-records/"))


@pytest.mark.parametrize("who", ["doctor", "admin"])
def test_the_list_is_the_patients_own_page(world, client, who):
    assert sign_in(client, getattr(world.one, who)).get("/my-records/").status_code == 403


@contextmanager
def queries() -> Iterator[list[str]]:
    """What the database is asked within a block."""
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        seen.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)


def test_a_list_of_many_takes_no_more_queries(world, client):
    sign_in(client, world.one.patient)
    counts = []
    for number in range(0, 24, 12):
        for each in range(12):
            visit = make_visit(world.one, day=VISIT - timedelta(days=number + each))
            write_record(world.one.doctor, visit)
        with queries() as seen:
            assert client.get("/my-records/").status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 12


@pytest.mark.parametrize(
    ("who", "written", "link"),
    [
        ("doctor", False, "Write the record"),
        ("doctor", True, "Medical record"),
        ("patient", False, None),
        ("patient", True, "Medical record"),
        ("admin", False, None),
        ("admin", True, None),
    ],
)
def test_the_appointments_page_leads_to_the_record(world, client, who, written, link):
    visit = make_visit(world.one)
    if written:
        write_record(world.one.doctor, visit)
    sign_in(client, getattr(world.one, who))
    page = client.get(f"/appointment-details/{visit}/")
    leads = f'href="{view_path(visit)}"' if written else f"/add-medical-record/{visit}/"
    assert (leads in page.text) is (link is not None)
    assert link is None or link in text_of(page)


def test_a_visit_that_has_not_begun_offers_no_record(world, client):
    visit = make_visit(world.one, day=VISIT + timedelta(days=7), status=AppointmentStatus.CONFIRMED)
    sign_in(client, world.one.doctor)
    assert "Write the record" not in text_of(client.get(f"/appointment-details/{visit}/"))
