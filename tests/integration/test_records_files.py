"""Files beside records: handed out by the record's own rule, removed and brought back."""

from __future__ import annotations

import pytest

from medcor.models import RecordAttachment, StoredFile
from medcor.services.record_files import NewFile
from medcor.web.transaction import reading
from tests.page_helpers import text_of
from tests.record_helpers import (
    PDF,
    PNG,
    acts,
    count,
    first_file,
    make_visit,
    post,
    sign_in,
    view_path,
    write_record,
)


@pytest.fixture()
def visit(world) -> int:
    made = make_visit(world.one)
    write_record(world.one.doctor, made, files=(NewFile(PDF, "report.pdf"),))
    return made


def test_a_file_is_handed_out_to_save_and_never_shown_as_a_page(world, visit, client):
    sign_in(client, world.one.patient)
    file_id = first_file(world.one.id)
    answer = client.get(f"/appointments/{visit}/record/files/{file_id}/")
    assert answer.data == PDF and answer.mimetype == "application/pdf"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "report.pdf" in answer.headers["Content-Disposition"]
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    name = reading(world.one.id).get(StoredFile, file_id).name
    # Attachments are no public pictures, whoever knows their name.
    assert client.get(f"/media/{world.one.id}/{name}").status_code == 404


def test_a_file_of_another_record_is_unknown(world, visit, client):
    other = make_visit(world.one, hour=11)
    write_record(world.one.doctor, other)
    sign_in(client, world.one.doctor)
    file_id = first_file(world.one.id)
    assert client.get(f"/appointments/{other}/record/files/{file_id}/").status_code == 404
    assert post(client, f"/appointments/{other}/record/files/{file_id}/removal/").status_code == 404


def test_files_are_added_removed_and_brought_back(app, world, visit):
    doctor, patient = app.test_client(), app.test_client()
    sign_in(doctor, world.one.doctor)
    sign_in(patient, world.one.patient)
    path = f"/appointments/{visit}/record/files/"
    assert "Add files" in text_of(doctor.get(path))
    assert post(doctor, path, attachment=[(PNG, "../../x\\y.png")]).status_code == 302
    assert post(doctor, path, attachment=[(PNG, "again.png")]).status_code == 302
    assert count(world.one.id, RecordAttachment) == 2
    file_id = first_file(world.one.id)
    confirm = doctor.get(f"{path}{file_id}/removal/")
    assert confirm.status_code == 200 and "report.pdf" in text_of(confirm)
    for _press in range(2):
        assert post(doctor, f"{path}{file_id}/removal/").status_code == 302
    assert "report.pdf" not in text_of(patient.get(view_path(visit)))
    assert patient.get(f"{path}{file_id}/").status_code == 404
    assert doctor.get(f"{path}{file_id}/").data == PDF
    assert "Removed on 4 Mar 2026" in text_of(doctor.get(view_path(visit)))
    for _press in range(2):
        assert post(doctor, f"{path}{file_id}/restoration/").status_code == 302
    assert patient.get(f"{path}{file_id}/").data == PDF
    assert [act for act, *_rest in acts(world.one.id, "record.file_")] == [
        "record.file_added",
        "record.file_added",
        "record.file_removed",
        "record.file_opened",
        "record.file_restored",
        "record.file_opened",
    ]
    assert "y.png" in text_of(patient.get(view_path(visit)))


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ([], "Choose a file first."),
        ([(b"<svg onload=alert(1)>", "x.png")], "Only PDF, PNG and JPEG"),
        ([(PNG + bytes([n]), f"{n}.png") for n in range(6)], "at most five files"),
    ],
)
def test_a_wrong_file_is_told_beside_the_field(world, visit, client, files, told):
    sign_in(client, world.one.doctor)
    answer = post(client, f"/appointments/{visit}/record/files/", attachment=files)
    assert answer.status_code == 400 and told in text_of(answer)
    assert count(world.one.id, RecordAttachment) == 1


def test_a_record_holds_forty_files_at_most(world, visit, client):
    many = tuple(NewFile(PDF + bytes([n]), f"{n}.pdf") for n in range(39))
    write_record(world.one.doctor, visit, files=many)
    sign_in(client, world.one.doctor)
    path = f"/appointments/{visit}/record/files/"
    answer = post(client, path, attachment=[(PNG, "one too many.png")])
    assert answer.status_code == 400 and "40 files at most" in text_of(answer)
    assert count(world.one.id, RecordAttachment) == 40
