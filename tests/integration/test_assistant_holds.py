"""The assistant keeps the time while it asks for the yes, and says why a time can't be had.

The doctor works on Monday and Wednesday at nine, ten and eleven.
"""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
import sqlalchemy as sa

from medcor.domain import errors
from medcor.domain.scheduling import Refusal
from medcor.extensions import db
from medcor.models import ClinicHours, Hold
from medcor.services import holds
from medcor.services.assistant import model_tools
from medcor.services.assistant.state import Desk, TalkState
from medcor.services.assistant.toolbox import Toolbox
from medcor.services.holds import HoldWish
from medcor.services.slots import exclude_days
from medcor.web.transaction import in_transaction, reading, transaction
from tests.assistant_helpers import Person, appointments, book, give_times
from tests.conftest import NOW

MONDAY, WEDNESDAY = date(2026, 3, 9), date(2026, 3, 11)


@pytest.fixture()
def patient(clinic) -> Person:
    return Person(clinic.patient)


def held(clinic) -> list[tuple[int, date, time]]:
    db.session.remove()
    rows = reading(clinic.id).scalars(sa.select(Hold).order_by(Hold.created_at, Hold.id))
    return [(each.patient_id, each.day, each.start_time) for each in rows]


def hold(clinic, actor, slot: int, day: date, now=NOW) -> None:
    wish = HoldWish(clinic.doctor.profile_id, clinic.treatment_id, clinic.slot_ids[slot], day)
    with transaction(clinic.id, actor) as session:
        holds.hold_time(session, actor, wish, now)


def test_the_question_keeps_the_time_and_the_yes_uses_it_up(clinic, patient):
    patient.say("a cleaning next monday")
    assert held(clinic) == []
    patient.say("the second one")
    assert held(clinic) == [(clinic.patient.profile_id, MONDAY, time(10))]
    with pytest.raises(errors.SlotTaken):
        book(clinic, clinic.other_patient, 1, MONDAY)
    assert "is booked" in patient.say("yes").text
    assert held(clinic) == []
    assert [each.start_time for each in appointments(clinic.id)] == [time(10)]


def test_asking_again_does_not_prolong_it(clinic, patient):
    patient.say("a cleaning on monday at ten")
    patient.now = NOW + timedelta(minutes=2)
    patient.say("hmm")
    session = reading(clinic.id)
    assert session.scalars(sa.select(Hold)).one().expires_at == NOW + timedelta(minutes=5)


def test_a_no_gives_the_time_back(clinic, patient):
    patient.says("a cleaning on monday at ten", "no")
    assert held(clinic) == []
    book(clinic, clinic.other_patient, 1, MONDAY)


def test_it_runs_out_and_the_yes_still_books_what_is_free(clinic, patient):
    patient.say("a cleaning on monday at ten")
    patient.now = NOW + timedelta(minutes=20)
    assert "is booked" in patient.say("yes").text


def test_somebody_who_holds_it_now_is_told_of_as_such(clinic, patient):
    patient.say("a cleaning on monday at ten")
    patient.now = NOW + timedelta(minutes=6)
    hold(clinic, clinic.other_patient, 1, MONDAY, patient.now)
    lost = patient.say("yes")
    assert "10:00 with" not in lost.text and "The nearest free times are:" in lost.text
    assert not appointments(clinic.id)


def test_a_time_that_goes_between_the_list_and_the_choice_is_told_at_once(clinic, patient):
    patient.say("a cleaning next monday")
    hold(clinic, clinic.other_patient, 1, MONDAY)
    lost = patient.say("the second one")
    assert lost.text.startswith("I am sorry, that time has just been taken.")
    assert "The nearest free times are:" in lost.text and "Shall I book it?" not in lost.text
    assert "Monday, 9 March at 10:00" not in lost.text


def test_choosing_another_time_gives_the_one_before_back(clinic, patient):
    for number, day in enumerate(("monday at nine", "monday at ten", "monday at eleven")):
        patient.now = NOW + timedelta(seconds=number)
        patient.say(f"a cleaning next {day}")
        assert [each[2] for each in held(clinic)] == [time(9 + number)]


@pytest.mark.parametrize(
    ("language", "said", "why"),
    [
        ("en", "a cleaning next monday at ten", "Monday, 9 March at 10:00 is already taken."),
        ("tr", "pazartesi saat 10 için diş temizliği", "9 Mart Pazartesi saat 10:00 dolu."),
    ],
)
def test_a_taken_time_says_so_first_and_then_offers_the_nearest(clinic, language, said, why):
    book(clinic, clinic.other_patient, 1, MONDAY)
    answer = Person(clinic.patient, language=language).say(said)
    assert answer.text.startswith(why)
    assert "09:00" in answer.text and "11:00" in answer.text
    assert "Second-Patient" not in answer.text


def test_other_reasons_are_said_as_well(clinic):
    hold(clinic, clinic.other_patient, 0, MONDAY)

    def answer(wish: str) -> str:
        return Person(clinic.patient).say(f"a cleaning {wish}").text

    assert "just confirming Monday, 9 March at 09:00" in answer("next monday at nine")
    with transaction(clinic.id) as session:
        exclude_days(session, clinic.admin, clinic.doctor.profile_id, MONDAY, MONDAY)
        session.add(ClinicHours(weekday=2, opens=time(10), closes=time(17)))
        session.add(ClinicHours(weekday=0, opens=time(9), closes=time(17)))
    assert "On Monday, 9 March the doctor is away." in answer("next monday at eleven")
    closed = answer("on 11 March at nine")
    assert "On Wednesday, 11 March at 09:00 the clinic is closed." in closed
    nobody = answer("next tuesday at ten")
    assert "On Tuesday, 10 March there are no consulting hours." in nobody


def test_with_two_doctors_the_nearest_miss_is_told(clinic, patient):
    give_times(clinic, clinic.other_doctor, (1, time(10), time(10, 30)))
    book(clinic, clinic.other_patient, 1, MONDAY)
    said = patient.say("a cleaning next monday at ten").text
    assert said.startswith("Monday, 9 March at 10:00 is already taken.")


def test_one_hears_of_the_own_appointment_at_that_time(clinic, patient):
    (other,) = give_times(clinic, clinic.other_doctor, (0, time(10), time(10, 30)))
    mine = {"doctor_id": clinic.other_doctor.profile_id, "slot_id": other}
    book(clinic, clinic.patient, 1, MONDAY, **mine)
    said = patient.say("a cleaning next monday at ten").text
    assert said.startswith("You already have an appointment on Monday, 9 March at 10:00.")


@pytest.fixture()
def desk(clinic) -> Desk:
    def look(work):
        try:
            return work(reading(clinic.id))
        finally:
            db.session.remove()

    box = Toolbox(
        clinic.patient,
        "a-talk",
        run=lambda work: in_transaction(clinic.id, clinic.patient, work),
        look=look,
        clock=lambda: NOW,
    )
    box.begin("turn")
    return Desk(TalkState("en"), box, box.load_catalogue())


def use(desk: Desk, name: str, arguments: str) -> model_tools.Result:
    steps = model_tools.use_tool(desk, desk.box.actor.role, name, arguments)
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            return stop.value


def find(desk: Desk, clinic, **more: str) -> model_tools.Result:
    asked = {"first_day": "2026-03-09", "last_day": "2026-03-09", **more}
    pairs = "".join(f', "{key}": "{value}"' for key, value in asked.items())
    return use(desk, "find_free_times", f'{{"treatment_id": {clinic.treatment_id}{pairs}}}')


def test_the_model_is_told_why_an_exact_time_is_not_free(clinic, desk):
    book(clinic, clinic.other_patient, 1, MONDAY)
    found = find(desk, clinic, exact_time="10:00").content
    assert found["meets_the_wish"] is False
    assert found["why_not"] == [
        {
            "code": Refusal.DOCTOR_BUSY.value,
            "text": "Monday, 9 March at 10:00 is already taken.",
        }
    ]
    assert "why_not" not in find(desk, clinic, exact_time="11:00").content
    assert "why_not" not in find(desk, clinic).content


def test_what_the_model_proposes_is_kept(clinic, desk):
    options = find(desk, clinic).content["options"]
    asked = use(desk, "book_appointment", f'{{"option_id": "{options[0]["option_id"]}"}}')
    assert "Shall I book it?" in asked.final.text
    assert held(clinic) == [(clinic.patient.profile_id, MONDAY, time(9))]
    hold(clinic, clinic.other_patient, 1, MONDAY)
    options = desk.state.offers
    gone = use(desk, "book_appointment", f'{{"option_id": "{options[1].key}"}}')
    assert "Shall I book it?" not in gone.final.text
    assert "The nearest free times are:" in gone.final.text
