"""What a clinic's other systems are told, and what they are not."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa

from medcor.domain import errors
from medcor.domain.webhooks import DeliveryState, Event
from medcor.models import AuditEvent
from medcor.services import (
    appointment_history,
    booking,
    erasure,
    moving,
    staff_booking,
)
from medcor.services.booking import BookingRequest
from medcor.web.transaction import transaction
from medcor.web.webhook_ticker import send_due
from tests.appointment_helpers import MONDAY, book, confirm, utc
from tests.conftest import NOW
from tests.webhook_helpers import (
    add_endpoint,
    bodies,
    deliveries,
    events,
    free_port,
    later,
    receiver,
)


def test_without_an_endpoint_nothing_is_written(world):
    book(world.one)
    assert events(world.one) == [] and deliveries(world.one) == []


def test_a_booking_is_told_with_when_what_and_who(world, hooks):
    add_endpoint(world.one, hooks.url)
    made = book(world.one)
    assert send_due() == Counter(delivered=1)
    (body,) = bodies(hooks)
    assert body == {
        "id": body["id"],
        "type": "appointment.booked",
        "created": "2026-03-04T06:00:00Z",
        "clinic_id": world.one.id,
        "appointment": {
            "id": made,
            "status": "Pending",
            "date": "2026-03-09",
            "start_time": "09:00",
            "end_time": "09:30",
            "zone": "Europe/Istanbul",
            "starts_at": "2026-03-09T06:00:00Z",
            "ends_at": "2026-03-09T06:30:00Z",
            "doctor": {"id": world.one.doctor.profile_id, "name": "Dr. Doctor Test"},
            "treatment": {"id": world.one.treatment_id, "name": "Dental Cleaning"},
            "patient": {"id": world.one.patient.profile_id},
        },
    }
    (call,) = hooks.calls
    assert (call.path, call.headers["content-type"]) == ("/hooks", "application/json")
    assert call.headers["webhook-id"] == body["id"] and len(body["id"]) > 30
    (log,) = deliveries(world.one)
    assert (log.state, log.status_code, log.attempts) == (DeliveryState.DELIVERED, 204, 1)
    assert log.next_try_at is None and log.leased_until is None and log.error == ""
    assert log.signature == call.headers["webhook-signature"] and log.duration_ms >= 0
    assert send_due() == Counter()


def test_each_step_of_an_appointment_is_told(app, world, hooks):
    add_endpoint(world.one, hooks.url)
    clinic = world.one
    first, second, third = book(clinic), book(clinic, 1), book(clinic, 2)
    confirm(clinic, first)
    with transaction(clinic.id) as session:
        target = moving.Target(clinic.slot_ids[3], MONDAY + timedelta(days=2))
        moving.move_appointment(session, clinic.admin, first, target, NOW, reason="Ill")
    with transaction(clinic.id) as session:
        booking.cancel_appointment(session, clinic.admin, second, "Ill", NOW)
    with transaction(clinic.id) as session:
        # The log has the real clock, the tests' clock stands still.
        session.execute(sa.update(AuditEvent).values(created_at=NOW))
        appointment_history.take_back(session, clinic.admin, second, NOW)
    confirm(clinic, third)
    with transaction(clinic.id) as session:
        booking.mark_no_show(session, clinic.admin, third, utc(MONDAY, 11, 30))
    later(app, days=6)
    assert send_due() == Counter(delivered=9)
    told = [(body["type"], body["appointment"]["status"]) for body in bodies(hooks)[3:]]
    assert told == [
        ("appointment.confirmed", "Confirmed"),
        ("appointment.moved", "Confirmed"),
        ("appointment.cancelled", "Cancelled"),
        ("appointment.restored", "Pending"),
        ("appointment.confirmed", "Confirmed"),
        ("appointment.no_show", "No-show"),
    ]
    moved = bodies(hooks)[4]
    assert moved["previous"]["date"] == "2026-03-09" and moved["previous"]["start_time"] == "09:00"
    assert moved["previous"]["doctor"] == moved["appointment"]["doctor"]
    assert moved["appointment"]["starts_at"] == "2026-03-11T06:00:00Z"
    assert "Ill" not in json.dumps(bodies(hooks))


def test_a_booking_by_the_desk_is_told_as_booked_and_confirmed(world, hooks):
    add_endpoint(world.one, hooks.url)
    clinic = world.one
    wish = BookingRequest(
        clinic.doctor.profile_id,
        clinic.treatment_id,
        clinic.slot_ids[0],
        MONDAY,
        patient_id=clinic.patient.profile_id,
    )
    with transaction(clinic.id) as session:
        staff_booking.book_for_patient(session, clinic.admin, wish, NOW, confirmed=True)
    send_due()
    assert [body["type"] for body in bodies(hooks)] == [
        "appointment.booked",
        "appointment.confirmed",
    ]


def test_a_change_that_is_rolled_back_is_not_told(world, hooks):
    add_endpoint(world.one, hooks.url)
    book(world.one)
    with pytest.raises(errors.SlotTaken):
        book(world.one, patient=world.one.other_patient)
    assert send_due() == Counter(delivered=1)
    assert len(events(world.one)) == 1


def test_an_endpoint_hears_what_it_asked_for_of_its_own_clinic(world, hooks):
    with receiver() as other, receiver() as off:
        add_endpoint(world.one, hooks.url, (Event.CANCELLED,))
        add_endpoint(world.two, other.url)
        add_endpoint(world.one, off.url, is_active=False)
        book(world.one)
        assert send_due() == Counter() and events(world.one) == []
        made = book(world.two)
        assert send_due() == Counter(delivered=1)
        assert (hooks.calls, off.calls) == ([], [])
        assert bodies(other)[0]["appointment"]["id"] == made
        assert bodies(other)[0]["clinic_id"] == world.two.id


def test_contact_is_sent_only_where_it_is_switched_on_and_kept_nowhere(world, hooks):
    with receiver() as trusted:
        add_endpoint(world.one, hooks.url)
        add_endpoint(world.one, trusted.url, with_contact=True)
        book(world.one)
        send_due()
        number = world.one.patient.profile_id
        assert bodies(hooks)[0]["appointment"]["patient"] == {"id": number}
        assert bodies(trusted)[0]["appointment"]["patient"] == {
            "id": number,
            "name": "Patient Test",
            "email": world.one.patient.email,
            "phone": "",
        }
        assert bodies(hooks)[0]["id"] == bodies(trusted)[0]["id"]
    (kept,) = events(world.one)
    assert world.one.patient.email not in json.dumps(kept.payload)


def test_of_somebody_who_was_erased_nothing_more_is_sent(app, world):
    port, clinic = free_port(), world.one
    add_endpoint(clinic, f"http://127.0.0.1:{port}/hooks", with_contact=True)
    book(clinic)
    assert send_due() == Counter(postponed=1)
    with transaction(clinic.id) as session:
        asked = erasure.ask_erasure(session, clinic.patient, "", NOW).id
    with transaction(clinic.id) as session:
        wording = erasure.Wording(name="Erased patient", cancel_reason="Erased")
        erasure.carry_out_erasure(session, clinic.admin, asked, wording, NOW)
    later(app, minutes=1)
    with receiver(port) as back:
        send_due()
        told = bodies(back)
    assert {body["type"] for body in told} == {"appointment.booked", "appointment.cancelled"}
    assert all(body["appointment"]["patient"] == {"id": clinic.patient.profile_id} for body in told)
