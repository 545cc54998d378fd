"""The waiting list: a freed time goes to the first whom it suits, is held, and passes on."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
import sqlalchemy as sa

from bench.bare_sql import Recorder
from medcor.extensions import db
from medcor.models import Appointment, User, WaitingEntry
from medcor.services import erasure, invitations, waiting_list
from medcor.services.slots import exclude_days
from medcor.services.waiting_list import Wish
from medcor.web.offers_ticker import settle_due
from medcor.web.transaction import transaction
from tests.conftest import NOW
from tests.erasure_helpers import WORDS
from tests.factories import make_treatment
from tests.offer_helpers import (
    TODAY,
    WEDNESDAY,
    Patient,
    book_slot,
    cancel,
    change_clinic,
    check_claims,
    entry,
    holds_of,
    mails,
    new_patient,
    offers_of,
    open_for,
    place_of,
    set_clock,
    states_of,
    wait,
)
from tests.page_helpers import link_in, text_of
from tests.week_helpers import MONDAY, Desk, acts, book, fresh

HOURS = timedelta(hours=1)


@pytest.fixture()
def second(one):
    return new_patient(one, "third")


@pytest.fixture()
def booked(one) -> int:
    """What is freed in these tests: Monday at nine."""
    return book(one, 0)


def offered(clinic) -> list[tuple[int, date, str, str]]:
    return [
        (each.patient_id, each.day, f"{each.start_time:%H:%M}", each.state.value)
        for each in offers_of(clinic)
    ]


def test_a_freed_time_is_offered_to_the_first_and_booked_by_the_link(app, one, second, booked):
    first = wait(one, one.other_patient)
    wait(one, second, at=NOW + timedelta(minutes=1))
    mails(app)
    cancel(one, one.patient, booked)
    who = one.other_patient.profile_id
    assert offered(one) == [(who, MONDAY, "09:00", "open")]
    assert holds_of(one) == [(who, MONDAY, "09:00")]
    check_claims(one)
    (mail,) = mails(app, "A time is free for you")
    assert mail["To"] == one.other_patient.email
    words = mail.get_body(("plain",)).get_content()
    assert "Monday, 9 March 2026 at 09:00, Dr. Doctor Test" in words
    assert "Wednesday, 4 March 2026, 11:00" in words
    # Nobody else can have it meanwhile.
    third = Patient(app.test_client(), one.patient)
    path = f"/slot/{one.slot_ids[0]}/{one.treatment_id}/"
    assert third.call(path, appointment_date="2026-03-09").status_code == 400
    reader = app.test_client()
    path = link_in(mail, "offers")
    page = reader.get(path)
    assert "Book this time" in text_of(page)
    token = page.get_data(as_text=True).split('name="csrf_token" value="')[1].split('"')[0]
    for _press in range(2):
        assert reader.post(path, data={"csrf_token": token}).status_code == 302
    assert states_of(one) == ["accepted"] and holds_of(one) == []
    assert entry(one, first).state.value == "done"
    check_claims(one)
    made = (
        fresh(one.id)
        .scalars(
            sa.select(Appointment).where(Appointment.patient_id == one.other_patient.profile_id)
        )
        .one()
    )
    assert (made.day, made.door, made.status.value) == (MONDAY, "waiting", "Pending")
    assert acts(one)[-3:] == ["offer.accepted", "appointment.booked", "waiting.done"]
    assert len(mails(app, "Your appointment on Mon 9 Mar")) == 1


def test_an_offer_passes_on_until_nobody_is_left(app, one, second, booked):
    wait(one, one.other_patient)
    wait(one, second, at=NOW + timedelta(minutes=1))
    cancel(one, one.patient, booked)
    (offer,) = offers_of(one)
    other = Patient(app.test_client(), one.other_patient)
    assert other.send(f"/my-offers/{offer.id}/decline/").status_code == 302
    assert [(who, state) for who, _day, _at, state in offered(one)] == [
        (one.other_patient.profile_id, "declined"),
        (second.profile_id, "open"),
    ]
    mails(app)
    set_clock(app, NOW + 2 * HOURS)
    assert settle_due()["offers"] == 1
    assert states_of(one) == ["declined", "unanswered"] and holds_of(one) == []
    (mail,) = mails(app)
    assert mail["To"] == second.email and "No longer held for you" in mail["Subject"]
    assert "You stay on the waiting list." in mail.get_body(("plain",)).get_content()
    # The same time is offered to nobody twice.
    again = book_slot(one, one.patient, one.slot_ids[0], MONDAY)
    cancel(one, one.patient, again, NOW + 2 * HOURS)
    assert len(offers_of(one)) == 2
    later = book_slot(one, one.patient, one.slot_ids[1], MONDAY)
    cancel(one, one.patient, later, NOW + 2 * HOURS)
    assert offered(one)[-1] == (one.other_patient.profile_id, MONDAY, "10:00", "open")


def test_two_freed_times_go_to_two_who_wait(one, second, booked):
    also = book(one, 1)
    wait(one, one.other_patient)
    wait(one, second, at=NOW + timedelta(minutes=1))
    cancel(one, one.patient, booked)
    cancel(one, one.patient, also)
    assert [each[0::2] for each in offered(one)] == [
        (one.other_patient.profile_id, "09:00"),
        (second.profile_id, "10:00"),
    ]
    check_claims(one)


def test_only_what_was_freed_is_offered(one, second, booked):
    # The other openings of the day were free for everybody all along.
    wait(one, one.other_patient, earliest=time(10))
    wait(one, second, at=NOW + timedelta(minutes=1))
    cancel(one, one.patient, booked)
    assert [each[0::2] for each in offered(one)] == [(second.profile_id, "09:00")]


@pytest.mark.parametrize(
    "wish",
    [
        {"weekdays": (1, 2)},
        {"earliest": time(9, 5)},
        {"latest": time(8, 55)},
        {"first": MONDAY + timedelta(days=1)},
        {"last": MONDAY - timedelta(days=1)},
        {"doctor": "other_doctor"},
    ],
)
def test_what_does_not_suit_is_not_offered(one, booked, wish):
    wish = {**wish, **({"doctor": one.other_doctor} if "doctor" in wish else {})}
    wait(one, one.other_patient, **wish)
    cancel(one, one.patient, booked)
    assert offers_of(one) == []


def test_somebody_who_is_elsewhere_then_is_passed_over(one, second, booked):
    (theirs,) = open_for(one, one.other_doctor, 0, time(9))
    book_slot(one, one.other_patient, theirs, MONDAY)
    wait(one, one.other_patient)
    wait(one, second, doctor=one.doctor, at=NOW + timedelta(minutes=1))
    cancel(one, one.patient, booked)
    assert [each[0] for each in offered(one)] == [second.profile_id]


def test_too_little_time_to_answer_offers_nothing(app, one):
    made = book(one, 4, TODAY)
    wait(one, one.other_patient)
    at = NOW + timedelta(minutes=46)
    set_clock(app, at)
    change_clinic(one, cancel_notice_minutes=0)
    cancel(one, one.admin, made, at)
    assert offers_of(one) == []
    made = book(one, 5, TODAY)
    cancel(one, one.admin, made, at)
    (offer,) = offers_of(one)
    assert offer.answer_by == NOW + 2 * HOURS


def test_a_move_frees_the_old_time(app, one, booked):
    wait(one, one.other_patient)
    patient = Patient(app.test_client(), one.patient)
    fields = {"slot_id": one.slot_ids[3], "appointment_date": WEDNESDAY.isoformat()}
    assert patient.send(f"/appointments/{booked}/move/", **fields).status_code == 302
    assert offered(one) == [(one.other_patient.profile_id, MONDAY, "09:00", "open")]
    assert place_of(one, booked)[0] == WEDNESDAY
    check_claims(one)


def test_days_off_that_are_deleted_free_their_times(app, one):
    with transaction(one.id) as session:
        row = exclude_days(session, one.admin, one.doctor.profile_id, MONDAY, MONDAY).id
    wait(one, one.other_patient, first=MONDAY, last=MONDAY)
    doctor = Desk(app.test_client(), one.doctor)
    assert doctor.send("/delete-exclude-date/", exclusion_id=row).status_code == 302
    assert offered(one) == [(one.other_patient.profile_id, MONDAY, "09:00", "open")]


@pytest.mark.parametrize("how", ["add", "series", "resume", "resume_day", "restore", "edit"])
def test_an_opening_that_is_added_or_resumed_is_offered(app, one, how):
    doctor = Desk(app.test_client(), one.doctor)
    tuesday = {"weekday": 1, "start_time": "14:00", "end_time": "14:30"}
    if how in ("resume", "resume_day", "restore", "edit"):
        made = doctor.call("/add-slot/", **{**tuesday, "weekday": 3 if how == "edit" else 1}).json
        slot_id = made["id"]
    if how in ("resume", "resume_day"):
        doctor.send(f"/slots/{slot_id}/pause/", paused=1)
    if how == "restore":
        booked = book_slot(one, one.patient, slot_id, date(2026, 3, 24))
        doctor.send("/delete-slot/", slot_id=slot_id)
    wait(one, one.other_patient, weekdays=(1,), last=date(2026, 3, 12))
    assert offers_of(one) == []
    answers = {
        "add": lambda: doctor.call("/add-slot/", **tuesday),
        "series": lambda: doctor.call(
            "/slots/series/",
            weekdays=[1],
            start_time="14:00",
            end_time="15:00",
            minutes=30,
            pause=0,
        ),
        "resume": lambda: doctor.send(f"/slots/{slot_id}/pause/", paused=0),
        "resume_day": lambda: doctor.send("/slots/pause-day/", weekday=1, paused=0),
        "restore": lambda: doctor.send(f"/slots/{slot_id}/restore/"),
        "edit": lambda: doctor.call("/edit-slot/", slot_id=slot_id, **tuesday),
    }
    assert answers[how]().status_code in (200, 201, 302)
    tuesday_then = date(2026, 3, 10)
    assert offered(one) == [(one.other_patient.profile_id, tuesday_then, "14:00", "open")]
    assert how != "restore" or booked


def test_a_declined_other_time_goes_to_who_waits(app, one, booked):
    doctor = Desk(app.test_client(), one.doctor)
    fields = {"date": "2026-03-09", "decision": "offer", "seen": [booked]}
    assert doctor.call("/add-exclusion-date/", **fields).status_code == 201
    wait(one, one.other_patient, first=WEDNESDAY, last=WEDNESDAY)
    (offer,) = offers_of(one)
    Patient(app.test_client(), one.patient).send(f"/my-offers/{offer.id}/decline/")
    assert offered(one)[1:] == [(one.other_patient.profile_id, WEDNESDAY, "09:00", "open")]


def test_who_books_the_held_time_themselves_is_done(app, one, booked):
    made = wait(one, one.other_patient)
    cancel(one, one.patient, booked)
    (offer,) = offers_of(one)
    other = Patient(app.test_client(), one.other_patient)
    path = f"/slot/{one.slot_ids[0]}/{one.treatment_id}/"
    fields = {"doctor_id": one.doctor.profile_id, "appointment_date": "2026-03-09"}
    assert other.call(path, **fields).status_code == 201
    mails(app)
    set_clock(app, NOW + 2 * HOURS)
    settle_due()
    assert states_of(one) == ["overtaken"] and entry(one, made).state.value == "done"
    assert mails(app) == [] and offer.id
    check_claims(one)


def test_leaving_gives_an_offered_time_to_the_next(app, one, second, booked):
    first = wait(one, one.other_patient)
    wait(one, second, at=NOW + timedelta(minutes=1))
    cancel(one, one.patient, booked)
    other = Patient(app.test_client(), one.other_patient)
    for _press in range(2):
        assert other.send(f"/waiting-list/{first}/leave/").status_code == 302
    assert [(who, state) for who, _day, _at, state in offered(one)] == [
        (one.other_patient.profile_id, "overtaken"),
        (second.profile_id, "open"),
    ]
    assert entry(one, first).state.value == "cancelled" and acts(one).count("waiting.left") == 1


def test_entries_lapse_when_their_days_are_over(app, one):
    made = wait(one, one.patient, last=TODAY)
    kept = wait(one, one.other_patient, last=TODAY + timedelta(days=1))
    assert settle_due().total() == 0
    # Eight in the evening in UTC is still the same day in Istanbul; ten is the next.
    set_clock(app, NOW.replace(hour=20))
    assert settle_due()["entries"] == 0
    set_clock(app, NOW.replace(hour=22))
    assert settle_due()["entries"] == 1 and settle_due().total() == 0
    assert entry(one, made).state.value == "lapsed" and entry(one, kept).state.value == "waiting"
    assert acts(one)[-1] == "waiting.lapsed"


def test_where_nobody_waits_a_cancellation_asks_for_it_once(app, one):
    wait(one, one.other_patient, last=TODAY)
    made = book(one, 0)
    recorder = Recorder()
    with recorder.listening(db.engine):
        recorder.begin()
        cancel(one, one.patient, made)
    (sent,) = recorder.requests
    assert sum("waiting_entries" in text for text, _values in sent) == 1
    assert not any("slot_treatments" in text for text, _values in sent)


def test_an_erased_patient_waits_no_longer(app, one, second, booked):
    made = wait(one, one.other_patient)
    wait(one, second, at=NOW + timedelta(minutes=1))
    cancel(one, one.patient, booked)
    with transaction(one.id) as session:
        row = erasure.ask_erasure(session, one.other_patient, "", NOW)
        erasure.carry_out_erasure(session, one.admin, row.id, WORDS, NOW)
    assert entry(one, made).state.value == "cancelled"
    assert [(who, state) for who, _day, _at, state in offered(one)] == [
        (one.other_patient.profile_id, "overtaken"),
        (second.profile_id, "open"),
    ]


def test_the_command_settles_what_is_due(app, one, booked):
    wait(one, one.other_patient)
    cancel(one, one.patient, booked)
    runner = app.test_cli_runner()
    assert runner.invoke(args=["offers", "settle-due"]).output.strip() == "nothing to settle"
    set_clock(app, NOW + 2 * HOURS)
    assert "1 offers ran out" in runner.invoke(args=["offers", "settle-due"]).output
    assert states_of(one) == ["unanswered"]


def test_who_gives_a_time_up_is_not_offered_it(one, second, booked):
    wait(one, one.patient)
    wait(one, second, at=NOW + timedelta(minutes=1))
    cancel(one, one.patient, booked)
    assert [who for who, _day, _at, _state in offered(one)] == [second.profile_id]


def test_one_patient_with_two_wishes_is_offered_one_time_once(app, one, second, booked):
    """Declined for one treatment, the time goes to the next patient, not to the next wish."""
    first = wait(one, one.other_patient)
    with transaction(one.id) as session:
        row = session.get_one(WaitingEntry, first)
        treatment = make_treatment(session, one.id, "Another", [one.doctor.profile_id])
        copied = ("first_day", "last_day", "weekdays", "earliest", "latest", "patient_id")
        facts = {name: getattr(row, name) for name in copied}
        session.add(WaitingEntry(clinic_id=one.id, treatment_id=treatment.id, **facts))
    wait(one, second, at=NOW + timedelta(minutes=5))
    cancel(one, one.patient, booked)
    (offer,) = offers_of(one)
    Patient(app.test_client(), one.other_patient).send(f"/my-offers/{offer.id}/decline/")
    assert [(who, state) for who, _day, _at, state in offered(one)] == [
        (one.other_patient.profile_id, "declined"),
        (second.profile_id, "open"),
    ]


@pytest.mark.parametrize("kept", [True, False])
def test_an_edit_ends_an_offer_that_no_longer_suits(one, booked, kept):
    made = wait(one, one.other_patient)
    cancel(one, one.patient, booked)
    latest = time.max if kept else time(8, 30)
    wish = Wish(one.treatment_id, None, MONDAY, WEDNESDAY, (0, 2), time.min, latest)
    db.session.remove()
    with transaction(one.id) as session:
        waiting_list.edit(session, one.other_patient, made, wish, None, NOW)
    assert states_of(one) == ["open" if kept else "overtaken"]
    assert bool(holds_of(one)) is kept
    check_claims(one)


def test_an_old_mail_is_worth_nothing_once_the_address_was_changed(app, one, booked):
    wait(one, one.other_patient)
    cancel(one, one.patient, booked)
    (mail,) = [each for each in mails(app) if each["To"] == one.other_patient.email]
    path = link_in(mail, "offers")
    assert app.test_client().get(path).status_code == 200
    db.session.remove()
    with transaction(one.id) as session:
        user = session.get_one(User, one.other_patient.user_id)
        invitations.change_email(session, one.admin, user, "right@one.test", NOW)
    assert app.test_client().get(path).status_code == 404
    assert states_of(one) == ["open"]
