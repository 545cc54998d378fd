"""The clinic in figures: what is counted, compared, exported, and by whom it may be seen."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest

from medcor.domain.appointments import AppointmentStatus
from medcor.models import Appointment, User
from medcor.web.transaction import transaction
from tests.page_helpers import sign_in_patient, sign_in_staff, text_of
from tests.people_helpers import counted_queries
from tests.week_helpers import acts

TODAY = date(2026, 3, 4)
STATES = {
    "done": AppointmentStatus.COMPLETED,
    "missed": AppointmentStatus.NO_SHOW,
    "off": AppointmentStatus.CANCELLED,
    "new": AppointmentStatus.PENDING,
}


def add(clinic, day: date, state: str, hour: int = 9, **changes: object) -> None:
    """An appointment as if it had been booked long ago; it claims no time."""
    at = datetime(day.year, day.month, day.day, hour - 3, tzinfo=UTC)
    values = {
        "doctor_id": clinic.doctor.profile_id,
        "patient_id": clinic.patient.profile_id,
        "treatment_id": clinic.treatment_id,
        "slot_id": clinic.slot_ids[0],
    }
    with transaction(clinic.id) as session:
        session.add(
            Appointment(
                **{**values, **changes},
                clinic_id=clinic.id,
                day=day,
                start_time=at.replace(hour=hour).time(),
                end_time=at.replace(hour=hour, minute=30).time(),
                starts_at=at,
                ends_at=at + timedelta(minutes=30),
                status=STATES[state],
                price_minor=1000,
            )
        )


@pytest.fixture()
def history(world):
    """Six in the last thirty days, two before them, one of the other clinic."""
    one = world.one
    other = {
        "doctor_id": one.other_doctor.profile_id,
        "treatment_id": one.other_treatment_id,
    }
    add(one, TODAY, "new")
    add(one, date(2026, 3, 2), "done", hour=10)
    add(one, date(2026, 3, 2), "done", hour=11)
    add(one, date(2026, 3, 3), "missed", **other)
    add(one, date(2026, 2, 20), "off", **other)
    add(one, date(2026, 2, 3), "done")
    add(one, date(2026, 2, 2), "missed")
    add(one, date(2026, 1, 10), "done")
    add(world.two, TODAY, "done")
    return world


def read_csv(answer) -> list[list[str]]:
    text = answer.get_data(as_text=True).removeprefix("\ufeff")
    return list(csv.reader(io.StringIO(text)))


def test_figures_of_the_last_thirty_days_beside_those_before(history, admin):
    found = admin.json("/reports/").json
    assert (found["from"], found["to"]) == ("2026-02-03", "2026-03-04")
    assert found["total"] == {
        "appointments": 5,
        "completed": 3,
        "no_shows": 1,
        "cancelled": 1,
        "no_show_rate": 0.25,
        "cancel_rate": 1 / 6,
    }
    assert found["before"]["appointments"] == 2 and found["before"]["no_show_rate"] == 0.5
    by_day = {each["from"]: each["appointments"] for each in found["by_period"]}
    assert len(by_day) == 30 and by_day["2026-03-02"] == 2 and by_day["2026-02-20"] == 0
    assert [(each["name"], each["appointments"]) for each in found["by_treatment"]] == [
        ("Dental Cleaning", 4),
        ("Root Canal", 1),
    ]
    assert [each["name"] for each in found["by_doctor"]] == [
        "Dr. Doctor Test",
        "Dr. Second-Doctor Test",
    ]


def test_the_page_says_what_the_figures_are(history, admin):
    text = text_of(admin.page("/reports/"))
    assert "3 Feb 2026 – 4 Mar 2026, compared with 4 Jan 2026 – 2 Feb 2026" in text
    assert "Appointments 5 before: 2 (+150%)" in text
    assert "No-shows 25% 1 of 4 closed; before: 50%" in text
    assert "Appointments by day" in text and "Busiest: Monday, and from 9 o'clock." in text
    assert "Foreign" not in text


@pytest.mark.parametrize(
    ("query", "first", "last", "count", "title"),
    [
        ("period=month", "2026-03-01", "2026-03-04", 4, "by day"),
        ("period=last-month", "2026-02-01", "2026-02-28", 2, "by day"),
        ("period=year", "2026-01-01", "2026-03-04", 7, "by week"),
        ("from=2025-01-01&to=2026-03-02", "2025-01-01", "2026-03-02", 5, "by month"),
        ("period=nonsense", "2026-02-03", "2026-03-04", 5, "by day"),
    ],
)
def test_periods(history, admin, query, first, last, count, title):
    found = admin.json(f"/reports/?{query}").json
    assert (found["from"], found["to"]) == (first, last)
    assert found["total"]["appointments"] == count
    assert sum(each["appointments"] for each in found["by_period"]) == count
    assert f"Appointments {title}" in text_of(admin.page(f"/reports/?{query}"))


def test_one_doctor_or_one_treatment(history, admin):
    one = history.one
    for query in (
        f"doctor={one.other_doctor.profile_id}",
        f"treatment={one.other_treatment_id}",
    ):
        found = admin.json(f"/reports/?{query}").json
        assert found["total"]["appointments"] == 1 and found["total"]["cancelled"] == 1
    for query in (f"doctor={history.two.doctor.profile_id}", "treatment=99999", "doctor=x"):
        assert admin.page(f"/reports/?{query}").status_code == 404


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("from=2026-03-04&to=2026-03-01", "The last day must not be before the first."),
        ("from=2020-01-01&to=2026-01-01", "Choose three years at most."),
        ("from=0001-01-01&to=0001-01-02", "Choose a year between 2000 and 2200."),
        ("from=yesterday", "This date can't be read."),
    ],
)
def test_days_that_are_no_period(history, admin, query, said):
    answer = admin.page(f"/reports/?{query}")
    assert answer.status_code == 400 and said in text_of(answer)


def test_an_empty_clinic_is_told_what_to_do(world, admin):
    text = text_of(admin.page("/reports/?from=2026-01-01&to=2026-01-02"))
    assert "No appointment in this period" in text
    assert admin.json("/reports/").json["total"]["no_show_rate"] is None


def test_new_patients_are_counted_on_the_clinics_clock(world, admin):
    with transaction(world.one.id) as session:
        # In Istanbul the first of March is three hours old when this happens.
        session.get(User, world.one.patient.user_id).created_at = datetime(
            2026, 2, 28, 22, tzinfo=UTC
        )
        session.get(User, world.one.other_patient.user_id).created_at = datetime(
            2026, 2, 28, 20, tzinfo=UTC
        )
    rows = read_csv(admin.file("/reports/?period=month&format=csv&table=patients"))
    assert rows[0] == ["From", "To", "New patients"] and len(rows) == 13
    assert rows[-1] == ["2026-03-01", "2026-03-31", "1"]
    assert rows[-2] == ["2026-02-01", "2026-02-28", "1"]
    assert admin.json("/reports/?period=month").json["new_patients"] == 1


def test_each_figure_is_a_file_and_taking_it_is_written_down(history, admin):
    answer = admin.file("/reports/?format=csv&table=treatments")
    assert answer.mimetype == "text/csv"
    assert "treatments-2026-02-03-2026-03-04.csv" in answer.headers["Content-Disposition"]
    assert read_csv(answer) == [
        ["Treatment", "Appointments", "Completed", "No-show", "Cancelled"],
        ["Dental Cleaning", "4", "3", "0", "0"],
        ["Root Canal", "1", "0", "1", "1"],
    ]
    tables = {}
    for table in ("days", "doctors", "weekdays", "hours"):
        tables[table] = read_csv(admin.file(f"/reports/?format=csv&table={table}"))
    assert len(tables["days"]) == 31 and len(tables["doctors"]) == 3
    assert tables["weekdays"][1:3] == [["Monday", "2"], ["Tuesday", "2"]]
    assert tables["hours"][1:] == [["09:00", "3"], ["10:00", "1"], ["11:00", "1"]]
    assert acts(history.one).count("report.exported") == 5
    assert admin.page("/reports/?format=csv&table=salaries").status_code == 404


def test_only_admins_see_figures(app, world):
    doctor, patient = app.test_client(), app.test_client()
    sign_in_staff(doctor, world.one.doctor)
    sign_in_patient(patient, world.one.patient)
    assert doctor.get("/reports/").status_code == patient.get("/reports/").status_code == 403
    assert app.test_client().get("/reports/").status_code == 302


def test_a_report_takes_few_queries(history, admin, engine):
    with counted_queries(engine) as counted:
        admin.page("/reports/?period=year")
    assert len(counted) <= 12, "\n".join(counted)
