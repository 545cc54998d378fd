"""Writing records over the pages: versions, kept input, stale edits, who may, lines, diagnoses."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from medcor.domain.appointments import AppointmentStatus
from medcor.domain.records import Prescribed, RecordText
from medcor.models import (
    Appointment,
    MedicalRecord,
    Patient,
    RecordAttachment,
)
from medcor.web.transaction import reading, transaction
from tests.conftest import NOW
from tests.page_helpers import sign_in_staff, text_of
from tests.record_helpers import (
    FORM,
    PDF,
    PNG,
    TEXT,
    VISIT,
    acts,
    count,
    form_path,
    make_visit,
    post,
    sign_in,
    token_of,
    versions,
    view_path,
    write_record,
)


@pytest.fixture()
def visit(world) -> int:
    return make_visit(world.one)


@pytest.fixture()
def doctor(world, client):
    sign_in_staff(client, world.one.doctor)
    return client


def test_a_doctor_writes_a_record_and_the_page_shows_it(world, visit, doctor):
    page = doctor.get(form_path(visit))
    assert page.status_code == 200 and 'name="version" type="hidden" value="0"' in page.text
    answer = post(doctor, form_path(visit), **FORM, follow_up="2026-04-01")
    assert answer.status_code == 302 and answer.headers["Location"] == view_path(visit)
    (saved,) = versions(world.one.id, visit)
    assert saved.text == RecordText(
        **{**{f: getattr(TEXT, f) for f in TEXT.__slots__}, "follow_up": saved.text.follow_up}
    )
    assert saved.text.follow_up.isoformat() == "2026-04-01"
    assert (saved.number, saved.author, saved.written_at) == (1, "Dr. Doctor Test", NOW)
    told = text_of(doctor.get(view_path(visit)))
    assert "Saved as version 1." in told
    assert "Sensitive to cold, <b>lower left</b>" in told
    assert "K02.1 Caries of dentine" in told and "Ibuprofen" in told
    assert "Book the follow-up" in told


def test_saving_again_adds_a_version_and_keeps_the_one_before(world, visit, doctor):
    write_record(world.one.doctor, visit)
    page = doctor.get(form_path(visit))
    assert 'name="version" type="hidden" value="1"' in page.text
    assert "Dark spot on 36.\nNo pain on tapping." in page.text
    changed = {**FORM, "version": "1", "findings": "Dark spot on 37."}
    assert post(doctor, form_path(visit), **changed).status_code == 302
    newest, first = versions(world.one.id, visit)
    assert (newest.number, newest.text.findings) == (2, "Dark spot on 37.")
    assert first.text == TEXT
    told = doctor.get(view_path(visit)).text
    assert "<del>" in told and "<ins>" in told and "Changed: Findings" in told
    old = text_of(doctor.get(view_path(visit) + "?version=1"))
    assert "an older one" in old and "Dark spot on 36." in old and "37" not in old
    assert doctor.get(view_path(visit) + "?version=3").status_code == 404
    assert doctor.get(view_path(visit) + "?version=x").status_code == 404


def test_the_same_words_again_make_no_version(world, visit, doctor):
    for _copy in range(2):
        assert post(doctor, form_path(visit), **FORM).status_code == 302
    assert len(versions(world.one.id, visit)) == 1
    assert "there is no new version" in text_of(doctor.get(view_path(visit)))
    assert [act for act, *_rest in acts(world.one.id, "record.written")] == ["record.written"]


def test_line_ends_and_blank_lines_of_a_prescription_are_no_change(world, visit, doctor):
    write_record(world.one.doctor, visit)
    form = {**FORM, "version": "1", "findings": "Dark spot on 36.  \r\nNo pain on tapping.\r\n"}
    form |= {"prescriptions-4-medicine": " ", "prescriptions-4-dose": ""}
    post(doctor, form_path(visit), **form)
    assert len(versions(world.one.id, visit)) == 1


def test_a_save_over_an_older_version_is_told_and_keeps_what_was_typed(world, visit, doctor):
    write_record(world.one.doctor, visit)
    write_record(world.one.doctor, visit, RecordText(complaint="Saved meanwhile"))
    stale = {**FORM, "version": "1", "complaint": "Typed over version 1"}
    answer = post(doctor, form_path(visit), **stale)
    assert answer.status_code == 409
    told = text_of(answer)
    assert "Somebody else saved this while you were editing" in told
    assert "Version 2 was saved on 4 Mar 2026, 09:00 by Dr. Doctor Test" in told
    assert view_path(visit) in answer.text and "Saved meanwhile" in told
    assert "Typed over version 1</textarea>" in answer.text
    assert 'name="version" type="hidden" value="2"' in answer.text
    assert len(versions(world.one.id, visit)) == 2
    # The next save is a knowing one, and still loses nothing.
    assert post(doctor, form_path(visit), **{**stale, "version": "2"}).status_code == 302
    assert [each.text.complaint for each in versions(world.one.id, visit)] == [
        "Typed over version 1",
        "Saved meanwhile",
        TEXT.complaint,
    ]


@pytest.mark.parametrize(
    ("change", "told", "field"),
    [
        ({"diagnosis_code": "caries"}, "This is no ICD-10 code", "diagnosis_code"),
        ({"diagnosis_code": "K02.77"}, "This is no ICD-10 code", "diagnosis_code"),
        ({"diagnosis_code": "K00-K14"}, "This is no ICD-10 code", "diagnosis_code"),
        ({"follow_up": "2026-03-02"}, "Choose a day after this visit", "follow_up"),
        ({"follow_up": "2099-01-01"}, "Choose a day after this visit", "follow_up"),
        ({"follow_up": "soon"}, "Not a valid date value", "follow_up"),
        ({"complaint": "x" * 10_001}, "Use at most 10000 characters", "complaint"),
        ({"prescriptions-0-dose": "x" * 81}, "Line 1: Use at most 80", "prescriptions-0-dose"),
        ({"prescriptions-0-medicine": ""}, "Name the medicine", "prescriptions-0-medicine"),
    ],
)
def test_wrong_input_is_told_beside_its_field_and_kept(world, visit, doctor, change, told, field):
    answer = post(doctor, form_path(visit), **{**FORM, **change})
    assert answer.status_code == 400
    assert told in text_of(answer)
    assert "data-error-summary" in answer.text
    assert f'id="{field}-error"' in answer.text
    assert re.search(rf'id="{field}"[^>]*aria-invalid', answer.text) or re.search(
        rf'aria-invalid="true"[^>]*id="{field}"', answer.text
    )
    assert "Brush well." in answer.text and "Three times a day" in answer.text
    assert not versions(world.one.id, visit)


def test_an_empty_record_is_refused(world, visit, doctor):
    answer = post(doctor, form_path(visit), version="0", complaint="  ")
    assert answer.status_code == 400 and "Write something before you save." in text_of(answer)
    assert count(world.one.id, MedicalRecord) == 0


def test_more_than_thirty_medicines_are_refused(world, visit, doctor):
    many = {f"prescriptions-{n}-medicine": f"Medicine {n}" for n in range(31)}
    answer = post(doctor, form_path(visit), version="0", **many)
    assert answer.status_code == 400 and "30 medicines at most" in text_of(answer)
    assert 'value="Medicine 30"' in answer.text


def test_lines_are_added_and_removed_without_scripts(world, visit, doctor):
    answer = post(doctor, form_path(visit), **FORM, add_line="1")
    assert answer.status_code == 200
    assert 'name="prescriptions-1-medicine"' in answer.text and "Brush well." in answer.text
    two = {**FORM, "prescriptions-1-medicine": "Second", "prescriptions-1-dose": "2 mg"}
    answer = post(doctor, form_path(visit), **two, remove_line="0")
    assert answer.status_code == 200 and "Ibuprofen" not in answer.text
    assert re.search(r'name="prescriptions-0-medicine"[^>]*value="Second"', answer.text)
    assert 'name="prescriptions-1-medicine"' not in answer.text
    # The last line that goes leaves an empty one to type in.
    answer = post(doctor, form_path(visit), **FORM, remove_line="0")
    assert re.search(r'name="prescriptions-0-medicine"[^>]*value=""', answer.text)
    for nonsense in ("7", "x", "-1", ""):
        answer = post(doctor, form_path(visit), **FORM, remove_line=nonsense)
        assert answer.status_code == 302, nonsense
    assert len(versions(world.one.id, visit)) == 1


def test_lines_of_a_form_may_have_gaps(world, visit, doctor):
    form = {"version": "0", "prescriptions-7-medicine": "B", "prescriptions-3-medicine": "A"}
    post(doctor, form_path(visit), **form)
    (saved,) = versions(world.one.id, visit)
    assert [line.medicine for line in saved.text.prescriptions] == ["A", "B"]


def test_a_confirmed_visit_is_completed_in_the_same_save(world, doctor):
    visit = make_visit(world.one, status=AppointmentStatus.CONFIRMED)
    assert 'name="complete"' in doctor.get(form_path(visit)).text
    post(doctor, form_path(visit), **FORM, complete="y")
    assert "marked as completed" in text_of(doctor.get(view_path(visit)))
    row = reading(world.one.id).get(Appointment, visit)
    assert row.status is AppointmentStatus.COMPLETED
    assert 'name="complete"' not in doctor.get(form_path(visit)).text
    # A second press of the same button is harmless.
    assert post(doctor, form_path(visit), **FORM, complete="y").status_code == 302


def test_completing_is_never_forced_on_another_state(world, doctor):
    visit = make_visit(world.one, status=AppointmentStatus.NO_SHOW)
    assert post(doctor, form_path(visit), **FORM, complete="y").status_code == 302
    assert reading(world.one.id).get(Appointment, visit).status is AppointmentStatus.NO_SHOW


def test_an_invalid_form_completes_nothing(world, doctor):
    visit = make_visit(world.one, status=AppointmentStatus.CONFIRMED)
    post(doctor, form_path(visit), **{**FORM, "diagnosis_code": "no"}, complete="y")
    assert reading(world.one.id).get(Appointment, visit).status is AppointmentStatus.CONFIRMED


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"day": VISIT + timedelta(days=9)}, "has not begun yet"),
        ({"status": AppointmentStatus.CANCELLED}, "A cancelled appointment gets no record"),
    ],
)
def test_a_record_needs_a_visit_that_began(world, doctor, values, told):
    visit = make_visit(world.one, **values)
    for answer in (doctor.get(form_path(visit)), post(doctor, form_path(visit), **FORM)):
        assert answer.status_code == 409 and told in text_of(answer)
    assert count(world.one.id, MedicalRecord) == 0


def test_an_erased_patients_record_is_locked(world, visit, doctor):
    write_record(world.one.doctor, visit)
    with transaction(world.one.id) as session:
        session.get(Patient, world.one.patient.profile_id).erased_at = NOW
    answer = post(doctor, form_path(visit), **{**FORM, "version": "1", "advice": "More"})
    assert answer.status_code == 409 and "The record is locked" in text_of(answer)
    assert len(versions(world.one.id, visit)) == 1


@pytest.mark.parametrize("who", ["other_doctor", "admin", "patient", "stranger"])
def test_only_the_appointments_own_doctor_writes(world, visit, client, who):
    write_record(world.one.doctor, visit)
    actor = world.two.doctor if who == "stranger" else getattr(world.one, who)
    sign_in(client, actor)
    wrong = 403 if who in ("admin", "patient") else 404
    assert client.get(form_path(visit)).status_code == wrong
    assert post(client, form_path(visit), **FORM).status_code == wrong
    body = {"appointment_id": visit, **FORM, "diagnosis_code": "wrong"}
    token = {"X-CSRFToken": token_of(client)}
    answer = client.post("/view_appointments/add-medical-record/", json=body, headers=token)
    assert answer.status_code == wrong and answer.is_json
    if wrong == 403:
        assert client.get("/diagnoses/?q=k02").status_code == 403
    assert len(versions(world.one.id, visit)) == 1


def test_a_script_writes_by_json(world, visit, doctor):
    headers = {"X-CSRFToken": token_of(doctor)}
    path = "/view_appointments/add-medical-record/"
    body = {
        "appointment_id": visit,
        "version": 0,
        "complaint": "Pain",
        "diagnosis_code": "k021",
        "prescriptions": [{"medicine": "A", "dose": "1 mg", "odd": 7}, {"medicine": "B"}, "x"],
        "follow_up": "2026-04-01",
    }
    answer = doctor.post(path, json=body, headers=headers)
    assert answer.status_code == 201
    assert answer.json == {
        "appointment_id": visit,
        "version": 1,
        "saved": True,
        "url": view_path(visit),
    }
    (saved,) = versions(world.one.id, visit)
    assert saved.text == RecordText(
        complaint="Pain",
        diagnosis_code="K02.1",
        prescriptions=(Prescribed("A", "1 mg"), Prescribed("B")),
        follow_up=saved.text.follow_up,
    )
    again = doctor.post(path, json=body, headers=headers)
    assert (again.status_code, again.json["saved"], again.json["version"]) == (200, False, 1)
    stale = doctor.post(path, json=body | {"complaint": "Other"}, headers=headers)
    assert (stale.status_code, stale.json["code"]) == (409, "stale_edit")
    wrong = doctor.post(path, json=body | {"diagnosis_code": "x"}, headers=headers)
    assert wrong.status_code == 400 and "diagnosis_code" in wrong.json["fields"]
    shown = doctor.get(view_path(visit), headers={"Accept": "application/json"}).json
    assert shown["diagnosis_title"] == "Caries of dentine" and shown["versions"] == [1]
    assert [line["medicine"] for line in shown["prescriptions"]] == ["A", "B"]


@pytest.mark.parametrize("body", [{}, {"appointment_id": "x"}, {"appointment_id": True}])
def test_the_general_address_needs_an_appointment(world, doctor, body):
    headers = {"X-CSRFToken": token_of(doctor)}
    path = "/view_appointments/add-medical-record/"
    assert doctor.post(path, json=body, headers=headers).status_code == 400
    for unknown in (10**6, 2**40):
        answer = doctor.post(path, json={"appointment_id": unknown}, headers=headers)
        assert answer.status_code == 404


def test_the_general_address_takes_a_form_too(world, visit, doctor):
    path = "/view_appointments/add-medical-record/"
    answer = post(doctor, path, appointment_id=visit, **FORM)
    assert answer.status_code == 302 and answer.headers["Location"] == view_path(visit)
    wrong = {**FORM, "diagnosis_code": "no"}
    assert post(doctor, path, appointment_id=visit, **wrong).status_code == 400


def test_a_form_without_its_token_is_refused(world, visit, doctor):
    assert doctor.post(form_path(visit), data=FORM).status_code == 400
    assert not versions(world.one.id, visit)


def test_files_come_with_the_form_and_a_repeat_doubles_nothing(world, visit, doctor):
    for _copy in range(2):
        files = [(PDF, "report é.pdf"), (PNG, "x-ray.png")]
        answer = post(doctor, form_path(visit), **FORM, attachment=files)
        assert answer.status_code == 302
    assert count(world.one.id, RecordAttachment) == 2
    told = text_of(doctor.get(view_path(visit)))
    assert "report é.pdf" in told and "x-ray.png" in told


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ([(b"MZ\x90 a program", "harmless.pdf")], "Only PDF, PNG and JPEG"),
        ([(b"", "empty.pdf")], "not be empty"),
        ([(PDF + b"x" * 5 * 1024 * 1024, "large.pdf")], "5 MB at most"),
        ([(PDF + bytes([n]), f"{n}.pdf") for n in range(6)], "at most five files"),
    ],
)
def test_a_file_that_does_not_fit_is_told_and_nothing_is_saved(world, visit, doctor, files, told):
    answer = post(doctor, form_path(visit), **FORM, attachment=files)
    assert answer.status_code == 400 and told in text_of(answer)
    assert 'id="attachment-error"' in answer.text and "Brush well." in answer.text
    assert not versions(world.one.id, visit) and count(world.one.id, RecordAttachment) == 0


def test_five_files_of_five_megabytes_fit_in_one_request(world, visit, doctor):
    size = 5 * 1024 * 1024 - len(PDF) - 1
    sent = [(PDF + bytes([65 + n]) + b"x" * size, f"{n}.pdf") for n in range(5)]
    assert post(doctor, form_path(visit), **FORM, attachment=sent).status_code == 302
    assert count(world.one.id, RecordAttachment) == 5


def test_the_list_of_diagnoses_answers_by_code_and_words(doctor):
    found = doctor.get("/diagnoses/?q=k02.1").json
    assert found == [{"code": "K02.1", "title": "Caries of dentine"}]
    assert doctor.get("/diagnoses/?q=dental caries").json[0]["code"] == "K02"
    assert len(doctor.get("/diagnoses/?q=ca").json) == 20
    for empty in ("/diagnoses/", "/diagnoses/?q=k", "/diagnoses/?q=%00%00"):
        assert doctor.get(empty).json == []


def test_the_form_shows_what_happened_last_time(world, visit, doctor):
    before = make_visit(world.one, day=VISIT - timedelta(days=7))
    oldest = make_visit(world.one, day=VISIT - timedelta(days=14), doctor=world.one.other_doctor)
    write_record(world.one.doctor, before, RecordText(complaint="A week ago", advice="Rest"))
    write_record(world.one.other_doctor, oldest, RecordText(complaint="Two weeks ago"))
    told = text_of(doctor.get(form_path(visit)))
    assert "A week ago" in told and "Rest" in told and "Two weeks ago" not in told
    assert "Monday, 23 February 2026" in told and "Monday, 16 February 2026" in told
    assert [act for act, *_rest in acts(world.one.id, "record.read")] == ["record.read"]
