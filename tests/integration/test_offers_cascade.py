"""Days off offer every affected patient another time; nothing is cancelled silently."""

from __future__ import annotations

import re
from datetime import date, time, timedelta

import pytest

from medcor.models import MedicalRecord, OfferState
from medcor.models import Patient as PatientRow
from medcor.services.slots import exclude_days
from medcor.web.offers_ticker import settle_due
from medcor.web.transaction import transaction
from tests.conftest import NOW
from tests.offer_helpers import (
    WEDNESDAY,
    Patient,
    appointment,
    book_slot,
    change_clinic,
    check_claims,
    holds_of,
    mails,
    new_patient,
    offers_of,
    open_for,
    place_of,
    set_clock,
    states_of,
)
from tests.page_helpers import link_in, text_of
from tests.week_helpers import MONDAY, Desk, absences, acts, book, status_of

ADD, EDIT, DELETE = "/add-exclusion-date/", "/edit-exclude-date/", "/delete-exclude-date/"
HOUR = timedelta(hours=1)


def take_off(desk: Desk, *ids: int, first: date = MONDAY, last: date | None = None, **more):
    fields = {"date": first.isoformat(), "end_date": (last or first).isoformat(), **more}
    return desk.call(ADD, **fields, decision="offer", seen=list(ids))


def test_from_the_days_off_to_the_new_time_with_one_press(app, one, doctor):
    made = book(one, 1)
    doctor.send(f"/appointments/{made}/confirm/")
    mails(app)
    shown = doctor.send(ADD, date="2026-03-09", reason="Congress")
    page = text_of(shown)
    assert shown.status_code == 409 and "Would be offered: Wed 11 Mar, 09:00" in page
    (offered_box,) = re.findall(r'<input[^>]*value="offer"[^>]*>', shown.get_data(as_text=True))
    assert "checked" in offered_box
    words = {"reason": "Congress", "cancel_reason": "I am at a meeting."}
    saved = doctor.send(ADD, date="2026-03-09", decision="offer", seen=made, **words)
    assert saved.status_code == 302 and len(absences(one)) == 1
    told = text_of(doctor.page(saved.headers["Location"]))
    assert "1 patient is offered another time by mail." in told
    # The appointment stands and keeps its claims; the other time is held.
    assert place_of(one, made) == (MONDAY, "10:00", one.doctor.profile_id, "Confirmed")
    assert holds_of(one) == [(one.patient.profile_id, WEDNESDAY, "09:00")]
    check_claims(one)
    (mail,) = mails(app)
    words = mail.get_body(("plain",)).get_content()
    assert mail["To"] == one.patient.email and "I am at a meeting." in words
    assert "Monday, 9 March 2026 at 10:00" in words and "Congress" not in words
    assert "Wednesday, 11 March 2026 at 09:00, Dr. Doctor Test" in words
    assert "Thursday, 5 March 2026, 09:00" in words
    reader = app.test_client()
    path = link_in(mail, "offers")
    seen = reader.get(path)
    assert seen.status_code == 200 and "Take the new time" in text_of(seen)
    token = seen.get_data(as_text=True).split('name="csrf_token" value="')[1].split('"')[0]
    assert place_of(one, made)[0] == MONDAY
    done = reader.post(path, data={"csrf_token": token})
    assert done.status_code == 302
    assert place_of(one, made) == (WEDNESDAY, "09:00", one.doctor.profile_id, "Confirmed")
    assert states_of(one) == ["accepted"] and holds_of(one) == []
    check_claims(one)
    assert "Your time is booked" in text_of(reader.get(path))
    (told,) = mails(app)
    assert told["Subject"].startswith("New time: your appointment on Wed 11 Mar, 09:00")
    assert acts(one)[-2:] == ["offer.accepted", "appointment.moved"]
    # A second press is harmless.
    assert reader.post(path, data={"csrf_token": token}).status_code == 302
    assert states_of(one) == ["accepted"] and mails(app) == []


def test_a_scripts_answers_tell_what_would_be_and_what_was_offered(one, doctor):
    made, other = book(one, 0), book(one, 1, patient=one.other_patient)
    asked = doctor.call(ADD, date="2026-03-09").json
    assert asked["alternatives"][str(made)]["date"] == "2026-03-11"
    assert asked["alternatives"][str(made)]["start_time"] == "09:00"
    assert asked["alternatives"][str(other)]["start_time"] == "10:00"
    looked = doctor.json("/days-off/check/?date=2026-03-09").json
    assert looked["alternatives"] == asked["alternatives"]
    done = take_off(doctor, made, other)
    assert done.status_code == 201 and (done.json["offered"], done.json["to_call"]) == (2, 0)
    starts = [f"{each.start_time:%H:%M}" for each in offers_of(one)]
    assert starts == ["09:00", "10:00"]


def test_a_colleague_sees_the_patient_where_the_own_doctor_is_long_away(app, one, doctor):
    open_for(one, one.other_doctor, 0, time(9))
    made = book(one, 0)
    take_off(doctor, made, last=date(2026, 4, 30), first=date(2026, 3, 4))
    (offer,) = offers_of(one)
    assert (offer.day, offer.start_time, offer.doctor_id) == (
        MONDAY,
        time(9),
        one.other_doctor.profile_id,
    )
    assert offer.state is OfferState.OPEN
    patient = Patient(app.test_client(), one.patient)
    taken = patient.call(f"/my-offers/{offer.id}/accept/")
    assert taken.status_code == 200 and taken.json["doctor"]["name"] == "Dr. Second-Doctor Test"
    assert place_of(one, made)[:3] == (MONDAY, "09:00", one.other_doctor.profile_id)
    check_claims(one)


def test_the_own_doctor_near_the_old_time_comes_before_a_colleague(one, doctor):
    open_for(one, one.other_doctor, 0, time(9))
    made = book(one, 0)
    take_off(doctor, made)
    (offer,) = offers_of(one)
    assert (offer.day, offer.doctor_id) == (WEDNESDAY, one.doctor.profile_id)


def test_a_record_keeps_the_patient_with_the_doctor_who_wrote_it(one, doctor):
    open_for(one, one.other_doctor, 0, time(9))
    made = book(one, 0)
    with transaction(one.id) as session:
        row = {"appointment_id": made, "doctor_id": one.doctor.profile_id}
        session.add(MedicalRecord(patient_id=one.patient.profile_id, **row))
    take_off(doctor, made, first=date(2026, 3, 4), last=date(2026, 3, 28))
    (offer,) = offers_of(one)
    assert (offer.day, offer.doctor_id) == (date(2026, 3, 30), one.doctor.profile_id)


def test_where_nothing_is_free_the_patient_is_called(app, one, doctor, admin):
    made = book(one, 0)
    mails(app)
    done = take_off(doctor, made, first=date(2026, 3, 4), last=date(2026, 12, 31))
    assert (done.json["offered"], done.json["to_call"]) == (0, 1)
    assert states_of(one) == ["none_found"] and status_of(one, made) == "Pending"
    assert mails(app) == [] and holds_of(one) == []
    listed = text_of(admin.page("/unanswered-offers/"))
    assert "Patient Test" in listed and "Nothing to offer" in listed
    assert "1 patient on a day off has no new time yet." in text_of(doctor.page("/today/"))


def test_too_little_time_to_answer_means_a_call(app, one, doctor):
    # An hour and a half before, half an hour is left to answer: at 09:00 for the one at 10:00.
    soon, later = book(one, 4, NOW.date()), book(one, 5, NOW.date(), one.other_patient)
    set_clock(app, NOW + timedelta(minutes=5))
    take_off(doctor, soon, later, first=NOW.date())
    states = {each.appointment_id: each.state.value for each in offers_of(one)}
    assert states == {soon: "none_found", later: "open"}
    (offer,) = [each for each in offers_of(one) if each.state is OfferState.OPEN]
    assert offer.answer_by == NOW + HOUR


def test_the_clinics_notice_is_kept_and_ends_the_time_to_answer(one, doctor):
    made = book(one, 0)
    # On Wednesday, 7 days ahead at 09:00, it would leave no time to answer; the one at 10:00 does.
    change_clinic(one, min_notice_minutes=7 * 24 * 60)
    take_off(doctor, made)
    (offer,) = offers_of(one)
    assert (offer.day, offer.start_time) == (WEDNESDAY, time(10))
    assert offer.answer_by == NOW + HOUR


def test_a_patient_who_can_not_be_reached_is_called(one, doctor):
    made = book(one, 0)
    with transaction(one.id) as session:
        session.get_one(PatientRow, one.patient.profile_id).is_active = False
    take_off(doctor, made)
    assert states_of(one) == ["none_found"]


def test_what_is_not_answered_goes_to_the_staff_and_frees_its_time(app, one, doctor):
    made = book(one, 0)
    take_off(doctor, made)
    mails(app)
    assert settle_due().total() == 0
    set_clock(app, NOW + timedelta(hours=24))
    assert settle_due()["offers"] == 1 and settle_due().total() == 0
    assert states_of(one) == ["unanswered"] and holds_of(one) == []
    assert status_of(one, made) == "Pending"
    (mail,) = mails(app)
    assert mail["Subject"] == "No longer held for you: Wed 11 Mar, 09:00"
    # The doctor's own session has ended overnight.
    listed = text_of(Desk(app.test_client(), one.doctor).page("/unanswered-offers/"))
    assert "Patient Test" in listed and "Not answered" in listed
    check_claims(one)


def test_accepting_too_late_changes_nothing(app, one, doctor):
    made = book(one, 0)
    take_off(doctor, made)
    (offer,) = offers_of(one)
    patient = Patient(app.test_client(), one.patient)
    set_clock(app, NOW + timedelta(hours=24))
    late = patient.call(f"/my-offers/{offer.id}/accept/")
    assert late.status_code == 409 and late.json["code"] == "offer_over"
    assert place_of(one, made)[0] == MONDAY
    settle_due()
    assert patient.call(f"/my-offers/{offer.id}/accept/").status_code == 409
    assert patient.send(f"/my-offers/{offer.id}/accept/").status_code == 302
    assert "This offer is over." in text_of(patient.page("/patient/"))


def test_the_home_page_and_the_appointment_show_the_offer(app, one, doctor):
    made = book(one, 0)
    take_off(doctor, made)
    (offer,) = offers_of(one)
    patient = Patient(app.test_client(), one.patient)
    for path in ("/patient/", f"/appointment-details/{made}/"):
        page = text_of(patient.page(path))
        assert "Another time is offered to you" in page, path
        assert "Thursday, 5 March 2026, 09:00" in page, path
    # Staff see who was asked, and are not told to move what is being answered.
    asked = text_of(doctor.page("/unanswered-offers/?state=open"))
    assert "Patients who were asked" in asked and "Patient Test" in asked
    assert "Patient Test" not in text_of(doctor.page("/unanswered-offers/"))
    assert "Patient Test" not in text_of(doctor.page("/doctor_appointments/?view=attention"))
    staff = text_of(doctor.page(f"/appointment-details/{made}/"))
    assert "Another time is offered to the patient: Wednesday, 11 March 2026" in staff
    # The clinic caused it, so the notice that patients keep does not stand in the way.
    change_clinic(one, cancel_notice_minutes=30 * 24 * 60)
    assert patient.send(f"/my-offers/{offer.id}/accept/").status_code == 302
    assert place_of(one, made)[:2] == (WEDNESDAY, "09:00")
    assert "Another time is offered" not in text_of(patient.page("/patient/"))
    again = patient.call(f"/my-offers/{offer.id}/accept/")
    assert again.status_code == 200 and again.json["date"] == "2026-03-11"


def test_a_declined_offer_is_for_a_call_and_the_appointment_stands(app, one, doctor):
    made = book(one, 0)
    take_off(doctor, made)
    (offer,) = offers_of(one)
    patient = Patient(app.test_client(), one.patient)
    asked = text_of(patient.page(f"/my-offers/{offer.id}/decline/"))
    assert "Your appointment stays as it is for now, and the clinic calls you." in asked
    assert patient.send(f"/my-offers/{offer.id}/decline/").status_code == 302
    assert patient.send(f"/my-offers/{offer.id}/decline/").status_code == 302
    assert states_of(one) == ["declined"] and status_of(one, made) == "Pending"
    assert holds_of(one) == [] and acts(one).count("offer.declined") == 1
    assert "Declined" in text_of(doctor.page("/unanswered-offers/"))
    assert patient.call(f"/my-offers/{offer.id}/accept/").status_code == 409


def test_another_patients_offer_and_a_made_up_link_do_not_exist(app, world, doctor):
    one = world.one
    made = book(one, 0)
    take_off(doctor, made)
    (offer,) = offers_of(one)
    stranger = Patient(app.test_client(), one.other_patient)
    elsewhere = Patient(app.test_client(), world.two.patient)
    for who in (stranger, elsewhere):
        for path in (f"/my-offers/{offer.id}/accept/", f"/my-offers/{offer.id}/decline/"):
            assert who.send(path).status_code == 404
    for token in (f"{one.id}.guess", f"{world.two.id}.guess", "guess", f"{one.id}."):
        assert app.test_client().get(f"/offers/{token}/").status_code == 404
    assert doctor.send(f"/my-offers/{offer.id}/accept/").status_code == 403
    assert states_of(one) == ["open"]


@pytest.mark.parametrize("how", ["cancel", "move"])
def test_a_patient_who_moves_or_cancels_meanwhile_ends_the_offer(app, one, doctor, how):
    made = book(one, 0)
    take_off(doctor, made)
    (offer,) = offers_of(one)
    patient = Patient(app.test_client(), one.patient)
    if how == "cancel":
        assert patient.send(f"/cancel_appointment/{made}/").status_code == 302
    else:
        fields = {"slot_id": one.slot_ids[2], "appointment_date": "2026-03-16"}
        assert patient.send(f"/appointments/{made}/move/", **fields).status_code == 302
    assert states_of(one) == ["overtaken"] and holds_of(one) == []
    check_claims(one)
    assert patient.call(f"/my-offers/{offer.id}/accept/").status_code == 409
    assert "Patient Test" not in text_of(doctor.page("/unanswered-offers/"))


def test_days_off_that_are_deleted_leave_the_old_time(app, one, doctor):
    made = book(one, 0)
    row = take_off(doctor, made).json
    mails(app)
    page = text_of(doctor.page(f"/days-off/{row['id']}/delete/"))
    assert "Patients who have not answered an offer of another time keep their old one." in page
    assert doctor.send(DELETE, exclusion_id=row["id"]).status_code == 302
    assert states_of(one) == ["overtaken"] and holds_of(one) == []
    (mail,) = mails(app)
    assert mail["Subject"] == "Your appointment on Mon 9 Mar, 09:00 stands"
    assert place_of(one, made)[0] == MONDAY


def test_days_off_that_come_back_ask_anew(one, doctor):
    made = book(one, 0)
    long = {"first": date(2026, 3, 4), "last": date(2026, 12, 31)}
    row = take_off(doctor, made, **long).json
    assert states_of(one) == ["none_found"]
    assert doctor.json("/unanswered-offers/").json["count"] == 1
    assert doctor.send(DELETE, exclusion_id=row["id"]).status_code == 302
    assert doctor.json("/unanswered-offers/").json["count"] == 0
    take_off(doctor, made)
    assert states_of(one) == ["none_found", "open"]
    # Asked again, so nobody calls because of the first time.
    assert doctor.json("/unanswered-offers/").json["count"] == 0


def test_an_edit_offers_to_the_new_days_and_ends_what_is_needless(app, one, doctor):
    made, later = book(one, 0), book(one, 3, WEDNESDAY, one.other_patient)
    row = take_off(doctor, made).json
    mails(app)
    wider = {"exclusion_id": row["id"], "date": "2026-03-10", "end_date": "2026-03-13"}
    asked = doctor.call(EDIT, **wider, version=1)
    assert asked.status_code == 409 and list(asked.json["alternatives"]) == [str(later)]
    done = doctor.call(EDIT, **wider, version=1, decision="offer", seen=[later])
    assert done.status_code == 200 and done.json["offered"] == 1
    states = {each.appointment_id: each.state.value for each in offers_of(one)}
    assert states == {made: "overtaken", later: "open"}
    assert {mail["To"] for mail in mails(app)} == {one.patient.email, one.other_patient.email}
    check_claims(one)


def test_days_off_on_an_offered_time_offer_another_one(app, one, doctor):
    made = book(one, 0)
    take_off(doctor, made)
    assert doctor.call(ADD, date="2026-03-11").status_code == 201
    states = [(each.state.value, each.day) for each in offers_of(one)]
    assert states == [("overtaken", WEDNESDAY), ("open", date(2026, 3, 4))]
    assert holds_of(one) == [(one.patient.profile_id, date(2026, 3, 4), "11:00")]


def test_a_closed_clinic_offers_times_that_do_not_clash(app, one, admin):
    theirs = open_for(one, one.other_doctor, 0, time(9), time(10))
    third = new_patient(one, "third")
    ids = [
        book(one, 0),
        book(one, 1, patient=one.other_patient),
        book_slot(one, third, theirs[0], MONDAY),
    ]
    fields = {"date": "2026-03-09", "end_date": "2026-03-13"}
    shown = admin.send("/clinic-closures/", **fields)
    assert shown.status_code == 409 and text_of(shown).count("Would be offered:") == 3
    done = admin.call("/clinic-closures/", **fields, decision="offer", seen=ids)
    assert done.status_code == 201 and (done.json["offered"], done.json["to_call"]) == (3, 0)
    places = {(each.doctor_id, each.day, each.start_time) for each in offers_of(one)}
    assert len(places) == 3 and len(holds_of(one)) == 3
    assert not any(date(2026, 3, 9) <= day <= date(2026, 3, 13) for _who, day, _at in places)
    check_claims(one)
    assert {status_of(one, each) for each in ids} == {"Pending"}
    assert len(mails(app, "Please answer")) == 3


def test_a_patient_is_not_offered_what_they_have_no_time_for(one, doctor):
    (theirs,) = open_for(one, one.other_doctor, 2, time(9))
    made = book(one, 0)
    book_slot(one, one.patient, theirs, WEDNESDAY)
    take_off(doctor, made)
    # At 09:00 on Wednesday the patient is with a colleague.
    (offer,) = offers_of(one)
    assert (offer.day, offer.start_time) == (WEDNESDAY, time(10))


def test_other_days_off_are_not_offered(one, doctor):
    made = book(one, 0)
    with transaction(one.id) as session:
        exclude_days(session, one.admin, one.doctor.profile_id, WEDNESDAY, WEDNESDAY)
    take_off(doctor, made)
    (offer,) = offers_of(one)
    assert offer.day != WEDNESDAY and appointment(one, made).day == MONDAY
