"""Days off: whom they hit is shown first; what is decided happens in one go."""

from __future__ import annotations

from datetime import date

import pytest

from medcor.services.slots import exclude_days
from medcor.web.transaction import transaction
from tests.page_helpers import sent_mails, text_of
from tests.week_helpers import MONDAY, Desk, absences, acts, book, status_of

ADD, EDIT, DELETE = "/add-exclusion-date/", "/edit-exclude-date/", "/delete-exclude-date/"
WEEK = {"date": "2026-03-09", "end_date": "2026-03-13"}
WEDNESDAY = date(2026, 3, 11)


def off(clinic, first: date, last: date, reason: str = "", doctor=None) -> int:
    owner = (doctor or clinic.doctor).profile_id
    with transaction(clinic.id) as session:
        return exclude_days(session, clinic.admin, owner, first, last, reason).id


def test_free_days_are_saved_at_once(world, doctor):
    answer = doctor.send(ADD, **WEEK, reason="Congress")
    assert answer.status_code == 302
    assert absences(world.one) == [("2026-03-09", "2026-03-13", "Congress")]
    assert acts(world.one)[-1] == "exclusion.added"
    single = doctor.call(ADD, date="2026-04-01")
    assert single.status_code == 201 and single.json["end_date"] == "2026-04-01"


def test_booked_patients_are_shown_before_anything_is_saved(world, doctor):
    first = book(world.one, 0)
    book(world.one, 3, WEDNESDAY, world.one.other_patient)
    answer = doctor.send(ADD, **WEEK, reason="Congress")
    text = text_of(answer)
    assert answer.status_code == 409
    assert "2 appointments are booked on these days" in text
    assert "Patient Test" in text and "Second-Patient Test" in text and "Dental Cleaning" in text
    assert "Monday, 9 March 2026 09:00" in text and "Nothing is saved yet" in text
    body = answer.get_data(as_text=True)
    assert 'name="reason" value="Congress"' in body
    assert absences(world.one) == []
    listed = doctor.call(ADD, **WEEK)
    assert listed.status_code == 409 and listed.json["code"] == "appointments_affected"
    assert listed.json["affected"][0] == {
        "appointment_id": first,
        "date": "2026-03-09",
        "start_time": "09:00",
        "end_time": "09:30",
        "patient": "Patient Test",
        "phone": "",
        "treatment": "Dental Cleaning",
        "doctor": "Dr. Doctor Test",
        "status": "Pending",
    }
    looked = doctor.json("/days-off/check/?date=2026-03-09&end_date=2026-03-13").json
    assert looked["affected"] == listed.json["affected"]


def test_kept_appointments_stand_and_are_shown_as_needing_attention(world, doctor):
    made = book(world.one, 0)
    answer = doctor.send(ADD, **WEEK, decision="keep", seen=made)
    assert answer.status_code == 302 and len(absences(world.one)) == 1
    assert status_of(world.one, made) == "Pending"
    listed = text_of(doctor.page("/doctor_appointments/?view=attention"))
    assert "Patient Test" in listed


def test_cancelled_patients_read_why(app, world, doctor):
    made, later = book(world.one, 0), book(world.one, 0, date(2026, 3, 16))
    folder = app.extensions["medcor"].settings.mail_folder
    sent_mails(folder)
    missing = doctor.send(ADD, **WEEK, decision="cancel", seen=made)
    assert missing.status_code == 400
    assert "Say why, so that the patients know." in text_of(missing)
    assert 'value="cancel"' in missing.get_data(as_text=True)
    assert absences(world.one) == [] and status_of(world.one, made) == "Pending"
    answer = doctor.send(
        ADD, **WEEK, reason="Illness", decision="cancel", seen=made, cancel_reason="We are closed."
    )
    assert answer.status_code == 302
    assert status_of(world.one, made) == "Cancelled" and status_of(world.one, later) == "Pending"
    assert absences(world.one) == [("2026-03-09", "2026-03-13", "Illness")]
    (mail,) = sent_mails(folder)
    words = mail.get_body(("plain",)).get_content()
    assert mail["To"] == world.one.patient.email
    assert "We are closed." in words and "Illness" not in words
    # A second press of the same button says that the days are off already.
    again = doctor.send(ADD, **WEEK, decision="cancel", seen=made, cancel_reason="We are closed.")
    assert again.status_code == 409 and len(absences(world.one)) == 1
    assert sent_mails(folder) == []


def test_who_booked_meanwhile_is_shown_before_it_is_saved(world, doctor):
    seen = book(world.one, 0)
    late = book(world.one, 1, patient=world.one.other_patient)
    fields = {**WEEK, "decision": "cancel", "cancel_reason": "We are closed."}
    answer = doctor.send(ADD, **fields, seen=seen)
    assert answer.status_code == 409
    assert "1 more was booked while you were deciding" in text_of(answer)
    assert status_of(world.one, seen) == "Pending" and absences(world.one) == []
    body = answer.get_data(as_text=True)
    assert f'name="seen" value="{seen},{late}"' in body and "We are closed." in body
    done = doctor.call(ADD, **fields, seen=[seen, late])
    assert done.status_code == 201
    assert {status_of(world.one, each) for each in (seen, late)} == {"Cancelled"}


def test_no_decision_is_asked_for_again(world, doctor):
    made = book(world.one, 0)
    for chosen in ({}, {"decision": "burn"}):
        answer = doctor.send(ADD, **WEEK, seen=made, **chosen)
        assert answer.status_code == 409 and absences(world.one) == []
    assert "Choose one of the three." in text_of(doctor.send(ADD, **WEEK, seen=made))


def test_what_has_begun_or_is_over_is_not_hit(app, world, doctor):
    made = book(world.one, 4, date(2026, 3, 4))
    clock = app.extensions["medcor"].clock
    app.extensions["medcor"].clock = lambda: clock().replace(hour=7, minute=10)
    assert doctor.call(ADD, date="2026-03-04").status_code == 201
    assert status_of(world.one, made) == "Pending"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"date": "2026-03-13", "end_date": "2026-03-09"}, "The last day must not be before"),
        ({"date": "2026-02-01", "end_date": "2026-03-03"}, "These days are over."),
        ({"date": "2026-03-09", "end_date": "2029-03-09"}, "That is more than two years."),
        ({"date": "9 March"}, "Not a valid date value."),
        ({"date": ""}, "Choose a day."),
        ({"date": "2026-03-09", "reason": "x" * 201}, "Use at most 200 characters."),
    ],
)
def test_days_that_can_not_be_off_say_why(world, doctor, fields, said):
    answer = doctor.send(ADD, **fields)
    assert answer.status_code == 400 and said in text_of(answer)
    if fields.get("reason"):
        assert fields["reason"] in answer.get_data(as_text=True)
    assert absences(world.one) == []


def test_overlapping_days_name_the_clash(world, doctor):
    off(world.one, date(2026, 3, 12), date(2026, 3, 20), "Holiday")
    answer = doctor.send(ADD, **WEEK)
    assert answer.status_code == 409
    assert "Already off: Thu 12 Mar – Fri 20 Mar 2026 (Holiday)" in text_of(answer)
    assert len(absences(world.one)) == 1
    # The other doctor's days are no clash.
    off(world.one, date(2026, 5, 1), date(2026, 5, 2), doctor=world.one.other_doctor)
    assert doctor.send(ADD, date="2026-05-01").status_code == 302


def test_an_edit_asks_only_about_days_that_were_not_off(world, doctor):
    made = off(world.one, WEDNESDAY, WEDNESDAY)
    monday, next_monday = book(world.one, 0), book(world.one, 0, date(2026, 3, 16))
    fields = {"exclusion_id": made, "version": 1}
    wider = doctor.call(EDIT, **fields, date="2026-03-09", end_date="2026-03-11")
    assert [each["appointment_id"] for each in wider.json["affected"]] == [monday]
    kept = doctor.send(
        EDIT, **fields, date="2026-03-09", end_date="2026-03-11", decision="keep", seen=monday
    )
    assert kept.status_code == 302
    # Its day was off before, so nobody is asked about it again.
    again = doctor.send(
        EDIT, exclusion_id=made, version=2, date="2026-03-09", end_date="2026-03-12", reason="x"
    )
    assert again.status_code == 302
    assert absences(world.one) == [("2026-03-09", "2026-03-12", "x")]
    assert status_of(world.one, next_monday) == "Pending"


def test_the_second_of_two_editors_is_told(world, doctor, admin):
    made = off(world.one, MONDAY, MONDAY)
    fields = {"exclusion_id": made, "version": 1, "date": "2026-03-09"}
    assert doctor.send(EDIT, **fields, end_date="2026-03-10").status_code == 302
    late = admin.send(EDIT, **fields, end_date="2026-03-12")
    assert late.status_code == 409 and "Somebody else saved this" in text_of(late)
    assert 'value="2026-03-12"' in late.get_data(as_text=True)
    assert absences(world.one)[0][1] == "2026-03-10"
    stale = doctor.send(DELETE, exclusion_id=made, version=1)
    assert stale.status_code == 409 and len(absences(world.one)) == 1


def test_deleted_days_can_be_booked_again_and_nothing_comes_back(world, doctor):
    made = book(world.one, 0)
    fields = {"decision": "cancel", "seen": [made], "cancel_reason": "Closed."}
    row = doctor.call(ADD, date="2026-03-09", **fields).json
    page = text_of(doctor.page(f"/days-off/{row['id']}/delete/"))
    assert "Appointments that were cancelled for these days stay cancelled." in page
    assert doctor.send(DELETE, exclusion_id=row["id"], version=1).status_code == 302
    assert absences(world.one) == [] and status_of(world.one, made) == "Cancelled"
    assert book(world.one, 0)
    assert doctor.send(DELETE, exclusion_id=row["id"]).status_code == 404


def test_days_of_others_do_not_exist(app, world, admin):
    made, foreign = off(world.one, MONDAY, MONDAY), off(world.two, MONDAY, MONDAY)
    stranger = Desk(app.test_client(), world.one.other_doctor)
    owner = world.one.doctor.profile_id
    assert stranger.send(ADD, doctor_id=owner, date="2026-06-01").status_code == 404
    assert stranger.page(f"/days-off/new/?doctor_id={owner}").status_code == 404
    for desk, row in ((stranger, made), (admin, foreign)):
        assert desk.page(f"/days-off/{row}/edit/").status_code == 404
        assert desk.page(f"/days-off/{row}/delete/").status_code == 404
        assert desk.send(EDIT, exclusion_id=row, date="2026-06-01").status_code == 404
        assert desk.send(DELETE, exclusion_id=row).status_code == 404
    assert len(absences(world.one)) == len(absences(world.two)) == 1


def test_the_whole_clinic_closes_around_days_that_are_off_already(world, admin):
    off(world.one, date(2026, 3, 10), date(2026, 3, 11), "Holiday")
    off(world.two, MONDAY, MONDAY, "Elsewhere")
    made = book(world.one, 0)
    shown = admin.send("/clinic-closures/", **WEEK, reason="Works")
    assert shown.status_code == 409 and "Patient Test" in text_of(shown)
    assert "Dr. Doctor Test" in text_of(shown)
    done = admin.send("/clinic-closures/", **WEEK, reason="Works", decision="keep", seen=made)
    assert done.status_code == 302
    assert absences(world.one, world.one.doctor) == [
        ("2026-03-09", "2026-03-09", "Works"),
        ("2026-03-10", "2026-03-11", "Holiday"),
        ("2026-03-12", "2026-03-13", "Works"),
    ]
    assert absences(world.one, world.one.other_doctor) == [("2026-03-09", "2026-03-13", "Works")]
    assert absences(world.two) == [("2026-03-09", "2026-03-09", "Elsewhere")]
    again = admin.send("/clinic-closures/", **WEEK)
    assert again.status_code == 400
    assert "Every doctor is already off on these days." in text_of(again)


def test_only_an_admin_closes_the_clinic(world, doctor):
    assert doctor.send("/clinic-closures/", **WEEK).status_code == 403
    assert absences(world.one) == []
