"""The lists of staff and patients: parts, filters, sorting, pages, files, and what they cost."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest

from medcor.domain.appointments import AppointmentStatus
from medcor.models import Appointment, Doctor, Treatment, TreatmentDoctor, User
from medcor.services import booking
from medcor.services.slots import exclude_days
from medcor.web.transaction import transaction
from tests.appointment_helpers import (
    JSON,
    MONDAY,
    TODAY,
    WEDNESDAY,
    at,
    book,
    browser,
    colleague_slot,
    confirm,
    counted_queries,
    utc,
)
from tests.conftest import NOW
from tests.factories import make_patient
from tests.page_helpers import text_of

STAFF, OWN = "/doctor_appointments/", "/view_appointments/"


def ids(client, path: str, **query: str) -> list[int]:
    answer = client.get(path, query_string=query, headers=JSON).json
    assert answer["count"] >= len(answer["results"])
    return [each["id"] for each in answer["results"]]


@pytest.fixture()
def made(one) -> dict[str, int]:
    """One of each kind; the clock stands at Wednesday noon then."""
    found = {
        "over": book(one, 4, TODAY),
        "running": book(one, 5, TODAY),
        "monday": book(one, 0, MONDAY),
        "lapsed": book(one, 3, WEDNESDAY),
        "other": book(one, 1, MONDAY, one.other_patient),
    }
    confirm(one, found["monday"])
    with transaction(one.id) as session:
        booking.cancel_appointment(session, one.patient, found["lapsed"], "", NOW)
        session.get(Appointment, found["running"]).status = AppointmentStatus.COMPLETED
    return found


@pytest.fixture()
def noon(app):
    at(app, utc(TODAY, 11, 10))


def test_every_appointment_is_in_the_part_where_it_belongs(app, one, made, noon):
    desk = browser(app, one.admin)
    assert ids(desk, STAFF) == [made["monday"], made["other"]]
    assert ids(desk, STAFF, view="past") == [made["running"], made["over"]]
    assert ids(desk, STAFF, view="cancelled") == [made["lapsed"]]
    assert ids(desk, STAFF, view="all") == [
        made[each] for each in ("lapsed", "other", "monday", "running", "over")
    ]
    assert ids(desk, STAFF, view="over") == ids(desk, STAFF, view="x") == ids(desk, STAFF)


def test_a_patients_lapsed_ones_stand_behind_what_is_past(app, one, made, noon):
    own = browser(app, one.patient)
    assert ids(own, OWN) == [made["monday"]]
    assert ids(own, OWN, view="past") == [made["running"], made["over"], made["lapsed"]]
    assert ids(own, OWN, view="all") == [made["monday"]]
    assert ids(own, OWN, view="past", q="root") == []


def test_a_doctor_sees_their_own_whatever_they_ask_for(app, one, made):
    assert ids(browser(app, one.other_doctor), STAFF, view="all") == []
    client = browser(app, one.other_doctor)
    assert ids(client, STAFF, view="all", doctor_id=str(one.doctor.profile_id)) == []
    page = client.get(STAFF).get_data(as_text=True)
    assert 'name="doctor_id"' not in page and "sort=doctor" not in page


def test_filters_narrow_and_stay_in_the_page(app, one, made):
    desk = browser(app, one.admin)
    monday = [made["monday"], made["other"]]
    assert ids(desk, STAFF, state="Confirmed") == [made["monday"]]
    assert ids(desk, STAFF, state="nonsense") == ids(desk, STAFF)
    day = MONDAY.isoformat()
    assert ids(desk, STAFF, **{"from": day, "to": day}) == monday
    assert ids(desk, STAFF, **{"to": TODAY.isoformat()}) == [made["over"]]
    assert ids(desk, STAFF, q="second-patient") == [made["other"]]
    assert ids(desk, STAFF, q="cleaning", doctor_id=str(one.doctor.profile_id)) == ids(desk, STAFF)
    assert ids(desk, STAFF, treatment_id=str(one.other_treatment_id)) == []
    for odd in ("0", "-1", str(2**63)):
        assert ids(desk, STAFF, doctor_id=odd) == [], odd
    query = {"q": "clean", "state": "Pending", "from": day, "sort": "patient"}
    page = desk.get(STAFF, query_string=query).get_data(as_text=True)
    assert 'value="clean"' in page and '<option value="Pending" selected>' in page
    assert f'name="from" type="date" value="{day}"' in page
    assert 'type="hidden" name="sort" value="patient"' in page
    assert "view=past" in page and "q=clean" in page


def test_a_day_that_can_not_be_read_is_told_and_left_out(app, one, made):
    desk = browser(app, one.admin)
    page = desk.get(STAFF, query_string={"from": "soon"})
    assert page.status_code == 200 and "This date can't be read" in text_of(page)
    assert ids(desk, STAFF, **{"from": "soon"}) == ids(desk, STAFF)


def test_sorting_by_every_column_both_ways(app, one):
    slot = colleague_slot(one)
    with transaction(one.id) as session:
        session.get(User, one.doctor.user_id).last_name = "Zulu"
        session.get(User, one.other_doctor.user_id).last_name = "Alpha"
        session.get(User, one.patient.user_id).last_name = "Aa"
        session.get(User, one.other_patient.user_id).last_name = "Bb"
        session.get(Treatment, one.other_treatment_id).name = "Aligners"
        root = TreatmentDoctor(treatment_id=one.other_treatment_id, doctor_id=one.doctor.profile_id)
        session.add(root)
    first = book(one, 1)
    second = book(
        one,
        patient=one.other_patient,
        slot_id=slot,
        doctor_id=one.other_doctor.profile_id,
        treatment_id=one.other_treatment_id,
    )
    confirm(one, second)
    desk = browser(app, one.admin)
    up = {"when": [second, first], "patient": [first, second], "treatment": [second, first]}
    up |= {"doctor": [second, first], "state": [second, first]}
    for key, expected in up.items():
        assert ids(desk, STAFF, sort=key, direction="asc") == expected, key
        assert ids(desk, STAFF, sort=key, direction="desc") == expected[::-1], key
    shown = desk.get(STAFF, query_string={"sort": "doctor", "direction": "desc"})
    assert 'aria-sort="descending"' in shown.get_data(as_text=True)
    assert ids(desk, STAFF, sort="password") == [second, first]


def test_what_needs_attention_is_listed_until_it_is_looked_after(app, one):
    left, off = book(one), book(one, 3, WEDNESDAY, one.other_patient)
    slot = colleague_slot(one)
    fine = book(one, 0, MONDAY + timedelta(days=7))
    kept = book(
        one,
        patient=one.other_patient,
        slot_id=slot,
        doctor_id=one.other_doctor.profile_id,
    )
    desk = browser(app, one.admin)
    assert ids(desk, STAFF, view="attention") == []
    with transaction(one.id) as session:
        exclude_days(session, one.admin, one.doctor.profile_id, MONDAY, MONDAY)
    assert ids(desk, STAFF, view="attention") == [left]
    with transaction(one.id) as session:
        session.get(Doctor, one.doctor.profile_id).is_active = False
    assert ids(desk, STAFF, view="attention") == [left, off, fine]
    with transaction(one.id) as session:
        booking.cancel_appointment(session, one.admin, left, "gone", NOW)
        session.get(Doctor, one.doctor.profile_id).is_active = True
        session.get(User, one.other_doctor.user_id).is_active = False
    assert ids(desk, STAFF, view="attention") == [kept]


def test_the_file_holds_what_the_filters_leave(app, one, made):
    with transaction(one.id) as session:
        session.get(User, one.other_patient.user_id).first_name = "=HYPERLINK(1)"
    desk = browser(app, one.admin)
    answer = desk.get(f"{STAFF}?format=csv&from={MONDAY}&to={MONDAY}", buffered=True)
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="appointments.csv"'
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    assert rows[0][:4] == ["Date", "From", "To", "Patient"]
    assert [row[3] for row in rows[1:]] == ["Patient Test", "'=HYPERLINK(1) Test"]
    assert rows[1][:3] == ["2026-03-09", "09:00", "09:30"]
    assert rows[1][5:9] == ["Dental Cleaning", "Dr. Doctor Test", "Confirmed", "100.00"]
    assert rows[1][-1].endswith(f"/appointment-details/{made['monday']}/")
    empty = desk.get(f"{STAFF}?format=csv&q=nobody", buffered=True).get_data(as_text=True)
    assert len(empty.splitlines()) == 1


def fill(one, numbers: range) -> None:
    """Bookings of many patients, three a week."""
    for number in numbers:
        email, name = f"p{number}@one.test", f"N{number:02}"
        with transaction(one.id) as session:
            patient = make_patient(session, one.id, email, last_name=name)
        book(one, number % 3, MONDAY + timedelta(days=7 * (number // 3)), patient)


def test_pages_hold_twenty_and_cost_the_same_however_many_there_are(app, one):
    fill(one, range(3))
    desk = browser(app, one.admin)
    paths = [STAFF, f"{STAFF}?sort=doctor", "/today/", "/calendar/", "/appointments/new/"]
    few = {path: len(_queries(desk, path)) for path in paths}
    fill(one, range(3, 24))
    many = {path: len(_queries(desk, path)) for path in paths}
    assert many == few and max(many.values()) <= 12, (few, many)
    first, second = ids(desk, STAFF), ids(desk, STAFF, page="2")
    assert len(first) == 20 and len(second) == 4 and not set(first) & set(second)
    assert ids(desk, STAFF, page="99") == second
    assert "1–20 of 24" in text_of(desk.get(STAFF))


def _queries(client, path: str) -> list[str]:
    with counted_queries() as seen:
        assert client.get(path).status_code == 200
    return [each for each in seen if each.lstrip().upper().startswith("SELECT")]


def test_counting_joins_nothing(app, one, made):
    seen = _queries(browser(app, one.admin), STAFF)
    (counted,) = [each for each in seen if "count(*)" in each.lower()]
    assert "JOIN" not in counted.upper()


def test_another_clinic_has_lists_of_its_own(app, world, made):
    assert ids(browser(app, world.two.admin), STAFF, view="all") == []
    page = browser(app, world.two.admin).get(STAFF)
    assert "No appointments here yet" in text_of(page)
    assert browser(app, world.one.patient).get(STAFF).status_code == 403
    assert browser(app, world.one.admin).get(OWN).status_code == 403


def test_a_patients_cards_offer_what_is_still_possible(app, one):
    late, early = book(one, 5, TODAY), book(one)
    page = browser(app, one.patient).get(OWN).get_data(as_text=True)
    assert f'href="/appointments/{early}/move/"' in page
    assert f'action="/cancel_appointment/{early}/"' in page
    assert f"/appointments/{late}/move/" not in page and "It is too late to move or cancel" in page
    assert page.count("calendar.ics") == 2
