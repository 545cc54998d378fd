"""Holds through the chatbot API: five minutes, two at most, and nobody else's."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from medcor.models import Appointment, Hold
from medcor.web.transaction import reading
from tests.chatbot_helpers import BAD_DATES, Widget, says
from tests.conftest import NOW

NOWHERE = 2**31
FAILED = {"error": "Authentication Failed."}
NO_TOKEN = {"detail": "Invalid or missing chatbot token."}
MISSING = {"error": "Missing required parameters."}
BOOKED = {"error": "Slot is already booked."}
UNAVAILABLE = {"error": "Slot is unavailable on this date."}
NO_HOLD = {"error": "Hold not found."}
TOO_MANY = {
    "error": "You already hold two times. Book one of them or give it back first.",
}


@pytest.fixture()
def widget(client, world) -> Widget:
    return Widget(client, world.one)


@pytest.fixture()
def key(widget) -> str:
    return widget.key()


def path_of(widget: Widget, slot: int) -> str:
    return f"{widget.slots_path}{widget.clinic.slot_ids[slot]}/hold/"


def release(widget: Widget, hold_id: object, key: str):
    path = f"/{widget.clinic.id}/holds/{hold_id}/"
    return widget.client.delete(path, headers=widget.headers(X_Api_Key=key))


def count(widget: Widget, model: type) -> int:
    return reading(widget.clinic.id).scalar(sa.select(sa.func.count(model.id)))


def at(app, later: timedelta) -> None:
    app.extensions["medcor"].clock = lambda: NOW + later


def test_a_time_is_held_for_five_minutes(widget, key):
    answer = widget.hold(key)
    kept = reading(widget.clinic.id).scalar(sa.select(Hold))
    expected = {"hold_id": kept.id, "expires_at": "2026-03-04T06:05:00Z", "seconds": 300}
    says(answer, 201, expected)
    assert kept.patient_id == widget.clinic.patient.profile_id


def test_the_same_time_again_is_the_same_hold_and_not_prolonged(app, widget, key):
    first = widget.hold(key)
    at(app, timedelta(minutes=2))
    again = widget.post(
        widget.hold_path,
        {"doctor_id": widget.clinic.doctor.profile_id, "appointment_date": "2026-03-09"},
        X_Api_Key=key,
        Idempotency_Key="one",
    )
    says(again, 201, {**first.json, "seconds": 180})
    assert count(widget, Hold) == 1


def test_a_held_time_is_nobody_elses_until_it_runs_out(app, widget, key):
    widget.hold(key)
    other = widget.clinic.other_patient.email
    says(widget.book(patient_email=other), 400, BOOKED)
    says(widget.hold(widget.key(other)), 400, BOOKED)
    at(app, timedelta(minutes=5))
    assert widget.book(patient_email=other).status_code == 201


def test_booking_consumes_the_patients_own_hold(widget, key):
    widget.hold(key)
    booked = widget.post(widget.book_path, widget.wish(), X_Api_Key=key)
    assert booked.status_code == 201
    assert (count(widget, Hold), count(widget, Appointment)) == (0, 1)
    says(widget.hold(key), 400, BOOKED)


def test_nobody_holds_three_times(app, widget, key):
    first = widget.hold(key)
    assert widget.hold(key, path_of(widget, 1)).status_code == 201
    says(widget.hold(key, path_of(widget, 2)), 409, TOO_MANY)
    says(widget.hold(key), 201, first.json)
    assert widget.hold(widget.key(widget.clinic.other_patient.email), path_of(widget, 2)).json
    at(app, timedelta(minutes=6))
    assert widget.hold(key, path_of(widget, 1)).status_code == 201


def test_a_hold_is_given_back(widget, key):
    held = widget.hold(key).json["hold_id"]
    answer = release(widget, held, key)
    assert (answer.status_code, answer.get_data()) == (204, b"")
    assert "Content-Type" not in answer.headers
    assert widget.book(patient_email=widget.clinic.other_patient.email).status_code == 201
    says(release(widget, held, key), 404, NO_HOLD)


def test_only_its_holder_gives_a_hold_back(app, widget, world, key):
    held = widget.hold(key).json["hold_id"]
    stranger = Widget(widget.client, world.two)
    says(release(widget, held, widget.key(widget.clinic.other_patient.email)), 404, NO_HOLD)
    says(release(stranger, held, stranger.key()), 404, NO_HOLD)
    for unknown in (NOWHERE, 0, "x", "-1", 999):
        says(release(widget, unknown, key), 404, NO_HOLD)
    says(release(widget, held, stranger.key()), 401, FAILED)
    says(release(widget, held, ""), 401, FAILED)
    without = widget.client.delete(f"/{widget.clinic.id}/holds/{held}/")
    says(without, 401, NO_TOKEN)
    lost = widget.client.delete(f"/999/holds/{held}/", headers=widget.headers(X_Api_Key=key))
    says(lost, 404, {"error": "Clinic not found"})
    assert count(widget, Hold) == 1
    at(app, timedelta(minutes=5))
    says(release(widget, held, key), 404, NO_HOLD)


def test_holding_always_needs_the_patients_key(widget, world):
    body = {"doctor_id": widget.clinic.doctor.profile_id, "appointment_date": "2026-03-09"}
    foreign = Widget(widget.client, world.two).key()
    for wrong in ("", "nonsense", widget.token, foreign):
        says(widget.post(widget.hold_path, body, X_Api_Key=wrong), 401, FAILED)
    says(widget.post(widget.hold_path, {}), 401, FAILED)
    says(widget.client.post(widget.hold_path, json=body), 401, NO_TOKEN)
    lost = widget.hold_path.replace(f"/{widget.clinic.id}/", "/999/", 1)
    says(widget.client.post(lost), 404, {"error": "Clinic not found"})
    assert count(widget, Hold) == 0


@pytest.mark.parametrize("change", [{"doctor_id": None}, {"doctor_id": "x"}, {"doctor_id": True}])
def test_a_hold_needs_a_doctor_and_a_day(widget, key, change):
    says(widget.hold(key, **change), 400, MISSING)
    says(widget.hold(key, appointment_date=""), 400, MISSING)
    says(widget.hold(key, appointment_date=None), 400, MISSING)


@pytest.mark.parametrize("value", BAD_DATES)
def test_a_hold_refuses_what_is_no_date(widget, key, value):
    expected = {"error": "Invalid date format. Use YYYY-MM-DD."}
    says(widget.hold(key, appointment_date=value), 400, expected)


def test_a_hold_names_its_errors_in_the_order_of_a_booking(widget, world, key):
    clinic, other = widget.clinic, world.two

    def answer(treatment: object, slot: object, **changes: object):
        path = f"{widget.treatments_path}{treatment}/get-doctors/slots/{slot}/hold/"
        return widget.hold(key, path, **changes)

    past = {"error": "Cannot book past dates."}
    says(answer(NOWHERE, NOWHERE, doctor_id=NOWHERE, appointment_date="2026-03-03"), 400, past)
    says(answer(NOWHERE, NOWHERE, doctor_id=NOWHERE), 404, {"error": "Doctor not found."})
    says(answer(NOWHERE, NOWHERE), 404, {"error": "Treatment not found."})
    says(answer("x", NOWHERE), 404, {"error": "Treatment not found."})
    says(answer(other.treatment_id, NOWHERE), 404, {"error": "Treatment not found."})
    says(answer(clinic.treatment_id, other.slot_ids[0]), 404, {"error": "Slot not found."})
    own = (clinic.treatment_id, clinic.slot_ids[0])
    says(answer(*own, appointment_date="2026-03-10"), 400, UNAVAILABLE)
    says(answer(*own, appointment_date="2026-12-28"), 400, UNAVAILABLE)


def test_a_busy_patient_can_hold_nothing_then(widget, key):
    assert widget.book().status_code == 201
    says(widget.hold(key), 400, BOOKED)
