"""The pages of recurring appointments: choose, look, book, see, cancel; for patients and staff."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from icalendar import Calendar

from medcor.domain.appointments import AppointmentStatus as State
from medcor.models import Appointment, AppointmentSeries
from medcor.web.transaction import reading
from tests.appointment_helpers import JSON, MONDAY, at, book, browser, counted_queries, utc
from tests.page_helpers import sent_mails, text_of

pytestmark = pytest.mark.usefixtures("plain_forms")

WEEK = timedelta(days=7)


@pytest.fixture()
def patient(app, clinic):
    return browser(app, clinic.patient)


@pytest.fixture()
def admin(app, clinic):
    return browser(app, clinic.admin)


@pytest.fixture()
def wish(clinic):
    return {
        "slot_id": clinic.slot_ids[0],
        "treatment_id": clinic.treatment_id,
        "appointment_date": MONDAY.isoformat(),
        "every_weeks": 1,
        "times": 4,
    }


def fields_of(page) -> dict[str, str]:
    """What a browser would send of the page's form: hidden fields and what is chosen."""
    form = re.search(r'<form class="form" method="post".*?</form>', page.text, flags=re.S).group(0)
    sent = {}
    for tag in re.findall(r"<input[^>]*>", form):
        kind = re.search(r'type="(\w+)"', tag).group(1)
        if kind == "hidden" or " checked" in tag:
            name, value = (
                re.search(rf'{key}="([^"]*)"', tag).group(1) for key in ("name", "value")
            )
            sent[name] = value
    return sent


def options_of(page, number: int) -> list[str]:
    return re.findall(rf'type="radio"[^>]*name="choice-{number}" value="([^"]*)"', page.text)


def rows(clinic) -> list[Appointment]:
    session = reading(clinic.id)
    session.rollback()
    return list(session.scalars(sa.select(Appointment).order_by(Appointment.starts_at)))


def series_count(clinic) -> int:
    session = reading(clinic.id)
    session.rollback()
    return session.scalar(sa.select(sa.func.count(AppointmentSeries.id)))


def test_the_confirm_page_leads_to_the_choice_and_that_to_the_dates(patient, clinic, wish):
    path = f"/slot/{clinic.slot_ids[0]}/{clinic.treatment_id}/?appointment_date={MONDAY}"
    assert "/series/new/?slot_id=" in patient.get(path).text
    named = {key: wish[key] for key in ("slot_id", "treatment_id", "appointment_date")}
    choose = patient.get("/series/new/", query_string=named)
    assert "Every second week" in text_of(choose)
    assert "The clinic takes bookings until Tuesday, 2 June 2026." in text_of(choose)
    look = text_of(patient.get("/series/new/", query_string=wish))
    assert "All of these times are free." in look
    assert "Monday, 30 March 2026, 09:00" in look
    assert rows(clinic) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"times": "1"}, "Choose a number from 2 to 26."),
        ({"times": "27"}, "Choose a number from 2 to 26."),
        ({"times": "many"}, "How many times in all?:"),
        ({"every_weeks": "3"}, "How often?:"),
    ],
)
def test_a_rhythm_that_cannot_be_had_is_said_beside_the_field(patient, wish, changes, said):
    answer = patient.get("/series/new/", query_string={**wish, **changes})
    assert answer.status_code == 400 and said in text_of(answer)


def test_without_a_time_one_chooses_one_first(patient, admin, clinic, wish):
    assert "treatment_list" in patient.get("/series/new/").headers["Location"]
    assert admin.get("/appointments/new/series/").headers["Location"] == "/appointments/new/"
    no_patient = admin.get("/appointments/new/series/", query_string=wish)
    assert no_patient.headers["Location"] == "/appointments/new/"


def test_a_free_series_is_booked_with_one_press(app, patient, clinic, wish):
    page = patient.get("/series/new/", query_string=wish)
    answer = patient.post("/series/new/", data=fields_of(page))
    assert answer.status_code == 302
    done = text_of(patient.get(answer.headers["Location"]))
    assert "4 appointments are booked" in done and "1 of 4" in done and "4 of 4" in done
    assert [each.day for each in rows(clinic)] == [MONDAY + WEEK * n for n in range(4)]
    (mail,) = sent_mails(app.extensions["medcor"].settings.mail_folder)
    text = mail.get_body(("plain",)).get_content()
    assert "4 appointments are booked. The clinic will confirm them." in text
    assert "Monday, 30 March 2026" in text
    (file,) = mail.iter_attachments()
    assert len(Calendar.from_ical(file.get_payload(decode=True)).walk("VEVENT")) == 4


def test_the_same_page_sent_twice_books_once(patient, clinic, wish):
    sent = fields_of(patient.get("/series/new/", query_string=wish))
    first, second = (patient.post("/series/new/", data=sent) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert len(rows(clinic)) == 4 and series_count(clinic) == 1


def test_a_conflict_must_be_answered(patient, clinic, wish):
    book(clinic, 0, MONDAY + WEEK, clinic.other_patient)
    page = patient.get("/series/new/", query_string=wish)
    said = text_of(page)
    assert "1 time can't be booked as planned." in said
    assert "Somebody else has this time." in said and "Second-Patient" not in said
    sent = fields_of(page)
    assert "choice-2" not in sent
    answer = patient.post("/series/new/", data=sent)
    assert answer.status_code == 400
    assert "Choose another time, or leave this one out." in text_of(answer)
    assert len(rows(clinic)) == 1
    # What was chosen is kept.
    again = {**fields_of(answer), "csrf_token": sent["csrf_token"]}
    assert again == sent


def test_an_alternative_or_leaving_one_out(patient, clinic, wish):
    for weeks in (1, 2):
        book(clinic, 0, MONDAY + weeks * WEEK, clinic.other_patient)
    page = patient.get("/series/new/", query_string=wish)
    first = options_of(page, 2)[0]
    assert options_of(page, 3)[-1] == "none"
    sent = {**fields_of(page), "choice-2": first, "choice-3": "none"}
    del sent["choice-4"]
    answer = patient.post("/series/new/", data=sent)
    assert answer.status_code == 302
    mine = [each for each in rows(clinic) if each.patient_id == clinic.patient.profile_id]
    assert [(each.day, f"{each.start_time:%H:%M}") for each in mine] == [
        (MONDAY, "09:00"),
        (MONDAY + WEEK, "10:00"),
    ]
    assert first == f"{clinic.slot_ids[1]}:{MONDAY + WEEK}"


def test_what_went_meanwhile_shows_the_fresh_plan(patient, clinic, wish):
    sent = fields_of(patient.get("/series/new/", query_string=wish))
    book(clinic, 0, MONDAY + 2 * WEEK, clinic.other_patient)
    answer = patient.post("/series/new/", data=sent)
    assert answer.status_code == 409
    page = text_of(answer)
    assert "Nothing was booked; look at the list." in page
    assert "1 time can't be booked as planned." in page
    assert len(rows(clinic)) == 1
    corrected = {**fields_of(answer), "choice-3": options_of(answer, 3)[0]}
    assert patient.post("/series/new/", data=corrected).status_code == 302
    assert len(rows(clinic)) == 5


def test_nothing_ticked_is_nothing_booked(patient, clinic, wish):
    sent = fields_of(patient.get("/series/new/", query_string=wish))
    kept = {key: value for key, value in sent.items() if not key.startswith("choice")}
    answer = patient.post("/series/new/", data=kept)
    assert answer.status_code == 400 and "Choose at least one time" in text_of(answer)
    assert rows(clinic) == []


def test_scripts_plan_and_book_as_json(patient, clinic, wish):
    book(clinic, 0, MONDAY + WEEK, clinic.other_patient)
    plan = patient.get("/series/new/", query_string=wish, headers=JSON).json["plan"]
    assert [each["available"] for each in plan] == [True, False, True, True]
    assert plan[1]["reasons"][0]["code"] == "doctor_busy"
    assert plan[1]["alternatives"][0]["start_time"] == "10:00"
    chosen = [
        {"number": each["number"], "slot_id": each["slot_id"], "date": each["date"]}
        for each in plan
    ]
    body = {**wish, "request_key": "one", "choices": chosen}
    lost = patient.post("/series/new/", json=body, headers=JSON)
    assert lost.status_code == 409 and lost.json["code"] == "series_conflict"
    assert [each["available"] for each in lost.json["plan"]] == [True, False, True, True]
    del chosen[1]
    made = patient.post("/series/new/", json=body, headers=JSON)
    assert made.status_code == 201 and len(made.json["appointment_ids"]) == 3
    again = patient.post("/series/new/", json=body, headers=JSON)
    assert again.json == made.json
    listed = patient.get(f"/series/{made.json['series_id']}/", headers=JSON).json
    assert [each["number"] for each in listed["appointments"]] == [1, 2, 3]


@pytest.mark.parametrize("choices", [None, "x", [1], [{"number": "1"}], [{"number": 1}]])
def test_choices_that_make_no_sense_book_nothing(patient, clinic, wish, choices):
    answer = patient.post("/series/new/", json={**wish, "choices": choices}, headers=JSON)
    assert answer.status_code == 400
    assert rows(clinic) == []


def test_the_desk_books_for_a_patient(app, admin, clinic, wish):
    query = {**wish, "patient_id": clinic.patient.profile_id}
    confirm = admin.get(
        "/appointments/new/",
        query_string={key: query[key] for key in query if key not in ("every_weeks", "times")},
    )
    assert "/appointments/new/series/?patient_id=" in confirm.text
    page = admin.get("/appointments/new/series/", query_string=query)
    assert "Patient Test" in text_of(page)
    answer = admin.post("/appointments/new/series/", data=fields_of(page))
    assert answer.status_code == 302
    assert {(each.status, each.door) for each in rows(clinic)} == {(State.CONFIRMED, "desk")}
    assert "Patient Test" in text_of(admin.get(answer.headers["Location"]))
    (mail,) = sent_mails(app.extensions["medcor"].settings.mail_folder)
    assert "They are confirmed." in mail.get_body(("plain",)).get_content()


def test_a_doctor_books_their_own_times_only(app, clinic, wish):
    query = {**wish, "patient_id": clinic.patient.profile_id}
    own, other = (browser(app, each) for each in (clinic.doctor, clinic.other_doctor))
    assert own.get("/appointments/new/series/", query_string=query).status_code == 200
    assert other.get("/appointments/new/series/", query_string=query).status_code == 404


def test_roles_and_other_clinics(app, world, patient, admin, wish):
    two = world.two
    assert admin.get("/series/new/", query_string=wish).status_code == 403
    assert patient.get("/appointments/new/series/", query_string=wish).status_code == 403
    foreign = {**wish, "slot_id": two.slot_ids[0]}
    assert patient.get("/series/new/", query_string=foreign).status_code == 404
    assert patient.post("/series/new/", data=foreign).status_code == 404
    query = {**wish, "patient_id": two.patient.profile_id}
    assert admin.get("/appointments/new/series/", query_string=query).status_code == 404
    assert (
        patient.get("/series/new/?slot_id=1&treatment_id=1&appointment_date=x").status_code == 400
    )


@pytest.fixture()
def made(patient, clinic, wish) -> list[int]:
    """Four appointments of a series; their ids in order."""
    patient.post("/series/new/", data=fields_of(patient.get("/series/new/", query_string=wish)))
    return [each.id for each in rows(clinic)]


def test_an_appointments_page_shows_its_place(patient, made):
    page = patient.get(f"/appointment-details/{made[1]}/")
    assert "2 of 4" in text_of(page)
    for neighbour in (made[0], made[2]):
        assert f'href="/appointment-details/{neighbour}/"' in page.text
    assert "Cancel this and all following" in text_of(page)
    assert "Cancel this and all following" not in text_of(
        patient.get(f"/appointment-details/{made[3]}/")
    )


def test_one_calendar_file_holds_them_all(patient, made, clinic):
    patient.post(f"/cancel_appointment/{made[0]}/")
    series = reading(clinic.id).scalars(sa.select(AppointmentSeries)).one().id
    answer = patient.get(f"/series/{series}/calendar.ics")
    assert answer.mimetype == "text/calendar"
    events = Calendar.from_ical(answer.data).walk("VEVENT")
    assert len(events) == 3
    assert len({str(each["uid"]) for each in events}) == 3


def test_cancelling_the_rest_says_what_can_not_be(app, patient, made, clinic):
    at(app, utc(MONDAY, 7))
    # The mail of the booking is not what this is about.
    sent_mails(app.extensions["medcor"].settings.mail_folder)
    path = f"/appointments/{made[0]}/cancel-following/"
    page = text_of(patient.get(path))
    assert "Cancel 3 appointments?" in page
    assert "These are too near to be cancelled here." in page
    answer = patient.post(path)
    assert answer.status_code == 302
    shown = text_of(patient.get(answer.headers["Location"]))
    assert "3 appointments are cancelled and their times are free again." in shown
    states = [each.status for each in rows(clinic)]
    assert states == [State.PENDING, *[State.CANCELLED] * 3]
    (mail,) = sent_mails(app.extensions["medcor"].settings.mail_folder)
    assert mail["Subject"] == "Cancelled: 3 appointments"
    assert len(list(mail.iter_attachments())) == 3
    # Once more: the one that is left can't be cancelled here.
    assert patient.post(path).status_code == 409


def test_cancelling_twice_is_harmless(patient, made):
    path = f"/appointments/{made[1]}/cancel-following/"
    assert patient.post(path).status_code == 302
    again = patient.post(path)
    assert again.headers["Location"] == f"/appointment-details/{made[1]}/"
    assert "over or cancelled already" in text_of(patient.get(path))


def test_staff_give_a_reason_to_cancel_the_rest(admin, made, clinic):
    path = f"/appointments/{made[2]}/cancel-following/"
    refused = admin.post(path)
    assert refused.status_code == 400 and "Say why" in text_of(refused)
    told = admin.post(path, json={"reason": "Closed."}, headers=JSON)
    assert told.json["cancelled"] == made[2:] and told.json["kept"] == []


def test_strangers_cancel_nothing(app, clinic, made):
    for stranger in (clinic.other_patient, clinic.other_doctor):
        client = browser(app, stranger)
        for call in (client.get, client.post):
            assert call(f"/appointments/{made[0]}/cancel-following/").status_code == 404


def test_an_appointment_that_stands_alone_has_no_rest(patient, clinic):
    alone = book(clinic, 1, MONDAY)
    assert patient.get(f"/appointments/{alone}/cancel-following/").status_code == 404


def test_a_long_plan_asks_no_more_often_than_a_short_one(patient, clinic, wish):
    for week in range(12):
        book(clinic, 0, MONDAY + week * WEEK, clinic.other_patient)
    counts = []
    for times in (2, 12):
        patient.get("/series/new/", query_string={**wish, "times": times})
        with counted_queries() as seen:
            patient.get("/series/new/", query_string={**wish, "times": times})
        counts.append(len(seen))
    assert counts[0] == counts[1] and counts[1] <= 30
