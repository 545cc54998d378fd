"""Booking through the chatbot API, to the letter, and the order of all its checks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, time
from functools import partial

import pytest
import sqlalchemy as sa

from medcor.domain.permissions import system_actor
from medcor.extensions import db
from medcor.models import Appointment, Clinic, Slot, User
from medcor.services import booking
from medcor.services.slots import add_slot, exclude_days
from medcor.web.transaction import reading, transaction
from tests.chatbot_helpers import BAD_DATES, Widget, says
from tests.conftest import NOW

NOWHERE = 2**31
NO_TOKEN = {"detail": "Invalid or missing chatbot token."}
BOOKED = {"error": "Slot is already booked."}
MISSING = {"error": "Missing required parameters."}


@pytest.fixture()
def widget(client, world) -> Widget:
    return Widget(client, world.one)


def change(model, clinic_id: int, **values: object) -> None:
    with transaction(clinic_id) as session:
        session.execute(sa.update(model).values(**values))


# Booking


def test_a_booking_is_made_as_pending(widget):
    response = widget.book()
    made = reading(widget.clinic.id).scalar(sa.select(Appointment))
    expected = {
        "message": "Appointment booked successfully.",
        "appointment_id": made.id,
        "appointment_status": "Pending",
    }
    says(response, 201, expected)
    assert (made.patient_id, made.door) == (widget.clinic.patient.profile_id, "chatbot")
    assert made.day == date(2026, 3, 9)


def test_the_address_is_known_whatever_its_case(widget):
    assert widget.book(patient_email=" PATIENT@one.TEST ").status_code == 201


def test_a_form_books_as_well(widget):
    response = widget.client.post(widget.book_path, data=widget.wish(), headers=widget.headers())
    assert response.status_code == 201


@pytest.mark.parametrize("name", ["patient_email", "doctor_id", "appointment_date"])
@pytest.mark.parametrize("value", [None, "", ...])
def test_each_parameter_is_required(widget, name, value):
    body = widget.wish(**{name: value})
    if value is ...:
        body.pop(name)
    says(widget.post(widget.book_path, body), 400, MISSING)


@pytest.mark.parametrize(
    "change",
    [
        {"patient_email": 5},
        {"patient_email": ["a"]},
        {"patient_email": "a\x00b"},
        {"patient_email": "\ud800"},
        {"doctor_id": "x"},
        {"doctor_id": True},
        {"doctor_id": [1]},
        {"doctor_id": 2.5},
    ],
)
def test_wrong_kinds_of_values_are_missing_ones(widget, change):
    says(widget.book(**change), 400, MISSING)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"5",
        b'"x"',
        b"\xff\xfe",
        b"NaN",
        b"[" * 20000,
        b'{"doctor_id":' * 4000,
        b'{"doctor_id": ' + b"9" * 5000 + b"}",
    ],
)
def test_a_body_that_is_no_object_misses_everything(widget, data):
    headers = widget.headers(Content_Type="application/json")
    for path, expected in (
        (widget.book_path, MISSING),
        (widget.slots_path, {"error": "Missing required parameter: doctor_id."}),
        (widget.login_path, {"error": "Email, password, and tenant ID are required."}),
    ):
        says(widget.client.post(path, data=data, headers=headers), 400, expected)


@pytest.mark.parametrize("value", BAD_DATES)
def test_a_booking_refuses_what_is_no_date(widget, value):
    expected = {"error": "Invalid date format. Use YYYY-MM-DD."}
    says(widget.book(appointment_date=value, patient_email="x"), 400, expected)


def test_a_booking_names_its_errors_in_order(widget, world):
    clinic, other = widget.clinic, world.two

    def answer(treatment_id: int, slot_id: int, **changes: object):
        path = f"{widget.treatments_path}{treatment_id}/get-doctors/slots/{slot_id}/book/"
        return widget.post(path, widget.wish(**changes))

    nobody, past = "nobody@one.test", "2026-03-03"
    unknown = {"patient_email": nobody, "doctor_id": NOWHERE}
    says(
        answer(NOWHERE, NOWHERE, **unknown, appointment_date=past),
        400,
        {"error": "Cannot book past dates."},
    )
    says(answer(NOWHERE, NOWHERE, **unknown), 404, {"error": "Patient not found."})
    says(answer(NOWHERE, NOWHERE, doctor_id=NOWHERE), 404, {"error": "Doctor not found."})
    says(answer(NOWHERE, NOWHERE), 404, {"error": "Treatment not found."})
    says(answer(clinic.treatment_id, NOWHERE), 404, {"error": "Slot not found."})
    says(
        answer(clinic.treatment_id, clinic.slot_ids[0], appointment_date="2026-03-10"),
        400,
        {"error": "Slot is unavailable on this date."},
    )
    # Another clinic's rows are as unknown as none at all.
    says(answer(other.treatment_id, NOWHERE), 404, {"error": "Treatment not found."})
    says(answer(clinic.treatment_id, other.slot_ids[0]), 404, {"error": "Slot not found."})
    says(
        answer(clinic.treatment_id, clinic.slot_ids[0], doctor_id=other.doctor.profile_id),
        404,
        {"error": "Doctor not found."},
    )
    says(
        answer(clinic.treatment_id, clinic.slot_ids[0], patient_email=other.patient.email),
        404,
        {"error": "Patient not found."},
    )


def test_a_treatment_of_another_doctor_and_a_slot_of_another_doctor(widget):
    clinic = widget.clinic
    own, other = f"/{clinic.treatment_id}/get", f"/{clinic.other_treatment_id}/get"
    path = widget.book_path.replace(own, other)
    says(widget.post(path, widget.wish()), 404, {"error": "Treatment not found."})
    says(widget.book(doctor_id=clinic.other_doctor.profile_id), 404, {"error": "Slot not found."})


@pytest.mark.parametrize("day", ["2026-12-28", "9999-12-31", "2026-03-04"])
def test_too_far_and_no_longer_today_are_unavailable(widget, day):
    # 2026-03-04 is today, a Wednesday, and its nine o'clock slot begins at this very moment.
    path = (
        widget.book_path
        if day != "2026-03-04"
        else widget.book_path.replace(
            f"/{widget.clinic.slot_ids[0]}/book", f"/{widget.clinic.slot_ids[3]}/book"
        )
    )
    says(
        widget.post(path, widget.wish(appointment_date=day)),
        400,
        {"error": "Slot is unavailable on this date."},
    )


def test_an_excluded_day_and_too_short_a_notice_are_unavailable(widget):
    expected = {"error": "Slot is unavailable on this date."}
    clinic = widget.clinic
    with transaction(clinic.id) as session:
        exclude_days(
            session, clinic.admin, clinic.doctor.profile_id, date(2026, 3, 9), date(2026, 3, 9)
        )
    says(widget.book(), 400, expected)
    with transaction(clinic.id) as session:
        session.get(Clinic, clinic.id).min_notice_minutes = 60 * 24 * 30
    says(widget.book(appointment_date="2026-03-16"), 400, expected)


def test_a_taken_slot_and_a_repeat_are_already_booked(widget):
    assert widget.book().status_code == 201
    says(widget.book(), 400, BOOKED)
    says(widget.book(patient_email=widget.clinic.other_patient.email), 400, BOOKED)


def test_a_patient_who_is_busy_then_is_already_booked(widget):
    clinic = widget.clinic
    with transaction(clinic.id) as session:
        other = add_slot(
            session,
            system_actor(clinic.id),
            clinic.other_doctor.profile_id,
            0,
            time(9, 15),
            time(9, 45),
        ).id
    assert widget.book().status_code == 201
    path = f"{widget.slots_path}{other}/book/"
    says(widget.post(path, widget.wish(doctor_id=clinic.other_doctor.profile_id)), 400, BOOKED)


def test_an_inactive_slot_and_patient_are_unknown(widget):
    change(Slot, widget.clinic.id, is_active=False)
    says(widget.book(), 404, {"error": "Slot not found."})
    change(User, widget.clinic.id, is_active=False)
    says(widget.book(), 404, {"error": "Patient not found."})


def test_a_repeat_with_its_key_gets_the_first_answer(widget):
    first = widget.post(widget.book_path, widget.wish(), Idempotency_Key="one")
    again = widget.post(widget.book_path, widget.wish(), Idempotency_Key="one")
    says(again, 201, first.json)
    says(widget.post(widget.book_path, widget.wish(), Idempotency_Key="two"), 400, BOOKED)
    says(
        widget.post(
            widget.book_path, widget.wish(appointment_date="2026-03-16"), Idempotency_Key="one"
        ),
        422,
        {"error": "Idempotency-Key was used for another booking."},
    )
    other = widget.wish(patient_email=widget.clinic.other_patient.email)
    says(widget.post(widget.book_path, other, Idempotency_Key="one"), 400, BOOKED)
    session = reading(widget.clinic.id)
    assert session.scalar(sa.select(sa.func.count(Appointment.id))) == 1


def test_a_repeat_gets_the_first_answer_whatever_has_become_of_the_appointment(widget):
    first = widget.post(widget.book_path, widget.wish(), Idempotency_Key="one")
    with transaction(widget.clinic.id) as session:
        booking.confirm_appointment(session, widget.clinic.admin, first.json["appointment_id"], NOW)
    says(widget.post(widget.book_path, widget.wish(), Idempotency_Key="one"), 201, first.json)
    with transaction(widget.clinic.id) as session:
        booking.cancel_appointment(
            session, widget.clinic.admin, first.json["appointment_id"], "ill", NOW
        )
    says(widget.post(widget.book_path, widget.wish(), Idempotency_Key="one"), 201, first.json)
    key = widget.key()
    with_key = widget.post(widget.book_path, widget.wish(), Idempotency_Key="one", X_Api_Key=key)
    says(with_key, 201, first.json)
    assert reading(widget.clinic.id).scalar(sa.select(sa.func.count(Appointment.id))) == 1


def test_a_repeat_of_a_refused_booking_is_tried_anew(widget):
    taken = widget.wish(patient_email=widget.clinic.other_patient.email)
    made = widget.post(widget.book_path, taken).json["appointment_id"]
    says(widget.post(widget.book_path, widget.wish(), Idempotency_Key="one"), 400, BOOKED)
    with transaction(widget.clinic.id) as session:
        booking.cancel_appointment(session, widget.clinic.admin, made, "ill", NOW)
    again = widget.post(widget.book_path, widget.wish(), Idempotency_Key="one")
    assert again.status_code == 201


# Order of the checks, and what nobody foresaw


def paths(widget: Widget) -> list[tuple[str, str]]:
    return [
        ("get", widget.treatments_path),
        ("get", widget.doctors_path),
        ("post", widget.slots_path),
        ("post", widget.book_path),
    ]


def test_the_clinic_is_checked_before_the_token_and_the_token_before_the_body(widget):
    for method, path in paths(widget):
        send = getattr(widget.client, method)
        for unknown in (NOWHERE, 10**18, 0, 999, "x", "-1", "1.0", "٣"):
            lost = path.replace(f"/{widget.clinic.id}/", f"/{unknown}/", 1)
            says(send(lost), 404, {"error": "Clinic not found"})
        says(send(path), 401, NO_TOKEN)
        basic = f"Basic {widget.token}"
        for header in ("Bearer", "Bearer ", "Bearer nonsense", basic, widget.token):
            says(send(path, headers={"Authorization": header}), 401, NO_TOKEN)


def test_a_body_too_large_is_refused(widget):
    for path in (widget.slots_path, widget.book_path, widget.login_path):
        response = widget.client.post(
            path,
            data=b'{"a": "' + b"x" * 2_000_000 + b'"}',
            headers=widget.headers(Content_Type="application/json"),
        )
        says(response, 413, {"error": "That is too large. Please send less."})


FORESEEN_NOT = "Something went wrong. Please try again later."


@contextmanager
def without_table(name: str) -> Iterator[None]:
    """Take a table away, so that a statement fails as nobody foresaw."""
    # SQLite checks the new name against what a pooled connection remembers of the tables.
    db.engine.dispose()
    with db.engine.begin() as connection:
        connection.exec_driver_sql(f"ALTER TABLE {name} RENAME TO gone")
    try:
        yield
    finally:
        db.engine.dispose()
        with db.engine.begin() as connection:
            connection.exec_driver_sql(f"ALTER TABLE gone RENAME TO {name}")


@pytest.mark.parametrize(
    ("index", "table", "text", "keys"),
    [
        (0, "treatments", FORESEEN_NOT, {"error", "message"}),
        (1, "treatment_doctors", "An error occurred while fetching doctors.", {"error"}),
        (2, "treatment_doctors", FORESEEN_NOT, {"error", "message"}),
        (3, "claims", "An unexpected error occurred. Please try again later.", {"error"}),
    ],
)
def test_what_nobody_foresaw_shows_no_detail(widget, caplog, index, table, text, keys):
    method, path = paths(widget)[index]
    body = {"json": widget.wish()} if method == "post" else {}
    send = partial(getattr(widget.client, method), path, headers=widget.headers(), **body)
    with without_table(table):
        response = send()
    assert (response.status_code, response.json["error"]) == (500, text)
    assert set(response.json) == keys
    logged = " ".join(record.getMessage() for record in caplog.records)
    assert "error_id" in logged and response.json.get("message", "") in logged
    assert send().status_code < 300


def test_the_paths_shadow_no_other_route(app):
    adapter = app.url_map.bind("clinic.test")
    for rule in app.url_map.iter_rules():
        values = {name: 1 for name in rule.arguments}
        method = next(iter(rule.methods - {"HEAD", "OPTIONS"}))
        path = adapter.build(rule.endpoint, values, method=method)
        assert adapter.match(path, method=method)[0] == rule.endpoint
